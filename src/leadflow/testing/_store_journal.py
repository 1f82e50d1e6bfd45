"""
Clauses 34 to 42: the journal tells every event once, in commit order.
"""

from __future__ import annotations

from random import Random
from threading import Event as Signal
from time import sleep
from typing import TYPE_CHECKING

import pytest

from leadflow.errors import (
    CheckpointMoved,
    Conflict,
    JournalGap,
    LeadflowError,
    Transient,
)
from leadflow.ports import Checkpoint, Claim, ClaimKey, Store
from leadflow.testing._store_base import StoreBase, together
from leadflow.testing._store_domain import NOON, Put, box, change, put
from leadflow.values import member


if TYPE_CHECKING:
    from collections.abc import Callable

    from leadflow.ports import Recorded


__all__ = ("JournalClauses",)

_WRITERS = 3
_COMMITS = 25


def _writer(store: Store, name: int, stop: Signal) -> int:
    """
    Commit, fail now and then, pause now and then; answer how many events stand.
    """
    chance = Random(name)  # noqa: S311 - it only has to be the same every time
    version = written = 0
    ref = box(f"writer-{name}")
    try:
        for number in range(_COMMITS):
            count = chance.randint(1, 3)
            write = put(ref, *[1] * count, expected=version, total=version)
            claims = ()
            if chance.random() < 0.2:
                # The second of two such commits fails as a whole.
                key = ClaimKey("half", f"{name}-{number // 8}")
                claims = (Claim(key=key, owner=ref),)  # type: ignore[assignment]
            try:
                store.commit(change(write, claims=claims))
            except (Conflict, Transient):
                continue
            version += count
            written += count
            if chance.random() < 0.2:
                sleep(chance.random() / 200)
        return written
    finally:
        stop.set()


def _tail(store: Store, stops: list[Signal]) -> list[Recorded]:
    """
    Follow the journal until all writers have stopped and nothing is left.
    """
    seen: list[Recorded] = []
    while True:
        stopped = all(stop.is_set() for stop in stops)
        rows = store.journal(seen[-1].position if seen else 0, limit=7)
        seen.extend(rows)
        if stopped and not rows:
            return seen
        if not rows:
            sleep(0.001)


