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
from leadflow.channels.replies import fill
from leadflow.desk._opening import reply_effect, settle_lead
from leadflow.desk.road import Decision, Draft, Facts, Reads
from leadflow.errors import Refused
from leadflow.touch import Touch, TouchAnswered
from leadflow.values import MemberId, Moment, Ref, TouchId


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

    *quick* names a prepared answer of the playbook's, said in the person's
    language, instead of *text*.
    """

    touch: TouchId
    text: str = ""
    subject: str = ""
    quick: str = ""

    def decide(
        self,
        playbook: Playbook,
        moment: Moment,
    ) -> Generator[Reads, Facts, Decision[Answered]]:
        """
        Decide that it is said.

        Raises:
            UnknownRecord: there is no such touch, or no such prepared answer.
            Refused: there is no text, or two, or nobody to say it to.
        """
        ref = Ref("touch", self.touch)
        facts = yield Reads(refs=(ref,), guard=(str(ref),))
        touch = cast("Touch", facts.need(ref))
        text = self._text(playbook, moment, touch)
        if not text.strip():
            raise Refused("answer.empty", "an answer has no text", subject=str(ref))
        inbound = touch.inbound
        to = next((p for p in inbound.contact_points if p.value), None)
        if to is None and not inbound.conversation:
            raise Refused(
                "answer.no-contact", "there is nobody to answer", subject=str(ref)
            )
        draft = Draft(facts, moment)
        reply = moment.new_id()
        draft.apply(ref, (TouchAnswered(reply=reply, text=text),))
        draft.effect(
            reply_effect(
                inbound,
                reply=reply,
                about=touch.party or ref,
                text=text,
                subject=self.subject or inbound.subject,
                at=touch.at,
            )
        )
        if touch.party is not None and touch.party.kind == "lead":
            facts = yield Reads(refs=(touch.party,))
            lead = cast("Lead", facts.need(touch.party))
            events = leads.answer(lead, text, inbound.channel, reply)
            after = cast("Lead", draft.apply(lead.ref, events))
            yield from settle_lead(playbook, draft, lead, after)
        return draft.decide(Answered(touch=touch.id, reply=reply))

    def _text(self, playbook: Playbook, moment: Moment, touch: Touch) -> str:
        if not self.quick:
            return self.text
        if self.text.strip():
            raise Refused(
                "answer.two-texts",
                "an answer has a text or a quick reply, not both",
                subject=str(Ref("touch", touch.id)),
            )
        inbound = touch.inbound
        language = inbound.language or inbound.person.language
        member = playbook.team.find(MemberId(moment.by.id))
        product = next(iter(inbound.products), None)
        return fill(
            playbook.quick_reply(self.quick, language).text,
            {
                "channel": playbook.channel(inbound.channel).title,
                "client": inbound.person.name,
                "company": playbook.name,
                "member": member.name if member is not None else "",
                "product": product.title if product is not None else "",
                "subject": inbound.subject,
            },
        )
