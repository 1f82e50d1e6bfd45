"""
Taking in what comes: touches, notices, and leads entered by hand (R1 to R6).
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Literal, assert_never, cast

import attrs

from leadflow import client as clients
from leadflow import lead as leads
from leadflow._changes import merge_fields
from leadflow.channels.outcomes import (
    Amendment,
    ContactChange,
    Ignored,
    Inbound,
    PointerOnly,
    Receipt,
)
from leadflow.desk._clues import message_key, thread_key
from leadflow.desk._opening import (
    CLIENT,
    ENTRY,
    NOTICE,
    OPEN_LEAD,
    client_keys,
    lead_keys,
    open_lead,
    settle_lead,
)
from leadflow.desk._receiving import (
    Received,
    ReceivedStanding,
    Receiving,
)
from leadflow.desk.road import Decision, Draft, Facts, Reads, Walk
from leadflow.errors import Refused
from leadflow.lead import Lead, LeadOpened
from leadflow.playbook import FieldValue, Playbook
from leadflow.ports import ClaimKey
from leadflow.touch import (
    NoticeKind,
    NoticeRecorded,
    Touch,
    TouchAmended,
    TouchJoined,
)
from leadflow.values import (
    Actor,
    ChannelId,
    ClientId,
    ContactPoint,
    LeadId,
    MemberId,
    Moment,
    Money,
    Person,
    Product,
    Ref,
    Source,
    TouchId,
)


if TYPE_CHECKING:
    from leadflow.client import Client


__all__ = (
    "Amend",
    "EnterLead",
    "Entered",
    "Noted",
    "Receive",
    "Received",
    "ReceivedStanding",
    "RecordNotice",
)


@attrs.frozen
class Receive:
    """
    Take in one inbound of a channel (R1 to R5).

    Answers `Received`; the same inbound again answers the same, marked as a
    duplicate, and writes nothing.
    """

    inbound: Inbound

    @property
    def actor(self) -> Actor:
        """Return the channel, which does it unless somebody else is named."""
        return Actor("channel", self.inbound.channel)

    def decide(
        self, playbook: Playbook, moment: Moment
    ) -> Generator[Reads, Facts, Decision[Received]]:
        """
        Decide what it is and where it belongs.

        Raises:
            UnknownRecord: the playbook has no such channel.
        """
        return Receiving(playbook, self.inbound).decide(moment)


# -- what is no person's attention -----------------------------------------------


@attrs.frozen(kw_only=True)
class Noted:
    """
    Tell what became of something that is no person's attention.

    *record* is the notice, or the touch that it changed.
    """

    record: Ref
    kind: NoticeKind | Literal["amended"]
    reason: str = ""
    duplicate: bool = False


@attrs.frozen(kw_only=True)
class RecordNotice:
    """
    Account for something that is no person's attention (R12).

    A repeated one counts once.  What is known of a contact changes with a
    `ContactChange` that names what it has *now*.
    """

    channel: ChannelId
    external_id: str
    kind: NoticeKind
    reason: str
    detail: str = ""
    change: ContactChange | None = None

    @classmethod
    def of(
        cls, outcome: Ignored | Receipt | ContactChange | PointerOnly
    ) -> RecordNotice:
        """Return the command that accounts for *outcome*."""
        match outcome:
            case Ignored():
                kind: NoticeKind = "ignored"
                reason: str = outcome.reason
                detail = outcome.detail
            case Receipt():
                kind, reason, detail = "receipt", outcome.status, outcome.of
            case ContactChange():
                kind, reason, detail = "contact_change", outcome.change, outcome.detail
            case PointerOnly():
                # Its URL may hold a secret, and a notice is shown.
                kind, reason, detail = "pointer", "fetch", ""
            case _:
                assert_never(outcome)
        return cls(
            channel=outcome.channel,
            external_id=outcome.external_id,
            kind=kind,
            reason=reason,
            detail=detail,
            change=outcome if isinstance(outcome, ContactChange) else None,
        )

    def decide(
        self, playbook: Playbook, moment: Moment
    ) -> Generator[Reads, Facts, Decision[Noted]]:
        """
        Decide that it is recorded, once.
        """
        playbook.channel(self.channel)
        # A receipt shares its id with the message that it tells of.
        key = ClaimKey(
            NOTICE, f"{self.channel}/{self.external_id}#{self.kind}/{self.reason}"
        )
        was = self.change.was if self.change else None
        now = self.change.now if self.change else ()
        contacts = () if was is None else (was, *now)
        facts = yield Reads(
            keys=(key, *lead_keys(contacts), *client_keys(contacts)),
            follow=True,
            guard=(str(key),),
        )
        owner = facts.owner(key)
        if owner is not None:
            noted = Noted(
                record=owner, kind=self.kind, reason=self.reason, duplicate=True
            )
            return Decision(result=noted)
        draft = Draft(facts, moment)
        ref = Ref("notice", moment.new_id())
        draft.claim(key, ref)
        draft.apply(
            ref,
            (
                NoticeRecorded(
                    notice=TouchId(ref.id),
                    kind=self.kind,
                    channel=self.channel,
                    external_id=self.external_id,
                    reason=self.reason,
                    detail=self.detail,
                ),
            ),
        )
        if was is not None and was.value:
            yield from _learn(playbook, draft, was, now)
        return draft.decide(Noted(record=ref, kind=self.kind, reason=self.reason))


def _learn(
    playbook: Playbook, draft: Draft, was: ContactPoint, now: tuple[ContactPoint, ...]
) -> Walk[None]:
    """
    Let the open lead and the client that *was* is known of be known by *now* too.
    """
    facts = draft.facts

    def free(space: str) -> tuple[ContactPoint, ...]:
        return tuple(
            point
            for point in now
            if point.value and facts.owner(ClaimKey(space, point.key)) is None
        )

    holder = facts.owner(ClaimKey(OPEN_LEAD, was.key))
    if holder is not None:
        lead = cast("Lead", facts.need(holder))
        points = lead.contact_points + free(OPEN_LEAD)
        after = draft.apply(holder, leads.edit(lead, contact_points=points))
        yield from settle_lead(playbook, draft, lead, cast("Lead", after))
    holder = facts.owner(ClaimKey(CLIENT, was.key))
    if holder is not None:
        client = cast("Client", facts.need(holder))
        points = client.contact_points + free(CLIENT)
        told = draft.apply(holder, clients.edit(client, contact_points=points))
        draft.keep(
            CLIENT,
            holder,
            clients.contact_claims(client),
            clients.contact_claims(cast("Client", told)),
        )


@attrs.frozen
class Amend:
    """
    Record on its touch that a message was edited or deleted by its sender.

    One whose touch is not known is kept as a notice.
    """

    amendment: Amendment

    def decide(
        self, playbook: Playbook, moment: Moment
    ) -> Generator[Reads, Facts, Decision[Noted]]:
        """
        Decide that the touch changes, once.
        """
        change = self.amendment
        playbook.channel(change.channel)
        key = ClaimKey(NOTICE, f"{change.channel}/{change.external_id}#amendment")
        of = message_key(change.channel, change.of)
        facts = yield Reads(keys=(key, of), follow=True, guard=(str(of),))
        seen = facts.owner(key)
        if seen is not None:
            return Decision(
                result=Noted(
                    record=seen, kind="amended", reason=change.kind, duplicate=True
                )
            )
        draft = Draft(facts, moment)
        owner = facts.owner(of)
        if owner is None or owner.kind != "touch":
            ref = Ref("notice", moment.new_id())
            draft.claim(key, ref)
            draft.apply(
                ref,
                (
                    NoticeRecorded(
                        notice=TouchId(ref.id),
                        kind="ignored",
                        channel=change.channel,
                        external_id=change.external_id,
                        reason=change.kind,
                        detail=f"of the unknown message {change.of}: {change.text}",
                    ),
                ),
            )
            return draft.decide(Noted(record=ref, kind="ignored", reason=change.kind))
        touch = cast("Touch", facts.need(owner))
        draft.claim(key, owner)
        draft.apply(
            owner,
            (TouchAmended(kind=change.kind, before=touch.text, after=change.text),),
        )
        return draft.decide(Noted(record=owner, kind="amended", reason=change.kind))


# -- by hand ------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Entered:
    """
    Tell which lead was entered; *client* is the known client that it repeats.
    """

    lead: LeadId
    client: ClientId | None = None
    duplicate: bool = False


@attrs.frozen(kw_only=True)
class EnterLead:
    """
    Enter a lead by hand, or on the basis of a *touch* that made none (R6).

    *channel* is where it counts, a walk-in's for instance.  With a *key* the
    same entry counts once.  A contact that has an open lead already is refused,
    unless *anyway* (D33).
    """

    channel: ChannelId
    person: Person = attrs.field(factory=Person)
    contact_points: tuple[ContactPoint, ...] = ()
    subject: str = ""
    text: str = ""
    source: Source = attrs.field(factory=Source)
    products: tuple[Product, ...] = ()
    amount: Money | None = None
    tags: tuple[str, ...] = ()
    group: str = ""
    fields: Mapping[str, FieldValue] = attrs.field(factory=dict)
    assignee: MemberId | None = None
    touch: TouchId | None = None
    key: str = ""
    anyway: bool = False

    def decide(
        self, playbook: Playbook, moment: Moment
    ) -> Generator[Reads, Facts, Decision[Entered]]:
        """
        Decide that a lead is opened.

        Raises:
            Refused: a contact has an open lead (``lead.enter.contact-taken``),
                the touch has a place already (``lead.enter.touch-taken``), there
                is nothing to know the person by (``lead.enter.empty``), or a
                custom field is not accepted.
            UnknownRecord: there is no such channel, member or touch.
        """
        settings = playbook.channel(self.channel)
        if self.assignee is not None:
            playbook.check_member(self.assignee)
        fields = playbook.clean_fields(self.fields, "lead")
        entry = ClaimKey(ENTRY, f"{self.channel}/{self.key}") if self.key else None
        touch: Touch | None = None
        facts = yield Reads(
            refs=(Ref("touch", self.touch),) if self.touch else (),
            keys=(entry,) if entry else (),
            follow=True,
            guard=tuple(key.key for key in lead_keys(self.contact_points)),
        )
        if entry is not None:
            seen = facts.owner(entry)
            if seen is not None:
                lead = cast("Lead", facts.need(seen))
                return Decision(
                    result=Entered(lead=lead.id, client=lead.client, duplicate=True)
                )
        if self.touch is not None:
            ref = Ref("touch", self.touch)
            touch = cast("Touch", facts.need(ref))
            if touch.party is not None:
                raise Refused(
                    "lead.enter.touch-taken",
                    f"the touch stands with {touch.party}",
                    subject=str(ref),
                )
        filled = self._filled(touch)
        if not (filled.contact_points or filled.person != Person() or filled.text):
            raise Refused(
                "lead.enter.empty",
                "a lead needs a name, a contact or a text",
                missing=("person", "contact_points", "text"),
            )
        keys = lead_keys(filled.contact_points)
        thread = None if touch is None else thread_key(touch.inbound)
        facts = yield Reads(
            keys=(
                *((thread,) if thread else ()),
                *keys,
                *client_keys(filled.contact_points),
            ),
            follow=True,
        )
        taken = [owner for key in keys if (owner := facts.owner(key)) is not None]
        if taken and not self.anyway:
            raise Refused(
                "lead.enter.contact-taken",
                f"{taken[0]} is open for the same contact",
                subject=str(taken[0]),
            )
        draft = Draft(facts, moment)
        owners = [
            owner
            for point in filled.contact_points
            if point.value
            and (owner := facts.owner(ClaimKey(CLIENT, point.key))) is not None
        ]
        client = facts.need(owners[0]) if owners else None
        opened = LeadOpened(
            lead=LeadId(moment.new_id()),
            state=playbook.lead_flow.initial,
            channel=self.channel,
            kind=settings.kind,
            person=filled.person,
            contact_points=filled.contact_points,
            subject=filled.subject,
            text=filled.text,
            source=filled.source,
            products=filled.products,
            amount=filled.amount,
            tags=tuple(sorted(set(self.tags))),
            group=self.group,
            fields=merge_fields((), fields),
            client=client.id if client else None,
            repeat=client is not None,
            touch=self.touch,
            respond_by=playbook.respond_by(settings, moment.now),
        )
        lead = yield from open_lead(
            playbook,
            draft,
            settings,
            opened,
            owner=client.owners[0] if client and client.owners else None,
            assignee=self.assignee,
        )
        if entry is not None:
            draft.claim(entry, lead.ref)
        if touch is not None:
            joined = TouchJoined(
                standing="opened",
                party=lead.ref,
                client=lead.client,
                reason="entered by hand",
            )
            draft.apply(Ref("touch", touch.id), (joined,))
            if thread is not None and facts.owner(thread) is None:
                draft.claim(thread, lead.ref)
        if client is not None:
            draft.apply(client.ref, clients.join(client, lead.id, ()))
        return draft.decide(Entered(lead=lead.id, client=lead.client))

    def _filled(self, touch: Touch | None) -> EnterLead:
        """
        Return the entry with what the touch knows where nothing was given.
        """
        if touch is None:
            return self
        inbound = touch.inbound
        return attrs.evolve(
            self,
            person=self.person if self.person != Person() else inbound.person,
            contact_points=self.contact_points or inbound.contact_points,
            subject=self.subject or inbound.subject,
            text=self.text or touch.text,
            source=self.source or inbound.source,
            products=self.products or inbound.products,
            amount=self.amount or inbound.amount,
        )
