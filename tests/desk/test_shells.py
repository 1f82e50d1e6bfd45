"""
The two faces of the desk: what they try again, what they give up, whom they ask.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest

from leadflow.channels import Amendment, Fetch, Ignored, PointerOnly
from leadflow.channels.protocol import Answer as HttpAnswer
from leadflow.channels.protocol import Delivery, Reading
from leadflow.desk import (
    AddTask,
    AsyncDesk,
    Board,
    Card,
    Convert,
    Decision,
    Delivered,
    Desk,
    Inbox,
    MoveLead,
    Note,
    Notices,
    Reads,
    Receive,
    TagLead,
)
from leadflow.desk._awaited import drive
from leadflow.errors import (
    ClaimTaken,
    Conflict,
    Malformed,
    Refused,
    StoreError,
    Transient,
    Unavailable,
    Uncertain,
    UnknownRecord,
    Unverified,
    VersionConflict,
)
from leadflow.playbook import Playbook
from leadflow.ports import Commit, Dead, Done, Lease, Receipt, Retry, Verdict
from leadflow.records import leadflow_codec
from leadflow.storage.memory import MemoryStore
from leadflow.values import Actor, Ref
from tests.desk._company import (
    MONDAY,
    Clock,
    Post,
    desk_on,
    inbound,
    mail,
    phone,
    small_company,
    written_nothing,
)


class Failing:
    """
    A store whose next commits fail as they are told, some after they were made.
    """

    def __init__(self, store: MemoryStore) -> None:
        self.store = store
        self.errors: list[StoreError] = []
        self.ids: list[UUID] = []
        self.lost: bool = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def fail(self, error: StoreError, times: int) -> None:
        """Let the next commits fail with *error*."""
        self.errors = [error] * times

    def commit(self, commit: Commit) -> Receipt:
        """Commit, or fail."""
        self.ids.append(commit.id)
        if not self.errors:
            return self.store.commit(commit)
        if self.lost:
            # It happened, and the answer was lost on its way.
            self.store.commit(commit)
        raise self.errors.pop()


@pytest.fixture
def failing(store: MemoryStore) -> Failing:
    """Return a store that fails when it is told to."""
    return Failing(store)


@pytest.fixture
def pauses() -> list[int]:
    """Return the attempts after which was waited."""
    return []


@pytest.fixture
def shaky(failing: Failing, clock: Clock, pauses: list[int]) -> Desk:
    """Return a desk on the failing store."""
    numbers = iter(range(1, 1000))
    return Desk(
        small_company(),
        failing,
        clock=clock,
        ids=lambda: f"id{next(numbers):04}",
        pause=pauses.append,
    )


CONFLICTS = [
    VersionConflict(Ref("lead", "l1"), 1, 2),
    ClaimTaken([Ref("lead", "l1")]),
    Conflict("somebody was first"),
]


class TestConflicts:
    @pytest.mark.parametrize("error", CONFLICTS, ids=lambda error: type(error).__name__)
    @pytest.mark.parametrize("times", [1, 7])
    def test_is_decided_again(
        self, shaky: Desk, failing: Failing, error: StoreError, times: int
    ) -> None:
        """On a conflict the road is walked again from the read, with a new commit."""
        failing.fail(error, times)
        received = shaky.do(Receive(inbound(1, phone(1))))

        assert ("opened", times + 1) == (received.standing, len(set(failing.ids)))

    @pytest.mark.parametrize("error", CONFLICTS, ids=lambda error: type(error).__name__)
    def test_eight_attempts(
        self, shaky: Desk, failing: Failing, error: StoreError
    ) -> None:
        """After eight attempts the conflict is given to the caller."""
        failing.fail(error, 100)
        with pytest.raises(type(error)) as caught:
            shaky.do(Receive(inbound(1, phone(1))))

        assert (error, 8, 0) == (caught.value, len(failing.ids), failing.store.head())

    def test_waits_longer_each_time(
        self, shaky: Desk, failing: Failing, pauses: list[int]
    ) -> None:
        """Between attempts it is waited, told by their number."""
        failing.fail(CONFLICTS[0], 3)
        shaky.do(Receive(inbound(1, phone(1))))

        assert [1, 2, 3] == pauses

    def test_reads_again(self, shaky: Desk, failing: Failing) -> None:
        """What came in meanwhile is seen by the next attempt."""
        failing.fail(CONFLICTS[1], 1)
        commit = failing.commit

        def overtaken(given: Commit) -> Receipt:
            if failing.errors:
                other = desk_on(failing.store, Clock(), small_company(), prefix="other")
                other.do(Receive(inbound(2, phone(1))))
            return commit(given)

        failing.commit = overtaken  # type: ignore[method-assign]

        assert "joined" == shaky.do(Receive(inbound(1, phone(1)))).standing

    def test_a_real_conflict(self, store: MemoryStore, clock: Clock) -> None:
        """Two who change one lead at once both come through."""
        desk = desk_on(store, clock, small_company())
        lead = desk.do(Receive(inbound(1, phone(1)))).lead
        load = store.load

        def interrupted(refs: Any) -> Any:
            store.load = load  # type: ignore[method-assign]
            loaded = load(refs)
            desk.do(TagLead(lead=lead, add=("hot",)), by="boris")
            return loaded

        store.load = interrupted  # type: ignore[method-assign]
        tagged = desk.do(TagLead(lead=lead, add=("big",)), by="anna")

        assert ("big", "hot") == tagged.tags


class TestLostAnswers:
    @pytest.mark.parametrize(
        "error", [Uncertain("no answer"), Transient("busy")], ids=["uncertain", "busy"]
    )
    def test_the_same_commit_again(
        self, shaky: Desk, failing: Failing, error: StoreError
    ) -> None:
        """A lost answer is asked for by the same commit, not by a new one."""
        failing.fail(error, 3)
        shaky.do(Receive(inbound(1, phone(1))))

        assert (4, 1) == (len(failing.ids), len(set(failing.ids)))

    def test_what_had_happened_is_not_doubled(
        self, shaky: Desk, failing: Failing
    ) -> None:
        """A commit that had happened is answered, and nothing is written twice."""
        failing.lost = True
        failing.fail(Uncertain("no answer"), 1)
        received = shaky.do(Receive(inbound(1, phone(1))))
        shaky.do(Note(ref=Ref("lead", received.lead), text="one"), by="anna")
        history = shaky.ask(Card(Ref("lead", received.lead))).history

        assert ["LeadOpened", "LeadAssigned", "LeadNoted"] == [
            type(recorded.event).__name__ for recorded in history
        ]

    @pytest.mark.parametrize(
        "error", [Uncertain("no answer"), Transient("busy")], ids=["uncertain", "busy"]
    )
    def test_eight_attempts(
        self, shaky: Desk, failing: Failing, error: StoreError
    ) -> None:
        """After eight attempts the caller is told that it may have happened."""
        failing.fail(error, 100)
        with pytest.raises(type(error)):
            shaky.do(Receive(inbound(1, phone(1))))

        assert (8, 1) == (len(failing.ids), len(set(failing.ids)))

    def test_other_errors_come_through(self, shaky: Desk, failing: Failing) -> None:
        """A store that cannot write is told of at once."""
        failing.fail(Unavailable("disk full"), 1)
        with pytest.raises(Unavailable):
            shaky.do(Receive(inbound(1, phone(1))))

        assert 1 == len(failing.ids)


class TestWho:
    def test_unknown_member(self, desk: Desk, store: MemoryStore) -> None:
        """Who is not in the team does nothing (R29)."""
        with written_nothing(store), pytest.raises(UnknownRecord) as caught:
            desk.do(Receive(inbound(1, phone(1))), by="mallory")

        assert "team.unknown-member" == caught.value.rule

    @pytest.mark.parametrize(
        ("by", "told"),
        [
            (None, "channel:site"),
            ("anna", "member:anna"),
            (Actor("robot", "r1"), "robot:r1"),
        ],
    )
    def test_is_told(self, desk: Desk, by: Any, told: str) -> None:
        """The history names who did it: a member, an actor, else the command's own."""
        received = desk.do(Receive(inbound(1, phone(1))), by=by)
        history = desk.ask(Card(Ref("touch", received.touch))).history

        assert told == str(history[0].by)

    def test_a_clock_without_a_zone(self, store: MemoryStore) -> None:
        """A naive datetime is refused at the door, and nothing is written."""
        desk = Desk(small_company(), store, clock=lambda: datetime(2026, 5, 11))  # noqa: DTZ001
        with written_nothing(store), pytest.raises(Refused) as caught:
            desk.do(Receive(inbound(1, phone(1))))

        assert "value.naive-datetime" == caught.value.rule


