"""
The parts that several commands share: choosing, opening, counting.

Each is a part of a walk: a generator that yields reads and is sent facts.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, cast

from leadflow import client as clients
from leadflow import interest as interests
from leadflow import lead as leads
from leadflow.assignment import (
    Assignment,
    Request,
    Roster,
    WorkloadChanged,
    candidates,
    choose,
)
from leadflow.desk.road import Draft, Reads, Walk
from leadflow.errors import Refused
from leadflow.interest import Interest, InterestOpened
from leadflow.ports import CancelTimer, ClaimKey, Effect, SetTimer
from leadflow.values import (
    ChannelId,
    ContactPoint,
    Fields,
    InterestId,
    LeadId,
    MemberId,
    Moment,
    Money,
    Product,
    Ref,
    RoleId,
    Source,
    StageId,
    TouchId,
    Why,
)


if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from leadflow.channels.outcomes import Inbound
    from leadflow.channels.settings import ChannelSettings
    from leadflow.client import Client, ClientAdded
    from leadflow.lead import Lead, LeadOpened
    from leadflow.playbook import Playbook


__all__ = (
    "ASSIGN",
    "CLIENT",
    "ENTRY",
    "MESSAGE",
    "NOTICE",
    "OPEN_LEAD",
    "PART",
    "RESPOND",
    "THREAD",
    "add_client",
    "client_keys",
    "lead_keys",
    "notify",
    "open_interest",
    "open_lead",
    "pick",
    "reply_effect",
    "request_of",
    "settle_lead",
    "settle_load",
)

# Claim spaces: what has one holder.
MESSAGE = "message"
NOTICE = "notice"
ENTRY = "entry"
PART = "part"
THREAD = "thread"
OPEN_LEAD = "open-lead"
CLIENT = "client"

RESPOND = "respond"
"""The name of the timer that runs out when nobody answers a lead in time."""

ASSIGN = "assign"
"""The name of the timer that runs out when somebody is back on duty."""


def lead_keys(contact_points: Iterable[ContactPoint]) -> tuple[ClaimKey, ...]:
    """
    Return the claims that tell whose open lead a contact is.
    """
    return tuple(ClaimKey(OPEN_LEAD, p.key) for p in contact_points if p.value)


def client_keys(contact_points: Iterable[ContactPoint]) -> tuple[ClaimKey, ...]:
    """
    Return the claims that tell which client a contact is.
    """
    return tuple(ClaimKey(CLIENT, p.key) for p in contact_points if p.value)


def notify(
    draft: Draft,
    about: Ref,
    event: str,
    members: Iterable[MemberId],
    role: RoleId | None = None,
    **more: str,
) -> None:
    """
    Ask for a notice to *members* or to all of a *role*; nothing to nobody.
    """
    told = [str(member) for member in members]
    if told or role:
        draft.effect(
            Effect(
                kind="notify",
                payload={
                    "about": str(about),
                    "event": event,
                    "members": told,
                    "role": role or "",
                    **more,
                },
            )
        )


def reply_effect(
    inbound: Inbound,
    *,
    reply: str,
    about: Ref,
    text: str,
    subject: str,
    at: datetime,
    automatic: bool = False,
) -> Effect:
    """
    Describe an answer to *inbound*, said in the order of its conversation.
    """
    to = next((p for p in inbound.contact_points if p.value), None)
    key = to.key if to else ""
    return Effect(
        kind="reply",
        payload={
            "id": reply,
            "about": str(about),
            "channel": inbound.channel,
            "conversation": inbound.conversation,
            "answers": inbound.reply_to or inbound.external_id,
            "thread": list(inbound.in_reply_to),
            "to": {"kind": to.kind, "value": to.value} if to else None,
            "subject": subject,
            "text": text,
            "automatic": automatic,
            "last_inbound_at": at.isoformat(),
        },
        lane=f"{inbound.channel}/{inbound.conversation or key}",
    )


# -- who answers for it ------------------------------------------------------------


def pick(
    playbook: Playbook,
    draft: Draft,
    policy_name: str,
    request: Request,
) -> Walk[Assignment]:
    """
    Choose who answers by the policy *policy_name*.

    What the policy read is written with the choice, in the same commit, so that
    a round robin is exact under any number of workers (R36).
    """
    policy = playbook.policy_named(policy_name)
    wanted = playbook.needs_of(policy_name)
    refs = [Ref("pool", pool) for pool in sorted(wanted.pools)]
    if wanted.load:
        refs += [
            Ref("workload", member)
            for member in candidates(
                policy, playbook.team, client_owner=request.client_owner
            )
        ]
    if refs:
        yield Reads(refs=tuple(refs))
    pools = {}
    load = {}
    for ref in refs:
        state = draft.state(ref)
        if state is not None:
            if ref.kind == "pool":
                pools[ref.id] = state
            else:
                load[MemberId(ref.id)] = state.open
    chosen = choose(
        policy,
        request,
        Roster(team=playbook.team, at=draft.moment.now, load=load, pools=pools),
    )
    for event in chosen.pool_events:
        draft.apply(Ref("pool", event.pool), (event,))
    why = chosen.why
    return Assignment(
        members=chosen.members,
        role=chosen.role,
        why=Why(
            policy=f"{policy_name}: {why.policy}",
            chosen=why.chosen,
            candidates=why.candidates,
            left_out=why.left_out,
            tie=why.tie,
            tried=why.tried,
        ),
        again_at=chosen.again_at,
    )


def request_of(
    lead: Lead,
    moment: Moment,
    *,
    owner: MemberId | None = None,
    exclude: Iterable[MemberId] = (),
) -> Request:
    """
    Return what *lead* tells a policy.
    """
    return Request(
        at=moment.now,
        channel=lead.channel,
        source=lead.source,
        products=lead.products,
        language=lead.language,
        tags=frozenset(lead.tags),
        fields=lead.fields,
        client_owner=owner,
        exclude=frozenset(exclude),
    )


def settle_load(
    playbook: Playbook, draft: Draft, before: Lead | None, after: Lead
) -> Walk[None]:
    """
    Count open leads by member, where the playbook's policies ask for it.
    """
    if not playbook.counts_load:
        return
    had = set(before.assignees) if before is not None and before.is_open else set()
    has = set(after.assignees) if after.is_open else set()
    changed = [(m, 1) for m in sorted(has - had)] + [(m, -1) for m in sorted(had - has)]
    if not changed:
        return
    yield Reads(refs=tuple(Ref("workload", member) for member, _ in changed))
    for member, delta in changed:
        draft.apply(
            Ref("workload", member),
            (WorkloadChanged(member=member, delta=delta, lead=after.id),),
        )


def settle_lead(
    playbook: Playbook, draft: Draft, before: Lead | None, after: Lead
) -> Walk[None]:
    """
    Bring along what hangs on a lead: its claims, its timer, who has how much.

    The claims of its contacts must have been read.
    """
    ref = after.ref
    draft.keep(
        OPEN_LEAD,
        ref,
        () if before is None else leads.open_claims(before),
        leads.open_claims(after),
    )
    due_before = None if before is None else before.respond_by
    if after.respond_by != due_before:
        if after.respond_by is None:
            draft.timer(CancelTimer(ref=ref, name=RESPOND))
        else:
            # An answer at the very deadline is in time (S34).
            due = after.respond_by + timedelta.resolution
            draft.timer(SetTimer(ref=ref, name=RESPOND, due=due))
    yield from settle_load(playbook, draft, before, after)


# -- opening -----------------------------------------------------------------------


def open_lead(
    playbook: Playbook,
    draft: Draft,
    settings: ChannelSettings,
    opened: LeadOpened,
    *,
    owner: MemberId | None = None,
    assignee: MemberId | None = None,
) -> Walk[Lead]:
    """
    Open a lead: with its responsible at once (R31), its claims and its deadline.

    *owner* is the known client's own member; *assignee* is given by hand and
    stands over the policy.
    """
    ref = Ref("lead", opened.lead)
    lead: Lead = draft.apply(ref, (opened,))
    if assignee is not None:
        why = Why(policy="by hand", chosen=(assignee,), candidates=(assignee,))
        chosen: Assignment | None = Assignment(members=(assignee,), role=None, why=why)
    else:
        chosen = None
        name, _ = playbook.policy_for(settings)
        if name:
            request = request_of(lead, draft.moment, owner=owner)
            chosen = yield from pick(playbook, draft, name, request)
    if chosen is not None:
        events = leads.assign(lead, chosen.members, chosen.role, chosen.why)
        lead = draft.apply(ref, events)
        notify(draft, ref, "lead.assigned", chosen.members, chosen.role)
        if not chosen and chosen.again_at is not None:
            # Nobody is there: it waits until the first of them is (R32).
            draft.timer(SetTimer(ref=ref, name=ASSIGN, due=chosen.again_at))
    yield from settle_lead(playbook, draft, None, lead)
    return lead


def add_client(draft: Draft, added: ClientAdded) -> Client:
    """
    Add a client; the claims of its contacts must have been read.
    """
    ref = Ref("client", added.client)
    client = cast("Client", draft.apply(ref, (added,)))
    draft.keep(CLIENT, ref, (), clients.contact_claims(client))
    return client


def open_interest(
    playbook: Playbook,
    draft: Draft,
    client: Client,
    *,
    scenario_id: str = "",
    stage: str = "",
    policy: str = "",
    members: tuple[MemberId, ...] = (),
    role: RoleId | None = None,
    theme: str = "",
    description: str = "",
    service: str = "",
    amount: Money | None = None,
    products: tuple[Product, ...] = (),
    contacts: tuple[ContactPoint, ...] = (),
    fields: Fields = (),
    source: Source | None = None,
    channel: str = "",
    kind: str = "",
    lead: LeadId | None = None,
    touch: TouchId | None = None,
    expected_close: date | None = None,
) -> Walk[Interest]:
    """
    Open an interest of *client* in the newest version of a scenario (R37).

    It begins at the first stage, or at *stage*: what that asks before it is
    entered is asked here too (R38).  *members* answer for it, else whom
    *policy* names, else the client's own.
    """
    scenario = playbook.scenario(scenario_id)
    first = scenario.stage(stage) if stage else scenario.first
    if first.kind != "open":
        raise Refused(
            "interest.open.not-open-stage",
            f"an interest cannot begin at {first.id}, which is not open",
        )
    ref = Ref("interest", draft.moment.new_id())
    opened = InterestOpened(
        interest=InterestId(ref.id),
        client=client.id,
        scenario=scenario.id,
        version=scenario.version,
        stage=StageId(first.id),
        theme=theme,
        description=description,
        service=service,
        amount=amount,
        products=products,
        contacts=contacts,
        fields=fields,
        source=source or Source(),
        channel=channel,
        kind=kind,
        lead=lead,
        touch=touch,
        expected_close=expected_close,
    )
    interest = cast("Interest", draft.apply(ref, (opened,)))
    if members or role is not None:
        why = Why(policy="goes along", chosen=members, candidates=members)
    elif not policy:
        members = client.owners
        why = Why(policy="client's own", chosen=members, candidates=members)
    else:
        owner = client.owners[0] if client.owners else None
        request = Request(
            at=draft.moment.now,
            channel=ChannelId(channel),
            source=opened.source,
            products=products,
            client_owner=owner,
        )
        chosen = yield from pick(playbook, draft, policy, request)
        members, role, why = chosen.members, chosen.role, chosen.why
    interest = cast(
        "Interest",
        draft.apply(ref, interests.assign(interest, members, role, why)),
    )
    missing = interests.missing(interest, scenario, first.id)
    if missing:
        raise Refused(
            "interest.requirement.not-met",
            f"cannot begin at {first.id}, missing: {', '.join(missing)}",
            subject=str(client.ref),
            missing=missing,
        )
    draft.apply(client.ref, (clients.ClientInterestOpened(interest=interest.id),))
    notify(draft, ref, "interest.assigned", members, role)
    return interest
