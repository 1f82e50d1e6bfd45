"""
An interest as it is, how events change it, and by what it is found.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, assert_never

import attrs

from leadflow._changes import edited, finish
from leadflow.interest.events import (
    InterestAssigned,
    InterestChecked,
    InterestDocumented,
    InterestEdited,
    InterestEvent,
    InterestLost,
    InterestMoved,
    InterestNoted,
    InterestOpened,
    InterestReopened,
    InterestTaskAdded,
    InterestTaskFinished,
    InterestTouched,
    InterestWon,
)
from leadflow.values import (
    ClientId,
    ContactPoint,
    Document,
    Fields,
    Index,
    InterestId,
    LeadId,
    MemberId,
    Money,
    Product,
    Ref,
    RoleId,
    Source,
    StageId,
    Task,
    Term,
    Why,
    search_words,
)


__all__ = ("Interest", "InterestStanding", "Stay", "evolve", "index")

InterestStanding = Literal["open", "won", "lost"]


@attrs.frozen
class Stay:
    """
    Tell of one stay in a stage (R42); *left_at* is None while it lasts.
    """

    stage: StageId
    entered_at: datetime
    left_at: datetime | None = None


@attrs.frozen(kw_only=True)
class Interest:
    """
    Hold one deal with a client as it is now (R40).

    *scenario* and *version* say under which rules it runs (R37); *stays* are
    the stages passed with their times, the present one last (R42).
    """

    id: InterestId
    client: ClientId
    scenario: str
    version: int
    stage: StageId
    opened_at: datetime
    standing: InterestStanding = "open"
    theme: str = ""
    description: str = ""
    service: str = ""
    amount: Money | None = None
    products: tuple[Product, ...] = ()
    contacts: tuple[ContactPoint, ...] = ()
    fields: Fields = ()
    documents: tuple[Document, ...] = ()
    tasks: tuple[Task, ...] = ()
    checked: tuple[str, ...] = ()
    assignees: tuple[MemberId, ...] = ()
    role: RoleId | None = None
    collaborators: tuple[MemberId, ...] = ()
    why: Why | None = None
    source: Source = attrs.field(factory=Source)
    channel: str = ""
    kind: str = ""
    lead: LeadId | None = None
    expected_close: date | None = None
    stays: tuple[Stay, ...] = ()
    touches: int = 0
    last_touch_at: datetime | None = None
    reason: str = ""
    closed_at: datetime | None = None

    @property
    def ref(self) -> Ref:
        """Return the name of the record."""
        return Ref("interest", self.id)

    @property
    def is_open(self) -> bool:
        """Tell whether it is neither won nor lost."""
        return self.standing == "open"


def evolve(state: Interest | None, event: InterestEvent, at: datetime) -> Interest:
    """
    Return the interest as it is after *event*.
    """
    if isinstance(event, InterestOpened):
        return _opened(event, at)
    if state is None:
        raise AssertionError("an interest begins with being opened")
    match event:
        case InterestMoved():
            return _enter(state, event.stage, at)
        case InterestWon():
            return attrs.evolve(
                _enter(state, event.stage, at), standing="won", closed_at=at
            )
        case InterestLost():
            return attrs.evolve(
                _enter(state, event.stage, at),
                standing="lost",
                reason=event.reason,
                closed_at=at,
            )
        case InterestReopened():
            return attrs.evolve(
                _enter(state, event.stage, at),
                standing="open",
                reason="",
                closed_at=None,
            )
        case InterestAssigned():
            return attrs.evolve(
                state,
                assignees=event.members,
                role=event.role,
                collaborators=event.collaborators,
                why=event.why,
            )
        case InterestEdited():
            return attrs.evolve(state, **edited(event))
        case InterestChecked():
            checked = set(state.checked) - {event.item}
            if event.done:
                checked.add(event.item)
            return attrs.evolve(state, checked=tuple(sorted(checked)))
        case InterestDocumented():
            return attrs.evolve(state, documents=(*state.documents, event.document))
        case InterestTaskAdded():
            return attrs.evolve(state, tasks=(*state.tasks, event.task))
        case InterestTaskFinished():
            return attrs.evolve(state, tasks=finish(state.tasks, event.task, at))
        case InterestTouched():
            return attrs.evolve(state, touches=state.touches + 1, last_touch_at=at)
        case InterestNoted():
            return state
        case _:
            assert_never(event)


def _opened(event: InterestOpened, at: datetime) -> Interest:
    return Interest(
        id=event.interest,
        client=event.client,
        scenario=event.scenario,
        version=event.version,
        stage=event.stage,
        opened_at=at,
        theme=event.theme,
        description=event.description,
        service=event.service,
        amount=event.amount,
        products=event.products,
        contacts=event.contacts,
        fields=event.fields,
        source=event.source,
        channel=event.channel,
        kind=event.kind,
        lead=event.lead,
        expected_close=event.expected_close,
        stays=(Stay(event.stage, at),),
        touches=0 if event.touch is None else 1,
        last_touch_at=None if event.touch is None else at,
    )


def _enter(state: Interest, stage: StageId, at: datetime) -> Interest:
    left = attrs.evolve(state.stays[-1], left_at=at)
    return attrs.evolve(
        state, stage=stage, stays=(*state.stays[:-1], left, Stay(stage, at))
    )


def index(state: Interest) -> Index:
    """
    Return by what an interest is found (R27).
    """
    terms: set[Term] = {
        ("client", state.client),
        ("scenario", state.scenario),
        ("stage", f"{state.scenario}/{state.stage}"),
        ("standing", state.standing),
    }
    if state.channel:
        terms.add(("channel", state.channel))
    if state.source.name:
        terms.add(("source", state.source.name))
    if state.lead is not None:
        terms.add(("lead", state.lead))
    if state.reason:
        terms.add(("reason", state.reason))
    terms.update(("assignee", member) for member in state.assignees)
    terms.update(("collaborator", member) for member in state.collaborators)
    terms.update(
        (f"field.{name}", value) for name, values in state.fields for value in values
    )
    terms.update(("name", word) for word in search_words(state.theme))
    return Index(state.opened_at, frozenset(terms))
