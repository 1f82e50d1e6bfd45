"""
The ports: what leadflow asks of a store, a transport, a clock and an id source.

A store is a small synchronous protocol bound to one tenant.  It takes and gives
plain data; correctness rests on unique keys (claims) and compare-and-set
(versions) alone, never on an isolation level.

What a store promises:

1. `Store.commit` is all or nothing.
2. For what a commit names (written records, expected versions, claims,
   releases, timers, settled leases, checkpoint) it is as if commits happened
   one after another, in journal order.
3. Reads are separate and read-committed: whatever a decision rested on stands
   in ``writes`` or ``expects``.
4. What was committed survives the death of the process.
5. Repeating a `Commit.id` writes nothing and answers the first receipt.
6. Positions start at 1 and have no holes, and a reader that has seen *n* never
   finds anything new at or below *n*.
7. Leases are at least once; settling with an old token does nothing and says
   so.
8. A lease that is settled by a commit is applied exactly once.
9. Nothing is promised across tenants or shards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, runtime_checkable
from uuid import UUID

import attrs

from leadflow.values import Actor, Index, Ref, Term, aware_utc


if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager, AbstractContextManager


__all__ = (
    "AllOf",
    "AnyOf",
    "AsyncStore",
    "Audit",
    "CancelTimer",
    "Checkpoint",
    "Claim",
    "ClaimKey",
    "ClaimRecord",
    "Clock",
    "Commit",
    "Cursor",
    "Dead",
    "Done",
    "Effect",
    "Event",
    "Filter",
    "Has",
    "Ids",
    "Index",
    "Lease",
    "LeaseKind",
    "Loaded",
    "Not",
    "Page",
    "Prefix",
    "PrunePolicy",
    "Query",
    "Receipt",
    "Recorded",
    "Release",
    "Report",
    "Retry",
    "SetTimer",
    "Settle",
    "State",
    "Store",
    "Term",
    "Transport",
    "Verdict",
    "Within",
    "Write",
)

State: TypeAlias = Any
"""A record's state: one of the frozen classes that the codec knows."""

Event: TypeAlias = Any
"""A domain event: one of the frozen classes that the codec knows."""

Cursor: TypeAlias = int
"""A position in the journal; opaque to callers but for order and 0, the start."""


# -- what is read ----------------------------------------------------------------


@attrs.frozen
class Loaded:
    """
    Hold a record as stored; version 0 and no state mean that there is none.
    """

    ref: Ref
    version: int
    state: State | None


@attrs.frozen(cache_hash=True)
class ClaimKey:
    """
    Name a thing that has one holder: a *key* in a *space*.

    Keys are compared as they are: no folding of case, blanks or forms.
    """

    space: str
    key: str

    def __str__(self) -> str:
        return f"{self.space}:{self.key}"


@attrs.frozen(kw_only=True)
class ClaimRecord:
    """
    Tell who holds a claim, since which journal *position*, and *until* when.
    """

    key: ClaimKey
    owner: Ref
    position: Cursor
    at: datetime
    until: datetime | None = None


@attrs.frozen(kw_only=True)
class Recorded:
    """
    Hold one event as it stands in the journal.

    *version* is the record's version after it; *at* is domain time, *by* who
    did it.
    """

    position: Cursor
    ref: Ref
    version: int
    commit_id: UUID
    event: Event
    at: datetime
    by: Actor


# -- what is written -------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Write:
    """
    Bring one record from version *expected* to its new *state*, by *events*.

    The new version is ``expected + len(events)``.  *index* is what it is found
    by from now on, *was* what it was found by before (None for a new record):
    the store writes the difference only.
    """

    ref: Ref
    expected: int
    state: State
    events: tuple[Event, ...]
    index: Index | None = None
    was: Index | None = None


@attrs.frozen(kw_only=True)
class Claim:
    """
    Take *key* for *owner* if nobody holds it (or the holder's time is up).
    """

    key: ClaimKey
    owner: Ref
    until: datetime | None = None


@attrs.frozen(kw_only=True)
class Release:
    """
    Give *key* back, if *owner* holds it; applied before claims are taken.
    """

    key: ClaimKey
    owner: Ref


@attrs.frozen(kw_only=True)
class SetTimer:
    """
    Wake record *ref* at *due*; setting the same (*ref*, *name*) again replaces.
    """

    ref: Ref
    name: str
    due: datetime = attrs.field(converter=aware_utc)
    payload: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class CancelTimer:
    """
    Forget the timer (*ref*, *name*), if there is one.
    """

    ref: Ref
    name: str


