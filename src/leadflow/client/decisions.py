"""
What may be done with a client: pure functions that answer events or refuse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadflow._changes import changed_tags, changes_of, merge_fields, new_points
from leadflow.client.events import (
    ClientAssigned,
    ClientEdited,
    ClientEvent,
    ClientJoined,
    ClientNoted,
    ClientTagged,
    ClientTouched,
)
from leadflow.errors import Refused


if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from leadflow.client.state import Client
    from leadflow.values import (
        ContactPoint,
        Fields,
        InterestId,
        LeadId,
        MemberId,
        Person,
        TouchId,
        Why,
    )


__all__ = ("assign", "edit", "join", "note", "tag", "touch")


def join(
    client: Client, lead: LeadId, contact_points: Iterable[ContactPoint]
) -> tuple[ClientEvent, ...]:
    """
    Decide that *lead* stands with *client*; its new contact points come along.
    """
    new = new_points(client.contact_points, contact_points)
    if lead in client.leads and not new:
        return ()
    return (ClientJoined(lead=lead, contact_points=new),)


def touch(
    client: Client,
    touch: TouchId,
    contact_points: Iterable[ContactPoint] = (),
    *,
    interest: InterestId | None = None,
) -> tuple[ClientEvent, ...]:
    """
    Decide that the client came again (R4).
    """
    new = new_points(client.contact_points, contact_points)
    return (ClientTouched(touch=touch, contact_points=new, interest=interest),)


def edit(
    client: Client,
    *,
    entity: str | None = None,
    relation: str | None = None,
    name: str | None = None,
    person: Person | None = None,
    contact_points: tuple[ContactPoint, ...] | None = None,
    fields: Fields | None = None,
) -> tuple[ClientEvent, ...]:
    """
    Decide what changes; what is not given stays, what is equal makes no event.
    """
    changes, changed = changes_of(
        client,
        {
            "entity": entity,
            "relation": relation,
            "name": name,
            "person": person,
            "contact_points": contact_points,
            "fields": None if fields is None else merge_fields(client.fields, fields),
        },
    )
    return (ClientEdited(changes=changes, **changed),) if changes else ()  # type: ignore[arg-type]


def tag(
    client: Client, add: Iterable[str] = (), remove: Iterable[str] = ()
) -> tuple[ClientEvent, ...]:
    """
    Decide which tags come and go; those that are there or gone make no event.
    """
    added, removed = changed_tags(client.tags, add, remove)
    return (ClientTagged(added=added, removed=removed),) if added or removed else ()


def note(
    client: Client, text: str, mentions: Iterable[MemberId] = ()
) -> tuple[ClientEvent, ...]:
    """
    Decide that a member writes to the others about *client*.

    Raises:
        Refused: there is no text (``client.note.empty``).
    """
    if not text.strip():
        raise Refused(
            "client.note.empty", "a note has no text", subject=str(client.ref)
        )
    return (ClientNoted(text=text, mentions=tuple(mentions)),)


def assign(
    client: Client, owners: Sequence[MemberId], why: Why
) -> tuple[ClientEvent, ...]:
    """
    Decide whose client it is; nothing where it is theirs already.
    """
    if tuple(owners) == client.owners:
        return ()
    return (ClientAssigned(owners=tuple(owners), why=why, before=client.owners),)
