"""
One history, several answers: every micro-history under each reading.

The numbers are of steps reached: literally (``reached``), implied (``passed``),
in order as ClickHouse's ``windowFunnel`` has it by default (``ordered``) and
with ``strict_order`` (``strict``), and in order within a window of 50.  One history
differs on purpose: ClickHouse sorts rows of one instant by the order of stages and
answers 3, 3 and 3 for the tie; we take them in the order of the stream (trap 10).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leadflow.funnel.compute import compute
from leadflow.funnel.fold import fold
from leadflow.funnel.history import instant
from leadflow.funnel.periods import Period
from leadflow.funnel.spec import Cohort, FunnelSpec, Reading, Window
from tests.funnel._histories import LADDER, STEPS, way


EVER = Period(datetime(1970, 1, 1, tzinfo=UTC), datetime(1970, 1, 2, tzinfo=UTC))
LATER = datetime(1970, 1, 3, tzinfo=UTC)

Way = tuple[tuple[str, int], ...]


def timed(*stages: str, step: int = 10) -> Way:
    """
    Return *stages* with instants *step* apart.
    """
    return tuple((stage, step * number) for number, stage in enumerate(stages))


STRAIGHT = timed(*STEPS)
SKIPS = timed("new", "qualified", "won")
BACK = timed("new", "contacted", "qualified", "contacted", "qualified", "proposal")
REOPENED = timed(
    "new", "contacted", "lost", "contacted", "qualified", "proposal", "contract", "won"
)
CANCELLED = (*STRAIGHT, ("lost", 60))
AT_ONCE = timed("new", "contacted", "qualified", "won", step=0)
TIED = (("new", 0), ("qualified", 5), ("contacted", 5))
TWICE = (("new", 0), ("contacted", 10), ("contacted", 10), ("qualified", 20))
IMPORTED = timed("proposal", "contract", "won")
AT_EDGE = (("new", 0), ("contacted", 50))
PAST_EDGE = (("new", 0), ("contacted", 51))

#        reached, passed, ordered, strict, ordered within 50
ANSWERS = {
    "straight": (STRAIGHT, 6, 6, 6, 6, 6),
    "skips to qualified and won": (SKIPS, 3, 6, 1, 1, 1),
    "goes back and on": (BACK, 4, 4, 4, 4, 4),
    "lost, reopened, won": (REOPENED, 6, 6, 6, 2, 4),
    "won, then cancelled": (CANCELLED, 6, 6, 6, 6, 6),
    "four stages at one instant": (AT_ONCE, 4, 6, 3, 3, 3),
    "a tie against the order of stages": (TIED, 3, 3, 2, 1, 2),
    "contacted twice at one instant": (TWICE, 3, 3, 3, 3, 3),
    "starts at proposal": (IMPORTED, 3, 6, 0, 0, 0),
    "exactly at the edge": (AT_EDGE, 2, 2, 2, 2, 2),
    "one past the edge": (PAST_EDGE, 2, 2, 2, 2, 1),
}
READINGS: tuple[Reading, ...] = ("reached", "passed", "ordered", "strict")


def steps(stages: Way, reading: Reading, window: int | None = None) -> int:
    """
    Return how many steps the one history counts at.
    """
    spec = FunnelSpec(
        anchor=Cohort(),
        period=EVER,
        as_of=LATER,
        reading=reading,
        window=window
        if window is None
        else Window(length=timedelta(microseconds=window)),
    )
    result = compute(spec, fold(way("a", *stages), LADDER))
    return sum(cell.entered for cell in result.totals if cell.stage is not None)


class TestReadings:
    @pytest.mark.parametrize("name", ANSWERS)
    @pytest.mark.parametrize("reading", READINGS)
    def test_steps(self, name: str, reading: Reading) -> None:
        """
        Each reading gives the steps that it is defined to give.
        """
        stages, *answers = ANSWERS[name]

        assert answers[READINGS.index(reading)] == steps(stages, reading)

    @pytest.mark.parametrize("name", ANSWERS)
    def test_window(self, name: str) -> None:
        """
        A window counts from the first step, and its edge is in it.
        """
        stages, *answers = ANSWERS[name]

        assert answers[4] == steps(stages, "ordered", 50)

    @pytest.mark.parametrize("reading", ["reached", "passed"])
    @pytest.mark.parametrize(("stages", "number"), [(AT_EDGE, 2), (PAST_EDGE, 1)])
    def test_window_of_any_reading(
        self, stages: Way, number: int, reading: Reading
    ) -> None:
        """
        The same window holds for each reading.
        """
        assert number == steps(stages, reading, 50)

    def test_tie_in_stream_order(self) -> None:
        """
        A tie converts when the stream has it in the order of the stages (trap 10).
        """
        stages = (("new", 0), ("contacted", 5), ("qualified", 5))

        assert 3 == steps(stages, "ordered")

    def test_before_the_first_step(self) -> None:
        """
        What lies before the first step neither counts nor ends a strict chain.
        """
        stages = timed("proposal", "lost", "new", "contacted")

        assert 2 == steps(stages, "strict")

    def test_window_is_not_reset(self) -> None:
        """
        Coming back to the first step does not restart the window (trap 15).
        """
        stages = (("new", 0), ("lost", 20), ("new", 40), ("contacted", 60))

        assert 1 == steps(stages, "ordered", 50)

    def test_instants_are_small_here(self) -> None:
        """
        The histories lie within the period.
        """
        assert EVER.end > instant(100)