@attrs.frozen(kw_only=True)
class Effect:
    """
    Ask the outside world for something, in the commit of its cause.

    Its id is ``uuid5(commit.id, str(index))``, the idempotency key for the
    receiver.  Within a *lane* effects are delivered in order.
    """

    kind: str
    payload: Mapping[str, Any]
    lane: str | None = None
    not_before: datetime | None = None


LeaseKind = Literal["timers", "effects"]


@attrs.frozen(kw_only=True)
class Lease:
    """
    Hold one due timer or waiting effect for a while; *token* fences it.

    *id* is the effect's id; for a timer ``kind/id/name``.  *attempts* counts
    this one.
    """

    what: LeaseKind
    id: str
    kind: str
    ref: Ref | None
    name: str
    payload: Mapping[str, Any]
    due: datetime
    token: int
    attempts: int
    until: datetime
    lane: str | None = None


@attrs.frozen
class Done:
    """
    Say that the leased work is finished.
    """


@attrs.frozen(kw_only=True)
class Retry:
    """
    Say that the leased work is to be tried again *after* a while.
    """

    after: timedelta
    error: str = ""
    counts: bool = True


@attrs.frozen(kw_only=True)
class Dead:
    """
    Say that the leased work is given up until a person revives it.
    """

    error: str


Verdict = Done | Retry | Dead


@attrs.frozen
class Settle:
    """
    Finish a lease: inside a commit (as done), or by itself with a verdict.
    """

    lease: Lease
    verdict: Verdict = attrs.field(factory=Done)


@attrs.frozen(kw_only=True)
class Checkpoint:
    """
    Move *consumer* from position *was* to *to*; compare-and-set.
    """

    consumer: str
    was: Cursor
    to: Cursor


@attrs.frozen(kw_only=True)
class Commit:
    """
    Hold one whole change as plain data.

    *id* is made once per decision; repeating it is harmless.  *at* is domain
    time (aware UTC), *by* who did it.  *idempotent* names claim spaces in which
    "taken" means "seen before": the store answers `ClaimTaken` as for any
    other; the desk turns it into the first answer.
    """

    id: UUID
    at: datetime = attrs.field(converter=aware_utc)
    by: Actor
    writes: tuple[Write, ...] = ()
    expects: tuple[tuple[Ref, int], ...] = ()
    claims: tuple[Claim, ...] = ()
    releases: tuple[Release, ...] = ()
    timers: tuple[SetTimer | CancelTimer, ...] = ()
    effects: tuple[Effect, ...] = ()
    settles: tuple[Settle, ...] = ()
    checkpoint: Checkpoint | None = None


@attrs.frozen(kw_only=True)
class Receipt:
    """
    Tell what a commit wrote: the new versions, the journal positions taken.

    *first* and *last* are both 0 where no event was written.
    """

    commit_id: UUID
    versions: Mapping[Ref, int]
    first: Cursor
    last: Cursor
    repeated: bool = False


# -- what is asked ---------------------------------------------------------------


@attrs.frozen
class Has:
    """
    Keep records that have the term (*name*, *value*).
    """

    name: str
    value: str


@attrs.frozen
class Prefix:
    """
    Keep records that have a term *name* whose value starts with *text*.
    """

    name: str
    text: str


@attrs.frozen
class Within:
    """
    Keep records whose sort instant is in [*since*, *until*).
    """

    since: datetime | None = None
    until: datetime | None = None


@attrs.frozen
class AllOf:
    """
    Keep records that every one of *filters* keeps.
    """

    filters: tuple[Filter, ...]


@attrs.frozen
class AnyOf:
    """
    Keep records that at least one of *filters* keeps; none keeps nothing.
    """

    filters: tuple[Filter, ...]


@attrs.frozen
class Not:
    """
    Keep records that *filter* does not keep.
    """

    filter: Filter


Filter: TypeAlias = Has | Prefix | Within | AllOf | AnyOf | Not


@attrs.frozen(kw_only=True)
class Query:
    """
    Ask for a page of records of one *kind*, ordered by their sort instant.

    Ties are ordered by id.  *after* is the `Page.next` of the page before; a
    cursor stays valid while records come and go.
    """

    kind: str
    where: Filter | None = None
    newest_first: bool = False
    limit: int = 50
    after: str | None = None


@attrs.frozen(kw_only=True)
class Page:
    """
    Hold a page of records; *next* asks for the following one, None at the end.
    """

    items: tuple[Loaded, ...]
    next: str | None = None


# -- what is told about a store ----------------------------------------------------


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


# -- the ports ---------------------------------------------------------------------


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

    def send(self, effect: Lease) -> Verdict:
        """Do it and say how it went; an exception counts as a retry."""
        ...


Clock: TypeAlias = Callable[[], datetime]
"""Answers the present instant, aware UTC."""

Ids: TypeAlias = Callable[[], str]
"""Answers a fresh unique id at every call."""
