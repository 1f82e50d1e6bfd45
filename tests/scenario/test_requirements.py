"""
Requirements: what a move asks, and what of it is missing.
"""

from __future__ import annotations

import pytest
from hypothesis import given

from leadflow.errors import UnknownRecord
from leadflow.scenario import (
    NOTHING,
    Requirements,
    Scenario,
    Stage,
    Standing,
    unmet,
)
from tests.scenario._scenarios import (
    requirements,
    standings,
)


ASKING = Scenario(
    id="asking",
    stages=(
        Stage(
            id="new",
            enter=Requirements(fields=("theme",)),
            leave=Requirements(fields=("amount",)),
        ),
        Stage(
            id="offer",
            enter=Requirements(tasks=("Call",)),
            leave=Requirements(documents=(("offer", 1),)),
        ),
        Stage(
            id="contract",
            enter=Requirements(fields=("amount", "service")),
            leave=Requirements(documents=(("contract", 1),)),
        ),
        Stage(id="won", kind="won", enter=Requirements(all_tasks=True)),
        Stage(id="lost", kind="lost", enter=Requirements(fields=("rival",))),
    ),
)


class TestRequirements:
    @pytest.mark.parametrize(
        ("stage", "target", "expected"),
        [
            (None, "new", Requirements(fields=("theme",))),
            ("new", "offer", Requirements(fields=("amount",), tasks=("Call",))),
            ("new", "contract", Requirements(fields=("amount", "service"))),
            (
                "contract",
                "won",
                Requirements(documents=(("contract", 1),), all_tasks=True),
            ),
            ("contract", "lost", Requirements(fields=("rival",))),
            ("contract", "offer", Requirements(tasks=("Call",))),
            ("lost", "contract", Requirements(fields=("amount", "service"))),
        ],
    )
    def test_of_a_move(
        self, stage: str | None, target: str, expected: Requirements
    ) -> None:
        """
        R38: going on asks what both ends ask, any other move what the new one asks.
        """
        assert expected == ASKING.requirements(stage, target)

    def test_skipped_ask_nothing(self) -> None:
        """
        A skipped stage's own requirements do not count.
        """
        asked = ASKING.requirements("new", "won")

        assert Requirements(fields=("amount",), all_tasks=True) == asked

    def test_foreign_stage(self) -> None:
        """
        K8: nothing can be asked about a stage of another scenario.
        """
        with pytest.raises(UnknownRecord):
            ASKING.requirements("x", "won")

    def test_more_documents(self) -> None:
        """
        Of two counts of one kind the greater one is asked for.
        """
        three = Requirements(documents=(("offer", 3),))

        assert three == Requirements(documents=(("offer", 2),)) | three

    @given(requirements)
    def test_nothing(self, asked: Requirements) -> None:
        """
        Asking nothing besides changes nothing.
        """
        assert asked == asked | NOTHING == NOTHING | asked

    @given(requirements)
    def test_twice(self, asked: Requirements) -> None:
        """
        Asking twice is asking once.
        """
        assert asked == asked | asked

    @given(requirements, requirements, requirements)
    def test_grouping(
        self, one: Requirements, two: Requirements, three: Requirements
    ) -> None:
        """
        It does not matter in which groups requirements are joined.
        """
        assert (one | two) | three == one | (two | three)

    @given(requirements, requirements, standings)
    def test_join_is_both(
        self, one: Requirements, two: Requirements, standing: Standing
    ) -> None:
        """
        Joined requirements are met exactly when each of them is.
        """
        both = not unmet(one, standing) and not unmet(two, standing)

        assert both is not unmet(one | two, standing)

    @pytest.mark.parametrize(
        ("asked", "expected"), [(NOTHING, False), (Requirements(tasks=("a",)), True)]
    )
    def test_truth(self, asked: Requirements, expected: bool) -> None:
        """
        Requirements are true when they ask anything.
        """
        assert expected is bool(asked)


class TestUnmet:
    def test_all_kinds(self) -> None:
        """
        R38: what is missing is named by kind, documents with how many more.
        """
        asked = Requirements(
            fields=("amount", "theme"),
            checklist=("need", "budget"),
            documents=(("offer", 3), ("contract", 1)),
            tasks=("Call", "Meet"),
            all_tasks=True,
        )
        standing = Standing(
            fields=frozenset({"theme"}),
            checked=frozenset({"need"}),
            documents=("offer", "contract", "invoice"),
            done=frozenset({"Meet"}),
            undone=("Call", "Write"),
        )

        assert (
            "field:amount",
            "checklist:budget",
            "document:offer:2",
            "task:Call",
            "task:Write",
        ) == unmet(asked, standing)

    @given(standings)
    def test_nothing_asked(self, standing: Standing) -> None:
        """
        Nothing is missing where nothing is asked.
        """
        assert () == unmet(NOTHING, standing)

    @given(requirements, standings, standings)
    def test_more_is_never_less(
        self, asked: Requirements, one: Standing, two: Standing
    ) -> None:
        """
        With more there, nothing new is missing.
        """
        more = Standing(
            fields=one.fields | two.fields,
            checked=one.checked | two.checked,
            documents=one.documents,
            done=one.done | two.done,
            undone=one.undone,
        )

        assert set(unmet(asked, more)) <= set(unmet(asked, one))
