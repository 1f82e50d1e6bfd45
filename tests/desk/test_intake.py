"""
Taking in: what an inbound becomes, and that each counts once.
"""

from __future__ import annotations

from typing import Any

import pytest

from leadflow.channels import (
    Amendment,
    Call,
    ContactChange,
    Fetch,
    Ignored,
    Judgement,
    PointerOnly,
    Receipt,
)
from leadflow.channels.settings import ChannelSettings
from leadflow.desk import (
    AddClient,
    Amend,
    Card,
    ClientAlone,
    Convert,
    Desk,
    EnterLead,
    Inbox,
    MoveLead,
    Notices,
    Receive,
    RecordNotice,
    RejectLead,
    Win,
)
from leadflow.errors import Refused, UnknownRecord
from leadflow.storage.memory import MemoryStore
from leadflow.values import Attachment, ContactPoint, Person, Product, Ref
from tests.desk._company import (
    MONDAY,
    Clock,
    desk_on,
    inbound,
    mail,
    phone,
    small_company,
)


def lead_of(desk: Desk, lead: str) -> Any:
    """
    Return the lead as it is.
    """
    return desk.ask(Card(Ref("lead", lead))).record


class TestUnknownContact:
    def test_opens_a_lead(self, desk: Desk) -> None:
        """A touch of nobody known makes a lead (R4)."""
        received = desk.do(Receive(inbound(1, phone(1))))

        assert "opened" == received.standing

    def test_is_recorded_as_a_touch(self, desk: Desk) -> None:
        """Everything that comes in is recorded whole (R1)."""
        received = desk.do(Receive(inbound(1, phone(1))))
        touch = desk.ask(Card(Ref("touch", received.touch))).record

        assert inbound(1, phone(1)) == touch.inbound

    def test_lead_is_assigned_at_once(self, desk: Desk) -> None:
        """Every new lead gets a responsible at once (R31)."""
        received = desk.do(Receive(inbound(1, phone(1))))

        assert ("anna",) == lead_of(desk, received.lead).assignees

    def test_assignment_says_why(self, desk: Desk) -> None:
        """Every assignment says which policy chose whom out of whom (R35)."""
        received = desk.do(Receive(inbound(1, phone(1))))
        why = lead_of(desk, received.lead).why

        assert (("anna",), ("anna", "boris")) == (why.chosen, why.candidates)

    def test_turns_go_round(self, desk: Desk) -> None:
        """A round robin gives to each in turn (A14)."""
        leads = [desk.do(Receive(inbound(n, phone(n)))).lead for n in range(4)]

        assert ["anna", "boris", "anna", "boris"] == [
            lead_of(desk, lead).assignees[0] for lead in leads
        ]

    def test_product_goes_along(self, desk: Desk) -> None:
        """A touch from a product card carries the product (R7)."""
        chair = Product(id="chair", title="Chair")
        received = desk.do(Receive(inbound(1, phone(1), products=(chair,))))

        assert (chair,) == lead_of(desk, received.lead).products

    def test_without_any_contact_makes_a_lead(self, desk: Desk) -> None:
        """A hidden number's attention is counted too (R1)."""
        received = desk.do(Receive(inbound(1)))

        assert "opened" == received.standing

    def test_unknown_channel_is_refused(self, desk: Desk) -> None:
        """A channel that the playbook does not know is an error that names it."""
        with pytest.raises(UnknownRecord) as caught:
            desk.do(Receive(inbound(1, channel="fax")))

        assert "playbook.unknown-channel" == caught.value.rule

    def test_the_channel_did_it(self, desk: Desk) -> None:
        """The history names the channel as who did it (R28)."""
        received = desk.do(Receive(inbound(1, phone(1))))
        card = desk.ask(Card(Ref("lead", received.lead)))

        assert "channel:site" == str(card.history[0].by)


