"""
Problems of a playbook, each told once and at its place in the file.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from leadflow.channels.settings import ChannelSettings
from leadflow.errors import DefinitionError
from leadflow.playbook import Playbook, loads, playbook_to_data
from leadflow.values import ChannelId


def told(text: str) -> list[tuple[str, str]]:
    """
    Return place and rule of every problem of a file.
    """
    with pytest.raises(DefinitionError) as caught:
        loads(f"format = 1\n{text}")
    return [(problem.path, problem.rule) for problem in caught.value.problems]


class TestPlaces:
    def test_after_a_broken_scenario(self) -> None:
        """
        R45: what comes after a scenario that cannot be read keeps its number.
        """
        text = """
        [[scenarios]]
        id = "broken"
        stagse = []
        [[scenarios]]
        id = "retail"
        currency = "rub"
        stages = [
            { id = "new" }, { id = "w", kind = "won" }, { id = "l", kind = "lost" },
        ]
        """

        assert [
            ("scenarios[0].stagse", "unknown-key"),
            ("scenarios[1].currency", "bad-currency"),
        ] == told(text)

    def test_no_table(self) -> None:
        """
        What is no table is told as such, and not also to have no id.
        """
        assert [
            ("calendars.a", "wrong-type"),
            ("team", "wrong-type"),
            ("channels[0]", "wrong-type"),
        ] == told("calendars = { a = 4 }\nteam = []\nchannels = [3]")

    @pytest.mark.parametrize("part", ["channels", "reasons", "fields"])
    def test_same_id(self, part: str) -> None:
        """
        R45: an id that is given twice is told at the second.
        """
        text = (
            f'{part} = [{{ id = "a", kind = "form" }}, {{ id = "a", kind = "form" }}]'
        )
        text = text if part == "channels" else text.replace(', kind = "form"', "")

        assert [(f"{part}[1].id", "duplicate-id")] == told(text)

    def test_policies_of_one_pool(self) -> None:
        """
        R45: two policies that pick from one pool in different ways are told.
        """
        text = """
        team.members = [{ id = "anna" }]
        [policies]
        one = { policy = "round-robin", pool = "sales", members = ["anna"] }
        two = { policy = "least-loaded", pool = "sales", members = ["anna"] }
        """

        assert [("policies.two.pool", "mixed-pool")] == told(text)

    def test_durations(self) -> None:
        """
        R45: a duration that is none is told, in every part by one rule.
        """
        text = """
        channels = [{ id = "shop", kind = "form", response_time = "4h 1d" }]
        [[scenarios]]
        id = "retail"
        stages = [{ id = "new", rot_after = "1.5d" }]
        """

        assert {
            ("channels[0].response_time", "bad-duration"),
            ("scenarios[0].stages[0].rot_after", "bad-duration"),
        } == set(told(text))


class TestWriting:
    def test_part_of_a_second(self) -> None:
        """
        A duration that no text can say is refused, never cut.
        """
        channel = ChannelSettings(
            id=ChannelId("shop"),
            kind="form",
            response_time=timedelta(seconds=1, milliseconds=500),
        )

        with pytest.raises(DefinitionError) as caught:
            playbook_to_data(Playbook(channels=(channel,)))

        assert ["bad-duration"] == [problem.rule for problem in caught.value.problems]
