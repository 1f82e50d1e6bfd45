"""
The scenario and its rules.
"""

from __future__ import annotations

from functools import cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Literal, Protocol

import attrs

from leadflow.charts import (
    Definition,
    Flow,
    FlowState,
    Transition,
    draw_mermaid,
    flow_of,
    live,
    markdown_table,
    markdown_text,
)
from leadflow.errors import DefinitionError, Problem, Refused, UnknownRecord
from leadflow.scenario._stages import NOTHING, Requirements, Stage


if TYPE_CHECKING:
    from collections.abc import Iterable

    from leadflow.charts import Machine


__all__ = ("Permission", "Purpose", "Scenario", "Staged")

Permission = Literal["allowed", "forbidden"]
Purpose = Literal["sales", "support"]


class Staged(Protocol):
    """
    Match a record that stands at a stage, as an interest does.
    """

    @property
    def stage(self) -> str:
        """Return the id of the stage."""
        ...


@attrs.frozen(kw_only=True, cache_hash=True)
class Scenario:
    """
    Hold the stages of one line of business, and its settings (R37, R42).

    *skips* and *returns* say whether stages may be passed over and gone back to.
    A loss takes one of *reasons*, ids of the catalogue, empty for all of it, and
    cannot do without where *reason_required*.  *currency* (ISO 4217) is what
    amounts are in unless said otherwise.
    """

    id: str
    title: str = ""
    version: int = 1
    purpose: Purpose = "sales"
    skips: Permission = "allowed"
    returns: Permission = "allowed"
    reasons: tuple[str, ...] = ()
    reason_required: bool = True
    currency: str = ""
    stages: tuple[Stage, ...]

    # -- the stages ------------------------------------------------------------

    @cached_property
    def _places(self) -> dict[str, tuple[Stage, int | None]]:
        opened = [stage.id for stage in self.stages if stage.kind == "open"]
        ranks = {"won": len(opened), "lost": None}
        return {
            stage.id: (
                stage,
                opened.index(stage.id)
                if stage.kind == "open"
                else ranks.get(stage.kind),
            )
            for stage in self.stages
        }

    @cached_property
    def open_stages(self) -> tuple[Stage, ...]:
        """Return the open stages in their order."""
        return tuple(stage for stage in self.stages if stage.kind == "open")

    @cached_property
    def won_stages(self) -> tuple[Stage, ...]:
        """Return the stages that a success ends in."""
        return tuple(stage for stage in self.stages if stage.kind == "won")

    @cached_property
    def lost_stages(self) -> tuple[Stage, ...]:
        """Return the stages that a failure ends in."""
        return tuple(stage for stage in self.stages if stage.kind == "lost")

    @property
    def first(self) -> Stage:
        """
        Return the stage that a new interest stands at (K9).

        Raises:
            DefinitionError: there is no open stage.
        """
        if not self.open_stages:
            raise DefinitionError(
                [
                    Problem(
                        f"scenarios.{self.id}.stages",
                        "no-open-stage",
                        "no stage is open",
                    )
                ]
            )
        return self.open_stages[0]

    def has(self, stage: str) -> bool:
        """
        Tell whether *stage* is one of this scenario's.
        """
        return stage in self._places

    def stage(self, id: str) -> Stage:  # noqa: A002 - the field's own name
        """
        Return the stage *id*.

        Raises:
            UnknownRecord: it is none of this scenario's (K8, rule
                ``interest.move.unknown-stage``).
        """
        return self._place(id)[0]

    def rank(self, stage: str) -> int | None:
        """
        Return how far *stage* is: open ones 0, 1 …, won ones after, lost ones None.

        Raises:
            UnknownRecord: it is none of this scenario's (K8).
        """
        return self._place(stage)[1]

    def _place(self, stage: str) -> tuple[Stage, int | None]:
        try:
            return self._places[stage]
        except KeyError:
            raise UnknownRecord(
                "interest.move.unknown-stage",
                f"scenario {self.id!r} version {self.version} has no stage {stage!r}",
            ) from None

    # -- the moves -------------------------------------------------------------

    @property
    def definition(self) -> Definition:
        """
        Return the state machine of this scenario as data.

        Its events are ``move_to_<stage>`` and ``reopen_to_<stage>``.
        """
        return Definition(
            name=self.id,
            states=tuple(
                FlowState(stage.id, stage.title or stage.id, stage.kind != "open")
                for stage in self.stages
            ),
            initial=self.open_stages[0].id if self.open_stages else "",
            transitions=(
                *(
                    Transition(source.id, f"move_to_{target}", target)
                    for source in self.open_stages
                    for target in self._targets(source)
                ),
                *(
                    Transition(source.id, f"reopen_to_{target.id}", target.id)
                    for source in (*self.won_stages, *self.lost_stages)
                    for target in self.open_stages
                ),
            ),
        )

    def _targets(self, source: Stage) -> tuple[str, ...]:
        allowed = [target.id for target in self.stages if not self._bar(source, target)]
        # A stage that is not there stays in, for the check of the chart to find.
        return tuple(dict.fromkeys((*allowed, *source.moves_to)))

    def barred(self, stage: str, target: str) -> str:
        """
        Return the rule that forbids the move, an empty text if it is allowed (R42).

        The rules are ``interest.move.`` and ``closed``, ``same-stage``,
        ``not-among-targets``, ``skip-forbidden`` or ``return-forbidden``.

        Raises:
            UnknownRecord: one of them is none of this scenario's (K8, rule
                ``interest.move.unknown-stage``).
        """
        rule = self._bar(self.stage(stage), self.stage(target))
        return f"interest.move.{rule}" if rule else ""

    def _bar(self, source: Stage, target: Stage) -> str:
        if source.kind != "open":
            return "closed"
        if source.id == target.id:
            return "same-stage"
        if target.kind == "lost":
            return ""
        if source.moves_to:
            return "" if target.id in source.moves_to else "not-among-targets"
        ahead = (self.rank(target.id) or 0) - (self.rank(source.id) or 0)
        if ahead < 0 and self.returns == "forbidden":
            return "return-forbidden"
        if ahead > 1 and self.skips == "forbidden":
            return "skip-forbidden"
        return ""

    @cached_property
    def flow(self) -> Flow:
        """
        Return the table of all moves, compiled at the first call.

        Raises:
            DefinitionError: the stages make no sound chart.
        """
        return flow_of(self.definition)

    @cached_property
    def _moves(self) -> dict[str, frozenset[str]]:
        return {
            stage.id: frozenset(
                way.target
                for way in self.flow.transitions
                if way.source == stage.id and way.event.startswith("move_to_")
            )
            for stage in self.stages
        }

    def targets(self, stage: str) -> tuple[str, ...]:
        """
        Return the stages that an interest at *stage* may move to, in their order.

        Raises:
            UnknownRecord: *stage* is none of this scenario's (K8).
        """
        self._place(stage)
        moves = self._moves[stage]
        return tuple(target.id for target in self.stages if target.id in moves)

    def step(self, stage: str, target: str) -> None:
        """
        Do nothing when an interest may move from *stage* to *target* (R42).

        Raises:
            UnknownRecord: one of them is none of this scenario's (K8).
            Refused: the rule is the one that `barred` names.
        """
        moves = self._moves.get(stage)
        if moves is not None and target in moves:
            return
        rule = self.barred(stage, target)
        raise Refused(
            rule,
            f"scenario {self.id!r} does not move an interest from {stage!r}"
            f" to {target!r}: {_BECAUSE[rule]}",
        )

    def reopen(self, stage: str, target: str = "") -> str:
        """
        Return the open stage that a closed interest is reopened at (R41).

        It is *target*, or the first stage.

        Raises:
            UnknownRecord: one of them is none of this scenario's (K8).
            Refused: *stage* is open (rule ``interest.reopen.not-closed``) or
                *target* is not (``interest.reopen.not-open-stage``).
        """
        source, entered = self.stage(stage), self.stage(target or self.first.id)
        if source.kind == "open":
            raise Refused(
                "interest.reopen.not-closed", f"stage {stage!r} is neither won nor lost"
            )
        if entered.kind != "open":
            raise Refused(
                "interest.reopen.not-open-stage",
                f"an interest cannot be reopened at {target!r}, which is not open",
            )
        return self.flow.step(stage, f"reopen_to_{entered.id}")

    def skipped(self, stage: str, target: str) -> tuple[str, ...]:
        """
        Return the open stages that a move forward passes over, in their order.

        Nothing is skipped on the way to a lost stage, on the way back, and where
        ``moves_to`` makes the way.
        """
        source, here = self._place(stage)
        there = self.rank(target)
        if here is None or there is None or source.moves_to:
            return ()
        return tuple(passed.id for passed in self.open_stages[here + 1 : there])

    def requirements(self, stage: str | None, target: str) -> Requirements:
        """
        Return what must be there before *target* is entered from *stage* (R38).

        A new interest comes from None.  What *stage* asks before it is left
        counts on the way forward alone; skipped stages ask nothing.
        """
        entered, there = self._place(target)
        if stage is None:
            return entered.enter
        left, here = self._place(stage)
        forward = here is not None and there is not None and there > here
        return (left.leave if forward and left.kind == "open" else NOTHING) | (
            entered.enter
        )

    # -- for people ------------------------------------------------------------

    def machine(
        self, interest: str | Staged, *, listeners: Iterable[object] = ()
    ) -> Machine:
        """
        Return a live machine at the stage of *interest*, a record or a stage's id.

        The machine's model is a copy of the record's fields; its ``stage`` moves
        along, the record does not.

        Raises:
            UnknownRecord: the stage is none of this scenario's (K8).
        """
        stage = interest if isinstance(interest, str) else interest.stage
        self._place(stage)
        return live(
            self.flow,
            stage,
            model=SimpleNamespace(**_held(interest)),
            state_field="stage",
            listeners=listeners,
        )

    def draw(self, form: Literal["mermaid", "markdown"] = "mermaid") -> str:
        """
        Return the scenario as a Mermaid diagram or as a Markdown table (R45).

        The diagram shows the way forward, the branches and the ends; skips,
        returns and reopening, which may go from anywhere to anywhere, are notes.
        """
        return self._mermaid() if form == "mermaid" else self._markdown()

    def _mermaid(self) -> str:
        notes = [
            f"skipping stages is {self.skips}",
            f"going back is {self.returns}",
            "a closed interest may be reopened at any open stage",
        ]
        full = self.flow.definition
        shown = Flow(
            attrs.evolve(
                full,
                transitions=tuple(
                    way for way in full.transitions if self._is_plain_way(way)
                ),
            )
        )
        return draw_mermaid(shown, notes=notes)

    def _is_plain_way(self, way: Transition) -> bool:
        source, here = self._place(way.source)
        there = self.rank(way.target)
        if source.kind != "open" or here is None:
            return False
        return bool(source.moves_to) or there is None or there == here + 1

    def _markdown(self) -> str:
        return markdown_table(
            ("Stage", "Kind", "Moves to", "To enter", "To leave", "Robots"),
            (
                (
                    markdown_text(stage.title or stage.id),
                    stage.kind,
                    ", ".join(
                        markdown_text(self.stage(target).title or target)
                        for target in self.targets(stage.id)
                    ),
                    markdown_text(_asked(stage.enter)),
                    markdown_text(_asked(stage.leave)),
                    markdown_text(
                        ", ".join(
                            f"{robot.on}: {robot.action}" for robot in stage.robots
                        )
                    ),
                )
                for stage in self.stages
            ),
        )


_BECAUSE = {
    "interest.move.closed": "it is closed, reopen it first",
    "interest.move.same-stage": "it stands there already",
    "interest.move.not-among-targets": "the stage names where it moves to",
    "interest.move.skip-forbidden": "stages may not be skipped",
    "interest.move.return-forbidden": "going back is forbidden",
}


def _held(record: Any) -> dict[str, Any]:
    if isinstance(record, str):
        return {}
    if attrs.has(type(record)):
        return attrs.asdict(record, recurse=False)
    return dict(vars(record))


def _asked(requirements: Requirements) -> str:
    return ", ".join(
        [
            *requirements.fields,
            *requirements.checklist,
            *(f"{count} × {kind}" for kind, count in requirements.documents),
            *requirements.tasks,
            *(["all tasks done"] if requirements.all_tasks else []),
        ]
    )
