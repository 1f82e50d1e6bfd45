"""
Tests of what is SQLite's own; the rest is in the contract.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import attrs
import pytest

from leadflow.codec import CodecBuilder
from leadflow.errors import (
    Damaged,
    JournalGap,
    Refused,
    Transient,
    Unavailable,
    Uncertain,
    VersionConflict,
)
from leadflow.ports import (
    Checkpoint,
    Claim,
    ClaimKey,
    Commit,
    Effect,
    Has,
    Prefix,
    Query,
    Release,
    Write,
)
from leadflow.storage import _sql_house
from leadflow.storage._writer_lock import WriterLock
from leadflow.storage.sql import SqlStore
from leadflow.values import SYSTEM, Index, Ref


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@attrs.frozen
class Opened:
    title: str


@attrs.frozen
class Lead:
    title: str


CODEC = CodecBuilder().event("lead.opened", 1, Opened).record("lead", 1, Lead).build()


def opening(id_: str = "1", index: Index | None = None) -> Commit:
    """
    Return a commit that opens a lead.
    """
    write = Write(
        ref=Ref("lead", id_),
        expected=0,
        state=Lead("x"),
        events=(Opened("x"),),
        index=index,
    )
    return Commit(id=uuid4(), at=NOON, by=SYSTEM, writes=(write,))


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    return tmp_path / "leads.db"


@pytest.fixture(name="store")
def _store(path: Path) -> Iterator[SqlStore]:
    with SqlStore.open(f"sqlite:///{path}", codec=CODEC, timeout=0.3) as store:
        store.migrate()
        yield store


def another(path: Path) -> SqlStore:
    """
    Return a second store on the same file.
    """
    return SqlStore.open(f"sqlite:///{path}", codec=CODEC, timeout=0.3)


class TestOpening:
    @pytest.mark.parametrize(
        "url",
        [
            "sqlite://",
            "sqlite:///:memory:",
            "sqlite:///file::memory:?cache=shared&uri=true",
            "sqlite:///x?mode=memory",
        ],
    )
    def test_memory_is_refused(self, url: str) -> None:
        """
        A database in memory is refused, and the store for that is named.
        """
        with pytest.raises(Refused, match=r"MemoryStore.*store\.memory-database"):
            SqlStore.open(url, codec=CODEC)

    def test_file_uris_are_refused(self) -> None:
        """
        A file has to be named by its path.
        """
        with pytest.raises(Refused, match=r"store\.file-uri"):
            SqlStore.open("sqlite:///file:x.db?uri=true", codec=CODEC)

    def test_other_engines_are_refused(self) -> None:
        """
        An engine that is not supported yet is refused by name.
        """
        with pytest.raises(Refused, match=r"mysql is not supported"):
            SqlStore.open("mysql://localhost/leads", codec=CODEC)

    def test_nothing_is_touched(self, path: Path) -> None:
        """
        Opening makes no file.
        """
        another(path)

        assert not path.exists()

    def test_missing_extra(self) -> None:
        """
        Without SQLAlchemy the import tells how to get it.
        """
        code = (
            "import sys; sys.modules['sqlalchemy'] = None\n"
            "try: import leadflow.storage.sql\n"
            "except ImportError as error: print(error)"
        )
        run = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )

        assert "leadflow.storage.sql needs SQLAlchemy: pip install leadflow[sql]" == (
            run.stdout.strip()
        )


class TestErrors:
    def test_no_tables(self, path: Path) -> None:
        """
        Without tables the error tells to migrate, and so does the report.
        """
        with another(path) as store:
            with pytest.raises(Damaged, match=r"call migrate\(\)"):
                store.commit(opening())

            assert ("there are no tables yet: call migrate()",) == (
                store.ready().warnings
            )

    def test_missing_folder(self, path: Path) -> None:
        """
        A folder that is not there makes the store unavailable.
        """
        with (
            another(path.parent / "no" / "leads.db") as store,
            pytest.raises(Unavailable),
        ):
            store.migrate()

    def test_other_files(self, path: Path) -> None:
        """
        A file that is no database is damaged.
        """
        path.write_bytes(b"no database" * 1000)
        with another(path) as store, pytest.raises(Damaged):
            store.migrate()

    def test_foreign_writer(self, path: Path, store: SqlStore) -> None:
        """
        A program that holds the database without our lock is a passing failure.
        """
        foreign = sqlite3.connect(path, isolation_level=None)
        foreign.execute("BEGIN IMMEDIATE")
        commit = opening()
        with pytest.raises(Transient):
            store.commit(commit)
        foreign.execute("ROLLBACK")
        foreign.close()

        assert not store.commit(commit).repeated

    def test_full_disk(self, path: Path, store: SqlStore) -> None:
        """
        A full disk makes the store unavailable; once there is room it goes on.
        """
        store.commit(opening("0"))
        store._driver._writer.execute("PRAGMA max_page_count = 1")  # type: ignore[attr-defined]
        big = opening()
        big = attrs.evolve(
            big, writes=(attrs.evolve(big.writes[0], state=Lead("x" * 2**20)),)
        )
        with pytest.raises(Unavailable):
            store.commit(big)
        store._driver._writer.execute("PRAGMA max_page_count = 100000")  # type: ignore[attr-defined]

        assert (2, 2) == (store.commit(big).last, store.head())

    def test_after_closing(self, store: SqlStore) -> None:
        """
        A closed store is unavailable, and closing it again does nothing.
        """
        store.close()
        store.close()
        with pytest.raises(Unavailable, match="closed"):
            store.head()

    def test_missing_row(self, path: Path, store: SqlStore) -> None:
        """
        A missing journal row is a gap: it is never passed over.
        """
        for id_ in "123":
            store.commit(opening(id_))
        foreign = sqlite3.connect(path)
        foreign.execute("DELETE FROM lf_journal WHERE position = 2")
        foreign.commit()
        foreign.close()
        with pytest.raises(JournalGap):
            store.journal(0)

        assert [
            "lead/2 is at 1 and has 0 events up to 0",
            "the journal holds 2 events up to 3, its head is 3",
        ] == list(store.audit().problems)


class Breaking:
    """
    Pass everything on to a cursor, and fail at one statement.
    """

    def __init__(self, cursor: Any, sql: str, name: str, *, after: bool) -> None:
        self._cursor = cursor
        self._sql = sql
        self._name = name
        self._after = after

    def execute(self, sql: str, row: Sequence[Any] = ()) -> Any:
        """
        Fail before or after the statement was run.
        """
        breaks = sql.startswith(self._sql)
        if not breaks or self._after:
            self._cursor.execute(sql, row)
        if breaks:
            error = sqlite3.OperationalError("it broke")
            error.sqlite_errorname = self._name
            raise error
        return self._cursor

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


def break_at(store: SqlStore, sql: str, name: str, *, after: bool = False) -> None:
    """
    Let the writer fail at a statement, once.
    """
    store.head()
    driver: Any = store._driver
    with driver._lock:
        driver._writer = Breaking(driver._writing_cursor(), sql, name, after=after)


class TestFailures:
    @pytest.mark.parametrize("after", [False, True])
    def test_a_commit_that_breaks_is_uncertain(
        self, store: SqlStore, after: bool
    ) -> None:
        """
        When the disk fails in a commit nobody knows; repeating it is answered.
        """
        commit = opening()
        break_at(store, "COMMIT", "SQLITE_IOERR_FSYNC", after=after)
        with pytest.raises(Uncertain):
            store.commit(commit)
        receipt = store.commit(commit)

        assert (after, 1, 1) == (receipt.repeated, receipt.last, store.head())

    @pytest.mark.parametrize(
        ("name", "error"),
        [
            ("SQLITE_FULL", Unavailable),
            ("SQLITE_BUSY", Transient),
            ("SQLITE_CORRUPT_INDEX", Damaged),
        ],
    )
    def test_a_commit_that_is_refused_is_not_written(
        self, store: SqlStore, name: str, error: type[Exception]
    ) -> None:
        """
        A commit that the engine turns down is undone, and can be made again.
        """
        commit = opening()
        break_at(store, "COMMIT", name)
        with pytest.raises(error):
            store.commit(commit)

        assert not store.commit(commit).repeated

    def test_a_rollback_that_breaks_hides_nothing(self, store: SqlStore) -> None:
        """
        When even undoing fails, the first error is told and nothing is written.
        """
        store.commit(opening("1"))
        break_at(store, "ROLLBACK", "SQLITE_IOERR")
        with pytest.raises(VersionConflict):
            store.commit(opening("1"))

        assert (1, 2) == (store.head(), store.commit(opening("2")).last)

    @pytest.mark.parametrize(
        ("name", "error"),
        [
            ("SQLITE_TOOBIG", Refused),
            ("SQLITE_READONLY", Unavailable),
            ("SQLITE_MISUSE", Unavailable),
            ("SQLITE_LOCKED", Transient),
        ],
    )
    def test_errors_of_the_driver_are_ours(
        self, store: SqlStore, name: str, error: type[Exception]
    ) -> None:
        """
        Whatever the driver raises leaves as an error of ours.
        """
        break_at(store, "INSERT INTO lf_snapshot", name)
        with pytest.raises(error):
            store.commit(opening())

        assert 0 == store.head()

    def test_a_reader_that_breaks_is_replaced(self, store: SqlStore) -> None:
        """
        A connection on which a question failed is not used again.
        """
        store.head()
        driver: Any = store._driver
        cursor = driver._idle.pop()
        driver._idle.append(Breaking(cursor, "SELECT", "SQLITE_IOERR", after=False))
        with pytest.raises(Unavailable):
            store.head()

        assert 0 == store.head()

    def test_numbers_without_a_place(self, store: SqlStore) -> None:
        """
        A number that the database cannot hold is refused.
        """
        store.commit(opening())
        moved = Checkpoint(consumer="reader", was=0, to=2**70)
        with pytest.raises(Refused, match=r"store\.too-large"):
            store.commit(
                Commit(id=uuid4(), at=NOON, by=SYSTEM, writes=(), checkpoint=moved)
            )

    def test_what_stood_in_the_way_may_go(
        self, store: SqlStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        A conflict that has gone before it is looked at is a passing failure.
        """
        key = ClaimKey("key", "1")
        claim = Claim(key=key, owner=Ref("lead", "0"))
        index = Index(NOON, frozenset({("state", "new")}))
        store.commit(attrs.evolve(opening("0"), claims=(claim,)))
        driver: Any = store._driver
        snapshot = driver.snapshot

        def later() -> Any:
            monkeypatch.undo()
            release = Release(key=key, owner=Ref("lead", "0"))
            store.commit(Commit(id=uuid4(), at=NOON, by=SYSTEM, releases=(release,)))
            return snapshot()

        commit = attrs.evolve(opening("1", index), claims=(claim,))
        monkeypatch.setattr(driver, "snapshot", later)
        with pytest.raises(Transient, match="has gone"):
            store.commit(commit)

        assert not store.commit(commit).repeated

    def test_an_id_that_made_effects(self, store: SqlStore) -> None:
        """
        The id of another commit is noticed by its effects too.
        """
        effect = Effect(kind="send", payload={})
        first = attrs.evolve(opening("1"), effects=(effect,))
        store.commit(first)
        with pytest.raises(Refused, match=r"store\.commit-id-reused"):
            store.commit(attrs.evolve(opening("2"), id=first.id, effects=(effect,)))

        assert 1 == store.head()


