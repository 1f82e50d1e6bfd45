"""
Flows drawn for people.
"""

from __future__ import annotations

import attrs
from hypothesis import given, settings

from leadflow.charts import (
    FlowState,
    LeadState,
    draw_markdown,
    draw_mermaid,
    flow_of,
    lead_definition,
)
from tests.charts._definitions import (
    make,
    open_states,
    titles,
)


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

    @settings(max_examples=25)
    @given(open_states())
    def test_same_text(self, states: tuple[LeadState, ...]) -> None:
        """
        Equal flows are drawn alike, whatever order their ways were written in.
        """
        made = lead_definition(states)
        turned = attrs.evolve(made, transitions=made.transitions[::-1])

        assert draw_mermaid(flow_of(made)) == draw_mermaid(flow_of(turned))
