"""
The body of a form as pairs of text: one shape for urlencoded, JSON and multipart.

Nested JSON is spelled as urlencoded forms spell it (``payment[products][0][sku]``),
a list of plain values is its key repeated.  Numbers keep their digits as they
came: a phone sent as a number is a phone.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import attrs

from leadflow.channels._form_multipart import FormPart, PartLimits, read_parts
from leadflow.channels._webhook import clean, decoder, excerpt, read_json
from leadflow.errors import Malformed


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leadflow.channels.protocol import Delivery


__all__ = ("Body", "Limits", "Pairs", "media_type_of", "read_body", "unfold")

Pairs = list[tuple[str, str]]

# Objects come as tuples of pairs, so that repeated keys are kept, and arrays as
# lists.
_DECODER = decoder(parse_int=str, parse_float=str, object_pairs_hook=tuple)
_URLENCODED = "application/x-www-form-urlencoded"
_LONGEST_NAME = 512
# Empty and nested values are no fields, and cost their time all the same.
_NODES_A_FIELD = 10
_UNNAMED = frozenset({"", "text/plain", "application/octet-stream"})
# What old sites send in Russia when it is not UTF-8.
_FALLBACK = "cp1251"
# Others are not asked: a codec of Python's can be anything, and slow.
_CHARSETS = {
    "cp1251": "cp1251",
    "iso-8859-1": "cp1252",
    "koi8-r": "koi8_r",
    "koi8-u": "koi8_u",
    "windows-1251": "cp1251",
    "windows-1252": "cp1252",
}


@attrs.frozen(kw_only=True)
class Limits:
    """
    Hold how many fields a form may have, and how many characters one of them.

    *files* and *file* are the same of uploads, in bytes.
    """

    fields: int
    field: int
    files: int = 0
    file: int = 0


@attrs.frozen
class Body:
    """
    Hold the fields of a form in order, and the files that came with them.
    """

    pairs: Pairs
    files: tuple[FormPart, ...] = ()


def media_type_of(header: str | None) -> tuple[str, str]:
    """
    Return the media type and the charset that a Content-Type header names.
    """
    essence, _, parameters = (header or "").partition(";")
    charset = ""
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip('"').lower()
    return essence.strip().lower(), charset


def read_body(
    delivery: Delivery,
    *,
    limits: Limits,
    without: Iterable[str] = (),
) -> Body:
    """
    Return the fields of a form as (name, value) pairs, and its files.

    A body without a content type, or sent as plain text (as ``sendBeacon`` does),
    is JSON where it begins with a brace.

    Raises:
        Malformed: multipart without the extra for it (``multipart-unsupported``)
            or broken (``bad-multipart``), another content type
            (``content-type-unsupported``) or a compressed body
            (``content-encoding-unsupported``), text that is no JSON object
            (``bad-json``, ``bad-form`` …), or more than *limits* allow.
    """
    body = delivery.body
    if (delivery.header("Content-Encoding") or "identity") != "identity":
        raise Malformed("content-encoding-unsupported", place="content-encoding")
    media_type, charset = media_type_of(delivery.header("Content-Type"))
    if media_type.startswith("multipart/"):
        return _multipart(body, delivery.header("Content-Type"), limits=limits)
    is_json = media_type == "application/json" or media_type.endswith("+json")
    if media_type in _UNNAMED:
        is_json = body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))
    elif not is_json and media_type != _URLENCODED:
        raise Malformed(
            "content-type-unsupported",
            place="content-type",
            excerpt=excerpt(media_type),
        )
    if is_json:
        return Body(_json_pairs(body, limits=limits, without=without))
    return Body(_urlencoded_pairs(body, charset, limits=limits))


# A character has up to four bytes.
_WIDEST = 4


def _multipart(body: bytes, content_type: str | None, *, limits: Limits) -> Body:
    """
    Return the fields and files of a multipart form.

    A field ``_charset_`` names the charset of those that name none (RFC 7578).
    """
    parts = read_parts(
        body,
        content_type,
        limits=PartLimits(
            fields=limits.fields,
            field=limits.field * _WIDEST,
            files=limits.files,
            file=limits.file,
        ),
    )
    fields = [part for part in parts if part.file_name is None]
    named = [part.text()[:40] for part in fields if part.name == "_charset_"]
    charset = _CHARSETS.get(named[0].strip().lower(), "") if named else ""
    pairs = [(p.name, p.text(charset)) for p in fields if p.name != "_charset_"]
    files = tuple(part for part in parts if part.file_name is not None)
    return Body(_held(pairs, limits), files)


def _urlencoded_pairs(body: bytes, charset: str, *, limits: Limits) -> Pairs:
    if body.count(b"&") >= limits.fields:
        raise Malformed("too-many-fields", place="body")
    for encoding in ("utf-8", _CHARSETS.get(charset, _FALLBACK)):
        try:
            pairs = parse_qsl(
                body.decode(encoding).strip(),
                keep_blank_values=True,
                encoding=encoding,
                errors="strict",
            )
        except UnicodeDecodeError:
            continue
        return _held(pairs, limits)
    text = body.decode("latin-1").strip()
    return _held(parse_qsl(text, keep_blank_values=True, errors="replace"), limits)


def _held(pairs: Pairs, limits: Limits) -> Pairs:
    for name, value in pairs:
        if len(name) > _LONGEST_NAME or len(value) > limits.field:
            raise Malformed("field-too-large", place=excerpt(name))
    whole = "".join(chain.from_iterable(pairs))
    if clean(whole) == whole:
        return pairs
    return [(clean(name), clean(value)) for name, value in pairs]


def _json_pairs(body: bytes, *, limits: Limits, without: Iterable[str]) -> Pairs:
    value = read_json(body, by=_DECODER, without=without)
    if not isinstance(value, tuple):
        raise Malformed(
            "bad-form", place="body", excerpt=excerpt(body, without=without)
        )
    if len(value) <= limits.fields and all(type(inner) is str for _, inner in value):
        # Most forms are flat.
        return _held(list(value), limits)
    return unfold("", value, limits=limits)


def unfold(prefix: str, value: object, *, limits: Limits) -> Pairs:
    """
    Return decoded JSON as pairs, whose names begin with *prefix*.

    Raises:
        Malformed: more fields, or a larger one, than *limits* allow.
    """
    pairs: Pairs = []
    waiting: list[tuple[str, object]] = [(prefix, value)]
    room = limits.fields * _NODES_A_FIELD
    while waiting:
        name, node = waiting.pop()
        if len(name) > _LONGEST_NAME:
            # Before it is written out once more for everything below it.
            raise Malformed("field-too-large", place=excerpt(name))
        if isinstance(node, tuple | list):
            room -= len(node)
            if room < 0:
                raise Malformed("too-many-fields", place="body")
            inner = _of_object if isinstance(node, tuple) else _of_array
            waiting.extend(reversed([*inner(name, node)]))
        elif isinstance(node, str):
            pairs.append((name, node))
        elif isinstance(node, bool):
            pairs.append((name, "true" if node else "false"))
    if len(pairs) > limits.fields:
        raise Malformed("too-many-fields", place="body")
    return _held(pairs, limits)


def _of_object(name: str, pairs: Iterable[Any]) -> Iterator[tuple[str, object]]:
    for key, value in pairs:
        yield (f"{name}[{key}]" if name else key), value


def _of_array(name: str, values: Iterable[Any]) -> Iterator[tuple[str, object]]:
    for number, value in enumerate(values):
        nested = isinstance(value, tuple | list)
        yield (f"{name}[{number}]" if nested else name), value


def decode_json_text(text: str) -> object:
    """
    Return JSON that stands in a field as text, None where it is no JSON.
    """
    try:
        return read_json(text.encode("utf-8", "replace"), by=_DECODER)
    except Malformed:
        return None
