"""
Answering: what we say goes back through the channel that the touch came in by (R8).

The answer is an event of the touch and of its lead, and an effect of the same
commit: it is said once it is written, at least once, with an id that lets the
platform drop a repeated send.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import attrs

from leadflow import lead as leads
from leadflow.desk._opening import reply_effect, settle_lead
from leadflow.desk.road import Decision, Draft, Facts, Reads
from leadflow.errors import Refused
from leadflow.touch import Touch, TouchAnswered
from leadflow.values import Moment, Ref, TouchId


if TYPE_CHECKING:
    from collections.abc import Generator

    from leadflow.lead import Lead
    from leadflow.playbook import Playbook


__all__ = ("Answer", "Answered")


@attrs.frozen(kw_only=True)
class Answered:
    """
    Tell which answer was written; *reply* is the id that receipts name.
    """

    touch: TouchId
    reply: str


@attrs.frozen
class Answer:
    """
    Answer a touch; the first answer stops the lead's response clock.
    """

    touch: TouchId
    text: str
    subject: str = ""

    def decide(
        self,
        playbook: Playbook,
        moment: Moment,
    ) -> Generator[Reads, Facts, Decision[Answered]]:
        """
        Decide that it is said.

        Raises:
            UnknownRecord: there is no such touch.
            Refused: there is no text, or nobody to say it to.
        """
        ref = Ref("touch", self.touch)
        facts = yield Reads(refs=(ref,), guard=(str(ref),))
        touch = cast("Touch", facts.need(ref))
        if not self.text.strip():
            raise Refused("answer.empty", "an answer has no text", subject=str(ref))
        inbound = touch.inbound
        to = next((p for p in inbound.contact_points if p.value), None)
        if to is None and not inbound.conversation:
            raise Refused(
                "answer.no-contact", "there is nobody to answer", subject=str(ref)
            )
        draft = Draft(facts, moment)
        reply = moment.new_id()
        draft.apply(ref, (TouchAnswered(reply=reply, text=self.text),))
        draft.effect(
            reply_effect(
                inbound,
                reply=reply,
                about=touch.party or ref,
                text=self.text,
                subject=self.subject or inbound.subject,
                at=touch.at,
            )
        )
        if touch.party is not None and touch.party.kind == "lead":
            facts = yield Reads(refs=(touch.party,))
            lead = cast("Lead", facts.need(touch.party))
            events = leads.answer(lead, self.text, inbound.channel, reply)
            after = cast("Lead", draft.apply(lead.ref, events))
            yield from settle_lead(playbook, draft, lead, after)
        return draft.decide(Answered(touch=touch.id, reply=reply))
