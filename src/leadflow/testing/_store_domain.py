"""
A small domain for the contract of stores: boxes that things are put into.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import attrs

from leadflow.codec import CodecBuilder
from leadflow.ports import Commit, Write
from leadflow.values import SYSTEM, Ref


if TYPE_CHECKING:
    from leadflow.codec import Codec
    from leadflow.ports import Index, Loaded


__all__ = (
    "CODEC",
    "NOON",
    "Box",
    "Clock",
    "Colour",
    "Noted",
    "Put",
    "box",
    "change",
    "fold",
    "put",
    "total",
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Colour(Enum):
    """
    Be one of few.
    """

    RED = "red"
    BLUE = "blue"


@attrs.frozen
class Put:
    """
    Tell that so much was put into a box.
    """

    amount: int = 1
    note: str = ""


@attrs.frozen(kw_only=True)
class Noted:
    """
    Tell of everything that can be stored.
    """

    text: str = ""
    words: tuple[str, ...] = ()
    table: Mapping[str, str | int | bool] = attrs.field(factory=dict)
    amount: Decimal | None = None
    at: datetime | None = None
    day: date | None = None
    clock: time | None = None
    span: timedelta | None = None
    id: UUID | None = None
    colour: Colour = Colour.RED
    deeper: Noted | None = None


@attrs.frozen
class Box:
    """
    Hold what was put in, and the last note.
    """

    total: int = 0
    noted: Noted | None = None


CODEC: Codec = (
    CodecBuilder()
    .record("box", 1, Box)
    .event("box.put", 1, Put)
    .event("box.noted", 1, Noted)
    .build()
)


class Clock:
    """
    Be a store's clock that stands still until it is moved.
    """

    def __init__(self, now: datetime = NOON) -> None:
        self.now: datetime = now

    def __call__(self) -> datetime:
        """Return the instant that the clock was moved to."""
        return self.now

    def move(self, **span: float) -> None:
        """Move on, or back."""
        self.now += timedelta(**span)


def box(id_: str = "1") -> Ref:
    """
    Name a box.
    """
    return Ref("box", id_)


def fold(kind: str, events: list[Any]) -> Box:
    """
    Return what a box is after *events*.
    """
    del kind
    state = Box()
    for event in events:
        if isinstance(event, Put):
            state = attrs.evolve(state, total=state.total + event.amount)
        else:
            state = attrs.evolve(state, noted=event)
    return state


def total(loaded: Loaded) -> int:
    """
    Return how much is in a stored box.
    """
    return loaded.state.total if isinstance(loaded.state, Box) else 0


def put(
    ref: Ref,
    *amounts: int,
    expected: int = 0,
    total: int = 0,
    index: Index | None = None,
    was: Index | None = None,
) -> Write:
    """
    Put *amounts* into a box that holds *total* at version *expected*.
    """
    events = tuple(Put(amount) for amount in amounts or (1,))
    return Write(
        ref=ref,
        expected=expected,
        state=Box(total + sum(event.amount for event in events)),
        events=events,
        index=index,
        was=was,
    )


def change(*writes: Write, at: datetime = NOON, **parts: Any) -> Commit:
    """
    Return a fresh commit of *writes* and whatever else.
    """
    parts.setdefault("id", uuid4())
    parts.setdefault("by", SYSTEM)
    return Commit(at=at, writes=writes, **parts)
