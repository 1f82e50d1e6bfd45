"""
Robots that would move an interest in a circle.
"""

from __future__ import annotations

from datetime import timedelta

import attrs
from hypothesis import given
from hypothesis import strategies as st

from leadflow.scenario import (
    Robot,
    Scenario,
    check_scenario,
)
from tests.scenario._scenarios import (
    DAY,
    FREE,
    move,
    told,
)


def with_robots(*robots: tuple[int, Robot]) -> Scenario:
    """
    Return a sound scenario with robots at the stages of these numbers.
    """
    return attrs.evolve(
        FREE,
        stages=tuple(
            attrs.evolve(
                stage, robots=tuple(robot for at, robot in robots if at == number)
            )
            for number, stage in enumerate(FREE.stages)
        ),
    )


def simulate(scenario: Scenario) -> bool:
    """
    Tell whether robots ever keep an interest going for longer than there are moves.
    """
    at_once = [
        (stage.id, robot)
        for stage in scenario.stages
        for robot in stage.robots
        if robot.action == "move" and not robot.after
    ]
    names = [stage.id for stage in scenario.stages]
    going = {(left, here) for left in names for here in names}
    for _ in range(len(going) + 1):
        going = {
            (here, robot.argument("stage"))
            for left, here in going
            for name, robot in at_once
            if (robot.on, name) in {("leave", left), ("enter", here)}
            and robot.argument("stage") != here
        }
    return bool(going)


class TestLoops:
    def test_back_and_forth(self) -> None:
        """
        R45: two stages whose robots move to each other are a loop.
        """
        problems = check_scenario(with_robots((0, move("offer")), (1, move("new"))))

        assert ["robots move an interest in a circle: new → offer → new"] == [
            problem.message for problem in problems
        ]

    def test_place(self) -> None:
        """
        A loop is told once, at the first of its stages.
        """
        round_trip = with_robots(
            (0, move("offer")), (1, move("contract")), (2, move("new"))
        )

        assert [("stages[0].robots", "robots-loop")] == told(round_trip)

    def test_leaving(self) -> None:
        """
        R45: two stages that fetch back what leaves them are a loop.
        """
        fetching = with_robots(
            (0, move("new", on="leave")), (1, move("offer", on="leave"))
        )

        assert [("stages[0].robots", "robots-loop")] == told(fetching)

    def test_one_fetches(self) -> None:
        """
        One stage that fetches back what leaves it is no loop.
        """
        assert [] == told(with_robots((0, move("new", on="leave"))))

    def test_pause(self) -> None:
        """
        A robot that waits leaves time to stop it.
        """
        assert [] == told(with_robots((0, move("offer")), (1, move("new", after=DAY))))

    def test_chain(self) -> None:
        """
        Robots that only move on come to an end.
        """
        assert [] == told(with_robots((0, move("offer")), (1, move("contract"))))

    def test_other_robots(self) -> None:
        """
        A robot that moves nothing drives no loop.
        """
        assert [] == told(with_robots((0, move("offer")), (1, Robot(action="task"))))

    @given(
        st.lists(
            st.tuples(
                st.integers(0, 3),
                st.builds(
                    move,
                    st.sampled_from(["new", "offer", "contract", "won"]),
                    on=st.sampled_from(["enter", "leave"]),
                    after=st.sampled_from([timedelta(0), DAY]),
                ),
            ),
            max_size=5,
        )
    )
    def test_as_it_would_run(self, robots: list[tuple[int, Robot]]) -> None:
        """
        A loop is told exactly when running the robots would never end.
        """
        scenario = with_robots(*robots)
        rules = {problem.rule for problem in check_scenario(scenario)}

        assert simulate(scenario) is ("robots-loop" in rules)
