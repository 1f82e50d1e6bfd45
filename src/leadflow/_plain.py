"""
Plain data: what JSON can say, and nothing that comes back as something else.

Payloads of timers and effects are plain.  The check stands apart from the codec
so that the in-memory store refuses what every other store refuses, without
loading the codec.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from leadflow.errors import Refused


__all__ = ("plain_copy",)

_ATOMS = frozenset({str, int, bool, type(None)})


def plain_copy(data: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return a deep copy of the plain *data*.

    Plain are None, bool, int, finite float, str, lists of plain data and
    mappings from str to plain data.  A tuple, a datetime or a Decimal would come
    back as another type, so they are not plain: write a list or a text.

    Raises:
        Refused: something in *data* is not plain (rule ``codec.not-plain``).
    """
    if not isinstance(data, Mapping):
        raise _refusal("", f"expected a mapping, found {type(data).__name__}")
    try:
        return _mapping(data, "")
    except RecursionError:
        raise _refusal("", "the data is nested too deeply or holds itself") from None


def _mapping(data: Mapping[Any, Any], path: str) -> dict[str, Any]:
    copy = {}
    for key, value in data.items():
        if key.__class__ is not str:
            raise _refusal(path, f"the key {key!r} is not text")
        copy[key] = (
            value if value.__class__ in _ATOMS else _value(value, f"{path}.{key}")
        )
    return copy


def _value(value: Any, path: str) -> Any:
    kind = value.__class__
    if kind in _ATOMS:
        return value
    if kind is list:
        return [_value(item, f"{path}[{index}]") for index, item in enumerate(value)]
    if kind is float:
        if not isfinite(value):
            raise _refusal(path, f"the number {value!r} is not finite")
        return value
    if isinstance(value, Mapping):
        return _mapping(value, path)
    raise _refusal(path, f"{kind.__name__} is not plain data")


def _refusal(path: str, message: str) -> Refused:
    place = f"at {path.lstrip('.')}: " if path else ""
    return Refused("codec.not-plain", f"{place}{message}")
