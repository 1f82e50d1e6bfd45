"""
The inside of the in-memory store: the data of its tenants, and the commit.

Whoever calls in here holds the root's lock.  `Room.check` raises or answers the
first receipt of a repeated commit and changes nothing; `Room.apply` cannot fail.
"""

from __future__ import annotations

from datetime import datetime
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

from leadflow.errors import (
    CheckpointMoved,
    ClaimTaken,
    LeaseLost,
    Refused,
    VersionConflict,
)
from leadflow.ports import (
    CancelTimer,
    Claim,
    ClaimKey,
    ClaimRecord,
    Commit,
    Cursor,
    Lease,
    LeaseKind,
    Receipt,
)
from leadflow.storage._checks import (
    COMMITS,
    REMEMBERED,
    digest_of,
    first_token,
    is_empty,
    reused,
)
from leadflow.storage._terms import Terms
from leadflow.storage._works import Work, Works
from leadflow.values import Actor, Ref, aware_utc


if TYPE_CHECKING:
    from leadflow.codec import Codec
    from leadflow.ports import Clock


__all__ = (
    "Encoded",
    "Held",
    "Payload",
    "Room",
    "Root",
    "claim_record",
    "key_of",
    "runs",
)

Encoded: TypeAlias = tuple[Any, list[Any]]
"""A write's state and events, as they are kept."""

Payload: TypeAlias = tuple[str, dict[str, Any]]
"""An effect's id and its payload."""

Deed: TypeAlias = tuple[UUID, datetime, Actor]
"""What the events of one commit have in common: its id, when, by whom."""

Entry: TypeAlias = "tuple[Room, Ref, int, Deed, Any]"
"""A journal row: its tenant's room, record, version, deed and event."""

Held: TypeAlias = tuple[Claim, Cursor, datetime]
"""A claim as taken, at which position, and when in domain time."""

_STRIPES = 64


class Record:
    """
    Hold one record: its state, its version and where its events are.
    """

    __slots__ = ("positions", "state", "version")

    def __init__(self) -> None:
        self.version = 0
        self.state: Any = None
        self.positions: list[Cursor] = []


