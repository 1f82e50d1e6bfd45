"""
A small shop's March: leads of three channels, and the interests they became.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from leadflow.funnel.fold import Folded, fold
from leadflow.funnel.history import HistoryRow, micros
from leadflow.funnel.ladder import Ladder, Rung
from leadflow.funnel.periods import Bucket, Period
from leadflow.funnel.report import Report, make_report
from leadflow.funnel.spec import Dim


DAY = 86_400_000_000
START = micros(datetime(2026, 3, 2, 9, tzinfo=UTC))
MARCH = Period.dates(date(2026, 3, 1), date(2026, 3, 31))
AS_OF = datetime(2026, 4, 2, 9, 30, tzinfo=UTC)
EVIL = "<script>alert('x')</script> & \"co\""

LEADS = Ladder(
    id="leads",
    rungs=(
        Rung(id="unprocessed", title="Not processed"),
        Rung(id="in-work", title="In work"),
        Rung(id="converted", title="Converted", kind="won"),
        Rung(id="rejected", title="Rejected", kind="lost"),
    ),
)
INTERESTS = Ladder(
    id="retail",
    title=EVIL,
    rungs=(
        Rung(id="need", title="Clearing up what the client really needs, in detail"),
        Rung(id="offer", title="Offer"),
        Rung(id="won", title="Paid", kind="won"),
        Rung(id="lost", title="Lost", kind="lost"),
    ),
)


def _rows(subject: str, day: int, *stages: str, **facts: object) -> list[HistoryRow]:
    """
    Return the rows of *subject*, a stage a day from *day* on; facts of the last.
    """
    last = {name: facts.pop(name, None) for name in ("reason", "result")}
    return [
        HistoryRow(
            subject=subject,
            seq=seq,
            stage=stage,
            at_us=START + (day + seq) * DAY,
            **(facts | (last if seq == len(stages) - 1 else {})),
        )
        for seq, stage in enumerate(stages)
    ]


def leads() -> Folded:
    """
    Return the leads: 2 converted, 2 rejected, 2 new.
    """
    mail = {"channel_kind": "email", "channel": "sales", "owner": "anna"}
    chat = {"channel_kind": "messenger", "channel": "tg", "owner": "boris"}
    return fold(
        [
            *_rows(
                "l1",
                0,
                "unprocessed",
                "in-work",
                "converted",
                result="interest/i1",
                **mail,
            ),
            *_rows("l2", 1, "unprocessed", "rejected", reason="spam", **mail),
            *_rows("l3", 2, "unprocessed", "in-work", **mail),
            *_rows(
                "l4",
                9,
                "unprocessed",
                "in-work",
                "converted",
                result="client/c4",
                **chat,
            ),
            *_rows("l5", 9, "unprocessed", "in-work", "rejected", reason=EVIL, **chat),
            *_rows(EVIL, 10, "unprocessed", source=EVIL, channel=EVIL),
        ],
        LEADS,
        subject="lead",
    )


def interests() -> Folded:
    """
    Return the interests: one won, one lost, one open.
    """
    rub = {"amount_minor": 123_456_00, "currency": "RUB", "owner": "anna"}
    return fold(
        [
            *_rows("i1", 2, "need", "offer", "won", **rub),
            *_rows("i2", 3, "need", "offer", "lost", reason="price", **rub),
            *_rows("i3", 4, "need", owner="boris"),
        ],
        INTERESTS,
    )


def report() -> Report:
    """
    Return the report of March.
    """
    return make_report(
        period=MARCH,
        as_of=AS_OF,
        leads=leads(),
        interests=[interests()],
        by=(Dim("owner", "last", seeds=("carol",)), Dim("source"), Dim("channel")),
        bucket=Bucket("week"),
        title=f"March {EVIL}",
    )
