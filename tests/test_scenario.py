"""
Scenarios: stages, moves, requirements, checks and their written form.
"""

from __future__ import annotations

import pickle
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statemachine.exceptions import TransitionNotAllowed

from leadflow import charts
from leadflow.errors import DefinitionError, Refused, UnknownRecord
from leadflow.scenario import (
    NOTHING,
    ChecklistItem,
    Requirements,
    Robot,
    Scenario,
    Stage,
    Standing,
    check_scenario,
    parse_scenario,
    scenario_to_data,
    unmet,
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


@attrs.frozen
class Card:
    """
    Stand for a record of an application.
    """

    stage: str
    name: str = "Anna"


class TestMachine:
    def test_stands_at_the_stage(self) -> None:
        """
        A live machine can be made for a stage alone.
        """
        assert ["offer"] == list(RETAIL.machine("offer").configuration_values)

    def test_copy_moves(self) -> None:
        """
        The machine moves a copy with the record's fields, the record stays.
        """
        card = Card("new")
        machine = RETAIL.machine(card)
        machine.send("move_to_offer")

        assert (Card("new"), "offer", "Anna") == (
            card,
            machine.model.stage,
            machine.model.name,
        )

    def test_plain_record(self) -> None:
        """
        A record need not be of attrs.
        """
        machine = RETAIL.machine(SimpleNamespace(stage="offer", name="Oleg"))

        assert "Oleg" == machine.model.name

    def test_listeners(self) -> None:
        """
        Listeners hear what the machine does.
        """
        heard: list[str] = []

        class Ear:
            def after_transition(self, target: Any) -> None:
                heard.append(target.id)

        RETAIL.machine("new", listeners=[Ear()]).send("move_to_lost")

        assert ["lost"] == heard

    def test_foreign_stage(self) -> None:
        """
        K8: a record at a stage of another scenario gets no machine.
        """
        with pytest.raises(UnknownRecord) as caught:
            RETAIL.machine(Card("x"))

        assert "interest.move.unknown-stage" == caught.value.rule

    @pytest.mark.parametrize("name", ["Machine", "LeadMachine"])
    def test_type(self, name: str) -> None:
        """
        What machines are made of can be named for type hints and is a chart.
        """
        from statemachine import StateChart

        assert issubclass(getattr(charts, name), StateChart)

    @given(sound_scenarios(), st.data())
    def test_agrees(self, scenario: Scenario, data: st.DataObject) -> None:
        """
        On every walk the live machine and the rules allow and refuse the same.
        """
        here = scenario.first.id
        machine = scenario.machine(here)
        names = st.sampled_from([stage.id for stage in scenario.stages])
        for target in data.draw(st.lists(names, max_size=8)):
            assert set(scenario.flow.events(here)) == {
                str(event) for event in machine.allowed_events
            }
            closed = scenario.stage(here).kind != "open"
            event = f"{'reopen' if closed else 'move'}_to_{target}"
            try:
                if closed:
                    scenario.reopen(here, target)
                else:
                    scenario.step(here, target)
            except Refused:
                with pytest.raises(TransitionNotAllowed):
                    machine.send(event)
            else:
                machine.send(event)
                here = target

            assert [here] == list(machine.configuration_values)


def move(stage: str, **settings: Any) -> Robot:
    """
    Return a robot that moves to *stage*.
    """
    return Robot(action="move", arguments=(("stage", stage),), **settings)


class TestCheck:
    def test_sound(self) -> None:
        """
        A scenario without mistakes has no problems.
        """
        assert [] == told(RETAIL)

    @pytest.mark.parametrize(
        ("settings", "place", "rule"),
        [
            ({"version": 0}, "version", "bad-version"),
            ({"currency": "rub"}, "currency", "bad-currency"),
            ({"currency": "₽"}, "currency", "bad-currency"),
            ({"purpose": "fun"}, "purpose", "unknown-value"),
            ({"skips": "maybe"}, "skips", "unknown-value"),
            ({"returns": "maybe"}, "returns", "unknown-value"),
        ],
    )
    def test_settings(self, settings: dict[str, Any], place: str, rule: str) -> None:
        """
        R37: settings have to be what they can be.
        """
        assert [(place, rule)] == told(attrs.evolve(RETAIL, **settings))

    @pytest.mark.parametrize("kind", ["open", "won", "lost"])
    def test_missing_kind(self, kind: str) -> None:
        """
        R41: work needs a stage to be in, one to win and one to lose.
        """
        left = tuple(stage for stage in RETAIL.stages if stage.kind != kind)

        assert ("stages", f"no-{kind}-stage") in told(attrs.evolve(RETAIL, stages=left))

    @pytest.mark.parametrize(
        ("settings", "place", "rule"),
        [
            ({"id": "a b"}, "", "bad-id"),
            ({"id": "model"}, "", "reserved-id"),
            ({"kind": "shut"}, ".kind", "unknown-value"),
            ({"probability": 101}, ".probability", "bad-probability"),
            ({"probability": -1}, ".probability", "bad-probability"),
            ({"rot_after": timedelta(0)}, ".rot_after", "bad-duration"),
            ({"moves_to": ("offer", "x")}, ".moves_to[1]", "unknown-target"),
            ({"moves_to": ("new", "offer")}, ".moves_to[0]", "same-stage"),
            (
                {"enter": Requirements(fields=("theme", "size"))},
                ".enter.fields[1]",
                "undeclared-field",
            ),
            (
                {"leave": Requirements(checklist=("need",))},
                ".leave.checklist[0]",
                "unknown-item",
            ),
            (
                {"leave": Requirements(documents=(("offer", 0),))},
                ".leave.documents.offer",
                "bad-count",
            ),
            (
                {"leave": Requirements(documents=(("offer", 1), ("offer", 2)))},
                ".leave.documents.offer",
                "duplicate-id",
            ),
            (
                {"checklist": (ChecklistItem("a"), ChecklistItem("a"))},
                ".checklist[1]",
                "duplicate-id",
            ),
        ],
    )
    def test_stage(self, settings: dict[str, Any], place: str, rule: str) -> None:
        """
        R45: what is wrong with a stage is told with its place.
        """
        assert (f"stages[0]{place}", rule) in told(one(**settings))

    @pytest.mark.parametrize(
        ("robot", "place", "rule"),
        [
            (Robot(on="sleep", action="task"), ".on", "unknown-value"),  # type: ignore[arg-type]
            (Robot(action="dance"), ".action", "unknown-value"),
            (Robot(action="task", after=-DAY), ".after", "bad-duration"),
            (Robot(action="task", on="event"), ".event", "bad-event"),
            (Robot(action="task", event="call"), ".event", "bad-event"),
            (Robot(action="task", on="stuck"), ".after", "never-stuck"),
            (
                Robot(action="task", arguments=(("a", ""), ("a", ""))),
                ".arguments",
                "duplicate-id",
            ),
            (
                Robot(action="set_field", arguments=(("field", "size"),)),
                ".arguments.field",
                "undeclared-field",
            ),
            (move("x"), ".arguments.stage", "unknown-target"),
            (Robot(action="move"), ".arguments.stage", "unknown-target"),
            (move("new"), ".arguments.stage", "refused-move"),
        ],
    )
    def test_robot(self, robot: Robot, place: str, rule: str) -> None:
        """
        R45: what is wrong with a robot is told with its place.
        """
        assert [(f"stages[0].robots[0]{place}", rule)] == told(one(robots=(robot,)))

    @pytest.mark.parametrize(
        "robot",
        [
            Robot(action="task", on="stuck"),
            Robot(action="webhook", on="event", event="paid", after=DAY),
            Robot(action="set_field", arguments=(("field", "amount"),)),
            move("won", on="event", event="paid"),
            move("new", on="leave"),
        ],
    )
    def test_good_robot(self, robot: Robot) -> None:
        """
        A robot that can do what it says is no problem.
        """
        assert [] == told(one(robots=(robot,), rot_after=DAY))

    def test_own_actions(self) -> None:
        """
        An application can name actions of its own.
        """
        own = one(robots=(Robot(action="dance"),))

        assert () == check_scenario(own, actions={"dance"})

    def test_declared_field(self) -> None:
        """
        R38: a custom field can be asked for where it is declared.
        """
        assert [] == told(one(leave=Requirements(fields=("size",))), "size")

    def test_item_of_another_stage(self) -> None:
        """
        A checklist item of one stage can be asked for by another.
        """
        asking = one(checklist=(ChecklistItem("need"),))
        asked = attrs.evolve(asking.stages[1], enter=Requirements(checklist=("need",)))

        assert [] == told(
            attrs.evolve(asking, stages=(asking.stages[0], asked, *asking.stages[2:]))
        )

    @pytest.mark.parametrize(
        "settings",
        [
            {"rot_after": DAY},
            {"moves_to": ("new",)},
            {"leave": Requirements(all_tasks=True)},
        ],
    )
    def test_closed_stage(self, settings: dict[str, Any]) -> None:
        """
        K6: a closed stage does not rot, and nothing is asked at leaving it.
        """
        closed = attrs.evolve(RETAIL.stages[-1], **settings)

        assert [(f"stages[4].{next(iter(settings))}", "closed-stage")] == told(
            attrs.evolve(RETAIL, stages=(*RETAIL.stages[:-1], closed))
        )

    def test_duplicate_stage(self) -> None:
        """
        Two stages cannot have one id.
        """
        twice = attrs.evolve(FREE, stages=(*FREE.stages, Stage(id="lost", kind="lost")))

        assert [("stages[5]", "duplicate-id")] == told(twice)

    def test_unreachable(self) -> None:
        """
        R45: a stage that no moves lead to is told, though reopening would lead there.
        """
        cut = attrs.evolve(one(moves_to=("contract",)), returns="forbidden")

        assert [("stages[1]", "unreachable")] == told(cut)

    def test_dead_end(self) -> None:
        """
        R45: stages from which nothing can be won are told.
        """
        stages = (
            Stage(id="new"),
            Stage(id="talk", moves_to=("more",)),
            Stage(id="more", moves_to=("talk",)),
            *ENDS,
        )

        assert [("stages[1]", "dead-end"), ("stages[2]", "dead-end")] == told(
            attrs.evolve(FREE, stages=stages)
        )

    def test_all_at_once(self) -> None:
        """
        R45: mistakes at all places are told together.
        """
        broken = attrs.evolve(
            one(probability=200, robots=(move("x"),)), version=0, currency="?"
        )

        assert [
            ("version", "bad-version"),
            ("currency", "bad-currency"),
            ("stages[0].probability", "bad-probability"),
            ("stages[0].robots[0].arguments.stage", "unknown-target"),
        ] == told(broken)

    def test_path(self) -> None:
        """
        Places begin with the path that is given.
        """
        problems = check_scenario(attrs.evolve(RETAIL, version=0), path="here[1]")

        assert ["here[1].version"] == [problem.path for problem in problems]

    @given(any_scenarios)
    def test_never_raises(self, scenario: Scenario) -> None:
        """
        However wrong a scenario is, checking it answers, and truly.
        """
        if not check_scenario(scenario, frozenset()):
            assert scenario.first == scenario.stage(scenario.flow.initial)

    @given(sound_scenarios())
    def test_sound_ones_pass(self, scenario: Scenario) -> None:
        """
        Stages of all three kinds make a usable scenario, in any order.
        """
        assert () == check_scenario(scenario)


def with_robots(*robots: tuple[int, Robot]) -> Scenario:
    """
    Return a sound scenario with robots at the stages of these numbers.
    """
    return attrs.evolve(
        FREE,
        stages=tuple(
            attrs.evolve(
                stage, robots=tuple(robot for at, robot in robots if at == number)
            )
            for number, stage in enumerate(FREE.stages)
        ),
    )


def simulate(scenario: Scenario) -> bool:
    """
    Tell whether robots ever keep an interest going for longer than there are moves.
    """
    at_once = [
        (stage.id, robot)
        for stage in scenario.stages
        for robot in stage.robots
        if robot.action == "move" and not robot.after
    ]
    names = [stage.id for stage in scenario.stages]
    going = {(left, here) for left in names for here in names}
    for _ in range(len(going) + 1):
        going = {
            (here, robot.argument("stage"))
            for left, here in going
            for name, robot in at_once
            if (robot.on, name) in {("leave", left), ("enter", here)}
            and robot.argument("stage") != here
        }
    return bool(going)


class TestLoops:
    def test_back_and_forth(self) -> None:
        """
        R45: two stages whose robots move to each other are a loop.
        """
        problems = check_scenario(with_robots((0, move("offer")), (1, move("new"))))

        assert ["robots move an interest in a circle: new → offer → new"] == [
            problem.message for problem in problems
        ]

    def test_place(self) -> None:
        """
        A loop is told once, at the first of its stages.
        """
        round_trip = with_robots(
            (0, move("offer")), (1, move("contract")), (2, move("new"))
        )

        assert [("stages[0].robots", "robots-loop")] == told(round_trip)

    def test_leaving(self) -> None:
        """
        R45: two stages that fetch back what leaves them are a loop.
        """
        fetching = with_robots(
            (0, move("new", on="leave")), (1, move("offer", on="leave"))
        )

        assert [("stages[0].robots", "robots-loop")] == told(fetching)

    def test_one_fetches(self) -> None:
        """
        One stage that fetches back what leaves it is no loop.
        """
        assert [] == told(with_robots((0, move("new", on="leave"))))

    def test_pause(self) -> None:
        """
        A robot that waits leaves time to stop it.
        """
        assert [] == told(with_robots((0, move("offer")), (1, move("new", after=DAY))))

    def test_chain(self) -> None:
        """
        Robots that only move on come to an end.
        """
        assert [] == told(with_robots((0, move("offer")), (1, move("contract"))))

    def test_other_robots(self) -> None:
        """
        A robot that moves nothing drives no loop.
        """
        assert [] == told(with_robots((0, move("offer")), (1, Robot(action="task"))))

    @given(
        st.lists(
            st.tuples(
                st.integers(0, 3),
                st.builds(
                    move,
                    st.sampled_from(["new", "offer", "contract", "won"]),
                    on=st.sampled_from(["enter", "leave"]),
                    after=st.sampled_from([timedelta(0), DAY]),
                ),
            ),
            max_size=5,
        )
    )
    def test_as_it_would_run(self, robots: list[tuple[int, Robot]]) -> None:
        """
        A loop is told exactly when running the robots would never end.
        """
        scenario = with_robots(*robots)
        rules = {problem.rule for problem in check_scenario(scenario)}

        assert simulate(scenario) is ("robots-loop" in rules)


TOLD = {
    "id": "retail",
    "title": "Розница",
    "version": 3,
    "skips": "forbidden",
    "reasons": ["price", "rival"],
    "currency": "RUB",
    "stages": [
        {
            "id": "new",
            "title": "Новый",
            "colour": "#fff",
            "probability": 10,
            "rot_after": "3d",
            "checklist": [{"id": "need", "title": "Потребность"}],
            "leave": {"checklist": ["need"], "documents": {"offer": 1}},
            "robots": [
                {"action": "message", "after": "4h", "arguments": {"template": "hi"}}
            ],
        },
        {"id": "won", "kind": "won", "enter": {"all_tasks": True}},
        {"id": "lost", "kind": "lost"},
    ],
}


class TestData:
    def test_parse(self) -> None:
        """
        A scenario can be written as tables, lists and texts.
        """
        expected = Scenario(
            id="retail",
            title="Розница",
            version=3,
            skips="forbidden",
            reasons=("price", "rival"),
            currency="RUB",
            stages=(
                Stage(
                    id="new",
                    title="Новый",
                    colour="#fff",
                    probability=10,
                    rot_after=3 * DAY,
                    checklist=(ChecklistItem("need", "Потребность"),),
                    leave=Requirements(checklist=("need",), documents=(("offer", 1),)),
                    robots=(
                        Robot(
                            action="message",
                            after=timedelta(hours=4),
                            arguments=(("template", "hi"),),
                        ),
                    ),
                ),
                Stage(id="won", kind="won", enter=Requirements(all_tasks=True)),
                Stage(id="lost", kind="lost"),
            ),
        )

        assert (expected, []) == parse_scenario(TOLD, "scenarios.retail")

    def test_to_data(self) -> None:
        """
        What is written leaves defaults out.
        """
        made, _ = parse_scenario(TOLD, "")
        assert made is not None

        assert scenario_to_data(made) == TOLD

    @given(any_scenarios)
    def test_round_trip(self, scenario: Scenario) -> None:
        """
        A scenario that is written and read again is the same.
        """
        assert (scenario, []) == parse_scenario(scenario_to_data(scenario), "")

    @pytest.mark.parametrize(
        ("change", "place", "rule"),
        [
            ({"id": ""}, "s.id", "missing-key"),
            ({"id": 7}, "s.id", "wrong-type"),
            ({"colour": "red"}, "s.colour", "unknown-key"),
            ({"version": "3"}, "s.version", "wrong-type"),
            ({"version": True}, "s.version", "wrong-type"),
            ({"version": 1.0}, "s.version", "wrong-type"),
            ({"reason_required": 1}, "s.reason_required", "wrong-type"),
            ({"skips": "never"}, "s.skips", "unknown-value"),
            ({"skips": 1}, "s.skips", "wrong-type"),
            ({"reasons": "price"}, "s.reasons", "wrong-type"),
            ({"reasons": ["a", 1]}, "s.reasons[1]", "wrong-type"),
            ({"stages": {}}, "s.stages", "wrong-type"),
            ({"stages": ["new"]}, "s.stages[0]", "wrong-type"),
            ({"stages": [{}]}, "s.stages[0].id", "missing-key"),
            (
                {"stages": [{"id": "a", "kinds": "open"}]},
                "s.stages[0].kinds",
                "unknown-key",
            ),
            (
                {"stages": [{"id": "a", "rot_after": "soon"}]},
                "s.stages[0].rot_after",
                "bad-duration",
            ),
            (
                {"stages": [{"id": "a", "rot_after": 3}]},
                "s.stages[0].rot_after",
                "wrong-type",
            ),
            (
                {"stages": [{"id": "a", "leave": ["amount"]}]},
                "s.stages[0].leave",
                "wrong-type",
            ),
            (
                {"stages": [{"id": "a", "leave": {"documents": {"offer": True}}}]},
                "s.stages[0].leave.documents.offer",
                "wrong-type",
            ),
            (
                {"stages": [{"id": "a", "robots": [{}]}]},
                "s.stages[0].robots[0].action",
                "missing-key",
            ),
        ],
    )
    def test_wrong(self, change: dict[str, Any], place: str, rule: str) -> None:
        """
        What is not of the right shape is told with its place, and makes nothing.
        """
        made, problems = parse_scenario({**TOLD, **change}, "s")

        assert (None, [(place, rule)]) == (made, [(p.path, p.rule) for p in problems])

    def test_all_at_once(self) -> None:
        """
        All mistakes are told together; without a path places begin at the top.
        """
        _, problems = parse_scenario(
            {"stages": [{"id": 1, "what": 2}], "version": "1", "x": 0}, ""
        )

        assert [
            "id",
            "version",
            "stages[0].id",
            "stages[0].what",
            "x",
        ] == [problem.path for problem in problems]


class TestDraw:
    def test_mermaid(self) -> None:
        """
        R45: the diagram shows the way and the ends, and tells the rest in notes.
        """
        small = Scenario(
            id="small",
            returns="forbidden",
            stages=(Stage(id="new", title="Новый"), Stage(id="talk"), *ENDS),
        )
        expected = """\
stateDiagram-v2
    direction LR
    state "Новый" as new
    state "talk" as talk
    state "won" as won
    state "lost" as lost
    [*] --> new
    new --> talk : move_to_talk
    new --> lost : move_to_lost
    talk --> won : move_to_won
    talk --> lost : move_to_lost
    won --> [*]
    lost --> [*]
    note right of new : skipping stages is allowed
    note right of new : going back is forbidden
    note right of new : a closed interest may be reopened at any open stage
"""

        assert expected == small.draw("mermaid")

    def test_branch(self) -> None:
        """
        A branch is drawn as it is, over stages and back.
        """
        assert "new --> contract" in one(moves_to=("contract", "offer")).draw()

    def test_markdown(self) -> None:
        """
        R45: the table tells of each stage what follows, what it asks and does.
        """
        told_of = Scenario(
            id="x",
            stages=(
                Stage(
                    id="new",
                    title="New | old",
                    enter=Requirements(fields=("theme",), all_tasks=True),
                    leave=Requirements(
                        checklist=("need",), documents=(("offer", 2),), tasks=("Call",)
                    ),
                    robots=(Robot(action="task"), Robot(on="leave", action="notify")),
                ),
                *ENDS,
            ),
        )
        head = "| Stage | Kind | Moves to | To enter | To leave | Robots |"
        row = (
            r"| New \| old | open | won, lost | theme, all tasks done |"
            " need, 2 × offer, Call | enter: task, leave: notify |"
        )
        lines = told_of.draw("markdown").splitlines()

        assert [head, row] == [lines[0], lines[2]]
