"""
The ladder: canonical stages, their steps, and the versions that map to them.
"""

from __future__ import annotations

import pytest

from leadflow.errors import DefinitionError
from leadflow.funnel.fold import fold
from leadflow.funnel.history import HistoryRow
from leadflow.funnel.ladder import NOWHERE, Ladder, Place, Rung, StageMap
from tests.funnel._histories import LADDER, STEPS


class TestSteps:
    def test_open_ones_then_won(self) -> None:
        """
        The steps are the open stages in their order, and won.
        """
        assert STEPS == tuple(rung.id for rung in LADDER.steps)

    @pytest.mark.parametrize(
        ("stage", "step"), [("new", 0), ("contract", 4), ("won", 5)]
    )
    def test_rank(self, stage: str, step: int) -> None:
        """
        A stage's step is its rank.
        """
        assert step == LADDER.step(stage)

    def test_lost_has_none(self) -> None:
        """
        A lost stage has no rank (trap 2).
        """
        assert NOWHERE == LADDER.step("lost")

    def test_several_won_stages_are_one_step(self) -> None:
        """
        Won stages stand together above the open ones.
        """
        ladder = Ladder(
            id="x",
            rungs=(
                Rung(id="paid", kind="won"),
                Rung(id="new"),
                Rung(id="gift", kind="won"),
            ),
        )

        assert (["new", "paid"], 1, 1) == (
            [rung.id for rung in ladder.steps],
            ladder.step("paid"),
            ladder.step("gift"),
        )

    def test_leads(self) -> None:
        """
        A lead's states make a ladder too: converted is won, rejected is lost.
        """
        ladder = Ladder(
            id="leads",
            rungs=(
                Rung(id="unprocessed"),
                Rung(id="in-work"),
                Rung(id="converted", kind="won"),
                Rung(id="rejected", kind="lost"),
            ),
        )

        assert (0, 1, 2, NOWHERE) == tuple(
            ladder.step(rung.id) for rung in ladder.rungs
        )


class TestVersions:
    LADDER = Ladder(
        id="sales",
        rungs=LADDER.rungs,
        maps=(
            StageMap(scenario="retail", version=1, stages=(("call", "contacted"),)),
            StageMap(scenario="retail", version=2, stages=(("call", "qualified"),)),
        ),
    )

    @pytest.mark.parametrize(("version", "step"), [(1, 1), (2, 2)])
    def test_rank_of_the_version(self, version: int, step: int) -> None:
        """
        The same stage id has the rank of the version that it ran under (trap 22).
        """
        folded = fold(
            [
                HistoryRow(
                    subject="a",
                    seq=0,
                    stage="call",
                    at_us=0,
                    scenario="retail",
                    version=version,
                )
            ],
            self.LADDER,
        )

        assert step == folded.milestones("a").furthest

    def test_left_out_stands_for_itself(self) -> None:
        """
        A stage that the map leaves out keeps its id.
        """
        assert "proposal" == self.LADDER.place("retail", 1, "proposal").stage

    def test_unknown(self) -> None:
        """
        A stage that nobody declared is open, without a rank, and told apart.
        """
        assert Place("elsewhere", NOWHERE, "unknown") == self.LADDER.place(
            "retail", 1, "elsewhere"
        )


class TestNames:
    def test_title(self) -> None:
        """
        People read the title.
        """
        assert "Contract" == LADDER.rung("contract").name

    def test_no_title(self) -> None:
        """
        Without a title the id is shown.
        """
        assert ("elsewhere", "x") == (
            LADDER.rung("elsewhere").name,
            Ladder(id="x", rungs=(Rung(id="new"),)).name,
        )


class TestProblems:
    def test_all_at_once(self) -> None:
        """
        Every problem of a ladder is reported, with its place (R45).
        """
        with pytest.raises(DefinitionError) as caught:
            Ladder(
                id="x",
                rungs=(Rung(id="won", kind="won"), Rung(id="won", kind="won")),
                maps=(
                    StageMap(scenario="s", version=1, stages=(("a", "gone"),)),
                    StageMap(scenario="s", version=1, stages=()),
                ),
            )

        assert [
            ("ladder.rungs[1]", "duplicate-stage"),
            ("ladder.rungs", "no-open-stage"),
            ("ladder.maps[0].stages", "unknown-stage"),
            ("ladder.maps[1]", "duplicate-version"),
        ] == [(problem.path, problem.rule) for problem in caught.value.problems]
