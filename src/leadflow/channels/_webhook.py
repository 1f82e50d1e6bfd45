"""
What the adapters of webhooks share: reading safely what anybody may have sent.

The order is the same everywhere: size, then authenticity on the raw bytes, then
parsing, so that nobody unknown makes us work.  What a parser can't bear (depth,
lone surrogates, numbers of a million digits, NaN) is met here, once.
"""

from __future__ import annotations

import hmac
import json
import re
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from leadflow.channels.protocol import Answer, Reading
from leadflow.errors import DefinitionError, Malformed, Problem


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


__all__ = (
    "MAX_DEPTH",
    "check_settings",
    "clean",
    "decoder",
    "excerpt",
    "instant",
    "json_object",
    "plain_name",
    "read_json",
    "refused_method",
    "same_secret",
    "signed_by",
    "text_of",
    "whole_number",
)

MAX_DEPTH = 64
"""How deep objects and arrays may stand in each other."""

_EXCERPT = 80
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)
_DAY = timedelta(days=1)
_MILLISECONDS = 10**11
# Beyond any platform's stamp, and below what arithmetic of dates can bear.
_LARGEST_STAMP = 10**16
_STAMP = re.compile(r"[0-9]{1,17}(?:\.[0-9]{1,9})?")
_INT64 = 2**63

# -- authenticity ----------------------------------------------------------------


def same_secret(given: str | None, secret: str) -> bool:
    """
    Tell in constant time whether *given* is *secret*; never true without one.

    Both are compared as bytes, since text outside ASCII makes the comparison of
    the standard library raise.
    """
    left = _as_bytes(given or "")
    return hmac.compare_digest(left, _as_bytes(secret)) and bool(secret)


def signed_by(given: str | None, key: str, message: bytes) -> bool:
    """
    Tell whether *given* is the HMAC-SHA256 of *message* in hex.

    A ``sha256=`` in front is taken off; the case of the digits is of no matter.
    """
    text = (given or "").strip().lower().removeprefix("sha256=")
    wanted = hmac.digest(_as_bytes(key), message, "sha256").hex()
    return hmac.compare_digest(_as_bytes(text), wanted.encode()) and bool(key)


def _as_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def refused_method(method: str) -> Reading:
    """
    Return the reading of a request that is not a POST: 405, and nothing read.
    """
    return Reading(
        (Malformed("method-not-allowed", place="method", excerpt=excerpt(method)),),
        Answer(status=405, headers=(("Allow", "POST"),)),
    )


def check_settings(path: str, checks: Iterable[tuple[bool, str, str, str]]) -> None:
    """
    Raise all problems of an adapter's settings at once.

    Each check is (good, field, rule, message).

    Raises:
        DefinitionError: at least one check is not good.
    """
    problems = [
        Problem(f"{path}.{field}", rule, message)
        for good, field, rule, message in checks
        if not good
    ]
    if problems:
        raise DefinitionError(problems)


# -- texts -----------------------------------------------------------------------


def clean(text: str) -> str:
    """
    Return *text* as any store and any socket can take it.

    A surrogate that stands alone becomes U+FFFD, and NUL goes: JSON can spell
    both, UTF-8 can't hold the first and PostgreSQL not the second.
    """
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\0", "") if "\0" in text else text


def excerpt(raw: bytes | str, *, without: Iterable[str] = ()) -> str:
    """
    Return the beginning of *raw*, short and printable, for a person to look at.

    What stands in *without* (secrets) is taken out before it is cut.
    """
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    for secret in without:
        if secret:
            text = text.replace(secret, "***")
    short = clean(text[: _EXCERPT + 1])
    shown = "".join(c if c.isprintable() else " " for c in short)
    return shown if len(shown) <= _EXCERPT else f"{shown[: _EXCERPT - 1]}…"


