"""
What a store is given and gives: records, commits, leases, as plain data.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias
from uuid import UUID

import attrs

from leadflow.values import Actor, Index, Ref, aware_utc


__all__ = (
    "CancelTimer",
    "Checkpoint",
    "Claim",
    "ClaimKey",
    "ClaimRecord",
    "Commit",
    "Cursor",
    "Dead",
    "Done",
    "Effect",
    "Event",
    "Lease",
    "LeaseKind",
    "Loaded",
    "Receipt",
    "Recorded",
    "Release",
    "Retry",
    "SetTimer",
    "Settle",
    "State",
    "Verdict",
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
    this one, *error* is what the last of them came to.
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
    error: str = ""


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
