"""
What a funnel found: cells of figures, and the records behind each.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import attrs

from leadflow.errors import DefinitionError, Problem
from leadflow.funnel._facts import ALL, FIGURES, Facts
from leadflow.funnel.ladder import Ladder
from leadflow.funnel.periods import Period
from leadflow.funnel.spec import FunnelSpec
from leadflow.funnel.statistics import (
    Bounds,
    aalen_johansen,
    survival_median,
    wilson,
)
from leadflow.values import Money


if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadflow.funnel.history import HistoryRow
    from leadflow.funnel.visits import Visit


__all__ = ("Anomaly", "AnomalyRule", "Cell", "CellKey", "Dwell", "FunnelResult")

AnomalyRule = Literal["closed-before-open", "unknown-stage", "version-clash"]
CellKey = tuple[int, tuple[str | None, ...], Period | None]
"""Step, values of the dimensions, bucket: what a cell is found by."""

_MICROSECOND = timedelta(microseconds=1)


@attrs.frozen
class Anomaly:
    """
    Name a *subject* whose rows contradict one another, and the *rule* broken.

    ``closed-before-open``: closed by an earlier clock than it was opened by; it
    counts, as closed, and is in no duration.  ``unknown-stage``: it was in a stage
    that the ladder lacks.  ``version-clash``: two rows claim one version.
    """

    subject: str
    rule: AnomalyRule


@attrs.frozen
class Dwell:
    """
    Tell how long stays last: the *median*, of *stays*, of which *unfinished*.

    The unfinished count as such; *median* is None where more than half are.
    *coarse* marks that some stamps are known to the day only.
    """

    median: timedelta | None
    stays: int
    unfinished: int
    coarse: bool


@attrs.frozen(kw_only=True)
class Cell:
    """
    Hold the figures of one stage, in one group and one bucket.

    *stage* is None in the cell of all that the anchor selected; there *converted*
    are the won and *dropped* the lost, *left* those lost from no ranked stage and
    *here* those standing in none.  Each figure counts subjects, *entries* visits:

    ``entered = converted + dropped + pending = active + won_now + lost``.

    In a windowed funnel *pending* are those whose window is not over, and
    *converted* and *dropped* are of the others only.
    """

    stage: str | None
    step: int
    group: tuple[str | None, ...] = ()
    bucket: Period | None = None
    entered: int = 0
    passed: int = 0
    reached: int = 0
    skipped: int = 0
    converted: int = 0
    dropped: int = 0
    pending: int = 0
    returns: int = 0
    entries: int = 0
    here: int = 0
    left: int = 0
    active: int = 0
    won_ever: int = 0
    won_now: int = 0
    lost: int = 0
    amount: tuple[Money, ...] = ()
    windowed: bool = False

    @property
    def key(self) -> CellKey:
        """Return what the cell is found by."""
        return (self.step, self.group, self.bucket)

    @property
    def decided(self) -> int:
        """Return how many have gone on or dropped out."""
        return self.converted + self.dropped

    @property
    def trials(self) -> int:
        """
        Return what the rate is of: all that entered, or the matured in a window.
        """
        return self.decided if self.windowed else self.entered

    @property
    def rate(self) -> float | None:
        """Return the share that went on; None of none."""
        return self.converted / self.trials if self.trials else None

    @property
    def decided_rate(self) -> float | None:
        """
        Return the share that went on of those decided; None of none.

        Early it is biased by fast losses, late by slow ones: read it beside
        `rate` and `FunnelResult.won_within`.
        """
        return self.converted / self.decided if self.decided else None

    @property
    def wilson(self) -> Bounds | None:
        """Return the 95 % interval of the rate."""
        return wilson(self.converted, self.trials)


@attrs.frozen(kw_only=True)
class FunnelResult:
    """
    Hold the figures that *spec* asked for, and what they are made of.

    *totals* has one cell for all and one a step; *cells* has the same for each
    group and bucket, and is *totals* where nothing is broken down.  *population*
    is how many the anchor selected and *matured* how many of these are decided
    (closed, or their window over).  *ties* counts rows that share their instant
    with the one before, *rows* those that were seen, and *as_recorded_us* is when
    the last of them was written down, if that is known.
    """

    spec: FunnelSpec
    ladder: Ladder
    totals: tuple[Cell, ...]
    cells: tuple[Cell, ...]
    population: int
    matured: int
    anomalies: tuple[Anomaly, ...]
    ties: int
    rows: int
    as_recorded_us: int | None
    members: Mapping[CellKey, tuple[Facts, ...]] = attrs.field(repr=False, eq=False)

    @property
    def groups(self) -> tuple[tuple[str | None, ...], ...]:
        """Return the values of the dimensions that cells are for, in order."""
        return tuple(dict.fromkeys(cell.group for cell in self.cells))

    @property
    def buckets(self) -> tuple[Period | None, ...]:
        """Return the buckets that cells are for, in order."""
        return tuple(dict.fromkeys(cell.bucket for cell in self.cells))

    def cell(
        self,
        stage: str | None = None,
        *,
        group: tuple[str | None, ...] = (),
        bucket: Period | None = None,
    ) -> Cell:
        """
        Return the cell of *stage*, of all stages together without one.

        Raises:
            DefinitionError: there is no such cell.
        """
        for cell in (*self.totals, *self.cells):
            if (cell.stage, cell.group, cell.bucket) == (stage, group, bucket):
                return cell
        raise DefinitionError(
            [
                Problem(
                    "cell",
                    "no-cell",
                    f"nothing was counted for stage {stage!r} and group {group!r}",
                )
            ]
        )

    def ids(self, cell: Cell, figure: str = "entered") -> tuple[str, ...]:
        """
        Return the ids behind *figure* of *cell*, sorted (R49).

        There are as many as the figure says.  Behind ``amount`` are those that
        have one.

        Raises:
            DefinitionError: it is no figure that counts subjects.
        """
        return tuple(sorted(facts.subject for facts in self.behind(cell, figure)))

    def behind(self, cell: Cell, figure: str = "entered") -> tuple[Facts, ...]:
        """
        Return the facts of the subjects behind *figure* of *cell*.

        Raises:
            DefinitionError: it is no figure that counts subjects.
        """
        members = self.members.get(cell.key, ())
        if figure == "amount":
            return tuple(
                facts
                for facts in members
                if facts.entered(cell.step)
                and (row := amount_row(self.spec, facts, cell.step)) is not None
                and row.amount_minor is not None
            )
        condition = FIGURES.get(figure)
        if condition is None:
            raise DefinitionError(
                [Problem("figure", "unknown-figure", f"{figure!r} counts no subjects")]
            )
        return tuple(facts for facts in members if condition(facts, cell.step))

    def visits(self, cell: Cell) -> tuple[Visit, ...]:
        """
        Return the visits behind ``entries`` of *cell*, by subject and in order.
        """
        return tuple(
            visit
            for facts in sorted(self.behind(cell), key=_subject)
            for visit in facts.story.visits(facts.subject)
            if cell.step in {ALL, visit.step}
        )

    def dwell(
        self, cell: Cell, per: Literal["visit", "first", "subject"] = "visit"
    ) -> Dwell:
        """
        Return how long stays in the stage of *cell* last (R42).

        A stay is each *visit*, the *first* of each subject, or a *subject*'s time
        there in all; where it has not ended, it is known to last at least until
        the end of what is seen.  For all stages together it is the time from entry
        to closing.
        """
        stays = list[tuple[int, bool]]()
        coarse = False
        for facts in self.behind(cell):
            if facts.story.backwards:
                continue
            mine = list(_stays(facts, cell.step))
            if not mine:
                continue
            coarse = coarse or any(row.coarse for row in facts.story.entries)
            if per == "first":
                mine = mine[:1]
            elif per == "subject":
                mine = [(sum(us for us, _ in mine), all(over for _, over in mine))]
            stays += mine
        median_us = survival_median(stays)
        return Dwell(
            median=None if median_us is None else median_us * _MICROSECOND,
            stays=len(stays),
            unfinished=sum(not over for _, over in stays),
            coarse=coarse,
        )

    def won_within(self, cell: Cell, time: timedelta) -> float | None:
        """
        Return the probability of being won by *time* after entry; None of none.

        Entry is the coming to the cell's stage, or for all stages together the
        subject's own.  What is open counts as open and loss as a competing way
        out (Aalen-Johansen); those with contradicting clocks are left out.
        """
        ways = list[tuple[int, Literal["won", "lost", "open"]]]()
        for facts in self.behind(cell):
            start_us = facts.entry.at_us if cell.step == ALL else facts.bars[cell.step]
            if facts.story.backwards or start_us is None:
                continue
            closing = facts.closing
            end_us = facts.seen_us if closing is None else closing.at_us
            ways.append((end_us - start_us, facts.outcome))
        if not ways:
            return None
        limit = time // _MICROSECOND
        won = [share for age, share in aalen_johansen(ways) if age <= limit]
        return won[-1] if won else 0.0


def amount_row(spec: FunnelSpec, facts: Facts, step: int) -> HistoryRow | None:
    """
    Return the row whose amount counts; None for one that is not closed.
    """
    match spec.amount_at:
        case "at_entry":
            return facts.entry
        case "at_stage":
            return facts.visit(step)
        case "at_close":
            return facts.closing
        case "as_of":
            return facts.last


def _stays(facts: Facts, step: int) -> Iterator[tuple[int, bool]]:
    """
    Yield the duration of each stay at *step*, and whether it has ended.
    """
    if step == ALL:
        end = facts.closing
        end_us = facts.seen_us if end is None else end.at_us
        yield end_us - facts.entry.at_us, end is not None
        return
    for visit in facts.story.visits(facts.subject):
        if visit.step == step:
            over = visit.left_us is not None
            end_us = facts.seen_us if visit.left_us is None else visit.left_us
            yield end_us - visit.entered_us, over


def _subject(facts: Facts) -> str:
    return facts.subject
