"""
What happens by itself when its time has come: escalations and reminders.

`Desk.tick` leases due timers and turns each into one of these commands.  A
command finishes its lease in its own commit, so that a timer has its effect
exactly once, and looks at the record first: one that is not due any more only
finishes the lease.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import attrs

from leadflow import lead as leads
from leadflow.desk._opening import (
    ASSIGN,
    RESPOND,
    notify,
    pick,
    request_of,
    settle_load,
)
from leadflow.desk.road import Decision, Draft, Facts, Reads
from leadflow.lead import Lead, LeadOverdue
from leadflow.ports import Lease, SetTimer
from leadflow.values import Ref


if TYPE_CHECKING:
    from collections.abc import Generator

    from leadflow.client import Client
    from leadflow.playbook import Playbook
    from leadflow.values import Moment


__all__ = ("AssignWaiting", "Escalate", "Remind", "timer_command")


@attrs.frozen
class Escalate:
    """
    Tell the next level that nobody has answered a lead in time (R33).

    Answers the level reached, 0 where the lead is not waiting any more.
    """

    lease: Lease

    def decide(
        self, playbook: Playbook, moment: Moment
    ) -> Generator[Reads, Facts, Decision[int]]:
        """
        Decide who is told now, and when the next level's time comes.
        """
        ref = cast("Ref", self.lease.ref)
        facts = yield Reads(refs=(ref,), guard=(str(ref),))
        draft = Draft(facts, moment)
        draft.settle(self.lease)
        lead: Lead | None = facts.state(ref)
        if lead is None or not lead.is_open or lead.respond_by is None:
            return draft.decide(0)
        settings = playbook.channel(lead.channel)
        level = lead.overdue + 1
        if level > len(settings.escalation) + 1:
            # A newer playbook has fewer levels than were reached.
            return draft.decide(lead.overdue)
        told = list(lead.assignees)
        role = lead.role
        # The first to be told are those who have not answered; then the levels.
        if level > 1:
            step = settings.escalation[level - 2]
            chosen = yield from pick(
                playbook,
                draft,
                step.policy,
                request_of(lead, moment, exclude=lead.assignees),
            )
            if chosen:
                told, role = list(chosen.members), chosen.role
            # A level that finds nobody else tells those who have it once more.
        draft.apply(ref, (LeadOverdue(level=level, told=tuple(told)),))
        contact = next((p.value for p in lead.contact_points if p.value), "")
        notify(
            draft, ref, "lead.overdue", told, role, level=str(level), contact=contact
        )
        if level <= len(settings.escalation):
            after = settings.escalation[level - 1].after
            due = playbook.calendar_for(settings).add(moment.now, after)
            draft.timer(SetTimer(ref=ref, name=RESPOND, due=due))
        return draft.decide(level)


@attrs.frozen
class Remind:
    """
    Tell the assignee of a task that it is due (R26); answers whether it still is.
    """

    lease: Lease

    def decide(
        self,
        playbook: Playbook,
        moment: Moment,
    ) -> Generator[Reads, Facts, Decision[bool]]:
        """
        Decide that the assignee is told, if the task is not done.
        """
        ref = cast("Ref", self.lease.ref)
        facts = yield Reads(refs=(ref,), guard=(str(ref),))
        draft = Draft(facts, moment)
        draft.settle(self.lease)
        record = facts.state(ref)
        task = next(
            (
                task
                for task in (record.tasks if record is not None else ())
                if f"task/{task.id}" == self.lease.name and task.done_at is None
            ),
            None,
        )
        if record is None or task is None:
            return draft.decide(False)
        members = (task.assignee,) if task.assignee else record.assignees
        notify(draft, ref, "task.due", members, task=task.title)
        return draft.decide(True)


@attrs.frozen
class AssignWaiting:
    """
    Assign a lead that found nobody, now that somebody is back on duty (R32).

    Answers whether it has found somebody.
    """

    lease: Lease

    def decide(
        self, playbook: Playbook, moment: Moment
    ) -> Generator[Reads, Facts, Decision[bool]]:
        """
        Decide who answers for it, by the policy of its channel.
        """
        ref = cast("Ref", self.lease.ref)
        facts = yield Reads(refs=(ref,), guard=(str(ref),))
        draft = Draft(facts, moment)
        draft.settle(self.lease)
        lead: Lead | None = facts.state(ref)
        if lead is None or not lead.is_open or lead.assignees or lead.role:
            return draft.decide(False)
        owner = None
        if lead.client is not None:
            known = Ref("client", lead.client)
            facts = yield Reads(refs=(known,))
            owner = next(iter(cast("Client", facts.need(known)).owners), None)
        name, _ = playbook.policy_for(playbook.channel(lead.channel))
        if not name:
            return draft.decide(False)
        request = request_of(lead, moment, owner=owner)
        chosen = yield from pick(playbook, draft, name, request)
        if not chosen:
            if chosen.again_at is not None:
                draft.timer(SetTimer(ref=ref, name=ASSIGN, due=chosen.again_at))
            return draft.decide(False)
        events = leads.assign(lead, chosen.members, chosen.role, chosen.why)
        after = cast("Lead", draft.apply(ref, events))
        notify(draft, ref, "lead.assigned", chosen.members, chosen.role)
        yield from settle_load(playbook, draft, lead, after)
        return draft.decide(True)


def timer_command(lease: Lease) -> Escalate | Remind | AssignWaiting | None:
    """
    Return the command that a due timer stands for, None for an application's own.
    """
    if lease.name == RESPOND:
        return Escalate(lease)
    if lease.name == ASSIGN:
        return AssignWaiting(lease)
    if lease.name.startswith("task/"):
        return Remind(lease)
    return None
