"""
Flows compiled from charts that a developer writes.
"""

from __future__ import annotations

from typing import Any

import pytest
from statemachine import HistoryState, State, StateChart

from leadflow.charts import (
    FlowState,
    compile_chart,
)
from leadflow.errors import DefinitionError
from tests.charts._definitions import (
    Approval,
)


class TestCompileChart:
    def test_names(self) -> None:
        """
        Ids are the stored values, titles the names, the flow the class in small.
        """
        flow = compile_chart(Approval)

        assert (
            "approval",
            (
                FlowState("asked", "Asked"),
                FlowState("granted", "Yes!", final=True),
                FlowState("no", "Denied", final=True),
            ),
        ) == (flow.name, flow.states)

    def test_given_name(self) -> None:
        """
        A name that is given goes before the class's own.
        """
        assert "papers" == compile_chart(Approval, name="papers").name

    def test_order_of_writing(self) -> None:
        """
        Charts that tell the same in another order compile to equal flows.
        """

        class Other(StateChart[Any]):
            asked = State(initial=True)
            granted = State("Yes!", final=True)
            denied = State(value="no", final=True)

            deny = asked.to(denied)
            grant = granted.from_(asked)

        assert compile_chart(Approval) == compile_chart(Other, name="approval")

    def test_any_state(self) -> None:
        """
        A way from any state is one from each open state.
        """

        class Anywhere(StateChart[Any]):
            one = State(initial=True)
            two = State()
            out = State(final=True)

            go = one.to(two)
            leave = out.from_.any()

        flow = compile_chart(Anywhere)

        assert [("go", "leave"), ("leave",), ()] == [
            flow.events(state.id) for state in flow.states
        ]

    def test_unknown_final(self) -> None:
        """
        A final state that is named but not there is told.
        """

        class Loose(StateChart[Any]):
            finals = ("shut", "b")

            a = State(initial=True)
            b = State()

            go = a.to(b)
            back = b.to(a)

        with pytest.raises(DefinitionError) as caught:
            compile_chart(Loose)

        assert [("Loose.finals", "unknown-state")] == [
            (problem.path, problem.rule) for problem in caught.value.problems
        ]

    def test_all_at_once(self) -> None:
        """
        Everything that a table cannot hold is told together, with its place.
        """

        class Busy(StateChart[Any]):
            listeners = (object(),)

            a = State(initial=True, enter="ring")
            b = State(value=7)
            c = State(final=True)

            go = a.to(b, cond="is_open") | a.to(c, validators="is_paid")
            stay = a.to(None, on="ring")
            leave = b.to(c)

            def is_open(self) -> bool:
                return True

            def is_paid(self) -> None:
                return None

            def ring(self) -> None:
                return None

            def on_leave(self) -> None:
                return None

            def prepare_event(self) -> dict[str, Any]:
                return {}

        with pytest.raises(DefinitionError) as caught:
            compile_chart(Busy)

        assert {
            ("Busy", "listener"),
            ("Busy", "action"),
            ("Busy.a", "action"),
            ("Busy.a.transitions[0]", "condition"),
            ("Busy.a.transitions[1]", "condition"),
            ("Busy.a.transitions[2]", "action"),
            ("Busy.a.transitions[2]", "targetless"),
            ("Busy.b", "state-value"),
            ("Busy.b.transitions[0]", "action"),
            ("Busy.transitions[1]", "ambiguous-event"),
        } == {(problem.path, problem.rule) for problem in caught.value.problems}

    def test_eventless(self) -> None:
        """
        A way that goes by itself is not for a table.
        """

        class Sliding(StateChart[Any]):
            a = State(initial=True)
            b = State(final=True)

            a.to(b)

        with pytest.raises(DefinitionError, match=r"\[eventless\]"):
            compile_chart(Sliding)

    def test_delayed(self) -> None:
        """
        An event that waits is not for a table, which knows no time.
        """
        from statemachine import Event

        class Slow(StateChart[Any]):
            a = State(initial=True)
            b = State(final=True)

            go = Event(a.to(b), delay=500)

        with pytest.raises(DefinitionError, match=r"\[delayed-event\]"):
            compile_chart(Slow)

    def test_nested(self) -> None:
        """
        Compound, parallel and remembering states are not for a table.
        """

        class Deep(StateChart[Any]):
            class hall(State.Compound):  # noqa: N801 - the state's id
                left = State(initial=True)
                right = State()
                again = HistoryState()

                turn = left.to(right)

            out = State(final=True)

            leave = hall.to(out)

        with pytest.raises(DefinitionError) as caught:
            compile_chart(Deep)

        assert ["nested-states"] == [p.rule for p in caught.value.problems]

    def test_abstract(self) -> None:
        """
        A chart without states makes no flow.
        """

        class Empty(StateChart[Any]):
            pass

        with pytest.raises(DefinitionError, match=r"\[no-states\]"):
            compile_chart(Empty)
