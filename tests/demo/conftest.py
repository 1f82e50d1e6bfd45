"""
The week, played once for all tests that only look at it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from leadflow.demo import Week, play
from leadflow.records import leadflow_codec
from leadflow.storage.memory import MemoryStore


if TYPE_CHECKING:
    from leadflow.ports import Clock


def in_memory(clock: Clock) -> MemoryStore:
    """
    Return an empty store that encodes what it keeps.
    """
    return MemoryStore(codec=leadflow_codec(), clock=clock)


@pytest.fixture(scope="session")
def week() -> Week:
    """Play the English week in memory."""
    return play(in_memory)


@pytest.fixture(scope="session")
def russian_week() -> Week:
    """Play the Russian week in memory."""
    return play(in_memory, language="ru")
