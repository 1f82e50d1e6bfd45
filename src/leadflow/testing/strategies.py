"""
Strategies for Hypothesis: values of everything that leadflow stores.

>>> from hypothesis import given
>>> from leadflow.lead import Lead
>>> from leadflow.testing.strategies import stored
>>> @given(stored(Lead))
... def test_mine(lead: Lead) -> None: ...
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import (
    Any,
    Literal,
    NewType,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)
from uuid import UUID

import attrs
from hypothesis import strategies as st


__all__ = ("instants", "stored", "texts")

_T = TypeVar("_T")

_SHORT = 3
"""How many items a generated container has at most."""


def texts() -> st.SearchStrategy[str]:
    """
    Generate texts of every kind that people and platforms send, NUL included.
    """
    return st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def instants() -> st.SearchStrategy[datetime]:
    """
    Generate aware instants in UTC, of the years that can be reckoned with.
    """
    return st.datetimes(
        min_value=datetime(2, 1, 1),  # noqa: DTZ001 - naive bounds are asked for
        max_value=datetime(9998, 1, 1),  # noqa: DTZ001 - as above
        timezones=st.just(UTC),
    )


def stored(kind: type[_T]) -> st.SearchStrategy[_T]:
    """
    Generate values of *kind*: one of the classes that the codec stores.

    Every field is of its type, in whatever combination; a value need not make
    sense, as a lead converted without a client.

    Raises:
        TypeError: a field's type has no strategy.
    """
    return cast("st.SearchStrategy[_T]", _of(cast("Any", kind)))


_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: texts(),
    int: st.integers(min_value=-(2**63), max_value=2**63 - 1),
    bool: st.booleans(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    Decimal: st.decimals(allow_nan=False, allow_infinity=False),
    datetime: instants(),
    date: st.dates(),
    time: st.times().map(lambda clock: clock.replace(fold=0)),
    timedelta: st.timedeltas(),
    UUID: st.uuids(),
    type(None): st.none(),
}


@cache
def _of(kind: Any) -> st.SearchStrategy[Any]:
    if kind in _PLAIN:
        return _PLAIN[kind]
    if isinstance(kind, NewType):
        return _of(kind.__supertype__)
    if attrs.has(kind):
        hints = get_type_hints(kind)
        return st.builds(
            kind,
            **{
                field.alias: _of(hints[field.name])
                for field in attrs.fields(kind)
                if field.init
            },
        )
    return _composed(kind)


def _composed(kind: Any) -> st.SearchStrategy[Any]:
    parts = get_args(kind)
    origin = get_origin(kind)
    if origin is Literal:
        return st.sampled_from(parts)
    if origin in (Union, UnionType):
        return st.one_of(*(_of(part) for part in parts))
    if origin is frozenset:
        return st.frozensets(_of(parts[0]), max_size=_SHORT)
    if origin is Mapping:
        return st.dictionaries(_of(parts[0]), _of(parts[1]), max_size=_SHORT)
    if origin is tuple and parts[-1] is Ellipsis:
        return st.lists(_of(parts[0]), max_size=_SHORT).map(tuple)
    if origin is tuple:
        return st.tuples(*(_of(part) for part in parts))
    raise TypeError(f"there is no strategy for {kind}")
