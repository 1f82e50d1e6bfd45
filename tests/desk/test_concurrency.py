"""
Many workers at once: nothing lost, nothing doubled, turns exact.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from leadflow.assignment import FixedMember, RoundRobin
from leadflow.channels import Inbound
from leadflow.desk import Convert, Desk, Inbox, Receive, Received, RejectLead, Take
from leadflow.errors import LeadflowError
from leadflow.lead import Lead
from leadflow.ports import Store
from leadflow.records import fold, leadflow_codec
from leadflow.storage import MemoryStore, SqlStore
from leadflow.touch import TouchRecorded
from leadflow.values import Ref
from tests.desk._company import inbound, mail, phone, small_company


WORKERS = 4
PEOPLE = 6
MESSAGES = 5


@pytest.fixture(params=["memory", "sqlite"])
def store(request: Any, tmp_path: Path) -> Iterator[Store]:
    """Return an empty store of each kind, with its guard and its real conflicts."""
    with opened(request.param, tmp_path) as store:
        yield store


@contextmanager
def opened(kind: str, folder: Path) -> Iterator[Store]:
    """
    Yield an empty store of *kind*.
    """
    if kind == "memory":
        yield MemoryStore(codec=leadflow_codec())
        return
    url = f"sqlite:///{folder / 'leads.db'}"
    with SqlStore.open(url, codec=leadflow_codec(), synchronous="NORMAL") as sql:
        sql.migrate()
        yield sql


class Unguarded:
    """
    A store without the hint that serialises: all conflicts are real ones.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @contextmanager
    def guard(self, keys: Any) -> Iterator[None]:
        """Guard nothing."""
        yield


