"""
Converting a lead, adding clients and opening interests without one.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs
import pytest

from leadflow.desk import (
    AddClient,
    AddTask,
    AttachDocument,
    Card,
    ClientAlone,
    Convert,
    Converted,
    Desk,
    EditLead,
    FindClients,
    MoveInterest,
    NewInterest,
    NewOrder,
    NewProcess,
    Note,
    OpenInterest,
    Receive,
    RejectLead,
    TagLead,
    Target,
    Timeline,
)
from leadflow.errors import Refused, UnknownRecord
from leadflow.playbook import FieldSpec
from leadflow.scenario import Requirements, Stage
from leadflow.storage.memory import MemoryStore
from leadflow.values import Document, Money, Person, Product, Ref
from tests.desk._company import (
    RETAIL,
    Clock,
    desk_on,
    inbound,
    mail,
    phone,
    sent,
    small_company,
    written_nothing,
)


CHAIR = Product(id="chair", title="Chair", price=Money(5000, "EUR"), quantity=2)
SUPPORT = attrs.evolve(RETAIL, id="support", purpose="support")


@pytest.fixture
def lead(desk: Desk) -> str:
    """Return an open lead of Anna's, about a chair."""
    received = desk.do(
        Receive(
            inbound(
                1,
                phone(1),
                person=Person(name="Ivan Petrov", company="Horns"),
                products=(CHAIR,),
                subject="Chairs",
                amount=Money(9900, "EUR"),
            )
        )
    )
    desk.do(
        EditLead(lead=received.lead, fields={"budget": 10, "wanted_by": "2026-06-01"})
    )
    desk.do(TagLead(lead=received.lead, add=("hot",)))
    return received.lead


def record(desk: Desk, ref: Ref | None) -> Any:
    """
    Return the record as it is.
    """
    assert ref is not None
    return desk.ask(Card(ref)).record


class TestNewClient:
    def test_knows_its_lead(self, desk: Desk, lead: str) -> None:
        """The client knows which lead it came from, and the lead its client (R23)."""
        done = desk.do(Convert(lead), by="anna")

        assert (lead, done.client, True) == (
            record(desk, Ref("client", done.client)).origin,
            record(desk, Ref("lead", lead)).client,
            done.new_client,
        )

    def test_what_goes_along(self, desk: Desk, lead: str) -> None:
        """Contacts, names, tags and the responsible go along (R23)."""
        client = record(desk, Ref("client", desk.do(Convert(lead), by="anna").client))

        assert ((phone(1),), "Horns", "company", ("anna",), ("hot",), "buyer") == (
            client.contact_points,
            client.name,
            client.entity,
            client.owners,
            client.tags,
            client.relation,
        )

    @pytest.mark.parametrize(
        ("person", "entity", "made"),
        [
            (Person(name="Ivan"), "", ("person", "Ivan")),
            (Person(company="Horns"), "", ("company", "Horns")),
            (Person(name="Ivan", company="Horns"), "person", ("person", "Ivan")),
            (Person(company="Horns"), "person", ("person", "Horns")),
            (Person(name="Ivan"), "company", ("company", "Ivan")),
        ],
    )
    def test_person_or_company(
        self, desk: Desk, person: Person, entity: str, made: tuple[str, str]
    ) -> None:
        """A lead that names a company becomes one, unless it is said otherwise."""
        lead = desk.do(Receive(inbound(1, phone(1), person=person))).lead
        done = desk.do(Convert(lead, entity=entity), by="anna")
        client = record(desk, Ref("client", done.client))

        assert made == (client.entity, client.name)

    def test_is_recognised(self, desk: Desk, lead: str) -> None:
        """The next touch of the contact is the client's (R4)."""
        done = desk.do(Convert(lead, ClientAlone()), by="anna")

        assert done.client == desk.do(Receive(inbound(2, phone(1)))).client

    def test_history_from_both_sides(self, desk: Desk, lead: str) -> None:
        """The whole history goes along: the path begins with the lead (R54)."""
        done = desk.do(Convert(lead), by="anna")
        path = [entry.ref.kind for entry in desk.ask(Timeline(done.client))]

        assert ({"lead", "client", "interest", "touch"}, "lead") == (
            set(path),
            next(kind for kind in path if kind != "touch"),
        )

    def test_relation(self, desk: Desk, lead: str) -> None:
        """The relation type can be set (R16)."""
        done = desk.do(Convert(lead, relation="supplier"), by="anna")

        assert "supplier" == record(desk, Ref("client", done.client)).relation


