"""
A client as it is, how events change it, and by what it is found.
"""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

import attrs

from leadflow._changes import edited
from leadflow.client.events import (
    ClientAdded,
    ClientAssigned,
    ClientEdited,
    ClientEvent,
    ClientInterestClosed,
    ClientInterestOpened,
    ClientJoined,
    ClientNoted,
    ClientTagged,
    ClientTouched,
)
from leadflow.values import (
    ChannelId,
    ClientId,
    ContactPoint,
    Fields,
    Index,
    InterestId,
    LeadId,
    MemberId,
    Person,
    Ref,
    Term,
    search_words,
)


__all__ = ("Client", "contact_claims", "evolve", "index")


@attrs.frozen(kw_only=True)
class Client:
    """
    Hold a person or company with whom there is a relationship.

    *owners* are the client's own members (R31); *leads* are all leads that
    stand with it, the one that it came from first; *interests* are the open
    ones, the oldest first.
    """

    id: ClientId
    added_at: datetime
    entity: str = "person"
    relation: str = "buyer"
    name: str = ""
    person: Person = attrs.field(factory=Person)
    contact_points: tuple[ContactPoint, ...] = ()
    origin: LeadId | None = None
    leads: tuple[LeadId, ...] = ()
    interests: tuple[InterestId, ...] = ()
    owners: tuple[MemberId, ...] = ()
    tags: tuple[str, ...] = ()
    fields: Fields = ()
    channel: ChannelId | None = None
    touches: int = 0
    last_touch_at: datetime | None = None

    @property
    def ref(self) -> Ref:
        """Return the name of the record."""
        return Ref("client", self.id)


def evolve(state: Client | None, event: ClientEvent, at: datetime) -> Client:
    """
    Return the client as it is after *event*.
    """
    if isinstance(event, ClientAdded):
        return Client(
            id=ClientId(event.client),
            added_at=at,
            entity=event.entity,
            relation=event.relation,
            name=event.name,
            person=event.person,
            contact_points=event.contact_points,
            origin=event.origin,
            leads=() if event.origin is None else (event.origin,),
            owners=event.owners,
            tags=event.tags,
            fields=event.fields,
            channel=event.channel,
        )
    if state is None:
        raise AssertionError("a client begins with being added")
    match event:
        case ClientJoined():
            known = event.lead in state.leads
            return attrs.evolve(
                state,
                leads=state.leads if known else (*state.leads, event.lead),
                contact_points=state.contact_points + event.contact_points,
            )
        case ClientTouched():
            return attrs.evolve(
                state,
                contact_points=state.contact_points + event.contact_points,
                touches=state.touches + 1,
                last_touch_at=at,
            )
        case ClientEdited():
            return attrs.evolve(state, **edited(event))
        case ClientTagged():
            tags = (set(state.tags) | set(event.added)) - set(event.removed)
            return attrs.evolve(state, tags=tuple(sorted(tags)))
        case ClientNoted():
            return state
        case ClientAssigned():
            return attrs.evolve(state, owners=event.owners)
        case ClientInterestOpened():
            return attrs.evolve(state, interests=(*state.interests, event.interest))
        case ClientInterestClosed():
            return attrs.evolve(
                state,
                interests=tuple(i for i in state.interests if i != event.interest),
            )
        case _:
            assert_never(event)


def index(state: Client) -> Index:
    """
    Return by what a client is found (R27).
    """
    terms: set[Term] = {
        ("entity", state.entity),
        ("relation", state.relation),
    }
    terms.update(("lead", lead) for lead in state.leads)
    terms.update(("owner", member) for member in state.owners)
    terms.update(("tag", text) for text in state.tags)
    terms.update(("contact", p.key) for p in state.contact_points if p.value)
    terms.update(
        (f"field.{name}", value) for name, values in state.fields for value in values
    )
    names = search_words(state.name, state.person.name, state.person.company)
    terms.update(("name", word) for word in names)
    return Index(state.added_at, frozenset(terms))


def contact_claims(state: Client) -> frozenset[str]:
    """
    Return the contact keys by which the client is recognised (R4).
    """
    return frozenset(point.key for point in state.contact_points if point.value)
