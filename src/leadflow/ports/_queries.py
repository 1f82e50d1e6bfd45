"""
What a store is asked: a small algebra of filters, in pages.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

import attrs

from leadflow.ports._data import Loaded
from leadflow.values import aware_utc


__all__ = (
    "AllOf",
    "AnyOf",
    "Filter",
    "Has",
    "Not",
    "Page",
    "Prefix",
    "Query",
    "Within",
)


@attrs.frozen
class Has:
    """
    Keep records that have the term (*name*, *value*).
    """

    name: str
    value: str


@attrs.frozen
class Prefix:
    """
    Keep records that have a term *name* whose value starts with *text*.
    """

    name: str
    text: str


@attrs.frozen
class Within:
    """
    Keep records whose sort instant is in [*since*, *until*).
    """

    since: datetime | None = attrs.field(
        default=None, converter=attrs.converters.optional(aware_utc)
    )
    until: datetime | None = attrs.field(
        default=None, converter=attrs.converters.optional(aware_utc)
    )


@attrs.frozen
class AllOf:
    """
    Keep records that every one of *filters* keeps.
    """

    filters: tuple[Filter, ...]


@attrs.frozen
class AnyOf:
    """
    Keep records that at least one of *filters* keeps; none keeps nothing.
    """

    filters: tuple[Filter, ...]


@attrs.frozen
class Not:
    """
    Keep records that *filter* does not keep.
    """

    filter: Filter


Filter: TypeAlias = Has | Prefix | Within | AllOf | AnyOf | Not


@attrs.frozen(kw_only=True)
class Query:
    """
    Ask for a page of records of one *kind*, ordered by their sort instant.

    Ties are ordered by id.  *after* is the `Page.next` of the page before; a
    cursor stays valid while records come and go.
    """

    kind: str
    where: Filter | None = None
    newest_first: bool = False
    limit: int = 50
    after: str | None = None


@attrs.frozen(kw_only=True)
class Page:
    """
    Hold a page of records; *next* asks for the following one, None at the end.
    """

    items: tuple[Loaded, ...]
    next: str | None = None
