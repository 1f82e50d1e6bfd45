"""
The states of a lead: open ones as configured, and the two ends (R19, R21).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from leadflow.charts._flow import Definition, FlowState, Transition


if TYPE_CHECKING:
    from collections.abc import Iterable


__all__ = ("LEAD_STATES", "LeadState", "lead_definition")


@attrs.frozen
class LeadState:
    """
    Name one open state of a lead, and the colour of its column on a board.
    """

    id: str
    title: str = ""
    colour: str = ""


LEAD_STATES = (
    LeadState("not_processed", "Not processed", "#f5a623"),
    LeadState("in_work", "In work", "#4a90d9"),
)
"""The open states of a lead, unless the playbook says otherwise (R19)."""


def lead_definition(
    open_states: Iterable[LeadState] = LEAD_STATES,
    *,
    converted: str = "Converted",
    rejected: str = "Rejected",
) -> Definition:
    """
    Return the definition of a lead's states (R19, R21).

    *open_states* come in order, the first is where a lead starts; *converted*
    and *rejected* are the titles of the ends.  From every open state
    ``move_to_<state>`` leads to every other one, ``convert`` and ``reject`` to
    the ends.  ``reopen`` leads from rejected to the first open state, so that
    the lead stands in the inbox again (M15); nothing leads out of converted
    (M14).
    """
    opened = tuple(open_states)
    ways: list[Transition] = []
    for state in opened:
        ways.extend(
            Transition(state.id, f"move_to_{other.id}", other.id)
            for other in opened
            if other.id != state.id
        )
        ways.append(Transition(state.id, "convert", "converted"))
        ways.append(Transition(state.id, "reject", "rejected"))
    initial = opened[0].id if opened else ""
    ways.append(Transition("rejected", "reopen", initial))
    return Definition(
        name="lead",
        states=(
            *(FlowState(state.id, state.title or state.id) for state in opened),
            FlowState("converted", converted, final=True),
            FlowState("rejected", rejected, final=True),
        ),
        initial=initial,
        transitions=tuple(ways),
    )
