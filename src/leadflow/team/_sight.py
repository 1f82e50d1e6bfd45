"""
Who may see and work a record (R29), as pure questions.

Sight is by rank and by what the channel grants.  Who answers for a record, the
heads above them and the deputies of the absent always see it; beside them those
whom the `Visibility` lets in.  Nothing is ever hidden from everybody: a record
that nobody answers for (any more) is seen by those on the list, or by all where
there is no list.  What may be done in which state is the scenario's to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import attrs

from leadflow.values import MemberId, RoleId


if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from leadflow.team._people import Member
    from leadflow.team._team import Team


Scope: TypeAlias = Literal["all", "role", "department", "own"]
"""How far sight reaches: all members, those who share a role with who answers
for it, those of their department or one above, or nobody further."""


def _members(ids: Iterable[MemberId]) -> frozenset[MemberId]:
    return frozenset(ids)


def _roles(ids: Iterable[RoleId]) -> frozenset[RoleId]:
    return frozenset(ids)


@attrs.frozen(kw_only=True)
class Visibility:
    """
    Tell who sees records beside those who answer for them (R10, R29).

    *members* and *roles* are a list that sees all of them, whatever the scope:
    ``Visibility(scope="own", members=["anna"])`` is one user.
    """

    scope: Scope = "all"
    members: frozenset[MemberId] = attrs.field(default=frozenset(), converter=_members)
    roles: frozenset[RoleId] = attrs.field(default=frozenset(), converter=_roles)


EVERYONE = Visibility()


def may_see(
    team: Team,
    viewer: MemberId,
    *,
    assignees: Iterable[MemberId],
    role: RoleId | None = None,
    visibility: Visibility = EVERYONE,
    at: datetime | None = None,
) -> bool:
    """
    Tell whether *viewer* may see a record of *assignees*, or that waits for *role*.

    With *at*, deputies see what the absent answer for.  Who is unknown or has
    left sees nothing.
    """
    seer = team.find(viewer)
    if seer is None or not seer.active:
        return False
    if visibility.scope == "all":
        return True
    if viewer in visibility.members or seer.roles & visibility.roles:
        return True
    answering = _answering(team, tuple(assignees), role)
    if not answering:
        return not (visibility.members or visibility.roles)
    return any(
        _is_above(team, viewer, member, at)
        or _in_scope(team, seer, team.find(member), visibility.scope)
        for member in answering
    )


def may_work(
    team: Team,
    worker: MemberId,
    *,
    assignees: Iterable[MemberId],
    role: RoleId | None = None,
    at: datetime | None = None,
) -> bool:
    """
    Tell whether *worker* may change a record: theirs, their people's, or nobody's.

    With *at*, deputies may work what the absent answer for.
    """
    found = team.find(worker)
    if found is None or not found.active:
        return False
    answering = _answering(team, tuple(assignees), role)
    return not answering or any(
        _is_above(team, worker, member, at) for member in answering
    )


def _answering(
    team: Team, assignees: tuple[MemberId, ...], role: RoleId | None
) -> tuple[MemberId, ...]:
    """
    Return who answers for it: nobody, where they and all above them are gone.
    """
    answering = assignees
    if not assignees and role is not None:
        answering = tuple(member.id for member in team.in_role(role))
    ranks = (each for member in answering for each in (member, *team.heads_of(member)))
    found = (team.find(each) for each in ranks)
    if any(member is not None and member.active for member in found):
        return answering
    return ()


def _is_above(
    team: Team, viewer: MemberId, member: MemberId, at: datetime | None
) -> bool:
    """
    Tell whether *viewer* is the member, one of their heads, or their deputy.
    """
    if viewer == member or viewer in team.heads_of(member):
        return True
    deputy = None if at is None else team.deputy_of(member, at)
    return deputy is not None and deputy.id == viewer


def _in_scope(team: Team, seer: Member, member: Member | None, scope: Scope) -> bool:
    if member is None:
        return False
    match scope:
        case "role":
            return bool(seer.roles & member.roles)
        case "department":
            return seer.department in set(team.lineage(member.department))
        case _:
            return False
