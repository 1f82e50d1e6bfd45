"""
A member's workload: how many open leads they have, as a record of its own.

It is written in one commit with the lead that it counts, so a limit holds also
when many workers assign at once (R32).
"""

from __future__ import annotations

from typing import TypeAlias

import attrs

from leadflow.values import LeadId, MemberId, Ref


__all__ = (
    "Workload",
    "WorkloadChanged",
    "WorkloadCounted",
    "WorkloadEvent",
    "evolve",
)


@attrs.frozen(kw_only=True)
class Workload:
    """
    Hold how many leads of *member* are open.

    Changes only add up, in whatever order; so where counting began when leads
    were open already, *open* may be below nought, until `WorkloadCounted` sets
    it right.
    """

    member: MemberId
    open: int = 0

    @property
    def ref(self) -> Ref:
        """Return the name of the record."""
        return Ref("workload", self.member)


@attrs.frozen(kw_only=True)
class WorkloadChanged:
    """
    Tell that *member* has *delta* more open leads, or less, by *lead*.
    """

    member: MemberId
    delta: int
    lead: LeadId


@attrs.frozen(kw_only=True)
class WorkloadCounted:
    """
    Tell that the open leads of *member* were counted anew.
    """

    member: MemberId
    open: int


WorkloadEvent: TypeAlias = WorkloadChanged | WorkloadCounted


def evolve(state: Workload | None, event: WorkloadEvent) -> Workload:
    """
    Return the workload as it is after *event*; it begins with none.
    """
    before = Workload(member=event.member) if state is None else state
    match event:
        case WorkloadChanged():
            return attrs.evolve(before, open=before.open + event.delta)
        case WorkloadCounted():
            return attrs.evolve(before, open=event.open)
