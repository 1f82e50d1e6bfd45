"""
The instrument that the benchmarks measure with.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from itertools import chain, repeat

import pytest

from tests.benchmarks._ratio import MEASURED, Measured, compare, race


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    kept = len(MEASURED)
    yield
    del MEASURED[kept:]


class Ticking:
    """
    A clock that moves on only when something is done.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self.log: list[str] = []

    def __call__(self) -> float:
        """
        Tell the time.
        """
        return self.now

    def act(self, name: str, seconds: float) -> None:
        """
        Spend *seconds* on the thing called *name*.
        """
        self.log.append(name)
        self.now += seconds


class TestRace:
    def test_ratio_of_the_best_rounds(self) -> None:
        """
        Each side keeps its best round, so that noise falls out.
        """
        subject = iter([9.0, 4.0, 7.0])
        floor = iter([2.0, 8.0, 5.0])

        measured = race(
            lambda: next(subject), lambda: next(floor), limit=9, rounds=3, tries=1
        )

        assert 2.0 == measured.ratio

    def test_ends_when_good_enough(self) -> None:
        """
        No further rounds are run once the limit is kept.
        """
        measured = race(lambda: 1.0, lambda: 1.0, limit=1, rounds=3, tries=9)

        assert 3 == measured.rounds

    def test_noise_gets_further_rounds(self) -> None:
        """
        A disturbed start is made up for by later rounds.
        """
        subject = chain(repeat(9.0, 4), repeat(1.0))

        measured = race(lambda: next(subject), lambda: 1.0, limit=2, rounds=2, tries=9)

        assert (6, 1.0) == (measured.rounds, measured.ratio)

    def test_slow_stays_slow(self) -> None:
        """
        A subject over the limit is over it after all tries.
        """
        measured = race(lambda: 3.0, lambda: 1.0, limit=2, rounds=2, tries=4)

        assert (8, 3.0) == (measured.rounds, measured.ratio)

    def test_one_lucky_floor_is_no_excuse(self) -> None:
        """
        A disturbed floor can't make the subject look good: the best one counts.
        """
        floor = chain([1.0], repeat(9.0))

        measured = race(lambda: 3.0, lambda: next(floor), limit=2, rounds=1, tries=3)

        assert 3.0 == measured.ratio

    def test_needs_a_try(self) -> None:
        """
        Measuring nothing is an error, not a ratio.
        """
        with pytest.raises(ValueError, match="at least one try"):
            race(lambda: 1.0, lambda: 1.0, limit=1, tries=0)


class TestCompare:
    def test_cost_of_one_call(self) -> None:
        """
        A batch of calls is divided by their number.
        """
        clock = Ticking()

        measured = compare(
            lambda: clock.act("subject", 0.004),
            lambda: clock.act("floor", 0.001),
            limit=9,
            clock=clock,
        )

        assert (4.0, 0.001) == pytest.approx((measured.ratio, measured.floor))

    def test_takes_turns(self) -> None:
        """
        The sides alternate, and so does which of them goes first.
        """
        clock = Ticking()

        compare(
            lambda: clock.act("s", 1),
            lambda: clock.act("f", 1),
            limit=9,
            rounds=3,
            clock=clock,
        )

        # Each side's first turn has two calls more: warming up, and counting.
        assert "fffssssffs" == "".join(clock.log)

    def test_before_each_batch(self) -> None:
        """
        Preparations are made before a batch and not timed.
        """
        clock = Ticking()

        measured = compare(
            lambda: clock.act("s", 1),
            lambda: clock.act("f", 1),
            limit=9,
            rounds=1,
            clock=clock,
            before=lambda: clock.act("b", 50),
        )

        assert ("bfbfbfbsbsbs", 1.0) == ("".join(clock.log), measured.subject)

    def test_collector_is_off(self) -> None:
        """
        The garbage collector rests while a batch is timed.
        """
        seen = []

        compare(lambda: seen.append(gc.isenabled()), lambda: None, limit=99, rounds=1)

        assert {False} == set(seen)

    def test_collector_is_on_again(self) -> None:
        """
        The garbage collector is back when measuring is over.
        """
        compare(lambda: None, lambda: None, limit=99, rounds=1)

        assert gc.isenabled()


class TestMeasured:
    def test_reads_well(self) -> None:
        """
        A measurement is shown with its unit and its ratio.
        """
        measured = Measured(name="import", subject=0.05, floor=2e-7, rounds=5)

        assert "import: 2.5e+05 times the floor (50 ms to 200 ns, 5 rounds)" == str(
            measured
        )
