"""
Who talks in a site's chat, what is known of them, and which page they are on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadflow import identity
from leadflow.channels import _utm as utm
from leadflow.channels._meta import Json, ident
from leadflow.channels._webhook import json_object, text_of
from leadflow.values import ContactPoint, Person, Source


if TYPE_CHECKING:
    from collections.abc import Iterable


__all__ = ("contacts_of", "marks_of", "own_point", "person_of", "source_of")

_FIVE = frozenset({"campaign", "content", "id", "medium", "source", "term"})
_MOST_MARKS = 50
_LONGEST_NAME = 256


def own_point(network: str, scope: str, visitor: str) -> tuple[ContactPoint, ...]:
    """
    Return the id that a chat knows a visitor by; it counts inside *scope* only.
    """
    if not visitor:
        return ()
    return (ContactPoint(kind=network, value=f"{scope}/{visitor}", raw=visitor),)


def contacts_of(visitor: Json, region: str) -> tuple[ContactPoint, ...]:
    """
    Return the phone and the e-mail that a visitor left, as far as they did.
    """
    found: list[ContactPoint] = []
    if (told := visitor.get("phone")) and (number := ident(told)):
        point = identity.phone(number, region) or identity.phone(f"+{number}", None)
        found.append(point or ContactPoint(kind="phone", value="", raw=number))
    if (told := visitor.get("email")) and (address := text_of(told).strip()):
        found.append(
            identity.email(address)
            or ContactPoint(kind="email", value="", raw=address[:_LONGEST_NAME])
        )
    return tuple(found)


def person_of(visitor: Json) -> Person:
    """
    Return the name that a visitor gave.
    """
    return Person(name=text_of(visitor.get("name")).strip()[:_LONGEST_NAME])


def marks_of(told: object) -> list[tuple[str, str]]:
    """
    Return source marks that are an object, or a text such as ``source=a|medium=b``.

    The classic names may stand with and without ``utm_``.
    """
    pairs: Iterable[tuple[object, object]]
    if isinstance(told, str):
        parts = told.split("|", _MOST_MARKS)[:_MOST_MARKS]
        pairs = [(key, value) for key, _, value in (p.partition("=") for p in parts)]
    else:
        pairs = list(json_object(told).items())[:_MOST_MARKS]
    # They are cut and cleaned where the source is made of them.
    return [
        (f"utm_{key}" if key in _FIVE else key, value)
        for key, value in pairs
        if isinstance(key, str) and isinstance(value, str)
    ]


def source_of(marks: Iterable[tuple[str, str]], page: Json) -> Source:
    """
    Return what made a visitor come: marks first, then the page's address.
    """
    url = text_of(page.get("url"))
    referrer = text_of(page.get("ref")) or text_of(page.get("referrer"))
    return utm.source_of(marks, pages=(url,), referrer=referrer)
