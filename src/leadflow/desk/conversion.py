"""
Turning a lead into what it was worth (R23).

Converting is idempotent: a lead that is converted answers its first result.
The contact points and the whole history go along, and the client knows which
lead it came from.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import date
from typing import TYPE_CHECKING, TypeAlias, assert_never, cast

import attrs

from leadflow import client as clients
from leadflow import lead as leads
from leadflow._changes import merge_fields
from leadflow.client import Client, ClientAdded
from leadflow.desk._opening import (
    CLIENT,
    add_client,
    client_keys,
    lead_keys,
    open_interest,
    settle_lead,
)
from leadflow.desk.road import Decision, Draft, Facts, Reads, Walk
from leadflow.errors import Refused
from leadflow.lead import CONVERTED, Lead
from leadflow.playbook import FieldValue, Playbook
from leadflow.ports import ClaimKey, Effect
from leadflow.values import (
    ClientId,
    ContactPoint,
    Fields,
    InterestId,
    LeadId,
    MemberId,
    Moment,
    Money,
    Person,
    Product,
    Ref,
)


if TYPE_CHECKING:
    from leadflow.interest import Interest


__all__ = (
    "AddClient",
    "ClientAlone",
    "Convert",
    "Converted",
    "NewInterest",
    "NewOrder",
    "NewProcess",
    "OpenInterest",
    "Target",
)


@attrs.frozen(kw_only=True)
class NewInterest:
    """
    Convert to an interest in a scenario; without one, in the channel's.

    What is not given comes from the lead.
    """

    scenario: str = ""
    stage: str = ""
    theme: str = ""
    amount: Money | None = None
    fields: Mapping[str, FieldValue] = attrs.field(factory=dict)
    expected_close: date | None = None


@attrs.frozen
class NewProcess:
    """
    Convert to a business process of the application's, started by an effect.
    """

    process: str


@attrs.frozen
class NewOrder:
    """
    Convert to an order, or an invoice, made by an effect from the lead's products.
    """

    document: str = "order"


@attrs.frozen
class ClientAlone:
    """
    Convert to a client and nothing else.
    """


Target: TypeAlias = NewInterest | NewProcess | NewOrder | ClientAlone


@attrs.frozen(kw_only=True)
class Converted:
    """
    Tell what a lead was converted to.

    *made* is the interest, process or order, None for a client alone;
    *new_client* tells whether the client is new; *repeated* marks the answer
    given before.
    """

    lead: LeadId
    client: ClientId
    made: Ref | None = None
    new_client: bool = False
    repeated: bool = False

    @property
    def interest(self) -> InterestId | None:
        """Return the interest, None if it became something else."""
        if self.made is None or self.made.kind != "interest":
            return None
        return InterestId(self.made.id)


@attrs.frozen
class Convert:
    """
    Convert a lead: to a new or an existing client, and to what it is worth.

    Without *client* it is the client that the lead repeats, or that one of its
    contact points belongs to; else a new one, a company where the lead names
    one (*entity* says otherwise).
    """

    lead: LeadId
    to: Target = attrs.field(factory=NewInterest)
    client: ClientId | None = attrs.field(default=None, kw_only=True)
    entity: str = attrs.field(default="", kw_only=True)
    relation: str = attrs.field(default="buyer", kw_only=True)

    def decide(
        self, playbook: Playbook, moment: Moment
    ) -> Generator[Reads, Facts, Decision[Converted]]:
        """
        Decide that the lead becomes it, as one change or not at all.

        Raises:
            UnknownRecord: there is no such lead, client, scenario or stage.
            Refused: the lead is rejected, or what the first stage asks is
                missing; nothing was written then (no orphan client).
        """
        ref = Ref("lead", self.lead)
        facts = yield Reads(refs=(ref,), guard=(str(ref),))
        lead = cast("Lead", facts.need(ref))
        if lead.state == CONVERTED:
            return Decision(result=(yield from _first(lead)))
        draft = Draft(facts, moment)
        client, new = yield from self._client(draft, lead)
        made = yield from self._make(playbook, draft, lead, client)
        results = (client.ref, *((made,) if made else ()))
        events = leads.convert(
            lead, playbook.lead_flow, client=client.id, results=results
        )
        after = cast("Lead", draft.apply(ref, events))
        yield from settle_lead(playbook, draft, lead, after)
        return draft.decide(
            Converted(lead=lead.id, client=client.id, made=made, new_client=new)
        )

    def _client(self, draft: Draft, lead: Lead) -> Walk[tuple[Client, bool]]:
        given = self.client or lead.client
        named = Ref("client", given) if given else None
        facts = yield Reads(
            refs=(named,) if named else (),
            keys=(*lead_keys(lead.contact_points), *client_keys(lead.contact_points)),
        )
        if named is None:
            named = next(
                (
                    owner
                    for key in client_keys(lead.contact_points)
                    if (owner := facts.owner(key)) is not None
                ),
                None,
            )
            if named is not None:
                facts = yield Reads(refs=(named,))
        if named is None:
            company = lead.person.company
            entity = self.entity or ("company" if company else "person")
            return (
                add_client(
                    draft,
                    ClientAdded(
                        client=draft.moment.new_id(),
                        entity=entity,
                        relation=self.relation,
                        name=(company or lead.person.name)
                        if entity == "company"
                        else (lead.person.name or company),
                        person=lead.person,
                        contact_points=lead.contact_points,
                        origin=lead.id,
                        owners=lead.assignees,
                        tags=lead.tags,
                        channel=lead.channel,
                    ),
                ),
                True,
            )
        before = cast("Client", facts.need(named))
        free = tuple(
            point
            for point in lead.contact_points
            if not point.value
            or facts.owner(ClaimKey(CLIENT, point.key)) in (None, named)
        )
        client = cast("Client", draft.apply(named, clients.join(before, lead.id, free)))
        draft.keep(
            CLIENT,
            named,
            clients.contact_claims(before) & _keys(lead.contact_points),
            clients.contact_claims(client) & _keys(lead.contact_points),
        )
        return client, False

    def _make(
        self, playbook: Playbook, draft: Draft, lead: Lead, client: Client
    ) -> Walk[Ref | None]:
        match self.to:
            case NewInterest() as to:
                settings = playbook.channel(lead.channel)
                interest = yield from open_interest(
                    playbook,
                    draft,
                    client,
                    scenario_id=to.scenario or settings.scenario,
                    stage=to.stage,
                    members=lead.assignees,
                    role=lead.role,
                    theme=to.theme or lead.subject or lead.text[:120],
                    description=lead.text,
                    amount=to.amount or lead.amount,
                    products=lead.products,
                    contacts=lead.contact_points,
                    fields=_fields(playbook, lead, to.fields),
                    source=lead.source,
                    channel=lead.channel,
                    kind=lead.kind,
                    lead=lead.id,
                    expected_close=to.expected_close,
                )
                return interest.ref
            case NewProcess(process=process):
                made = Ref("process", draft.moment.new_id())
                draft.effect(_start("start-process", made, lead, client, name=process))
                return made
            case NewOrder(document=document):
                made = Ref("order", draft.moment.new_id())
                draft.effect(_start("make-order", made, lead, client, name=document))
                return made
            case ClientAlone():
                return None
            case _:
                assert_never(self.to)


def _keys(contact_points: tuple[ContactPoint, ...]) -> frozenset[str]:
    return frozenset(point.key for point in contact_points if point.value)


def _first(lead: Lead) -> Walk[Converted]:
    client, *made = lead.results
    facts = yield Reads(refs=(client,))
    return Converted(
        lead=lead.id,
        client=ClientId(client.id),
        made=made[0] if made else None,
        new_client=cast("Client", facts.need(client)).origin == lead.id,
        repeated=True,
    )


def _fields(playbook: Playbook, lead: Lead, given: Mapping[str, FieldValue]) -> Fields:
    """
    Return the lead's fields that an interest has too, and those given (M25).
    """
    both = {field.id for field in playbook.fields if "interest" in field.of}
    shared = tuple((name, values) for name, values in lead.fields if name in both)
    return merge_fields(shared, playbook.clean_fields(given, "interest"))


def _start(kind: str, made: Ref, lead: Lead, client: Client, *, name: str) -> Effect:
    """
    Describe a process or order for the application to make, once.
    """
    return Effect(
        kind=kind,
        payload={
            "id": made.id,
            "name": name,
            "lead": lead.id,
            "client": client.id,
            "products": [
                {
                    "id": product.id,
                    "title": product.title,
                    "quantity": product.quantity,
                    "price": None
                    if product.price is None
                    else {
                        "minor": product.price.minor,
                        "currency": product.price.currency,
                    },
                }
                for product in lead.products
            ],
        },
        lane=str(made),
    )


# -- without a lead ------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class AddClient:
    """
    Add a client by hand; answers the client.

    Contacts that are another client's are refused, unless *anyway*: they stay
    what that one is recognised by.
    """

    name: str = ""
    person: Person = attrs.field(factory=Person)
    contact_points: tuple[ContactPoint, ...] = ()
    entity: str = "person"
    relation: str = "buyer"
    owners: tuple[MemberId, ...] = ()
    tags: tuple[str, ...] = ()
    fields: Mapping[str, FieldValue] = attrs.field(factory=dict)
    anyway: bool = False

    def decide(
        self, playbook: Playbook, moment: Moment
    ) -> Generator[Reads, Facts, Decision[Client]]:
        """
        Decide that there is a relationship from now on.

        Raises:
            Refused: there is no name and no contact, or a contact belongs to
                another client (``client.add.contact-taken``).
        """
        for each in self.owners:
            playbook.check_member(each)
        if not (self.name or self.person != Person() or self.contact_points):
            raise Refused(
                "client.add.empty",
                "a client needs a name or a contact",
                missing=("name", "contact_points"),
            )
        keys = client_keys(self.contact_points)
        facts = yield Reads(keys=keys, guard=tuple(key.key for key in keys))
        holders = [owner for key in keys if (owner := facts.owner(key)) is not None]
        if holders and not self.anyway:
            raise Refused(
                "client.add.contact-taken",
                f"{holders[0]} has the same contact",
                subject=str(holders[0]),
            )
        draft = Draft(facts, moment)
        client = add_client(
            draft,
            ClientAdded(
                client=moment.new_id(),
                entity=self.entity,
                relation=self.relation,
                name=self.name or self.person.name or self.person.company,
                person=self.person,
                contact_points=self.contact_points,
                owners=self.owners,
                tags=tuple(sorted(set(self.tags))),
                fields=merge_fields((), playbook.clean_fields(self.fields, "client")),
            ),
        )
        return draft.decide(client)


@attrs.frozen(kw_only=True)
class OpenInterest:
    """
    Open an interest of a client's without a lead; answers the interest.
    """

    client: ClientId
    scenario: str = ""
    stage: str = ""
    theme: str = ""
    description: str = ""
    service: str = ""
    amount: Money | None = None
    products: tuple[Product, ...] = ()
    fields: Mapping[str, FieldValue] = attrs.field(factory=dict)
    assignees: tuple[MemberId, ...] = ()
    expected_close: date | None = None

    def decide(
        self, playbook: Playbook, moment: Moment
    ) -> Generator[Reads, Facts, Decision[Interest]]:
        """
        Decide that a deal begins.

        Raises:
            UnknownRecord: there is no such client, scenario, stage or member.
            Refused: what the first stage asks is missing.
        """
        for each in self.assignees:
            playbook.check_member(each)
        ref = Ref("client", self.client)
        facts = yield Reads(refs=(ref,), guard=(str(ref),))
        client = cast("Client", facts.need(ref))
        draft = Draft(facts, moment)
        interest = yield from open_interest(
            playbook,
            draft,
            client,
            scenario_id=self.scenario,
            stage=self.stage,
            policy=playbook.policy,
            members=self.assignees,
            theme=self.theme,
            description=self.description,
            service=self.service,
            amount=self.amount,
            products=self.products,
            contacts=client.contact_points,
            fields=merge_fields((), playbook.clean_fields(self.fields, "interest")),
            expected_close=self.expected_close,
        )
        return draft.decide(interest)
