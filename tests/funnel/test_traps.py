"""
The traps that funnels fall into, each with the answer that is right.

A trap whose right answer is a matter of another module has its test there:
zones of periods in `test_periods`, versions of scenarios in `test_ladder`.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from leadflow.funnel.compute import compute
from leadflow.funnel.fold import fold
from leadflow.funnel.history import HistoryRow, instant
from leadflow.funnel.periods import Bucket, Period
from leadflow.funnel.result import Anomaly, FunnelResult
from leadflow.funnel.spec import (
    Anchor,
    Attribution,
    Closed,
    Cohort,
    Dim,
    FunnelSpec,
    Snapshot,
    StageEvent,
    Window,
)
from leadflow.values import Money
from tests.funnel._histories import LADDER, straight, way


def count(rows: list[HistoryRow], **asked: object) -> FunnelResult:
    """
    Return the funnel of *rows*, by default of all that entered up to 1000.
    """
    usual = {
        "anchor": Cohort(),
        "period": Period(instant(0), instant(1_000)),
        "as_of": instant(2_000),
    }
    aliases = asked.pop("aliases", ())
    spec = FunnelSpec(**(usual | asked))  # type: ignore[arg-type]
    return compute(spec, fold(rows, LADDER, aliases=aliases))  # type: ignore[arg-type]


class TestStages:
    def test_01_skipped_stages(self) -> None:
        """
        A skipped stage was passed, was not reached, and is a figure of its own.
        """
        result = count(way("a", ("new", 0), ("proposal", 5)))
        cell = result.cell("contacted")

        assert (1, 0, 1, ("a",)) == (
            cell.passed,
            cell.reached,
            cell.skipped,
            result.ids(cell, "skipped"),
        )

    def test_02_lost_gets_no_credit(self) -> None:
        """
        A lost one is credited with no stage that it never saw.
        """
        result = count(way("a", ("new", 0), ("lost", 5)))

        assert (1, 0, 1) == (
            result.cell("new").passed,
            result.cell("contacted").passed,
            result.cell("new").dropped,
        )

    def test_02_lost_at_once(self) -> None:
        """
        Who was lost without any open stage counts among all, and at no stage.
        """
        result = count(way("a", ("lost", 5)))

        assert (1, 1, 0) == (
            result.population,
            result.cell().left,
            result.cell("new").passed,
        )

    def test_03_returns(self) -> None:
        """
        Who comes back counts once; the visits and the return are told apart.
        """
        result = count(
            way("a", ("new", 0), ("contacted", 1), ("new", 2), ("contacted", 3))
        )
        cell = result.cell("contacted")

        assert (1, 2, 1) == (cell.entered, cell.entries, cell.returns)

    def test_03_backward_move_erases_nothing(self) -> None:
        """
        Who goes back has still passed the stage.
        """
        result = count(way("a", ("new", 0), ("proposal", 1), ("new", 2)))

        assert (1, 1) == (result.cell("proposal").passed, result.cell("new").here)

    def test_04_won_then_cancelled(self) -> None:
        """
        Won once and won now are different measures.
        """
        result = count(way("a", ("new", 0), ("won", 1), ("lost", 2)))
        everyone = result.cell()

        assert (1, 0, 1) == (everyone.won_ever, everyone.won_now, everyone.lost)

    def test_04_reopened(self) -> None:
        """
        A reopened one is one subject, and open.
        """
        result = count(way("a", ("new", 0), ("lost", 1), ("new", 2)))

        assert (1, 0, 1) == (
            result.population,
            result.cell().lost,
            result.cell("new").pending,
        )


class TestAnchors:
    ROWS = (
        *way("early", ("new", 0), ("contacted", 50), ("won", 60)),
        *way("late", ("new", 55), ("contacted", 58)),
        *way("gone", ("new", 52), ("lost", 59)),
    )
    MIDDLE = Period(instant(50), instant(60))

    @pytest.mark.parametrize(
        ("anchor", "ids", "contacted"),
        [
            (Cohort(), ("gone", "late"), 1),
            (Cohort("contacted"), ("early", "late"), 2),
            (StageEvent(), ("early", "gone", "late"), 2),
            (Closed(), ("gone",), 0),
            (Cohort("lost"), ("gone",), 0),
        ],
    )
    def test_05_period(
        self, anchor: Anchor, ids: tuple[str, ...], contacted: int
    ) -> None:
        """
        What the period selects depends on the anchor, and is half-open.
        """
        result = count([*self.ROWS], anchor=anchor, period=self.MIDDLE)

        assert (ids, contacted) == (
            result.ids(result.cell()),
            result.cell("contacted").entered,
        )

    def test_05_snapshot(self) -> None:
        """
        A snapshot has what stood open at the instant.
        """
        result = count([*self.ROWS], anchor=Snapshot(), period=None, as_of=instant(58))

        assert ("early", "gone", "late") == result.ids(result.cell(), "active")

    def test_05_matured(self) -> None:
        """
        A cohort says how many of it are decided.
        """
        result = count([*self.ROWS])

        assert (3, 2) == (result.population, result.matured)

    def test_05_stage_events_by_their_own_date(self) -> None:
        """
        Under stage events each stage counts in the bucket of its own date.
        """
        period = Period(instant(0), instant(3 * 86_400_000_000))
        day = 86_400_000_000
        result = count(
            way("a", ("new", 0), ("contacted", day), ("won", 2 * day)),
            anchor=StageEvent(),
            period=period,
            as_of=period.end,
            bucket=Bucket("day"),
        )

        assert [("new", 0), ("contacted", 1), ("qualified", 2), ("won", 2)] == [
            (cell.stage, number)
            for stage in ("new", "contacted", "qualified", "won")
            for number, bucket in enumerate(result.buckets)
            for cell in result.cells
            if (cell.stage, cell.bucket) == (stage, bucket) and cell.entered
        ]


class TestOpenOnes:
    def test_06_open_is_not_failed(self) -> None:
        """
        What is still open is pending, and no drop-out.
        """
        cell = count(way("a", ("new", 0))).cell("new")

        assert (0, 0, 1) == (cell.converted, cell.dropped, cell.pending)

    def test_06_windowed_rate_of_the_matured(self) -> None:
        """
        A windowed rate leaves out those whose window is not over.
        """
        rows = [
            *way("yes", ("new", 0), ("contacted", 5)),
            *way("no", ("new", 0), ("contacted", 50)),
            *way("young", ("new", 95), ("contacted", 96)),
        ]
        cell = count(
            rows, window=Window(length=timedelta(microseconds=10)), as_of=instant(100)
        ).cell("new")

        assert (3, 1, 1, 1, 0.5) == (
            cell.entered,
            cell.converted,
            cell.dropped,
            cell.pending,
            cell.rate,
        )

    def test_06_matured_at_the_edge(self) -> None:
        """
        A window that ends at the instant of counting is over.
        """
        window = Window(length=timedelta(microseconds=10))
        rows = way("a", ("new", 90))

        assert (1, 0) == tuple(
            count(rows, window=window, as_of=instant(as_of)).matured
            for as_of in (100, 99)
        )

    def test_07_three_win_rates(self) -> None:
        """
        Won of the closed, won of all and the estimate stand side by side.
        """
        result = count(
            [
                *way("fast", ("new", 0), ("lost", 1)),
                *way("slow", ("new", 0), ("won", 9)),
                *way("open", ("new", 0)),
                *way("young", ("new", 0)),
            ],
            as_of=instant(10),
        )
        everyone = result.cell()

        assert (0.5, 0.25, pytest.approx(0.25)) == (
            everyone.decided_rate,
            everyone.rate,
            result.won_within(everyone, timedelta(microseconds=10)),
        )

    def test_08_lost_is_not_censored(self) -> None:
        """
        With the lost as merely out of sight the one win would look certain.
        """
        result = count(
            [
                *way("a", ("new", 0), ("lost", 1)),
                *way("b", ("new", 0), ("lost", 2)),
                *way("c", ("new", 0), ("won", 3)),
            ]
        )

        assert pytest.approx(1 / 3) == result.won_within(
            result.cell(), timedelta(microseconds=5)
        )

    def test_09_unfinished_visits(self) -> None:
        """
        A stay that goes on counts in the median as one that goes on.
        """
        rows = [
            *way("a", ("new", 0), ("contacted", 2)),
            *way("b", ("new", 0)),
            *way("c", ("new", 0)),
        ]
        result = count(rows, as_of=instant(50))

        assert (None, 3, 2) == (
            (dwell := result.dwell(result.cell("new"))).median,
            dwell.stays,
            dwell.unfinished,
        )

    def test_25_durations_within_the_window(self) -> None:
        """
        Durations see no more than the counts do: a later move is unfinished.
        """
        result = count(
            way("a", ("new", 0), ("contacted", 50)),
            window=Window(length=timedelta(microseconds=10)),
        )
        dwell = result.dwell(result.cell("new"))

        assert (0, 1, None) == (
            result.cell("contacted").entered,
            dwell.unfinished,
            dwell.median,
        )


class TestTime:
    def test_10_ties(self) -> None:
        """
        Rows of one instant convert if the stream has them so, and are reported.
        """
        forth = way("a", ("new", 0), ("contacted", 5), ("qualified", 5))
        back = way("a", ("new", 0), ("qualified", 5), ("contacted", 5))

        assert [(1, 1), (0, 1)] == [
            (result.cell("qualified").entered, result.ties)
            for result in (count(rows, reading="ordered") for rows in (forth, back))
        ]

    def test_11_late_rows(self) -> None:
        """
        Rows in any order of arrival give the same figures.
        """
        rows = straight("a", 6)

        assert count(rows).totals == count(rows[::-1]).totals

    def test_11_as_of(self) -> None:
        """
        Nothing after the instant of counting is seen; at it, it is.
        """
        rows = straight("a", 6)

        assert (0, 1) == tuple(
            count(rows, as_of=instant(as_of)).cell("won").entered for as_of in (49, 50)
        )

    def test_11_as_recorded(self) -> None:
        """
        The figures carry when the last of their rows was written down.
        """
        rows = [
            HistoryRow(subject="a", seq=seq, stage="new", at_us=0, recorded_us=recorded)
            for seq, recorded in enumerate((7, 99, None))
        ]

        assert (99, 3) == (count(rows).as_recorded_us, count(rows).rows)

    def test_12_whole_day_stamps(self) -> None:
        """
        Steps at one stamp follow one another, and their durations are marked.
        """
        rows = [
            HistoryRow(subject="a", seq=seq, stage=stage, at_us=0, coarse=True)
            for seq, stage in enumerate(("new", "contacted"))
        ]
        result = count(rows, reading="ordered")

        assert (1, True) == (
            result.cell("contacted").entered,
            result.dwell(result.cell("new")).coarse,
        )

    def test_13_won_before_the_first_contact(self) -> None:
        """
        It is kept in the counts, is in no duration, and is named.
        """
        result = count(way("a", ("new", 9), ("won", 4)))

        assert (1, 1, 0, (Anomaly("a", "closed-before-open"),)) == (
            result.cell("new").entered,
            result.cell().won_now,
            result.dwell(result.cell()).stays,
            result.anomalies,
        )

    def test_13_in_no_probability(self) -> None:
        """
        Its age at the win is no age.
        """
        result = count(way("a", ("new", 9), ("won", 4)))

        assert result.won_within(result.cell(), timedelta(days=1)) is None

    def test_15_window_from_a_stage(self) -> None:
        """
        A window starts at the first entry into its stage, and its edge is in it.
        """
        rows = way("a", ("new", 0), ("contacted", 40), ("new", 45), ("qualified", 50))

        assert (1, 0) == tuple(
            count(
                rows,
                window=Window(
                    length=timedelta(microseconds=length), from_stage="contacted"
                ),
            )
            .cell("qualified")
            .entered
            for length in (10, 9)
        )

    def test_15_never_at_the_start(self) -> None:
        """
        Who never came to where the window starts is not in the windowed funnel.
        """
        window = Window(length=timedelta(days=1), from_stage="proposal")

        assert 0 == count(straight("a", 2), window=window).population

    def test_15_window_of_the_cohort(self) -> None:
        """
        Without a stage of its own a window starts where the cohort does.
        """
        result = count(
            way("a", ("new", 0), ("contacted", 40), ("qualified", 50)),
            anchor=Cohort("contacted"),
            window=Window(length=timedelta(microseconds=10)),
        )

        assert 1 == result.cell("qualified").entered


class TestGroups:
    HANDED_OVER = (
        HistoryRow(subject="a", seq=0, stage="new", at_us=0),
        HistoryRow(subject="a", seq=1, stage="contacted", at_us=1, owner="anna"),
        HistoryRow(subject="a", seq=2, stage="qualified", at_us=2, owner="boris"),
        HistoryRow(subject="a", seq=3, stage="lost", at_us=3, owner="carol"),
        HistoryRow(subject="a", seq=4, stage="lost", at_us=4, owner="dina"),
    )

    @pytest.mark.parametrize(
        ("attribution", "owner"),
        [
            ("first", None),
            ("last", "dina"),
            ("at_entry", "anna"),
            ("at_visit", "boris"),
            ("at_loss", "carol"),
        ],
    )
    def test_18_hand_over(self, attribution: Attribution, owner: str | None) -> None:
        """
        Whose it is when it was handed over is a matter of the stated rule.
        """
        result = count(
            [*self.HANDED_OVER],
            anchor=Cohort("contacted"),
            by=(Dim("owner", attribution),),
        )

        assert [(owner,)] == [
            cell.group
            for cell in result.cells
            if cell.stage == "qualified" and cell.entered
        ]

    def test_17_one_value_each(self) -> None:
        """
        A subject that was handed over counts in one group.
        """
        result = count([*self.HANDED_OVER], by=(Dim("owner", "last"),))

        assert [1] == [cell.entered for cell in result.cells if cell.stage == "new"]

    def test_18_time_of_the_visit_is_its_owners(self) -> None:
        """
        Under ``at_visit`` the time in a stage is that of the visit's owner.
        """
        result = count([*self.HANDED_OVER], by=(Dim("owner", "at_visit"),))

        assert (1, 1) == tuple(
            result.dwell(result.cell(stage, group=(owner,))).stays
            for stage, owner in (("contacted", "anna"), ("qualified", "boris"))
        )

    def test_20_merged_duplicates(self) -> None:
        """
        Merged ones count once, from the earliest entry.
        """
        rows = [*way("old", ("new", 0), ("lost", 3)), *way("kept", ("new", 5))]
        result = count(
            rows,
            aliases=[("old", "kept")],
            period=Period(instant(0), instant(1)),
        )

        assert ("kept",) == result.ids(result.cell())

    def test_21_null_is_a_group(self) -> None:
        """
        Nothing is not the value "unknown".
        """
        rows = [
            *way("a", ("new", 0)),
            *way("b", ("new", 0), source="unknown"),
        ]
        result = count(rows, by=(Dim("source"),))

        assert (("unknown",), (None,)) == result.groups

    def test_21_spellings_fold_by_a_map(self) -> None:
        """
        Two spellings are one value where a map says so, and only there.
        """
        rows = [
            *way("a", ("new", 0), source="Google"),
            *way("b", ("new", 0), source="google"),
        ]
        folding = (("Google", "google"),)

        assert ((("Google",), ("google",)), (("google",),)) == (
            count(rows, by=(Dim("source"),)).groups,
            count(rows, by=(Dim("source", folding=folding),)).groups,
        )

    def test_24_empty_groups(self) -> None:
        """
        A group that is asked for is there, even with nothing in it.
        """
        result = count(
            way("a", ("new", 0), owner="anna"),
            by=(Dim("owner", seeds=("anna", "boris")),),
        )

        assert [("anna", 1), ("boris", 0)] == [
            (cell.group[0], cell.entered)
            for cell in result.cells
            if cell.stage == "new"
        ]

    def test_24_nobody_at_all(self) -> None:
        """
        Groups that are asked for are there when there are no rows.
        """
        result = count([], by=(Dim("owner", seeds=("anna",)),))

        assert (("anna",),) == result.groups

    def test_26_amounts_of_currencies(self) -> None:
        """
        Amounts in two currencies are two sums.
        """
        rows = [
            *way("a", ("new", 0), amount_minor=5, currency="RUB"),
            *way("b", ("new", 0), amount_minor=7, currency="EUR"),
        ]

        assert (Money(7, "EUR"), Money(5, "RUB")) == count(rows).cell().amount


class TestAnomalies:
    def test_unknown_stage(self) -> None:
        """
        A stage that the ladder lacks is reported with who was there.
        """
        result = count(way("a", ("new", 0), ("elsewhere", 1)))

        assert (Anomaly("a", "unknown-stage"),) == result.anomalies

    def test_unknown_stage_is_active(self) -> None:
        """
        Who stands in a stage that the ladder lacks is active, at no step.
        """
        assert 1 == count(way("a", ("new", 0), ("elsewhere", 1))).cell().here

    def test_version_clash(self) -> None:
        """
        Two rows that claim one version are reported.
        """
        rows = [
            HistoryRow(subject="a", seq=0, stage="new", at_us=at_us) for at_us in (0, 1)
        ]

        assert (Anomaly("a", "version-clash"),) == count(rows).anomalies
