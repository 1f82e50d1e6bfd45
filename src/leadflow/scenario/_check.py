"""
The checks: what is wrong with a scenario, all at once (R45).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING, get_args

import attrs

from leadflow._problems import check_currency, unknown_value
from leadflow.charts import Definition, check, dead_ends, unreachable
from leadflow.errors import Problem
from leadflow.scenario._scenario import Permission, Purpose, Scenario
from leadflow.scenario._stages import RobotStart, StageKind


if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadflow.scenario._stages import Requirements, Robot, Stage


__all__ = ("OWN_FIELDS", "ROBOT_ACTIONS", "check_scenario")

OWN_FIELDS = frozenset(
    {
        "amount",
        "assignees",
        "contacts",
        "description",
        "expected_close",
        "products",
        "service",
        "source",
        "theme",
    }
)
"""The interest's own fields that a stage can require beside custom ones (R38)."""

ROBOT_ACTIONS = frozenset(
    {
        "assign",
        "message",
        "move",
        "notify",
        "process",
        "reminder",
        "set_field",
        "task",
        "webhook",
    }
)
"""
What a robot can do (R39).

``move`` goes to the stage of its argument ``stage``, ``set_field`` fills the
field of its argument ``field``; the others' arguments are for who carries them
out.
"""


def check_scenario(
    scenario: Scenario,
    declared_fields: Collection[str] = frozenset(),
    path: str = "",
    *,
    actions: Collection[str] = ROBOT_ACTIONS,
) -> tuple[Problem, ...]:
    """
    Return all problems of *scenario*, each with its place below *path* (R45).

    *declared_fields* are the custom fields that exist; *path* is
    ``scenarios.<id>`` unless told; *actions* are what robots can do.  The rules
    are listed in the how-to "Draw and check a scenario".
    """
    checking = _Checking(
        scenario,
        path or f"scenarios.{scenario.id}",
        OWN_FIELDS | frozenset(declared_fields),
        actions,
    )
    return tuple(checking.problems())


