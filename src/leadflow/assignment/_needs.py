"""
What a policy has to know before it can choose: pools, loads, the client's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import attrs

from leadflow.assignment._policies import (
    AnyHours,
    ClientsOwn,
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


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leadflow.team import Team
    from leadflow.values import MemberId


__all__ = ("Leaf", "Needs", "called", "candidates", "needs")

Leaf: TypeAlias = (
    FixedMember | SeveralMembers | ClientsOwn | HeadOf | Pooled | RoleQueue
)
"""A policy that hands on to no other."""


@attrs.frozen(kw_only=True)
class Needs:
    """
    Tell what a policy has to know: which pools, the loads, the client's member.
    """

    pools: frozenset[str] = frozenset()
    load: bool = False
    client_owner: bool = False


def needs(policy: Policy, *, team: Team | None = None) -> Needs:
    """
    Return what has to be read before *policy* can choose.

    With *team*, the loads are needed also where a candidate has a capacity.
    """
    leaves = list(_leaves(policy))
    owned = any(isinstance(leaf, ClientsOwn) for leaf in leaves)
    # A client's own can be anybody.
    asked = () if team is None or owned else candidates(policy, team)
    limited = team is not None and any(
        member.capacity is not None
        for member in team.members
        if owned or member.id in asked
    )
    return Needs(
        pools=frozenset(leaf.pool for leaf in leaves if isinstance(leaf, Pooled)),
        load=limited or any(isinstance(leaf, LeastLoaded) for leaf in leaves),
        client_owner=owned,
    )


def candidates(
    policy: Policy, team: Team, *, client_owner: MemberId | None = None
) -> tuple[MemberId, ...]:
    """
    Return everybody that *policy* might look at, their deputies included.

    So that a caller knows whose loads to read.
    """
    found: dict[MemberId, None] = {}
    for leaf in _leaves(policy):
        everybody = called(leaf, team, client_owner)
        # Only who is called by name has a deputy; a pool has others.
        named = not isinstance(leaf, Pooled | RoleQueue)
        found |= dict.fromkeys(_and_deputies(everybody, team) if named else everybody)
    return tuple(found)


def _and_deputies(members: Iterable[MemberId], team: Team) -> Iterator[MemberId]:
    waiting = list(members)
    seen: set[MemberId] = set()
    while waiting:
        each = waiting.pop(0)
        if each in seen:
            continue
        seen.add(each)
        yield each
        member = team.find(each)
        if member is not None:
            deputies = (absence.deputy for absence in member.absences)
            waiting += [deputy for deputy in deputies if deputy is not None]


def _leaves(policy: Policy) -> Iterator[Leaf]:
    match policy:
        case OnDutyOnly(inner) | AnyHours(inner):
            yield from _leaves(inner)
        case (
            FixedMember()
            | SeveralMembers()
            | ClientsOwn()
            | HeadOf()
            | RoundRobin()
            | Weighted()
            | LeastLoaded()
            | RoleQueue()
        ):
            yield policy
        case _:
            for _, branch in policy.branches():
                yield from _leaves(branch)


def called(
    leaf: Leaf, team: Team, client_owner: MemberId | None
) -> tuple[MemberId, ...]:
    """
    Return whom a policy calls, none twice, whether they can come or not.
    """
    ids: Iterable[MemberId]
    match leaf:
        case FixedMember(member):
            ids = (member,)
        case SeveralMembers(members):
            ids = members
        case ClientsOwn():
            ids = () if client_owner is None else (client_owner,)
        case HeadOf(department):
            ids = team.heads(department)
        case RoleQueue(role):
            ids = (member.id for member in team.in_role(role))
        case RoundRobin() | Weighted() | LeastLoaded():
            ids = leaf.members
            if leaf.role is not None:
                ids = (*ids, *(each.id for each in team.in_role(leaf.role)))
    return tuple(dict.fromkeys(ids))
