"""
The few statistics that a funnel needs, exact and without dependencies.

A rate of few trials is uncertain, so each has an interval.  What is still open is
neither won nor lost: how long a stay lasts is told with the unfinished ones
counted as unfinished (Kaplan-Meier), and how likely a win is by some age with
loss as what it is, another way out, and not a subject gone out of sight
(Aalen-Johansen).
"""

from __future__ import annotations

from collections import Counter
from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, Literal

import attrs


if TYPE_CHECKING:
    from collections.abc import Iterable


__all__ = ("Bounds", "aalen_johansen", "kaplan_meier", "survival_median", "wilson")

_ROUNDING = 1e-12

Exit = Literal["won", "lost", "open"]


@attrs.frozen
class Bounds:
    """
    Hold the *low* and the *high* end of an interval.
    """

    low: float
    high: float


def wilson(successes: int, trials: int, *, confidence: float = 0.95) -> Bounds | None:
    """
    Return the Wilson score interval of a rate; None where nothing was tried.

    It never leaves 0 to 1, and is honest for few trials (Wilson 1927).
    """
    if not trials:
        return None
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    rate = successes / trials
    shrink = 1 + z * z / trials
    centre = (rate + z * z / (2 * trials)) / shrink
    reach = (
        z / shrink * sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials))
    )
    return Bounds(
        0.0 if not successes else centre - reach,
        1.0 if successes == trials else centre + reach,
    )


def kaplan_meier(stays: Iterable[tuple[int, bool]]) -> tuple[tuple[int, float], ...]:
    """
    Return how many of *stays* last longer than each duration, as a share.

    A stay is its duration and whether it has ended.  One that has not is known
    to have lasted that long; at equal durations it outlasts those that ended.
    The answer has a pair of duration and share for each at which one ended.
    """
    ended = Counter[int]()
    gone = Counter[int]()
    for duration, over in stays:
        gone[duration] += 1
        ended[duration] += over
    at_risk = gone.total()
    share = 1.0
    curve = list[tuple[int, float]]()
    for duration in sorted(gone):
        if ended[duration]:
            share *= 1 - ended[duration] / at_risk
            curve.append((duration, share))
        at_risk -= gone[duration]
    return tuple(curve)


def survival_median(stays: Iterable[tuple[int, bool]]) -> int | None:
    """
    Return the least duration that at most half of *stays* outlast.

    None means that more than half have not ended yet, as far as is known.
    """
    for duration, share in kaplan_meier(stays):
        if share <= 0.5 + _ROUNDING:
            return duration
    return None


def aalen_johansen(
    ways: Iterable[tuple[int, Exit]],
) -> tuple[tuple[int, float], ...]:
    """
    Return the probability of having won by each age at which one did.

    A way is the age at its end, or as seen last, and how it ended.  A lost one
    can't win any more; an open one still can.
    """
    exits: dict[Exit, Counter[int]] = {
        "won": Counter(),
        "lost": Counter(),
        "open": Counter(),
    }
    gone = Counter[int]()
    for age, how in ways:
        exits[how][age] += 1
        gone[age] += 1
    at_risk = gone.total()
    under_way = 1.0
    won = 0.0
    curve = list[tuple[int, float]]()
    for age in sorted(gone):
        wins, losses = exits["won"][age], exits["lost"][age]
        if wins:
            won += under_way * wins / at_risk
            curve.append((age, won))
        under_way *= 1 - (wins + losses) / at_risk
        at_risk -= gone[age]
    return tuple(curve)
