"""
Moves: which are allowed, what bars the others, what is skipped.
"""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given

from leadflow.errors import DefinitionError, Refused, UnknownRecord
from leadflow.scenario import (
    Scenario,
)
from tests.scenario._scenarios import (
    FREE,
    RETAIL,
    one,
    sound_scenarios,
)


# What a move from the row to the column says in RETAIL, "" for allowed.
MOVES = """
          new               offer             contract        won             lost
new       same-stage        -                 skip-forbidden  skip-forbidden  -
offer     return-forbidden  same-stage        -               skip-forbidden  -
contract  return-forbidden  return-forbidden  same-stage      -               -
won       closed            closed            closed          closed          closed
lost      closed            closed            closed          closed          closed
"""
HEAD, *ROWS = (line.split() for line in MOVES.strip().splitlines())
CELLS = [
    (row[0], target, rule.strip("-") if rule == "-" else rule)
    for row in ROWS
    for target, rule in zip(HEAD, row[1:], strict=True)
]


class TestStep:
    @pytest.mark.parametrize(("stage", "target", "rule"), CELLS)
    def test_rule(self, stage: str, target: str, rule: str) -> None:
        """
        R42: every move that is forbidden names its own rule.
        """
        found = ""
        try:
            RETAIL.step(stage, target)
        except Refused as refusal:
            found = refusal.rule.removeprefix("interest.move.")

        assert rule == found

    @pytest.mark.parametrize(("stage", "target", "rule"), CELLS)
    def test_barred(self, stage: str, target: str, rule: str) -> None:
        """
        The rule can be asked for without an error.
        """
        expected = f"interest.move.{rule}" if rule else ""

        assert expected == RETAIL.barred(stage, target)

    def test_message(self) -> None:
        """
        A refusal says what was asked and why it is refused.
        """
        with pytest.raises(Refused) as caught:
            RETAIL.step("new", "contract")

        assert (
            "scenario 'retail' does not move an interest from 'new' to 'contract':"
            " stages may not be skipped"
        ) == caught.value.message

    @pytest.mark.parametrize(("stage", "target"), [("new", "x"), ("x", "new")])
    def test_foreign_stage(self, stage: str, target: str) -> None:
        """
        K8: a stage of another scenario is another error than a forbidden move.
        """
        with pytest.raises(UnknownRecord) as caught:
            RETAIL.step(stage, target)

        assert "interest.move.unknown-stage" == caught.value.rule

    def test_skips(self) -> None:
        """
        R42: where skips are allowed any later stage may follow, a won one too.
        """
        skipping = attrs.evolve(RETAIL, skips="allowed")

        assert ("offer", "contract", "won", "lost") == skipping.targets("new")

    def test_returns(self) -> None:
        """
        R42: where returns are allowed any earlier stage may follow.
        """
        returning = attrs.evolve(RETAIL, returns="allowed")

        assert ("new", "offer", "won", "lost") == returning.targets("contract")

    def test_branches(self) -> None:
        """
        A stage that names what follows is followed by that, and by a loss always.
        """
        branching = one(moves_to=("contract",))

        assert ("contract", "lost") == branching.targets("new")

    def test_not_among_targets(self) -> None:
        """
        What a branching stage does not name is refused by a rule of its own.
        """
        assert "interest.move.not-among-targets" == one(moves_to=("contract",)).barred(
            "new", "offer"
        )

    def test_targets_of_foreign_stage(self) -> None:
        """
        K8: a stage of another scenario has no targets here.
        """
        with pytest.raises(UnknownRecord):
            RETAIL.targets("x")

    def test_targets_of_closed(self) -> None:
        """
        Nothing follows a closed stage but by reopening.
        """
        assert () == FREE.targets("won")

    def test_broken(self) -> None:
        """
        A scenario with an unknown target refuses to be run at all.
        """
        with pytest.raises(DefinitionError, match="unknown-target"):
            one(moves_to=("offer", "x")).step("new", "offer")

    @given(sound_scenarios())
    def test_losing_is_free(self, scenario: Scenario) -> None:
        """
        Every open stage leads to every lost one, whatever the settings.
        """
        assert all(
            scenario.barred(stage.id, lost.id) == ""
            for stage in scenario.open_stages
            for lost in scenario.lost_stages
        )

    @given(sound_scenarios())
    def test_table_is_the_rules(self, scenario: Scenario) -> None:
        """
        What the table allows is what no rule forbids.
        """
        assert {
            (one.id, two.id)
            for one in scenario.stages
            for two in scenario.stages
            if not scenario.barred(one.id, two.id)
        } == {
            (one.id, target)
            for one in scenario.stages
            for target in scenario.targets(one.id)
        }

    @given(sound_scenarios())
    def test_permission_only_adds(self, scenario: Scenario) -> None:
        """
        Allowing skips and returns takes no move away.
        """
        free = attrs.evolve(scenario, skips="allowed", returns="allowed")

        assert all(
            set(scenario.targets(stage.id)) <= set(free.targets(stage.id))
            for stage in scenario.stages
        )


class TestReopen:
    def test_first(self) -> None:
        """
        R41: a closed interest is reopened at the first stage.
        """
        assert "new" == RETAIL.reopen("lost")

    def test_target(self) -> None:
        """
        R41: it is reopened at the stage that is asked for, returns or not.
        """
        assert "contract" == RETAIL.reopen("won", "contract")

    def test_open(self) -> None:
        """
        An open interest is not reopened.
        """
        with pytest.raises(Refused) as caught:
            RETAIL.reopen("offer")

        assert "interest.reopen.not-closed" == caught.value.rule

    def test_closed_target(self) -> None:
        """
        Reopening leads to an open stage.
        """
        with pytest.raises(Refused) as caught:
            RETAIL.reopen("lost", "won")

        assert "interest.reopen.not-open-stage" == caught.value.rule

    def test_foreign_target(self) -> None:
        """
        K8: it is not reopened at a stage of another scenario.
        """
        with pytest.raises(UnknownRecord):
            RETAIL.reopen("lost", "x")


class TestSkipped:
    @pytest.mark.parametrize(
        ("stage", "target", "expected"),
        [
            ("new", "offer", ()),
            ("new", "contract", ("offer",)),
            ("new", "won", ("offer", "contract")),
            ("new", "lost", ()),
            ("contract", "new", ()),
            ("lost", "contract", ()),
        ],
    )
    def test_between(self, stage: str, target: str, expected: tuple[str, ...]) -> None:
        """
        R42: the stages between are skipped, on the way forward alone.
        """
        assert expected == FREE.skipped(stage, target)

    def test_branch(self) -> None:
        """
        A branch skips nothing: it is the way.
        """
        assert () == one(moves_to=("contract",)).skipped("new", "contract")
