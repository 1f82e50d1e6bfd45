"""
What stands in MIME fields, and what transfer encodings hide.

Parameters are read by RFC 2045 and RFC 2231, and as programs write them: without
quotes though there are spaces, with encoded words, with raw letters.
"""

from __future__ import annotations

import binascii
import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from leadflow.channels._charsets import decode
from leadflow.channels._mail_headers import text_of


if TYPE_CHECKING:
    from collections.abc import Mapping


__all__ = ("parse_parameters", "transfer_decode", "uu_decode")

# -- parameters ----------------------------------------------------------------

_PARAMETER = re.compile(
    r';\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.){0,8000})"|([^;]*))', re.DOTALL
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SECTION = re.compile(r"(.+?)\*(\d{1,3})?(\*)?\Z")


def parse_parameters(value: bytes) -> tuple[str, Mapping[str, str]]:
    """
    Return the main value in lower case, and the parameters (RFC 2045, RFC 2231).

    Values are decoded, those too that hold encoded words against RFC 2047; a
    boundary stays as it is, one character a byte.
    """
    # Nearly all mails share a few dozen of the short ones.
    return _short_parameters(value) if len(value) < 64 else _parameters(value)


def _parameters(value: bytes) -> tuple[str, Mapping[str, str]]:
    text = value.decode("latin-1")
    main, semicolon, _ = text.partition(";")
    main = main.strip()
    if not main.isalnum():
        main = main.partition("(")[0].strip()
    found: dict[str, str] = {}
    if not semicolon:
        return main.lower(), found
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for match in _PARAMETER.finditer(text, len(text.partition(";")[0])):
        name = match[1].lower()
        if match[2] is not None:
            content = match[2]
            if "\\" in content:
                content = _ESCAPED.sub(r"\1", content)
        else:
            content = match[3].strip().strip('"')
        if "*" in name:
            section = _SECTION.match(name)
            if section:
                index = int(section[2] or 0)
                coded = section[3] is not None or section[2] is None
                pieces.setdefault(section[1], {})[index] = (content, coded)
        else:
            if name != "boundary" and ("=?" in content or not content.isascii()):
                content = text_of(content.encode("latin-1"))
            found.setdefault(name, content)
    for name, sections in pieces.items():
        found[name] = _joined(sections)
    return main.lower(), found


_short_parameters = lru_cache(maxsize=512)(_parameters)


def _joined(sections: dict[int, tuple[str, bool]]) -> str:
    """
    Return the value of the sections of an RFC 2231 parameter.
    """
    charset, data = "", b""
    for place, index in enumerate(sorted(sections)):
        content, coded = sections[index]
        if coded and place == 0 and content.count("'") >= 2:
            charset, _, content = content.split("'", 2)
        piece = content.encode("latin-1", "replace")
        data += unquote_to_bytes(piece) if coded else piece
    return decode(data, charset)


# -- transfer encodings --------------------------------------------------------

_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} [^\r\n]*\r?\n", re.MULTILINE)


def transfer_decode(data: bytes, encoding: bytes) -> bytes:
    """
    Return *data* with the transfer encoding undone as far as it can be.

    An unknown encoding, and one of several names, changes nothing.
    """
    name = encoding.partition(b";")[0].strip(b" \t\r\n\"'").lower()
    if name == b"base64":
        try:
            return binascii.a2b_base64(data)
        except binascii.Error:
            kept = _NOT_BASE64.sub(b"", data)
            kept = kept[: len(kept) - (len(kept) % 4 == 1)]
            return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))
    if name in (b"quoted-printable", b"quotedprintable", b"qp"):
        return binascii.a2b_qp(data)
    if name in (b"x-uuencode", b"uuencode", b"x-uue", b"uue"):
        begin = _UU_BEGIN.search(data)
        return uu_decode(data[begin.end() :]) if begin else data
    return data


def uu_decode(data: bytes) -> bytes:
    """
    Return the bytes of uuencoded lines, up to ``end`` or the last good line.
    """
    out = []
    for line in data.splitlines():
        if line.strip() == b"end":
            break
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            # Some encoders count the last line wrong; take what it says it has.
            size = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
            try:
                out.append(binascii.a2b_uu(line[:size]))
            except binascii.Error:
                break
    return b"".join(out)
