"""
Charts made of definitions.
"""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given

from leadflow.charts import (
    Definition,
    LeadState,
    chart_of,
    check,
    compile_chart,
    flow_of,
    lead_definition,
)
from leadflow.errors import DefinitionError
from tests.charts._definitions import (
    definitions,
    make,
    open_states,
)


class TestChartOf:
    def test_same_class(self) -> None:
        """
        Equal definitions share one class, so the registry does not grow.
        """
        assert chart_of(make("new go done")) is chart_of(make("new go done"))

    def test_problems(self) -> None:
        """
        A broken definition makes no class, and tells all problems.
        """
        with pytest.raises(DefinitionError) as caught:
            chart_of(make("new go pit", final=""))

        assert ("no-final",) == tuple(p.rule for p in caught.value.problems)

    def test_name(self) -> None:
        """
        The class is named after the definition, and its flow keeps the name.
        """
        made = chart_of(attrs.evolve(make("new go done"), name="first-line"))

        assert ("FirstLineMachine", "first-line") == (
            made.__name__,
            compile_chart(made).name,
        )

    @given(open_states())
    def test_back_and_forth(self, states: tuple[LeadState, ...]) -> None:
        """
        A definition becomes a chart, a flow and a chart again, and nothing is lost.
        """
        flow = flow_of(lead_definition(states))

        assert flow == compile_chart(chart_of(flow.definition))

    @given(definitions())
    def test_finals(self, definition: Definition) -> None:
        """
        Finals stay finals, with ways out of them or without.
        """
        if not check(definition):
            expected = {state.id for state in definition.states if state.final}

            assert expected == set(flow_of(definition).finals)
