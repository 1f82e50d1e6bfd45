"""
A synchronous store with the face of an asynchronous one, and how it is driven.

The coroutines of `Awaited` never suspend, so whatever awaits nothing else runs to
its end in one step (`drive`): there is no event loop, and nothing is written twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from leadflow.ports import (
    ClaimKey,
    ClaimRecord,
    Commit,
    Lease,
    LeaseKind,
    Loaded,
    Page,
    Query,
    Receipt,
    Recorded,
    Settle,
    Store,
)


if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence
    from datetime import timedelta
    from types import TracebackType

    from leadflow.values import Ref


__all__ = ("Awaited", "drive")

R = TypeVar("R")


def drive(coroutine: Coroutine[Any, Any, R]) -> R:
    """
    Run *coroutine*, which never suspends, to its end.
    """
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
    coroutine.close()
    raise AssertionError("a synchronous port suspended")


class _Guard:
    __slots__ = ("_manager",)

    def __init__(self, manager: Any) -> None:
        self._manager = manager

    async def __aenter__(self) -> None:
        self._manager.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        return self._manager.__exit__(kind, error, traceback)  # type: ignore[no-any-return]


@attrs.frozen
class Awaited:
    """
    Give a synchronous store the face of an asynchronous one; it never suspends.
    """

    store: Store

    async def load(self, refs: Sequence[Ref]) -> dict[Ref, Loaded]:
        return self.store.load(refs)

    async def owners(self, keys: Sequence[ClaimKey]) -> dict[ClaimKey, ClaimRecord]:
        return self.store.owners(keys)

    async def commit(self, commit: Commit) -> Receipt:
        return self.store.commit(commit)

    def guard(self, keys: Sequence[str]) -> _Guard:
        return _Guard(self.store.guard(keys))

    async def select(self, query: Query) -> Page:
        return self.store.select(query)

    async def stream(
        self, ref: Ref, *, after: int = 0, limit: int = 500
    ) -> list[Recorded]:
        return self.store.stream(ref, after=after, limit=limit)

    async def lease(
        self,
        what: LeaseKind,
        *,
        limit: int,
        hold: timedelta,
        kinds: Sequence[str] | None = None,
    ) -> list[Lease]:
        return self.store.lease(what, limit=limit, hold=hold, kinds=kinds)

    async def settle(self, outcomes: Sequence[Settle]) -> list[bool]:
        return self.store.settle(outcomes)
