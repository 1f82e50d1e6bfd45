"""
What became of deliveries, counted so that nothing can be missing.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import attrs

from leadflow.desk import Received
from leadflow.values import Ref


if TYPE_CHECKING:
    from leadflow.desk import Accepted, Taken
    from leadflow.ports import Store


__all__ = ("Tally", "TallyLine")

_ORDER = (
    "inbound",
    "duplicate",
    "amended",
    "contact_change",
    "receipt",
    "pointer",
    "ignored",
    "malformed",
    "unverified",
)
_PAGE = 200


@attrs.frozen(kw_only=True)
class TallyLine:
    """
    Hold how many outcomes were of one *kind*, for one *reason*.

    The reason of an inbound is what it did: ``opened``, ``joined``, ``repeat``,
    ``recorded`` or ``extended``.
    """

    kind: str
    reason: str
    count: int


class Tally:
    """
    Count deliveries and their outcomes, and remember the records they left.
    """

    def __init__(self) -> None:
        self.deliveries: int = 0
        self.silent: int = 0
        self._counts: Counter[tuple[str, str]] = Counter()
        self._records: dict[Ref, int] = {}

    def add(self, accepted: Accepted) -> None:
        """
        Count one delivery.
        """
        self.deliveries += 1
        if not accepted.outcomes:
            self.silent += 1
        for taken in accepted.outcomes:
            self._counts[taken.kind, _reason(taken)] += 1
            if taken.result is not None:
                ref = _ref(taken)
                self._records[ref] = self._records.get(ref, 0) + 1

    @property
    def outcomes(self) -> int:
        """Return how many outcomes the deliveries had."""
        return sum(self._counts.values())

    @property
    def lines(self) -> tuple[TallyLine, ...]:
        """Return the counts by kind and reason, what was taken in first."""
        ordered = sorted(
            self._counts.items(),
            key=lambda item: (_ORDER.index(item[0][0]), -item[1], item[0][1]),
        )
        return tuple(
            TallyLine(kind=kind, reason=reason, count=count)
            for (kind, reason), count in ordered
        )

    def count(self, kind: str, reason: str | None = None) -> int:
        """
        Return how many outcomes were of *kind*, and for *reason* if one is given.
        """
        return sum(
            count
            for (each, why), count in self._counts.items()
            if each == kind and reason in (None, why)
        )

    def unaccounted(self, store: Store) -> int:
        """
        Return how many deliveries left nothing, and how many records are lost.

        Zero if each delivery had an outcome, and each outcome that leaves a
        record has one in *store*.  What is not authentic leaves none (R11).
        """
        refs = list(self._records)
        lost = 0
        for start in range(0, len(refs), _PAGE):
            loaded = store.load(refs[start : start + _PAGE])
            lost += sum(
                self._records[ref] for ref, found in loaded.items() if not found.version
            )
        kept = sum(self._records.values())
        unrecorded = self.outcomes - kept - self.count("unverified")
        return self.silent + lost + unrecorded


def _reason(taken: Taken) -> str:
    if taken.kind == "inbound" and isinstance(taken.result, Received):
        return taken.result.standing
    return "" if taken.kind == "duplicate" else taken.reason


def _ref(taken: Taken) -> Ref:
    if isinstance(taken.result, Received):
        return Ref("touch", taken.result.touch)
    if taken.result is None:
        raise AssertionError("an outcome without a record has no name")
    return taken.result.record
