"""
Places: where in stored data a decoding stumbled.

cattrs notes the field, the functions here note the item, and `describe` makes
one line a problem of both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, TypeAlias

from cattrs import ClassValidationError, IterableValidationError, transform_error
from cattrs.errors import IterableValidationNote

from leadflow._codec_values import unfit


__all__ = ("Decode", "at", "describe", "sequence")

Decode: TypeAlias = Callable[[Any, Any], Any]


def sequence(make: Any, item: Any, decode_item: Decode) -> Decode:
    def decode(value: Any, type_: Any) -> Any:
        if value.__class__ is not list:
            unfit("a list", value)
        done: list[Any] = []
        try:
            for part in value:
                done.append(decode_item(part, item))  # noqa: PERF401 - its length
        except Exception as error:  # noqa: BLE001 - re-raised with its place
            at(error, len(done), type_)
        return make(done)

    return decode


def at(error: Exception, index: int | str, type_: Any) -> NoReturn:
    """Raise *error* again with the place where it happened."""
    note = IterableValidationNote(f"at index {index!r}", index, type_)
    error.__notes__ = [*getattr(error, "__notes__", []), note]
    found = [error]
    raise IterableValidationError("", found, type_) from None  # pyright: ignore[reportCallIssue]


def describe(error: BaseException) -> str:
    """
    Return what a failed decoding stumbled over, each with its path.
    """
    if isinstance(error, ClassValidationError | IterableValidationError):
        lines = transform_error(error, path="", format_exception=_say)
        return "; ".join(line.replace(" @ .", " at ", 1) for line in lines[:5])
    return _say(error, None)


def _say(error: BaseException, _type: object) -> str:
    if isinstance(error, KeyError):
        return f"required field {error.args[0]!r} missing"
    return str(error) or type(error).__name__