class TestSameMessageAgain:
    def test_answers_the_first_result(self, desk: Desk) -> None:
        """The same message delivered twice gives the same answer (R5, I2)."""
        first = desk.do(Receive(inbound(1, phone(1))))
        again = desk.do(Receive(inbound(1, phone(1))))

        assert (first.touch, first.lead, first.standing, True) == (
            again.touch,
            again.lead,
            again.standing,
            again.duplicate,
        )

    def test_writes_nothing(self, desk: Desk, store: MemoryStore) -> None:
        """The same message delivered twice counts once (R5)."""
        desk.do(Receive(inbound(1, phone(1))))
        head = store.head()
        desk.do(Receive(inbound(1, phone(1))))

        assert head == store.head()

    def test_second_key_is_the_same_message(self, desk: Desk) -> None:
        """A replay under the second key of a message counts once (R5)."""
        desk.do(Receive(inbound(1, phone(1), also=("chat/7",))))
        again = desk.do(Receive(inbound(2, phone(1), also=("chat/7",))))

        assert again.duplicate

    def test_same_id_in_another_channel_is_another(self, desk: Desk) -> None:
        """An external id counts inside its channel only."""
        desk.do(Receive(inbound(1, phone(1))))
        other = desk.do(Receive(inbound(1, phone(2), channel="bot", kind="message")))

        assert not other.duplicate


class TestOpenLead:
    def test_touch_joins(self, desk: Desk) -> None:
        """A touch of somebody with an open lead joins that lead (R4, I12)."""
        first = desk.do(Receive(inbound(1, phone(1))))
        second = desk.do(Receive(inbound(2, phone(1))))

        assert ("joined", first.lead) == (second.standing, second.lead)

    def test_new_contact_comes_along(self, desk: Desk) -> None:
        """A new contact point of a known person is learnt."""
        first = desk.do(Receive(inbound(1, phone(1))))
        desk.do(Receive(inbound(2, phone(1), mail("ivan"))))

        assert (phone(1), mail("ivan")) == lead_of(desk, first.lead).contact_points

    def test_learnt_contact_is_recognised(self, desk: Desk) -> None:
        """What was learnt of a person recognises them."""
        first = desk.do(Receive(inbound(1, phone(1))))
        desk.do(Receive(inbound(2, phone(1), mail("ivan"))))
        third = desk.do(Receive(inbound(3, mail("ivan"), channel="mail")))

        assert first.lead == third.lead

    def test_contact_of_another_open_lead_stays_there(self, desk: Desk) -> None:
        """A contact has one open lead: it does not change hands by a touch."""
        desk.do(Receive(inbound(1, phone(1))))
        second = desk.do(Receive(inbound(2, mail("ivan"))))
        both = desk.do(Receive(inbound(3, phone(1), mail("ivan"))))
        mine = desk.do(Receive(inbound(4, mail("ivan"))))

        assert (second.lead, True) == (mine.lead, both.lead != second.lead)

    def test_conversation_leads_home(self, desk: Desk) -> None:
        """A message in a known conversation joins its lead without any contact."""
        first = desk.do(Receive(inbound(1, phone(1), conversation="c1")))
        second = desk.do(Receive(inbound(2, conversation="c1")))

        assert first.lead == second.lead

    def test_answer_to_a_known_message_joins(self, desk: Desk) -> None:
        """An answer to a known message is attached, not new (I6)."""
        first = desk.do(Receive(inbound(1, mail("ivan"), channel="mail")))
        answer = inbound(2, mail("wife"), channel="mail", in_reply_to=("1",))

        assert first.lead == desk.do(Receive(answer)).lead

    def test_open_lead_goes_before_a_client_without_a_deal(self, desk: Desk) -> None:
        """A conversation with a client does not open a second lead (R4)."""
        first = desk.do(Receive(inbound(1, phone(1), conversation="c1")))
        desk.do(Convert(first.lead, to=ClientAlone()), by="anna")
        again = desk.do(Receive(inbound(2, phone(1), channel="mail")))
        third = desk.do(Receive(inbound(3, phone(1), conversation="c1")))

        assert (again.lead, "joined") == (third.lead, third.standing)

    def test_the_deal_under_way_goes_before_an_open_lead(self, desk: Desk) -> None:
        """A conversation about a deal stays with the deal."""
        first = desk.do(Receive(inbound(1, phone(1), conversation="c1")))
        deal = desk.do(Convert(first.lead), by="anna")
        desk.do(Receive(inbound(2, mail("wife"), channel="mail")))
        third = desk.do(Receive(inbound(3, mail("wife"), conversation="c1")))

        assert (deal.interest, None) == (third.interest, third.lead)

    def test_conversation_of_a_rejected_lead_begins_anew(self, desk: Desk) -> None:
        """A conversation whose lead was rejected leads nowhere any more."""
        first = desk.do(Receive(inbound(1, phone(1), conversation="c1")))
        desk.do(RejectLead(lead=first.lead, reason="price"), by="anna")
        second = desk.do(Receive(inbound(2, conversation="c1")))

        assert ("opened", True) == (second.standing, second.lead != first.lead)

    def test_conversation_goes_before_another_clients_contact(self, desk: Desk) -> None:
        """Of two clients that an inbound points at, the conversation's is meant."""
        first = desk.do(Receive(inbound(1, phone(1), conversation="c1")))
        deal = desk.do(Convert(first.lead, to=ClientAlone()), by="anna")
        desk.do(AddClient(name="Wife", contact_points=(mail("wife"),)))
        again = desk.do(Receive(inbound(2, mail("wife"), conversation="c1")))

        assert deal.client == again.client

    def test_rejected_lead_is_not_joined(self, desk: Desk) -> None:
        """After a rejection the person's next touch opens a new lead."""
        first = desk.do(Receive(inbound(1, phone(1))))
        desk.do(RejectLead(lead=first.lead, reason="price"), by="anna")
        second = desk.do(Receive(inbound(2, phone(1))))

        assert ("opened", True) == (second.standing, second.lead != first.lead)