class TestExistingClient:
    def test_by_its_contact(self, desk: Desk, lead: str) -> None:
        """The client that has the contact is reused, not doubled (M24)."""
        known = desk.do(AddClient(name="Existing Corp", contact_points=(mail("corp"),)))
        desk.do(EditLead(lead=lead, contact_points=(phone(1), mail("corp"))))
        done = desk.do(Convert(lead), by="anna")

        assert (known.id, False, 1) == (
            done.client,
            done.new_client,
            len(desk.ask(FindClients())),
        )

    def test_as_it_is_said(self, desk: Desk, lead: str) -> None:
        """A lead is converted to the client that is named; it learns the contact."""
        known = desk.do(AddClient(name="Existing Corp"))
        done = desk.do(Convert(lead, client=known.id), by="anna")

        after = record(desk, known.ref)

        assert (known.id, (phone(1),), (lead,), None) == (
            done.client,
            after.contact_points,
            after.leads,
            after.origin,
        )

    def test_learnt_contact_recognises(self, desk: Desk, lead: str) -> None:
        """What the client learnt of the lead recognises it."""
        known = desk.do(AddClient(name="Existing Corp"))
        desk.do(Convert(lead, ClientAlone(), client=known.id), by="anna")

        assert known.id == desk.do(Receive(inbound(2, phone(1)))).client

    def test_contact_of_a_third_stays_there(self, desk: Desk, lead: str) -> None:
        """A contact of another client does not change hands."""
        third = desk.do(AddClient(name="Third", contact_points=(phone(1),)))
        known = desk.do(AddClient(name="Existing Corp"))
        desk.do(Convert(lead, ClientAlone(), client=known.id), by="anna")

        assert ((), third.id) == (
            record(desk, known.ref).contact_points,
            desk.do(Receive(inbound(2, phone(1)))).client,
        )

    def test_a_repeat(self, desk: Desk) -> None:
        """A repeat lead is converted to the client that it repeats."""
        known = desk.do(AddClient(name="Ivan", contact_points=(phone(1),)))
        lead = desk.do(Receive(inbound(1, phone(1)))).lead

        assert known.id == desk.do(Convert(lead), by="anna").client

    def test_that_there_is_not(self, desk: Desk, lead: str, store: MemoryStore) -> None:
        """A client that there is not is named, and nothing is written."""
        with written_nothing(store), pytest.raises(UnknownRecord) as caught:
            desk.do(Convert(lead, client="c9"), by="anna")

        assert "client.unknown" == caught.value.rule


