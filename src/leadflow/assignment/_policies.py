"""
The policies by which leads are given out (R31, R32), as plain frozen data.

Three kinds.  Some *name* people: `FixedMember`, `SeveralMembers`, `ClientsOwn`,
`HeadOf`; a deputy stands in for who is absent.  Some pick one of a *pool*:
`RoundRobin`, `Weighted`, `LeastLoaded`; who cannot be given to is passed by.
`RoleQueue` leaves it to a role, whose first taker has it.  And some *hand on* to
others: `FirstOf`, `OnDutyOnly`, `AnyHours`, and any `Router`.

Whatever the policy, nobody is given anything who left, opted out, is absent, off
duty, at their limit or excluded by the request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

import attrs

from leadflow.team import DepartmentId, Team
from leadflow.values import MemberId, RoleId


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from leadflow.assignment._roster import Request
    from leadflow.errors import Problem


__all__ = (
    "AnyHours",
    "ClientsOwn",
    "FirstOf",
    "FixedMember",
    "HeadOf",
    "LeastLoaded",
    "OnDutyOnly",
    "Policy",
    "RoleQueue",
    "RoundRobin",
    "Router",
    "SeveralMembers",
    "Weighted",
)


# -- people by name ----------------------------------------------------------------


@attrs.frozen
class FixedMember:
    """
    Give to *member*, or to who stands in for them.
    """

    member: MemberId

    @property
    def title(self) -> str:
        """Return what people call it."""
        return f"member {self.member}"


@attrs.frozen
class SeveralMembers:
    """
    Give to all of *members* together; each answers for it.
    """

    members: tuple[MemberId, ...]

    @property
    def title(self) -> str:
        """Return what people call it."""
        return f"members {', '.join(self.members)}"


@attrs.frozen
class ClientsOwn:
    """
    Give a repeat to the member that the client has already (R4).

    With *role*, only while they are still in it.
    """

    role: RoleId | None = None

    @property
    def title(self) -> str:
        """Return what people call it."""
        return "clients-own" + (f" in {self.role}" if self.role else "")


@attrs.frozen
class HeadOf:
    """
    Give to the head of *department*, else to the heads above it, one by one.
    """

    department: DepartmentId

    @property
    def title(self) -> str:
        """Return what people call it."""
        return f"head of {self.department}"


# -- one of a pool -------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class RoundRobin:
    """
    Give to whoever of the pool has waited longest.

    The pool is *members* in this order, or all in *role* in the team's.  Policies
    with the same *pool* share their turns.
    """

    pool: str
    members: tuple[MemberId, ...] = ()
    role: RoleId | None = None

    @property
    def title(self) -> str:
        """Return what people call it."""
        return f"round-robin {self.pool}"


@attrs.frozen(kw_only=True)
class Weighted:
    """
    Give in proportion to weights: exactly, and spread out rather than in runs.

    A member's weight is that of *weights*, else their own; nought gets nothing.
    """

    pool: str
    members: tuple[MemberId, ...] = ()
    role: RoleId | None = None
    weights: tuple[tuple[MemberId, int], ...] = ()

    @property
    def title(self) -> str:
        """Return what people call it."""
        return f"weighted {self.pool}"

    def weight(self, member: MemberId, team: Team) -> int:
        """
        Return the weight of *member* here; nought for who is unknown.
        """
        for each, weight in self.weights:
            if each == member:
                return max(weight, 0)
        found = team.find(member)
        return 0 if found is None else max(found.weight, 0)


@attrs.frozen(kw_only=True)
class LeastLoaded:
    """
    Give to whoever of the pool has the fewest open leads.

    Of equals, to the one that has waited longest.
    """

    pool: str
    members: tuple[MemberId, ...] = ()
    role: RoleId | None = None

    @property
    def title(self) -> str:
        """Return what people call it."""
        return f"least-loaded {self.pool}"


Pooled: TypeAlias = RoundRobin | Weighted | LeastLoaded


# -- a role --------------------------------------------------------------------------


@attrs.frozen
class RoleQueue:
    """
    Give to *role*: the first in it to take the lead has it.

    A queue waits also while nobody is on duty; under `OnDutyOnly` it takes
    nothing then, and the next policy is tried.
    """

    role: RoleId

    @property
    def title(self) -> str:
        """Return what people call it."""
        return f"role-queue {self.role}"


# -- handing on ----------------------------------------------------------------------


@attrs.frozen
class FirstOf:
    """
    Try *policies* in order; the first that finds somebody decides (R32).
    """

    policies: tuple[Policy, ...]

    @property
    def title(self) -> str:
        """Return what people call it."""
        return "first-of"

    def branches(self) -> tuple[tuple[str, Policy], ...]:
        """
        Return all that it can hand on to, each with its mark.
        """
        return tuple(
            (f"policies[{number}]", policy)
            for number, policy in enumerate(self.policies)
        )

    def route(self, request: Request) -> Sequence[tuple[str, Policy]]:
        """
        Return all of them by number, whatever the request.
        """
        del request
        return tuple(
            (str(number), policy) for number, policy in enumerate(self.policies, 1)
        )


@attrs.frozen
class OnDutyOnly:
    """
    Ask of *policy* that somebody is there now.

    Only a `RoleQueue` takes leads without that, so this matters to queues.
    """

    policy: Policy

    @property
    def title(self) -> str:
        """Return what people call it."""
        return "on-duty"


@attrs.frozen
class AnyHours:
    """
    Let *policy* give also to those outside of their shift.

    Never to the absent: they are away for days, and have deputies.
    """

    policy: Policy

    @property
    def title(self) -> str:
        """Return what people call it."""
        return "any-hours"


class Router(Protocol):
    """
    A policy that hands a request on to others by rules of its own.

    The way to add a kind of policy: choosing, needs, checks and writing go
    through these, reading through ``parse_policy(..., more=...)``.
    """

    @property
    def title(self) -> str:
        """Return what people call it, with what tells it from others."""
        ...

    def branches(self) -> Sequence[tuple[str, Policy]]:
        """Return all that it could hand on to, each with its path in the data."""
        ...

    def route(self, request: Request) -> Sequence[tuple[str, Policy]]:
        """Return those to try for *request*, in order, each with its mark."""
        ...

    def check(self, team: Team, path: str) -> Iterable[Problem]:
        """Return what is wrong with its own rules; its branches are seen to."""
        ...

    def to_data(
        self, write: Callable[[Policy], Mapping[str, object]]
    ) -> dict[str, object]:
        """Return it as plain data with its kind as ``policy``."""
        ...


Policy: TypeAlias = (
    FixedMember
    | SeveralMembers
    | ClientsOwn
    | HeadOf
    | RoundRobin
    | Weighted
    | LeastLoaded
    | RoleQueue
    | FirstOf
    | OnDutyOnly
    | AnyHours
    | Router
)
