"""
The in-memory store's guard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias


if TYPE_CHECKING:
    from collections.abc import Sequence


__all__ = ("Guard",)

_Lock: TypeAlias = Any
"""A reentrant lock, whose class has no name in `threading`."""

_GUARD_WAIT = 5.0


class Guard:
    """
    Hold locks while somebody reads, decides and commits.

    A lock that does not come in time is done without: the guard is a hint, and
    waiting for ever would make it a promise.
    """

    __slots__ = ("_held", "_locks")

    def __init__(self, locks: Sequence[_Lock]) -> None:
        self._locks = locks
        self._held: list[_Lock] = []

    def __enter__(self) -> None:
        self._held = [lock for lock in self._locks if lock.acquire(timeout=_GUARD_WAIT)]

    def __exit__(self, *_: object) -> None:
        for lock in reversed(self._held):
            lock.release()
