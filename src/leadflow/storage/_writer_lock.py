"""
The writer lock: one writer at a time, over all threads and processes.

SQLite lets one connection write and makes the others poll, which starves some of
them, lets the write-ahead log grow without bound, and (in versions before 3.51.3)
can damage the file when two connections write and checkpoint at the same moment.
So whoever is about to write, checkpoint or close takes this lock first: a
`threading` lock within the process, and a lock on a file beside the database
between processes.  The system gives the file lock back when its holder dies,
however it dies.
"""

from __future__ import annotations

import os
import sys
from threading import RLock, get_ident
from time import monotonic, sleep
from typing import TYPE_CHECKING, Self

from leadflow.errors import Transient, Unavailable


if TYPE_CHECKING:
    from pathlib import Path


__all__ = ("WriterLock",)

_SHORTEST, _LONGEST = 0.000_05, 0.001
"""Seconds between two looks at a lock that another process holds."""

if sys.platform == "win32":  # pragma: no cover - by the platform
    import msvcrt

    def _try_lock(file: int) -> bool:
        os.lseek(file, 0, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(file: int) -> None:
        os.lseek(file, 0, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_UNLCK, 1)

else:
    from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, flock

    def _try_lock(file: int) -> bool:
        try:
            flock(file, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(file: int) -> None:
        flock(file, LOCK_UN)


class WriterLock:
    """
    Hold the file at *path* locked in a with block; reentrant within a thread.

    Waiting longer than *timeout* seconds raises `Transient`.
    """

    def __init__(self, path: Path, *, timeout: float = 30.0) -> None:
        self._path = path
        self._timeout = timeout
        self._renew()

    def _renew(self) -> None:
        self._lock = RLock()
        self._owner = 0
        self._depth = 0
        self._file: int | None = None

    @property
    def is_mine(self) -> bool:
        """Tell whether the calling thread holds the lock."""
        return self._owner == get_ident()

    def __enter__(self) -> Self:
        if self._owner == get_ident():
            self._depth += 1
            return self
        if not self._lock.acquire(timeout=self._timeout):
            raise Transient("another thread kept the writer lock too long")
        try:
            self._lock_file()
        except BaseException:
            self._lock.release()
            raise
        self._owner = get_ident()
        self._depth = 1
        return self

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if self._depth:
            return
        self._owner = 0
        try:
            if self._file is not None:
                _unlock(self._file)
        finally:
            self._lock.release()

    def close(self) -> None:
        """Close the lock file; the lock has to be free or held by the caller."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def abandon(self) -> None:
        """
        Start anew in a forked child, which shares its parent's lock file.

        Unlocking it here would unlock it for the parent, so the child opens a
        file of its own; closing the inherited one unlocks nothing.
        """
        self.close()
        self._renew()

    def _lock_file(self) -> None:
        if self._file is None:
            flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
            try:
                self._file = os.open(self._path, flags, 0o666)
            except OSError as error:
                raise Unavailable(f"the writer lock: {error}") from error
        if _try_lock(self._file):
            return
        end = monotonic() + self._timeout
        pause = _SHORTEST
        while True:
            sleep(pause)
            if _try_lock(self._file):
                return
            if monotonic() > end:
                raise Transient("another process kept the writer lock too long")
            pause = min(pause * 1.5, _LONGEST)
