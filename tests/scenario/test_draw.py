"""
Scenarios drawn for people.
"""

from __future__ import annotations

from leadflow.scenario import (
    Requirements,
    Robot,
    Scenario,
    Stage,
)
from tests.scenario._scenarios import (
    ENDS,
    one,
)


class TestDraw:
    def test_mermaid(self) -> None:
        """
        R45: the diagram shows the way and the ends, and tells the rest in notes.
        """
        small = Scenario(
            id="small",
            returns="forbidden",
            stages=(Stage(id="new", title="Новый"), Stage(id="talk"), *ENDS),
        )
        expected = """\
stateDiagram-v2
    direction LR
    state "Новый" as new
    state "talk" as talk
    state "won" as won
    state "lost" as lost
    [*] --> new
    new --> talk : move_to_talk
    new --> lost : move_to_lost
    talk --> won : move_to_won
    talk --> lost : move_to_lost
    won --> [*]
    lost --> [*]
    note right of new : skipping stages is allowed
    note right of new : going back is forbidden
    note right of new : a closed interest may be reopened at any open stage
"""

        assert expected == small.draw("mermaid")

    def test_branch(self) -> None:
        """
        A branch is drawn as it is, over stages and back.
        """
        assert "new --> contract" in one(moves_to=("contract", "offer")).draw()

    def test_markdown(self) -> None:
        """
        R45: the table tells of each stage what follows, what it asks and does.
        """
        told_of = Scenario(
            id="x",
            stages=(
                Stage(
                    id="new",
                    title="New | old",
                    enter=Requirements(fields=("theme",), all_tasks=True),
                    leave=Requirements(
                        checklist=("need",), documents=(("offer", 2),), tasks=("Call",)
                    ),
                    robots=(Robot(action="task"), Robot(on="leave", action="notify")),
                ),
                *ENDS,
            ),
        )
        head = "| Stage | Kind | Moves to | To enter | To leave | Robots |"
        row = (
            r"| New \| old | open | won, lost | theme, all tasks done |"
            " need, 2 × offer, Call | enter: task, leave: notify |"
        )
        lines = told_of.draw("markdown").splitlines()

        assert [head, row] == [lines[0], lines[2]]
