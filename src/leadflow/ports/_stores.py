"""
The ports themselves: stores, transports, and what is told about a store.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

import attrs


if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager, AbstractContextManager

    from leadflow.ports._data import (
        ClaimKey,
        ClaimRecord,
        Commit,
        Cursor,
        Lease,
        LeaseKind,
        Loaded,
        Receipt,
        Recorded,
        Settle,
        Verdict,
    )
    from leadflow.ports._queries import Page, Query
    from leadflow.values import Ref


__all__ = (
    "AsyncStore",
    "AsyncTransport",
    "Audit",
    "Clock",
    "Ids",
    "PrunePolicy",
    "Report",
    "Store",
    "Transport",
)


@attrs.frozen(kw_only=True)
class Audit:
    """
    Tell what an audit found; *problems* is empty when all is well.
    """

    records: int
    events: int
    problems: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Tell whether nothing was found."""
        return not self.problems


@attrs.frozen(kw_only=True)
class Report:
    """
    Tell whether a store is set up safely; *warnings* name what is not.
    """

    schema: int
    warnings: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class PrunePolicy:
    """
    Say what may be forgotten: claims whose time was up before *claims_before*.
    """

    claims_before: datetime


@runtime_checkable
class Store(Protocol):
    """
    Keep records, their journal, claims, timers and the outbox of one tenant.
    """

    def load(self, refs: Sequence[Ref]) -> dict[Ref, Loaded]:
        """Return every one of *refs*, those that do not exist at version 0."""
        ...

    def owners(self, keys: Sequence[ClaimKey]) -> dict[ClaimKey, ClaimRecord]:
        """Return the holders of those of *keys* that are taken."""
        ...

    def commit(self, commit: Commit) -> Receipt:
        """Write all of *commit* or nothing."""
        ...

    def guard(self, keys: Sequence[str]) -> AbstractContextManager[None]:
        """Serialise read-decide-commit on hot *keys*; a hint, never a promise."""
        ...

    def select(self, query: Query) -> Page:
        """Return one page of records."""
        ...

    def stream(self, ref: Ref, *, after: int = 0, limit: int = 500) -> list[Recorded]:
        """Return events of *ref* with a version above *after*, in order."""
        ...

    def journal(self, after: Cursor, *, limit: int = 500) -> list[Recorded]:
        """Return events above position *after*, contiguous, in commit order."""
        ...

    def head(self) -> Cursor:
        """Return the last position, 0 for an empty journal."""
        ...

    def checkpoint(self, consumer: str) -> Cursor:
        """Return the position that *consumer* has finished, 0 if none."""
        ...

    def lease(
        self,
        what: LeaseKind,
        *,
        limit: int,
        hold: timedelta,
        kinds: Sequence[str] | None = None,
    ) -> list[Lease]:
        """Take due work for *hold*; *kinds* are effect kinds or timer names."""
        ...

    def extend(self, lease: Lease, hold: timedelta) -> Lease:
        """Prolong a lease; raises LeaseLost."""
        ...

    def settle(self, outcomes: Sequence[Settle]) -> list[bool]:
        """Finish leases; False where the lease was lost."""
        ...

    def next_due(self) -> datetime | None:
        """Return when the next timer or effect is due, None if none waits."""
        ...

    def now(self) -> datetime:
        """Return the store's clock, aware UTC."""
        ...

    def dead(self, *, limit: int = 100) -> list[Lease]:
        """Return effects and timers that were given up."""
        ...

    def revive(self, what: LeaseKind, id: str) -> bool:  # noqa: A002
        """Let dead work be leased again; False if there is none of that id."""
        ...

    def prune(self, policy: PrunePolicy) -> int:
        """Forget what the policy names; return how much."""
        ...

    def audit(self) -> Audit:
        """Check the whole store against its own rules."""
        ...

    def migrate(self) -> None:
        """Create or upgrade the schema; explicit, safe to run at once by many."""
        ...

    def ready(self) -> Report:
        """Check schema and settings; raises Damaged on a newer schema."""
        ...


@runtime_checkable
class AsyncStore(Protocol):
    """
    Do what `Store` does, awaited; for stores that are natively asynchronous.
    """

    async def load(self, refs: Sequence[Ref]) -> dict[Ref, Loaded]:
        """Return every one of *refs*, those that do not exist at version 0."""
        ...

    async def owners(self, keys: Sequence[ClaimKey]) -> dict[ClaimKey, ClaimRecord]:
        """Return the holders of those of *keys* that are taken."""
        ...

    async def commit(self, commit: Commit) -> Receipt:
        """Write all of *commit* or nothing."""
        ...

    def guard(self, keys: Sequence[str]) -> AbstractAsyncContextManager[None]:
        """Serialise read-decide-commit on hot *keys*; a hint, never a promise."""
        ...

    async def select(self, query: Query) -> Page:
        """Return one page of records."""
        ...

    async def stream(
        self, ref: Ref, *, after: int = 0, limit: int = 500
    ) -> list[Recorded]:
        """Return events of *ref* with a version above *after*, in order."""
        ...

    async def journal(self, after: Cursor, *, limit: int = 500) -> list[Recorded]:
        """Return events above position *after*, contiguous, in commit order."""
        ...

    async def head(self) -> Cursor:
        """Return the last position, 0 for an empty journal."""
        ...

    async def checkpoint(self, consumer: str) -> Cursor:
        """Return the position that *consumer* has finished, 0 if none."""
        ...

    async def lease(
        self,
        what: LeaseKind,
        *,
        limit: int,
        hold: timedelta,
        kinds: Sequence[str] | None = None,
    ) -> list[Lease]:
        """Take due work for *hold*; *kinds* are effect kinds or timer names."""
        ...

    async def extend(self, lease: Lease, hold: timedelta) -> Lease:
        """Prolong a lease; raises LeaseLost."""
        ...

    async def settle(self, outcomes: Sequence[Settle]) -> list[bool]:
        """Finish leases; False where the lease was lost."""
        ...

    async def next_due(self) -> datetime | None:
        """Return when the next timer or effect is due, None if none waits."""
        ...

    async def now(self) -> datetime:
        """Return the store's clock, aware UTC."""
        ...

    async def dead(self, *, limit: int = 100) -> list[Lease]:
        """Return effects and timers that were given up."""
        ...

    async def revive(self, what: LeaseKind, id: str) -> bool:  # noqa: A002
        """Let dead work be leased again; False if there is none of that id."""
        ...

    async def prune(self, policy: PrunePolicy) -> int:
        """Forget what the policy names; return how much."""
        ...

    async def audit(self) -> Audit:
        """Check the whole store against its own rules."""
        ...

    async def migrate(self) -> None:
        """Create or upgrade the schema; explicit, safe to run at once by many."""
        ...

    async def ready(self) -> Report:
        """Check schema and settings; raises Damaged on a newer schema."""
        ...


@runtime_checkable
class Transport(Protocol):
    """
    Carry out one kind of effect in the outside world.
    """

    def send(self, effect: Lease) -> Verdict | None:
        """Do it and say how it went; None is done, an exception a failed attempt."""
        ...


@runtime_checkable
class AsyncTransport(Protocol):
    """
    Do what `Transport` does, awaited.
    """

    async def send(self, effect: Lease) -> Verdict | None:
        """Do it and say how it went; None is done, an exception a failed attempt."""
        ...


Clock: TypeAlias = Callable[[], datetime]
"""Answers the present instant, aware UTC."""

Ids: TypeAlias = Callable[[], str]
"""Answers a fresh unique id at every call."""
