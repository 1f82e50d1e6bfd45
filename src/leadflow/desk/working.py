"""
Working a lead: take, assign, move, edit, tag, note, reject, reopen (R19 to R30).

Every command answers the record as it is after.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias, cast

import attrs

from leadflow import client as clients
from leadflow import interest as interests
from leadflow import lead as leads
from leadflow.assignment import Request
from leadflow.client import Client
from leadflow.desk._opening import lead_keys, notify, pick, settle_lead
from leadflow.desk.road import Decision, Draft, Facts, Reads, Walk
from leadflow.errors import Refused
from leadflow.interest import Interest
from leadflow.lead import Lead, LeadEvent
from leadflow.playbook import FieldValue, Playbook
from leadflow.ports import CancelTimer, SetTimer
from leadflow.values import (
    ContactPoint,
    LeadId,
    MemberId,
    Moment,
    Money,
    Person,
    Product,
    Ref,
    RoleId,
    Source,
    Task,
    Why,
)


__all__ = (
    "AddTask",
    "Assign",
    "EditLead",
    "FinishTask",
    "MoveLead",
    "Note",
    "RejectLead",
    "ReopenLead",
    "TagLead",
    "Take",
)

Deciding: TypeAlias = Generator[Reads, Facts, Decision[Lead]]


def _lead(moment: Moment, lead: LeadId) -> Walk[tuple[Draft, Lead]]:
    """
    Read one lead.
    """
    ref = Ref("lead", lead)
    facts = yield Reads(refs=(ref,), guard=(str(ref),))
    return Draft(facts, moment), cast("Lead", facts.need(ref))


def _settle(
    playbook: Playbook, draft: Draft, before: Lead, events: Sequence[LeadEvent]
) -> Walk[Decision[Lead]]:
    """
    Apply *events* to a lead with all that hangs on them.
    """
    after = cast("Lead", draft.apply(before.ref, events))
    if leads.open_claims(after) != leads.open_claims(before):
        contacts = (*before.contact_points, *after.contact_points)
        facts = yield Reads(keys=lead_keys(contacts))
        if not before.is_open:
            _refuse_taken(facts, after)
    yield from settle_lead(playbook, draft, before, after)
    return draft.decide(after)


def _refuse_taken(facts: Facts, lead: Lead) -> None:
    for key in lead_keys(lead.contact_points):
        holder = facts.owner(key)
        if holder is not None and holder != lead.ref:
            raise Refused(
                "lead.reopen.contact-taken",
                f"{holder} is open for the same contact",
                subject=str(lead.ref),
            )


def _member(moment: Moment, what: str) -> MemberId:
    """
    Return the member who does it; only a member can.
    """
    if moment.by.kind != "member":
        raise Refused(f"{what}.not-a-member", f"{moment.by} is not a member")
    return MemberId(moment.by.id)


# -- who answers for it --------------------------------------------------------------


@attrs.frozen
class Take:
    """
    Take a lead: the first to take it has it (R31).
    """

    lead: LeadId

    def decide(self, playbook: Playbook, moment: Moment) -> Deciding:
        """
        Decide that the acting member answers for it.

        Raises:
            Refused: it is somebody else's, waits for another role, or is closed.
        """
        by = playbook.check_member(_member(moment, "lead.take"))
        draft, lead = yield from _lead(moment, self.lead)
        roles = playbook.team.member(by).roles
        events = leads.take(lead, by, roles, playbook.lead_flow)
        return (yield from _settle(playbook, draft, lead, events))


@attrs.frozen(kw_only=True)
class Assign:
    """
    Give a lead or an interest to *members*, to a *role*, or by a *policy* (R25).
    """

    ref: Ref
    members: tuple[MemberId, ...] = ()
    role: RoleId | None = None
    policy: str = ""

    def decide(
        self, playbook: Playbook, moment: Moment
    ) -> Generator[Reads, Facts, Decision[Lead | Interest]]:
        """
        Decide who answers for it, and tell them.

        Raises:
            UnknownRecord: there is no such record, member, role or policy.
            Refused: neither is given, or the record is closed.
        """
        for member in self.members:
            playbook.check_member(member, subject=str(self.ref))
        if self.role is not None:
            playbook.team.role(self.role)
        if self.ref.kind not in ("lead", "interest"):
            raise Refused("assign.not-assignable", f"a {self.ref.kind} is not assigned")
        facts = yield Reads(refs=(self.ref,), guard=(str(self.ref),))
        record = facts.need(self.ref)
        draft = Draft(facts, moment)
        members, role = self.members, self.role
        why = Why(policy=f"by {moment.by}", chosen=members, candidates=members)
        if self.policy:
            request = Request(
                at=moment.now,
                channel=record.channel,
                source=record.source,
                products=record.products,
                language=record.language if isinstance(record, Lead) else "",
                tags=record.tags if isinstance(record, Lead) else (),
                fields=record.fields,
                exclude=frozenset(record.assignees),
            )
            chosen = yield from pick(playbook, draft, self.policy, request)
            members, role, why = chosen.members, chosen.role, chosen.why
        if not members and role is None:
            raise Refused(
                "assign.nobody",
                "nobody was found to give it to",
                subject=str(self.ref),
                missing=("members", "role"),
            )
        if isinstance(record, Lead):
            events = leads.assign(record, members, role, why)
            if events:
                notify(draft, self.ref, "lead.assigned", members, role)
            return (yield from _settle(playbook, draft, record, events))
        interest = cast("Interest", record)
        given = interests.assign(interest, members, role, why)
        if given:
            notify(draft, self.ref, "interest.assigned", members, role)
        return draft.decide(cast("Interest", draft.apply(self.ref, given)))


# -- its state -----------------------------------------------------------------------


@attrs.frozen
class MoveLead:
    """
    Move a lead to another open state, as a drag on the board does (R19).
    """

    lead: LeadId
    state: str

    def decide(self, playbook: Playbook, moment: Moment) -> Deciding:
        """
        Decide that it moves.

        Raises:
            Refused: there is no such state or no such move; the ends are
                reached by `RejectLead` and `~leadflow.desk.Convert` only.
        """
        draft, lead = yield from _lead(moment, self.lead)
        events = leads.move(lead, self.state, playbook.lead_flow)
        return (yield from _settle(playbook, draft, lead, events))


@attrs.frozen(kw_only=True)
class RejectLead:
    """
    Reject a lead, with a reason where the channel demands one (R21, R22).
    """

    lead: LeadId
    reason: str = ""
    comment: str = ""

    def decide(self, playbook: Playbook, moment: Moment) -> Deciding:
        """
        Decide that it is rejected; its contacts are free for a new lead.

        Raises:
            Refused: it is closed, or a reason or comment is missing.
        """
        draft, lead = yield from _lead(moment, self.lead)
        required = playbook.channel(lead.channel).reason_required
        events = leads.reject(
            lead,
            playbook.lead_flow,
            playbook.catalogue,
            reason=self.reason,
            comment=self.comment,
            required=required,
        )
        return (yield from _settle(playbook, draft, lead, events))


@attrs.frozen
class ReopenLead:
    """
    Open a rejected lead again (R21).
    """

    lead: LeadId

    def decide(self, playbook: Playbook, moment: Moment) -> Deciding:
        """
        Decide that it is open again, and must be answered in time again.

        Raises:
            Refused: it is not rejected, or another lead is open for one of its
                contacts (``lead.reopen.contact-taken``).
        """
        draft, lead = yield from _lead(moment, self.lead)
        due = playbook.respond_by(playbook.channel(lead.channel), moment.now)
        events = leads.reopen(lead, playbook.lead_flow, respond_by=due)
        return (yield from _settle(playbook, draft, lead, events))


# -- what it says --------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class EditLead:
    """
    Edit fields of a lead; what is None stays (R20, R28).

    *fields* are custom ones, typed as the playbook declares; None clears one.
    """

    lead: LeadId
    person: Person | None = None
    contact_points: tuple[ContactPoint, ...] | None = None
    source: Source | None = None
    products: tuple[Product, ...] | None = None
    amount: Money | None = None
    subject: str | None = None
    text: str | None = None
    group: str | None = None
    fields: Mapping[str, FieldValue] = attrs.field(factory=dict)

    def decide(self, playbook: Playbook, moment: Moment) -> Deciding:
        """
        Decide what changes.

        Raises:
            Refused: a custom field is not accepted, or a contact has another
                open lead (``lead.edit.contact-taken``).
        """
        ref = Ref("lead", self.lead)
        fields = playbook.clean_fields(self.fields, "lead", subject=str(ref))
        draft, lead = yield from _lead(moment, self.lead)
        if self.contact_points is not None and lead.is_open:
            known = {point.key for point in lead.contact_points}
            facts = yield Reads(keys=lead_keys(self.contact_points))
            for key in lead_keys(self.contact_points):
                holder = facts.owner(key)
                if key.key not in known and holder is not None:
                    raise Refused(
                        "lead.edit.contact-taken",
                        f"{holder} is open for the same contact",
                        subject=str(ref),
                    )
        events = leads.edit(
            lead,
            person=self.person,
            contact_points=self.contact_points,
            source=self.source,
            products=self.products,
            amount=self.amount,
            subject=self.subject,
            text=self.text,
            group=self.group,
            fields=fields or None,
        )
        return (yield from _settle(playbook, draft, lead, events))


@attrs.frozen(kw_only=True)
class TagLead:
    """
    Put tags on a lead, and take tags off.
    """

    lead: LeadId
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()

    def decide(self, playbook: Playbook, moment: Moment) -> Deciding:
        """
        Decide which tags come and go.
        """
        draft, lead = yield from _lead(moment, self.lead)
        events = leads.tag(lead, self.add, self.remove)
        return (yield from _settle(playbook, draft, lead, events))


@attrs.frozen(kw_only=True)
class Note:
    """
    Write to the others about a lead, a client or an interest (R20).

    Members who are mentioned are told.
    """

    ref: Ref
    text: str
    mentions: tuple[MemberId, ...] = ()

    def decide(
        self, playbook: Playbook, moment: Moment
    ) -> Generator[Reads, Facts, Decision[Lead | Client | Interest]]:
        """
        Decide that it stands in the history.

        Raises:
            UnknownRecord: there is no such record, or no such member.
            Refused: there is no text.
        """
        for member in self.mentions:
            playbook.check_member(member, subject=str(self.ref))
        facts = yield Reads(refs=(self.ref,), guard=(str(self.ref),))
        record = facts.need(self.ref)
        draft = Draft(facts, moment)
        events: tuple[object, ...]
        match record:
            case Lead():
                events = leads.note(record, self.text, self.mentions)
            case Client():
                events = clients.note(record, self.text, self.mentions)
            case Interest():
                events = interests.note(record, self.text, self.mentions)
            case _:
                raise Refused(
                    "note.not-notable", f"a {self.ref.kind} has no discussion"
                )
        after = draft.apply(self.ref, events)
        notify(draft, self.ref, "mentioned", self.mentions, text=self.text[:500])
        return draft.decide(after)


# -- what is to be done ----------------------------------------------------------------


@attrs.frozen(kw_only=True)
class AddTask:
    """
    Say what is to be done about a lead or an interest, or remind (R26).

    Answers the task.  *due* is aware UTC; *assignee* is told now, and again
    when it is due.
    """

    ref: Ref
    title: str
    due: datetime | None = None
    assignee: MemberId | None = None

    def decide(
        self, playbook: Playbook, moment: Moment
    ) -> Generator[Reads, Facts, Decision[Task]]:
        """
        Decide that it is to be done.

        Raises:
            UnknownRecord: there is no such record, or no such member.
            Refused: the record is closed, or the task has no title.
        """
        if self.assignee is not None:
            playbook.check_member(self.assignee, subject=str(self.ref))
        if not self.title.strip():
            raise Refused("task.empty", "a task has no title", subject=str(self.ref))
        facts = yield Reads(refs=(self.ref,), guard=(str(self.ref),))
        record = facts.need(self.ref)
        draft = Draft(facts, moment)
        task = Task(
            id=moment.new_id(), title=self.title, due=self.due, assignee=self.assignee
        )
        match record:
            case Lead():
                draft.apply(self.ref, leads.add_task(record, task))
            case Interest():
                draft.apply(self.ref, interests.add_task(record, task))
            case _:
                raise Refused("task.not-possible", f"a {self.ref.kind} has no tasks")
        if self.due is not None:
            timer = SetTimer(ref=self.ref, name=f"task/{task.id}", due=self.due)
            draft.timer(timer)
        if self.assignee is not None:
            notify(draft, self.ref, "task.added", (self.assignee,), task=self.title)
        return draft.decide(task)


@attrs.frozen(kw_only=True)
class FinishTask:
    """
    Say that a task is done.
    """

    ref: Ref
    task: str

    def decide(
        self,
        playbook: Playbook,
        moment: Moment,
    ) -> Generator[Reads, Facts, Decision[Lead | Interest]]:
        """
        Decide that it is done; nothing where it was.

        Raises:
            UnknownRecord: there is no such record, or no such task.
        """
        facts = yield Reads(refs=(self.ref,), guard=(str(self.ref),))
        record = facts.need(self.ref)
        draft = Draft(facts, moment)
        events: tuple[object, ...]
        match record:
            case Lead():
                events = leads.finish_task(record, self.task)
            case Interest():
                events = interests.finish_task(record, self.task)
            case _:
                raise Refused("task.not-possible", f"a {self.ref.kind} has no tasks")
        if events:
            draft.timer(CancelTimer(ref=self.ref, name=f"task/{self.task}"))
        return draft.decide(draft.apply(self.ref, events))
