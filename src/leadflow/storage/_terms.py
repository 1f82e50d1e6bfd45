"""
The index of the in-memory store: which records have a term, in page order.

Each term of each kind has a sorted list of (instant, id).  Commits only note
which records have changed; the lists are brought up to date by the next question,
so that an intake costs the same with a thousand records and with a million.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from leadflow.ports import AllOf, AnyOf, Has, Not, Prefix, Within
from leadflow.storage._checks import micros
from leadflow.storage._filters import bounds, branches


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from leadflow.ports import Filter, Index, Query, Term


__all__ = ("Place", "Terms")

Place: TypeAlias = tuple[int, str]
"""Where a record stands in a page's order: its sort instant, then its id."""

_FEW = 64
"""Up to so many news a list takes one by one; more are sorted in at once."""

_EVERY: Term = ("", "")
"""The term that every indexed record of a kind has."""


class Terms:
    """
    Answer which records of one kind a query keeps, in order.
    """

    def __init__(self) -> None:
        self._now: dict[str, Index] = {}
        self._shown: dict[str, Index | None] = {}
        self._lists: dict[Term, list[Place]] = {}

    def get(self, id: str) -> Index | None:  # noqa: A002 - the field's own name
        """Return what the record is found by."""
        return self._now.get(id)

    def set(self, id: str, index: Index | None) -> None:  # noqa: A002 - as above
        """Let the record be found by *index* from now on."""
        self._shown.setdefault(id, self._now.get(id))
        if index is None:
            self._now.pop(id, None)
        else:
            self._now[id] = index

    def page(self, query: Query, after: Place | None) -> list[Place]:
        """Return the places of a page and one more, if there is one."""
        self._catch_up()
        places: set[Place] = set()
        for where in branches(query.where):
            places.update(self._places(query, where, after))
        found = sorted(places, reverse=query.newest_first)
        return found[: query.limit + 1]

    def _places(
        self, query: Query, where: Filter | None, after: Place | None
    ) -> list[Place]:
        keeps = _keeps(where)
        found: list[Place] = []
        for place in self._walk(query, where, after):
            if keeps(place[0], self._now[place[1]].terms):
                found.append(place)
                if len(found) > query.limit:
                    break
        return found

    def _walk(
        self, query: Query, where: Filter | None, after: Place | None
    ) -> Iterator[Place]:
        since, until = bounds(where)
        places = self._narrowest(where)
        low = 0 if since is None else bisect_left(places, (since, ""))
        high = len(places) if until is None else bisect_left(places, (until, ""))
        if query.newest_first:
            if after is not None:
                high = min(high, bisect_left(places, after))
            return (places[index] for index in range(high - 1, low - 1, -1))
        if after is not None:
            low = max(low, bisect_right(places, after))
        return (places[index] for index in range(low, high))

    def _narrowest(self, where: Filter | None) -> list[Place]:
        """Return the shortest list that holds all records that *where* keeps."""
        if isinstance(where, Has):
            return self._lists.get((where.name, where.value), [])
        if isinstance(where, AllOf) and where.filters:
            return min(map(self._narrowest, where.filters), key=len)
        return self._lists.get(_EVERY, [])

    def _catch_up(self) -> None:
        gone: defaultdict[Term, list[Place]] = defaultdict(list)
        come: defaultdict[Term, list[Place]] = defaultdict(list)
        for id_, old in self._shown.items():
            new = self._now.get(id_)
            was, now = _entries(old, id_), _entries(new, id_)
            for term, place in was - now:
                gone[term].append(place)
            for term, place in now - was:
                come[term].append(place)
        self._shown.clear()
        for term, places in gone.items():
            _take_out(self._lists[term], places)
            if not self._lists[term] and term not in come:
                del self._lists[term]
        for term, places in come.items():
            _put_in(self._lists.setdefault(term, []), places)


def _entries(index: Index | None, id_: str) -> frozenset[tuple[Term, Place]]:
    if index is None:
        return frozenset()
    place = (micros(index.at), id_)
    return frozenset((term, place) for term in (*index.terms, _EVERY))


def _take_out(places: list[Place], gone: list[Place]) -> None:
    if len(gone) > _FEW:
        leaving = set(gone)
        places[:] = [place for place in places if place not in leaving]
        return
    for place in gone:
        del places[bisect_left(places, place)]


def _put_in(places: list[Place], come: list[Place]) -> None:
    if len(come) > _FEW:
        places.extend(come)
        places.sort()
        return
    for place in come:
        insort(places, place)


def _keeps(where: Filter | None) -> Callable[[int, frozenset[Term]], bool]:
    """Return the test that *where* stands for."""
    match where:
        case None:
            return lambda at, terms: True  # noqa: ARG005 - one shape for all tests
        case Has(name, value):
            return lambda at, terms: (name, value) in terms  # noqa: ARG005
        case Prefix(name, text):
            return lambda at, terms: any(  # noqa: ARG005
                term[0] == name and term[1].startswith(text) for term in terms
            )
        case Within():
            low, high = bounds(where)
            return lambda at, terms: (  # noqa: ARG005
                (low is None or low <= at) and (high is None or at < high)
            )
        case AllOf(filters):
            tests = [_keeps(part) for part in filters]
            return lambda at, terms: all(test(at, terms) for test in tests)
        case AnyOf(filters):
            tests = [_keeps(part) for part in filters]
            return lambda at, terms: any(test(at, terms) for test in tests)
        case Not(part):
            test = _keeps(part)
            return lambda at, terms: not test(at, terms)
