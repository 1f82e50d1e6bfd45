"""
What the table is for: a decision costs next to nothing beside a live machine.
"""

from __future__ import annotations

from leadflow.charts import flow_of, lead_definition, live
from tests.benchmarks._ratio import compare


LEAD = flow_of(lead_definition())


class TestDecision:
    def test_hundredth_of_a_machine(self) -> None:
        """
        A step in the table costs a hundredth of restoring and stepping a machine.
        """

        def step() -> str:
            return LEAD.step("in_work", "convert")

        def restore_and_step() -> None:
            live(LEAD, "in_work").send("convert")

        measured = compare(step, restore_and_step, limit=0.01)

        assert 0.01 >= measured.ratio, measured
