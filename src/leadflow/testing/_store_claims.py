"""
Clauses 17 to 25: a claim has one holder.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from leadflow.errors import ClaimTaken, Refused
from leadflow.ports import Claim, ClaimKey, ClaimRecord, PrunePolicy, Release, Store
from leadflow.testing._store_base import StoreBase, together
from leadflow.testing._store_domain import NOON, Clock, box, change, put


if TYPE_CHECKING:
    from collections.abc import Callable


__all__ = ("ClaimClauses",)

KEY = ClaimKey("open", "+431")


def _claim(key: ClaimKey, owner: str = "1", **fields: object) -> Claim:
    return Claim(key=key, owner=box(owner), **fields)  # type: ignore[arg-type]


class ClaimClauses(StoreBase):
    """
    Hold the clauses on claims.
    """

    def test_a_free_claim_is_taken(self, store: Store) -> None:
        """
        ST-17: a claim that nobody holds is taken, and its holder is told.
        """
        store.commit(change(put(box("0"), 1, 2)))
        store.commit(change(put(box("1"), 1, 2), claims=(_claim(KEY),)))

        assert {
            KEY: ClaimRecord(key=KEY, owner=box("1"), position=3, at=NOON, until=None)
        } == store.owners([KEY, ClaimKey("open", "+432"), KEY])

    def test_a_claim_without_events(self, store: Store) -> None:
        """
        ST-17: a commit without events takes claims at the journal's head.
        """
        store.commit(change(put(box("0"), 1, 2)))
        store.commit(change(claims=(_claim(KEY),)))

        assert 2 == store.owners([KEY])[KEY].position

    @pytest.mark.parametrize("owner", ["1", "2"])
    def test_a_taken_claim_is_refused(self, store: Store, owner: str) -> None:
        """
        ST-18: a claim that is held cannot be taken, and the error names the holder.
        """
        other = ClaimKey("open", "+432")
        store.commit(change(put(box("1")), claims=(_claim(KEY),)))
        with pytest.raises(ClaimTaken) as caught:
            store.commit(
                change(put(box("3")), claims=(_claim(other), _claim(KEY, owner)))
            )

        assert (store.owners([KEY, other])[KEY],) == caught.value.records

    def test_its_owner_gives_it_back(self, store: Store) -> None:
        """
        ST-19: the owner gives a claim back; then anybody can take it.
        """
        store.commit(change(put(box("1")), claims=(_claim(KEY),)))
        store.commit(change(releases=(Release(key=KEY, owner=box("1")),)))
        free = store.owners([KEY])
        store.commit(change(claims=(_claim(KEY, "2"),)))

        assert ({}, box("2")) == (free, store.owners([KEY])[KEY].owner)

    def test_nobody_else_gives_it_back(self, store: Store) -> None:
        """
        ST-19: a release by another than the owner is refused; one of nothing is not.
        """
        store.commit(change(put(box("1")), claims=(_claim(KEY),)))
        with pytest.raises(ClaimTaken) as caught:
            store.commit(change(releases=(Release(key=KEY, owner=box("2")),)))
        absent = ClaimKey("open", "+432")
        store.commit(change(releases=(Release(key=absent, owner=box("2")),)))

        assert ({KEY: caught.value.records[0]}) == store.owners([KEY, absent])

    def test_a_claim_is_handed_over(self, store: Store) -> None:
        """
        ST-20: one commit gives a claim back for one owner and takes it for another.
        """
        store.commit(change(put(box("1")), claims=(_claim(KEY),)))
        store.commit(
            change(
                put(box("2")),
                releases=(Release(key=KEY, owner=box("1")),),
                claims=(_claim(KEY, "2"),),
            )
        )

        assert (box("2"), 2) == (
            store.owners([KEY])[KEY].owner,
            store.owners([KEY])[KEY].position,
        )

    def test_spaces_are_apart(self, store: Store) -> None:
        """
        ST-21: one key in two spaces is two claims.
        """
        keys = [ClaimKey("a", "bc"), ClaimKey("ab", "c"), ClaimKey("b", "bc")]
        store.commit(change(claims=tuple(_claim(key) for key in keys[:2])))
        store.commit(change(claims=(_claim(keys[2], "2"),)))

        assert [box("1"), box("1"), box("2")] == [
            store.owners(keys)[key].owner for key in keys
        ]

    def test_tenants_are_apart(self, store: Store) -> None:
        """
        ST-21: one key for two tenants is two claims.
        """
        other = self.other_tenant(store)
        if other is None:
            pytest.skip("the store has one tenant")
        store.commit(change(claims=(_claim(KEY),)))
        other.commit(change(claims=(_claim(KEY, "2"),)))

        assert (box("1"), box("2")) == (
            store.owners([KEY])[KEY].owner,
            other.owners([KEY])[KEY].owner,
        )

    def test_a_claim_runs_out(self, store: Store, clock: Clock) -> None:
        """
        ST-22: when its time is up a claim is free, by the store's clock.
        """
        until = NOON + timedelta(minutes=1)
        store.commit(change(put(box("1")), claims=(_claim(KEY, until=until),)))
        with pytest.raises(ClaimTaken):
            store.commit(change(claims=(_claim(KEY, "2"),)))
        clock.move(minutes=1)
        free = store.owners([KEY])
        store.commit(change(claims=(_claim(KEY, "2"),)))

        assert ({}, box("2"), None) == (
            free,
            store.owners([KEY])[KEY].owner,
            store.owners([KEY])[KEY].until,
        )

    def test_pruning_takes_what_ran_out(self, store: Store, clock: Clock) -> None:
        """
        ST-22: pruning forgets claims whose time was up before, and no others.
        """
        keys = [ClaimKey("key", name) for name in "abcd"]
        for minutes, key in zip((1, 2, 90, None), keys, strict=True):
            until = None if minutes is None else NOON + timedelta(minutes=minutes)
            store.commit(change(claims=(_claim(key, until=until),)))
        clock.move(minutes=5)
        policy = PrunePolicy(claims_before=NOON + timedelta(minutes=2))
        counts = [store.prune(policy), store.prune(policy)]
        counts.append(store.prune(PrunePolicy(claims_before=NOON + timedelta(days=1))))

        assert ([1, 0, 1], set(keys[2:])) == (counts, set(store.owners(keys)))

    def test_opposite_orders_do_not_lock(
        self, handles: Callable[[int], list[Store]]
    ) -> None:
        """
        ST-23: commits that claim in opposite orders do not lock each other out.
        """
        stores = handles(2)
        keys = [ClaimKey("key", str(number)) for number in range(40)]

        def work(store: Store, orders: list[list[ClaimKey]]) -> int:
            won = 0
            for order in orders:
                try:
                    store.commit(change(claims=tuple(map(_claim, order))))
                    won += 1
                except ClaimTaken:
                    pass
            return won

        pairs = [[one, two] for one, two in zip(keys[::2], keys[1::2], strict=True)]
        one, two = together(
            [
                lambda: work(stores[0], pairs),
                lambda: work(stores[1], [pair[::-1] for pair in pairs]),
            ]
        )

        assert (20, 40) == (one + two, len(stores[0].owners(keys)))

    def test_a_commit_names_a_claim_once(self, store: Store) -> None:
        """
        ST-24: a commit that takes or releases a claim twice is refused.
        """
        with pytest.raises(Refused):
            store.commit(change(claims=(_claim(KEY), _claim(KEY, "2"))))
        release = Release(key=KEY, owner=box("1"))
        with pytest.raises(Refused):
            store.commit(change(releases=(release, release)))

        assert {} == store.owners([KEY])

    def test_keys_are_not_folded(self, store: Store) -> None:
        """
        ST-25: keys that differ in case, blanks or Unicode form are different keys.
        """
        texts = ["é", "e\u0301", "E", "e", "e ", " e", "ß", "ss", "e\t", "e\0"]
        keys = [ClaimKey("key", text) for text in texts]
        for number, key in enumerate(keys):
            store.commit(change(claims=(_claim(key, str(number)),)))
        held = store.owners(keys)

        assert [box(str(number)) for number in range(len(keys))] == [
            held[key].owner for key in keys
        ]
