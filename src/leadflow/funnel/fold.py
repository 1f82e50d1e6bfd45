"""
The fold: rows in, visits and milestones live.

What a fold holds is the *set* of its rows, and of the merges that it was told.
All else follows from these.  So folding is a monoid: any split of the rows, in
any order, with rows that come late or twice, merges to the same, and shards,
days and workers can be folded apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from leadflow.errors import Refused, UnknownRecord
from leadflow.funnel.visits import Milestones, Story, Visit


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leadflow.funnel.history import HistoryRow
    from leadflow.funnel.ladder import Ladder, Place


__all__ = ("Folded", "Subject", "fold", "merge")

Subject = Literal["lead", "interest", "client"]
"""What is counted: leads, interests, or the clients behind either."""


class Folded:
    """
    Hold the visits and milestones of every subject, kept up to date row by row.

    *ladder* gives the steps; *subject* says what is counted.  Clients are counted
    by the rows' *client*, a row without one by its own subject.
    """

    def __init__(self, ladder: Ladder, *, subject: Subject = "interest") -> None:
        self.ladder = ladder
        self.subject: Subject = subject
        self._stories: dict[str, Story] = {}
        self._links: set[tuple[str, str]] = set()
        self._homes: dict[str, str] = {}
        self._place = _Placing(ladder)

    # -- taking in --------------------------------------------------------------

    def add(self, row: HistoryRow) -> None:
        """
        Take in one row, in whatever order it comes.
        """
        self.extend((row,))

    def extend(self, rows: Iterable[HistoryRow]) -> None:
        """
        Take in *rows*, in whatever order they come; a repeated one counts once.
        """
        stories, homes, place = self._stories, self._homes, self._place
        steps = len(self.ladder.steps)
        by_client = self.subject == "client"
        for row in rows:
            subject = (row.client or row.subject) if by_client else row.subject
            if homes:
                subject = homes.get(subject, subject)
            story = stories.get(subject)
            if story is None:
                story = stories[subject] = Story(steps, place)
            story.take(row)

    def alias(self, merged: str, survivor: str) -> None:
        """
        Count what *merged* did as the *survivor*'s; chains are followed (R30).

        The survivor keeps the earliest entry.  It may be told before the rows,
        after them, or twice.  Where the merges of a group contradict one another
        (two survivors of one, or a circle), the group still counts as one, under
        the survivor whose id sorts first.
        """
        if merged == survivor or (merged, survivor) in self._links:
            return
        self._links.add((merged, survivor))
        group = {merged, survivor}
        while True:
            links = [link for link in self._links if not group.isdisjoint(link)]
            wider = group.union(*links)
            if wider == group:
                break
            group = wider
        home = min(group - {merged for merged, _ in links} or group)
        self._homes.update(dict.fromkeys(group, home))
        for subject in group - {home}:
            story = self._stories.pop(subject, None)
            if story is not None:
                self.extend(story.rows)

    # -- reading ----------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._stories)

    def __iter__(self) -> Iterator[str]:
        return iter(self._stories)

    def __contains__(self, subject: object) -> bool:
        return subject in self._stories or subject in self._homes

    @property
    def rows(self) -> int:
        """Return how many different rows are held."""
        return sum(len(story.rows) for _, story in self.stories())

    @property
    def aliases(self) -> frozenset[tuple[str, str]]:
        """Return the merges that were told, as pairs of merged and survivor."""
        return frozenset(self._links)

    def stories(self) -> Iterator[tuple[str, Story]]:
        """
        Yield each subject with its settled story, in order of first appearance.
        """
        for subject, story in self._stories.items():
            yield subject, story.settle()

    def story(self, subject: str) -> Story:
        """
        Return the settled story of *subject*, or of what it was merged into.

        Raises:
            UnknownRecord: there is no row of it (rule ``funnel.unknown-subject``).
        """
        story = self._stories.get(self._homes.get(subject, subject))
        if story is None:
            raise UnknownRecord(
                "funnel.unknown-subject",
                "no row tells of this subject",
                subject=f"{self.subject}/{subject}",
            )
        return story.settle()

    def visits(self, subject: str) -> tuple[Visit, ...]:
        """
        Return the visits of *subject* in order.

        Raises:
            UnknownRecord: there is no row of it (rule ``funnel.unknown-subject``).
        """
        return tuple(
            self.story(subject).visits(self._homes.get(subject, subject)),
        )

    def milestones(self, subject: str) -> Milestones:
        """
        Return the milestones of *subject*.

        Raises:
            UnknownRecord: there is no row of it (rule ``funnel.unknown-subject``).
        """
        return self.story(subject).milestones(self._homes.get(subject, subject))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Folded):
            return NotImplemented
        return (
            self.ladder == other.ladder
            and self.subject == other.subject
            and self._links == other._links
            and {subject: story.rows for subject, story in self.stories()}
            == {subject: story.rows for subject, story in other.stories()}
        )

    __hash__: ClassVar[None] = None  # type: ignore[assignment]  # it changes

    def __repr__(self) -> str:
        return f"<Folded {self.ladder.id!r}: {len(self)} {self.subject}(s)>"

    # -- making others ------------------------------------------------------------

    def copy(self) -> Folded:
        """
        Return a fold of its own that holds the same.
        """
        other = Folded(self.ladder, subject=self.subject)
        other._stories = {subject: story.copy() for subject, story in self.stories()}
        other._links = set(self._links)
        other._homes = dict(self._homes)
        other._place = self._place
        return other

    def under(self, ladder: Ladder) -> Folded:
        """
        Return the same rows folded by another *ladder*, as when stages change.
        """
        other = Folded(ladder, subject=self.subject)
        for merged, survivor in sorted(self._links):
            other.alias(merged, survivor)
        for _, story in self.stories():
            other.extend(story.rows)
        return other

    def update(self, other: Folded) -> None:
        """
        Take in all that *other* holds.

        Raises:
            Refused: it counts something else or by another ladder (rule
                ``funnel.merge``).
        """
        if (other.ladder, other.subject) != (self.ladder, self.subject):
            raise Refused(
                "funnel.merge",
                f"{other.subject}s by ladder {other.ladder.id!r} cannot be merged "
                f"with {self.subject}s by ladder {self.ladder.id!r}",
            )
        for merged, survivor in sorted(other._links):
            self.alias(merged, survivor)
        for _, story in other.stories():
            self.extend(story.rows)


def fold(
    rows: Iterable[HistoryRow],
    ladder: Ladder,
    *,
    subject: Subject = "interest",
    aliases: Iterable[tuple[str, str]] = (),
) -> Folded:
    """
    Fold *rows* into visits and milestones by the steps of *ladder*.

    *aliases* are pairs of a merged subject and the one that it was merged into.
    """
    folded = Folded(ladder, subject=subject)
    for merged, survivor in aliases:
        folded.alias(merged, survivor)
    folded.extend(rows)
    return folded


def merge(one: Folded, other: Folded) -> Folded:
    """
    Return what holds all that *one* and *other* hold, and leave both alone.

    Associative, commutative and idempotent; merging the folds of two parts is
    the fold of the whole.

    Raises:
        Refused: they count different things or by different ladders (rule
            ``funnel.merge``).
    """
    merged = one.copy()
    merged.update(other)
    return merged


class _Placing:
    """
    Answer where a row stands, having looked each stage of a version up once.
    """

    __slots__ = ("_known", "_ladder")

    def __init__(self, ladder: Ladder) -> None:
        self._ladder = ladder
        self._known: dict[tuple[str | None, int, str], Place] = {}

    def __call__(self, row: HistoryRow) -> Place:
        key = (row.scenario, row.version, row.stage)
        place = self._known.get(key)
        if place is None:
            place = self._known[key] = self._ladder.place(*key)
        return place
