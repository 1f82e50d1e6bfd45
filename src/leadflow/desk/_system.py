"""
The parts of the world that a desk uses unless it is given others.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from datetime import UTC, datetime


__all__ = ("apause", "ordered_id", "pause", "utc_now")

_FIRST, _LONGEST = 0.005, 1.0


def utc_now() -> datetime:
    """
    Return the present instant.
    """
    return datetime.now(UTC)  # noqa: TID251 - the shell's own clock


def ordered_id() -> str:
    """
    Return a fresh id of 32 hex digits; later ones sort after earlier ones.

    The first 12 are milliseconds, so that neighbours in time are neighbours in
    a store's index; 80 random bits follow.
    """
    return f"{time.time_ns() // 1_000_000:012x}{os.urandom(10).hex()}"


def _delay(attempt: int) -> float:
    # Full jitter: those who collided spread out.
    longest: float = min(_LONGEST, _FIRST * 2**attempt)
    return random.random() * longest  # noqa: S311 - no secret


def pause(attempt: int) -> None:
    """
    Wait before the next attempt, longer after each.
    """
    time.sleep(_delay(attempt))


async def apause(attempt: int) -> None:
    """
    Wait before the next attempt, longer after each.
    """
    await asyncio.sleep(_delay(attempt))
