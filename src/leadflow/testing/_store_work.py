"""
Clauses 43 to 48: timers and effects are leased and fenced.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import attrs
import pytest

from leadflow.errors import LeaseLost
from leadflow.ports import (
    CancelTimer,
    Dead,
    Done,
    LeaseKind,
    Retry,
    Settle,
    Store,
    Verdict,
)
from leadflow.testing._store_base import StoreBase, together
from leadflow.testing._store_domain import NOON, Clock, box, change, put
from leadflow.testing._store_leases import (
    HOLD,
    KINDS,
    add,
    effect,
    numbers,
    one,
    settle,
    take,
    timer,
)


if TYPE_CHECKING:
    from collections.abc import Callable


__all__ = ("WorkClauses",)


class WorkClauses(StoreBase):
    """
    Hold the clauses on leases.
    """

    def test_a_timer_is_due_at_its_instant(self, store: Store, clock: Clock) -> None:
        """
        ST-43: a timer is not leased before it is due, and is at that instant.
        """
        due = NOON + timedelta(microseconds=2)
        store.commit(change(timers=(timer(due=due, a=1),)))
        clock.move(microseconds=1)
        early = take(store, "timers")
        clock.move(microseconds=1)
        lease = one(store, "timers")

        assert [] == early
        assert ("timers", "box", box("1"), "due", {"a": 1}, due, 1, due + HOLD) == (
            *(lease.what, lease.kind, lease.ref, lease.name, lease.payload),
            *(lease.due, lease.attempts, lease.until),
        )

    def test_an_effect_waits_until_its_instant(
        self, store: Store, clock: Clock
    ) -> None:
        """
        ST-43: an effect is leased at once, or not before the instant it names.
        """
        later = NOON + timedelta(minutes=5)
        store.commit(
            change(
                effects=(effect(1), attrs.evolve(effect(2), not_before=later)),
                at=NOON + timedelta(days=1),
            )
        )
        now = take(store, "effects")
        clock.move(minutes=5)
        store.settle([Settle(lease) for lease in now])

        assert ([1], [2]) == (numbers(now), numbers(take(store, "effects")))

    def test_the_earliest_come_first(self, store: Store, clock: Clock) -> None:
        """
        ST-43: due work is leased in the order in which it fell due, so much at a time.
        """
        for minutes in (3, 1, 2, 9):
            due = NOON + timedelta(minutes=minutes)
            store.commit(change(timers=(timer(f"{minutes}", due),)))
        clock.move(minutes=5)

        assert (["1", "2"], ["3"], []) == (
            [lease.name for lease in take(store, "timers", 2)],
            [lease.name for lease in take(store, "timers", 2)],
            take(store, "timers"),
        )

    def test_kinds_are_chosen(self, store: Store) -> None:
        """
        ST-43: a lease can be for some timer names or effect kinds only.
        """
        store.commit(
            change(
                timers=(timer("a"), timer("b"), timer("c")),
                effects=(effect(1, kind="a"), effect(2, kind="b")),
            )
        )

        assert (["a", "c"], [2], [], []) == (
            sorted(it.name for it in take(store, "timers", kinds=["a", "c", "x"])),
            numbers(take(store, "effects", kinds=["b"])),
            take(store, "effects", kinds=[]),
            take(store, "effects", 0),
        )

    def test_setting_again_replaces(self, store: Store, clock: Clock) -> None:
        """
        ST-44: setting a timer again replaces it and ends a lease on it.
        """
        store.commit(change(timers=(timer(a=1),)))
        old = one(store, "timers")
        later = NOON + timedelta(seconds=5)
        store.commit(change(timers=(timer(due=later, a=2),)))
        early = take(store, "timers")
        clock.move(seconds=5)
        new = one(store, "timers")

        assert ([], {"a": 2}, later, 1) == (early, new.payload, new.due, new.attempts)
        assert (False, True) == (settle(store, old), settle(store, new))
        assert old.token < new.token

    def test_cancelling_removes(self, store: Store) -> None:
        """
        ST-44: cancelling removes a timer and ends a lease on it, also on a later one.
        """
        cancel = CancelTimer(ref=box("1"), name="due")
        store.commit(change(timers=(timer(),)))
        old = one(store, "timers")
        store.commit(change(timers=(cancel,)))
        gone = (store.next_due(), take(store, "timers"))
        store.commit(change(timers=(timer(a=2),)))
        new = one(store, "timers")
        store.commit(change(timers=(CancelTimer(ref=box("9"), name="due"),)))

        assert (None, []) == gone
        assert (False, True) == (settle(store, old), settle(store, new))

    def test_a_commit_sets_timers_in_order(self, store: Store) -> None:
        """
        ST-44: of what one commit says about a timer the last counts.
        """
        cancel = CancelTimer(ref=box("1"), name="b")
        store.commit(change(timers=(timer(a=1), timer(a=2), timer("b"), cancel)))

        assert [{"a": 2}] == [lease.payload for lease in take(store, "timers")]

    @pytest.mark.parametrize("what", KINDS)
    def test_nobody_shares_a_lease(
        self, handles: Callable[[int], list[Store]], what: LeaseKind
    ) -> None:
        """
        ST-45: two that lease at once never get the same work.
        """
        stores = handles(3)
        add(stores[0], what, 30)

        def work(store: Store) -> list[str]:
            found: list[str] = []
            while leases := take(store, what, 4):
                found.extend(lease.id for lease in leases)
            return found

        found = together([partial(work, store) for store in stores])
        ids = [id_ for each in found for id_ in each]

        assert (30, 30) == (len(ids), len(set(ids)))

    @pytest.mark.parametrize("what", KINDS)
    def test_a_lease_runs_out(
        self, store: Store, clock: Clock, what: LeaseKind
    ) -> None:
        """
        ST-46: work whose lease ran out is leased again, with a higher token.
        """
        add(store, what)
        first = one(store, what)
        clock.now = first.until - timedelta(microseconds=1)
        early = take(store, what)
        clock.now = first.until
        second = one(store, what)

        assert ([], first.id, first.due, [1, 2]) == (
            *(early, second.id, second.due),
            [first.attempts, second.attempts],
        )
        assert first.token < second.token

    @pytest.mark.parametrize("what", KINDS)
    @pytest.mark.parametrize(
        "verdict", [Done(), Retry(after=timedelta(0)), Dead(error="no")]
    )
    def test_an_old_token_settles_nothing(
        self, store: Store, clock: Clock, what: LeaseKind, verdict: Verdict
    ) -> None:
        """
        ST-47: settling with an old token, or twice, does nothing and says so.
        """
        add(store, what)
        old = one(store, what)
        clock.now = old.until
        new = one(store, what)
        late = settle(store, old, verdict)
        held = store.extend(new, HOLD)

        assert (False, True, False) == (
            late,
            settle(store, held, verdict),
            settle(store, held),
        )

    @pytest.mark.parametrize("what", KINDS)
    def test_a_late_lease_still_settles(
        self, store: Store, clock: Clock, what: LeaseKind
    ) -> None:
        """
        ST-47: a lease that ran out and that nobody else took still settles.
        """
        add(store, what)
        lease = one(store, what)
        clock.move(hours=1)

        assert (True, []) == (settle(store, lease), take(store, what))

    @pytest.mark.parametrize("what", KINDS)
    def test_a_commit_settles(
        self, store: Store, clock: Clock, what: LeaseKind
    ) -> None:
        """
        ST-48: a lease is finished with the commit that names it, or neither is done.
        """
        add(store, what)
        old = one(store, what)
        clock.now = old.until
        new = one(store, what)
        with pytest.raises(LeaseLost):
            store.commit(change(put(box("2")), settles=(Settle(old),)))
        unwritten = store.load([box("2")])[box("2")].version
        store.commit(change(put(box("2")), settles=(Settle(new),)))
        clock.move(hours=1)

        assert (0, 1, [], False) == (
            unwritten,
            store.load([box("2")])[box("2")].version,
            take(store, what),
            settle(store, new),
        )

    def test_a_timer_sets_itself_again(self, store: Store, clock: Clock) -> None:
        """
        ST-48: the commit that settles a timer can set it again.
        """
        store.commit(change(timers=(timer(),)))
        lease = one(store, "timers")
        later = NOON + timedelta(minutes=9)
        store.commit(change(settles=(Settle(lease),), timers=(timer(due=later),)))
        clock.now = later

        assert (False, 1) == (settle(store, lease), one(store, "timers").attempts)
