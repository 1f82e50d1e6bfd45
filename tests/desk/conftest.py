"""
Fixtures of the desk's tests: a clock, a store in memory, a small company's desk.
"""

from __future__ import annotations

import pytest

from leadflow.desk import Desk
from leadflow.playbook import Playbook
from leadflow.records import leadflow_codec
from leadflow.storage.memory import MemoryStore
from tests.desk._company import Clock, desk_on, small_company


@pytest.fixture
def clock() -> Clock:
    """Return a clock that stands at Monday morning."""
    return Clock()


@pytest.fixture
def store(clock: Clock) -> MemoryStore:
    """Return a store in memory that encodes and decodes all that it keeps."""
    return MemoryStore(codec=leadflow_codec(), clock=clock)


@pytest.fixture
def playbook() -> Playbook:
    """Return the small company's playbook."""
    return small_company()


@pytest.fixture
def desk(playbook: Playbook, store: MemoryStore, clock: Clock) -> Desk:
    """Return a desk of the small company."""
    return desk_on(store, clock, playbook)
