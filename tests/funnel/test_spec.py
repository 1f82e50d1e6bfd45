"""
What can be asked, and what is refused before anything is counted.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leadflow.errors import DefinitionError, Refused
from leadflow.funnel.compute import compute
from leadflow.funnel.fold import Folded
from leadflow.funnel.history import instant, micros
from leadflow.funnel.periods import Bucket, Period
from leadflow.funnel.spec import (
    Closed,
    Cohort,
    Dim,
    FunnelSpec,
    Snapshot,
    StageEvent,
    Window,
)
from leadflow.worktime import Window as OpenWindow
from leadflow.worktime import WorkCalendar
from tests.funnel._histories import LADDER


MARCH = Period(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
APRIL = datetime(2026, 4, 1, tzinfo=UTC)


class TestChecks:
    def test_anchor_has_no_default(self) -> None:
        """
        A funnel without an anchor can't be asked for (trap 5).
        """
        with pytest.raises(TypeError, match="anchor"):
            FunnelSpec(period=MARCH, as_of=APRIL)  # type: ignore[call-arg]

    def test_naive(self) -> None:
        """
        A naive instant is refused.
        """
        with pytest.raises(Refused) as caught:
            FunnelSpec(
                anchor=Cohort(),
                period=MARCH,
                as_of=datetime(2026, 4, 1),  # noqa: DTZ001
            )

        assert "value.naive-datetime" == caught.value.rule

    def test_as_of_within_the_period(self) -> None:
        """
        A period that is still under way can be counted.
        """
        spec = FunnelSpec(
            anchor=Cohort(), period=MARCH, as_of=datetime(2026, 3, 9, tzinfo=UTC)
        )

        assert micros(datetime(2026, 3, 9, tzinfo=UTC)) == spec.as_of_us

    @pytest.mark.parametrize("anchor", [Cohort(), StageEvent(), Closed()])
    def test_period_is_needed(self, anchor: Cohort | StageEvent | Closed) -> None:
        """
        Every anchor but a snapshot selects by a period.
        """
        with pytest.raises(DefinitionError) as caught:
            FunnelSpec(anchor=anchor, period=None, as_of=APRIL)

        assert ["no-period"] == [item.rule for item in caught.value.problems]

    def test_as_of_before_the_period(self) -> None:
        """
        As of an instant at which the period has not begun nothing can be said.
        """
        with pytest.raises(DefinitionError) as caught:
            FunnelSpec(anchor=Cohort(), period=MARCH, as_of=MARCH.start)

        assert ["before-period"] == [item.rule for item in caught.value.problems]

    def test_all_problems_at_once(self) -> None:
        """
        Whatever is wrong is said at once, each with its place.
        """
        with pytest.raises(DefinitionError) as caught:
            FunnelSpec(
                anchor=Snapshot(),
                period=MARCH,
                as_of=APRIL,
                subject="deal",  # type: ignore[arg-type]
                reading="any",  # type: ignore[arg-type]
                window=Window(length=timedelta(0)),
                by=(Dim("owner"), Dim("owner"), Dim("x", "now")),  # type: ignore[arg-type]
                bucket=Bucket("week"),
                measures=frozenset({"luck"}),  # type: ignore[arg-type]
                amount_at="noon",  # type: ignore[arg-type]
            )

        assert [
            ("spec.period", "snapshot-period"),
            ("spec.bucket", "snapshot-bucket"),
            ("spec.window", "empty-window"),
            ("spec.by[1]", "duplicate-dimension"),
            ("spec.by[2]", "unknown-attribution"),
            ("spec.measures", "unknown-measure"),
            ("spec.subject", "unknown-word"),
            ("spec.reading", "unknown-word"),
            ("spec.amount_at", "unknown-word"),
        ] == [(item.path, item.rule) for item in caught.value.problems]

    def test_stage_of_another_ladder(self) -> None:
        """
        Stages and subjects that were not folded are refused, all at once.
        """
        spec = FunnelSpec(
            anchor=Cohort("offer"),
            period=MARCH,
            as_of=APRIL,
            subject="lead",
            window=Window(length=timedelta(days=1), from_stage="call"),
        )

        with pytest.raises(DefinitionError) as caught:
            compute(spec, Folded(LADDER))

        assert [
            ("spec.anchor", "unknown-stage"),
            ("spec.window", "unknown-stage"),
            ("spec.subject", "other-subject"),
        ] == [(item.path, item.rule) for item in caught.value.problems]

    def test_a_value(self) -> None:
        """
        A specification is a value: equal and hashable by what it asks.
        """
        one, two = (
            FunnelSpec(anchor=Cohort(), period=MARCH, as_of=APRIL, by=(Dim("owner"),))
            for _ in range(2)
        )

        assert (one, hash(one)) == (two, hash(two))


class TestWindow:
    FRIDAY = datetime(2026, 3, 6, 16, tzinfo=UTC)

    def test_elapsed(self) -> None:
        """
        A window of elapsed time is rolling, not a calendar's (trap 16).
        """
        window = Window(length=timedelta(days=1))

        assert self.FRIDAY + timedelta(hours=24) == instant(
            window.end_us(micros(self.FRIDAY))
        )

    def test_working_time(self) -> None:
        """
        A window of working time ends where that much has gone by (trap 16).
        """
        hours = WorkCalendar(
            week=tuple((OpenWindow(9 * 60, 17 * 60),) * (day < 5) for day in range(7))
        )
        window = Window(length=timedelta(hours=4), hours=hours)

        assert datetime(2026, 3, 9, 12, tzinfo=UTC) == instant(
            window.end_us(micros(self.FRIDAY))
        )
