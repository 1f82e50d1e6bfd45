"""
Clauses 26 to 33: whoever comes at the same moment, nothing is lost or doubled.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Lock
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from leadflow.errors import Conflict, Transient, Uncertain, VersionConflict
from leadflow.ports import Claim, ClaimKey, Effect, Store, Write
from leadflow.testing._store_base import StoreBase, together
from leadflow.testing._store_domain import (
    Box,
    Clock,
    Put,
    box,
    change,
    fold,
    put,
    total,
)


if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from leadflow.ports import Commit, Receipt
    from leadflow.testing._store_base import Recipe
    from leadflow.values import Ref


__all__ = ("RaceClauses",)

_WORKERS = 4
_MESSAGES = 40
_PHONES = 7
_ATTEMPTS = 200
_KILLS = 4
_PATIENCE = 120.0
_HOUR = timedelta(hours=1)
_KILL = signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL

Message = tuple[str, str]
"""A message's id and the phone that it comes from."""


def _commit(store: Store, commit: Commit) -> Receipt:
    """
    Commit, and again for as long as it is not known whether that succeeded.
    """
    for _ in range(_ATTEMPTS):
        try:
            return store.commit(commit)
        except (Transient, Uncertain):
            sleep(0.002)
    raise AssertionError("the store never became free")


def receive(store: Store, message: Message, *, guarded: bool = True) -> bool:
    """
    Take a message in, as a desk would; False if it was there already.
    """
    id_, phone = message
    seen, opened = ClaimKey("message", id_), ClaimKey("open", phone)
    guard: AbstractContextManager[Any]
    for _ in range(_ATTEMPTS):
        guard = store.guard([phone]) if guarded else nullcontext()
        with guard:
            owners = store.owners([seen, opened])
            if seen in owners:
                return False
            claims = [Claim(key=seen, owner=box())]
            holder = owners.get(opened)
            effects: tuple[Effect, ...] = ()
            if holder is None:
                ref = box(f"{phone}-{uuid4()}")
                claims.append(Claim(key=opened, owner=ref))
                effects = (Effect(kind="welcome", payload={"to": phone}, lane=phone),)
            else:
                ref = holder.owner
            before = store.load([ref])[ref]
            write = Write(
                ref=ref,
                expected=before.version,
                state=Box(total(before) + 1),
                events=(Put(1, id_),),
            )
            claims[0] = Claim(key=seen, owner=ref)
            try:
                _commit(store, change(write, claims=tuple(claims), effects=effects))
            except Conflict:
                continue
            return True
    raise AssertionError("a message was never taken in")


def work(recipe: Recipe, messages: Sequence[Message], done: str) -> None:
    """
    Take messages in, in a process of its own, and note each that is safe.
    """
    with recipe() as store, Path(done).open("a", encoding="utf-8") as notes:
        for message in messages:
            receive(store, message)
            notes.write(f"{message[0]}\n")
            notes.flush()


def _messages() -> list[Message]:
    return [(f"m{number}", f"+{number % _PHONES}") for number in range(_MESSAGES)]


def _shuffled(seed: int) -> list[Message]:
    messages = _messages()
    Random(seed).shuffle(messages)  # noqa: S311 - the same order every time
    return messages


def _check(store: Store) -> None:
    """
    Assert that each message was taken in once, and each phone has one open box.
    """
    keys = [ClaimKey("open", f"+{number}") for number in range(_PHONES)]
    owners = {record.owner for record in store.owners(keys).values()}
    rows = store.journal(0, limit=10_000)
    effects = 0
    while leases := store.lease("effects", limit=100, hold=_HOUR, kinds=["welcome"]):
        effects += len(leases)

    assert _PHONES == len(owners) == effects == len({row.ref for row in rows})
    assert sorted(id_ for id_, _ in _messages()) == sorted(
        row.event.note for row in rows
    )
    assert list(range(1, _MESSAGES + 1)) == [row.position for row in rows]
    assert _MESSAGES == sum(map(total, store.load(list(owners)).values()))
    assert () == store.audit().problems
    for ref in owners:
        stream = store.stream(ref)
        assert fold("box", [row.event for row in stream]) == (
            store.load([ref])[ref].state
        )


