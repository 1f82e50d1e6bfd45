"""
Clauses 12 to 16: what is stored comes back as it was.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from leadflow.errors import Refused
from leadflow.ports import Claim, ClaimKey, Effect, SetTimer, Settle, Store, Write
from leadflow.testing._store_base import StoreBase
from leadflow.testing._store_domain import (
    NOON,
    Box,
    Colour,
    Noted,
    box,
    change,
    put,
    total,
)
from leadflow.values import Ref, member


__all__ = ("ValueClauses",)

_ODD_IDS = (
    *(
        "",
        " ",
        "a b",
        "a ",
        "it's",
        '"',
        "a/b",
        "a%b",
        "a_b",
        "\\",
        ";--",
        "ключ",
        "🙂",
    ),
    *("a\nb", "a\0b", "\x1a0000", "\ud800", "x" * 512, "NULL", "é", "e\u0301"),
)
_VALUES: tuple[dict[str, Any], ...] = (
    {},
    {"text": "ünï ключ 🙂 \u2028"},
    {"text": "a\0b"},
    {"text": "\ud800"},
    {"text": "x" * 2**20},
    {"words": ("", "a", "a")},
    {"table": {"": "", "ä": 1, "b": True, "$": "tag"}},
    {"amount": Decimal("0.10")},
    {"amount": Decimal("1E+20")},
    {"at": datetime(2, 1, 1, tzinfo=UTC)},
    {"at": datetime(9998, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)},
    {"at": datetime(2026, 3, 2, 12, 0, 0, 1, tzinfo=UTC)},
    {"day": date(2024, 2, 29), "clock": time(23, 59, 59, 999_999)},
    {"span": timedelta(days=-1, microseconds=1)},
    {"id": UUID("12345678-1234-5678-1234-567812345678"), "colour": Colour.BLUE},
    {"deeper": Noted(deeper=Noted(deeper=Noted(words=("deep",))))},
)


class ValueClauses(StoreBase):
    """
    Hold the clauses on values.
    """

    @pytest.mark.parametrize("fields", _VALUES, ids=map(str, range(len(_VALUES))))
    def test_values_come_back(self, store: Store, fields: dict[str, Any]) -> None:
        """
        ST-12: states and events come back exactly as they were.
        """
        noted = Noted(**fields)
        state = Box(0, noted)
        store.commit(change(Write(ref=box(), expected=0, state=state, events=(noted,))))

        assert (state, noted) == (
            store.load([box()])[box()].state,
            store.stream(box())[0].event,
        )

    def test_naive_times_are_refused(self, store: Store) -> None:
        """
        ST-13: a datetime without a zone is refused before anything is written.
        """
        naive = datetime(2026, 3, 2)  # noqa: DTZ001 - that is the point
        noted = Noted(at=naive)
        with pytest.raises(Refused):
            store.commit(
                change(Write(ref=box(), expected=0, state=Box(), events=(noted,)))
            )
        with pytest.raises(Refused):
            store.commit(
                change(
                    claims=(Claim(key=ClaimKey("key", "1"), owner=box(), until=naive),)
                )
            )
        with pytest.raises(Refused):
            store.commit(
                change(effects=(Effect(kind="a", payload={}, not_before=naive),))
            )

        assert (0, None) == (store.head(), store.next_due())

    def test_instants_come_back_in_utc(self, store: Store) -> None:
        """
        ST-14: an instant of another zone comes back as the same instant in UTC.
        """
        there = datetime(2026, 3, 2, 15, tzinfo=timezone(timedelta(hours=3)))
        noted = Noted(at=there)
        store.commit(
            change(
                Write(ref=box(), expected=0, state=Box(), events=(noted,)),
                at=there,
                claims=(
                    Claim(
                        key=ClaimKey("key", "1"),
                        owner=box(),
                        until=there + timedelta(days=1),
                    ),
                ),
            )
        )
        (row,) = store.stream(box())
        held = store.owners([ClaimKey("key", "1")])[ClaimKey("key", "1")]
        found = [row.event.at, row.at, held.at, held.until]

        assert ([NOON, NOON, NOON, NOON + timedelta(days=1)], [UTC] * 4) == (
            found,
            [at.tzinfo for at in found],
        )

    def test_ids_are_any_text(self, store: Store) -> None:
        """
        ST-15: ids, keys and names are any text, and no two of them are mixed up.
        """
        for number, id_ in enumerate(_ODD_IDS, 1):
            store.commit(
                change(
                    put(Ref("box", id_), number),
                    by=member(id_),
                    claims=(Claim(key=ClaimKey(id_, id_), owner=Ref("box", id_)),),
                    timers=(
                        SetTimer(
                            ref=Ref("box", id_),
                            name=id_,
                            due=NOON - timedelta(seconds=number),
                        ),
                    ),
                    effects=(Effect(kind=id_, payload={id_: id_}, lane=id_),),
                )
            )
        refs = [Ref("box", id_) for id_ in _ODD_IDS]
        held = store.owners([ClaimKey(id_, id_) for id_ in _ODD_IDS])
        timers = store.lease("timers", limit=100, hold=timedelta(minutes=1))
        effects = store.lease("effects", limit=100, hold=timedelta(minutes=1))

        assert list(range(1, len(refs) + 1)) == [
            total(each) for each in store.load(refs).values()
        ]
        assert refs == [record.owner for record in held.values()]
        assert [member(id_) for id_ in _ODD_IDS] == [row.by for row in store.journal(0)]
        assert set(zip(refs, _ODD_IDS, strict=True)) == {
            (lease.ref, lease.name) for lease in timers
        }
        assert sorted((id_, {id_: id_}, id_) for id_ in _ODD_IDS) == sorted(
            (lease.kind, lease.payload, lease.lane) for lease in effects
        )
        assert all(store.settle([Settle(lease) for lease in (*timers, *effects)]))

    def test_large_commits(self, store: Store) -> None:
        """
        ST-16: a commit of 5,000 events, 1,000 records and 10,000 claims is written.
        """
        commit = change(
            *(put(box(str(number)), 1, 2, 3, 4, 5) for number in range(1000)),
            claims=tuple(
                Claim(key=ClaimKey("key", str(number)), owner=box("1"))
                for number in range(10_000)
            ),
            id=uuid4(),
        )
        store.commit(commit)
        keys = [ClaimKey("key", str(number)) for number in range(10_000)]

        assert (5000, 10_000, 15) == (
            store.head(),
            len(store.owners(keys)),
            total(store.load([box("999")])[box("999")]),
        )
