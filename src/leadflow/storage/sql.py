"""
The store on a database, by SQLAlchemy: SQLite today.

It keeps the promises of `leadflow.ports.Store` as `leadflow.storage.memory` tells
them, and what was committed survives the death of the process and the loss of
power.  The tables, the statements and the commit are the same for all engines;
what an engine does its own way stands in its driver (`leadflow.storage._sqlite`).

Needs ``pip install leadflow[sql]``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from leadflow.errors import JournalGap, Refused
from leadflow.ports import Loaded, Report
from leadflow.storage._alchemy import make_url
from leadflow.storage._database import Database, Tenant, check_limit, utc_now
from leadflow.storage._query import Pages
from leadflow.storage._sql_commit import commit as write
from leadflow.storage._sql_house import audit, migrate, stored_schema
from leadflow.storage._sql_work import dead, extend, lease, next_due, revive, settle
from leadflow.storage._sqlite import SqliteDriver, Synchronous
from leadflow.storage._text import to_column
from leadflow.values import Ref, aware_utc


if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime, timedelta

    from leadflow.codec import Codec
    from leadflow.ports import (
        Audit,
        ClaimKey,
        ClaimRecord,
        Clock,
        Commit,
        Cursor,
        Lease,
        LeaseKind,
        Page,
        PrunePolicy,
        Query,
        Receipt,
        Recorded,
        Settle,
    )
    from leadflow.storage.memory import Fold


__all__ = ("SqlStore",)


class SqlStore:
    """
    Keep everything in a database; made by `SqlStore.open`.
    """

    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = Tenant(database, tenant)
        self._driver = database.driver
        self._sql = database.sql

    @classmethod
    def open(
        cls,
        url: str,
        *,
        codec: Codec,
        tenant: str = "",
        clock: Clock = utc_now,
        max_attempts: int = 12,
        synchronous: Synchronous = "FULL",
        timeout: float = 30.0,
    ) -> Self:
        """
        Return a store on the database that *url* names (``sqlite:///leads.db``).

        Nothing is touched before the first use; the tables are made by `migrate`.
        *clock* is the store's clock, *max_attempts* is how often a timer or an
        effect is leased before it is given up, *timeout* is how many seconds to
        wait for other writers.  *synchronous* below FULL is faster and may lose
        what was acknowledged when the power fails.

        Raises:
            Refused: *url* names no file (rule ``store.memory-database``), or an
                engine that is not supported (``store.unknown-engine``).
        """
        parsed = make_url(url)
        if parsed.get_backend_name() != "sqlite":
            raise Refused(
                "store.unknown-engine",
                f"{parsed.get_backend_name()} is not supported, only sqlite is",
            )
        driver = SqliteDriver(parsed, synchronous=synchronous, timeout=timeout)
        database = Database(
            driver=driver,
            sql=driver.sql,
            pages=Pages(),
            codec=codec,
            clock=clock,
            max_attempts=max_attempts,
        )
        return cls(database, tenant)

    def tenant(self, name: str) -> Self:
        """
        Return a handle on the tenant *name* of the same database.
        """
        return type(self)(self._database, name)

    def close(self) -> None:
        """
        Close all connections, for the handles of all tenants.
        """
        self._driver.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- reading

    def load(self, refs: Sequence[Ref]) -> dict[Ref, Loaded]:
        """Return every one of *refs*, those that do not exist at version 0."""
        tenant, sql = self._tenant, self._sql.load
        keys = [(ref, tenant.key(ref)) for ref in dict.fromkeys(refs)]
        found = []
        with self._driver.reading() as cursor:
            for ref, key in keys:
                cursor.execute(sql, key)
                found.append((ref, cursor.fetchall()))
        return {
            ref: tenant.loaded(ref, rows[0]) if rows else Loaded(ref, 0, None)
            for ref, rows in found
        }

    def owners(self, keys: Sequence[ClaimKey]) -> dict[ClaimKey, ClaimRecord]:
        """Return the holders of those of *keys* that are taken."""
        tenant = self._tenant
        now, _ = tenant.now(), tenant.home
        with self._driver.reading() as cursor:
            held = [tenant.claim(cursor, key) for key in dict.fromkeys(keys)]
        return {
            record.key: record
            for record in held
            if record is not None and (record.until is None or record.until > now)
        }

    def select(self, query: Query) -> Page:
        """Return one page of records."""
        return self._database.pages.page(self._tenant, query)

    def stream(self, ref: Ref, *, after: int = 0, limit: int = 500) -> list[Recorded]:
        """Return events of *ref* with a version above *after*, in order."""
        tenant = self._tenant
        row = (*tenant.key(ref), after, check_limit(limit))
        with self._driver.reading() as cursor:
            cursor.execute(self._sql.stream, row)
            rows = cursor.fetchall()
        return [tenant.recorded(row) for row in rows]

    def journal(self, after: Cursor, *, limit: int = 500) -> list[Recorded]:
        """
        Return events above position *after*, contiguous, in commit order.

        Positions belong to the shard: those of other tenants are passed over.

        Raises:
            JournalGap: a position is missing.
        """
        tenant = self._tenant
        after = max(after, 0)
        limit = check_limit(limit)
        with self._driver.snapshot() as cursor:
            head = tenant.head(cursor)
            if after >= head or not limit:
                return []
            name = tenant.home[1]
            row = (tenant.shard, after, head, name, limit)
            cursor.execute(self._sql.journal, row)
            rows = cursor.fetchall()
            last = rows[-1][0] if len(rows) == limit else head
            if last - after != len(rows):
                cursor.execute(self._sql.journal_between, (tenant.shard, after, last))
                count = cursor.fetchall()[0][0]
                if count != last - after:
                    raise JournalGap(
                        f"of the positions {after + 1} to {last} only {count} are there"
                    )
        return [tenant.recorded(row) for row in rows]

    def head(self) -> Cursor:
        """Return the last position, 0 for an empty journal."""
        with self._driver.reading() as cursor:
            return self._tenant.head(cursor)

    def checkpoint(self, consumer: str) -> Cursor:
        """Return the position that *consumer* has finished, 0 if none."""
        row = (*self._tenant.home, to_column(consumer))
        with self._driver.reading() as cursor:
            cursor.execute(self._sql.consumer, row)
            rows = cursor.fetchall()
        return rows[0][0] if rows else 0

    def now(self) -> datetime:
        """Return the store's clock, aware UTC."""
        return self._tenant.now()

    # -- writing

    def commit(self, commit: Commit) -> Receipt:
        """
        Write all of *commit* or nothing.

        Raises:
            Refused: *commit* is wrong in itself, cannot be stored, or repeats the
                id of another commit.
            VersionConflict: a record is not at its expected version.
            ClaimTaken: a claim is held by another.
            LeaseLost: a lease to settle was lost.
            CheckpointMoved: the consumer is not where the commit says.
            Transient: nothing was written; commit the same again.
            Uncertain: it may have been written; commit the same again.
            Unavailable: the disk is full, the file read-only or out of reach.
        """
        return write(self._tenant, commit)

    def guard(self, keys: Sequence[str]) -> AbstractContextManager[None]:
        """Serialise read-decide-commit on hot *keys*; a hint, never a promise."""
        return self._driver.guard(keys)

    # -- timers and outbox

    def lease(
        self,
        what: LeaseKind,
        *,
        limit: int,
        hold: timedelta,
        kinds: Sequence[str] | None = None,
    ) -> list[Lease]:
        """Take due work for *hold*; *kinds* are effect kinds or timer names."""
        return lease(self._tenant, what, limit, hold, kinds)

    def extend(self, lease: Lease, hold: timedelta) -> Lease:
        """Prolong a lease; raises LeaseLost."""
        return extend(self._tenant, lease, hold)

    def settle(self, outcomes: Sequence[Settle]) -> list[bool]:
        """Finish leases; False where the lease was lost."""
        return settle(self._tenant, outcomes)

    def next_due(self) -> datetime | None:
        """Return when the next timer or effect is due, None if none waits."""
        return next_due(self._tenant)

    def dead(self, *, limit: int = 100) -> list[Lease]:
        """Return effects and timers that were given up, the oldest first."""
        return dead(self._tenant, check_limit(limit))

    def revive(self, what: LeaseKind, id: str) -> bool:  # noqa: A002 - the port's word
        """Let dead work be leased again; False if there is none of that id."""
        return revive(self._tenant, what, id)

    # -- keeping house

    def prune(self, policy: PrunePolicy) -> int:
        """Forget what the policy names; return how much."""
        tenant = self._tenant
        with self._driver.writing() as cursor:
            horizon = min(aware_utc(policy.claims_before), tenant.now())
            row = (*tenant.home, self._driver.instant(horizon))
            cursor.execute(self._sql.prune, row)
            return cursor.rowcount

    def audit(self, *, fold: Fold | None = None) -> Audit:
        """
        Check all of the tenant, its shard's journal and the engine's files.

        With *fold*, each record is compared with the fold of its events too.
        """
        return audit(self._tenant, fold)

    def migrate(self, *, shards: int = 1) -> None:
        """
        Create or upgrade the schema; explicit, safe to run at once by many.

        *shards* counts only when the tables are created.  SQLite has one writer
        whatever their number.

        Raises:
            Damaged: the schema is newer than this code.
        """
        migrate(self._driver, self._sql, shards)

    def ready(self) -> Report:
        """
        Check schema and settings.

        Raises:
            Damaged: the schema is newer than this code.
        """
        schema = stored_schema(self._driver, self._sql)
        warnings = list(self._driver.warnings())
        if not schema:
            warnings.insert(0, "there are no tables yet: call migrate()")
        return Report(schema=schema, warnings=tuple(warnings))
