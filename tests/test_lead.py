"""
Tests of `leadflow.lead`: given a lead, when it is decided, then these events.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from leadflow import lead as leads
from leadflow.charts import LEAD_STATES, LeadState, flow_of, lead_definition
from leadflow.errors import Refused, UnknownRecord
from leadflow.lead import (
    Lead,
    LeadAnswered,
    LeadAssigned,
    LeadConverted,
    LeadEvent,
    LeadMoved,
    LeadNoted,
    LeadOpened,
    LeadOverdue,
    LeadRejected,
    LeadReopened,
    LeadTagged,
    LeadTaskAdded,
    LeadTaskFinished,
    LeadTouched,
)
from leadflow.reasons import Reason, Reasons
from leadflow.values import (
    Change,
    ContactPoint,
    Money,
    Person,
    Product,
    Ref,
    Source,
    Task,
    Why,
)


NOON = datetime(2026, 5, 11, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FLOW = flow_of(lead_definition(LEAD_STATES))
REASONS = Reasons((Reason(id="price"), Reason(id="other", comment_required=True)))
PHONE = ContactPoint(kind="phone", value="+79160000001")
MAIL = ContactPoint(kind="email", value="ivan@example.com")
HIDDEN = ContactPoint(kind="phone", value="", raw="anonymous")
CHAIR = Product(id="chair", title="Chair")
BY_HAND = Why(policy="by hand", chosen=("anna",))


def opened(*events: LeadEvent, **more: Any) -> Lead:
    """
    Return the lead that was opened at noon and went through *events* an hour later.
    """
    given: dict[str, Any] = {
        "lead": "l1",
        "state": "not_processed",
        "channel": "site",
        "contact_points": (PHONE,),
        "person": Person(name="Ivan"),
        "touch": "t1",
        "respond_by": NOON + HOUR,
    }
    lead = leads.evolve(None, LeadOpened(**given | more), NOON)
    for event in events:
        lead = leads.evolve(lead, event, NOON + HOUR)
    return lead


def rejected() -> Lead:
    """
    Return a lead that was rejected.
    """
    return opened(LeadRejected(was="not_processed", reason="price"))


def converted() -> Lead:
    """
    Return a lead that was converted.
    """
    results = (Ref("client", "c1"), Ref("interest", "i1"))
    return opened(LeadConverted(was="in_work", client="c1", results=results))


class TestTouch:
    def test_what_is_new_comes_along(self) -> None:
        """New contact points and products are learnt, known ones not doubled (R4)."""
        (event,) = leads.touch(
            opened(products=(CHAIR,)),
            touch="t2",
            channel="mail",
            contact_points=(PHONE, MAIL, HIDDEN),
            products=(CHAIR, Product(id="table")),
        )

        assert event == LeadTouched(
            touch="t2",
            channel="mail",
            contact_points=(MAIL, HIDDEN),
            products=(Product(id="table"),),
        )

    def test_an_unreadable_contact_is_known_by_its_text(self) -> None:
        """A contact without a normal form is not learnt twice."""
        lead = opened(contact_points=(HIDDEN,))
        (event,) = leads.touch(
            lead, touch="t2", channel="mail", contact_points=(HIDDEN,)
        )

        assert () == event.contact_points

    def test_names_fill_gaps_only(self) -> None:
        """What is known of the person stays, what was not is filled."""
        person = Person(name="Vanya", company="Horns", title="head", language="ru")
        (event,) = leads.touch(opened(), touch="t2", channel="mail", person=person)

        assert attrs.evolve(person, name="Ivan") == event.person

    @pytest.mark.parametrize("person", [None, Person(), Person(name="Vanya")])
    def test_nothing_new_of_the_person(self, person: Person | None) -> None:
        """A person of whom nothing new is told stays as they are."""
        (event,) = leads.touch(opened(), touch="t2", channel="mail", person=person)

        assert None is event.person

    def test_closed(self) -> None:
        """A closed lead is not joined."""
        with pytest.raises(Refused) as caught:
            leads.touch(rejected(), touch="t2", channel="mail")

        assert ("lead.touch.closed", "lead/l1") == (
            caught.value.rule,
            caught.value.subject,
        )

    def test_is_counted(self) -> None:
        """A lead counts its touches and names the last."""
        lead = opened(
            LeadTouched(
                touch="t2",
                channel="mail",
                contact_points=(MAIL,),
                products=(CHAIR,),
                person=Person(name="Ivan", company="Horns"),
            )
        )

        assert (2, "t2", NOON + HOUR, (PHONE, MAIL), (CHAIR,), "Horns") == (
            lead.touches,
            lead.last_touch,
            lead.last_touch_at,
            lead.contact_points,
            lead.products,
            lead.person.company,
        )

    def test_does_not_move_the_deadline(self) -> None:
        """A person who writes again does not move their own deadline (S32)."""
        late = LeadTouched(touch="t2", channel="mail", respond_by=NOON + 5 * HOUR)

        assert NOON + HOUR == opened(late).respond_by

    def test_waits_again_after_an_answer(self) -> None:
        """A person who writes after an answer waits for the next one (S36)."""
        lead = opened(
            LeadAnswered(text="hi"),
            LeadTouched(touch="t2", channel="mail", respond_by=NOON + 5 * HOUR),
        )

        assert (NOON + 5 * HOUR, NOON + HOUR) == (lead.respond_by, lead.answered_at)


class TestAssign:
    def test_tells_who_and_who_before(self) -> None:
        """An assignment says who, why, and who it was before (R28, R35)."""
        lead = opened(LeadAssigned(members=("boris",), why=BY_HAND))

        assert (
            LeadAssigned(members=("anna",), why=BY_HAND, before=("boris",)),
        ) == leads.assign(lead, ("anna",), None, BY_HAND)

    def test_nothing_where_it_is_theirs(self) -> None:
        """Giving a lead to who has it is no event."""
        lead = opened(LeadAssigned(members=("anna",), why=BY_HAND))

        assert () == leads.assign(lead, ("anna",), None, BY_HAND)

    def test_nobody_is_told_the_first_time(self) -> None:
        """That nobody was found is told, with the reasons (R35)."""
        assert 1 == len(leads.assign(opened(), (), None, Why(policy="nobody")))

    def test_to_a_role(self) -> None:
        """A lead can wait for a role."""
        (event,) = leads.assign(opened(), (), "sales", BY_HAND)
        lead = opened(event)

        assert ("sales", ()) == (lead.role, lead.assignees)

    def test_closed(self) -> None:
        """A closed lead is nobody's work."""
        with pytest.raises(Refused, match=r"lead\.assign\.closed"):
            leads.assign(converted(), ("anna",), None, BY_HAND)


