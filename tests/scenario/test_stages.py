"""
Stages: how they are found, and what kinds there are.
"""

from __future__ import annotations

import pickle

import attrs
import pytest

from leadflow.errors import DefinitionError, UnknownRecord
from leadflow.scenario import (
    Scenario,
    Stage,
)
from tests.scenario._scenarios import (
    ENDS,
    RETAIL,
)


class TestStages:
    def test_stage(self) -> None:
        """
        A stage is found by its id.
        """
        assert RETAIL.stages[1] is RETAIL.stage("offer")

    def test_foreign_stage(self) -> None:
        """
        K8: a stage of another scenario is refused.
        """
        with pytest.raises(UnknownRecord) as caught:
            RETAIL.stage("diagnosis")

        assert "interest.move.unknown-stage" == caught.value.rule

    def test_has(self) -> None:
        """
        Whether a stage is there can be asked without an error.
        """
        assert (True, False) == (RETAIL.has("offer"), RETAIL.has("diagnosis"))

    def test_first(self) -> None:
        """
        K9: a new interest stands at the first open stage, wherever that is listed.
        """
        turned = attrs.evolve(RETAIL, stages=RETAIL.stages[::-1])

        assert ("new", "contract") == (RETAIL.first.id, turned.first.id)

    def test_no_first(self) -> None:
        """
        A scenario without open stages has no first one, and says why.
        """
        with pytest.raises(DefinitionError, match="no-open-stage"):
            attrs.evolve(RETAIL, stages=ENDS).first  # noqa: B018

    def test_rank(self) -> None:
        """
        Open stages count from nought, a won one comes after them, a lost one nowhere.
        """
        assert [0, 1, 2, 3, None] == [RETAIL.rank(stage.id) for stage in RETAIL.stages]

    def test_kind_is_data(self) -> None:
        """
        R37: a stage called lost is won when its kind says so.
        """
        odd = Scenario(
            id="odd",
            stages=(
                Stage(id="won"),
                Stage(id="lost", kind="won"),
                Stage(id="open", kind="lost"),
            ),
        )

        assert (["won"], ["lost"], ["open"]) == (
            [stage.id for stage in odd.open_stages],
            [stage.id for stage in odd.won_stages],
            [stage.id for stage in odd.lost_stages],
        )

    def test_value(self) -> None:
        """
        A scenario is a value: pickling keeps it, and it can be a key.
        """
        RETAIL.step("new", "offer")

        assert {RETAIL: 1} == {pickle.loads(pickle.dumps(RETAIL)): 1}

    def test_new_version(self) -> None:
        """
        R37: a new version with other stages leaves the moves of the old one alone.
        """
        newer = attrs.evolve(RETAIL, version=2, stages=(Stage(id="new"), *ENDS))

        assert (("offer", "lost"), ("won", "lost")) == (
            RETAIL.targets("new"),
            newer.targets("new"),
        )
