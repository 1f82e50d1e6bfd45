"""
Automatic answers: which one, and at most one a contact and day (R9, R10, R12).

Two robots that answer each other never stop, and neither can tell by one mail that
the other is a robot.  RFC 3834, section 2, therefore wants a bound on answers to
one address; the claim that holds it is taken in the commit that answers, so it
holds under any number of workers.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from leadflow.desk._duty import duty_of
from leadflow.desk._opening import reply_effect
from leadflow.desk.road import Draft, Reads, Walk
from leadflow.ports import ClaimKey


if TYPE_CHECKING:
    from leadflow.channels.outcomes import Inbound
    from leadflow.channels.settings import ChannelSettings
    from leadflow.playbook import Playbook
    from leadflow.values import Ref


__all__ = ("AUTO_REPLY", "answer_automatically")

AUTO_REPLY = "auto-reply"
"""The claim space of answers that no person wrote."""


def answer_automatically(
    playbook: Playbook,
    draft: Draft,
    settings: ChannelSettings,
    inbound: Inbound,
    about: Ref,
    *,
    opened: bool,
) -> Walk[None]:
    """
    Answer *inbound* at once where the channel says so and the sign of it is safe.

    What opened something is answered by *auto_reply*; while nobody is there,
    everything of a person's is by *away_reply*.
    """
    text = settings.auto_reply if opened else ""
    to = next((point for point in inbound.contact_points if point.value), None)
    call = inbound.call
    ours = call is not None and call.direction != "in"
    if to is None or ours or not inbound.judgement.may_answer:
        return
    now = draft.moment.now
    if settings.away_reply and not duty_of(playbook, settings, now):
        text = settings.away_reply
    if not text:
        return
    zone = ZoneInfo(playbook.calendar_for(settings).zone)
    day = now.astimezone(zone).date()
    key = ClaimKey(AUTO_REPLY, f"{to.key}/{day}")
    facts = yield Reads(keys=(key,))
    if facts.owner(key) is not None:
        return
    ends = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    draft.claim(key, about, until=ends)
    draft.effect(
        reply_effect(
            inbound,
            reply=draft.moment.new_id(),
            about=about,
            text=text,
            subject=inbound.subject,
            at=now,
            automatic=True,
        )
    )