def at_once(*jobs: Any) -> list[Any]:
    """
    Run each of *jobs* in a thread of its own, all from one moment on.
    """
    barrier = Barrier(len(jobs))
    answers: list[Any] = [None] * len(jobs)

    def run(number: int) -> None:
        barrier.wait()
        try:
            answers[number] = jobs[number]()
        except LeadflowError as error:
            answers[number] = error

    threads = [Thread(target=run, args=(number,)) for number in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def messages() -> list[Inbound]:
    """
    Return what a few people write, each by phone and now and then by mail too.
    """
    return [
        inbound(
            person * MESSAGES + number,
            phone(person),
            *((mail(str(person)),) if number % 2 else ()),
        )
        for person in range(PEOPLE)
        for number in range(MESSAGES)
    ]


def receiving(store: Store, seed: int) -> Any:
    """
    Return the job of a worker that takes in all messages in an order of its own.
    """
    desk = Desk(small_company(), store, pause=lambda attempt: None)
    mine = messages()
    random.Random(seed).shuffle(mine)

    def work() -> dict[str, Received]:
        return {each.external_id: patiently(desk, each) for each in mine}

    return work


def patiently(desk: Desk, came: Inbound) -> Received:
    """
    Take in a message, again where others came first at every attempt.
    """
    while True:
        try:
            return desk.do(Receive(came))
        except LeadflowError as error:
            refused = error
        assert type(refused).__name__ in ("VersionConflict", "ClaimTaken")


def all_leads(store: Store) -> tuple[Lead, ...]:
    """
    Return all open leads.
    """
    return Desk(small_company(), store).ask(Inbox(all_open=True, limit=10_000)).leads


class TestReceiving:
    @pytest.fixture(params=[True, False], ids=["guarded", "unguarded"])
    def received(self, request: Any, store: Store) -> list[dict[str, Received]]:
        """Return what each worker was answered, who all got all messages."""
        given: Any = store if request.param else Unguarded(store)
        return at_once(*(receiving(given, seed) for seed in range(WORKERS)))

    def test_each_counts_once(
        self, store: Store, received: list[dict[str, Received]]
    ) -> None:
        """Every message makes one touch, whoever it was delivered to (R5)."""
        came = Counter(
            entry.event.inbound.external_id
            for entry in store.journal(0, limit=100_000)
            if isinstance(entry.event, TouchRecorded)
        )

        assert dict.fromkeys((each.external_id for each in messages()), 1) == came

    def test_all_are_answered_the_same(
        self, store: Store, received: list[dict[str, Received]]
    ) -> None:
        """Every worker is told the same touch and lead; one was the first (R5)."""
        for message in messages():
            answers = [each[message.external_id] for each in received]

            assert 1 == len({(each.touch, each.lead) for each in answers})
            assert 1 == sum(not each.duplicate for each in answers)

    def test_one_open_lead_for_each_person(
        self, store: Store, received: list[dict[str, Received]]
    ) -> None:
        """A person has one open lead, however many messages come at once (I12)."""
        leads = all_leads(store)

        assert (
            PEOPLE,
            {frozenset({phone(n), mail(str(n))}) for n in range(PEOPLE)},
        ) == (
            len(leads),
            {frozenset(lead.contact_points) for lead in leads},
        )

    def test_turns_are_exact(
        self, store: Store, received: list[dict[str, Received]]
    ) -> None:
        """A round robin gives nobody two more than another (R36)."""
        given = Counter(lead.assignees[0] for lead in all_leads(store))

        assert {"anna": PEOPLE // 2, "boris": PEOPLE // 2} == given

    def test_records_add_up(
        self, store: Store, received: list[dict[str, Received]]
    ) -> None:
        """Every record is the fold of its events, and the journal has no holes."""
        journal = store.journal(0, limit=100_000)
        refs = list(dict.fromkeys(entry.ref for entry in journal))
        loaded = store.load(refs)

        assert list(range(1, len(journal) + 1)) == [e.position for e in journal]
        assert {
            ref: fold(ref.kind, store.stream(ref, limit=10_000)) for ref in refs
        } == {ref: loaded[ref].state for ref in refs}
        assert store.audit().clean


class TestOneLead:
    @pytest.fixture
    def lead(self, store: Store) -> str:
        """Return one lead that waits for anybody."""
        desk = Desk(small_company(policy=""), store)
        lead = desk.do(Receive(inbound(1, phone(1)))).lead
        assert lead is not None
        return lead

    def test_one_of_many_takes_it(self, store: Store, lead: str) -> None:
        """The first to take a lead has it, and the others are told (R31)."""
        members = ("anna", "boris", "head", "olga")
        answers = at_once(
            *(
                lambda who=who: Desk(small_company(), store).do(Take(lead), by=who)
                for who in members
            )
        )
        taken = [each for each in answers if isinstance(each, Lead)]
        rules = [each.rule for each in answers if isinstance(each, LeadflowError)]

        assert (1, ["lead.take.taken"] * 3) == (len(taken), rules)

    def test_converted_once(self, store: Store, lead: str) -> None:
        """A lead that many convert at once is one interest of one client (M13)."""
        answers = at_once(
            *(
                lambda: Desk(small_company(), store).do(Convert(lead), by="anna")
                for _ in range(WORKERS)
            )
        )

        assert (1, 1) == (
            len({(each.client, each.made) for each in answers}),
            sum(not each.repeated for each in answers),
        )

    def test_closed_one_way(self, store: Store, lead: str) -> None:
        """A lead that is rejected and converted at once is one of the two."""
        answers = at_once(
            lambda: Desk(small_company(), store).do(Convert(lead), by="anna"),
            lambda: Desk(small_company(), store).do(
                RejectLead(lead=lead, reason="price"), by="boris"
            ),
        )
        state = store.load([Ref("lead", lead)])[Ref("lead", lead)].state

        assert (1, False) == (
            sum(isinstance(each, LeadflowError) for each in answers),
            state.is_open,
        )


def test_strangers_at_once(store: Store) -> None:
    """Many strangers at once are given round, to the last exactly (R36)."""
    company = small_company(
        policies=(
            ("turns", RoundRobin(pool="all", role="sales")),
            ("head", FixedMember("head")),
        )
    )

    def work(worker: int) -> Any:
        desk = Desk(company, store, pause=lambda attempt: None)
        return lambda: [
            patiently(desk, inbound(f"{worker}-{n}", phone(100 * worker + n)))
            for n in range(10)
        ]

    at_once(*(work(worker) for worker in range(WORKERS)))
    given = Counter(lead.assignees[0] for lead in all_leads(store))

    assert (40, True) == (
        sum(given.values()),
        max(given.values()) - min(given.values()) <= 1,
    )
