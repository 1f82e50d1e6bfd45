"""
Working a lead: who answers for it, its state, its words and its tasks.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest

from leadflow.assignment import FixedMember, Policy, Request, RoleQueue
from leadflow.channels.settings import ChannelSettings
from leadflow.desk import (
    AddClient,
    AddTask,
    Assign,
    Card,
    ClientAlone,
    Convert,
    Desk,
    EditLead,
    EnterLead,
    FinishTask,
    Inbox,
    MoveLead,
    Note,
    OpenInterest,
    Receive,
    RejectLead,
    ReopenLead,
    TagLead,
    Take,
)
from leadflow.errors import Problem, Refused, UnknownRecord
from leadflow.lead import Lead
from leadflow.storage.memory import MemoryStore
from leadflow.team import Team
from leadflow.values import Actor, Change, Money, Person, Product, Ref, Source
from tests.desk._company import (
    MONDAY,
    Clock,
    desk_on,
    inbound,
    mail,
    phone,
    sent,
    small_company,
    written_nothing,
)


@attrs.frozen
class _ByTag:
    """
    A policy of the application's own: what has a tag goes to another policy.
    """

    tag: str
    then: Policy

    @property
    def title(self) -> str:
        return f"by tag {self.tag}"

    def branches(self) -> tuple[tuple[str, Policy], ...]:
        return (("then", self.then),)

    def route(self, request: Request) -> tuple[tuple[str, Policy], ...]:
        return self.branches() if self.tag in request.tags else ()

    def check(self, team: Team, path: str) -> tuple[Problem, ...]:
        return ()

    def to_data(self, write: Any) -> dict[str, object]:
        return {"policy": "by-tag", "tag": self.tag, "then": write(self.then)}


@pytest.fixture
def lead(desk: Desk) -> str:
    """Return an open lead of Anna's."""
    return desk.do(Receive(inbound(1, phone(1)))).lead


def now(desk: Desk, lead: str) -> Lead:
    """
    Return the lead as it is.
    """
    return desk.ask(Card(Ref("lead", lead))).record


class TestTake:
    @pytest.fixture
    def queued(self, store: MemoryStore, clock: Clock) -> Desk:
        """Return a desk whose new leads wait for somebody in sales."""
        policies = (("queue", RoleQueue("sales")), ("head", FixedMember("head")))
        return desk_on(store, clock, small_company(policies=policies, policy="queue"))

    def test_the_first_to_take_it_has_it(self, queued: Desk) -> None:
        """A lead that waits for a role is whose who takes it first (R31)."""
        lead = queued.do(Receive(inbound(1, phone(1)))).lead
        taken = queued.do(Take(lead), by="boris")

        assert (("boris",), None, "in_work") == (
            taken.assignees,
            taken.role,
            taken.state,
        )

    def test_the_second_comes_too_late(self, queued: Desk, store: MemoryStore) -> None:
        """Who comes second is told whose it is, and nothing is written."""
        lead = queued.do(Receive(inbound(1, phone(1)))).lead
        queued.do(Take(lead), by="boris")
        with written_nothing(store), pytest.raises(Refused) as caught:
            queued.do(Take(lead), by="anna")

        assert "lead.take.taken" == caught.value.rule

    def test_who_is_not_in_the_role(self, queued: Desk, store: MemoryStore) -> None:
        """A queue is for its role."""
        lead = queued.do(Receive(inbound(1, phone(1)))).lead
        with written_nothing(store), pytest.raises(Refused) as caught:
            queued.do(Take(lead), by="olga")

        assert "lead.take.other-role" == caught.value.rule

    def test_taking_again_writes_nothing(
        self, queued: Desk, store: MemoryStore
    ) -> None:
        """Taking what one has already changes nothing."""
        lead = queued.do(Receive(inbound(1, phone(1)))).lead
        queued.do(Take(lead), by="boris")
        with written_nothing(store):
            queued.do(Take(lead), by="boris")

        assert ("boris",) == now(queued, lead).assignees

    def test_only_a_member_can(self, desk: Desk, lead: str, store: MemoryStore) -> None:
        """A robot or the system takes no leads."""
        with written_nothing(store), pytest.raises(Refused) as caught:
            desk.do(Take(lead), by=Actor("robot", "r1"))

        assert "lead.take.not-a-member" == caught.value.rule

    def test_waiting_leads_are_listed(self, queued: Desk) -> None:
        """What waits for a role is listed for it."""
        lead = queued.do(Receive(inbound(1, phone(1)))).lead
        found = [
            page.leads
            for page in (
                queued.ask(Inbox(role="sales")),
                queued.ask(Inbox(waiting=True)),
                queued.ask(Inbox(role="office")),
            )
        ]

        assert [lead, lead] == [each.id for leads in found for each in leads]