class TestTake:
    def test_takes_and_starts(self) -> None:
        """Who takes a lead answers for it, and it is in work (R31)."""
        taken = Why(policy="taken", chosen=("anna",), candidates=("anna",))

        assert (
            LeadAssigned(members=("anna",), why=taken),
            LeadMoved(was="not_processed", state="in_work"),
        ) == leads.take(opened(), "anna", (), FLOW)

    def test_one_of_several_takes_it(self) -> None:
        """Of several who were given a lead, the first to take it has it."""
        lead = opened(LeadAssigned(members=("anna", "boris"), why=BY_HAND))
        (first, _) = leads.take(lead, "boris", (), FLOW)

        assert (("boris",), ("anna", "boris")) == (first.members, first.before)

    def test_own(self) -> None:
        """Taking one's own lead only starts it."""
        lead = opened(LeadAssigned(members=("anna",), why=BY_HAND))

        assert (LeadMoved(was="not_processed", state="in_work"),) == leads.take(
            lead, "anna", (), FLOW
        )

    def test_under_way(self) -> None:
        """Taking one's own lead that is under way is no event."""
        lead = opened(
            LeadAssigned(members=("anna",), why=BY_HAND),
            LeadMoved(was="not_processed", state="in_work"),
        )

        assert () == leads.take(lead, "anna", (), FLOW)

    def test_one_open_state(self) -> None:
        """Where there is one open state a taken lead stays in it."""
        flow = flow_of(lead_definition((LeadState("new"),)))

        assert 1 == len(leads.take(opened(state="new"), "anna", (), flow))

    def test_somebody_elses(self) -> None:
        """A lead that is somebody's is not taken away."""
        lead = opened(LeadAssigned(members=("boris",), why=BY_HAND))
        with pytest.raises(Refused, match=r"boris.*lead\.take\.taken"):
            leads.take(lead, "anna", (), FLOW)

    def test_waits_for_another_role(self) -> None:
        """A lead that waits for a role is taken by who is in it."""
        lead = opened(LeadAssigned(members=(), role="sales", why=BY_HAND))
        with pytest.raises(Refused, match=r"lead\.take\.other-role"):
            leads.take(lead, "olga", ("office",), FLOW)

    def test_waits_for_ones_role(self) -> None:
        """Who is in the role may take what waits for it."""
        lead = opened(LeadAssigned(members=(), role="sales", why=BY_HAND))
        (first, _) = leads.take(lead, "anna", ("sales",), FLOW)

        assert (("anna",), None) == (first.members, first.role)

    def test_closed(self) -> None:
        """A closed lead is not taken."""
        with pytest.raises(Refused, match=r"lead\.take\.closed"):
            leads.take(rejected(), "anna", (), FLOW)


