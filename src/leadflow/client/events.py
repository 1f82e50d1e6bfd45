"""
What can happen to a client, in the past tense.
"""

from __future__ import annotations

from typing import TypeAlias

import attrs

from leadflow.values import (
    Change,
    ChannelId,
    ContactPoint,
    Fields,
    InterestId,
    LeadId,
    MemberId,
    Person,
    TouchId,
    Why,
)


__all__ = (
    "ClientAdded",
    "ClientAssigned",
    "ClientEdited",
    "ClientEvent",
    "ClientInterestClosed",
    "ClientInterestOpened",
    "ClientJoined",
    "ClientNoted",
    "ClientTagged",
    "ClientTouched",
)


@attrs.frozen(kw_only=True)
class ClientAdded:
    """
    Tell that there is a relationship with a person or company from now on.

    *entity* is ``person`` or ``company``; *relation* says what it is to us
    (R16); *origin* is the lead that it came from (R23).
    """

    client: str
    entity: str = "person"
    relation: str = "buyer"
    name: str = ""
    person: Person = attrs.field(factory=Person)
    contact_points: tuple[ContactPoint, ...] = ()
    origin: LeadId | None = None
    owners: tuple[MemberId, ...] = ()
    tags: tuple[str, ...] = ()
    fields: Fields = ()
    channel: ChannelId | None = None


@attrs.frozen(kw_only=True)
class ClientJoined:
    """
    Tell that a lead of this client's stands with it, its contacts come along.
    """

    lead: LeadId
    contact_points: tuple[ContactPoint, ...] = ()


@attrs.frozen(kw_only=True)
class ClientTouched:
    """
    Tell that the client came again (R4); *interest* is where it stands too.
    """

    touch: TouchId
    contact_points: tuple[ContactPoint, ...] = ()
    interest: InterestId | None = None


@attrs.frozen(kw_only=True)
class ClientEdited:
    """
    Tell which fields were what before and are what after (R28).
    """

    changes: tuple[Change, ...]
    entity: str | None = None
    relation: str | None = None
    name: str | None = None
    person: Person | None = None
    contact_points: tuple[ContactPoint, ...] | None = None
    fields: Fields | None = None


@attrs.frozen(kw_only=True)
class ClientTagged:
    """
    Tell which tags came and went.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class ClientNoted:
    """
    Tell what a member wrote to the others, and whom they mentioned.
    """

    text: str
    mentions: tuple[MemberId, ...] = ()


@attrs.frozen(kw_only=True)
class ClientAssigned:
    """
    Tell whose client it is from now on, and why.
    """

    owners: tuple[MemberId, ...]
    why: Why
    before: tuple[MemberId, ...] = ()


@attrs.frozen(kw_only=True)
class ClientInterestOpened:
    """
    Tell that an interest of the client's is open.
    """

    interest: InterestId


@attrs.frozen(kw_only=True)
class ClientInterestClosed:
    """
    Tell that an interest of the client's is won or lost.
    """

    interest: InterestId


ClientEvent: TypeAlias = (
    ClientAdded
    | ClientJoined
    | ClientTouched
    | ClientEdited
    | ClientTagged
    | ClientNoted
    | ClientAssigned
    | ClientInterestOpened
    | ClientInterestClosed
)
