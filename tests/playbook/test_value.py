"""
A playbook as a value: what it answers, and what it does not know.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from leadflow.assignment import FixedMember, LeastLoaded
from leadflow.errors import Refused, UnknownRecord
from leadflow.playbook import FieldSpec, Playbook
from leadflow.reasons import Reason
from leadflow.worktime import parse_calendar
from tests.desk._company import RETAIL, small_company


NOON = datetime(2026, 5, 11, 12, tzinfo=UTC)
NEWER = attrs.evolve(RETAIL, version=3)
OTHER = attrs.evolve(RETAIL, id="support")


class TestLookUps:
    @pytest.mark.parametrize(
        ("ask", "what"),
        [
            (lambda p: p.channel("fax"), "channel fax"),
            (lambda p: p.scenario("wholesale"), "scenario wholesale"),
            (lambda p: p.scenario("retail", 9), "scenario retail/9"),
            (lambda p: p.policy_named("nose"), "policy nose"),
            (lambda p: p.field("nose"), "field nose"),
        ],
    )
    def test_unknown(self, ask: Any, what: str) -> None:
        """What a playbook does not have is named."""
        with pytest.raises(UnknownRecord) as caught:
            ask(small_company())

        assert (f"the playbook has no {what}", True) == (
            caught.value.message,
            caught.value.rule.startswith("playbook.unknown-"),
        )

    def test_channel(self) -> None:
        """A channel is found by its id."""
        assert "messenger" == small_company().channel("bot").kind

    def test_scenarios(self) -> None:
        """The newest version is meant unless one is asked for (R37)."""
        playbook = small_company(scenarios=(OTHER, NEWER, RETAIL))

        assert (OTHER, NEWER, RETAIL) == (
            playbook.scenario(),
            playbook.scenario("retail"),
            playbook.scenario("retail", 1),
        )

    def test_no_scenario(self) -> None:
        """A playbook without scenarios tells so."""
        with pytest.raises(UnknownRecord, match="has no scenarios"):
            Playbook().scenario()

    def test_policies(self) -> None:
        """A channel without a policy has the playbook's, or none."""
        playbook = small_company()
        site = playbook.channel("site")
        named = attrs.evolve(site, policy="head")

        assert ("turns", ("head", FixedMember("head")), ("", None)) == (
            playbook.policy_for(site)[0],
            playbook.policy_for(named),
            small_company(policy="").policy_for(site),
        )

    def test_members(self) -> None:
        """A member is known by id, others are refused with the subject."""
        with pytest.raises(UnknownRecord) as caught:
            small_company().check_member("mallory", subject="lead/l1")

        assert ("anna", "team.unknown-member", "lead/l1") == (
            small_company().check_member("anna"),
            caught.value.rule,
            caught.value.subject,
        )

    def test_sales(self) -> None:
        """Who serves sales is told by role, strangers do not (R3)."""
        playbook = small_company()

        assert (True, False, False) == (
            playbook.serves_sales("anna"),
            playbook.serves_sales("olga"),
            playbook.serves_sales("mallory"),
        )

    def test_catalogue_and_states(self) -> None:
        """Reasons and lead states are at hand as what they are."""
        playbook = small_company(lead_ends=("Sold", "Gone"))

        assert ("Too expensive", "Sold", "not_processed") == (
            playbook.catalogue.title("price"),
            next(s.title for s in playbook.lead_flow.states if s.id == "converted"),
            playbook.lead_flow.initial,
        )


class TestTimes:
    OFFICE, _ = parse_calendar({"zone": "UTC", "week": {"mon-fri": "09:00-18:00"}})

    def test_around_the_clock(self) -> None:
        """Without a calendar it is always working time (S9)."""
        playbook = small_company()

        assert NOON + timedelta(minutes=30) == playbook.respond_by(
            playbook.channel("site"), NOON
        )

    def test_no_response_time(self) -> None:
        """A channel without a response time has no deadline (S10)."""
        playbook = small_company()

        assert None is playbook.respond_by(playbook.channel("mail"), NOON)

    @pytest.mark.parametrize("of_channel", [True, False])
    def test_working_hours(self, of_channel: bool) -> None:
        """A channel keeps its own hours, else the company's (R10)."""
        playbook = small_company(
            calendars=(("office", self.OFFICE),),
            calendar="" if of_channel else "office",
        )
        site = playbook.channel("site")
        asked = attrs.evolve(site, calendar="office") if of_channel else site
        late = NOON.replace(hour=17, minute=45)

        assert datetime(2026, 5, 12, 9, 15, tzinfo=UTC) == playbook.respond_by(
            asked, late
        )


class TestLoad:
    @pytest.mark.parametrize(
        ("changes", "counts"),
        [
            ({}, False),
            ({"capacity": 3}, True),
            (
                {
                    "policies": (
                        ("turns", LeastLoaded(pool="p", role="sales")),
                        ("head", FixedMember("head")),
                    )
                },
                True,
            ),
        ],
    )
    def test_is_counted_where_asked(self, changes: Any, counts: bool) -> None:
        """Open leads are counted where a policy or a capacity asks for it (R32)."""
        assert counts == small_company(**changes).counts_load


class TestFields:
    def test_clean(self) -> None:
        """Values come in their canonical texts, in the order of ids (R20)."""
        playbook = small_company()

        assert (("budget", ("10",)), ("wanted_by", ())) == playbook.clean_fields(
            {"wanted_by": None, "budget": "10.0"}, "lead"
        )

    def test_all_wrong_ones_at_once(self) -> None:
        """All that is not accepted is named at once."""
        given = {"nose": 1, "budget": "much", "wanted_by": "2026-06-01"}
        with pytest.raises(Refused) as caught:
            small_company().clean_fields(given, "interest", subject="interest/i1")

        assert (
            "field.not-accepted",
            ("nose", "budget", "wanted_by"),
            "interest/i1",
            3,
        ) == (
            caught.value.rule,
            caught.value.missing,
            caught.value.subject,
            len(caught.value.message.split("; ")),
        )

    def test_declaration(self) -> None:
        """A field's declaration is found by its id."""
        assert FieldSpec(id="budget", type="decimal") == small_company().field("budget")


def test_equal_playbooks() -> None:
    """Playbooks are equal when what they decide is."""
    assert (True, False) == (
        small_company() == small_company(),
        small_company() == small_company(reasons=(Reason(id="price"),)),
    )
