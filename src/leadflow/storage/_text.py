"""
Texts as keys of a database.

Payloads are ASCII-escaped JSON and hold anything.  Ids, claim keys and terms are
columns of their own, and there NUL ends a text for some engines and a lone
surrogate has no encoding at all.  Refusing them would lose a message because of
one bad character, so they are written escaped, character by character: equal
texts stay equal, different ones different, and a prefix stays a prefix.
"""

from __future__ import annotations

import re


__all__ = ("from_column", "to_column")

_ESCAPE = "\x1a"
_BAD = re.compile("[\0\x1a\ud800-\udfff]")
_ESCAPED = re.compile("\x1a([0-9a-f]{4})")


def to_column(text: str) -> str:
    """
    Return *text* in the form that a column can hold.
    """
    if text.isprintable():
        return text
    return _BAD.sub(lambda found: f"{_ESCAPE}{ord(found[0]):04x}", text)


def from_column(text: str) -> str:
    """
    Return the text that `to_column` was given.
    """
    if _ESCAPE not in text:
        return text
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
