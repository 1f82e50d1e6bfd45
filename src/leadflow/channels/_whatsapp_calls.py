"""
Calls of a WhatsApp business number.

A call is told of when it begins and when it ends; it makes one touch, at its end,
and was missed when it never started.
"""

from __future__ import annotations

from datetime import timedelta

from leadflow.channels._meta import Event, Json, ident
from leadflow.channels._webhook import instant, json_object, text_of, whole_number
from leadflow.channels._whatsapp_person import digits_of, writer_of
from leadflow.channels.outcomes import (
    PERSON,
    Call,
    CallResult,
    Inbound,
    Judgement,
    Outcome,
)
from leadflow.errors import Malformed


__all__ = ("call_of", "call_status_of")

_LONGEST_CALL = timedelta(days=1)
_NOT_A_LEAD = Judgement(
    human=False, may_answer=False, may_open=False, reasons=("outgoing_call",)
)


def call_of(event: Event) -> Outcome:
    """
    Return a call at its end, once; it was missed when it never started.
    """
    call = event.data
    key = ident(call.get("id"))
    if not key:
        raise Malformed("no-call-id", place="calls.id")
    direction, what = text_of(call.get("direction")), text_of(call.get("event"))
    incoming = direction == "USER_INITIATED"
    if not incoming and direction != "BUSINESS_INITIATED":
        return event.ignored("unknown_event", f"a call {direction}".strip(), key=key)
    theirs, ours = ("from", "to") if incoming else ("to", "from")
    writer = writer_of(event.around, call.get(theirs), call.get(f"{theirs}_user_id"))
    points = writer.contact_points
    if what == "connect":
        return event.ignored(
            "call_in_progress", what, key=f"{key}/{what}", contact_points=points
        )
    if what != "terminate":
        detail = what or "a call of no event"
        return event.ignored(
            "unknown_event", detail, key=f"{key}/{what}", contact_points=points
        )
    started = instant(call.get("start_time"), event.delivery.received_at)
    metadata = json_object(event.around.get("metadata"))
    return Inbound(
        channel=event.channel,
        kind="call",
        external_id=key,
        received_at=event.delivery.received_at,
        sent_at=started or instant(call.get("timestamp"), event.delivery.received_at),
        conversation=writer.key,
        contact_points=points,
        person=writer.person,
        call=Call(
            direction="in" if incoming else "out",
            result=_result(call, incoming=incoming, answered=started is not None),
            line=digits_of(call.get(ours))
            or text_of(metadata.get("display_phone_number")),
            talk=_talk(call) if started else timedelta(),
        ),
        judgement=PERSON if incoming else _NOT_A_LEAD,
    )


def _result(call: Json, *, incoming: bool, answered: bool) -> CallResult:
    if answered:
        return "answered"
    status = call.get("status")
    failed = status == "FAILED" or (isinstance(status, list) and "FAILED" in status)
    return "failed" if failed and not incoming else "missed"


def _talk(call: Json) -> timedelta:
    seconds = whole_number(call.get("duration"))
    if seconds is None or seconds < 0:
        return timedelta()
    return min(timedelta(seconds=min(seconds, 10**6)), _LONGEST_CALL)


def call_status_of(event: Event) -> Outcome:
    of, status = ident(event.data.get("id")), text_of(event.data.get("status"))
    key = f"{of}/{status}" if of else ""
    return event.ignored("call_in_progress", status or "a call", key=key)
