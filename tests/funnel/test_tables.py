"""
Reasons by the stage left from (R47), and what became of leads (R46).
"""

from __future__ import annotations

import pytest
from hypothesis import given

from leadflow.errors import DefinitionError
from leadflow.funnel.compute import compute
from leadflow.funnel.fold import fold
from leadflow.funnel.history import HistoryRow, instant
from leadflow.funnel.ladder import Ladder, Rung
from leadflow.funnel.periods import Period
from leadflow.funnel.spec import Cohort, Dim, FunnelSpec
from leadflow.funnel.tables import (
    LeadAnalysis,
    LeadOutcome,
    ReasonTable,
    analyse_leads,
    reasons,
)
from leadflow.values import Money
from tests.funnel._histories import LADDER, histories, way
from tests.funnel._shop import AS_OF, EVIL, MARCH, interests, leads


EVER = FunnelSpec(
    anchor=Cohort(), period=Period(instant(0), instant(999)), as_of=instant(1_000)
)


def why(rows: list[HistoryRow]) -> ReasonTable:
    """
    Return the reasons of *rows*.
    """
    return reasons(compute(EVER, fold(rows, LADDER)))


class TestReasons:
    ROWS = (
        *way("a", ("new", 0)),
        *way("b", ("new", 0)),
        HistoryRow(subject="b", seq=1, stage="lost", at_us=1, reason="price"),
        *way("c", ("new", 0), ("proposal", 1), ("contacted", 2)),
        HistoryRow(subject="c", seq=3, stage="lost", at_us=3, reason="price"),
        *way("d", ("new", 0), ("lost", 1)),
    )

    def test_by_the_stage_left_from(self) -> None:
        """
        A loss counts at the stage it was lost from, not at the furthest (R47).
        """
        assert [
            ("price", "new", 1),
            ("price", "contacted", 1),
            (None, "new", 1),
        ] == [(row.reason, row.left, row.count) for row in why([*self.ROWS]).rows]

    def test_opens(self) -> None:
        """
        Each number opens into its records (R49).
        """
        table = why([*self.ROWS])

        assert (("b", "c"), ("b", "d"), ("c",), ("d",)) == (
            table.ids(reason="price"),
            table.ids(left="new"),
            table.ids(reason="price", left="contacted"),
            table.ids(reason=None),
        )

    def test_corrected(self) -> None:
        """
        A reason that was corrected after the loss is the corrected one.
        """
        rows = [
            *way("a", ("new", 0), ("lost", 1), reason="silence"),
            HistoryRow(subject="a", seq=2, stage="lost", at_us=2, reason="price"),
        ]

        assert ("price",) == why(rows).reasons

    def test_reopened_is_not_lost(self) -> None:
        """
        What is open again has no reason.
        """
        rows = way("a", ("new", 0), ("lost", 1), ("new", 2), reason="price")

        assert (0, ()) == (why(rows).total, why(rows).rows)

    def test_lost_from_nowhere(self) -> None:
        """
        What began lost left no stage.
        """
        assert (None,) == why(way("a", ("lost", 1))).stages

    def test_won_and_cancelled(self) -> None:
        """
        What was won and then cancelled was lost from being won.
        """
        rows = way("a", ("proposal", 0), ("won", 1), ("lost", 2))

        assert ("won",) == why(rows).stages

    def test_from_one_lost_stage_to_another(self) -> None:
        """
        Moving on among lost stages does not hide the stage that was left.
        """
        ladder = Ladder(
            id="x",
            rungs=(
                Rung(id="new"),
                Rung(id="lost", kind="lost"),
                Rung(id="junk", kind="lost"),
            ),
        )
        rows = way("a", ("new", 0), ("lost", 1), ("junk", 2))

        assert ("new",) == reasons(compute(EVER, fold(rows, ladder))).stages

    def test_of_one_group(self) -> None:
        """
        The reasons of one cell are those of its lost ones.
        """
        rows = [
            *way("a", ("new", 0), ("lost", 1), owner="anna", reason="price"),
            *way("b", ("new", 0), ("lost", 1), owner="boris", reason="silence"),
        ]
        spec = FunnelSpec(
            anchor=EVER.anchor, period=EVER.period, as_of=EVER.as_of, by=(Dim("owner"),)
        )
        result = compute(spec, fold(rows, LADDER))

        assert ("silence",) == reasons(result, result.cell(group=("boris",))).reasons

    def test_unknown_column(self) -> None:
        """
        Asking by what is no column is a mistake.
        """
        with pytest.raises(DefinitionError, match="reasons have no owner"):
            why([]).ids(owner="anna")

    @given(histories())
    def test_adds_up(self, rows: list[HistoryRow]) -> None:
        """
        The rows partition the lost ones.
        """
        result = compute(EVER, fold(rows, LADDER))

        assert result.ids(result.cell(), "lost") == reasons(result).ids()