class TestTargets:
    def test_interest(self, desk: Desk, lead: str) -> None:
        """What is not given of the interest comes from the lead (R23, R40)."""
        done = desk.do(Convert(lead), by="anna")
        interest = record(desk, done.made)

        assert (
            "retail",
            "contact",
            "Chairs",
            "message 1",
            Money(9900, "EUR"),
            (CHAIR,),
            (phone(1),),
            ("anna",),
            lead,
            "site",
            "form",
        ) == (
            interest.scenario,
            interest.stage,
            interest.theme,
            interest.description,
            interest.amount,
            interest.products,
            interest.contacts,
            interest.assignees,
            interest.lead,
            interest.channel,
            interest.kind,
        )

    def test_interest_as_it_is_said(self, desk: Desk, lead: str) -> None:
        """What is given of the interest stands over the lead."""
        to = NewInterest(
            scenario="retail",
            stage="need",
            theme="Tables",
            amount=Money(1, "EUR"),
            fields={"budget": 7},
            expected_close=date(2026, 6, 1),
        )
        interest = record(desk, desk.do(Convert(lead, to), by="anna").made)

        assert (
            "need",
            "Tables",
            Money(1, "EUR"),
            (("budget", ("7",)),),
            date(2026, 6, 1),
        ) == (
            interest.stage,
            interest.theme,
            interest.amount,
            interest.fields,
            interest.expected_close,
        )

    def test_shared_fields(self, desk: Desk, lead: str) -> None:
        """Fields that both have go along, the lead's own stay (M25)."""
        interest = record(desk, desk.do(Convert(lead), by="anna").made)

        assert (("budget", ("10",)),) == interest.fields

    def test_fields_of_an_older_playbook(
        self, desk: Desk, lead: str, store: MemoryStore, clock: Clock
    ) -> None:
        """A field that is declared no more does not stand in the way."""
        newer = desk_on(store, clock, small_company(fields=()), prefix="new")
        interest = record(newer, newer.do(Convert(lead), by="anna").made)

        assert () == interest.fields

    def test_process(self, desk: Desk, lead: str) -> None:
        """A lead can start a business process, in the same change (R23)."""
        done = desk.do(Convert(lead, NewProcess("tender")), by="anna")
        (effect,) = sent(desk, "start-process")

        assert ("tender", done.made.id, lead, done.client, None) == (
            effect["name"],
            effect["id"],
            effect["lead"],
            effect["client"],
            done.interest,
        )

    def test_order(self, desk: Desk, lead: str) -> None:
        """From a lead with products an order is made straight (R7)."""
        desk.do(Convert(lead, NewOrder("invoice")), by="anna")
        (effect,) = sent(desk, "make-order")

        assert (
            "invoice",
            [
                {
                    "id": "chair",
                    "title": "Chair",
                    "quantity": 2,
                    "price": {"minor": 5000, "currency": "EUR"},
                }
            ],
        ) == (effect["name"], effect["products"])

    def test_order_without_a_price(self, desk: Desk) -> None:
        """A product without a price is ordered without one."""
        table = Product(id="table")
        lead = desk.do(Receive(inbound(1, phone(1), products=(table,)))).lead
        desk.do(Convert(lead, NewOrder()), by="anna")

        assert None is sent(desk, "make-order")[0]["products"][0]["price"]

    def test_client_alone(self, desk: Desk, lead: str) -> None:
        """A lead can become a client alone (R23)."""
        done = desk.do(Convert(lead, ClientAlone()), by="anna")

        assert (None, None) == (done.made, done.interest)

    def test_the_channels_scenario(self, store: MemoryStore, clock: Clock) -> None:
        """An interest is in the scenario that the channel feeds (R10)."""
        playbook = small_company(scenarios=(RETAIL, SUPPORT))
        channels = tuple(
            attrs.evolve(channel, scenario="support")
            if channel.id == "site"
            else channel
            for channel in playbook.channels
        )
        desk = desk_on(store, clock, attrs.evolve(playbook, channels=channels))
        lead = desk.do(Receive(inbound(1, phone(1)))).lead

        assert "support" == record(desk, desk.do(Convert(lead)).made).scenario


class TestTwice:
    @pytest.mark.parametrize(
        "to", [NewInterest(), NewProcess("p"), NewOrder(), ClientAlone()]
    )
    def test_answers_the_first_result(
        self, desk: Desk, lead: str, store: MemoryStore, to: Target
    ) -> None:
        """Converting twice answers the first result and writes nothing (M13)."""
        first = desk.do(Convert(lead, to), by="anna")
        with written_nothing(store):
            again = desk.do(Convert(lead, NewInterest()), by="boris")

        assert attrs.evolve(first, repeated=True) == again

    def test_to_a_known_client(self, desk: Desk, lead: str) -> None:
        """The repeated answer knows whether the client was new."""
        known = desk.do(AddClient(name="Existing Corp"))
        desk.do(Convert(lead, client=known.id), by="anna")

        assert not desk.do(Convert(lead), by="anna").new_client

    def test_a_rejected_lead(self, desk: Desk, lead: str, store: MemoryStore) -> None:
        """What is rejected is not converted (M9)."""
        desk.do(RejectLead(lead=lead, reason="price"), by="anna")
        with written_nothing(store), pytest.raises(Refused) as caught:
            desk.do(Convert(lead), by="anna")

        assert "lead.convert.not-allowed" == caught.value.rule

    def test_no_lead(self, desk: Desk) -> None:
        """A lead that there is not is named."""
        with pytest.raises(UnknownRecord, match=r"no lead l9 \[lead\.unknown"):
            desk.do(Convert("l9"), by="anna")


