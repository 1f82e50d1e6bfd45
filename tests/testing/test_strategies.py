"""
Strategies, and by them: whatever leadflow stores comes back as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadflow.lead import Lead
from leadflow.records import ROOMS, leadflow_codec
from leadflow.testing.strategies import instants, stored, texts


CODEC = leadflow_codec()
EVENTS = sorted({name for name, _ in CODEC.names} - set(ROOMS))


@pytest.mark.parametrize("kind", ROOMS)
@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_records_come_back(kind: str, data: st.DataObject) -> None:
    """A record of any values is read as it was stored."""
    state = data.draw(stored(ROOMS[kind].record))

    assert state == CODEC.decode_state(kind, *CODEC.encode_state(kind, state))


@pytest.mark.parametrize("name", EVENTS)
@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_events_come_back(name: str, data: st.DataObject) -> None:
    """An event of any values is read as it was stored."""
    event = data.draw(stored(CODEC.class_of(name)))

    assert event == CODEC.decode_event(*CODEC.encode_event(event))


@given(stored(Lead))
def test_values_are_of_their_class(lead: Lead) -> None:
    """What is generated is of the class that was asked for."""
    assert isinstance(lead, Lead)


@given(instants(), texts())
def test_simple_ones(instant: datetime, text: str) -> None:
    """Instants have a zone, and texts can be written."""
    assert (True, text) == (
        instant.utcoffset() is not None,
        text.encode().decode(),
    )


def test_other_containers() -> None:
    """Sets and mappings are generated too."""

    @attrs.frozen
    class Held:
        tags: frozenset[str]
        table: Mapping[str, int]

    found: list[Any] = []

    @settings(max_examples=20, database=None)
    @given(stored(Held))
    def draw(held: Any) -> None:
        found.append(held)

    draw()

    assert {frozenset, dict} == {type(each.tags) for each in found} | {
        type(each.table) for each in found
    }


def test_a_type_without_a_strategy() -> None:
    """A type that cannot be stored has no strategy, and is named."""

    @attrs.frozen
    class Odd:
        raw: bytes

    with pytest.raises(TypeError, match="bytes"):
        stored(Odd)