def plain_name(name: str) -> str:
    """
    Return the last part of a file's *name*, without what could lead elsewhere.
    """
    last = re.split(r"[/\\]", clean(name))[-1]
    shown = "".join(c for c in last if c.isprintable()).strip()
    return "" if shown in {".", ".."} else shown[-200:]


# -- JSON ------------------------------------------------------------------------

# Brackets in a string don't count; an unclosed string goes to the end.  Possessive,
# so that no input makes this slow.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}


def decoder(**hooks: object) -> json.JSONDecoder:
    """
    Return a JSON decoder that reads NaN and Infinity, which are no JSON, as null.
    """
    return json.JSONDecoder(
        parse_constant=_nothing,
        **hooks,  # type: ignore[arg-type]
    )


def _nothing(_: str) -> None:
    return None


_PLAIN = decoder()


def read_json(
    body: bytes,
    *,
    by: json.JSONDecoder = _PLAIN,
    without: Iterable[str] = (),
) -> object:
    """
    Return what the JSON text *body* holds; the last of equal keys wins.

    Raises:
        Malformed: it is not UTF-8 (``not-utf-8``), nested deeper than
            `MAX_DEPTH` (``too-deep``) or no JSON (``bad-json``).
    """
    if _too_deep(body):
        raise Malformed(
            "too-deep", place="body", excerpt=excerpt(body, without=without)
        )
    try:
        text = body.removeprefix(b"\xef\xbb\xbf").decode()
    except UnicodeDecodeError as error:
        raise Malformed(
            "not-utf-8",
            place=f"byte {error.start}",
            excerpt=excerpt(body, without=without),
        ) from None
    try:
        return cast("object", by.decode(text))
    except (ValueError, RecursionError) as error:
        # A number of too many digits raises a plain ValueError.
        place = getattr(error, "pos", None)
        raise Malformed(
            "bad-json",
            place="body" if place is None else f"character {place}",
            excerpt=excerpt(body, without=without),
        ) from None


def _too_deep(body: bytes) -> bool:
    if body.count(b"{") + body.count(b"[") <= MAX_DEPTH:
        return False
    brackets = _STRING.sub(b"", body).translate(None, delete=_NO_BRACKETS)
    depths = accumulate(map(_STEPS.__getitem__, brackets))
    return max(depths, default=0) > MAX_DEPTH


_NO_OBJECT: Mapping[str, object] = MappingProxyType({})


def json_object(value: object) -> Mapping[str, object]:
    """
    Return *value* if it is a JSON object, and else an empty one.
    """
    return value if isinstance(value, dict) else _NO_OBJECT


def text_of(value: object) -> str:
    """
    Return *value* cleaned if it is text, and else an empty text.
    """
    return clean(value) if isinstance(value, str) else ""


def whole_number(value: object) -> int | None:
    """
    Return *value* if it is a whole number of at most 64 bits, and else None.
    """
    if type(value) is int and -_INT64 <= value < _INT64:
        return value
    return None


# -- time ------------------------------------------------------------------------


def instant(value: object, received_at: datetime) -> datetime | None:
    """
    Return the instant that a platform's stamp means, or None if it means none.

    Seconds since 1970 as int, float or text; milliseconds when greater than
    1e11.  A sender's clock may be wrong: the instant is held between the year
    2000 and one day after *received_at*.
    """
    if isinstance(value, str):
        text = value.strip()
        if not _STAMP.fullmatch(text):
            return None
        value = float(text) if "." in text else int(text)
    if type(value) is not int and not isinstance(value, float):
        return None
    # Written so that NaN fails it too.
    if not value > 0:
        return None
    stamp = min(value, _LARGEST_STAMP)
    sent = (
        timedelta(milliseconds=stamp)
        if stamp > _MILLISECONDS
        else timedelta(seconds=stamp)
    )
    last = received_at + _DAY if received_at <= _LAST - _DAY else _LAST
    if sent > last - _EPOCH:
        return max(_FIRST, last)
    return max(_FIRST, _EPOCH + sent)