class TestKnownClient:
    @pytest.fixture
    def client(self, desk: Desk) -> str:
        """Return a client without open interests."""
        return desk.do(AddClient(name="Ivan", contact_points=(phone(1),))).id

    def test_is_a_repeat(self, desk: Desk, client: str) -> None:
        """A touch of a known client is marked a repeat and joined to it (R4)."""
        received = desk.do(Receive(inbound(1, phone(1))))

        assert ("repeat", client) == (received.standing, received.client)

    def test_opens_a_repeat_lead(self, desk: Desk, client: str) -> None:
        """A known client without a running deal is worked as a repeat lead."""
        received = desk.do(Receive(inbound(1, phone(1))))
        lead = lead_of(desk, received.lead)

        assert (True, client) == (lead.repeat, lead.client)

    def test_goes_to_the_clients_own_member(self, desk: Desk) -> None:
        """A repeat goes to the client's own member (R31)."""
        desk.do(AddClient(name="I", contact_points=(phone(1),), owners=("boris",)))
        received = desk.do(Receive(inbound(1, phone(1))))

        assert ("boris",) == lead_of(desk, received.lead).assignees

    def test_joins_the_open_interest(self, desk: Desk) -> None:
        """A client with an open interest touches that interest, and no lead."""
        first = desk.do(Receive(inbound(1, phone(1))))
        deal = desk.do(Convert(first.lead), by="anna")
        again = desk.do(Receive(inbound(2, phone(1))))

        assert (deal.interest, None) == (again.interest, again.lead)

    def test_after_the_deal_a_repeat_lead_opens(self, desk: Desk) -> None:
        """Once the deal is closed the client's next touch opens a repeat lead."""
        first = desk.do(Receive(inbound(1, phone(1))))
        deal = desk.do(Convert(first.lead), by="anna")
        desk.do(Win(interest=deal.interest), by="anna")
        again = desk.do(Receive(inbound(2, phone(1))))

        assert (True, deal.client) == (again.lead is not None, again.client)

    def test_what_may_not_open_still_stands_with_the_client(
        self, desk: Desk, client: str
    ) -> None:
        """What opens no lead is a client's touch all the same (R4)."""
        received = desk.do(Receive(inbound(1, phone(1), channel="office")))

        assert ("repeat", client, None) == (
            received.standing,
            received.client,
            received.lead,
        )

    def test_a_channel_that_only_joins(
        self, store: MemoryStore, clock: Clock, client: str
    ) -> None:
        """A channel may join repeats to their client and open nothing (R4)."""
        joining = small_company(
            channels=(ChannelSettings(id="site", kind="form", repeats="client"),)
        )
        desk = desk_on(store, clock, joining, prefix="new")
        received = desk.do(Receive(inbound(1, phone(1))))

        assert (client, None) == (received.client, received.lead)

    def test_learns_a_new_contact(self, desk: Desk, client: str) -> None:
        """A known client's new contact point is learnt."""
        desk.do(Receive(inbound(1, phone(1), mail("ivan"))))
        record = desk.ask(Card(Ref("client", client))).record

        assert (phone(1), mail("ivan")) == record.contact_points


