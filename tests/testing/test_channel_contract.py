"""
The contract of channels is itself tested: what breaks a clause fails that clause.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import attrs
import pytest

from leadflow.channels import (
    ACCEPTED,
    FORBIDDEN,
    Answer,
    Channel,
    Delivery,
    Ignored,
    Inbound,
    Outgoing,
    Reading,
    Reply,
    guarded,
)
from leadflow.errors import Malformed, Unverified
from leadflow.testing.channels import ChannelContract
from leadflow.values import ChannelId, ContactPoint


NOW = datetime(2026, 5, 11, 10, tzinfo=UTC)
SECRET = "letter-box-key"
BOX = ChannelId("box")
NOBODY = ChannelId("")


@attrs.frozen(kw_only=True)
class LetterBox:
    """
    A channel that does everything right, in as few lines as that takes.
    """

    id: ChannelId = BOX
    secret: str = attrs.field(default=SECRET, repr=False)

    def read(self, delivery: Delivery) -> Reading:
        """Return the one letter in *delivery*."""
        return guarded(
            lambda: self.opened(delivery), max_bytes=10_000, size=len(delivery.body)
        )

    def opened(self, delivery: Delivery) -> Reading:
        """Return what is in *delivery*, should it be sealed rightly."""
        given = (delivery.header("X-Key") or "").encode()
        if not hmac.compare_digest(given, self.secret.encode()):
            raise Unverified("wrong-key")
        try:
            letter = json.loads(delivery.body)
        except (ValueError, RecursionError):
            raise Malformed("bad-json") from None
        if not isinstance(letter, dict) or not isinstance(letter.get("id"), str):
            raise Malformed("no-id")
        number = letter["id"].encode("ascii", "ignore").decode().replace("\0", "")
        if not number:
            raise Malformed("no-id")
        return Reading(tuple(self.outcomes(letter, number, delivery.received_at)))

    def outcomes(self, letter: Any, number: str, at: datetime) -> Iterable[Any]:
        """Yield what *letter* comes to."""
        text = letter.get("text", "")
        if "text" not in letter:
            yield Ignored(
                channel=self.id,
                external_id=number,
                reason="unknown_event",
                detail="no text",
                received_at=at,
            )
            return
        yield Inbound(
            channel=self.id,
            kind="message",
            external_id=number,
            received_at=at,
            conversation="c1",
            text=self.cleaned(text) if isinstance(text, str) else "",
        )

    def cleaned(self, text: str) -> str:
        """Return *text* without what can't be stored."""
        return text.encode("utf-8", "replace").decode().replace("\0", "")

    def render(self, reply: Reply) -> Outgoing:
        """Describe a letter back."""
        return Outgoing(method="POST", url="", body=reply.text.encode(), key=reply.id)


def letter(body: object, key: str = SECRET) -> Delivery:
    """
    Return a delivery of *body* sealed with *key*.
    """
    return Delivery(
        body=json.dumps(body).encode(), received_at=NOW, headers=(("X-Key", key),)
    )


class LetterBoxContract(ChannelContract):
    """
    What the letter box says of itself; *box* is the one to judge.
    """

    box: Callable[[], Any] = LetterBox

    def make(self) -> Channel:
        """Return a box."""
        box: Channel = type(self).box()
        return box

    def samples(self) -> Iterable[Delivery]:
        """Return two letters."""
        return [letter({"id": "1", "text": "Hello"}), letter({"id": "2", "text": ""})]

    def forged(self) -> Iterable[Delivery]:
        """Return letters with other keys."""
        return [letter({"id": "1", "text": "x"}, key) for key in ("", "no", SECRET[1:])]

    def unknown(self) -> Iterable[Delivery]:
        """Return a parcel."""
        return [letter({"id": "3", "parcel": True})]

    def secrets(self) -> Iterable[str]:
        """Return the key."""
        return [SECRET]

    def replies(self) -> Iterable[Reply]:
        """Return one reply."""
        to = ContactPoint(kind="box", value="1")
        yield Reply(id="r1", text="Hi", to=to, conversation="c1", sent_at=NOW)

    def peer(self, outgoing: Outgoing) -> Delivery:
        """Return a letter with the same text."""
        return letter({"id": "9", "text": outgoing.body.decode()})


class TestLetterBox(LetterBoxContract):
    """
    The right letter box keeps every clause.
    """


# -- each of these breaks one clause -------------------------------------------------


@attrs.frozen(kw_only=True)
class Nameless(LetterBox):
    """
    Has no id.
    """

    id: ChannelId = NOBODY


