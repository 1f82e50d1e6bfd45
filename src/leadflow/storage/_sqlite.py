"""
SQLite: one file, one writer at a time, nothing acknowledged before it is safe.

* Write-ahead log and ``synchronous=FULL``: what was committed survives the death
  of the process and the loss of power.
* ``BEGIN IMMEDIATE`` for whatever may write: a read that turns into a write fails
  at once when another was faster, whatever the busy timeout says.
* One connection writes, under the writer lock (`leadflow.storage._writer_lock`),
  which also covers checkpoints, opening and closing.  Others read.
* A connection must not cross a fork, and must not be open in the parent while a
  child opens the same file: the child's copy of the engine's book-keeping would
  let the parent delete the log under it.  So all connections are closed before
  a fork, and both sides open new ones when they need them.
"""

from __future__ import annotations

import os
import sqlite3
from collections import deque
from contextlib import contextmanager, suppress
from functools import cache, partial
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, Literal
from weakref import WeakSet

from sqlalchemy import create_engine
from sqlalchemy.dialects.sqlite import dialect, insert

from leadflow.errors import (
    LeadflowError,
    Unavailable,
)
from leadflow.storage._checks import instant, micros
from leadflow.storage._sqlite_errors import translated, translated_commit
from leadflow.storage._sqlite_file import network_of, path_of
from leadflow.storage._statements import Statements
from leadflow.storage._writer_lock import WriterLock


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime
    from types import TracebackType

    from sqlalchemy import URL
    from sqlalchemy.engine.interfaces import Dialect

    from leadflow.storage._driver import Cursor


__all__ = ("SqliteDriver", "Synchronous")

Synchronous = Literal["NORMAL", "FULL", "EXTRA"]

_SETTINGS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA mmap_size = 0",
    "PRAGMA cache_size = -16384",
)
_FORK_WAIT = 5.0


