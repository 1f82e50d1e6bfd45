"""
Compare what two things cost in one run.

Seconds say more about the machine than about the code, so a benchmark here is a
ratio: the subject against a floor, the cheapest way to do the same.  Noise only
ever adds time.  So both take turns, round by round and in changing order, each
keeps its best rounds, and when the ratio is not yet good enough further rounds
are run and added to the earlier ones: a busy machine gets more tries, a slow
subject stays slow.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import attrs


Seconds = Callable[[], float]
"""Do it once and answer how many seconds it took."""


@attrs.frozen(kw_only=True)
class Measured:
    """
    Hold what was measured: seconds for one call of each, and over how many rounds.
    """

    name: str
    subject: float
    floor: float
    rounds: int

    @property
    def ratio(self) -> float:
        """
        Return how many times the floor the subject costs.
        """
        return self.subject / self.floor

    def __str__(self) -> str:
        return (
            f"{self.name}: {self.ratio:.4g} times the floor"
            f" ({_shown(self.subject)} to {_shown(self.floor)}, {self.rounds} rounds)"
        )


MEASURED: list[Measured] = []
"""All measurements of this run, shown at its end."""


def compare(
    subject: Callable[[], object],
    floor: Callable[[], object],
    *,
    limit: float,
    rounds: int = 5,
    tries: int = 6,
    batch: float = 0.02,
    clock: Seconds = time.perf_counter,
    statistic: Callable[[Sequence[float]], float] = min,
    before: Callable[[], object] | None = None,
) -> Measured:
    """
    Time *subject* against *floor* and answer the costs of one call of each.

    A round calls each so often that it lasts about *batch* seconds, with the
    garbage collector off.  *before* runs ahead of each such batch, untimed.
    Measuring ends after *rounds* rounds when the ratio is at most *limit*, and
    else after *tries* times as many; the caller asserts.
    """
    return race(
        _timed(subject, batch=batch, clock=clock, before=before),
        _timed(floor, batch=batch, clock=clock, before=before),
        limit=limit,
        rounds=rounds,
        tries=tries,
        statistic=statistic,
    )


def race(
    subject: Seconds,
    floor: Seconds,
    *,
    limit: float,
    rounds: int = 5,
    tries: int = 6,
    statistic: Callable[[Sequence[float]], float] = min,
) -> Measured:
    """
    Do as `compare`, for two that tell their own time.
    """
    costs: tuple[list[float], list[float]] = ([], [])
    measured = None
    for _ in range(tries):
        for _ in range(rounds):
            turns = ((costs[0], subject), (costs[1], floor))
            for kept, side in turns if len(costs[0]) % 2 else reversed(turns):
                kept.append(side())
        measured = Measured(
            name=_running(),
            subject=statistic(costs[0]),
            floor=statistic(costs[1]),
            rounds=len(costs[0]),
        )
        if measured.ratio <= limit:
            break
    if measured is None:
        raise ValueError("a race needs at least one try")
    MEASURED.append(measured)
    return measured


def _timed(
    act: Callable[[], object],
    *,
    batch: float,
    clock: Seconds,
    before: Callable[[], object] | None,
) -> Seconds:
    """
    Return a call that answers the seconds of one *act*, taken over a batch.
    """
    number = 0

    def run(times: int) -> float:
        if before is not None:
            before()
        with _no_collector():
            start = clock()
            for _ in range(times):
                act()
            return clock() - start

    def seconds() -> float:
        nonlocal number
        if not number:
            # The first call warms up; the second tells how many make a batch.
            run(1)
            number = 1
            while (spent := run(number)) < batch / 2:
                number = max(2 * number, int(number * batch / max(spent, 1e-9) / 2))
        return run(number) / number

    return seconds


@contextmanager
def _no_collector() -> Iterator[None]:
    gc.collect()
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _running() -> str:
    """
    Return the name of the test that is running.
    """
    running = os.environ.get("PYTEST_CURRENT_TEST", "").removesuffix(" (call)")
    return running.partition("::")[2] or "measured"


def _shown(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"
