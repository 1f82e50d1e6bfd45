"""
All members, roles and departments, and the questions about them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Protocol, TypeVar

import attrs

from leadflow.errors import UnknownRecord
from leadflow.team._people import Department, DepartmentId, Duty, Member, Role
from leadflow.values import MemberId, RoleId, aware_utc


if TYPE_CHECKING:
    from datetime import datetime


class _Named(Protocol):
    @property
    def id(self) -> str: ...


_N = TypeVar("_N", bound=_Named)


def _by_id(records: Iterable[_N]) -> Mapping[str, _N]:
    """
    Index *records*; of two with one id the first counts, as in the checks.
    """
    found: dict[str, _N] = {}
    for record in records:
        found.setdefault(record.id, record)
    return found


@attrs.frozen(kw_only=True)
class Team:
    """
    Hold everybody that work can be given to, in the order of the definition.

    Look-ups never follow a loop twice, so they answer for any team; whether the
    team makes sense is `check_team`'s to say.
    """

    members: tuple[Member, ...] = ()
    roles: tuple[Role, ...] = ()
    departments: tuple[Department, ...] = ()
    _members: Mapping[str, Member] = attrs.field(
        init=False,
        repr=False,
        eq=False,
        default=attrs.Factory(lambda self: _by_id(self.members), takes_self=True),
    )
    _roles: Mapping[str, Role] = attrs.field(
        init=False,
        repr=False,
        eq=False,
        default=attrs.Factory(lambda self: _by_id(self.roles), takes_self=True),
    )
    _departments: Mapping[str, Department] = attrs.field(
        init=False,
        repr=False,
        eq=False,
        default=attrs.Factory(lambda self: _by_id(self.departments), takes_self=True),
    )

    # -- look-ups ------------------------------------------------------------------

    def find(self, member: MemberId) -> Member | None:
        """
        Return the member, or None where there is none of that id.
        """
        return self._members.get(member)

    def member(self, member: MemberId) -> Member:
        """
        Return the member.

        Raises:
            UnknownRecord: nobody has that id (rule ``team.unknown-member``).
        """
        return _found(self._members, member, "member")

    def role(self, role: RoleId) -> Role:
        """
        Return the role.

        Raises:
            UnknownRecord: no role has that id (rule ``team.unknown-role``).
        """
        return _found(self._roles, role, "role")

    def department(self, department: DepartmentId) -> Department:
        """
        Return the department.

        Raises:
            UnknownRecord: none has that id (rule ``team.unknown-department``).
        """
        return _found(self._departments, department, "department")

    def in_role(self, role: RoleId) -> tuple[Member, ...]:
        """
        Return all members in *role*, on duty or not, in the team's order.
        """
        return tuple(member for member in self.members if role in member.roles)

    def in_department(self, department: DepartmentId) -> tuple[Member, ...]:
        """
        Return all members of *department* and of those below it.
        """
        return tuple(
            member
            for member in self.members
            if department in set(self.lineage(member.department))
        )

    def lineage(self, department: DepartmentId | None) -> Iterator[DepartmentId]:
        """
        Yield *department* and those above it, the root last, none twice.
        """
        seen: set[DepartmentId] = set()
        while department is not None and department not in seen:
            yield department
            seen.add(department)
            found = self._departments.get(department)
            department = None if found is None else found.parent

    # -- duty ----------------------------------------------------------------------

    def is_on_duty(self, member: MemberId, at: datetime) -> Duty:
        """
        Tell whether *member* is on duty at *at*, with the reason if not (R32).

        Raises:
            UnknownRecord: nobody has that id (rule ``team.unknown-member``).
        """
        return self.member(member).duty(at)

    def on_duty(
        self, at: datetime, *, role: RoleId | None = None
    ) -> tuple[Member, ...]:
        """
        Return who is on duty at *at*, of all or of those in *role*.
        """
        members = self.members if role is None else self.in_role(role)
        return tuple(member for member in members if member.duty(at))

    def next_duty(self, at: datetime, *, role: RoleId | None = None) -> datetime | None:
        """
        Return when the first of all, or of those in *role*, is on duty from *at*.
        """
        members = self.members if role is None else self.in_role(role)
        starts = [member.next_duty(at) for member in members]
        return min((start for start in starts if start is not None), default=None)

    def deputy_of(self, member: MemberId, at: datetime) -> Member | None:
        """
        Return who stands in for *member* at *at*, passing by deputies away too.

        None where the member is not absent, or the chain of deputies ends, turns
        back on itself, or leads to somebody who left (R25).
        """
        instant = aware_utc(at)
        current = self.find(member)
        seen: set[MemberId] = set()
        while current is not None and current.active and current.id not in seen:
            absence = current.absence(instant)
            if absence is None:
                return None if current.id == member else current
            seen.add(current.id)
            current = None if absence.deputy is None else self.find(absence.deputy)
        return None

    # -- heads ---------------------------------------------------------------------

    def head_of(self, member: MemberId) -> MemberId | None:
        """
        Return the head of *member*: their own, else the department's.

        The head of a department has the head of the one above, and so on up;
        who stands at the top has none, and so has who is unknown.
        """
        found = self.find(member)
        if found is None:
            return None
        if found.head is not None and found.head != member:
            return found.head
        for department in self.lineage(found.department):
            here = self._departments.get(department)
            if here is not None and here.head is not None and here.head != member:
                return here.head
        return None

    def heads_of(self, member: MemberId) -> tuple[MemberId, ...]:
        """
        Return the head of *member*, the head's head, and so on, none twice.
        """
        chain: list[MemberId] = []
        head = self.head_of(member)
        while head is not None and head != member and head not in chain:
            chain.append(head)
            head = self.head_of(head)
        return tuple(chain)

    def heads(self, department: DepartmentId) -> tuple[MemberId, ...]:
        """
        Return the heads of *department* and of those above it, none twice.
        """
        here = (self._departments.get(each) for each in self.lineage(department))
        return tuple(
            dict.fromkeys(
                each.head for each in here if each is not None and each.head is not None
            )
        )

    def subordinates(self, member: MemberId) -> tuple[Member, ...]:
        """
        Return everybody that has *member* above them, near or far.
        """
        return tuple(each for each in self.members if member in self.heads_of(each.id))


def _found(known: Mapping[str, _N], id: str, kind: str) -> _N:  # noqa: A002 - the field's name
    found = known.get(id)
    if found is None:
        raise UnknownRecord(f"team.unknown-{kind}", f"the team has no {kind} {id!r}")
    return found