class SqliteDriver:
    """
    Know SQLite, for the file that *url* names.
    """

    def __init__(self, url: URL, *, synchronous: Synchronous, timeout: float) -> None:
        self._path = path_of(url)
        self._synchronous = synchronous
        url = url.set(database=str(self._path))
        self._dialect = create_engine(url).dialect
        arguments, options = self._dialect.create_connect_args(url)
        self._arguments = arguments
        self._options: dict[str, Any] = {
            **options,
            "isolation_level": None,
            "check_same_thread": False,
            "cached_statements": 256,
            "timeout": timeout,
        }
        self._lock = WriterLock(
            self._path.with_name(f"{self._path.name}-lock"), timeout=timeout
        )
        self._writer: sqlite3.Cursor | None = None
        self._idle: deque[sqlite3.Cursor] = deque()
        self._lent: deque[None] = deque()
        self._pid = os.getpid()
        self._closed = False
        self._forking = False
        self._in_writing = _Writing(self)
        _OPEN.add(self)

    @property
    def dialect(self) -> Dialect:
        """Return SQLAlchemy's dialect, with parameters by position."""
        return self._dialect

    @property
    def sql(self) -> Statements:
        """Return the statements, which are compiled once in a process."""
        return _statements()

    # -- transactions

    def reading(self) -> AbstractContextManager[sqlite3.Cursor]:
        """Lend a cursor for single reads, each of which sees what is committed."""
        return _Reading(self)

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Cursor]:
        """Lend a cursor whose reads all see one state of the database."""
        with _Reading(self) as cursor:
            cursor.execute("BEGIN")
            try:
                yield cursor
            finally:
                cursor.execute("ROLLBACK")

    def writing(self) -> AbstractContextManager[sqlite3.Cursor]:
        """Lend a cursor in a transaction, committed at the end of the block."""
        return self._in_writing

    @contextmanager
    def guard(self, keys: Sequence[str]) -> Iterator[None]:
        """
        Take the writer lock: there is one writer anyway, whatever the keys.

        What is read inside comes from the writing connection, whose cache is warm.
        """
        if not keys:
            yield
            return
        with self._lock:
            yield

    def lend(self) -> sqlite3.Cursor:
        """
        Return a cursor to read with.
        """
        self._lent.append(None)
        try:
            return self._idle.pop()
        except IndexError:
            pass
        try:
            with self._lock:
                self._writing_cursor()
                cursor = self._connect()
                cursor.execute("PRAGMA wal_autocheckpoint = 0")
                cursor.execute("PRAGMA query_only = ON")
                return cursor
        except BaseException:
            self._lent.pop()
            raise

    def own(self) -> sqlite3.Cursor | None:
        """
        Return the writing connection's cursor to whoever is in a guard.
        """
        self._check()
        return self._writing_cursor() if self._lock.is_mine else None

    def take_back(self, cursor: sqlite3.Cursor, *, usable: bool) -> None:
        """
        Keep a lent cursor for the next reader, or close its connection.
        """
        try:
            if usable and not self._closed:
                self._idle.append(cursor)
            else:
                with self._lock:
                    _close(cursor)
        finally:
            self._lent.pop()

    def begin(self) -> sqlite3.Cursor:
        """
        Take the writer lock and begin; the lock is kept if that succeeds.
        """
        self._check()
        self._lock.__enter__()
        try:
            cursor = self._writing_cursor()
            cursor.execute("BEGIN IMMEDIATE")
        except BaseException:
            self._lock.__exit__()
            raise
        return cursor

    def end(self, *, commit: bool) -> None:
        """
        End what `begin` began, and give the lock back.

        A connection that failed is closed rather than asked to go on.
        """
        try:
            cursor = self._writer
            if cursor is None or not cursor.connection.in_transaction:
                # An error of the engine may have rolled back already.
                return
            try:
                cursor.execute("COMMIT" if commit else "ROLLBACK")
            except sqlite3.Error as error:
                self._forget_writer()
                if commit:
                    raise translated_commit(error) from error
        finally:
            self._lock.__exit__()

    # -- connections

    def _check(self) -> None:
        if self._closed:
            raise Unavailable("the store is closed")
        if self._pid != os.getpid():
            raise Unavailable("the store came through a fork unseen; open it anew")

    def _connect(self) -> sqlite3.Cursor:
        connection: Any = self._dialect.connect(*self._arguments, **self._options)
        cursor: sqlite3.Cursor = connection.cursor()
        try:
            for setting in _SETTINGS:
                cursor.execute(setting)
            cursor.execute(f"PRAGMA synchronous = {self._synchronous}")
        except BaseException:
            connection.close()
            raise
        return cursor

    def _writing_cursor(self) -> sqlite3.Cursor:
        """Return the writer's cursor; the lock is held."""
        if self._writer is None:
            cursor = self._connect()
            try:
                cursor.execute("PRAGMA journal_mode = WAL").fetchall()
            except BaseException:
                _close(cursor)
                raise
            self._writer = cursor
        return self._writer

    def _forget_writer(self) -> None:
        """Close the writer after an error that it may not get over."""
        writer, self._writer = self._writer, None
        if writer is not None:
            _close(writer)

    def _close_all(self) -> None:
        """Close what is not lent; the lock is held."""
        while self._idle:
            _close(self._idle.pop())
        self._forget_writer()

    def close(self) -> None:
        """Close all connections; those that are lent follow when they come back."""
        if self._closed or self._pid != os.getpid():
            return
        if self._is_open:
            with self._lock:
                self._close_all()
        self._closed = True
        self._lock.close()

    @property
    def _is_open(self) -> bool:
        return self._writer is not None or bool(self._idle) or bool(self._lent)

    # -- forks

    def before_fork(self) -> None:
        """Close everything while nobody reads or writes."""
        if not self._is_open:
            return
        try:
            self._lock.__enter__()
        except LeadflowError:
            # Somebody writes on and on: the child will find the store unusable.
            return
        end = monotonic() + _FORK_WAIT
        while self._lent and monotonic() < end:
            sleep(0.001)
        self._close_all()
        self._forking = True

    def after_fork(self, *, in_child: bool) -> None:
        """Go on; connections are opened when somebody needs them."""
        was_clean = not self._is_open
        if not in_child:
            if self._forking:
                self._forking = False
                self._lock.__exit__()
            return
        self._forking = False
        self._lock.abandon()
        if was_clean:
            self._pid = os.getpid()

    # -- values, errors, health

    @staticmethod
    def instant(moment: datetime) -> int:
        """Return *moment* in whole microseconds since 1970."""
        return micros(moment)

    @staticmethod
    def moment(stored: int) -> datetime:
        """Return the instant that is stored as *stored*, in UTC."""
        return instant(stored)

    @staticmethod
    def has_table(cursor: Cursor, name: str) -> bool:
        """Tell whether there is a table called *name*."""
        cursor.execute(
            "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)
        )
        return bool(cursor.fetchall())

    @staticmethod
    def translate(error: BaseException) -> LeadflowError:
        """Return the error of ours that stands for the driver's *error*."""
        return translated(error)

    def warnings(self) -> Iterator[str]:
        """Yield what is unsafe about how the engine is set up."""
        with self._lock:
            cursor = self._writing_cursor()
            mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
            level = cursor.execute("PRAGMA synchronous").fetchone()[0]
        if mode != "wal":
            yield f"the journal mode is {mode}, not wal: readers block the writer"
        if level < 2:
            yield (
                "synchronous is not FULL: a loss of power may undo what was"
                " acknowledged"
            )
        if not os.access(self._path, os.W_OK):
            yield "the file is read-only"
        network = network_of(self._path)
        if network:
            yield f"the file is on a network file system ({network}): locks may fail"

    def damages(self) -> Iterator[str]:
        """Yield what the engine itself finds wrong with its file."""
        with _Reading(self) as cursor:
            rows = cursor.execute("PRAGMA integrity_check").fetchall()
        for (text,) in rows:
            if text != "ok":
                yield f"sqlite: {text}"


