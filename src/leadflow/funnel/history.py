"""
History rows: what happened to each subject, one row a fact (table L0).

Whatever is counted comes from these rows, be they made of the journal or of a
user's own table.  Instants are whole microseconds since 1970 in UTC, so that no
engine's datetimes and zones come into a figure, and rows of one subject have one
order that every figure uses: by instant, and at the same instant by `seq`, the
version in the stream (for a log without versions, its line).  A stage's rank
never decides which of two rows came first.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs

from leadflow.values import aware_utc


__all__ = ("DIMENSIONS", "HistoryRow", "instant", "micros")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """
    Return *at* as whole microseconds since 1970 in UTC, exactly.

    Raises:
        Refused: *at* is naive (rule ``value.naive-datetime``).
    """
    return (aware_utc(at) - _EPOCH) // _MICROSECOND


def instant(at_us: int) -> datetime:
    """
    Return the UTC datetime that `micros` turns into *at_us*.
    """
    return _EPOCH + timedelta(microseconds=at_us)


@attrs.frozen(kw_only=True)
class HistoryRow:
    """
    Tell in which stage a subject stood from an instant on, and whose it was.

    Each row carries the full state in force at its instant: an *owner* that did
    not change is repeated, and None means that there is none.  A row in the stage
    that the subject already stands in makes no new stay there; it brings what
    else changed.

    *subject* is the id of the lead or interest, *client* the person or company
    behind it (where clients are counted instead), *seq* the version in the
    subject's stream.  *stage* is the id that *scenario* had for it in *version*.
    *at_us* is when it happened and *recorded_us*, if known, when it was written
    down (see `micros`).  *coarse* marks an instant that is known to the day only.
    *result* names what a converted lead turned into (``interest/17``,
    ``order/5``, ``client/3``).  *fields* are further values to break figures
    down by, as pairs of name and value (a tag is ``("tag:vip", "yes")``).
    """

    subject: str
    seq: int
    stage: str
    at_us: int
    owner: str | None = None
    source: str | None = None
    channel: str | None = None
    channel_kind: str | None = None
    amount_minor: int | None = None
    currency: str | None = None
    reason: str | None = None
    scenario: str | None = None
    version: int = 0
    client: str | None = None
    result: str | None = None
    coarse: bool = False
    recorded_us: int | None = None
    fields: tuple[tuple[str, str], ...] = ()

    def value(self, dimension: str) -> str | None:
        """
        Return this row's value of *dimension*; None where it has none.

        A dimension is one of `DIMENSIONS` or the name of a pair in *fields*.
        """
        if dimension in DIMENSIONS:
            found = getattr(self, dimension)
            return None if found is None else str(found)
        return dict(self.fields).get(dimension)

    @property
    def order(self) -> tuple[int, int, str]:
        """
        Return the key that rows of one subject are ordered by.

        The subject's id comes last: after a merge two streams stand in one.
        """
        return (self.at_us, self.seq, self.subject)


DIMENSIONS = frozenset(
    {
        "owner",
        "source",
        "channel",
        "channel_kind",
        "currency",
        "reason",
        "scenario",
        "client",
    }
)
"""The columns of a row that figures can be broken down by."""
