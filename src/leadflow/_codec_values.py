"""
Single values of the codec: exactly their own kind, in both directions.

cattrs as it comes is kind: None becomes the text "None", True becomes 1, a text
becomes a tuple of its characters.  What is stored must come back as it went in
or not at all, so each function here takes one kind of value and no other.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from math import isfinite
from types import NoneType
from typing import Any, NoReturn, TypeAlias
from uuid import UUID

from leadflow._plain import plain_copy
from leadflow.errors import Refused


__all__ = (
    "ATOMS",
    "Encode",
    "Unfit",
    "Unsupported",
    "encode_plain",
    "unfit",
)

Encode: TypeAlias = Callable[[Any], Any]

_MICROSECOND = timedelta(microseconds=1)


class Unfit(ValueError):
    """
    Tell that a value is not of its field's type; *rule* names the refusal.
    """

    def __init__(self, message: str, rule: str = "codec.wrong-type") -> None:
        self.rule = rule
        super().__init__(message)


class Unsupported(TypeError):
    """
    Tell that the codec has no strict way to store a type.
    """


def unfit(expected: str, value: object) -> NoReturn:
    raise Unfit(f"expected {expected}, found {type(value).__name__}")


# -- single values -----------------------------------------------------------------


def _exactly(cls: type, expected: str) -> Encode:
    def check(value: Any) -> Any:
        if value.__class__ is not cls:
            unfit(expected, value)
        return value

    return check


def _finite(value: Any) -> float:
    if value.__class__ is not float:
        unfit("a float", value)
    if not isfinite(value):
        raise Unfit(f"{value!r} is not finite", "codec.not-finite")
    return value


def _text(value: Any) -> str:
    if value.__class__ is not str:
        unfit("text", value)
    return value


def _encode_decimal(value: Any) -> str:
    if value.__class__ is not Decimal:
        unfit("a Decimal", value)
    if not value.is_finite():
        raise Unfit(f"{value} is not finite", "codec.not-finite")
    return str(value)


def _decode_decimal(value: Any) -> Decimal:
    try:
        number = Decimal(_text(value))
    except InvalidOperation:
        raise Unfit("the text is not a decimal number") from None
    if not number.is_finite():
        raise Unfit(f"{number} is not finite")
    return number


def _encode_datetime(value: Any) -> str:
    if value.__class__ is not datetime:
        unfit("a datetime", value)
    zone = value.tzinfo
    if zone is not UTC:
        if zone is None or value.utcoffset() is None:
            raise Unfit(
                f"the datetime {value.isoformat()} has no zone", "codec.naive-datetime"
            )
        try:
            value = value.astimezone(UTC)
        except OverflowError:
            raise Unfit(f"{value.isoformat()} has no UTC form") from None
    return str(value.isoformat())


def _decode_datetime(value: Any) -> datetime:
    instant = datetime.fromisoformat(_text(value))
    if instant.tzinfo is UTC:
        return instant
    if instant.tzinfo is None:
        raise Unfit("the datetime has no zone")
    return instant.astimezone(UTC)


def _encode_date(value: Any) -> str:
    if value.__class__ is not date:
        unfit("a date", value)
    return value.isoformat()


def _decode_date(value: Any) -> date:
    return date.fromisoformat(_text(value))


def _encode_time(value: Any) -> str:
    if value.__class__ is not time:
        unfit("a time", value)
    if value.tzinfo is not None:
        raise Unfit("a time of day is local and has no zone")
    return value.isoformat()


def _decode_time(value: Any) -> time:
    clock = time.fromisoformat(_text(value))
    if clock.tzinfo is not None:
        raise Unfit("a time of day is local and has no zone")
    return clock


def _encode_timedelta(value: Any) -> int:
    if value.__class__ is not timedelta:
        unfit("a timedelta", value)
    return value // _MICROSECOND


def _decode_timedelta(value: Any) -> timedelta:
    if value.__class__ is not int:
        unfit("an int", value)
    try:
        return timedelta(microseconds=value)
    except OverflowError:
        raise Unfit("the number of microseconds is out of range") from None


def _encode_uuid(value: Any) -> str:
    if value.__class__ is not UUID:
        unfit("a UUID", value)
    return str(value)


def _decode_uuid(value: Any) -> UUID:
    return UUID(_text(value))


def encode_plain(value: Any) -> Any:
    try:
        return plain_copy({"": value})[""]
    except Refused as error:
        raise Unfit(error.message, error.rule) from None


_string, _integer, _boolean, _nothing = (
    _exactly(str, "text"),
    _exactly(int, "an int"),
    _exactly(bool, "a bool"),
    _exactly(NoneType, "None"),
)

ATOMS: dict[Any, tuple[str, Encode, Encode]] = {
    str: ("text", _string, _string),
    int: ("integer", _integer, _integer),
    bool: ("boolean", _boolean, _boolean),
    float: ("number", _finite, _finite),
    NoneType: ("null", _nothing, _nothing),
    Decimal: ("text", _encode_decimal, _decode_decimal),
    datetime: ("text", _encode_datetime, _decode_datetime),
    date: ("text", _encode_date, _decode_date),
    time: ("text", _encode_time, _decode_time),
    timedelta: ("integer", _encode_timedelta, _decode_timedelta),
    UUID: ("text", _encode_uuid, _decode_uuid),
}
