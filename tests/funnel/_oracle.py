"""
The figures once more, the slow way: each from its definition, subject by subject.

Nothing here looks at how the funnel does it.  Rows are sorted, cut, and asked.
"""

from __future__ import annotations

from collections.abc import Iterable

from leadflow.funnel.history import HistoryRow
from leadflow.funnel.spec import (
    Closed,
    Cohort,
    FunnelSpec,
    Snapshot,
    StageEvent,
)
from tests.funnel._histories import STEPS


CLOSED = {"won", "lost"}
NAMES = (
    "entered",
    "passed",
    "reached",
    "skipped",
    "converted",
    "dropped",
    "pending",
    "returns",
    "here",
    "left",
    "active",
    "won_ever",
    "won_now",
    "lost",
)


class Life:
    """
    One subject's rows up to an instant, and plain questions to them.
    """

    def __init__(self, rows: Iterable[HistoryRow]) -> None:
        # What is equal counts once; what clashes is ordered by its content.
        self.rows = sorted(set(rows), key=lambda row: (row.at_us, row.seq, repr(row)))
        self.stays = [
            row
            for number, row in enumerate(self.rows)
            if not number or self.rows[number - 1].stage != row.stage
        ]

    @property
    def backwards(self) -> bool:
        """Tell whether it was closed before it was opened."""
        head, *rest = self.stays
        return (
            head.stage in CLOSED and bool(rest) and all(r.seq < head.seq for r in rest)
        )

    @property
    def entry(self) -> HistoryRow:
        """Return the row that it came in by."""
        return self.stays[1] if self.backwards else self.stays[0]

    @property
    def now(self) -> HistoryRow:
        """Return the row that brought it to where it stands."""
        return self.stays[0] if self.backwards else self.stays[-1]

    @property
    def outcome(self) -> str:
        """Return how it stands."""
        return self.now.stage if self.now.stage in CLOSED else "open"

    def literal(self, step: int) -> int | None:
        """Return when it was first at *step*."""
        return min((r.at_us for r in self.rows if r.stage == STEPS[step]), default=None)

    def implied(self, step: int) -> int | None:
        """Return when it first was at *step* or above."""
        found = [
            r.at_us
            for r in self.rows
            if r.stage in STEPS and STEPS.index(r.stage) >= step
        ]
        return min(found, default=None)

    def chained(self, step: int, *, strict: bool) -> int | None:
        """Return when it had taken all steps up to *step* in order."""
        wanted = list(STEPS[: step + 1])
        taken = list[str]()
        for row in self.stays:
            if row.stage == wanted[0]:
                taken.append(wanted.pop(0))
                if not wanted:
                    return row.at_us
            elif strict and taken and row.stage not in (*taken,):
                return None
        return None

    def bar(self, spec: FunnelSpec, step: int) -> int | None:
        """Return when it came to the bar of *step* under the reading."""
        match spec.reading:
            case "passed":
                return self.implied(step)
            case "reached":
                return self.literal(step)
            case reading:
                return self.chained(step, strict=reading == "strict")


def population(
    spec: FunnelSpec, rows: Iterable[HistoryRow]
) -> dict[str, tuple[Life, bool]]:
    """
    Return the subjects that *spec* selects, as far as seen, and whether matured.
    """
    lives = dict[str, list[HistoryRow]]()
    for row in rows:
        if row.at_us <= spec.as_of_us:
            lives.setdefault(row.subject, []).append(row)
    chosen = {}
    for subject, found in lives.items():
        life = Life(found)
        matured = life.outcome != "open"
        if not selected(spec, life):
            continue
        seen = life
        if spec.window is not None:
            start = life.entry.at_us
            if spec.reading in {"ordered", "strict"}:
                first = life.literal(0)
                if first is None:
                    continue
                start = first
            end = spec.window.end_us(start)
            matured = end <= spec.as_of_us
            seen = Life(r for r in found if r.at_us <= min(end, spec.as_of_us))
        if isinstance(spec.anchor, StageEvent) and not any(
            inside(spec, seen.bar(spec, step)) for step in range(len(STEPS))
        ):
            continue
        chosen[subject] = (seen, matured)
    return chosen


def inside(spec: FunnelSpec, at_us: int | None) -> bool:
    """
    Tell whether *at_us* lies in the period.
    """
    return at_us is not None and spec.period is not None and at_us in spec.period


def selected(spec: FunnelSpec, life: Life) -> bool:
    """
    Tell whether the anchor selects *life*; each one for stage events.
    """
    match spec.anchor:
        case Cohort():
            return inside(spec, life.entry.at_us)
        case Closed():
            return life.outcome != "open" and inside(spec, life.now.at_us)
        case Snapshot():
            return life.outcome == "open"
        case StageEvent():
            return True


def figures(
    spec: FunnelSpec, rows: Iterable[HistoryRow], step: int
) -> dict[str, set[str]]:
    """
    Return the subjects behind each figure of *step*.
    """
    found: dict[str, set[str]] = {name: set() for name in NAMES}
    last = len(STEPS) - 1
    for subject, (life, matured) in population(spec, rows).items():
        bar = life.bar(spec, step)
        is_member = not isinstance(spec.anchor, StageEvent) or inside(spec, bar)
        if not is_member:
            continue
        passed, reached = life.implied(step), life.literal(step)
        if passed is not None:
            found["passed"].add(subject)
        if reached is not None:
            found["reached"].add(subject)
        if passed is not None and reached is None:
            found["skipped"].add(subject)
        if bar is None:
            continue
        if step == last:
            on = life.outcome == "won"
        elif spec.reading in {"passed", "reached"}:
            on = life.implied(step + 1) is not None
        else:
            on = life.bar(spec, step + 1) is not None
        if spec.window is not None:
            fate = "pending" if not matured else "converted" if on else "dropped"
        else:
            fate = "converted" if on else "dropped"
            if not on and life.outcome == "open":
                fate = "pending"
        names = ["entered", fate]
        names.append({"open": "active", "won": "won_now"}.get(life.outcome, "lost"))
        if sum(stay.stage == STEPS[step] for stay in life.stays) > 1:
            names.append("returns")
        if any(row.stage == "won" for row in life.rows):
            names.append("won_ever")
        if life.outcome == "open" and life.now.stage == STEPS[step]:
            names.append("here")
        if life.outcome == "lost":
            before = [s.stage for s in life.stays[: life.stays.index(life.now)]]
            before = [stage for stage in before if stage != "lost"]
            if before and before[-1] == STEPS[step]:
                names.append("left")
        for name in names:
            found[name].add(subject)
    return found
