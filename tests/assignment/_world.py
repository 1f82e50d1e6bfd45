"""
Teams, rosters and policies for the tests of assignment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import attrs
from hypothesis import strategies as st

from leadflow.assignment import (
    AnyHours,
    Assignment,
    ClientsOwn,
    FirstOf,
    FixedMember,
    HeadOf,
    LeastLoaded,
    OnDutyOnly,
    Policy,
    Request,
    RoleQueue,
    Roster,
    RoundRobin,
    SeveralMembers,
    Weighted,
    choose,
)
from leadflow.team import Absence, Department, DepartmentId, Member, Role, Team
from leadflow.values import MemberId, RoleId
from leadflow.worktime import WorkCalendar


OFFICE = WorkCalendar.weekly("UTC", {"mon-fri": "09:00-17:00"})
NOON = datetime(2026, 5, 11, 12, tzinfo=UTC)
NIGHT = datetime(2026, 5, 11, 22, tzinfo=UTC)
DAY = timedelta(days=1)

SELLER = RoleId("seller")
SALES = DepartmentId("sales")
FIRM = DepartmentId("firm")
ANNA, BORIS, CLARA, DORA = NAMES = tuple(
    MemberId(name) for name in ("anna", "boris", "clara", "dora")
)


def away(deputy: MemberId | None = None) -> tuple[Absence, ...]:
    """
    Make the absence of one who is away around noon and night.
    """
    return (Absence(since=NOON - DAY, until=NOON + DAY, deputy=deputy),)


def seller(id: MemberId) -> Member:  # noqa: A002 - the field's own name
    """
    Make a member who sells, around the clock and without limits.
    """
    return Member(id=id, roles=[SELLER], department=SALES)


def team_of(*members: Member) -> Team:
    """
    Make a team with one role and two departments.
    """
    return Team(
        members=members,
        roles=(Role(SELLER),),
        departments=(
            Department(id=SALES, parent=FIRM, head=CLARA),
            Department(id=FIRM, head=DORA),
        ),
    )


SELLERS = team_of(*map(seller, NAMES))
ALL_FOUR = Roster(team=SELLERS, at=NOON)


def roster_of(*members: Member, at: datetime = NOON) -> Roster:
    """
    Make the roster of *members* with nothing given yet.
    """
    return Roster(team=team_of(*members), at=at)


def ask(at: datetime = NOON, **what: object) -> Request:
    """
    Make a request.
    """
    return attrs.evolve(Request(at=at), **what)


def deal(
    policy: Policy, roster: Roster, requests: Iterable[Request]
) -> Iterator[tuple[Assignment, Roster]]:
    """
    Give out *requests* one by one, each to the roster that the last one left.
    """
    for request in requests:
        assignment = choose(policy, request, roster)
        roster = roster.after(assignment)
        yield assignment, roster


def dealt(policy: Policy, roster: Roster, times: int) -> list[MemberId]:
    """
    Return who gets each of *times* equal requests; one member for each.
    """
    given = [each.members for each, _ in deal(policy, roster, [ask()] * times)]
    return [member for (member,) in given]


# -- drawn -------------------------------------------------------------------------


@st.composite
def teams(draw: st.DrawFn) -> Team:
    """
    Draw teams of some of four, in all their hindrances.
    """
    ids = draw(st.lists(st.sampled_from(NAMES), unique=True))
    return team_of(
        *(
            Member(
                id=each,
                roles=draw(st.sampled_from([(), (SELLER,)])),
                department=draw(st.sampled_from([None, SALES, FIRM])),
                shift=draw(st.sampled_from([None, OFFICE])),
                absences=draw(
                    st.sampled_from([(), (), away(), *(away(name) for name in NAMES)])
                ),
                capacity=draw(st.sampled_from([None, 0, 1, 3])),
                weight=draw(st.integers(0, 3)),
                active=draw(st.sampled_from([True, True, True, False])),
                opted_out=draw(st.sampled_from([False, False, False, True])),
            )
            for each in ids
        )
    )


def policies(*, pooled: bool = False) -> st.SearchStrategy[Policy]:
    """
    Draw policies, of all kinds or of those that pick from a pool.
    """
    some = st.lists(st.sampled_from(NAMES), unique=True, min_size=1).map(tuple)
    pools = st.sampled_from(["p", "q"])
    weights = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 3)).map(
        lambda given: tuple(given.items())
    )
    leaves: list[st.SearchStrategy[Policy]] = []
    for kind in (RoundRobin, LeastLoaded, Weighted):
        more = {"weights": weights} if kind is Weighted else {}
        leaves += [
            st.builds(kind, pool=pools, members=some, **more),
            st.builds(kind, pool=pools, role=st.just(SELLER), **more),
        ]
    if not pooled:
        leaves += [
            st.builds(FixedMember, st.sampled_from(NAMES)),
            st.builds(SeveralMembers, some),
            st.builds(ClientsOwn, st.sampled_from([None, SELLER])),
            st.builds(HeadOf, st.sampled_from([SALES, FIRM])),
            st.just(RoleQueue(SELLER)),
        ]

    def build(inner: st.SearchStrategy[Policy]) -> st.SearchStrategy[Policy]:
        return st.one_of(
            st.builds(FirstOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
            st.builds(OnDutyOnly, inner),
            st.builds(AnyHours, inner),
        )

    return st.recursive(st.one_of(leaves), build, max_leaves=4)


requests = st.builds(
    Request,
    at=st.just(NOON),
    client_owner=st.sampled_from([None, *NAMES, MemberId("gone")]),
    exclude=st.frozensets(st.sampled_from(NAMES), max_size=2),
)

loads = st.dictionaries(st.sampled_from(NAMES), st.integers(-1, 4))
