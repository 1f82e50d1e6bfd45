"""
Whether anybody is there for a channel, and until or from when (R9).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING

import attrs

from leadflow.assignment import candidates
from leadflow.values import ChannelId, MemberId, aware_utc


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leadflow.channels.settings import ChannelSettings
    from leadflow.playbook import Playbook
    from leadflow.team import Member
    from leadflow.worktime import WorkCalendar


__all__ = ("ChannelDuty", "duty_of")

_HORIZON = timedelta(days=31)


@attrs.frozen(kw_only=True)
class ChannelDuty:
    """
    Tell whether a channel is attended at an instant; true in a condition if so.

    *members* are those on duty, in the team's order; none where nobody in
    particular answers for the channel.  *until* is when it ends, *since* when it
    begins again; None where that is more than a month away, or never.
    """

    channel: ChannelId
    attended: bool
    members: tuple[MemberId, ...] = ()
    until: datetime | None = None
    since: datetime | None = None

    def __bool__(self) -> bool:
        return self.attended


def duty_of(playbook: Playbook, channel: ChannelSettings, at: datetime) -> ChannelDuty:
    """
    Return who is there for *channel* at *at*.

    It is attended in its working hours (or the company's) while anybody is on duty
    to whom its policy may give something; a channel without a policy, or whose
    policy calls nobody in particular, is attended in its working hours.  Who takes
    nothing new is not there.
    """
    now = aware_utc(at)
    _, policy = playbook.policy_for(channel)
    called = candidates(policy, playbook.team) if policy is not None else ()
    members = [
        member
        for member in playbook.team.members
        if member.id in called and member.active and not member.opted_out
    ]
    calendar = playbook.calendar_for(channel)

    def there(instant: datetime) -> tuple[MemberId, ...] | None:
        if not calendar.is_open(instant):
            return None
        on_duty = tuple(member.id for member in members if member.duty(instant))
        return on_duty if on_duty or not called else None

    found = there(now)
    turn = next(
        (
            instant
            for instant in _turns(members, calendar, now)
            if (there(instant) is None) != (found is None)
        ),
        None,
    )
    return ChannelDuty(
        channel=channel.id,
        attended=found is not None,
        members=found or (),
        until=turn if found is not None else None,
        since=turn if found is None else None,
    )


def _turns(
    members: Iterable[Member], calendar: WorkCalendar, now: datetime
) -> Iterator[datetime]:
    """
    Yield, in order, each instant after *now* at which anything may change.
    """
    people = tuple(members)
    calendars = [calendar, *(m.shift for m in people if m.shift is not None)]
    last = now + _HORIZON
    edges = chain(
        (edge for each in dict.fromkeys(calendars) for edge in _edges(each, now, last)),
        (
            edge
            for member in people
            for absence in member.absences
            for edge in (absence.since, absence.until)
            if edge is not None
        ),
    )
    yield from sorted({edge for edge in edges if now < edge < last})


def _edges(calendar: WorkCalendar, now: datetime, last: datetime) -> Iterator[datetime]:
    for interval in calendar.intervals(now, last):
        yield interval.start
        yield interval.end