def test_defaults_work(playbook: Playbook) -> None:
    """A desk needs nothing but a playbook and a store."""
    desk = Desk(playbook, MemoryStore())
    first = desk.do(Receive(inbound(1, phone(1))))
    second = desk.do(Receive(inbound(2, phone(2))))

    assert (32, True) == (len(first.touch), first.touch[:8] <= second.touch[:8])


def test_default_pauses(failing: Failing) -> None:
    """Without a word it is waited for a moment, longer after each attempt."""
    failing.fail(CONFLICTS[0], 2)

    assert Desk(small_company(), failing).do(Receive(inbound(1, phone(1)))).lead


@attrs.frozen
class Nothing:
    """
    A command that reads nothing and changes nothing.
    """

    def decide(self, playbook: Playbook, moment: Any) -> Any:
        """Decide at once."""
        return Decision(result=moment.now)
        yield Reads()


def test_a_command_that_reads_nothing(desk: Desk, store: MemoryStore) -> None:
    """A command may decide without a look."""
    with written_nothing(store):
        answer = desk.do(Nothing())

    assert MONDAY == answer


class TestDrive:
    def test_runs_to_the_end(self) -> None:
        """What never suspends is run in one step."""

        async def body() -> int:
            return 7

        assert 7 == drive(body())

    def test_refuses_what_suspends(self) -> None:
        """A synchronous port that suspends is a mistake, told as one."""
        ended = []

        async def body() -> None:
            try:
                await asyncio.sleep(0)
            finally:
                ended.append(True)

        with pytest.raises(AssertionError, match="suspended"):
            drive(body())

        assert [True] == ended