class TestWhatOpensNoLead:
    def test_channel_that_is_no_source(self, desk: Desk) -> None:
        """What comes in through a channel that is no lead source is recorded (R2)."""
        received = desk.do(Receive(inbound(1, mail("bank"), channel="office")))

        assert ("recorded", None) == (received.standing, received.lead)

    def test_says_why(self, desk: Desk) -> None:
        """A touch that made no lead says why."""
        received = desk.do(Receive(inbound(1, mail("bank"), channel="office")))

        assert "not a lead source" == received.reason

    @pytest.mark.parametrize(
        ("direction", "employee", "standing"),
        [
            ("in", "101", "opened"),
            ("in", "200", "recorded"),
            ("internal", "101", "recorded"),
            ("out", "101", "recorded"),
        ],
    )
    def test_calls(
        self, desk: Desk, direction: Any, employee: str, standing: str
    ) -> None:
        """Calls to sales members always make leads, internal ones never (R3)."""
        call = Call(direction=direction, result="missed", employee=employee)
        touch = inbound(1, phone(1), channel="phone", kind="call", call=call)

        assert standing == desk.do(Receive(touch)).standing

    def test_judged_not_to_open(self, desk: Desk) -> None:
        """What may not open a lead is recorded with the reasons (R12)."""
        judged = Judgement(may_open=False, reasons=("auto_reply",))
        received = desk.do(Receive(inbound(1, mail("ivan"), judgement=judged)))

        assert ("recorded", "auto_reply") == (received.standing, received.reason)

    def test_it_still_joins_an_open_lead(self, desk: Desk) -> None:
        """What opens no lead still stands in the conversation of an open one."""
        first = desk.do(Receive(inbound(1, mail("ivan"))))
        second = desk.do(Receive(inbound(2, mail("ivan"), channel="office")))

        assert first.lead == second.lead


class TestParts:
    def part(self, number: int, name: str, **more: Any) -> Any:
        """
        Return one picture of an album.
        """
        file = Attachment(name=name, media_type="image/jpeg", locator=f"file_id:{name}")
        return inbound(
            number,
            phone(1),
            channel="bot",
            part_of="album",
            attachments=(file,),
            **more,
        )

    def test_album_is_one_touch(self, desk: Desk) -> None:
        """The parts of an album are one touch (I12)."""
        touches = {
            desk.do(Receive(self.part(n, f"p{n}", text=""))).touch for n in range(3)
        }

        assert 1 == len(touches)

    def test_album_keeps_every_picture(self, desk: Desk) -> None:
        """An album's touch holds the attachments of all its parts."""
        received = [desk.do(Receive(self.part(n, f"p{n}", text=""))) for n in range(3)]
        touch = desk.ask(Card(Ref("touch", received[0].touch))).record

        assert ["p0", "p1", "p2"] == [file.name for file in touch.attachments]

    def test_part_again_counts_once(self, desk: Desk) -> None:
        """A part that is delivered again adds nothing."""
        desk.do(Receive(self.part(1, "p1")))
        desk.do(Receive(self.part(2, "p2")))

        assert desk.do(Receive(self.part(2, "p2"))).duplicate

    def test_mail_to_two_mailboxes_is_one_touch(self, desk: Desk) -> None:
        """A message to two of our mailboxes is one touch with two destinations."""
        for channel in ("mail", "mail2"):
            received = desk.do(
                Receive(inbound(1, mail("ivan"), channel=channel, part_of="<m1>"))
            )
        touch = desk.ask(Card(Ref("touch", received.touch))).record

        assert ("mail2",) == touch.also_by

    def test_second_mailbox_may_open_the_lead(self, desk: Desk) -> None:
        """What the secretary's mailbox only recorded, the sales mailbox opens."""
        for channel in ("office", "mail"):
            received = desk.do(
                Receive(inbound(1, mail("ivan"), channel=channel, part_of="<m1>"))
            )

        assert received.lead is not None


