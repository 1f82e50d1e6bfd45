"""
Clause 65: a store answers whatever the in-memory store answers.

The machine sends the same random commits, leases, questions and steps of the
clock to both, and drops the handle now and then, as a crash would.
"""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from leadflow.errors import LeadflowError
from leadflow.ports import (
    CancelTimer,
    Checkpoint,
    Claim,
    ClaimKey,
    Commit,
    Dead,
    Done,
    Effect,
    Has,
    Lease,
    LeaseKind,
    PrunePolicy,
    Query,
    Release,
    Retry,
    SetTimer,
    Settle,
    Store,
)
from leadflow.storage.memory import MemoryStore
from leadflow.testing._store_base import StoreBase, picture
from leadflow.testing._store_domain import CODEC, Clock, box, change, put, total
from leadflow.values import Index


if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from leadflow.ports import Write


__all__ = ("MachineClauses",)

_BOXES = [box(str(number)) for number in range(4)]
_KEYS = [ClaimKey("key", str(number)) for number in range(4)]
_NAMESPACE = UUID(int=0)
_CHECKS = (HealthCheck.too_slow, HealthCheck.filter_too_much)

_boxes = st.sampled_from(_BOXES)
_whats: st.SearchStrategy[LeaseKind] = st.sampled_from(["timers", "effects"])
_parts = st.fixed_dictionaries(
    {},
    optional={
        "writes": st.dictionaries(
            _boxes, st.lists(st.integers(0, 9), min_size=1, max_size=3), max_size=3
        ),
        "stale": st.integers(-1, 1),
        "expects": st.lists(_boxes, max_size=1),
        "claims": st.lists(
            st.tuples(st.sampled_from(_KEYS), _boxes, st.none() | st.integers(1, 5)),
            max_size=2,
            unique_by=lambda claim: claim[0],
        ),
        "releases": st.lists(
            st.tuples(st.sampled_from(_KEYS), _boxes),
            max_size=2,
            unique_by=lambda release: release[0],
        ),
        "timers": st.lists(
            st.tuples(_boxes, st.sampled_from("ab"), st.none() | st.integers(-2, 9)),
            max_size=2,
        ),
        "effects": st.lists(
            st.tuples(
                st.none() | st.sampled_from(["x", "y"]), st.none() | st.integers(1, 9)
            ),
            max_size=2,
        ),
        "settles": st.integers(0, 9),
        "checkpoint": st.tuples(st.integers(0, 2), st.integers(1, 9)),
    },
)


def _answer(ask: Callable[[], Any]) -> Any:
    """
    Return what *ask* answers, or the error of ours that it raises.
    """
    try:
        return ask()
    except LeadflowError as error:
        return error


