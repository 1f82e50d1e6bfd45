"""
The people that leads are given to: members, roles, departments, duty and sight.

A team is one frozen value.  It answers who is on duty at an instant and why
somebody is not (R32, R34), who stands in for the absent (R25), who is whose
head, and who may see and work what (R29).
"""

from __future__ import annotations

from leadflow.team._check import check_team
from leadflow.team._data import parse_team, team_to_data
from leadflow.team._people import (
    Absence,
    Department,
    DepartmentId,
    Duty,
    Hindrance,
    Member,
    Role,
)
from leadflow.team._sight import EVERYONE, Scope, Visibility, may_see, may_work
from leadflow.team._team import Team


__all__ = (
    "EVERYONE",
    "Absence",
    "Department",
    "DepartmentId",
    "Duty",
    "Hindrance",
    "Member",
    "Role",
    "Scope",
    "Team",
    "Visibility",
    "check_team",
    "may_see",
    "may_work",
    "parse_team",
    "team_to_data",
)
