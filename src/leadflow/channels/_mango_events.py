"""
What the virtual exchange of Mango Office tells of a call.

It tells of every leg as it goes (``events/call``, some ten times for a call that
waits in a queue), and once of the whole call at its end (``events/summary``), which
makes the touch.  Only the JSON is signed, so an event is known by what is in it and
not by the URL that it came to.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

import attrs

from leadflow.channels._calls import CallEvent, Line, begun, call_of
from leadflow.channels._webhook import clean, excerpt, instant, json_object
from leadflow.channels.outcomes import (
    CallDirection,
    CallResult,
    Ignored,
    IgnoredReason,
    Inbound,
    Outcome,
    Receipt,
)
from leadflow.channels.protocol import Delivery
from leadflow.errors import Malformed


if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from leadflow.values import ContactPoint

    Json: TypeAlias = Mapping[str, object]


__all__ = ("Rules", "outcomes_of")

_DIRECTIONS: Mapping[str, CallDirection] = {"0": "internal", "1": "in", "2": "out"}
_STATES = frozenset({"Appeared", "Connected", "OnHold", "Disconnected"})
_LONGEST = 200


@attrs.frozen(kw_only=True)
class Rules:
    """
    Hold what of a channel's settings an event is read by.
    """

    line: Line
    at_ring: bool
    callbacks: frozenset[str]
    clock_offset: timedelta


def _word(value: object) -> str:
    """
    Return a text or a whole number as text: all values may be either.
    """
    if type(value) is int and abs(value) < 2**63:
        return str(value)
    return clean(value).strip()[:_LONGEST] if isinstance(value, str) else ""


@attrs.frozen
class _Party:
    """
    Hold one end of a call: an extension of ours, or a number outside.
    """

    extension: str
    number: str

    @classmethod
    def of(cls, value: object) -> _Party:
        party = json_object(value)
        return cls(_word(party.get("extension")), _word(party.get("number")))

    @property
    def outside(self) -> str:
        """Return the number, empty where it is an account of ours."""
        if self.extension or "@" in self.number or self.number[:4].lower() == "sip:":
            return ""
        return self.number


@attrs.frozen
class _Event:
    data: Json
    rules: Rules
    delivery: Delivery

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
            detail=detail,
            contact_points=contact_points,
            received_at=self.delivery.received_at,
        )

    def word(self, name: str) -> str:
        return _word(self.data.get(name))

    def time(self, name: str) -> datetime | None:
        """
        Return the instant of the field *name*; 0 is how none is written.
        """
        at = instant(self.word(name), self.delivery.received_at)
        return None if at is None else at - self.rules.clock_offset


def outcomes_of(data: Json, rules: Rules, delivery: Delivery) -> tuple[Outcome, ...]:
    """
    Return what the event *data* comes to.

    Raises:
        Malformed: it names no call.
    """
    event = _Event(data, rules, delivery)
    if "call_direction" in data or "entry_result" in data:
        return _summary(event)
    if "call_state" in data:
        return _leg(event)
    entry = event.word("entry_id")
    recording, command = event.word("recording_id"), event.word("command_id")
    if recording:
        told = event.word("recording_state") or "kept"
        key = f"{entry}/recording/{recording}/{told}"
        detail = f"recording {recording}: {told}"
        return (event.ignored("service_message", key, detail),)
    if "dtmf" in data:
        key = f"{entry}/dtmf/{event.word('call_id')}/{event.word('seq')}"
        return (event.ignored("call_in_progress", key, "a key was pressed"),)
    if command and "result" in data:
        return (_receipt(event, command),)
    names = excerpt(", ".join(sorted(map(str, data))))
    return (event.ignored("unknown_event", "", names or "an empty event"),)


def _receipt(event: _Event, command: str) -> Receipt:
    """
    Return how a command of ours went: codes of a thousand and more are good ones.
    """
    result = event.word("result")
    good = len(result) == len("1000") and result.startswith("1")
    return Receipt(
        channel=event.rules.line.channel,
        external_id=f"{command}/{result}",
        of=command,
        status="accepted" if good else "failed",
        detail=result,
        received_at=event.delivery.received_at,
    )


# -- a leg, while the call goes on ---------------------------------------------------


def _leg(event: _Event) -> tuple[Outcome, ...]:
    entry, state = event.word("entry_id"), event.word("call_state")
    start, end = _Party.of(event.data.get("from")), _Party.of(event.data.get("to"))
    if not entry:
        raise Malformed("no-entry-id", place="entry_id")
    if event.word("callback_initiator") in event.rules.callbacks:
        return (_asked_back(event, entry, start, end),)
    outside = start.outside or end.outside
    contact = event.rules.line.contact(outside)
    rings_us = not start.extension and bool(start.number or end.extension)
    command = event.word("command_id")
    if event.rules.at_ring and state == "Appeared" and rings_us and not command:
        return (_begun(event, f"{entry}/ring", entry, contact),)
    reason: IgnoredReason = "call_in_progress" if state in _STATES else "unknown_event"
    call = event.word("call_id")
    where = event.word("location")
    detail = " ".join(filter(None, (state or "no state", where, end.extension)))
    key = f"{call}/{event.word('seq')}/{state}" if call else ""
    return (event.ignored(reason, key, detail, contact),)


def _asked_back(event: _Event, entry: str, start: _Party, end: _Party) -> Inbound:
    """
    Return the wish of a visitor to be called: the exchange calls us first, then them.
    """
    contact = event.rules.line.contact(end.outside or start.outside)
    initiator = event.word("callback_initiator")
    extra = (("callback_initiator", initiator),)
    return _begun(event, f"{entry}/callback", entry, contact, extra)


def _begun(
    event: _Event,
    key: str,
    entry: str,
    contact: tuple[ContactPoint, ...],
    extra: tuple[tuple[str, str], ...] = (),
) -> Inbound:
    return begun(
        event.rules.line,
        entry,
        external_id=key,
        received_at=event.delivery.received_at,
        sent_at=event.time("timestamp") or event.time("create_time"),
        contact_points=contact,
        extra=extra,
    )


# -- the whole call, at its end --------------------------------------------------------


def _summary(event: _Event) -> tuple[Outcome, ...]:
    entry = event.word("entry_id")
    if not entry:
        raise Malformed("no-entry-id", place="entry_id")
    key = f"{entry}/summary"
    direction = _DIRECTIONS.get(event.word("call_direction"))
    if direction is None:
        detail = f"the direction {event.word('call_direction') or 'is missing'}"
        return (event.ignored("unknown_event", key, detail),)
    start, end = _Party.of(event.data.get("from")), _Party.of(event.data.get("to"))
    theirs, ours = (end, start) if direction == "out" else (start, end)
    answered = _is_answered(event)
    reason = event.word("disconnect_reason")
    began, over = event.time("talk_time"), event.time("end_time")
    talk = over - began if answered and began and over else timedelta()
    leg = CallEvent(
        call=entry,
        direction=direction,
        result=_result(answered=answered, direction=direction, reason=reason),
        peer=theirs.outside or theirs.number or theirs.extension,
        line=event.word("line_number"),
        employee=ours.extension or ours.number,
        human=answered,
        talk=max(talk, timedelta()),
        started=event.time("create_time"),
    )
    touch = call_of(
        [leg],
        event.rules.line,
        received_at=event.delivery.received_at,
        external_id=key,
        extra=[("disconnect_reason", reason)] if reason else [],
    )
    if event.word("callback_initiator") in event.rules.callbacks:
        # Where the legs aren't told of, this alone tells that somebody asked.
        return (_asked_back(event, entry, start, end), touch)
    return (touch,)


def _is_answered(event: _Event) -> bool:
    """
    Tell whether there was talk; without a result it is the time of talk that says it.
    """
    result = event.word("entry_result")
    return result == "1" if result else event.time("talk_time") is not None


def _result(*, answered: bool, direction: CallDirection, reason: str) -> CallResult:
    if answered:
        return "answered"
    # Codes that begin with 42: the number can't be reached.
    return "failed" if direction == "out" and reason.startswith("42") else "missed"
