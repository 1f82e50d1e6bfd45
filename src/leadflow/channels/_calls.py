"""
One call from all that a telephone system tells of it.

Telephone systems tell of legs: every telephone that rings is one, and so is every
transfer.  A person makes one call.  So whatever a system sends becomes `CallEvent`s,
and `call_of` makes one touch of those that belong together:

- which way it went is said by its first leg that leaves the house;
- it was missed only when no person answered any leg: a menu, music and voice mail
  are no person;
- a number that is hidden is no contact, and the call is kept all the same;
- a call inside the house is nobody's attention (R3);
- a call of ours is recorded, and opens nothing.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import attrs

from leadflow import identity
from leadflow.channels._webhook import instant
from leadflow.channels.outcomes import (
    PERSON,
    Call,
    CallDirection,
    CallResult,
    Ignored,
    Inbound,
    Judgement,
)
from leadflow.values import ChannelId, ContactPoint, Person


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


__all__ = (
    "OURS",
    "CallEvent",
    "Line",
    "begun",
    "call_of",
    "held",
    "is_hidden",
    "is_number",
    "seconds",
)

OURS = Judgement(
    human=False, may_answer=False, may_open=False, reasons=("outgoing_call",)
)
"""What a call of ours is: no person's attention, and nothing to open a lead."""

_LONGEST_TALK = timedelta(days=1)
_SECONDS = re.compile(r"([0-9]{1,9})(?:\.[0-9]{1,9})?")
_FAR = datetime(1, 1, 1, tzinfo=UTC)
# What systems write where the caller hides, folded.  The numbers are what Twilio
# writes: the words on a telephone's keys.
_HIDDEN = frozenset(
    [
        *("", "0", "00", "anonymous", "asserted identity", "blocked", "hidden", "n/a"),
        *("no number", "none", "null", "number withheld", "private", "restricted"),
        *("s", "unavailable", "unknown", "withheld", "<unknown>", "неизвестен"),
        *("anonymous.invalid", "скрыт", "скрытый номер", "неизвестно"),
        *("2562533", "266696687", "7378742883", "8656696", "86282452253"),
    ]
)
_SIP = re.compile(r"sips?:", re.IGNORECASE)
_DIALLED = re.compile(r"\+?[0-9*#]{1,32}")
# Where no person answered, the first of these that any leg has is the call's.
_WORST: tuple[CallResult, ...] = ("abandoned", "missed", "busy", "failed")


@attrs.frozen(kw_only=True)
class CallEvent:
    """
    Tell of one leg of a call, as far as a system tells it.

    *call* names the whole call.  *peer* is the number outside, *line* ours,
    *employee* the extension of who answered or was rung.  *human* tells whether a
    person answered: of a call in, one of ours; of a call out, the one outside.
    Times are aware UTC.
    """

    call: str
    direction: CallDirection
    result: CallResult
    peer: str = ""
    line: str = ""
    employee: str = ""
    name: str = ""
    human: bool = False
    talk: timedelta = timedelta()
    started: datetime | None = None
    recording: str = ""


@attrs.frozen(kw_only=True)
class Line:
    """
    Say whose calls are read, and how numbers are spelled there.

    *region* is the country of national numbers.  With *international* a number
    without a plus has its country's code in front all the same.
    """

    channel: ChannelId
    region: str = ""
    international: bool = False

    def contact(self, number: str) -> tuple[ContactPoint, ...]:
        """Return the contact point of *number*: none where it is hidden."""
        if is_hidden(number):
            return ()
        with_plus = f"+{number}" if number.isdigit() else ""
        spellings = (number, with_plus)
        if self.international:
            spellings = (with_plus, number)
        for spelling in spellings:
            point = identity.phone(spelling, self.region or None) if spelling else None
            if point is not None:
                return (attrs.evolve(point, raw=number),)
        return (ContactPoint(kind="phone", value="", raw=number),)


def is_hidden(number: str) -> bool:
    """
    Tell whether *number* is how a system writes that the caller shows none.
    """
    word = number.strip().strip('"').casefold()
    if _SIP.match(word):
        word = word.partition(":")[2].partition("@")[0]
    return word.removeprefix("+") in _HIDDEN


