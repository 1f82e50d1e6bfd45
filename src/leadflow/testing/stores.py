"""
The contract of a store, as tests that anybody can run on theirs.

Subclass `StoreContract` in a test module, say how an empty store is opened, and
pytest runs every clause on it::

    class TestMyStore(StoreContract):
        @contextmanager
        def open_store(self, *, codec, clock):
            store = MyStore(codec=codec, clock=clock)
            yield store
            store.close()

The more is said (how the same data is opened again, in this process or another,
how a second tenant is reached), the more clauses apply; the others are skipped
and say why.  The numbers are those of the reference page on the contract.

Clauses are synchronous.  An asynchronous store is tested behind a synchronous
face that waits for it, which `StoreContract.open_store` may return as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadflow.testing._store_base import Recipe, StoreBase
from leadflow.testing._store_claims import ClaimClauses
from leadflow.testing._store_commits import CommitClauses
from leadflow.testing._store_domain import CODEC, Clock
from leadflow.testing._store_journal import JournalClauses
from leadflow.testing._store_life import LifeClauses
from leadflow.testing._store_machine import MachineClauses
from leadflow.testing._store_pages import PageClauses
from leadflow.testing._store_races import RaceClauses
from leadflow.testing._store_retries import RetryClauses
from leadflow.testing._store_values import ValueClauses
from leadflow.testing._store_work import WorkClauses


if TYPE_CHECKING:
    from collections.abc import Iterator


__all__ = ("CODEC", "Clock", "Recipe", "StoreContract", "clauses")


class StoreContract(
    CommitClauses,
    ValueClauses,
    ClaimClauses,
    RaceClauses,
    JournalClauses,
    WorkClauses,
    RetryClauses,
    LifeClauses,
    PageClauses,
    MachineClauses,
    StoreBase,
):
    """
    Hold the clauses that every store keeps.

    Override `open_store`, and what else is known: `open_again`, `recipe`,
    `other_tenant`, `lose_event`, `make_newer`, `open_unsafe`.
    """

    def test_no_clause_is_replaced(self) -> None:
        """
        ST-70: a clause that does not hold is marked with xfail and a reason.
        """
        replaced = []
        for name, _ in clauses():
            clause = getattr(type(self), name)
            marks = {mark.name for mark in getattr(clause, "pytestmark", ())}
            if clause is not getattr(StoreContract, name) and "xfail" not in marks:
                replaced.append(name)

        assert [] == replaced


def clauses() -> Iterator[tuple[str, str]]:
    """
    Yield the name of every clause and what it says, by its number.
    """
    found = []
    for name in dir(StoreContract):
        if name.startswith("test_"):
            text = getattr(StoreContract, name).__doc__ or ""
            found.append((name, " ".join(text.split())))
    yield from sorted(found, key=lambda clause: clause[1])
