"""
Clauses 49 to 56: work is tried again, given up, and never lost.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid5

import attrs
import pytest

from leadflow.errors import LeaseLost
from leadflow.ports import (
    Dead,
    LeaseKind,
    Retry,
    Settle,
    Store,
)
from leadflow.testing._store_base import StoreBase
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


__all__ = ("RetryClauses",)


class RetryClauses(StoreBase):
    """
    Hold the clauses on work that does not come off at once.
    """

    @pytest.mark.parametrize("what", KINDS)
    def test_retrying_waits(self, store: Store, clock: Clock, what: LeaseKind) -> None:
        """
        ST-49: work to be tried again waits by the store's clock; not all tries count.
        """
        add(store, what)
        attempts = []
        for counts in (True, False, True):
            lease = one(store, what)
            attempts.append(lease.attempts)
            settle(store, lease, Retry(after=HOLD * 3, error="busy", counts=counts))
            clock.move(minutes=2)
            attempts.append(len(take(store, what)))
            clock.move(minutes=1)

        assert [1, 0, 2, 0, 2, 0] == attempts

    @pytest.mark.parametrize("what", KINDS)
    def test_dead_work_is_shown_and_revived(
        self, store: Store, clock: Clock, what: LeaseKind
    ) -> None:
        """
        ST-50: work that is given up is listed, not leased, and can be revived.
        """
        add(store, what, 2)
        first, second = take(store, what)
        settle(store, second)
        settle(store, first, Dead(error="no such number"))
        clock.move(days=1)
        (dead,) = store.dead()

        assert (first.id, first.payload, "no such number", [], None) == (
            *(dead.id, dead.payload, dead.error, take(store, what), store.next_due()),
        )
        assert [False, False, True, False] == [
            store.revive(what, second.id),
            store.revive(what, "no such id"),
            store.revive(what, first.id),
            store.revive(what, first.id),
        ]
        assert (first.id, 1, []) == (
            *(one(store, what).id, _one_more(store, clock, what), store.dead()),
        )

    @pytest.mark.parametrize("what", KINDS)
    @pytest.mark.parametrize("crashes", [True, False])
    def test_attempts_are_bounded(
        self, store: Store, clock: Clock, what: LeaseKind, crashes: bool
    ) -> None:
        """
        ST-50: work that was leased so often without an end is given up.
        """
        add(store, what)
        attempts = []
        while leases := take(store, what):
            attempts.append(leases[0].attempts)
            if not crashes:
                settle(store, leases[0], Retry(after=timedelta(0)))
            clock.move(minutes=1)

        assert (list(range(1, self.max_attempts + 1)), 1) == (
            attempts,
            len(store.dead(limit=5)),
        )

    @pytest.mark.parametrize("what", KINDS)
    def test_poison_is_alone(self, store: Store, clock: Clock, what: LeaseKind) -> None:
        """
        ST-51: work that kills its worker every time takes no other with it.
        """
        add(store, what, 6)
        poison = ""
        delivered = []
        while leases := take(store, what, 4):
            poison = poison or leases[1].id
            for lease in leases:
                if lease.id == poison:
                    break
                delivered.append(lease.id)
                settle(store, lease)
            clock.move(minutes=1)

        assert (5, [poison]) == (
            len(set(delivered)),
            [lease.id for lease in store.dead()],
        )

    def test_lanes_keep_their_order(self, store: Store, clock: Clock) -> None:
        """
        ST-52: of a lane only the first is leased; other lanes go on.
        """
        for number in range(3):
            store.commit(
                change(
                    put(box(str(number))),
                    effects=(
                        effect(number, "a"),
                        effect(10 + number, "b"),
                        effect(20 + number),
                    ),
                )
            )
        first = take(store, "effects")
        second = take(store, "effects")
        settle(store, next(it for it in first if it.lane == "a"))
        third = take(store, "effects")
        later = NOON + timedelta(days=1)
        settle(store, third[0], Retry(after=later - clock.now))
        clock.move(hours=1)
        store.settle([Settle(it) for it in first])

        assert ([0, 10, 20, 21, 22], [], [1], [11]) == (
            sorted(numbers(first)),
            second,
            numbers(third),
            numbers(take(store, "effects")),
        )

    def test_a_dead_head_blocks_its_lane(self, store: Store, clock: Clock) -> None:
        """
        ST-52: a lane stands still behind a dead effect until that is revived.
        """
        store.commit(change(effects=(effect(1, "a"), effect(2, "a"))))
        head = one(store, "effects")
        settle(store, head, Dead(error="no"))
        clock.move(hours=1)
        blocked = (take(store, "effects"), store.next_due())
        store.revive("effects", head.id)
        found: list[int] = []
        while leases := take(store, "effects"):
            found.extend(numbers(leases))
            store.settle([Settle(lease) for lease in leases])

        assert (([], None), [1, 2]) == (blocked, found)

    @pytest.mark.parametrize("what", KINDS)
    def test_a_lease_is_prolonged(
        self, store: Store, clock: Clock, what: LeaseKind
    ) -> None:
        """
        ST-53: a lease can be prolonged while nobody else has the work.
        """
        add(store, what)
        lease = one(store, what)
        clock.move(seconds=50)
        longer = store.extend(lease, HOLD)
        clock.move(seconds=50)
        early = take(store, what)
        clock.move(seconds=10)
        taken = one(store, what)
        with pytest.raises(LeaseLost):
            store.extend(longer, HOLD)
        settle(store, taken)
        with pytest.raises(LeaseLost):
            store.extend(taken, HOLD)

        assert (NOON + timedelta(seconds=110), []) == (longer.until, early)

    def test_effect_ids_come_from_the_commit(self, store: Store) -> None:
        """
        ST-54: an effect's id is made of its commit's and its place in it.
        """
        commit = change(effects=tuple(map(effect, range(12))))
        store.commit(commit)
        store.commit(change(effects=(effect(99),)))
        ids = {it.payload["number"]: it.id for it in take(store, "effects", 50)}

        assert 13 == len(set(ids.values()))
        assert [str(uuid5(commit.id, str(number))) for number in range(12)] == [
            ids[number] for number in range(12)
        ]

    def test_next_due_is_when_to_wake(self, store: Store, clock: Clock) -> None:
        """
        ST-55: the next due instant is that of the first timer or effect, leased or not.
        """
        found = [store.next_due()]
        hour = NOON + timedelta(hours=1)
        store.commit(change(timers=(timer(due=hour),)))
        found.append(store.next_due())
        half = NOON + timedelta(minutes=30)
        effects = (attrs.evolve(effect(1, "a"), not_before=half), effect(2, "a"))
        store.commit(change(effects=effects))
        found.append(store.next_due())
        clock.now = half
        lease = one(store, "effects")
        found.append(store.next_due())
        settle(store, lease)
        found.append(store.next_due())

        assert [None, hour, half, half + HOLD, NOON] == found

    @pytest.mark.parametrize("what", KINDS)
    def test_a_clock_that_jumps_loses_nothing(
        self, store: Store, clock: Clock, what: LeaseKind
    ) -> None:
        """
        ST-56: a clock that jumps may delay work, but neither loses nor doubles it.
        """
        add(store, what, 2)
        done: list[str] = []
        for hours in (-1, 2, -1, 1, -2, 3):
            clock.move(hours=hours)
            for lease in take(store, what, 1):
                if lease.attempts > 1 or done:
                    done.append(lease.id)
                    assert settle(store, lease)
                else:
                    done.append("")
        clock.move(days=1)
        while leases := take(store, what):
            done.extend(lease.id for lease in leases if settle(store, lease))

        assert 2 == len([id_ for id_ in done if id_]) == len({*done} - {""})


def _one_more(store: Store, clock: Clock, what: LeaseKind) -> int:
    """
    Let a lease run out, finish the next, and return how many came.
    """
    clock.move(minutes=2)
    leases = take(store, what)
    store.settle([Settle(lease) for lease in leases])
    return len(leases)
