"""
Policies as plain data, as TOML or JSON give them, and what can be wrong in them.

A policy is a table with its kind as ``policy``:

    { policy = "first-of", policies = [
        { policy = "clients-own" },
        { policy = "round-robin", pool = "sales", role = "seller" },
        { policy = "role-queue", role = "seller" },
    ] }
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias

from leadflow._problems import unknown
from leadflow._tables import Table
from leadflow.assignment._policies import (
    AnyHours,
    ClientsOwn,
    FirstOf,
    FixedMember,
    HeadOf,
    LeastLoaded,
    OnDutyOnly,
    Policy,
    Pooled,
    RoleQueue,
    RoundRobin,
    SeveralMembers,
    Weighted,
)
from leadflow.errors import Problem
from leadflow.team import DepartmentId, Team
from leadflow.values import MemberId, RoleId


__all__ = (
    "PolicyReader",
    "ReadPolicy",
    "check_policies",
    "check_policy",
    "parse_policy",
    "policy_to_data",
)


# -- checking ------------------------------------------------------------------------


def check_policy(
    policy: Policy, team: Team, path: str = "policy"
) -> tuple[Problem, ...]:
    """
    Return all that is wrong with *policy* for *team*, with places below *path*.

    Members, roles and departments must exist and be given, none twice; a pool
    has a name and somebody in it, and one way of picking; somebody has a weight.
    """
    return check_policies([(path, policy)], team)


def check_policies(
    policies: Iterable[tuple[str, Policy]], team: Team
) -> tuple[Problem, ...]:
    """
    Return all that is wrong with *policies*, each given with its path.

    Beside what is wrong with each: a pool that two of them pick from in
    different ways, since their turns are counted together.
    """
    pools: dict[str, type] = {}
    return tuple(
        problem
        for path, policy in policies
        for problem in _check(policy, team, path, pools)
    )


def _check(
    policy: Policy, team: Team, path: str, pools: dict[str, type]
) -> Iterator[Problem]:
    match policy:
        case FixedMember(member):
            yield from _known_member(member, team, f"{path}.member")
        case SeveralMembers(members):
            yield from _known_members(members, team, f"{path}.members")
            if not members:
                message = "nobody is among the members"
                yield Problem(f"{path}.members", "empty-pool", message)
        case ClientsOwn(role):
            if role is not None:
                yield from _known_role(role, team, f"{path}.role")
        case HeadOf(department):
            yield from _known_department(department, team, f"{path}.department")
        case RoundRobin() | Weighted() | LeastLoaded():
            yield from _pool(policy, team, path, pools)
        case RoleQueue(role):
            yield from _known_role(role, team, f"{path}.role")
        case OnDutyOnly(inner) | AnyHours(inner):
            yield from _check(inner, team, f"{path}.of", pools)
        case _:
            if isinstance(policy, FirstOf):
                if not policy.policies:
                    message = "there is nothing to try"
                    yield Problem(f"{path}.policies", "empty-choice", message)
            else:
                yield from policy.check(team, path)
            for mark, branch in policy.branches():
                yield from _check(branch, team, f"{path}.{mark}", pools)


def _pool(
    policy: Pooled, team: Team, path: str, pools: dict[str, type]
) -> Iterator[Problem]:
    if not policy.pool:
        yield Problem(f"{path}.pool", "missing-key", "the pool has no name")
    elif pools.setdefault(policy.pool, type(policy)) is not type(policy):
        message = f"the pool {policy.pool!r} is picked from in another way elsewhere"
        yield Problem(f"{path}.pool", "mixed-pool", message)
    yield from _known_members(policy.members, team, f"{path}.members")
    if policy.role is not None:
        yield from _known_role(policy.role, team, f"{path}.role")
    if policy.members and policy.role is not None:
        message = "the pool is either a list of members or a role"
        yield Problem(f"{path}.role", "two-pools", message)
    if not policy.members and policy.role is None:
        message = f"nobody is in the pool {policy.pool!r}"
        yield Problem(f"{path}.members", "empty-pool", message)
    if isinstance(policy, Weighted):
        yield from _weights(policy, team, path)


def _weights(policy: Weighted, team: Team, path: str) -> Iterator[Problem]:
    in_pool = set(policy.members)
    if policy.role is not None:
        in_pool |= {member.id for member in team.in_role(policy.role)}
    for member, times in Counter(each for each, _ in policy.weights).items():
        place = f"{path}.weights.{member}"
        if team.find(member) is None:
            yield unknown(place, "member", member)
        elif member not in in_pool:
            message = f"{member!r} is not in the pool {policy.pool!r}"
            yield Problem(place, "not-in-pool", message)
        if times > 1:
            yield Problem(place, "duplicate-id", f"{member!r} has two weights")
    for member, weight in policy.weights:
        if weight < 0:
            message = f"a weight of {weight} is below nought"
            yield Problem(f"{path}.weights.{member}", "negative", message)
    if in_pool and not any(policy.weight(each, team) for each in in_pool):
        message = f"nobody in the pool {policy.pool!r} has a weight"
        yield Problem(f"{path}.weights", "no-weight", message)


def _known_member(member: MemberId, team: Team, path: str) -> Iterator[Problem]:
    if team.find(member) is None:
        yield unknown(path, "member", member)


def _known_members(
    members: tuple[MemberId, ...], team: Team, path: str
) -> Iterator[Problem]:
    seen: set[MemberId] = set()
    for number, member in enumerate(members):
        place = f"{path}[{number}]"
        yield from _known_member(member, team, place)
        if member in seen:
            yield Problem(place, "duplicate-id", f"{member!r} is there twice")
        seen.add(member)


def _known_role(role: RoleId, team: Team, path: str) -> Iterator[Problem]:
    if role not in {each.id for each in team.roles}:
        yield unknown(path, "role", role)
    elif not team.in_role(role):
        yield Problem(path, "empty-role", f"nobody is in the role {role!r}")


def _known_department(
    department: DepartmentId, team: Team, path: str
) -> Iterator[Problem]:
    if department not in {each.id for each in team.departments}:
        yield unknown(path, "department", department)
    elif not team.heads(department):
        message = f"neither {department!r} nor any department above has a head"
        yield Problem(path, "no-head", message)


# -- reading ---------------------------------------------------------------------------

ReadPolicy: TypeAlias = Callable[[object, str], "Policy | None"]
"""Reads a policy inside of another, from its data and its path."""

PolicyReader: TypeAlias = Callable[[Table, ReadPolicy], "Policy | None"]
"""Reads the keys of one kind of policy; None where they make none."""


def parse_policy(
    data: object,
    path: str = "policy",
    *,
    more: Mapping[str, PolicyReader] | None = None,
) -> tuple[Policy | None, list[Problem]]:
    """
    Read a policy from plain data; *more* are readers of further kinds.

    Whom it names is checked by `check_policy`, which knows the team.

    Returns:
        The policy and no problems, or ``None`` and all problems, each with its
        place below *path*.
    """
    problems: list[Problem] = []
    readers = {**_READERS, **(more or {})}

    def read(value: object, place: str) -> Policy | None:
        table = Table.of(value, place, problems, what="a policy")
        kind = table.text("policy", required=True)
        reader = readers.get(kind)
        if reader is None:
            if kind:
                kinds = ", ".join(sorted(readers))
                message = f"there is no policy {kind!r}; there are {kinds}"
                table.wrong("policy", "unknown-policy", message)
            return None
        table.what = f"the policy {kind}"
        policy = reader(table, read)
        table.end()
        return policy

    policy = read(data, path)
    return (None if problems else policy), problems


def _member(table: Table, _: ReadPolicy) -> Policy:
    return FixedMember(MemberId(table.text("member", required=True)))


def _members(table: Table, _: ReadPolicy) -> Policy:
    table.must_have("members")
    return SeveralMembers(_ids(table))


def _clients_own(table: Table, _: ReadPolicy) -> Policy:
    return ClientsOwn(_role(table))


def _head(table: Table, _: ReadPolicy) -> Policy:
    return HeadOf(DepartmentId(table.text("department", required=True)))


def _role_queue(table: Table, _: ReadPolicy) -> Policy:
    return RoleQueue(RoleId(table.text("role", required=True)))


def _round_robin(table: Table, _: ReadPolicy) -> Policy:
    pool = table.text("pool", required=True)
    return RoundRobin(pool=pool, members=_ids(table), role=_role(table))


def _least_loaded(table: Table, _: ReadPolicy) -> Policy:
    pool = table.text("pool", required=True)
    return LeastLoaded(pool=pool, members=_ids(table), role=_role(table))


def _weighted(table: Table, _: ReadPolicy) -> Policy:
    pool = table.text("pool", required=True)
    weights = table.whole_pairs("weights")
    return Weighted(
        pool=pool,
        members=_ids(table),
        role=_role(table),
        weights=tuple((MemberId(member), weight) for member, weight in weights),
    )


def _first_of(table: Table, read: ReadPolicy) -> Policy:
    table.must_have("policies")
    inner = [read(value, path) for path, value in table.items("policies")]
    return FirstOf(tuple(policy for policy in inner if policy is not None))


def _on_duty(table: Table, read: ReadPolicy) -> Policy | None:
    inner = _of(table, read)
    return None if inner is None else OnDutyOnly(inner)


def _any_hours(table: Table, read: ReadPolicy) -> Policy | None:
    inner = _of(table, read)
    return None if inner is None else AnyHours(inner)


def _of(table: Table, read: ReadPolicy) -> Policy | None:
    table.must_have("of")
    value = table.take("of")
    return None if value is None else read(value, table.place("of"))


def _ids(table: Table) -> tuple[MemberId, ...]:
    return tuple(map(MemberId, table.texts("members")))


def _role(table: Table) -> RoleId | None:
    return RoleId(text) if (text := table.text("role")) else None


_READERS: Mapping[str, PolicyReader] = {
    "any-hours": _any_hours,
    "clients-own": _clients_own,
    "first-of": _first_of,
    "head": _head,
    "least-loaded": _least_loaded,
    "member": _member,
    "members": _members,
    "on-duty": _on_duty,
    "role-queue": _role_queue,
    "round-robin": _round_robin,
    "weighted": _weighted,
}


# -- and back ----------------------------------------------------------------------


def policy_to_data(policy: Policy) -> dict[str, object]:
    """
    Write a policy as plain data that `parse_policy` reads back equal.
    """
    match policy:
        case FixedMember(member):
            return {"policy": "member", "member": member}
        case SeveralMembers(members):
            return {"policy": "members", "members": list(members)}
        case ClientsOwn(role):
            return {"policy": "clients-own", **({"role": role} if role else {})}
        case HeadOf(department):
            return {"policy": "head", "department": department}
        case RoleQueue(role):
            return {"policy": "role-queue", "role": role}
        case RoundRobin():
            return {"policy": "round-robin", **_pool_to_data(policy)}
        case LeastLoaded():
            return {"policy": "least-loaded", **_pool_to_data(policy)}
        case Weighted():
            data = {"policy": "weighted", **_pool_to_data(policy)}
            if policy.weights:
                data["weights"] = dict(policy.weights)
            return data
        case FirstOf(policies):
            inner = [policy_to_data(each) for each in policies]
            return {"policy": "first-of", "policies": inner}
        case OnDutyOnly(only):
            return {"policy": "on-duty", "of": policy_to_data(only)}
        case AnyHours(only):
            return {"policy": "any-hours", "of": policy_to_data(only)}
        case _:
            return policy.to_data(policy_to_data)


def _pool_to_data(policy: Pooled) -> dict[str, object]:
    data: dict[str, object] = {"pool": policy.pool}
    if policy.members:
        data["members"] = list(policy.members)
    if policy.role is not None:
        data["role"] = policy.role
    return data
