"""
What the terminal shows of a store: inbox, boards, shares of work, accounting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from leadflow.demo import assignments
from leadflow.desk import Board, Inbox, InterestBoard
from leadflow.values import Ref


if TYPE_CHECKING:
    from collections.abc import Callable

    from leadflow.cli._screen import Screen
    from leadflow.client import Client
    from leadflow.desk import Column, Desk
    from leadflow.interest import Interest
    from leadflow.lead import Lead
    from leadflow.ports import Store
    from leadflow.replay import Tally
    from leadflow.values import Money


__all__ = ("accounting", "boards", "inbox", "shares")

_SHOWN = 12
_CARDS = 7
_MOST = 1000


def _name(lead: Lead) -> str:
    raw = next((p.value or p.raw for p in lead.contact_points), "")
    return lead.person.name or lead.person.company or raw or lead.id


def inbox(screen: Screen, desk: Desk, zone: str) -> None:
    """
    Show the leads that nobody has worked yet, the oldest first.
    """
    page = desk.ask(Inbox(limit=_MOST))
    titles = {channel.id: channel.title for channel in desk.playbook.channels}
    team = desk.playbook.team
    count = f"{len(page.leads)}{'+' if page.next else ''}"
    screen.heading(f"Inbox: {count} leads not worked yet, by arrival")
    if not page.leads:
        screen.line("(empty)")
        return
    where = ZoneInfo(zone)
    screen.table(
        ("came in", "channel", "who", "about", "for"),
        [
            (
                f"{lead.opened_at.astimezone(where):%a %H:%M}",
                titles.get(lead.channel) or lead.channel,
                _name(lead),
                lead.subject or lead.text,
                ", ".join(team.member(m).name for m in lead.assignees)
                or f"({lead.role or 'nobody'})",
            )
            for lead in page.leads[:_SHOWN]
        ],
        stretch=3,
    )
    if len(page.leads) > _SHOWN:
        screen.line(f"and {len(page.leads) - _SHOWN} more")


def boards(screen: Screen, desk: Desk) -> None:
    """
    Show the board of leads, and one of interests for each scenario.
    """
    view = desk.ask(Board(limit=_MOST))
    total = sum(len(column.cards) for column in view.columns)
    screen.heading(f"Board of leads: {total}")
    screen.columns([_column(column, _lead_card) for column in view.columns])
    names = dict.fromkeys(scenario.id for scenario in desk.playbook.scenarios)
    for name in names:
        view = desk.ask(InterestBoard(scenario=name, limit=_MOST))
        cards = [
            cast("Interest", card) for column in view.columns for card in column.cards
        ]
        clients = _clients(desk.store, cards)
        title = desk.playbook.scenario(name).title or name
        screen.heading(f"Board of interests, {title}: {len(cards)}")

        def shown(card: Lead | Interest, known: dict[str, str] = clients) -> str:
            return _interest_card(cast("Interest", card), known)

        screen.columns([_column(column, shown) for column in view.columns])


def _column(
    column: Column, shown: Callable[[Lead | Interest], str]
) -> tuple[str, list[str]]:
    newest = sorted(column.cards, key=lambda card: card.opened_at, reverse=True)
    cards = [shown(card) for card in newest[:_CARDS]]
    if len(newest) > _CARDS:
        cards.append(f"and {len(newest) - _CARDS} more")
    more = "+" if column.more else ""
    return f"{len(newest)}{more} {column.title}", cards


def _lead_card(card: Lead | Interest) -> str:
    return _name(cast("Lead", card))


def _interest_card(interest: Interest, clients: dict[str, str]) -> str:
    name = clients.get(interest.client, interest.id)
    return f"{name} {_money(interest.amount)}" if interest.amount else name


def _money(amount: Money) -> str:
    return f"{amount.minor // 100:,}".replace(",", " ")


def _clients(store: Store, cards: list[Interest]) -> dict[str, str]:
    refs = [Ref("client", card.client) for card in cards]
    return {
        ref.id: _client_name(cast("Client", loaded.state))
        for ref, loaded in store.load(refs).items()
    }


def _client_name(client: Client) -> str:
    points = (point.value or point.raw for point in client.contact_points)
    return client.name or next(points, "") or client.id


def shares(screen: Screen, desk: Desk) -> None:
    """
    Show who was given how many leads, and how.
    """
    given = assignments(desk.store)
    ways = sorted({way for counts in given.values() for way in counts}, key=_way)
    screen.heading("Who was given how many leads")
    rows = [
        (
            desk.playbook.team.member(member).name,
            *(str(given[member][way]) for way in ways),
            str(given[member].total()),
        )
        for member in sorted(given)
    ]
    head = ("member", *(_way(way)[1] for way in ways), "all")
    screen.table(head, rows, right=range(1, len(head)))
    screen.line("Turns go to those on duty: who has longer shifts has more of them.")


_WAYS = (
    ("round-robin", "in turn"),
    ("clients-own", "own client"),
    ("taken", "taken from the queue"),
    ("by member", "by a member's hand"),
    ("by hand", "by hand"),
)


def _way(policy: str) -> tuple[int, str]:
    """
    Return where a policy's column stands, and what it is called.
    """
    for place, (beginning, title) in enumerate(_WAYS):
        if policy.startswith(beginning):
            return place, title
    return len(_WAYS), policy


_WORDS = {
    ("inbound", "opened"): "opened a lead",
    ("inbound", "joined"): "joined an open lead",
    ("inbound", "repeat"): "from a known client",
    ("inbound", "recorded"): "recorded only, not a lead source",
    ("inbound", "extended"): "another part of the same message",
    ("duplicate", ""): "delivered before",
}


def accounting(screen: Screen, tally: Tally, store: Store) -> int:
    """
    Show what became of every delivery; return how many are unaccounted for.
    """
    screen.heading("Accounting")
    rows: list[tuple[str, str, str]] = [("deliveries", "", str(tally.deliveries))]
    kind = ""
    for line in tally.lines:
        told = _WORDS.get((line.kind, line.reason), line.reason.replace("_", " "))
        shown = "" if line.kind == kind else line.kind.replace("_", " ")
        if shown and _is_several(tally, line.kind):
            rows.append((shown, "", str(tally.count(line.kind))))
            shown = ""
        kind = line.kind
        rows.append((shown, told, str(line.count)))
    left = tally.unaccounted(store)
    rows.append(("unaccounted", "", str(left)))
    screen.table(("what became of it", "", "number"), rows, right=(2,))
    return left


def _is_several(tally: Tally, kind: str) -> bool:
    return sum(line.kind == kind for line in tally.lines) > 1
