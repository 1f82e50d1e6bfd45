"""
Scenarios to test with: by hand, and drawn in every shape.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
from hypothesis import strategies as st

from leadflow.scenario import (
    ChecklistItem,
    Requirements,
    Robot,
    Scenario,
    Stage,
    Standing,
    check_scenario,
)


DAY = timedelta(days=1)
ENDS = (Stage(id="won", kind="won"), Stage(id="lost", kind="lost"))

RETAIL = Scenario(
    id="retail",
    skips="forbidden",
    returns="forbidden",
    stages=(
        Stage(id="new"),
        Stage(id="offer"),
        Stage(id="contract"),
        *ENDS,
    ),
)
FREE = attrs.evolve(RETAIL, skips="allowed", returns="allowed")


def one(**settings: Any) -> Scenario:
    """
    Return a sound scenario whose first stage has *settings*.
    """
    return attrs.evolve(
        FREE,
        stages=(attrs.evolve(FREE.stages[0], **settings), *FREE.stages[1:]),
    )


def told(scenario: Scenario, *fields: str) -> list[tuple[str, str]]:
    """
    Return place and rule of every problem.
    """
    return [
        (problem.path.removeprefix("scenarios.retail."), problem.rule)
        for problem in check_scenario(scenario, frozenset(fields))
    ]


words = st.text("abc", min_size=1, max_size=3)
texts = st.text(max_size=6)
seconds = st.integers(0, 10**7).map(lambda s: timedelta(seconds=s))
pairs = st.dictionaries(words, st.integers(1, 3), max_size=2).map(
    lambda found: tuple(found.items())
)

requirements = st.builds(
    Requirements,
    fields=st.lists(words, max_size=3, unique=True).map(tuple),
    checklist=st.lists(words, max_size=2, unique=True).map(tuple),
    documents=pairs,
    tasks=st.lists(words, max_size=2, unique=True).map(tuple),
    all_tasks=st.booleans(),
)

standings = st.builds(
    Standing,
    fields=st.frozensets(words),
    checked=st.frozensets(words),
    documents=st.lists(words, max_size=6).map(tuple),
    done=st.frozensets(words),
    undone=st.lists(words, max_size=2).map(tuple),
)

robots = st.builds(
    Robot,
    on=st.sampled_from(["enter", "leave", "event", "stuck"]),
    action=words,
    arguments=st.dictionaries(words, texts, max_size=2).map(lambda d: tuple(d.items())),
    after=seconds,
    event=texts,
)

stages = st.builds(
    Stage,
    id=words,
    title=texts,
    kind=st.sampled_from(["open", "won", "lost"]),
    colour=texts,
    probability=st.none() | st.integers(),
    rot_after=st.none() | seconds,
    moves_to=st.lists(words, max_size=2).map(tuple),
    checklist=st.lists(st.builds(ChecklistItem, words, texts), max_size=2).map(tuple),
    enter=requirements,
    leave=requirements,
    robots=st.lists(robots, max_size=2).map(tuple),
)
permissions = st.sampled_from(["allowed", "forbidden"])

any_scenarios = st.builds(
    Scenario,
    id=words,
    title=texts,
    version=st.integers(),
    stages=st.lists(stages, max_size=4).map(tuple),
    purpose=st.sampled_from(["sales", "support"]),
    skips=permissions,
    returns=permissions,
    reasons=st.lists(words).map(tuple),
    reason_required=st.booleans(),
    currency=texts,
)


@st.composite
def sound_scenarios(draw: st.DrawFn) -> Scenario:
    """
    Draw a scenario that can be used: open, won and lost stages in any order.
    """
    kinds = draw(
        st.permutations(
            [
                *draw(st.lists(st.sampled_from(["open", "won", "lost"]), max_size=5)),
                "open",
                "won",
                "lost",
            ]
        )
    )
    names = [f"{kind[0]}{number}" for number, kind in enumerate(kinds)]
    opened = [name for name in names if name.startswith("o")]
    ends = [name for name in names if name.startswith("w")]
    branch = draw(st.none() | st.sampled_from(opened))
    return Scenario(
        id="drawn",
        skips=draw(permissions),
        returns=draw(permissions),
        stages=tuple(
            Stage(
                id=name,
                kind=kind,
                # All that comes after may be a branch: so nothing is cut off.
                moves_to=(*opened[opened.index(name) + 1 :], *ends)
                if name == branch
                else (),
            )
            for name, kind in zip(names, kinds, strict=True)
        ),
    )


def move(stage: str, **settings: Any) -> Robot:
    """
    Return a robot that moves to *stage*.
    """
    return Robot(action="move", arguments=(("stage", stage),), **settings)
