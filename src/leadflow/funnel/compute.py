"""
Compute a funnel in plain Python: the live executor, and the oracle of all others.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from itertools import product
from typing import TYPE_CHECKING

from leadflow.errors import DefinitionError, Problem
from leadflow.funnel._facts import ALL, FIGURES, UNENTERED, Facts, settle
from leadflow.funnel.result import (
    Anomaly,
    Cell,
    CellKey,
    FunnelResult,
    amount_row,
)
from leadflow.funnel.spec import Cohort, Dim, FunnelSpec, StageEvent
from leadflow.values import Money


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from leadflow.funnel.fold import Folded
    from leadflow.funnel.history import HistoryRow
    from leadflow.funnel.ladder import Ladder
    from leadflow.funnel.periods import Period


__all__ = ("compute",)

Group = tuple[str | None, ...]


def compute(spec: FunnelSpec, folded: Folded) -> FunnelResult:
    """
    Return the funnel that *spec* asks for of what was *folded* (R48).

    The steps are those of the ladder that it was folded by.

    Raises:
        DefinitionError: *folded* counts other subjects than *spec*, or *spec*
            names a stage that the ladder lacks; all problems at once.
    """
    _check(spec, folded)
    ladder = folded.ladder
    population = [
        facts
        for subject, story in folded.stories()
        if (facts := settle(spec, ladder, subject, story)) is not None
    ]
    steps = range(ALL, len(ladder.steps))
    members: dict[CellKey, list[Facts]] = defaultdict(list)
    periods = _periods(spec)
    starts = [period.start_us for period in periods]
    broken_down = bool(spec.by or spec.bucket)
    each_its_own = isinstance(spec.anchor, StageEvent)
    for facts in population:
        for step in steps:
            if each_its_own and not facts.entered(step):
                continue
            members[step, (), None].append(facts)
            if broken_down:
                group = tuple(_value(dim, facts, step) for dim in spec.by)
                at_us = facts.bars[step] if each_its_own and step != ALL else None
                when = facts.anchored_us if at_us is None else at_us
                bucket = periods[bisect_right(starts, when) - 1] if periods else None
                members[step, group, bucket].append(facts)
    totals = tuple(_cells(spec, ladder, members, [()], [None]))
    cells = totals
    if broken_down:
        found = {group for _, group, _ in members if len(group) == len(spec.by)}
        groups = _groups(spec, found)
        cells = tuple(_cells(spec, ladder, members, groups, periods or [None]))
    return FunnelResult(
        spec=spec,
        ladder=ladder,
        totals=totals,
        cells=cells,
        population=len(population),
        matured=sum(facts.matured for facts in population),
        anomalies=tuple(_anomalies(population)),
        ties=sum(facts.story.ties for facts in population),
        rows=sum(len(facts.story.rows) for facts in population),
        as_recorded_us=max(
            (
                row.recorded_us
                for facts in population
                for row in facts.story.rows
                if row.recorded_us is not None
            ),
            default=None,
        ),
        members={key: tuple(found) for key, found in members.items()},
    )


def _check(spec: FunnelSpec, folded: Folded) -> None:
    known = {rung.id for rung in folded.ladder.rungs}
    problems = [
        Problem(
            path,
            "unknown-stage",
            f"the ladder {folded.ladder.id!r} has no stage {stage!r}",
        )
        for path, stage in (
            (
                "spec.anchor",
                spec.anchor.stage if isinstance(spec.anchor, Cohort) else "",
            ),
            ("spec.window", spec.window.from_stage if spec.window else ""),
        )
        if stage and stage not in known
    ]
    if spec.subject != folded.subject:
        problems.append(
            Problem(
                "spec.subject",
                "other-subject",
                f"{spec.subject}s are asked for and {folded.subject}s were folded",
            )
        )
    if problems:
        raise DefinitionError(problems)


# -- which cell a subject is in -----------------------------------------------------


def _periods(spec: FunnelSpec) -> list[Period]:
    if spec.bucket is None or spec.period is None:
        return []
    return list(spec.bucket.periods(spec.period))


def _value(dim: Dim, facts: Facts, step: int) -> str | None:
    found = _row(dim, facts, step).value(dim.name)
    return None if found is None else dict(dim.folding).get(found, found)


def _row(dim: Dim, facts: Facts, step: int) -> HistoryRow:
    match dim.attribution:
        case "first":
            return facts.first
        case "last":
            return facts.last
        case "at_entry":
            return facts.entry
        case "at_visit":
            return facts.visit(step)
        case "at_loss":
            closing = facts.closing if facts.outcome == "lost" else None
            return closing or facts.last


def _groups(spec: FunnelSpec, found: set[Group]) -> list[Group]:
    """
    Return the groups in order, with those that the seeds demand.
    """
    groups = found or ({()} if not spec.by else set())
    if any(dim.seeds for dim in spec.by):
        columns = [
            {group[place] for group in found} | set(dim.seeds)
            for place, dim in enumerate(spec.by)
        ]
        groups = groups | set(product(*columns))
    return sorted(groups, key=_none_last)


def _none_last(group: Group) -> tuple[tuple[bool, str], ...]:
    return tuple((value is None, value or "") for value in group)


# -- what is in a cell ---------------------------------------------------------------


def _cells(
    spec: FunnelSpec,
    ladder: Ladder,
    members: Mapping[CellKey, list[Facts]],
    groups: Sequence[Group],
    buckets: Sequence[Period | None],
) -> Iterator[Cell]:
    for group, bucket in product(groups, buckets):
        for step in range(ALL, len(ladder.steps)):
            found = members.get((step, group, bucket), [])
            entered = [facts for facts in found if facts.entered(step)]
            yield Cell(
                stage=None if step == ALL else ladder.steps[step].id,
                step=step,
                group=group,
                bucket=bucket,
                **{
                    name: sum(
                        condition(facts, step)
                        for facts in (found if name in UNENTERED else entered)
                    )
                    for name, condition in FIGURES.items()
                },
                entries=sum(facts.visits_at(step) for facts in entered),
                amount=_amount(spec, entered, step),
                windowed=spec.window is not None,
            )


def _amount(spec: FunnelSpec, entered: Iterable[Facts], step: int) -> tuple[Money, ...]:
    """
    Return one sum a currency; none is converted.
    """
    sums = Counter[str]()
    for facts in entered:
        row = amount_row(spec, facts, step)
        if row is not None and row.amount_minor is not None:
            sums[row.currency or ""] += row.amount_minor
    return tuple(Money(minor, currency) for currency, minor in sorted(sums.items()))


def _anomalies(population: Iterable[Facts]) -> Iterator[Anomaly]:
    for facts in population:
        if facts.story.backwards:
            yield Anomaly(facts.subject, "closed-before-open")
        if any(place.kind == "unknown" for place in facts.story.places):
            yield Anomaly(facts.subject, "unknown-stage")
        if facts.story.clashes:
            yield Anomaly(facts.subject, "version-clash")
