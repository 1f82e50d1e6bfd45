"""
Checks: what is wrong with a scenario, all at once.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given

from leadflow.scenario import (
    ChecklistItem,
    Requirements,
    Robot,
    Scenario,
    Stage,
    check_scenario,
)
from tests.scenario._scenarios import (
    DAY,
    ENDS,
    FREE,
    RETAIL,
    any_scenarios,
    move,
    one,
    sound_scenarios,
    told,
)


class TestCheck:
    def test_sound(self) -> None:
        """
        A scenario without mistakes has no problems.
        """
        assert [] == told(RETAIL)

    @pytest.mark.parametrize(
        ("settings", "place", "rule"),
        [
            ({"version": 0}, "version", "bad-version"),
            ({"currency": "rub"}, "currency", "bad-currency"),
            ({"currency": "₽"}, "currency", "bad-currency"),
            ({"purpose": "fun"}, "purpose", "unknown-value"),
            ({"skips": "maybe"}, "skips", "unknown-value"),
            ({"returns": "maybe"}, "returns", "unknown-value"),
        ],
    )
    def test_settings(self, settings: dict[str, Any], place: str, rule: str) -> None:
        """
        R37: settings have to be what they can be.
        """
        assert [(place, rule)] == told(attrs.evolve(RETAIL, **settings))

    @pytest.mark.parametrize("kind", ["open", "won", "lost"])
    def test_missing_kind(self, kind: str) -> None:
        """
        R41: work needs a stage to be in, one to win and one to lose.
        """
        left = tuple(stage for stage in RETAIL.stages if stage.kind != kind)

        assert ("stages", f"no-{kind}-stage") in told(attrs.evolve(RETAIL, stages=left))

    @pytest.mark.parametrize(
        ("settings", "place", "rule"),
        [
            ({"id": "a b"}, "", "bad-id"),
            ({"id": "model"}, "", "reserved-id"),
            ({"kind": "shut"}, ".kind", "unknown-value"),
            ({"probability": 101}, ".probability", "bad-probability"),
            ({"probability": -1}, ".probability", "bad-probability"),
            ({"rot_after": timedelta(0)}, ".rot_after", "bad-duration"),
            ({"moves_to": ("offer", "x")}, ".moves_to[1]", "unknown-target"),
            ({"moves_to": ("new", "offer")}, ".moves_to[0]", "same-stage"),
            (
                {"enter": Requirements(fields=("theme", "size"))},
                ".enter.fields[1]",
                "undeclared-field",
            ),
            (
                {"leave": Requirements(checklist=("need",))},
                ".leave.checklist[0]",
                "unknown-item",
            ),
            (
                {"leave": Requirements(documents=(("offer", 0),))},
                ".leave.documents.offer",
                "bad-count",
            ),
            (
                {"leave": Requirements(documents=(("offer", 1), ("offer", 2)))},
                ".leave.documents.offer",
                "duplicate-id",
            ),
            (
                {"checklist": (ChecklistItem("a"), ChecklistItem("a"))},
                ".checklist[1]",
                "duplicate-id",
            ),
        ],
    )
    def test_stage(self, settings: dict[str, Any], place: str, rule: str) -> None:
        """
        R45: what is wrong with a stage is told with its place.
        """
        assert (f"stages[0]{place}", rule) in told(one(**settings))

    @pytest.mark.parametrize(
        ("robot", "place", "rule"),
        [
            (Robot(on="sleep", action="task"), ".on", "unknown-value"),  # type: ignore[arg-type]
            (Robot(action="dance"), ".action", "unknown-value"),
            (Robot(action="task", after=-DAY), ".after", "bad-duration"),
            (Robot(action="task", on="event"), ".event", "bad-event"),
            (Robot(action="task", event="call"), ".event", "bad-event"),
            (Robot(action="task", on="stuck"), ".after", "never-stuck"),
            (
                Robot(action="task", arguments=(("a", ""), ("a", ""))),
                ".arguments",
                "duplicate-id",
            ),
            (
                Robot(action="set_field", arguments=(("field", "size"),)),
                ".arguments.field",
                "undeclared-field",
            ),
            (move("x"), ".arguments.stage", "unknown-target"),
            (Robot(action="move"), ".arguments.stage", "unknown-target"),
            (move("new"), ".arguments.stage", "refused-move"),
        ],
    )
    def test_robot(self, robot: Robot, place: str, rule: str) -> None:
        """
        R45: what is wrong with a robot is told with its place.
        """
        assert [(f"stages[0].robots[0]{place}", rule)] == told(one(robots=(robot,)))

    @pytest.mark.parametrize(
        "robot",
        [
            Robot(action="task", on="stuck"),
            Robot(action="webhook", on="event", event="paid", after=DAY),
            Robot(action="set_field", arguments=(("field", "amount"),)),
            move("won", on="event", event="paid"),
            move("new", on="leave"),
        ],
    )
    def test_good_robot(self, robot: Robot) -> None:
        """
        A robot that can do what it says is no problem.
        """
        assert [] == told(one(robots=(robot,), rot_after=DAY))

    def test_own_actions(self) -> None:
        """
        An application can name actions of its own.
        """
        own = one(robots=(Robot(action="dance"),))

        assert () == check_scenario(own, actions={"dance"})

    def test_declared_field(self) -> None:
        """
        R38: a custom field can be asked for where it is declared.
        """
        assert [] == told(one(leave=Requirements(fields=("size",))), "size")

    def test_item_of_another_stage(self) -> None:
        """
        A checklist item of one stage can be asked for by another.
        """
        asking = one(checklist=(ChecklistItem("need"),))
        asked = attrs.evolve(asking.stages[1], enter=Requirements(checklist=("need",)))

        assert [] == told(
            attrs.evolve(asking, stages=(asking.stages[0], asked, *asking.stages[2:]))
        )

    @pytest.mark.parametrize(
        "settings",
        [
            {"rot_after": DAY},
            {"moves_to": ("new",)},
            {"leave": Requirements(all_tasks=True)},
        ],
    )
    def test_closed_stage(self, settings: dict[str, Any]) -> None:
        """
        K6: a closed stage does not rot, and nothing is asked at leaving it.
        """
        closed = attrs.evolve(RETAIL.stages[-1], **settings)

        assert [(f"stages[4].{next(iter(settings))}", "closed-stage")] == told(
            attrs.evolve(RETAIL, stages=(*RETAIL.stages[:-1], closed))
        )

    def test_duplicate_stage(self) -> None:
        """
        Two stages cannot have one id.
        """
        twice = attrs.evolve(FREE, stages=(*FREE.stages, Stage(id="lost", kind="lost")))

        assert [("stages[5]", "duplicate-id")] == told(twice)

    def test_unreachable(self) -> None:
        """
        R45: a stage that no moves lead to is told, though reopening would lead there.
        """
        cut = attrs.evolve(one(moves_to=("contract",)), returns="forbidden")

        assert [("stages[1]", "unreachable")] == told(cut)

    def test_dead_end(self) -> None:
        """
        R45: stages from which nothing can be won are told.
        """
        stages = (
            Stage(id="new"),
            Stage(id="talk", moves_to=("more",)),
            Stage(id="more", moves_to=("talk",)),
            *ENDS,
        )

        assert [("stages[1]", "dead-end"), ("stages[2]", "dead-end")] == told(
            attrs.evolve(FREE, stages=stages)
        )

    def test_all_at_once(self) -> None:
        """
        R45: mistakes at all places are told together.
        """
        broken = attrs.evolve(
            one(probability=200, robots=(move("x"),)), version=0, currency="?"
        )

        assert [
            ("version", "bad-version"),
            ("currency", "bad-currency"),
            ("stages[0].probability", "bad-probability"),
            ("stages[0].robots[0].arguments.stage", "unknown-target"),
        ] == told(broken)

    def test_path(self) -> None:
        """
        Places begin with the path that is given.
        """
        problems = check_scenario(attrs.evolve(RETAIL, version=0), path="here[1]")

        assert ["here[1].version"] == [problem.path for problem in problems]

    @given(any_scenarios)
    def test_never_raises(self, scenario: Scenario) -> None:
        """
        However wrong a scenario is, checking it answers, and truly.
        """
        if not check_scenario(scenario, frozenset()):
            assert scenario.first == scenario.stage(scenario.flow.initial)

    @given(sound_scenarios())
    def test_sound_ones_pass(self, scenario: Scenario) -> None:
        """
        Stages of all three kinds make a usable scenario, in any order.
        """
        assert () == check_scenario(scenario)