class TestRefusals:
    @pytest.mark.parametrize(
        ("to", "rule"),
        [
            (NewInterest(stage="offer"), "interest.requirement.not-met"),
            (NewInterest(stage="won"), "interest.open.not-open-stage"),
            (NewInterest(stage="signed"), "interest.move.unknown-stage"),
            (NewInterest(scenario="wholesale"), "playbook.unknown-scenario"),
            (NewInterest(fields={"nose": 1}), "field.not-accepted"),
        ],
    )
    def test_leave_no_orphan(
        self, desk: Desk, lead: str, store: MemoryStore, to: Target, rule: str
    ) -> None:
        """A conversion that is refused leaves no client behind, and the lead open."""
        with written_nothing(store), pytest.raises(Refused) as caught:
            desk.do(Convert(lead, to), by="anna")

        assert (rule, (), True) == (
            caught.value.rule,
            desk.ask(FindClients()),
            record(desk, Ref("lead", lead)).is_open,
        )

    def test_name_all_that_is_missing(self, desk: Desk, lead: str) -> None:
        """What the first stage asks is named whole (R38, M16)."""
        with pytest.raises(Refused) as caught:
            desk.do(Convert(lead, NewInterest(stage="offer")), by="anna")

        assert ("checklist:asked", "document:offer:1") == caught.value.missing

    def test_an_empty_field_is_not_filled(
        self, store: MemoryStore, clock: Clock
    ) -> None:
        """A required field that is given empty is missing."""
        asking = attrs.evolve(
            RETAIL,
            stages=(
                Stage(id="contact", enter=Requirements(fields=("budget",))),
                *RETAIL.stages[1:],
            ),
        )
        desk = desk_on(store, clock, small_company(scenarios=(asking,)))
        client = desk.do(AddClient(name="Ivan")).id
        with written_nothing(store), pytest.raises(Refused) as caught:
            desk.do(OpenInterest(client=client, fields={"budget": None}), by="anna")

        assert ("field:budget",) == caught.value.missing


class TestAddClient:
    def test_answers_the_client(self, desk: Desk) -> None:
        """A client is added by hand with all that is known of it."""
        client = desk.do(
            AddClient(
                person=Person(name="Ivan", company="Horns"),
                contact_points=(phone(1),),
                owners=("anna",),
                tags=("b", "a", "b"),
            ),
            by="anna",
        )

        assert ("Ivan", ("a", "b"), client) == (
            client.name,
            client.tags,
            record(desk, client.ref),
        )

    def test_a_company_without_a_person(self, desk: Desk) -> None:
        """A client is called as its company is where nothing else is known."""
        client = desk.do(AddClient(person=Person(company="Horns"), entity="company"))

        assert "Horns" == client.name

    def test_fields(self, store: MemoryStore, clock: Clock) -> None:
        """A client has the fields that are declared for clients (R20)."""
        fields = (
            FieldSpec(id="inn", of=("client",)),
            FieldSpec(id="x", of=("client",)),
        )
        desk = desk_on(store, clock, small_company(fields=fields))
        client = desk.do(AddClient(name="Ivan", fields={"inn": "77", "x": None}))

        assert (("inn", ("77",)),) == client.fields

    @pytest.mark.parametrize(
        ("more", "rule"),
        [
            ({"name": ""}, "client.add.empty"),
            ({"owners": ("nobody",)}, "team.unknown-member"),
            ({"contact_points": (phone(1),)}, "client.add.contact-taken"),
            ({"fields": {"budget": 1}}, "field.not-accepted"),
        ],
    )
    def test_refused(
        self, desk: Desk, store: MemoryStore, more: dict[str, Any], rule: str
    ) -> None:
        """Nothing to know it by, an unknown owner, a contact of another's: refused."""
        desk.do(AddClient(name="Ivan", contact_points=(phone(1),)))
        with written_nothing(store), pytest.raises(Refused) as caught:
            desk.do(AddClient(**{"name": "Olga"} | more), by="anna")

        assert rule == caught.value.rule

    def test_anyway(self, desk: Desk) -> None:
        """Said explicitly, a contact is added twice; it recognises the first."""
        first = desk.do(AddClient(name="Ivan", contact_points=(phone(1),)))
        desk.do(AddClient(name="Olga", contact_points=(phone(1),), anyway=True))

        assert first.id == desk.do(Receive(inbound(1, phone(1)))).client


