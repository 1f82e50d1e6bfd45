"""
Tests of the contract itself: a store that breaks a clause fails it.
"""

# ruff: noqa: D102 - the name of each broken store tells what its methods do.
from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import product
from pathlib import Path
from typing import Any

import attrs
import pytest

from leadflow.codec import Codec
from leadflow.errors import Conflict, LeaseLost
from leadflow.ports import (
    CancelTimer,
    ClaimKey,
    ClaimRecord,
    Commit,
    Lease,
    LeaseKind,
    Loaded,
    Page,
    PrunePolicy,
    Query,
    Receipt,
    Recorded,
    Settle,
    Store,
)
from leadflow.storage import MemoryStore
from leadflow.testing.stores import CODEC, Clock, StoreContract, clauses
from leadflow.values import Ref


PAGE = Path(__file__).parents[2] / "docs/reference/contracts/store.md"
NUMBER = re.compile(r"ST-\d\d")


class DoesNotRecogniseRepeats(MemoryStore):
    def commit(self, commit: Commit) -> Receipt:
        receipt = super().commit(commit)
        if receipt.repeated:
            raise Conflict("seen before")
        return receipt


class WritesRepeatsAgain(MemoryStore):
    def commit(self, commit: Commit) -> Receipt:
        receipt = super().commit(commit)
        return attrs.evolve(receipt, repeated=False)


class WritesBeforeItChecks(MemoryStore):
    def commit(self, commit: Commit) -> Receipt:
        try:
            return super().commit(commit)
        except Conflict:
            super().commit(attrs.evolve(commit, claims=(), releases=(), expects=()))
            raise


class IgnoresExpects(MemoryStore):
    def commit(self, commit: Commit) -> Receipt:
        return super().commit(attrs.evolve(commit, expects=()))


class IgnoresVersions(MemoryStore):
    def commit(self, commit: Commit) -> Receipt:
        writes = tuple(
            attrs.evolve(write, expected=self.load([write.ref])[write.ref].version)
            for write in commit.writes
        )
        return super().commit(attrs.evolve(commit, writes=writes))


class IgnoresClaims(MemoryStore):
    def commit(self, commit: Commit) -> Receipt:
        free = tuple(claim for claim in commit.claims if not self.owners([claim.key]))
        return super().commit(attrs.evolve(commit, claims=free))


class FoldsKeys(MemoryStore):
    def commit(self, commit: Commit) -> Receipt:
        claims = tuple(
            attrs.evolve(it, key=ClaimKey(it.key.space, it.key.key.strip().lower()))
            for it in commit.claims
        )
        return super().commit(attrs.evolve(commit, claims=claims))


class KeepsClaimsForEver(MemoryStore):
    def commit(self, commit: Commit) -> Receipt:
        claims = tuple(attrs.evolve(claim, until=None) for claim in commit.claims)
        return super().commit(attrs.evolve(commit, claims=claims))


class PrunesTooMuch(MemoryStore):
    def prune(self, policy: PrunePolicy) -> int:
        gone = super().prune(policy)
        self._mine.claims.clear()
        return gone


class SkipsEvents(MemoryStore):
    def journal(self, after: int, *, limit: int = 500) -> list[Recorded]:
        return [row for row in super().journal(after, limit=limit) if row.position != 2]


class TurnsPagesTwice(MemoryStore):
    def journal(self, after: int, *, limit: int = 500) -> list[Recorded]:
        return super().journal(max(after - 1, 0), limit=limit)


class MovesEveryCheckpoint(MemoryStore):
    def commit(self, commit: Commit) -> Receipt:
        moved = commit.checkpoint
        if moved is not None:
            moved = attrs.evolve(moved, was=self.checkpoint(moved.consumer))
        return super().commit(attrs.evolve(commit, checkpoint=moved))


class NeverCancels(MemoryStore):
    def commit(self, commit: Commit) -> Receipt:
        timers = tuple(it for it in commit.timers if not isinstance(it, CancelTimer))
        return super().commit(attrs.evolve(commit, timers=timers))


class SettlesWithAnyToken(MemoryStore):
    def settle(self, outcomes: Sequence[Settle]) -> list[bool]:
        return super().settle([self._fresh(outcome) for outcome in outcomes])

    def _fresh(self, outcome: Settle) -> Settle:
        for works in self._mine.works.values():
            for work in works:
                if work.key in (outcome.lease.id, _key(outcome.lease)):
                    lease = attrs.evolve(outcome.lease, token=work.token)
                    return attrs.evolve(outcome, lease=lease)
        return outcome


class SettlesBeforeItCommits(MemoryStore):
    def commit(self, commit: Commit) -> Receipt:
        if not all(self.settle(commit.settles)):
            super().commit(attrs.evolve(commit, settles=()))
            raise LeaseLost("too late")
        return super().commit(attrs.evolve(commit, settles=()))


class LeasesRetriesTogether(MemoryStore):
    def lease(self, what: LeaseKind, **asked: Any) -> list[Lease]:
        found = super().lease(what, **asked)
        while found and len(found) < asked["limit"]:
            more = super().lease(what, **{**asked, "limit": 1})
            if not more:
                break
            found.extend(more)
        return found


class ForgetsLanes(MemoryStore):
    def commit(self, commit: Commit) -> Receipt:
        effects = tuple(attrs.evolve(it, lane=None) for it in commit.effects)
        return super().commit(attrs.evolve(commit, effects=effects))


class NeverGivesUp(MemoryStore):
    def __init__(self, **given: Any) -> None:
        super().__init__(**given, max_attempts=30)


class SleepsTooLong(MemoryStore):
    def next_due(self) -> None:
        return None


