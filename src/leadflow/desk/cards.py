"""
Questions about one record: its card with all history, a client's timeline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import attrs

from leadflow.errors import UnknownRecord
from leadflow.ports import AnyOf, Has, Loaded, Page, Query, Recorded
from leadflow.touch import Touch
from leadflow.values import ClientId, Ref


if TYPE_CHECKING:
    from collections.abc import Generator
    from datetime import datetime

    from leadflow.client import Client
    from leadflow.playbook import Playbook


__all__ = ("Card", "CardView", "Entry", "Timeline")


def _everything(query: Query) -> Generator[Query, Page, list[Loaded]]:
    """
    Read all pages of *query*.
    """
    items: list[Loaded] = []
    while True:
        page = yield query
        items.extend(page.items)
        if page.next is None:
            return items
        query = attrs.evolve(query, after=page.next)


def _history(ref: Ref) -> Generator[Ref, list[Recorded], tuple[Recorded, ...]]:
    return tuple((yield ref))


@attrs.frozen(kw_only=True)
class CardView:
    """
    Hold a record with its history, and the touches that stand with it.
    """

    record: Any
    history: tuple[Recorded, ...]
    touches: tuple[Touch, ...] = ()


@attrs.frozen
class Card:
    """
    Show a record with the history of every change: who, when, what (R28).
    """

    ref: Ref

    def ask(
        self,
        playbook: Playbook,
        now: datetime,
    ) -> Generator[Any, Any, CardView]:
        """
        Walk to the record, its history and its touches.

        Raises:
            UnknownRecord: there is no such record.
        """
        (loaded,) = yield (self.ref,)
        if loaded.state is None:
            raise UnknownRecord(
                f"{self.ref.kind}.unknown", f"there is no {self.ref.kind} {self.ref.id}"
            )
        history = yield from _history(self.ref)
        by = (
            Has("interest", self.ref.id)
            if self.ref.kind == "interest"
            else Has("party", str(self.ref))
        )
        found = yield from _everything(Query(kind="touch", where=by, limit=200))
        return CardView(
            record=loaded.state,
            history=history,
            touches=tuple(cast("Touch", item.state) for item in found),
        )


@attrs.frozen(kw_only=True)
class Entry:
    """
    Hold one line of a timeline: what happened to which record.
    """

    ref: Ref
    recorded: Recorded

    @property
    def at(self) -> datetime:
        """Return when it happened, aware UTC."""
        return self.recorded.at


@attrs.frozen
class Timeline:
    """
    Show a client's whole path: leads, interests, touches, documents (R54).

    Answers entries in the order of the journal.
    """

    client: ClientId

    def ask(
        self,
        playbook: Playbook,
        now: datetime,
    ) -> Generator[Any, Any, tuple[Entry, ...]]:
        """
        Walk over everything that stands with the client.

        Raises:
            UnknownRecord: there is no such client.
        """
        ref = Ref("client", self.client)
        (loaded,) = yield (ref,)
        if loaded.state is None:
            raise UnknownRecord("client.unknown", f"there is no client {self.client}")
        client = cast("Client", loaded.state)
        leads = [Ref("lead", lead) for lead in client.leads]
        interests = yield from _everything(
            Query(kind="interest", where=Has("client", client.id), limit=200)
        )
        parties = (ref, *leads)
        touches = yield from _everything(
            Query(
                kind="touch",
                where=AnyOf(tuple(Has("party", str(party)) for party in parties)),
                limit=200,
            )
        )
        entries: list[Entry] = []
        refs = (*parties, *(item.ref for item in (*interests, *touches)))
        for each in refs:
            history = yield from _history(each)
            entries += [Entry(ref=each, recorded=recorded) for recorded in history]
        return tuple(sorted(entries, key=lambda entry: entry.recorded.position))