@attrs.frozen
class Fixed:
    """
    A channel that reads whatever it was given.
    """

    outcomes: tuple[Any, ...]
    id: str = "site"

    def read(self, delivery: Delivery) -> Reading:
        """Return the outcomes."""
        return Reading(self.outcomes, HttpAnswer(status=202))

    def resolve(self, pointer: PointerOnly, answer: Delivery) -> Reading:
        """Return what the pointer led to."""
        return Reading((inbound(pointer.external_id, phone(1)),))


def delivery(body: bytes = b"x") -> Delivery:
    """
    Return a delivery.
    """
    return Delivery(body=body, received_at=MONDAY)


POINTER = PointerOnly(
    channel="site",
    external_id="p1",
    fetch=Fetch(method="GET", url="https://x"),
    received_at=MONDAY,
)
ALL_SORTS = (
    inbound(1, phone(1)),
    inbound(2, mail("ivan")),
    Ignored(channel="site", external_id="i1", reason="bounce", received_at=MONDAY),
    Amendment(
        channel="site", external_id="a1", of="1", kind="deletion", received_at=MONDAY
    ),
    Malformed("truncated", place="part 2", excerpt="xx"),
    Unverified("wrong-signature"),
    POINTER,
    inbound(1, phone(1)),
)


class TestAccept:
    def test_each_outcome_is_accounted_for(self, desk: Desk) -> None:
        """One delivery can be many things; each is taken in and told (R12)."""
        accepted = desk.accept(Fixed(ALL_SORTS), delivery())

        assert (
            [
                ("inbound", ""),
                ("inbound", ""),
                ("ignored", "bounce"),
                ("amended", "deletion"),
                ("malformed", "truncated"),
                ("unverified", "wrong-signature"),
                ("pointer", "fetch"),
                ("duplicate", ""),
            ],
            202,
        ) == (
            [(taken.kind, taken.reason) for taken in accepted.outcomes],
            accepted.answer.status,
        )

    def test_again_it_adds_nothing(self, desk: Desk, store: MemoryStore) -> None:
        """The same delivery again is taken in once (R5)."""
        desk.accept(Fixed(ALL_SORTS), delivery())
        with written_nothing(store):
            again = desk.accept(Fixed(ALL_SORTS), delivery())

        assert {"duplicate", "unverified"} == {taken.kind for taken in again.outcomes}

    def test_not_authentic_makes_nothing(self, desk: Desk, store: MemoryStore) -> None:
        """What is not authentic makes nothing, not even a record (R11)."""
        with written_nothing(store):
            accepted = desk.accept(Fixed((Unverified("wrong-signature"),)), delivery())

        assert None is accepted.outcomes[0].result

    def test_malformed_is_kept(self, desk: Desk) -> None:
        """What cannot be read is kept with its place, for a person to see."""
        desk.accept(Fixed((Malformed("truncated"),)), delivery())
        desk.accept(
            Fixed((Malformed("truncated", place="part 2", excerpt="xx"),)),
            delivery(b"y"),
        )

        assert {"", "part 2: xx"} == {
            notice.detail for notice in desk.ask(Notices(reason="truncated"))
        }

    def test_who_did_it(self, desk: Desk) -> None:
        """The channel did it (R28)."""
        taken = desk.accept(Fixed(ALL_SORTS), delivery()).outcomes
        ref = taken[2].result.record

        assert "channel:site" == str(desk.ask(Card(ref)).history[0].by)

    def test_a_pointer_and_what_it_brings(self, desk: Desk) -> None:
        """What is fetched for a pointer is taken in as it had come."""
        (pointed,) = desk.accept(Fixed((POINTER,)), delivery()).outcomes
        (taken,) = desk.accept(Fixed(()), delivery(), pointer=pointed.pointer).outcomes

        assert (POINTER, "inbound") == (pointed.pointer, taken.kind)

    def test_a_store_that_fails(self, shaky: Desk, failing: Failing) -> None:
        """The store's errors come through; sent again, nothing is doubled or lost."""
        failing.errors = [Unavailable("disk full")]
        failing.commit, commit = _after(failing, 2), failing.commit  # type: ignore[method-assign]
        with pytest.raises(Unavailable):
            shaky.accept(Fixed(ALL_SORTS[:3]), delivery())
        failing.commit, failing.errors = commit, []  # type: ignore[method-assign]
        again = shaky.accept(Fixed(ALL_SORTS[:3]), delivery())

        assert ["duplicate", "duplicate", "ignored"] == [
            taken.kind for taken in again.outcomes
        ]


