"""
The ladder: the canonical stages that a funnel counts by.

A scenario's stages change with its versions, and a subject keeps the version it
runs under.  So a stage id alone says nothing: the ladder maps the ids of each
version to canonical stages, and their order is the one rank that figures use.
Open stages are ranked in the order given, all won ones stand together above
them, and a lost one has no rank: who is lost is credited with no stage that they
never saw.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal

import attrs

from leadflow.errors import DefinitionError, Problem


if TYPE_CHECKING:
    from collections.abc import Mapping


__all__ = ("NOWHERE", "Ladder", "Place", "Rung", "StageKind", "StageMap")

StageKind = Literal["open", "won", "lost"]

NOWHERE = -1
"""The step of what has no rank: lost stages, and those that nobody declared."""


@attrs.frozen(kw_only=True)
class Rung:
    """
    Name one canonical stage: its *id*, its *title* for people, and its *kind*.
    """

    id: str
    title: str = ""
    kind: StageKind = "open"

    @property
    def name(self) -> str:
        """Return the title, or the id where there is none."""
        return self.title or self.id


@attrs.frozen(kw_only=True)
class StageMap:
    """
    Say which canonical stage each stage of one *version* of *scenario* is.

    *stages* are pairs of the version's own id and the canonical one; an id that
    is left out stands for itself.
    """

    scenario: str
    version: int
    stages: tuple[tuple[str, str], ...]


@attrs.frozen
class Place:
    """
    Tell where a row stands: the canonical *stage*, its *step* and its *kind*.

    *step* counts the steps of the ladder from 0; it is `NOWHERE` for lost and
    unknown stages.  *kind* is ``unknown`` for a stage that no rung declares: it
    counts as open, and is reported.
    """

    stage: str
    step: int
    kind: Literal["open", "won", "lost", "unknown"]


@attrs.frozen(kw_only=True)
class Ladder:
    """
    Order the canonical stages of leads, or of the interests of one scenario.

    *rungs* are in order from first to last; *maps* translate the versions of the
    scenarios that the subjects ran under.  *id* and *title* name the whole.  For
    leads the open states come first, converted is won and rejected is lost.

    Raises:
        DefinitionError: a rung's id occurs twice, none is open, a map leads to
            no rung, or two maps are for one version; all problems at once.
    """

    id: str
    title: str = ""
    rungs: tuple[Rung, ...]
    maps: tuple[StageMap, ...] = ()

    def __attrs_post_init__(self) -> None:
        problems = [*self._rung_problems(), *self._map_problems()]
        if problems:
            raise DefinitionError(problems)

    @property
    def name(self) -> str:
        """Return the title, or the id where there is none."""
        return self.title or self.id

    @cached_property
    def steps(self) -> tuple[Rung, ...]:
        """
        Return what the funnel's bars stand for: each open stage, and won.

        Several won stages make one step, under the first one's name.
        """
        won = [rung for rung in self.rungs if rung.kind == "won"]
        return (*(rung for rung in self.rungs if rung.kind == "open"), *won[:1])

    @cached_property
    def open_steps(self) -> int:
        """Return how many steps are open stages."""
        return sum(rung.kind == "open" for rung in self.rungs)

    def step(self, stage: str) -> int:
        """
        Return the step of the canonical *stage*, `NOWHERE` if it has none.
        """
        place = self._places.get(stage)
        return NOWHERE if place is None else place.step

    def place(self, scenario: str | None, version: int, stage: str) -> Place:
        """
        Return where *stage* of *version* of *scenario* stands.
        """
        canonical = self._mapped.get((scenario, version), _NOTHING).get(stage, stage)
        return self._places.get(canonical) or Place(canonical, NOWHERE, "unknown")

    def rung(self, stage: str) -> Rung:
        """
        Return the rung of the canonical *stage*; one without title if unknown.
        """
        for rung in self.rungs:
            if rung.id == stage:
                return rung
        return Rung(id=stage)

    @cached_property
    def _places(self) -> Mapping[str, Place]:
        steps = {rung.id: number for number, rung in enumerate(self.steps)}
        won = self.open_steps
        return {
            rung.id: Place(
                rung.id,
                {"open": steps.get(rung.id, NOWHERE), "won": won}.get(
                    rung.kind, NOWHERE
                ),
                rung.kind,
            )
            for rung in self.rungs
        }

    @cached_property
    def _mapped(self) -> Mapping[tuple[str | None, int], Mapping[str, str]]:
        return {(item.scenario, item.version): dict(item.stages) for item in self.maps}

    def _rung_problems(self) -> list[Problem]:
        ids = [rung.id for rung in self.rungs]
        problems = [
            Problem(
                f"ladder.rungs[{number}]",
                "duplicate-stage",
                f"the stage {rung.id!r} stands here a second time",
            )
            for number, rung in enumerate(self.rungs)
            if rung.id in ids[:number]
        ]
        if not any(rung.kind == "open" for rung in self.rungs):
            problems.append(
                Problem("ladder.rungs", "no-open-stage", "no stage is open")
            )
        return problems

    def _map_problems(self) -> list[Problem]:
        known = {rung.id for rung in self.rungs}
        seen = set[tuple[str, int]]()
        problems = list[Problem]()
        for number, item in enumerate(self.maps):
            path = f"ladder.maps[{number}]"
            if (item.scenario, item.version) in seen:
                problems.append(
                    Problem(
                        path,
                        "duplicate-version",
                        f"version {item.version} of {item.scenario!r} is mapped twice",
                    )
                )
            seen.add((item.scenario, item.version))
            problems += [
                Problem(
                    f"{path}.stages",
                    "unknown-stage",
                    f"{stage!r} is mapped to {canonical!r}, which is no stage here",
                )
                for stage, canonical in item.stages
                if canonical not in known
            ]
        return problems


_NOTHING: Mapping[str, str] = {}
