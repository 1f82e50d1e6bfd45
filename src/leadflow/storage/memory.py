"""
The in-memory store: what every store does, in the fewest words.

`MemoryStore` is the executable specification of `leadflow.ports.Store`.  All it
knows is dicts under one lock; a commit first checks everything and then applies
everything, so there is nothing to undo.  Nothing outlives the process.

Given a codec it encodes every state and event on the way in and decodes them on
the way out, so that tests meet the refusals of a database; without one it keeps
the objects as they are, which are frozen anyway.

What the promises leave open, this store decides, and the others follow:

* A claim's position is the first position of the commit that took it, or the
  head where that commit wrote no event.  A claim whose time is up is as good as
  none; taking a claim that one holds already is refused like any other.
* Releasing a claim that nobody holds does nothing; releasing another's is a
  conflict (`ClaimTaken`).
* Times of claims, timers and leases are compared with the store's clock.
* Work that was leased ``max_attempts`` times without an end is given up.
* A commit without events is remembered for a week; one with events for good.
  A commit of nothing at all leaves no trace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self, TypeAlias

from leadflow._plain import plain_copy
from leadflow.errors import (
    LeaseLost,
)
from leadflow.ports import (
    Audit,
    CancelTimer,
    ClaimKey,
    ClaimRecord,
    Commit,
    Cursor,
    Event,
    Lease,
    LeaseKind,
    Loaded,
    Page,
    PrunePolicy,
    Query,
    Receipt,
    Recorded,
    Report,
    Settle,
    State,
    Write,
)
from leadflow.storage._checks import (
    COMMITS,
    check_commit,
    check_page,
    effect_id,
    read_cursor,
    timer_id,
    timer_key,
    write_cursor,
)
from leadflow.storage._guard import Guard
from leadflow.storage._room import Encoded, Root, claim_record, key_of, runs
from leadflow.values import Ref, aware_utc


if TYPE_CHECKING:
    from leadflow.codec import Codec
    from leadflow.ports import Clock
    from leadflow.storage._works import Work


__all__ = ("MemoryStore",)

Fold: TypeAlias = Callable[[str, list[Event]], State]
"""Takes a record's kind and all its events, answers its state."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class MemoryStore:
    """
    Keep everything in this process's memory.

    *codec*, if given, encodes and decodes all states and events; *clock* is the
    store's clock; *max_attempts* is how often a timer or an effect is leased
    before it is given up.

    >>> from leadflow.storage import MemoryStore
    >>> MemoryStore().head()
    0
    """

    def __init__(
        self,
        *,
        codec: Codec | None = None,
        clock: Clock = _utc_now,
        max_attempts: int = 12,
        tenant: str = "",
    ) -> None:
        self._root = Root(codec, clock, max_attempts)
        self._bind(tenant)

    def _bind(self, tenant: str) -> None:
        self._codec = self._root.codec
        self._lock = self._root.lock
        self._mine = self._root.tenant(tenant)

    def tenant(self, name: str) -> MemoryStore:
        """
        Return a handle on the tenant *name* of the same store.
        """
        handle = object.__new__(MemoryStore)
        handle._root = self._root
        handle._bind(name)
        return handle

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """
        Do nothing: there is nothing to give back.
        """

    # -- reading

    def load(self, refs: Sequence[Ref]) -> dict[Ref, Loaded]:
        """Return every one of *refs*, those that do not exist at version 0."""
        with self._lock:
            return {ref: self._loaded(ref) for ref in refs}

    def owners(self, keys: Sequence[ClaimKey]) -> dict[ClaimKey, ClaimRecord]:
        """Return the holders of those of *keys* that are taken."""
        claims = self._mine.claims
        found = {}
        with self._lock:
            now = self.now()
            for key in keys:
                held = claims.get((key.space, key.key))
                if held is not None and runs(held, now):
                    found[key] = claim_record(held)
        return found

    def select(self, query: Query) -> Page:
        """Return one page of records."""
        check_page(query)
        after = None if query.after is None else read_cursor(query.after)
        with self._lock:
            terms = self._mine.terms.get(query.kind)
            places = [] if terms is None else terms.page(query, after)
            items = tuple(
                self._loaded(Ref(query.kind, id_)) for _, id_ in places[: query.limit]
            )
        more = len(places) > query.limit
        last = write_cursor(*places[query.limit - 1]) if more else None
        return Page(items=items, next=last)

    def stream(self, ref: Ref, *, after: int = 0, limit: int = 500) -> list[Recorded]:
        """Return events of *ref* with a version above *after*, in order."""
        with self._lock:
            record = self._mine.records.get((ref.kind, ref.id))
            positions = [] if record is None else record.positions
            return [
                self._recorded(position)
                for position in positions[max(after, 0) : max(after, 0) + max(limit, 0)]
            ]

    def journal(self, after: Cursor, *, limit: int = 500) -> list[Recorded]:
        """Return events above position *after*, contiguous, in commit order."""
        found: list[Recorded] = []
        with self._lock:
            journal = self._root.journal
            for index in range(max(after, 0), len(journal)):
                if len(found) >= limit:
                    break
                if journal[index][0] is self._mine:
                    found.append(self._recorded(index + 1))
        return found

    def head(self) -> Cursor:
        """Return the last position, 0 for an empty journal."""
        return len(self._root.journal)

    def checkpoint(self, consumer: str) -> Cursor:
        """Return the position that *consumer* has finished, 0 if none."""
        return self._mine.consumers.get(consumer, 0)

    def now(self) -> datetime:
        """Return the store's clock, aware UTC."""
        return aware_utc(self._root.clock())

    # -- writing

    def commit(self, commit: Commit) -> Receipt:
        """
        Write all of *commit* or nothing.

        Raises:
            Refused: *commit* is wrong in itself, cannot be stored, or repeats the
                id of another commit.
            VersionConflict: a record is not at its expected version.
            ClaimTaken: a claim is held by another.
            LeaseLost: a lease to settle was lost.
            CheckpointMoved: the consumer is not where the commit says.
        """
        check_commit(commit)
        writes = self._encoded(commit.writes)
        timers = [
            None if isinstance(timer, CancelTimer) else plain_copy(timer.payload)
            for timer in commit.timers
        ]
        effects = [
            (effect_id(commit.id, index), plain_copy(effect.payload))
            for index, effect in enumerate(commit.effects)
        ]
        with self._lock:
            now = self.now()
            receipt = self._mine.check(commit, writes, now)
            if receipt is None:
                self._mine.check_effects(commit, effects)
                receipt = self._mine.apply(commit, writes, now)
                self._mine.schedule(commit, timers, effects, now)
            return receipt

    def guard(self, keys: Sequence[str]) -> Guard:
        """Serialise read-decide-commit on hot *keys*; a hint, never a promise."""
        stripes = self._root.stripes
        chosen = {hash((id(self._mine), key)) % len(stripes) for key in keys}
        return Guard([stripes[index] for index in sorted(chosen)])

    def _encoded(self, writes: Sequence[Write]) -> list[Encoded]:
        codec = self._codec
        if codec is None:
            return [(write.state, list(write.events)) for write in writes]
        return [
            (
                codec.encode_state(write.ref.kind, write.state),
                [codec.encode_event(event) for event in write.events],
            )
            for write in writes
        ]

    # -- timers and outbox

    def lease(
        self,
        what: LeaseKind,
        *,
        limit: int,
        hold: timedelta,
        kinds: Sequence[str] | None = None,
    ) -> list[Lease]:
        """Take due work for *hold*; *kinds* are effect kinds or timer names."""
        with self._lock:
            works = self._mine.works[what].lease(self.now(), limit, hold, kinds)
            return [_lease(what, work) for work in works]

    def extend(self, lease: Lease, hold: timedelta) -> Lease:
        """Prolong a lease; raises LeaseLost."""
        with self._lock:
            works = self._mine.works[lease.what]
            if not works.holds(key_of(lease), lease.token):
                raise LeaseLost(f"the lease on {lease.id} was lost")
            return _lease(lease.what, works.extend(key_of(lease), self.now() + hold))

    def settle(self, outcomes: Sequence[Settle]) -> list[bool]:
        """Finish leases; False where the lease was lost."""
        answers = []
        with self._lock:
            for outcome in outcomes:
                lease = outcome.lease
                works = self._mine.works[lease.what]
                held = works.holds(key_of(lease), lease.token)
                if held:
                    works.settle(key_of(lease), outcome.verdict, self.now())
                answers.append(held)
        return answers

    def next_due(self) -> datetime | None:
        """Return when the next timer or effect is due, None if none waits."""
        with self._lock:
            dues = [works.next_due() for works in self._mine.works.values()]
        return min((due for due in dues if due is not None), default=None)

    def dead(self, *, limit: int = 100) -> list[Lease]:
        """Return effects and timers that were given up, the oldest first."""
        with self._lock:
            found = [
                _lease(what, work)
                for what, works in self._mine.works.items()
                for work in works
                if work.dead
            ]
        return sorted(found, key=lambda lease: (lease.due, lease.id))[: max(limit, 0)]

    def revive(self, what: LeaseKind, id: str) -> bool:  # noqa: A002 - the port's word
        """Let dead work be leased again; False if there is none of that id."""
        key = timer_key(id) if what == "timers" else id
        with self._lock:
            return self._mine.works[what].revive(key, self.now())

    # -- keeping house

    def prune(self, policy: PrunePolicy) -> int:
        """Forget what the policy names; return how much."""
        horizon = aware_utc(policy.claims_before)
        with self._lock:
            horizon = min(horizon, self.now())
            gone = [
                key
                for key, (claim, _, _) in self._mine.claims.items()
                if claim.until is not None and claim.until < horizon
            ]
            for key in gone:
                del self._mine.claims[key]
        return len(gone)

    def audit(self, *, fold: Fold | None = None) -> Audit:
        """
        Check the whole store against its own rules.

        With *fold*, each record is compared with the fold of its events too.
        """
        with self._lock:
            records = self._mine.records
            owners = {
                claim.owner
                for (space, _), (claim, _, _) in self._mine.claims.items()
                if space != COMMITS
                and (claim.owner.kind, claim.owner.id) not in records
            }
            orphans = [
                f"{owner} holds a claim and does not exist"
                for owner in owners
                if (owner.kind, owner.id) not in records
            ]
            return Audit(
                records=len(records),
                events=sum(record.version for record in records.values()),
                problems=(*sorted(orphans), *self._unlike(fold)),
            )

    def migrate(self) -> None:
        """Do nothing: there is no schema."""

    def ready(self) -> Report:
        """Tell that all is well; the schema of memory is 0."""
        return Report(schema=0)

    def _unlike(self, fold: Fold | None) -> Iterable[str]:
        """Yield the records that are not the fold of their events."""
        for kind, id_ in self._mine.records:
            ref = Ref(kind, id_)
            loaded = self._loaded(ref)
            events = [row.event for row in self.stream(ref, limit=loaded.version)]
            if loaded.version != len(events):
                yield f"{ref} is at {loaded.version} and has {len(events)} events"
            if fold is not None and fold(kind, events) != loaded.state:
                yield f"{ref} is not the fold of its events"

    # -- helpers, called with the lock held

    def _loaded(self, ref: Ref) -> Loaded:
        record = self._mine.records.get((ref.kind, ref.id))
        if record is None:
            return Loaded(ref, 0, None)
        if self._codec is None:
            return Loaded(ref, record.version, record.state)
        return Loaded(
            ref, record.version, self._codec.decode_state(ref.kind, *record.state)
        )

    def _recorded(self, position: Cursor) -> Recorded:
        _, ref, version, (commit_id, at, by), event = self._root.journal[position - 1]
        return Recorded(
            position=position,
            ref=ref,
            version=version,
            commit_id=commit_id,
            event=event if self._codec is None else self._codec.decode_event(*event),
            at=at,
            by=by,
        )


def _lease(what: LeaseKind, work: Work) -> Lease:
    return Lease(
        what=what,
        id=str(work.key) if work.ref is None else timer_id(work.ref, work.name),
        kind=work.kind,
        ref=work.ref,
        name=work.name,
        payload=plain_copy(work.payload),
        due=work.due,
        token=work.token,
        attempts=work.attempts,
        until=work.next_at,
        lane=work.lane,
        error=work.error,
    )
