"""
Timers and outbox of a database store: due work, leased with a fencing token.

Every change of a row names the token that it rests on, so whoever comes late
changes nothing.  The rules are those of `leadflow.storage._works`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from leadflow.errors import LeaseLost
from leadflow.ports import Dead, Done, Lease
from leadflow.storage._checks import timer_id, timer_key
from leadflow.storage._sql_commit import lease_key
from leadflow.storage._text import from_column, to_column
from leadflow.values import Ref


if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from leadflow.ports import LeaseKind, Settle
    from leadflow.storage._database import Tenant
    from leadflow.storage._driver import Cursor
    from leadflow.storage._statements import WorkStatements


__all__ = ("dead", "extend", "lease", "next_due", "revive", "settle")


def lease(
    tenant: Tenant,
    what: LeaseKind,
    limit: int,
    hold: timedelta,
    kinds: Sequence[str] | None,
) -> list[Lease]:
    """
    Take due work: one piece that was tried before, or a batch of others.
    """
    if limit < 1 or (kinds is not None and not kinds):
        return []
    statements = _statements(tenant, what)
    with tenant.driver.writing() as cursor:
        now = tenant.now()
        until = now + hold
        found = _due(tenant, what, cursor, (limit, kinds, now))
        rows = [(tenant.driver.instant(until), *lease_key(tenant, it)) for it in found]
        if rows:
            cursor.executemany(statements.lease, rows)
    return [
        attrs.evolve(it, token=it.token + 1, attempts=it.attempts + 1, until=until)
        for it in found
    ]


def _due(
    tenant: Tenant,
    what: LeaseKind,
    cursor: Cursor,
    asked: tuple[int, Sequence[str] | None, datetime],
) -> list[Lease]:
    limit, kinds, now = asked
    statements = _statements(tenant, what)
    names = () if kinds is None else tuple(to_column(kind) for kind in kinds)
    count = None if kinds is None else len(names)
    row = (*tenant.home, tenant.driver.instant(now), *names, limit)
    while True:
        cursor.execute(statements.due(kinds=count, fresh=False), row)
        found = [_lease(tenant, what, shown) for shown in cursor.fetchall()]
        if not found or not any(it.attempts for it in found):
            return found
        first = found[0]
        if first.attempts >= tenant.max_attempts:
            error = f"given up after {first.attempts} attempts"
            cursor.execute(statements.give_up, (error, *lease_key(tenant, first)))
            continue
        if first.attempts:
            return [first]
        cursor.execute(statements.due(kinds=count, fresh=True), row)
        return [_lease(tenant, what, shown) for shown in cursor.fetchall()]


def extend(tenant: Tenant, held: Lease, hold: timedelta) -> Lease:
    """
    Prolong a lease.
    """
    with tenant.driver.writing() as cursor:
        until = tenant.now() + hold
        cursor.execute(
            _statements(tenant, held.what).extend,
            (tenant.driver.instant(until), *lease_key(tenant, held)),
        )
        if not cursor.rowcount:
            raise LeaseLost(f"the lease on {held.id} was lost")
    return attrs.evolve(held, until=until)


def settle(tenant: Tenant, outcomes: Sequence[Settle]) -> list[bool]:
    """
    Finish leases; False where the lease was lost.
    """
    if not outcomes:
        return []
    with tenant.driver.writing() as cursor:
        now = tenant.now()
        return [_settle(tenant, cursor, outcome, now) for outcome in outcomes]


def _settle(tenant: Tenant, cursor: Cursor, outcome: Settle, now: datetime) -> bool:
    held, verdict = outcome.lease, outcome.verdict
    statements = _statements(tenant, held.what)
    key = lease_key(tenant, held)
    if isinstance(verdict, Done):
        cursor.execute(statements.done, key)
    elif isinstance(verdict, Dead) or (
        verdict.counts and held.attempts >= tenant.max_attempts
    ):
        cursor.execute(statements.give_up, (to_column(verdict.error), *key))
    else:
        due = tenant.driver.instant(now + verdict.after)
        attempts = held.attempts if verdict.counts else held.attempts - 1
        error = to_column(verdict.error)
        cursor.execute(statements.retry, (due, attempts, error, *key))
    return cursor.rowcount == 1


def next_due(tenant: Tenant) -> datetime | None:
    """
    Return when the first timer or effect can be leased.
    """
    dues: list[Any] = []
    with tenant.driver.reading() as cursor:
        for statements in (tenant.sql.timers, tenant.sql.effects):
            cursor.execute(statements.next_due, tenant.home)
            dues.extend(row[0] for row in cursor.fetchall() if row[0] is not None)
    return tenant.driver.moment(min(dues)) if dues else None


def dead(tenant: Tenant, limit: int) -> list[Lease]:
    """
    Return what was given up, the oldest first.
    """
    found: list[Lease] = []
    kinds: tuple[LeaseKind, ...] = ("timers", "effects")
    with tenant.driver.reading() as cursor:
        for what in kinds:
            cursor.execute(_statements(tenant, what).dead, (*tenant.home, limit))
            found.extend(_lease(tenant, what, row) for row in cursor.fetchall())
    return sorted(found, key=lambda it: (it.due, it.id))[:limit]


def revive(tenant: Tenant, what: LeaseKind, name: str) -> bool:
    """
    Let dead work be leased again.
    """
    key: tuple[str, ...] | None = timer_key(name) if what == "timers" else (name,)
    if key is None:
        return False
    with tenant.driver.writing() as cursor:
        row = (tenant.stamp(), *tenant.home, *map(to_column, key))
        cursor.execute(_statements(tenant, what).revive, row)
        return cursor.rowcount == 1


def _statements(tenant: Tenant, what: LeaseKind) -> WorkStatements:
    return tenant.sql.timers if what == "timers" else tenant.sql.effects


def _lease(tenant: Tenant, what: LeaseKind, row: Sequence[Any]) -> Lease:
    id_, kind, name, lane, payload, due, next_at, token, attempts, error = row
    kind, name = from_column(kind), from_column(name)
    ref = Ref(kind, from_column(id_)) if what == "timers" else None
    return Lease(
        what=what,
        id=id_ if ref is None else timer_id(ref, name),
        kind=kind,
        ref=ref,
        name=name,
        payload=tenant.codec.decode_data(payload),
        due=tenant.driver.moment(due),
        token=token,
        attempts=attempts,
        until=tenant.driver.moment(next_at),
        lane=None if lane is None else from_column(lane),
        error=from_column(error),
    )
