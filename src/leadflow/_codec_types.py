"""
Telling types apart: what the codec sees in a field's annotation.

Two ideas:

* A union is told apart by what JSON shows.  Each type has a *shape* (``text``,
  ``integer``, ``list`` …); members of a union must differ in shape, except attrs
  classes, which carry a tag.  So ``str | int | bool`` needs no tag, and
  ``Decimal | str`` is refused, since both are text.
* A field that equals its default is not written.  That is only done where equal
  means identical: ``Decimal("0")`` equals ``Decimal("0.00")`` and ``0`` equals
  ``False``, and each would come back as the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import time
from decimal import Decimal
from enum import Enum
from inspect import isclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NewType, Union, get_args, get_origin

import attrs
from attrs import NOTHING, Attribute

from leadflow._codec_values import ATOMS, Unsupported


__all__ = (
    "SHAPES",
    "check_choices",
    "choices",
    "is_attrs",
    "is_enum",
    "is_literal",
    "is_mapping",
    "is_set",
    "is_tuple",
    "is_union",
    "omissible",
    "shapes",
    "stored_fields",
    "strip",
    "type_name",
    "union_members",
    "value_classes",
)

SHAPES = {
    NoneType: "null",
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "text",
    list: "list",
    dict: "object",
}
_INEXACT = frozenset({Decimal, float, time})
_NUMERIC = frozenset({bool, int})


def strip(type_: Any) -> Any:
    """Return what *type_* is beneath NewType, Annotated and a PEP 695 alias."""
    while True:
        if isinstance(type_, NewType):
            type_ = type_.__supertype__
        elif get_origin(type_) is Annotated:
            type_ = type_.__origin__
        elif type(type_).__name__ == "TypeAliasType":
            type_ = type_.__value__
        else:
            return NoneType if type_ is None else type_


def is_union(type_: Any) -> bool:
    return get_origin(type_) in (Union, UnionType)


def is_literal(type_: Any) -> bool:
    return get_origin(type_) is Literal


def is_tuple(type_: Any) -> bool:
    return get_origin(type_) in (tuple, Sequence)


def is_set(type_: Any) -> bool:
    return get_origin(type_) in (frozenset, AbstractSet)


def is_mapping(type_: Any) -> bool:
    return get_origin(type_) in (dict, Mapping)


def is_enum(type_: Any) -> bool:
    return isclass(type_) and issubclass(type_, Enum)


def is_attrs(type_: Any) -> bool:
    return isclass(type_) and attrs.has(type_)


def union_members(union: Any) -> tuple[Any, ...]:
    """Return the members of *union*, aliases of unions opened."""
    found: list[Any] = []
    for member in get_args(union):
        bare = strip(member)
        found.extend(union_members(bare) if is_union(bare) else (bare,))
    return tuple(dict.fromkeys(found))


def choices(type_: Any) -> tuple[Any, ...]:
    """Return the stored values of a Literal or an Enum."""
    if is_literal(type_):
        return get_args(type_)
    return tuple(member.value for member in type_)


def type_name(type_: Any) -> str:
    return getattr(type_, "__name__", None) or str(type_)


def stored_fields(cls: Any) -> list[Attribute[Any]]:
    """Return the fields of *cls* that its constructor takes, types resolved."""
    attrs.resolve_types(cls)
    fields = [field for field in attrs.fields(cls) if field.init]
    for field in fields:
        if field.type is None:
            raise Unsupported(f"the field {cls.__name__}.{field.name} has no type")
    return fields


def check_choices(type_: Any) -> None:
    for value in choices(type_):
        if value.__class__ not in (str, int, bool, NoneType):
            raise Unsupported(
                f"{type_name(type_)} has the value {value!r}, neither text nor number"
            )


def shapes(type_: Any) -> frozenset[str]:
    """Return what JSON shows of a value of *type_*."""
    if type_ in ATOMS:
        return frozenset({ATOMS[type_][0]})
    if is_literal(type_) or is_enum(type_):
        return frozenset(SHAPES.get(type(value), "") for value in choices(type_))
    if is_tuple(type_) or is_set(type_):
        return frozenset({"list"})
    if is_mapping(type_) or is_attrs(type_):
        return frozenset({"object"})
    return frozenset(SHAPES.values())


def value_classes(type_: Any) -> frozenset[Any]:
    """Return the classes that a value of *type_* can have."""
    if is_literal(type_):
        return frozenset(type(value) for value in get_args(type_))
    if is_tuple(type_):
        return frozenset({tuple})
    if is_set(type_):
        return frozenset({frozenset})
    if is_mapping(type_):
        return frozenset({dict, Mapping})
    return frozenset({type_})


def omissible(field: Attribute[Any]) -> bool:
    """Tell whether *field* may be left out where it equals its default."""
    default: Any = field.default
    if default is NOTHING:
        return False
    if isinstance(default, attrs.Factory):  # type: ignore[arg-type]
        if default.takes_self:
            return False
        default = default.factory()
    if default is None or default.__class__ is str:
        return True
    if default in ((), frozenset(), {}):
        return True
    return _exact(field.type, ())


def _exact(type_: Any, above: tuple[Any, ...]) -> bool:
    """Tell whether equal values of *type_* are stored as the same text."""
    bare = strip(type_)
    if bare in above or bare is Any:
        return False
    if bare in ATOMS:
        return bare not in _INEXACT
    if is_literal(bare) or is_enum(bare):
        return len({type(value) for value in choices(bare)}) == 1
    if is_union(bare):
        members = union_members(bare)
        return len(_NUMERIC.intersection(members)) < 2 and all(
            _exact(member, above) for member in members
        )
    if is_attrs(bare):
        return all(
            field.eq
            and getattr(field, "eq_key", None) is None
            and _exact(field.type, (*above, bare))
            for field in stored_fields(bare)
        )
    parts = [part for part in get_args(bare) if part is not Ellipsis]
    return all(_exact(part, above) for part in parts)
