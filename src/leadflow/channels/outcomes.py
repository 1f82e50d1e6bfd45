"""
What one delivery can turn out to be.

A raw delivery gives a list of outcomes, from none to many: one webhook carries
several messages, or a message and a receipt.  Whatever is in it is accounted
for: what is no person's attention becomes `Ignored` with its reason, what
cannot be read becomes `~leadflow.errors.Malformed`, and never an exception.

Three questions that are often mixed up are kept apart in `Judgement`: is a
human writing, may we answer automatically, may it open a lead.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import attrs

from leadflow.errors import Malformed, Unverified
from leadflow.values import (
    Attachment,
    ChannelId,
    ContactPoint,
    Money,
    Person,
    Product,
    Source,
    aware_utc,
)


__all__ = (
    "PERSON",
    "Amendment",
    "Call",
    "CallDirection",
    "CallResult",
    "ContactChange",
    "Fetch",
    "Ignored",
    "IgnoredReason",
    "Inbound",
    "InboundKind",
    "Judgement",
    "Outcome",
    "PointerOnly",
    "Receipt",
    "ReceiptStatus",
)

InboundKind = Literal["message", "call", "form", "order", "visit", "row"]

IgnoredReason = Literal[
    "account_notice",
    "auto_reply",
    "blacklisted",
    "bounce",
    "bulk_list",
    "call_in_progress",
    "channel_post",
    "complaint_feedback",
    "duplicate_leg",
    "empty",
    "group_chat_not_allowed",
    "honeypot",
    "internal_call",
    "outgoing_call",
    "other_account",
    "own_bot",
    "own_echo",
    "permission_change",
    "platform_test",
    "reaction",
    "read_receipt_mail",
    "service_message",
    "status_receipt",
    "subscription_change",
    "typing",
    "unknown_event",
]

ReceiptStatus = Literal["accepted", "delivered", "read", "failed"]
CallDirection = Literal["in", "out", "internal"]
CallResult = Literal["answered", "missed", "busy", "failed", "abandoned"]


@attrs.frozen(kw_only=True)
class Judgement:
    """
    Answer the three questions about a message, with the reasons found.

    *human* - a person's attention is behind it; *may_answer* - an automatic
    answer may be sent (RFC 3834); *may_open* - it may open a lead.  *reasons*
    are short stable names of every sign that was seen, also of those that did
    not decide.
    """

    human: bool = True
    may_answer: bool = True
    may_open: bool = True
    reasons: tuple[str, ...] = ()


PERSON = Judgement()


@attrs.frozen(kw_only=True)
class Fetch:
    """
    Describe an HTTP request that would bring more; the user's transport sends it.

    *url* and *headers* may hold secrets and stay out of ``repr``.
    """

    method: str
    url: str = attrs.field(repr=False)
    headers: tuple[tuple[str, str], ...] = attrs.field(default=(), repr=False)
    body: bytes = attrs.field(default=b"", repr=False)


@attrs.frozen(kw_only=True)
class Call:
    """
    Tell of one whole telephone call (not of a leg).

    *line* is the number of ours that was called, *employee* the extension or
    member that answered or missed it, *talk* the time of talk.
    """

    direction: CallDirection
    result: CallResult
    line: str = ""
    employee: str = ""
    talk: timedelta = timedelta()
    recording: str = ""


@attrs.frozen(kw_only=True)
class Inbound:
    """
    Hold one thing that came in through a channel (R1).

    *external_id* is the platform's id of it inside the channel, the key by
    which it counts once (R5); *also* are further such ids (a second key for
    replays through another road).  *conversation* is the key of the thread
    inside the channel, *in_reply_to* are ids of messages that it answers;
    *reply_to* is the id that an answer to it names, where it is another one.
    *part_of* groups what was sent as one (an album): parts with an equal value
    are one touch.  *sent_at* is the sender's time as far as it can be trusted,
    *received_at* ours; both aware UTC.  *extra* keeps unknown fields in order.
    """

    channel: ChannelId
    kind: InboundKind
    external_id: str
    received_at: datetime = attrs.field(converter=aware_utc)
    sent_at: datetime | None = attrs.field(
        default=None, converter=attrs.converters.optional(aware_utc)
    )
    also: tuple[str, ...] = ()
    conversation: str = ""
    in_reply_to: tuple[str, ...] = ()
    reply_to: str = ""
    part_of: str = ""
    contact_points: tuple[ContactPoint, ...] = ()
    person: Person = attrs.field(factory=Person)
    subject: str = ""
    text: str = ""
    source: Source = attrs.field(factory=Source)
    products: tuple[Product, ...] = ()
    amount: Money | None = None
    attachments: tuple[Attachment, ...] = ()
    call: Call | None = None
    addressed_to: tuple[str, ...] = ()
    language: str = ""
    consent: bool | None = None
    judgement: Judgement = PERSON
    extra: tuple[tuple[str, str], ...] = ()


@attrs.frozen(kw_only=True)
class Amendment:
    """
    Tell that an earlier message was edited or deleted; changes that touch.

    *of* is the ``external_id`` (or one of ``also``) of the earlier message.
    """

    channel: ChannelId
    external_id: str
    of: str
    kind: Literal["edit", "deletion"]
    text: str = ""
    received_at: datetime = attrs.field(converter=aware_utc)


@attrs.frozen(kw_only=True)
class ContactChange:
    """
    Tell that what is known of a contact changed (blocked us, renamed, moved).

    *was* is the contact point that it is known by; *now* are those that it has
    from here on, empty where only *change* matters.
    """

    channel: ChannelId
    external_id: str
    change: Literal["blocked", "allowed", "renamed", "moved", "consent"]
    was: ContactPoint
    now: tuple[ContactPoint, ...] = ()
    person: Person = attrs.field(factory=Person)
    detail: str = ""
    received_at: datetime = attrs.field(converter=aware_utc)


@attrs.frozen(kw_only=True)
class Receipt:
    """
    Tell how far a message of ours got; *of* is the platform's id of it.
    """

    channel: ChannelId
    external_id: str
    of: str
    status: ReceiptStatus
    detail: str = ""
    received_at: datetime = attrs.field(converter=aware_utc)


@attrs.frozen(kw_only=True)
class PointerOnly:
    """
    Tell that something came in whose content must be fetched first.

    Feed the answer of *fetch* to the adapter's ``resolve`` to get the outcomes.
    """

    channel: ChannelId
    external_id: str
    fetch: Fetch
    received_at: datetime = attrs.field(converter=aware_utc)


@attrs.frozen(kw_only=True)
class Ignored:
    """
    Tell that something is no person's attention, and why (R12).

    It makes no lead and is still accounted for.  *detail* says more, for
    people; *contact_points* tell whom it concerned, where known.
    """

    channel: ChannelId
    external_id: str
    reason: IgnoredReason
    detail: str = ""
    contact_points: tuple[ContactPoint, ...] = ()
    received_at: datetime = attrs.field(converter=aware_utc)


Outcome = (
    Inbound
    | Amendment
    | ContactChange
    | Receipt
    | PointerOnly
    | Ignored
    | Malformed
    | Unverified
)
"""Whatever one delivery can turn out to be."""
