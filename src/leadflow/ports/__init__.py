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

from leadflow.ports._data import (
    CancelTimer,
    Checkpoint,
    Claim,
    ClaimKey,
    ClaimRecord,
    Commit,
    Cursor,
    Dead,
    Done,
    Effect,
    Event,
    Lease,
    LeaseKind,
    Loaded,
    Receipt,
    Recorded,
    Release,
    Retry,
    SetTimer,
    Settle,
    State,
    Verdict,
    Write,
)
from leadflow.ports._queries import (
    AllOf,
    AnyOf,
    Filter,
    Has,
    Not,
    Page,
    Prefix,
    Query,
    Within,
)
from leadflow.ports._stores import (
    AsyncStore,
    AsyncTransport,
    Audit,
    Clock,
    Ids,
    PrunePolicy,
    Report,
    Store,
    Transport,
)
from leadflow.values import Index, Term


__all__ = (
    "AllOf",
    "AnyOf",
    "AsyncStore",
    "AsyncTransport",
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
