"""
What the fold costs, against grouping the same rows by subject in a dict.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest

from leadflow.funnel.compute import compute
from leadflow.funnel.fold import fold
from leadflow.funnel.history import HistoryRow, instant
from leadflow.funnel.ladder import Ladder, Rung
from leadflow.funnel.periods import Period
from leadflow.funnel.spec import Cohort, FunnelSpec
from tests.benchmarks._ratio import compare


OPEN = ("new", "contacted", "qualified", "proposal", "contract")
LADDER = Ladder(
    id="sales",
    rungs=(
        *(Rung(id=stage) for stage in OPEN),
        Rung(id="won", kind="won"),
        Rung(id="lost", kind="lost"),
    ),
)
EVER = Period(instant(0), instant(10**9))
# Among them skips, returns, losses, and one that is still open.
WAYS = (
    ("new", "contacted", "lost"),
    ("new", "contacted", "qualified", "proposal", "contract", "won"),
    ("new", "qualified", "proposal", "lost"),
    ("new",),
    ("new", "contacted", "qualified", "contacted", "qualified", "lost"),
    ("new", "won"),
)


@pytest.fixture(scope="module", name="rows")
def _rows() -> list[HistoryRow]:
    clock = count()
    rows = [
        HistoryRow(
            subject=f"interest-{number}",
            seq=seq,
            stage=stage,
            at_us=number * 1_000 + seq * 77_777 + next(clock) % 7,
            owner=f"member-{number % 12}",
            source="ads",
        )
        for number in range(5_000)
        for seq, stage in enumerate(WAYS[number % len(WAYS)])
    ]
    return sorted(rows, key=lambda row: (row.at_us, row.seq))


def grouping(rows: list[HistoryRow]) -> Callable[[], object]:
    """
    Return a call that groups *rows* by subject and does no more.
    """

    def group() -> object:
        groups: dict[str, list[HistoryRow]] = {}
        for row in rows:
            found = groups.get(row.subject)
            if found is None:
                groups[row.subject] = [row]
            else:
                found.append(row)
        return groups

    return group


class TestFold:
    def test_times_grouping(self, rows: list[HistoryRow]) -> None:
        """
        Visits and milestones cost at most twelve times a bare grouping.
        """
        measured = compare(lambda: fold(rows, LADDER), grouping(rows), limit=12.0)

        assert 12.0 >= measured.ratio, measured

    def test_figures(self, rows: list[HistoryRow]) -> None:
        """
        All figures of a funnel cost at most fifteen times the fold.
        """
        folded = fold(rows, LADDER)
        spec = FunnelSpec(anchor=Cohort(), period=EVER, as_of=EVER.end)

        measured = compare(
            lambda: compute(spec, folded), lambda: fold(rows, LADDER), limit=15.0
        )

        assert 15.0 >= measured.ratio, measured

    def test_late_rows(self, rows: list[HistoryRow]) -> None:
        """
        Rows in the worst order cost at most twelve times those in order.
        """
        late = rows[::-1]

        def settled() -> object:
            return sum(1 for _ in fold(late, LADDER).stories())

        measured = compare(settled, lambda: fold(rows, LADDER), limit=12.0)

        assert 12.0 >= measured.ratio, measured
