"""
Playbooks as TOML and as plain data: strictly read, written back, presets.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow.assignment import (
    AnyHours,
    ClientsOwn,
    FirstOf,
    FixedMember,
    LeastLoaded,
    OnDutyOnly,
    RoleQueue,
    RoundRobin,
    SeveralMembers,
)
from leadflow.channels.replies import QuickReply
from leadflow.channels.settings import ChannelKind, ChannelSettings, Escalation
from leadflow.charts import LeadState
from leadflow.desk import ClientAlone, Convert, Desk, Inbox, NewInterest, Receive
from leadflow.errors import DefinitionError, UnknownRecord
from leadflow.playbook import (
    FORMAT,
    PRESETS,
    FieldSpec,
    Playbook,
    load,
    loads,
    playbook_of,
    playbook_to_data,
    preset,
)
from leadflow.reasons import Reason
from leadflow.scenario import Scenario, Stage
from leadflow.storage import MemoryStore
from leadflow.team import Member, Role, Team
from leadflow.worktime import WorkCalendar
from tests.desk._company import MONDAY, RETAIL, inbound, phone, small_company


SMALL = """
format = 1
region = "DE"

[team]
roles = [{ id = "sales" }]
members = [{ id = "anna", roles = ["sales"] }]

[policies.turns]
policy = "round-robin"
pool = "sales"
role = "sales"

[[channels]]
id = "site"
kind = "form"
policy = "turns"
response_time = "1h 30m"
"""


def told(text: str) -> list[tuple[str, str]]:
    """
    Return the places and rules of all that is wrong of *text*.
    """
    with pytest.raises(DefinitionError) as caught:
        loads(text)
    return [(problem.path, problem.rule) for problem in caught.value.problems]


class TestReading:
    def test_what_is_there(self) -> None:
        """A file says the same as the constructor."""
        assert loads(SMALL) == Playbook(
            region="DE",
            team=Team(
                members=(Member(id="anna", roles={"sales"}),), roles=(Role("sales"),)
            ),
            policies=(("turns", RoundRobin(pool="sales", role="sales")),),
            channels=(
                ChannelSettings(
                    id="site",
                    kind="form",
                    policy="turns",
                    response_time=timedelta(hours=1, minutes=30),
                ),
            ),
        )

    def test_from_a_file(self, tmp_path: Path) -> None:
        """A file is read as its text is, in UTF-8."""
        path = tmp_path / "playbook.toml"
        path.write_text(f'{SMALL}\n[[reasons]]\nid = "дорого"\n', "utf-8")

        assert "дорого" == load(str(path)).reasons[0].id

    def test_the_least(self) -> None:
        """A file that says its format only is a playbook."""
        assert Playbook() == loads("format = 1")


class TestUnreadable:
    def test_no_file(self, tmp_path: Path) -> None:
        """A file that there is not is told as a problem."""
        path = tmp_path / "none.toml"
        with pytest.raises(DefinitionError) as caught:
            load(path)

        assert [(str(path), "unreadable")] == [
            (problem.path, problem.rule) for problem in caught.value.problems
        ]

    def test_a_folder(self, tmp_path: Path) -> None:
        """A folder is no file."""
        with pytest.raises(DefinitionError, match="unreadable"):
            load(tmp_path)

    def test_not_utf_8(self, tmp_path: Path) -> None:
        """A file in another encoding is told with the byte."""
        path = tmp_path / "playbook.toml"
        path.write_bytes('format = 1\nname = "Рога"\n'.encode("cp1251"))
        with pytest.raises(DefinitionError) as caught:
            load(path)

        assert ("not-utf-8", "is not UTF-8 at byte 19") == (
            caught.value.problems[0].rule,
            caught.value.problems[0].message,
        )

    @pytest.mark.parametrize(
        ("text", "where"),
        [
            ("format = 1\nname = \n", "line 2, column 8"),
            ("format = 1\nformat = 1\n", "line 2, column 11"),
            ("[team\n", "line 1, column 6"),
            ('name = "x', "the end"),
            (f"a = {'9' * 5_000}", "the end"),
            (f"a = {'[' * 20_000}", "the end"),
        ],
    )
    def test_no_toml(self, text: str, where: str) -> None:
        """What is no TOML is told with its line, and never as another error."""
        assert [(where, "not-toml")] == told(text)

    @pytest.mark.parametrize("written", ["", "format = 2", "name = 'x'"])
    def test_another_format(self, written: str) -> None:
        """A file of no format, or of one to come, is told."""
        assert [("format", "unknown-format")] == told(written)


BROKEN = """
format = 1
nmae = "Small company"
region = "Germany"
simple = "yes"
calendars = { office = { zone = "Mars/North", week = { "mon" = "9-25" } } }

