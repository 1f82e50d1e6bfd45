"""
Two tables that are not funnels: why things were lost, and what became of leads.

Both stand on a funnel's result, so that their population is stated in the same
words and every number opens into its records the same way.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import attrs

from leadflow.errors import DefinitionError, Problem
from leadflow.funnel.bands import Band, band_of
from leadflow.funnel.compute import compute
from leadflow.funnel.result import Cell, FunnelResult
from leadflow.funnel.spec import Dim, FunnelSpec
from leadflow.funnel.visits import Outcome
from leadflow.values import Money


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from leadflow.funnel._facts import Facts
    from leadflow.funnel.fold import Folded


__all__ = (
    "LeadAnalysis",
    "LeadOutcome",
    "LeadRow",
    "ReasonRow",
    "ReasonTable",
    "analyse_leads",
    "reasons",
)


# -- why: by reason and by the stage left from (R47) --------------------------------


@attrs.frozen(kw_only=True)
class ReasonRow:
    """
    Tell how many were lost for *reason* out of the stage *left*.

    *reason* is None where none was given, *left* None for one that was lost
    without having been anywhere else.
    """

    reason: str | None
    left: str | None
    subjects: tuple[str, ...]

    @property
    def count(self) -> int:
        """Return how many they are."""
        return len(self.subjects)


@attrs.frozen(kw_only=True)
class ReasonTable:
    """
    Hold the losses of a result by reason and stage; *rows* add up to all of them.

    A reason stands before those that are given less often, None among them, and
    within a reason stages stand in their order.
    """

    result: FunnelResult
    rows: tuple[ReasonRow, ...]

    @property
    def total(self) -> int:
        """Return how many were lost."""
        return sum(row.count for row in self.rows)

    @property
    def reasons(self) -> tuple[str | None, ...]:
        """Return the reasons, the most frequent first."""
        return tuple(dict.fromkeys(row.reason for row in self.rows))

    @property
    def stages(self) -> tuple[str | None, ...]:
        """Return the stages that were left, in order, None last."""
        found = {row.left for row in self.rows}
        order = _stage_order(self.result)
        return tuple(sorted(found, key=order))

    def ids(self, **where: str | None) -> tuple[str, ...]:
        """
        Return the ids of the lost, sorted; of one ``reason`` or ``left`` if given.

        Raises:
            DefinitionError: *where* names anything else.
        """
        if not where.keys() <= {"reason", "left"}:
            raise DefinitionError(
                [
                    Problem(
                        "where",
                        "unknown-column",
                        f"reasons have no {', '.join(sorted(where))}",
                    )
                ]
            )
        return tuple(
            sorted(
                subject
                for row in self.rows
                for subject in row.subjects
                if where.get("reason", row.reason) == row.reason
                and where.get("left", row.left) == row.left
            )
        )


def reasons(result: FunnelResult, cell: Cell | None = None) -> ReasonTable:
    """
    Return the reasons of the lost ones in *cell*, or in all of *result* (R47).

    Lost are those that are so as of the result's instant, for the reason that
    their losing row has; one that was corrected later has the corrected.
    """
    found: dict[tuple[str | None, str | None], list[str]] = {}
    for facts in result.behind(cell or result.cell(), "lost"):
        found.setdefault((_reason(facts), facts.left_from), []).append(facts.subject)
    number = Counter[str | None]()
    for (reason, _), subjects in found.items():
        number[reason] += len(subjects)
    order = _stage_order(result)
    rows = [
        ReasonRow(reason=reason, left=left, subjects=tuple(sorted(subjects)))
        for (reason, left), subjects in found.items()
    ]
    rows.sort(
        key=lambda row: (
            -number[row.reason],
            row.reason is None,
            row.reason or "",
            order(row.left),
        )
    )
    return ReasonTable(result=result, rows=tuple(rows))


def _reason(facts: Facts) -> str | None:
    closing = facts.closing
    return facts.last.reason or (closing.reason if closing else None)


def _stage_order(result: FunnelResult) -> Callable[[str | None], tuple[int, str]]:
    """
    Return the key that sorts stages as the ladder has them, None last.
    """
    places = {rung.id: number for number, rung in enumerate(result.ladder.rungs)}

    def order(stage: str | None) -> tuple[int, str]:
        if stage is None:
            return (len(places) + 1, "")
        return (places.get(stage, len(places)), stage)

    return order


# -- what became of leads, by channel (R46) -------------------------------------


@attrs.frozen(kw_only=True)
class LeadOutcome:
    """
    Tell what a converted *lead* turned into, and how that stands.

    *result* names one record (``interest/17``), None if none was named.  For an
    interest *outcome* is how it stands at the same instant, *stage* where, and
    *amount* its latest; they are None for anything else.
    """

    lead: str
    result: str | None
    outcome: Outcome | None = None
    stage: str | None = None
    amount: Money | None = None


@attrs.frozen(kw_only=True)
class LeadRow:
    """
    Count the leads of one *channel*, of one *channel_kind*, or of all (R46).

    *level* says which; below it names are None, and None is also the name of no
    channel.  *new* are those neither converted nor rejected, *states* tell them
    apart.  *outcomes* has the result of each converted one.
    """

    level: int
    channel_kind: str | None
    channel: str | None
    cells: tuple[Cell, ...]
    states: tuple[tuple[str, int], ...]
    outcomes: tuple[LeadOutcome, ...]

    @property
    def total(self) -> int:
        """Return how many leads there are."""
        return sum(cell.entered for cell in self.cells)

    @property
    def new(self) -> int:
        """Return how many are neither converted nor rejected."""
        return sum(cell.active for cell in self.cells)

    @property
    def rejected(self) -> int:
        """Return how many are rejected."""
        return sum(cell.lost for cell in self.cells)

    @property
    def converted(self) -> int:
        """Return how many are converted."""
        return sum(cell.won_now for cell in self.cells)

    @property
    def band(self) -> Band | None:
        """Return how good the conversion is (R50); None without leads."""
        return band_of(self.converted, self.total)


@attrs.frozen(kw_only=True)
class LeadAnalysis:
    """
    Hold the lead analysis: a row for all, for each kind, and for each channel.

    *rows* stand in that order: all, then each kind followed by its channels.
    """

    result: FunnelResult
    rows: tuple[LeadRow, ...]

    def ids(self, row: LeadRow, figure: str = "entered") -> tuple[str, ...]:
        """
        Return the ids of the leads behind a figure of *row*, sorted (R49).

        *figure* is ``entered`` (all), ``active`` (new), ``lost`` (rejected) or
        ``won_now`` (converted).
        """
        return tuple(
            sorted(
                subject
                for cell in row.cells
                for subject in self.result.ids(cell, figure)
            )
        )


ALL_LEADS, KIND, CHANNEL = range(3)


def analyse_leads(
    spec: FunnelSpec, leads: Folded, interests: Iterable[Folded] = ()
) -> LeadAnalysis:
    """
    Return the leads of a period by state, channel kind and channel (R46).

    *spec* says which leads and as of when; what it breaks down by is replaced.
    *interests* are the folds in which converted leads' interests are looked up.

    Raises:
        DefinitionError: *leads* does not fit *spec*.
    """
    by = (Dim("channel_kind"), Dim("channel"))
    result = compute(attrs.evolve(spec, by=by, bucket=None), leads)
    folds = tuple(interests)
    channels = [cell for cell in result.cells if cell.stage is None]
    kinds = dict.fromkeys(cell.group[0] for cell in channels)
    rows = [_lead_row(result, folds, channels, ALL_LEADS)] if channels else []
    for kind in kinds:
        of_kind = [cell for cell in channels if cell.group[0] == kind]
        rows.append(_lead_row(result, folds, of_kind, KIND))
        rows += [_lead_row(result, folds, [cell], CHANNEL) for cell in of_kind]
    return LeadAnalysis(result=result, rows=tuple(rows))


def _lead_row(
    result: FunnelResult, interests: tuple[Folded, ...], cells: list[Cell], level: int
) -> LeadRow:
    kind, channel = cells[0].group
    states = Counter[str]()
    outcomes = list[LeadOutcome]()
    for cell in cells:
        for facts in result.behind(cell):
            states[facts.story.places[facts.story.standing].stage] += 1
        for facts in result.behind(cell, "won_now"):
            outcomes.append(
                _lead_outcome(result, interests, facts.subject, facts.last.result)
            )
    order = _stage_order(result)
    return LeadRow(
        level=level,
        channel_kind=kind if level >= KIND else None,
        channel=channel if level == CHANNEL else None,
        cells=tuple(cells),
        states=tuple((stage, states[stage]) for stage in sorted(states, key=order)),
        outcomes=tuple(sorted(outcomes, key=lambda each: each.lead)),
    )


def _lead_outcome(
    result: FunnelResult,
    interests: tuple[Folded, ...],
    lead: str,
    name: str | None,
) -> LeadOutcome:
    kind, _, subject = (name or "").partition("/")
    found = next((fold for fold in interests if subject in fold), None)
    if kind != "interest" or found is None:
        return LeadOutcome(lead=lead, result=name)
    story = found.story(subject).until(result.spec.as_of_us)
    if story is None:
        return LeadOutcome(lead=lead, result=name)
    milestones = story.milestones(subject)
    last = milestones.last
    amount = last.amount_minor
    return LeadOutcome(
        lead=lead,
        result=name,
        outcome=milestones.outcome,
        stage=milestones.stage,
        amount=None if amount is None else Money(amount, last.currency or ""),
    )
