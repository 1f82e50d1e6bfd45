"""
Live machines of scenarios, which never differ from the rules.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statemachine.exceptions import TransitionNotAllowed

from leadflow import charts
from leadflow.errors import Refused, UnknownRecord
from leadflow.scenario import (
    Scenario,
)
from tests.scenario._scenarios import (
    RETAIL,
    sound_scenarios,
)


@attrs.frozen
class Card:
    """
    Stand for a record of an application.
    """

    stage: str
    name: str = "Anna"


class TestMachine:
    def test_stands_at_the_stage(self) -> None:
        """
        A live machine can be made for a stage alone.
        """
        assert ["offer"] == list(RETAIL.machine("offer").configuration_values)

    def test_copy_moves(self) -> None:
        """
        The machine moves a copy with the record's fields, the record stays.
        """
        card = Card("new")
        machine = RETAIL.machine(card)
        machine.send("move_to_offer")

        assert (Card("new"), "offer", "Anna") == (
            card,
            machine.model.stage,
            machine.model.name,
        )

    def test_plain_record(self) -> None:
        """
        A record need not be of attrs.
        """
        machine = RETAIL.machine(SimpleNamespace(stage="offer", name="Oleg"))

        assert "Oleg" == machine.model.name

    def test_listeners(self) -> None:
        """
        Listeners hear what the machine does.
        """
        heard: list[str] = []

        class Ear:
            def after_transition(self, target: Any) -> None:
                heard.append(target.id)

        RETAIL.machine("new", listeners=[Ear()]).send("move_to_lost")

        assert ["lost"] == heard

    def test_foreign_stage(self) -> None:
        """
        K8: a record at a stage of another scenario gets no machine.
        """
        with pytest.raises(UnknownRecord) as caught:
            RETAIL.machine(Card("x"))

        assert "interest.move.unknown-stage" == caught.value.rule

    @pytest.mark.parametrize("name", ["Machine", "LeadMachine"])
    def test_type(self, name: str) -> None:
        """
        What machines are made of can be named for type hints and is a chart.
        """
        from statemachine import StateChart

        assert issubclass(getattr(charts, name), StateChart)

    @given(sound_scenarios(), st.data())
    def test_agrees(self, scenario: Scenario, data: st.DataObject) -> None:
        """
        On every walk the live machine and the rules allow and refuse the same.
        """
        here = scenario.first.id
        machine = scenario.machine(here)
        names = st.sampled_from([stage.id for stage in scenario.stages])
        for target in data.draw(st.lists(names, max_size=8)):
            assert set(scenario.flow.events(here)) == {
                str(event) for event in machine.allowed_events
            }
            closed = scenario.stage(here).kind != "open"
            event = f"{'reopen' if closed else 'move'}_to_{target}"
            try:
                if closed:
                    scenario.reopen(here, target)
                else:
                    scenario.step(here, target)
            except Refused:
                with pytest.raises(TransitionNotAllowed):
                    machine.send(event)
            else:
                machine.send(event)
                here = target

            assert [here] == list(machine.configuration_values)
