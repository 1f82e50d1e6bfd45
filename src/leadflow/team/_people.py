"""
One member, with what decides whether leads can be given to them.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, NewType, TypeAlias

import attrs

from leadflow.errors import Refused
from leadflow.values import MemberId, RoleId, aware_utc
from leadflow.worktime import WorkCalendar


if TYPE_CHECKING:
    from collections.abc import Iterable


DepartmentId = NewType("DepartmentId", str)

Hindrance: TypeAlias = Literal["inactive", "absent", "off_duty"]
"""Why a member is not on duty: gone, away for days, or outside of the shift."""


def _roles(ids: Iterable[RoleId]) -> frozenset[RoleId]:
    return frozenset(ids)


def _texts(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(texts)


@attrs.frozen
class Duty:
    """
    Tell whether a member is on duty, and if not, what stands against it.

    True in a condition when there is no *reason*.
    """

    reason: Hindrance | None = None

    def __bool__(self) -> bool:
        return self.reason is None


@attrs.frozen
class Role:
    """
    Name a role that members are in: a queue that leads can wait in (R31).
    """

    id: RoleId
    title: str = ""


@attrs.frozen(kw_only=True)
class Department:
    """
    Hold one department of the tree; a root has no *parent*.
    """

    id: DepartmentId
    title: str = ""
    parent: DepartmentId | None = None
    head: MemberId | None = None


@attrs.frozen(kw_only=True)
class Absence:
    """
    Tell that a member is away from *since* up to, and without, *until* (R25).

    Without *until* nobody knows yet when they come back.  *deputy* stands in
    meanwhile.

    Raises:
        Refused: an instant is naive (rule ``value.naive-datetime``).
    """

    since: datetime = attrs.field(converter=aware_utc)
    until: datetime | None = attrs.field(
        default=None, converter=attrs.converters.optional(aware_utc)
    )
    deputy: MemberId | None = None
    note: str = ""

    def covers(self, at: datetime) -> bool:
        """
        Tell whether the member is away at the instant *at*.
        """
        return self.since <= at and (self.until is None or at < self.until)


@attrs.frozen(kw_only=True)
class Member:
    """
    Hold a person that leads are given to.

    *shift* are the hours on duty, around the clock without one.  *capacity* is
    how many open leads they may have at once, any number without one.  *weight*
    is their share in a weighted pool.  *active* is false for those who left,
    *opted_out* true for those who work but get no new leads.  *head* is set
    where the department's tree does not tell it.
    """

    id: MemberId
    name: str = ""
    roles: frozenset[RoleId] = attrs.field(default=frozenset(), converter=_roles)
    department: DepartmentId | None = None
    head: MemberId | None = None
    shift: WorkCalendar | None = None
    absences: tuple[Absence, ...] = ()
    capacity: int | None = None
    weight: int = 1
    languages: frozenset[str] = attrs.field(default=frozenset(), converter=_texts)
    active: bool = True
    opted_out: bool = False

    def absence(self, at: datetime) -> Absence | None:
        """
        Return the absence that covers *at*, one with a deputy before others.
        """
        if not self.absences:
            return None
        covering = [absence for absence in self.absences if absence.covers(at)]
        with_deputy = [absence for absence in covering if absence.deputy is not None]
        return next(iter(with_deputy or covering), None)

    def duty(self, at: datetime) -> Duty:
        """
        Tell whether the member is on duty at *at*, with the reason if not (R32).

        Raises:
            Refused: *at* is naive (rule ``value.naive-datetime``).
        """
        return Duty(self.hindrance(at))

    def hindrance(self, at: datetime) -> Hindrance | None:
        """
        Return what stands against duty at *at*, None for who is on duty (R32).

        Raises:
            Refused: *at* is naive (rule ``value.naive-datetime``).
        """
        instant = aware_utc(at)
        if not self.active:
            return "inactive"
        if self.absences and self.absence(instant) is not None:
            return "absent"
        if self.shift is not None and not self.shift.is_open(instant):
            return "off_duty"
        return None

    def next_duty(self, at: datetime) -> datetime | None:
        """
        Return the first instant from *at* on at which the member is on duty.

        None for who left, is away without an end, or has no shift to come.

        Raises:
            Refused: *at* is naive (rule ``value.naive-datetime``).
        """
        instant = aware_utc(at)
        if not self.active:
            return None
        while True:
            # An absence that is over is never entered again: this ends.
            ends = [each.until for each in self.absences if each.covers(instant)]
            if ends:
                if any(end is None for end in ends):
                    return None
                instant = max(end for end in ends if end is not None)
                continue
            if self.shift is None:
                return instant
            try:
                opens = self.shift.next_open(instant)
            except Refused:
                return None
            if opens == instant:
                return instant
            instant = opens
