"""
What all parts of a database store share: the engine, the SQL, the tenant.
"""

from __future__ import annotations

from binascii import crc32
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import attrs

from leadflow.codec import Codec
from leadflow.errors import Damaged, Refused
from leadflow.ports import ClaimKey, ClaimRecord, Clock, Loaded, Recorded
from leadflow.storage._driver import Driver
from leadflow.storage._query import Pages
from leadflow.storage._statements import Statements
from leadflow.storage._text import from_column, to_column
from leadflow.values import Actor, Ref, aware_utc


if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadflow.storage._driver import Cursor


__all__ = ("Database", "Tenant", "check_limit", "utc_now", "write_actor")


def utc_now() -> datetime:
    """
    Return this machine's clock.
    """
    return datetime.now(UTC)


@attrs.define(kw_only=True, eq=False)
class Database:
    """
    Hold what the handles of all tenants share.
    """

    driver: Driver
    sql: Statements
    pages: Pages
    codec: Codec
    clock: Clock
    max_attempts: int
    _shards: int = 0

    @property
    def shards(self) -> int:
        """Return into how many shards the tables were divided when created."""
        # Not a cached property: until 3.12 all of those share one lock, and
        # whoever waits here for the writer would hold up the writer.
        if not self._shards:
            with self.driver.reading() as cursor:
                cursor.execute(self.sql.meta, ("shards",))
                rows = cursor.fetchall()
            if not rows:
                raise Damaged("lf_meta does not tell the number of shards")
            self._shards = int(rows[0][0])
        return self._shards


class Tenant:
    """
    Hold what the parts of one tenant's handle share, and read rows for them.
    """

    def __init__(self, database: Database, name: str) -> None:
        self.database = database
        self.name = name
        self.driver: Driver = database.driver
        self.sql: Statements = database.sql
        self.codec: Codec = database.codec
        self.max_attempts: int = database.max_attempts
        self._home: tuple[int, str] | None = None

    @property
    def home(self) -> tuple[int, str]:
        """Return the columns that every key begins with: shard and tenant."""
        if self._home is None:
            shard = crc32(self.name.encode("utf-8", "surrogatepass"))
            self._home = shard % self.database.shards, to_column(self.name)
        return self._home

    @property
    def shard(self) -> int:
        """Return the shard that the tenant lives in."""
        return self.home[0]

    def now(self) -> datetime:
        """Return the store's clock, aware UTC."""
        return aware_utc(self.database.clock())

    def stamp(self) -> Any:
        """Return the store's clock in the engine's form."""
        return self.driver.instant(self.now())

    # -- single reads, inside somebody's transaction

    def version(self, cursor: Cursor, ref: Ref) -> int:
        """Return the version that *ref* is stored in."""
        cursor.execute(self.sql.version, self.key(ref))
        rows = cursor.fetchall()
        return rows[0][0] if rows else 0

    def head(self, cursor: Cursor) -> int:
        """Return the last position of the shard."""
        cursor.execute(self.sql.head, (self.shard,))
        rows = cursor.fetchall()
        if not rows:
            raise Damaged(f"shard {self.shard} has no counter: call migrate()")
        return int(rows[0][0])

    def claim(self, cursor: Cursor, key: ClaimKey) -> ClaimRecord | None:
        """Return who holds *key*, whether the time is up or not."""
        row = (*self.home, to_column(key.space), to_column(key.key))
        cursor.execute(self.sql.claim_held, row)
        rows = cursor.fetchall()
        if not rows:
            return None
        kind, id_, position, at, until = rows[0]
        moment = self.driver.moment
        return ClaimRecord(
            key=key,
            owner=Ref(from_column(kind), from_column(id_)),
            position=position,
            at=moment(at),
            until=None if until is None else moment(until),
        )

    def key(self, ref: Ref) -> tuple[Any, ...]:
        """Return the key columns of *ref*."""
        return (*self.home, to_column(ref.kind), to_column(ref.id))

    # -- rows to values

    def loaded(self, ref: Ref, row: Sequence[Any]) -> Loaded:
        """Return the record that a (version, schema version, state) row holds."""
        version, schema, text = row
        return Loaded(ref, version, self.codec.decode_state(ref.kind, schema, text))

    def recorded(self, row: Sequence[Any]) -> Recorded:
        """Return the event that a journal row holds."""
        position, kind, id_, version, commit_id, type_, type_v, at, actor, data = row
        return Recorded(
            position=position,
            ref=Ref(from_column(kind), from_column(id_)),
            version=version,
            commit_id=UUID(commit_id),
            event=self.codec.decode_event(type_, type_v, data),
            at=self.driver.moment(at),
            by=read_actor(actor),
        )


def write_actor(actor: Actor) -> str:
    """
    Return the column that holds *actor*.
    """
    return to_column(f"{actor.kind}:{actor.id}")


def read_actor(text: str) -> Actor:
    """
    Return the actor that `write_actor` wrote.
    """
    kind, _, id_ = from_column(text).partition(":")
    return Actor(kind, id_)  # type: ignore[arg-type]


def check_limit(limit: int) -> int:
    """
    Return *limit* if it asks for something.

    Raises:
        Refused: it is below 0 (rule ``store.bad-limit``).
    """
    if limit < 0:
        raise Refused("store.bad-limit", f"a limit is not below 0, as {limit}")
    return limit
