"""
What can be wrong with a team, all of it at once (R45).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from leadflow._problems import check_ids, unknown
from leadflow.errors import Problem


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from leadflow.team._people import Absence, Member
    from leadflow.team._team import Team
    from leadflow.values import MemberId


_T = TypeVar("_T")


def check_team(team: Team, path: str = "team") -> tuple[Problem, ...]:
    """
    Return all that is wrong with *team*, each with its place below *path*.

    Ids must be there and be used once; roles, departments, deputies and heads
    must exist; no chain of departments, heads or deputies may come back to its
    start; capacities and weights are not negative, absences not empty.
    """
    return (
        *check_ids((member.id for member in team.members), f"{path}.members", "member"),
        *check_ids((role.id for role in team.roles), f"{path}.roles", "role"),
        *check_ids(
            (department.id for department in team.departments),
            f"{path}.departments",
            "department",
        ),
        *_departments(team, path),
        *(
            problem
            for number, member in enumerate(team.members)
            for problem in _member(team, member, f"{path}.members[{number}]")
        ),
    )


def _departments(team: Team, path: str) -> Iterator[Problem]:
    known = {department.id: department for department in team.departments}
    for number, department in enumerate(team.departments):
        place = f"{path}.departments[{number}]"
        if department.head is not None and team.find(department.head) is None:
            yield unknown(f"{place}.head", "member", department.head)
        if department.parent is None:
            continue
        if department.parent not in known:
            yield unknown(f"{place}.parent", "department", department.parent)
        if _comes_back(
            department.id,
            lambda each: known[each].parent if each in known else None,
        ):
            message = f"the departments above {department.id!r} lead back to it"
            yield Problem(f"{place}.parent", "department-loop", message)


def _member(team: Team, member: Member, path: str) -> Iterator[Problem]:
    known_roles = {role.id for role in team.roles}
    for role in sorted(member.roles - known_roles):
        yield unknown(f"{path}.roles", "role", role)
    departments = {department.id for department in team.departments}
    if member.department is not None and member.department not in departments:
        yield unknown(f"{path}.department", "department", member.department)
    if member.head is not None:
        if team.find(member.head) is None:
            yield unknown(f"{path}.head", "member", member.head)
        if member.head == member.id or _comes_back(member.id, team.head_of):
            message = f"the heads above {member.id!r} lead back to them"
            yield Problem(f"{path}.head", "head-loop", message)
    if member.capacity is not None and member.capacity < 0:
        message = f"a capacity of {member.capacity} is below nought"
        yield Problem(f"{path}.capacity", "negative", message)
    if member.weight < 0:
        message = f"a weight of {member.weight} is below nought"
        yield Problem(f"{path}.weight", "negative", message)
    for number, absence in enumerate(member.absences):
        yield from _absence(team, member, absence, f"{path}.absences[{number}]")


def _absence(
    team: Team, member: Member, absence: Absence, path: str
) -> Iterator[Problem]:
    if absence.until is not None and absence.until <= absence.since:
        message = f"the absence ends at {absence.until.isoformat()}, before it begins"
        yield Problem(f"{path}.until", "empty-absence", message)
        return
    if absence.deputy is None:
        return
    if team.find(absence.deputy) is None:
        yield unknown(f"{path}.deputy", "member", absence.deputy)
        return

    # A loop holds from the latest beginning of its absences on, so that it is
    # enough to look at beginnings.
    def deputy(each: MemberId) -> MemberId | None:
        found = team.find(each)
        away = None if found is None else found.absence(absence.since)
        return None if away is None else away.deputy

    if _comes_back(member.id, deputy):
        message = f"the deputies of {member.id!r} are away and lead back to them"
        yield Problem(f"{path}.deputy", "deputy-loop", message)


def _comes_back(start: _T, step: Callable[[_T], _T | None]) -> bool:
    """
    Tell whether *start* lies on a loop of *step*, not only before one.
    """
    seen: list[_T] = []
    current = step(start)
    while current is not None and current not in seen:
        if current == start:
            return True
        seen.append(current)
        current = step(current)
    return False