class TestMove:
    def test_to_another_open_state(self) -> None:
        """A lead goes from one open state to another (R19)."""
        assert (LeadMoved(was="not_processed", state="in_work"),) == leads.move(
            opened(), "in_work", FLOW
        )

    def test_where_it_is(self) -> None:
        """A move to where it is, is no event."""
        assert () == leads.move(opened(), "not_processed", FLOW)

    @pytest.mark.parametrize("end", ["converted", "rejected"])
    def test_to_an_end(self, end: str) -> None:
        """An end is reached by its own verb, which asks for what it needs (K11)."""
        with pytest.raises(Refused) as caught:
            leads.move(opened(), end, FLOW)

        assert f"lead.move.to-{end}" == caught.value.rule

    def test_to_a_state_that_there_is_not(self) -> None:
        """A state that the playbook does not know is named."""
        with pytest.raises(Refused, match=r"state nirvana \[lead\.move\.unknown-state"):
            leads.move(opened(), "nirvana", FLOW)

    @pytest.mark.parametrize("lead", [rejected(), converted()])
    def test_from_an_end(self, lead: Lead) -> None:
        """A closed lead is not moved (M14)."""
        with pytest.raises(Refused, match=r"lead\.move\.not-allowed"):
            leads.move(lead, "in_work", FLOW)


class TestEdit:
    def test_tells_before_and_after(self) -> None:
        """An edit tells what was before and is after, of every field (R28)."""
        (event,) = leads.edit(
            opened(fields=(("budget", ("5",)), ("size", ("L",)))),
            person=Person(name="Ivan Petrov"),
            contact_points=(PHONE, MAIL),
            source=Source(name="ads"),
            products=(CHAIR,),
            amount=Money(500, "EUR"),
            subject="chairs",
            text="three",
            group="shops",
            fields=(("budget", ("6",)), ("colour", ("red",)), ("size", ())),
        )

        assert (
            Change("person", ("name: Ivan",), ("name: Ivan Petrov",)),
            Change(
                "contact_points",
                ("+79160000001",),
                ("+79160000001", "ivan@example.com"),
            ),
            Change("source", (), ("name: ads",)),
            Change("products", (), ("Chair",)),
            Change("amount", (), ("500 EUR",)),
            Change("subject", (), ("chairs",)),
            Change("text", (), ("three",)),
            Change("group", (), ("shops",)),
            Change("fields.budget", ("5",), ("6",)),
            Change("fields.colour", (), ("red",)),
            Change("fields.size", ("L",), ()),
        ) == event.changes

    def test_evolves(self) -> None:
        """What was edited is so from then on, the rest stays."""
        (event,) = leads.edit(opened(), subject="chairs", amount=Money(1, "EUR"))
        lead = opened(event)

        assert ("chairs", Money(1, "EUR"), Person(name="Ivan")) == (
            lead.subject,
            lead.amount,
            lead.person,
        )

    def test_equal_values(self) -> None:
        """What is equal makes no event."""
        assert () == leads.edit(opened(), person=Person(name="Ivan"), fields=())

    def test_closed(self) -> None:
        """Other fields of a converted lead are still editable (M14)."""
        assert 1 == len(leads.edit(converted(), subject="chairs"))

    def test_text_can_be_cleared(self) -> None:
        """An empty text is a value, None is not."""
        (event,) = leads.edit(opened(subject="chairs"), subject="")

        assert ("", ("chairs",)) == (event.subject, event.changes[0].before)


class TestTag:
    def test_comes_and_goes(self) -> None:
        """Tags that are there, or gone already, make no event."""
        assert (LeadTagged(added=("new",), removed=("old",)),) == leads.tag(
            opened(tags=("hot", "old")), ("new", "hot"), ("old", "never")
        )

    def test_both(self) -> None:
        """A tag that is put on and taken off at once is put on."""
        assert (LeadTagged(added=("hot",)),) == leads.tag(opened(), ("hot",), ("hot",))

    def test_nothing(self) -> None:
        """Nothing to change is no event."""
        assert () == leads.tag(opened(tags=("hot",)), ("hot",), ("cold",))

    def test_evolves(self) -> None:
        """Tags stand in their order, each once."""
        lead = opened(LeadTagged(added=("b", "a"), removed=("hot",)), tags=("hot", "c"))

        assert ("a", "b", "c") == lead.tags