class TestAssign:
    def test_to_a_member(self, desk: Desk, lead: str) -> None:
        """A lead is given to another member, and says by whom (R25, R35)."""
        given = desk.do(Assign(ref=Ref("lead", lead), members=("boris",)), by="head")

        assert (("boris",), "by member:head") == (given.assignees, given.why.policy)

    def test_they_are_told(self, desk: Desk, lead: str, store: MemoryStore) -> None:
        """Who is given a lead is told."""
        desk.do(Assign(ref=Ref("lead", lead), members=("boris",)), by="head")

        assert ["boris"] == sent(desk, "notify")[-1]["members"]

    def test_the_same_again_writes_nothing(
        self, desk: Desk, lead: str, store: MemoryStore
    ) -> None:
        """Giving a lead to who has it changes nothing and tells nobody."""
        with written_nothing(store):
            desk.do(Assign(ref=Ref("lead", lead), members=("anna",)), by="head")

        assert 1 == len(sent(desk, "notify"))

    def test_to_a_role(self, desk: Desk, lead: str) -> None:
        """A lead is put back into a queue."""
        given = desk.do(Assign(ref=Ref("lead", lead), role="sales"), by="head")

        assert ((), "sales") == (given.assignees, given.role)

    def test_by_a_policy(self, desk: Desk, lead: str) -> None:
        """A policy gives it to somebody else than who had it (R31)."""
        given = desk.do(Assign(ref=Ref("lead", lead), policy="turns"), by="head")

        assert ("boris",) == given.assignees

    def test_by_a_policy_that_goes_by_tags(
        self, store: MemoryStore, clock: Clock
    ) -> None:
        """A policy sees all that is known of the lead."""
        playbook = small_company(
            policies=(
                ("turns", FixedMember("anna")),
                ("head", FixedMember("head")),
                ("tags", _ByTag("hot", FixedMember("head"))),
            )
        )
        desk = desk_on(store, clock, playbook)
        lead = desk.do(Receive(inbound(1, phone(1)))).lead
        desk.do(TagLead(lead=lead, add=("hot",)), by="anna")
        given = desk.do(Assign(ref=Ref("lead", lead), policy="tags"), by="anna")

        assert ("head",) == given.assignees

    def test_an_interest(self, desk: Desk) -> None:
        """An interest is given to others as a lead is."""
        client = desk.do(AddClient(name="Ivan"))
        interest = desk.do(OpenInterest(client=client.id), by="anna")
        given = desk.do(Assign(ref=interest.ref, members=("boris",)), by="head")

        assert ("boris",) == given.assignees

    def test_an_interest_by_a_policy(self, desk: Desk, store: MemoryStore) -> None:
        """An interest is given by a policy; the same again writes nothing."""
        client = desk.do(AddClient(name="Ivan"))
        interest = desk.do(OpenInterest(client=client.id), by="anna")
        given = desk.do(Assign(ref=interest.ref, policy="head"), by="head")
        with written_nothing(store):
            desk.do(Assign(ref=interest.ref, members=("head",)), by="head")

        assert ("head",) == given.assignees

    @pytest.mark.parametrize(
        ("more", "rule"),
        [
            ({"members": ("nobody",)}, "team.unknown-member"),
            ({"role": "nobody"}, "team.unknown-role"),
            ({"policy": "nobody"}, "playbook.unknown-policy"),
            ({}, "assign.nobody"),
        ],
    )
    def test_refused(
        self, desk: Desk, lead: str, store: MemoryStore, more: Any, rule: str
    ) -> None:
        """Unknown members, roles and policies are named, and nothing is written."""
        with written_nothing(store), pytest.raises(Refused) as caught:
            desk.do(Assign(ref=Ref("lead", lead), **more), by="head")

        assert rule == caught.value.rule

    def test_a_policy_that_finds_nobody(self, store: MemoryStore, clock: Clock) -> None:
        """A policy that finds nobody else leaves it where it is."""
        playbook = small_company(
            policies=(("head", FixedMember("head")),), policy="head"
        )
        desk = desk_on(store, clock, playbook)
        lead = desk.do(Receive(inbound(1, phone(1)))).lead
        with written_nothing(store), pytest.raises(Refused) as caught:
            desk.do(Assign(ref=Ref("lead", lead), policy="head"), by="head")

        assert "assign.nobody" == caught.value.rule

    def test_a_client_is_not_assigned_so(self, desk: Desk) -> None:
        """Clients have owners, no assignees."""
        client = desk.do(AddClient(name="Ivan"))
        with pytest.raises(Refused) as caught:
            desk.do(Assign(ref=client.ref, members=("anna",)), by="head")

        assert "assign.not-assignable" == caught.value.rule

    def test_a_lead_that_there_is_not(self, desk: Desk) -> None:
        """A lead that there is not is named."""
        with pytest.raises(UnknownRecord) as caught:
            desk.do(Assign(ref=Ref("lead", "l9"), members=("anna",)), by="head")

        assert "lead.unknown" == caught.value.rule


