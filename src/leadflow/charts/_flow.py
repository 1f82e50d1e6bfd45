"""
The values: what a chart is as data, and as a table.
"""

from __future__ import annotations

import attrs

from leadflow.errors import Refused, UnknownRecord


__all__ = (
    "Definition",
    "Flow",
    "FlowState",
    "Transition",
    "unknown_state",
)


@attrs.frozen
class FlowState:
    """
    Name one state; *final* tells that work ends in it.
    """

    id: str
    title: str = ""
    final: bool = False


@attrs.frozen
class Transition:
    """
    Lead from the state *source* by *event* to the state *target*.
    """

    source: str
    event: str
    target: str


@attrs.frozen(kw_only=True, cache_hash=True)
class Definition:
    """
    Describe a state machine as data; nothing is checked yet (see `check`).
    """

    name: str
    states: tuple[FlowState, ...]
    initial: str
    transitions: tuple[Transition, ...]


@attrs.frozen
class Flow:
    """
    Answer what may happen in a state, out of a table.

    Made by `flow_of` or `compile_chart`, which check the definition first.
    """

    definition: Definition
    _table: dict[str, dict[str, str]] = attrs.field(
        init=False,
        eq=False,
        repr=False,
        default=attrs.Factory(lambda self: _table_of(self.definition), takes_self=True),
    )
    _events: dict[str, tuple[str, ...]] = attrs.field(
        init=False,
        eq=False,
        repr=False,
        default=attrs.Factory(
            lambda self: {state: tuple(ways) for state, ways in self._table.items()},
            takes_self=True,
        ),
    )

    @property
    def name(self) -> str:
        """Return the name that the rules of refusals begin with."""
        return self.definition.name

    @property
    def states(self) -> tuple[FlowState, ...]:
        """Return the states in the order of their definition."""
        return self.definition.states

    @property
    def initial(self) -> str:
        """Return the id of the state that everything starts in."""
        return self.definition.initial

    @property
    def transitions(self) -> tuple[Transition, ...]:
        """Return all transitions, ordered by source, then target, then event."""
        return self.definition.transitions

    @property
    def finals(self) -> tuple[str, ...]:
        """Return the ids of the states that work ends in."""
        return tuple(state.id for state in self.states if state.final)

    def step(self, state: str, event: str) -> str:
        """
        Return the state that *event* leads to from *state*.

        Raises:
            Refused: *event* leads nowhere from here (rule
                ``<name>.transition-not-allowed``).
            UnknownRecord: there is no such state (rule ``<name>.unknown-state``).
        """
        try:
            return self._table[state][event]
        except KeyError:
            known = ", ".join(self.events(state)) or "nothing"
            raise Refused(
                f"{self.name}.transition-not-allowed",
                f"{event!r} is not allowed in state {state!r}, which allows {known}",
            ) from None

    def events(self, state: str) -> tuple[str, ...]:
        """
        Return the events that are allowed in *state*, in the order of targets.

        Raises:
            UnknownRecord: there is no such state (rule ``<name>.unknown-state``).
        """
        try:
            return self._events[state]
        except KeyError:
            raise unknown_state(self.name, state) from None

    def allows(self, state: str, event: str) -> bool:
        """
        Tell whether *event* leads anywhere from *state*.
        """
        ways = self._table.get(state)
        return ways is not None and event in ways


def _table_of(definition: Definition) -> dict[str, dict[str, str]]:
    table: dict[str, dict[str, str]] = {state.id: {} for state in definition.states}
    for way in definition.transitions:
        table[way.source][way.event] = way.target
    return table


def unknown_state(name: str, state: str) -> UnknownRecord:
    """
    Return the error that *state* is none of the flow called *name*.
    """
    return UnknownRecord(f"{name}.unknown-state", f"there is no state {state!r}")
