"""
What may be done with a lead: pure functions that answer events or refuse.

Each takes the lead as it is and answers the events that would change it, none
where there is nothing to change.  Which moves there are is the table of the
lead's state machine, given in as *flow*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadflow._changes import (
    changed_tags,
    changes_of,
    find_task,
    merge_fields,
    new_points,
)
from leadflow.errors import Refused
from leadflow.lead.events import (
    LeadAnswered,
    LeadAssigned,
    LeadConverted,
    LeadEdited,
    LeadEvent,
    LeadMoved,
    LeadNoted,
    LeadRejected,
    LeadReopened,
    LeadTagged,
    LeadTaskAdded,
    LeadTaskFinished,
    LeadTouched,
)
from leadflow.lead.state import CONVERTED, REJECTED, Lead
from leadflow.values import (
    ChannelId,
    ClientId,
    ContactPoint,
    Fields,
    MemberId,
    Money,
    Person,
    Product,
    Ref,
    RoleId,
    Source,
    Task,
    TouchId,
    Why,
)


if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from leadflow.charts import Flow
    from leadflow.reasons import Reasons


__all__ = (
    "add_task",
    "answer",
    "assign",
    "called",
    "convert",
    "edit",
    "finish_task",
    "move",
    "note",
    "reject",
    "reopen",
    "tag",
    "take",
    "touch",
)


def touch(
    lead: Lead,
    *,
    touch: TouchId,
    channel: ChannelId,
    contact_points: Iterable[ContactPoint] = (),
    products: Iterable[Product] = (),
    person: Person | None = None,
    respond_by: datetime | None = None,
) -> tuple[LeadEvent, ...]:
    """
    Decide that the person of an open *lead* came again (R4).

    Only what is new comes along: contact points by their keys, products by
    their ids, the person's names where the lead has none.
    """
    _must_be_open(lead, "touch")
    ids = {product.id for product in lead.products}
    named = None
    if person is not None and person != Person():
        merged = Person(
            name=lead.person.name or person.name,
            company=lead.person.company or person.company,
            title=lead.person.title or person.title,
            language=lead.person.language or person.language,
        )
        named = merged if merged != lead.person else None
    return (
        LeadTouched(
            touch=touch,
            channel=channel,
            contact_points=new_points(lead.contact_points, contact_points),
            products=tuple(p for p in products if p.id not in ids),
            person=named,
            respond_by=respond_by,
        ),
    )


def assign(
    lead: Lead,
    members: Sequence[MemberId],
    role: RoleId | None,
    why: Why,
) -> tuple[LeadEvent, ...]:
    """
    Decide who answers for an open *lead*; nothing where they do already.
    """
    _must_be_open(lead, "assign")
    if tuple(members) == lead.assignees and role == lead.role and lead.why is not None:
        return ()
    return (
        LeadAssigned(members=tuple(members), role=role, why=why, before=lead.assignees),
    )


def take(
    lead: Lead, by: MemberId, roles: Iterable[RoleId], flow: Flow
) -> tuple[LeadEvent, ...]:
    """
    Decide that *by* takes an open lead: the first to take it has it (R31).

    A lead that waits for a role can be taken by who is in it; one that nobody
    answers for, by anybody.  Taking moves a lead out of the first state.

    Raises:
        Refused: it is somebody else's (``lead.take.taken``), or waits for
            another role (``lead.take.other-role``).
    """
    _must_be_open(lead, "take")
    events: list[LeadEvent] = []
    if lead.assignees and by not in lead.assignees:
        raise Refused(
            "lead.take.taken",
            f"is already with {', '.join(lead.assignees)}",
            subject=str(lead.ref),
        )
    if lead.role is not None and not lead.assignees and lead.role not in set(roles):
        raise Refused(
            "lead.take.other-role",
            f"waits for the role {lead.role}, which {by} is not in",
            subject=str(lead.ref),
        )
    if lead.assignees != (by,):
        why = Why(policy="taken", chosen=(by,), candidates=(by,))
        events.append(LeadAssigned(members=(by,), why=why, before=lead.assignees))
    opened = [state.id for state in flow.states if not state.final]
    if lead.state == flow.initial and len(opened) > 1:
        events.extend(move(lead, opened[1], flow))
    return tuple(events)


def move(lead: Lead, state: str, flow: Flow) -> tuple[LeadEvent, ...]:
    """
    Decide that *lead* goes to another open *state*; nothing where it is there.

    Raises:
        Refused: the table has no such move.  The ends are not reached by
            moving: `reject` and `convert` ask for what they need.
    """
    if state == lead.state:
        return ()
    if state in (CONVERTED, REJECTED):
        verb = "convert" if state == CONVERTED else "reject"
        raise Refused(
            f"lead.move.to-{state}",
            f"is not {state} by moving it: {verb} it",
            subject=str(lead.ref),
        )
    if all(state != known.id for known in flow.states):
        raise Refused(
            "lead.move.unknown-state",
            f"there is no lead state {state}",
            subject=str(lead.ref),
        )
    _step(lead, f"move_to_{state}", flow)
    return (LeadMoved(was=lead.state, state=state),)


def edit(
    lead: Lead,
    *,
    person: Person | None = None,
    contact_points: tuple[ContactPoint, ...] | None = None,
    source: Source | None = None,
    products: tuple[Product, ...] | None = None,
    amount: Money | None = None,
    subject: str | None = None,
    text: str | None = None,
    group: str | None = None,
    fields: Fields | None = None,
) -> tuple[LeadEvent, ...]:
    """
    Decide what changes; fields not given stay, equal ones make no event.

    A closed lead can be edited too (M14): only its state can't.  *fields* are
    those to set; one with no values is cleared.
    """
    changes, changed = changes_of(
        lead,
        {
            "person": person,
            "contact_points": contact_points,
            "source": source,
            "products": products,
            "amount": amount,
            "subject": subject,
            "text": text,
            "group": group,
            "fields": None if fields is None else merge_fields(lead.fields, fields),
        },
    )
    return (LeadEdited(changes=changes, **changed),) if changes else ()  # type: ignore[arg-type]


def tag(
    lead: Lead, add: Iterable[str] = (), remove: Iterable[str] = ()
) -> tuple[LeadEvent, ...]:
    """
    Decide which tags come and go; those that are there or gone make no event.
    """
    added, removed = changed_tags(lead.tags, add, remove)
    return (LeadTagged(added=added, removed=removed),) if added or removed else ()


def note(
    lead: Lead, text: str, mentions: Iterable[MemberId] = ()
) -> tuple[LeadEvent, ...]:
    """
    Decide that a member writes to the others about *lead*.

    Raises:
        Refused: there is no text (``lead.note.empty``).
    """
    if not text.strip():
        raise Refused("lead.note.empty", "a note has no text", subject=str(lead.ref))
    return (LeadNoted(text=text, mentions=tuple(mentions)),)


def answer(
    lead: Lead, text: str, channel: ChannelId | None, reply: str
) -> tuple[LeadEvent, ...]:
    """
    Decide that the person was answered (R8).

    Raises:
        Refused: there is no text (``lead.answer.empty``).
    """
    if not text.strip():
        raise Refused(
            "lead.answer.empty", "an answer has no text", subject=str(lead.ref)
        )
    return (LeadAnswered(text=text, channel=channel, reply=reply),)


def called(
    lead: Lead,
    *,
    touch: TouchId,
    channel: ChannelId,
    tasks: Iterable[str] = (),
) -> tuple[LeadEvent, ...]:
    """
    Decide that the person was answered by the call *touch*, and *tasks* are done.

    Raises:
        UnknownRecord: there is no such task (``lead.task.unknown``).
    """
    _must_be_open(lead, "call")
    done = (event for task in tasks for event in finish_task(lead, task))
    return (LeadAnswered(channel=channel, reply=touch), *done)


def add_task(lead: Lead, task: Task) -> tuple[LeadEvent, ...]:
    """
    Decide that something is to be done about *lead* (R26).
    """
    _must_be_open(lead, "task")
    return (LeadTaskAdded(task=task),)


def finish_task(lead: Lead, task: str) -> tuple[LeadEvent, ...]:
    """
    Decide that the task with id *task* is done; nothing where it was.

    Raises:
        UnknownRecord: there is no such task (``lead.task.unknown``).
    """
    found = find_task(lead.tasks, task, lead.ref)
    return () if found.done_at else (LeadTaskFinished(task=task),)


def reject(
    lead: Lead,
    flow: Flow,
    reasons: Reasons,
    *,
    reason: str,
    comment: str = "",
    required: bool = False,
) -> tuple[LeadEvent, ...]:
    """
    Decide that *lead* is rejected (R21); *required* is the channel's word (R22).
    """
    _step(lead, "reject", flow)
    reasons.check(
        reason, use="leads", required=required, comment=comment, subject=str(lead.ref)
    )
    return (LeadRejected(was=lead.state, reason=reason, comment=comment.strip()),)


def reopen(
    lead: Lead, flow: Flow, *, respond_by: datetime | None = None
) -> tuple[LeadEvent, ...]:
    """
    Decide that a rejected *lead* is open again (R21, M15).
    """
    return (LeadReopened(state=_step(lead, "reopen", flow), respond_by=respond_by),)


def convert(
    lead: Lead, flow: Flow, *, client: ClientId, results: tuple[Ref, ...]
) -> tuple[LeadEvent, ...]:
    """
    Decide that *lead* becomes *results*; its client is the first of them (R23).
    """
    _step(lead, "convert", flow)
    return (LeadConverted(was=lead.state, client=client, results=results),)


def _step(lead: Lead, event: str, flow: Flow) -> str:
    try:
        return flow.step(lead.state, event)
    except Refused as error:
        raise Refused(
            f"lead.{event.partition('_to_')[0]}.not-allowed",
            f"a lead that is {lead.state} cannot {event.replace('_', ' ')}",
            subject=str(lead.ref),
        ) from error


def _must_be_open(lead: Lead, what: str) -> None:
    if not lead.is_open:
        raise Refused(f"lead.{what}.closed", f"is {lead.state}", subject=str(lead.ref))
