"""
Tests of `leadflow.client`: given a client, when it is decided, then these events.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from leadflow import client as clients
from leadflow.client import (
    Client,
    ClientAdded,
    ClientAssigned,
    ClientEdited,
    ClientEvent,
    ClientInterestClosed,
    ClientInterestOpened,
    ClientJoined,
    ClientNoted,
    ClientTagged,
    ClientTouched,
)
from leadflow.errors import Refused
from leadflow.values import Change, ContactPoint, Person, Ref, Why


NOON = datetime(2026, 5, 11, 12, tzinfo=UTC)
LATER = datetime(2026, 5, 11, 13, tzinfo=UTC)
PHONE = ContactPoint(kind="phone", value="+79160000001")
MAIL = ContactPoint(kind="email", value="ivan@example.com")
HIDDEN = ContactPoint(kind="phone", value="", raw="anonymous")
BY_HAND = Why(policy="by hand", chosen=("anna",))


def added(*events: ClientEvent, **more: Any) -> Client:
    """
    Return the client that was added at noon and went through *events* later.
    """
    given: dict[str, Any] = {
        "client": "c1",
        "name": "Ivan",
        "contact_points": (PHONE,),
        "origin": "l1",
    }
    client = clients.evolve(None, ClientAdded(**given | more), NOON)
    for event in events:
        client = clients.evolve(client, event, LATER)
    return client


class TestJoin:
    def test_new_contacts_come_along(self) -> None:
        """A lead joins with the contacts that are new (R4)."""
        assert (ClientJoined(lead="l2", contact_points=(MAIL,)),) == clients.join(
            added(), "l2", (PHONE, MAIL)
        )

    def test_joined_already(self) -> None:
        """A lead that stands there with nothing new is no event."""
        assert () == clients.join(added(), "l1", (PHONE,))

    def test_joined_already_with_news(self) -> None:
        """A lead is listed once, whatever it brings later."""
        client = added(*clients.join(added(), "l1", (MAIL,)))

        assert (("l1",), (PHONE, MAIL)) == (client.leads, client.contact_points)

    def test_is_listed(self) -> None:
        """All leads stand with the client, the one that it came from first."""
        assert ("l1", "l2") == added(ClientJoined(lead="l2")).leads

    def test_knows_where_it_came_from(self) -> None:
        """The client knows which lead it came from, or that it came from none (R23)."""
        assert ("l1", ("l1",), ()) == (
            added().origin,
            added().leads,
            added(origin=None).leads,
        )


class TestTouch:
    def test_counts(self) -> None:
        """A client counts its touches, and learns contacts from them."""
        event = ClientTouched(touch="t1", contact_points=(MAIL,), interest="i1")
        client = added(event)

        assert (1, LATER, (PHONE, MAIL)) == (
            client.touches,
            client.last_touch_at,
            client.contact_points,
        )

    def test_decides_what_is_new(self) -> None:
        """Known contacts do not come along, unreadable ones by their text."""
        client = added(contact_points=(PHONE, HIDDEN))

        assert (
            ClientTouched(touch="t1", contact_points=(MAIL,), interest="i1"),
        ) == clients.touch(client, "t1", (PHONE, HIDDEN, MAIL), interest="i1")


class TestEdit:
    def test_tells_before_and_after(self) -> None:
        """An edit tells what was before and is after, of every field (R28)."""
        (event,) = clients.edit(
            added(),
            entity="company",
            relation="supplier",
            name="Horns",
            person=Person(name="Ivan"),
            contact_points=(MAIL,),
            fields=(("size", ("L",)),),
        )

        assert (
            Change("entity", ("person",), ("company",)),
            Change("relation", ("buyer",), ("supplier",)),
            Change("name", ("Ivan",), ("Horns",)),
            Change("person", (), ("name: Ivan",)),
            Change("contact_points", ("+79160000001",), ("ivan@example.com",)),
            Change("fields.size", (), ("L",)),
        ) == event.changes

    def test_evolves(self) -> None:
        """What was edited is so from then on, the rest stays."""
        client = added(ClientEdited(changes=(), name="Horns", entity="company"))

        assert ("Horns", "company", "buyer") == (
            client.name,
            client.entity,
            client.relation,
        )

    def test_equal_values(self) -> None:
        """What is equal makes no event."""
        assert () == clients.edit(added(), name="Ivan", fields=())


class TestTag:
    def test_comes_and_goes(self) -> None:
        """Tags that are there, or gone already, make no event."""
        assert (ClientTagged(added=("new",), removed=("old",)),) == clients.tag(
            added(tags=("hot", "old")), ("new", "hot"), ("old", "never")
        )

    def test_nothing(self) -> None:
        """Nothing to change is no event."""
        assert () == clients.tag(added(tags=("hot",)), ("hot",), ("cold",))

    def test_evolves(self) -> None:
        """Tags stand in their order, each once."""
        tagged = ClientTagged(added=("b", "a"), removed=("hot",))

        assert ("a", "b", "c") == added(tagged, tags=("hot", "c")).tags


class TestNote:
    def test_names_who_is_mentioned(self) -> None:
        """A note names who is mentioned."""
        assert (ClientNoted(text="look", mentions=("boris",)),) == clients.note(
            added(), "look", ("boris",)
        )

    def test_changes_nothing(self) -> None:
        """A note stands in the history only."""
        assert added() == added(ClientNoted(text="look"))

    def test_says_nothing(self) -> None:
        """A note that says nothing is refused."""
        with pytest.raises(Refused, match=r"client/c1: .*client\.note\.empty"):
            clients.note(added(), " ")


class TestAssign:
    def test_tells_who_before(self) -> None:
        """A client's own members are told with those before."""
        client = added(owners=("boris",))

        assert (
            ClientAssigned(owners=("anna",), why=BY_HAND, before=("boris",)),
        ) == clients.assign(client, ("anna",), BY_HAND)

    def test_theirs_already(self) -> None:
        """Giving a client to who has it is no event."""
        assert () == clients.assign(added(owners=("anna",)), ("anna",), BY_HAND)

    def test_evolves(self) -> None:
        """A client is its owners' from then on."""
        assert ("anna",) == added(ClientAssigned(owners=("anna",), why=BY_HAND)).owners