def _after(failing: Failing, good: int) -> Any:
    """
    Return a commit that fails only after *good* ones.
    """
    made = []

    def commit(given: Commit) -> Receipt:
        made.append(given)
        if len(made) <= good:
            return failing.store.commit(given)
        raise Unavailable("disk full")

    return commit


@attrs.define
class Answering:
    """
    A transport that answers as it is told, and then that it is done.
    """

    answers: list[Verdict | Exception]
    sent: int = 0

    def send(self, effect: Lease) -> Verdict:
        """Answer, or raise."""
        self.sent += 1
        answer = self.answers.pop(0) if self.answers else Done()
        if isinstance(answer, Exception):
            raise answer
        return answer


class TestDeliver:
    @pytest.fixture
    def waiting(self, desk: Desk) -> Desk:
        """Return a desk with one notice to deliver."""
        desk.do(Receive(inbound(1, phone(1))))
        return desk

    def test_done(self, waiting: Desk) -> None:
        """What was delivered is not delivered again."""
        counts = [waiting.deliver({"notify": Answering([])}) for _ in range(2)]

        assert [Delivered(done=1), Delivered()] == counts

    def test_a_transport_that_raises(self, waiting: Desk, clock: Clock) -> None:
        """An exception counts as a failed attempt: it is tried again later."""
        shaky = Answering([OSError("no route")])
        counts = [waiting.deliver({"notify": shaky}) for _ in range(2)]
        clock.turn(seconds=1)
        counts.append(waiting.deliver({"notify": shaky}))

        assert [Delivered(retried=1), Delivered(), Delivered(done=1)] == counts

    def test_waits_longer_each_time(self, waiting: Desk, clock: Clock) -> None:
        """It is waited twice as long after each failure, an hour at most."""
        broken = Answering([OSError("no route")] * 20)
        waits = []
        start = clock.now
        while waiting.store.next_due() is not None:
            due = waiting.store.next_due()
            clock.now = max(due, start)
            if not waiting.deliver({"notify": broken}).retried:
                break
            waits.append((clock.now - start).total_seconds())

        assert [0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 1023] == waits

    def test_dies_after_twelve(self, waiting: Desk, clock: Clock) -> None:
        """After twelve attempts it is given up, for a person to see and replay."""
        broken = Answering([OSError(f"no route {n}") for n in range(20)])
        dead = 0
        for _ in range(20):
            dead += waiting.deliver({"notify": broken}).dead
            clock.turn(hours=1)
        (given_up,) = waiting.store.dead()

        assert (1, 12, "notify") == (dead, broken.sent, given_up.kind)

    def test_revived(self, waiting: Desk, clock: Clock) -> None:
        """What was given up can be delivered after all."""
        waiting.deliver({"notify": Answering([Dead(error="no")])})
        (given_up,) = waiting.store.dead()
        waiting.store.revive("effects", given_up.id)

        assert Delivered(done=1) == waiting.deliver({"notify": Answering([])})

    def test_as_the_transport_says(self, waiting: Desk, clock: Clock) -> None:
        """A transport may say itself when to try again, or that it is useless."""
        patient = Answering([Retry(after=timedelta(hours=2)), Dead(error="gone")])
        first = waiting.deliver({"notify": patient})
        clock.turn(hours=2)
        second = waiting.deliver({"notify": patient})

        assert (Delivered(retried=1), Delivered(dead=1)) == (first, second)

    def test_kinds_without_a_transport_wait(self, waiting: Desk) -> None:
        """Effects that no transport is for wait for one."""
        waiting.deliver({"reply": Answering([])})

        assert Delivered(done=1) == waiting.deliver({"notify": Answering([])})

    def test_at_most_so_many(self, desk: Desk) -> None:
        """A delivery ends at its limit, and else when nothing is left."""
        for number in range(5):
            desk.do(Receive(inbound(number, phone(number))))
        counts = [desk.deliver({"notify": Post()}, limit=limit) for limit in (2, 100)]

        assert [Delivered(done=2), Delivered(done=3)] == counts

    def test_a_conversation_keeps_its_order(self, desk: Desk) -> None:
        """What is said in one conversation is said in its order, in one go."""
        post = Post()
        for number in range(3):
            desk.do(
                Receive(inbound(number, phone(number), channel="bot", conversation="c"))
            )
        ref = desk.ask(Inbox()).leads[0].ref
        for number in range(3):
            desk.do(Note(ref=ref, text=str(number), mentions=("anna",)), by="boris")
        counts = desk.deliver({"reply": post, "notify": Post()})

        assert (1, 1 + 1 + 3) == (len(post.sent), counts.done)

    def test_a_lease_that_was_lost(self, waiting: Desk, clock: Clock) -> None:
        """Work that another took over while it was sent is counted as lost."""

        class Slow:
            def send(self, effect: Lease) -> Done:
                clock.turn(minutes=5)
                waiting.store.lease("effects", limit=1, hold=timedelta(minutes=1))
                return Done()

        assert Delivered(lost=1) == waiting.deliver({"notify": Slow()})


