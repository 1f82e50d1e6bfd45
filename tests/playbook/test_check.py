"""
The checks of a playbook as a whole: each rule, at its place, all at once.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from leadflow.assignment import FixedMember
from leadflow.channels.replies import QuickReply
from leadflow.channels.settings import ChannelSettings, Escalation
from leadflow.charts import LeadState
from leadflow.errors import DefinitionError
from leadflow.playbook import FieldSpec, Playbook
from leadflow.reasons import Reason
from leadflow.scenario import Requirements, Scenario, Stage
from leadflow.team import Member, Role, Team
from leadflow.worktime import WorkCalendar
from tests.desk._company import RETAIL, small_company


SITE = ChannelSettings(id="site", kind="form")
NEXT = Escalation(after=timedelta(minutes=5), policy="head")


def told(**changes: Any) -> list[tuple[str, str]]:
    """
    Return the places and rules of all that is wrong of a changed company.
    """
    with pytest.raises(DefinitionError) as caught:
        small_company(**changes)
    return [(problem.path, problem.rule) for problem in caught.value.problems]


def site(**changes: Any) -> dict[str, Any]:
    """
    Return the change to a company with one channel.
    """
    return {"channels": (attrs.evolve(SITE, **changes),)}


def field(**changes: Any) -> dict[str, Any]:
    """
    Return the change to a company with one field.
    """
    return {"fields": (FieldSpec(**{"id": "f"} | changes),)}


RULES: list[tuple[dict[str, Any], tuple[str, str]]] = [
    ({"region": "Russia"}, ("region", "bad-region")),
    ({"currency": "rub"}, ("currency", "bad-currency")),
    ({"policy": "nose"}, ("policy", "unknown-policy")),
    ({"calendar": "nose"}, ("calendar", "unknown-calendar")),
    ({"sales_roles": ("nose",)}, ("sales_roles[0]", "unknown-role")),
    ({"channels": (SITE, SITE)}, ("channels[1].id", "duplicate-id")),
    (site(id=""), ("channels[0].id", "missing-key")),
    (site(kind="fax"), ("channels[0].kind", "unknown-value")),
    (site(repeats="never"), ("channels[0].repeats", "unknown-value")),
    (site(policy="nose"), ("channels[0].policy", "unknown-policy")),
    (site(calendar="nose"), ("channels[0].calendar", "unknown-calendar")),
    (site(scenario="nose"), ("channels[0].scenario", "unknown-scenario")),
    (site(region="Russia"), ("channels[0].region", "bad-region")),
    (site(visible_to=("nose",)), ("channels[0].visible_to[0]", "unknown-member")),
    (site(visible_to=("role:x",)), ("channels[0].visible_to[0]", "unknown-member")),
    (
        site(extensions=(("7", "nose"),)),
        ("channels[0].extensions.7", "unknown-member"),
    ),
    (
        site(extensions=(("7", "anna"), ("7", "olga"))),
        ("channels[0].extensions[1].number", "duplicate-id"),
    ),
    (site(escalation=(NEXT,)), ("channels[0].escalation", "no-response-time")),
    (
        site(
            response_time=timedelta(hours=1),
            escalation=(attrs.evolve(NEXT, policy="nose"),),
        ),
        ("channels[0].escalation[0].policy", "unknown-policy"),
    ),
    (
        site(
            response_time=timedelta(hours=1),
            escalation=(attrs.evolve(NEXT, policy=""),),
        ),
        ("channels[0].escalation[0].policy", "missing-key"),
    ),
    (
        site(
            response_time=timedelta(hours=1),
            escalation=(attrs.evolve(NEXT, after=timedelta(seconds=0.5)),),
        ),
        ("channels[0].escalation[0].after", "bad-duration"),
    ),
    (
        site(response_time=timedelta(hours=-1)),
        ("channels[0].response_time", "bad-duration"),
    ),
    (
        {"reasons": (Reason(id="price"), Reason(id="price"))},
        ("reasons[1].id", "duplicate-id"),
    ),
    (
        {"reasons": (Reason(id="x", use=("clients",)),)},  # type: ignore[arg-type]
        ("reasons[0].use", "unknown-value"),
    ),
    ({"reasons": (Reason(id="x", use=()),)}, ("reasons[0].use", "missing-key")),
    ({"fields": (FieldSpec(id=""),)}, ("fields[0].id", "missing-key")),
    (field(type="colour"), ("fields[0].type", "unknown-value")),
    (field(of=("touch",)), ("fields[0].of", "unknown-value")),
    (field(of=()), ("fields[0].of", "missing-key")),
    (field(type="choice"), ("fields[0].choices", "choices")),
    (field(choices=(("a", "A"),)), ("fields[0].choices", "choices")),
    (
        field(type="choice", choices=(("a", "A"), ("a", "B"))),
        ("fields[0].choices[1].id", "duplicate-id"),
    ),
    (
        {"replies": (QuickReply(id="a", text="x"), QuickReply(id="a", text="y"))},
        ("replies[1].id", "duplicate-id"),
    ),
    (
        {"policies": (("turns", FixedMember("anna")), ("turns", FixedMember("anna")))},
        ("policies[1].name", "duplicate-id"),
    ),
    (
        {"calendars": (("a", WorkCalendar()), ("a", WorkCalendar()))},
        ("calendars[1].name", "duplicate-id"),
    ),
    ({"scenarios": (RETAIL, RETAIL)}, ("scenarios[1].id", "duplicate-id")),
    (
        {"scenarios": (attrs.evolve(RETAIL, id=""),)},
        ("scenarios[0].id", "missing-key"),
    ),
    (
        {"scenarios": (attrs.evolve(RETAIL, reasons=("spam",)),)},
        ("scenarios[0].reasons[0]", "unknown-reason"),
    ),
    ({"simple": True, "scenarios": ()}, ("simple", "no-scenario")),
]


class TestRules:
    @pytest.mark.parametrize(
        ("changes", "problem"),
        RULES,
        ids=[f"{number}-{rule}" for number, (_, (_, rule)) in enumerate(RULES)],
    )
    def test_each(self, changes: dict[str, Any], problem: tuple[str, str]) -> None:
        """Each rule is told at its place."""
        assert problem in told(**changes)

    def test_of_the_rooms_below(self) -> None:
        """Teams, policies, lead states and scenarios are checked by their rooms."""
        found = told(
            team=Team(members=(Member(id="anna", roles={"nose"}),)),
            policies=(("turns", FixedMember("nobody")),),
            lead_states=(LeadState("converted"),),
            scenarios=(
                Scenario(
                    id="s",
                    stages=(
                        Stage(id="a", enter=Requirements(fields=("wanted_by",))),
                        Stage(id="b", kind="won"),
                    ),
                ),
            ),
            sales_roles=(),
            channels=(),
        )

        assert {
            "unknown-role",
            "unknown-member",
            "duplicate-id",
            "undeclared-field",
            "no-lost-stage",
        } <= {rule for _, rule in found}

    def test_all_at_once(self) -> None:
        """Whatever is wrong is told together (R45)."""
        found = told(
            region="Russia",
            currency="rub",
            policy="nose",
            channels=(attrs.evolve(SITE, kind="fax", scenario="nose"),),
        )

        assert [
            ("region", "bad-region"),
            ("currency", "bad-currency"),
            ("policy", "unknown-policy"),
            ("channels[0].kind", "unknown-value"),
            ("channels[0].scenario", "unknown-scenario"),
        ] == found

    def test_message_has_every_problem(self) -> None:
        """The error's text has a line for each problem."""
        with pytest.raises(DefinitionError) as caught:
            small_company(region="Russia", currency="rub")

        assert 2 == len(str(caught.value).splitlines())

    def test_an_empty_one(self) -> None:
        """A playbook that decides nothing is sound."""
        assert "playbook" == Playbook().name

    def test_a_sound_one(self) -> None:
        """The small company is sound, with who may see a channel too."""
        company = small_company(**site(visible_to=("anna", "role:head")))

        assert 1 == len(company.channels)

    def test_versions_of_one_scenario(self) -> None:
        """Several versions of one scenario stand side by side (R37)."""
        newer = attrs.evolve(RETAIL, version=2)

        assert 2 == len(small_company(scenarios=(RETAIL, newer)).scenarios)


def test_members_and_roles_are_told_apart() -> None:
    """A role is named with its mark, so that a member may be called the same."""
    team = Team(members=(Member(id="sales"),), roles=(Role("sales"),))
    playbook = Playbook(
        team=team, channels=(attrs.evolve(SITE, visible_to=("sales", "role:sales")),)
    )

    assert ("sales", "role:sales") == playbook.channels[0].visible_to
