"""
Both stores keep the contract.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from functools import partial
from pathlib import Path

import pytest

from leadflow.codec import Codec
from leadflow.ports import Store
from leadflow.storage import MemoryStore, SqlStore
from leadflow.testing.stores import CODEC, Clock, Recipe, StoreContract


class TestMemoryStore(StoreContract):
    def open_store(
        self, *, codec: Codec, clock: Clock
    ) -> AbstractContextManager[Store]:
        """Return an empty store that encodes everything."""
        return MemoryStore(codec=codec, clock=clock)

    def other_tenant(self, store: Store) -> Store:
        """Return another tenant's handle."""
        assert isinstance(store, MemoryStore)
        return store.tenant("other")


class TestMemoryStoreWithoutCodec(TestMemoryStore):
    """The objects themselves are kept, so nothing is encoded or refused."""

    def open_store(
        self, *, codec: Codec, clock: Clock
    ) -> AbstractContextManager[Store]:
        """Return an empty store that keeps objects."""
        return MemoryStore(clock=clock)

    @pytest.mark.xfail(reason="objects are kept as they are", strict=True)
    def test_naive_times_are_refused(self, store: Store) -> None:
        """
        ST-13: a datetime in an event is only looked at by a codec.
        """
        super().test_naive_times_are_refused(store)

    @pytest.mark.xfail(reason="objects are kept as they are", strict=True)
    def test_instants_come_back_in_utc(self, store: Store) -> None:
        """
        ST-14: an event's datetime keeps its zone.
        """
        super().test_instants_come_back_in_utc(store)


def _open(path: Path, codec: Codec, clock: Clock) -> SqlStore:
    return SqlStore.open(f"sqlite:///{path}", codec=codec, clock=clock)


def _open_elsewhere(path: Path) -> SqlStore:
    return SqlStore.open(f"sqlite:///{path}", codec=CODEC)


class TestSqlite(StoreContract):
    count = 0

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    @contextmanager
    def open_store(self, *, codec: Codec, clock: Clock) -> Iterator[SqlStore]:
        """Return an empty store on a new file."""
        self.count += 1
        with _open(self.folder / f"{self.count}.db", codec, clock) as store:
            store.migrate()
            yield store

    @staticmethod
    def path(store: Store) -> Path:
        """Return the file of a store."""
        assert isinstance(store, SqlStore)
        return store._driver._path  # type: ignore[attr-defined, no-any-return]

    def open_again(self, store: Store) -> AbstractContextManager[Store]:
        """Return another store on the same file."""
        assert isinstance(store, SqlStore)
        database = store._database
        return _open(self.path(store), database.codec, database.clock)  # type: ignore[arg-type]

    def recipe(self, store: Store) -> Recipe:
        """Return what opens the same file in another process."""
        return partial(_open_elsewhere, self.path(store))

    def other_tenant(self, store: Store) -> Store:
        """Return another tenant's handle."""
        assert isinstance(store, SqlStore)
        return store.tenant("other")

    def lose_event(self, store: Store, position: int) -> bool:
        """Remove a row behind the store's back."""
        return self._damage(
            store, "DELETE FROM lf_journal WHERE position = ?", position
        )

    def make_newer(self, store: Store) -> bool:
        """Tell of another schema behind the store's back."""
        sql = "UPDATE lf_meta SET value = ? WHERE key = 'schema'"
        return self._damage(store, sql, "99")

    def open_unsafe(self) -> AbstractContextManager[Store]:
        """Return a store that does not wait for the disk."""
        return SqlStore.open(
            f"sqlite:///{self.folder / 'unsafe.db'}", codec=CODEC, synchronous="NORMAL"
        )

    def _damage(self, store: Store, sql: str, value: object) -> bool:
        with closing(sqlite3.connect(self.path(store))) as connection, connection:
            connection.execute(sql, (value,))
        return True


def test_stores_satisfy_the_port() -> None:
    """
    Both stores have the shape of the port.
    """
    makers: list[Callable[[], Store]] = [
        MemoryStore,
        partial(SqlStore.open, "sqlite:///x.db", codec=CODEC),
    ]

    assert all(isinstance(make(), Store) for make in makers)