class TestAudits:
    @pytest.mark.parametrize(
        ("sql", "problem"),
        [
            (
                "UPDATE lf_snapshot SET version = 7 WHERE id = '1'",
                "lead/1 is at 7 and has 1 events up to 1",
            ),
            ("DELETE FROM lf_snapshot WHERE id = '1'", "lead/1 has events and no"),
            ("UPDATE lf_shard SET head = 9", "the journal holds 2 events up to 2"),
            ("UPDATE lf_outbox SET position = 8", "has no event as its cause"),
            ("UPDATE lf_term SET id = 'x'", "lead/x is indexed and does not exist"),
            ("UPDATE lf_snapshot SET state = '{}' WHERE id = '1'", "cannot be read"),
            ('UPDATE lf_snapshot SET state = \'{"title":"y"}\'', "is not the fold"),
        ],
    )
    def test_damage_is_found(
        self, path: Path, store: SqlStore, sql: str, problem: str
    ) -> None:
        """
        Whatever does not fit together is found.
        """
        index = Index(NOON, frozenset({("state", "new")}))
        effect = Effect(kind="send", payload={})
        store.commit(attrs.evolve(opening("1", index), effects=(effect,)))
        store.commit(opening("2"))
        clean = store.audit(fold=lambda kind, events: Lead(events[-1].title)).clean
        foreign = sqlite3.connect(path)
        foreign.execute(sql)
        foreign.commit()
        foreign.close()
        found = store.audit(fold=lambda kind, events: Lead(events[-1].title)).problems

        assert clean
        assert any(problem in line for line in found), found


