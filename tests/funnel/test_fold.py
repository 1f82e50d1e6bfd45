"""
The fold: visits and milestones, late rows, merges, and the algebra of it all.
"""

from __future__ import annotations

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.errors import Refused, UnknownRecord
from leadflow.funnel.fold import Folded, fold, merge
from leadflow.funnel.history import HistoryRow
from leadflow.funnel.ladder import NOWHERE, Ladder, Rung
from leadflow.funnel.visits import Milestones, Visit
from tests.funnel._histories import LADDER, STEPS, histories, straight, way


def tables(folded: Folded) -> dict[str, tuple[Milestones, tuple[Visit, ...]]]:
    """
    Return all that a fold says, by subject.
    """
    return {
        subject: (folded.milestones(subject), folded.visits(subject))
        for subject in folded
    }


class TestVisits:
    def test_one_row_a_stay(self) -> None:
        """
        A stay ends where the next begins (R42).
        """
        folded = fold(way("a", ("new", 0), ("contacted", 7), ("lost", 9)), LADDER)

        assert [
            ("new", 0, 7, None, "contacted"),
            ("contacted", 7, 9, "new", "lost"),
            ("lost", 9, None, "contacted", None),
        ] == [
            (
                visit.stage,
                visit.entered_us,
                visit.left_us,
                visit.previous,
                visit.next_stage,
            )
            for visit in folded.visits("a")
        ]

    def test_row_in_the_same_stage(self) -> None:
        """
        A row in the stage that the subject stands in begins no new visit.
        """
        folded = fold(way("a", ("new", 0), ("new", 4), ("contacted", 7)), LADDER)

        assert [("new", 0, 7), ("contacted", 7, None)] == [
            (visit.stage, visit.entered_us, visit.left_us)
            for visit in folded.visits("a")
        ]

    def test_return(self) -> None:
        """
        Coming back is a visit of its own and erases no progress (trap 3).
        """
        milestones = fold(
            way("a", ("new", 0), ("qualified", 3), ("new", 5)), LADDER
        ).milestones("a")

        assert ((2, 0, 1, 0, 0, 0), 1, 2) == (
            milestones.entries,
            milestones.returns,
            milestones.furthest,
        )

    def test_coarse(self) -> None:
        """
        A stamp that is known to the day only is marked as such (trap 12).
        """
        row = HistoryRow(subject="a", seq=0, stage="new", at_us=0, coarse=True)

        assert fold([row], LADDER).visits("a")[0].coarse


class TestMilestones:
    def test_skipped_steps_are_passed(self) -> None:
        """
        Who gets to a step has passed those below it, at that instant (trap 1).
        """
        milestones = fold(way("a", ("new", 0), ("proposal", 5)), LADDER).milestones("a")

        assert ((0, None, None, 5, None, None), (0, 5, 5, 5, None, None)) == (
            milestones.first_us,
            milestones.passed_us,
        )

    def test_lost_gets_no_credit(self) -> None:
        """
        Losing passes no step (trap 2).
        """
        milestones = fold(way("a", ("new", 0), ("lost", 5)), LADDER).milestones("a")

        assert (0, "lost", 5) == (
            milestones.furthest,
            milestones.outcome,
            milestones.closed_us,
        )

    def test_reopened(self) -> None:
        """
        A reopened subject is open again, and one subject still (trap 4).
        """
        folded = fold(
            way("a", ("new", 0), ("lost", 5), ("contacted", 6), ("proposal", 8)), LADDER
        )

        assert (1, "open", None, 3) == (
            len(folded),
            folded.milestones("a").outcome,
            folded.milestones("a").closed_us,
            folded.milestones("a").furthest,
        )

    def test_won_then_cancelled(self) -> None:
        """
        That it was once won and that it is won now are two facts (trap 4).
        """
        milestones = fold(
            way("a", ("new", 0), ("won", 5), ("lost", 6)), LADDER
        ).milestones("a")

        assert (True, "lost", 6) == (
            milestones.won_ever,
            milestones.outcome,
            milestones.closed_us,
        )

    def test_unknown_stage_is_open(self) -> None:
        """
        A stage that the ladder does not know counts as open and has no step.
        """
        milestones = fold(way("a", ("elsewhere", 0)), LADDER).milestones("a")

        assert (NOWHERE, "open", "elsewhere") == (
            milestones.furthest,
            milestones.outcome,
            milestones.stage,
        )

    def test_first_and_last_row(self) -> None:
        """
        The rows that began it and that last changed it are kept whole.
        """
        rows = way("a", ("new", 0), ("contacted", 5), ("contacted", 6))
        milestones = fold(rows, LADDER).milestones("a")

        assert (rows[0], rows[2]) == (milestones.first, milestones.last)


