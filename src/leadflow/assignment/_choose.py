"""
Choosing who gets a lead: pure, deterministic, and able to say why (R31-R36).

`choose` changes nothing.  Its `Assignment` holds the events that the pool's
record has to take in the same commit as the lead; dropping them makes it a dry
run.  It raises for no request: that nobody can be given to is an answer too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

import attrs

from leadflow.assignment._needs import Leaf, called
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
from leadflow.assignment._pool import PoolGiven, PoolState, Seat
from leadflow.assignment._roster import Assignment, Request, Roster
from leadflow.values import MemberId, RoleId, Why


__all__ = ("Reason", "choose")

Reason: TypeAlias = Literal[
    "absent",
    "at_capacity",
    "excluded",
    "inactive",
    "no_weight",
    "not_in_pool",
    "off_duty",
    "opted_out",
    "unknown",
]
"""Why a candidate was left out."""

_LEFT_FOR_GOOD = ("inactive", "unknown", "opted_out", "excluded")


def choose(policy: Policy, request: Request, roster: Roster) -> Assignment:
    """
    Return who gets what *request* tells of, by *policy*, as things are now.

    The same in gives the same out; nothing is drawn by lot.
    """
    missed: list[_Attempt] = []
    for attempt in _attempts(policy, _Call(request, roster)):
        if attempt.found:
            return Assignment(
                members=attempt.members,
                role=attempt.role,
                why=_why(attempt.policy, missed, attempt),
                pool_events=attempt.events,
            )
        missed.append(attempt)
    waits = (
        member.next_duty(roster.at)
        for attempt in missed
        for each, reason in attempt.verdicts.items()
        if reason in ("absent", "off_duty")
        and (member := roster.team.find(each)) is not None
    )
    return Assignment(
        why=_why(policy.title, missed, None),
        again_at=min((each for each in waits if each is not None), default=None),
    )


@attrs.define
class _Call:
    """
    Hold one asking on its way down the policies.
    """

    request: Request
    roster: Roster
    trail: tuple[str, ...] = ()
    any_hours: bool = False
    on_duty: bool = False

    def verdict(self, member: MemberId) -> Reason | None:
        """
        Return why *member* cannot be given to; None who can.
        """
        found = self.roster.team.find(member)
        if found is None:
            return "unknown"
        hindrance = found.hindrance(self.roster.at)
        if hindrance == "inactive":
            return hindrance
        if found.opted_out:
            return "opted_out"
        if member in self.request.exclude:
            return "excluded"
        if hindrance == "off_duty" and self.any_hours:
            hindrance = None
        if hindrance is not None:
            return hindrance
        load = self.roster.load.get(member, 0)
        if found.capacity is not None and load >= found.capacity:
            return "at_capacity"
        return None

    def verdicts(self, leaf: Leaf) -> dict[MemberId, Reason | None]:
        """
        Return the verdict on each whom *leaf* calls, in order.
        """
        everybody = called(leaf, self.roster.team, self.request.client_owner)
        return {each: self.verdict(each) for each in everybody}

    def pool(self, pool: str) -> PoolState:
        """
        Return the pool's record.
        """
        return self.roster.pools.get(pool) or PoolState(id=pool)


@attrs.define(kw_only=True)
class _Attempt:
    """
    Tell what came of one policy; *verdicts* has every candidate once, in order.
    """

    policy: str
    verdicts: Mapping[MemberId, Reason | None]
    members: tuple[MemberId, ...] = ()
    role: RoleId | None = None
    tie: str = ""
    events: tuple[PoolGiven, ...] = ()

    @property
    def found(self) -> bool:
        """Tell whether it gives to somebody."""
        return bool(self.members) or self.role is not None

    @property
    def reason(self) -> str:
        """Return why it gives to nobody, for people."""
        if not self.verdicts:
            return "nobody to ask"
        return ", ".join(f"{each} {why}" for each, why in self.verdicts.items())


def _attempts(policy: Policy, call: _Call) -> Iterator[_Attempt]:
    """
    Try *policy*, handing on as it says; one that is not asked for costs nothing.
    """
    match policy:
        case OnDutyOnly(inner):
            trail = (*call.trail, policy.title)
            yield from _attempts(
                inner, _Call(call.request, call.roster, trail, on_duty=True)
            )
        case AnyHours(inner):
            trail = (*call.trail, policy.title)
            yield from _attempts(
                inner, _Call(call.request, call.roster, trail, any_hours=True)
            )
        case FixedMember() | SeveralMembers() | ClientsOwn() | HeadOf():
            yield _by_name(policy, call)
        case RoundRobin() | Weighted() | LeastLoaded():
            yield _of_pool(policy, call)
        case RoleQueue():
            yield _to_role(policy, call)
        case _:
            for mark, branch in policy.route(call.request):
                trail = (*call.trail, f"{policy.title} {mark}")
                yield from _attempts(
                    branch,
                    _Call(
                        call.request, call.roster, trail, call.any_hours, call.on_duty
                    ),
                )


def _label(leaf: Leaf, call: _Call) -> str:
    return " > ".join((*call.trail, leaf.title))


def _by_name(
    policy: FixedMember | SeveralMembers | ClientsOwn | HeadOf, call: _Call
) -> _Attempt:
    team, at = call.roster.team, call.roster.at
    verdicts: dict[MemberId, Reason | None] = {}
    for each in called(policy, team, call.request.client_owner):
        member = team.find(each)
        wanted = policy.role if isinstance(policy, ClientsOwn) else None
        if member is not None and wanted is not None and wanted not in member.roles:
            verdicts.setdefault(each, "not_in_pool")
            continue
        verdict = verdicts.setdefault(each, call.verdict(each))
        deputy = team.deputy_of(each, at) if verdict == "absent" else None
        if deputy is not None:
            verdicts.setdefault(deputy.id, call.verdict(deputy.id))
    able = tuple(each for each, reason in verdicts.items() if reason is None)
    # All of several answer; of heads the nearest.
    members = able[:1] if isinstance(policy, HeadOf) else able
    return _Attempt(policy=_label(policy, call), verdicts=verdicts, members=members)


def _to_role(policy: RoleQueue, call: _Call) -> _Attempt:
    verdicts = call.verdicts(policy)
    # Who is at their limit is there all the same, and will take it when they can.
    takers = [
        each
        for each, reason in verdicts.items()
        if reason in (None, "at_capacity")
        or not (call.on_duty or reason in _LEFT_FOR_GOOD)
    ]
    return _Attempt(
        policy=_label(policy, call),
        verdicts=verdicts,
        role=policy.role if takers else None,
        tie="the first to take it has it" if takers else "",
    )


def _of_pool(policy: Pooled, call: _Call) -> _Attempt:
    team = call.roster.team
    verdicts = call.verdicts(policy)
    if isinstance(policy, Weighted):
        for each, reason in verdicts.items():
            if reason is None and not policy.weight(each, team):
                verdicts[each] = "no_weight"
    able = [each for each, reason in verdicts.items() if reason is None]
    label = _label(policy, call)
    if not able:
        return _Attempt(policy=label, verdicts=verdicts)
    pool = call.pool(policy.pool)
    seats = pool.seated(able)
    # Every order ends in the longest idle, and min takes the first of equals: the
    # order of the pool's definition has the last word.
    match policy:
        case RoundRobin():
            member = min(able, key=lambda each: seats[each].last)
            tie, share, weight = _idle(pool, seats[member]), 0, 0
        case Weighted():
            weights = {each: policy.weight(each, team) for each in able}
            member = min(
                able,
                key=lambda each: (
                    pool.due(seats[each], weights[each]),
                    seats[each].last,
                ),
            )
            weight = weights[member]
            share = pool.share(seats[member], weight) + 1
            tie = f"furthest behind its share, {weight} of {sum(weights.values())}"
        case LeastLoaded():
            loads = {each: call.roster.load.get(each, 0) for each in able}
            member = min(able, key=lambda each: (loads[each], seats[each].last))
            equals = sum(load == loads[member] for load in loads.values())
            tie = f"fewest open leads, {loads[member]}"
            if equals > 1:
                tie += f", as {equals - 1} more; {_idle(pool, seats[member])}"
            share, weight = 0, 0
    event = PoolGiven(
        pool=policy.pool,
        member=member,
        turn=pool.turn + 1,
        share=share,
        weight=weight,
    )
    return _Attempt(
        policy=label, verdicts=verdicts, members=(member,), tie=tie, events=(event,)
    )


def _idle(pool: PoolState, seat: Seat) -> str:
    if not seat.last:
        return "no turn yet"
    return f"longest idle, since turn {seat.last} of {pool.turn}"


def _why(policy: str, missed: list[_Attempt], found: _Attempt | None) -> Why:
    """
    Tell of all attempts; of a candidate seen twice the last verdict counts.
    """
    verdicts: dict[MemberId, Reason | None] = {}
    for attempt in missed:
        verdicts |= attempt.verdicts
    if found is not None:
        verdicts |= found.verdicts
    return Why(
        policy=policy,
        chosen=() if found is None else found.members,
        candidates=tuple(verdicts),
        left_out=tuple(
            (each, reason) for each, reason in verdicts.items() if reason is not None
        ),
        tie="" if found is None else found.tie,
        tried=tuple((attempt.policy, attempt.reason) for attempt in missed),
    )