# -- awaited ---------------------------------------------------------------------


class Sleepy:
    """
    A natively asynchronous store: each of its methods really suspends.
    """

    def __init__(self, store: MemoryStore) -> None:
        self.store = store
        self.naps = 0

    async def _nap(self) -> None:
        self.naps += 1
        await asyncio.sleep(0)

    async def load(self, refs: Any) -> Any:
        """Load, after a nap."""
        await self._nap()
        return self.store.load(refs)

    async def owners(self, keys: Any) -> Any:
        """Look up claims, after a nap."""
        await self._nap()
        return self.store.owners(keys)

    async def commit(self, commit: Commit) -> Receipt:
        """Commit, after a nap."""
        await self._nap()
        return self.store.commit(commit)

    @asynccontextmanager
    async def _guarded(self) -> AsyncIterator[None]:
        await self._nap()
        yield

    def guard(self, keys: Any) -> Any:
        """Guard nothing: it is a hint."""
        return self._guarded()

    async def select(self, query: Any) -> Any:
        """Select, after a nap."""
        await self._nap()
        return self.store.select(query)

    async def stream(self, ref: Ref, *, after: int = 0, limit: int = 500) -> Any:
        """Stream, after a nap."""
        await self._nap()
        return self.store.stream(ref, after=after, limit=limit)

    async def lease(self, what: Any, **more: Any) -> Any:
        """Lease, after a nap."""
        await self._nap()
        return self.store.lease(what, **more)

    async def settle(self, outcomes: Any) -> Any:
        """Settle, after a nap."""
        await self._nap()
        return self.store.settle(outcomes)


