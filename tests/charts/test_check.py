"""
Checks: what is wrong with a definition, all at once.
"""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from statemachine import StateChart

from leadflow import charts
from leadflow.charts import (
    Definition,
    FlowState,
    Transition,
    check,
    flow_of,
)
from leadflow.charts._check import _TAKEN_EVENTS
from leadflow.errors import DefinitionError
from tests.charts._definitions import (
    definitions,
    make,
    rules,
)


class TestCheck:
    def test_sound(self) -> None:
        """
        A definition without mistakes has no problems.
        """
        assert () == check(make("new go done", "done back new"))

    def test_no_states(self) -> None:
        """
        Without states nothing else is worth telling.
        """
        empty = Definition(name="x", states=(), initial="", transitions=())

        assert ["no-states"] == rules(empty)

    def test_no_initial(self) -> None:
        """
        A beginning that is missing is told, never guessed.
        """
        assert ["no-initial"] == rules(make("new go done", initial=""))

    def test_no_final(self) -> None:
        """
        R21: work has to end somewhere.
        """
        assert ["no-final"] == rules(make("new go old", "old go new"))

    def test_unknown_target(self) -> None:
        """
        A way to a state that is not there is told, with its place.
        """
        broken = attrs.evolve(
            make("new go done"),
            transitions=(
                Transition("new", "go", "done"),
                Transition("new", "up", "sky"),
            ),
        )

        assert [("lead.transitions[1]", "unknown-target")] == [
            (problem.path, problem.rule) for problem in check(broken, "lead")
        ]

    def test_unknown_source(self) -> None:
        """
        A way from a state that is not there is told.
        """
        broken = attrs.evolve(
            make("new go done"),
            transitions=(
                Transition("new", "go", "done"),
                Transition("sky", "fall", "done"),
            ),
        )

        assert ["unknown-source"] == rules(broken)

    def test_unreachable(self) -> None:
        """
        R45: a state that nothing leads to is told.
        """
        problems = check(make("new go done", "lost go done"))

        assert [("states[2]", "unreachable")] == [(p.path, p.rule) for p in problems]

    def test_dead_end(self) -> None:
        """
        R45: an open state without a way out is told.
        """
        assert ["dead-end"] == rules(make("new go done", "new stray pit"))

    def test_dead_ends_in_a_circle(self) -> None:
        """
        R45: states that lead only to each other are dead ends too.
        """
        stray = make("new go done", "new stray pit", "pit go pot", "pot go pit")

        assert ["dead-end", "dead-end"] == rules(stray)

    def test_duplicate_id(self) -> None:
        """
        Two states cannot have one id.
        """
        made = make("new go done")
        twice = attrs.evolve(made, states=(*made.states, FlowState("new")))

        assert ["duplicate-id"] == rules(twice)

    def test_ambiguous_event(self) -> None:
        """
        One event cannot lead from one state to two.
        """
        assert ["ambiguous-event"] == rules(make("new go done", "new go new"))

    def test_same_way_twice(self) -> None:
        """
        A way that is written twice is no contradiction.
        """
        assert [] == rules(make("new go done", "new go done"))

    @pytest.mark.parametrize("name", ["", "a b", "a.b", "*", "_a", "-a", "a\n"])
    def test_bad_id(self, name: str) -> None:
        """
        A name that the live machine would take apart is told.
        """
        made = make("new go done")
        state = attrs.evolve(
            made,
            states=(*made.states, FlowState(name)),
            transitions=(*made.transitions, Transition("new", "try", name)),
        )
        event = attrs.evolve(
            made, transitions=(*made.transitions, Transition("new", name, "done"))
        )

        assert "bad-id" in rules(state)
        assert ["bad-id"] == rules(event)

    @pytest.mark.parametrize("event", ["send", "on_hold", "error_found", "model"])
    def test_reserved_event(self, event: str) -> None:
        """
        An event cannot have a name that means something to a live machine.
        """
        assert ["reserved-id"] == rules(make(f"new {event} done"))

    def test_reserved_state(self) -> None:
        """
        A state cannot have the name of what a live machine keeps its record under.
        """
        assert ["reserved-id"] == rules(make("new go model", "model go done"))

    def test_reserved_names_are_all(self) -> None:
        """
        Every public name of a chart is reserved.
        """
        assert {n for n in dir(StateChart) if not n.startswith("_")} <= _TAKEN_EVENTS

    def test_all_at_once(self) -> None:
        """
        R45: mistakes of every kind are told together.
        """
        broken = make("new go gone", "new go pit", "old go pit", initial="now")

        assert {"no-initial", "no-final", "ambiguous-event"} == set(rules(broken))

    @given(definitions())
    def test_is_enough(self, definition: Definition) -> None:
        """
        A definition is refused with its problems, or makes a flow of its ways.
        """
        problems = check(definition)
        told: tuple[object, ...] = ()
        made = set(definition.transitions)
        try:
            made = set(flow_of(definition).transitions)
        except DefinitionError as error:
            told = error.problems

        assert (problems, set(definition.transitions)) == (told, made)

    @given(definitions())
    def test_reachability_is_as_walked(self, definition: Definition) -> None:
        """
        The unreachable states are those that no number of steps comes to.
        """
        reached = {definition.initial}
        for _ in definition.states:
            reached |= {w.target for w in definition.transitions if w.source in reached}

        assert {s.id for s in definition.states} - reached == set(
            charts.unreachable(definition)
        )
