"""
What may be done with a client: pure functions that answer events or refuse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadflow._changes import changes_of, merge_fields
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


def _new(
    client: Client, contact_points: Iterable[ContactPoint]
) -> tuple[ContactPoint, ...]:
    known = {point.key or point.raw for point in client.contact_points}
    return tuple(p for p in contact_points if (p.key or p.raw) not in known)


def join(
    client: Client, lead: LeadId, contact_points: Iterable[ContactPoint]
) -> tuple[ClientEvent, ...]:
    """
    Decide that *lead* stands with *client*; its new contact points come along.
    """
    new = _new(client, contact_points)
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
    new = _new(client, contact_points)
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
    wanted = set(add)
    added = tuple(sorted(wanted - set(client.tags)))
    removed = tuple(sorted((set(remove) & set(client.tags)) - wanted))
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