class TestMove:
    def test_drag(self, desk: Desk, lead: str) -> None:
        """A drag on the board moves the lead (R19)."""
        assert "in_work" == desk.do(MoveLead(lead, "in_work"), by="anna").state

    @pytest.mark.parametrize(
        ("state", "rule"),
        [
            ("rejected", "lead.move.to-rejected"),
            ("converted", "lead.move.to-converted"),
            ("nirvana", "lead.move.unknown-state"),
        ],
    )
    def test_drag_to_an_end(
        self, desk: Desk, lead: str, store: MemoryStore, state: str, rule: str
    ) -> None:
        """A drag to an end asks for its verb, and writes nothing (K11)."""
        with written_nothing(store), pytest.raises(Refused) as caught:
            desk.do(MoveLead(lead, state), by="anna")

        assert (rule, f"lead/{lead}") == (caught.value.rule, caught.value.subject)

    def test_leaving_converted(self, desk: Desk, lead: str, store: MemoryStore) -> None:
        """A converted lead cannot be moved out of it (M14)."""
        desk.do(Convert(lead, ClientAlone()), by="anna")
        with written_nothing(store), pytest.raises(Refused) as caught:
            desk.do(MoveLead(lead, "in_work"), by="anna")

        assert "lead.move.not-allowed" == caught.value.rule

    def test_history_tells_it(self, desk: Desk, lead: str) -> None:
        """The history tells who moved it, when and from where (R28)."""
        desk.do(MoveLead(lead, "in_work"), by="boris")
        last = desk.ask(Card(Ref("lead", lead))).history[-1]

        assert ("member:boris", MONDAY, "not_processed") == (
            str(last.by),
            last.at,
            last.event.was,
        )