class _Reading:
    """
    Lend a cursor for reads.
    """

    __slots__ = ("_cursor", "_driver", "_is_lent")

    def __init__(self, driver: SqliteDriver) -> None:
        self._driver = driver

    def __enter__(self) -> sqlite3.Cursor:
        try:
            own = self._driver.own()
            self._is_lent = own is None
            self._cursor = self._driver.lend() if own is None else own
        except (sqlite3.Error, OSError) as error:
            raise self._driver.translate(error) from error
        return self._cursor

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._is_lent:
            usable = not isinstance(error, sqlite3.Error)
            self._driver.take_back(self._cursor, usable=usable)
        if isinstance(error, (sqlite3.Error, OverflowError)):
            raise self._driver.translate(error) from error


class _Writing:
    """
    Lend the writer's cursor in a transaction.
    """

    __slots__ = ("_driver",)

    def __init__(self, driver: SqliteDriver) -> None:
        self._driver = driver

    def __enter__(self) -> sqlite3.Cursor:
        try:
            return self._driver.begin()
        except (sqlite3.Error, OSError) as error:
            raise self._driver.translate(error) from error

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._driver.end(commit=error is None)
        if isinstance(error, (sqlite3.Error, OverflowError)):
            raise self._driver.translate(error) from error


def _close(cursor: sqlite3.Cursor) -> None:
    """
    Close a connection, and with it whatever it has begun.

    While a statement lives the engine keeps the connection, its transaction and
    its locks in spite of closing; so the transaction is undone and the cursor is
    closed first.
    """
    connection = cursor.connection
    with suppress(sqlite3.Error):
        connection.rollback()
    cursor.close()
    connection.close()


@cache
def _statements() -> Statements:
    return Statements(dialect(paramstyle="qmark"), insert)


_OPEN: WeakSet[SqliteDriver] = WeakSet()
"""The drivers of this process, for what has to be done around a fork."""


def _before_fork() -> None:
    for driver in list(_OPEN):
        driver.before_fork()


def _after_fork(*, in_child: bool) -> None:
    for driver in list(_OPEN):
        driver.after_fork(in_child=in_child)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork,
        after_in_parent=partial(_after_fork, in_child=False),
        after_in_child=partial(_after_fork, in_child=True),
    )