class Silent(LetterBox):
    """
    Accounts for no letter without words.
    """

    def outcomes(self, letter: Any, number: str, at: datetime) -> Iterable[Any]:
        """Yield nothing for an empty text."""
        if letter == {"id": "2", "text": ""}:
            return ()
        return super().outcomes(letter, number, at)


class Chatty(LetterBox):
    """
    Says in words what it found.
    """

    def read(self, delivery: Delivery) -> Reading:
        """Return a list where a tuple is due."""
        reading = super().read(delivery)
        if b'"Hello"}' not in delivery.body:
            return reading
        return Reading([*reading.outcomes], reading.answer)  # type: ignore[arg-type]


class Failing(LetterBox):
    """
    Answers a server's error, for the platform to come again.
    """

    def read(self, delivery: Delivery) -> Reading:
        """Return 500 for an empty letter."""
        reading = super().read(delivery)
        is_bad = delivery.body == b'{"id": "2", "text": ""}'
        return attrs.evolve(reading, answer=Answer(status=500)) if is_bad else reading


class Numberless(LetterBox):
    """
    Gives a second key that is empty.
    """

    def outcomes(self, letter: Any, number: str, at: datetime) -> Iterable[Any]:
        """Yield inbounds with an empty key beside the right one."""
        for one in super().outcomes(letter, number, at):
            yield attrs.evolve(one, also=("",)) if isinstance(one, Inbound) else one


class Late(LetterBox):
    """
    Tells another time than that of the delivery.
    """

    def outcomes(self, letter: Any, number: str, at: datetime) -> Iterable[Any]:
        """Yield outcomes an hour late."""
        return super().outcomes(letter, number, at + timedelta(hours=1))


class Counting(LetterBox):
    """
    Remembers what it has read.
    """

    seen: list[int] = []  # noqa: RUF012 - the fault to be found

    def cleaned(self, text: str) -> str:
        """Return *text* with a number that grows."""
        if text != "Hello":
            return super().cleaned(text)
        self.seen.append(1)
        return f"{text} {len(self.seen)}"


class Polite(LetterBox):
    """
    Answers a stranger as a friend.
    """

    def read(self, delivery: Delivery) -> Reading:
        """Return 200 for what is not authentic."""
        return Reading(super().read(delivery).outcomes, ACCEPTED)


class Curious(LetterBox):
    """
    Parses first and asks for the key then.
    """

    def opened(self, delivery: Delivery) -> Reading:
        """Return what is wrong with the letter before what is wrong with the key."""
        try:
            json.loads(delivery.body)
        except (ValueError, RecursionError):
            raise Malformed("bad-json") from None
        return super().opened(delivery)


class Guessing(LetterBox):
    """
    Takes what it doesn't know for a letter.
    """

    def outcomes(self, letter: Any, number: str, at: datetime) -> Iterable[Any]:
        """Yield a letter for everything."""
        return super().outcomes({"text": "", **letter}, number, at)


@attrs.frozen(kw_only=True)
class Open(LetterBox):
    """
    Shows its key.
    """

    secret: str = SECRET


class Brittle(LetterBox):
    """
    Trusts that bytes are text.
    """

    def opened(self, delivery: Delivery) -> Reading:
        """Raise on what is not ASCII, unless it is nearly a letter."""
        if delivery.header("X-Key") == SECRET and delivery.body[:5] != b'{"id"':
            delivery.body[:5].decode("ascii")
        return super().opened(delivery)


class Trusting(LetterBox):
    """
    Trusts that a text is text, should the rest be in order.
    """

    def outcomes(self, letter: Any, number: str, at: datetime) -> Iterable[Any]:
        """Raise where the text is a number."""
        if letter.keys() == {"id", "text"}:
            len(letter["text"] or "")
        return super().outcomes(letter, number, at)


class Shouting(LetterBox):
    """
    Sends other words than it was given.
    """

    def render(self, reply: Reply) -> Outgoing:
        """Describe the reply in capitals."""
        return super().render(attrs.evolve(reply, text=reply.text.upper()))


class Raw(LetterBox):
    """
    Keeps texts as JSON spells them.
    """

    def cleaned(self, text: str) -> str:
        """Return *text* as it is."""
        return text


