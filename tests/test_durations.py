"""
Durations as people write them.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow._durations import parse_duration, write_duration
from leadflow.errors import DefinitionError


DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


class TestParse:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("2w", 14 * DAY),
            ("3d", 3 * DAY),
            ("4h", timedelta(hours=4)),
            ("30m", timedelta(minutes=30)),
            ("15s", 15 * SECOND),
            ("90s", 90 * SECOND),
            ("1d12h", 1.5 * DAY),
            ("1d 12h", 1.5 * DAY),
            (" 2w 1s ", 14 * DAY + SECOND),
            ("0s", timedelta(0)),
        ],
    )
    def test_units(self, text: str, expected: timedelta) -> None:
        """
        A duration is a row of numbers with their units, the largest first.
        """
        assert expected == parse_duration(text)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            " ",
            "3",
            "d",
            "3 d",
            "3D",
            "3d4",
            "4h1d",
            "1h 1h",
            "1w  1s",
            "1d  h",
            "-1d",
            "1.5h",
            "٣d",
            "3 days",
            "P3D",
            "999999999d24h",
        ],
    )
    def test_none(self, text: str) -> None:
        """
        Anything else is no duration.
        """
        assert parse_duration(text) is None

    @given(st.text("0123456789wdhms ", max_size=12))
    def test_one_way(self, text: str) -> None:
        """
        What is read and written again is read as the same.
        """
        duration = parse_duration(text)

        assert duration is None or duration == parse_duration(write_duration(duration))


class TestWrite:
    @pytest.mark.parametrize(
        ("duration", "expected"),
        [
            (timedelta(0), "0s"),
            (90 * SECOND, "1m 30s"),
            (14 * DAY, "14d"),
            (DAY + SECOND, "1d 1s"),
        ],
    )
    def test_text(self, duration: timedelta, expected: str) -> None:
        """
        A text is of days and smaller units, and names none that is not there.
        """
        assert expected == write_duration(duration)

    @given(st.timedeltas(min_value=timedelta(0)))
    def test_nothing_is_lost(self, duration: timedelta) -> None:
        """
        What can be written is read back as the same, to the second.
        """
        whole = duration - timedelta(microseconds=duration.microseconds)

        assert whole == parse_duration(write_duration(whole))

    @pytest.mark.parametrize(
        "duration", [-DAY, -SECOND, timedelta(milliseconds=5), DAY + SECOND / 2]
    )
    def test_refused(self, duration: timedelta) -> None:
        """
        A duration that no text can say is refused, never rounded.
        """
        with pytest.raises(DefinitionError) as caught:
            write_duration(duration)

        assert ["bad-duration"] == [problem.rule for problem in caught.value.problems]
