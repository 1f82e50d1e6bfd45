"""
Work out what an edit changes, for the history of every change (R28).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from leadflow.values import (
    Change,
    ContactPoint,
    Fields,
    Money,
    Person,
    Product,
    Source,
)


if TYPE_CHECKING:
    from collections.abc import Mapping


__all__ = ("changes_of", "merge_fields", "texts")


def merge_fields(before: Fields, given: Fields) -> Fields:
    """
    Return *before* with the fields *given* set; one with no values is cleared.
    """
    values = dict(before) | dict(given)
    return tuple(sorted((name, value) for name, value in values.items() if value))


def changes_of(
    record: object, given: Mapping[str, object]
) -> tuple[tuple[Change, ...], dict[str, object]]:
    """
    Return the changes as texts, and those of *given* that really change.

    None stands for "not given".
    """
    changed = {
        name: value
        for name, value in given.items()
        if value is not None and value != getattr(record, name)
    }
    changes: list[Change] = []
    for name, value in changed.items():
        before = getattr(record, name)
        if name == "fields":
            changes.extend(_field_changes(dict(before), dict(value)))  # type: ignore[call-overload]
        else:
            changes.append(Change(name, texts(before), texts(value)))
    return tuple(changes), changed


def _field_changes(
    before: Mapping[str, tuple[str, ...]], after: Mapping[str, tuple[str, ...]]
) -> list[Change]:
    return [
        Change(f"fields.{name}", before.get(name, ()), after.get(name, ()))
        for name in sorted(before.keys() | after.keys())
        if before.get(name, ()) != after.get(name, ())
    ]


def texts(value: object) -> tuple[str, ...]:
    """
    Return *value* as texts that people can compare.
    """
    match value:
        case None | "":
            return ()
        case str():
            return (value,)
        case tuple():
            return tuple(text for item in value for text in texts(item))
        case ContactPoint():
            return (value.value or value.raw,)
        case Product():
            return (value.title or value.id,)
        case Money():
            return (f"{value.minor} {value.currency}",)
        case Person() | Source():
            return tuple(
                f"{name}: {text}"
                for name, text in attrs.asdict(value, recurse=False).items()
                if text
            )
        case _:
            return (str(value),)
