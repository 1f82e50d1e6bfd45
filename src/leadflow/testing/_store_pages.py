"""
Clauses 66 to 69: records are found by their terms, page by page.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadflow.errors import Refused
from leadflow.ports import (
    AllOf,
    AnyOf,
    Filter,
    Has,
    Not,
    Prefix,
    Query,
    Store,
    Within,
)
from leadflow.testing._store_base import StoreBase
from leadflow.testing._store_domain import CODEC, NOON, Clock, box, change, put
from leadflow.values import Index


if TYPE_CHECKING:
    from leadflow.ports import Term


__all__ = ("PageClauses", "keeps")

_WORDS = ("", "a", "ab", "abc", "b", "ä", "äb", "a\0", "\U0010ffff", "\ud7ff", "~")
_TERMS = st.tuples(st.sampled_from(["x", "y", ""]), st.sampled_from(_WORDS)).filter(
    lambda term: term != ("", "")
)
_INDEXES = st.builds(
    Index,
    st.integers(0, 5).map(lambda minutes: NOON + timedelta(minutes=minutes)),
    st.frozensets(_TERMS, max_size=4),
)
_INSTANTS = st.none() | st.integers(0, 6).map(
    lambda minutes: NOON + timedelta(minutes=minutes)
)
_FILTERS: st.SearchStrategy[Filter] = st.recursive(
    st.builds(Has, st.sampled_from("xy"), st.sampled_from(_WORDS))
    | st.builds(Prefix, st.sampled_from("xy"), st.sampled_from(_WORDS))
    | st.builds(Within, _INSTANTS, _INSTANTS),
    lambda inner: (
        st.builds(AllOf, st.lists(inner, max_size=3).map(tuple))
        | st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple))
        | st.builds(Not, inner)
    ),
    max_leaves=6,
)


def keeps(where: Filter | None, index: Index) -> bool:
    """
    Tell whether *where* keeps a record that is found by *index*.
    """
    match where:
        case None:
            return True
        case Has(name, value):
            return (name, value) in index.terms
        case Prefix(name, text):
            return any(
                term[0] == name and term[1].startswith(text) for term in index.terms
            )
        case Within(since, until):
            return (since is None or since <= index.at) and (
                until is None or index.at < until
            )
        case AllOf(parts):
            return all(keeps(part, index) for part in parts)
        case AnyOf(parts):
            return any(keeps(part, index) for part in parts)
        case Not(part):
            return not keeps(part, index)


def _index(minutes: int, *terms: Term) -> Index:
    return Index(NOON + timedelta(minutes=minutes), frozenset(terms))


def _ids(store: Store, query: Query) -> list[str]:
    """
    Return the ids of all pages.
    """
    found: list[str] = []
    while True:
        page = store.select(query)
        assert len(page.items) <= query.limit
        found.extend(item.ref.id for item in page.items)
        if page.next is None:
            return found
        query = attrs.evolve(query, after=page.next)


class PageClauses(StoreBase):
    """
    Hold the clauses on questions.
    """

    @pytest.mark.parametrize("newest_first", [False, True])
    @pytest.mark.parametrize("limit", [1, 2, 3, 50])
    def test_pages_are_in_order(
        self, store: Store, newest_first: bool, limit: int
    ) -> None:
        """
        ST-66: records come by their sort instant, then by id, each of them once.
        """
        for id_, minutes in (("b", 1), ("a", 1), ("d", 0), ("c", 2), ("e", 1)):
            store.commit(change(put(box(id_), index=_index(minutes, ("x", "1")))))
        store.commit(change(put(box("unindexed"))))
        where = Has("x", "1")
        query = Query(kind="box", newest_first=newest_first, limit=limit)
        order = ["d", "a", "b", "e", "c"]
        expected = order[::-1] if newest_first else order

        assert (expected, expected, []) == (
            _ids(store, query),
            _ids(store, attrs.evolve(query, where=where)),
            _ids(store, Query(kind="other")),
        )

    def test_pages_hold_records(self, store: Store) -> None:
        """
        ST-66: a page holds records as they are loaded.
        """
        store.commit(change(put(box("1"), 3, 4, index=_index(0))))
        page = store.select(Query(kind="box"))

        assert (tuple(store.load([box("1")]).values()), None) == (page.items, page.next)

    def test_a_cursor_outlives_changes(self, store: Store) -> None:
        """
        ST-66: a cursor stays good while records come and go, also its own.
        """
        for number in range(6):
            index = _index(number, ("x", "1"))
            store.commit(change(put(box(str(number)), index=index)))
        query = Query(kind="box", where=Has("x", "1"), limit=2)
        first = store.select(query)
        store.commit(change(put(box("1"), expected=1, was=_index(1, ("x", "1")))))
        store.commit(change(put(box("25"), index=_index(2, ("x", "1")))))
        rest = _ids(store, attrs.evolve(query, after=first.next))

        assert ["2", "25", "3", "4", "5"] == rest

    @pytest.mark.parametrize(
        "query",
        [
            Query(kind="box", limit=0),
            Query(kind="box", after=""),
            Query(kind="box", after="x:1"),
            Query(kind="box", after="17"),
        ],
    )
    def test_bad_pages_are_refused(self, store: Store, query: Query) -> None:
        """
        ST-66: a page of nothing and a cursor that is none are refused.
        """
        with pytest.raises(Refused):
            store.select(query)

    @settings(
        deadline=None,
        max_examples=40,
        suppress_health_check=[
            HealthCheck.differing_executors,
            HealthCheck.function_scoped_fixture,
            HealthCheck.too_slow,
        ],
    )
    @given(
        indexes=st.lists(_INDEXES, max_size=8),
        filters=st.lists(_FILTERS, min_size=1, max_size=6),
        limit=st.integers(1, 4),
        newest_first=st.booleans(),
    )
    def test_filters_keep_what_they_say(
        self,
        indexes: list[Index],
        filters: list[Filter],
        limit: int,
        newest_first: bool,
    ) -> None:
        """
        ST-67: any filter keeps exactly the records that its words say.
        """
        with self.open_store(codec=CODEC, clock=Clock()) as store:
            for number, index in enumerate(indexes):
                store.commit(change(put(box(str(number)), index=index)))
            for where in filters:
                kept = [
                    (index.at, str(number))
                    for number, index in enumerate(indexes)
                    if keeps(where, index)
                ]
                query = Query(
                    kind="box", where=where, limit=limit, newest_first=newest_first
                )

                assert [id_ for _, id_ in sorted(kept, reverse=newest_first)] == (
                    _ids(store, query)
                )

    def test_the_index_follows_the_writes(self, store: Store) -> None:
        """
        ST-68: a record is found by what its last write says, and only by that.
        """
        states: list[Index | None] = [
            _index(0, ("x", "1"), ("y", "1")),
            _index(0, ("x", "2"), ("y", "1")),
            _index(5, ("x", "2")),
            None,
            _index(1, ("y", "3")),
        ]
        was: Index | None = None
        found = []
        questions = [Has("x", "1"), Has("x", "2"), Has("y", "1"), Has("y", "3"), None]
        for version, index in enumerate(states):
            store.commit(change(put(box("1"), expected=version, index=index, was=was)))
            was = index
            found.append(
                "".join(
                    str(len(_ids(store, Query(kind="box", where=where))))
                    for where in questions
                )
            )

        assert ["10101", "01101", "01001", "00000", "00011"] == found

    def test_a_wrong_index_is_refused(self, store: Store) -> None:
        """
        ST-69: a write that is wrong about how the record was found is refused.
        """
        index = _index(0, ("x", "1"))
        store.commit(change(put(box("1"), index=index)))
        for was in (_index(0, ("x", "2")), _index(1, ("x", "1"))):
            with pytest.raises(Refused):
                store.commit(
                    change(put(box("1"), expected=1, index=_index(0), was=was))
                )
        with pytest.raises(Refused):
            store.commit(change(put(box("1"), expected=1, index=index)))
        with pytest.raises(Refused):
            store.commit(change(put(box("2"), index=_index(0, ("", "")))))

        assert (1, ["1"]) == (
            store.load([box("1")])[box("1")].version,
            _ids(store, Query(kind="box", where=Has("x", "1"))),
        )
