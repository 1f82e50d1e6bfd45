"""
What a choice rests on, and what comes of it, as plain values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

import attrs

from leadflow.assignment._pool import PoolGiven, PoolState, evolve
from leadflow.team import Team
from leadflow.values import (
    ChannelId,
    Fields,
    MemberId,
    Product,
    RoleId,
    Source,
    Why,
    aware_utc,
)


__all__ = ("Assignment", "Request", "Roster")

_NO_CHANNEL = ChannelId("")


def _tags(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(texts)


def _members(ids: Iterable[MemberId]) -> frozenset[MemberId]:
    return frozenset(ids)


def _loads(loads: Mapping[MemberId, int]) -> Mapping[MemberId, int]:
    return MappingProxyType(dict(loads))


def _pools(pools: Mapping[str, PoolState]) -> Mapping[str, PoolState]:
    return MappingProxyType(dict(pools))


@attrs.frozen(kw_only=True)
class Request:
    """
    Tell what wants somebody: everything that a policy may go by.

    *at* is when it came in, aware UTC.  *client_owner* is the member that a
    known client has already; *exclude* are those who must not get it (who let
    it lie, when it is escalated).
    """

    at: datetime = attrs.field(converter=aware_utc)
    channel: ChannelId = _NO_CHANNEL
    source: Source = attrs.field(factory=Source)
    products: tuple[Product, ...] = ()
    language: str = ""
    tags: frozenset[str] = attrs.field(default=frozenset(), converter=_tags)
    fields: Fields = ()
    client_owner: MemberId | None = None
    exclude: frozenset[MemberId] = attrs.field(default=frozenset(), converter=_members)


@attrs.frozen(kw_only=True)
class Roster:
    """
    Hold what is known of the team at the moment *at* of giving out.

    *load* is how many open leads each has, none where it is not said; *pools*
    are the pools' records, fresh where they are not there.  `needs` tells what
    has to be read for a policy.
    """

    team: Team
    at: datetime = attrs.field(converter=aware_utc)
    load: Mapping[MemberId, int] = attrs.field(factory=dict, converter=_loads)
    pools: Mapping[str, PoolState] = attrs.field(factory=dict, converter=_pools)

    def after(self, assignment: Assignment) -> Roster:
        """
        Return the roster as it is once *assignment* is carried out.

        So a batch is given out one by one in memory, and committed at once.
        """
        load = dict(self.load)
        for member in assignment.members:
            load[member] = load.get(member, 0) + 1
        pools = dict(self.pools)
        for event in assignment.pool_events:
            pools[event.pool] = evolve(pools.get(event.pool), event)
        return attrs.evolve(self, load=load, pools=pools)


@attrs.frozen(kw_only=True)
class Assignment:
    """
    Tell who answers for it from now on, and why: *members*, a *role*, or nobody.

    *pool_events* are to be committed together with it.  *again_at* is set where
    nobody was found: the first instant at which one of those who are off duty or
    absent is back (R32).
    """

    members: tuple[MemberId, ...] = ()
    role: RoleId | None = None
    why: Why
    pool_events: tuple[PoolGiven, ...] = ()
    again_at: datetime | None = None

    def __bool__(self) -> bool:
        return bool(self.members) or self.role is not None
