"""
The lead's chart: by hand, and with states of one's own.
"""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest
from hypothesis import given, settings

from leadflow import charts
from leadflow.charts import (
    LEAD_STATES,
    LeadMachine,
    LeadState,
    check,
    compile_chart,
    flow_of,
    lead_definition,
)
from tests.charts._definitions import (
    LEAD,
    open_states,
    rules,
)


class TestLead:
    def test_by_hand_is_as_built(self) -> None:
        """
        The chart written by hand and the one built of data compile to one flow.
        """
        assert compile_chart(LeadMachine) == LEAD

    def test_default_states(self) -> None:
        """
        R19: by default a lead is not processed or in work, converted or rejected.
        """
        assert ["Not processed", "In work", "Converted", "Rejected"] == [
            state.title for state in LEAD.states
        ]

    def test_reopen(self) -> None:
        """
        M15: a rejected lead is reopened into the first open state.
        """
        assert "not_processed" == LEAD.step("rejected", "reopen")

    def test_converted_is_the_end(self) -> None:
        """
        M14: nothing leads out of converted.
        """
        assert () == LEAD.events("converted")

    def test_convert_twice(self) -> None:
        """
        M13: a converted lead is not converted again.
        """
        assert not LEAD.allows("converted", "convert")

    @settings(max_examples=25)
    @given(open_states())
    def test_any_open_to_any_other(self, states: tuple[LeadState, ...]) -> None:
        """
        R19: an open state leads to every other open state and to both ends.
        """
        flow = flow_of(lead_definition(states))
        everywhere = {state.id for state in states} | {"converted", "rejected"}

        assert all(
            everywhere - {state.id}
            == {flow.step(state.id, event) for event in flow.events(state.id)}
            for state in states
        )

    @given(open_states())
    def test_every_list_is_sound(self, states: tuple[LeadState, ...]) -> None:
        """
        R21: whatever the open states are, each can be reached and reaches an end.
        """
        assert () == check(lead_definition(states))

    def test_titles(self) -> None:
        """
        Titles are data, in any language; one that is missing is the id.
        """
        made = lead_definition([LeadState("new")], converted="Покупатель")

        assert ["new", "Покупатель", "Rejected"] == [s.title for s in made.states]

    def test_no_open_state(self) -> None:
        """
        A lead without open states could not begin; the definition says so.
        """
        assert "no-initial" in rules(lead_definition(()))

    def test_open_state_like_an_end(self) -> None:
        """
        An open state cannot have the name of an end.
        """
        assert "duplicate-id" in rules(lead_definition([LeadState("rejected")]))

    def test_colours(self) -> None:
        """
        R19: every default state has a colour.
        """
        assert all(state.colour for state in LEAD_STATES)

    def test_machine_is_kept(self) -> None:
        """
        The class is made once.
        """
        assert charts.LeadMachine is LeadMachine

    def test_machine_is_found(self) -> None:
        """
        The class is found under its name, so what stands on it can be pickled.
        """
        assert pickle.loads(pickle.dumps(LeadMachine)) is LeadMachine

    def test_no_other_name(self) -> None:
        """
        A name that the module does not have stays an AttributeError.
        """
        with pytest.raises(AttributeError, match="OrderMachine"):
            charts.OrderMachine  # noqa: B018

    def test_lazy(self) -> None:
        """
        Importing charts and describing a lead does not load python-statemachine.
        """
        code = (
            "import sys; from leadflow import charts;"
            "charts.check(charts.lead_definition());"
            "print('statemachine' in sys.modules)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True
        )

        assert "False" == done.stdout.strip()
