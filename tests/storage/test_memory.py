"""
Tests of what is the in-memory store's own; the rest is in the contract.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4, uuid5

import attrs
import pytest

from leadflow.codec import CodecBuilder
from leadflow.errors import Refused
from leadflow.ports import (
    Commit,
    Effect,
    Has,
    Index,
    Query,
    SetTimer,
    Write,
)
from leadflow.storage._checks import effect_id, timer_id, timer_key
from leadflow.storage.memory import MemoryStore
from leadflow.values import SYSTEM, Ref


NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LEAD = Ref("lead", "1")


@attrs.frozen
class Opened:
    title: str


def opening(index: Index | None = None, title: object = "x") -> Commit:
    """Return a commit that opens the lead."""
    event = Opened(title)  # type: ignore[arg-type]
    write = Write(ref=LEAD, expected=0, state=event, events=(event,), index=index)
    return Commit(id=uuid4(), at=NOON, by=SYSTEM, writes=(write,))


class TestCodec:
    def test_objects_are_kept_without_one(self) -> None:
        """
        Without a codec the state that was given comes back.
        """
        store = MemoryStore()
        commit = opening()
        store.commit(commit)

        assert commit.writes[0].state is store.load([LEAD])[LEAD].state

    def test_refusals_are_met_with_one(self) -> None:
        """
        With a codec a state that a database could not store is refused.
        """
        codec = CodecBuilder().event("opened", 1, Opened).build()
        with pytest.raises(Refused, match=r"codec\.unknown-name"):
            MemoryStore(codec=codec).commit(opening())

    def test_payloads_are_plain_without_one(self) -> None:
        """
        A payload that JSON cannot say is refused, codec or not.
        """
        commit = attrs.evolve(
            opening(), effects=(Effect(kind="send", payload={"at": NOON}),)
        )
        with pytest.raises(Refused, match=r"codec\.not-plain"):
            MemoryStore().commit(commit)

    def test_payloads_are_the_stores_own(self) -> None:
        """
        Changing a payload after the commit changes nothing in the store.
        """
        store = MemoryStore(clock=lambda: NOON)
        payload = {"to": ["anna"]}
        store.commit(
            attrs.evolve(opening(), effects=(Effect(kind="send", payload=payload),))
        )
        payload["to"].append("boris")
        (lease,) = store.lease("effects", limit=1, hold=timedelta(minutes=1))

        assert {"to": ["anna"]} == lease.payload


class TestIndex:
    def test_another_index_than_stored_is_refused(self) -> None:
        """
        A write that is wrong about the stored index is refused.
        """
        store = MemoryStore()
        store.commit(opening(Index(NOON, frozenset({("state", "new")}))))
        again = attrs.evolve(
            opening().writes[0], expected=1, was=Index(NOON), index=Index(NOON)
        )
        with pytest.raises(Refused, match=r"store\.index-mismatch"):
            store.commit(Commit(id=uuid4(), at=NOON, by=SYSTEM, writes=(again,)))

    def test_many_changes_between_two_questions(self) -> None:
        """
        Lists that lag far behind are brought up to date at once.
        """
        store = MemoryStore()
        for number in range(300):
            ref = Ref("lead", f"{number:03}")
            index = Index(NOON, frozenset({("state", "new")}))
            write = attrs.evolve(opening().writes[0], ref=ref, index=index)
            store.commit(Commit(id=uuid4(), at=NOON, by=SYSTEM, writes=(write,)))
            done = Index(NOON, frozenset({("state", "done")}))
            if number % 100 == 0:
                store.select(Query(kind="lead"))
            if number > 9:
                write = attrs.evolve(write, expected=1, was=index, index=done)
                store.commit(Commit(id=uuid4(), at=NOON, by=SYSTEM, writes=(write,)))
        new = store.select(Query(kind="lead", where=Has("state", "new")))
        old = store.select(Query(kind="lead", where=Has("state", "done"), limit=500))

        assert (
            [f"{number:03}" for number in range(10)],
            [f"{number:03}" for number in range(10, 300)],
        ) == (
            [item.ref.id for item in new.items],
            [item.ref.id for item in old.items],
        )


class TestIds:
    def test_effect_ids_are_version_5(self) -> None:
        """
        The fast way to an effect's id answers what the standard library answers.
        """
        commits = [uuid4() for _ in range(50)] + [UUID(int=0)]

        assert [
            str(uuid5(commit, str(index))) for commit in commits for index in (0, 9)
        ] == [effect_id(commit, index) for commit in commits for index in (0, 9)]

    @pytest.mark.parametrize("name", ["a", "a/b", "a%2Fb", "%", "", "ä/%"])
    def test_timer_ids_are_unambiguous(self, name: str) -> None:
        """
        A timer's id leads back to its three parts, whatever they hold.
        """
        assert ("le/ad", name, "due") == timer_key(timer_id(Ref("le/ad", name), "due"))

    def test_other_texts_are_no_timer_ids(self) -> None:
        """
        A text of other parts than three names no timer.
        """
        assert timer_key("lead/1") is None


class TestTenants:
    def test_handles_share_one_store(self) -> None:
        """
        A tenant's handle sees that tenant's records wherever it was made.
        """
        store = MemoryStore()
        store.tenant("acme").commit(opening())

        assert (1, 0) == (
            store.tenant("b").tenant("acme").load([LEAD])[LEAD].version,
            store.load([LEAD])[LEAD].version,
        )


def test_work_is_done_in_a_with_block() -> None:
    """
    A store can stand in a with block, as others can.
    """
    with MemoryStore() as store:
        store.migrate()
        store.commit(
            attrs.evolve(opening(), timers=(SetTimer(ref=LEAD, name="due", due=NOON),))
        )

        assert (NOON, 0, True) == (
            store.next_due(),
            store.ready().schema,
            store.audit(fold=lambda kind, events: events[-1]).clean,
        )
