"""
Timers and effects for the clauses of a store.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from leadflow.ports import (
    Done,
    Effect,
    Lease,
    LeaseKind,
    SetTimer,
    Settle,
    Store,
    Verdict,
)
from leadflow.testing._store_domain import NOON, box, change


__all__ = (
    "HOLD",
    "KINDS",
    "add",
    "effect",
    "numbers",
    "one",
    "settle",
    "take",
    "timer",
)

HOLD = timedelta(minutes=1)
KINDS: tuple[LeaseKind, ...] = ("timers", "effects")


def timer(name: str = "due", due: datetime = NOON, **payload: Any) -> SetTimer:
    return SetTimer(ref=box("1"), name=name, due=due, payload=payload)


def effect(number: int = 0, lane: str | None = None, kind: str = "send") -> Effect:
    return Effect(kind=kind, payload={"number": number}, lane=lane)


def add(store: Store, what: LeaseKind, count: int = 1) -> None:
    """
    Make so much work, due now.
    """
    if what == "timers":
        timers = tuple(timer(f"due {number}") for number in range(count))
        store.commit(change(timers=timers))
    else:
        effects = tuple(effect(number) for number in range(count))
        store.commit(change(effects=effects))


def take(store: Store, what: LeaseKind, limit: int = 10, **more: Any) -> list[Lease]:
    return store.lease(what, limit=limit, hold=HOLD, **more)


def one(store: Store, what: LeaseKind) -> Lease:
    (lease,) = take(store, what)
    return lease


def settle(store: Store, lease: Lease, verdict: Verdict | None = None) -> bool:
    (answer,) = store.settle([Settle(lease, verdict or Done())])
    return answer


def numbers(leases: list[Lease]) -> list[int]:
    return [lease.payload["number"] for lease in leases]