class TestSimpleMode:
    @pytest.fixture
    def simple(self, store: MemoryStore, clock: Clock) -> Desk:
        """Return a desk without leads."""
        return desk_on(store, clock, small_company(simple=True))

    def test_client_and_interest_at_once(self, simple: Desk) -> None:
        """Without leads an inbound makes a client and an interest (R24)."""
        received = simple.do(Receive(inbound(1, phone(1))))

        assert (None, True, True) == (
            received.lead,
            received.client is not None,
            received.interest is not None,
        )

    def test_finds_the_client_again(self, simple: Desk) -> None:
        """Without leads a known client is found, and so is the open interest (R24)."""
        first = simple.do(Receive(inbound(1, phone(1))))
        second = simple.do(Receive(inbound(2, phone(1))))

        assert (first.client, first.interest) == (second.client, second.interest)

    def test_new_interest_after_the_deal(self, simple: Desk) -> None:
        """Without leads a client without a running deal gets a new interest."""
        first = simple.do(Receive(inbound(1, phone(1))))
        simple.do(Win(interest=first.interest), by="anna")
        second = simple.do(Receive(inbound(2, phone(1))))

        assert (first.client, True) == (
            second.client,
            second.interest not in (None, first.interest),
        )


class TestNotices:
    def ignored(self, id: str = "1", reason: Any = "bounce") -> Ignored:  # noqa: A002
        """
        Return an ignored outcome of the mailbox.
        """
        return Ignored(
            channel="mail", external_id=id, reason=reason, received_at=MONDAY
        )

    def test_is_accounted_for(self, desk: Desk) -> None:
        """What is no person's attention is still accounted for (R12)."""
        desk.do(RecordNotice.of(self.ignored()))
        (notice,) = desk.ask(Notices())

        assert ("mail", "bounce") == (notice.channel, notice.reason)

    def test_makes_no_lead(self, desk: Desk) -> None:
        """What is no person's attention makes no lead (R12)."""
        desk.do(RecordNotice.of(self.ignored()))

        assert () == desk.ask(Inbox()).leads

    def test_counts_once(self, desk: Desk) -> None:
        """A bounce that is delivered again counts once (R5)."""
        desk.do(RecordNotice.of(self.ignored()))

        assert desk.do(RecordNotice.of(self.ignored())).duplicate

    def test_receipts_of_one_message_are_told_apart(self, desk: Desk) -> None:
        """Delivered and read are two receipts of one message."""
        for status in ("delivered", "read"):
            receipt = Receipt(
                channel="bot",
                external_id="m1",
                of="m1",
                status=status,
                received_at=MONDAY,
            )
            noted = desk.do(RecordNotice.of(receipt))

        assert not noted.duplicate

    def test_moved_contact_is_recognised(self, desk: Desk) -> None:
        """A contact that has moved is recognised by what it has now."""
        first = desk.do(Receive(inbound(1, phone(1))))
        change = ContactChange(
            channel="site",
            external_id="c1",
            change="moved",
            was=phone(1),
            now=(phone(2),),
            received_at=MONDAY,
        )
        desk.do(RecordNotice.of(change))

        assert first.lead == desk.do(Receive(inbound(2, phone(2)))).lead

    def test_moved_contact_of_a_client_is_recognised(self, desk: Desk) -> None:
        """A client's contact that has moved leads to the client."""
        client = desk.do(AddClient(name="Ivan", contact_points=(phone(1),)))
        change = ContactChange(
            channel="site",
            external_id="c1",
            change="moved",
            was=phone(1),
            now=(phone(2),),
            received_at=MONDAY,
        )
        desk.do(RecordNotice.of(change))

        assert client.id == desk.do(Receive(inbound(2, phone(2)))).client

    def test_moved_to_a_contact_of_another(self, desk: Desk) -> None:
        """A contact that somebody has already stays theirs."""
        desk.do(Receive(inbound(1, phone(1))))
        other = desk.do(Receive(inbound(2, phone(2))))
        change = ContactChange(
            channel="site",
            external_id="c1",
            change="moved",
            was=phone(1),
            now=(phone(2),),
            received_at=MONDAY,
        )
        desk.do(RecordNotice.of(change))

        assert other.lead == desk.do(Receive(inbound(3, phone(2)))).lead

    @pytest.mark.parametrize("was", [phone(9), ContactPoint(kind="phone", value="")])
    def test_change_of_nobody_known(self, desk: Desk, was: ContactPoint) -> None:
        """A change of a contact that nobody has is recorded only."""
        change = ContactChange(
            channel="site",
            external_id="c1",
            change="blocked",
            was=was,
            received_at=MONDAY,
        )

        assert "contact_change" == desk.do(RecordNotice.of(change)).kind

    def test_pointer_keeps_no_url(self, desk: Desk) -> None:
        """A URL that may hold a secret does not stand in a notice."""
        pointer = PointerOnly(
            channel="mail",
            external_id="p1",
            fetch=Fetch(method="GET", url="https://api.example/secret"),
            received_at=MONDAY,
        )
        desk.do(RecordNotice.of(pointer))
        (notice,) = desk.ask(Notices(reason="fetch"))

        assert ("pointer", "") == (notice.kind, notice.detail)


