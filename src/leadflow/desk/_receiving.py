"""
What one inbound is, and where it belongs: the walk behind `Receive` (R1 to R5).

In this order:

1. seen before (its message claim is taken): the first answer is given again;
2. another part of the same thing (an album, a second mailbox): the touch grows;
3. in a conversation or an answer to a message: it goes where that stands;
4. from a contact with an open lead: it joins that lead (R4);
5. from a known client: a repeat, joined to the client and to its open interest,
   or opening a repeat lead where there is none;
6. from nobody known: it opens a lead, where it may (R2, R3, R12).

Whatever it is, it leaves one touch, and takes the claims that make 1 to 4 hold
under any number of workers: every claim has one holder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

import attrs

from leadflow import client as clients
from leadflow import interest as interests
from leadflow import lead as leads
from leadflow.client import Client, ClientAdded
from leadflow.desk._automatic import answer_automatically
from leadflow.desk._calling import settle_call
from leadflow.desk._clues import Clues, Party
from leadflow.desk._opening import (
    CLIENT,
    OPEN_LEAD,
    add_client,
    open_interest,
    open_lead,
    settle_lead,
)
from leadflow.desk.road import Decision, Draft, Facts, Reads, Walk
from leadflow.lead import Lead, LeadOpened
from leadflow.ports import ClaimKey
from leadflow.touch import (
    Standing,
    Touch,
    TouchExtended,
    TouchJoined,
    TouchRecorded,
)
from leadflow.values import (
    ClientId,
    ContactPoint,
    InterestId,
    LeadId,
    Moment,
    Ref,
    TouchId,
)


if TYPE_CHECKING:
    from collections.abc import Generator
    from datetime import datetime

    from leadflow.channels.outcomes import Call, Inbound
    from leadflow.interest import Interest
    from leadflow.playbook import Playbook


__all__ = ("Received", "ReceivedStanding", "Receiving")

ReceivedStanding = Standing | Literal["extended"]


@attrs.frozen(kw_only=True)
class Received:
    """
    Tell what became of an inbound.

    *standing* says what it did: ``opened`` a lead, ``joined`` one, came from a
    known client (``repeat``), was only ``recorded``, or ``extended`` a touch.
    *lead*, *client* and *interest* are where it stands.  *duplicate* marks an
    answer given before (R5).
    """

    touch: TouchId
    standing: ReceivedStanding
    lead: LeadId | None = None
    client: ClientId | None = None
    interest: InterestId | None = None
    reason: str = ""
    duplicate: bool = False


class Receiving:
    """
    Decide on one inbound; made for one walk.
    """

    def __init__(self, playbook: Playbook, inbound: Inbound) -> None:
        settings = playbook.channel(inbound.channel)
        self.playbook = playbook
        self.settings = settings
        self.inbound = inbound
        self.clues = Clues.of(settings, inbound)

    def decide(self, moment: Moment) -> Generator[Reads, Facts, Decision[Received]]:
        """
        Decide what the inbound is and where it belongs.
        """
        facts = yield self.clues.reads()
        draft = Draft(facts, moment)
        seen = self._seen(facts)
        if seen is not None:
            return Decision(result=seen)
        touch = None
        if self.clues.part is not None:
            owner = facts.owner(self.clues.part)
            if owner is not None:
                touch = cast("Touch", facts.need(owner))
        party = yield from self.clues.party(facts)
        if touch is not None:
            return (yield from self._extend(draft, touch, party))
        return (yield from self._record(draft, TouchId(moment.new_id()), party))

    # -- 1: seen before -----------------------------------------------------------

    def _seen(self, facts: Facts) -> Received | None:
        for key in self.clues.messages:
            owner = facts.owner(key)
            if owner is not None:
                return _told(cast("Touch", facts.need(owner)), duplicate=True)
        return None

    # -- what it becomes ---------------------------------------------------------------

    def _record(
        self, draft: Draft, touch: TouchId, party: Party
    ) -> Walk[Decision[Received]]:
        ref = Ref("touch", touch)
        self._claim(draft, ref)
        standing, lead, client, interest, why = yield from self._place(
            draft, touch, party
        )
        owner = lead.ref if lead else client.ref if client else None
        recorded = TouchRecorded(
            touch=touch,
            inbound=self.inbound,
            standing=standing,
            party=owner,
            client=client.id if client else lead.client if lead else None,
            interest=interest.ref if interest else None,
            reason=why,
        )
        self._hold_thread(draft, owner)
        made: Touch = draft.apply(ref, (recorded,))
        yield from self._settle_call(draft, made, interest or lead)
        return draft.decide(_told(made))

    def _extend(
        self, draft: Draft, touch: Touch, party: Party
    ) -> Walk[Decision[Received]]:
        """
        Let a touch grow by another part; a second channel may still open a lead.
        """
        inbound = self.inbound
        ref = Ref("touch", touch.id)
        self._claim(draft, ref)
        was = touch.call
        about: Lead | Interest | None = None
        touch = draft.apply(
            ref,
            (
                TouchExtended(
                    channel=inbound.channel,
                    external_id=inbound.external_id,
                    text=inbound.text,
                    attachments=inbound.attachments,
                    call=inbound.call,
                ),
            ),
        )
        if touch.party is None and self._may_open():
            standing, lead, client, interest, why = yield from self._place(
                draft, touch.id, party
            )
            about = interest or lead
            owner = lead.ref if lead else client.ref if client else None
            if owner is not None:
                joined = TouchJoined(
                    standing=standing,
                    party=owner,
                    client=client.id if client else lead.client if lead else None,
                    interest=interest.ref if interest else None,
                    reason=why,
                )
                touch = draft.apply(ref, (joined,))
                self._hold_thread(draft, owner)
        elif inbound.call is not None:
            about = yield from self._stands_with(draft, touch)
        yield from self._settle_call(draft, touch, about, was=was)
        told = _told(touch)
        return draft.decide(attrs.evolve(told, standing="extended"))

    def _place(
        self, draft: Draft, touch: TouchId, party: Party
    ) -> Walk[tuple[Standing, Lead | None, Client | None, Interest | None, str]]:
        """
        Put the touch where it belongs, and open what has to be opened.
        """
        call = self.inbound.call
        if call is not None and call.direction != "in":
            return (yield from self._put_ours(party))
        if party.lead is not None:
            lead = yield from self._join(draft, party.lead, touch)
            return "joined", lead, None, None, party.reason
        if party.client is not None:
            return (yield from self._repeat(draft, party.client, touch, party.reason))
        if not self._may_open():
            return "recorded", None, None, None, self._why_not()
        if self.playbook.simple:
            client, interest = yield from self._begin(draft, touch)
            return "opened", None, client, interest, "simple mode"
        lead = yield from self._open(draft, touch, None)
        return "opened", lead, None, None, ""

    def _put_ours(
        self, party: Party
    ) -> Walk[tuple[Standing, Lead | None, Client | None, Interest | None, str]]:
        """
        Put a call of ours with whom we called: it is no attention of theirs.
        """
        if party.lead is not None:
            return "joined", party.lead, None, None, party.reason
        if party.client is None:
            return "recorded", None, None, None, self._why_not()
        interest = None
        if party.client.interests:
            ref = Ref("interest", party.client.interests[-1])
            facts = yield Reads(refs=(ref,))
            interest = cast("Interest", facts.need(ref))
        return "recorded", None, party.client, interest, self._why_not()

    def _join(self, draft: Draft, lead: Lead, touch: TouchId) -> Walk[Lead]:
        inbound = self.inbound
        events = leads.touch(
            lead,
            touch=touch,
            channel=inbound.channel,
            contact_points=self._free(draft, lead.ref),
            products=inbound.products,
            person=inbound.person,
            respond_by=self._respond_by(draft),
        )
        joined = cast("Lead", draft.apply(lead.ref, events))
        yield from settle_lead(self.playbook, draft, lead, joined)
        yield from self._auto_reply(draft, lead.ref)
        return joined

    def _repeat(
        self, draft: Draft, client: Client, touch: TouchId, reason: str
    ) -> Walk[tuple[Standing, Lead | None, Client | None, Interest | None, str]]:
        """
        Join a known client; to the open interest, else with a repeat lead (R4).
        """
        interest = None
        if client.interests:
            ref = Ref("interest", client.interests[-1])
            facts = yield Reads(refs=(ref,))
            interest = cast("Interest", facts.need(ref))
        new = tuple(
            point
            for point in self.inbound.contact_points
            if point.value
            and draft.facts.owner(ClaimKey(CLIENT, point.key)) in (None, client.ref)
        )
        events = clients.touch(
            client, touch, new, interest=interest.id if interest else None
        )
        was = clients.contact_claims(client)
        touched = cast("Client", draft.apply(client.ref, events))
        draft.keep(CLIENT, client.ref, was, clients.contact_claims(touched))
        if interest is not None:
            interest = cast(
                "Interest",
                draft.apply(interest.ref, interests.touch(interest, touch)),
            )
            yield from self._auto_reply(draft, interest.ref)
            return "repeat", None, touched, interest, reason
        if not self._may_open():
            yield from self._auto_reply(draft, client.ref)
            return "repeat", None, touched, None, reason
        if self.playbook.simple:
            interest = yield from self._interest(draft, touched, touch)
            return "repeat", None, touched, interest, reason
        if self.settings.repeats == "client":
            return "repeat", None, touched, None, reason
        lead = yield from self._open(draft, touch, touched)
        return "repeat", lead, touched, None, reason

    def _open(self, draft: Draft, touch: TouchId, client: Client | None) -> Walk[Lead]:
        inbound, settings = self.inbound, self.settings
        opened = LeadOpened(
            lead=LeadId(draft.moment.new_id()),
            state=self.playbook.lead_flow.initial,
            channel=inbound.channel,
            kind=settings.kind,
            person=inbound.person,
            contact_points=self._free(draft, None),
            subject=inbound.subject,
            text=inbound.text,
            source=inbound.source,
            products=inbound.products,
            amount=inbound.amount,
            language=inbound.language or inbound.person.language,
            client=client.id if client else None,
            repeat=client is not None,
            touch=touch,
            respond_by=self._respond_by(draft),
        )
        owner = client.owners[0] if client and client.owners else None
        lead = yield from open_lead(self.playbook, draft, settings, opened, owner=owner)
        if client is not None:
            draft.apply(client.ref, clients.join(client, lead.id, ()))
        yield from self._auto_reply(draft, lead.ref, opened=True)
        return lead

    def _begin(self, draft: Draft, touch: TouchId) -> Walk[tuple[Client, Interest]]:
        """
        Make a client and open an interest at once: there are no leads (R24).
        """
        inbound = self.inbound
        person = inbound.person
        client = add_client(
            draft,
            ClientAdded(
                client=draft.moment.new_id(),
                entity="company" if person.company and not person.name else "person",
                name=person.name or person.company,
                person=person,
                contact_points=inbound.contact_points,
                channel=inbound.channel,
            ),
        )
        client = cast("Client", draft.apply(client.ref, clients.touch(client, touch)))
        interest = yield from self._interest(draft, client, touch)
        yield from self._auto_reply(draft, interest.ref, opened=True)
        return cast("Client", draft.state(client.ref)), interest

    def _interest(self, draft: Draft, client: Client, touch: TouchId) -> Walk[Interest]:
        inbound = self.inbound
        name, _ = self.playbook.policy_for(self.settings)
        return (
            yield from open_interest(
                self.playbook,
                draft,
                client,
                scenario_id=self.settings.scenario,
                policy=name,
                theme=inbound.subject or inbound.text[:120],
                description=inbound.text,
                amount=inbound.amount,
                products=inbound.products,
                contacts=inbound.contact_points,
                source=inbound.source,
                channel=inbound.channel,
                kind=self.settings.kind,
                touch=touch,
            )
        )

    # -- calls -------------------------------------------------------------------------

    def _settle_call(
        self,
        draft: Draft,
        touch: Touch,
        about: Lead | Interest | None,
        *,
        was: Call | None = None,
    ) -> Walk[None]:
        if about is not None:
            yield from settle_call(
                self.playbook, draft, self.settings, touch, about, was=was
            )

    def _stands_with(self, draft: Draft, touch: Touch) -> Walk[Lead | Interest | None]:
        ref = touch.interest or touch.party
        if ref is None or ref.kind == "client":
            return None
        yield Reads(refs=(ref,))
        return cast("Lead | Interest", draft.state(ref))

    # -- may it open a lead ------------------------------------------------------------

    def _may_open(self) -> bool:
        return not self._why_not()

    def _why_not(self) -> str:
        """
        Return why it may open nothing, empty if it may (R2, R3, R12).
        """
        call = self.inbound.call
        if call is not None and call.direction != "in":
            return "internal call" if call.direction == "internal" else "outgoing call"
        if not self.inbound.judgement.may_open:
            return ", ".join(self.inbound.judgement.reasons) or "not a lead"
        if self.settings.lead_source:
            return ""
        if call is not None and call.employee:
            called = self.settings.member_at(call.employee)
            if called is not None and self.playbook.serves_sales(called):
                return ""
        return "not a lead source"

    # -- what goes along ---------------------------------------------------------------

    def _claim(self, draft: Draft, touch: Ref) -> None:
        for key in self.clues.messages:
            draft.claim(key, touch)
        if self.clues.part is not None and draft.facts.owner(self.clues.part) is None:
            draft.claim(self.clues.part, touch)

    def _hold_thread(self, draft: Draft, owner: Ref | None) -> None:
        """
        Let the conversation lead to *owner* from now on.
        """
        if self.clues.thread is None or owner is None:
            return
        holder = draft.facts.owner(self.clues.thread)
        if holder == owner:
            return
        if holder is not None:
            draft.release(self.clues.thread, holder)
        draft.claim(self.clues.thread, owner)

    def _free(self, draft: Draft, lead: Ref | None) -> tuple[ContactPoint, ...]:
        """
        Return the contact points that no other open lead has.
        """
        return tuple(
            point
            for point in self.inbound.contact_points
            if not point.value
            or draft.facts.owner(ClaimKey(OPEN_LEAD, point.key)) in (None, lead)
        )

    def _respond_by(self, draft: Draft) -> datetime | None:
        return self.playbook.respond_by(self.settings, draft.moment.now)

    def _auto_reply(
        self, draft: Draft, about: Ref, *, opened: bool = False
    ) -> Walk[None]:
        yield from answer_automatically(
            self.playbook, draft, self.settings, self.inbound, about, opened=opened
        )


def _told(touch: Touch, *, duplicate: bool = False) -> Received:
    party = touch.party
    return Received(
        touch=touch.id,
        standing=touch.standing,
        lead=LeadId(party.id) if party and party.kind == "lead" else None,
        client=touch.client,
        interest=InterestId(touch.interest.id) if touch.interest else None,
        reason=touch.reason,
        duplicate=duplicate,
    )