class AsyncPost:
    """
    A transport that suspends while it sends.
    """

    def __init__(self) -> None:
        self.sent: list[Lease] = []

    async def send(self, effect: Lease) -> Done:
        """Keep it."""
        await asyncio.sleep(0)
        self.sent.append(effect)
        return Done()


@pytest.fixture(params=["memory", "asynchronous"])
def adesk(request: Any, store: MemoryStore, clock: Clock) -> AsyncDesk:
    """Return an asynchronous desk, on a store of each sort."""
    numbers = iter(range(1, 1000))
    kept: Any = store if request.param == "memory" else Sleepy(store)
    return AsyncDesk(
        small_company(), kept, clock=clock, ids=lambda: f"id{next(numbers):04}"
    )


class TestAsyncDesk:
    def test_the_same_answers(self, adesk: AsyncDesk, clock: Clock) -> None:
        """What is awaited answers the same as what is called."""
        desk = desk_on(
            MemoryStore(codec=leadflow_codec(), clock=clock), clock, small_company()
        )

        async def awaited() -> list[Any]:
            received = await adesk.do(Receive(inbound(1, phone(1))))
            deal = await adesk.do(Convert(received.lead), by="anna")
            return [
                received,
                deal,
                await adesk.ask(Board()),
                (await adesk.ask(Card(deal.made))).record,
            ]

        received = desk.do(Receive(inbound(1, phone(1))))
        deal = desk.do(Convert(received.lead), by="anna")
        called = [received, deal, desk.ask(Board()), desk.ask(Card(deal.made)).record]

        assert called == asyncio.run(awaited())

    def test_refusals(self, adesk: AsyncDesk) -> None:
        """What is refused is refused, an unknown member too."""

        async def refused() -> list[str]:
            rules = []
            received = await adesk.do(Receive(inbound(1, phone(1))))
            for state, by in (("rejected", "anna"), ("in_work", "mallory")):
                with pytest.raises(Refused) as caught:
                    await adesk.do(MoveLead(received.lead, state), by=by)
                rules.append(caught.value.rule)
            return rules

        assert ["lead.move.to-rejected", "team.unknown-member"] == asyncio.run(
            refused()
        )

    def test_deliveries(self, adesk: AsyncDesk) -> None:
        """Deliveries are taken in as by the other face, pointers too."""

        async def accepted() -> list[str]:
            taken = (await adesk.accept(Fixed(ALL_SORTS), delivery())).outcomes
            (more,) = (
                await adesk.accept(Fixed(()), delivery(), pointer=POINTER)
            ).outcomes
            return [each.kind for each in taken] + [more.kind]

        assert [
            "inbound",
            "inbound",
            "ignored",
            "amended",
            "malformed",
            "unverified",
            "pointer",
            "duplicate",
            "inbound",
        ] == asyncio.run(accepted())

    def test_tick_and_deliver(self, adesk: AsyncDesk, clock: Clock) -> None:
        """What is due is run and what waits is delivered, awaited."""
        post = Post()

        async def worked() -> tuple[int, Delivered]:
            received = await adesk.do(Receive(inbound(1, phone(1))))
            ref = Ref("lead", received.lead)
            await adesk.do(AddTask(ref=ref, title="call", due=MONDAY), by="anna")
            ticked = await adesk.tick()
            return ticked, await adesk.deliver({"notify": post})

        assert (1, Delivered(done=2)) == asyncio.run(worked())

    def test_many_at_once(self, adesk: AsyncDesk) -> None:
        """Tasks at the same time make one lead for one contact (R5)."""

        async def crowd() -> set[str | None]:
            received = await asyncio.gather(
                *(adesk.do(Receive(inbound(n, phone(1)))) for n in range(6))
            )
            return {each.lead for each in received}

        assert 1 == len(asyncio.run(crowd()))


