"""
What can happen to a lead, in the past tense.

Every event is stored under a stable name and a version (`leadflow.codec`):
fields are added with a default, never renamed.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

import attrs

from leadflow.values import (
    Change,
    ChannelId,
    ClientId,
    ContactPoint,
    Fields,
    LeadId,
    MemberId,
    Money,
    Person,
    Product,
    Ref,
    RoleId,
    Source,
    Task,
    TouchId,
    Why,
)


__all__ = (
    "LeadAnswered",
    "LeadAssigned",
    "LeadConverted",
    "LeadEdited",
    "LeadEvent",
    "LeadMoved",
    "LeadNoted",
    "LeadOpened",
    "LeadOverdue",
    "LeadRejected",
    "LeadReopened",
    "LeadTagged",
    "LeadTaskAdded",
    "LeadTaskFinished",
    "LeadTouched",
)


@attrs.frozen(kw_only=True)
class LeadOpened:
    """
    Tell that a lead was opened, by a touch or by hand.
    """

    lead: LeadId
    state: str
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
    client: ClientId | None = None
    repeat: bool = False
    touch: TouchId | None = None
    respond_by: datetime | None = None


@attrs.frozen(kw_only=True)
class LeadTouched:
    """
    Tell that the person came again; new contact points and products come along.
    """

    touch: TouchId
    channel: ChannelId
    contact_points: tuple[ContactPoint, ...] = ()
    products: tuple[Product, ...] = ()
    person: Person | None = None
    respond_by: datetime | None = None


@attrs.frozen(kw_only=True)
class LeadAssigned:
    """
    Tell who answers for it from now on, and why (R35).
    """

    members: tuple[MemberId, ...]
    role: RoleId | None = None
    why: Why
    before: tuple[MemberId, ...] = ()


@attrs.frozen(kw_only=True)
class LeadMoved:
    """
    Tell that it went from one open state to another.
    """

    was: str
    state: str


@attrs.frozen(kw_only=True)
class LeadEdited:
    """
    Tell which fields were what before and are what after (R28).

    *person*, *contact_points*, *source*, *products*, *amount* and *fields* hold
    the new whole where they changed.
    """

    changes: tuple[Change, ...]
    person: Person | None = None
    contact_points: tuple[ContactPoint, ...] | None = None
    source: Source | None = None
    products: tuple[Product, ...] | None = None
    amount: Money | None = None
    subject: str | None = None
    text: str | None = None
    group: str | None = None
    fields: Fields | None = None


@attrs.frozen(kw_only=True)
class LeadTagged:
    """
    Tell which tags came and went.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class LeadNoted:
    """
    Tell what a member wrote to the others, and whom they mentioned.
    """

    text: str
    mentions: tuple[MemberId, ...] = ()


@attrs.frozen(kw_only=True)
class LeadAnswered:
    """
    Tell that the person was answered; the first time stops the response clock.
    """

    text: str = ""
    channel: ChannelId | None = None
    reply: str = ""


@attrs.frozen(kw_only=True)
class LeadOverdue:
    """
    Tell that nobody answered in time; *level* counts the escalations (R33).
    """

    level: int
    told: tuple[MemberId, ...] = ()


@attrs.frozen(kw_only=True)
class LeadTaskAdded:
    """
    Tell that something is to be done about it (R26).
    """

    task: Task


@attrs.frozen(kw_only=True)
class LeadTaskFinished:
    """
    Tell that a task was done.
    """

    task: str


@attrs.frozen(kw_only=True)
class LeadRejected:
    """
    Tell that it was rejected, and for which reason (R22).
    """

    was: str
    reason: str = ""
    comment: str = ""


@attrs.frozen(kw_only=True)
class LeadReopened:
    """
    Tell that a rejected lead is open again (R21).
    """

    state: str
    respond_by: datetime | None = None


@attrs.frozen(kw_only=True)
class LeadConverted:
    """
    Tell what it was converted to (R23); *results* has the client first.
    """

    was: str
    client: ClientId
    results: tuple[Ref, ...]


LeadEvent: TypeAlias = (
    LeadOpened
    | LeadTouched
    | LeadAssigned
    | LeadMoved
    | LeadEdited
    | LeadTagged
    | LeadNoted
    | LeadAnswered
    | LeadOverdue
    | LeadTaskAdded
    | LeadTaskFinished
    | LeadRejected
    | LeadReopened
    | LeadConverted
)