@attrs.frozen
class _Checking:
    scenario: Scenario
    path: str
    fields: frozenset[str]
    actions: Collection[str]

    def problems(self) -> Iterator[Problem]:
        yield from self._settings()
        yield from self._kinds()
        # The chart knows what a name may be; its other rules are told below in
        # the words of stages.
        for problem in check(self.scenario.definition, self.path):
            if problem.rule in {"bad-id", "duplicate-id", "reserved-id"}:
                place = problem.path.replace(".states[", ".stages[")
                yield attrs.evolve(problem, path=place)
        for index, stage in enumerate(self.scenario.stages):
            place = f"{self.path}.stages[{index}]"
            yield from self._stage(place, stage)
            yield from self._asks(place, stage)
            for number, robot in enumerate(stage.robots):
                yield from self._robot(f"{place}.robots[{number}]", stage, robot)
        yield from self._checklists()
        yield from self._ways()
        yield from self._loops()

    def _settings(self) -> Iterator[Problem]:
        scenario = self.scenario
        if scenario.version < 1:
            yield Problem(
                f"{self.path}.version",
                "bad-version",
                f"the version {scenario.version} is below 1",
            )
        yield from check_currency(scenario.currency, f"{self.path}.currency")
        for name, known in (
            ("purpose", Purpose),
            ("skips", Permission),
            ("returns", Permission),
        ):
            if (given := getattr(scenario, name)) not in get_args(known):
                yield unknown_value(f"{self.path}.{name}", given, get_args(known))

    def _kinds(self) -> Iterator[Problem]:
        kinds = {stage.kind for stage in self.scenario.stages}
        for kind in get_args(StageKind):
            if kind not in kinds:
                yield Problem(
                    f"{self.path}.stages", f"no-{kind}-stage", f"no stage is {kind}"
                )

    def _stage(self, place: str, stage: Stage) -> Iterator[Problem]:
        if stage.kind not in get_args(StageKind):
            yield unknown_value(f"{place}.kind", stage.kind, get_args(StageKind))
        if stage.probability is not None and not 0 <= stage.probability <= 100:
            yield Problem(
                f"{place}.probability",
                "bad-probability",
                f"{stage.probability} is not between 0 and 100 percent",
            )
        if stage.rot_after is not None and stage.rot_after <= timedelta(0):
            yield Problem(
                f"{place}.rot_after", "bad-duration", "it must be longer than nothing"
            )
        if stage.kind != "open":
            # K6: what is won or lost is never rotten.
            for name in ("rot_after", "moves_to", "leave"):
                if getattr(stage, name):
                    yield Problem(
                        f"{place}.{name}",
                        "closed-stage",
                        f"{stage.id!r} is {stage.kind}: an interest does not wait"
                        " there and leaves only by being reopened",
                    )
        for number, target in enumerate(stage.moves_to):
            if not self.scenario.has(target):
                yield Problem(
                    f"{place}.moves_to[{number}]",
                    "unknown-target",
                    f"there is no stage {target!r}",
                )
            if target == stage.id:
                yield Problem(
                    f"{place}.moves_to[{number}]",
                    "same-stage",
                    f"{target!r} cannot follow itself",
                )

    def _asks(self, place: str, stage: Stage) -> Iterator[Problem]:
        items = {item.id for stage in self.scenario.stages for item in stage.checklist}
        asked: tuple[tuple[str, Requirements], ...] = (
            ("enter", stage.enter),
            ("leave", stage.leave),
        )
        for name, requirements in asked:
            for number, field in enumerate(requirements.fields):
                if field not in self.fields:
                    yield Problem(
                        f"{place}.{name}.fields[{number}]",
                        "undeclared-field",
                        f"nobody declares the field {field!r}",
                    )
            for number, item in enumerate(requirements.checklist):
                if item not in items:
                    yield Problem(
                        f"{place}.{name}.checklist[{number}]",
                        "unknown-item",
                        f"no stage has the checklist item {item!r}",
                    )
            seen: set[str] = set()
            for kind, count in requirements.documents:
                if count < 1:
                    yield Problem(
                        f"{place}.{name}.documents.{kind}",
                        "bad-count",
                        f"{count} documents are nothing to ask for",
                    )
                if kind in seen:
                    yield Problem(
                        f"{place}.{name}.documents.{kind}",
                        "duplicate-id",
                        f"{kind!r} is asked for twice",
                    )
                seen.add(kind)

    def _checklists(self) -> Iterator[Problem]:
        seen: set[str] = set()
        for index, stage in enumerate(self.scenario.stages):
            for number, item in enumerate(stage.checklist):
                if item.id in seen:
                    yield Problem(
                        f"{self.path}.stages[{index}].checklist[{number}]",
                        "duplicate-id",
                        f"the checklist item {item.id!r} is defined twice",
                    )
                seen.add(item.id)

    def _robot(self, place: str, stage: Stage, robot: Robot) -> Iterator[Problem]:
        if robot.on not in get_args(RobotStart):
            yield unknown_value(f"{place}.on", robot.on, get_args(RobotStart))
        if robot.action not in self.actions:
            yield unknown_value(f"{place}.action", robot.action, sorted(self.actions))
        if robot.after < timedelta(0):
            yield Problem(f"{place}.after", "bad-duration", "it is before its cause")
        if (robot.on == "event") != bool(robot.event):
            yield Problem(
                f"{place}.event",
                "bad-event",
                "it is named where the robot waits for one, and only there",
            )
        if robot.on == "stuck" and not robot.after and stage.rot_after is None:
            yield Problem(
                f"{place}.after",
                "never-stuck",
                f"neither the robot nor the stage {stage.id!r} says after how long",
            )
        names = [name for name, _ in robot.arguments]
        if len(names) != len(set(names)):
            yield Problem(
                f"{place}.arguments", "duplicate-id", "an argument is given twice"
            )
        field = robot.argument("field")
        if robot.action == "set_field" and field not in self.fields:
            yield Problem(
                f"{place}.arguments.field",
                "undeclared-field",
                f"nobody declares the field {field!r}",
            )
        if robot.action == "move":
            yield from self._robot_move(f"{place}.arguments.stage", stage, robot)

    def _robot_move(self, place: str, stage: Stage, robot: Robot) -> Iterator[Problem]:
        target = robot.argument("stage")
        if not self.scenario.has(target):
            yield Problem(place, "unknown-target", f"there is no stage {target!r}")
        # Who leaves a stage is somewhere else when the robot comes.
        elif robot.on != "leave" and (rule := self.scenario.barred(stage.id, target)):
            yield Problem(
                place,
                "refused-move",
                f"the move from {stage.id!r} to {target!r} is always refused ({rule})",
            )

    def _ways(self) -> Iterator[Problem]:
        """
        Yield what cannot be reached or won by moves alone, without reopening.
        """
        full = self.scenario.definition
        lost = {stage.id for stage in self.scenario.lost_stages}
        won = {stage.id for stage in self.scenario.won_stages}
        moves = Definition(
            name=full.name,
            states=tuple(
                attrs.evolve(state, final=state.id in won)
                for state in full.states
                if state.id not in lost
            ),
            initial=full.initial,
            transitions=tuple(
                way for way in full.transitions if way.event.startswith("move_to_")
            ),
        )
        stray = frozenset(unreachable(moves) if full.initial else ())
        stuck = frozenset(dead_ends(moves) if won else ())
        for index, stage in enumerate(self.scenario.stages):
            place = f"{self.path}.stages[{index}]"
            if stage.id in stray:
                yield Problem(
                    place,
                    "unreachable",
                    f"no moves lead from {full.initial!r} to {stage.id!r}",
                )
            if stage.id in stuck:
                yield Problem(
                    place, "dead-end", f"no moves lead from {stage.id!r} to a won stage"
                )

    def _loops(self) -> Iterator[Problem]:
        """
        Yield the circles that robots would drive an interest in without a pause.
        """
        robots = _instant_moves(self.scenario)
        names = [stage.id for stage in self.scenario.stages]
        told: set[_Move] = set()
        for move in ((left, entered) for left in names for entered in names):
            circle = _circle(move, robots)
            if circle and told.isdisjoint(circle):
                told.update(circle)
                way = " → ".join(left for left, _ in (*circle, circle[0]))
                yield Problem(
                    f"{self.path}.stages[{names.index(move[0])}].robots",
                    "robots-loop",
                    f"robots move an interest in a circle: {way}",
                )


_Move = tuple[str, str]
"""The stage that is left, and the one that is entered."""


def _instant_moves(scenario: Scenario) -> dict[tuple[str, str], set[str]]:
    """
    Return where the robots at leaving and at entering a stage move to at once.
    """
    robots: dict[tuple[str, str], set[str]] = {}
    for stage in scenario.stages:
        for robot in stage.robots:
            if robot.action == "move" and not robot.after:
                targets = robots.setdefault((robot.on, stage.id), set())
                targets.add(robot.argument("stage"))
    return robots


def _circle(start: _Move, robots: dict[tuple[str, str], set[str]]) -> list[_Move]:
    """
    Return the shortest row of moves, each making the next, that begins anew.
    """
    came: dict[_Move, _Move] = {}
    edge = [start]
    for left, here in edge:
        targets = robots.get(("leave", left), set()) | robots.get(
            ("enter", here), set()
        )
        for target in sorted(targets - {here}):
            following = (here, target)
            if following == start:
                row = [(left, here)]
                while row[-1] != start:
                    row.append(came[row[-1]])
                return row[::-1]
            if following not in came:
                came[following] = (left, here)
                edge.append(following)
    return []