class ForgetsTies(MemoryStore):
    def select(self, query: Query) -> Page:
        page = super().select(query)
        if page.next is None:
            return page
        return attrs.evolve(page, next=f"{page.next.partition(':')[0]}:\U0010ffff")


class IgnoresTheFilter(MemoryStore):
    def select(self, query: Query) -> Page:
        return super().select(attrs.evolve(query, where=None))


class ChangesStates(MemoryStore):
    def load(self, refs: Sequence[Ref]) -> dict[Ref, Loaded]:
        return {
            ref: attrs.evolve(it, state=attrs.evolve(it.state, noted=None))
            if it.version
            else it
            for ref, it in super().load(refs).items()
        }


class LeaksOtherErrors(MemoryStore):
    def close(self) -> None:
        self.__dict__.clear()


class HidesOwners(MemoryStore):
    def owners(self, keys: Sequence[ClaimKey]) -> dict[ClaimKey, ClaimRecord]:
        return {
            key: attrs.evolve(record, position=0)
            for key, record in super().owners(keys).items()
        }


BROKEN: dict[type[MemoryStore], str] = {
    DoesNotRecogniseRepeats: "ST-08",
    WritesRepeatsAgain: "ST-08",
    WritesBeforeItChecks: "ST-01",
    IgnoresExpects: "ST-10",
    IgnoresVersions: "ST-03",
    IgnoresClaims: "ST-18",
    FoldsKeys: "ST-25",
    KeepsClaimsForEver: "ST-22",
    PrunesTooMuch: "ST-22",
    HidesOwners: "ST-17",
    SkipsEvents: "ST-34",
    TurnsPagesTwice: "ST-38",
    MovesEveryCheckpoint: "ST-41",
    NeverCancels: "ST-44",
    SettlesWithAnyToken: "ST-47",
    SettlesBeforeItCommits: "ST-48",
    NeverGivesUp: "ST-50",
    LeasesRetriesTogether: "ST-51",
    ForgetsLanes: "ST-52",
    SleepsTooLong: "ST-55",
    LeaksOtherErrors: "ST-64",
    ChangesStates: "ST-12",
    ForgetsTies: "ST-66",
    IgnoresTheFilter: "ST-68",
}


def _key(lease: Lease) -> object:
    return None if lease.ref is None else (lease.ref.kind, lease.ref.id, lease.name)


def contract_of(store: type[MemoryStore]) -> StoreContract:
    """
    Return the contract on *store*.
    """

    class Contract(StoreContract):
        def open_store(
            self, *, codec: Codec, clock: Clock
        ) -> AbstractContextManager[Store]:
            """Return an empty store."""
            return store(codec=codec, clock=clock)

        def other_tenant(self, store: Store) -> Store:
            """Return another tenant's handle."""
            assert isinstance(store, MemoryStore)
            return store.tenant("other")

    return Contract()


def cases(clause: Callable[..., None]) -> Iterator[dict[str, Any]]:
    """
    Yield the arguments of each case of a clause.
    """
    marks = [
        mark for mark in getattr(clause, "pytestmark", ()) if mark.name == "parametrize"
    ]
    choices = []
    for mark in marks:
        names = mark.args[0]
        names = names.split(",") if isinstance(names, str) else names
        choices.append(
            [
                dict(zip(names, values if len(names) > 1 else (values,), strict=True))
                for values in mark.args[1]
            ]
        )
    for parts in product(*choices):
        yield {name: value for part in parts for name, value in part.items()}


def failures(store: type[MemoryStore], number: str) -> list[str]:
    """
    Run the clauses of a number on *store*; return the names of those that fail.
    """
    failed = []
    for name, text in clauses():
        if not text.startswith(number):
            continue
        contract = contract_of(store)
        clause = getattr(contract, name)
        for given in cases(clause):
            clock = Clock()
            opened = store(codec=CODEC, clock=clock)
            fixtures: dict[str, Any] = {
                "clock": clock,
                "store": opened,
                "handles": lambda count, opened=opened: [opened] * count,
            }
            asked = inspect.signature(clause).parameters
            arguments = given | {
                key: value for key, value in fixtures.items() if key in asked
            }
            try:
                clause(**arguments)
            except pytest.skip.Exception:
                continue
            except (Exception, pytest.fail.Exception):  # noqa: BLE001 - any failure
                failed.append(name)
                break
    return failed


@pytest.mark.parametrize("store", BROKEN, ids=lambda store: store.__name__)
def test_a_broken_store_fails(store: type[MemoryStore]) -> None:
    """
    A store that breaks a clause fails it, and an honest one does not.
    """
    number = BROKEN[store]

    assert failures(store, number)
    assert [] == failures(MemoryStore, number)


class TestPage:
    def test_lists_every_clause(self) -> None:
        """
        The page on the contract lists the numbers of the suite, and no others.
        """
        told = set(NUMBER.findall(PAGE.read_text("utf-8")))

        assert {text[:5] for _, text in clauses()} == told

    def test_clauses_have_numbers(self) -> None:
        """
        Every clause starts with its number.
        """
        assert [] == [name for name, text in clauses() if not NUMBER.match(text)]


def test_a_replaced_clause_is_noticed() -> None:
    """
    A suite that quietly replaces a clause fails.
    """

    class Contract(type(contract_of(MemoryStore))):  # type: ignore[misc]
        def test_positions_are_dense(self, store: Store) -> None:
            """
            ST-34: nothing at all.
            """

    with pytest.raises(AssertionError):
        Contract().test_no_clause_is_replaced()


def test_an_unsaid_store_is_asked_for() -> None:
    """
    A suite that does not say how to open a store is told to.
    """
    with pytest.raises(NotImplementedError, match="say how an empty store is opened"):
        StoreContract().open_store(codec=CODEC, clock=Clock())