class TestReject:
    def test_with_a_reason(self, desk: Desk, lead: str) -> None:
        """A lead is rejected for a reason of the catalogue (R22)."""
        done = desk.do(RejectLead(lead=lead, reason="price"), by="anna")

        assert ("rejected", "price") == (done.state, done.reason)

    @pytest.mark.parametrize(
        ("reason", "rule"),
        [
            ("", "reason.required"),
            ("other", "reason.comment-required"),
            ("nose", "reason.unknown"),
        ],
    )
    def test_without_the_required_reason(
        self, desk: Desk, lead: str, store: MemoryStore, reason: str, rule: str
    ) -> None:
        """What the channel or the reason asks for is asked for (R22, M21)."""
        with written_nothing(store), pytest.raises(Refused) as caught:
            desk.do(RejectLead(lead=lead, reason=reason), by="anna")

        assert (rule, "not_processed") == (caught.value.rule, now(desk, lead).state)

    def test_where_no_reason_is_asked(self, desk: Desk) -> None:
        """Where the channel asks for no reason none is needed (R22)."""
        lead = desk.do(Receive(inbound(1, mail("ivan"), channel="mail"))).lead

        assert "" == desk.do(RejectLead(lead=lead), by="anna").reason

    def test_frees_the_contact(self, desk: Desk, lead: str) -> None:
        """A rejected lead's contact is free for a new one."""
        desk.do(RejectLead(lead=lead, reason="price"), by="anna")

        assert "opened" == desk.do(Receive(inbound(2, phone(1)))).standing

    def test_twice(self, desk: Desk, lead: str, store: MemoryStore) -> None:
        """What is rejected is not rejected again."""
        desk.do(RejectLead(lead=lead, reason="price"), by="anna")
        with written_nothing(store), pytest.raises(Refused) as caught:
            desk.do(RejectLead(lead=lead, reason="price"), by="anna")

        assert "lead.reject.not-allowed" == caught.value.rule


class TestReopen:
    @pytest.fixture
    def rejected(self, desk: Desk, lead: str) -> str:
        """Return a rejected lead."""
        return desk.do(RejectLead(lead=lead, reason="price"), by="anna").id

    def test_a_rejected_lead(self, desk: Desk, rejected: str) -> None:
        """A rejected lead is open again, and must be answered in time (M15)."""
        again = desk.do(ReopenLead(rejected), by="anna")

        assert (True, MONDAY + timedelta(minutes=30)) == (
            again.is_open,
            again.respond_by,
        )

    def test_it_is_joined_again(self, desk: Desk, rejected: str) -> None:
        """A reopened lead has its contacts back."""
        desk.do(ReopenLead(rejected), by="anna")

        assert rejected == desk.do(Receive(inbound(2, phone(1)))).lead

    def test_another_lead_is_open(
        self, desk: Desk, rejected: str, store: MemoryStore
    ) -> None:
        """A lead whose contact has another open lead stays closed."""
        other = desk.do(Receive(inbound(2, phone(1)))).lead
        with written_nothing(store), pytest.raises(Refused) as caught:
            desk.do(ReopenLead(rejected), by="anna")

        assert ("lead.reopen.contact-taken", True) == (
            caught.value.rule,
            other in caught.value.message,
        )

    def test_a_converted_lead(self, desk: Desk, lead: str, store: MemoryStore) -> None:
        """A converted lead is not reopened (M14)."""
        desk.do(Convert(lead, ClientAlone()), by="anna")
        with written_nothing(store), pytest.raises(Refused) as caught:
            desk.do(ReopenLead(lead), by="anna")

        assert "lead.reopen.not-allowed" == caught.value.rule


