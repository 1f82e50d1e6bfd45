"""
Make samples of whatever is stored, and write golden files that are not there yet.

    python -m tests.golden._samples

A golden file is written once, with the version it is of, and never again: this
leaves the files alone that exist.
"""

from __future__ import annotations

import json
import types
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, NewType, Union, get_args, get_origin, get_type_hints

import attrs

from leadflow.codec import Codec
from leadflow.records import ROOMS, leadflow_codec


FOLDER = Path(__file__).parent
PLAIN = {
    bool: True,
    int: 3,
    date: date(2026, 2, 28),
    datetime: datetime(2026, 2, 28, 9, 30, 15, 250_000, tzinfo=UTC),
    timedelta: timedelta(hours=1, minutes=30),
}


def filled(wanted: Any, name: str = "") -> Any:
    """
    Return a value of the type *wanted* with every field filled.

    Of several types the first counts that is not None.
    """
    if isinstance(wanted, NewType):
        return filled(wanted.__supertype__, name)
    if attrs.has(wanted):
        return wanted(
            **{
                field: filled(kind, field)
                for field, kind in get_type_hints(wanted).items()
                if field in attrs.fields_dict(wanted)
            }
        )
    if wanted is str:
        return f"{name} – текст"
    origin, arguments = get_origin(wanted), get_args(wanted)
    if origin is Literal:
        return arguments[-1]
    if origin is tuple:
        return tuple(filled(kind, name) for kind in arguments if kind is not ...)
    if origin in {Union, types.UnionType}:
        return next(
            filled(kind, name) for kind in arguments if kind is not types.NoneType
        )
    return PLAIN[wanted]


def bare(wanted: type) -> Any:
    """
    Return a value of the class *wanted* with only what it can't be made without.
    """
    hints = get_type_hints(wanted)
    return wanted(
        **{
            field.alias: bare(hints[field.name])
            if attrs.has(hints[field.name])
            else filled(hints[field.name], field.name)
            for field in attrs.fields(wanted)
            if field.default is attrs.NOTHING
        }
    )


def stored(codec: Codec, name: str, value: Any) -> str:
    """
    Return the text that *value* is stored as.
    """
    if name in ROOMS:
        return codec.encode_state(name, value)[1]
    return codec.encode_event(value)[2]


def read(codec: Codec, name: str, version: int, text: str) -> Any:
    """
    Return the value that was stored as *text*.
    """
    if name in ROOMS:
        return codec.decode_state(name, version, text)
    return codec.decode_event(name, version, text)


def spelled(codec: Codec, value: Any) -> Any:
    """
    Return what *value* says, every field spelled out, as JSON would give it back.
    """
    return json.loads(json.dumps(codec.spell_out(value)))


def missing() -> Iterator[tuple[Path, str]]:
    """
    Yield the golden files that are not there yet, with their text.
    """
    codec = leadflow_codec()
    for name, version in codec.names:
        path = FOLDER / f"{name}.v{version}.json"
        if not path.exists():
            samples = [
                {
                    "stored": json.loads(stored(codec, name, value)),
                    "means": spelled(codec, value),
                }
                for value in (make(codec.class_of(name)) for make in (filled, bare))
            ]
            text = json.dumps(samples, ensure_ascii=False, indent=1, sort_keys=True)
            yield path, f"{text}\n"


if __name__ == "__main__":
    for path, text in missing():
        path.write_text(text, "utf-8")
