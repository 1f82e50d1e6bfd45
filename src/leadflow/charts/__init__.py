"""
State machines: written as charts, run as tables.

A chart is a python-statemachine class: it is what people know, it can be drawn
and listened to.  Restoring one and sending it an event costs hundreds of
microseconds, looking a transition up in a dictionary a fraction of one.  So a
chart is compiled once into a `Flow`, the rules ask the flow, and a live machine
is made only for who asks for one.

Between the two stands the `Definition`: plain data that a configuration can
hold.  `chart_of` makes a chart of it, `compile_chart` makes a flow of a chart;
both ways and back nothing is lost.  A *final* state is one that work ends in.
Whether it can be left again (a rejected lead is reopened) is told by its
transitions alone; python-statemachine knows only finals that cannot, so a chart
names the others in a class attribute ``finals``.

Nothing else in leadflow imports python-statemachine, and nothing here does
before it is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leadflow.charts._check import check, dead_ends, unreachable
from leadflow.charts._draw import (
    draw_markdown,
    draw_mermaid,
    markdown_table,
    markdown_text,
)
from leadflow.charts._flow import Definition, Flow, FlowState, Transition
from leadflow.charts._lead import LEAD_STATES, LeadState, lead_definition
from leadflow.charts._machines import (
    chart_of,
    compile_chart,
    flow_of,
    lead_machine,
    live,
    machine,
)


if TYPE_CHECKING:
    from statemachine import StateChart

    LeadMachine: type[StateChart[Any]]
    Machine = StateChart[Any]


__all__ = (
    "LEAD_STATES",
    "Definition",
    "Flow",
    "FlowState",
    "LeadMachine",
    "LeadState",
    "Machine",
    "Transition",
    "chart_of",
    "check",
    "compile_chart",
    "dead_ends",
    "draw_markdown",
    "draw_mermaid",
    "flow_of",
    "lead_definition",
    "live",
    "markdown_table",
    "markdown_text",
    "unreachable",
)


def __getattr__(name: str) -> Any:
    # A class of python-statemachine cannot be there before that is loaded.
    if name == "LeadMachine":
        return lead_machine()
    if name == "Machine":
        return machine()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
