"""
Quick replies: texts prepared for answers, with places for what is known (R8).

A placeholder is a name in braces: ``Hello, {client}!``.  What stands after a bar
is said where nothing is known: ``Hello, {client|there}!``; without it the
placeholder goes, with the comma and the blanks before it.  A doubled brace is a
brace.  What people wrote is put in once and never read for placeholders itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from leadflow.errors import Problem


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


__all__ = ("PLACEHOLDERS", "QuickReply", "check_reply", "fill")

PLACEHOLDERS: tuple[str, ...] = (
    "channel",
    "client",
    "company",
    "member",
    "product",
    "subject",
)
"""What a quick reply can name.

The channel's title, the person who wrote, the company of the playbook, who
answers, the first product of the touch, and its subject.
"""

# A doubled brace, a placeholder with what stands before it, or a brace alone.
_PIECE = re.compile(
    r"\{\{|\}\}|(?P<before>(?:,?[ \t]+)?)"
    r"\{(?P<name>[^{}|]*)(?:\|(?P<else>[^{}]*))?\}|[{}]"
)


@attrs.frozen(kw_only=True)
class QuickReply:
    """
    Hold a prepared answer.

    Several may have one *id* and different *language* (BCP 47, ``ru``); the
    person's is chosen, else the playbook's, else the first.
    """

    id: str
    text: str
    title: str = ""
    language: str = ""


def check_reply(reply: QuickReply, path: str) -> Iterator[Problem]:
    """
    Yield what is wrong of *reply*, whose place is *path*.
    """
    if not reply.text.strip():
        yield Problem(
            f"{path}.text", "empty-reply", f"the reply {reply.id} has no text"
        )
    for match in _PIECE.finditer(reply.text):
        name = match["name"]
        if name is not None and name not in PLACEHOLDERS:
            known = ", ".join(PLACEHOLDERS)
            yield Problem(
                f"{path}.text",
                "unknown-placeholder",
                f"there is no placeholder {name!r}; there are {known}",
            )
        elif match[0] in ("{", "}"):
            yield Problem(
                f"{path}.text",
                "lone-brace",
                f"a brace of its own is written {match[0] * 2}",
            )


def fill(text: str, known: Mapping[str, str]) -> str:
    """
    Return *text* with every placeholder filled from *known*, or gone.
    """

    def put(match: re.Match[str]) -> str:
        if match[0] in ("{{", "}}"):
            return match[0][0]
        if match["name"] is None:
            return ""
        value = " ".join(known.get(match["name"], "").split()) or match["else"] or ""
        return match["before"] + value if value else ""

    return _PIECE.sub(put, text).strip()
