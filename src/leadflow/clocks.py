"""
Response clocks: what a client is owed, by when, and whether it was kept (R10, R33).

The life of a lead is told as marks: the client wrote, a member answered, the lead
went into a state that waits for the client and out of it, it was closed and
reopened.  Three kinds of clock read them:

- ``first-response`` runs from the first mark to the first answer;
- ``next-response`` runs from the first message that is not answered yet, so that
  a second message moves nothing and an answer clears it; there is one for each
  wait;
- ``resolution`` runs from the first mark to the closing, without the time for
  which the lead was closed.

A clock counts the working time of a calendar, less pauses.  Its *deadline* is what
was promised: an answer at the deadline keeps it, one later misses it, and one that
has not come is missed from the instant after.  All is computed anew from the marks
and from *now*; nothing ticks, nothing is stored.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, Literal, assert_never

import attrs

from leadflow.values import aware_utc
from leadflow.worktime import Interval


if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from leadflow.worktime import WorkCalendar


__all__ = (
    "Clock",
    "ClockKind",
    "ClockStatus",
    "Escalated",
    "EscalationAction",
    "EscalationRule",
    "Mark",
    "MarkKind",
    "Targets",
    "assignee_after",
    "clocks",
    "escalate",
    "first_response",
    "new_misses",
    "next_escalation",
    "next_miss",
    "next_responses",
    "resolution",
)

MarkKind = Literal[
    "opened", "inbound", "answer", "pause", "resume", "closed", "reopened"
]
ClockKind = Literal["first-response", "next-response", "resolution"]
ClockStatus = Literal["pending", "hit", "missed", "dropped"]
EscalationAction = Literal["notify", "reassign"]


@attrs.frozen
class Mark:
    """
    Tell one thing that moves clocks: when, what, and the record's id.

    An automatic reply is no ``answer``; who feeds the marks leaves it out (R12).
    """

    at: datetime = attrs.field(converter=aware_utc)
    kind: MarkKind
    ref: str = ""


@attrs.frozen(kw_only=True)
class Clock:
    """
    Hold one clock as it stands at an instant.

    *deadline* is empty while a pause moves it on; *stopped* is when the answer
    or the closing came, empty while the clock is live.  *took* is the working
    time gone by.  *status* is ``missed`` as soon as the deadline has passed,
    answered or not, and ``dropped`` where the lead was closed in time without
    the answer.  *pauses* are over, *paused_since* tells one that is not.
    """

    kind: ClockKind
    ref: str
    started: datetime
    target: timedelta
    deadline: datetime | None
    stopped: datetime | None
    took: timedelta
    status: ClockStatus
    pauses: tuple[Interval, ...] = ()
    paused_since: datetime | None = None

    @property
    def id(self) -> str:
        """Return the same text for the same wait, however often it is looked at."""
        return f"{self.kind}:{self.ref or self.started.isoformat()}"

    @property
    def live(self) -> bool:
        """Tell whether the clock still waits for what would stop it."""
        return self.stopped is None

    @property
    def difference(self) -> timedelta:
        """Return the working time to spare; negative is late."""
        return self.target - self.took


@attrs.frozen(kw_only=True)
class Targets:
    """
    Set how much working time each clock has; none or nought is no clock.
    """

    first_response: timedelta | None = None
    next_response: timedelta | None = None
    resolution: timedelta | None = None


# -- reading the marks ---------------------------------------------------------


@attrs.frozen(kw_only=True)
class _Life:
    """
    What the marks up to *now* say; *waits* pairs each message with its answer.
    """

    now: datetime
    began: Mark | None
    answered: Mark | None
    closed: Mark | None
    waits: tuple[tuple[Mark, Mark | None], ...]
    pauses: tuple[Interval, ...]
    paused_since: datetime | None


def _read(marks: Iterable[Mark], now: datetime) -> _Life:
    began: Mark | None = None
    answered: Mark | None = None
    closed: Mark | None = None
    waiting: Mark | None = None
    held: Mark | None = None
    waits: list[tuple[Mark, Mark | None]] = []
    pauses: list[Interval] = []
    # Marks of one instant keep the order that they are given in.
    for mark in sorted(marks, key=attrgetter("at")):
        if mark.at > now:
            break
        match mark.kind:
            case "opened":
                began = began or mark
            case "inbound":
                began = began or mark
                waiting = waiting or mark
            case "answer":
                if began:
                    answered = answered or mark
                if waiting:
                    waits.append((waiting, mark))
                waiting = None
            case "pause":
                held = held or mark
            case "resume":
                if held:
                    pauses.append(Interval(held.at, mark.at))
                held = None
            case "closed":
                if began:
                    closed = closed or mark
            case "reopened":
                if closed:
                    pauses.append(Interval(closed.at, mark.at))
                closed = None
            case _:
                assert_never(mark.kind)
    if waiting:
        waits.append((waiting, None))
    return _Life(
        now=now,
        began=began,
        answered=answered,
        closed=closed,
        waits=tuple(waits),
        pauses=tuple(pauses),
        paused_since=min((mark.at for mark in (held, closed) if mark), default=None),
    )


def _clock(
    kind: ClockKind,
    target: timedelta,
    calendar: WorkCalendar,
    life: _Life,
    *,
    since: Mark,
    until: Mark | None,
) -> Clock:
    """
    Make the clock from *since* to *until*, else to the closing, else to now.
    """
    end = until
    # A message to a closed lead waits for it to be reopened.
    if end is None and life.closed and life.closed.at >= since.at:
        end = life.closed
    at = end.at if end else life.now
    pauses = [
        Interval(pause.start, min(pause.end, at))
        for pause in life.pauses
        if pause.start < at and pause.end > since.at
    ]
    paused_since = life.paused_since
    if paused_since is not None and paused_since < at:
        pauses.append(Interval(paused_since, at))
    if end:
        paused_since = None
    deadline = _reach(calendar, since.at, target, pauses, paused_since)
    status: ClockStatus
    if deadline is not None and at > deadline:
        status = "missed"
    elif end is None:
        status = "pending"
    else:
        status = "hit" if until else "dropped"
    return Clock(
        kind=kind,
        ref=since.ref,
        started=since.at,
        target=target,
        deadline=deadline,
        stopped=end.at if end else None,
        took=calendar.between(since.at, at, pauses=pauses),
        status=status,
        pauses=tuple(pauses),
        paused_since=paused_since,
    )


def _reach(
    calendar: WorkCalendar,
    start: datetime,
    duration: timedelta,
    pauses: Iterable[Interval],
    paused_since: datetime | None,
) -> datetime | None:
    """
    Return when the time is used up, or nothing if a pause still moves that on.
    """
    end = calendar.add(start, duration, pauses=pauses)
    return end if paused_since is None or end <= paused_since else None


# -- the three kinds -----------------------------------------------------------


def first_response(
    marks: Iterable[Mark],
    target: timedelta | None,
    calendar: WorkCalendar,
    now: datetime,
) -> Clock | None:
    """
    Return the clock from the first mark to the first answer, as of *now*.

    There is none without a target, and none before the lead began.

    Raises:
        Refused: *now* is naive, or *calendar* refuses (see `WorkCalendar.add`).
    """
    life = _read(marks, aware_utc(now))
    if not target or life.began is None:
        return None
    return _clock(
        "first-response",
        target,
        calendar,
        life,
        since=life.began,
        until=life.answered,
    )


def next_responses(
    marks: Iterable[Mark],
    target: timedelta | None,
    calendar: WorkCalendar,
    now: datetime,
) -> tuple[Clock, ...]:
    """
    Return a clock for each time that the client waited for an answer, in order.

    Only the last can be live.  Raises as `first_response`.
    """
    life = _read(marks, aware_utc(now))
    if not target:
        return ()
    return tuple(
        _clock("next-response", target, calendar, life, since=since, until=until)
        for since, until in life.waits
    )


def resolution(
    marks: Iterable[Mark],
    target: timedelta | None,
    calendar: WorkCalendar,
    now: datetime,
) -> Clock | None:
    """
    Return the clock from the first mark to the closing, as of *now*.

    Raises as `first_response`.
    """
    life = _read(marks, aware_utc(now))
    if not target or life.began is None:
        return None
    return _clock(
        "resolution", target, calendar, life, since=life.began, until=life.closed
    )


def clocks(
    marks: Iterable[Mark], targets: Targets, calendar: WorkCalendar, now: datetime
) -> tuple[Clock, ...]:
    """
    Return all clocks that *targets* ask for, in the order of their start.

    While the first response is owed it alone counts: a shorter target for the
    next ones does not overrule it.  Raises as `first_response`.
    """
    told = tuple(marks)
    first = first_response(told, targets.first_response, calendar, now)
    found = [
        clock
        for clock in next_responses(told, targets.next_response, calendar, now)
        if first is None
        or (first.stopped is not None and clock.started >= first.stopped)
    ]
    whole = resolution(told, targets.resolution, calendar, now)
    singles = [clock for clock in (first, whole) if clock is not None]
    return tuple(sorted(singles + found, key=attrgetter("started")))


def next_miss(clocks: Iterable[Clock]) -> datetime | None:
    """
    Return the first instant at which one of the pending clocks will be missed.

    It is the instant after the earliest deadline, as an answer at a deadline
    still keeps it; nothing if no deadline lies ahead.
    """
    ahead = [
        clock.deadline + datetime.resolution
        for clock in clocks
        if clock.status == "pending" and clock.deadline is not None
    ]
    return min(ahead, default=None)


def new_misses(clocks: Iterable[Clock], told: Container[str]) -> tuple[Clock, ...]:
    """
    Return the missed clocks whose `Clock.id` is not among those *told* of.

    A miss is told once, however often the marks are looked at.
    """
    return tuple(
        clock for clock in clocks if clock.status == "missed" and clock.id not in told
    )


# -- escalation ----------------------------------------------------------------


@attrs.frozen(kw_only=True)
class EscalationRule:
    """
    Set one level of escalation (R33).

    *after* is working time since the clock started; without it the level is
    reached when the clock is missed.  *to* is who is told, or who takes over
    (a member, a role: the caller's words).  The level acts up to *cap* times,
    with *cooldown* of working time from one to the next.
    """

    to: str
    after: timedelta | None = None
    action: EscalationAction = "notify"
    cap: int = 1
    cooldown: timedelta = timedelta(0)


@attrs.frozen(kw_only=True)
class Escalated:
    """
    Record that a level acted: for which clock, which level from 1, when, on whom.
    """

    clock: str
    level: int
    at: datetime = attrs.field(converter=aware_utc)
    to: str
    action: EscalationAction


def escalate(
    rules: Sequence[EscalationRule],
    clock: Clock,
    history: Iterable[Escalated],
    calendar: WorkCalendar,
    now: datetime,
) -> tuple[Escalated, ...]:
    """
    Return what is to be done at *now* that *history* has not done yet.

    A scan that comes late does each level that is due, once, in order.  A clock
    that stopped escalates no more, and a pause moves on what was not yet due.
    """
    instant = aware_utc(now)
    past = tuple(history)
    return tuple(
        Escalated(
            clock=clock.id, level=level, at=instant, to=rule.to, action=rule.action
        )
        for level, rule in enumerate(rules, start=1)
        if (due := _due(level, rule, clock, past, calendar)) is not None
        and due <= instant
    )


def next_escalation(
    rules: Sequence[EscalationRule],
    clock: Clock,
    history: Iterable[Escalated],
    calendar: WorkCalendar,
) -> datetime | None:
    """
    Return when `escalate` will next have something to do, if nothing happens.
    """
    past = tuple(history)
    found = (
        _due(level, rule, clock, past, calendar)
        for level, rule in enumerate(rules, start=1)
    )
    return min((due for due in found if due is not None), default=None)


def _due(
    level: int,
    rule: EscalationRule,
    clock: Clock,
    history: Iterable[Escalated],
    calendar: WorkCalendar,
) -> datetime | None:
    done = [
        each.at for each in history if (each.clock, each.level) == (clock.id, level)
    ]
    if not clock.live or len(done) >= rule.cap:
        return None
    if done:
        return _reach(
            calendar, max(done), rule.cooldown, clock.pauses, clock.paused_since
        )
    if rule.after is not None:
        return _reach(
            calendar, clock.started, rule.after, clock.pauses, clock.paused_since
        )
    return None if clock.deadline is None else clock.deadline + datetime.resolution


def assignee_after(assignee: str, escalated: Iterable[Escalated]) -> str:
    """
    Return who is responsible after the escalations: the last to take over.
    """
    for each in escalated:
        if each.action == "reassign":
            assignee = each.to
    return assignee
