"""
A database store keeps house: its schema, its state of health, its own rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    outerjoin,
    select,
    tuple_,
)
from sqlalchemy.schema import CreateIndex, CreateTable

from leadflow.errors import Damaged, StoreError
from leadflow.ports import Audit
from leadflow.storage._checks import COMMITS
from leadflow.storage._schema import (
    CLAIM,
    JOURNAL,
    METADATA,
    OUTBOX,
    SCHEMA,
    SNAPSHOT,
    TERM,
)
from leadflow.storage._statements import compiled
from leadflow.storage._text import from_column
from leadflow.values import Ref


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sqlalchemy.sql.elements import ClauseElement

    from leadflow.storage._database import Tenant
    from leadflow.storage._driver import Cursor, Driver
    from leadflow.storage._statements import Statements
    from leadflow.storage.memory import Fold


__all__ = ("UPGRADES", "audit", "migrate", "stored_schema")

UPGRADES: Mapping[int, Callable[[Cursor], None]] = {}
"""What leads from each schema version to the next; all steps in one transaction."""

_PAGE = 500


# -- schema ------------------------------------------------------------------------


def migrate(driver: Driver, sql: Statements, shards: int) -> None:
    """
    Create the tables, or bring those of an older version up to date.

    Raises:
        Damaged: the tables are those of a newer version.
    """
    with driver.writing() as cursor:
        version = _version(cursor, sql, driver)
        if version > SCHEMA:
            raise _newer(version)
        if not version:
            _create(cursor, driver, sql, shards)
            return
        for step in range(version, SCHEMA):
            UPGRADES[step](cursor)
        if version < SCHEMA:
            _note_schema(cursor, sql)


def _create(cursor: Cursor, driver: Driver, sql: Statements, shards: int) -> None:
    for table in METADATA.sorted_tables:
        cursor.execute(str(CreateTable(table).compile(dialect=driver.dialect)))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            cursor.execute(str(CreateIndex(index).compile(dialect=driver.dialect)))
    cursor.executemany(sql.shard_new, [(shard, 0, 0) for shard in range(shards)])
    cursor.execute(sql.meta_set, ("schema", str(SCHEMA)))
    cursor.execute(sql.meta_set, ("shards", str(shards)))


def _note_schema(cursor: Cursor, sql: Statements) -> None:
    cursor.execute(sql.meta_forget, ("schema",))
    cursor.execute(sql.meta_set, ("schema", str(SCHEMA)))


def stored_schema(driver: Driver, sql: Statements) -> int:
    """
    Return the version of the tables that are there, 0 if there are none.

    Raises:
        Damaged: it is newer than this code.
    """
    with driver.reading() as cursor:
        version = _version(cursor, sql, driver)
    if version > SCHEMA:
        raise _newer(version)
    return version


def _version(cursor: Cursor, sql: Statements, driver: Driver) -> int:
    if not driver.has_table(cursor, "lf_meta"):
        return 0
    cursor.execute(sql.meta, ("schema",))
    rows = cursor.fetchall()
    if not rows:
        raise Damaged("lf_meta does not tell the version of the schema")
    return int(rows[0][0])


def _newer(version: int) -> Damaged:
    return Damaged(
        f"the schema is of version {version}, newer than this code, which knows"
        f" {SCHEMA}"
    )


# -- audit -------------------------------------------------------------------------


def audit(tenant: Tenant, fold: Fold | None) -> Audit:
    """
    Check all that belongs to a tenant, and the shard that it is in.
    """
    with tenant.driver.snapshot() as cursor:
        records = _rows(tenant, cursor, _count(SNAPSHOT))[0][0]
        events = _rows(tenant, cursor, _count(JOURNAL))[0][0]
        found = [*_disorders(tenant, cursor), *_unreadable(tenant, cursor, fold)]
    return Audit(
        records=records, events=events, problems=(*found, *tenant.driver.damages())
    )


def _disorders(tenant: Tenant, cursor: Cursor) -> Iterator[str]:
    """Yield what does not fit together."""
    for kind, id_, version, count, top in _rows(tenant, cursor, _VERSIONS):
        yield (
            f"{_ref(kind, id_)} is at {version} and has {count or 0} events up to"
            f" {top or 0}"
        )
    for kind, id_ in _rows(tenant, cursor, _UNRECORDED):
        yield f"{_ref(kind, id_)} has events and no state"
    head = tenant.head(cursor)
    ((count, last),) = _rows(tenant, cursor, _POSITIONS)
    if count != head or (last or 0) != head:
        yield f"the journal holds {count} events up to {last or 0}, its head is {head}"
    for kind, id_ in _rows(tenant, cursor, _OWNERLESS):
        yield f"{_ref(kind, id_)} holds a claim and does not exist"
    for kind, id_ in _rows(tenant, cursor, _TERMLESS):
        yield f"{_ref(kind, id_)} is indexed and does not exist"
    for (id_,) in _rows(tenant, cursor, _CAUSELESS):
        yield f"the effect {id_} has no event as its cause"


def _unreadable(tenant: Tenant, cursor: Cursor, fold: Fold | None) -> Iterator[str]:
    """Yield what cannot be decoded, or is not the fold of its events."""
    after = ("", "")
    while True:
        given = {"kind": after[0], "id": after[1], "limit": _PAGE}
        rows = _rows(tenant, cursor, _STATES, **given)
        for kind, id_, *row in rows:
            ref = _ref(kind, id_)
            try:
                loaded = tenant.loaded(ref, row)
                cursor.execute(tenant.sql.stream, (*tenant.key(ref), 0, row[0]))
                events = [tenant.recorded(found).event for found in cursor.fetchall()]
            except StoreError as error:
                yield f"{ref} cannot be read: {error}"
                continue
            if fold is not None and fold(ref.kind, events) != loaded.state:
                yield f"{ref} is not the fold of its events"
        if len(rows) < _PAGE:
            return
        after = (rows[-1][0], rows[-1][1])


def _rows(
    tenant: Tenant, cursor: Cursor, statement: ClauseElement, **given: object
) -> list[Any]:
    sql, names = compiled(tenant.driver.dialect, statement)
    shard, name = tenant.home
    values = {"shard": shard, "tenant": name, "space": COMMITS, **given}
    cursor.execute(sql, [values[name] for name in names])
    return cursor.fetchall()


def _ref(kind: str, id_: str) -> Ref:
    return Ref(from_column(kind), from_column(id_))


def _here(table: Any) -> list[ColumnElement[bool]]:
    """Return what keeps the rows of one tenant."""
    return [table.c[name] == bindparam(name) for name in ("shard", "tenant")]


def _count(table: Any) -> ClauseElement:
    return select(func.count()).select_from(table).where(*_here(table))


def _without_record(table: Any, kind: str, id_: str) -> ColumnElement[bool]:
    """Return what keeps rows whose record is not there."""
    return ~exists(_ONE).where(
        SNAPSHOT.c.shard == table.c.shard,
        SNAPSHOT.c.tenant == table.c.tenant,
        SNAPSHOT.c.kind == table.c[kind],
        SNAPSHOT.c.id == table.c[id_],
    )


_ONE: ColumnElement[int] = literal_column("1")
_ZERO: ColumnElement[int] = literal_column("0")

_KEY = (JOURNAL.c.kind, JOURNAL.c.id)
_events = (
    select(
        *_KEY,
        func.count().label("events"),
        func.max(JOURNAL.c.version).label("top"),
    )
    .where(*_here(JOURNAL))
    .group_by(*_KEY)
    .subquery("e")
)
_VERSIONS = (
    select(
        *(SNAPSHOT.c[name] for name in ("kind", "id", "version")),
        *(_events.c.events, _events.c.top),
    )
    .select_from(
        outerjoin(
            SNAPSHOT,
            _events,
            and_(_events.c.kind == SNAPSHOT.c.kind, _events.c.id == SNAPSHOT.c.id),
        )
    )
    .where(
        *_here(SNAPSHOT),
        (func.coalesce(_events.c.events, _ZERO) != SNAPSHOT.c.version)
        | (func.coalesce(_events.c.top, _ZERO) != SNAPSHOT.c.version),
    )
)
_UNRECORDED = (
    select(*_KEY)
    .distinct()
    .where(*_here(JOURNAL), _without_record(JOURNAL, "kind", "id"))
)
_POSITIONS = select(func.count(), func.max(JOURNAL.c.position)).where(
    JOURNAL.c.shard == bindparam("shard")
)
_OWNERLESS = (
    select(CLAIM.c.owner_kind, CLAIM.c.owner_id)
    .distinct()
    .where(
        *_here(CLAIM),
        CLAIM.c.space != bindparam("space"),
        _without_record(CLAIM, "owner_kind", "owner_id"),
    )
)
_TERMLESS = (
    select(TERM.c.kind, TERM.c.id)
    .distinct()
    .where(*_here(TERM), _without_record(TERM, "kind", "id"))
)
_CAUSELESS = select(OUTBOX.c.id).where(
    *_here(OUTBOX),
    OUTBOX.c.position > _ZERO,
    ~exists(_ONE).where(
        JOURNAL.c.shard == OUTBOX.c.shard, JOURNAL.c.position == OUTBOX.c.position
    ),
)
_STATES = (
    select(
        *(SNAPSHOT.c[name] for name in ("kind", "id", "version", "schema_v", "state"))
    )
    .where(
        *_here(SNAPSHOT),
        tuple_(SNAPSHOT.c.kind, SNAPSHOT.c.id)
        > tuple_(bindparam("kind", type_=Text()), bindparam("id", type_=Text())),
    )
    .order_by(SNAPSHOT.c.kind, SNAPSHOT.c.id)
    .limit(bindparam("limit"))
    .offset(_ZERO)
)
