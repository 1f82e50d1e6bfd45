"""
Visits and milestones: what a subject's rows say about its way (tables L1, L2).

A visit is one stay in a canonical stage: rows that follow one another in the
same stage are one visit, coming back later is another.  Milestones are one row
a subject: when it was first at each step, when it first got at least that far,
how far it got, where it stands.

Both follow from the rows alone, in their one order.  A subject stands where its
last row says, with one exception, which is a contradiction and reported: when
its earliest row closes it and yet comes later in the stream than all others, the
clock of its entry is wrong, and it counts as closed (a deal won before its first
contact).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from operator import attrgetter
from typing import TYPE_CHECKING, Literal

import attrs

from leadflow.funnel.history import HistoryRow
from leadflow.funnel.ladder import NOWHERE, Place


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


__all__ = ("Milestones", "Outcome", "Story", "Visit")

Outcome = Literal["open", "won", "lost"]

_ABSENT = -1
_AT = attrgetter("at_us")
_ORDER = attrgetter("order")
_CLOSED = frozenset({"won", "lost"})


@attrs.frozen(kw_only=True)
class Visit:
    """
    Tell of one stay of *subject* in a stage, as entered by *row*.

    *left_us* and *next_stage* are None while the subject is there, *previous* is
    None for the first visit.  *step* is `NOWHERE` where the stage has no rank.
    """

    subject: str
    stage: str
    step: int
    kind: Literal["open", "won", "lost", "unknown"]
    entered_us: int
    left_us: int | None
    previous: str | None
    next_stage: str | None
    row: HistoryRow

    @property
    def coarse(self) -> bool:
        """Tell whether the entry is known to the day only."""
        return self.row.coarse


@attrs.frozen(kw_only=True)
class Milestones:
    """
    Sum up the way of one *subject*.

    Each tuple has one item a step of the ladder: *first_us* the first literal
    entry, *passed_us* the first entry into that step or one above it, *entries*
    the number of visits.  *furthest* is the highest step seen, `NOWHERE` if none.
    *stage* and *outcome* are where it stands, *closed_us* since when if closed.
    *ties* counts rows that share their instant with the row before.  *backwards*
    tells that it was closed before it was opened.
    """

    subject: str
    first_us: tuple[int | None, ...]
    passed_us: tuple[int | None, ...]
    entries: tuple[int, ...]
    furthest: int
    stage: str
    outcome: Outcome
    closed_us: int | None
    won_ever: bool
    first: HistoryRow
    last: HistoryRow
    ties: int
    backwards: bool

    @property
    def returns(self) -> int:
        """Return how often the subject came back to a step it had been at."""
        return sum(number - 1 for number in self.entries if number)


class Story:
    """
    Keep the rows of one subject in order, and what follows from them.

    A row that is the latest is taken in at once; one that comes late only marks
    the story, which is put in order before it is read next.  *place* answers
    where a row stands.
    """

    __slots__ = (
        "_place",
        "_settled",
        "_steps",
        "_ties",
        "entries",
        "first_at",
        "furthest",
        "passed_at",
        "places",
        "rows",
    )

    def __init__(self, steps: int, place: Callable[[HistoryRow], Place]) -> None:
        self._place = place
        self._steps = steps
        self.rows: list[HistoryRow] = []
        self._clear()

    def _clear(self) -> None:
        self._settled = True
        self._ties = 0
        self.entries: list[HistoryRow] = []
        self.places: list[Place] = []
        self.first_at: list[int] = [_ABSENT] * self._steps
        self.passed_at: list[int] = [_ABSENT] * self._steps
        self.furthest: int = NOWHERE

    def take(self, row: HistoryRow) -> None:
        """
        Take *row* in; the same row a second time changes nothing.
        """
        rows = self.rows
        if rows:
            last = rows[-1]
            if row.at_us <= last.at_us and row.order <= last.order:
                if row == last:
                    return
                self._settled = False
        rows.append(row)
        if self._settled:
            self._follow(row)

    def _follow(self, row: HistoryRow) -> None:
        """
        Draw the consequences of *row*, which comes after all before it.
        """
        place = self._place(row)
        places = self.places
        if places:
            rows = self.rows
            if len(rows) > 1 and rows[-2].at_us == row.at_us:
                self._ties += 1
            if places[-1].stage == place.stage:
                return
        number = len(places)
        self.entries.append(row)
        places.append(place)
        step = place.step
        if step >= 0:
            if self.first_at[step] < 0:
                self.first_at[step] = number
            if step > self.furthest:
                for between in range(self.furthest + 1, step + 1):
                    self.passed_at[between] = number
                self.furthest = step

    def settle(self) -> Story:
        """
        Put late rows in their places, drop repeated ones, and answer itself.
        """
        if not self._settled:
            self._restart(_ordered(self.rows))
        return self

    def _restart(self, ordered: list[HistoryRow]) -> None:
        self.rows = []
        self._clear()
        for row in ordered:
            self.rows.append(row)
            self._follow(row)

    def until(self, at_us: int) -> Story | None:
        """
        Return the story as it was at *at_us*, inclusive; None if not yet begun.
        """
        rows = self.settle().rows
        if rows[-1].at_us <= at_us:
            return self
        number = bisect_right(rows, at_us, key=_AT)
        if not number:
            return None
        before = Story(self._steps, self._place)
        before._restart(rows[:number])
        return before

    def copy(self) -> Story:
        """
        Return a story of its own with the same rows.
        """
        other = Story(self._steps, self._place)
        other.rows = self.settle().rows.copy()
        other.entries = self.entries.copy()
        other.places = self.places.copy()
        other.first_at = self.first_at.copy()
        other.passed_at = self.passed_at.copy()
        other.furthest = self.furthest
        other._ties = self._ties
        return other

    # -- reading a settled story ----------------------------------------------

    @property
    def ties(self) -> int:
        """Return how many rows share their instant with the row before."""
        return self._ties

    @property
    def backwards(self) -> bool:
        """
        Tell whether the subject was closed before it was opened.
        """
        first, *others = self.entries
        return (
            bool(others)
            and self.places[0].kind in _CLOSED
            and all(
                row.seq < first.seq and row.subject == first.subject for row in others
            )
        )

    @property
    def standing(self) -> int:
        """
        Return the number of the visit that the subject stands in.
        """
        return 0 if self.backwards else len(self.places) - 1

    @property
    def clashes(self) -> bool:
        """
        Tell whether two different rows claim one place in the stream.
        """
        return len({(row.subject, row.seq) for row in self.rows}) < len(self.rows)

    def visits(self, subject: str) -> Iterator[Visit]:
        """
        Yield the visits in order, under the name *subject*.
        """
        for number, (row, place) in enumerate(
            zip(self.entries, self.places, strict=True)
        ):
            over = number + 1 < len(self.places)
            yield Visit(
                subject=subject,
                stage=place.stage,
                step=place.step,
                kind=place.kind,
                entered_us=row.at_us,
                left_us=self.entries[number + 1].at_us if over else None,
                previous=self.places[number - 1].stage if number else None,
                next_stage=self.places[number + 1].stage if over else None,
                row=row,
            )

    def milestones(self, subject: str) -> Milestones:
        """
        Return the milestones, under the name *subject*.
        """
        number = self.standing
        place = self.places[number]
        outcome: Outcome = "open" if place.kind == "unknown" else place.kind
        entries = Counter(place.step for place in self.places)
        return Milestones(
            subject=subject,
            first_us=self._instants(self.first_at),
            passed_us=self._instants(self.passed_at),
            entries=tuple(entries[step] for step in range(self._steps)),
            furthest=self.furthest,
            stage=place.stage,
            outcome=outcome,
            closed_us=None if outcome == "open" else self.entries[number].at_us,
            won_ever=any(place.kind == "won" for place in self.places),
            first=self.rows[0],
            last=self.entries[0] if self.backwards else self.rows[-1],
            ties=self._ties,
            backwards=self.backwards,
        )

    def _instants(self, numbers: list[int]) -> tuple[int | None, ...]:
        entries = self.entries
        return tuple(
            None if number < 0 else entries[number].at_us for number in numbers
        )


def _ordered(rows: list[HistoryRow]) -> list[HistoryRow]:
    """
    Return *rows* in their order, each once.

    Different rows may claim the same place; then their content decides, so that
    the order in which they came in never does.
    """
    ordered = list[HistoryRow]()
    tied = list[HistoryRow]()
    for row in sorted(rows, key=_ORDER):
        if tied and tied[0].order != row.order:
            ordered += sorted(tied, key=repr)
            tied = []
        if row not in tied:
            tied.append(row)
    return ordered + sorted(tied, key=repr)
