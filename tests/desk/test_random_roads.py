"""
Random roads through several stores: equal answers, and records that add up.

All commands of the desk are walked over a small universe of contacts, members and
messages, on a store in memory, on one that encodes everything, and on SQLite, with
one clock and the same ids.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import attrs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadflow.client import Client
from leadflow.desk import (
    Board,
    Card,
    Desk,
    EnterLead,
    FindClients,
    Inbox,
    InterestBoard,
    Notices,
    Receive,
    Timeline,
)
from leadflow.errors import LeadflowError
from leadflow.interest import Interest
from leadflow.lead import Lead
from leadflow.ports import ClaimKey, Recorded, Store
from leadflow.records import fold, leadflow_codec
from leadflow.storage import MemoryStore, SqlStore
from leadflow.touch import TouchRecorded
from leadflow.values import Ref
from tests.desk._company import Clock, Post, small_company
from tests.desk._roads import BEGINNING, COMMANDS, CONTACTS, STEP, World, who_does


MANY = 10_000


@contextmanager
def stores(clock: Clock) -> Iterator[list[Store]]:
    """
    Yield an empty store of each kind.
    """
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'leads.db'}"
        with SqlStore.open(
            url, codec=leadflow_codec(), clock=clock, synchronous="NORMAL"
        ) as sql:
            sql.migrate()
            yield [
                MemoryStore(clock=clock),
                MemoryStore(codec=leadflow_codec(), clock=clock),
                sql,
            ]


def desk_of(store: Store, clock: Clock) -> Desk:
    """
    Return a desk whose ids are the same on each store.
    """
    ids, commits = count(1), count(1)
    return Desk(
        small_company(capacity=3),
        store,
        clock=clock,
        ids=lambda: f"id{next(ids):04}",
        commit_ids=lambda: UUID(int=next(commits)),
        pause=lambda attempt: None,
    )


def done(desk: Desk, command: Any, by: str | None) -> Any:
    """
    Return the answer to *command*, or the error that refused it.
    """
    try:
        return desk.do(command, by=by)
    except LeadflowError as error:
        return error


@attrs.define
class Road:
    """
    Walk steps on several desks at once, and remember what must hold.
    """

    desks: list[Desk]
    clock: Clock
    world: World = attrs.field(factory=World)
    messages: dict[str, str] = attrs.field(factory=dict)
    anyway: set[str] = attrs.field(factory=set)

    def walk(self, step: tuple[Any, ...]) -> None:
        """Take one step on every desk; the answers must be equal."""
        if step[0] == "time":
            self.clock.turn(minutes=step[1])
            self.same([desk.tick() for desk in self.desks])
            self.same([self.delivered(desk) for desk in self.desks])
            return
        command = COMMANDS[step[0]](self.world, *step[1:])
        answers = [done(desk, command, who_does(step)) for desk in self.desks]
        self.same(answers)
        answer = answers[0]
        if isinstance(answer, LeadflowError):
            return
        self.world.learn(command, answer)
        if isinstance(command, Receive):
            inbound = command.inbound
            for id_ in (inbound.external_id, *inbound.also):
                key = f"{inbound.channel}/{id_}"
                assert answer.touch == self.messages.setdefault(key, answer.touch)
        if isinstance(command, EnterLead) and command.anyway:
            self.anyway.add(answer.lead)

    def delivered(self, desk: Desk) -> Any:
        """Deliver all that waits; return what it was."""
        post = Post()
        kinds = ("notify", "reply", "start-process", "make-order")
        counts = desk.deliver(dict.fromkeys(kinds, post), limit=MANY)
        return counts, [attrs.evolve(each, token=0) for each in post.sent]

    def same(self, answers: list[Any]) -> None:
        """Demand that all answers are equal."""
        first, *others = answers
        assert [first] * len(others) == others

    # -- what must hold at the end

    def journal(self, desk: Desk) -> list[Recorded]:
        """Return all that was ever written."""
        return desk.store.journal(0, limit=MANY)

    def views(self, desk: Desk) -> list[Any]:
        """Return every view that a desk has."""
        clients = desk.ask(FindClients(limit=MANY))
        touches = [desk.ask(Card(Ref("touch", id_))) for id_ in self.world.ids["touch"]]
        return [
            desk.ask(Inbox(limit=MANY)),
            desk.ask(Inbox(waiting=True, all_open=True, newest_first=True)),
            desk.ask(Board(limit=MANY)),
            desk.ask(InterestBoard(limit=MANY)),
            desk.ask(Notices(limit=MANY)),
            clients,
            [desk.ask(Timeline(client.id)) for client in clients],
            touches,
            self.journal(desk),
            desk.store.next_due(),
            desk.store.dead(),
        ]

    def records(self, desk: Desk) -> dict[Ref, Any]:
        """Return every record, which must be the fold of its events."""
        refs = list(dict.fromkeys(entry.ref for entry in self.journal(desk)))
        loaded = desk.store.load(refs)
        for ref in refs:
            history = desk.store.stream(ref, limit=MANY)
            assert fold(ref.kind, history) == loaded[ref].state
            assert len(history) == loaded[ref].version
        return {ref: loaded[ref].state for ref in refs}

    def check(self) -> None:
        """Demand that all views are equal and that every record adds up."""
        self.same([self.views(desk) for desk in self.desks])
        for desk in self.desks:
            assert desk.store.audit().clean
            self.check_records(desk, self.records(desk))

    def check_records(self, desk: Desk, records: dict[Ref, Any]) -> None:
        """Demand what holds between records."""
        leads = [state for state in records.values() if isinstance(state, Lead)]
        opened = [lead for lead in leads if lead.is_open]
        own = [lead for lead in opened if lead.id not in self.anyway]
        keys = [key for lead in own for key in keys_of(lead)]
        assert 1 >= max(Counter(keys).values(), default=0)
        for contact in CONTACTS:
            claim = ClaimKey("open-lead", contact.key)
            holder = desk.store.owners([claim]).get(claim)
            named = {lead.ref for lead in opened if contact.key in keys_of(lead)}
            assert holder is None or holder.owner in named
            mine = {lead.ref for lead in own if contact.key in keys_of(lead)}
            assert mine <= ({holder.owner} if holder else set())
        for ref, state in records.items():
            if ref.kind == "workload":
                held = [lead for lead in opened if state.member in lead.assignees]
                assert len(held) == state.open
        deals = [state for state in records.values() if isinstance(state, Interest)]
        for state in records.values():
            if isinstance(state, Client):
                assert {
                    deal.id
                    for deal in deals
                    if deal.client == state.id and deal.is_open
                } == set(state.interests)
        came = [
            (entry.event.inbound.channel, entry.event.inbound.external_id)
            for entry in self.journal(desk)
            if isinstance(entry.event, TouchRecorded)
        ]
        assert len(came) == len(set(came))


def keys_of(lead: Lead) -> set[str]:
    """
    Return the usable contact keys of *lead*.
    """
    return {point.key for point in lead.contact_points if point.value}


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEP, min_size=25, max_size=60))
def test_any_road_is_the_same_on_every_store(steps: list[Any]) -> None:
    """Whatever is done, every store answers the same, and all records add up."""
    clock = Clock()
    with stores(clock) as opened:
        road = Road([desk_of(store, clock) for store in opened], clock)
        for step in (*BEGINNING, *steps):
            road.walk(step)

        road.check()