class TestWords:
    def test_note(self) -> None:
        """A note names who is mentioned."""
        assert (LeadNoted(text="look", mentions=("boris",)),) == leads.note(
            opened(), "look", ("boris",)
        )

    def test_note_changes_nothing(self) -> None:
        """A note stands in the history only."""
        assert opened() == opened(LeadNoted(text="look"))

    def test_answer(self) -> None:
        """The first answer stops the clock, later ones do not move it (R52)."""
        lead = opened(*leads.answer(opened(), "hi", "mail", "r1"))
        again = leads.evolve(lead, LeadAnswered(text="and"), NOON + 9 * HOUR)

        assert (NOON + HOUR, None) == (again.answered_at, again.respond_by)

    @pytest.mark.parametrize(
        ("decide", "rule"),
        [
            (lambda lead: leads.note(lead, " \n"), "lead.note.empty"),
            (lambda lead: leads.answer(lead, "", None, "r1"), "lead.answer.empty"),
        ],
    )
    def test_nothing_is_said(self, decide: Any, rule: str) -> None:
        """Words that say nothing are refused."""
        with pytest.raises(Refused) as caught:
            decide(opened())

        assert rule == caught.value.rule


class TestTasks:
    CALL = Task(id="k1", title="call")
    WRITE = Task(id="k2", title="write")

    def test_added(self) -> None:
        """A task stands with its lead (R26)."""
        assert (self.CALL,) == opened(*leads.add_task(opened(), self.CALL)).tasks

    def test_finished(self) -> None:
        """A task is done when it was finished, the others are not."""
        lead = opened(LeadTaskAdded(task=self.CALL), LeadTaskAdded(task=self.WRITE))
        done = leads.evolve(lead, *leads.finish_task(lead, "k1"), NOON + HOUR)

        assert (attrs.evolve(self.CALL, done_at=NOON + HOUR), self.WRITE) == done.tasks

    def test_the_second_of_two(self) -> None:
        """The task that is meant is finished."""
        lead = opened(LeadTaskAdded(task=self.CALL), LeadTaskAdded(task=self.WRITE))

        assert (LeadTaskFinished(task="k2"),) == leads.finish_task(lead, "k2")

    def test_finished_before(self) -> None:
        """Finishing again is no event."""
        lead = opened(LeadTaskAdded(task=self.CALL), LeadTaskFinished(task="k1"))

        assert () == leads.finish_task(lead, "k1")

    def test_unknown(self) -> None:
        """A task that there is not is named."""
        with pytest.raises(UnknownRecord, match=r"task k9 \[lead\.task\.unknown"):
            leads.finish_task(opened(), "k9")

    def test_closed(self) -> None:
        """A closed lead gets no more tasks."""
        with pytest.raises(Refused, match=r"lead\.task\.closed"):
            leads.add_task(rejected(), self.CALL)


class TestEnds:
    def test_reject(self) -> None:
        """A lead is rejected for a reason; blank words are none (M20)."""
        assert (LeadRejected(was="not_processed", reason="price"),) == leads.reject(
            opened(), FLOW, REASONS, reason="price", comment="  "
        )

    def test_reject_closes(self) -> None:
        """A rejected lead has its reason, and nobody waits for an answer."""
        lead = rejected()

        assert ("rejected", "price", NOON + HOUR, None, False) == (
            lead.state,
            lead.reason,
            lead.closed_at,
            lead.respond_by,
            lead.is_open,
        )

    def test_reason_is_checked(self) -> None:
        """The channel's word stands: a required reason is required (R22)."""
        with pytest.raises(Refused, match=r"lead/l1: .*reason\.required"):
            leads.reject(opened(), FLOW, REASONS, reason="", required=True)

    def test_other_needs_words(self) -> None:
        """The reason "other" without words is refused (M21)."""
        with pytest.raises(Refused, match=r"reason\.comment-required"):
            leads.reject(opened(), FLOW, REASONS, reason="other")

    @pytest.mark.parametrize("lead", [rejected(), converted()])
    def test_reject_again(self, lead: Lead) -> None:
        """What is closed is not rejected."""
        with pytest.raises(Refused, match=r"lead\.reject\.not-allowed"):
            leads.reject(lead, FLOW, REASONS, reason="price")

    def test_reopen(self) -> None:
        """A rejected lead stands in the inbox again (R21, M15)."""
        (event,) = leads.reopen(rejected(), FLOW, respond_by=NOON + 3 * HOUR)
        lead = leads.evolve(rejected(), event, NOON + 2 * HOUR)

        assert (True, "not_processed", "", None, NOON + 3 * HOUR, 0) == (
            lead.is_open,
            lead.state,
            lead.reason,
            lead.closed_at,
            lead.respond_by,
            lead.overdue,
        )

    @pytest.mark.parametrize("lead", [opened(), converted()])
    def test_reopen_what_is_not_rejected(self, lead: Lead) -> None:
        """Open and converted leads are not reopened (M14)."""
        with pytest.raises(Refused, match=r"lead\.reopen\.not-allowed"):
            leads.reopen(lead, FLOW)

    def test_convert(self) -> None:
        """A converted lead names its client and what it became (R23)."""
        results = (Ref("client", "c1"),)
        (event,) = leads.convert(opened(), FLOW, client="c1", results=results)
        lead = opened(event)

        assert ("converted", "c1", results, NOON + HOUR, None) == (
            lead.state,
            lead.client,
            lead.results,
            lead.closed_at,
            lead.respond_by,
        )

    @pytest.mark.parametrize("lead", [rejected(), converted()])
    def test_convert_what_is_closed(self, lead: Lead) -> None:
        """What is closed is not converted (M9)."""
        with pytest.raises(Refused, match=r"lead\.convert\.not-allowed"):
            leads.convert(lead, FLOW, client="c1", results=())

    def test_a_state_of_an_older_playbook(self) -> None:
        """A lead in a state that there is not any more tells so."""
        with pytest.raises(Refused, match=r"lead that is gone cannot convert"):
            leads.convert(opened(state="gone"), FLOW, client="c1", results=())


