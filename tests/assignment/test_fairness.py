"""
Tests for fairness: whose turn it is, exactly (R36).
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import combinations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.assignment import (
    LeastLoaded,
    Policy,
    PoolGiven,
    PoolState,
    Request,
    Roster,
    RoundRobin,
    Seat,
    Weighted,
    Workload,
    WorkloadChanged,
    WorkloadCounted,
    choose,
    evolve_pool,
    evolve_workload,
)
from leadflow.codec import CodecBuilder
from leadflow.team import Member, Team
from leadflow.values import LeadId, MemberId
from tests.assignment._world import (
    ALL_FOUR,
    ANNA,
    BORIS,
    CLARA,
    DORA,
    NAMES,
    NOON,
    SELLER,
    SELLERS,
    ask,
    deal,
    dealt,
    loads,
    policies,
    requests,
    roster_of,
    seller,
    teams,
)


ROUND = RoundRobin(pool="p", role=SELLER)
THREE = roster_of(seller(ANNA), seller(BORIS), seller(CLARA))


def weighted(**weights: int) -> Weighted:
    """
    Make a weighted pool.
    """
    ids = [MemberId(name) for name in weights]
    return Weighted(
        pool="p",
        members=tuple(ids),
        weights=tuple(zip(ids, weights.values(), strict=False)),
    )


def sitting_out(names: frozenset[MemberId]) -> Request:
    """
    Make a request that *names* cannot be given.
    """
    return ask(exclude=names)


# Who sits out at each of the givings; Anna and Boris never do.
interleavings = st.lists(
    st.frozensets(st.sampled_from([CLARA, DORA])), min_size=1, max_size=40
)


class TestRoundRobin:
    def test_a1(self) -> None:
        """
        The fifth lead of four members goes to the first, the sixth on (A1).
        """
        assert [ANNA, BORIS] == dealt(ROUND, ALL_FOUR, 6)[4:]

    def test_a14(self) -> None:
        """
        Three members come round in order (A14).
        """
        assert [ANNA, BORIS, CLARA, ANNA] == dealt(ROUND, THREE, 4)

    def test_a15(self) -> None:
        """
        When the first two leads are closed the third still is next (A15).
        """
        *_, (_, roster) = deal(ROUND, THREE, [ask()] * 2)
        closed = attrs.evolve(roster, load={})

        assert [CLARA] == dealt(ROUND, closed, 1)

    def test_order_of_the_pool(self) -> None:
        """
        Who never had a turn comes in the order of the pool.
        """
        policy = RoundRobin(pool="p", members=(CLARA, ANNA))

        assert [CLARA, ANNA, CLARA] == dealt(policy, THREE, 3)

    def test_next_day(self) -> None:
        """
        The next day does not start with the same one (roundRobinProcessBuilder#44).
        """
        *_, (_, evening) = deal(ROUND, THREE, [ask()] * 4)

        assert [BORIS] == dealt(ROUND, evening, 1)

    def test_leaving_shifts_nobody(self) -> None:
        """
        When somebody leaves the pool the others keep their turns.
        """
        *_, (_, roster) = deal(ROUND, ALL_FOUR, [ask()] * 2)
        left = attrs.evolve(roster, team=THREE.team)
        without_first = RoundRobin(pool="p", members=(BORIS, CLARA, DORA))

        assert [CLARA, ANNA, BORIS] == dealt(ROUND, left, 3)
        assert [CLARA, DORA, BORIS] == dealt(without_first, roster, 3)

    def test_coming_shifts_nobody(self) -> None:
        """
        Who comes new is next once, and then the turns go on.
        """
        *_, (_, roster) = deal(ROUND, THREE, [ask()] * 4)
        joined = attrs.evolve(roster, team=SELLERS)

        assert [DORA, BORIS, CLARA, ANNA, DORA] == dealt(ROUND, joined, 5)

    def test_no_flood(self) -> None:
        """
        Who comes back from a long absence has no arrears (PEERS: the vacation echo).
        """
        away = [sitting_out(frozenset({ANNA}))] * 100
        *_, (_, roster) = deal(ROUND, THREE, away)

        assert 2 == dealt(ROUND, roster, 6).count(ANNA)

    def test_shared_pool(self) -> None:
        """
        Two channels that name one pool share its turns.
        """
        *_, (_, roster) = deal(ROUND, THREE, [ask()])
        other = RoundRobin(pool="p", members=(ANNA, BORIS))

        assert [BORIS] == dealt(other, roster, 1)

    @given(interleavings)
    def test_spread(self, sits: list[frozenset[MemberId]]) -> None:
        """
        Of two who are there throughout none ever gets two more than the other (R36).
        """
        given_to = [
            each.members[0] for each, _ in deal(ROUND, ALL_FOUR, map(sitting_out, sits))
        ]

        for start, end in combinations(range(len(given_to) + 1), 2):
            counts = Counter(given_to[start:end])
            assert 1 >= abs(counts[ANNA] - counts[BORIS])

    @given(st.lists(st.frozensets(st.sampled_from(NAMES), max_size=3), max_size=40))
    def test_longest_idle(self, sits: list[frozenset[MemberId]]) -> None:
        """
        Nobody is passed by twice in a row by the same one while they are there.
        """
        waiting: dict[MemberId, Counter[MemberId]] = {name: Counter() for name in NAMES}
        for sit, (assignment, _) in zip(
            sits, deal(ROUND, ALL_FOUR, map(sitting_out, sits)), strict=True
        ):
            (chosen,) = assignment.members
            waiting[chosen].clear()
            for name in NAMES:
                if name in sit:
                    waiting[name].clear()
                elif name != chosen:
                    waiting[name][chosen] += 1
                    assert 1 >= waiting[name][chosen]


class TestWeighted:
    def test_proportions(self) -> None:
        """
        Weights of 3, 2 and 1 give three, two and one of six.
        """
        policy = weighted(anna=3, boris=2, clara=1)

        assert {ANNA: 3, BORIS: 2, CLARA: 1} == Counter(dealt(policy, THREE, 6))

    def test_spread_out(self) -> None:
        """
        The heavy one is not given all in one run.
        """
        policy = weighted(anna=4, boris=2, clara=1)

        assert [ANNA, BORIS, ANNA, CLARA, ANNA, BORIS, ANNA] == (
            dealt(policy, THREE, 7)
        )

    def test_own_weights(self) -> None:
        """
        Without weights of its own a pool takes the members'.
        """
        heavy = attrs.evolve(seller(ANNA), weight=3)
        roster = roster_of(heavy, seller(BORIS))
        policy = Weighted(pool="p", role=SELLER)

        assert {ANNA: 6, BORIS: 2} == Counter(dealt(policy, roster, 8))

    def test_equal_weights(self) -> None:
        """
        Equal weights are a round robin.
        """
        policy = weighted(anna=5, boris=5, clara=5)

        assert dealt(ROUND, THREE, 9) == dealt(policy, THREE, 9)

    @given(
        st.dictionaries(st.sampled_from(NAMES), st.integers(1, 7), min_size=1),
        st.integers(0, 30),
    )
    def test_full_cycle(self, weights: dict[MemberId, int], start: int) -> None:
        """
        Any run of as many givings as all weights has each as often as their weight.
        """
        policy = weighted(**weights)
        cycle = sum(weights.values())
        given_to = dealt(policy, ALL_FOUR, start + cycle)

        assert weights == Counter(given_to[start:])

    @given(st.lists(st.integers(1, 7), min_size=4, max_size=4), interleavings)
    def test_others_do_not_shift_it(
        self, weights: list[int], sits: list[frozenset[MemberId]]
    ) -> None:
        """
        Two who are there throughout stay within half a giving of each other's pace.
        """
        policy = weighted(**dict(zip(NAMES, weights, strict=True)))
        bound = (Fraction(1, weights[0]) + Fraction(1, weights[1])) / 2
        counts: Counter[MemberId] = Counter()
        for assignment, _ in deal(policy, ALL_FOUR, map(sitting_out, sits)):
            counts[assignment.members[0]] += 1
            paces = [
                Fraction(counts[name], weight)
                for name, weight in zip(NAMES, weights, strict=True)
            ]

            assert bound >= abs(paces[0] - paces[1])

    def test_no_flood(self) -> None:
        """
        Who comes back takes up the pace and has no arrears.
        """
        policy = weighted(anna=2, boris=1, clara=1)
        away = [sitting_out(frozenset({ANNA}))] * 100
        *_, (_, roster) = deal(policy, THREE, away)

        assert {ANNA: 4, BORIS: 2, CLARA: 2} == Counter(dealt(policy, roster, 8))

    def test_new_weight(self) -> None:
        """
        A changed weight counts from now on and makes up for nothing.
        """
        *_, (_, roster) = deal(weighted(anna=1, boris=1), THREE, [ask()] * 40)
        given_to = dealt(weighted(anna=3, boris=1), roster, 8)

        assert {ANNA: 6, BORIS: 2} == Counter(given_to)


class TestLeastLoaded:
    def test_a17(self) -> None:
        """
        Of three open leads and none, none is next (A17).
        """
        roster = attrs.evolve(THREE, load={ANNA: 3, CLARA: 1})

        assert [BORIS] == dealt(LeastLoaded(pool="p", role=SELLER), roster, 1)

    def test_batch(self) -> None:
        """
        A batch is levelled and does not all go to one (salesforce-round-robin#21).
        """
        roster = attrs.evolve(THREE, load={ANNA: 2})
        policy = LeastLoaded(pool="p", role=SELLER)

        assert [BORIS, CLARA, BORIS, CLARA, ANNA] == dealt(policy, roster, 5)

    def test_tie(self) -> None:
        """
        Of equals the longest idle is next, also when leads are closed at once.
        """
        policy = LeastLoaded(pool="p", role=SELLER)
        roster, given_to = THREE, []
        for _ in range(4):
            assignment = choose(policy, ask(), roster)
            given_to += assignment.members
            roster = attrs.evolve(roster.after(assignment), load={})

        assert [ANNA, BORIS, CLARA, ANNA] == given_to

    @given(st.lists(st.integers(0, 5), min_size=4, max_size=4), st.integers(0, 30))
    def test_levels(self, start: list[int], times: int) -> None:
        """
        The loads only come nearer to each other, to a difference of one.
        """
        roster = attrs.evolve(ALL_FOUR, load=dict(zip(NAMES, start, strict=True)))
        policy = LeastLoaded(pool="p", role=SELLER)
        after = dict(roster.load)
        for member in dealt(policy, roster, times):
            after[member] += 1
        spread = max(after.values()) - min(after.values())

        assert max(1, max(start) - min(start)) >= spread
        assert times < 20 or 1 >= spread


class Worker:
    """
    A worker that reads a record, decides, and writes it by compare-and-set.
    """

    def __init__(self) -> None:
        self.seen: tuple[int, PoolState | None] | None = None
        self.retries = 0

    def step(self, store: list[PoolGiven], policy: Policy, team: Team) -> None:
        """
        Read, or else write what was read if nobody was there before.
        """
        if self.seen is None:
            state: PoolState | None = None
            for event in store:
                state = evolve_pool(state, event)
            self.seen = len(store), state
            return
        version, state = self.seen
        self.seen = None
        if version != len(store):
            self.retries += 1
            return
        pools = {} if state is None else {"p": state}
        roster = Roster(team=team, at=NOON, pools=pools)
        store.extend(choose(policy, ask(), roster).pool_events)


class TestConcurrency:
    @given(st.lists(st.integers(0, 4), max_size=80))
    def test_any_order_of_workers(self, steps: list[int]) -> None:
        """
        Under any interleaving of five workers the n-th lead has the n-th turn (R36).
        """
        workers = [Worker() for _ in range(5)]
        store: list[PoolGiven] = []
        for number in steps:
            workers[number].step(store, ROUND, SELLERS)

        assert [NAMES[number % 4] for number in range(len(store))] == [
            event.member for event in store
        ]


class TestPool:
    def test_begins(self) -> None:
        """
        A pool begins with its first giving.
        """
        event = PoolGiven(pool="p", member=ANNA, turn=1)

        assert evolve_pool(None, event) == PoolState(
            id="p", turn=1, seats=(Seat(member=ANNA, last=1, given=1),)
        )

    def test_ref(self) -> None:
        """
        A pool is a record of its own.
        """
        assert "pool/p" == str(PoolState(id="p").ref)

    def test_counts(self) -> None:
        """
        A pool remembers how often each was given to.
        """
        *_, (_, roster) = deal(ROUND, THREE, [ask()] * 5)

        assert [2, 2, 1] == [seat.given for seat in roster.pools["p"].seats]

    @given(policies(), st.lists(requests, max_size=12), teams(), loads)
    def test_fold(
        self,
        policy: Policy,
        asked: list[Request],
        team: Team,
        load: dict[MemberId, int],
    ) -> None:
        """
        Each pool equals the fold of its events, whose turns have no gap.
        """
        roster = Roster(team=team, at=NOON, load=load)
        events: dict[str, list[PoolGiven]] = {}
        for assignment, after in deal(policy, roster, asked):
            roster = after
            for event in assignment.pool_events:
                events.setdefault(event.pool, []).append(event)
        folded: dict[str, PoolState] = {}
        for pool, given_from in events.items():
            for event in given_from:
                folded[pool] = evolve_pool(folded.get(pool), event)

        assert folded == roster.pools
        assert all(
            list(range(1, len(each) + 1)) == [event.turn for event in each]
            for each in events.values()
        )

    @given(policies(pooled=True), st.lists(requests, max_size=12))
    def test_is_stored(self, policy: Policy, asked: list[Request]) -> None:
        """
        A pool, its events and the reasons are stored and read back equal.
        """
        codec = (
            CodecBuilder()
            .record("pool", 1, PoolState)
            .event("pool.given", 1, PoolGiven)
            .build()
        )
        for assignment, after in deal(policy, ALL_FOUR, asked):
            for event in assignment.pool_events:
                state = after.pools[event.pool]

                assert event == codec.decode_event(*codec.encode_event(event))
                assert state == codec.decode_state(
                    "pool", *codec.encode_state("pool", state)
                )


class TestWorkload:
    def test_ref(self) -> None:
        """
        A workload is a record of its own.
        """
        assert "workload/anna" == str(Workload(member=ANNA).ref)

    def test_begins(self) -> None:
        """
        A workload begins with its first change.
        """
        event = WorkloadChanged(member=ANNA, delta=1, lead=LeadId("l"))

        assert Workload(member=ANNA, open=1) == evolve_workload(None, event)

    def test_counted(self) -> None:
        """
        Counting anew outweighs what was.
        """
        before = Workload(member=ANNA, open=-3)
        event = WorkloadCounted(member=ANNA, open=7)

        assert Workload(member=ANNA, open=7) == evolve_workload(before, event)

    @given(st.permutations([1, 1, 1, -1, -1]))
    def test_any_order(self, deltas: list[int]) -> None:
        """
        Changes add up in whatever order.
        """
        state: Workload | None = None
        for delta in deltas:
            event = WorkloadChanged(member=ANNA, delta=delta, lead=LeadId("l"))
            state = evolve_workload(state, event)

        assert Workload(member=ANNA, open=1) == state

    @pytest.mark.parametrize("open_", [-1, 0, 1])
    def test_limit(self, open_: int) -> None:
        """
        A limit of one leaves room for one, also below nought.
        """
        roster = roster_of(Member(id=ANNA, roles=[SELLER], capacity=1))
        roster = attrs.evolve(roster, load={ANNA: open_})

        assert bool(choose(ROUND, ask(), roster)) == (open_ < 1)
