"""
Tests for choosing: who is asked, who is left out and why, and what comes next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.assignment import (
    AnyHours,
    ClientsOwn,
    FirstOf,
    FixedMember,
    HeadOf,
    LeastLoaded,
    Needs,
    OnDutyOnly,
    Policy,
    PoolGiven,
    PoolState,
    Request,
    RoleQueue,
    Roster,
    RoundRobin,
    SeveralMembers,
    Weighted,
    candidates,
    choose,
    needs,
)
from leadflow.errors import Problem
from leadflow.team import Absence, Member, Team
from leadflow.values import MemberId, Source
from tests.assignment._world import (
    ALL_FOUR,
    ANNA,
    BORIS,
    CLARA,
    DAY,
    DORA,
    FIRM,
    NIGHT,
    NOON,
    OFFICE,
    SALES,
    SELLER,
    ask,
    away,
    deal,
    dealt,
    loads,
    policies,
    requests,
    roster_of,
    seller,
    teams,
)


ROUND = RoundRobin(pool="sales", role=SELLER)
LEAST = LeastLoaded(pool="sales", role=SELLER)
SHARES = Weighted(pool="sales", role=SELLER)
POOLED = [ROUND, LEAST, SHARES]


class TestByName:
    def test_fixed(self) -> None:
        """
        A fixed member gets it.
        """
        assert (ANNA,) == choose(FixedMember(ANNA), ask(), ALL_FOUR).members

    def test_several(self) -> None:
        """
        All of several members answer for it.
        """
        policy = SeveralMembers((BORIS, ANNA))

        assert (BORIS, ANNA) == choose(policy, ask(), ALL_FOUR).members

    def test_several_without_some(self) -> None:
        """
        Of several members those who can be given to answer for it.
        """
        roster = roster_of(seller(ANNA), Member(id=BORIS, active=False))

        assert (ANNA,) == choose(SeveralMembers((BORIS, ANNA)), ask(), roster).members

    def test_clients_own(self) -> None:
        """
        A repeat goes to the client's own member.
        """
        request = ask(client_owner=CLARA)

        assert (CLARA,) == choose(ClientsOwn(), request, ALL_FOUR).members

    def test_no_client(self) -> None:
        """
        Who is no repeat has no own member.
        """
        assert not choose(ClientsOwn(), ask(), ALL_FOUR)

    def test_clients_own_unknown(self) -> None:
        """
        A client's member who is no more in the team is left out as unknown.
        """
        assignment = choose(ClientsOwn(), ask(client_owner="gone"), ALL_FOUR)

        assert (("gone", "unknown"),) == assignment.why.left_out

    def test_clients_own_of_other_role(self) -> None:
        """
        A client's member who has left the role is left out of it.
        """
        roster = roster_of(Member(id=ANNA))
        assignment = choose(ClientsOwn(SELLER), ask(client_owner=ANNA), roster)

        assert ((ANNA, "not_in_pool"),) == assignment.why.left_out

    def test_head(self) -> None:
        """
        The head of a department gets it.
        """
        assert (CLARA,) == choose(HeadOf(SALES), ask(), ALL_FOUR).members

    def test_head_above(self) -> None:
        """
        Where the head cannot be given to, the head above gets it.
        """
        roster = roster_of(Member(id=CLARA, absences=away()), Member(id=DORA))

        assert (DORA,) == choose(HeadOf(SALES), ask(), roster).members

    @pytest.mark.parametrize(
        "policy", [FixedMember(ANNA), SeveralMembers((ANNA,)), ClientsOwn()]
    )
    def test_deputy(self, policy: Policy) -> None:
        """
        The deputy stands in for who is absent, as asked in zammad#263 (R25).
        """
        roster = roster_of(Member(id=ANNA, absences=away(BORIS)), Member(id=BORIS))

        assert (BORIS,) == choose(policy, ask(client_owner=ANNA), roster).members

    def test_deputy_is_asked_too(self) -> None:
        """
        A deputy who is off duty gets none either, and is told of.
        """
        roster = roster_of(
            Member(id=ANNA, absences=away(BORIS)),
            Member(id=BORIS, shift=OFFICE),
            at=NIGHT,
        )
        assignment = choose(FixedMember(ANNA), ask(), roster)

        assert ((ANNA, "absent"), (BORIS, "off_duty")) == assignment.why.left_out

    def test_pool_has_no_deputies(self) -> None:
        """
        In a pool an absent member is passed by, and nobody gets a double share.
        """
        roster = roster_of(
            attrs.evolve(seller(ANNA), absences=away(BORIS)),
            seller(BORIS),
            seller(CLARA),
        )

        assert [BORIS, CLARA, BORIS, CLARA] == dealt(ROUND, roster, 4)


class TestRoleQueue:
    def test_role(self) -> None:
        """
        A queue gives to the role and to no member of it.
        """
        assignment = choose(RoleQueue(SELLER), ask(), ALL_FOUR)

        assert (SELLER, ()) == (assignment.role, assignment.members)

    def test_waits_for_the_shift(self) -> None:
        """
        A queue takes leads at night, and they wait until the shift starts (R32).
        """
        roster = roster_of(
            attrs.evolve(seller(ANNA), shift=OFFICE), seller(BORIS), at=NIGHT
        )

        assert SELLER == choose(RoleQueue(SELLER), ask(), roster).role

    def test_only_on_duty(self) -> None:
        """
        A queue for those on duty takes nothing while there are none.
        """
        roster = roster_of(attrs.evolve(seller(ANNA), shift=OFFICE), at=NIGHT)

        assert not choose(OnDutyOnly(RoleQueue(SELLER)), ask(), roster)

    def test_busy_is_on_duty(self) -> None:
        """
        Who is at their limit is there, and takes from the queue when they can.
        """
        roster = roster_of(attrs.evolve(seller(ANNA), capacity=0))

        assert SELLER == choose(OnDutyOnly(RoleQueue(SELLER)), ask(), roster).role

    @pytest.mark.parametrize(
        "members", [(), (attrs.evolve(seller(ANNA), active=False),)]
    )
    def test_nobody_left(self, members: tuple[Member, ...]) -> None:
        """
        A queue that nobody will ever take from takes nothing.
        """
        assert not choose(RoleQueue(SELLER), ask(), roster_of(*members))


class TestLeftOut:
    @pytest.mark.parametrize("policy", POOLED, ids=lambda policy: policy.title)
    @pytest.mark.parametrize(
        ("member", "reason"),
        [
            ({"active": False}, "inactive"),
            ({"capacity": 0}, "at_capacity"),
            ({"opted_out": True}, "opted_out"),
            ({"absences": away()}, "absent"),
            ({"shift": OFFICE}, "off_duty"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_a7(self, policy: Policy, member: dict[str, object], reason: str) -> None:
        """
        Who left, has no room, opted out or is away gets nothing (A7, R32).
        """
        hindered = attrs.evolve(seller(ANNA), **member)
        roster = roster_of(hindered, seller(BORIS), at=NIGHT)
        assignment = choose(policy, ask(), roster)

        assert (((ANNA, reason),), (BORIS,)) == (
            assignment.why.left_out,
            assignment.members,
        )

    def test_excluded(self) -> None:
        """
        Who let a lead lie does not get it again.
        """
        assignment = choose(ROUND, ask(exclude=[ANNA]), ALL_FOUR)

        assert (((ANNA, "excluded"),), (BORIS,)) == (
            assignment.why.left_out,
            assignment.members,
        )

    def test_no_weight(self) -> None:
        """
        A weight of nought gets nothing.
        """
        policy = Weighted(pool="p", role=SELLER, weights=((ANNA, 0),))

        assert (ANNA, "no_weight") in choose(policy, ask(), ALL_FOUR).why.left_out

    def test_a25(self) -> None:
        """
        Who is at their limit is passed by (A25, chatwoot#1198).
        """
        roster = roster_of(
            attrs.evolve(seller(ANNA), capacity=2),
            attrs.evolve(seller(BORIS), capacity=3),
        )
        roster = attrs.evolve(roster, load={ANNA: 2, BORIS: 2})

        assert (BORIS,) == choose(ROUND, ask(), roster).members

    @pytest.mark.parametrize("policy", POOLED, ids=lambda policy: policy.title)
    def test_a12(self, policy: Policy) -> None:
        """
        With all at their limits nobody gets it, without an error (A12, A25).
        """
        roster = roster_of(
            *(attrs.evolve(seller(n), capacity=1) for n in (ANNA, BORIS))
        )
        found = [bool(each) for each, _ in deal(policy, roster, [ask()] * 3)]

        assert [True, True, False] == found

    @pytest.mark.parametrize("policy", POOLED, ids=lambda policy: policy.title)
    def test_a24(self, policy: Policy) -> None:
        """
        A pool without anybody gives to nobody (A24).
        """
        assignment = choose(policy, ask(), roster_of())

        assert ((), None, ()) == (
            assignment.members,
            assignment.role,
            assignment.pool_events,
        )

    def test_new_hire_has_no_limit_by_default(self) -> None:
        """
        Without a capacity any load will do.
        """
        roster = attrs.evolve(ALL_FOUR, load=dict.fromkeys((ANNA,), 10_000))

        assert (ANNA,) == choose(FixedMember(ANNA), ask(), roster).members


class TestHandingOn:
    def test_first_of(self) -> None:
        """
        The first policy that finds somebody decides.
        """
        policy = FirstOf((ClientsOwn(), ROUND, RoleQueue(SELLER)))

        assert (ANNA,) == choose(policy, ask(), ALL_FOUR).members

    def test_a19(self) -> None:
        """
        A policy that finds nobody is told of, and the next one assigns (A19).
        """
        policy = FirstOf((RoundRobin(pool="none", members=()), FixedMember(BORIS)))
        why = choose(policy, ask(), ALL_FOUR).why

        assert ("first-of 2 > member boris", (BORIS,)) == (why.policy, why.chosen)
        assert (("first-of 1 > round-robin none", "nobody to ask"),) == why.tried

    def test_head_as_fallback(self) -> None:
        """
        When nobody of a pool is there, the head gets it (R32).
        """
        roster = roster_of(
            attrs.evolve(seller(ANNA), shift=OFFICE), Member(id=DORA), at=NIGHT
        )

        assert (DORA,) == choose(FirstOf((ROUND, HeadOf(FIRM))), ask(), roster).members

    def test_a26(self) -> None:
        """
        The off duty are used before the unavailable, and these never (A26, R32).
        """
        roster = roster_of(
            attrs.evolve(seller(ANNA), absences=away()),
            attrs.evolve(seller(BORIS), shift=OFFICE),
            at=NIGHT,
        )
        policy = FirstOf((ROUND, AnyHours(ROUND)))
        why = choose(policy, ask(), roster).why

        assert ((BORIS,), ((ANNA, "absent"),)) == (why.chosen, why.left_out)

    def test_any_hours_to_a_queue_on_duty(self) -> None:
        """
        The wrapper that is nearest to a policy counts.
        """
        roster = roster_of(attrs.evolve(seller(ANNA), shift=OFFICE), at=NIGHT)

        assert choose(OnDutyOnly(AnyHours(ROUND)), ask(), roster)
        assert not choose(AnyHours(OnDutyOnly(ROUND)), ask(), roster)

    def test_only_the_deciding_pool_turns(self) -> None:
        """
        A pool that gave to nobody keeps its turn.
        """
        empty = RoundRobin(pool="empty", members=(MemberId("x"),))
        events = choose(FirstOf((empty, ROUND)), ask(), ALL_FOUR).pool_events

        assert (PoolGiven(pool="sales", member=ANNA, turn=1),) == events


@attrs.frozen
class BySource:
    """
    A policy of another house: the first rule whose source it is, else the rest.
    """

    rules: tuple[tuple[str, Policy], ...]

    @property
    def title(self) -> str:
        """Return what people call it."""
        return "by-source"

    def branches(self) -> Sequence[tuple[str, Policy]]:
        """Return all rules."""
        return tuple((f"rules.{source}", policy) for source, policy in self.rules)

    def route(self, request: Request) -> Sequence[tuple[str, Policy]]:
        """Return the rules of the request's source."""
        return [rule for rule in self.rules if rule[0] in ("", request.source.name)]

    def check(self, team: Team, path: str) -> Iterable[Problem]:
        """Ask for rules."""
        return [] if self.rules else [Problem(path, "no-rules", "there are no rules")]

    def to_data(
        self, write: Callable[[Policy], Mapping[str, object]]
    ) -> dict[str, object]:
        """Write the rules by source."""
        rules = {source: write(policy) for source, policy in self.rules}
        return {"policy": "by-source", "rules": rules}


class TestRouter:
    def test_routes(self) -> None:
        """
        A policy of one's own hands on by its rules, and says by which.
        """
        policy = BySource((("ad", FixedMember(ANNA)), ("", FixedMember(BORIS))))
        why = choose(policy, ask(source=Source(name="ad")), ALL_FOUR).why

        assert ("by-source ad > member anna", (ANNA,)) == (why.policy, why.chosen)

    def test_nothing_applies(self) -> None:
        """
        Where no rule applies nobody is found.
        """
        assert not choose(BySource((("ad", ROUND),)), ask(), ALL_FOUR)

    def test_needs(self) -> None:
        """
        What its branches need it needs.
        """
        policy = BySource((("ad", ROUND), ("", ClientsOwn())))

        assert Needs(pools=frozenset({"sales"}), client_owner=True) == needs(policy)


class TestWaiting:
    def test_until_the_shift(self) -> None:
        """
        When nobody is on duty, it is told when the first one is (R32).
        """
        roster = roster_of(
            attrs.evolve(seller(ANNA), absences=away()),
            attrs.evolve(seller(BORIS), shift=OFFICE),
            at=NIGHT,
        )

        assert datetime.fromisoformat("2026-05-12T09:00Z") == (
            choose(ROUND, ask(), roster).again_at
        )

    def test_no_use_waiting(self) -> None:
        """
        Nobody is waited for who is at their limit or gone.
        """
        roster = roster_of(
            attrs.evolve(seller(ANNA), capacity=0),
            attrs.evolve(seller(BORIS), active=False),
        )

        assert choose(ROUND, ask(), roster).again_at is None

    def test_away_for_good(self) -> None:
        """
        Nobody is waited for who is away without an end.
        """
        gone = attrs.evolve(seller(ANNA), absences=(Absence(since=NOON - DAY),))

        assert choose(ROUND, ask(), roster_of(gone)).again_at is None


class TestWhy:
    """R35."""

    def test_tells_all(self) -> None:
        """
        A choice tells the policy, the candidates, the reasons and the tie.
        """
        roster = roster_of(
            attrs.evolve(seller(ANNA), absences=away()), seller(BORIS), seller(CLARA)
        )
        policy = FirstOf((ClientsOwn(), ROUND))
        why = choose(policy, ask(client_owner=ANNA), roster).why

        assert why.text({BORIS: "Борис"}) == (
            "first-of 2 > round-robin sales: Борис, of anna, Борис, clara; "
            "left out anna (absent); no turn yet; "
            "tried before first-of 1 > clients-own (anna absent)"
        )

    def test_nobody(self) -> None:
        """
        Nobody is told of as nobody.
        """
        why = choose(ROUND, ask(), roster_of(Member(id=ANNA, active=False))).why

        assert why.text() == (
            "round-robin sales: nobody; tried before round-robin sales (nobody to ask)"
        )

    def test_queue(self) -> None:
        """
        A queue tells that whoever takes it has it.
        """
        why = choose(RoleQueue(SELLER), ask(), roster_of(seller(ANNA))).why

        assert why.text() == (
            "role-queue seller: whoever takes it, of anna; the first to take it has it"
        )

    @pytest.mark.parametrize(
        ("policy", "tie"),
        [
            (ROUND, "longest idle, since turn 1 of 4"),
            (SHARES, "furthest behind its share, 1 of 4"),
            (
                LEAST,
                "fewest open leads, 1, as 3 more; longest idle, since turn 1 of 4",
            ),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_tie(self, policy: Policy, tie: str) -> None:
        """
        A pool tells by what it picked the one it did.
        """
        fifth, _ = list(deal(policy, ALL_FOUR, [ask()] * 5))[-1]

        assert tie == fifth.why.tie


class TestProperties:
    @given(policies(), requests, teams(), loads, st.sampled_from([NOON, NIGHT]))
    def test_all(
        self,
        policy: Policy,
        request: Request,
        team: Team,
        load: dict[MemberId, int],
        at: datetime,
    ) -> None:
        """
        Only the able are chosen, all are told of once, and nobody only with reasons.
        """
        roster = Roster(team=team, at=at, load=load)
        assignment = choose(policy, request, roster)
        why = assignment.why
        left_out = [each for each, _ in why.left_out]

        for each in assignment.members:
            member = team.member(each)
            assert member.duty(at).reason in (None, "off_duty")
            assert not member.opted_out
            assert each not in request.exclude
            assert member.capacity is None or load.get(each, 0) < member.capacity
        assert why.chosen == assignment.members
        assert len(set(why.candidates)) == len(why.candidates)
        assert len(set(left_out)) == len(left_out)
        assert set(left_out) <= set(why.candidates)
        assert set(why.chosen) <= set(why.candidates) - set(left_out)
        assert assignment or set(left_out) == set(why.candidates)
        assert not assignment or assignment.again_at is None
        assert assignment == choose(policy, request, roster)

    @given(policies(), requests, teams(), st.sampled_from([NOON, NIGHT]))
    def test_off_duty(
        self, policy: Policy, request: Request, team: Team, at: datetime
    ) -> None:
        """
        Without a leave for any hours, only those on duty are given to.
        """
        roster = Roster(team=team, at=at)
        assignment = choose(policy, request, roster)

        assert "any-hours" in assignment.why.policy or all(
            team.member(each).duty(at) for each in assignment.members
        )

    @given(policies(), requests, teams())
    def test_needs(self, policy: Policy, request: Request, team: Team) -> None:
        """
        Nobody is asked, and no pool turned, that was not foretold.
        """
        assignment = choose(policy, request, Roster(team=team, at=NOON))
        foretold = candidates(policy, team, client_owner=request.client_owner)

        assert set(assignment.why.candidates) <= set(foretold)
        assert {each.pool for each in assignment.pool_events} <= needs(policy).pools

    @given(policies(), requests, teams(), loads)
    def test_loads(
        self,
        policy: Policy,
        request: Request,
        team: Team,
        load: dict[MemberId, int],
    ) -> None:
        """
        Where loads are not needed they do not matter.
        """
        blind = choose(policy, request, Roster(team=team, at=NOON))
        seeing = choose(policy, request, Roster(team=team, at=NOON, load=load))

        assert needs(policy, team=team).load or blind == seeing


class TestNeeds:
    def test_capacity(self) -> None:
        """
        Loads are needed where somebody who is asked has a limit.
        """
        team = roster_of(Member(id=ANNA, capacity=3), Member(id=BORIS)).team

        assert [(True, False), (False, False), (True, False)] == [
            (needs(policy, team=team).load, needs(policy).load)
            for policy in (FixedMember(ANNA), FixedMember(BORIS), ClientsOwn())
        ]

    def test_least_loaded(self) -> None:
        """
        The least loaded cannot be told without loads.
        """
        assert Needs(pools=frozenset({"sales"}), load=True) == needs(LEAST)

    def test_deputies(self) -> None:
        """
        The deputies of those called by name might be asked, and theirs.
        """
        team = roster_of(
            Member(id=ANNA, absences=away(BORIS)),
            Member(id=BORIS, absences=away(CLARA)),
            Member(id=CLARA, absences=away(ANNA)),
        ).team

        assert (ANNA, BORIS, CLARA) == candidates(FixedMember(ANNA), team)


class TestRoster:
    def test_after(self) -> None:
        """
        A roster goes on to the state that an assignment leaves.
        """
        after = ALL_FOUR.after(choose(ROUND, ask(), ALL_FOUR))

        assert ({ANNA: 1}, 1) == (after.load, after.pools["sales"].turn)

    def test_a22(self) -> None:
        """
        A dry run chooses the same and turns nothing (A22).
        """
        roster = attrs.evolve(ALL_FOUR, pools={"sales": PoolState(id="sales")})

        assert [(ANNA,)] * 3 == [choose(ROUND, ask(), roster).members for _ in range(3)]

    def test_is_frozen(self) -> None:
        """
        What a roster was made of can change without changing it.
        """
        load = {ANNA: 1}
        roster = attrs.evolve(ALL_FOUR, load=load)
        load[ANNA] = 2

        assert 1 == roster.load[ANNA]
