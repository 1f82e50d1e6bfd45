"""
What calls do beside being touches: a missed one asks to be called back.

A missed call adds a task to its open lead or interest, where the channel has one.
A later call of ours to the person finishes it, and so does a call of theirs that
somebody takes; both are answers, and stop the response clock (R33).  A call of ours
that the person doesn't take counts too, for they see that we tried; one that never
got through doesn't.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, cast

from leadflow import interest as interests
from leadflow import lead as leads
from leadflow.desk._opening import notify, settle_lead
from leadflow.desk.road import Draft, Reads, Walk
from leadflow.lead import Lead
from leadflow.ports import CancelTimer, SetTimer
from leadflow.values import Ref, Task


if TYPE_CHECKING:
    from datetime import datetime

    from leadflow.channels.outcomes import Call, Inbound
    from leadflow.channels.settings import ChannelSettings
    from leadflow.interest import Interest
    from leadflow.playbook import Playbook
    from leadflow.touch import Touch


__all__ = ("settle_call",)

About: TypeAlias = "Lead | Interest"


def settle_call(
    playbook: Playbook,
    draft: Draft,
    settings: ChannelSettings,
    touch: Touch,
    about: About,
    *,
    was: Call | None = None,
) -> Walk[None]:
    """
    Bring along what a call means for the open record *about*.

    *was* is the call as it was known before another part of it came in.
    """
    call = touch.call
    if call is None or not about.is_open:
        return
    if _answers(call):
        if was is None or not _answers(was):
            yield from _answer(playbook, draft, touch, about)
    elif was is None and call.direction == "in" and settings.missed_call_task:
        _ask_to_call_back(playbook, draft, settings, touch, about)


def _answers(call: Call) -> bool:
    if call.direction == "out":
        return call.result != "failed"
    return call.direction == "in" and call.result == "answered"


def _happened_at(inbound: Inbound) -> datetime:
    return inbound.sent_at or inbound.received_at


def _ask_to_call_back(
    playbook: Playbook,
    draft: Draft,
    settings: ChannelSettings,
    touch: Touch,
    about: About,
) -> None:
    """
    Add the task to call back; one is enough for any number of missed calls.
    """
    if any(task.touch and not task.done_at for task in about.tasks):
        return
    due = playbook.respond_by(settings, draft.moment.now)
    title = settings.missed_call_task
    task = Task(id=draft.moment.new_id(), title=title, due=due, touch=touch.id)
    if isinstance(about, Lead):
        draft.apply(about.ref, leads.add_task(about, task))
    else:
        draft.apply(about.ref, interests.add_task(about, task))
    if due is not None:
        draft.timer(SetTimer(ref=about.ref, name=f"task/{task.id}", due=due))
    notify(draft, about.ref, "task.added", about.assignees, about.role, task=task.title)


def _answer(playbook: Playbook, draft: Draft, touch: Touch, about: About) -> Walk[None]:
    """
    Finish what waits for a call back, if that came before this call.
    """
    waiting = [task for task in about.tasks if task.touch and not task.done_at]
    missed = {task.id: Ref("touch", cast("str", task.touch)) for task in waiting}
    own = Ref("touch", touch.id)
    others = tuple(ref for ref in missed.values() if ref != own)
    if others:
        yield Reads(refs=others)
    at = _happened_at(touch.inbound)
    done = tuple(
        task
        for task, ref in missed.items()
        if ref == own or _happened_at(draft.facts.need(ref).inbound) <= at
    )
    if missed and not done:
        # Told late: the person has called since.
        return
    for task in done:
        draft.timer(CancelTimer(ref=about.ref, name=f"task/{task}"))
    if isinstance(about, Lead):
        channel = touch.inbound.channel
        events = leads.called(about, touch=touch.id, channel=channel, tasks=done)
        after = cast("Lead", draft.apply(about.ref, events))
        yield from settle_lead(playbook, draft, about, after)
        return
    for task in done:
        draft.apply(about.ref, interests.finish_task(about, task))