class RaceClauses(StoreBase):
    """
    Hold the clauses on work at the same time.
    """

    def test_many_writers_of_one_record(
        self, handles: Callable[[int], list[Store]]
    ) -> None:
        """
        ST-26: many writers of one record make versions 1 to n, and count every one.
        """
        stores = handles(_WORKERS)

        def write(store: Store) -> tuple[int, int]:
            won = lost = 0
            for _ in range(20):
                before = store.load([box()])[box()]
                write = put(box(), expected=before.version, total=total(before))
                try:
                    _commit(store, change(write))
                    won += 1
                except VersionConflict:
                    lost += 1
            return won, lost

        answers = together([partial(write, store) for store in stores])
        won = sum(answer[0] for answer in answers)
        lost = sum(answer[1] for answer in answers)
        versions = [row.version for row in stores[0].stream(box())]

        assert (_WORKERS * 20, list(range(1, won + 1)), won) == (
            won + lost,
            versions,
            total(stores[0].load([box()])[box()]),
        )

    def test_the_same_messages_for_all(
        self, handles: Callable[[int], list[Store]]
    ) -> None:
        """
        ST-27: workers that get the same messages take each in once.
        """
        stores = handles(_WORKERS)

        def take(store: Store, seed: int) -> int:
            return sum(receive(store, message) for message in _shuffled(seed))

        answers = together(
            [partial(take, store, seed) for seed, store in enumerate(stores)]
        )

        assert _MESSAGES == sum(answers)
        _check(stores[0])

    def test_workers_that_are_killed(self, store: Store, clock: Clock) -> None:
        """
        ST-27: workers that are killed at any moment lose and double nothing.
        """
        recipe = self.recipe(store)
        if recipe is None:
            pytest.skip("the store lives in one process")
        with TemporaryDirectory() as folder:
            notes = [str(Path(folder, f"{number}")) for number in range(3)]
            _supervise(recipe, notes, _KILLS)
            acknowledged = {
                line for note in notes for line in Path(note).read_text().split()
            }

        # The workers went by the machine's clock.
        clock.now = datetime.now(UTC)

        assert {id_ for id_, _ in _messages()} == acknowledged
        _check(store)

    def test_one_new_contact(self, handles: Callable[[int], list[Store]]) -> None:
        """
        ST-28: different messages of one new contact at once open one record.
        """
        stores = handles(_WORKERS)
        answers = together(
            [
                partial(receive, store, (f"m{number}", "+1"))
                for number, store in enumerate(stores)
            ]
        )

        assert ([True] * _WORKERS, 1) == (
            answers,
            len({row.ref for row in stores[0].journal(0)}),
        )

    def test_no_update_is_lost(self, handles: Callable[[int], list[Store]]) -> None:
        """
        ST-29: who names what was read never writes on something older.
        """
        stores = handles(_WORKERS)
        account, other = box("account"), box("other")
        stores[0].commit(change(put(account, 20), put(other, 20)))

        def withdraw(store: Store, mine: Ref, theirs: Ref) -> int:
            """Take 1, as long as both together hold more than 10."""
            taken = 0
            for _ in range(30):
                both = store.load([mine, theirs])
                if total(both[mine]) + total(both[theirs]) <= 10:
                    break
                write = put(
                    mine,
                    -1,
                    expected=both[mine].version,
                    total=total(both[mine]),
                )
                expects = ((theirs, both[theirs].version),)
                try:
                    _commit(store, change(write, expects=expects))
                    taken += 1
                except VersionConflict:
                    continue
            return taken

        pairs = [(account, other), (other, account)] * 2
        answers = together(
            [
                partial(withdraw, store, *pair)
                for store, pair in zip(stores, pairs, strict=True)
            ]
        )
        left = sum(map(total, stores[0].load([account, other]).values()))

        assert 40 - sum(answers) == left >= 10

    def test_guards_serialise(self, handles: Callable[[int], list[Store]]) -> None:
        """
        ST-30: a guard lets one in at a time, and is given back after an error.
        """
        stores = handles(_WORKERS)
        inside, overlaps = Lock(), []

        def enter(store: Store) -> None:
            for number in range(10):
                try:
                    with store.guard(["b", "a"]), store.guard(["a"]):
                        free = inside.acquire(blocking=False)
                        overlaps.append(not free)
                        sleep(0.0005)
                        if free:
                            inside.release()
                        [number][number % 2]
                except IndexError:
                    pass

        together([partial(enter, store) for store in stores])
        with stores[0].guard([]):
            pass

        assert [False] * 10 * _WORKERS == overlaps

    def test_a_guard_is_only_a_hint(
        self, handles: Callable[[int], list[Store]]
    ) -> None:
        """
        ST-31: without guards the outcome is the same.
        """
        stores = handles(_WORKERS)

        def take(store: Store, seed: int) -> int:
            return sum(
                receive(store, message, guarded=seed == 0)
                for message in _shuffled(seed)
            )

        answers = together(
            [partial(take, store, seed) for seed, store in enumerate(stores)]
        )

        assert _MESSAGES == sum(answers)
        _check(stores[0])

    def test_everybody_gets_through(
        self, handles: Callable[[int], list[Store]]
    ) -> None:
        """
        ST-32: each of several writers comes to its end.
        """
        stores = handles(_WORKERS)

        def write(store: Store, name: int) -> int:
            for number in range(15):
                _commit(store, change(put(box(f"{name}"), expected=number)))
            return 15

        answers = together(
            [partial(write, store, name) for name, store in enumerate(stores)]
        )

        assert [15] * _WORKERS == answers

    def test_readers_and_writers_go_on(
        self, handles: Callable[[int], list[Store]]
    ) -> None:
        """
        ST-33: who reads all the time holds up no writer, nor the other way round.
        """
        stores = handles(3)
        written: list[int] = []

        def write(store: Store) -> None:
            for number in range(30):
                _commit(store, change(put(box(), expected=number, total=number)))
                written.append(number)

        def read(store: Store) -> list[int]:
            seen = [0]
            while len(written) < 30:
                before = store.load([box()])[box()]
                assert before.version == total(before)
                assert before.version <= store.head()
                seen.append(before.version)
            return seen

        _, *seen = together(
            [partial(write, stores[0]), *(partial(read, it) for it in stores[1:])]
        )

        assert all(each == sorted(each) for each in seen)


def _supervise(recipe: Recipe, notes: Sequence[str], kills: int) -> None:
    """
    Run a worker a note file, kill some of them, and start those again.
    """
    spawn = get_context("spawn")
    workers: dict[str, Any] = {}
    chance = Random(1)  # noqa: S311 - any order of kills will do

    def start(note: str) -> None:
        seen = Path(note).read_text().split() if Path(note).exists() else []
        left = [it for it in _shuffled(notes.index(note)) if it[0] not in seen]
        workers[note] = spawn.Process(target=work, args=(recipe, left, note))
        workers[note].start()

    for note in notes:
        start(note)
    end = monotonic() + _PATIENCE
    while workers:
        assert monotonic() < end, "the workers never came to their end"
        sleep(0.01)
        busy = [
            note
            for note, worker in workers.items()
            if worker.is_alive() and Path(note).exists() and Path(note).stat().st_size
        ]
        if kills and busy and chance.random() < 0.5:
            os.kill(workers[chance.choice(busy)].pid, _KILL)
            kills -= 1
        for note, worker in list(workers.items()):
            if worker.is_alive():
                continue
            worker.join()
            del workers[note]
            if worker.exitcode:
                assert worker.exitcode == -_KILL, "a worker failed"
                start(note)
