"""
Tests for policies as data: reading, checking, writing.
"""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given

from leadflow._tables import Table
from leadflow.assignment import (
    AnyHours,
    ClientsOwn,
    FirstOf,
    FixedMember,
    HeadOf,
    LeastLoaded,
    OnDutyOnly,
    Policy,
    ReadPolicy,
    RoleQueue,
    RoundRobin,
    SeveralMembers,
    Weighted,
    check_policies,
    check_policy,
    parse_policy,
    policy_to_data,
)
from leadflow.team import Department, DepartmentId, Member, Role, Team
from leadflow.values import MemberId, RoleId
from tests.assignment._world import (
    ANNA,
    BORIS,
    SALES,
    SELLER,
    SELLERS,
    policies,
)
from tests.assignment.test_choose import BySource


TEXT = """
policy = "first-of"
policies = [
  { policy = "clients-own", role = "seller" },
  { policy = "weighted", pool = "w", members = ["anna", "boris"], weights.anna = 2 },
  { policy = "round-robin", pool = "r", role = "seller" },
  { policy = "any-hours", of = { policy = "member", member = "anna" } },
  { policy = "least-loaded", pool = "l", role = "seller" },
  { policy = "on-duty", of = { policy = "role-queue", role = "seller" } },
  { policy = "head", department = "sales" },
  { policy = "members", members = ["anna"] },
  { policy = "member", member = "boris" },
]
"""
ALL_KINDS = FirstOf(
    (
        ClientsOwn(SELLER),
        Weighted(pool="w", members=(ANNA, BORIS), weights=((ANNA, 2),)),
        RoundRobin(pool="r", role=SELLER),
        AnyHours(FixedMember(ANNA)),
        LeastLoaded(pool="l", role=SELLER),
        OnDutyOnly(RoleQueue(SELLER)),
        HeadOf(SALES),
        SeveralMembers((ANNA,)),
        FixedMember(BORIS),
    )
)


def read_by_source(table: Table, read: ReadPolicy) -> Policy:
    """
    Read the policy of another house.
    """
    rules = Table.of(
        table.take("rules"), f"{table.path}.rules", table.problems, what="the rules"
    )
    found = {
        source: read(rules.take(source), f"{rules.path}.{source}")
        for source in rules.data
    }
    return BySource(
        tuple((source, policy) for source, policy in found.items() if policy)
    )


class TestParse:
    def test_all_kinds(self) -> None:
        """
        Every kind of policy is read from TOML.
        """
        assert (ALL_KINDS, []) == parse_policy(tomllib.loads(TEXT))

    @pytest.mark.parametrize(
        ("data", "path", "rule"),
        [
            ({}, "policy", "missing-key"),
            ({"policy": "lottery"}, "policy", "unknown-policy"),
            ({"policy": 3}, "policy", "wrong-type"),
            ({"policy": "member"}, "member", "missing-key"),
            ({"policy": "member", "member": "a", "role": "b"}, "role", "unknown-key"),
            ({"policy": "members"}, "members", "missing-key"),
            ({"policy": "members", "members": "anna"}, "members", "wrong-type"),
            ({"policy": "role-queue"}, "role", "missing-key"),
            ({"policy": "head"}, "department", "missing-key"),
            ({"policy": "round-robin", "role": "r"}, "pool", "missing-key"),
            ({"policy": "least-loaded", "role": "r"}, "pool", "missing-key"),
            (
                {"policy": "weighted", "pool": "p", "weights": [1]},
                "weights",
                "wrong-type",
            ),
            (
                {"policy": "weighted", "pool": "p", "weights": {"anna": 1.5}},
                "weights.anna",
                "wrong-type",
            ),
            ({"policy": "first-of"}, "policies", "missing-key"),
            ({"policy": "first-of", "policies": [4]}, "policies[0]", "wrong-type"),
            ({"policy": "on-duty"}, "of", "missing-key"),
            (
                {"policy": "any-hours", "of": {"policy": "x"}},
                "of.policy",
                "unknown-policy",
            ),
        ],
    )
    def test_wrong(self, data: object, path: str, rule: str) -> None:
        """
        A mistake is told once, with its path and its rule.
        """
        policy, problems = parse_policy(data, "channels[0].assign")

        assert policy is None
        assert [(f"channels[0].assign.{path}", rule)] == [
            (problem.path, problem.rule) for problem in problems
        ]

    def test_all_at_once(self) -> None:
        """
        All mistakes of a policy are told at once.
        """
        inner = [{"policy": "member"}, {"policy": "lottery"}, {"policy": "head"}]
        _, problems = parse_policy({"policy": "first-of", "policies": inner, "x": 1})

        assert 4 == len(problems)

    @given(policies())
    def test_round_trip(self, policy: Policy) -> None:
        """
        What a policy is written as is read back equal.
        """
        assert (policy, []) == parse_policy(policy_to_data(policy))

    def test_kinds_of_ones_own(self) -> None:
        """
        A policy of another house is written, and read by its own reader.
        """
        policy = OnDutyOnly(BySource((("ad", FixedMember(ANNA)), ("", ALL_KINDS))))
        more = {"by-source": read_by_source}

        assert (policy, []) == parse_policy(policy_to_data(policy), more=more)

    def test_mistakes_in_kinds_of_ones_own(self) -> None:
        """
        Mistakes below a policy of another house have their whole path.
        """
        data = {"policy": "by-source", "rules": {"ad": {"policy": "member"}}}
        _, problems = parse_policy(data, more={"by-source": read_by_source})

        assert ["policy.rules.ad.member"] == [problem.path for problem in problems]