class TestLock:
    def test_another_thread_keeps_it(self, tmp_path: Path) -> None:
        """
        Who waits too long for another thread is told so.
        """
        lock = WriterLock(tmp_path / "lock", timeout=0.05)
        with lock, ThreadPoolExecutor(1) as pool:

            def take() -> None:
                with lock:
                    pass

            with pytest.raises(Transient, match="thread"):
                pool.submit(take).result()

    def test_another_process_keeps_it(self, tmp_path: Path) -> None:
        """
        Who waits too long for another process is told so.
        """
        one, two = (WriterLock(tmp_path / "lock", timeout=0.05) for _ in range(2))
        with one, pytest.raises(Transient, match="process"), two:
            pass
        with two:
            assert (True, False) == (two.is_mine, one.is_mine)
        one.close()
        two.close()


class TestSettings:
    def test_writes_are_safe(self, path: Path, store: SqlStore) -> None:
        """
        The write-ahead log is synced at each commit, and there is nothing to warn of.
        """
        assert ((), 1) == (store.ready().warnings, store.ready().schema)

    def test_unsafe_settings_are_told(self, path: Path) -> None:
        """
        A store that may lose what it acknowledged says so.
        """
        url = f"sqlite:///{path}"
        with SqlStore.open(url, codec=CODEC, synchronous="NORMAL") as store:
            store.migrate()
            (warning,) = store.ready().warnings

        assert "synchronous is not FULL" in warning

    def test_the_log_is_small_after_closing(self, path: Path, store: SqlStore) -> None:
        """
        Closing the last store folds the log into the file.
        """
        store.commit(opening())
        store.close()

        assert not path.with_name("leads.db-wal").exists()


