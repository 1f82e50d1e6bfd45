"""
The checks: what is wrong with a definition, all at once (R45).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from leadflow.errors import Problem


if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadflow.charts._flow import Definition


__all__ = ("check", "dead_ends", "unreachable")

# A dot parts an event's name into a prefix and a rest, a blank parts two events,
# a star is any event: none may stand in a name.
_ID = re.compile(r"[^\W_][\w:-]*")

# A live machine keeps its own affairs under these names.
_TAKEN_STATES = frozenset(
    {"history_values", "model", "start_configuration_values", "state_field"}
)
_TAKEN_EVENTS = _TAKEN_STATES | {
    "TransitionNotAllowed",
    "activate_initial_state",
    "active_listeners",
    "add_listener",
    "allow_event_without_transition",
    "allowed_events",
    "atomic_configuration_update",
    "bind_events_to",
    "cancel_event",
    "catch_errors_as_events",
    "configuration",
    "configuration_values",
    "current_state",
    "current_state_value",
    "enable_self_transition_entries",
    "enabled_events",
    "events",
    "finals",
    "flow_name",
    "id",
    "is_terminated",
    "name",
    "prepare",
    "prepare_event",
    "raise_",
    "send",
    "states",
    "states_map",
}

# By these it finds hooks, and its own events.
_TAKEN_BEGINNINGS = ("after_", "before_", "done_", "error_", "on_")


def check(definition: Definition, path: str = "") -> tuple[Problem, ...]:
    """
    Return all problems of *definition*, each with its place below *path* (R45).

    Rules: ``no-states``, ``bad-id``, ``reserved-id``, ``duplicate-id``,
    ``no-initial``, ``no-final``, ``unknown-source``, ``unknown-target``,
    ``ambiguous-event``, ``unreachable`` and ``dead-end``.
    """
    root = f"{path}." if path else ""
    if not definition.states:
        return (Problem(f"{root}states", "no-states", "there are no states"),)
    found = [*_check_states(definition, root), *_check_transitions(definition, root)]
    places = {
        state.id: f"{root}states[{index}]"
        for index, state in enumerate(definition.states)
    }
    # Without a beginning everything is unreachable, which would help nobody.
    if definition.initial in places:
        found.extend(
            Problem(
                places[state],
                "unreachable",
                f"no way leads from {definition.initial!r} to {state!r}",
            )
            for state in unreachable(definition)
        )
    if any(state.final for state in definition.states):
        found.extend(
            Problem(
                places[state],
                "dead-end",
                f"no way leads from {state!r} to a final state",
            )
            for state in dead_ends(definition)
        )
    return tuple(found)


def _check_states(definition: Definition, root: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, state in enumerate(definition.states):
        place = f"{root}states[{index}]"
        if not _ID.fullmatch(state.id):
            yield Problem(
                place,
                "bad-id",
                f"the id {state.id!r} is not of letters, digits, '_', '-' and ':'",
            )
        if state.id in _TAKEN_STATES:
            yield Problem(
                place, "reserved-id", f"a live machine uses {state.id!r} itself"
            )
        if state.id in seen:
            yield Problem(place, "duplicate-id", f"{state.id!r} is defined twice")
        seen.add(state.id)
    if definition.initial not in seen:
        yield Problem(
            f"{root}initial",
            "no-initial",
            f"the initial state {definition.initial!r} is not among the states",
        )
    if not any(state.final for state in definition.states):
        yield Problem(f"{root}states", "no-final", "no state is final")


def _check_transitions(definition: Definition, root: str) -> Iterator[Problem]:
    known = {state.id for state in definition.states}
    taken: dict[tuple[str, str], str] = {}
    for index, way in enumerate(definition.transitions):
        place = f"{root}transitions[{index}]"
        if not _ID.fullmatch(way.event):
            yield Problem(
                place,
                "bad-id",
                f"the event {way.event!r} is not of letters, digits, '_', '-' and ':'",
            )
        elif way.event in _TAKEN_EVENTS or way.event.startswith(_TAKEN_BEGINNINGS):
            yield Problem(
                place, "reserved-id", f"a live machine uses {way.event!r} itself"
            )
        if way.source not in known:
            yield Problem(place, "unknown-source", f"there is no state {way.source!r}")
        if way.target not in known:
            yield Problem(place, "unknown-target", f"there is no state {way.target!r}")
        other = taken.setdefault((way.source, way.event), way.target)
        if other != way.target:
            yield Problem(
                place,
                "ambiguous-event",
                f"{way.event!r} leads from {way.source!r}"
                f" to both {other!r} and {way.target!r}",
            )


def unreachable(definition: Definition) -> tuple[str, ...]:
    """
    Return the states that no way leads to from the initial one.
    """
    ways: dict[str, set[str]] = {}
    for way in definition.transitions:
        ways.setdefault(way.source, set()).add(way.target)
    reached = _spread({definition.initial}, ways)
    return tuple(state.id for state in definition.states if state.id not in reached)


def dead_ends(definition: Definition) -> tuple[str, ...]:
    """
    Return the states that no way leads out of to a final one.
    """
    ways: dict[str, set[str]] = {}
    for way in definition.transitions:
        ways.setdefault(way.target, set()).add(way.source)
    reached = _spread({state.id for state in definition.states if state.final}, ways)
    return tuple(state.id for state in definition.states if state.id not in reached)


def _spread(start: set[str], ways: dict[str, set[str]]) -> set[str]:
    reached = set(start)
    edge = list(start)
    while edge:
        fresh = ways.get(edge.pop(), set()) - reached
        reached |= fresh
        edge.extend(fresh)
    return reached
