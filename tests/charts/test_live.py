"""
Live machines, which never differ from the table.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statemachine.exceptions import TransitionNotAllowed

from leadflow.charts import (
    Definition,
    Flow,
    LeadMachine,
    LeadState,
    check,
    flow_of,
    lead_definition,
    live,
)
from leadflow.errors import Refused, UnknownRecord
from tests.charts._definitions import (
    LEAD,
    Approval,
    definitions,
    open_states,
)


def agree(flow: Flow, events: list[str]) -> bool:
    """
    Walk *events* through the table and a live machine, which must never differ.
    """
    here = flow.initial
    machine = live(flow, here)
    for event in events:
        assert set(flow.events(here)) == {str(e) for e in machine.allowed_events}
        assert set(flow.events(here)) == {str(e) for e in machine.enabled_events()}
        try:
            here = flow.step(here, event)
        except Refused:
            with pytest.raises(TransitionNotAllowed):
                machine.send(event)
        else:
            machine.send(event)
        assert [here] == list(machine.configuration_values)
    return True


class TestLive:
    def test_stands(self) -> None:
        """
        A live machine stands where it is put.
        """
        assert ["rejected"] == list(live(LEAD, "rejected").configuration_values)

    def test_calls_nothing(self) -> None:
        """
        Being put somewhere is not entering it.
        """
        heard: list[str] = []

        class Ear:
            def on_enter_state(self, target: Any) -> None:
                heard.append(target.id)

        live(LEAD, "in_work", listeners=[Ear()])

        assert [] == heard

    def test_listens(self) -> None:
        """
        A listener hears what happens from then on.
        """
        heard: list[str] = []

        class Ear:
            def on_enter_state(self, target: Any) -> None:
                heard.append(target.id)

        live(LeadMachine, "in_work", listeners=[Ear()]).send("reject")

        assert ["rejected"] == heard

    def test_model(self) -> None:
        """
        The state is written to the model that is given.
        """

        class Card:
            column = ""

        card = Card()
        live(LEAD, "in_work", model=card, state_field="column").send("convert")

        assert "converted" == card.column

    @pytest.mark.parametrize(
        ("chart", "rule"),
        [
            (LEAD, "lead.unknown-state"),
            (LeadMachine, "lead.unknown-state"),
            (Approval, "approval.unknown-state"),
        ],
    )
    def test_unknown_state(self, chart: Any, rule: str) -> None:
        """
        A machine cannot stand on a state that is not there.
        """
        with pytest.raises(UnknownRecord) as caught:
            live(chart, "nowhere")

        assert rule == caught.value.rule

    @given(st.lists(st.sampled_from([*{t.event for t in LEAD.transitions}, "dance"])))
    def test_lead(self, events: list[str]) -> None:
        """
        The live lead and its table agree on every walk.
        """
        assert agree(LEAD, events)

    @settings(max_examples=40)
    @given(open_states(), st.data())
    def test_leads(self, states: tuple[LeadState, ...], data: st.DataObject) -> None:
        """
        Live machine and table agree whatever the lead states are called.
        """
        flow = flow_of(lead_definition(states))
        known = st.sampled_from(sorted({way.event for way in flow.transitions}))

        assert agree(flow, data.draw(st.lists(known, max_size=10)))

    @given(definitions(), st.lists(st.sampled_from("pqrx"), max_size=10))
    def test_any(self, definition: Definition, events: list[str]) -> None:
        """
        Live machine and table agree whatever the definition is.
        """
        assert check(definition) or agree(flow_of(definition), events)
