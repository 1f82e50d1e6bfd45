"""
History rows and the instants in them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.errors import Refused
from leadflow.funnel.history import HistoryRow, instant, micros


class TestMicros:
    def test_counts_from_1970(self) -> None:
        """
        An instant is counted in whole microseconds since 1970.
        """
        at = datetime(1970, 1, 2, 0, 0, 0, 7, tzinfo=UTC)

        assert 86_400_000_007 == micros(at)

    def test_zone_does_not_matter(self) -> None:
        """
        The same instant in another zone is the same number (trap 14).
        """
        moscow = timezone(timedelta(hours=3))

        assert micros(datetime(2026, 3, 1, tzinfo=UTC)) == micros(
            datetime(2026, 3, 1, 3, tzinfo=moscow)
        )

    def test_naive(self) -> None:
        """
        A datetime without a zone is refused.
        """
        with pytest.raises(Refused) as caught:
            micros(datetime(2026, 3, 1))  # noqa: DTZ001

        assert "value.naive-datetime" == caught.value.rule

    @given(st.datetimes(timezones=st.just(UTC)))
    def test_there_and_back(self, at: datetime) -> None:
        """
        No microsecond of any instant is lost on the way there and back.
        """
        assert at == instant(micros(at))


class TestHistoryRow:
    ROW = HistoryRow(
        subject="a",
        seq=1,
        stage="new",
        at_us=5,
        owner="anna",
        fields=(("tag:vip", "yes"),),
    )

    @pytest.mark.parametrize(
        ("dimension", "value"),
        [("owner", "anna"), ("source", None), ("tag:vip", "yes"), ("region", None)],
    )
    def test_value(self, dimension: str, value: str | None) -> None:
        """
        A dimension is a column or a further field, and None where it is missing.
        """
        assert value == self.ROW.value(dimension)

    def test_order(self) -> None:
        """
        Rows are ordered by instant, then by version (trap 10).
        """
        assert (5, 1, "a") == self.ROW.order