class TestEdit:
    def test_every_field(self, desk: Desk, lead: str) -> None:
        """The history of an edit tells before and after (R20, R28)."""
        desk.do(
            EditLead(
                lead=lead,
                person=Person(name="Ivan", company="Horns"),
                source=Source(name="ads"),
                products=(Product(id="chair"),),
                amount=Money(5, "EUR"),
                subject="chairs",
                text="three",
                group="shops",
                fields={"budget": "10.0"},
            ),
            by="anna",
        )
        event = desk.ask(Card(Ref("lead", lead))).history[-1].event

        assert (8, Change("fields.budget", (), ("10",))) == (
            len(event.changes),
            event.changes[-1],
        )

    def test_a_field_is_cleared(self, desk: Desk, lead: str) -> None:
        """A custom field is cleared with None (R20)."""
        desk.do(EditLead(lead=lead, fields={"budget": 10}), by="anna")

        assert () == desk.do(EditLead(lead=lead, fields={"budget": None})).fields

    def test_nothing(self, desk: Desk, lead: str, store: MemoryStore) -> None:
        """An edit that changes nothing writes nothing."""
        with written_nothing(store):
            desk.do(EditLead(lead=lead, subject=""), by="anna")

        assert "" == now(desk, lead).subject

    def test_a_field_that_nobody_declares(
        self, desk: Desk, lead: str, store: MemoryStore
    ) -> None:
        """Fields that are not declared, or of another type, are named at once."""
        with written_nothing(store), pytest.raises(Refused) as caught:
            desk.do(EditLead(lead=lead, fields={"nose": 1, "budget": "much"}))

        assert ("field.not-accepted", ("nose", "budget"), f"lead/{lead}") == (
            caught.value.rule,
            caught.value.missing,
            caught.value.subject,
        )

    def test_contacts_recognise(self, desk: Desk, lead: str) -> None:
        """A contact that was added recognises, one that was taken off does not."""
        desk.do(EditLead(lead=lead, contact_points=(mail("ivan"),)), by="anna")
        found = desk.do(Receive(inbound(2, mail("ivan")))).lead
        other = desk.do(Receive(inbound(3, phone(1)))).lead

        assert (lead, True) == (found, other != lead)

    def test_contact_of_another_lead(
        self, desk: Desk, lead: str, store: MemoryStore
    ) -> None:
        """A contact has one open lead, on this path too (D33)."""
        desk.do(Receive(inbound(2, mail("ivan"))))
        with written_nothing(store), pytest.raises(Refused) as caught:
            desk.do(EditLead(lead=lead, contact_points=(phone(1), mail("ivan"))))

        assert "lead.edit.contact-taken" == caught.value.rule

    def test_own_contact_stays(self, desk: Desk, lead: str) -> None:
        """A lead keeps the contacts that it has."""
        kept = desk.do(EditLead(lead=lead, contact_points=(phone(1), phone(2))))

        assert (phone(1), phone(2)) == kept.contact_points

    def test_closed(self, desk: Desk, lead: str) -> None:
        """Other fields of a converted lead are still editable (M14)."""
        desk.do(Convert(lead, ClientAlone()), by="anna")

        assert "chairs" == desk.do(EditLead(lead=lead, subject="chairs")).subject

    def test_contact_of_a_closed_lead(self, desk: Desk, lead: str) -> None:
        """A closed lead holds no contact, so it may name one that is taken."""
        desk.do(RejectLead(lead=lead, reason="price"), by="anna")
        other = desk.do(Receive(inbound(2, phone(2)))).lead
        desk.do(EditLead(lead=lead, contact_points=(phone(2),)), by="anna")

        assert other == desk.do(Receive(inbound(3, phone(2)))).lead

    def test_of_a_lead_entered_anyway(self, desk: Desk, lead: str) -> None:
        """A lead that was entered anyway may keep the contact of another."""
        entry = EnterLead(channel="site", contact_points=(phone(1),), anyway=True)
        second = desk.do(entry, by="anna").lead
        desk.do(EditLead(lead=second, contact_points=(phone(1), phone(2))), by="anna")

        assert (lead, second) == (
            desk.do(Receive(inbound(2, phone(1)))).lead,
            desk.do(Receive(inbound(3, phone(2)))).lead,
        )


class TestTag:
    def test_on_and_off(self, desk: Desk, lead: str) -> None:
        """Tags come and go (R20)."""
        desk.do(TagLead(lead=lead, add=("hot", "big")), by="anna")

        assert ("big",) == desk.do(TagLead(lead=lead, remove=("hot",))).tags

    def test_nothing(self, desk: Desk, lead: str, store: MemoryStore) -> None:
        """A tag that is not there is not taken off."""
        with written_nothing(store):
            desk.do(TagLead(lead=lead, remove=("hot",)), by="anna")

        assert () == now(desk, lead).tags


