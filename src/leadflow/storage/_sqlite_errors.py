"""
The errors of SQLite's driver, told in ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadflow.errors import (
    Damaged,
    LeadflowError,
    Refused,
    Transient,
    Unavailable,
    Uncertain,
)


if TYPE_CHECKING:
    import sqlite3


__all__ = ("translated", "translated_commit")

_TRANSIENT = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL", "SQLITE_INTERRUPT")
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT", "SQLITE_CONSTRAINT")


def translated(error: BaseException) -> LeadflowError:
    """
    Return the error of ours that stands for the driver's *error*.

    Whatever is not known to pass by itself, nor to be damage, means that the store
    cannot be used now.
    """
    if isinstance(error, OverflowError):
        return Refused("store.too-large", f"a number is too large: {error}")
    name: str = getattr(error, "sqlite_errorname", "") or ""
    text = f"{error} [{name}]" if name else str(error)
    if name.startswith(_TRANSIENT):
        return Transient(text)
    if name.startswith("SQLITE_TOOBIG"):
        return Refused("store.too-large", text)
    if name.startswith(_DAMAGED):
        return Damaged(text)
    if "no such table: lf_" in text or "no such column" in text:
        return Damaged(f"{text}: the schema is not there, call migrate()")
    return Unavailable(text)


def translated_commit(error: sqlite3.Error) -> LeadflowError:
    """
    Return the error of ours for one that came while committing.

    When the disk fails then, the commit may be in the log or not.
    """
    name: str = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith("SQLITE_IOERR"):
        return Uncertain(f"the commit may be on disk or not: {error} [{name}]")
    return translated(error)
