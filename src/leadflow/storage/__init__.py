"""
Stores: where records, journal, claims, timers and outbox live.

`leadflow.storage.memory.MemoryStore` is the executable specification of the
port `leadflow.ports.Store`: dicts under one lock, gone with the process.
`leadflow.storage.sql.SqlStore` keeps the same promises in a database and needs
``pip install leadflow[sql]``.  Both pass `leadflow.testing.stores.StoreContract`,
which a store of your own can pass too.

The names here are looked up when they are first used, so that asking for the
one does not import what the other needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from leadflow.storage.memory import MemoryStore
    from leadflow.storage.sql import SqlStore


__all__ = ("MemoryStore", "SqlStore")

_ROOMS = {"MemoryStore": "memory", "SqlStore": "sql"}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
