"""
The statements of a database store: built with SQLAlchemy, compiled once.

SQLAlchemy writes the SQL of each engine; the driver's own cursor runs it, because
building a statement anew costs seven times as much as running it.  Parameters go
by position: each statement names them in its order here, and a statement whose
order is another cannot be built.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, literal_column, null, select, update

from leadflow.storage._schema import (
    CLAIM,
    CONSUMER,
    JOURNAL,
    META,
    OUTBOX,
    SHARD,
    SNAPSHOT,
    TERM,
    TIMER,
)


if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import ColumnElement, Table
    from sqlalchemy.engine.interfaces import Dialect
    from sqlalchemy.sql.elements import ClauseElement


__all__ = ("Statements", "WorkStatements", "compiled")

_WAITING: ColumnElement[int] = literal_column("0")
_DEAD: ColumnElement[int] = literal_column("2")
_ZERO: ColumnElement[int] = literal_column("0")
_ONE: ColumnElement[int] = literal_column("1")
_EMPTY: ColumnElement[str] = literal_column("''")


def compiled(dialect: Dialect, statement: ClauseElement) -> tuple[str, tuple[str, ...]]:
    """
    Return the SQL of *statement* and the names of its parameters, in order.
    """
    result = statement.compile(dialect=dialect)
    return str(result), tuple(getattr(result, "positiontup", None) or ())


def _ordered(dialect: Dialect, statement: ClauseElement, *names: str) -> str:
    """
    Return the SQL of *statement*, whose parameters are *names*, in this order.
    """
    sql, found = compiled(dialect, statement)
    if found != names:
        raise TypeError(f"parameters are {found}, not {names}, in: {sql}")
    return sql


def _p(name: str) -> Any:
    # A plain name would be taken for a column to set.
    return bindparam(f"p_{name}")


def _is(table: Table, *names: str) -> list[ColumnElement[bool]]:
    return [table.c[name] == _p(name) for name in names]


def _names(*names: str) -> tuple[str, ...]:
    return tuple(f"p_{name}" for name in names)


class Statements:
    """
    Hold the SQL of everything but leases, for one engine.

    *insert* is the engine's own, which knows ``ON CONFLICT``.
    """

    def __init__(self, dialect: Dialect, insert: Callable[[Table], Any]) -> None:
        self._dialect = dialect
        self._insert = insert
        self._records()
        self._journal()
        self._claims()
        self._work()
        self._consumers()
        self.timers: WorkStatements = WorkStatements(
            dialect, TIMER, ("kind", "id", "name"), "name"
        )
        self.effects: WorkStatements = WorkStatements(dialect, OUTBOX, ("id",), "kind")

    def _sql(self, statement: ClauseElement, *names: str) -> str:
        return _ordered(self._dialect, statement, *names)

    def _new(self, table: Table) -> Any:
        values: dict[str, Any] = {c.name: bindparam(c.name) for c in table.c}
        return self._insert(table).values(values)

    def _into(self, table: Table) -> str:
        names = [column.name for column in table.c]
        return self._sql(self._new(table), *names)

    def _into_if_new(self, table: Table) -> str:
        names = [column.name for column in table.c]
        return self._sql(self._new(table).on_conflict_do_nothing(), *names)

    def _records(self) -> None:
        key = ("shard", "tenant", "kind", "id")
        table = SNAPSHOT
        self.meta: str = self._sql(
            select(META.c.value).where(*_is(META, "key")), *_names("key")
        )
        self.meta_set: str = self._into(META)
        self.meta_forget: str = self._sql(
            delete(META).where(*_is(META, "key")), *_names("key")
        )
        self.shard_new: str = self._into(SHARD)
        self.count: str = self._sql(
            update(SHARD)
            .values(head=SHARD.c.head + _p("events"), sent=SHARD.c.sent + _p("effects"))
            .where(*_is(SHARD, "shard"))
            .returning(SHARD.c.head, SHARD.c.sent),
            *_names("events", "effects", "shard"),
        )
        self.head: str = self._sql(
            select(SHARD.c.head).where(*_is(SHARD, "shard")), *_names("shard")
        )
        self.load: str = self._sql(
            select(table.c.version, table.c.schema_v, table.c.state).where(
                *_is(table, *key)
            ),
            *_names(*key),
        )
        self.version: str = self._sql(
            select(table.c.version).where(*_is(table, *key)), *_names(*key)
        )
        self.record_new: str = self._into_if_new(table)
        changed = ("version", "schema_v", "updated_at", "state")
        self.record_move: str = self._sql(
            update(table)
            .values({name: _p(name) for name in changed})
            .where(*_is(table, *key), table.c.version == _p("expected")),
            *_names(*changed, *key, "expected"),
        )
        self.term_new: str = self._into_if_new(TERM)
        term_key = [column.name for column in TERM.c]
        self.term_gone: str = self._sql(
            delete(TERM).where(*_is(TERM, *term_key)), *_names(*term_key)
        )
        self.term_there: str = self._sql(
            select(_ONE).where(*_is(TERM, *term_key)), *_names(*term_key)
        )

    def _journal(self) -> None:
        table = JOURNAL
        self.journal_new: str = self._into(table)
        shown = [
            table.c[name]
            for name in (
                *("position", "kind", "id", "version", "commit_id"),
                *("type", "type_v", "at", "actor", "data"),
            )
        ]
        key = ("shard", "tenant", "kind", "id")
        self.stream: str = self._sql(
            select(*shown)
            .where(*_is(table, *key), table.c.version > _p("after"))
            .order_by(table.c.version)
            .limit(_p("limit"))
            .offset(_ZERO),
            *_names(*key, "after", "limit"),
        )
        self.journal: str = self._sql(
            select(*shown)
            .where(
                table.c.shard == _p("shard"),
                table.c.position > _p("after"),
                table.c.position <= _p("head"),
                table.c.tenant == _p("tenant"),
            )
            .order_by(table.c.position)
            .limit(_p("limit"))
            .offset(_ZERO),
            *_names("shard", "after", "head", "tenant", "limit"),
        )
        self.journal_between: str = self._sql(
            select(func.count()).where(
                table.c.shard == _p("shard"),
                table.c.position > _p("after"),
                table.c.position <= _p("upto"),
            ),
            *_names("shard", "after", "upto"),
        )

    def _claims(self) -> None:
        table = CLAIM
        key = ("shard", "tenant", "space", "key")
        names = [column.name for column in table.c]
        new = self._new(table)
        self.claim: str = self._sql(
            new.on_conflict_do_update(
                index_elements=list(key),
                set_={name: new.excluded[name] for name in names if name not in key},
                where=table.c.until <= _p("now"),
            ),
            *names,
            *_names("now"),
        )
        self.claim_held: str = self._sql(
            select(
                *(
                    table.c[name]
                    for name in ("owner_kind", "owner_id", "position", "at", "until")
                )
            ).where(*_is(table, *key)),
            *_names(*key),
        )
        owned = (*key, "owner_kind", "owner_id")
        self.release: str = self._sql(
            delete(table).where(*_is(table, *owned)), *_names(*owned)
        )
        self.prune: str = self._sql(
            delete(table).where(
                *_is(table, "shard", "tenant"), table.c.until < _p("until")
            ),
            *_names("shard", "tenant", "until"),
        )

    def _work(self) -> None:
        names = [column.name for column in TIMER.c]
        key = ("shard", "tenant", "kind", "id", "name")
        new = self._new(TIMER)
        anew = {name: new.excluded[name] for name in names if name not in key}
        self.timer_set: str = self._sql(
            new.on_conflict_do_update(
                index_elements=list(key), set_=anew | {"token": TIMER.c.token + _ONE}
            ),
            *names,
        )
        self.timer_cancel: str = self._sql(
            delete(TIMER).where(*_is(TIMER, *key)), *_names(*key)
        )
        self.effect_new: str = self._into_if_new(OUTBOX)
        self.effect_there: str = self._sql(
            select(_ONE).where(*_is(OUTBOX, "shard", "id")), *_names("shard", "id")
        )

    def _consumers(self) -> None:
        table = CONSUMER
        key = ("shard", "tenant", "name")
        self.consumer: str = self._sql(
            select(table.c.position).where(*_is(table, *key)), *_names(*key)
        )
        names = [column.name for column in table.c]
        new = self._new(table)
        self.consumer_start: str = self._sql(
            new.on_conflict_do_update(
                index_elements=list(key),
                set_={"position": new.excluded.position},
                where=table.c.position == _ZERO,
            ),
            *names,
        )
        self.consumer_move: str = self._sql(
            update(table)
            .values(position=_p("to"))
            .where(*_is(table, *key), table.c.position == _p("was")),
            *_names("to", *key, "was"),
        )


class WorkStatements:
    """
    Hold the SQL of timers or of the outbox, whose rows are leased alike.

    *key* is what names a row within its tenant; *kind* is the column that a
    lease's filter looks at.
    """

    def __init__(
        self, dialect: Dialect, table: Table, key: tuple[str, ...], kind: str
    ) -> None:
        self._dialect = dialect
        self._table = table
        self._kind = kind
        self._order = ("seq",) if "seq" in table.c else key
        self.due: Callable[..., str] = cache(self._due)
        home = ("shard", "tenant")
        held = [
            *_is(table, *home, *key, "token"),
            table.c.state == _WAITING,
        ]
        held_names = _names(*home, *key, "token")
        token = table.c.token + _ONE
        sql = self._sql
        self.done: str = sql(delete(table).where(*held), *held_names)
        self.lease: str = sql(
            update(table)
            .values(
                next_at=_p("next_at"), token=token, attempts=table.c.attempts + _ONE
            )
            .where(*held),
            *_names("next_at"),
            *held_names,
        )
        self.extend: str = sql(
            update(table).values(next_at=_p("next_at")).where(*held),
            *_names("next_at"),
            *held_names,
        )
        self.retry: str = sql(
            update(table)
            .values(
                next_at=_p("next_at"),
                token=token,
                attempts=_p("attempts"),
                last_error=_p("last_error"),
            )
            .where(*held),
            *_names("next_at", "attempts", "last_error"),
            *held_names,
        )
        self.give_up: str = sql(
            update(table)
            .values(token=token, state=_DEAD, last_error=_p("last_error"))
            .where(*held),
            *_names("last_error"),
            *held_names,
        )
        self.held: str = sql(select(_ONE).where(*held), *held_names)
        self.dead: str = sql(
            select(*self._shown())
            .where(*_is(table, *home), table.c.state == _DEAD)
            .order_by(table.c.due_at, *(table.c[name] for name in key))
            .limit(_p("limit"))
            .offset(_ZERO),
            *_names(*home, "limit"),
        )
        self.revive: str = sql(
            update(table)
            .values(
                next_at=_p("next_at"),
                token=token,
                attempts=_ZERO,
                state=_WAITING,
            )
            .where(*_is(table, *home, *key), table.c.state == _DEAD),
            *_names("next_at", *home, *key),
        )
        self.next_due: str = sql(
            select(func.min(table.c.next_at)).where(
                *_is(table, *home), table.c.state == _WAITING, *self._unblocked()
            ),
            *_names(*home),
        )

    def _sql(self, statement: ClauseElement, *names: str) -> str:
        return _ordered(self._dialect, statement, *names)

    def _shown(self) -> Sequence[Any]:
        """
        Return id, kind, name, lane and all else that a lease tells of a row.
        """
        table = self._table
        is_timer = "name" in table.c
        return [
            table.c.id,
            table.c.kind,
            table.c.name if is_timer else _EMPTY,
            null() if is_timer else table.c.lane,
            *(
                table.c[name]
                for name in (
                    *("payload", "due_at", "next_at"),
                    *("token", "attempts", "last_error"),
                )
            ),
        ]

    def _unblocked(self) -> list[ColumnElement[bool]]:
        """
        Return what keeps back all of a lane but its first, dead or not.
        """
        table = self._table
        if "lane" not in table.c:
            return []
        before = table.alias("before")
        earlier = select(_ONE).where(
            before.c.shard == table.c.shard,
            before.c.tenant == table.c.tenant,
            before.c.lane == table.c.lane,
            before.c.seq < table.c.seq,
        )
        return [table.c.lane.is_(None) | ~earlier.exists()]

    def _due(self, *, kinds: int | None, fresh: bool) -> str:
        """
        Return the query for due rows, of so many *kinds*, *fresh* ones or all.
        """
        table = self._table
        where = [
            *_is(table, "shard", "tenant"),
            table.c.state == _WAITING,
            table.c.next_at <= _p("now"),
            *self._unblocked(),
        ]
        names = ["shard", "tenant", "now"]
        if fresh:
            where.append(table.c.attempts == _ZERO)
        if kinds is not None:
            asked = [f"kind_{index}" for index in range(kinds)]
            where.append(table.c[self._kind].in_([_p(name) for name in asked]))
            names.extend(asked)
        return self._sql(
            select(*self._shown())
            .where(*where)
            .order_by(table.c.next_at, *(table.c[name] for name in self._order))
            .limit(_p("limit"))
            .offset(_ZERO),
            *_names(*names, "limit"),
        )
