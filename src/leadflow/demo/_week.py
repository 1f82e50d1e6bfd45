"""
The week: who receives, what comes in, and the clock that goes from one to the next.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime, time, timedelta
from importlib import resources
from itertools import count
from typing import TYPE_CHECKING, TypeAlias
from zoneinfo import ZoneInfo

import attrs

from leadflow.channels.email import EmailChannel
from leadflow.channels.protocol import Outgoing
from leadflow.channels.telegram import TelegramChannel
from leadflow.channels.webform import FormSecret, WebFormChannel
from leadflow.demo._post import Pager, PostRoom, Workshop
from leadflow.demo._team import ScriptedTeam
from leadflow.desk import Desk
from leadflow.errors import UnknownRecord
from leadflow.playbook import preset
from leadflow.replay import Pile, Tally
from leadflow.values import ChannelId


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from leadflow.channels.protocol import Channel, Delivery
    from leadflow.playbook import Playbook
    from leadflow.ports import Clock, Store, Transport


__all__ = (
    "DEMOS",
    "Company",
    "Turn",
    "Week",
    "channels_of",
    "play",
    "week_deliveries",
)

MONDAY = date(2026, 9, 14)
_DAYS = 6
_OPENS, _CLOSES = time(8), time(20)
_ROUND = timedelta(minutes=20)

# Invented, like everybody in the week; a real one comes from a vault.
_FORM_SECRET = "demo-form-secret"  # noqa: S105 - invented
_BOT_SECRET = "demo-telegram-secret"  # noqa: S105 - invented
_MAIL_SECRET = b"demo-mail-signing-secret"
_BOT = 7_000_000_001


@attrs.frozen(kw_only=True)
class Company:
    """
    Say who plays: its playbook, its zone, and how it is written to.
    """

    language: str
    preset: str
    name: str
    zone: str
    domain: str
    charsets: tuple[str, ...]

    def at(self, day: int, clock: time) -> datetime:
        """
        Return an instant of the week, by the company's own clock; Monday is day 0.
        """
        local = datetime.combine(MONDAY + timedelta(days=day), clock)
        return local.replace(tzinfo=ZoneInfo(self.zone))


DEMOS: Mapping[str, Company] = {
    "en": Company(
        language="en",
        preset="english",
        name="Oak & Lamp",
        zone="America/New_York",
        domain="oakandlamp.example",
        charsets=("windows-1252",),
    ),
    "ru": Company(
        language="ru",
        preset="russian",
        name="Дуб и лампа",
        zone="Europe/Moscow",
        domain="dubilampa.example",
        charsets=("cp1251", "koi8-r"),
    ),
}
"""The companies that a week is packaged for, by language."""

Turn: TypeAlias = "Callable[[int, int], None]"
"""Is told how many of how many deliveries have been played."""


class _Turning:
    """
    A clock that stands until it is turned.
    """

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@attrs.frozen(kw_only=True)
class Week:
    """
    Hold a week that was played, and what can be asked about it.

    *sent* is what the post room would have sent, *effects* counts what became of
    the outbox, *refused* the rules that held somebody of the team back.  *start*
    and *end* are those of the week.
    """

    company: Company
    desk: Desk
    tally: Tally
    sent: tuple[Outgoing, ...]
    effects: Counter[str]
    timers: int
    refused: Counter[str]
    start: datetime
    end: datetime

    @property
    def playbook(self) -> Playbook:
        """Return the playbook by which it was worked."""
        return self.desk.playbook

    @property
    def store(self) -> Store:
        """Return the store that holds it."""
        return self.desk.store


def company_of(language: str) -> Company:
    """
    Return the company whose week is told in *language*.

    Raises:
        UnknownRecord: no week is packaged in it.
    """
    found = DEMOS.get(language)
    if found is None:
        raise UnknownRecord(
            "demo.unknown-language",
            f"there is no week in {language}, there are {', '.join(DEMOS)}",
        )
    return found


def channels_of(company: Company) -> dict[ChannelId, Channel]:
    """
    Return the adapters of a company's channels, by their ids in the playbook.
    """
    playbook = preset(company.preset)
    adapters: list[Channel] = [
        EmailChannel(
            id=playbook.channels[0].id,
            addresses=(f"sales@{company.domain}",),
            own_domains=(company.domain,),
            region=playbook.region,
            charsets=company.charsets,
            secret=_MAIL_SECRET,
            name=company.name,
        ),
        EmailChannel(
            id=playbook.channels[3].id,
            addresses=(f"office@{company.domain}",),
            own_domains=(company.domain,),
            region=playbook.region,
            charsets=company.charsets,
        ),
        WebFormChannel(
            id=playbook.channels[1].id,
            secret=FormSecret(value=_FORM_SECRET),
            region=playbook.region,
            currency=playbook.currency,
        ),
        TelegramChannel(
            id=playbook.channels[2].id,
            bot_id=_BOT,
            secret_token=_BOT_SECRET,
            token=f"{_BOT}:demo",
        ),
    ]
    return {adapter.id: adapter for adapter in adapters}


def week_deliveries(company: Company) -> list[tuple[ChannelId, Delivery]]:
    """
    Return the packaged deliveries in order of arrival, each with its channel's id.
    """
    found: list[tuple[ChannelId, Delivery]] = []
    folder = resources.files("leadflow.demo").joinpath("deliveries", company.language)
    files = (("mail.mbox", "mail"), ("office.mbox", "office"), ("hooks.jsonl", ""))
    for name, channel in files:
        with resources.as_file(folder.joinpath(name)) as path:
            pile = Pile(path)
            found += [
                (ChannelId(kept.channel or channel), kept.delivery) for kept in pile
            ]
    return sorted(found, key=lambda item: item[1].received_at)


def _known_clients(company: Company) -> list[dict[str, str]]:
    """
    Return who was a client before the week.
    """
    folder = resources.files("leadflow.demo").joinpath("deliveries", company.language)
    text = folder.joinpath("clients.json").read_text(encoding="utf-8")
    clients: list[dict[str, str]] = json.loads(text)
    return clients


def _rounds(company: Company) -> Iterator[datetime]:
    """
    Yield the instants at which the team looks at its work.
    """
    for day in range(_DAYS):
        at, closes = company.at(day, _OPENS), company.at(day, _CLOSES)
        while at <= closes:
            yield at
            at += _ROUND


def play(
    make_store: Callable[[Clock], Store],
    *,
    language: str = "en",
    turn: Turn | None = None,
) -> Week:
    """
    Play the week on a store, and return it.

    *make_store* is given the week's own clock and answers an empty store that
    goes by it.

    Raises:
        UnknownRecord: there is no week in *language*.
        StoreError: the store failed.
    """
    company = company_of(language)
    start = company.at(0, time())
    end = company.at(_DAYS, time())
    clock = _Turning(start)
    numbers = count(1)
    store = make_store(clock)
    desk = Desk(
        preset(company.preset),
        store,
        clock=clock,
        ids=lambda: f"{next(numbers):05d}",
        pause=lambda _: None,
    )
    channels = channels_of(company)
    pager = Pager()
    post = PostRoom(channels, clock)
    workshop = Workshop()
    transports: dict[str, Transport] = {
        "reply": post,
        "notify": pager,
        "make-order": workshop,
        "start-process": workshop,
    }
    team = ScriptedTeam(desk, pager, clock)
    clock.now = start
    team.open_books(_known_clients(company))
    tally = Tally()
    effects: Counter[str] = Counter()
    timers = 0

    def deliver() -> int:
        told = attrs.asdict(desk.deliver(transports))
        effects.update(told)
        return sum(told.values())

    def go_on(until: datetime) -> None:
        nonlocal timers
        while (due := store.next_due()) is not None and due <= until:
            clock.now = max(clock.now, due)
            finished = desk.tick()
            timers += finished
            if not finished and not deliver():
                break
        clock.now = until

    deliveries = week_deliveries(company)
    rounds = list(_rounds(company))
    for played, (channel, delivery) in enumerate(deliveries, 1):
        while rounds and rounds[0] <= delivery.received_at:
            at = rounds.pop(0)
            go_on(at)
            team.work(at)
        go_on(delivery.received_at)
        tally.add(desk.accept(channels[channel], delivery))
        if turn is not None:
            turn(played, len(deliveries))
    for at in rounds:
        go_on(at)
        team.work(at)
    go_on(end)
    return Week(
        company=company,
        desk=desk,
        tally=tally,
        sent=tuple(post.sent),
        effects=effects,
        timers=timers,
        refused=team.refused,
        start=start,
        end=end,
    )
