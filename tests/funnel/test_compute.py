"""
Computing a funnel: its invariants, its drill-down, and an oracle beside it.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.errors import DefinitionError
from leadflow.funnel._facts import FIGURES
from leadflow.funnel.compute import compute
from leadflow.funnel.fold import fold
from leadflow.funnel.history import HistoryRow, instant
from leadflow.funnel.periods import Period
from leadflow.funnel.result import Cell, FunnelResult
from leadflow.funnel.spec import (
    AmountAt,
    Anchor,
    Attribution,
    Closed,
    Cohort,
    Dim,
    FunnelSpec,
    Reading,
    Snapshot,
    StageEvent,
    Window,
)
from leadflow.values import Money
from tests.funnel._histories import LADDER, STEPS, histories, straight, way
from tests.funnel._oracle import figures


ANCHORS: tuple[Anchor, ...] = (Cohort(), StageEvent(), Closed(), Snapshot())
READINGS: tuple[Reading, ...] = ("passed", "reached", "ordered", "strict")


@st.composite
def specs(draw: st.DrawFn, **fixed: object) -> FunnelSpec:
    """
    Draw a specification over the instants that `histories` draws from.
    """
    anchor = draw(st.sampled_from(ANCHORS))
    start = draw(st.integers(0, 20))
    as_of = draw(st.integers(start + 1, 40))
    length = draw(st.none() | st.integers(1, 15))
    chosen = {
        "anchor": anchor,
        "period": None
        if isinstance(anchor, Snapshot)
        else Period(instant(start), instant(start + draw(st.integers(1, 20)))),
        "as_of": instant(as_of),
        "reading": draw(st.sampled_from(READINGS)),
        "window": length
        if length is None
        else Window(length=timedelta(microseconds=length)),
        "by": tuple(
            Dim(name, draw(st.sampled_from(Attribution.__args__)))
            for name in draw(st.sets(st.sampled_from(("owner", "source"))).map(sorted))
        ),
        "amount_at": draw(st.sampled_from(AmountAt.__args__)),
    }
    return FunnelSpec(**(chosen | fixed))  # type: ignore[arg-type]


def ever(anchor: Anchor | None = None, **more: object) -> FunnelSpec:
    """
    Return a specification that selects all that the tests tell of.
    """
    period = Period(instant(0), instant(10_000))
    asked = {"anchor": anchor or Cohort(), "period": period, "as_of": instant(20_000)}
    return FunnelSpec(**(asked | more))  # type: ignore[arg-type]


class TestOracle:
    @given(histories(), specs(by=()))
    def test_every_figure(self, rows: list[HistoryRow], spec: FunnelSpec) -> None:
        """
        Each figure finds just the subjects that its definition names.
        """
        result = compute(spec, fold(rows, LADDER))
        found = {
            stage: {name: set(result.ids(result.cell(stage), name)) for name in FIGURES}
            for stage in STEPS
        }

        assert {
            stage: figures(spec, rows, step) for step, stage in enumerate(STEPS)
        } == found


class TestInvariants:
    @given(histories(), specs())
    def test_drill_down(self, rows: list[HistoryRow], spec: FunnelSpec) -> None:
        """
        Every figure opens into as many records as it says (R49).
        """
        result = compute(spec, fold(rows, LADDER))

        assert all(
            getattr(cell, name) == len(set(result.ids(cell, name)))
            for cell in (*result.totals, *result.cells)
            for name in FIGURES
        )

    @given(histories(), specs())
    def test_visits_behind(self, rows: list[HistoryRow], spec: FunnelSpec) -> None:
        """
        The number of entries opens into as many visits (R49).
        """
        result = compute(spec, fold(rows, LADDER))

        assert all(
            cell.entries == len(result.visits(cell))
            for cell in (*result.totals, *result.cells)
        )

    @given(histories(), specs())
    def test_groups_partition(self, rows: list[HistoryRow], spec: FunnelSpec) -> None:
        """
        The groups add up to the total, figure by figure (trap 17).
        """
        result = compute(spec, fold(rows, LADDER))

        assert all(
            sorted(result.ids(total, name))
            == sorted(
                subject
                for cell in result.cells
                if cell.stage == total.stage
                for subject in result.ids(cell, name)
            )
            for total in result.totals
            for name in FIGURES
        )

    @given(histories(), specs())
    def test_fates_add_up(self, rows: list[HistoryRow], spec: FunnelSpec) -> None:
        """
        Who entered went on, dropped out or is pending; and is won, lost or open.
        """
        result = compute(spec, fold(rows, LADDER))

        assert all(
            cell.entered
            == cell.converted + cell.dropped + cell.pending
            == cell.active + cell.won_now + cell.lost
            for cell in (*result.totals, *result.cells)
        )

    @given(histories(), specs())
    def test_reached_were_passed(
        self, rows: list[HistoryRow], spec: FunnelSpec
    ) -> None:
        """
        Who was at a stage passed it; who only passed it skipped it (trap 1).
        """
        result = compute(spec, fold(rows, LADDER))

        assert all(
            cell.passed == cell.reached + cell.skipped
            for cell in (*result.totals, *result.cells)
        )

    @given(histories(), specs())
    def test_bars_fall(self, rows: list[HistoryRow], spec: FunnelSpec) -> None:
        """
        No more pass a stage than the one before, where all bars are of one set.
        """
        result = compute(spec, fold(rows, LADDER))
        passed = [cell.passed for cell in result.totals]

        assert isinstance(spec.anchor, StageEvent) or passed == sorted(
            passed, reverse=True
        )

    @given(histories(), st.sampled_from((Cohort(), Closed(), Snapshot())))
    def test_losses_and_standings(self, rows: list[HistoryRow], anchor: Anchor) -> None:
        """
        Every lost one left one stage, and every active one stands in one.
        """
        period = None if isinstance(anchor, Snapshot) else ever().period
        result = compute(ever(anchor, period=period), fold(rows, LADDER))
        everyone = result.cell()

        assert (everyone.lost, everyone.active) == (
            sum(cell.left for cell in result.totals),
            sum(cell.here for cell in result.totals),
        )

    @given(histories(), specs(), st.data())
    def test_split_and_order(
        self, rows: list[HistoryRow], spec: FunnelSpec, data: st.DataObject
    ) -> None:
        """
        The order of arrival changes no figure (trap 11).
        """
        shuffled = data.draw(st.permutations(rows))
        one = compute(spec, fold(rows, LADDER))
        other = compute(spec, fold(shuffled, LADDER))

        assert (one.totals, one.cells) == (other.totals, other.cells)

    @given(histories(), specs())
    def test_amounts_partition(self, rows: list[HistoryRow], spec: FunnelSpec) -> None:
        """
        Amounts of the groups add up to the total's, currency by currency.
        """
        result = compute(spec, fold(rows, LADDER))

        def sums(cells: list[Cell]) -> dict[str, int]:
            found: dict[str, int] = {}
            for money in (money for cell in cells for money in cell.amount):
                found[money.currency] = found.get(money.currency, 0) + money.minor
            return found

        assert all(
            sums([total])
            == sums([cell for cell in result.cells if cell.stage == total.stage])
            for total in result.totals
        )


class TestCells:
    ROWS = (
        *straight("a", 6),
        *straight("b", 3),
        *way("c", ("new", 0), ("proposal", 10), ("lost", 30)),
    )

    def result(self, **more: object) -> FunnelResult:
        """
        Return the funnel of the rows.
        """
        return compute(ever(**more), fold(self.ROWS, LADDER))

    def test_bars(self) -> None:
        """
        Bars count who got at least that far.
        """
        assert [3, 3, 3, 3, 2, 1, 1] == [cell.entered for cell in self.result().totals]

    def test_rate(self) -> None:
        """
        The rate of a stage is the share of those in it that went on.
        """
        assert [1, 1, 2 / 3, 1 / 2, 1, 1] == [
            self.result().cell(stage).rate for stage in STEPS
        ]

    def test_rates_of_all(self) -> None:
        """
        Won of all and won of the closed stand side by side (trap 7).
        """
        everyone = self.result().cell()

        assert (1 / 3, 1 / 2) == (everyone.rate, everyone.decided_rate)

    def test_no_rate_of_none(self) -> None:
        """
        Of none there is no rate and no interval.
        """
        cell = Cell(stage="new", step=0)

        assert (None, None, None) == (cell.rate, cell.decided_rate, cell.wilson)

    def test_interval(self) -> None:
        """
        Each rate has its interval.
        """
        bounds = self.result().cell("qualified").wilson

        assert bounds is not None
        assert bounds.low < 2 / 3 < bounds.high

    def test_drill_down(self) -> None:
        """
        The skipped ones can be named (R49).
        """
        result = self.result()

        assert ("c",) == result.ids(result.cell("contacted"), "skipped")

    def test_unknown_cell(self) -> None:
        """
        Asking for a cell that was not counted is a mistake.
        """
        with pytest.raises(DefinitionError, match="nothing was counted"):
            self.result().cell("new", group=("anna",))

    def test_unknown_figure(self) -> None:
        """
        Asking for the ids of what counts no subjects is a mistake.
        """
        result = self.result()

        with pytest.raises(DefinitionError, match="'rate' counts no subjects"):
            result.ids(result.cell(), "rate")

    def test_groups_in_order(self) -> None:
        """
        Groups are listed in order, those without a value last.
        """
        rows = [
            *way("a", ("new", 0)),
            *way("b", ("new", 0), owner="boris"),
            *way("c", ("new", 0), owner="anna"),
        ]
        result = compute(ever(by=(Dim("owner"),)), fold(rows, LADDER))

        assert (("anna",), ("boris",), (None,)) == result.groups

    def test_nothing_broken_down(self) -> None:
        """
        Without dimensions the cells are the totals.
        """
        assert self.result().totals == self.result().cells


class TestAmounts:
    ROWS = (
        HistoryRow(subject="a", seq=0, stage="new", at_us=0, amount_minor=10),
        HistoryRow(
            subject="a",
            seq=1,
            stage="proposal",
            at_us=1,
            amount_minor=20,
            currency="EUR",
        ),
        HistoryRow(
            subject="a", seq=2, stage="won", at_us=2, amount_minor=30, currency="EUR"
        ),
        HistoryRow(
            subject="a", seq=3, stage="won", at_us=3, amount_minor=40, currency="EUR"
        ),
    )

    @pytest.mark.parametrize(
        ("amount_at", "amount"),
        [
            ("at_entry", Money(10, "")),
            ("at_stage", Money(20, "EUR")),
            ("at_close", Money(30, "EUR")),
            ("as_of", Money(40, "EUR")),
        ],
    )
    def test_instant(self, amount_at: AmountAt, amount: Money) -> None:
        """
        Which amount is summed is stated, and so is its currency (trap 26).
        """
        result = compute(ever(amount_at=amount_at), fold(self.ROWS, LADDER))

        assert (amount,) == result.cell("proposal").amount

    def test_not_closed(self) -> None:
        """
        What is not closed has no amount at its closing.
        """
        result = compute(ever(amount_at="at_close"), fold(self.ROWS[:2], LADDER))

        assert () == result.cell("proposal").amount

    def test_behind(self) -> None:
        """
        Behind an amount are those that have one.
        """
        rows = (*self.ROWS, *way("b", ("new", 0)))
        result = compute(ever(), fold(rows, LADDER))

        assert ("a",) == result.ids(result.cell(), "amount")


class TestDwell:
    ROWS = (
        *way("a", ("new", 0), ("contacted", 10), ("new", 14), ("contacted", 20)),
        *way("b", ("new", 0), ("contacted", 30)),
        *way("c", ("new", 0)),
    )

    @pytest.mark.parametrize(
        ("per", "median", "stays", "unfinished"),
        [("visit", 10, 4, 1), ("first", 30, 3, 1), ("subject", 30, 3, 1)],
    )
    def test_stays(self, per: str, median: int, stays: int, unfinished: int) -> None:
        """
        Each visit, the first one and the time in all are told apart (trap 9).
        """
        result = compute(ever(as_of=instant(100)), fold(self.ROWS, LADDER))
        dwell = result.dwell(result.cell("new"), per)  # type: ignore[arg-type]

        assert (timedelta(microseconds=median), stays, unfinished) == (
            dwell.median,
            dwell.stays,
            dwell.unfinished,
        )

    def test_life(self) -> None:
        """
        For all stages together it is the time from entry to closing.
        """
        rows = [*straight("a", 6), *straight("b", 2)]
        result = compute(ever(), fold(rows, LADDER))
        dwell = result.dwell(result.cell())

        assert (timedelta(microseconds=50), 2, 1) == (
            dwell.median,
            dwell.stays,
            dwell.unfinished,
        )


class TestWonWithin:
    ROWS = (
        *way("a", ("new", 0), ("won", 10)),
        *way("b", ("new", 0), ("lost", 5)),
        *way("c", ("new", 0), ("won", 20)),
        *way("d", ("new", 0)),
    )

    @pytest.mark.parametrize(("time", "share"), [(9, 0.0), (10, 0.25), (30, 0.5)])
    def test_by_age(self, time: int, share: float) -> None:
        """
        The probability of a win grows with age, loss being the other way out.
        """
        result = compute(ever(), fold(self.ROWS, LADDER))

        assert share == result.won_within(result.cell(), timedelta(microseconds=time))

    def test_from_a_stage(self) -> None:
        """
        From a stage the clock starts at that stage.
        """
        result = compute(ever(), fold(straight("a", 6), LADDER))
        cell = result.cell("contract")

        assert (0.0, 1.0) == (
            result.won_within(cell, timedelta(microseconds=9)),
            result.won_within(cell, timedelta(microseconds=10)),
        )

    def test_of_none(self) -> None:
        """
        Of none there is no probability.
        """
        result = compute(ever(), fold([], LADDER))

        assert result.won_within(result.cell(), timedelta(days=1)) is None
