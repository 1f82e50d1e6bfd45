"""
The only file that knows python-statemachine: charts made, read and run live.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from leadflow.charts._check import check
from leadflow.charts._flow import (
    Definition,
    Flow,
    FlowState,
    Transition,
    unknown_state,
)
from leadflow.errors import DefinitionError, Problem


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from statemachine import StateChart
    from statemachine.callbacks import CallbackSpec, CallbackSpecList
    from statemachine.transition import Transition as ChartTransition


__all__ = ("chart_of", "compile_chart", "flow_of", "lead_machine", "live", "machine")


# -- from a definition to a chart ----------------------------------------------


# The library's registry keeps the last class of each name for good; the cache
# sees to it that one definition makes one class.
@lru_cache(maxsize=256)
def chart_of(definition: Definition) -> type[StateChart[Any]]:
    """
    Return the chart class of *definition*, the same one for equal definitions.

    The state's id is what a live machine stores; an event that is not allowed
    raises ``TransitionNotAllowed`` there, and an error in a listener is raised.

    Raises:
        DefinitionError: `check` finds problems.
    """
    from statemachine import StateChart  # noqa: PLC0415 - loaded when needed
    from statemachine.io import (  # noqa: PLC0415 - loaded when needed
        StateDefinition,
        create_machine_class_from_definition,
    )

    if problems := check(definition):
        raise DefinitionError(problems)
    ways: dict[str, dict[str | None, Any]] = {
        state.id: {} for state in definition.states
    }
    # The library answers a name that clashes with silence: the machine's own
    # attribute, or the event, is gone.  The stored value stays the id.
    events = {way.event for way in definition.transitions}
    taken = events | set(dir(StateChart))
    names = {
        state.id: f"state:{state.id}" if state.id in taken else state.id
        for state in definition.states
    }
    for way in definition.transitions:
        ways[way.source][way.event] = [{"target": names[way.target]}]
    left = {state for state, out in ways.items() if out}
    # Fresh at every call, for the library takes apart what it is given.
    states: dict[str, StateDefinition] = {
        names[state.id]: {
            "name": state.title or state.id,
            "value": state.id,
            "initial": state.id == definition.initial,
            "final": state.final and state.id not in left,
            "on": ways[state.id],
        }
        for state in definition.states
    }
    return create_machine_class_from_definition(
        _class_name(definition.name),
        states,
        flow_name=definition.name,
        finals=tuple(
            state.id for state in definition.states if state.final and state.id in left
        ),
        allow_event_without_transition=False,
        catch_errors_as_events=False,
        # Done above, where a final state may have ways out.
        validate_trap_states=False,
        validate_final_reachability=False,
    )


def _class_name(name: str) -> str:
    words = re.split(r"\W+|_", name)
    return "".join(word[:1].upper() + word[1:] for word in words) + "Machine"


# -- from a chart to a flow ----------------------------------------------------


@lru_cache(maxsize=256)
def flow_of(definition: Definition) -> Flow:
    """
    Return the table of *definition*, by way of its chart.

    Raises:
        DefinitionError: `check` finds problems.
    """
    return compile_chart(chart_of(definition))


def compile_chart(chart: type[StateChart[Any]], *, name: str = "") -> Flow:
    """
    Return the table of a chart class, written by hand or made by `chart_of`.

    The flow's name is *name*, else the class attribute ``flow_name``, else the
    class's name without ``Machine`` or ``Chart``.  The class attribute
    ``finals`` names the ids of final states that can be left again.

    Raises:
        DefinitionError: the chart has what a table cannot hold (``condition``,
            ``action``, ``listener``, ``nested-states``, ``targetless``,
            ``eventless``, ``delayed-event``, ``state-value``), or `check` finds
            problems in the rest; all at once.
    """
    found = list(_inexpressible(chart))
    finals = tuple(getattr(chart, "finals", ()))
    definition = _read(chart, name, finals)
    # Of states within states only the outermost were read.
    if all(problem.rule != "nested-states" for problem in found):
        found.extend(check(definition, chart.__name__))
    known = {state.id for state in definition.states}
    found.extend(
        Problem(
            f"{chart.__name__}.finals",
            "unknown-state",
            f"there is no state {final!r}",
        )
        for final in finals
        if final not in known
    )
    if found:
        raise DefinitionError(found)
    return Flow(definition)


def _read(
    chart: type[StateChart[Any]], name: str, finals: tuple[str, ...]
) -> Definition:
    order = {str(state.value): index for index, state in enumerate(chart.states)}
    ways = {
        Transition(str(state.value), str(event), str(way.target.value))
        for state in chart.states
        for way in state.transitions
        if way.target is not None
        for event in way.events
    }
    return Definition(
        name=name or _name_of(chart),
        states=tuple(
            FlowState(
                str(state.value), state.name, state.final or state.value in finals
            )
            for state in chart.states
        ),
        initial=next((str(state.value) for state in chart.states if state.initial), ""),
        # One order, in whatever order the author wrote.
        transitions=tuple(
            sorted(
                ways,
                key=lambda way: (
                    order[way.source],
                    order.get(way.target, len(order)),
                    way.event,
                ),
            )
        ),
    )


def _name_of(chart: type[StateChart[Any]]) -> str:
    given: str = getattr(chart, "flow_name", "")
    bare = re.sub(r"(?<=.)(State)?(Machine|Chart)$", "", chart.__name__)
    return given or re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", bare).lower()


def _inexpressible(chart: type[StateChart[Any]]) -> Iterator[Problem]:
    """
    Yield what a table cannot hold: all that is asked, called or nested.
    """
    root = chart.__name__
    if chart._class_listeners:  # noqa: SLF001 - it has no public name
        yield Problem(root, "listener", "a table calls no listeners")
    for hook in _hooks(chart, chart._specs):  # noqa: SLF001 - as above
        yield Problem(root, "action", f"a table does not call {hook}")
    for state in chart.states:
        place = f"{root}.{state.id}"
        if not isinstance(state.value, str):
            yield Problem(
                place, "state-value", f"the value {state.value!r} is not a text"
            )
        if state.states or state.history:
            yield Problem(place, "nested-states", "a table has no states within states")
        for hook in _hooks(chart, state._specs):  # noqa: SLF001 - as above
            yield Problem(place, "action", f"a table does not call {hook}")
        for index, way in enumerate(state.transitions):
            yield from _inexpressible_way(chart, f"{place}.transitions[{index}]", way)


def _inexpressible_way(
    chart: type[StateChart[Any]], place: str, way: ChartTransition
) -> Iterator[Problem]:
    if way.initial:
        # How a state with states inside begins; the state is told of already.
        return
    if len(way.targets) != 1:
        yield Problem(
            place, "targetless", f"it has {len(way.targets)} targets instead of one"
        )
    if way.is_eventless:
        yield Problem(place, "eventless", "it has no event that starts it")
    guards = {id(guard) for group in (way.cond, way.validators) for guard in group}
    for hook in _hooks(chart, way._specs):  # noqa: SLF001 - it has no public name
        if id(hook) in guards:
            yield Problem(place, "condition", f"a table does not ask {hook}")
        else:
            yield Problem(place, "action", f"a table does not call {hook}")
    for event in way.events:
        if event.delay:
            yield Problem(place, "delayed-event", f"{event!s} is sent with a delay")


def _hooks(
    chart: type[StateChart[Any]], specs: CallbackSpecList
) -> Iterator[CallbackSpec]:
    """
    Yield what would be called: what was written, and what is found by its name.
    """
    for hook in specs:
        if not hook.is_convention or hasattr(chart, hook.attr_name):
            yield hook


def live(
    chart: Flow | type[StateChart[Any]],
    state: str,
    *,
    model: object = None,
    state_field: str = "state",
    listeners: Iterable[object] = (),
) -> StateChart[Any]:
    """
    Return a live machine that stands on *state*; nothing is entered or called.

    *model* is what the machine writes its state to, under *state_field*; without
    one the machine has its own.  It must not be a record that others hold.

    Raises:
        UnknownRecord: there is no such state (rule ``<name>.unknown-state``).
    """
    made = chart_of(chart.definition) if isinstance(chart, Flow) else chart
    if state not in made.states_map:
        raise unknown_state(_name_of(made), state)
    bearer = SimpleNamespace() if model is None else model
    setattr(bearer, state_field, state)
    return made(bearer, state_field=state_field, listeners=list(listeners))


def machine() -> type[StateChart[Any]]:
    """
    Return the class of all live machines.
    """
    from statemachine import StateChart  # noqa: PLC0415 - loaded when needed

    return StateChart


# -- the chart of a lead -------------------------------------------------------


@cache
def lead_machine() -> type[StateChart[Any]]:
    """
    Return the chart of a lead's default states, the same class at every call.
    """
    from statemachine import (  # noqa: PLC0415 - loaded when needed
        State,
        StateChart,
    )

    class LeadMachine(StateChart[Any]):
        """
        Take a lead from its arrival to one of its ends (R19, R21).
        """

        __module__ = "leadflow.charts"
        __qualname__ = "LeadMachine"

        allow_event_without_transition = False
        catch_errors_as_events = False
        finals = ("rejected",)

        not_processed = State("Not processed", initial=True)
        in_work = State("In work")
        converted = State("Converted", final=True)
        rejected = State("Rejected")

        move_to_in_work = not_processed.to(in_work)
        move_to_not_processed = in_work.to(not_processed)
        convert = converted.from_(not_processed, in_work)
        reject = rejected.from_(not_processed, in_work)
        reopen = rejected.to(not_processed)

    return LeadMachine
