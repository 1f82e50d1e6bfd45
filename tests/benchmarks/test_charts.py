"""
What the table is for: a decision costs next to nothing beside a live machine.
"""

from __future__ import annotations

from leadflow.charts import flow_of, lead_definition, live
from leadflow.scenario import Scenario, Stage
from tests.benchmarks._ratio import compare


LEAD = flow_of(lead_definition())
LONG = Scenario(
    id="long",
    stages=(
        *(Stage(id=f"stage{number}") for number in range(18)),
        Stage(id="won", kind="won"),
        Stage(id="lost", kind="lost"),
    ),
)


class TestDecision:
    def test_lead(self) -> None:
        """
        A step in the table costs a hundredth of restoring and stepping a machine.
        """

        def decide() -> str:
            return LEAD.step("in_work", "convert")

        def restore_and_step() -> None:
            live(LEAD, "in_work").send("convert")

        measured = compare(decide, restore_and_step, limit=0.01)

        assert 0.01 >= measured.ratio, measured

    def test_scenario(self) -> None:
        """
        A move in a scenario of twenty stages costs a hundredth of a machine's.
        """

        def decide() -> None:
            LONG.step("stage3", "stage4")

        def restore_and_step() -> None:
            LONG.machine("stage3").send("move_to_stage4")

        measured = compare(decide, restore_and_step, limit=0.01)

        assert 0.01 >= measured.ratio, measured

    def test_length(self) -> None:
        """
        A move in twenty stages costs at most twice one in three.
        """
        short = Scenario(id="short", stages=LONG.stages[-3:])

        measured = compare(
            lambda: LONG.step("stage3", "stage4"),
            lambda: short.step("stage17", "won"),
            limit=2.0,
        )

        assert 2.0 >= measured.ratio, measured
