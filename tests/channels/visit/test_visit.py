"""
Visitors at the desk: what their form comes to.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from leadflow.channels.settings import ChannelSettings
from leadflow.channels.visit import visit
from leadflow.desk import Desk, Receive
from leadflow.errors import Refused
from leadflow.playbook import Playbook
from leadflow.storage.memory import MemoryStore
from leadflow.values import ContactPoint


NOW = datetime(2026, 5, 11, 10, tzinfo=UTC)


def at_the_desk(**more: Any) -> Any:
    """
    Return the visit of Ivan, or another.
    """
    return visit(
        "desk", **{"key": "1", "at": NOW, "name": "Ivan", "region": "RU"} | more
    )


def test_contacts_are_normalised() -> None:
    """
    Phones and e-mails are normalised, several of one field too.
    """
    read = at_the_desk(
        phones="8 916 123-45-67, 8 (916) 123-45-68", emails="A@B.example"
    )

    assert ["+79161234567", "+79161234568", "a@b.example"] == [
        point.value for point in read.contact_points
    ]


def test_unreadable_contact_is_kept() -> None:
    """
    A number that is none is kept as it was written down.
    """
    assert (ContactPoint(kind="phone", value="", raw="ask Anna"),) == at_the_desk(
        phones="ask Anna"
    ).contact_points


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"key": " "}, "visit.no-key"),
        ({"name": ""}, "visit.empty"),
        ({"at": datetime(2026, 5, 11)}, "value.naive-datetime"),  # noqa: DTZ001
    ],
)
def test_refused(more: dict[str, Any], rule: str) -> None:
    """
    A visit has a key, something to know it by, and an aware time.
    """
    with pytest.raises(Refused) as refused:
        at_the_desk(**more)

    assert rule == refused.value.rule


class TestAtTheDesk:
    def desk(self) -> Desk:
        """
        Return a desk with a reception.
        """
        reception = ChannelSettings(id="desk", kind="visit")
        playbook = Playbook(channels=(reception,), region="RU")
        return Desk(playbook, MemoryStore())

    def test_new_visitor(self) -> None:
        """
        Somebody new opens a lead (R4).
        """
        received = self.desk().do(Receive(at_the_desk(phones="8 916 123-45-67")))

        assert "opened" == received.standing

    def test_known_visitor(self) -> None:
        """
        Somebody with an open lead joins it (R4).
        """
        desk = self.desk()
        desk.do(Receive(at_the_desk(phones="8 916 123-45-67")))
        again = desk.do(Receive(at_the_desk(key="2", phones="+7 916 123 45 67")))

        assert "joined" == again.standing

    def test_sent_twice(self) -> None:
        """
        A form that is sent twice counts once (R5).
        """
        desk = self.desk()
        for _ in range(2):
            last = desk.do(Receive(at_the_desk()))

        assert last.duplicate
