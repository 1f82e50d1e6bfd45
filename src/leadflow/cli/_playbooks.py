"""
``check`` and ``draw``: look at a playbook before anybody works by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadflow.charts import draw_markdown, draw_mermaid
from leadflow.cli._mistakes import Mistake
from leadflow.cli._parts import Parsers, read_playbook
from leadflow.errors import DefinitionError


if TYPE_CHECKING:
    import argparse

    from leadflow.cli._screen import Screen
    from leadflow.playbook import Playbook


__all__ = ("add_commands",)

_FILE = "a playbook's TOML file, or the name of a preset (english, russian)"


def add_commands(commands: Parsers) -> None:
    """
    Add the commands to the parser.
    """
    check = commands.add_parser(
        "check",
        help="tell whether a playbook is sound",
        description="Tell whether a playbook is sound; all problems at once (exit 1).",
    )
    check.add_argument("file", metavar="FILE", help=_FILE)
    check.set_defaults(run=_check)
    draw = commands.add_parser(
        "draw",
        help="draw the states of leads and the stages of scenarios",
        description="Draw the states of leads and the stages of scenarios.",
    )
    draw.add_argument("file", metavar="FILE", help=_FILE)
    draw.add_argument(
        "--scenario",
        metavar="ID",
        help="this scenario only; 'leads' for the states of leads only",
    )
    draw.add_argument(
        "--format",
        choices=("mermaid", "markdown"),
        default="mermaid",
        help="a Mermaid state diagram (default), or Markdown tables",
    )
    draw.set_defaults(run=_draw)


def _check(given: argparse.Namespace, screen: Screen) -> int:
    try:
        playbook = read_playbook(given.file)
    except DefinitionError as error:
        for problem in error.problems:
            screen.line(str(problem))
        count = len(error.problems)
        screen.complain(f"{given.file}: {count} problem{'s' * (count > 1)}")
        return 1
    screen.line(f"{given.file}: sound")
    for what, names in _contents(playbook):
        screen.line(f"  {what:<12} {', '.join(names) or '-'}")
    return 0


def _contents(playbook: Playbook) -> list[tuple[str, list[str]]]:
    return [
        ("playbook", [playbook.name]),
        ("channels", [channel.id for channel in playbook.channels]),
        ("lead states", [state.id for state in playbook.lead_states]),
        (
            "scenarios",
            [
                f"{scenario.id} v{scenario.version} ({len(scenario.stages)} stages)"
                for scenario in playbook.scenarios
            ],
        ),
        ("team", [member.id for member in playbook.team.members]),
        ("policies", [name for name, _ in playbook.policies]),
        ("reasons", [reason.id for reason in playbook.reasons]),
        ("fields", [field.id for field in playbook.fields]),
    ]


def _draw(given: argparse.Namespace, screen: Screen) -> int:
    playbook = read_playbook(given.file)
    drawings = _drawings(playbook, given.format)
    if given.scenario is not None:
        chosen = [drawing for drawing in drawings if drawing[0] == given.scenario]
        if not chosen:
            known = ", ".join(name for name, _, _ in drawings)
            raise Mistake(f"there is no scenario {given.scenario}, there are {known}")
        screen.line(chosen[0][2].rstrip())
        return 0
    mark = "%%" if given.format == "mermaid" else "##"
    pieces = [f"{mark} {title}\n\n{drawing.rstrip()}" for _, title, drawing in drawings]
    screen.line("\n\n".join(pieces))
    return 0


def _drawings(playbook: Playbook, form: str) -> list[tuple[str, str, str]]:
    """
    Return (id, title, drawing) of the leads' states and of each scenario.
    """
    flow = playbook.lead_flow
    found = [
        (
            "leads",
            playbook.name,
            draw_mermaid(flow) if form == "mermaid" else draw_markdown(flow),
        )
    ]
    for name in dict.fromkeys(scenario.id for scenario in playbook.scenarios):
        newest = playbook.scenario(name)
        drawing = newest.draw("mermaid" if form == "mermaid" else "markdown")
        found.append((name, newest.title or name, drawing))
    return found
