"""
JSON as the codec writes it: ASCII only, without blanks, and no NaN.

Escaped to ASCII, every code point comes back as it was, lone surrogates and NUL
included, whatever the database thinks of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NoReturn, TypeAlias


__all__ = ("Dumps", "Loads", "dumps", "loads")

Dumps: TypeAlias = Callable[[Any], "str | bytes"]
Loads: TypeAlias = Callable[[str], Any]


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _unknown(value: object) -> NoReturn:
    raise TypeError(f"{type(value).__name__} is no value of JSON")


def _encoder() -> Dumps:
    """Return the standard library's encoder: made once, and in C where it can be."""
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return json.JSONEncoder(
            allow_nan=False, check_circular=False, separators=(",", ":")
        ).encode
    escape = json.encoder.encode_basestring_ascii
    encode = make(None, _unknown, escape, None, ":", ",", False, False, False)
    return lambda data: "".join(encode(data, 0))


dumps: Dumps = _encoder()
loads: Loads = json.JSONDecoder(parse_constant=_no_constant).decode