class TestNote:
    def test_on_each_kind(self, desk: Desk, lead: str) -> None:
        """Leads, clients and interests have a discussion (R20)."""
        deal = desk.do(Convert(lead), by="anna")
        refs = (Ref("lead", lead), Ref("client", deal.client), deal.made)
        for ref in refs:
            desk.do(Note(ref=ref, text="look", mentions=("boris",)), by="anna")

        assert ["look"] * 3 == [
            desk.ask(Card(ref)).history[-1].event.text for ref in refs
        ]

    def test_the_mentioned_are_told(
        self, desk: Desk, lead: str, store: MemoryStore
    ) -> None:
        """Who is mentioned is told, nobody else."""
        ref = Ref("lead", lead)
        desk.do(Note(ref=ref, text="look", mentions=("boris",)), by="anna")
        desk.do(Note(ref=ref, text="well"), by="boris")

        assert [["boris"]] == [
            told["members"]
            for told in sent(desk, "notify")
            if told["event"] == "mentioned"
        ]

    @pytest.mark.parametrize(
        ("more", "rule"),
        [
            ({"text": " "}, "lead.note.empty"),
            ({"mentions": ("nobody",)}, "team.unknown-member"),
        ],
    )
    def test_refused(
        self, desk: Desk, lead: str, store: MemoryStore, more: Any, rule: str
    ) -> None:
        """Notes that say nothing, or mention nobody known, are refused."""
        note = Note(**{"ref": Ref("lead", lead), "text": "look"} | more)
        with written_nothing(store), pytest.raises(Refused) as caught:
            desk.do(note, by="anna")

        assert rule == caught.value.rule

    def test_not_on_a_touch(self, desk: Desk) -> None:
        """A touch has no discussion of its own."""
        touch = desk.do(Receive(inbound(1, phone(1)))).touch
        with pytest.raises(Refused) as caught:
            desk.do(Note(ref=Ref("touch", touch), text="look"), by="anna")

        assert "note.not-notable" == caught.value.rule


class TestTasks:
    def test_on_a_lead_and_an_interest(self, desk: Desk, lead: str) -> None:
        """Leads and interests have tasks (R26)."""
        first = desk.do(AddTask(ref=Ref("lead", lead), title="call"), by="anna")
        deal = desk.do(Convert(lead), by="anna")
        second = desk.do(AddTask(ref=deal.made, title="write"), by="anna")

        assert ((first,), (second,)) == (
            now(desk, lead).tasks,
            desk.ask(Card(deal.made)).record.tasks,
        )

    def test_assignee_is_told(self, desk: Desk, lead: str, store: MemoryStore) -> None:
        """The assignee of a task is told (R26)."""
        task = AddTask(ref=Ref("lead", lead), title="call", assignee="boris")
        desk.do(task, by="anna")

        told = sent(desk, "notify")[-1]

        assert (["boris"], "call") == (told["members"], told["task"])

    def test_finish(self, desk: Desk, lead: str) -> None:
        """A task that is done has its time."""
        ref = Ref("lead", lead)
        task = desk.do(AddTask(ref=ref, title="call", due=MONDAY), by="anna")
        done = desk.do(FinishTask(ref=ref, task=task.id), by="anna")

        assert (MONDAY, 0) == (done.tasks[0].done_at, desk.tick())

    def test_finish_on_an_interest(self, desk: Desk, lead: str) -> None:
        """A task of an interest is finished as one of a lead."""
        made = desk.do(Convert(lead), by="anna").made
        task = desk.do(AddTask(ref=made, title="call"), by="anna")

        assert MONDAY == desk.do(FinishTask(ref=made, task=task.id)).tasks[0].done_at

    def test_finish_again(self, desk: Desk, lead: str, store: MemoryStore) -> None:
        """A task that was finished is finished."""
        ref = Ref("lead", lead)
        task = desk.do(AddTask(ref=ref, title="call"), by="anna")
        desk.do(FinishTask(ref=ref, task=task.id), by="anna")
        with written_nothing(store):
            desk.do(FinishTask(ref=ref, task=task.id), by="boris")

        assert MONDAY == now(desk, lead).tasks[0].done_at

    @pytest.mark.parametrize(
        ("more", "rule"),
        [
            ({"title": " "}, "task.empty"),
            ({"assignee": "nobody"}, "team.unknown-member"),
            ({"due": datetime(2026, 5, 11)}, "value.naive-datetime"),  # noqa: DTZ001
        ],
    )
    def test_refused(
        self, desk: Desk, lead: str, store: MemoryStore, more: Any, rule: str
    ) -> None:
        """No title, an unknown member, a naive datetime: nothing is written."""
        task = AddTask(**{"ref": Ref("lead", lead), "title": "call"} | more)
        with written_nothing(store), pytest.raises(Refused) as caught:
            desk.do(task, by="anna")

        assert rule == caught.value.rule

    def test_not_on_a_client(self, desk: Desk) -> None:
        """A client has no tasks: its leads and interests have."""
        ref = desk.do(AddClient(name="Ivan")).ref
        with pytest.raises(Refused) as caught:
            desk.do(AddTask(ref=ref, title="call"), by="anna")
        with pytest.raises(Refused) as again:
            desk.do(FinishTask(ref=ref, task="k1"), by="anna")

        assert ["task.not-possible"] * 2 == [caught.value.rule, again.value.rule]


