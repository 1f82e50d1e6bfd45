"""
Charts and tables: the same rules, told twice.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statemachine import HistoryState, State, StateChart
from statemachine.exceptions import TransitionNotAllowed

from leadflow import charts
from leadflow.charts import (
    LEAD_STATES,
    Definition,
    Flow,
    FlowState,
    LeadMachine,
    LeadState,
    Transition,
    chart_of,
    check,
    compile_chart,
    draw_markdown,
    draw_mermaid,
    flow_of,
    lead_definition,
    live,
)
from leadflow.charts._check import _TAKEN_EVENTS, _TAKEN_STATES
from leadflow.errors import DefinitionError, Refused, UnknownRecord


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


class TestFlow:
    def test_step(self) -> None:
        """
        An allowed event leads to its target.
        """
        assert "in_work" == LEAD.step("not_processed", "move_to_in_work")

    def test_refused(self) -> None:
        """
        An event that is not allowed is refused by a rule named after the flow.
        """
        with pytest.raises(Refused) as caught:
            LEAD.step("rejected", "convert")

        assert "lead.transition-not-allowed" == caught.value.rule

    def test_refused_names_both(self) -> None:
        """
        The refusal names the event, the state and what the state allows.
        """
        with pytest.raises(Refused) as caught:
            LEAD.step("rejected", "convert")

        assert (
            "'convert' is not allowed in state 'rejected', which allows reopen"
            == caught.value.message
        )

    def test_refused_without_choice(self) -> None:
        """
        M14: from a state without ways out the refusal says that nothing is allowed.
        """
        with pytest.raises(Refused, match="which allows nothing"):
            LEAD.step("converted", "reopen")

    @pytest.mark.parametrize("ask", [LEAD.events, lambda s: LEAD.step(s, "convert")])
    def test_unknown_state(self, ask: Any) -> None:
        """
        A state that is not there is another error than a refused event.
        """
        with pytest.raises(UnknownRecord) as caught:
            ask("nowhere")

        assert "lead.unknown-state" == caught.value.rule

    def test_events(self) -> None:
        """
        The events of a state come in the order of the states they lead to.
        """
        assert ("move_to_in_work", "convert", "reject") == LEAD.events("not_processed")

    @pytest.mark.parametrize(
        ("state", "event", "expected"),
        [
            ("in_work", "convert", True),
            ("converted", "convert", False),
            ("in_work", "dance", False),
            ("nowhere", "convert", False),
        ],
    )
    def test_allows(self, state: str, event: str, expected: bool) -> None:
        """
        Asking never raises, whatever the names are.
        """
        assert expected is LEAD.allows(state, event)

    def test_parts(self) -> None:
        """
        A flow tells its name, its beginning and its ends.
        """
        assert ("lead", "not_processed", ("converted", "rejected")) == (
            LEAD.name,
            LEAD.initial,
            LEAD.finals,
        )

    def test_value(self) -> None:
        """
        A flow is a value: it survives pickling and can be a key.
        """
        assert {LEAD: 1} == {pickle.loads(pickle.dumps(LEAD)): 1}

    def test_pickled_table(self) -> None:
        """
        A flow that was pickled still answers.
        """
        copy = pickle.loads(pickle.dumps(LEAD))

        assert "converted" == copy.step("in_work", "convert")

    @given(open_states())
    def test_tells_one_story(self, states: tuple[LeadState, ...]) -> None:
        """
        Steps, events and transitions of a flow are one relation.
        """
        flow = flow_of(lead_definition(states))
        told = {
            Transition(state.id, event, flow.step(state.id, event))
            for state in flow.states
            for event in flow.events(state.id)
        }

        assert set(flow.transitions) == told


class TestLead:
    def test_by_hand_is_as_built(self) -> None:
        """
        The chart written by hand and the one built of data compile to one flow.
        """
        assert compile_chart(LeadMachine) == LEAD

    def test_default_states(self) -> None:
        """
        R19: by default a lead is not processed or in work, converted or rejected.
        """
        assert ["Not processed", "In work", "Converted", "Rejected"] == [
            state.title for state in LEAD.states
        ]

    def test_reopen(self) -> None:
        """
        M15: a rejected lead is reopened into the first open state.
        """
        assert "not_processed" == LEAD.step("rejected", "reopen")

    def test_converted_is_the_end(self) -> None:
        """
        M14: nothing leads out of converted.
        """
        assert () == LEAD.events("converted")

    def test_convert_twice(self) -> None:
        """
        M13: a converted lead is not converted again.
        """
        assert not LEAD.allows("converted", "convert")

    @given(open_states())
    def test_any_open_to_any_other(self, states: tuple[LeadState, ...]) -> None:
        """
        R19: an open state leads to every other open state and to both ends.
        """
        flow = flow_of(lead_definition(states))
        everywhere = {state.id for state in states} | {"converted", "rejected"}

        assert all(
            everywhere - {state.id}
            == {flow.step(state.id, event) for event in flow.events(state.id)}
            for state in states
        )

    @given(open_states())
    def test_every_list_is_sound(self, states: tuple[LeadState, ...]) -> None:
        """
        R21: whatever the open states are, each can be reached and reaches an end.
        """
        assert () == check(lead_definition(states))

    def test_titles(self) -> None:
        """
        Titles are data, in any language; one that is missing is the id.
        """
        made = lead_definition([LeadState("new")], converted="Покупатель")

        assert ["new", "Покупатель", "Rejected"] == [s.title for s in made.states]

    def test_no_open_state(self) -> None:
        """
        A lead without open states could not begin; the definition says so.
        """
        assert "no-initial" in rules(lead_definition(()))

    def test_open_state_like_an_end(self) -> None:
        """
        An open state cannot have the name of an end.
        """
        assert "duplicate-id" in rules(lead_definition([LeadState("rejected")]))

    def test_colours(self) -> None:
        """
        R19: every default state has a colour.
        """
        assert all(state.colour for state in LEAD_STATES)

    def test_machine_is_kept(self) -> None:
        """
        The class is made once.
        """
        assert charts.LeadMachine is LeadMachine

    def test_machine_is_found(self) -> None:
        """
        The class is found under its name, so what stands on it can be pickled.
        """
        assert pickle.loads(pickle.dumps(LeadMachine)) is LeadMachine

    def test_no_other_name(self) -> None:
        """
        A name that the module does not have stays an AttributeError.
        """
        with pytest.raises(AttributeError, match="OrderMachine"):
            charts.OrderMachine  # noqa: B018

    def test_lazy(self) -> None:
        """
        Importing charts and describing a lead does not load python-statemachine.
        """
        code = (
            "import sys; from leadflow import charts;"
            "charts.check(charts.lead_definition());"
            "print('statemachine' in sys.modules)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True
        )

        assert "False" == done.stdout.strip()


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


class TestChartOf:
    def test_same_class(self) -> None:
        """
        Equal definitions share one class, so the registry does not grow.
        """
        assert chart_of(make("new go done")) is chart_of(make("new go done"))

    def test_problems(self) -> None:
        """
        A broken definition makes no class, and tells all problems.
        """
        with pytest.raises(DefinitionError) as caught:
            chart_of(make("new go pit", final=""))

        assert ("no-final",) == tuple(p.rule for p in caught.value.problems)

    def test_name(self) -> None:
        """
        The class is named after the definition, and its flow keeps the name.
        """
        made = chart_of(attrs.evolve(make("new go done"), name="first-line"))

        assert ("FirstLineMachine", "first-line") == (
            made.__name__,
            compile_chart(made).name,
        )

    @given(open_states())
    def test_back_and_forth(self, states: tuple[LeadState, ...]) -> None:
        """
        A definition becomes a chart, a flow and a chart again, and nothing is lost.
        """
        flow = flow_of(lead_definition(states))

        assert flow == compile_chart(chart_of(flow.definition))

    @given(definitions())
    def test_finals(self, definition: Definition) -> None:
        """
        Finals stay finals, with ways out of them or without.
        """
        if not check(definition):
            expected = {state.id for state in definition.states if state.final}

            assert expected == set(flow_of(definition).finals)


class Approval(StateChart[Any]):
    """
    Stand for a chart that a developer writes.
    """

    asked = State(initial=True)
    granted = State("Yes!", final=True)
    denied = State(value="no", final=True)

    grant = asked.to(granted)
    deny = asked.to(denied)


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


class TestDrawing:
    def test_mermaid(self) -> None:
        """
        A flow is drawn as a state diagram, from its beginning to its ends.
        """
        expected = """\
