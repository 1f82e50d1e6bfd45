"""
What one subject is under a specification: the facts that figures are filters of.

Everything the specification says about one subject is settled here, once: whether
the anchor selects it, how far its history is seen, when it came to each bar.  A
figure is then a condition on these facts and a step, and the same condition finds
the records behind it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from leadflow.funnel.history import HistoryRow
from leadflow.funnel.ladder import NOWHERE, Place
from leadflow.funnel.spec import (
    Closed,
    Cohort,
    FunnelSpec,
    Snapshot,
    StageEvent,
    Window,
)
from leadflow.funnel.visits import Outcome, Story


if TYPE_CHECKING:
    from collections.abc import Callable

    from leadflow.funnel.ladder import Ladder


__all__ = ("ALL", "FIGURES", "UNENTERED", "Facts", "settle")

ALL = -1
"""The step of the cell that holds all that the anchor selected."""


@attrs.frozen(kw_only=True, eq=False)
class Facts:
    """
    Hold what counting needs of one subject.

    *story* is cut at *seen_us*, the end of what is seen of it.  *taken* are the
    instants at which it came to each step under the reading, *bars* those of them
    that count (under stage events: in the period).  *anchored_us* is when the
    anchor selected it, *entry* the row of its entry, *standing* the number of the
    visit that it stands in.
    """

    subject: str
    story: Story
    taken: tuple[int | None, ...]
    bars: tuple[int | None, ...]
    anchored_us: int
    seen_us: int
    entry: HistoryRow
    standing: int
    outcome: Outcome
    won_ever: bool
    windowed: bool
    matured: bool
    in_order: bool

    # -- conditions -------------------------------------------------------------

    def entered(self, step: int) -> bool:
        """Tell whether it counts at *step*; at `ALL` each one does."""
        return step == ALL or self.bars[step] is not None

    def passed(self, step: int) -> bool:
        """Tell whether it got to *step* or above."""
        return step == ALL or self.story.passed_at[step] >= 0

    def reached(self, step: int) -> bool:
        """Tell whether it literally was at *step*."""
        return step == ALL or self.story.first_at[step] >= 0

    def skipped(self, step: int) -> bool:
        """Tell whether it passed *step* without having been there."""
        return self.passed(step) and not self.reached(step)

    def returned(self, step: int) -> bool:
        """Tell whether it came back to *step*; at `ALL` to any."""
        if step != ALL:
            return self.visits_at(step) > 1
        return any(self.visits_at(each) > 1 for each in range(len(self.bars)))

    def visits_at(self, step: int) -> int:
        """Return how many visits *step* had; at `ALL` how many there were."""
        places = self.story.places
        if step == ALL:
            return len(places)
        return sum(place.step == step for place in places)

    def further(self, step: int) -> bool:
        """
        Tell whether it went on from *step*; from the last one, that it stays won.
        """
        if step in {ALL, len(self.bars) - 1}:
            return self.outcome == "won"
        if self.in_order:
            return self.taken[step + 1] is not None
        return self.story.furthest > step

    def converted(self, step: int) -> bool:
        """Tell whether it went on; within a window only once that is over."""
        return self.entered(step) and self.matured_or_free and self.further(step)

    def pending(self, step: int) -> bool:
        """
        Tell whether it may still go on: it is open, or its window is.
        """
        if not self.entered(step):
            return False
        if self.windowed:
            return not self.matured
        return not self.further(step) and self.outcome == "open"

    def dropped(self, step: int) -> bool:
        """Tell whether it stayed behind for good."""
        return (
            self.entered(step) and not self.converted(step) and not self.pending(step)
        )

    def here(self, step: int) -> bool:
        """Tell whether it stands open at *step*; at `ALL` at none that is known."""
        return (
            self.entered(step) and self.outcome == "open" and self.standing_step == step
        )

    def left(self, step: int) -> bool:
        """Tell whether it was lost from *step*; at `ALL` from none of them."""
        return self.entered(step) and self.outcome == "lost" and self.left_step == step

    @property
    def matured_or_free(self) -> bool:
        """Tell whether its window is over, or that there is none."""
        return self.matured or not self.windowed

    # -- where it stands, and what is written there --------------------------------

    @property
    def standing_step(self) -> int:
        """Return the step that it stands at."""
        return self.story.places[self.standing].step

    @property
    def left_from(self) -> str | None:
        """Return the stage that it was in before it was lost; None if in none."""
        for number in range(self.standing - 1, -1, -1):
            place = self.story.places[number]
            if place.kind != "lost":
                return place.stage
        return None

    @property
    def left_step(self) -> int:
        """Return the step that it was lost from."""
        for number in range(self.standing - 1, -1, -1):
            place = self.story.places[number]
            if place.kind != "lost":
                return place.step
        return NOWHERE

    @property
    def closing(self) -> HistoryRow | None:
        """Return the row that closed it."""
        if self.outcome == "open":
            return None
        return self.story.entries[self.standing]

    @property
    def first(self) -> HistoryRow:
        """Return the row that it came in by."""
        return self.story.entries[_first(self.story)]

    @property
    def last(self) -> HistoryRow:
        """Return the row in force at the end of what is seen."""
        if self.story.backwards:
            return self.story.entries[0]
        return self.story.rows[-1]

    def visit(self, step: int) -> HistoryRow:
        """Return the row that brought it to *step*, or past it."""
        if step == ALL:
            return self.entry
        number = self.story.first_at[step]
        if number < 0:
            number = self.story.passed_at[step]
        return self.entry if number < 0 else self.story.entries[number]


UNENTERED = ("passed", "reached", "skipped")
"""The figures that may count who did not enter under the reading."""

FIGURES: dict[str, Callable[[Facts, int], bool]] = {
    "entered": Facts.entered,
    "passed": Facts.passed,
    "reached": Facts.reached,
    "skipped": Facts.skipped,
    "converted": Facts.converted,
    "dropped": Facts.dropped,
    "pending": Facts.pending,
    "returns": lambda facts, step: facts.entered(step) and facts.returned(step),
    "here": Facts.here,
    "left": Facts.left,
    "active": lambda facts, step: facts.entered(step) and facts.outcome == "open",
    "won_ever": lambda facts, step: facts.entered(step) and facts.won_ever,
    "won_now": lambda facts, step: facts.entered(step) and facts.outcome == "won",
    "lost": lambda facts, step: facts.entered(step) and facts.outcome == "lost",
}
"""The condition of each figure that counts subjects."""


def settle(
    spec: FunnelSpec, ladder: Ladder, subject: str, story: Story
) -> Facts | None:
    """
    Return the facts of *subject*, or None where the anchor does not select it.
    """
    whole = story.until(spec.as_of_us)
    if whole is None:
        return None
    anchored_us = _anchored(spec, ladder, whole)
    if anchored_us is None:
        return None
    seen, seen_us = whole, spec.as_of_us
    matured = _outcome(whole) != "open"
    if spec.window is not None:
        start_us = _window_start(spec, spec.window, ladder, whole)
        if start_us is None:
            return None
        end_us = spec.window.end_us(start_us)
        seen_us, matured = min(end_us, seen_us), end_us <= spec.as_of_us
        seen = whole.until(seen_us) or whole
    taken = bars = _taken(spec, seen)
    if isinstance(spec.anchor, StageEvent):
        bars = tuple(_within(spec, at_us) for at_us in taken)
        reached = [at_us for at_us in bars if at_us is not None]
        if not reached:
            return None
        anchored_us = min(reached)
    standing = seen.standing
    return Facts(
        subject=subject,
        story=seen,
        taken=taken,
        bars=bars,
        anchored_us=anchored_us,
        seen_us=seen_us,
        entry=_entry(spec, ladder, whole),
        standing=standing,
        outcome=_outcome_of(seen.places[standing]),
        won_ever=any(place.kind == "won" for place in seen.places),
        windowed=spec.window is not None,
        matured=matured,
        in_order=spec.in_order,
    )


def _outcome(story: Story) -> Outcome:
    return _outcome_of(story.places[story.standing])


def _outcome_of(place: Place) -> Outcome:
    return "open" if place.kind == "unknown" else place.kind


def _within(spec: FunnelSpec, at_us: int | None) -> int | None:
    if at_us is None or spec.period is None or at_us not in spec.period:
        return None
    return at_us


def _anchored(spec: FunnelSpec, ladder: Ladder, story: Story) -> int | None:
    """
    Return when the anchor selected it; None if it did not.
    """
    match spec.anchor:
        case Cohort(stage):
            if not stage:
                return _within(spec, story.entries[_first(story)].at_us)
            return _within(spec, _came_to(spec, ladder, story, stage))
        case Closed():
            if _outcome(story) == "open":
                return None
            return _within(spec, story.entries[story.standing].at_us)
        case Snapshot():
            return spec.as_of_us if _outcome(story) == "open" else None
        case StageEvent():
            return story.rows[0].at_us


def _first(story: Story) -> int:
    """
    Return the number of the visit that it came in by.
    """
    return 1 if story.backwards else 0


def _number(spec: FunnelSpec, ladder: Ladder, story: Story, stage: str) -> int:
    """
    Return the number of the visit that brought it to *stage*, negative if none.
    """
    step = ladder.step(stage)
    if step == NOWHERE:
        found = (
            number for number, place in enumerate(story.places) if place.stage == stage
        )
        return next(found, NOWHERE)
    if spec.reading == "passed":
        return story.passed_at[step]
    return story.first_at[step]


def _came_to(spec: FunnelSpec, ladder: Ladder, story: Story, stage: str) -> int | None:
    number = _number(spec, ladder, story, stage)
    return None if number < 0 else story.entries[number].at_us


def _window_start(
    spec: FunnelSpec, window: Window, ladder: Ladder, story: Story
) -> int | None:
    stage = window.from_stage
    if not stage and isinstance(spec.anchor, Cohort):
        stage = spec.anchor.stage
    if not stage and spec.in_order:
        stage = ladder.steps[0].id
    if not stage:
        return story.entries[_first(story)].at_us
    return _came_to(spec, ladder, story, stage)


def _entry(spec: FunnelSpec, ladder: Ladder, story: Story) -> HistoryRow:
    """
    Return the row of its entry: into the anchor's stage, if that names one.
    """
    number = NOWHERE
    if isinstance(spec.anchor, Cohort) and spec.anchor.stage:
        number = _number(spec, ladder, story, spec.anchor.stage)
    return story.entries[_first(story) if number < 0 else number]


def _taken(spec: FunnelSpec, story: Story) -> tuple[int | None, ...]:
    match spec.reading:
        case "passed":
            numbers = story.passed_at
        case "reached":
            numbers = story.first_at
        case "ordered" | "strict":
            numbers = _chain(story, strict=spec.reading == "strict")
    return tuple(
        None if number < 0 else story.entries[number].at_us for number in numbers
    )


def _chain(story: Story, *, strict: bool) -> list[int]:
    """
    Return the visits that took the steps in order, each the earliest that could.

    A step counts once the one before it was taken; others may come between.
    Strictly, once begun, it ends at what is no step, and at a step out of turn.
    """
    chain = [NOWHERE] * len(story.first_at)
    for number, place in enumerate(story.places):
        step = place.step
        in_turn = step == 0 or (step > 0 and chain[step - 1] >= 0)
        if in_turn and chain[step] < 0:
            chain[step] = number
        elif not in_turn and strict and chain[0] >= 0:
            break
    return chain