class TestOpenInterest:
    @pytest.fixture
    def client(self, desk: Desk) -> str:
        """Return a client of Boris's."""
        return desk.do(
            AddClient(name="Ivan", contact_points=(phone(1),), owners=("boris",))
        ).id

    def test_first_stage_of_the_first_scenario(self, desk: Desk, client: str) -> None:
        """Without a word an interest begins at the first stage (K9)."""
        interest = desk.do(OpenInterest(client=client, theme="Chairs"), by="anna")

        assert ("retail", 1, "contact", "Chairs", (phone(1),)) == (
            interest.scenario,
            interest.version,
            interest.stage,
            interest.theme,
            interest.contacts,
        )

    def test_goes_to_the_clients_own(self, desk: Desk, client: str) -> None:
        """A client's interest goes to the client's own member (R31)."""
        assert ("boris",) == desk.do(OpenInterest(client=client)).assignees

    def test_goes_to_who_is_named(self, desk: Desk, client: str) -> None:
        """Who is named answers for it."""
        interest = desk.do(OpenInterest(client=client, assignees=("anna",)))

        assert ("anna",) == interest.assignees

    def test_without_a_policy(self, store: MemoryStore, clock: Clock) -> None:
        """Without a policy a client's own members answer for it."""
        desk = desk_on(store, clock, small_company(policy=""))
        client = desk.do(AddClient(name="Ivan", owners=("boris",))).id

        assert ("boris",) == desk.do(OpenInterest(client=client)).assignees

    def test_stands_with_the_client(self, desk: Desk, client: str) -> None:
        """A client lists its open interests."""
        interest = desk.do(OpenInterest(client=client))

        assert (interest.id,) == record(desk, Ref("client", client)).interests

    @pytest.mark.parametrize(
        ("more", "rule"),
        [
            ({"client": "c9"}, "client.unknown"),
            ({"assignees": ("nobody",)}, "team.unknown-member"),
            ({"stage": "offer"}, "interest.requirement.not-met"),
            ({"stage": "lost"}, "interest.open.not-open-stage"),
        ],
    )
    def test_refused(
        self,
        desk: Desk,
        client: str,
        store: MemoryStore,
        more: dict[str, Any],
        rule: str,
    ) -> None:
        """What a stage asks is asked at opening too, and nothing is written (R38)."""
        with written_nothing(store), pytest.raises(Refused) as caught:
            desk.do(OpenInterest(**{"client": client} | more), by="anna")

        assert rule == caught.value.rule


def test_no_scenarios(store: MemoryStore, clock: Clock) -> None:
    """A company without scenarios converts to clients only."""
    desk = desk_on(store, clock, small_company(scenarios=()))
    lead = desk.do(Receive(inbound(1, phone(1)))).lead
    with pytest.raises(UnknownRecord) as caught:
        desk.do(Convert(lead), by="anna")
    done = desk.do(Convert(lead, ClientAlone()), by="anna")

    assert ("playbook.unknown-scenario", True) == (
        caught.value.rule,
        isinstance(done, Converted),
    )


def test_a_won_deal_from_end_to_end(desk: Desk, lead: str) -> None:
    """A lead becomes an interest that is taken through its stages."""
    deal = desk.do(Convert(lead), by="anna")
    desk.do(Note(ref=deal.made, text="wants two"), by="anna")
    desk.do(AddTask(ref=deal.made, title="call"), by="anna")
    desk.do(
        AttachDocument(
            interest=deal.interest, document=Document(id="d1", kind="offer")
        ),
        by="anna",
    )
    won = desk.do(MoveInterest(interest=deal.interest, stage="won"), by="anna")

    assert ("won", ["contact", "won"]) == (
        won.standing,
        [stay.stage for stay in won.stays],
    )