class JournalClauses(StoreBase):
    """
    Hold the clauses on the journal.
    """

    def test_positions_are_dense(self, store: Store) -> None:
        """
        ST-34: positions go from 1 to n without a hole.
        """
        for number in range(5):
            store.commit(change(put(box(str(number)), *range(number + 1))))

        assert list(range(1, 16)) == [row.position for row in store.journal(0)]

    def test_rows_tell_the_whole_event(self, store: Store) -> None:
        """
        ST-34: a row tells what happened to which record, when, by whom.
        """
        commit = change(put(box("1"), 5, 6), by=member("anna"))
        store.commit(commit)
        row = store.journal(1)[0]

        assert (2, box("1"), 2, commit.id, Put(6), NOON, member("anna")) == (
            *(row.position, row.ref, row.version, row.commit_id),
            *(row.event, row.at, row.by),
        )

    def test_a_tailing_reader_misses_nothing(
        self, handles: Callable[[int], list[Store]]
    ) -> None:
        """
        ST-35: a reader that follows writers sees each event once, in order.
        """
        stores = handles(_WRITERS + 1)
        stops = [Signal() for _ in range(_WRITERS)]
        *counts, seen = together(
            [
                *(
                    lambda number=number: _writer(stores[number], number, stops[number])
                    for number in range(_WRITERS)
                ),
                lambda: _tail(stores[-1], stops),
            ]
        )

        assert list(range(1, sum(counts) + 1)) == [row.position for row in seen]
        for number in range(_WRITERS):
            versions = [row.version for row in seen if row.ref.id == f"writer-{number}"]
            assert list(range(1, counts[number] + 1)) == versions

    def test_feed_and_stream_agree(self, store: Store) -> None:
        """
        ST-36: in the journal the events of a record stand in the order of versions.
        """
        for number in range(4):
            store.commit(
                change(
                    put(box("1"), number, number, expected=2 * number),
                    put(box("2"), number, expected=number),
                )
            )
        feed = [row for row in store.journal(0) if row.ref == box("1")]

        assert (feed, list(range(1, 9))) == (
            store.stream(box("1")),
            [row.version for row in feed],
        )

    def test_streams_are_read_in_pieces(self, store: Store) -> None:
        """
        ST-36: a stream is read after any version, so many at a time.
        """
        store.commit(change(put(box("1"), 1, 2, 3, 4)))

        assert ([2, 3], [4], [], []) == (
            [row.version for row in store.stream(box("1"), after=1, limit=2)],
            [row.version for row in store.stream(box("1"), after=3, limit=2)],
            store.stream(box("1"), after=4),
            store.stream(box("2")),
        )

    def test_effect_comes_after_cause(
        self, handles: Callable[[int], list[Store]]
    ) -> None:
        """
        ST-37: what was committed after reading something comes later than it.
        """
        one, two = handles(2)
        for number in range(6):
            one.commit(change(put(box("1"), expected=number, total=number)))
            seen = two.load([box("1")])[box("1")].version
            two.commit(change(put(box("2"), expected=number, total=seen)))
        rows = [row.ref.id for row in one.journal(0)]

        assert ["1", "2"] * 6 == rows

    @pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
    def test_any_pages_make_one_sequence(self, store: Store, limit: int) -> None:
        """
        ST-38: whatever the pages, the sequence is the same.
        """
        for number in range(5):
            store.commit(change(put(box(str(number)), 1, 2, 3)))
        rows: list[Recorded] = []
        for _ in range(17):
            rows.extend(store.journal(rows[-1].position if rows else 0, limit=limit))

        assert store.journal(0) == rows
        assert [] == store.journal(0, limit=0)

    def test_both_ends(self, store: Store) -> None:
        """
        ST-39: before its first event and after its last the journal is empty.
        """
        found = [store.head(), store.journal(0), store.journal(5)]
        store.commit(change(put(box("1"), 1, 2)))
        found += [store.head(), store.journal(2), store.journal(99)]

        assert [0, [], [], 2, [], []] == found

    def test_failures_leave_no_hole(self, store: Store) -> None:
        """
        ST-40: commits that fail leave no hole.
        """
        store.commit(change(put(box("1"))))
        for _ in range(3):
            with pytest.raises(LeadflowError):
                store.commit(change(put(box("2")), put(box("1"))))
        store.commit(change(put(box("2"))))

        assert [1, 2] == [row.position for row in store.journal(0)]

    def test_a_checkpoint_moves_once(self, store: Store) -> None:
        """
        ST-41: of two consumers of one name one moves the checkpoint.
        """
        store.commit(change(put(box("1"), 1, 2, 3)))
        found = [store.checkpoint("reader")]

        def move(was: int, to: int, consumer: str = "reader") -> None:
            store.commit(
                change(checkpoint=Checkpoint(consumer=consumer, was=was, to=to))
            )
            found.append(store.checkpoint("reader"))

        move(0, 2)
        with pytest.raises(CheckpointMoved):
            move(0, 3)
        move(2, 3)
        with pytest.raises(CheckpointMoved):
            move(2, 3)
        move(0, 1, "other")

        assert [0, 2, 3, 3] == found

    def test_a_missing_row_is_told(self, store: Store) -> None:
        """
        ST-42: a row that is missing is an error, wherever a reader stands before it.
        """
        for number in range(4):
            store.commit(change(put(box(str(number)))))
        if not self.lose_event(store, 3):
            pytest.skip("the store cannot be damaged")
        for after, limit in ((0, 500), (1, 500), (2, 1), (0, 3)):
            with pytest.raises(JournalGap):
                store.journal(after, limit=limit)

        assert ([1, 2], [4]) == (
            [row.position for row in store.journal(0, limit=2)],
            [row.position for row in store.journal(3)],
        )