class TestSchema:
    def test_newer_schema(self, path: Path, store: SqlStore) -> None:
        """
        A schema of newer code is refused.
        """
        foreign = sqlite3.connect(path)
        foreign.execute("UPDATE lf_meta SET value = '99' WHERE key = 'schema'")
        foreign.commit()
        foreign.close()
        with pytest.raises(Damaged, match="newer"):
            store.ready()
        with pytest.raises(Damaged, match="newer"):
            store.migrate()

    def test_older_schema(
        self, path: Path, store: SqlStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        An older schema is brought up step by step, and the data stays.
        """
        store.commit(opening())
        steps = []
        monkeypatch.setattr(_sql_house, "SCHEMA", 3)
        monkeypatch.setattr(
            _sql_house,
            "UPGRADES",
            {number: lambda cursor, n=number: steps.append(n) for number in (1, 2)},
        )
        store.migrate()
        store.migrate()

        assert ([1, 2], 3, 1) == (steps, store.ready().schema, store.head())


class TestPages:
    def test_long_prefix_answers(self, store: SqlStore) -> None:
        """
        A prefix that most records have is answered like a rare one.
        """
        for number in range(30):
            index = Index(
                NOON + timedelta(minutes=number),
                frozenset({("word", f"a{number:02}"), ("word", f"ab{number:02}")}),
            )
            store.commit(opening(f"{number:02}", index))
        query = Query(kind="lead", where=Prefix("word", "a"), limit=20)
        first = store.select(query)
        second = store.select(attrs.evolve(query, after=first.next))

        assert ([f"{number:02}" for number in range(30)], None) == (
            [item.ref.id for page in (first, second) for item in page.items],
            second.next,
        )

    def test_a_page_is_one_walk_along_the_key(
        self, path: Path, store: SqlStore
    ) -> None:
        """
        A page by one term needs no sorting and no other index.
        """
        store.commit(opening("1", Index(NOON, frozenset({("state", "new")}))))
        store.select(Query(kind="lead", where=Has("state", "new")))
        ((sql, names),) = store._database.pages._compiled.values()
        foreign = sqlite3.connect(path)
        plan = foreign.execute(f"EXPLAIN QUERY PLAN {sql}", [0] * len(names)).fetchall()
        foreign.close()

        assert [
            (
                "SEARCH t USING PRIMARY KEY (shard=? AND tenant=? AND kind=? AND"
                " name=? AND value=?)"
            )
        ] == [row[3] for row in plan]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
class TestForks:
    @pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
    def test_both_sides_go_on(self, path: Path, store: SqlStore) -> None:
        """
        Parent and child open connections of their own after a fork.
        """
        store.commit(opening("1"))
        store.load([Ref("lead", "1")])
        child = os.fork()
        if not child:
            try:
                store.commit(opening("2"))
                os._exit(0 if store.head() == 2 else 3)
            except BaseException:  # noqa: BLE001 - a child must not come back
                traceback.print_exc()
                os._exit(4)
        _, status = os.waitpid(child, 0)
        store.commit(opening("3"))

        assert (0, 3, True) == (status, store.head(), store.audit().clean)

    def test_a_fork_unseen_is_refused(
        self, store: SqlStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        A process that is not the one the store was opened in is refused.
        """
        monkeypatch.setattr(os, "getpid", lambda: 1)
        with pytest.raises(Unavailable, match="fork"):
            store.head()
