"""
Pages of records from a database, each found through the index of terms.

Every row of ``lf_term`` carries the record's sort instant, so the records that
have one term, in page order, are one stretch of the primary key: a page is read
by walking along it, and each further condition is a probe of the same key.  The
stretch to walk along is that of the rarest term that a filter demands, or of the
empty term, which all records of a kind have.

The SQL depends on a query's shape only and is compiled once for each.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    exists,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
    tuple_,
)

from leadflow.ports import AllOf, AnyOf, Has, Loaded, Not, Page, Prefix, Within
from leadflow.storage._checks import check_page, read_cursor, write_cursor
from leadflow.storage._filters import bounds, branches, drivers
from leadflow.storage._schema import TERM
from leadflow.storage._statements import compiled
from leadflow.storage._text import from_column, to_column
from leadflow.values import Ref


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.sql.elements import ClauseElement

    from leadflow.ports import Filter, Query
    from leadflow.storage._database import Tenant
    from leadflow.storage._driver import Cursor


__all__ = ("Pages",)

_SHAPES = 256
_PROBE = 2000
"""How many records of a term are counted to tell rare terms from common ones."""

_EVERY = Has("", "")
_LAST = "\U0010ffff"
_ZERO: ColumnElement[int] = literal_column("0")
_ONE: ColumnElement[int] = literal_column("1")


class Pages:
    """
    Answer queries, for all tenants of one database.
    """

    def __init__(self) -> None:
        self._compiled: dict[Any, tuple[str, tuple[str, ...]]] = {}

    def page(self, tenant: Tenant, query: Query) -> Page:
        """
        Return one page of records.
        """
        check_page(query)
        after = None if query.after is None else read_cursor(query.after)
        limit = query.limit + 1
        with tenant.driver.snapshot() as cursor:
            places: set[tuple[int, str]] = set()
            for where in branches(query.where):
                places.update(self._places(tenant, cursor, query, where, after))
            found = sorted(places, reverse=query.newest_first)[:limit]
            rows = []
            for _, id_ in found[: query.limit]:
                key = (*tenant.home, to_column(query.kind), id_)
                cursor.execute(tenant.sql.load, key)
                rows.extend(cursor.fetchall())
        items: list[Loaded] = []
        for (_, id_), row in zip(found, rows, strict=False):
            items.append(tenant.loaded(Ref(query.kind, from_column(id_)), row))
        more = len(found) > query.limit
        last = write_cursor(*found[query.limit - 1]) if more else None
        return Page(items=tuple(items), next=last)

    def _places(
        self,
        tenant: Tenant,
        cursor: Cursor,
        query: Query,
        where: Filter | None,
        after: tuple[int, str] | None,
    ) -> list[tuple[int, str]]:
        driver = self._rarest(tenant, cursor, query.kind, where)
        values: list[Any] = []
        shape = (
            query.newest_first,
            _shape(driver, values),
            _note(values, *bounds(where)),
            _note(values, *(after or (None, None))),
            () if where == driver else _shape(where, values),
        )
        asked = (query.kind, values, query.limit + 1)
        cursor.execute(*self._run(tenant, _places, shape, asked))
        return [(at, id_) for at, id_ in cursor.fetchall()]

    def _rarest(
        self, tenant: Tenant, cursor: Cursor, kind: str, where: Filter | None
    ) -> Has | Prefix:
        """Return by what to find the records that *where* keeps."""
        choices = drivers(where)
        if len(choices) == 1 and isinstance(choices[0], Has):
            return choices[0]
        # A common prefix is no way: its records would have to be sorted.
        best: Has | Prefix = next(
            (choice for choice in choices if isinstance(choice, Has)), _EVERY
        )
        fewest = _PROBE
        for choice in choices:
            values: list[Any] = []
            shape = _shape(choice, values)
            asked = (kind, values, fewest)
            cursor.execute(*self._run(tenant, _count, shape, asked))
            count = cursor.fetchall()[0][0]
            if count < fewest:
                best, fewest = choice, count
        return best

    def _run(
        self,
        tenant: Tenant,
        make: Callable[[Any], ClauseElement],
        shape: tuple[Any, ...],
        asked: tuple[str, list[Any], int],
    ) -> tuple[str, list[Any]]:
        """Return the SQL of *shape* and its parameters."""
        known = self._compiled.get((make, shape))
        if known is None:
            if len(self._compiled) >= _SHAPES:
                self._compiled.clear()
            known = compiled(tenant.driver.dialect, make(shape))
            self._compiled[make, shape] = known
        sql, names = known
        kind, values, limit = asked
        shard, name = tenant.home
        given = dict(zip(map(_name, count()), values, strict=False))
        given |= {"shard": shard, "tenant": name, "kind": to_column(kind)}
        given["limit"] = limit
        return sql, [given[name] for name in names]


# -- shapes: all of a filter but its values ----------------------------------------


def _name(index: int) -> str:
    return f"v{index}"


def _note(values: list[Any], *given: object) -> tuple[bool, ...]:
    """Add those of *given* that are there, and tell which."""
    values.extend(value for value in given if value is not None)
    return tuple(value is not None for value in given)


def _shape(where: Filter | None, values: list[Any]) -> tuple[Any, ...]:
    """Return the shape of *where*; its values are added to *values*."""
    match where:
        case None:
            return ()
        case Has(name, value):
            values.extend((to_column(name), to_column(value)))
            return ("has",)
        case Prefix(name, text):
            low = to_column(text)
            values.append(to_column(name))
            return ("prefix", *_note(values, low or None, _following(low)))
        case Within():
            return ("within", *_note(values, *bounds(where)))
        case AllOf(parts):
            return ("all", *(_shape(part, values) for part in parts))
        case AnyOf(parts):
            return ("any", *(_shape(part, values) for part in parts))
        case Not(part):
            return ("not", _shape(part, values))


def _following(text: str) -> str | None:
    """Return the first text after all that start with *text*."""
    text = text.rstrip(_LAST)
    if not text:
        return None
    code = ord(text[-1]) + 1
    # Surrogates have no place in a column; the next character stands after them.
    return text[:-1] + chr(0xE000 if 0xD800 <= code <= 0xDFFF else code)


# -- statements, made of shapes only -----------------------------------------------


def _places(shape: tuple[Any, ...]) -> ClauseElement:
    """Return the query for the places of one page."""
    newest_first, driver, (low, high), (after, _), where = shape
    given: Iterator[Any] = map(bindparam, map(_name, count()))
    table: Any
    if driver[0] == "has":
        table = TERM.alias("t")
        conditions = _has(table, given)
    else:
        term = TERM.alias("p")
        inner = select(term.c.at, term.c.id).where(*_prefix(term, driver, given))
        table = inner.distinct().subquery("t")
        conditions = []
    if low:
        conditions.append(table.c.at >= next(given))
    if high:
        conditions.append(table.c.at < next(given))
    if after:
        here = tuple_(table.c.at, table.c.id)
        there = tuple_(next(given), next(given))
        conditions.append(here < there if newest_first else here > there)
    if where:
        conditions.append(_condition(where, table, given))
    order = (table.c.at, table.c.id)
    return (
        select(*order)
        .where(*conditions)
        .order_by(*(column.desc() for column in order) if newest_first else order)
        .limit(bindparam("limit"))
        .offset(_ZERO)
    )


def _count(shape: tuple[Any, ...]) -> ClauseElement:
    """Return the query that counts how many records have a term, up to a limit."""
    given: Iterator[Any] = map(bindparam, map(_name, count()))
    term = TERM.alias("t")
    conditions = _has(term, given) if shape[0] == "has" else _prefix(term, shape, given)
    some = select(_ONE).select_from(term).where(*conditions)
    some = some.limit(bindparam("limit")).offset(_ZERO)
    return select(func.count()).select_from(some.subquery("some"))


def _condition(
    shape: tuple[Any, ...], table: Any, given: Iterator[Any]
) -> ColumnElement[bool]:
    match shape:
        case ():
            return true()
        case ("has",):
            term = TERM.alias()
            return exists(_ONE).where(
                *_has(term, given),
                term.c.at == table.c.at,
                term.c.id == table.c.id,
            )
        case ("prefix", *_):
            term = TERM.alias()
            found = select(term.c.id).where(*_prefix(term, shape, given))
            return cast("ColumnElement[bool]", table.c.id.in_(found))
        case ("within", low, high):
            return and_(
                true(),
                *([table.c.at >= next(given)] if low else ()),
                *([table.c.at < next(given)] if high else ()),
            )
        case ("all", *parts):
            return and_(true(), *(_condition(part, table, given) for part in parts))
        case ("any", *parts):
            return or_(false(), *(_condition(part, table, given) for part in parts))
        case (_, part):
            return not_(_condition(part, table, given))
    raise AssertionError(shape)  # pragma: no cover - `_shape` makes no other


def _has(term: Any, given: Iterator[Any]) -> list[ColumnElement[bool]]:
    return [*_home(term, given), term.c.value == next(given)]


def _prefix(
    term: Any, shape: tuple[Any, ...], given: Iterator[Any]
) -> list[ColumnElement[bool]]:
    _, low, high = shape
    conditions = _home(term, given)
    if low:
        conditions.append(term.c.value >= next(given))
    if high:
        conditions.append(term.c.value < next(given))
    return conditions


def _home(term: Any, given: Iterator[Any]) -> list[ColumnElement[bool]]:
    return [
        *(term.c[name] == bindparam(name) for name in ("shard", "tenant", "kind")),
        term.c.name == next(given),
    ]
