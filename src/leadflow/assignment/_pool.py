"""
A pool: whose turn it is, as a record of its own (R36).

A pool is written in one commit with the lead that was given from it, so the
turns are as exact as the store's compare-and-set.  Two rules read it.

*Longest idle first.*  Every giving has a number, the turn; a seat keeps the last
one of its member.  The next is whoever has waited longest, who never had one
first.  Members that can be given to throughout take strict turns, whatever the
others do; who comes back is next once, and has no arrears.  No cursor stands for
a place in a list, so hiring and leaving shift nobody's turn.

*Fair shares.*  A member of weight w that was given n times stands at the virtual
time (2n + 1) / 2w; the one who stands earliest is next.  While the same members
can be given to, any run of as many givings as all weights together gives each
exactly their weight (this is Webster's divisor method, taken as a sequence).  The
pool stands at the time of its last giving, and nobody enters it from before: who
comes back takes up the present pace.  Two members are only ever compared with
each other, so a third who comes and goes does not shift their balance, as it
would with a common purse of credits.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from leadflow.values import MemberId, Ref


if TYPE_CHECKING:
    from collections.abc import Iterable


__all__ = ("PoolGiven", "PoolState", "Seat", "evolve")


@attrs.frozen(kw_only=True)
class Seat:
    """
    Hold what a pool remembers of one member, also of one who has left it.

    *last* is the turn at which they were given to last, *given* how often they
    were.  *share* counts givings by weight, including those that were passed by
    in absence, and *weight* is the one that it counts in; nought where the pool
    has none.
    """

    member: MemberId
    last: int = 0
    given: int = 0
    share: int = 0
    weight: int = 0


@attrs.frozen(kw_only=True)
class PoolState:
    """
    Hold whose turn it is in the pool *id*.

    *turn* is the number of givings so far, *seats* are in the order of their
    first.  *level* is the virtual time of the last giving by weight, as
    numerator and denominator.
    """

    id: str
    turn: int = 0
    seats: tuple[Seat, ...] = ()
    level: tuple[int, int] = (0, 1)

    @property
    def ref(self) -> Ref:
        """Return the name of the record."""
        return Ref("pool", self.id)

    def seated(self, members: Iterable[MemberId]) -> dict[MemberId, Seat]:
        """
        Return the seats of *members*, fresh ones for who never was given to.
        """
        seats = {seat.member: seat for seat in self.seats}
        return {each: seats.get(each) or Seat(member=each) for each in members}

    def share(self, seat: Seat, weight: int) -> int:
        """
        Return how many givings of *weight* are behind *seat* by now.

        It is what was counted, or, for who was away or came new, as much as not
        to stand before the last giving.
        """
        share = seat.share
        if seat.weight not in (0, weight):
            # A new weight keeps the place in time, to the nearest giving.
            share = (2 * share * weight + seat.weight) // (2 * seat.weight)
        time, unit = self.level
        # The least n for which (2n + 1) / 2w is not before time / unit.
        least = -((unit - 2 * weight * time) // (2 * unit))
        return max(share, least, 0)

    def due(self, seat: Seat, weight: int) -> Fraction:
        """
        Return the virtual time at which *seat*, of *weight*, is next.
        """
        return Fraction(2 * self.share(seat, weight) + 1, 2 * weight)


@attrs.frozen(kw_only=True)
class PoolGiven:
    """
    Tell that *member* was given to from *pool*, as its *turn*-th giving.

    *share* and *weight* are there where the pool goes by weight.
    """

    pool: str
    member: MemberId
    turn: int
    share: int = 0
    weight: int = 0


def evolve(state: PoolState | None, event: PoolGiven) -> PoolState:
    """
    Return the pool as it is after *event*; a pool begins with its first giving.
    """
    before = PoolState(id=event.pool) if state is None else state
    old = before.seated([event.member])[event.member]
    level = before.level
    if event.weight:
        level = (2 * event.share - 1, 2 * event.weight)
    new = Seat(
        member=old.member,
        last=event.turn,
        given=old.given + 1,
        share=event.share if event.weight else old.share,
        weight=event.weight or old.weight,
    )
    if old in before.seats:
        seats = tuple(new if seat == old else seat for seat in before.seats)
    else:
        seats = (*before.seats, new)
    return PoolState(id=before.id, turn=event.turn, seats=seats, level=level)
