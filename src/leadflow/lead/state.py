"""
A lead as it is, how events change it, and by what it is found.
"""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

import attrs

from leadflow._changes import edited, evolved, finish
from leadflow.lead.events import (
    LeadAnswered,
    LeadAssigned,
    LeadConverted,
    LeadEdited,
    LeadEvent,
    LeadMoved,
    LeadNoted,
    LeadOpened,
    LeadOverdue,
    LeadRejected,
    LeadReopened,
    LeadTagged,
    LeadTaskAdded,
    LeadTaskFinished,
    LeadTouched,
)
from leadflow.values import (
    ChannelId,
    ClientId,
    ContactPoint,
    Fields,
    Index,
    LeadId,
    MemberId,
    Money,
    Person,
    Product,
    Ref,
    RoleId,
    Source,
    Task,
    Term,
    TouchId,
    Why,
    search_words,
)


__all__ = (
    "CONVERTED",
    "REJECTED",
    "Lead",
    "evolve",
    "index",
    "open_claims",
)

CONVERTED = "converted"
REJECTED = "rejected"


@attrs.frozen(kw_only=True)
class Lead:
    """
    Hold a lead as it is now.

    *state* is one of the playbook's open lead states, ``converted`` or
    ``rejected``.  *client* is the known client that it repeats (R4), or that it
    was converted to; *results* are what it was converted to.  *respond_by* is
    the instant until which somebody must have answered, None where the person is
    not waiting; *answered_at* is when they were answered first.  Both aware UTC.
    """

    id: LeadId
    state: str
    opened_at: datetime
    channel: ChannelId
    kind: str = ""
    person: Person = attrs.field(factory=Person)
    contact_points: tuple[ContactPoint, ...] = ()
    subject: str = ""
    text: str = ""
    source: Source = attrs.field(factory=Source)
    products: tuple[Product, ...] = ()
    amount: Money | None = None
    language: str = ""
    tags: tuple[str, ...] = ()
    group: str = ""
    fields: Fields = ()
    assignees: tuple[MemberId, ...] = ()
    role: RoleId | None = None
    why: Why | None = None
    client: ClientId | None = None
    repeat: bool = False
    results: tuple[Ref, ...] = ()
    touches: int = 0
    last_touch: TouchId | None = None
    last_touch_at: datetime | None = None
    answered_at: datetime | None = None
    respond_by: datetime | None = None
    overdue: int = 0
    tasks: tuple[Task, ...] = ()
    reason: str = ""
    closed_at: datetime | None = None

    @property
    def ref(self) -> Ref:
        """Return the name of the record."""
        return Ref("lead", self.id)

    @property
    def is_open(self) -> bool:
        """Tell whether it is neither converted nor rejected."""
        return self.state not in (CONVERTED, REJECTED)


def evolve(state: Lead | None, event: LeadEvent, at: datetime) -> Lead:
    """
    Return the lead as it is after *event*.
    """
    if isinstance(event, LeadOpened):
        return Lead(
            id=event.lead,
            state=event.state,
            opened_at=at,
            channel=event.channel,
            kind=event.kind,
            person=event.person,
            contact_points=event.contact_points,
            subject=event.subject,
            text=event.text,
            source=event.source,
            products=event.products,
            amount=event.amount,
            language=event.language,
            tags=event.tags,
            group=event.group,
            fields=event.fields,
            client=event.client,
            repeat=event.repeat,
            touches=0 if event.touch is None else 1,
            last_touch=event.touch,
            last_touch_at=None if event.touch is None else at,
            respond_by=event.respond_by,
        )
    if state is None:
        raise AssertionError("a lead begins with being opened")
    match event:
        case LeadTouched():
            # A person who writes again does not move their own deadline (S32).
            return evolved(
                state,
                contact_points=state.contact_points + event.contact_points,
                products=state.products + event.products,
                person=event.person or state.person,
                touches=state.touches + 1,
                last_touch=event.touch,
                last_touch_at=at,
                respond_by=state.respond_by or event.respond_by,
            )
        case LeadAssigned():
            return evolved(
                state, assignees=event.members, role=event.role, why=event.why
            )
        case LeadMoved():
            return attrs.evolve(state, state=event.state)
        case LeadEdited():
            return attrs.evolve(state, **edited(event))
        case LeadTagged():
            tags = (set(state.tags) | set(event.added)) - set(event.removed)
            return attrs.evolve(state, tags=tuple(sorted(tags)))
        case LeadNoted():
            return state
        case LeadAnswered():
            return attrs.evolve(
                state, answered_at=state.answered_at or at, respond_by=None, overdue=0
            )
        case LeadOverdue():
            return attrs.evolve(state, overdue=event.level)
        case LeadTaskAdded():
            return attrs.evolve(state, tasks=(*state.tasks, event.task))
        case LeadTaskFinished():
            return attrs.evolve(state, tasks=finish(state.tasks, event.task, at))
        case LeadRejected():
            return attrs.evolve(
                state,
                state=REJECTED,
                reason=event.reason,
                closed_at=at,
                respond_by=None,
            )
        case LeadReopened():
            return attrs.evolve(
                state,
                state=event.state,
                reason="",
                closed_at=None,
                respond_by=event.respond_by,
                overdue=0,
            )
        case LeadConverted():
            return attrs.evolve(
                state,
                state=CONVERTED,
                client=event.client,
                results=event.results,
                closed_at=at,
                respond_by=None,
            )
        case _:
            assert_never(event)


def index(state: Lead) -> Index:
    """
    Return by what a lead is found (R27): state, people, contacts, marks, names.
    """
    terms: set[Term] = {
        ("state", state.state),
        ("channel", state.channel),
        ("kind", state.kind),
    }
    if state.is_open:
        terms.add(("open", "yes"))
        if not state.assignees:
            terms.add(("waiting", state.role or "anybody"))
    if state.repeat:
        terms.add(("repeat", "yes"))
    if state.client is not None:
        terms.add(("client", state.client))
    if state.source.name:
        terms.add(("source", state.source.name))
    if state.group:
        terms.add(("group", state.group))
    if state.reason:
        terms.add(("reason", state.reason))
    terms.update(("assignee", member) for member in state.assignees)
    terms.update(("tag", text) for text in state.tags)
    terms.update(("contact", p.key) for p in state.contact_points if p.value)
    terms.update(
        (f"field.{name}", value) for name, values in state.fields for value in values
    )
    names = search_words(state.person.name, state.person.company)
    terms.update(("name", word) for word in names)
    return Index(state.opened_at, frozenset(terms))


def open_claims(state: Lead) -> frozenset[str]:
    """
    Return the contact keys of which an open lead is the only holder (R4, R5).
    """
    if not state.is_open:
        return frozenset()
    return frozenset(point.key for point in state.contact_points if point.value)
