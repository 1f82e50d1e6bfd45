"""
Types of the small values: checked by the type checkers, never run.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import assert_type

from leadflow.values import SYSTEM, Actor, LeadId, Moment, Money, aware_utc, member


assert_type(LeadId("l1"), LeadId)
assert_type(member("anna"), Actor)
assert_type(aware_utc(datetime(2026, 1, 1, tzinfo=UTC)), datetime)
assert_type(Money(100, "EUR") + Money(50, "EUR"), Money)

moment = Moment(
    now=datetime(2026, 1, 1, tzinfo=UTC),
    by=SYSTEM,
    new_id=lambda: "id",
)
assert_type(moment.now, datetime)
assert_type(moment.new_id(), str)

moment.by = SYSTEM  # type: ignore[misc]
Money("1", "EUR")  # type: ignore[arg-type]