class Room:
    """
    Hold all that belongs to one tenant.
    """

    def __init__(self, journal: list[Entry], max_attempts: int) -> None:
        self._journal = journal
        self.records: dict[tuple[str, str], Record] = {}
        self.claims: dict[tuple[str, str], Held] = {}
        self.terms: dict[str, Terms] = {}
        self.consumers: dict[str, Cursor] = {}
        self.works: dict[LeaseKind, Works] = {
            "timers": Works(kind_of=lambda work: work.name, max_attempts=max_attempts),
            "effects": Works(kind_of=lambda work: work.kind, max_attempts=max_attempts),
        }

    def check(
        self, commit: Commit, writes: list[Encoded], now: datetime
    ) -> Receipt | None:
        """Return the first receipt of a repeated commit; raise what is wrong."""
        for write in commit.writes:
            record = self.records.get((write.ref.kind, write.ref.id))
            actual = 0 if record is None else record.version
            if actual != write.expected:
                if (receipt := self._repeated(commit, writes)) is not None:
                    return receipt
                self._check_claims(commit, now)
                raise VersionConflict(write.ref, write.expected, actual)
        if not commit.writes and (receipt := self._repeated_bare(commit)) is not None:
            return receipt
        self._check_claims(commit, now)
        for ref, version in commit.expects:
            record = self.records.get((ref.kind, ref.id))
            actual = 0 if record is None else record.version
            if actual != version:
                raise VersionConflict(ref, version, actual)
        for settle in commit.settles:
            lease = settle.lease
            if not self.works[lease.what].holds(key_of(lease), lease.token):
                raise LeaseLost(f"the lease on {lease.id} was lost")
        moved = commit.checkpoint
        if moved is not None and self.consumers.get(moved.consumer, 0) != moved.was:
            raise CheckpointMoved(f"{moved.consumer} is no longer at {moved.was}")
        for write in commit.writes:
            terms = self.terms.get(write.ref.kind)
            stored = None if terms is None else terms.get(write.ref.id)
            if stored is not write.was and stored != write.was:
                raise Refused(
                    "store.index-mismatch",
                    "the record is not indexed as the write says",
                    subject=str(write.ref),
                )
        return None

    def _check_claims(self, commit: Commit, now: datetime) -> None:
        held = self.claims
        taken: list[Held] = []
        free = set()
        for release in commit.releases:
            key = (release.key.space, release.key.key)
            found = held.get(key)
            if found is not None and runs(found, now):
                if found[0].owner != release.owner:
                    taken.append(found)
                free.add(key)
        for claim in commit.claims:
            key = (claim.key.space, claim.key.key)
            found = held.get(key)
            if found is not None and key not in free and runs(found, now):
                taken.append(found)
        if taken:
            raise ClaimTaken(map(claim_record, taken))

    def apply(
        self,
        commit: Commit,
        writes: list[Encoded],
        now: datetime,
    ) -> Receipt:
        """Write what was checked, but for timers and effects."""
        journal = self._journal
        first = len(journal) + 1
        deed = (commit.id, commit.at, commit.by)
        versions: dict[Ref, int] = {}
        for write, (state, events) in zip(commit.writes, writes, strict=True):
            ref = write.ref
            record = self.records.get((ref.kind, ref.id))
            if record is None:
                record = self.records[ref.kind, ref.id] = Record()
            version = record.version
            for event in events:
                version += 1
                journal.append((self, ref, version, deed, event))
                record.positions.append(len(journal))
            record.version = versions[ref] = version
            record.state = state
            if write.index is not write.was and write.index != write.was:
                terms = self.terms.get(ref.kind)
                if terms is None:
                    terms = self.terms[ref.kind] = Terms()
                terms.set(ref.id, write.index)
        last = len(journal)
        position = min(first, last)
        for release in commit.releases:
            key = (release.key.space, release.key.key)
            if key in self.claims and self.claims[key][0].owner == release.owner:
                del self.claims[key]
        for claim in commit.claims:
            name = claim.key
            self.claims[name.space, name.key] = (claim, position, commit.at)
        for settle in commit.settles:
            self.works[settle.lease.what].drop(key_of(settle.lease))
        if commit.checkpoint is not None:
            self.consumers[commit.checkpoint.consumer] = commit.checkpoint.to
        if last < first:
            self._remember(commit, last, now)
            first = last = 0
        return Receipt(commit_id=commit.id, versions=versions, first=first, last=last)

    def check_effects(self, commit: Commit, effects: list[Payload]) -> None:
        """Refuse effects whose ids another commit has used."""
        if any(self.works["effects"].get(id_) is not None for id_, _ in effects):
            raise reused(commit)

    def schedule(
        self,
        commit: Commit,
        timers: list[dict[str, Any] | None],
        effects: list[Payload],
        now: datetime,
    ) -> None:
        """Set the commit's timers and put its effects into the outbox."""
        works = self.works["timers"]
        for timer, payload in zip(commit.timers, timers, strict=True):
            ref = timer.ref
            key = (ref.kind, ref.id, timer.name)
            if isinstance(timer, CancelTimer) or payload is None:
                works.drop(key)
                continue
            old = works.get(key)
            token = first_token(commit.id) if old is None else old.token + 1
            works.put(Work(key, ref.kind, ref, timer.name, payload, timer.due, token))
        works = self.works["effects"]
        for effect, (id_, payload) in zip(commit.effects, effects, strict=True):
            due = now if effect.not_before is None else aware_utc(effect.not_before)
            works.put(Work(id_, effect.kind, None, "", payload, due, 0, effect.lane))

    # -- repeated commits

    def _repeated(self, commit: Commit, writes: list[Encoded]) -> Receipt | None:
        """Return the first receipt if *commit* stands in the journal already."""
        journal = self._journal
        found: list[Cursor] = []
        versions: dict[Ref, int] = {}
        same = True
        for write, (_, events) in zip(commit.writes, writes, strict=True):
            record = self.records.get((write.ref.kind, write.ref.id))
            positions = [] if record is None else record.positions[write.expected :]
            ours = [
                position
                for position in positions[: len(events) + 1]
                if journal[position - 1][3][0] == commit.id
            ]
            same = same and events == [journal[p - 1][4] for p in ours]
            found.extend(ours)
            versions[write.ref] = write.expected + len(events)
        if not found:
            return None
        if not same or journal[found[0] - 1][3][1:] != (commit.at, commit.by):
            raise reused(commit)
        return Receipt(
            commit_id=commit.id,
            versions=versions,
            first=min(found),
            last=max(found),
            repeated=True,
        )

    def _repeated_bare(self, commit: Commit) -> Receipt | None:
        found = self.claims.get((COMMITS, str(commit.id)))
        if found is None:
            return None
        if found[0].owner != Ref(COMMITS, digest_of(commit)):
            raise reused(commit)
        return Receipt(commit_id=commit.id, versions={}, first=0, last=0, repeated=True)

    def _remember(self, commit: Commit, position: Cursor, now: datetime) -> None:
        if not is_empty(commit):
            claim = Claim(
                key=ClaimKey(COMMITS, str(commit.id)),
                owner=Ref(COMMITS, digest_of(commit)),
                until=now + REMEMBERED,
            )
            self.claims[COMMITS, str(commit.id)] = (claim, position, commit.at)


class Root:
    """
    Hold what the handles of all tenants share.
    """

    def __init__(self, codec: Codec | None, clock: Clock, max_attempts: int) -> None:
        self.codec = codec
        self.clock = clock
        self.max_attempts = max_attempts
        self.lock = RLock()
        self.stripes = tuple(RLock() for _ in range(_STRIPES))
        self.journal: list[Entry] = []
        self.tenants: dict[str, Room] = {}

    def tenant(self, name: str) -> Room:
        with self.lock:
            return self.tenants.setdefault(name, Room(self.journal, self.max_attempts))


def key_of(lease: Lease) -> object:
    """Return the key of the work that *lease* is on."""
    ref = lease.ref
    return lease.id if ref is None else (ref.kind, ref.id, lease.name)


def runs(held: Held, now: datetime) -> bool:
    """
    Tell whether the claim's time is not up yet.
    """
    until = held[0].until
    return until is None or until > now


def claim_record(held: Held) -> ClaimRecord:
    """
    Return what the port tells about a claim.
    """
    claim, position, at = held
    return ClaimRecord(
        key=claim.key,
        owner=claim.owner,
        position=position,
        at=at,
        until=None if claim.until is None else aware_utc(claim.until),
    )