class TestOrder:
    def test_ties_by_version(self) -> None:
        """
        Rows of one instant are ordered by version, never by rank (trap 10).
        """
        folded = fold(way("a", ("new", 0), ("qualified", 5), ("contacted", 5)), LADDER)

        assert ["new", "qualified", "contacted"] == [
            visit.stage for visit in folded.visits("a")
        ]

    def test_ties_are_counted(self) -> None:
        """
        The number of rows that share an instant with the one before is told.
        """
        folded = fold(way("a", ("new", 0), ("qualified", 5), ("contacted", 5)), LADDER)

        assert 1 == folded.milestones("a").ties

    def test_late_row(self) -> None:
        """
        A row that comes late takes its place, and all follows from it (trap 11).
        """
        rows = straight("a", 4)
        folded = fold([rows[0], rows[3], rows[1]], LADDER)
        folded.add(rows[2])

        assert fold(rows, LADDER).visits("a") == folded.visits("a")

    def test_asked_between_late_rows(self) -> None:
        """
        Asking between two late rows changes nothing of the answer after them.
        """
        rows = straight("a", 4)
        folded = fold([rows[3]], LADDER)
        for row in rows:
            folded.add(row)
            folded.milestones("a")

        assert fold(rows, LADDER) == folded

    def test_two_rows_for_one_version(self) -> None:
        """
        Two different rows in one place are both kept, in an order of their own.
        """
        one = HistoryRow(subject="a", seq=0, stage="new", at_us=0)
        two = HistoryRow(subject="a", seq=0, stage="lost", at_us=0)

        assert tables(fold([one, two], LADDER)) == tables(fold([two, one], LADDER))

    def test_closed_before_it_was_opened(self) -> None:
        """
        Won at an instant before its first contact, it counts as won (trap 13).
        """
        milestones = fold(way("a", ("new", 9), ("won", 4)), LADDER).milestones("a")

        assert (True, "won", 4) == (
            milestones.backwards,
            milestones.outcome,
            milestones.closed_us,
        )

    def test_imported_as_closed_and_reopened(self) -> None:
        """
        What begins closed and is opened later in the stream too is open.
        """
        milestones = fold(way("a", ("lost", 0), ("new", 4)), LADDER).milestones("a")

        assert (False, "open") == (milestones.backwards, milestones.outcome)


