"""
The tables of a database store, written once for all engines.

``shard`` leads every key: a tenant lives in one shard, a commit in one tenant, so
that an engine can be spread over machines without a change of any statement.
Positions come from a counter row and never from a sequence, since a sequence
shows rows out of order to readers and leaves holes.

Payloads are text holding JSON and are never interpreted by the engine.  Instants
and ids are in the engine's own form, which `leadflow.storage._driver.Driver`
knows: whole microseconds and text on SQLite.

The term with an empty name and value stands for "all records of this kind".
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite


__all__ = (
    "CLAIM",
    "CONSUMER",
    "JOURNAL",
    "META",
    "METADATA",
    "OUTBOX",
    "SCHEMA",
    "SHARD",
    "SNAPSHOT",
    "TERM",
    "TIMER",
)

SCHEMA = 1
"""The version of these tables; an upgrade leads from each to the next."""

METADATA = MetaData()

# STRICT tables of SQLite know INTEGER only.
_BIG = BigInteger().with_variant(sqlite.INTEGER(), "sqlite")
_INT = Integer()
# Keys are compared byte by byte, whatever the language of the database.
_TEXT = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_SMALL = SmallInteger().with_variant(sqlite.INTEGER(), "sqlite")


def _int(name: str) -> Column[int]:
    return Column(name, _INT, nullable=False)


def _big(name: str) -> Column[int]:
    return Column(name, _BIG, nullable=False)


def _small(name: str) -> Column[int]:
    return Column(name, _SMALL, nullable=False)


def _text(name: str) -> Column[str]:
    return Column(name, _TEXT, nullable=False)


def _table(name: str, *parts: Column[int] | Column[str], key: tuple[str, ...]) -> Table:
    return Table(
        name,
        METADATA,
        *parts,
        PrimaryKeyConstraint(*key),
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )


META = _table("lf_meta", _text("key"), _text("value"), key=("key",))

SHARD = _table("lf_shard", _int("shard"), _big("head"), _big("sent"), key=("shard",))
"""One counter row a shard: *head* counts events, *sent* effects."""

SNAPSHOT = Table(
    "lf_snapshot",
    METADATA,
    _int("shard"),
    _text("tenant"),
    _text("kind"),
    _text("id"),
    _big("version"),
    _int("schema_v"),
    _big("updated_at"),
    _text("state"),
    PrimaryKeyConstraint("shard", "tenant", "kind", "id"),
    sqlite_strict=True,
)
"""States are long: with a rowid they stay out of the tree that is searched."""

JOURNAL = _table(
    "lf_journal",
    _int("shard"),
    _big("position"),
    _text("tenant"),
    _text("kind"),
    _text("id"),
    _big("version"),
    _text("commit_id"),
    _text("type"),
    _int("type_v"),
    _big("at"),
    _big("recorded_at"),
    _text("actor"),
    _text("data"),
    key=("shard", "position"),
)
JOURNAL.append_constraint(UniqueConstraint("shard", "tenant", "kind", "id", "version"))

CLAIM = _table(
    "lf_claim",
    _int("shard"),
    _text("tenant"),
    _text("space"),
    _text("key"),
    _text("owner_kind"),
    _text("owner_id"),
    _big("position"),
    _big("at"),
    Column("until", _BIG),
    key=("shard", "tenant", "space", "key"),
)
Index(
    "lf_claim_until",
    CLAIM.c.shard,
    CLAIM.c.until,
    sqlite_where=text("until IS NOT NULL"),
    postgresql_where=text("until IS NOT NULL"),
)

TERM = _table(
    "lf_term",
    _int("shard"),
    _text("tenant"),
    _text("kind"),
    _text("name"),
    _text("value"),
    _big("at"),
    _text("id"),
    key=("shard", "tenant", "kind", "name", "value", "at", "id"),
)

TIMER = _table(
    "lf_timer",
    _int("shard"),
    _text("tenant"),
    _text("kind"),
    _text("id"),
    _text("name"),
    _big("due_at"),
    _big("next_at"),
    _big("token"),
    _int("attempts"),
    _small("state"),
    _text("payload"),
    _text("last_error"),
    key=("shard", "tenant", "kind", "id", "name"),
)
Index(
    "lf_timer_next",
    TIMER.c.shard,
    TIMER.c.tenant,
    TIMER.c.next_at,
    sqlite_where=text("state = 0"),
    postgresql_where=text("state = 0"),
)

OUTBOX = _table(
    "lf_outbox",
    _int("shard"),
    _text("id"),
    _text("tenant"),
    Column("lane", _TEXT),
    _big("position"),
    _big("seq"),
    _text("kind"),
    _big("due_at"),
    _big("next_at"),
    _big("token"),
    _int("attempts"),
    _small("state"),
    _text("payload"),
    _text("last_error"),
    key=("shard", "id"),
)
Index(
    "lf_outbox_next",
    OUTBOX.c.shard,
    OUTBOX.c.tenant,
    OUTBOX.c.next_at,
    OUTBOX.c.seq,
    sqlite_where=text("state = 0"),
    postgresql_where=text("state = 0"),
)
Index(
    "lf_outbox_lane",
    OUTBOX.c.shard,
    OUTBOX.c.tenant,
    OUTBOX.c.lane,
    OUTBOX.c.seq,
    sqlite_where=text("lane IS NOT NULL"),
    postgresql_where=text("lane IS NOT NULL"),
)

CONSUMER = _table(
    "lf_consumer",
    _int("shard"),
    _text("tenant"),
    _text("name"),
    _big("position"),
    key=("shard", "tenant", "name"),
)
