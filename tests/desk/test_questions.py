"""
Questions: the inbox, the boards, cards, timelines and search; none changes anything.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest

from leadflow.channels import Ignored
from leadflow.desk import (
    AddClient,
    Answer,
    Assign,
    AttachDocument,
    Board,
    Card,
    ClientAlone,
    Collaborate,
    Convert,
    Desk,
    EditLead,
    EnterLead,
    FindClients,
    FindLeads,
    Inbox,
    InterestBoard,
    Lose,
    MoveInterest,
    MoveLead,
    Notices,
    OpenInterest,
    Receive,
    RecordNotice,
    RejectLead,
    TagLead,
    Timeline,
)
from leadflow.errors import Refused, UnknownRecord
from leadflow.interest import InterestDocumented
from leadflow.scenario import Scenario, Stage
from leadflow.storage.memory import MemoryStore
from leadflow.touch import Touch
from leadflow.values import Document, Person, Ref, Source
from tests.desk._company import (
    MONDAY,
    RETAIL,
    Clock,
    desk_on,
    inbound,
    mail,
    phone,
    small_company,
)


def came(desk: Desk, clock: Clock, count: int, **more: Any) -> list[str]:
    """
    Let *count* people write, a minute after another; return their leads.
    """
    leads = []
    for number in range(count):
        leads.append(desk.do(Receive(inbound(number, phone(number), **more))).lead)
        clock.turn(minutes=1)
    return leads


class TestInbox:
    def test_by_time_of_arrival(self, desk: Desk, clock: Clock) -> None:
        """The inbox lists unprocessed leads of all channels by arrival."""
        leads = came(desk, clock, 2)
        other = desk.do(Receive(inbound(9, mail("ivan"), channel="mail"))).lead

        assert [*leads, other] == [lead.id for lead in desk.ask(Inbox()).leads]

    def test_newest_first(self, desk: Desk, clock: Clock) -> None:
        """The inbox can be read from the other end."""
        leads = came(desk, clock, 3)

        assert leads[::-1] == [
            lead.id for lead in desk.ask(Inbox(newest_first=True)).leads
        ]

    def test_page_by_page(self, desk: Desk, clock: Clock) -> None:
        """Pages follow on each other, whatever goes meanwhile."""
        leads = came(desk, clock, 5)
        first = desk.ask(Inbox(limit=2))
        desk.do(MoveLead(leads[1], "in_work"))
        second = desk.ask(Inbox(limit=2, after=first.next))
        third = desk.ask(Inbox(limit=2, after=second.next))

        assert (leads[2:4], leads[4:], None) == (
            [lead.id for lead in second.leads],
            [lead.id for lead in third.leads],
            third.next,
        )

    def test_processed_ones_leave(self, desk: Desk, clock: Clock) -> None:
        """What is in work is no longer unprocessed, and still open."""
        first, second = came(desk, clock, 2)
        desk.do(MoveLead(first, "in_work"))

        assert ([second], [first, second]) == (
            [lead.id for lead in desk.ask(Inbox()).leads],
            [lead.id for lead in desk.ask(Inbox(all_open=True)).leads],
        )

    @pytest.mark.parametrize(
        ("question", "count"),
        [
            (Inbox(assignee="anna"), 2),
            (Inbox(assignee="anna", channel="mail"), 0),
            (Inbox(channel="site"), 3),
            (Inbox(kind="email"), 1),
            (Inbox(waiting=True), 0),
            (Inbox(role="sales"), 0),
        ],
    )
    def test_filters(
        self, desk: Desk, clock: Clock, question: Inbox, count: int
    ) -> None:
        """The inbox is narrowed by who answers, channel and kind."""
        came(desk, clock, 3)
        desk.do(Receive(inbound(9, mail("ivan"), channel="mail")))

        assert count == len(desk.ask(question).leads)

    def test_of_a_role_in_wait(self, desk: Desk, clock: Clock) -> None:
        """What waits for a role is listed for it."""
        (lead,) = came(desk, clock, 1)
        desk.do(Assign(ref=Ref("lead", lead), role="sales"), by="head")

        assert [lead] == [each.id for each in desk.ask(Inbox(role="sales")).leads]

    def test_a_page_without_a_place(self, desk: Desk) -> None:
        """A page holds something."""
        with pytest.raises(Refused, match=r"store\.bad-limit"):
            desk.ask(Inbox(limit=0))


class TestFindLeads:
    @pytest.fixture
    def lead(self, desk: Desk, clock: Clock) -> str:
        """Return a lead with marks, between others."""
        came(desk, clock, 2)
        entry = EnterLead(
            channel="mail",
            person=Person(name="Пётр Иванов", company="Рога и копыта"),
            contact_points=(mail("petr"),),
            source=Source(name="ads"),
            tags=("hot",),
            group="shops",
            fields={"budget": 10},
            assignee="head",
        )
        return desk.do(entry, by="anna").lead

    @pytest.mark.parametrize(
        "question",
        [
            FindLeads(name="петр"),
            FindLeads(name="Пет рог"),
            FindLeads(contact=mail("petr")),
            FindLeads(channel="mail"),
            FindLeads(source="ads"),
            FindLeads(assignee="head"),
            FindLeads(tag="hot"),
            FindLeads(group="shops"),
            FindLeads(fields=(("budget", "10"),)),
            FindLeads(since=MONDAY + timedelta(minutes=2)),
            FindLeads(since=MONDAY, until=MONDAY + timedelta(days=1), tag="hot"),
            FindLeads(name="петр", state="not_processed", newest_first=False, limit=1),
        ],
    )
    def test_finds(self, desk: Desk, lead: str, question: FindLeads) -> None:
        """A lead is found by name, contact, marks and times (R27)."""
        assert [lead] == [each.id for each in desk.ask(question).leads]

    @pytest.mark.parametrize(
        "question",
        [
            FindLeads(name="петр сидоров"),
            FindLeads(contact=phone(99)),
            FindLeads(state="in_work"),
            FindLeads(tag="hot", channel="site"),
            FindLeads(reason="price"),
            FindLeads(until=MONDAY),
        ],
    )
    def test_all_that_is_given_holds(
        self, desk: Desk, lead: str, question: FindLeads
    ) -> None:
        """What does not match everything is not found."""
        assert () == desk.ask(question).leads

    def test_by_reason(self, desk: Desk, lead: str) -> None:
        """Rejected leads are found by their reason."""
        desk.do(RejectLead(lead=lead, reason="price"), by="anna")

        assert [lead] == [each.id for each in desk.ask(FindLeads(reason="price")).leads]

    def test_all(self, desk: Desk, lead: str) -> None:
        """A question that asks for nothing finds all, the newest first."""
        assert (3, lead) == (
            len(desk.ask(FindLeads()).leads),
            desk.ask(FindLeads(limit=1)).leads[0].id,
        )

    def test_in_which_zone(self, desk: Desk) -> None:
        """A naive datetime is refused, not taken for some zone."""
        with pytest.raises(Refused, match=r"value\.naive-datetime"):
            desk.ask(FindLeads(since=datetime(2026, 5, 11)))  # noqa: DTZ001


class TestFindClients:
    def test_by_name_contact_and_owner(self, desk: Desk) -> None:
        """Clients are found by name, contact and owner, newest first (R27)."""
        first = desk.do(
            AddClient(name="Horns", contact_points=(phone(1),), owners=("anna",))
        )
        second = desk.do(AddClient(name="Hoofs", owners=("anna",)))

        assert ([first.id], [second.id], {first.id, second.id}, set()) == (
            [each.id for each in desk.ask(FindClients(contact=phone(1)))],
            [each.id for each in desk.ask(FindClients(name="hoof"))],
            {each.id for each in desk.ask(FindClients(owner="anna"))},
            {each.id for each in desk.ask(FindClients(owner="boris"))},
        )


class TestNotices:
    def test_by_channel_and_reason(self, desk: Desk) -> None:
        """What was no attention is listed by channel and reason (R12)."""
        for number, (channel, reason) in enumerate(
            (("mail", "bounce"), ("mail", "auto_reply"), ("bot", "bounce"))
        ):
            ignored = Ignored(
                channel=channel,
                external_id=str(number),
                reason=reason,
                received_at=MONDAY,
            )
            desk.do(RecordNotice.of(ignored))

        assert (3, 2, 2, 1) == tuple(
            len(desk.ask(question))
            for question in (
                Notices(),
                Notices(channel="mail"),
                Notices(reason="bounce"),
                Notices(channel="mail", reason="bounce"),
            )
        )


class TestBoard:
    def test_columns_in_their_order(self, desk: Desk) -> None:
        """The board has a column for each state, and the ends (R19)."""
        assert [
            ("not_processed", "Not processed", "open"),
            ("in_work", "In work", "open"),
            ("converted", "Converted", "won"),
            ("rejected", "Rejected", "lost"),
        ] == [(c.id, c.title, c.kind) for c in desk.ask(Board()).columns]

    def test_cards(self, desk: Desk, clock: Clock) -> None:
        """Each lead stands in the column of its state."""
        first, second, third = came(desk, clock, 3)
        desk.do(MoveLead(first, "in_work"))
        desk.do(RejectLead(lead=second, reason="price"))
        board = desk.ask(Board())

        assert ([third], [first], [], [second]) == tuple(
            [card.id for card in column.cards] for column in board.columns
        )

    def test_without_the_ends(self, desk: Desk) -> None:
        """The board can show open states only."""
        assert ["not_processed", "in_work"] == [
            column.id for column in desk.ask(Board(ends=False)).columns
        ]

    def test_filters(self, desk: Desk, clock: Clock) -> None:
        """The board is narrowed by who answers and by channel."""
        first, _, third = came(desk, clock, 3)

        assert ([first, third], []) == (
            [c.id for c in desk.ask(Board(assignee="anna"))["not_processed"].cards],
            [c.id for c in desk.ask(Board(channel="mail"))["not_processed"].cards],
        )

    def test_a_long_column(self, desk: Desk, clock: Clock) -> None:
        """A column that is longer than its page says how to go on."""
        leads = came(desk, clock, 3)
        column = desk.ask(Board(limit=2))["not_processed"]
        rest = desk.ask(Inbox(after=column.more))

        assert (leads[:2], leads[2:]) == (
            [card.id for card in column.cards],
            [lead.id for lead in rest.leads],
        )

    def test_a_column_that_there_is_not(self, desk: Desk) -> None:
        """A column that there is not is a KeyError."""
        with pytest.raises(KeyError, match="nirvana"):
            desk.ask(Board())["nirvana"]


class TestInterestBoard:
    @pytest.fixture
    def deal(self, desk: Desk) -> str:
        """Return an open interest of Anna's, with Olga beside."""
        client = desk.do(AddClient(name="Ivan"))
        deal = desk.do(OpenInterest(client=client.id, assignees=("anna",)))
        desk.do(Collaborate(interest=deal.id, members=("olga",)))
        return deal.id

    def test_columns(self, desk: Desk, deal: str) -> None:
        """Interests stand by stage, in the scenario's order (R37)."""
        desk.do(MoveInterest(interest=deal, stage="need"))
        board = desk.ask(InterestBoard())

        assert (["contact", "need", "offer", "won", "lost"], [deal]) == (
            [column.id for column in board.columns],
            [card.id for card in board["need"].cards],
        )

    @pytest.mark.parametrize(
        ("member", "count"), [("anna", 1), ("olga", 1), ("boris", 0)]
    )
    def test_mine(self, desk: Desk, deal: str, member: str, count: int) -> None:
        """A member sees what they answer for and what they work on beside (R40)."""
        board = desk.ask(InterestBoard(assignee=member))

        assert count == len(board["contact"].cards)

    def test_stages_of_an_older_version(
        self, desk: Desk, deal: str, store: MemoryStore, clock: Clock
    ) -> None:
        """A stage of an older version stands as long as an interest does (R37)."""
        newer = Scenario(
            id="retail",
            version=2,
            stages=(
                Stage(id="hello"),
                Stage(id="won", kind="won"),
                Stage(id="lost", kind="lost"),
            ),
        )
        other = attrs.evolve(RETAIL, id="support")
        playbook = small_company(scenarios=(RETAIL, other, newer))
        desk = desk_on(store, clock, playbook, prefix="new")
        before = [column.id for column in desk.ask(InterestBoard()).columns]
        desk.do(Lose(interest=deal, reason="price"))
        after = [column.id for column in desk.ask(InterestBoard()).columns]

        assert (["hello", "won", "lost", "contact"], ["hello", "won", "lost"]) == (
            before,
            after,
        )

    def test_a_scenario_that_there_is_not(self, desk: Desk) -> None:
        """A scenario that there is not is named."""
        with pytest.raises(UnknownRecord, match=r"no scenario wholesale"):
            desk.ask(InterestBoard(scenario="wholesale"))