class TestInterests:
    def test_open_ones_are_listed(self) -> None:
        """A client lists its open interests, the oldest first."""
        client = added(
            ClientInterestOpened(interest="i1"),
            ClientInterestOpened(interest="i2"),
            ClientInterestOpened(interest="i3"),
            ClientInterestClosed(interest="i2"),
        )

        assert ("i1", "i3") == client.interests


class TestFound:
    def test_by_all_marks(self) -> None:
        """A client is found by every mark that it has (R27)."""
        client = added(
            person=Person(name="Ivan Petrov", company="Horns"),
            contact_points=(PHONE, HIDDEN),
            owners=("anna",),
            tags=("hot",),
            fields=(("size", ("L",)),),
        )
        found = clients.index(client)

        assert NOON == found.at
        assert {
            ("entity", "person"),
            ("relation", "buyer"),
            ("lead", "l1"),
            ("owner", "anna"),
            ("tag", "hot"),
            ("contact", "phone:+79160000001"),
            ("field.size", "L"),
            ("name", "ivan"),
            ("name", "petrov"),
            ("name", "horns"),
        } == found.terms

    def test_claims(self) -> None:
        """A client is recognised by its usable contacts (R4)."""
        assert {"phone:+79160000001"} == clients.contact_claims(
            added(contact_points=(PHONE, HIDDEN))
        )

    def test_ref(self) -> None:
        """A client has the name of its record."""
        assert Ref("client", "c1") == added().ref

    def test_begins_with_being_added(self) -> None:
        """Nothing happens to a client that is not there."""
        with pytest.raises(AssertionError, match="begins"):
            clients.evolve(None, ClientNoted(text="look"), NOON)
