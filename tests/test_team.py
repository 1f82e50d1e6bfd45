"""
Tests for `leadflow.team`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.errors import Refused, UnknownRecord
from leadflow.team import (
    EVERYONE,
    Absence,
    Department,
    DepartmentId,
    Duty,
    Member,
    Role,
    Scope,
    Team,
    Visibility,
    check_team,
    may_see,
    may_work,
    parse_team,
    team_to_data,
)
from leadflow.values import MemberId, RoleId
from leadflow.worktime import WorkCalendar


OFFICE = WorkCalendar.weekly("Europe/Berlin", {"mon-fri": "09:00-17:00"})
NIGHTS = WorkCalendar.weekly("Europe/Berlin", {"mon-sun": "21:00-06:00"})
MONDAY = datetime(2026, 5, 11, 10, tzinfo=UTC)
SUNDAY = datetime(2026, 5, 10, 10, tzinfo=UTC)
DAY = timedelta(days=1)

SELLER = RoleId("seller")
SUPPORT = RoleId("support")
ANNA, BORIS, CLARA, DORA, EMIL = (
    MemberId(name) for name in ("anna", "boris", "clara", "dora", "emil")
)
FIRM, SALES, RETAIL, BACK = (
    DepartmentId(name) for name in ("firm", "sales", "retail", "back")
)


def away(since: datetime, until: datetime | None, deputy: str = "") -> Absence:
    """
    Make an absence, with a deputy where one is named.
    """
    return Absence(
        since=since, until=until, deputy=MemberId(deputy) if deputy else None
    )


def team_of(*members: Member) -> Team:
    """
    Make a team of *members* and of the roles that they are in.
    """
    roles = sorted({role for member in members for role in member.roles})
    return Team(members=members, roles=tuple(Role(role) for role in roles))


# Dora heads the firm, Clara its sales; Anna and Boris sell, Emil supports.
FIRM_TEAM = Team(
    members=(
        Member(id=ANNA, roles=[SELLER], department=RETAIL),
        Member(id=BORIS, roles=[SELLER], department=SALES),
        Member(id=CLARA, department=SALES),
        Member(id=DORA, department=FIRM),
        Member(id=EMIL, roles=[SUPPORT], department=BACK),
    ),
    roles=(Role(SELLER, "Продавцы"), Role(SUPPORT)),
    departments=(
        Department(id=FIRM, head=DORA),
        Department(id=SALES, parent=FIRM, head=CLARA),
        Department(id=RETAIL, parent=SALES),
        Department(id=BACK, parent=FIRM),
    ),
)


@pytest.fixture(name="firm")
def _firm() -> Team:
    """
    Give the firm.
    """
    return FIRM_TEAM


class TestLookUps:
    def test_member(self, firm: Team) -> None:
        """
        A member is found by id.
        """
        assert firm.members[1] is firm.member(BORIS)

    @pytest.mark.parametrize(
        ("ask", "rule"),
        [
            (lambda team: team.member(MemberId("x")), "team.unknown-member"),
            (lambda team: team.role(RoleId("x")), "team.unknown-role"),
            (
                lambda team: team.department(DepartmentId("x")),
                "team.unknown-department",
            ),
        ],
    )
    def test_unknown(
        self, firm: Team, ask: Callable[[Team], object], rule: str
    ) -> None:
        """
        Asking for what the team does not have is refused by name.
        """
        with pytest.raises(UnknownRecord) as caught:
            ask(firm)

        assert rule == caught.value.rule

    def test_role(self, firm: Team) -> None:
        """
        A role is found by id.
        """
        assert "Продавцы" == firm.role(SELLER).title

    def test_department(self, firm: Team) -> None:
        """
        A department is found by id.
        """
        assert SALES == firm.department(RETAIL).parent

    def test_in_role(self, firm: Team) -> None:
        """
        Who is in a role comes in the team's order.
        """
        assert (ANNA, BORIS) == tuple(member.id for member in firm.in_role(SELLER))

    def test_in_department(self, firm: Team) -> None:
        """
        A department counts everybody below it too.
        """
        found = firm.in_department(SALES)

        assert (ANNA, BORIS, CLARA) == tuple(member.id for member in found)


class TestDuty:
    """R32, R34."""

    def test_in_shift(self) -> None:
        """
        Who is inside of their shift is on duty.
        """
        assert Duty() == Member(id=ANNA, shift=OFFICE).duty(MONDAY)

    def test_off_shift(self) -> None:
        """
        Who is outside of their shift is off duty.
        """
        assert Duty("off_duty") == Member(id=ANNA, shift=OFFICE).duty(SUNDAY)

    def test_shift_has_its_own_zone(self) -> None:
        """
        A shift until 17:00 in Berlin is over at 15:00 UTC in summer.
        """
        assert not Member(id=ANNA, shift=OFFICE).duty(MONDAY.replace(hour=15))

    def test_night_shift(self) -> None:
        """
        A shift over midnight is one shift.
        """
        assert Member(id=ANNA, shift=NIGHTS).duty(MONDAY.replace(hour=2))

    def test_no_shift(self) -> None:
        """
        Who has no shift is always on duty.
        """
        assert Member(id=ANNA).duty(SUNDAY)

    def test_inactive(self) -> None:
        """
        Who left is inactive, whatever the hour.
        """
        assert Duty("inactive") == Member(id=ANNA, active=False).duty(MONDAY)

    def test_absent(self) -> None:
        """
        An absence outweighs the shift.
        """
        member = Member(
            id=ANNA, shift=OFFICE, absences=(away(MONDAY - DAY, MONDAY + DAY),)
        )

        assert Duty("absent") == member.duty(MONDAY)

    def test_absence_begins_at_once(self) -> None:
        """
        The first instant of an absence is away.
        """
        assert not Member(id=ANNA, absences=(away(MONDAY, MONDAY + DAY),)).duty(MONDAY)

    def test_absence_ends_before_its_end(self) -> None:
        """
        The last instant of an absence is back.
        """
        assert Member(id=ANNA, absences=(away(MONDAY - DAY, MONDAY),)).duty(MONDAY)

    def test_open_end(self) -> None:
        """
        An absence without an end goes on.
        """
        member = Member(id=ANNA, absences=(away(MONDAY, None),))

        assert not member.duty(MONDAY + 1000 * DAY)

    def test_naive(self) -> None:
        """
        A naive instant is refused.
        """
        with pytest.raises(Refused) as caught:
            Member(id=ANNA).duty(MONDAY.replace(tzinfo=None))

        assert "value.naive-datetime" == caught.value.rule

    def test_team_answers(self) -> None:
        """
        The team tells of a member what the member tells.
        """
        team = team_of(Member(id=ANNA, shift=OFFICE))

        assert Duty("off_duty") == team.is_on_duty(ANNA, SUNDAY)

    def test_on_duty(self) -> None:
        """
        On duty are those without a hindrance.
        """
        team = team_of(
            Member(id=ANNA, shift=OFFICE),
            Member(id=BORIS),
            Member(id=CLARA, active=False),
        )

        assert (BORIS,) == tuple(member.id for member in team.on_duty(SUNDAY))

    def test_on_duty_in_role(self) -> None:
        """
        On duty can be asked of one role.
        """
        team = team_of(Member(id=ANNA, roles=[SELLER]), Member(id=BORIS))

        assert (ANNA,) == tuple(
            member.id for member in team.on_duty(MONDAY, role=SELLER)
        )


class TestNextDuty:
    def test_now(self) -> None:
        """
        Who is on duty is so from now.
        """
        assert MONDAY == Member(id=ANNA, shift=OFFICE).next_duty(MONDAY)

    def test_next_shift(self) -> None:
        """
        Who is off duty comes with the next shift.
        """
        expected = datetime(2026, 5, 11, 7, tzinfo=UTC)

        assert expected == Member(id=ANNA, shift=OFFICE).next_duty(SUNDAY)

    def test_after_absences(self) -> None:
        """
        Absences that follow each other are waited for, and then the shift.
        """
        noon = MONDAY.replace(hour=12)
        evening = MONDAY.replace(hour=20)
        member = Member(
            id=ANNA,
            shift=OFFICE,
            absences=(away(noon, evening), away(MONDAY - DAY, noon)),
        )

        assert datetime(2026, 5, 12, 7, tzinfo=UTC) == member.next_duty(MONDAY)

    @pytest.mark.parametrize(
        "member",
        [
            Member(id=ANNA, active=False),
            Member(id=ANNA, absences=(away(SUNDAY, None),)),
            Member(
                id=ANNA,
                shift=WorkCalendar.weekly(
                    "UTC",
                    {"mon": "09:00-17:00"},
                    exceptions={
                        f"{year}-01-01..{year}-12-31": "closed"
                        for year in range(2026, 2040)
                    },
                ),
            ),
        ],
        ids=["inactive", "absent for good", "no shift to come"],
    )
    def test_never(self, member: Member) -> None:
        """
        Who does not come back has no next duty.
        """
        assert member.next_duty(MONDAY) is None

    def test_of_team(self) -> None:
        """
        A team is on duty from the first of them on.
        """
        team = team_of(Member(id=ANNA, shift=OFFICE), Member(id=BORIS, shift=NIGHTS))

        assert datetime(2026, 5, 10, 19, tzinfo=UTC) == team.next_duty(SUNDAY)

    @given(
        st.lists(
            st.tuples(st.integers(0, 200), st.integers(1, 100), st.booleans()),
            max_size=5,
        ),
        st.integers(0, 200),
        st.sampled_from([None, OFFICE, NIGHTS]),
    )
    def test_is_the_first(
        self,
        absences: list[tuple[int, int, bool]],
        start: int,
        shift: WorkCalendar | None,
    ) -> None:
        """
        The next duty is on duty, and no hour before it is.
        """
        hour = timedelta(hours=1)
        member = Member(
            id=ANNA,
            shift=shift,
            absences=tuple(
                away(MONDAY + hour * since, MONDAY + hour * (since + length))
                for since, length, _ in absences
            ),
        )
        instant = MONDAY + hour * start
        found = member.next_duty(instant)
        assert found is not None
        hours = int((found - instant) / hour)

        assert [True] == [
            bool(member.duty(each))
            for each in [*(instant + hour * n for n in range(hours)), found]
            if member.duty(each)
        ]


class TestDeputies:
    """R25: temporary deputies, by dates."""

    def test_deputy(self) -> None:
        """
        The deputy of the absence stands in while it lasts.
        """
        team = team_of(
            Member(id=ANNA, absences=(away(MONDAY, MONDAY + DAY, "boris"),)),
            Member(id=BORIS),
        )
        deputy = team.deputy_of(ANNA, MONDAY)

        assert team.member(BORIS) is deputy

    def test_not_absent(self) -> None:
        """
        Nobody stands in for who is there.
        """
        team = team_of(
            Member(id=ANNA, absences=(away(MONDAY, MONDAY + DAY, "boris"),)),
            Member(id=BORIS),
        )

        assert team.deputy_of(ANNA, MONDAY + DAY) is None

    def test_chain(self) -> None:
        """
        A deputy who is away hands on to their own.
        """
        team = team_of(
            Member(id=ANNA, absences=(away(SUNDAY, None, "boris"),)),
            Member(id=BORIS, absences=(away(SUNDAY, None, "clara"),)),
            Member(id=CLARA),
        )

        assert team.member(CLARA) is team.deputy_of(ANNA, MONDAY)

    @pytest.mark.parametrize(
        "boris",
        [
            Member(id=BORIS, absences=(away(SUNDAY, None, "anna"),)),
            Member(id=BORIS, absences=(away(SUNDAY, None),)),
            Member(id=BORIS, absences=(away(SUNDAY, None, "nobody"),)),
            Member(id=BORIS, active=False),
        ],
        ids=["loop", "end", "unknown", "left"],
    )
    def test_nobody(self, boris: Member) -> None:
        """
        A chain that leads to nobody gives nobody.
        """
        team = team_of(Member(id=ANNA, absences=(away(SUNDAY, None, "boris"),)), boris)

        assert team.deputy_of(ANNA, MONDAY) is None

    def test_overlap(self) -> None:
        """
        Of absences at one time the one with a deputy counts.
        """
        team = team_of(
            Member(id=ANNA, absences=(away(SUNDAY, None), away(SUNDAY, None, "boris"))),
            Member(id=BORIS),
        )

        assert team.member(BORIS) is team.deputy_of(ANNA, MONDAY)


class TestHeads:
    def test_of_department(self, firm: Team) -> None:
        """
        The head of a department without one is the head above it.
        """
        assert CLARA == firm.head_of(ANNA)

    def test_of_head(self, firm: Team) -> None:
        """
        The head of a head is the head above.
        """
        assert DORA == firm.head_of(CLARA)

    @pytest.mark.parametrize("member", [DORA, MemberId("nobody")])
    def test_none(self, firm: Team, member: MemberId) -> None:
        """
        Who stands at the top, or is unknown, has no head.
        """
        assert firm.head_of(member) is None

    def test_own(self) -> None:
        """
        A head of one's own outweighs the department's.
        """
        team = Team(
            members=(
                Member(id=ANNA, department=SALES, head=BORIS),
                Member(id=BORIS),
                Member(id=CLARA, department=SALES),
            ),
            departments=(Department(id=SALES, head=CLARA),),
        )

        assert BORIS == team.head_of(ANNA)

    def test_chain(self, firm: Team) -> None:
        """
        Heads go up to the top.
        """
        assert (CLARA, DORA) == firm.heads_of(ANNA)

    def test_of_a_department(self, firm: Team) -> None:
        """
        A department has its own head and those above.
        """
        assert (CLARA, DORA) == firm.heads(RETAIL)

    def test_subordinates(self, firm: Team) -> None:
        """
        Subordinates are all below, near or far.
        """
        assert (ANNA, BORIS, CLARA, EMIL) == tuple(
            member.id for member in firm.subordinates(DORA)
        )

    def test_loop(self) -> None:
        """
        Heads in a loop end where they began.
        """
        team = team_of(Member(id=ANNA, head=BORIS), Member(id=BORIS, head=ANNA))

        assert (BORIS,) == team.heads_of(ANNA)

    def test_department_loop(self) -> None:
        """
        Departments in a loop are walked once.
        """
        team = Team(
            departments=(
                Department(id=SALES, parent=BACK),
                Department(id=BACK, parent=SALES),
            )
        )

        assert [SALES, BACK] == list(team.lineage(SALES))


class TestSight:
    """R29."""

    @pytest.mark.parametrize(
        ("visibility", "seen_by"),
        [
            (EVERYONE, "anna boris clara dora emil"),
            (Visibility(scope="own"), "anna clara dora"),
            (Visibility(scope="role"), "anna boris clara dora"),
            (Visibility(scope="department"), "anna boris clara dora"),
            (Visibility(scope="own", members=[EMIL]), "anna clara dora emil"),
            (Visibility(scope="own", roles=[SELLER]), "anna boris clara dora"),
        ],
    )
    def test_of_annas(self, firm: Team, visibility: Visibility, seen_by: str) -> None:
        """
        What Anna answers for is seen by her, her heads, and whom the scope lets in.
        """
        assert seen_by.split() == [
            member.id
            for member in firm.members
            if may_see(firm, member.id, assignees=[ANNA], visibility=visibility)
        ]

    def test_department_looks_down_only(self, firm: Team) -> None:
        """
        Who is in a department below does not see what is above.
        """
        assert not may_see(
            firm, ANNA, assignees=[CLARA], visibility=Visibility(scope="department")
        )

    def test_several(self, firm: Team) -> None:
        """
        Each of several who answer for it sees it.
        """
        own = Visibility(scope="own")

        assert may_see(firm, EMIL, assignees=[ANNA, EMIL], visibility=own)

    def test_role_queue(self, firm: Team) -> None:
        """
        What waits for a role is seen by all in it, and by their heads.
        """
        own = Visibility(scope="own")

        assert [ANNA, BORIS, CLARA, DORA] == [
            member.id
            for member in firm.members
            if may_see(firm, member.id, assignees=[], role=SELLER, visibility=own)
        ]

    def test_nobodys(self, firm: Team) -> None:
        """
        What nobody answers for is hidden from nobody.
        """
        assert may_see(firm, EMIL, assignees=[], visibility=Visibility(scope="own"))

    def test_nobodys_with_a_list(self, firm: Team) -> None:
        """
        What nobody answers for stays with the list of its channel.
        """
        one = Visibility(scope="own", members=[ANNA])

        assert [ANNA] == [
            member.id
            for member in firm.members
            if may_see(firm, member.id, assignees=[], visibility=one)
        ]

    @pytest.mark.parametrize("viewer", [Member(id=BORIS, active=False), None])
    def test_gone(self, viewer: Member | None) -> None:
        """
        Who has left, or is unknown, sees nothing.
        """
        team = team_of(*filter(None, [viewer]))

        assert not may_see(team, BORIS, assignees=[BORIS])

    @pytest.mark.parametrize("scope", ["role", "department", "own"])
    def test_assignee_is_gone(self, firm: Team, scope: Scope) -> None:
        """
        What only somebody unknown answers for is nobody's, and left to the list.
        """
        visibility = Visibility(scope=scope, members=[EMIL])

        assert [EMIL] == [
            member.id
            for member in firm.members
            if may_see(
                firm, member.id, assignees=[MemberId("x")], visibility=visibility
            )
        ]

    def test_deputy(self) -> None:
        """
        A deputy sees what the absent answer for, while they are.
        """
        team = team_of(
            Member(id=ANNA, absences=(away(MONDAY, MONDAY + DAY, "boris"),)),
            Member(id=BORIS),
        )
        own = Visibility(scope="own")

        assert [True, False, False] == [
            may_see(team, BORIS, assignees=[ANNA], visibility=own, at=instant)
            for instant in (MONDAY, MONDAY + DAY, None)
        ]

    def test_work(self, firm: Team) -> None:
        """
        What Anna answers for is worked by her and her heads alone.
        """
        assert [ANNA, CLARA, DORA] == [
            member.id
            for member in firm.members
            if may_work(firm, member.id, assignees=[ANNA])
        ]

    def test_work_nobodys(self, firm: Team) -> None:
        """
        What nobody answers for may be worked by anybody.
        """
        assert may_work(firm, EMIL, assignees=[])

    def test_work_gone(self, firm: Team) -> None:
        """
        Who is unknown works nothing.
        """
        assert not may_work(firm, MemberId("x"), assignees=[])

    @given(
        st.sampled_from(["all", "role", "department", "own"]),
        st.lists(st.sampled_from([ANNA, BORIS, CLARA, DORA, EMIL]), max_size=2),
        st.sampled_from([None, SELLER, SUPPORT]),
        st.frozensets(st.sampled_from([ANNA, EMIL]), max_size=1),
        st.frozensets(st.sampled_from([ANNA, BORIS, CLARA, DORA]), max_size=4),
    )
    def test_somebody_sees(
        self,
        scope: Scope,
        assignees: list[MemberId],
        role: RoleId | None,
        listed: frozenset[MemberId],
        gone: frozenset[MemberId],
    ) -> None:
        """
        Whoever is gone, every record is seen by somebody, unless its list is gone.
        """
        firm = attrs.evolve(
            FIRM_TEAM,
            members=tuple(
                attrs.evolve(member, active=member.id not in gone)
                for member in FIRM_TEAM.members
            ),
        )
        visibility = Visibility(scope=scope, members=listed)
        seers = {
            member.id
            for member in firm.members
            if may_see(
                firm,
                member.id,
                assignees=assignees,
                role=role,
                visibility=visibility,
            )
        }

        assert seers or (listed and listed <= gone)
        assert not seers & gone

    @given(
        st.sampled_from(["all", "role", "department", "own"]),
        st.sampled_from([ANNA, BORIS, CLARA, DORA, EMIL]),
        st.sampled_from([ANNA, BORIS, CLARA, DORA, EMIL]),
    )
    def test_who_works_it_sees_it(
        self, scope: Scope, worker: MemberId, assignee: MemberId
    ) -> None:
        """
        Who may work a record may see it, whatever the scope.
        """
        visibility = Visibility(scope=scope)

        assert may_see(
            FIRM_TEAM, worker, assignees=[assignee], visibility=visibility
        ) or not may_work(FIRM_TEAM, worker, assignees=[assignee])


class TestCheck:
    def test_right(self, firm: Team) -> None:
        """
        A team that makes sense has no problems.
        """
        assert () == check_team(firm)

    @pytest.mark.parametrize(
        ("team", "path", "rule"),
        [
            (
                team_of(Member(id=ANNA), Member(id=ANNA)),
                "team.members[1].id",
                "duplicate-id",
            ),
            (team_of(Member(id=MemberId(""))), "team.members[0].id", "missing-key"),
            (
                Team(members=(Member(id=ANNA, roles=[SELLER]),)),
                "team.members[0].roles",
                "unknown-role",
            ),
            (
                team_of(Member(id=ANNA, department=SALES)),
                "team.members[0].department",
                "unknown-department",
            ),
            (
                team_of(Member(id=ANNA, head=BORIS)),
                "team.members[0].head",
                "unknown-member",
            ),
            (
                team_of(Member(id=ANNA, head=ANNA)),
                "team.members[0].head",
                "head-loop",
            ),
            (
                team_of(Member(id=ANNA, head=BORIS), Member(id=BORIS, head=ANNA)),
                "team.members[1].head",
                "head-loop",
            ),
            (
                team_of(Member(id=ANNA, absences=(away(MONDAY, None, "x"),))),
                "team.members[0].absences[0].deputy",
                "unknown-member",
            ),
            (
                team_of(Member(id=ANNA, absences=(away(MONDAY, None, "anna"),))),
                "team.members[0].absences[0].deputy",
                "deputy-loop",
            ),
            (
                team_of(
                    Member(id=ANNA, absences=(away(SUNDAY, None, "boris"),)),
                    Member(id=BORIS, absences=(away(MONDAY, None, "anna"),)),
                ),
                "team.members[1].absences[0].deputy",
                "deputy-loop",
            ),
            (
                team_of(Member(id=ANNA, absences=(away(MONDAY, MONDAY),))),
                "team.members[0].absences[0].until",
                "empty-absence",
            ),
            (
                team_of(Member(id=ANNA, capacity=-1)),
                "team.members[0].capacity",
                "negative",
            ),
            (
                team_of(Member(id=ANNA, weight=-1)),
                "team.members[0].weight",
                "negative",
            ),
            (
                Team(departments=(Department(id=SALES, head=ANNA),)),
                "team.departments[0].head",
                "unknown-member",
            ),
            (
                Team(departments=(Department(id=SALES, parent=FIRM),)),
                "team.departments[0].parent",
                "unknown-department",
            ),
            (
                Team(departments=(Department(id=SALES, parent=SALES),)),
                "team.departments[0].parent",
                "department-loop",
            ),
            (
                Team(roles=(Role(SELLER), Role(SELLER))),
                "team.roles[1].id",
                "duplicate-id",
            ),
        ],
    )
    def test_wrong(self, team: Team, path: str, rule: str) -> None:
        """
        A mistake is told with its place and its rule.
        """
        assert (path, rule) in [
            (problem.path, problem.rule) for problem in check_team(team)
        ]

    def test_deputies_at_other_times(self) -> None:
        """
        Two who stand in for each other at different times are no loop.
        """
        team = team_of(
            Member(id=ANNA, absences=(away(SUNDAY, MONDAY, "boris"),)),
            Member(id=BORIS, absences=(away(MONDAY, None, "anna"),)),
        )

        assert () == check_team(team)

    def test_beside_a_loop(self) -> None:
        """
        Who hangs below a loop of departments is not blamed for it.
        """
        team = Team(
            departments=(
                Department(id=RETAIL, parent=SALES),
                Department(id=SALES, parent=FIRM),
                Department(id=FIRM, parent=SALES),
            )
        )

        assert ["team.departments[1].parent", "team.departments[2].parent"] == [
            problem.path for problem in check_team(team)
        ]


TEXT = """
[[roles]]
id = "seller"
title = "Продавцы"

