"""
A team as plain data, as TOML or JSON give it, and back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from leadflow._tables import Table, filled
from leadflow.team._check import check_team
from leadflow.team._people import Absence, Department, DepartmentId, Member, Role
from leadflow.team._team import Team
from leadflow.values import MemberId, RoleId
from leadflow.worktime import WorkCalendar, calendar_to_data, parse_calendar


if TYPE_CHECKING:
    from leadflow.errors import Problem


_ONE_DAY = timedelta(days=1)
_NEVER = datetime.max.replace(tzinfo=UTC)
_T = TypeVar("_T")


def parse_team(
    data: object,
    path: str = "team",
    *,
    calendars: Mapping[str, WorkCalendar] | None = None,
) -> tuple[Team | None, list[Problem]]:
    """
    Read a team from plain data, and check it.

    *data* has lists of tables: ``members`` (``id``, ``name``, ``roles``,
    ``department``, ``head``, ``shift``, ``absences``, ``capacity``, ``weight``,
    ``languages``, ``active``, ``opted_out``), ``roles`` (``id``, ``title``) and
    ``departments`` (``id``, ``title``, ``parent``, ``head``).  A shift is the name
    of one of *calendars*, or a calendar in place.  An absence has ``since``,
    ``until``, ``deputy`` and ``note``; its times are instants with an offset, or
    dates and local times in the zone of the shift, and a date as ``until`` is the
    last day away.

    Returns:
        The team and no problems, or ``None`` and all problems, each with its
        place below *path*.
    """
    problems: list[Problem] = []
    table = Table.of(data, path, problems, what="a team")
    team = Team(
        members=table.tables(
            "members", partial(_member, calendars or {}), what="a member"
        ),
        roles=table.tables("roles", _role, what="a role"),
        departments=table.tables("departments", _department, what="a department"),
    )
    table.end()
    # What could not be read has been told already, and so has its lack of an id.
    told = {place for each in problems for place in (each.path, f"{each.path}.id")}
    problems += [each for each in check_team(team, path) if each.path not in told]
    return (None if problems else team), problems


def _role(table: Table) -> Role:
    return Role(RoleId(table.text("id", required=True)), table.text("title"))


def _department(table: Table) -> Department:
    return Department(
        id=DepartmentId(table.text("id", required=True)),
        title=table.text("title"),
        parent=_maybe(table, "parent", DepartmentId),
        head=_maybe(table, "head", MemberId),
    )


def _member(calendars: Mapping[str, WorkCalendar], table: Table) -> Member:
    shift = _shift(table, calendars)
    return Member(
        id=MemberId(table.text("id", required=True)),
        name=table.text("name"),
        roles=map(RoleId, table.texts("roles")),
        department=_maybe(table, "department", DepartmentId),
        head=_maybe(table, "head", MemberId),
        shift=shift,
        absences=table.tables("absences", partial(_absence, shift), what="an absence"),
        capacity=table.whole("capacity", None),
        weight=table.whole("weight", 1),
        languages=table.texts("languages"),
        active=table.flag("active", default=True),
        opted_out=table.flag("opted_out", default=False),
    )


def _maybe(table: Table, key: str, kind: Callable[[str], _T]) -> _T | None:
    text = table.text(key)
    return kind(text) if text else None


def _shift(table: Table, calendars: Mapping[str, WorkCalendar]) -> WorkCalendar | None:
    value = table.take("shift")
    match value:
        case None:
            return None
        case str():
            if value not in calendars:
                message = f"there is no calendar {value!r}"
                table.wrong("shift", "unknown-calendar", message)
            return calendars.get(value)
        case Mapping():
            calendar, problems = parse_calendar(value, table.place("shift"))
            table.problems += problems
            return calendar
        case _:
            message = "a shift is the name of a calendar, or a calendar"
            table.wrong("shift", "wrong-type", message)
            return None


def _absence(shift: WorkCalendar | None, table: Table) -> Absence:
    since = _instant(table, "since", shift)
    until = _instant(table, "until", shift)
    deputy = _maybe(table, "deputy", MemberId)
    note = table.text("note")
    if since is None:
        table.must_have("since")
        # It keeps its place, so that the checks number the others rightly.
        return Absence(since=_NEVER, deputy=deputy)
    return Absence(since=since, until=until, deputy=deputy, note=note)


def _instant(table: Table, key: str, shift: WorkCalendar | None) -> datetime | None:
    value = table.take(key)
    if isinstance(value, str):
        value = _read_time(value)
        if value is None:
            table.wrong(key, "bad-time", f"{key!r} is no ISO 8601 date or time")
            return None
    if value is None:
        return None
    if not isinstance(value, date):
        table.wrong(key, "wrong-type", f"{key!r} of an absence is a date or a time")
        return None
    if not isinstance(value, datetime):
        # The last day away is away to its end.
        day = value + _ONE_DAY if key == "until" else value
        value = datetime.combine(day, time())
    if value.utcoffset() is not None:
        return value
    if shift is None:
        message = f"{key!r} has no offset, and the member no shift to tell the zone"
        table.wrong(key, "no-zone", message)
        return None
    return value.replace(tzinfo=ZoneInfo(shift.zone))


def _read_time(text: str) -> date | None:
    for read in (date.fromisoformat, datetime.fromisoformat):
        try:
            return read(text)
        except ValueError:
            continue
    return None


# -- and back --------------------------------------------------------------------


def team_to_data(
    team: Team, *, calendars: Mapping[str, WorkCalendar] | None = None
) -> dict[str, object]:
    """
    Write a team as plain data that `parse_team` reads back equal.

    A shift that is one of *calendars* is written by its name.
    """
    names = {calendar: name for name, calendar in (calendars or {}).items()}
    return filled(
        members=[_member_to_data(member, names) for member in team.members],
        roles=[filled(id=role.id, title=role.title) for role in team.roles],
        departments=[
            filled(id=each.id, title=each.title, parent=each.parent, head=each.head)
            for each in team.departments
        ],
    )


def _member_to_data(
    member: Member, names: Mapping[WorkCalendar, str]
) -> dict[str, object]:
    shift: object = None
    if member.shift is not None:
        shift = names.get(member.shift) or calendar_to_data(member.shift)
    data = filled(
        id=member.id,
        name=member.name,
        roles=sorted(member.roles),
        department=member.department,
        head=member.head,
        shift=shift,
        absences=[_absence_to_data(absence) for absence in member.absences],
        languages=sorted(member.languages),
    )
    if member.capacity is not None:
        data["capacity"] = member.capacity
    if member.weight != 1:
        data["weight"] = member.weight
    if not member.active:
        data["active"] = False
    if member.opted_out:
        data["opted_out"] = True
    return data


def _absence_to_data(absence: Absence) -> dict[str, object]:
    return filled(
        since=absence.since.isoformat(),
        until=None if absence.until is None else absence.until.isoformat(),
        deputy=absence.deputy,
        note=absence.note,
    )
