"""
Flows: the table of a chart, asked and walked.
"""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import given

from leadflow.charts import (
    LeadState,
    Transition,
    flow_of,
    lead_definition,
)
from leadflow.errors import Refused, UnknownRecord
from tests.charts._definitions import (
    LEAD,
    open_states,
)


class TestFlow:
    def test_step(self) -> None:
        """
        An allowed event leads to its target.
        """
        assert "in_work" == LEAD.step("not_processed", "move_to_in_work")

    def test_refused(self) -> None:
        """
        An event that is not allowed is refused by a rule named after the flow.
        """
        with pytest.raises(Refused) as caught:
            LEAD.step("rejected", "convert")

        assert "lead.transition-not-allowed" == caught.value.rule

    def test_refused_names_both(self) -> None:
        """
        The refusal names the event, the state and what the state allows.
        """
        with pytest.raises(Refused) as caught:
            LEAD.step("rejected", "convert")

        assert (
            "'convert' is not allowed in state 'rejected', which allows reopen"
            == caught.value.message
        )

    def test_refused_without_choice(self) -> None:
        """
        M14: from a state without ways out the refusal says that nothing is allowed.
        """
        with pytest.raises(Refused, match="which allows nothing"):
            LEAD.step("converted", "reopen")

    @pytest.mark.parametrize("ask", [LEAD.events, lambda s: LEAD.step(s, "convert")])
    def test_unknown_state(self, ask: Any) -> None:
        """
        A state that is not there is another error than a refused event.
        """
        with pytest.raises(UnknownRecord) as caught:
            ask("nowhere")

        assert "lead.unknown-state" == caught.value.rule

    def test_events(self) -> None:
        """
        The events of a state come in the order of the states they lead to.
        """
        assert ("move_to_in_work", "convert", "reject") == LEAD.events("not_processed")

    @pytest.mark.parametrize(
        ("state", "event", "expected"),
        [
            ("in_work", "convert", True),
            ("converted", "convert", False),
            ("in_work", "dance", False),
            ("nowhere", "convert", False),
        ],
    )
    def test_allows(self, state: str, event: str, expected: bool) -> None:
        """
        Asking never raises, whatever the names are.
        """
        assert expected is LEAD.allows(state, event)

    def test_parts(self) -> None:
        """
        A flow tells its name, its beginning and its ends.
        """
        assert ("lead", "not_processed", ("converted", "rejected")) == (
            LEAD.name,
            LEAD.initial,
            LEAD.finals,
        )

    def test_value(self) -> None:
        """
        A flow is a value: it survives pickling and can be a key.
        """
        assert {LEAD: 1} == {pickle.loads(pickle.dumps(LEAD)): 1}

    def test_pickled_table(self) -> None:
        """
        A flow that was pickled still answers.
        """
        copy = pickle.loads(pickle.dumps(LEAD))

        assert "converted" == copy.step("in_work", "convert")

    @given(open_states())
    def test_tells_one_story(self, states: tuple[LeadState, ...]) -> None:
        """
        Steps, events and transitions of a flow are one relation.
        """
        flow = flow_of(lead_definition(states))
        told = {
            Transition(state.id, event, flow.step(state.id, event))
            for state in flow.states
            for event in flow.events(state.id)
        }

        assert set(flow.transitions) == told
