"""
The commit of a database store.

Everything is encoded before the transaction begins.  Inside it no row is read to
be checked: each statement only changes what is as the commit expects, and the
number of rows that it changed tells whether that was so.  The first number that
is wrong rolls everything back, and only then the store looks for the reason, in
the order in which the in-memory store would have met it.

The order of tables is fixed and rows are sorted, so that two commits can wait for
each other but never in a circle: the position counter, claims, records, timers,
outbox, consumers, journal.  An engine with many writers takes the counter last
instead, since it stays locked until the commit is done; here one writes at a time
anyway, and claims want to know their position.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leadflow.errors import (
    CheckpointMoved,
    ClaimTaken,
    LeaseLost,
    Refused,
    Transient,
    VersionConflict,
)
from leadflow.ports import CancelTimer, ClaimKey, Receipt
from leadflow.storage._checks import (
    COMMITS,
    REMEMBERED,
    check_commit,
    digest_of,
    effect_id,
    first_token,
    is_empty,
    reused,
)
from leadflow.storage._database import write_actor
from leadflow.storage._text import to_column
from leadflow.values import Ref, aware_utc


if TYPE_CHECKING:
    from datetime import datetime

    from leadflow.ports import ClaimRecord, Commit, Index, Lease, Write
    from leadflow.storage._database import Tenant
    from leadflow.storage._driver import Cursor


__all__ = ("commit", "lease_key")


class _Unexpected(Exception):
    """
    Tell that a row was not as the commit expects.
    """


def commit(tenant: Tenant, given: Commit) -> Receipt:
    """
    Write all of *given* or nothing.
    """
    check_commit(given)
    plan = _Plan(tenant, given)
    try:
        with tenant.driver.writing() as cursor:
            return plan.run(cursor)
    except _Unexpected:
        with tenant.driver.snapshot() as cursor:
            return _Reason(tenant, given, plan).find(cursor)


class _Plan:
    """
    Hold a commit as rows, but for the positions that it will get.
    """

    def __init__(self, tenant: Tenant, given: Commit) -> None:
        self._tenant = tenant
        self._given = given
        codec = tenant.codec
        self.now = tenant.now()
        instant = tenant.driver.instant
        self._stamp = instant(self.now)
        self._at = instant(given.at)
        self.states = [
            codec.encode_state(write.ref.kind, write.state) for write in given.writes
        ]
        encode_event = codec.encode_event
        self.events = [
            [encode_event(event) for event in write.events] for write in given.writes
        ]
        self._timers = [
            None if isinstance(timer, CancelTimer) else codec.encode_data(timer.payload)
            for timer in given.timers
        ]
        self._effects = [codec.encode_data(effect.payload) for effect in given.effects]
        self._keys = [tenant.key(write.ref) for write in given.writes]

    def run(self, cursor: Cursor) -> Receipt:
        """Change all rows; raises `_Unexpected` where one was not as expected."""
        given, tenant = self._given, self._tenant
        count = sum(map(len, self.events))
        head, sent = self._count(cursor, count, len(given.effects))
        first = head - count + 1
        position = first if count else head
        if given.releases:
            self._release(cursor)
        if given.claims or not count:
            self._claim(cursor, position, remember=not count)
        for ref, version in given.expects:
            if tenant.version(cursor, ref) != version:
                raise _Unexpected
        versions = self._write(cursor)
        for settle in given.settles:
            statements = getattr(tenant.sql, settle.lease.what)
            key = lease_key(tenant, settle.lease)
            self._expect(cursor, statements.done, key)
        if given.timers:
            self._set_timers(cursor)
        if given.effects:
            self._send(cursor, position, sent)
        if given.checkpoint is not None:
            self._move(cursor)
        if count:
            self._record(cursor, first)
            return Receipt(
                commit_id=given.id, versions=versions, first=first, last=head
            )
        return Receipt(commit_id=given.id, versions=versions, first=0, last=0)

    @staticmethod
    def _expect(cursor: Cursor, sql: str, row: tuple[Any, ...]) -> None:
        cursor.execute(sql, row)
        if cursor.rowcount != 1:
            raise _Unexpected

    def _count(self, cursor: Cursor, events: int, effects: int) -> tuple[int, int]:
        tenant = self._tenant
        if not (events or effects):
            return tenant.head(cursor), 0
        cursor.execute(tenant.sql.count, (events, effects, tenant.shard))
        rows = cursor.fetchall()
        if not rows:
            tenant.head(cursor)
        head, sent = rows[0]
        return head, sent

    def _release(self, cursor: Cursor) -> None:
        tenant = self._tenant
        for release in self._given.releases:
            key, owner = release.key, release.owner
            row = (*tenant.home, to_column(key.space), to_column(key.key))
            cursor.execute(
                tenant.sql.release, (*row, to_column(owner.kind), to_column(owner.id))
            )
            if not cursor.rowcount:
                held = tenant.claim(cursor, key)
                if held is not None and _runs(held, self.now):
                    raise _Unexpected

    def _claim(self, cursor: Cursor, position: int, *, remember: bool) -> None:
        given, (shard, name) = self._given, self._tenant.home
        instant = self._tenant.driver.instant
        at, now = self._at, self._stamp
        rows: list[tuple[Any, ...]] = []
        for claim in given.claims:
            key, owner, until = claim.key, claim.owner, claim.until
            space, text = to_column(key.space), to_column(key.key)
            kind, id_ = to_column(owner.kind), to_column(owner.id)
            end = None if until is None else instant(aware_utc(until))
            rows.append((shard, name, space, text, kind, id_, position, at, end, now))
        if remember and not is_empty(given):
            text, id_ = str(given.id), digest_of(given)
            end = instant(self.now + REMEMBERED)
            rows.append(
                (shard, name, COMMITS, text, COMMITS, id_, position, at, end, now)
            )
        if len(rows) > 1:
            rows.sort()
        if rows:
            cursor.executemany(self._tenant.sql.claim, rows)
            if cursor.rowcount != len(rows):
                raise _Unexpected

    def _write(self, cursor: Cursor) -> dict[Ref, int]:
        given, sql = self._given, self._tenant.sql
        versions: dict[Ref, int] = {}
        gone: list[tuple[Any, ...]] = []
        come: list[tuple[Any, ...]] = []
        order = range(len(given.writes))
        if len(given.writes) > 1:
            order = sorted(order, key=self._keys.__getitem__)  # type: ignore[assignment]
        for place in order:
            write, key = given.writes[place], self._keys[place]
            schema, state = self.states[place]
            version = versions[write.ref] = write.expected + len(write.events)
            moved = (version, schema, self._stamp, state)
            if write.expected:
                self._expect(cursor, sql.record_move, (*moved, *key, write.expected))
            else:
                self._expect(cursor, sql.record_new, (*key, *moved))
            if write.index is not write.was and write.index != write.was:
                self._index(write, key, gone, come)
        for statement, rows in ((sql.term_gone, gone), (sql.term_new, come)):
            if rows:
                cursor.executemany(statement, rows)
                if cursor.rowcount != len(rows):
                    raise _Unexpected
        return versions

    def _index(
        self,
        write: Write,
        key: tuple[Any, ...],
        gone: list[tuple[Any, ...]],
        come: list[tuple[Any, ...]],
    ) -> None:
        was, index = write.was, write.index
        home, id_ = key[:3], key[3]
        if was is not None and index is not None and was.at == index.at:
            old, new = was.terms - index.terms, index.terms - was.terms
        else:
            old = frozenset() if was is None else was.terms | _EVERY
            new = frozenset() if index is None else index.terms | _EVERY
        if old:
            gone.extend(self._terms(home, old, was, id_))
        if new:
            come.extend(self._terms(home, new, index, id_))

    def is_indexed(self, cursor: Cursor, write: Write) -> bool:
        """Tell whether the record is found by what the write says it was."""
        gone: list[tuple[Any, ...]] = []
        come: list[tuple[Any, ...]] = []
        self._index(write, self._tenant.key(write.ref), gone, come)
        for rows, expected in ((gone, True), (come, False)):
            for row in rows:
                if expected or row not in gone:
                    cursor.execute(self._tenant.sql.term_there, row)
                    if bool(cursor.fetchall()) is not expected:
                        return False
        return True

    def _terms(
        self, home: tuple[Any, ...], terms: Any, index: Index | None, id_: str
    ) -> list[tuple[Any, ...]]:
        if index is None:
            return []
        shard, tenant, kind = home
        at = self._tenant.driver.instant(index.at)
        return [
            (shard, tenant, kind, to_column(name), to_column(value), at, id_)
            for name, value in terms
        ]

    def _set_timers(self, cursor: Cursor) -> None:
        tenant = self._tenant
        for timer, payload in zip(self._given.timers, self._timers, strict=True):
            key = (*tenant.key(timer.ref), to_column(timer.name))
            if isinstance(timer, CancelTimer):
                cursor.execute(tenant.sql.timer_cancel, key)
                continue
            due = tenant.driver.instant(timer.due)
            token = first_token(self._given.id)
            cursor.execute(
                tenant.sql.timer_set, (*key, due, due, token, 0, 0, payload, "")
            )

    def _send(self, cursor: Cursor, position: int, sent: int) -> None:
        given, tenant = self._given, self._tenant
        shard, name = tenant.home
        seq = sent - len(given.effects)
        rows: list[tuple[Any, ...]] = []
        for index, (effect, data) in enumerate(
            zip(given.effects, self._effects, strict=True)
        ):
            seq += 1
            id_, kind = effect_id(given.id, index), to_column(effect.kind)
            lane = None if effect.lane is None else to_column(effect.lane)
            due = self._stamp
            if effect.not_before is not None:
                due = tenant.driver.instant(aware_utc(effect.not_before))
            place = (shard, id_, name, lane, position, seq, kind, due, due)
            rows.append((*place, 0, 0, 0, data, ""))
        cursor.executemany(tenant.sql.effect_new, rows)
        if cursor.rowcount != len(rows):
            raise _Unexpected

    def _move(self, cursor: Cursor) -> None:
        tenant, moved = self._tenant, self._given.checkpoint
        if moved is None:
            return
        key = (*tenant.home, to_column(moved.consumer))
        if moved.was:
            row: tuple[Any, ...] = (moved.to, *key, moved.was)
            self._expect(cursor, tenant.sql.consumer_move, row)
        else:
            self._expect(cursor, tenant.sql.consumer_start, (*key, moved.to))

    def _record(self, cursor: Cursor, position: int) -> None:
        given, tenant = self._given, self._tenant
        shard, name = tenant.home
        at, now = self._at, self._stamp
        actor, commit = write_actor(given.by), str(given.id)
        rows: list[tuple[Any, ...]] = []
        for write, key, events in zip(
            given.writes, self._keys, self.events, strict=True
        ):
            kind, id_ = key[2:]
            version = write.expected
            for event, schema, text in events:
                version += 1
                what = (shard, position, name, kind, id_, version, commit, event)
                rows.append((*what, schema, at, now, actor, text))
                position += 1
        cursor.executemany(tenant.sql.journal_new, rows)


class _Reason:
    """
    Find out why a commit was rolled back.
    """

    def __init__(self, tenant: Tenant, given: Commit, plan: _Plan) -> None:
        self._tenant = tenant
        self._given = given
        self._plan = plan

    def find(self, cursor: Cursor) -> Receipt:
        """
        Return the first receipt of a repeated commit, or raise the reason.
        """
        given, tenant = self._given, self._tenant
        for write in given.writes:
            actual = tenant.version(cursor, write.ref)
            if actual != write.expected:
                receipt = self._repeated(cursor)
                if receipt is not None:
                    return receipt
                self._check_claims(cursor)
                raise VersionConflict(write.ref, write.expected, actual)
        if not given.writes:
            receipt = self._repeated_bare(cursor)
            if receipt is not None:
                return receipt
        self._check_claims(cursor)
        for ref, version in given.expects:
            actual = tenant.version(cursor, ref)
            if actual != version:
                raise VersionConflict(ref, version, actual)
        for settle in given.settles:
            held = getattr(tenant.sql, settle.lease.what).held
            cursor.execute(held, lease_key(tenant, settle.lease))
            if not cursor.fetchall():
                raise LeaseLost(f"the lease on {settle.lease.id} was lost")
        if given.checkpoint is not None:
            consumer = given.checkpoint.consumer
            cursor.execute(tenant.sql.consumer, (*tenant.home, to_column(consumer)))
            rows = cursor.fetchall()
            if (rows[0][0] if rows else 0) != given.checkpoint.was:
                raise CheckpointMoved(
                    f"{consumer} is no longer at {given.checkpoint.was}"
                )
        for write in given.writes:
            if not self._plan.is_indexed(cursor, write):
                raise Refused(
                    "store.index-mismatch",
                    "the record is not indexed as the write says",
                    subject=str(write.ref),
                )
        for index in range(len(given.effects)):
            cursor.execute(
                tenant.sql.effect_there, (tenant.shard, effect_id(given.id, index))
            )
            if cursor.fetchall():
                raise reused(given)
        raise Transient("what stood in the way has gone; commit the same again")

    def _check_claims(self, cursor: Cursor) -> None:
        taken: list[ClaimRecord] = []
        free = set()
        for release in self._given.releases:
            held = self._tenant.claim(cursor, release.key)
            if held is not None and _runs(held, self._plan.now):
                if held.owner != release.owner:
                    taken.append(held)
                free.add(release.key)
        for claim in self._given.claims:
            held = self._tenant.claim(cursor, claim.key)
            if (
                held is not None
                and claim.key not in free
                and _runs(held, self._plan.now)
            ):
                taken.append(held)
        if taken:
            raise ClaimTaken(taken)

    def _repeated(self, cursor: Cursor) -> Receipt | None:
        """Return the first receipt if the commit stands in the journal already."""
        given, tenant = self._given, self._tenant
        deed = (tenant.driver.instant(given.at), write_actor(given.by))
        versions: dict[Ref, int] = {}
        positions: list[int] = []
        same = True
        for write, events in zip(given.writes, self._plan.events, strict=True):
            row = (*tenant.key(write.ref), write.expected, len(events) + 1)
            cursor.execute(tenant.sql.stream, row)
            ours = [row for row in cursor.fetchall() if row[4] == str(given.id)]
            positions.extend(row[0] for row in ours)
            stored = [(row[5], row[6], row[9]) for row in ours]
            deeds = {(row[7], row[8]) for row in ours}
            same = same and stored == events and deeds == {deed}
            versions[write.ref] = write.expected + len(events)
        if not positions:
            return None
        if not same:
            raise reused(given)
        return Receipt(
            commit_id=given.id,
            versions=versions,
            first=min(positions),
            last=max(positions),
            repeated=True,
        )

    def _repeated_bare(self, cursor: Cursor) -> Receipt | None:
        given = self._given
        held = self._tenant.claim(cursor, ClaimKey(COMMITS, str(given.id)))
        if held is None:
            return None
        if held.owner != Ref(COMMITS, digest_of(given)):
            raise reused(given)
        return Receipt(commit_id=given.id, versions={}, first=0, last=0, repeated=True)


_EVERY = frozenset({("", "")})
"""The term that every indexed record of a kind has."""


def _runs(held: ClaimRecord, now: datetime) -> bool:
    return held.until is None or held.until > now


def lease_key(tenant: Tenant, lease: Lease) -> tuple[Any, ...]:
    """
    Return the key columns and the token of the row that *lease* is on.
    """
    ref = lease.ref
    if ref is None:
        return (*tenant.home, to_column(lease.id), lease.token)
    return (*tenant.key(ref), to_column(lease.name), lease.token)
