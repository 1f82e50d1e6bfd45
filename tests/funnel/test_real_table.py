"""
A table that nobody on this project wrote: 8,800 sales opportunities.

The figures to meet were counted without leadflow.  Skipped where the table is not
at hand.
"""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadflow.funnel.compute import compute
from leadflow.funnel.fold import fold
from leadflow.funnel.history import HistoryRow, micros
from leadflow.funnel.ladder import Ladder, Rung
from leadflow.funnel.periods import Period
from leadflow.funnel.result import FunnelResult
from leadflow.funnel.spec import Cohort, Dim, FunnelSpec


FOLDER = Path(__file__).parents[3] / "shared" / "data" / "maven"
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="the table is not here")

LADDER = Ladder(
    id="maven",
    rungs=(
        Rung(id="Engaging"),
        Rung(id="Won", kind="won"),
        Rung(id="Lost", kind="lost"),
    ),
)
SPELLINGS = (("GTXPro", "GTX Pro"),)


def day(text: str) -> int:
    """
    Return the instant of a date as the table writes it.
    """
    return micros(datetime.strptime(text, "%m/%d/%Y").replace(tzinfo=UTC))


def table(name: str) -> list[dict[str, str]]:
    """
    Return the rows of one file.
    """
    with (FOLDER / f"maven_{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def history(row: dict[str, str]) -> list[HistoryRow]:
    """
    Return the one or two rows of one opportunity, none if it has no date.
    """
    facts = {
        "subject": row["opportunity_id"],
        "owner": row["sales_agent"],
        "coarse": True,
        "fields": tuple(
            (name, row[name]) for name in ("product", "account") if row[name]
        ),
    }
    found = []
    if row["engage_date"]:
        at_us = day(row["engage_date"])
        found.append(HistoryRow(seq=0, stage="Engaging", at_us=at_us, **facts))
    if row["close_date"]:
        at_us = day(row["close_date"])
        amount = int(row["close_value"]) * 100
        found.append(
            HistoryRow(
                seq=1,
                stage=row["deal_stage"],
                at_us=at_us,
                amount_minor=amount,
                currency="USD",
                **facts,
            )
        )
    return found


@pytest.fixture(scope="module", name="result")
def _result() -> FunnelResult:
    rows = [each for row in table("sales_pipeline") for each in history(row)]
    agents = tuple(row["sales_agent"] for row in table("sales_teams"))
    spec = FunnelSpec(
        anchor=Cohort(),
        period=Period(
            datetime(2016, 1, 1, tzinfo=UTC), datetime(2018, 1, 1, tzinfo=UTC)
        ),
        as_of=datetime(2018, 1, 1, tzinfo=UTC),
        by=(Dim("owner", seeds=agents),),
    )
    return compute(spec, fold(rows, LADDER))


class TestMaven:
    def test_outcomes(self, result: FunnelResult) -> None:
        """
        The won, the lost and the open are those of the table.
        """
        everyone = result.cell()

        assert (8300, 4238, 2473, 1589) == (
            everyone.entered,
            everyone.won_now,
            everyone.lost,
            everyone.active,
        )

    def test_agents_without_a_deal(self, result: FunnelResult) -> None:
        """
        The five agents without a deal are shown with nothing (trap 24).
        """
        agents = [cell for cell in result.cells if cell.stage is None]

        assert (35, 5) == (len(agents), sum(not cell.entered for cell in agents))

    def test_agents_are_alike(self, result: FunnelResult) -> None:
        """
        The chi-square of the agents' win rates is the known one.
        """
        agents = [cell for cell in result.cells if cell.stage is None and cell.decided]
        rate = sum(cell.converted for cell in agents) / sum(
            cell.decided for cell in agents
        )
        chi_square = sum(
            (cell.converted - cell.decided * rate) ** 2
            / (cell.decided * rate * (1 - rate))
            for cell in agents
        )

        assert (30, 33.35) == (len(agents), pytest.approx(chi_square, abs=0.005))

    def test_no_anomaly(self, result: FunnelResult) -> None:
        """
        No opportunity closes before it is engaged.
        """
        assert () == result.anomalies

    def test_dwell_is_coarse(self, result: FunnelResult) -> None:
        """
        Stamps to the day are marked in the time to close.
        """
        dwell = result.dwell(result.cell())

        assert (True, 8300, 1589) == (dwell.coarse, dwell.stays, dwell.unfinished)

    def test_one_product_in_two_spellings(self) -> None:
        """
        Two spellings of a product are one where a map says so (trap 21).
        """
        rows = [each for row in table("sales_pipeline") for each in history(row)]
        folded = fold(rows, LADDER)
        spec = FunnelSpec(
            anchor=Cohort(),
            period=Period(
                datetime(2016, 1, 1, tzinfo=UTC), datetime(2018, 1, 1, tzinfo=UTC)
            ),
            as_of=datetime(2018, 1, 1, tzinfo=UTC),
            by=(Dim("product", folding=SPELLINGS),),
        )

        assert 7 == len(compute(spec, folded).groups)