class TestAsyncStore:
    def test_is_really_awaited(self, store: MemoryStore, clock: Clock) -> None:
        """An asynchronous store is awaited in the loop, in no other thread."""
        sleepy = Sleepy(store)
        desk = AsyncDesk(small_company(), sleepy, clock=clock)  # type: ignore[arg-type]
        asyncio.run(desk.do(Receive(inbound(1, phone(1)))))

        assert 3 <= sleepy.naps

    def test_asynchronous_transports(self, store: MemoryStore, clock: Clock) -> None:
        """Over an asynchronous store a transport may be asynchronous too."""
        desk = AsyncDesk(small_company(), Sleepy(store), clock=clock)  # type: ignore[arg-type]
        post = AsyncPost()

        async def delivered() -> Delivered:
            await desk.do(Receive(inbound(1, phone(1))))
            return await desk.deliver({"notify": post})

        assert (Delivered(done=1), 1) == (asyncio.run(delivered()), len(post.sent))

    def test_conflicts_are_waited_out(self, store: MemoryStore, clock: Clock) -> None:
        """A conflict is decided again there too, after a pause in the loop."""
        sleepy = Sleepy(store)
        desk = AsyncDesk(small_company(), sleepy, clock=clock)  # type: ignore[arg-type]
        commit, errors = sleepy.commit, [CONFLICTS[0], Transient("busy")]

        async def shaky(given: Commit) -> Receipt:
            if errors:
                raise errors.pop()
            return await commit(given)

        sleepy.commit = shaky  # type: ignore[method-assign]

        assert "opened" == asyncio.run(desk.do(Receive(inbound(1, phone(1))))).standing


def test_a_cancelled_task_tears_no_commit(store: MemoryStore, clock: Clock) -> None:
    """A task that is cancelled meanwhile leaves a whole commit or none."""
    desk = AsyncDesk(small_company(), store, clock=clock)

    async def cancelled() -> None:
        task = asyncio.create_task(desk.do(Receive(inbound(1, phone(1)))))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    desk_on(store, clock, small_company()).do(Receive(inbound(1, phone(1))))
    written = [type(entry.event).__name__ for entry in store.journal(0)]

    assert (True, 1, 1) == (
        store.audit().clean,
        written.count("LeadOpened"),
        written.count("TouchRecorded"),
    )
