"""
What to count: one specification for every engine that counts it.

Two words decide most of what a funnel says, and most tools choose them silently.
The *anchor* says what the period selects: subjects by their entry, stages by the
date of the stage, closed ones by their closing date, or what stood open at an
instant; a result has one anchor, and there is no default.  The *reading* says
who counts at a stage:

``passed``
    who got at least that far; a skipped stage was passed.  Bars are read so.
``reached``
    who literally stood there.
``ordered``
    who took all steps up to it in order, whatever came between (what product
    analytics call a funnel).
``strict``
    the same, with nothing foreign between.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, Protocol, get_args

import attrs

from leadflow.errors import DefinitionError, Problem
from leadflow.funnel.fold import Subject
from leadflow.funnel.history import instant, micros
from leadflow.funnel.periods import Bucket, Period
from leadflow.values import aware_utc


__all__ = (
    "DEFAULT_MEASURES",
    "AmountAt",
    "Anchor",
    "Attribution",
    "Closed",
    "Cohort",
    "Dim",
    "FunnelSpec",
    "Hours",
    "Measure",
    "Reading",
    "Snapshot",
    "StageEvent",
    "Window",
)

Reading = Literal["passed", "reached", "ordered", "strict"]
Attribution = Literal["first", "last", "at_entry", "at_visit", "at_loss"]
AmountAt = Literal["at_entry", "at_stage", "at_close", "as_of"]
Measure = Literal[
    "entered",
    "passed",
    "reached",
    "skipped",
    "converted",
    "dropped",
    "pending",
    "returns",
    "entries",
    "here",
    "left",
    "active",
    "won_ever",
    "won_now",
    "lost",
    "amount",
    "rate",
    "wilson",
    "median_dwell",
]

DEFAULT_MEASURES: frozenset[Measure] = frozenset(get_args(Measure))
"""All measures."""


@attrs.frozen
class Cohort:
    """
    Select the subjects that entered in the period.

    Entry is the subject's first row, or where *stage* is given the first time
    that it was at that stage (under ``passed``: at it or above).
    """

    stage: str = ""


@attrs.frozen
class StageEvent:
    """
    Select at each stage the subjects that first got there in the period.

    Each bar has a population of its own, so that bars need not fall: it is a
    count of events, and a stage's conversion is of those that entered it.
    """


@attrs.frozen
class Closed:
    """
    Select the subjects that are closed, and were closed in the period.
    """


@attrs.frozen
class Snapshot:
    """
    Select the subjects that stood open at ``as_of``; there is no period.
    """


Anchor = Cohort | StageEvent | Closed | Snapshot


class Hours(Protocol):
    """
    Know working time, as `leadflow.worktime.WorkCalendar` does.
    """

    def add(self, start: datetime, duration: timedelta, /) -> datetime:
        """
        Return the first instant by which *duration* of open time has gone by.
        """
        ...


@attrs.frozen(kw_only=True)
class Window:
    """
    See of each subject only what happened up to *length* after its start.

    The start is the first entry into *from_stage*; without one it is the cohort's
    own stage, or the subject's first row (under ``ordered`` and ``strict``: the
    first step).  It is never reset, and the last instant is in the window.  Who
    never came to it has no window and is not in the funnel.  With *hours* the
    length is working time, without them it is elapsed time.
    """

    length: timedelta
    from_stage: str = ""
    hours: Hours | None = None

    def end_us(self, start_us: int) -> int:
        """
        Return the last instant that a window from *start_us* shows.
        """
        start = instant(start_us)
        if self.hours is None:
            return micros(start + self.length)
        return micros(self.hours.add(start, self.length))


@attrs.frozen
class Dim:
    """
    Break figures down by the dimension *name*; a subject has one value of it.

    *attribution* says which: of the ``first`` row or the ``last`` one; of the row
    of its entry (``at_entry``: into the anchor's stage); of the visit that is
    counted (``at_visit``); or of the row that lost it (``at_loss``; one that is
    not lost has the last row's).  *seeds* are values shown even with nothing in
    them.  *folding* are pairs of a value and the one it stands for; None is a
    value like any other and is never folded.
    """

    name: str
    attribution: Attribution = "first"
    seeds: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    folding: tuple[tuple[str, str], ...] = attrs.field(default=(), kw_only=True)


@attrs.frozen(kw_only=True)
class FunnelSpec:
    """
    Say what a funnel counts; the figures follow from it and the rows alone.

    *subject* must be what was folded, *anchor* says what *period* selects.
    Nothing after *as_of* is seen, and what is open then counts as open.
    *amount_at* says which amount is summed: that of the entry, of the row that
    came to the stage, of the closing, or the latest.

    Raises:
        DefinitionError: the parts contradict one another; all problems at once.
        Refused: *as_of* is naive (rule ``value.naive-datetime``).
    """

    anchor: Anchor
    period: Period | None
    as_of: datetime = attrs.field(converter=aware_utc)
    subject: Subject = "interest"
    reading: Reading = "passed"
    window: Window | None = None
    by: tuple[Dim, ...] = ()
    bucket: Bucket | None = None
    measures: frozenset[Measure] = DEFAULT_MEASURES
    amount_at: AmountAt = "as_of"

    def __attrs_post_init__(self) -> None:
        problems = [
            *self._period_problems(),
            *self._window_problems(),
            *self._dimension_problems(),
            *(
                Problem(
                    "spec.measures", "unknown-measure", f"nothing measures {name!r}"
                )
                for name in sorted(self.measures - DEFAULT_MEASURES)
            ),
            *self._word_problems(),
        ]
        if problems:
            raise DefinitionError(problems)

    @property
    def as_of_us(self) -> int:
        """Return the last instant that is seen, in microseconds."""
        return micros(self.as_of)

    @property
    def in_order(self) -> bool:
        """Tell whether the reading wants the steps taken in order."""
        return self.reading in {"ordered", "strict"}

    def _period_problems(self) -> list[Problem]:
        if isinstance(self.anchor, Snapshot):
            found = []
            if self.period is not None:
                found.append(
                    Problem(
                        "spec.period",
                        "snapshot-period",
                        "a snapshot is of an instant, as_of, and has no period",
                    )
                )
            if self.bucket is not None:
                found.append(
                    Problem(
                        "spec.bucket",
                        "snapshot-bucket",
                        "a snapshot is of an instant and has no buckets",
                    )
                )
            return found
        if self.period is None:
            name = type(self.anchor).__name__
            return [
                Problem("spec.period", "no-period", f"the anchor {name} needs a period")
            ]
        if self.as_of <= self.period.start:
            return [
                Problem(
                    "spec.as_of",
                    "before-period",
                    f"as of {self.as_of.isoformat()} nothing of the period has begun",
                )
            ]
        return []

    def _window_problems(self) -> list[Problem]:
        if self.window is None or self.window.length > timedelta(0):
            return []
        return [Problem("spec.window", "empty-window", "the window has no length")]

    def _dimension_problems(self) -> list[Problem]:
        seen = set[tuple[str, str]]()
        problems = list[Problem]()
        for number, dim in enumerate(self.by):
            if (dim.name, dim.attribution) in seen:
                problems.append(
                    Problem(
                        f"spec.by[{number}]",
                        "duplicate-dimension",
                        f"{dim.name!r} ({dim.attribution}) stands here twice",
                    )
                )
            if dim.attribution not in get_args(Attribution):
                problems.append(
                    Problem(
                        f"spec.by[{number}]",
                        "unknown-attribution",
                        f"no value is taken {dim.attribution!r}",
                    )
                )
            seen.add((dim.name, dim.attribution))
        return problems

    def _word_problems(self) -> list[Problem]:
        return [
            Problem(f"spec.{field}", "unknown-word", f"{word!r} is not a {field}")
            for field, word, words in (
                ("subject", self.subject, get_args(Subject)),
                ("reading", self.reading, get_args(Reading)),
                ("amount_at", self.amount_at, get_args(AmountAt)),
            )
            if word not in words
        ]
