"""
Scenarios as plain data, in the shape that TOML and JSON can say, and back.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import attrs

from leadflow._durations import write_duration
from leadflow._tables import Table
from leadflow.scenario._scenario import Permission, Purpose, Scenario
from leadflow.scenario._stages import (
    ChecklistItem,
    Requirements,
    Robot,
    RobotStart,
    Stage,
    StageKind,
)


if TYPE_CHECKING:
    from leadflow.errors import Problem


__all__ = ("parse_scenario", "scenario_to_data")


# -- reading -------------------------------------------------------------------


def parse_scenario(
    data: object, path: str = "scenario"
) -> tuple[Scenario | None, list[Problem]]:
    """
    Return the scenario that *data* tells, or None and all problems (R45).

    Keys are the fields' names.  Durations are texts (``3d``), ``documents`` and
    ``arguments`` are tables.  Only the shape is judged here: unknown and missing
    keys, wrong types, words that are none of those to choose from; what it says
    is for `check_scenario`.
    """
    problems: list[Problem] = []
    table = Table.of(data, path, problems, what="a scenario")
    scenario = Scenario(
        id=table.text("id", required=True),
        title=table.text("title"),
        version=table.whole("version", 1),
        purpose=table.choice("purpose", Purpose, "sales"),
        skips=table.choice("skips", Permission, "allowed"),
        returns=table.choice("returns", Permission, "allowed"),
        reasons=table.texts("reasons"),
        reason_required=table.flag("reason_required", default=True),
        currency=table.text("currency"),
        stages=table.tables("stages", _stage, what="a stage"),
    )
    table.end()
    return (None if problems else scenario), problems


def _stage(table: Table) -> Stage:
    return Stage(
        id=table.text("id", required=True),
        title=table.text("title"),
        kind=table.choice("kind", StageKind, "open"),
        colour=table.text("colour"),
        probability=table.whole("probability", None),
        rot_after=table.duration("rot_after"),
        moves_to=table.texts("moves_to"),
        checklist=table.tables("checklist", _item, what="a checklist item"),
        enter=table.table("enter", _requirements, what="what a stage asks"),
        leave=table.table("leave", _requirements, what="what a stage asks"),
        robots=table.tables("robots", _robot, what="a robot"),
    )


def _item(table: Table) -> ChecklistItem:
    return ChecklistItem(table.text("id", required=True), table.text("title"))


def _requirements(table: Table) -> Requirements:
    return Requirements(
        fields=table.texts("fields"),
        checklist=table.texts("checklist"),
        documents=table.whole_pairs("documents"),
        tasks=table.texts("tasks"),
        all_tasks=table.flag("all_tasks", default=False),
    )


def _robot(table: Table) -> Robot:
    return Robot(
        on=table.choice("on", RobotStart, "enter"),
        action=table.text("action", required=True),
        arguments=table.text_pairs("arguments"),
        after=table.duration("after") or timedelta(0),
        event=table.text("event"),
    )


# -- writing -------------------------------------------------------------------


def scenario_to_data(scenario: Scenario) -> dict[str, Any]:
    """
    Return *scenario* as plain data that `parse_scenario` reads back to an equal one.

    What has its default is left out.

    Raises:
        DefinitionError: a duration is not of whole seconds, which a text cannot
            say.
    """
    plain: dict[str, Any] = _plain(scenario)
    return plain


# Rows of pairs, which are tables to a reader.
_TABLES = frozenset({"arguments", "documents"})


def _plain(value: Any) -> Any:
    if isinstance(value, timedelta):
        return write_duration(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if not attrs.has(type(value)):
        return value
    fields = (
        (field, getattr(value, field.name)) for field in attrs.fields(type(value))
    )
    return {
        field.name: dict(held) if field.name in _TABLES else _plain(held)
        for field, held in fields
        if held != field.default
    }