class TestEvolve:
    def test_overdue(self) -> None:
        """An escalation is remembered, an answer takes it back (R33)."""
        overdue = LeadOverdue(level=2, told=("head",))

        assert (2, 0) == (
            opened(overdue).overdue,
            opened(overdue, LeadAnswered(text="hi")).overdue,
        )

    def test_without_a_touch(self) -> None:
        """A lead that was entered by hand has no touch yet."""
        lead = opened(touch=None)

        assert (0, None, None) == (lead.touches, lead.last_touch, lead.last_touch_at)

    def test_begins_with_being_opened(self) -> None:
        """Nothing happens to a lead that is not there."""
        with pytest.raises(AssertionError, match="begins"):
            leads.evolve(None, LeadReopened(state="in_work"), NOON)


class TestFound:
    def test_open_and_waiting(self) -> None:
        """An open lead of nobody is found as waiting for anybody."""
        assert {
            ("open", "yes"),
            ("waiting", "anybody"),
            ("state", "not_processed"),
        } <= (leads.index(opened()).terms)

    def test_waiting_for_a_role(self) -> None:
        """A lead in a queue is found as waiting for its role."""
        lead = opened(LeadAssigned(members=(), role="sales", why=BY_HAND))

        assert ("waiting", "sales") in leads.index(lead).terms

    def test_by_all_marks(self) -> None:
        """A lead is found by every mark that it has (R27)."""
        lead = opened(
            LeadAssigned(members=("anna",), why=BY_HAND),
            person=Person(name="Пётр «Первый»", company="Horns, Hoofs"),
            client="c1",
            repeat=True,
            kind="form",
            source=Source(name="ads"),
            group="shops",
            tags=("hot",),
            fields=(("size", ("L", "M")),),
            contact_points=(PHONE, HIDDEN),
        )

        assert {
            ("state", "not_processed"),
            ("channel", "site"),
            ("kind", "form"),
            ("open", "yes"),
            ("repeat", "yes"),
            ("client", "c1"),
            ("source", "ads"),
            ("group", "shops"),
            ("assignee", "anna"),
            ("tag", "hot"),
            ("contact", "phone:+79160000001"),
            ("field.size", "L"),
            ("field.size", "M"),
            ("name", "петр"),
            ("name", "первый"),
            ("name", "horns"),
            ("name", "hoofs"),
        } == leads.index(lead).terms

    def test_closed_by_reason(self) -> None:
        """A rejected lead is found by its reason, and not among the open."""
        terms = leads.index(rejected()).terms

        assert (True, False, False) == (
            ("reason", "price") in terms,
            ("open", "yes") in terms,
            any(name == "waiting" for name, _ in terms),
        )

    def test_claims(self) -> None:
        """An open lead holds its contacts, a closed one none (R4)."""
        assert ({"phone:+79160000001"}, frozenset()) == (
            leads.open_claims(opened(contact_points=(PHONE, HIDDEN))),
            leads.open_claims(rejected()),
        )