class TestWho:
    def test_unknown_member(self, desk: Desk, lead: str, store: MemoryStore) -> None:
        """Who is not in the team does nothing, and nothing is written."""
        with written_nothing(store), pytest.raises(UnknownRecord) as caught:
            desk.do(MoveLead(lead, "in_work"), by="mallory")

        assert ("team.unknown-member", True) == (
            caught.value.rule,
            "mallory" in caught.value.message,
        )

    def test_the_system_otherwise(self, desk: Desk, lead: str) -> None:
        """Without a member the system did it."""
        desk.do(MoveLead(lead, "in_work"))

        assert "system" == str(desk.ask(Card(Ref("lead", lead))).history[-1].by)


class TestLoad:
    """Open leads are counted where a policy asks how many one has."""

    @pytest.fixture
    def counting(self, store: MemoryStore, clock: Clock) -> Desk:
        """Return a desk where Anna and Boris have one lead at a time."""
        return desk_on(store, clock, small_company(capacity=1))

    def test_a_full_member_gets_none(self, counting: Desk) -> None:
        """Who is at their limit is passed over, all at their limit: nobody (A25)."""
        leads = [counting.do(Receive(inbound(n, phone(n)))).lead for n in range(3)]

        assert [("anna",), ("boris",), ()] == [
            now(counting, lead).assignees for lead in leads
        ]

    @pytest.mark.parametrize("end", ["reject", "convert", "assign"])
    def test_whats_given_back_counts_no_more(self, counting: Desk, end: str) -> None:
        """A lead that is closed or given away makes room for the next."""
        first, _ = (counting.do(Receive(inbound(n, phone(n)))).lead for n in range(2))
        commands: dict[str, Any] = {
            "reject": RejectLead(lead=first, reason="price"),
            "convert": Convert(first, ClientAlone()),
            "assign": Assign(ref=Ref("lead", first), members=("head",)),
        }
        counting.do(commands[end], by="anna")
        third = counting.do(Receive(inbound(3, phone(3)))).lead

        assert ("anna",) == now(counting, third).assignees

    def test_reopened_counts_again(self, counting: Desk) -> None:
        """A lead that is open again takes its place."""
        first, _ = (counting.do(Receive(inbound(n, phone(n)))).lead for n in range(2))
        counting.do(RejectLead(lead=first, reason="price"), by="anna")
        counting.do(ReopenLead(first), by="anna")
        third = counting.do(Receive(inbound(3, phone(3)))).lead

        assert () == now(counting, third).assignees


def test_a_channel_without_a_policy(store: MemoryStore, clock: Clock) -> None:
    """Where no policy is named a lead is nobody's and anybody's."""
    desk = desk_on(
        store,
        clock,
        small_company(policy="", channels=(ChannelSettings(id="site", kind="form"),)),
    )
    lead = desk.do(Receive(inbound(1, phone(1)))).lead

    assert (None, ("olga",)) == (
        now(desk, lead).why,
        desk.do(Take(lead), by="olga").assignees,
    )
