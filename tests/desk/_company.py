"""
A small company to work in: its playbook, a clock to turn, a desk on memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import attrs

from leadflow.assignment import ClientsOwn, FirstOf, FixedMember, RoundRobin
from leadflow.channels import Inbound
from leadflow.channels.settings import ChannelSettings, Escalation
from leadflow.desk import Desk
from leadflow.playbook import FieldSpec, Playbook
from leadflow.ports import Commit, Done, Lease, Receipt, Store
from leadflow.reasons import Reason
from leadflow.scenario import ChecklistItem, Requirements, Scenario, Stage
from leadflow.storage.memory import MemoryStore
from leadflow.team import Member, Role, Team
from leadflow.values import ContactPoint, Person


MONDAY = datetime(2026, 5, 11, 9, tzinfo=UTC)


@attrs.define
class Clock:
    """
    A clock that stands until it is turned.
    """

    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


RETAIL = Scenario(
    id="retail",
    stages=(
        Stage(id="contact", title="Contact"),
        Stage(id="need", title="Need", checklist=(ChecklistItem("asked", "Asked"),)),
        Stage(
            id="offer",
            title="Offer",
            enter=Requirements(
                fields=("amount",), checklist=("asked",), documents=(("offer", 1),)
            ),
        ),
        Stage(id="won", title="Won", kind="won"),
        Stage(id="lost", title="Lost", kind="lost"),
    ),
)


def small_company(*, capacity: int | None = None, **changes: Any) -> Playbook:
    """
    Return the playbook of a company with two in sales, one head, one secretary.

    *capacity* limits how many open leads each of those in sales may have.
    """
    given: dict[str, Any] = {
        "region": "RU",
        "team": Team(
            members=(
                Member(id="anna", name="Anna", roles={"sales"}, capacity=capacity),
                Member(id="boris", name="Boris", roles={"sales"}, capacity=capacity),
                Member(id="head", name="Head", roles={"head"}),
                Member(id="olga", name="Olga", roles={"office"}),
            ),
            roles=(Role("sales"), Role("head"), Role("office")),
        ),
        "policies": (
            (
                "turns",
                FirstOf((ClientsOwn(), RoundRobin(pool="sales", role="sales"))),
            ),
            ("head", FixedMember("head")),
        ),
        "policy": "turns",
        "sales_roles": ("sales",),
        "channels": (
            ChannelSettings(
                id="site",
                kind="form",
                response_time=timedelta(minutes=30),
                escalation=(Escalation(after=timedelta(minutes=10), policy="head"),),
                reason_required=True,
            ),
            ChannelSettings(id="mail", kind="email"),
            ChannelSettings(id="mail2", kind="email"),
            ChannelSettings(id="office", kind="email", lead_source=False),
            ChannelSettings(
                id="phone",
                kind="call",
                lead_source=False,
                extensions=(("101", "anna"), ("200", "olga")),
            ),
            ChannelSettings(id="bot", kind="messenger", auto_reply="We are here"),
        ),
        "reasons": (
            Reason(id="price", title="Too expensive"),
            Reason(id="spam", use=("leads",)),
            Reason(id="other", comment_required=True),
        ),
        "fields": (
            FieldSpec(id="budget", type="decimal"),
            FieldSpec(id="wanted_by", type="date", of=("lead",)),
        ),
        "scenarios": (RETAIL,),
    }
    return Playbook(**given | changes)


def desk_on(
    store: Store, clock: Clock, playbook: Playbook, *, prefix: str = "id"
) -> Desk:
    """
    Return a desk whose ids count up after *prefix*.
    """
    numbers = count(1)
    return Desk(
        playbook,
        store,
        clock=clock,
        ids=lambda: f"{prefix}{next(numbers):04}",
        pause=lambda attempt: None,
    )


@attrs.define
class Post:
    """
    A transport that keeps what it is given.
    """

    sent: list[Lease] = attrs.field(factory=list)

    def send(self, effect: Lease) -> Done:
        self.sent.append(effect)
        return Done()


def sent(desk: Desk, kind: str) -> list[dict[str, Any]]:
    """
    Return the payloads of the effects of *kind* that waited, and deliver them.
    """
    post = Post()
    while desk.deliver({kind: post}).done:
        pass
    return [dict(effect.payload) for effect in post.sent]


@contextmanager
def written_nothing(store: MemoryStore) -> Iterator[None]:
    """
    Demand that nothing is committed meanwhile, not even tried to.
    """
    commits: list[Commit] = []
    commit = store.commit

    def noting(given: Commit) -> Receipt:
        commits.append(given)
        return commit(given)

    store.commit = noting  # type: ignore[method-assign]
    try:
        yield
    finally:
        del store.commit
    assert [] == commits


def phone(number: int) -> ContactPoint:
    """
    Return the contact point of a Russian mobile.
    """
    value = f"+7916{number:07}"
    return ContactPoint(kind="phone", value=value, raw=value)


def mail(name: str) -> ContactPoint:
    """
    Return the contact point of a mailbox.
    """
    return ContactPoint(kind="email", value=f"{name}@example.com")


def inbound(number: int | str, *contacts: ContactPoint, **more: Any) -> Inbound:
    """
    Return an inbound of the site with the external id *number*.
    """
    given: dict[str, Any] = {
        "channel": "site",
        "kind": "form",
        "external_id": str(number),
        "received_at": MONDAY,
        "contact_points": contacts,
        "person": Person(name="Ivan Petrov"),
        "text": f"message {number}",
    }
    return Inbound(**given | more)
