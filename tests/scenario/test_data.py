"""
Scenarios as plain data, and back.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given

from leadflow.errors import DefinitionError
from leadflow.scenario import (
    ChecklistItem,
    Requirements,
    Robot,
    Scenario,
    Stage,
    parse_scenario,
    scenario_to_data,
)
from tests.scenario._scenarios import (
    DAY,
    any_scenarios,
    one,
)


TOLD = {
    "id": "retail",
    "title": "Розница",
    "version": 3,
    "skips": "forbidden",
    "reasons": ["price", "rival"],
    "currency": "RUB",
    "stages": [
        {
            "id": "new",
            "title": "Новый",
            "colour": "#fff",
            "probability": 10,
            "rot_after": "3d",
            "checklist": [{"id": "need", "title": "Потребность"}],
            "leave": {"checklist": ["need"], "documents": {"offer": 1}},
            "robots": [
                {"action": "message", "after": "4h", "arguments": {"template": "hi"}}
            ],
        },
        {"id": "won", "kind": "won", "enter": {"all_tasks": True}},
        {"id": "lost", "kind": "lost"},
    ],
}


class TestData:
    def test_parse(self) -> None:
        """
        A scenario can be written as tables, lists and texts.
        """
        expected = Scenario(
            id="retail",
            title="Розница",
            version=3,
            skips="forbidden",
            reasons=("price", "rival"),
            currency="RUB",
            stages=(
                Stage(
                    id="new",
                    title="Новый",
                    colour="#fff",
                    probability=10,
                    rot_after=3 * DAY,
                    checklist=(ChecklistItem("need", "Потребность"),),
                    leave=Requirements(checklist=("need",), documents=(("offer", 1),)),
                    robots=(
                        Robot(
                            action="message",
                            after=timedelta(hours=4),
                            arguments=(("template", "hi"),),
                        ),
                    ),
                ),
                Stage(id="won", kind="won", enter=Requirements(all_tasks=True)),
                Stage(id="lost", kind="lost"),
            ),
        )

        assert (expected, []) == parse_scenario(TOLD, "scenarios.retail")

    def test_to_data(self) -> None:
        """
        What is written leaves defaults out.
        """
        made, _ = parse_scenario(TOLD, "")
        assert made is not None

        assert scenario_to_data(made) == TOLD

    @given(any_scenarios)
    def test_round_trip(self, scenario: Scenario) -> None:
        """
        A scenario that is written and read again is the same.
        """
        assert (scenario, []) == parse_scenario(scenario_to_data(scenario), "")

    @pytest.mark.parametrize(
        ("change", "place", "rule"),
        [
            ({"id": ""}, "s.id", "missing-key"),
            ({"id": 7}, "s.id", "wrong-type"),
            ({"colour": "red"}, "s.colour", "unknown-key"),
            ({"version": "3"}, "s.version", "wrong-type"),
            ({"version": True}, "s.version", "wrong-type"),
            ({"version": 1.0}, "s.version", "wrong-type"),
            ({"reason_required": 1}, "s.reason_required", "wrong-type"),
            ({"skips": "never"}, "s.skips", "unknown-value"),
            ({"skips": 1}, "s.skips", "wrong-type"),
            ({"reasons": "price"}, "s.reasons", "wrong-type"),
            ({"reasons": ["a", 1]}, "s.reasons[1]", "wrong-type"),
            ({"stages": {}}, "s.stages", "wrong-type"),
            ({"stages": ["new"]}, "s.stages[0]", "wrong-type"),
            ({"stages": [{}]}, "s.stages[0].id", "missing-key"),
            (
                {"stages": [{"id": "a", "kinds": "open"}]},
                "s.stages[0].kinds",
                "unknown-key",
            ),
            (
                {"stages": [{"id": "a", "rot_after": "soon"}]},
                "s.stages[0].rot_after",
                "bad-duration",
            ),
            (
                {"stages": [{"id": "a", "rot_after": 3}]},
                "s.stages[0].rot_after",
                "wrong-type",
            ),
            (
                {"stages": [{"id": "a", "leave": ["amount"]}]},
                "s.stages[0].leave",
                "wrong-type",
            ),
            (
                {"stages": [{"id": "a", "leave": {"documents": {"offer": True}}}]},
                "s.stages[0].leave.documents.offer",
                "wrong-type",
            ),
            (
                {"stages": [{"id": "a", "robots": [{}]}]},
                "s.stages[0].robots[0].action",
                "missing-key",
            ),
        ],
    )
    def test_wrong(self, change: dict[str, Any], place: str, rule: str) -> None:
        """
        What is not of the right shape is told with its place, and makes nothing.
        """
        made, problems = parse_scenario({**TOLD, **change}, "s")

        assert (None, [(place, rule)]) == (made, [(p.path, p.rule) for p in problems])

    def test_all_at_once(self) -> None:
        """
        All mistakes are told together; without a path places begin at the top.
        """
        _, problems = parse_scenario(
            {"stages": [{"id": 1, "what": 2}], "version": "1", "x": 0}, ""
        )

        assert [
            "id",
            "version",
            "stages[0].id",
            "stages[0].what",
            "x",
        ] == [problem.path for problem in problems]

    def test_not_to_be_written(self) -> None:
        """
        A duration that no text can say is refused, never rounded.
        """
        with pytest.raises(DefinitionError, match="bad-duration"):
            scenario_to_data(one(rot_after=timedelta(milliseconds=5)))

    def test_like_other_definitions(self) -> None:
        """
        A scenario that is no table is told as such.
        """
        _, problems = parse_scenario("retail", "s")

        assert ["s: a scenario is a table, not 'retail' [wrong-type]"] == [
            str(problem) for problem in problems
        ]