class TestAmendments:
    def edit(self, of: str = "1") -> Amendment:
        """
        Return an edit of a message.
        """
        return Amendment(
            channel="site",
            external_id="e1",
            of=of,
            kind="edit",
            text="three chairs",
            received_at=MONDAY,
        )

    def test_edit_changes_the_touch(self, desk: Desk) -> None:
        """An edit is recorded on the touch that it changes."""
        received = desk.do(Receive(inbound(1, phone(1))))
        desk.do(Amend(self.edit()))
        touch = desk.ask(Card(Ref("touch", received.touch))).record

        assert ("three chairs", "message 1") == (touch.text, touch.inbound.text)

    def test_edit_counts_once(self, desk: Desk) -> None:
        """An edit that is delivered again changes nothing more (R5)."""
        desk.do(Receive(inbound(1, phone(1))))
        desk.do(Amend(self.edit()))

        assert desk.do(Amend(self.edit())).duplicate

    def test_edit_of_an_unknown_message_is_kept(self, desk: Desk) -> None:
        """An edit of a message that never came is kept as a notice."""
        desk.do(Amend(self.edit(of="99")))

        assert 1 == len(desk.ask(Notices()))


class TestEnterByHand:
    def entry(self, **more: Any) -> EnterLead:
        """
        Return the entry of a walk-in.
        """
        given: dict[str, Any] = {
            "channel": "site",
            "person": Person(name="Olga"),
            "contact_points": (phone(1),),
        }
        return EnterLead(**given | more)

    def test_opens_a_lead(self, desk: Desk) -> None:
        """A member can enter a lead by hand (R6)."""
        entered = desk.do(self.entry(), by="anna")

        assert "Olga" == lead_of(desk, entered.lead).person.name

    def test_same_key_counts_once(self, desk: Desk) -> None:
        """The same entry with its key counts once (R5)."""
        first = desk.do(self.entry(key="k"), by="anna")
        second = desk.do(self.entry(key="k"), by="anna")

        assert (first.lead, True) == (second.lead, second.duplicate)

    def test_same_key_of_a_touch_counts_once(self, desk: Desk) -> None:
        """The same entry on the basis of a touch answers the first lead (R5)."""
        received = desk.do(Receive(inbound(1, mail("bank"), channel="office")))
        entry = EnterLead(channel="mail", touch=received.touch, key="k")
        first = desk.do(entry, by="anna")
        again = desk.do(entry, by="anna")

        assert (first.lead, True) == (again.lead, again.duplicate)

    def test_key_is_no_message(self, desk: Desk) -> None:
        """A message whose id looks like an entry's is a message."""
        desk.do(self.entry(key="k"), by="anna")

        assert not desk.do(Receive(inbound("entry:k", phone(2)))).duplicate

    def test_conversation_of_the_touch_comes_along(self, desk: Desk) -> None:
        """A lead made of a touch is found by the touch's conversation."""
        hello = inbound(1, channel="office", conversation="c1")
        received = desk.do(Receive(hello))
        entered = desk.do(EnterLead(channel="mail", touch=received.touch), by="anna")
        again = desk.do(Receive(inbound(2, channel="office", conversation="c1")))

        assert entered.lead == again.lead

    def test_unknown_member_is_refused(self, desk: Desk, store: MemoryStore) -> None:
        """A lead for a member that there is not is refused, and nothing written."""
        with pytest.raises(UnknownRecord) as caught:
            desk.do(self.entry(assignee="nobody"), by="anna")

        assert ("team.unknown-member", 0) == (caught.value.rule, store.head())

    def test_empty_field_is_absent(self, desk: Desk) -> None:
        """A custom field without a value is not there (R20)."""
        entered = desk.do(self.entry(fields={"budget": None}), by="anna")

        assert () == lead_of(desk, entered.lead).fields

    def test_open_contact_is_refused(self, desk: Desk) -> None:
        """A contact that has an open lead is a conflict (D33)."""
        desk.do(self.entry(), by="anna")
        with pytest.raises(Refused) as caught:
            desk.do(self.entry(), by="anna")

        assert "lead.enter.contact-taken" == caught.value.rule

    def test_anyway_opens(self, desk: Desk) -> None:
        """An explicit word opens a second lead for the same contact (D33)."""
        first = desk.do(self.entry(), by="anna")
        second = desk.do(self.entry(anyway=True), by="anna")

        assert first.lead != second.lead

    def test_from_a_recorded_touch(self, desk: Desk) -> None:
        """A lead can be made on the basis of a touch that made none (R6)."""
        received = desk.do(Receive(inbound(1, mail("bank"), channel="office")))
        entered = desk.do(EnterLead(channel="mail", touch=received.touch), by="anna")

        assert (mail("bank"),) == lead_of(desk, entered.lead).contact_points

    def test_touch_with_a_place_is_refused(self, desk: Desk) -> None:
        """A touch makes one lead only."""
        received = desk.do(Receive(inbound(1, phone(1))))
        with pytest.raises(Refused) as caught:
            desk.do(EnterLead(channel="mail", touch=received.touch), by="anna")

        assert "lead.enter.touch-taken" == caught.value.rule

    def test_nothing_is_refused(self, desk: Desk) -> None:
        """A lead needs something to know the person by."""
        with pytest.raises(Refused) as caught:
            desk.do(EnterLead(channel="site"), by="anna")

        assert "lead.enter.empty" == caught.value.rule

    def test_known_client_is_a_repeat(self, desk: Desk) -> None:
        """A lead entered for a known client is a repeat (R4)."""
        client = desk.do(AddClient(name="Olga", contact_points=(phone(1),)))

        assert client.id == desk.do(self.entry(), by="anna").client

    def test_fields_are_typed(self, desk: Desk) -> None:
        """Custom fields hold their declared type (R20)."""
        entered = desk.do(self.entry(fields={"budget": "10.50"}), by="anna")

        assert (("budget", ("10.5",)),) == lead_of(desk, entered.lead).fields

    def test_wrong_fields_are_told_at_once(self, desk: Desk) -> None:
        """All custom fields that are not accepted are named at once."""
        fields = {"budget": "much", "colour": "red"}
        with pytest.raises(Refused) as caught:
            desk.do(self.entry(fields=fields), by="anna")

        assert ("budget", "colour") == caught.value.missing


def test_moved_lead_stays_open_for_touches(desk: Desk) -> None:
    """A lead in any open state is joined by touches."""
    first = desk.do(Receive(inbound(1, phone(1))))
    desk.do(MoveLead(first.lead, "in_work"), by="anna")

    assert first.lead == desk.do(Receive(inbound(2, phone(1)))).lead