class TestCard:
    def test_history(self, desk: Desk, clock: Clock) -> None:
        """A card tells every change: who, when, what (R28)."""
        (lead,) = came(desk, clock, 1)
        desk.do(TagLead(lead=lead, add=("hot",)), by="boris")
        card = desk.ask(Card(Ref("lead", lead)))

        assert ["LeadOpened", "LeadAssigned", "LeadTagged"] == [
            type(recorded.event).__name__ for recorded in card.history
        ]

    def test_touches(self, desk: Desk) -> None:
        """A card has the touches that stand with it, in their order."""
        received = [desk.do(Receive(inbound(n, phone(1)))) for n in range(3)]
        card = desk.ask(Card(Ref("lead", received[0].lead)))

        assert [each.touch for each in received] == [t.id for t in card.touches]

    def test_touches_of_an_interest(self, desk: Desk) -> None:
        """An interest has the touches that came while it was open."""
        first = desk.do(Receive(inbound(1, phone(1))))
        deal = desk.do(Convert(first.lead))
        second = desk.do(Receive(inbound(2, phone(1))))
        card = desk.ask(Card(deal.made))

        assert [second.touch] == [touch.id for touch in card.touches]

    def test_a_long_history(self, desk: Desk, clock: Clock) -> None:
        """A card is whole, however long its history and its touches are."""
        first = desk.do(Receive(inbound("first", phone(1))))
        for number in range(505):
            desk.do(Receive(inbound(number, phone(1))))
        card = desk.ask(Card(Ref("lead", first.lead)))

        assert (507, 506) == (len(card.history), len(card.touches))

    @pytest.mark.parametrize("kind", ["lead", "client", "interest", "touch", "robot"])
    def test_of_nothing(self, desk: Desk, kind: str) -> None:
        """A record that there is not is named."""
        with pytest.raises(UnknownRecord) as caught:
            desk.ask(Card(Ref(kind, "x9")))

        assert f"{kind}.unknown" == caught.value.rule


