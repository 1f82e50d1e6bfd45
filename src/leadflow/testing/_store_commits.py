"""
Clauses 1 to 11: a commit is all or nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from leadflow.errors import (
    CheckpointMoved,
    ClaimTaken,
    Conflict,
    LeaseLost,
    Refused,
    VersionConflict,
)
from leadflow.ports import (
    Checkpoint,
    Claim,
    ClaimKey,
    Effect,
    Release,
    SetTimer,
    Settle,
    Store,
    Write,
)
from leadflow.testing._store_base import StoreBase, picture
from leadflow.testing._store_domain import (
    NOON,
    Box,
    Put,
    box,
    change,
    put,
)
from leadflow.values import Ref, member


if TYPE_CHECKING:
    from leadflow.ports import Commit


__all__ = ("CommitClauses",)


class CommitClauses(StoreBase):
    """
    Hold the clauses on commits.
    """

    def test_starts_empty(self, store: Store) -> None:
        """
        ST-00: the store that is opened is empty, whatever ran before.
        """
        assert ([], 0, None, []) == (
            store.journal(0),
            store.head(),
            store.next_due(),
            store.dead(),
        )

    @pytest.mark.parametrize(
        "part", ["version", "expects", "claim", "release", "settle", "checkpoint"]
    )
    def test_failed_commit_leaves_nothing(self, store: Store, part: str) -> None:
        """
        ST-01: nothing of a commit that fails is visible, whichever part fails.
        """
        taken = ClaimKey("key", "taken")
        store.commit(
            change(
                put(box("0")),
                claims=(Claim(key=taken, owner=box("0")),),
                timers=(SetTimer(ref=box("0"), name="lost", due=NOON),),
            )
        )
        (lease,) = store.lease("timers", limit=1, hold=timedelta(minutes=1))
        store.extend(lease, timedelta(minutes=2))
        before = picture(store)
        commit = change(
            put(box("1"), 1, 2),
            put(box("2")),
            claims=(Claim(key=ClaimKey("key", "1"), owner=box("1")),),
            releases=(Release(key=taken, owner=box("0")),),
            timers=(SetTimer(ref=box("1"), name="due", due=NOON - timedelta(1)),),
            effects=(Effect(kind="send", payload={}),),
            settles=(Settle(lease),),
            checkpoint=Checkpoint(consumer="reader", was=0, to=1),
            expects=((box("0"), 1),),
        )
        failing: dict[str, tuple[Any, type[Exception]]] = {
            "version": (
                {"writes": (put(box("1")), put(box("2"), expected=7))},
                VersionConflict,
            ),
            "expects": ({"expects": ((box("0"), 9),)}, VersionConflict),
            "claim": (
                {"claims": (Claim(key=taken, owner=box("1")),), "releases": ()},
                ClaimTaken,
            ),
            "release": (
                {"releases": (Release(key=taken, owner=box("9")),)},
                ClaimTaken,
            ),
            "settle": (
                {"settles": (Settle(attrs.evolve(lease, token=lease.token + 1)),)},
                LeaseLost,
            ),
            "checkpoint": (
                {"checkpoint": Checkpoint(consumer="reader", was=3, to=4)},
                CheckpointMoved,
            ),
        }
        changed, error = failing[part]
        with pytest.raises(error):
            store.commit(attrs.evolve(commit, **changed))

        assert before == picture(store)
        assert not store.commit(commit).repeated

    def test_versions_count_events(self, store: Store) -> None:
        """
        ST-02: a version starts at 0 and grows by the number of events.
        """
        versions = [store.load([box()])[box()].version]
        store.commit(change(put(box(), 1, 2, 3)))
        versions.append(store.load([box()])[box()].version)
        store.commit(change(put(box(), 1, expected=3, total=6)))
        versions.append(store.load([box()])[box()].version)

        assert ([0, 3, 4], Box(7)) == (versions, store.load([box()])[box()].state)

    @pytest.mark.parametrize(
        ("ref", "expected", "actual"),
        [(box("1"), 1, 2), (box("1"), 3, 2), (box("1"), 0, 2), (box("2"), 1, 0)],
    )
    def test_other_versions_conflict(
        self, store: Store, ref: Ref, expected: int, actual: int
    ) -> None:
        """
        ST-03: any other version than the stored one conflicts, and is told.
        """
        store.commit(change(put(box("1"), 1, 1)))
        with pytest.raises(VersionConflict) as caught:
            store.commit(change(put(ref, expected=expected)))

        assert (ref, expected, actual) == (
            caught.value.ref,
            caught.value.expected,
            caught.value.actual,
        )

    def test_all_records_or_none(self, store: Store) -> None:
        """
        ST-04: several records are written all together or not at all.
        """
        store.commit(change(put(box("2"))))
        with pytest.raises(VersionConflict):
            store.commit(change(put(box("1")), put(box("2")), put(box("3"))))
        store.commit(change(put(box("1")), put(box("2"), expected=1), put(box("3"))))

        assert [1, 2, 1] == [
            store.load([box(id_)])[box(id_)].version for id_ in ("1", "2", "3")
        ]

    def test_a_record_is_written_once(self, store: Store) -> None:
        """
        ST-05: a commit that writes a record twice is refused.
        """
        with pytest.raises(Refused):
            store.commit(change(put(box()), put(box(), expected=1)))

        assert 0 == store.head()

    def test_a_write_has_events(self, store: Store) -> None:
        """
        ST-06: a write without events is refused.
        """
        with pytest.raises(Refused):
            store.commit(change(Write(ref=box(), expected=0, state=Box(), events=())))

        assert 0 == store.head()

    def test_events_stand_together(self, store: Store) -> None:
        """
        ST-07: the events of a commit get contiguous positions in the given order.
        """
        store.commit(change(put(box("9"))))
        store.commit(change(put(box("2"), 1, 2), put(box("1"), 3, 4)))

        assert [
            (2, box("2"), Put(1)),
            (3, box("2"), Put(2)),
            (4, box("1"), Put(3)),
            (5, box("1"), Put(4)),
        ] == [(row.position, row.ref, row.event) for row in store.journal(1)]

    def test_a_commit_can_be_repeated(self, store: Store) -> None:
        """
        ST-08: repeating a commit answers its receipt and writes nothing, ever after.
        """
        commit = change(
            put(box("1"), 1, 2),
            put(box("2")),
            claims=(Claim(key=ClaimKey("key", "1"), owner=box("1")),),
            timers=(SetTimer(ref=box("1"), name="due", due=NOON),),
            effects=(Effect(kind="send", payload={}),),
            checkpoint=Checkpoint(consumer="reader", was=0, to=1),
        )
        receipt = store.commit(commit)
        before = picture(store)
        at_once = store.commit(commit)

        assert (attrs.evolve(receipt, repeated=True), before) == (
            at_once,
            picture(store),
        )

        store.commit(change(put(box("1"), expected=2, total=3)))
        (lease,) = store.lease("effects", limit=1, hold=timedelta(minutes=1))
        store.settle([Settle(lease)])
        before = picture(store)
        other = self.open_again(store)
        if other is None:
            later = store.commit(commit)
        else:
            with other as again:
                later = again.commit(commit)

        assert (attrs.evolve(receipt, repeated=True), before) == (
            later,
            picture(store),
        )

    def test_a_commit_without_events_can_be_repeated(self, store: Store) -> None:
        """
        ST-08: a commit without events can be repeated as well.
        """
        store.commit(change(timers=(SetTimer(ref=box(), name="due", due=NOON),)))
        (lease,) = store.lease("timers", limit=1, hold=timedelta(minutes=1))
        commit = change(
            claims=(Claim(key=ClaimKey("key", "1"), owner=box()),),
            effects=(Effect(kind="send", payload={}),),
            settles=(Settle(lease),),
            checkpoint=Checkpoint(consumer="reader", was=0, to=1),
        )
        receipt = store.commit(commit)
        before = picture(store)
        again = store.commit(commit)

        assert (attrs.evolve(receipt, repeated=True), before) == (again, picture(store))

    def test_an_empty_commit_writes_nothing(self, store: Store) -> None:
        """
        ST-08: a commit of nothing leaves no trace.
        """
        receipt = store.commit(change())

        assert ({}, 0, 0, 0) == (
            receipt.versions,
            receipt.first,
            receipt.last,
            store.head(),
        )

    @pytest.mark.parametrize("other", ["events", "author", "fewer", "effects"])
    def test_an_id_names_one_commit(self, store: Store, other: str) -> None:
        """
        ST-09: the id of a commit with other content is refused.
        """
        first = change(put(box("1")), put(box("2")))
        bare = change(effects=(Effect(kind="send", payload={}),))
        store.commit(first)
        store.commit(bare)
        commits: dict[str, Commit] = {
            "events": attrs.evolve(first, writes=(put(box("1"), 9), first.writes[1])),
            "author": attrs.evolve(first, by=member("anna")),
            "fewer": attrs.evolve(first, writes=(put(box("1"), 1, 1),)),
            "effects": attrs.evolve(
                bare, effects=(Effect(kind="send", payload={"a": 1}),)
            ),
        }
        with pytest.raises(Refused):
            store.commit(commits[other])

        assert 2 == store.head()

    def test_what_was_read_has_not_moved(self, store: Store) -> None:
        """
        ST-10: of two commits that read what the other writes exactly one wins.
        """
        store.commit(change(put(box("1")), put(box("2"))))
        one = change(put(box("1"), expected=1), expects=((box("2"), 1),))
        two = change(put(box("2"), expected=1), expects=((box("1"), 1),))
        store.commit(one)
        with pytest.raises(VersionConflict) as caught:
            store.commit(two)

        assert (box("1"), 1, 2) == (
            caught.value.ref,
            caught.value.expected,
            caught.value.actual,
        )

    def test_absence_can_be_expected(self, store: Store) -> None:
        """
        ST-10: that a record does not exist can be expected too.
        """
        store.commit(change(put(box("1")), expects=((box("2"), 0),)))
        with pytest.raises(Conflict):
            store.commit(change(put(box("3")), expects=((box("1"), 0),)))

    def test_receipts_tell_what_was_written(self, store: Store) -> None:
        """
        ST-11: a receipt tells versions and positions.
        """
        store.commit(change(put(box("1"), 1, 1)))
        commit = change(put(box("1"), expected=2), put(box("2"), 1, 2))
        receipt = store.commit(commit)

        assert (commit.id, {box("1"): 3, box("2"): 2}, 3, 5, False) == (
            receipt.commit_id,
            receipt.versions,
            receipt.first,
            receipt.last,
            receipt.repeated,
        )
