"""
Questions over many records: the inbox, the boards, search.

A question is a value with a walk of its own, like a command, but it changes
nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import attrs

from leadflow.desk._duty import ChannelDuty, duty_of
from leadflow.interest import Interest
from leadflow.lead import CONVERTED, REJECTED, Lead
from leadflow.ports import (
    AllOf,
    AnyOf,
    Filter,
    Has,
    Page,
    Prefix,
    Query,
    Within,
)
from leadflow.values import ChannelId, ContactPoint, search_words


if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from leadflow.client import Client
    from leadflow.playbook import Playbook
    from leadflow.scenario import Stage
    from leadflow.touch import Notice


__all__ = (
    "Availability",
    "Board",
    "BoardView",
    "ChannelDuty",
    "Column",
    "FindClients",
    "FindLeads",
    "Inbox",
    "InterestBoard",
    "LeadPage",
    "Notices",
)


@attrs.frozen(kw_only=True)
class LeadPage:
    """
    Hold a page of leads; *next* asks for the following one, None at the end.
    """

    leads: tuple[Lead, ...]
    next: str | None = None


def _leads(page: Page) -> LeadPage:
    return LeadPage(
        leads=tuple(cast("Lead", item.state) for item in page.items), next=page.next
    )


def _all_of(filters: Iterable[Filter]) -> Filter | None:
    several = tuple(filters)
    return several[0] if len(several) == 1 else AllOf(several) if several else None


# -- lists -------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Inbox:
    """
    List the unprocessed leads of all channels by time of arrival.

    Unprocessed are those in the first state; with *all_open*, all that are
    neither converted nor rejected.  *waiting* lists those that nobody answers
    for yet, with *role* those that wait for it.
    """

    assignee: str = ""
    role: str = ""
    waiting: bool = False
    channel: str = ""
    kind: str = ""
    all_open: bool = False
    newest_first: bool = False
    limit: int = 50
    after: str | None = None

    def ask(
        self,
        playbook: Playbook,
        now: datetime,
    ) -> Generator[Any, Any, LeadPage]:
        """
        Walk to one page of leads.
        """
        filters: list[Filter] = [
            Has("open", "yes")
            if self.all_open
            else Has("state", playbook.lead_flow.initial)
        ]
        if self.assignee:
            filters.append(Has("assignee", self.assignee))
        if self.role:
            filters.append(Has("waiting", self.role))
        if self.waiting:
            filters.append(Prefix("waiting", ""))
        if self.channel:
            filters.append(Has("channel", self.channel))
        if self.kind:
            filters.append(Has("kind", self.kind))
        page = yield Query(
            kind="lead",
            where=_all_of(filters),
            newest_first=self.newest_first,
            limit=self.limit,
            after=self.after,
        )
        return _leads(page)


@attrs.frozen(kw_only=True)
class FindLeads:
    """
    Search leads by name, contact, marks and times (R27); all that is given holds.

    *name* matches words of the person's and company's names by their beginning;
    *contact* is a normalised contact point; *fields* are (id, value) pairs.
    """

    name: str = ""
    contact: ContactPoint | None = None
    state: str = ""
    channel: str = ""
    source: str = ""
    assignee: str = ""
    tag: str = ""
    group: str = ""
    reason: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    newest_first: bool = True
    limit: int = 50
    after: str | None = None

    def ask(
        self,
        playbook: Playbook,
        now: datetime,
    ) -> Generator[Any, Any, LeadPage]:
        """
        Walk to one page of leads.
        """
        filters: list[Filter] = [
            Prefix("name", word) for word in sorted(search_words(self.name))
        ]
        if self.contact is not None:
            filters.append(Has("contact", self.contact.key))
        for name in (
            "state",
            "channel",
            "source",
            "assignee",
            "tag",
            "group",
            "reason",
        ):
            value = getattr(self, name)
            if value:
                filters.append(Has(name, value))
        filters += [Has(f"field.{name}", value) for name, value in self.fields]
        if self.since is not None or self.until is not None:
            filters.append(Within(self.since, self.until))
        page = yield Query(
            kind="lead",
            where=_all_of(filters),
            newest_first=self.newest_first,
            limit=self.limit,
            after=self.after,
        )
        return _leads(page)


@attrs.frozen(kw_only=True)
class FindClients:
    """
    Search clients by name or contact (R27); answers clients, newest first.
    """

    name: str = ""
    contact: ContactPoint | None = None
    owner: str = ""
    limit: int = 50

    def ask(
        self,
        playbook: Playbook,
        now: datetime,
    ) -> Generator[Any, Any, tuple[Client, ...]]:
        """
        Walk to the clients found.
        """
        filters: list[Filter] = [
            Prefix("name", word) for word in sorted(search_words(self.name))
        ]
        if self.contact is not None:
            filters.append(Has("contact", self.contact.key))
        if self.owner:
            filters.append(Has("owner", self.owner))
        page = yield Query(
            kind="client", where=_all_of(filters), newest_first=True, limit=self.limit
        )
        return tuple(cast("Client", item.state) for item in page.items)


@attrs.frozen(kw_only=True)
class Notices:
    """
    List what came in and was no person's attention, newest first (R12).
    """

    channel: str = ""
    reason: str = ""
    limit: int = 50

    def ask(
        self,
        playbook: Playbook,
        now: datetime,
    ) -> Generator[Any, Any, tuple[Notice, ...]]:
        """
        Walk to the notices found.
        """
        filters: list[Filter] = []
        if self.channel:
            filters.append(Has("channel", self.channel))
        if self.reason:
            filters.append(Has("reason", self.reason))
        page = yield Query(
            kind="notice", where=_all_of(filters), newest_first=True, limit=self.limit
        )
        return tuple(cast("Notice", item.state) for item in page.items)


@attrs.frozen(kw_only=True)
class Availability:
    """
    Tell whether anybody is there for *channel* at *at*, now without it (R9).
    """

    channel: ChannelId
    at: datetime | None = None

    def ask(
        self,
        playbook: Playbook,
        now: datetime,
    ) -> Generator[Any, Any, ChannelDuty]:
        """
        Answer at once: the playbook knows.

        Raises:
            UnknownRecord: there is no such channel.
        """
        yield from ()
        return duty_of(playbook, playbook.channel(self.channel), self.at or now)


# -- boards ------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Column:
    """
    Hold one column of a board: a state or stage, and its first cards.

    *more* asks `~leadflow.ports.Store.select` for the rest, None if there is none.
    """

    id: str
    title: str
    colour: str = ""
    kind: str = "open"
    cards: tuple[Lead | Interest, ...] = ()
    more: str | None = None


@attrs.frozen
class BoardView:
    """
    Hold the columns of a board in their order.
    """

    columns: tuple[Column, ...]

    def __getitem__(self, id: str) -> Column:  # noqa: A002 - the field's own name
        """Return the column *id*; raises KeyError."""
        for column in self.columns:
            if column.id == id:
                return column
        raise KeyError(id)


@attrs.frozen(kw_only=True)
class Board:
    """
    Show leads by state (R19); the ends with *ends*.
    """

    assignee: str = ""
    channel: str = ""
    ends: bool = True
    limit: int = 50

    def ask(
        self,
        playbook: Playbook,
        now: datetime,
    ) -> Generator[Any, Any, BoardView]:
        """
        Walk to the columns.
        """
        converted, rejected = playbook.lead_ends
        columns = [
            Column(id=state.id, title=state.title or state.id, colour=state.colour)
            for state in playbook.lead_states
        ]
        if self.ends:
            columns.append(Column(id=CONVERTED, title=converted, kind="won"))
            columns.append(Column(id=REJECTED, title=rejected, kind="lost"))
        more: list[Filter] = []
        if self.assignee:
            more.append(Has("assignee", self.assignee))
        if self.channel:
            more.append(Has("channel", self.channel))
        return (yield from _filled("lead", "state", columns, more, limit=self.limit))


@attrs.frozen(kw_only=True)
class InterestBoard:
    """
    Show interests of a scenario by stage; the playbook's first without one.

    Stages that only an older version has stand after those of the newest, as
    long as an interest stands there (R37).
    """

    scenario: str = ""
    assignee: str = ""
    limit: int = 50

    def ask(
        self,
        playbook: Playbook,
        now: datetime,
    ) -> Generator[Any, Any, BoardView]:
        """
        Walk to the columns.

        Raises:
            UnknownRecord: there is no such scenario.
        """
        newest = playbook.scenario(self.scenario)
        stages: dict[str, Stage] = {stage.id: stage for stage in newest.stages}
        for older in playbook.scenarios:
            if older.id == newest.id:
                for stage in older.stages:
                    stages.setdefault(stage.id, stage)
        columns = [
            Column(
                id=stage.id,
                title=stage.title or stage.id,
                colour=stage.colour,
                kind=stage.kind,
            )
            for stage in stages.values()
        ]
        more: list[Filter] = []
        if self.assignee:
            mine = (
                Has("assignee", self.assignee),
                Has("collaborator", self.assignee),
            )
            more.append(AnyOf(mine))
        board = yield from _filled(
            "interest", "stage", columns, more, limit=self.limit, prefix=f"{newest.id}/"
        )
        return BoardView(tuple(c for c in board.columns if c.cards or newest.has(c.id)))


def _filled(
    kind: str,
    term: str,
    columns: Iterable[Column],
    more: Iterable[Filter],
    *,
    limit: int,
    prefix: str = "",
) -> Generator[Any, Any, BoardView]:
    filled: list[Column] = []
    for column in columns:
        page = yield Query(
            kind=kind,
            where=_all_of((Has(term, prefix + column.id), *more)),
            limit=limit,
        )
        filled.append(
            attrs.evolve(
                column, cards=tuple(i.state for i in page.items), more=page.next
            )
        )
    return BoardView(tuple(filled))