[[departments]]
id = "sales"
head = "anna"

[[members]]
id = "anna"
name = "Anna"
roles = ["seller"]
department = "sales"
shift = "office"
capacity = 20
weight = 2
languages = ["ru", "en"]
absences = [
  { since = 2026-07-01, until = 2026-07-14, deputy = "boris", note = "holiday" },
]

[[members]]
id = "boris"
shift = { zone = "UTC", week = { mon-fri = "12:00-20:00" } }
active = false
opted_out = true
absences = [{ since = 2026-08-01T09:00:00+03:00 }, { since = "2026-08-02T10:00Z" }]
"""


class TestParse:
    def test_reads(self) -> None:
        """
        A team is read from TOML.
        """
        team, problems = parse_team(tomllib.loads(TEXT), calendars={"office": OFFICE})

        assert [] == problems
        assert team == Team(
            members=(
                Member(
                    id=ANNA,
                    name="Anna",
                    roles=[SELLER],
                    department=SALES,
                    shift=OFFICE,
                    capacity=20,
                    weight=2,
                    languages=["en", "ru"],
                    absences=(
                        Absence(
                            since=datetime(2026, 6, 30, 22, tzinfo=UTC),
                            until=datetime(2026, 7, 14, 22, tzinfo=UTC),
                            deputy=BORIS,
                            note="holiday",
                        ),
                    ),
                ),
                Member(
                    id=BORIS,
                    shift=WorkCalendar.weekly("UTC", {"mon-fri": "12:00-20:00"}),
                    active=False,
                    opted_out=True,
                    absences=(
                        away(datetime(2026, 8, 1, 6, tzinfo=UTC), None),
                        away(datetime(2026, 8, 2, 10, tzinfo=UTC), None),
                    ),
                ),
            ),
            roles=(Role(SELLER, "Продавцы"),),
            departments=(Department(id=SALES, head=ANNA),),
        )

    @pytest.mark.parametrize(
        ("member", "path", "rule"),
        [
            ({"id": "a", "rolse": []}, "rolse", "unknown-key"),
            ({}, "id", "missing-key"),
            ({"id": ""}, "id", "missing-key"),
            ({"id": 7}, "id", "wrong-type"),
            ({"id": "a", "roles": "seller"}, "roles", "wrong-type"),
            ({"id": "a", "roles": [1]}, "roles[0]", "wrong-type"),
            ({"id": "a", "roles": ["x"]}, "roles", "unknown-role"),
            ({"id": "a", "capacity": True}, "capacity", "wrong-type"),
            ({"id": "a", "capacity": -1}, "capacity", "negative"),
            ({"id": "a", "weight": 1.5}, "weight", "wrong-type"),
            ({"id": "a", "active": "yes"}, "active", "wrong-type"),
            ({"id": "a", "shift": "x"}, "shift", "unknown-calendar"),
            ({"id": "a", "shift": 8}, "shift", "wrong-type"),
            (
                {"id": "a", "shift": {"zone": "UTC", "week": {"mon": "9-17"}}},
                "shift.week.mon",
                "bad-window",
            ),
            ({"id": "a", "absences": {}}, "absences", "wrong-type"),
            ({"id": "a", "absences": [1]}, "absences[0]", "wrong-type"),
            ({"id": "a", "absences": [{}]}, "absences[0].since", "missing-key"),
            (
                {"id": "a", "absences": [{"since": 5}]},
                "absences[0].since",
                "wrong-type",
            ),
            (
                {"id": "a", "absences": [{"since": "monday"}]},
                "absences[0].since",
                "bad-time",
            ),
            (
                {"id": "a", "absences": [{"since": "2026-07-01"}]},
                "absences[0].since",
                "no-zone",
            ),
        ],
    )
    def test_wrong_member(self, member: object, path: str, rule: str) -> None:
        """
        What is wrong with a member is told once, with its path and rule.
        """
        team, problems = parse_team({"members": [member]}, "book.team")

        assert team is None
        assert [(f"book.team.members[0].{path}", rule)] == [
            (problem.path, problem.rule) for problem in problems
        ]

    def test_all_at_once(self) -> None:
        """
        All mistakes of a team are told at once.
        """
        data = {
            "members": [{"id": "a", "head": "x"}, 5],
            "roles": [{"title": "Sellers"}],
            "departments": [{"id": "d", "parent": "e", "leader": "a"}],
            "people": [],
        }
        _, problems = parse_team(data)

        assert {
            "team.members[1]",
            "team.roles[0].id",
            "team.departments[0].leader",
            "team.people",
            "team.departments[0].parent",
            "team.members[0].head",
        } == {problem.path for problem in problems}

    def test_numbers_stay(self) -> None:
        """
        What cannot be read does not shift the numbers of what can.
        """
        absences = [{"since": 5}, {"since": "2026-07-01T00:00Z", "deputy": "x"}]
        _, problems = parse_team({"members": [7, {"id": "a", "absences": absences}]})

        assert {
            "team.members[0]",
            "team.members[1].absences[0].since",
            "team.members[1].absences[1].deputy",
        } == {problem.path for problem in problems}

    @pytest.mark.parametrize("data", [None, 5, "team", []])
    def test_no_table(self, data: object) -> None:
        """
        What is no table at all is told so.
        """
        assert (None, ["wrong-type"]) == (
            parse_team(data)[0],
            [problem.rule for problem in parse_team(data)[1]],
        )

    def test_nothing(self) -> None:
        """
        A team of nobody is a team.
        """
        assert (Team(), []) == parse_team({})


NAMES = ["anna", "boris", "clara", "dora"]
TIMES = st.integers(0, 5000).map(lambda hours: SUNDAY + timedelta(hours=hours))


@st.composite
def teams(draw: st.DrawFn) -> Team:
    """
    Draw teams that make sense.
    """
    ids = draw(st.lists(st.sampled_from(NAMES), unique=True))
    roles = draw(st.lists(st.sampled_from(["r1", "r2"]), unique=True))
    departments = draw(st.lists(st.sampled_from(["d1", "d2"]), unique=True))
    members = []
    for number, each in enumerate(ids):
        since = draw(TIMES)
        later = ids[number + 1 :]
        absence = Absence(
            since=since,
            until=draw(st.sampled_from([None, since + DAY])),
            # Later ones only, so that no chain comes back.
            deputy=draw(st.none() | st.sampled_from(later)) if later else None,
            note=draw(st.text(max_size=3)),
        )
        members.append(
            Member(
                id=MemberId(each),
                name=draw(st.text(max_size=5)),
                roles=draw(st.frozensets(st.sampled_from(roles))) if roles else (),
                department=draw(st.none() | st.sampled_from(departments))
                if departments
                else None,
                head=draw(st.none() | st.sampled_from(later)) if later else None,
                shift=draw(st.sampled_from([None, OFFICE, NIGHTS])),
                absences=draw(st.sampled_from([(), (absence,)])),
                capacity=draw(st.none() | st.integers(0, 9)),
                weight=draw(st.integers(0, 9)),
                languages=draw(st.frozensets(st.sampled_from(["ru", "en"]))),
                active=draw(st.booleans()),
                opted_out=draw(st.booleans()),
            )
        )
    return Team(
        members=tuple(members),
        roles=tuple(Role(RoleId(role), draw(st.text(max_size=3))) for role in roles),
        departments=tuple(
            Department(
                id=DepartmentId(each),
                parent=DepartmentId(departments[number + 1])
                if number + 1 < len(departments) and draw(st.booleans())
                else None,
            )
            for number, each in enumerate(departments)
        ),
    )


class TestRoundTrip:
    @given(teams(), st.sampled_from([{}, {"office": OFFICE}]))
    def test_reads_back(self, team: Team, calendars: dict[str, WorkCalendar]) -> None:
        """
        What a team is written as is read back equal.
        """
        data = team_to_data(team, calendars=calendars)

        assert (team, []) == parse_team(data, calendars=calendars)

    def test_shift_by_name(self) -> None:
        """
        A shift that has a name is written by it.
        """
        team = team_of(Member(id=ANNA, shift=OFFICE))

        assert {"members": [{"id": "anna", "shift": "office"}]} == team_to_data(
            team, calendars={"office": OFFICE}
        )
