"""
Source marks: what made the person come, read from wherever a form carries it.

Marks stand in fields of their own, in the query of the page's URL, or in a dump
of the visitor's cookies.  They are asked in this order, and the first value that
is not empty wins, mark by mark.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, unquote_plus

from leadflow.channels._webhook import clean
from leadflow.values import Source


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


__all__ = ("is_mark", "marks_of_cookies", "marks_of_url", "source_of")

# Beside the five classic ones: ids of a click, a visitor or a campaign, that ad
# systems and counters leave.
_MARKS = frozenset(
    [
        "utm_source",
        "utm_medium",
        "utm_campaign",
        "utm_term",
        "utm_content",
        "utm_id",
        "_ga",
        "_ym_uid",
        "fbclid",
        "gbraid",
        "gclid",
        "msclkid",
        "rb_clickid",
        "roistat",
        "ttclid",
        "wbraid",
        "yclid",
        "ymclid",
    ]
)
_ALIASES = {"roistat_visit": "roistat"}
_LONGEST_VALUE = 512
_LONGEST_URL = 2048
_MOST_PAIRS = 200
# Tilda keeps the marks in one cookie, with a separator of its own.
_TILDA_COOKIE = "tildautm"
_TILDA_SEPARATOR = re.compile(r"\|\|\||&(?:amp;)?")


def is_mark(key: str) -> bool:
    """
    Tell whether a field named *key* is a source mark; case is of no matter.
    """
    return _name_of(key) in _MARKS


def _name_of(key: str) -> str:
    lower = key.lower()
    return _ALIASES.get(lower, lower)


def source_of(
    pairs: Iterable[tuple[str, str]],
    *,
    pages: Iterable[str] = (),
    cookies: Iterable[str] = (),
    referrer: str = "",
) -> Source:
    """
    Return the source that the marks in *pairs*, *pages* and *cookies* tell of.

    *pages* are URLs, the first of which is the source's page; *cookies* are
    dumps in the form of a Cookie header, percent-encoded or not.  Keys become
    lower case, values are cut at 512 characters.
    """
    found: dict[str, str] = {}
    _take(found, pairs)
    page = ""
    for url in pages:
        page = page or _short(url, _LONGEST_URL)
        _take(found, marks_of_url(url))
    for dump in cookies:
        _take(found, marks_of_cookies(dump))
    if not found and not page and not referrer:
        return _NO_SOURCE
    return Source(
        name=found.pop("utm_source", ""),
        medium=found.pop("utm_medium", ""),
        campaign=found.pop("utm_campaign", ""),
        term=found.pop("utm_term", ""),
        content=found.pop("utm_content", ""),
        page=page,
        referrer=_short(referrer, _LONGEST_URL),
        marks=tuple(sorted(found.items())),
    )


_NO_SOURCE = Source()


def _take(found: dict[str, str], pairs: Iterable[tuple[str, str]]) -> None:
    for key, value in pairs:
        name = _name_of(key)
        if name in _MARKS and name not in found:
            short = _short(value, _LONGEST_VALUE)
            if short:
                found[name] = short


def _short(text: str, longest: int) -> str:
    return clean(text[: longest + 64].strip()[:longest])


def marks_of_url(url: str) -> Iterator[tuple[str, str]]:
    """
    Yield the marks in the query of *url*; a broken URL may have some too.
    """
    query = url[: 4 * _LONGEST_URL].partition("?")[2].partition("#")[0]
    for part in query.split("&", _MOST_PAIRS)[:_MOST_PAIRS]:
        key, _, value = part.partition("=")
        if is_mark(key):
            yield key, unquote_plus(value)


def marks_of_cookies(dump: str) -> Iterator[tuple[str, str]]:
    """
    Yield the marks in a *dump* of cookies (``a=1; b=2``).

    The dump, and each value in it, may be percent-encoded.  The cookie TILDAUTM
    holds several marks, separated by ``|||``.
    """
    text = dump if "=" in dump else unquote(dump)
    for cookie in text.split(";", _MOST_PAIRS)[:_MOST_PAIRS]:
        key, _, value = cookie.strip().partition("=")
        if key.lower() == _TILDA_COOKIE:
            marks = _TILDA_SEPARATOR.split(_decoded(value), _MOST_PAIRS)
            for mark in marks[:_MOST_PAIRS]:
                name, _, content = mark.strip().partition("=")
                yield name, unquote_plus(content).partition("#")[0]
        elif is_mark(key):
            yield key, unquote(value)


def _decoded(value: str) -> str:
    # The cookie's value is encoded once by the site, and once more by the dump.
    for _ in range(2):
        if "=" in value:
            break
        value = unquote(value)
    return value
