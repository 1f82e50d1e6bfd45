"""
Periods and buckets, cut by a local calendar.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.errors import DefinitionError, Refused
from leadflow.funnel.history import instant, micros
from leadflow.funnel.periods import Bucket, BucketUnit, Period


HOUR = 3_600_000_000
BERLIN = "Europe/Berlin"


class TestPeriod:
    def test_half_open(self) -> None:
        """
        A period holds its start and not its end.
        """
        period = Period(instant(5), instant(9))

        assert [5, 6, 7, 8] == [at_us for at_us in range(12) if at_us in period]

    def test_dates(self) -> None:
        """
        Local dates are taken in their zone, the last one whole (trap 14).
        """
        period = Period.dates(date(2026, 3, 1), date(2026, 3, 31), zone=BERLIN)

        assert (
            datetime(2026, 2, 28, 23, tzinfo=UTC),
            datetime(2026, 3, 31, 22, tzinfo=UTC),
        ) == (period.start, period.end)

    def test_reversed(self) -> None:
        """
        A period that ends as it starts is a mistake.
        """
        with pytest.raises(DefinitionError) as caught:
            Period(instant(5), instant(5))

        assert ["empty-period"] == [item.rule for item in caught.value.problems]

    def test_naive(self) -> None:
        """
        A period of naive datetimes is refused.
        """
        with pytest.raises(Refused) as caught:
            Period(datetime(2026, 1, 1), instant(5))  # noqa: DTZ001

        assert "value.naive-datetime" == caught.value.rule

    @pytest.mark.parametrize("zone", ["Europe/Nowhere", "../etc/passwd", ""])
    def test_unknown_zone(self, zone: str) -> None:
        """
        An unknown zone is a mistake that names it.
        """
        with pytest.raises(DefinitionError) as caught:
            Period.dates(date(2026, 3, 1), date(2026, 3, 1), zone=zone)

        assert repr(zone) in str(caught.value)

    def test_holds_instants_only(self) -> None:
        """
        What is no whole number of microseconds is in no period.
        """
        assert "5" not in Period(instant(5), instant(9))


class TestBucket:
    @pytest.mark.parametrize(
        ("first", "last", "hours"),
        [
            (date(2026, 3, 28), date(2026, 3, 30), [24, 23, 24]),
            (date(2026, 10, 24), date(2026, 10, 26), [24, 25, 24]),
        ],
    )
    def test_days_across_a_clock_change(
        self, first: date, last: date, hours: list[int]
    ) -> None:
        """
        A local day has 23 or 25 hours when the clock changes (trap 14).
        """
        period = Period.dates(first, last, zone=BERLIN)
        edges = Bucket("day", BERLIN).edges(period)

        assert [hour * HOUR for hour in hours] == [
            end - start for start, end in pairwise(edges)
        ]

    @pytest.mark.parametrize(
        ("unit", "starts"),
        [
            ("week", [date(2026, 2, 25), date(2026, 3, 2), date(2026, 3, 9)]),
            ("month", [date(2026, 2, 25), date(2026, 3, 1)]),
            ("quarter", [date(2026, 2, 25)]),
        ],
    )
    def test_units(self, unit: BucketUnit, starts: list[date]) -> None:
        """
        Weeks start on Monday, and a unit that is covered in part is cut short.
        """
        period = Period.dates(date(2026, 2, 25), date(2026, 3, 11))

        assert starts == [each.start.date() for each in Bucket(unit).periods(period)]

    def test_quarters_of_a_year(self) -> None:
        """
        A year has four quarters.
        """
        period = Period.dates(date(2026, 1, 1), date(2026, 12, 31))

        assert [1, 4, 7, 10] == [
            each.start.month for each in Bucket("quarter").periods(period)
        ]

    def test_midnight_that_does_not_exist(self) -> None:
        """
        Where the clock jumps over midnight the day begins at the jump.
        """
        period = Period.dates(
            date(2025, 9, 6), date(2025, 9, 7), zone="America/Santiago"
        )

        assert datetime(2025, 9, 7, 4, tzinfo=UTC) == instant(
            Bucket("day", "America/Santiago").edges(period)[1]
        )

    def test_unknown_zone(self) -> None:
        """
        A bucket of an unknown zone is a mistake.
        """
        with pytest.raises(DefinitionError):
            Bucket("day", "Europe/Nowhere")

    @given(
        st.integers(946_684_800_000_000, 2_051_222_400_000_000).map(instant),
        st.timedeltas(timedelta(microseconds=1), timedelta(days=400)),
        st.sampled_from(("day", "week", "month", "quarter")),
        st.sampled_from(("UTC", BERLIN, "Asia/Kathmandu", "America/Havana")),
    )
    def test_partition(
        self, start: datetime, length: timedelta, unit: BucketUnit, zone: str
    ) -> None:
        """
        The buckets of a period follow one another and fill it.
        """
        period = Period(start, start + length)
        parts = Bucket(unit, zone).periods(period)

        assert [micros(start), *(part.end_us for part in parts)] == [
            *(part.start_us for part in parts),
            micros(start + length),
        ]