stateDiagram-v2
    direction LR
    state "New" as new
    state "Done" as done
    [*] --> new
    new --> done : go
    done --> new : back
    done --> [*]
    note right of new : mind the gap
"""
        drawn = draw_mermaid(
            flow_of(make("new go done", "done back new")), notes=["mind the gap"]
        )

        assert expected == drawn

    def test_mermaid_title(self) -> None:
        """
        A title that looks like syntax is drawn as what it says.
        """
        made = make("new go done")
        evil = FlowState("new", 'a"; %%{init}%%\n[*] --> <b>#Ж')
        drawn = draw_mermaid(flow_of(attrs.evolve(made, states=(evil, made.states[1]))))

        assert (
            'state "a#34;#59; #37;#37;#123;init#125;#37;#37;'
            ' #91;#42;#93; --#62; #60;b#62;#35;Ж" as new'
        ) == drawn.splitlines()[2].strip()

    def test_mermaid_names(self) -> None:
        """
        A name that Mermaid would misread is replaced, and never by another's.
        """
        drawn = draw_mermaid(
            flow_of(
                make("end go state0_", "state0_ go C1:W", final="C1:W", initial="end")
            )
        )

        assert [
            "state0_ --> state1_ : go",
            "state1_ --> state2_ : go",
        ] == [line.strip() for line in drawn.splitlines() if " : " in line]

    def test_markdown(self) -> None:
        """
        A flow is written as a table, a row for each transition, ends in bold.
        """
        expected = """\
| State | Event | Next state |
| --- | --- | --- |
| New | `go` | **Done** |
| **Done** | `back` | New |
"""

        assert expected == draw_markdown(flow_of(make("new go done", "done back new")))

    @given(titles, titles)
    def test_markdown_stays_a_table(self, one: str, two: str) -> None:
        """
        No title breaks the table: every line has three cells.
        """
        made = make("new go done")
        named = attrs.evolve(
            made, states=(FlowState("new", one), FlowState("done", two, final=True))
        )
        drawn = draw_markdown(flow_of(named)).replace(r"\\", "").replace(r"\|", "")

        assert [4, 4, 4] == [line.count("|") for line in drawn.split("\n")[:-1]]

    @given(open_states())
    def test_same_text(self, states: tuple[LeadState, ...]) -> None:
        """
        Equal flows are drawn alike, whatever order their ways were written in.
        """
        made = lead_definition(states)
        turned = attrs.evolve(made, transitions=made.transitions[::-1])

        assert draw_mermaid(flow_of(made)) == draw_mermaid(flow_of(turned))