class TestCheck:
    def test_right(self) -> None:
        """
        A policy that fits its team has no problems.
        """
        assert () == check_policy(ALL_KINDS, SELLERS)

    @pytest.mark.parametrize(
        ("policy", "path", "rule"),
        [
            (FixedMember(MemberId("x")), "policy.member", "unknown-member"),
            (SeveralMembers(()), "policy.members", "empty-pool"),
            (
                SeveralMembers((ANNA, MemberId("x"))),
                "policy.members[1]",
                "unknown-member",
            ),
            (SeveralMembers((ANNA, ANNA)), "policy.members[1]", "duplicate-id"),
            (ClientsOwn(RoleId("x")), "policy.role", "unknown-role"),
            (RoleQueue(RoleId("x")), "policy.role", "unknown-role"),
            (RoleQueue(RoleId("idle")), "policy.role", "empty-role"),
            (HeadOf(DepartmentId("x")), "policy.department", "unknown-department"),
            (HeadOf(DepartmentId("back")), "policy.department", "no-head"),
            (RoundRobin(pool="", members=(ANNA,)), "policy.pool", "missing-key"),
            (RoundRobin(pool="p"), "policy.members", "empty-pool"),
            (
                RoundRobin(pool="p", members=(ANNA,), role=SELLER),
                "policy.role",
                "two-pools",
            ),
            (
                LeastLoaded(pool="p", role=RoleId("x")),
                "policy.role",
                "unknown-role",
            ),
            (
                Weighted(pool="p", members=(ANNA,), weights=((BORIS, 1),)),
                "policy.weights.boris",
                "not-in-pool",
            ),
            (
                Weighted(pool="p", role=SELLER, weights=((MemberId("x"), 1),)),
                "policy.weights.x",
                "unknown-member",
            ),
            (
                Weighted(pool="p", role=SELLER, weights=((ANNA, 1), (ANNA, 2))),
                "policy.weights.anna",
                "duplicate-id",
            ),
            (
                Weighted(pool="p", role=SELLER, weights=((ANNA, -1),)),
                "policy.weights.anna",
                "negative",
            ),
            (
                Weighted(pool="p", members=(ANNA,), weights=((ANNA, 0),)),
                "policy.weights",
                "no-weight",
            ),
            (FirstOf(()), "policy.policies", "empty-choice"),
            (
                FirstOf((RoleQueue(SELLER), FixedMember(MemberId("x")))),
                "policy.policies[1].member",
                "unknown-member",
            ),
            (
                OnDutyOnly(AnyHours(FixedMember(MemberId("x")))),
                "policy.of.of.member",
                "unknown-member",
            ),
            (BySource(()), "policy", "no-rules"),
            (
                BySource((("ad", FixedMember(MemberId("x"))),)),
                "policy.rules.ad.member",
                "unknown-member",
            ),
            (
                FirstOf(
                    (
                        RoundRobin(pool="p", role=SELLER),
                        LeastLoaded(pool="p", role=SELLER),
                    )
                ),
                "policy.policies[1].pool",
                "mixed-pool",
            ),
        ],
    )
    def test_wrong(self, policy: Policy, path: str, rule: str) -> None:
        """
        A mistake is told once, with its path and its rule.
        """
        team = Team(
            members=SELLERS.members,
            roles=(*SELLERS.roles, Role(RoleId("idle"))),
            departments=(*SELLERS.departments, Department(id=DepartmentId("back"))),
        )

        assert [(path, rule)] == [
            (problem.path, problem.rule) for problem in check_policy(policy, team)
        ]

    def test_pool_of_two_channels(self) -> None:
        """
        Two channels may share a pool if they pick from it in one way.
        """
        team = Team(members=(Member(id=ANNA), Member(id=BORIS)))
        first = ("a", RoundRobin(pool="p", members=(ANNA,)))
        second = ("b", RoundRobin(pool="p", members=(ANNA, BORIS)))
        third = ("c", Weighted(pool="p", members=(ANNA,)))

        assert () == check_policies([first, second], team)
        assert ["c.pool"] == [
            problem.path for problem in check_policies([first, third], team)
        ]
