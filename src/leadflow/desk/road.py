"""
The one road of every change: reads, facts, decision.

A command is a value that *decides*: a generator that yields what it must see
(`Reads`), is sent what there is (`Facts`), and returns a `Decision`.  It does no
I/O itself, so the same command runs against any store, in a test against none,
and again from the start when another commit came first.  The decision is
committed as a whole or not at all.

Every fact that was read stands in the commit, as a written record or among its
expected versions, so that no decision rests on what has changed meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeAlias, TypeVar

import attrs

from leadflow.errors import UnknownRecord
from leadflow.ports import (
    CancelTimer,
    Claim,
    ClaimKey,
    ClaimRecord,
    Commit,
    Effect,
    Lease,
    Loaded,
    Release,
    SetTimer,
    Settle,
    Write,
)
from leadflow.records import ROOMS
from leadflow.values import Moment, Ref


if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from leadflow.playbook import Playbook


__all__ = (
    "Command",
    "Decision",
    "Draft",
    "Facts",
    "Question",
    "Reads",
    "Walk",
)

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


@attrs.frozen(kw_only=True)
class Reads:
    """
    Ask for records and for the holders of claims.

    With *follow* the holders found are loaded too.  *guard* names hot keys that
    a store may serialise on while the decision is made; only the first reads of
    a walk are heeded for it.
    """

    refs: tuple[Ref, ...] = ()
    keys: tuple[ClaimKey, ...] = ()
    follow: bool = False
    guard: tuple[str, ...] = ()


class Facts:
    """
    Gather what a walk has read so far.
    """

    __slots__ = ("claims", "records")

    def __init__(
        self,
        records: Mapping[Ref, Loaded] | None = None,
        claims: Mapping[ClaimKey, ClaimRecord | None] | None = None,
    ) -> None:
        self.records: dict[Ref, Loaded] = dict(records or {})
        self.claims: dict[ClaimKey, ClaimRecord | None] = dict(claims or {})

    def state(self, ref: Ref) -> Any:
        """Return the state of *ref*, None if there is no such record."""
        return self.records[ref].state

    def need(self, ref: Ref) -> Any:
        """
        Return the state of *ref*.

        Raises:
            UnknownRecord: there is no such record (rule ``<kind>.unknown``).
        """
        state = self.records[ref].state
        if state is None:
            raise UnknownRecord(
                f"{ref.kind}.unknown", f"there is no {ref.kind} {ref.id}"
            )
        return state

    def owner(self, key: ClaimKey) -> Ref | None:
        """Return who holds *key*, None if nobody; it must have been read."""
        record = self.claims[key]
        return None if record is None else record.owner


@attrs.frozen(kw_only=True)
class Decision(Generic[R_co]):
    """
    Hold what is to be written, and the answer to give once it is.
    """

    result: R_co
    writes: tuple[Write, ...] = ()
    expects: tuple[tuple[Ref, int], ...] = ()
    claims: tuple[Claim, ...] = ()
    releases: tuple[Release, ...] = ()
    timers: tuple[SetTimer | CancelTimer, ...] = ()
    effects: tuple[Effect, ...] = ()
    settles: tuple[Settle, ...] = ()

    @property
    def empty(self) -> bool:
        """Tell whether there is nothing to write."""
        return not (
            self.writes
            or self.claims
            or self.releases
            or self.timers
            or self.effects
            or self.settles
        )

    def commit(self, id: UUID, moment: Moment) -> Commit:  # noqa: A002 - the field's own name
        """Return the commit that carries it out."""
        return Commit(
            id=id,
            at=moment.now,
            by=moment.by,
            writes=self.writes,
            expects=self.expects,
            claims=self.claims,
            releases=self.releases,
            timers=self.timers,
            effects=self.effects,
            settles=self.settles,
        )


Walk: TypeAlias = Generator[Reads, Facts, R]
"""A part of a road: yields reads, is sent facts, returns what it found."""


class Command(Protocol[R_co]):
    """
    Decide on a change; frozen, so that it can be logged, queued and repeated.
    """

    def decide(
        self, playbook: Playbook, moment: Moment
    ) -> Generator[Reads, Facts, Decision[R_co]]:
        """Walk from reads to a decision; raises Refused."""
        ...


class Question(Protocol[R_co]):
    """
    Ask for something without changing anything.

    `ask` yields what it wants to see: a `~leadflow.ports.Query` is answered by a
    page, a tuple of names by the records, one name by the history of that
    record.  It returns the answer.
    """

    def ask(self, playbook: Playbook, now: datetime) -> Generator[Any, Any, R_co]:
        """Walk from queries to an answer."""
        ...


class _Written:
    """
    Hold a record as a decision has it so far, and the events that made it so.
    """

    __slots__ = ("events", "loaded", "state")

    def __init__(self, loaded: Loaded | None) -> None:
        self.loaded = loaded
        self.state = loaded.state if loaded else None
        self.events: list[Any] = []


class Draft:
    """
    Gather the changes of one decision on top of the facts.

    Events are applied as they come, so that a later part of the same decision
    sees what an earlier part made of a record.
    """

    def __init__(self, facts: Facts, moment: Moment) -> None:
        self.facts = facts
        self.moment = moment
        self._written: dict[Ref, _Written] = {}
        self._claims: dict[ClaimKey, Claim] = {}
        self._releases: dict[ClaimKey, Release] = {}
        self._timers: dict[tuple[Ref, str], SetTimer | CancelTimer] = {}
        self._effects: list[Effect] = []
        self._settles: list[Settle] = []

    def state(self, ref: Ref) -> Any:
        """Return the record as this decision has it so far."""
        written = self._written.get(ref)
        return self.facts.state(ref) if written is None else written.state

    def apply(self, ref: Ref, events: Sequence[Any]) -> Any:
        """Return the record after *events*, and write them."""
        written = self._written.get(ref)
        if written is None:
            before = self.facts.records.get(ref)
            written = _Written(before)
            if events:
                self._written[ref] = written
        evolve: Callable[[Any, Any, datetime], Any] = ROOMS[ref.kind].evolve
        now = self.moment.now
        for event in events:
            written.events.append(event)
            written.state = evolve(written.state, event, now)
        return written.state

    def claim(
        self, key: ClaimKey, owner: Ref, *, until: datetime | None = None
    ) -> None:
        """Take *key* for *owner*, for good or *until* then."""
        self._claims[key] = Claim(key=key, owner=owner, until=until)

    def release(self, key: ClaimKey, owner: Ref) -> None:
        """Give *key* back."""
        self._releases[key] = Release(key=key, owner=owner)

    def keep(
        self, space: str, owner: Ref, was: Iterable[str], now: Iterable[str]
    ) -> None:
        """
        Bring the claims of *owner* in *space* from the keys *was* to *now*.

        All keys must have been read; those that another holds stay with it.
        """
        before, after = frozenset(was), frozenset(now)
        for text in sorted(before - after):
            key = ClaimKey(space, text)
            if self.facts.owner(key) == owner:
                self.release(key, owner)
        for text in sorted(after - before):
            key = ClaimKey(space, text)
            if self.facts.owner(key) is None:
                self.claim(key, owner)

    def timer(self, timer: SetTimer | CancelTimer) -> None:
        """Set or cancel a timer."""
        self._timers[timer.ref, timer.name] = timer

    def effect(self, effect: Effect) -> None:
        """Ask the outside world for something."""
        self._effects.append(effect)

    def settle(self, lease: Lease) -> None:
        """Finish the leased work with this commit."""
        self._settles.append(Settle(lease))

    def decide(self, result: R) -> Decision[R]:
        """Return the decision with *result* as its answer."""
        writes = []
        for ref, written in self._written.items():
            loaded, state = written.loaded, written.state
            find = ROOMS[ref.kind].index
            before = loaded.state if loaded else None
            writes.append(
                Write(
                    ref=ref,
                    expected=loaded.version if loaded else 0,
                    state=state,
                    events=tuple(written.events),
                    index=find(state) if find else None,
                    was=find(before) if find and before is not None else None,
                )
            )
        expects = tuple(
            (ref, loaded.version)
            for ref, loaded in self.facts.records.items()
            if ref not in self._written
        )
        return Decision(
            result=result,
            writes=tuple(writes),
            expects=expects,
            claims=tuple(self._claims.values()),
            releases=tuple(self._releases.values()),
            timers=tuple(self._timers.values()),
            effects=tuple(self._effects),
            settles=tuple(self._settles),
        )