class _Machine(RuleBasedStateMachine):
    """
    Do the same to two stores, and compare.
    """

    open_store: Callable[[Clock], Any]
    open_again: Callable[[Store], Any]

    @initialize()
    def start(self) -> None:
        """Open both."""
        self.clock = Clock()
        self.stack = ExitStack()
        self.model: Store = MemoryStore(codec=CODEC, clock=self.clock)
        self.store: Store = self.stack.enter_context(self.open_store(self.clock))
        self.commits: list[Commit] = []
        self.leases: list[tuple[Lease, Lease]] = []
        self.count = 0

    def teardown(self) -> None:
        """Close what was opened."""
        if hasattr(self, "stack"):
            self.stack.close()

    def _same(self, ask: Callable[[Store], Any]) -> Any:
        expected = _answer(lambda: ask(self.model))
        found = _answer(lambda: ask(self.store))

        assert expected == found
        return expected

    def _write(self, ref: Any, amounts: list[int], parts: dict[str, Any]) -> Write:
        before = self.model.load([ref])[ref]
        was = _index(before.state.total % 2) if before.state is not None else None
        after = total(before) + sum(amounts)
        return put(
            ref,
            *amounts,
            expected=max(before.version + parts.get("stale", 0), 0),
            total=total(before),
            index=_index(after % 2),
            was=was,
        )

    def _later(self, minutes: int | None) -> datetime | None:
        return None if minutes is None else self.clock.now + timedelta(minutes=minutes)

    @rule(parts=_parts)
    def commit(self, parts: dict[str, Any]) -> None:
        """Commit whatever comes."""
        self.count += 1
        versions = self.model.load(_BOXES)
        given: dict[str, Any] = {
            "expects": tuple(
                (ref, versions[ref].version) for ref in parts.get("expects", ())
            ),
            "claims": tuple(
                Claim(key=key, owner=owner, until=self._later(minutes))
                for key, owner, minutes in parts.get("claims", ())
            ),
            "releases": tuple(
                Release(key=key, owner=owner)
                for key, owner in parts.get("releases", ())
            ),
            "timers": tuple(
                CancelTimer(ref=ref, name=name)
                if minutes is None
                else SetTimer(
                    ref=ref,
                    name=name,
                    due=self.clock.now + timedelta(minutes=minutes),
                    payload={"n": self.count},
                )
                for ref, name, minutes in parts.get("timers", ())
            ),
            "effects": tuple(
                Effect(
                    kind="send",
                    payload={"n": self.count},
                    lane=lane,
                    not_before=self._later(minutes),
                )
                for lane, minutes in parts.get("effects", ())
            ),
        }
        if "checkpoint" in parts:
            was, to = parts["checkpoint"]
            given["checkpoint"] = Checkpoint(consumer="reader", was=was, to=to)
        pair = None
        if self.leases and "settles" in parts:
            pair = self.leases[parts["settles"] % len(self.leases)]
        commit = change(
            *(
                self._write(ref, amounts, parts)
                for ref, amounts in parts.get("writes", {}).items()
            ),
            at=self.clock.now,
            id=uuid5(_NAMESPACE, str(self.count)),
            settles=() if pair is None else (Settle(pair[0]),),
            **given,
        )
        expected = _answer(lambda: self.model.commit(commit))
        if pair is not None:
            assert pair[0].token == pair[1].token
        found = _answer(lambda: self.store.commit(commit))

        assert expected == found
        self.commits.append(commit)

    @precondition(lambda self: self.commits)
    @rule(number=st.integers(0, 99))
    def repeat(self, number: int) -> None:
        """Commit again what was written, or was not."""
        commit = self.commits[number % len(self.commits)]
        self._same(lambda store: store.commit(commit))

    @rule(what=_whats, limit=st.integers(1, 3))
    def lease(self, what: LeaseKind, limit: int) -> None:
        """Lease what is due."""
        hold = timedelta(minutes=3)
        expected = self.model.lease(what, limit=limit, hold=hold)
        found = self.store.lease(what, limit=limit, hold=hold)

        assert expected == found
        self.leases.extend(zip(expected, found, strict=True))

    @precondition(lambda self: self.leases)
    @rule(
        number=st.integers(0, 99),
        verdict=st.sampled_from(
            [
                Done(),
                Dead(error="no"),
                Retry(after=timedelta(minutes=2), error="busy"),
                Retry(after=timedelta(minutes=2), counts=False),
            ]
        ),
    )
    def settle(self, number: int, verdict: Any) -> None:
        """Finish any lease that there ever was."""
        lease = self.leases[number % len(self.leases)][0]
        self._same(lambda store: store.settle([Settle(lease, verdict)]))

    @precondition(lambda self: self.leases)
    @rule(number=st.integers(0, 99))
    def extend(self, number: int) -> None:
        """Prolong any lease that there ever was."""
        lease = self.leases[number % len(self.leases)][0]
        self._same(lambda store: store.extend(lease, timedelta(minutes=4)))

    @rule()
    def revive(self) -> None:
        """Revive all that is dead."""
        for lease in self._same(lambda store: store.dead()):
            self._same(partial(_revive, lease))

    @rule(minutes=st.integers(-2, 4))
    def step(self, minutes: int) -> None:
        """Move the clock."""
        self.clock.move(minutes=minutes)

    @rule(minutes=st.integers(-9, 9))
    def prune(self, minutes: int) -> None:
        """Forget old claims."""
        policy = PrunePolicy(claims_before=self.clock.now + timedelta(minutes=minutes))
        self._same(lambda store: store.prune(policy))

    @rule()
    def crash(self) -> None:
        """Drop the handle and go on with another."""
        again = self.open_again(self.store)
        if again is not None:
            self.store = self.stack.enter_context(again)

    @rule(newest_first=st.booleans(), parity=st.sampled_from([None, "0", "1"]))
    def ask(self, newest_first: bool, parity: str | None) -> None:
        """Ask for records."""
        where = None if parity is None else Has("parity", parity)
        query = Query(kind="box", where=where, newest_first=newest_first, limit=2)
        self._same(lambda store: store.select(query))

    @invariant()
    def looks_the_same(self) -> None:
        """Compare all that can be seen."""
        if hasattr(self, "store"):
            self._same(picture)


def _revive(lease: Lease, store: Store) -> bool:
    return store.revive(lease.what, lease.id)


def _index(parity: int) -> Index:
    return Index(Clock().now, frozenset({("parity", str(parity))}))


class MachineClauses(StoreBase):
    """
    Hold the clause on everything at once.
    """

    def test_it_answers_as_the_model_does(self) -> None:
        """
        ST-65: random commits, leases, crashes and clock steps go as in memory.
        """
        contract = self

        class Machine(_Machine):
            def open_store(self, clock: Clock) -> Any:
                return contract.open_store(codec=CODEC, clock=clock)

            def open_again(self, store: Store) -> Any:
                return contract.open_again(store)

        run_state_machine_as_test(
            Machine,
            settings=settings(
                deadline=None,
                max_examples=30,
                stateful_step_count=25,
                suppress_health_check=_CHECKS,
            ),
        )
