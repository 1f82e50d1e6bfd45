"""
Drawings of a flow, as text that documents and tickets can show.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Iterable

    from leadflow.charts._flow import Flow


__all__ = ("draw_markdown", "draw_mermaid", "markdown_table")

# What Mermaid reads as a name; some words among these mean something to it.
_MERMAID_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_ALIAS = re.compile(r"state\d+_")
_MERMAID_WORDS = frozenset(
    {
        "accdescr",
        "acctitle",
        "as",
        "class",
        "classdef",
        "click",
        "default",
        "direction",
        "end",
        "hide",
        "href",
        "note",
        "scale",
        "state",
        "style",
    }
)


def draw_mermaid(flow: Flow, *, notes: Iterable[str] = ()) -> str:
    """
    Return *flow* as a Mermaid state diagram; *notes* stand beside its beginning.

    Equal flows give equal texts.  Any title is safe: what Mermaid would read as
    syntax is written as a character code.
    """
    names = {
        state.id: state.id if _is_mermaid_name(state.id) else f"state{index}_"
        for index, state in enumerate(flow.states)
    }
    lines = ["stateDiagram-v2", "    direction LR"]
    lines += [
        f'    state "{_mermaid_text(state.title or state.id)}" as {names[state.id]}'
        for state in flow.states
    ]
    lines.append(f"    [*] --> {names[flow.initial]}")
    lines += [
        f"    {names[way.source]} --> {names[way.target]} : {_mermaid_text(way.event)}"
        for way in flow.transitions
    ]
    lines += [f"    {names[state.id]} --> [*]" for state in flow.states if state.final]
    lines += [
        f"    note right of {names[flow.initial]} : {_mermaid_text(note)}"
        for note in notes
    ]
    return "\n".join(lines) + "\n"


def _is_mermaid_name(text: str) -> bool:
    return (
        _MERMAID_NAME.fullmatch(text) is not None
        and _ALIAS.fullmatch(text) is None
        and text.lower() not in _MERMAID_WORDS
    )


def _mermaid_text(text: str) -> str:
    one_line = " ".join(text.split())
    return re.sub(r"[^\w .,()/+-]", lambda found: f"#{ord(found[0])};", one_line)


def draw_markdown(flow: Flow) -> str:
    """
    Return *flow* as a Markdown table with a row for each transition.

    Final states stand in bold.  Equal flows give equal texts; any title is safe.
    """
    titles = {
        state.id: f"**{markdown_text(state.title or state.id)}**"
        if state.final
        else markdown_text(state.title or state.id)
        for state in flow.states
    }
    return markdown_table(
        ("State", "Event", "Next state"),
        (
            (titles[way.source], f"`{way.event}`", titles[way.target])
            for way in flow.transitions
        ),
    )


def markdown_table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """
    Return a Markdown table; the cells are Markdown already.
    """
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def markdown_text(text: str) -> str:
    """
    Return *text* on one line, with nothing in it that Markdown would read.
    """
    one_line = " ".join(text.split())
    return re.sub(r"[\\`*_\[\]<>|&~]", r"\\\g<0>", one_line)
