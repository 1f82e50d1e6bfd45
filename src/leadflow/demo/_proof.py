"""
The proof: every record in a store is what its own history makes of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leadflow.records import ROOMS


if TYPE_CHECKING:
    from leadflow.ports import Store
    from leadflow.values import Ref


__all__ = ("differences",)

_PAGE = 500


def differences(store: Store) -> tuple[Ref, ...]:
    """
    Return the records of *store* that are not the fold of their events (R28).
    """
    folded: dict[Ref, Any] = {}
    after = 0
    while page := store.journal(after, limit=_PAGE):
        for recorded in page:
            evolve = ROOMS[recorded.ref.kind].evolve
            before = folded.get(recorded.ref)
            folded[recorded.ref] = evolve(before, recorded.event, recorded.at)
        after = page[-1].position
    refs = list(folded)
    wrong: list[Ref] = []
    for start in range(0, len(refs), _PAGE):
        loaded = store.load(refs[start : start + _PAGE])
        wrong += [ref for ref, found in loaded.items() if found.state != folded[ref]]
    return tuple(wrong)