class TestTimeline:
    def test_leads_interests_touches_documents(self, desk: Desk, clock: Clock) -> None:
        """One timeline over leads, interests, touches and documents (R54)."""
        first = desk.do(Receive(inbound(1, phone(1))))
        clock.turn(minutes=1)
        desk.do(Answer(first.touch, "Good day"), by="anna")
        clock.turn(minutes=1)
        deal = desk.do(Convert(first.lead), by="anna")
        clock.turn(minutes=1)
        document = Document(id="d1", kind="offer")
        desk.do(AttachDocument(interest=deal.interest, document=document), by="anna")
        clock.turn(minutes=1)
        second = desk.do(Receive(inbound(2, phone(1))))
        path = desk.ask(Timeline(deal.client))

        assert (
            True,
            {first.lead, deal.client, deal.interest, first.touch, second.touch},
            [InterestDocumented(document=document)],
        ) == (
            [entry.at for entry in path] == sorted(entry.at for entry in path),
            {entry.ref.id for entry in path},
            [
                e.recorded.event
                for e in path
                if "Docum" in type(e.recorded.event).__name__
            ],
        )

    def test_old_and_new_stand_together(self, desk: Desk) -> None:
        """A repeat stands with what was before (R4)."""
        first = desk.do(Receive(inbound(1, phone(1))))
        done = desk.do(Convert(first.lead, ClientAlone()), by="anna")
        second = desk.do(Receive(inbound(2, phone(1))))
        path = desk.ask(Timeline(done.client))

        assert {first.lead, second.lead} == {
            entry.ref.id for entry in path if entry.ref.kind == "lead"
        }

    def test_of_nobody(self, desk: Desk) -> None:
        """A client that there is not is named."""
        with pytest.raises(UnknownRecord, match=r"no client c9"):
            desk.ask(Timeline("c9"))


def test_nothing_is_changed(desk: Desk, store: MemoryStore, clock: Clock) -> None:
    """Questions write nothing."""
    (lead,) = came(desk, clock, 1)
    head = store.head()
    for question in (Inbox(), Board(), InterestBoard(), FindLeads(), FindClients()):
        desk.ask(question)
    desk.ask(Card(Ref("lead", lead)))

    assert head == store.head()


def test_an_edited_contact_is_found(desk: Desk, clock: Clock) -> None:
    """Search sees a change at once."""
    (lead,) = came(desk, clock, 1)
    desk.do(EditLead(lead=lead, contact_points=(mail("new"),)))

    assert ([lead], []) == (
        [each.id for each in desk.ask(FindLeads(contact=mail("new"))).leads],
        [each.id for each in desk.ask(FindLeads(contact=phone(0))).leads],
    )


def test_a_touch_is_a_record(desk: Desk) -> None:
    """A touch has a card of its own."""
    touch = desk.do(Receive(inbound(1, phone(1)))).touch

    assert isinstance(desk.ask(Card(Ref("touch", touch))).record, Touch)