def is_number(text: str) -> bool:
    """
    Tell whether *text* is digits that can be dialled, and nothing else.
    """
    return _DIALLED.fullmatch(text) is not None


def seconds(value: object) -> timedelta:
    """
    Return a time of talk from whole seconds, as a number or as text; at most a day.
    """
    if type(value) is int:
        return timedelta(seconds=min(max(value, 0), 86_400))
    found = _SECONDS.fullmatch(value.strip()) if isinstance(value, str) else None
    return timedelta() if found is None else min(_span(found), _LONGEST_TALK)


def _span(found: re.Match[str]) -> timedelta:
    return timedelta(seconds=int(found[1]))


def held(at: datetime | None, received_at: datetime) -> datetime | None:
    """
    Return *at* between the year 2000 and one day after *received_at*.
    """
    if at is None:
        return None
    return instant((at - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds(), received_at)


def begun(
    line: Line,
    call: str,
    *,
    external_id: str,
    received_at: datetime,
    sent_at: datetime | None = None,
    contact_points: tuple[ContactPoint, ...] = (),
    extra: tuple[tuple[str, str], ...] = (),
) -> Inbound:
    """
    Return a call of which nothing is known yet but that there is one.

    What `call_of` returns of it at its end is another part of the same touch.
    """
    return Inbound(
        channel=line.channel,
        kind="call",
        external_id=external_id,
        received_at=received_at,
        sent_at=sent_at,
        part_of=f"{line.channel}/{call}",
        contact_points=contact_points,
        extra=extra,
    )


def call_of(
    events: Sequence[CallEvent],
    line: Line,
    *,
    received_at: datetime,
    external_id: str = "",
    also: Iterable[str] = (),
    extra: Iterable[tuple[str, str]] = (),
    contact: Callable[[str], tuple[ContactPoint, ...]] | None = None,
) -> Inbound | Ignored:
    """
    Return the one touch that the legs of a call are; there is at least one.

    Its key is *external_id*, or the call's own.  All that is told of a call later
    is a part of the same touch.
    """
    legs = sorted(events, key=lambda leg: leg.started or _FAR)
    first = next((leg for leg in legs if leg.direction != "internal"), legs[0])
    key = external_id or first.call
    if first.direction == "internal":
        return Ignored(
            channel=line.channel,
            external_id=key,
            reason="internal_call",
            detail=f"{first.peer} to {first.employee}".strip(),
            received_at=received_at,
        )
    outgoing = first.direction == "out"
    # Of a call of ours, that a telephone of ours was picked up answers nothing.
    answered = [
        leg for leg in legs if leg.human and (not outgoing or leg.direction == "out")
    ]
    peer = next((leg.peer for leg in legs if _outside(leg)), first.peer)
    rung = next((leg.employee for leg in legs if leg.employee), "")
    talked = list(dict.fromkeys(leg.employee for leg in answered if leg.employee))
    several = [("employee", one) for one in talked] if len(talked) > 1 else []
    name = next((leg.name for leg in legs if leg.name), "")
    started = next((leg.started for leg in legs if leg.started), None)
    return Inbound(
        channel=line.channel,
        kind="call",
        external_id=key,
        received_at=received_at,
        sent_at=held(started, received_at),
        also=tuple(also),
        part_of=f"{line.channel}/{first.call}",
        contact_points=(contact or line.contact)(peer),
        # Many telephones show the number where there is no name.
        person=Person() if is_number(name) or is_hidden(name) else Person(name=name),
        call=Call(
            direction=first.direction,
            result="answered" if answered else _result(legs),
            line=next((leg.line for leg in legs if leg.line), ""),
            employee=talked[-1] if talked else rung,
            talk=min(sum((leg.talk for leg in answered), timedelta()), _LONGEST_TALK),
            recording=next((leg.recording for leg in legs if leg.recording), ""),
        ),
        judgement=OURS if outgoing else PERSON,
        extra=(*extra, *several),
    )


def _outside(leg: CallEvent) -> bool:
    return leg.direction != "internal" and not is_hidden(leg.peer)


def _result(legs: Iterable[CallEvent]) -> CallResult:
    found = {leg.result for leg in legs if leg.direction != "internal"}
    for result in _WORST:
        if result in found:
            return result
    return "missed"