class TestLeadAnalysis:
    @pytest.fixture(name="analysis")
    def _analysis(self) -> LeadAnalysis:
        spec = FunnelSpec(anchor=Cohort(), period=MARCH, as_of=AS_OF, subject="lead")
        return analyse_leads(spec, leads(), [interests()])

    def test_rows(self, analysis: LeadAnalysis) -> None:
        """
        Leads are counted by state, kind and channel (R46).
        """
        assert [
            (0, None, None, 2, 2, 2),
            (1, "email", None, 1, 1, 1),
            (2, "email", "sales", 1, 1, 1),
            (1, "messenger", None, 0, 1, 1),
            (2, "messenger", "tg", 0, 1, 1),
            (1, None, None, 1, 0, 0),
            (2, None, EVIL, 1, 0, 0),
        ] == [
            (
                row.level,
                row.channel_kind,
                row.channel,
                row.new,
                row.rejected,
                row.converted,
            )
            for row in analysis.rows
        ]

    def test_states(self, analysis: LeadAnalysis) -> None:
        """
        The new ones are told apart by their states, in the ladder's order.
        """
        assert (
            ("unprocessed", 1),
            ("in-work", 1),
            ("converted", 2),
            ("rejected", 2),
        ) == analysis.rows[0].states

    def test_result_of_each(self, analysis: LeadAnalysis) -> None:
        """
        Each converted lead names what it became, and how that stands (R46).
        """
        assert (
            LeadOutcome(
                lead="l1",
                result="interest/i1",
                outcome="won",
                stage="won",
                amount=Money(12_345_600, "RUB"),
            ),
            LeadOutcome(lead="l4", result="client/c4"),
        ) == analysis.rows[0].outcomes

    def test_interest_of_later(self) -> None:
        """
        An interest that had not begun at the instant has no outcome yet.
        """
        rows = way("l", ("new", 0), ("won", 5), result="interest/i")
        spec = FunnelSpec(
            anchor=Cohort(),
            period=EVER.period,
            as_of=instant(10),
            subject="lead",
        )
        later = fold(way("i", ("new", 20)), LADDER)
        analysis = analyse_leads(spec, fold(rows, LADDER, subject="lead"), [later])

        assert (LeadOutcome(lead="l", result="interest/i"),) == analysis.rows[
            0
        ].outcomes

    def test_opens(self, analysis: LeadAnalysis) -> None:
        """
        Each number opens into its leads (R49).
        """
        assert (("l1", "l2", "l3"), ("l2",)) == (
            analysis.ids(analysis.rows[1]),
            analysis.ids(analysis.rows[1], "lost"),
        )

    def test_band(self, analysis: LeadAnalysis) -> None:
        """
        The conversion of each row has its band (R50).
        """
        assert ["best", "best", "best", "best", "best", "below-average"] == [
            row.band.id for row in analysis.rows[:6] if row.band
        ]

    def test_no_leads(self) -> None:
        """
        Without leads there are no rows.
        """
        empty = fold([], LADDER)

        assert () == analyse_leads(EVER, empty).rows