[team]
members = [{ id = "anna", roles = "sales" }]

[policies.turns]
policy = "round-robbin"

[[lead_states]]
title = "New"

[[reasons]]
id = "price"
use = ["leads", "clients"]

[[fields]]
id = "size"
type = "choice"
choices = { s = 1 }

[[channels]]
id = "site"
kind = "fax"
policy = "turns"
response_time = "soon"
escalation = [{ after = "5m" }]
extensions = ["7"]

[[channels]]
kind = "form"
policy = "nose"

[[scenarios]]
id = "retail"
stages = [{ id = "new" }, { id = "won", kind = "wonn" }]
"""


class TestBroken:
    def test_all_problems_at_once(self) -> None:
        """A broken file is told whole, each problem at its place."""
        assert {
            ("nmae", "unknown-key"),
            ("region", "bad-region"),
            ("simple", "wrong-type"),
            ("calendars.office.zone", "unknown-zone"),
            ("team.members[0].roles", "wrong-type"),
            ("lead_states[0].id", "missing-key"),
            ("reasons[0].use[1]", "unknown-value"),
            ("fields[0].choices.s", "wrong-type"),
            ("channels[0].kind", "unknown-value"),
            ("channels[0].response_time", "bad-duration"),
            ("channels[0].escalation[0].policy", "missing-key"),
            ("channels[0].extensions", "wrong-type"),
            ("channels[1].id", "missing-key"),
            ("channels[1].policy", "unknown-policy"),
            ("scenarios[0].stages[1].kind", "unknown-value"),
        } <= set(told(BROKEN))

    def test_each_once(self) -> None:
        """No problem is told twice."""
        problems = told(BROKEN)

        assert len(set(problems)) == len(problems)

    def test_what_could_not_be_read_is_not_also_missing(self) -> None:
        """A broken policy or scenario is there, and only broken."""
        text = SMALL.replace('policy = "round-robin"', 'policy = "x"').replace(
            'kind = "form"', 'kind = "form"\nscenario = "retail"'
        )
        broken = '[[scenarios]]\nid = "retail"\nstages = 7\n'

        assert {"policies.turns", "scenarios[0].stages"} == {
            path.removesuffix(".policy") for path, _ in told(f"{text}\n{broken}")
        }

    def test_a_scenario_after_something_else(self) -> None:
        """What is no table among the scenarios does not hide a broken one."""
        text = (
            'format = 1\nscenarios = [7, { id = "s", stages = 7 }]\n'
            '[[channels]]\nid = "a"\nkind = "form"\nscenario = "s"\n'
        )

        assert [
            ("scenarios[0]", "wrong-type"),
            ("scenarios[1].stages", "wrong-type"),
        ] == told(text)

    def test_parts_that_are_no_tables(self) -> None:
        """A part of the wrong type is told, and the rest is read on."""
        assert [
            ("scenarios", "wrong-type"),
            ("policies", "wrong-type"),
            ("region", "bad-region"),
        ] == told('format = 1\npolicies = 3\nscenarios = "x"\nregion = "Mars"')


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"region": "Germany"}, 'region = "Germany"'),
    ({"policy": "nose"}, 'policy = "nose"'),
    ({"sales_roles": ("nose",)}, 'sales_roles = ["nose"]'),
    ({"simple": True}, "simple = true"),
    (
        {"channels": (ChannelSettings(id="a", kind="fax"),)},  # type: ignore[arg-type]
        '[[channels]]\nid = "a"\nkind = "fax"',
    ),
    (
        {
            "channels": (
                ChannelSettings(id="a", kind="form", scenario="x", region="y"),
                ChannelSettings(id="a", kind="form", visible_to=("x",)),
            )
        },
        (
            '[[channels]]\nid = "a"\nkind = "form"\nscenario = "x"\nregion = "y"\n'
            '[[channels]]\nid = "a"\nkind = "form"\nvisible_to = ["x"]'
        ),
    ),
    (
        {"fields": (FieldSpec(id="f", type="choice"),)},
        '[[fields]]\nid = "f"\ntype = "choice"',
    ),
    ({"reasons": (Reason(id=""),)}, '[[reasons]]\nid = ""'),
    (
        {"scenarios": (Scenario(id="s", stages=(Stage(id="a"),)),)},
        '[[scenarios]]\nid = "s"\nstages = [{ id = "a" }]',
    ),
    (
        {"team": Team(members=(Member(id="a", roles={"x"}),))},
        '[team]\nmembers = [{ id = "a", roles = ["x"] }]',
    ),
    (
        {"policies": (("p", FixedMember("nobody")),)},
        '[policies.p]\npolicy = "member"\nmember = "nobody"',
    ),
]


@pytest.mark.parametrize(
    ("values", "text"), WRONG, ids=[str(number) for number in range(len(WRONG))]
)
def test_code_and_file_are_told_the_same(values: dict[str, Any], text: str) -> None:
    """A playbook in code and one in a file have the same checks."""
    with pytest.raises(DefinitionError) as caught:
        Playbook(**values)

    assert told(f"format = 1\n{text}") == [
        (problem.path, problem.rule) for problem in caught.value.problems
    ]


# -- there and back ------------------------------------------------------------------

IDS = ("a", "b", "c-1")
TITLES = st.sampled_from(("", "Title", "Название"))
SPANS = st.timedeltas(timedelta(0), timedelta(days=400)).map(
    lambda span: timedelta(seconds=int(span.total_seconds()))
)


def several(item: Any, *, most: int = 2) -> Any:
    """
    Generate up to so many with different ids.
    """
    return st.lists(item, max_size=most, unique_by=lambda each: each.id).map(tuple)


def policies(roles: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """
    Generate policies of a team with members a and b.
    """
    who = st.sampled_from(IDS[:2])
    role = st.sampled_from(roles)
    plain = st.one_of(
        who.map(FixedMember),
        st.just(SeveralMembers(("a", "b"))),
        st.just(ClientsOwn()),
        role.map(RoleQueue),
        st.builds(RoundRobin, pool=st.sampled_from(IDS), role=role),
        st.builds(LeastLoaded, pool=st.sampled_from(IDS), members=st.just(("a",))),
    )
    return st.one_of(
        plain,
        plain.map(OnDutyOnly),
        plain.map(AnyHours),
        st.lists(plain, min_size=1, max_size=3).map(tuple).map(FirstOf),
    )


@st.composite
def playbooks(draw: st.DrawFn) -> Playbook:
    """
    Generate sound playbooks in which every part names others.
    """
    roles = ("sales", "office")
    calendars = (("office", WorkCalendar(zone="Europe/Berlin")),)
    team = Team(
        members=tuple(
            draw(
                st.builds(
                    Member,
                    id=st.just(id_),
                    name=TITLES,
                    # Somebody is in each role that a policy may name.
                    roles=st.just(roles)
                    if id_ == "a"
                    else st.frozensets(st.sampled_from(roles)),
                    capacity=st.none() | st.integers(1, 9),
                    weight=st.integers(1, 5),
                    shift=st.none() | st.just(calendars[0][1]),
                )
            )
            for id_ in IDS[:2]
        ),
        roles=tuple(Role(role, draw(TITLES)) for role in roles),
    )
    scenarios = draw(
        st.sampled_from(
            ((), (RETAIL,), (RETAIL, attrs.evolve(RETAIL, version=2, currency="EUR")))
        )
    )
    response = draw(st.none() | SPANS)
    channel = st.builds(
        ChannelSettings,
        id=st.sampled_from(IDS),
        kind=st.sampled_from(get_args(ChannelKind)),
        title=TITLES,
        lead_source=st.booleans(),
        policy=st.sampled_from(("", "turns")),
        reason_required=st.booleans(),
        visible_to=st.sampled_from(((), ("a",), ("role:sales", "b"))),
        response_time=st.just(response),
        calendar=st.sampled_from(("", "office")),
        escalation=st.just(())
        if response is None
        else st.lists(
            st.builds(Escalation, after=SPANS, policy=st.just("turns")), max_size=2
        ).map(tuple),
        auto_reply=TITLES,
        away_reply=TITLES,
        scenario=st.sampled_from(("", "retail")) if scenarios else st.just(""),
        region=st.sampled_from(("", "RU")),
        repeats=st.sampled_from(("lead", "client")),
        extensions=st.sampled_from(((), (("101", "a"), ("102", "b")))),
        missed_call_task=TITLES,
    )
    field = st.builds(
        FieldSpec,
        id=st.sampled_from((*IDS, "budget")),
        title=TITLES,
        type=st.sampled_from(("text", "integer", "decimal", "date", "flag")),
        of=st.sampled_from((("lead",), ("lead", "interest"), ("client",))),
    )
    chosen = st.builds(
        FieldSpec,
        id=st.just("size"),
        type=st.sampled_from(("choice", "choices")),
        choices=st.just((("s", "Small"), ("l", ""))),
    )
    reasons = several(
        st.builds(
            Reason,
            id=st.sampled_from(IDS),
            title=TITLES,
            use=st.sampled_from((("leads",), ("leads", "interests"))),
            comment_required=st.booleans(),
        )
    )
    return Playbook(
        name=draw(st.sampled_from(("playbook", "Рога и копыта"))),
        language=draw(st.sampled_from(("en", "ru"))),
        region=draw(st.sampled_from(("", "DE"))),
        currency=draw(st.sampled_from(("", "EUR"))),
        team=team,
        channels=draw(several(channel)),
        replies=draw(
            several(st.builds(QuickReply, id=st.sampled_from(IDS), text=st.just("Hi")))
        ),
        lead_states=draw(
            st.sampled_from(
                (
                    (LeadState("new"),),
                    (
                        LeadState("new", "New", "#fff"),
                        LeadState("work"),
                        LeadState("w2"),
                    ),
                )
            )
        ),
        lead_ends=draw(st.sampled_from((("Converted", "Rejected"), ("Sold", "Gone")))),
        reasons=draw(reasons),
        fields=draw(several(field)) + draw(st.sampled_from(((), (draw(chosen),)))),
        scenarios=scenarios,
        policies=(("turns", draw(policies(roles))),),
        policy=draw(st.sampled_from(("", "turns"))),
        calendars=calendars,
        calendar=draw(st.sampled_from(("", "office"))),
        sales_roles=draw(st.sampled_from(((), ("sales",)))),
        simple=bool(scenarios) and draw(st.booleans()),
    )


class TestThereAndBack:
    @settings(max_examples=60)
    @given(playbooks())
    def test_any(self, playbook: Playbook) -> None:
        """A playbook that was written is read as it was."""
        assert playbook == playbook_of(playbook_to_data(playbook))

    @settings(max_examples=30)
    @given(playbooks())
    def test_through_json(self, playbook: Playbook) -> None:
        """What is written is plain: JSON takes it there and back."""
        written = json.loads(json.dumps(playbook_to_data(playbook)))

        assert playbook == playbook_of(written)

    @pytest.mark.parametrize("name", PRESETS)
    def test_presets(self, name: str) -> None:
        """Presets are written and read as they are."""
        assert preset(name) == playbook_of(playbook_to_data(preset(name)))

    def test_the_small_company(self) -> None:
        """A playbook with everything is written and read as it is."""
        assert small_company() == playbook_of(playbook_to_data(small_company()))

    def test_says_its_format(self) -> None:
        """What is written says its format."""
        assert FORMAT == playbook_to_data(Playbook())["format"]


class TestPresets:
    @pytest.mark.parametrize("name", PRESETS)
    def test_draws(self, name: str) -> None:
        """Every scenario of a preset can be drawn and compiled (R45)."""
        assert all(
            scenario.draw() and scenario.draw("markdown") and scenario.flow.states
            for scenario in preset(name).scenarios
        )

    @pytest.mark.parametrize("name", PRESETS)
    def test_works(self, name: str) -> None:
        """A small company can start with a preset: from a message to an interest."""
        playbook = preset(name)
        desk = Desk(playbook, MemoryStore(), clock=lambda: MONDAY)
        channel = next(each for each in playbook.channels if each.lead_source)
        first, second = (
            desk.do(Receive(inbound(number, phone(number), channel=channel.id)))
            for number in (1, 2)
        )
        desk.do(Convert(first.lead, ClientAlone()))
        done = desk.do(Convert(second.lead, NewInterest()))

        assert (True, ()) == (done.interest is not None, desk.ask(Inbox()).leads)

    def test_same_kinds_of_channels(self) -> None:
        """Both presets cover the channels of a small company."""
        assert {"email", "form", "messenger"} <= {
            channel.kind for name in PRESETS for channel in preset(name).channels
        }

    def test_unknown(self) -> None:
        """A preset that there is not is told, with those that there are."""
        with pytest.raises(UnknownRecord, match=r"no preset klingon, .*english, russ"):
            preset("klingon")
