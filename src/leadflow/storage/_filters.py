"""
Filters as both stores read them.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from leadflow.ports import AllOf, AnyOf, Has, Prefix, Within
from leadflow.storage._checks import micros
from leadflow.values import aware_utc


if TYPE_CHECKING:
    from leadflow.ports import Filter


__all__ = ("bounds", "branches", "drivers")

_MOST = 16
"""Up to so many alternatives are looked up one by one."""


def branches(where: Filter | None) -> list[Filter | None]:
    """
    Return filters that together keep what *where* keeps.

    "In work, and Anna's or nobody's" becomes "in work and Anna's" and "in work
    and nobody's", each of which finds its records by a term.
    """
    if isinstance(where, AnyOf):
        found: list[Filter | None] = []
        for part in where.filters:
            found.extend(branches(part))
        return found if len(found) <= _MOST else [where]
    if isinstance(where, AllOf) and not any(
        isinstance(part, Has) for part in where.filters
    ):
        choices = [branches(part) for part in where.filters]
        count = 1
        for choice in choices:
            count *= len(choice)
        if 1 < count <= _MOST or count == 0:
            return [
                AllOf(tuple(part for part in parts if part is not None))
                for parts in product(*choices)
            ]
    return [where]


def drivers(where: Filter | None) -> list[Has | Prefix]:
    """
    Return the parts of *where* any one of which every kept record has.
    """
    if isinstance(where, Has | Prefix):
        return [where]
    if isinstance(where, AllOf):
        return [driver for part in where.filters for driver in drivers(part)]
    return []


def bounds(where: Filter | None) -> tuple[int | None, int | None]:
    """
    Return the stretch of time that all kept records are in, in microseconds.
    """
    if isinstance(where, Within):
        return (
            None if where.since is None else micros(aware_utc(where.since)),
            None if where.until is None else micros(aware_utc(where.until)),
        )
    if not isinstance(where, AllOf):
        return None, None
    parts = [bounds(part) for part in where.filters]
    return (
        max((low for low, _ in parts if low is not None), default=None),
        min((high for _, high in parts if high is not None), default=None),
    )