class TestMergedSubjects:
    ROWS = (*way("old", ("new", 0), ("lost", 3)), *way("kept", ("new", 5), ("won", 8)))

    def test_earliest_entry_survives(self) -> None:
        """
        The survivor keeps the earliest entry of both (R30, trap 20).
        """
        folded = fold(self.ROWS, LADDER, aliases=[("old", "kept")])

        assert (["kept"], 0, "won") == (
            list(folded),
            folded.milestones("kept").first_us[0],
            folded.milestones("kept").outcome,
        )

    def test_told_afterwards(self) -> None:
        """
        A merge that is told after the rows gives the same.
        """
        folded = fold(self.ROWS, LADDER)
        folded.alias("old", "kept")

        assert fold(self.ROWS, LADDER, aliases=[("old", "kept")]) == folded

    def test_chain(self) -> None:
        """
        A survivor that is merged in its turn hands all on.
        """
        folded = fold(self.ROWS, LADDER, aliases=[("kept", "last"), ("old", "kept")])

        assert (["last"], 4) == (list(folded), folded.rows)

    def test_merged_id_still_answers(self) -> None:
        """
        Asking for the merged one answers for the survivor.
        """
        folded = fold(self.ROWS, LADDER, aliases=[("old", "kept")])

        assert "kept" == folded.milestones("old").subject

    def test_contradiction(self) -> None:
        """
        Two survivors of one still count as one, whoever is told first.
        """
        folds = [
            fold(self.ROWS, LADDER, aliases=order)
            for order in (
                [("old", "kept"), ("old", "zeta")],
                [("old", "zeta"), ("old", "kept")],
            )
        ]

        assert (["kept"], folds[0]) == (list(folds[1]), folds[1])

    def test_circle(self) -> None:
        """
        Two that were merged into each other count as one.
        """
        folded = fold(self.ROWS, LADDER, aliases=[("old", "kept"), ("kept", "old")])

        assert ["kept"] == list(folded)


class TestSubjects:
    def test_clients(self) -> None:
        """
        One client with two interests is counted once, or twice (trap 19).
        """
        rows = [
            *way("a", ("new", 0), client="acme"),
            *way("b", ("new", 5), ("won", 6), client="acme"),
            *way("c", ("new", 7)),
        ]

        assert (["a", "b", "c"], ["acme", "c"]) == (
            list(fold(rows, LADDER)),
            list(fold(rows, LADDER, subject="client")),
        )

    def test_contains(self) -> None:
        """
        What was told of is in, under its own id and the merged one.
        """
        folded = fold(straight("a", 1), LADDER, aliases=[("z", "a")])

        assert (True, True, False) == ("a" in folded, "z" in folded, "b" in folded)

    def test_how_many(self) -> None:
        """
        A fold tells how many it counts, of how many rows, and whom it merged.
        """
        folded = fold(straight("a", 3), LADDER, aliases=[("z", "a")])

        assert (1, 3, {("z", "a")}) == (len(folded), folded.rows, folded.aliases)

    def test_unknown(self) -> None:
        """
        Asking for what no row tells of is refused by name.
        """
        with pytest.raises(UnknownRecord) as caught:
            Folded(LADDER).milestones("nobody")

        assert "interest/nobody" == caught.value.subject


