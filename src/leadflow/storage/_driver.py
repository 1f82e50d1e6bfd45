"""
What differs from engine to engine, in one class.

A `Driver` opens connections, begins and ends transactions, knows the engine's
form of instants and turns the driver's errors into ours.  The rest of a database
store is the same for all engines and speaks to the cursor of the DB-API.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol


if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from sqlalchemy.engine.interfaces import Dialect

    from leadflow.storage._statements import Statements


__all__ = ("Cursor", "Driver")


class Cursor(Protocol):
    """
    Run SQL; the part of a DB-API cursor that stores use.
    """

    @property
    def rowcount(self) -> int:
        """Return how many rows the last statement changed."""
        ...

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Any:
        """Run one statement."""
        ...

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> Any:
        """Run one statement for each of *rows*; *rowcount* is the sum."""
        ...

    def fetchone(self) -> Any:
        """Return the next row, None at the end."""
        ...

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        ...


class Driver(Protocol):
    """
    Know one engine.
    """

    @property
    def dialect(self) -> Dialect:
        """Return SQLAlchemy's dialect, with parameters by position."""
        ...

    @property
    def sql(self) -> Statements:
        """Return the statements in the engine's own SQL."""
        ...

    def reading(self) -> AbstractContextManager[Cursor]:
        """Lend a cursor for single reads, each of which sees what is committed."""
        ...

    def snapshot(self) -> AbstractContextManager[Cursor]:
        """Lend a cursor whose reads all see one state of the database."""
        ...

    def writing(self) -> AbstractContextManager[Cursor]:
        """Lend a cursor in a transaction, committed at the end of the block."""
        ...

    def guard(self, keys: Sequence[str]) -> AbstractContextManager[None]:
        """Serialise whoever names one of *keys*, as far as that is cheap."""
        ...

    def instant(self, moment: datetime) -> Any:
        """Return the engine's form of *moment*."""
        ...

    def moment(self, stored: Any) -> datetime:
        """Return the instant that is stored as *stored*, in UTC."""
        ...

    def has_table(self, cursor: Cursor, name: str) -> bool:
        """Tell whether there is a table called *name*."""
        ...

    def translate(self, error: Exception) -> Exception:
        """Return the error of ours that stands for the driver's *error*."""
        ...

    def warnings(self) -> Iterable[str]:
        """Yield what is unsafe about how the engine is set up."""
        ...

    def damages(self) -> Iterable[str]:
        """Yield what the engine itself finds wrong with its files."""
        ...

    def close(self) -> None:
        """Close all connections."""
        ...
