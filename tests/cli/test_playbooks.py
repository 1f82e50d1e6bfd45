"""
``check`` and ``draw``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from leadflow.playbook import preset
from tests.cli.conftest import Shell


PRESETS = Path(__file__).parents[2] / "src" / "leadflow" / "presets"

BROKEN = """
format = 1
policy = "nobody"

[[channels]]
id = "mail"
kind = "pigeon"

[[scenarios]]
id = "sale"

[[scenarios.stages]]
id = "talk"
enter = { fields = ["colour"] }
moves_to = ["moon"]
"""


class TestCheck:
    @pytest.mark.parametrize("name", ["english", "russian"])
    def test_presets_are_sound(self, shell: Shell, name: str) -> None:
        """Both presets pass, with a summary."""
        said = shell("check", name)

        assert (0, "") == (said.code, said.err)
        assert said.out.startswith(f"{name}: sound\n")
        assert "retail v1 (6 stages), project v1 (5 stages)" in said.out

    def test_a_file_is_checked_like_a_preset(self, shell: Shell) -> None:
        """A copy of a preset passes under its own name."""
        said = shell("check", PRESETS / "english.toml")

        assert 0 == said.code
        assert "channels     mail, site, telegram, office, desk" in said.out

    def test_all_problems_are_told_at_once(self, shell: Shell) -> None:
        """A broken file is told problem by problem, each with its path (R45)."""
        shell.write("broken.toml", BROKEN)
        said = shell("check", "broken.toml")

        assert 1 == said.code
        assert all(
            path in said.out
            for path in (
                "policy: ",
                "channels[0].kind: ",
                "scenarios[0].stages[0].enter",
            )
        )
        assert len(said.out.splitlines()) >= 4
        assert said.err == (
            f"leadflow: broken.toml: {len(said.out.splitlines())} problems\n"
        )

    def test_what_is_no_toml_is_told_with_its_place(self, shell: Shell) -> None:
        """A file that is no TOML is told by line and column."""
        shell.write("broken.toml", "format = 1\nname = = 2\n")
        said = shell("check", "broken.toml")

        assert 1 == said.code
        assert "line 2, column 8" in said.out
        assert "1 problem\n" in said.err


class TestDraw:
    @pytest.mark.parametrize("name", ["english", "russian"])
    def test_all_is_drawn(self, shell: Shell, name: str) -> None:
        """Without a choice the leads' states and every scenario are drawn."""
        said = shell("draw", name)

        assert 0 == said.code
        assert 3 == said.out.count("stateDiagram-v2")

    def test_one_scenario_is_its_own_drawing(self, shell: Shell) -> None:
        """A chosen scenario is drawn alone, as the API draws it."""
        said = shell("draw", "english", "--scenario", "project")

        assert preset("english").scenario("project").draw("mermaid") == said.out

    def test_the_states_of_leads_can_be_chosen(self, shell: Shell) -> None:
        """``--scenario leads`` draws how leads end."""
        said = shell("draw", "english", "--scenario", "leads")

        assert "not_processed --> converted : convert" in said.out

    def test_markdown_is_tables(self, shell: Shell) -> None:
        """``--format markdown`` gives a table under a heading for each."""
        said = shell("draw", "english", "--format", "markdown")

        assert "## Sale of goods" in said.out
        assert "| State | Event | Next state |" in said.out

    def test_a_broken_playbook_is_not_drawn(self, shell: Shell) -> None:
        """What is not sound is told in one line instead."""
        shell.write("broken.toml", BROKEN)
        said = shell("draw", "broken.toml")

        assert (1, "", 1) == (said.code, said.out, said.err.count("\n"))