class TestAlgebra:
    @given(histories(), st.data())
    def test_any_split_and_order(
        self, rows: list[HistoryRow], data: st.DataObject
    ) -> None:
        """
        Folds of any parts, in any order, merge to the fold of the whole.
        """
        shuffled = data.draw(st.permutations(rows))
        cuts = data.draw(st.lists(st.integers(0, len(rows)), max_size=4).map(sorted))
        parts = [
            shuffled[start:end]
            for start, end in zip([0, *cuts], [*cuts, len(rows)], strict=True)
        ]
        folds = data.draw(st.permutations([fold(part, LADDER) for part in parts]))

        assert tables(fold(rows, LADDER)) == tables(reduce(merge, folds))

    @given(histories(), histories(), histories())
    def test_associative(
        self, one: list[HistoryRow], two: list[HistoryRow], three: list[HistoryRow]
    ) -> None:
        """
        It does not matter which two of three are merged first.
        """
        a, b, c = (fold(rows, LADDER) for rows in (one, two, three))

        assert merge(merge(a, b), c) == merge(a, merge(b, c))

    @given(histories(), histories())
    def test_commutative(self, one: list[HistoryRow], two: list[HistoryRow]) -> None:
        """
        It does not matter which comes first.
        """
        a, b = fold(one, LADDER), fold(two, LADDER)

        assert tables(merge(a, b)) == tables(merge(b, a))

    @given(histories())
    def test_idempotent(self, rows: list[HistoryRow]) -> None:
        """
        Rows that come a second time change nothing.
        """
        folded = fold(rows, LADDER)

        assert tables(folded) == tables(merge(fold(rows + rows, LADDER), folded))

    @given(histories())
    def test_neutral(self, rows: list[HistoryRow]) -> None:
        """
        Merging with nothing changes nothing.
        """
        folded = fold(rows, LADDER)

        assert (folded, folded) == (
            merge(folded, Folded(LADDER)),
            merge(Folded(LADDER), folded),
        )

    @given(
        histories(),
        st.lists(st.tuples(*[st.sampled_from("abcdxy")] * 2), max_size=5),
        st.data(),
    )
    def test_merges_told_anywhere(
        self,
        rows: list[HistoryRow],
        links: list[tuple[str, str]],
        data: st.DataObject,
    ) -> None:
        """
        Merged subjects give the same, whichever part was told of which merge.
        """
        cut = data.draw(st.integers(0, len(rows)))
        told = data.draw(st.integers(0, len(links)))
        order = data.draw(st.permutations(links))
        parts = (
            fold(rows[:cut], LADDER, aliases=order[:told]),
            fold(rows[cut:], LADDER, aliases=order[told:]),
        )

        assert tables(fold(rows, LADDER, aliases=links)) == tables(merge(*parts))

    @given(histories(), histories())
    def test_merging_leaves_both_alone(
        self, one: list[HistoryRow], two: list[HistoryRow]
    ) -> None:
        """
        What was merged can be used on.
        """
        a, b = fold(one, LADDER), fold(two, LADDER)
        merged = merge(a, b)
        merged.extend(way("a", ("won", 99)))

        assert (fold(one, LADDER), fold(two, LADDER)) == (a, b)

    @given(histories(), st.integers(0, 30))
    def test_as_it_was(self, rows: list[HistoryRow], at_us: int) -> None:
        """
        A story cut at an instant is the story of the rows up to it.
        """
        folded = fold(rows, LADDER)
        before = fold([row for row in rows if row.at_us <= at_us], LADDER)
        cut = {
            subject: story.milestones(subject)
            for subject, whole in folded.stories()
            if (story := whole.until(at_us)) is not None
        }

        assert {subject: before.milestones(subject) for subject in before} == cut

    @given(histories())
    def test_milestones_of_visits(self, rows: list[HistoryRow]) -> None:
        """
        First entries and furthest steps are those of the visits.
        """
        folded = fold(rows, LADDER)
        found = {
            subject: (folded.milestones(subject).first_us, folded.visits(subject))
            for subject in folded
        }

        assert all(
            first
            == tuple(
                min(
                    (visit.entered_us for visit in visits if visit.step == step),
                    default=None,
                )
                for step in range(len(STEPS))
            )
            for first, visits in found.values()
        )


class TestOtherLadders:
    OTHER = Ladder(
        id="short",
        rungs=(
            Rung(id="new"),
            Rung(id="proposal"),
            Rung(id="won", kind="won"),
            Rung(id="lost", kind="lost"),
        ),
    )

    def test_under(self) -> None:
        """
        The same rows can be counted by another ladder.
        """
        folded = fold(straight("a", 4), LADDER, aliases=[("z", "a")])

        assert fold(straight("a", 4), self.OTHER, aliases=[("z", "a")]) == folded.under(
            self.OTHER
        )

    def test_no_mixing(self) -> None:
        """
        Folds by different ladders are not merged.
        """
        with pytest.raises(Refused) as caught:
            merge(Folded(LADDER), Folded(self.OTHER))

        assert "funnel.merge" == caught.value.rule

    def test_equals_folds_only(self) -> None:
        """
        A fold is equal to a fold that holds the same, and to nothing else.
        """
        assert Folded(LADDER) != LADDER

    def test_shows_what_it_holds(self) -> None:
        """
        A fold shows its ladder and how many it counts.
        """
        assert "<Folded 'sales': 1 interest(s)>" == repr(fold(straight("a", 1), LADDER))
