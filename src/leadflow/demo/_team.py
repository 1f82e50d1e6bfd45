"""
The team of the week: what each does when they look at their work.

A script, not a simulation of people: what happens to a lead hangs on what it says
and on a number made of its contact, so that every run is the same.  All is done
through the desk, as an application would; where a rule holds somebody back, they
mend what is missing and try again.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar, cast

import attrs

from leadflow.demo._dealing import Dealer
from leadflow.demo._luck import luck
from leadflow.demo._texts import answer_to, is_foreign_to_us, is_project, is_spam
from leadflow.desk import (
    AddClient,
    AddTask,
    Answer,
    Assign,
    Card,
    ClientAlone,
    Convert,
    EditLead,
    EnterLead,
    FindLeads,
    FinishTask,
    Inbox,
    MoveLead,
    NewInterest,
    NewOrder,
    Note,
    OpenInterest,
    RejectLead,
    ReopenLead,
    TagLead,
    Take,
)
from leadflow.errors import Refused
from leadflow.values import ContactPoint, LeadId, MemberId, Person, Ref, Source


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from leadflow.demo._post import Pager
    from leadflow.desk import Command, Desk
    from leadflow.lead import Lead
    from leadflow.ports import Clock
    from leadflow.team import Member


__all__ = ("ScriptedTeam",)

R = TypeVar("R")

_PACE = 3
"""How many new leads a seller answers in one round."""

_VISITORS = (
    (0, "Walter Hume", "+1 212 555 0190", "wants to see the oak desks"),
    (1, "Зинаида Крюкова", "+7 900 000-90-01", "смотрит кресла"),
    (2, "Paul Denning", "+1 646 555 0191", "two standing desks for home"),
    (3, "Тарас Бойко", "+7 900 000-90-02", "стеллаж в кабинет"),
    (5, "Irene Wood", "+1 718 555 0192", "came with her sister, chairs"),
)


class ScriptedTeam:
    """
    Let the members of the desk's playbook work; *refused* counts what held them.
    """

    def __init__(self, desk: Desk, pager: Pager, clock: Clock) -> None:
        self.desk = desk
        self.refused: Counter[str] = Counter()
        self._pager = pager
        self._clock = clock
        team = desk.playbook.team
        self._head = next(m.id for m in team.members if "head" in m.roles)
        self._secretary = next(m.id for m in team.members if "office" in m.roles)
        self._dealer = Dealer(self)
        self._round = 0
        self._visitors = list(_VISITORS)
        self._reopened: set[LeadId] = set()
        self._handed_over = False

    def open_books(self, clients: Iterable[Mapping[str, str]]) -> None:
        """
        Enter who was a client before, each with a member of their own.
        """
        sellers = [m.id for m in self.desk.playbook.team.members if "sales" in m.roles]
        for number, known in enumerate(clients):
            points = [
                ContactPoint(kind="phone", value=known["phone"]),
                ContactPoint(kind="email", value=known["email"]),
            ]
            added = AddClient(
                name=known["company"] or known["name"],
                person=Person(name=known["name"], company=known["company"]),
                contact_points=tuple(points),
                entity="company" if known["company"] else "person",
                owners=(sellers[number % len(sellers)],),
            )
            client = self.do(added, self._head)
            if client is not None and number % 5 == 0:
                # An old client with a new wish needs no lead.
                deal = OpenInterest(client=client.id, theme="again, as last year")
                self.do(deal, client.owners[0])

    def work(self, at: datetime) -> None:
        """
        Let everybody who is on duty at *at* work for a round.
        """
        self._round += 1
        team = self.desk.playbook.team
        sellers = [m for m in team.on_duty(at) if "sales" in m.roles]
        # Who looks first changes from round to round.
        turn = self._round % len(sellers) if sellers else 0
        for member in sellers[turn:] + sellers[:turn]:
            self._sell(member)
            self._look_at_notices(member.id, sellers)
            if member.id == self._head:
                self._reopen()
        if self._secretary in {m.id for m in team.on_duty(at)} or sellers:
            self._receive_visitors(at)

    def do(self, command: Command[R], by: MemberId) -> R | None:
        """
        Do *command*; where it is refused, note the rule and return None.
        """
        try:
            return self.desk.do(command, by=by)
        except Refused as refusal:
            self.refused[refusal.rule] += 1
            return None

    @property
    def now(self) -> datetime:
        """Return the present instant of the week."""
        return self._clock()

    # -- sellers -------------------------------------------------------------------

    def _sell(self, member: Member) -> None:
        """
        Take what waits, answer what is new, pursue what is in work, then deals.
        """
        me = member.id
        for _ in range(2):
            page = self.desk.ask(Inbox(role="sales", limit=1))
            for lead in page.leads:
                self.do(Take(lead.id), me)
        for lead in self.desk.ask(Inbox(assignee=me, limit=_PACE)).leads:
            self._answer_first(lead, me)
        if self._round % 3 == 0:
            mine = FindLeads(
                state="in_work", assignee=me, newest_first=False, limit=200
            )
            for lead in self.desk.ask(mine).leads:
                self._pursue(lead, me)
        if self._round % 6 == 1:
            self._dealer.work(me)

    def _answer_first(self, lead: Lead, me: MemberId) -> None:
        """
        Reject what is none of ours, else answer and take in work.
        """
        said = f"{lead.subject}\n{lead.text}"
        if is_spam(said):
            # The mailbox demands a reason; some need to be told.
            if luck(lead, "careless") < 0.5:
                self.do(RejectLead(lead=lead.id), me)
            self.do(RejectLead(lead=lead.id, reason="spam"), me)
            return
        if is_foreign_to_us(said):
            self.do(RejectLead(lead=lead.id, reason="not_ours"), me)
            return
        self._answer(lead, me)
        self.do(MoveLead(lead.id, "in_work"), me)
        if is_project(said):
            self.do(TagLead(lead=lead.id, add=("project",)), me)
        if lead.person.company or luck(lead, "firm") < 0.2:
            self.do(EditLead(lead=lead.id, fields={"segment": "business"}), me)
        if luck(lead, "remind") < 0.12:
            tomorrow = self.now + timedelta(days=1)
            task = AddTask(ref=lead.ref, title="call", due=tomorrow, assignee=me)
            self.do(task, me)

    def _answer(self, lead: Lead, me: MemberId) -> None:
        if lead.last_touch is None:
            return
        text = answer_to(f"{lead.subject} {lead.text}", self._name(me))
        self.do(Answer(touch=lead.last_touch, text=text), me)

    def _name(self, member: MemberId) -> str:
        return self.desk.playbook.team.member(member).name

    def _pursue(self, lead: Lead, me: MemberId) -> None:
        """
        Answer what came since, and decide what becomes of it when it is time.
        """
        if lead.respond_by is not None:
            self._answer(lead, me)
            return
        since = lead.answered_at or lead.opened_at
        ripe = since + timedelta(hours=2 + 14 * luck(lead, "patience"))
        if self.now < ripe:
            return
        for task in lead.tasks:
            if task.done_at is None:
                self.do(FinishTask(ref=lead.ref, task=task.id), me)
        fate = luck(lead, "fate")
        wanted = 0.5 if "project" in lead.tags else 0.4 if lead.repeat else 0.1
        if fate < wanted:
            self._convert(lead, me)
        elif fate < 0.36:
            self.do(RejectLead(lead=lead.id, reason="price"), me)
        elif fate < 0.48:
            self.do(RejectLead(lead=lead.id, reason="competitor"), me)
        elif fate < 0.64:
            self.do(RejectLead(lead=lead.id, reason="no_need"), me)
        elif fate < 0.68:
            # "Other" wants a comment (M21); without one it is refused.
            self.do(RejectLead(lead=lead.id, reason="other"), me)
            told = "asks again in spring"
            self.do(RejectLead(lead=lead.id, reason="other", comment=told), me)
        elif fate < 0.93 and self.now > since + timedelta(hours=30):
            self.do(RejectLead(lead=lead.id, reason="no_answer"), me)

    def _convert(self, lead: Lead, me: MemberId) -> None:
        """
        Make of a lead what it is worth.
        """
        worth = luck(lead, "worth")
        to: Any = NewInterest()
        if "project" in lead.tags:
            to = NewInterest(scenario="project")
        elif lead.products and worth < 0.35:
            to = NewOrder()
        elif worth > 0.95:
            to = ClientAlone()
        made = self.do(Convert(lead.id, to), me)
        if made is not None and luck(lead, "twice") < 0.1:
            # A second click on the same button gives the same answer.
            again = self.do(Convert(lead.id, to), me)
            if again != attrs.evolve(made, repeated=True):
                raise AssertionError("converting twice gave another answer")

    def _look_at_notices(self, me: MemberId, sellers: list[Member]) -> None:
        """
        Answer one's own leads that wait too long; the head gives away the others'.
        """
        for told in self._pager.look(me):
            kind, _, id_ = told["about"].partition("/")
            if told["event"] != "lead.overdue" or kind != "lead":
                continue
            if told["level"] == "1":
                self._late(LeadId(id_), me)
            else:
                others = [m.id for m in sellers if m.id != me] or [me]
                self._give_away(Ref("lead", id_), others[int(id_) % len(others)])

    def _late(self, lead: LeadId, me: MemberId) -> None:
        record = cast("Lead", self.desk.ask(Card(Ref("lead", lead))).record)
        if record.is_open and record.respond_by is not None and record.assignees:
            self._answer_first(record, me)

    # -- the head ------------------------------------------------------------------

    def _give_away(self, lead: Ref, to: MemberId) -> None:
        """
        Let another answer what escalated to the head (R33).
        """
        self.do(Note(ref=lead, text="please now", mentions=(to,)), self._head)
        self.do(Assign(ref=lead, members=(to,)), self._head)

    def _reopen(self) -> None:
        """
        Reopen what was given up too soon (R21).
        """
        me = self._head
        if self._round % 37 == 20:
            gone = FindLeads(state="rejected", reason="no_answer", limit=1)
            for lead in self.desk.ask(gone).leads:
                if lead.id not in self._reopened:
                    self._reopened.add(lead.id)
                    self.do(ReopenLead(lead.id), me)
                    self.do(Assign(ref=lead.ref, members=(me,)), me)

    # -- the front desk --------------------------------------------------------------

    def _receive_visitors(self, at: datetime) -> None:
        """
        Enter who came in by the door (R6).
        """
        monday = at.date() - timedelta(days=at.weekday())
        while self._visitors:
            day, name, number, text = self._visitors[0]
            when = monday + timedelta(days=day)
            if (at.date(), at.hour) < (when, 12):
                return
            self._visitors.pop(0)
            value = "+" + "".join(c for c in number if c.isdigit())
            entered = EnterLead(
                channel=self.desk.playbook.channels[4].id,
                person=Person(name=name),
                contact_points=(ContactPoint(kind="phone", value=value, raw=number),),
                text=text,
                source=Source(name="street"),
                key=f"visitor/{name}",
            )
            self.do(entered, self._secretary)
