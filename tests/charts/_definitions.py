"""
Definitions to test with: by hand, and drawn in every shape.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from statemachine import State, StateChart

from leadflow.charts import (
    Definition,
    FlowState,
    LeadState,
    Transition,
    check,
    flow_of,
    lead_definition,
)
from leadflow.charts._check import _TAKEN_STATES


LEAD = flow_of(lead_definition())

# Names of a machine's own attributes and of events among them, on purpose.
ids = st.from_regex(r"[^\W_][\w:-]{0,6}", fullmatch=True) | st.sampled_from(
    ["send", "name", "id", "states", "convert", "reopen", "configuration", "end"]
)
titles = st.text(min_size=1, max_size=12)


@st.composite
def open_states(draw: st.DrawFn) -> tuple[LeadState, ...]:
    """
    Draw one to six open states of a lead.
    """
    taken = _TAKEN_STATES | {"converted", "rejected"}
    names = draw(
        st.lists(ids.filter(lambda i: i not in taken), min_size=1, max_size=6).map(
            lambda found: list(dict.fromkeys(found))
        )
    )
    return tuple(LeadState(name, draw(titles)) for name in names)


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    """
    Draw a definition with any mistakes, or none.
    """
    names = draw(st.lists(st.sampled_from("abcdef"), max_size=6))
    name = st.sampled_from([*names, "z"])
    return Definition(
        name="drawn",
        states=tuple(FlowState(n, draw(titles), draw(st.booleans())) for n in names),
        initial=draw(name),
        transitions=tuple(
            draw(
                st.lists(
                    st.builds(Transition, name, st.sampled_from("pqr"), name),
                    max_size=12,
                )
            )
        ),
    )


def make(*ways: str, final: str = "done", initial: str = "new") -> Definition:
    """
    Return a definition out of ways like ``new go done``.
    """
    transitions = tuple(Transition(*way.split()) for way in ways)
    names = dict.fromkeys(
        name for way in transitions for name in (way.source, way.target)
    )
    return Definition(
        name="made",
        states=tuple(FlowState(name, name.title(), name == final) for name in names),
        initial=initial,
        transitions=transitions,
    )


def rules(definition: Definition) -> list[str]:
    """
    Return the rules of all problems.
    """
    return [problem.rule for problem in check(definition)]


class Approval(StateChart[Any]):
    """
    Stand for a chart that a developer writes.
    """

    asked = State(initial=True)
    granted = State("Yes!", final=True)
    denied = State(value="no", final=True)

    grant = asked.to(granted)
    deny = asked.to(denied)
