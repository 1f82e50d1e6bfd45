"""
What the author of a store says about it, and how its clauses are run.
"""

from __future__ import annotations

from contextlib import ExitStack
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from leadflow.errors import LeadflowError
from leadflow.ports import ClaimKey, Store
from leadflow.testing._store_domain import CODEC, Clock, box


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager

    from leadflow.codec import Codec
    from leadflow.ports import Recorded


__all__ = ("Recipe", "StoreBase", "picture", "together")

Recipe: TypeAlias = "Callable[[], AbstractContextManager[Store]]"
"""Opens a store, with the contract's codec and the machine's clock."""

_PATIENCE = 120.0


class StoreBase:
    """
    Hold what an implementer overrides: `open_store`, and what more is known.
    """

    max_attempts = 12
    """How often the opened store leases a piece of work before it gives it up."""

    # -- what the author of a store says ---------------------------------------------

    def open_store(
        self, *, codec: Codec, clock: Clock
    ) -> AbstractContextManager[Store]:
        """Return an empty store, ready for use, closed at the end of the block."""
        raise NotImplementedError("say how an empty store is opened")

    def open_again(self, store: Store) -> AbstractContextManager[Store] | None:
        """Return another handle on the data of *store*, None if it has no other."""
        del store
        return None

    def recipe(
        self, store: Store
    ) -> Callable[[], AbstractContextManager[Store]] | None:
        """Return what opens the data of *store* in another process; picklable."""
        del store
        return None

    def other_tenant(self, store: Store) -> Store | None:
        """Return a handle on another tenant of the same store, None if it has none."""
        del store
        return None

    def lose_event(self, store: Store, position: int) -> bool:
        """Damage the store: remove one journal row; False if that is impossible."""
        del store, position
        return False

    def make_newer(self, store: Store) -> bool:
        """Let the schema be one of newer code; False if that is impossible."""
        del store
        return False

    def open_unsafe(self) -> AbstractContextManager[Store] | None:
        """Return a store that may lose what it acknowledged, None if there is none."""
        return None

    # -- how clauses are run ---------------------------------------------------------

    @pytest.fixture(name="clock")
    def _clock(self) -> Clock:
        return Clock()

    @pytest.fixture(name="store")
    def _store(self, clock: Clock) -> Iterator[Store]:
        with self.open_store(codec=CODEC, clock=clock) as store:
            yield store

    @pytest.fixture(name="handles")
    def _handles(self, store: Store) -> Iterator[Callable[[int], list[Store]]]:
        """Give so many handles on one store, for threads to work with."""
        with ExitStack() as stack:

            def handles(count: int) -> list[Store]:
                others = [self.open_again(store) for _ in range(count - 1)]
                return [
                    store,
                    *(
                        store if other is None else stack.enter_context(other)
                        for other in others
                    ),
                ]

            yield handles


def together(tasks: Iterable[Callable[[], Any]]) -> list[Any]:
    """
    Run *tasks* in threads at once; return what each answers.

    An error of ours is an answer too; any other is raised again.
    """
    jobs = list(tasks)
    answers: list[Any] = [None] * len(jobs)
    errors: list[BaseException] = []

    def work(place: int) -> None:
        try:
            answers[place] = jobs[place]()
        except LeadflowError as error:
            answers[place] = error
        except BaseException as error:  # noqa: BLE001 - raised again by the caller
            errors.append(error)

    threads = [
        Thread(target=work, args=(place,), daemon=True) for place in range(len(jobs))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(_PATIENCE)
        assert not thread.is_alive(), "a thread never came to its end"
    if errors:
        raise errors[0]
    return answers


def picture(store: Store) -> tuple[Any, ...]:
    """
    Return all that can be seen of a store from outside.
    """
    journal: list[Recorded] = store.journal(0, limit=10_000)
    refs = [box(str(number)) for number in range(10)]
    keys = [ClaimKey("key", str(number)) for number in range(10)]
    return (
        store.load(refs),
        store.owners(keys),
        journal,
        store.head(),
        store.checkpoint("reader"),
        store.next_due(),
        store.dead(),
    )
