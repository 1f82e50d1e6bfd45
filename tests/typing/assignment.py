"""
Types of assignment: checked by the type checkers, never run.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import assert_type

from leadflow.assignment import (
    Assignment,
    FirstOf,
    FixedMember,
    Needs,
    Policy,
    PoolState,
    Request,
    RoleQueue,
    Roster,
    choose,
    evolve_pool,
    needs,
    parse_policy,
)
from leadflow.errors import Problem
from leadflow.team import Duty, Member, Team
from leadflow.values import MemberId, RoleId


now = datetime(2026, 1, 1, tzinfo=UTC)
anna = MemberId("anna")
team = Team(members=(Member(id=anna, roles=[RoleId("seller")]),))
policy: Policy = FirstOf((FixedMember(anna), RoleQueue(RoleId("seller"))))
found = choose(policy, Request(at=now), Roster(team=team, at=now))

assert_type(team.is_on_duty(anna, now), Duty)
assert_type(team.find(anna), Member | None)
assert_type(found, Assignment)
assert_type(found.members, tuple[MemberId, ...])
assert_type(found.again_at, datetime | None)
assert_type(needs(policy), Needs)
assert_type(evolve_pool(None, found.pool_events[0]), PoolState)
assert_type(parse_policy({}), tuple[Policy | None, list[Problem]])

choose("anna", Request(at=now), Roster(team=team, at=now))  # type: ignore[arg-type]
found.members = ()  # type: ignore[misc]
