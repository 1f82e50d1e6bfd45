"""
What the week came to: the funnel's report, and who was given how much.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from leadflow.funnel.fold import fold
from leadflow.funnel.journal import HistoryReader, lead_ladder, scenario_ladder
from leadflow.funnel.periods import Period
from leadflow.funnel.report import make_report
from leadflow.funnel.words import Words
from leadflow.lead import LeadAssigned


if TYPE_CHECKING:
    from datetime import datetime

    from leadflow.funnel.report import Report
    from leadflow.playbook import Playbook
    from leadflow.ports import Store
    from leadflow.values import MemberId


__all__ = ("assignments", "report_of", "words_of")

_PAGE = 500


def words_of(playbook: Playbook, *, language: str = "", zone: str = "UTC") -> Words:
    """
    Return the words of reports for people who work by *playbook*.

    *language* and the titles are the playbook's own, unless one is given.
    """
    return Words(
        language=language or playbook.language,
        zone=zone,
        labels={
            "owner": {member.id: member.name for member in playbook.team.members},
            "channel": {
                each.id: each.title for each in playbook.channels if each.title
            },
            "reason": {each.id: each.title for each in playbook.reasons if each.title},
        },
    )


def report_of(
    store: Store,
    playbook: Playbook,
    *,
    start: datetime,
    end: datetime,
    as_of: datetime,
    title: str = "",
) -> Report:
    """
    Return the report of the leads and interests that came between two instants.
    """
    leads = fold(HistoryReader(store, "lead"), lead_ladder(playbook), subject="lead")
    rows = list(HistoryReader(store, "interest"))
    names = dict.fromkeys(scenario.id for scenario in playbook.scenarios)
    return make_report(
        title=title or playbook.name,
        period=Period(start, end),
        as_of=as_of,
        leads=leads,
        interests=[
            fold(
                (row for row in rows if row.scenario == name),
                scenario_ladder(playbook, name),
            )
            for name in names
        ],
    )


def assignments(store: Store) -> dict[MemberId, Counter[str]]:
    """
    Return how many leads each member was given, by the policy that chose them.

    The policies are those that decided in the end (``round-robin sales``).
    """
    given: dict[MemberId, Counter[str]] = {}
    after = 0
    while page := store.journal(after, limit=_PAGE):
        for recorded in page:
            event = recorded.event
            if isinstance(event, LeadAssigned):
                policy = event.why.policy.rpartition("> ")[2].rpartition(": ")[2]
                for member in event.members:
                    given.setdefault(member, Counter())[policy] += 1
        after = page[-1].position
    return given
