"""
Problems of definitions that several rooms tell, in one voice (R45).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from leadflow.errors import Problem


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


__all__ = (
    "check_currency",
    "check_ids",
    "check_region",
    "unknown",
    "unknown_value",
)

_CURRENCY = re.compile(r"[A-Z]{3}")
_REGION = re.compile(r"[A-Z]{2}")


def unknown(path: str, kind: str, name: str) -> Problem:
    """
    Say that a record is named that is not there (rule ``unknown-<kind>``).
    """
    return Problem(path, f"unknown-{kind}", f"there is no {kind} {name!r}")


def unknown_value(path: str, given: object, known: Iterable[str]) -> Problem:
    """
    Say that *given* is none of the words to choose from (rule ``unknown-value``).
    """
    message = f"{given!r} is none of {', '.join(known)}"
    return Problem(path, "unknown-value", message)


def check_ids(
    ids: Iterable[str], path: str, kind: str, key: str = "id"
) -> Iterator[Problem]:
    """
    Yield the ids of a list that are empty or given before, each at its place.

    Rules: ``missing-key``, ``duplicate-id``.
    """
    seen: set[str] = set()
    for number, each in enumerate(ids):
        place = f"{path}[{number}].{key}"
        if not each:
            yield Problem(place, "missing-key", f"the {kind} has no {key}")
        elif each in seen:
            message = f"another {kind} has the {key} {each!r} too"
            yield Problem(place, "duplicate-id", message)
        seen.add(each)


def check_currency(code: str, path: str) -> Iterator[Problem]:
    """
    Yield a problem where *code* is given and has not the form of ISO 4217.
    """
    if code and not _CURRENCY.fullmatch(code):
        message = f"{code!r} is no ISO 4217 code like 'EUR'"
        yield Problem(path, "bad-currency", message)


def check_region(code: str, path: str) -> Iterator[Problem]:
    """
    Yield a problem where *code* is given and has not the form of ISO 3166.
    """
    if code and not _REGION.fullmatch(code):
        message = f"{code!r} is no ISO 3166 country code like 'DE'"
        yield Problem(path, "bad-region", message)
