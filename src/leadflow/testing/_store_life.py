"""
Clauses 57 to 64: a store is made, opened again, checked and closed.
"""

from __future__ import annotations

import os
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from leadflow.errors import Damaged, LeadflowError, Unavailable
from leadflow.ports import (
    Checkpoint,
    Claim,
    ClaimKey,
    Effect,
    PrunePolicy,
    Query,
    SetTimer,
    Settle,
    Store,
)
from leadflow.testing._store_base import StoreBase, picture, together
from leadflow.testing._store_domain import NOON, box, change, fold, put
from leadflow.values import Index


if TYPE_CHECKING:
    from collections.abc import Callable

    from leadflow.ports import Commit


__all__ = ("LifeClauses",)

HOLD = timedelta(minutes=1)


def _much() -> Commit:
    """
    Return a commit of everything.
    """
    return change(
        put(box("1"), 1, 2, index=Index(NOON, frozenset({("x", "1")}))),
        claims=(Claim(key=ClaimKey("key", "1"), owner=box("1")),),
        timers=(SetTimer(ref=box("1"), name="due", due=NOON),),
        effects=(Effect(kind="send", payload={"to": "x"}),),
        checkpoint=Checkpoint(consumer="reader", was=0, to=2),
    )


class LifeClauses(StoreBase):
    """
    Hold the clauses on a store's life.
    """

    def test_migrating_again_changes_nothing(self, store: Store) -> None:
        """
        ST-57: migrating a store that is up to date changes nothing.
        """
        store.commit(_much())
        before = picture(store)
        store.migrate()

        assert before == picture(store)

    def test_many_migrate_at_once(self, handles: Callable[[int], list[Store]]) -> None:
        """
        ST-57: many can migrate at once.
        """
        stores = handles(8)

        assert [None] * 8 == together([store.migrate for store in stores])

    def test_a_newer_schema_is_refused(self, store: Store) -> None:
        """
        ST-58: a schema of newer code is told, and nothing is done to it.
        """
        if not self.make_newer(store):
            pytest.skip("the store has no schema")
        for ask in (store.ready, store.migrate):
            with pytest.raises(Damaged):
                ask()

    def test_what_was_committed_is_kept(self, store: Store) -> None:
        """
        ST-59: whoever opens the store again finds all of it.
        """
        store.commit(_much())
        before = picture(store)
        again = self.open_again(store)
        if again is None:
            pytest.skip("the store lives as long as its only handle")
        getattr(store, "close", lambda: None)()
        with again as other:
            assert before == picture(other)
            page = other.select(Query(kind="box"))
            assert [box("1")] == [item.ref for item in page.items]

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
    @pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
    def test_forks_share_nothing(self, store: Store) -> None:
        """
        ST-60: after a fork a store is refused or opened anew, and nothing is lost.
        """
        if self.recipe(store) is None:
            pytest.skip("the store lives in one process")
        store.commit(_much())
        child = os.fork()
        if not child:
            try:
                store.commit(change(put(box("2"))))
            except Unavailable:
                os._exit(1)
            except BaseException:  # noqa: BLE001 - a child must not come back
                os._exit(2)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        store.commit(change(put(box("3"))))

        assert os.waitstatus_to_exitcode(status) in (0, 1)
        assert (status == 0) == (store.load([box("2")])[box("2")].version == 1)
        assert () == store.audit().problems

    def test_tenants_see_nothing_of_each_other(self, store: Store) -> None:
        """
        ST-61: no method shows or changes anything of another tenant.
        """
        other = self.other_tenant(store)
        if other is None:
            pytest.skip("the store has one tenant")
        store.commit(_much())
        (lease,) = store.lease("timers", limit=9, hold=HOLD)
        seen = (
            other.load([box("1")])[box("1")].version,
            other.owners([ClaimKey("key", "1")]),
            other.select(Query(kind="box")).items,
            other.stream(box("1")),
            other.journal(0),
            other.checkpoint("reader"),
            other.lease("timers", limit=9, hold=HOLD),
            other.lease("effects", limit=9, hold=HOLD),
            other.settle([Settle(lease)]),
            other.next_due(),
            other.dead(),
            other.revive("timers", lease.id),
            other.prune(PrunePolicy(claims_before=NOON)),
            other.audit().records,
        )
        other.commit(_much())

        assert (0, {}, (), [], [], 0, [], [], [False], None, [], False, 0, 0) == seen
        assert [1, 2] == [row.position for row in store.journal(0)]
        assert [3, 4] == [row.position for row in other.journal(0)]
        assert [3] == [row.position for row in other.journal(2, limit=1)]
        assert (1, [True]) == (
            len(store.lease("effects", limit=9, hold=HOLD)),
            store.settle([Settle(lease)]),
        )
        assert () == store.audit().problems == other.audit().problems

    def test_an_audit_finds_nothing_in_order(self, store: Store) -> None:
        """
        ST-62: an audit of a store in order counts, and finds nothing.
        """
        store.commit(_much())
        store.commit(change(put(box("2"))))
        store.commit(change(effects=(Effect(kind="send", payload={}),)))
        audit = store.audit()

        assert (2, 3, ()) == (audit.records, audit.events, audit.problems)

    def test_an_audit_finds_disorder(self, store: Store) -> None:
        """
        ST-62: an audit finds a claim of nobody, and a row that is missing.
        """
        claim = Claim(key=ClaimKey("key", "1"), owner=box("nobody"))
        store.commit(change(put(box("1")), put(box("2")), claims=(claim,)))
        (problem,) = store.audit().problems
        damaged = self.lose_event(store, 2)

        assert "box/nobody" in problem
        assert not damaged or 2 < len(store.audit().problems)

    def test_a_fold_is_compared(self, store: Store) -> None:
        """
        ST-62: a record is the fold of its events, which an audit can be asked.
        """
        store.commit(_much())
        store.commit(
            change(
                put(
                    box("1"),
                    4,
                    expected=2,
                    total=3,
                    index=Index(NOON, frozenset({("x", "1")})),
                    was=Index(NOON, frozenset({("x", "1")})),
                )
            )
        )
        rows = store.stream(box("1"))

        assert fold("box", [row.event for row in rows]) == (
            store.load([box("1")])[box("1")].state
        )

    def test_a_safe_store_warns_of_nothing(self, store: Store) -> None:
        """
        ST-63: a store that is set up safely has nothing to warn of.
        """
        assert () == store.ready().warnings

    def test_an_unsafe_store_warns(self) -> None:
        """
        ST-63: a store that may lose what it acknowledged warns.
        """
        opened = self.open_unsafe()
        if opened is None:
            pytest.skip("the store cannot be set up unsafely")
        with opened as store:
            assert store.ready().warnings

    def test_no_other_errors_leave(self, store: Store) -> None:
        """
        ST-64: a store that was closed raises errors of ours only, or goes on.
        """
        store.commit(_much())
        (lease,) = store.lease("effects", limit=1, hold=HOLD)
        getattr(store, "close", lambda: None)()
        asked: list[Callable[[], Any]] = [
            partial(store.load, [box("1")]),
            partial(store.owners, [ClaimKey("key", "1")]),
            partial(store.commit, change(put(box("2")))),
            partial(store.select, Query(kind="box")),
            partial(store.stream, box("1")),
            partial(store.journal, 0),
            store.head,
            partial(store.checkpoint, "reader"),
            partial(store.lease, "timers", limit=1, hold=HOLD),
            partial(store.extend, lease, HOLD),
            partial(store.settle, [Settle(lease)]),
            store.next_due,
            store.dead,
            partial(store.revive, "effects", lease.id),
            partial(store.prune, PrunePolicy(claims_before=NOON)),
            store.audit,
            store.migrate,
            store.ready,
        ]
        for ask in asked:
            try:
                ask()
            except LeadflowError:
                continue
