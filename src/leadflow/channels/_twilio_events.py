"""
What Twilio's requests tell: of a message, of a call, of how far either got.

A call is told of in several requests.  That the line was picked up says nothing: a
menu picks up too.  A person answered when a ``<Dial>`` was, which the request to its
``action`` tells (``DialCallStatus``).  All requests of one call are parts of one
touch, whatever order they come in.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypeAlias

import attrs

from leadflow import identity
from leadflow.channels._calls import CallEvent, Line, begun, call_of, held, seconds
from leadflow.channels._webhook import clean, excerpt, plain_name
from leadflow.channels.outcomes import (
    PERSON,
    CallDirection,
    CallResult,
    ContactChange,
    Ignored,
    IgnoredReason,
    Inbound,
    Judgement,
    Outcome,
    Receipt,
    ReceiptStatus,
)
from leadflow.channels.protocol import Delivery
from leadflow.values import Attachment, ContactPoint, Person


if TYPE_CHECKING:
    from collections.abc import Mapping

    Fields: TypeAlias = Mapping[str, str]


__all__ = ("Rules", "cleaned", "outcome_of", "wants_twiml")

_MOST_MEDIA = 20
_SHORT_CODE = 6
_ROBOT = Judgement(
    human=False, may_answer=False, may_open=False, reasons=("short-code",)
)
_STOP = frozenset(
    [
        *("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke"),
        *("optout", "стоп"),
    ]
)
_START = frozenset({"start", "unstop"})
_RECEIPTS: Mapping[str, ReceiptStatus] = {
    "accepted": "accepted",
    "canceled": "failed",
    "delivered": "delivered",
    "failed": "failed",
    "partially_delivered": "delivered",
    "queued": "accepted",
    "read": "read",
    "scheduled": "accepted",
    "sending": "accepted",
    "sent": "accepted",
    "undelivered": "failed",
}
_GOING_ON = frozenset({"queued", "initiated", "ringing", "in-progress", "answered"})
_RESULTS: Mapping[str, CallResult] = {
    "answered": "answered",
    "busy": "busy",
    "canceled": "abandoned",
    "completed": "answered",
    "failed": "failed",
    "no-answer": "missed",
}


@attrs.frozen(kw_only=True)
class Rules:
    """
    Hold what of a channel's settings a request is read by.
    """

    line: Line
    at_ring: bool
    dials: bool


@attrs.frozen
class _Event:
    fields: Fields
    rules: Rules
    delivery: Delivery

    def word(self, name: str) -> str:
        return self.fields.get(name, "").strip()

    def ignored(
        self,
        reason: IgnoredReason,
        key: str,
        detail: str,
        contact_points: tuple[ContactPoint, ...] = (),
    ) -> Ignored:
        return Ignored(
            channel=self.rules.line.channel,
            external_id=key or self.delivery.digest,
            reason=reason,
            detail=excerpt(detail),
            contact_points=contact_points,
            received_at=self.delivery.received_at,
        )


def outcome_of(fields: Fields, rules: Rules, delivery: Delivery) -> Outcome:
    """
    Return what the request with *fields* comes to.
    """
    event = _Event(fields, rules, delivery)
    message = event.word("MessageSid") or event.word("SmsSid")
    if message:
        return _message(event, message)
    call = event.word("CallSid")
    recording = event.word("RecordingSid")
    if call and recording and "CallStatus" not in fields:
        key = f"{call}/{recording}/{event.word('RecordingStatus')}"
        return event.ignored("service_message", key, f"recording {recording}")
    if call:
        return _call(event, call)
    names = ", ".join(sorted(fields)) or "a request without fields"
    return event.ignored("unknown_event", "", names)


def wants_twiml(fields: Fields) -> bool:
    """
    Tell whether the request waits for an answer that says what to do next.
    """
    if "MessageSid" in fields or "SmsSid" in fields:
        return "Body" in fields
    return "CallSid" in fields and "CallbackSource" not in fields


# -- who it is ---------------------------------------------------------------------


def _address_of(address: str, line: Line) -> tuple[ContactPoint, ...]:
    """
    Return the contact points of one of Twilio's addresses.

    A number stands bare; other networks have their name in front of a colon.
    """
    network, found, account = address.partition(":")
    if not found or network.lower() in ("sip", "sips", "tel"):
        return line.contact(address)
    if network.lower() == "whatsapp":
        points = (identity.handle("whatsapp", account), identity.phone(account, None))
        known = tuple(point for point in points if point is not None)
        return known or (ContactPoint(kind="whatsapp", value="", raw=account),)
    return (ContactPoint(kind=network.lower()[:32], value=account, raw=address),)


def _is_ours(address: str) -> bool:
    return address.lower().startswith(("client:", "sip:", "sips:"))


def _is_short(address: str) -> bool:
    """
    Tell whether a sender is a short code or a word: no person sends from one.
    """
    digits = address.removeprefix("+")
    return ":" not in address and not (digits.isdigit() and len(digits) > _SHORT_CODE)


# -- messages ------------------------------------------------------------------------


def _message(event: _Event, sid: str) -> Outcome:
    status = (event.word("MessageStatus") or event.word("SmsStatus")).lower()
    if "Body" not in event.fields or status not in ("received", "receiving", ""):
        return _receipt(event, sid, status)
    sender, body = event.word("From"), event.fields.get("Body", "")
    points = _address_of(sender, event.rules.line)
    said = event.word("OptOutType").lower() or body.strip().casefold()
    wish = "stop" if said in _STOP else "start" if said in _START else ""
    if wish and points and points[0].value:
        return ContactChange(
            channel=event.rules.line.channel,
            external_id=sid,
            change="consent",
            was=points[0],
            detail=wish,
            received_at=event.delivery.received_at,
        )
    return Inbound(
        channel=event.rules.line.channel,
        kind="message",
        external_id=sid,
        received_at=event.delivery.received_at,
        conversation=f"{event.word('To')}/{sender}",
        contact_points=points,
        person=Person(name=event.word("ProfileName")),
        text=body,
        attachments=_media(event),
        addressed_to=(event.word("To"),) if event.word("To") else (),
        in_reply_to=tuple(filter(None, (event.word("OriginalRepliedMessageSid"),))),
        judgement=_ROBOT if _is_short(sender) else PERSON,
    )


def _receipt(event: _Event, sid: str, status: str) -> Receipt | Ignored:
    known = _RECEIPTS.get(status)
    if known is None:
        return event.ignored(
            "unknown_event", f"{sid}/{status}", f"a message {status}".strip()
        )
    return Receipt(
        channel=event.rules.line.channel,
        external_id=f"{sid}/{status}",
        of=sid,
        status=known,
        detail=excerpt(event.word("ErrorCode") or status),
        received_at=event.delivery.received_at,
    )


def _media(event: _Event) -> tuple[Attachment, ...]:
    count = event.word("NumMedia")
    number = min(int(count), _MOST_MEDIA) if count.isascii() and count.isdigit() else 0
    urls = [(each, event.word(f"MediaUrl{each}")) for each in range(number)]
    return tuple(
        Attachment(
            name=plain_name(url) or f"media-{each}",
            media_type=event.word(f"MediaContentType{each}")
            or "application/octet-stream",
            locator=url,
        )
        for each, url in urls
        if url
    )


# -- calls -----------------------------------------------------------------------------


def _call(event: _Event, sid: str) -> Outcome:
    status, dialled = event.word("CallStatus"), event.word("DialCallStatus")
    told = f"dial/{event.word('DialCallSid') or dialled}" if dialled else status
    key = f"{sid}/{told}"
    direction = _direction(event)
    theirs = event.word("To" if direction == "out" else "From")
    points = _address_of(theirs, event.rules.line) if direction != "internal" else ()
    if event.word("ParentCallSid"):
        return event.ignored("duplicate_leg", key, f"a leg that is {status}", points)
    if not dialled and status in _GOING_ON:
        if event.rules.at_ring and status == "ringing" and direction == "in":
            return begun(
                event.rules.line,
                sid,
                external_id=f"{sid}/ring",
                received_at=event.delivery.received_at,
                contact_points=points,
            )
        return event.ignored("call_in_progress", key, status, points)
    result = _result(event)
    if result is None:
        detail = f"a call {dialled or status}".strip()
        return event.ignored("unknown_event", key, detail, points)
    talk = seconds(event.word("DialCallDuration" if dialled else "CallDuration"))
    ours = event.word("From" if direction == "out" else "To")
    forwarded = event.word("ForwardedFrom")
    leg = CallEvent(
        call=sid,
        direction=direction,
        result=result,
        peer=theirs,
        line="" if _is_ours(ours) else ours,
        employee=ours.partition(":")[2] if _is_ours(ours) else "",
        name=event.word("CallerName") if direction == "in" else "",
        human=result == "answered",
        talk=talk if result == "answered" else timedelta(),
        started=_started(event),
        recording=event.word("RecordingUrl"),
    )
    return call_of(
        [leg],
        event.rules.line,
        received_at=event.delivery.received_at,
        external_id=key,
        extra=[("ForwardedFrom", forwarded)] if forwarded else [],
        contact=lambda _: points,
    )


def _direction(event: _Event) -> CallDirection:
    """
    Return which way a call went; what our own telephones begin is inbound to Twilio.
    """
    if event.word("Direction").startswith("outbound"):
        return "internal" if _is_ours(event.word("To")) else "out"
    if not _is_ours(event.word("From")):
        return "in"
    target = event.word("To")
    return "internal" if not target or _is_ours(target) else "out"


def _result(event: _Event) -> CallResult | None:
    dialled = event.word("DialCallStatus")
    result = _RESULTS.get(dialled or event.word("CallStatus"))
    if result != "answered" or dialled:
        return result
    # The line was picked up, and nothing says by whom.
    if event.word("Direction").startswith("outbound"):
        machine = event.word("AnsweredBy").startswith(("machine", "fax"))
        return "missed" if machine else "answered"
    return "missed" if event.rules.dials else "answered"


def _started(event: _Event) -> datetime | None:
    """
    Return when the call began: what tells of its end has that instant and its length.
    """
    try:
        at = parsedate_to_datetime(event.word("Timestamp"))
        # Beyond the first and the last year there is no zone to go to.
        told = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
        told -= seconds(event.word("CallDuration"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return held(told, event.delivery.received_at)


def cleaned(pairs: list[tuple[str, str]]) -> Fields:
    """
    Return fields by their names, each the first, as any store can take them.
    """
    fields: dict[str, str] = {}
    for name, value in pairs:
        fields.setdefault(clean(name), clean(value))
    return fields
