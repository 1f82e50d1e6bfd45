"""
Intervals, survival with unfinished stays, and loss as a competing risk.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.funnel.statistics import (
    Bounds,
    aalen_johansen,
    kaplan_meier,
    survival_median,
    wilson,
)


ends = st.lists(
    st.tuples(st.integers(0, 12), st.sampled_from(("won", "lost", "open"))),
    min_size=1,
    max_size=30,
)
tries = st.integers(1, 500).flatmap(
    lambda trials: st.tuples(st.integers(0, trials), st.just(trials))
)
stays = st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=30)


class TestWilson:
    @pytest.mark.parametrize(
        ("successes", "trials", "low", "high"),
        [
            # Newcombe 1998, table I, method 3.
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ],
    )
    def test_published(
        self, successes: int, trials: int, low: float, high: float
    ) -> None:
        """
        The interval is the one that Newcombe printed.
        """
        bounds = wilson(successes, trials)

        assert bounds is not None
        assert (low, high) == pytest.approx((bounds.low, bounds.high), abs=5e-5)

    def test_nothing_tried(self) -> None:
        """
        Of nothing there is no rate and no interval.
        """
        assert wilson(0, 0) is None

    @given(
        st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
    )
    def test_holds_the_rate(self, tried: tuple[int, int]) -> None:
        """
        The interval lies within 0 to 1 and holds the rate.
        """
        successes, trials = tried
        bounds = wilson(successes, trials) or Bounds(2, -1)

        assert 0 <= bounds.low <= successes / trials <= bounds.high <= 1

    @given(
        st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
    )
    def test_solves_its_equation(self, tried: tuple[int, int]) -> None:
        """
        Both ends lie z standard errors (of their own) away from the rate.
        """
        successes, trials = tried
        bounds = wilson(successes, trials) or Bounds(0, 0)
        rate, z = successes / trials, 1.959963984540054

        assert all(
            (rate - end) ** 2 == pytest.approx(z * z * end * (1 - end) / trials)
            for end in (bounds.low, bounds.high)
        )

    def test_confidence(self) -> None:
        """
        More confidence takes a wider interval.
        """
        usual, sure = wilson(5, 20), wilson(5, 20, confidence=0.99)

        assert usual is not None
        assert sure is not None
        assert sure.low < usual.low < usual.high < sure.high


class TestKaplanMeier:
    def test_by_hand(self) -> None:
        """
        An unfinished stay counts as at risk up to its duration, and no longer.
        """
        curve = kaplan_meier([(1, True), (2, False), (3, True), (3, False), (5, True)])

        assert [(1, 0.8), (3, 0.8 * 2 / 3), (5, 0.0)] == [
            (duration, pytest.approx(share)) for duration, share in curve
        ]

    def test_median_of_finished(self) -> None:
        """
        Without unfinished stays it is the plain lower median.
        """
        assert 2 == survival_median([(us, True) for us in (4, 1, 3, 2)])

    def test_unfinished_move_the_median(self) -> None:
        """
        Leaving unfinished stays out would make the time look shorter (trap 9).
        """
        finished = [(1, True), (2, True), (3, True)]
        unfinished = [(9, False)] * 2

        assert (2, 3) == (
            survival_median(finished),
            survival_median(finished + unfinished),
        )

    def test_no_median_yet(self) -> None:
        """
        While more than half go on there is no median.
        """
        assert survival_median([(1, True), (5, False), (5, False)]) is None

    def test_nothing(self) -> None:
        """
        Of no stays nothing is known.
        """
        assert ((), None) == (kaplan_meier([]), survival_median([]))

    @given(stays)
    def test_product(self, seen: list[tuple[int, bool]]) -> None:
        """
        The share is the product over the times of those that did not end then.
        """
        share = Fraction(1)
        expected = []
        for time in sorted({us for us, over in seen if over}):
            at_risk = sum(us >= time for us, _ in seen)
            ended = sum(us == time and over for us, over in seen)
            share *= Fraction(at_risk - ended, at_risk)
            expected.append((time, float(share)))

        assert expected == [
            (us, pytest.approx(left)) for us, left in kaplan_meier(seen)
        ]


class TestAalenJohansen:
    def test_loss_is_a_way_out(self) -> None:
        """
        Who is lost can't be won later, as a censored one could (trap 8).
        """
        lost = aalen_johansen([(1, "lost"), (1, "lost"), (2, "won"), (3, "won")])
        censored = aalen_johansen([(1, "open"), (1, "open"), (2, "won"), (3, "won")])

        assert (0.5, 1.0) == (lost[-1][1], censored[-1][1])

    def test_all_decided(self) -> None:
        """
        With none open it ends at the plain share of the won.
        """
        curve = aalen_johansen([(1, "won"), (4, "lost"), (2, "lost"), (7, "won")])

        assert [(1, 0.25), (7, 0.5)] == [
            (age, pytest.approx(share)) for age, share in curve
        ]

    @given(ends)
    def test_won_lost_and_under_way_are_all(self, ways: list[tuple[int, str]]) -> None:
        """
        Won, lost and still under way add up to one at every age.
        """
        swapped = {"won": "lost", "lost": "won", "open": "open"}
        won = dict(aalen_johansen(ways))
        lost = dict(aalen_johansen([(age, swapped[how]) for age, how in ways]))
        open_ = kaplan_meier([(age, how != "open") for age, how in ways])

        assert all(
            1
            == pytest.approx(
                max((v for t, v in won.items() if t <= age), default=0)
                + max((v for t, v in lost.items() if t <= age), default=0)
                + share
            )
            for age, share in open_
        )
