"""
Calls from the events of Asterisk's manager interface (AMI).

An event is lines of ``Key: Value`` up to an empty line; keys repeat.  Events of one
call carry its ``Linkedid``.  A call is over when its first channel hangs up.  Whether
a person answered is known from the record (``Cdr``) where there is one, and else from
how dialling ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

import attrs

from leadflow.channels._asterisk_rows import Rules, legs_of
from leadflow.channels._webhook import clean, instant


if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from leadflow.channels._calls import CallEvent


__all__ = ("ABOUT_CALLS", "Event", "ami_events", "call_name", "is_ami", "live_legs")

Event: TypeAlias = Mapping[str, str]

_BANNER = b"Asterisk Call Manager"
_MOST_LINES = 200
_LONGEST = 1024
_COLUMNS = {
    "source": "src",
    "destination": "dst",
    "destinationcontext": "dcontext",
    "callerid": "clid",
    "channel": "channel",
    "destinationchannel": "dstchannel",
    "lastapplication": "lastapp",
    "starttime": "start",
    "billableseconds": "billsec",
    "disposition": "disposition",
    "uniqueid": "uniqueid",
    "linkedid": "linkedid",
    "accountcode": "accountcode",
}
_DIALLED = frozenset({"agentconnect", "dialbegin", "dialend", "dialstate"})
_STATUSES = {
    "BUSY": "BUSY",
    "CHANUNAVAIL": "FAILED",
    "CONGESTION": "FAILED",
    "INVALIDARGS": "FAILED",
}

ABOUT_CALLS = frozenset(
    [
        *("agentcalled", "agentcomplete", "agentconnect", "agentdump", "bridgeenter"),
        *("agentringnoanswer", "attendedtransfer", "blindtransfer", "bridgeleave"),
        *("cdr", "cel", "dialbegin", "dialend", "dialstate", "dtmfbegin", "dtmfend"),
        *("hangup", "hanguprequest", "hold", "localbridge", "musiconholdstart"),
        *("musiconholdstop", "newcallerid", "newchannel", "newconnectedline"),
        *("newexten", "newstate", "pickup", "queuecallerabandon", "queuecallerjoin"),
        *("queuecallerleave", "rename", "softhanguprequest", "unhold", "varset"),
    ]
)


def is_ami(body: bytes) -> bool:
    """
    Tell whether *body* is events of the manager, and no CSV.
    """
    start = body.lstrip()[:64].lower()
    return start.startswith((b"event:", b"response:", _BANNER.lower()))


def ami_events(buffer: bytes) -> tuple[tuple[Event, ...], bytes]:
    r"""
    Return the whole events in *buffer*, and the rest that waits for more.

    Keys are in lower case; of a key that repeats the first value counts, which is
    the event's own.  Put what comes next from the socket behind the rest.

    >>> ami_events(b"Event: Hangup\nCause: 16\n\nEvent: Ne")
    (({'event': 'Hangup', 'cause': '16'},), b'Event: Ne')
    """
    plain = buffer.replace(b"\r\n", b"\n")
    *blocks, rest = plain.split(b"\n\n")
    return tuple(filter(None, map(_event, blocks))), rest


def _event(block: bytes) -> Event:
    event: dict[str, str] = {}
    for line in block.split(b"\n", _MOST_LINES)[:_MOST_LINES]:
        name, found, value = line.partition(b":")
        if found and name and not line.startswith(_BANNER):
            text = clean(value.decode("utf-8", "replace")).strip()[:_LONGEST]
            event.setdefault(name.decode("ascii", "replace").strip().lower(), text)
    return event


def call_name(event: Event) -> str:
    """
    Return the call that *event* belongs to, empty where it names none.
    """
    return event.get("linkedid") or event.get("uniqueid") or ""


def live_legs(
    events: Sequence[Event], rules: Rules, received_at: datetime
) -> list[CallEvent]:
    """
    Return the legs of a call that is over; none while it goes on, or is not known.
    """
    records = [
        {_COLUMNS.get(name, name): value for name, value in event.items()}
        for event in events
        if _kind(event) == "cdr"
    ]
    abandoned = [
        # Only who calls in waits in a queue.
        attrs.evolve(leg, direction="in", result="abandoned", peer=event["calleridnum"])
        for event in events
        if _kind(event) == "queuecallerabandon" and event.get("calleridnum")
        for leg in legs_of([_row(event, event, received_at)], rules)
    ]
    if records or abandoned:
        return [*legs_of(records, rules), *abandoned]
    over = next((each for each in events if _is_end(each)), None)
    if over is None:
        return []
    # Where a channel goes changes as the dialplan runs; its first event tells it.
    first = next((each for each in events if each.get("exten")), over)
    plain = _row(first, over, received_at)
    dialled = [
        {**plain, **_dialled(each, over, rules, received_at)}
        for each in events
        if _kind(each) in _DIALLED
    ]
    if dialled:
        return legs_of(dialled, rules)
    if over.get("channelstatedesc", "Up") == "Up":
        # Something answered: a menu or a person, which nothing tells.
        return []
    return legs_of([plain], rules)


def _kind(event: Event) -> str:
    return event.get("event", "").lower()


def _is_end(event: Event) -> bool:
    """
    Tell whether *event* ends a call: its first channel hangs up.
    """
    if _kind(event) == "cel":
        return event.get("eventname", "") == "LINKEDID_END"
    return _kind(event) == "hangup" and event.get("uniqueid") == call_name(event)


def _row(first: Event, over: Event, received_at: datetime) -> dict[str, str]:
    """
    Return what would stand in the record of the call, if there was one.
    """
    number = first.get("calleridnum", "")
    started = instant(first.get("timestamp", ""), received_at)
    return {
        "src": number,
        "dst": first.get("exten", ""),
        "dcontext": first.get("context", ""),
        "accountcode": first.get("accountcode", ""),
        "channel": first.get("channel", ""),
        "linkedid": call_name(over),
        "clid": f'"{first.get("calleridname", "")}" <{number}>',
        "start": started.isoformat() if started else "",
    }


def _dialled(
    event: Event, over: Event, rules: Rules, received_at: datetime
) -> dict[str, str]:
    """
    Return what one dialling adds to the record.
    """
    answered = _kind(event) == "agentconnect" or event.get("dialstatus") == "ANSWER"
    began = instant(event.get("timestamp", ""), received_at)
    ended = instant(over.get("timestamp", ""), received_at)
    talk = int((ended - began).total_seconds()) if began and ended else 0
    status = _STATUSES.get(event.get("dialstatus", ""), "NO ANSWER")
    return {
        "channel": event.get("channel", ""),
        "dstchannel": event.get("destchannel", ""),
        "lastapp": next(iter(rules.human_apps), ""),
        "disposition": "ANSWERED" if answered else status,
        "billsec": str(max(talk, 0)),
    }
