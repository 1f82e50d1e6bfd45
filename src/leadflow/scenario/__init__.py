"""
The ordered stages of one line of business, with what each asks and does.

A `Scenario` is data and can be made anyhow; `check_scenario` says what is wrong
with it, all at once (R45).  What a stage is, open, won or lost, is its *kind*
and never read off its name or place.  Which moves there are is one relation:
`Scenario.flow` holds it as a table, `Scenario.step` explains why it refuses.

- One stage forward is always allowed, and to a lost stage from every open one.
- Further forward, past open stages, is allowed where *skips* are; a won stage
  comes after the last open one, so winning early is a skip too.
- Back is allowed where *returns* are.
- A stage with `moves_to` allows these, and the lost ones, instead (branches).
- A closed interest does not move; `Scenario.reopen` leads to an open stage.

Requirements stand on the two ends of a move: what the stage that is left asks
of who goes forward, and what the stage that is entered asks of everybody.
Stages in between ask nothing: an interest that may skip a stage may skip what
it asks.  Going back or losing does not need what going on would have needed.

A scenario is never changed under an interest: a changed one is a new *version*,
and an interest names the version that it runs under (R37).
"""

from __future__ import annotations

from leadflow.scenario._check import OWN_FIELDS, ROBOT_ACTIONS, check_scenario
from leadflow.scenario._data import parse_scenario, scenario_to_data
from leadflow.scenario._scenario import Permission, Purpose, Scenario, Staged
from leadflow.scenario._stages import (
    NOTHING,
    ChecklistItem,
    Requirements,
    Robot,
    RobotStart,
    Stage,
    StageKind,
    Standing,
    unmet,
)


__all__ = (
    "NOTHING",
    "OWN_FIELDS",
    "ROBOT_ACTIONS",
    "ChecklistItem",
    "Permission",
    "Purpose",
    "Requirements",
    "Robot",
    "RobotStart",
    "Scenario",
    "Stage",
    "StageKind",
    "Staged",
    "Standing",
    "check_scenario",
    "parse_scenario",
    "scenario_to_data",
    "unmet",
)