BROKEN = {
    Nameless: "test_it_is_a_channel",
    Silent: "test_samples_are_accounted_for",
    Chatty: "test_outcomes_are_outcomes",
    Failing: "test_answers_have_a_status",
    Numberless: "test_external_ids_are_given",
    Late: "test_outcomes_know_where_they_belong",
    Counting: "test_same_delivery_twice",
    Polite: "test_forged_makes_nothing",
    Curious: "test_verified_before_parsed",
    Guessing: "test_unknown_kinds_are_ignored",
    Open: "test_secrets_are_hidden",
    Brittle: "test_any_bytes",
    Trusting: "test_broken_samples",
    Shouting: "test_replies_can_be_read_back",
    Raw: "test_texts_can_be_stored",
}


def failing(box: type) -> set[str]:
    """
    Return the clauses that fail for *box*.
    """
    contract = type("Judged", (LetterBoxContract,), {"box": box})()
    failed = set()
    for clause in clauses(ChannelContract):
        try:
            getattr(contract, clause)()
        except Exception:  # noqa: BLE001 - a raising adapter fails its clause
            failed.add(clause)
    return failed


def clauses(contract: type) -> list[str]:
    """
    Return the names of the clauses of *contract*.
    """
    return [name for name in vars(contract) if name.startswith("test_")]


class TestClauses:
    @pytest.mark.parametrize("box", BROKEN, ids=lambda box: box.__name__)
    def test_fails_alone(self, box: type) -> None:
        """
        A box with one fault fails the one clause that is about it.
        """
        assert {BROKEN[box]} == failing(box)

    def test_each_has_its_box(self) -> None:
        """
        There is a broken box for every clause.
        """
        assert sorted(clauses(ChannelContract)) == sorted(BROKEN.values())

    def test_each_has_a_number(self) -> None:
        """
        Every clause has an id, counted without a gap.
        """
        docs = [getattr(ChannelContract, name).__doc__ for name in BROKEN.values()]
        numbers = sorted(doc.strip()[:5] for doc in docs)

        assert [f"CH-{n:02}" for n in range(1, len(BROKEN) + 1)] == numbers

    def test_skips_say_why(self) -> None:
        """
        A clause about what was not given is skipped, not passed.
        """

        class Bare(LetterBoxContract):
            def forged(self) -> Iterable[Delivery]:
                return ()

        with pytest.raises(pytest.skip.Exception) as caught:
            Bare().test_forged_makes_nothing()

        assert "no forged deliveries are given" in str(caught.value)

    def test_needs_samples(self) -> None:
        """
        A contract without samples fails: it would say nothing.
        """

        class Empty(LetterBoxContract):
            def samples(self) -> Iterable[Delivery]:
                return ()

        with pytest.raises(AssertionError):
            Empty().test_same_delivery_twice()

    def test_forbidden(self) -> None:
        """
        The answer that the protocol gives to a stranger keeps the clause.
        """
        assert FORBIDDEN == LetterBox().read(letter({}, "x")).answer


class TestLacks:
    def test_not_collected(self) -> None:
        """
        The clauses about what a platform can't have are no tests.
        """

        class Plain(LetterBoxContract):
            lacks = ("forged", "unknown")

        assert [
            "test_forged_makes_nothing",
            "test_unknown_kinds_are_ignored",
            "test_verified_before_parsed",
        ] == sorted(
            name for name in clauses(ChannelContract) if not getattr(Plain, name)
        )

    def test_taken_back(self) -> None:
        """
        A class below can have what the one above lacks.
        """

        class Plain(LetterBoxContract):
            lacks = ("forged",)

        class Sealed(Plain):
            lacks = ()

        assert Plain.test_forged_makes_nothing is None
        assert (
            ChannelContract.test_forged_makes_nothing
            is Sealed.test_forged_makes_nothing
        )

    def test_replies_are_there(self) -> None:
        """
        An adapter that describes replies can't say that it has none.
        """

        class Mute(LetterBoxContract):
            lacks = ("replies",)

        with pytest.raises(AssertionError):
            Mute().test_it_is_a_channel()

    def test_without_peer(self) -> None:
        """
        Where nobody can answer, replies are described all the same.
        """

        class Shy(LetterBoxContract):
            lacks = ("peer",)
            rendered: ClassVar[list[str]] = []

            class box(LetterBox):  # noqa: N801 - an attribute
                def render(self, reply: Reply) -> Outgoing:
                    Shy.rendered.append(reply.id)
                    return super().render(reply)

            def peer(self, outgoing: Outgoing) -> Delivery:
                raise NotImplementedError

        Shy().test_replies_can_be_read_back()

        assert ["r1"] == Shy.rendered
