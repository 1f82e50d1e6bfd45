"""
VK communities: what an event comes to, who may send one, and how to reply.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.channels import (
    Amendment,
    Delivery,
    FetchingChannel,
    Ignored,
    Inbound,
    Outcome,
    PointerOnly,
    Reply,
    ReplyingChannel,
)
from leadflow.channels.vk import VkChannel
from leadflow.errors import DefinitionError, Malformed, Refused, Unverified
from leadflow.values import ContactPoint, Money, Product
from tests.channels._golden import (
    RECEIVED,
    delivery_of,
    golden_of,
    sample_paths,
    shown,
)


SAMPLES = Path(__file__).parent / "samples"
SECRET = "s3cret-4711-token"
TOKEN = "vk1.a.access-token"
CHANNEL = VkChannel(id="vk", group_id=4711, confirmation="a1b2c3d4", secret=SECRET)
WITH_TOKEN = attrs.evolve(CHANNEL, access_token=TOKEN)
ANNA = ContactPoint(kind="vk", value="701", raw="701")
COMMENT = {
    "id": 21,
    "from_id": 701,
    "text": "How wide?",
    "market_owner_id": -4711,
    "item_id": 55,
    "reply_to_comment": 20,
}


def event(kind: str, data: object, **fields: Any) -> Delivery:
    """
    Return the delivery of an event.
    """
    usual = {"type": kind, "group_id": 4711, "event_id": "e1", "secret": SECRET}
    body = json.dumps({**usual, "object": data, **fields})
    return Delivery(body=body.encode(), received_at=RECEIVED)


def read(
    kind: str, data: object, channel: VkChannel = CHANNEL, **fields: Any
) -> Outcome:
    """
    Return the one outcome of an event.
    """
    [outcome] = channel.read(event(kind, data, **fields)).outcomes
    return outcome


def message(**fields: Any) -> dict[str, Any]:
    """
    Return a message of Anna's.
    """
    usual = {"from_id": 701, "peer_id": 701, "conversation_message_id": 17}
    return {"message": {**usual, "date": 1778493600, **fields}}


def said(channel: VkChannel = CHANNEL, **fields: Any) -> Inbound:
    """
    Return the inbound that a message with *fields* is.
    """
    outcome = read("message_new", message(**fields), channel)
    assert isinstance(outcome, Inbound), outcome
    return outcome


def reply(**fields: Any) -> Reply:
    """
    Return a reply to Anna.
    """
    usual: dict[str, Any] = {
        "id": "r1",
        "text": "Hello",
        "to": ANNA,
        "conversation": "701",
        "last_inbound_at": RECEIVED,
        "sent_at": RECEIVED,
    }
    return Reply(**{**usual, **fields})


class TestSamples:
    @pytest.mark.parametrize("path", sample_paths(SAMPLES), ids=lambda p: p.stem)
    def test_golden(self, path: Path) -> None:
        """
        Every sample comes to the outcomes and the answer kept beside it.
        """
        assert golden_of(path) == shown(CHANNEL.read(delivery_of(path)))

    def test_shape(self) -> None:
        """
        The adapter replies and fetches in the shape that the protocols ask for.
        """
        assert isinstance(CHANNEL, ReplyingChannel)
        assert isinstance(CHANNEL, FetchingChannel)


class TestDoor:
    """
    What does not carry the secret makes nothing (R11).
    """

    @pytest.mark.parametrize(
        "given_secret",
        ["", "x", SECRET + "x", SECRET[:-1], SECRET.upper(), "секрет", None, 7, [], {}],
        ids=str,
    )
    def test_wrong_secret(self, given_secret: object) -> None:
        """
        A secret of another length, in other letters or of another type is refused.
        """
        reading = CHANNEL.read(event("message_new", message(), secret=given_secret))

        assert (403, (Unverified("wrong-secret"),)) == (
            reading.answer.status,
            reading.outcomes,
        )

    def test_lone_surrogate_for_a_secret(self) -> None:
        """
        Half a surrogate pair in the secret is refused like any other.
        """
        reading = CHANNEL.read(event("message_new", message(), secret="\ud800"))

        assert 403 == reading.answer.status

    @pytest.mark.parametrize("body", [b"", b"\xff", b"{", b"[]", b"[" * 5000])
    def test_unreadable_is_unverified(self, body: bytes) -> None:
        """
        What can't be read has shown no secret.
        """
        reading = CHANNEL.read(Delivery(body=body, received_at=RECEIVED))

        assert 403 == reading.answer.status

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "https://crm.example/vk",
            "https://crm.example/vk/hook-0816",
            "https://crm.example/vk/hook-0815/more",
            "https://crm.example/vk/%D1%89",
            "http://[",
            "https://crm.example/" + "x" * 10_000,
        ],
        ids=range(7),
    )
    def test_wrong_path(self, url: str) -> None:
        """
        With a secret in the path, another address is refused before parsing.
        """
        channel = attrs.evolve(CHANNEL, path_secret="hook-0815")
        given_event = attrs.evolve(event("message_new", message()), url=url)
        reading = channel.read(given_event)

        assert (Unverified("wrong-secret-in-path"),) == reading.outcomes

    def test_confirmation_with_a_wrong_secret(self) -> None:
        """
        A confirmation without the secret is not answered with the text.
        """
        reading = CHANNEL.read(event("confirmation", None, secret="nope"))

        assert (403, b"") == (reading.answer.status, reading.answer.body)

    def test_confirmation_of_another_community(self) -> None:
        """
        A confirmation for another community does not get ours.
        """
        reading = CHANNEL.read(event("confirmation", None, group_id=1))

        assert b"ok" == reading.answer.body

    def test_only_post(self) -> None:
        """
        A GET is answered 405.
        """
        got = attrs.evolve(event("message_new", message()), method="GET")

        assert 405 == CHANNEL.read(got).answer.status

    def test_too_large(self) -> None:
        """
        A body over the limit is refused before any work.
        """
        small = attrs.evolve(CHANNEL, max_bytes=10)

        assert 413 == small.read(event("message_new", message())).answer.status

    @given(text=st.text(max_size=50))
    def test_text_never_reaches_the_answer(self, text: str) -> None:
        """
        Whatever a person writes, VK hears ``ok``: some words are orders to it.
        """
        reading = CHANNEL.read(event("message_new", message(text=text)))

        assert b"ok" == reading.answer.body

    def test_retry(self) -> None:
        """
        A retry, told by its header, comes to the same outcome (R5).
        """
        first = event("message_new", message(text="a"))
        again = attrs.evolve(first, headers=(("X-Retry-Counter", "1"),))

        assert CHANNEL.read(first) == CHANNEL.read(again)

    @pytest.mark.parametrize(
        "settings",
        [
            {"group_id": 0},
            {"confirmation": "remove it"},
            {"secret": ""},
            {"price_digits": 3},
            {"longest": 9001},
            {"api": "http://api.vk.com"},
            {"fields": {"a": "nothing"}},
        ],
        ids=lambda s: next(iter(s)),
    )
    def test_settings(self, settings: dict[str, Any]) -> None:
        """
        Settings that can't be are refused when the channel is made.
        """
        with pytest.raises(DefinitionError) as caught:
            attrs.evolve(CHANNEL, **settings)

        [problem] = caught.value.problems
        assert next(iter(settings)) in problem.path


class TestMessages:
    def test_chats_by_setting(self) -> None:
        """
        A chat of many opens leads where the channel allows it.
        """
        channel = attrs.evolve(CHANNEL, allow_chats=True)

        assert "2000000005" == said(channel, text="a", peer_id=2000000005).conversation

    def test_old_chat(self) -> None:
        """
        Before 5.80 a chat was told by a number of its own.
        """
        old = {"user_id": 701, "chat_id": 5, "id": 3, "body": "a"}
        channel = attrs.evolve(CHANNEL, allow_chats=True)
        outcome = read("message_new", old, channel)
        assert isinstance(outcome, Inbound)

        assert ("2000000005", ("2000000005/m3",)) == (
            outcome.conversation,
            outcome.also,
        )

    def test_price_digits(self) -> None:
        """
        How many digits of a price are kopecks is a setting.
        """
        channel = attrs.evolve(CHANNEL, price_digits=0)
        price = {"amount": "12990", "currency": {"name": "RUB"}}
        card = {"id": 5, "owner_id": -4711, "title": "a", "price": price}
        found = said(channel, attachments=[{"type": "market", "market": card}])

        assert Money(1299000, "RUB") == found.products[0].price

    def test_old_photo(self) -> None:
        """
        Before 5.77 a photo has a field for each width; the widest counts.
        """
        photo = {
            "id": 1,
            "owner_id": 701,
            "photo_75": "https://e.com/s.jpg",
            "photo_1280": "https://e.com/l.jpg",
            "photo_604": "https://e.com/m.jpg",
        }
        found = said(attachments=[{"type": "photo", "photo": photo}])

        assert "https://e.com/l.jpg" == found.attachments[0].locator

    def test_no_strange_schemes(self) -> None:
        """
        An address that is not one of the web is no file.
        """
        doc = {"id": 1, "title": "a.pdf", "url": "file:///etc/passwd"}
        found = said(attachments=[{"type": "doc", "doc": doc}])

        assert ((), (("attached", "a.pdf"),)) == (found.attachments, found.extra)

    def test_empty(self) -> None:
        """
        A message with nothing in it is ignored as empty.
        """
        outcome = read("message_new", message(text=""))
        assert isinstance(outcome, Ignored)

        assert "empty" == outcome.reason

    def test_deep_forwards_are_cut(self) -> None:
        """
        Forwards in forwards are read three deep.
        """
        inner: dict[str, Any] = {"text": "deep"}
        for number in range(10):
            inner = {"text": f"level {9 - number}", "fwd_messages": [inner]}
        found = said(fwd_messages=[inner])

        assert ["level 0", "level 1", "level 2"] == [value for _, value in found.extra]


class TestComments:
    """
    Comments open leads only where the channel says so.
    """

    channel = attrs.evolve(CHANNEL, comments=True)

    def test_product(self) -> None:
        """
        A comment at a product is about that product (R7), and not answered by itself.
        """
        found = read("market_comment_new", COMMENT, self.channel)
        assert isinstance(found, Inbound)

        product = Product(id="market-4711_55", url="https://vk.com/market-4711_55")
        assert (
            (product,),
            "market-4711_55",
            ("market-4711_55/21",),
            ("market-4711_55/20",),
            False,
        ) == (
            found.products,
            found.conversation,
            found.also,
            found.in_reply_to,
            found.judgement.may_answer,
        )

    @pytest.mark.parametrize(
        ("change", "kind"),
        [("edit", "edit"), ("restore", "edit"), ("delete", "deletion")],
    )
    def test_changes(self, change: str, kind: str) -> None:
        """
        An edit, a restoring and a deletion amend the comment that they are of.
        """
        found = read(f"market_comment_{change}", COMMENT, self.channel)
        assert isinstance(found, Amendment)

        assert (kind, "market-4711_55/21") == (found.kind, found.of)

    @pytest.mark.parametrize(
        ("sender", "reason"), [(-4711, "own_echo"), (-5, "own_bot")]
    )
    def test_communities(self, sender: int, reason: str) -> None:
        """
        A comment by a community is nobody's attention.
        """
        data = {**COMMENT, "from_id": sender}
        found = read("market_comment_new", data, self.channel)
        assert isinstance(found, Ignored)

        assert reason == found.reason


class TestForms:
    def test_own_fields(self) -> None:
        """
        A question of one's own can be given a meaning.
        """
        channel = attrs.evolve(CHANNEL, fields={"Куда звонить?": "phone"})
        answers = [
            {"key": "q1", "question": "Куда звонить?", "answer": "8 916 123-45-67"}
        ]
        found = read("lead_forms_new", {"lead_id": 1, "answers": answers}, channel)
        assert isinstance(found, Inbound)

        assert "+79161234567" == found.contact_points[0].value

    def test_no_contact(self) -> None:
        """
        A form that leaves no contact can't be worked, and says so.
        """
        found = read("lead_forms_new", {"lead_id": 1, "answers": []})

        assert Malformed("no-contact", place="object.answers") == found


class TestCropped:
    """
    A message that was cut is fetched whole, where there is a token.
    """

    pointer = PointerOnly(
        channel="vk",
        external_id="e1",
        fetch=WITH_TOKEN.name_fetch(ANNA),
        received_at=RECEIVED,
    )

    def test_pointer(self) -> None:
        """
        The fetch names the dialogue and the message, and holds the token in its body.
        """
        outcome = read("message_new", message(text="a", is_cropped=True), WITH_TOKEN)
        assert isinstance(outcome, PointerOnly)
        fields = parse_qs(outcome.fetch.body.decode())

        assert "https://api.vk.com/method/messages.getByConversationMessageId" == (
            outcome.fetch.url
        )
        assert (["701"], ["17"], [TOKEN]) == (
            fields["peer_id"],
            fields["conversation_message_ids"],
            fields["access_token"],
        )

    def test_switched_off(self) -> None:
        """
        Where fetching is switched off, the cut text is taken and marked.
        """
        channel = attrs.evolve(WITH_TOKEN, fetch_cropped=False)

        assert ("cropped",) == said(
            channel, text="a", is_cropped=True
        ).judgement.reasons

    def _resolved(self, told: object) -> Outcome:
        answer = Delivery(body=json.dumps(told).encode(), received_at=RECEIVED)
        [outcome] = WITH_TOKEN.resolve(self.pointer, answer).outcomes
        return outcome

    def test_resolved(self) -> None:
        """
        The answer brings the whole text, and who wrote.
        """
        items = [message(text="the whole text")["message"]]
        profiles = [{"id": 701, "first_name": "Анна", "last_name": "Каренина"}]
        found = self._resolved({"response": {"items": items, "profiles": profiles}})
        assert isinstance(found, Inbound)

        assert ("e1", ("701/17",), "the whole text", "Анна Каренина") == (
            found.external_id,
            found.also,
            found.text,
            found.person.name,
        )

    def test_refused(self) -> None:
        """
        An error in the answer is told with its number.
        """
        found = self._resolved({"error": {"error_code": 15}})

        expected = Malformed("no-message", place="response.items", excerpt="error 15")
        assert expected == found

    @given(body=st.binary(max_size=100))
    def test_any_bytes(self, body: bytes) -> None:
        """
        Whatever the fetch brings, nothing is raised.
        """
        answer = Delivery(body=body, received_at=RECEIVED)

        assert WITH_TOKEN.resolve(self.pointer, answer).outcomes


class TestReplies:
    def test_fields(self) -> None:
        """
        A reply goes into the dialogue, quotes what it answers and can't be doubled.
        """
        outgoing = WITH_TOKEN.render(reply(answers="701/17"))
        again = WITH_TOKEN.render(reply(answers="701/17"))
        fields = parse_qs(outgoing.body.decode())
        quoted = json.loads(fields.pop("forward")[0])

        assert outgoing == again
        assert ["5.199"] == fields["v"]
        assert {
            "peer_id": 701,
            "conversation_message_ids": [17],
            "is_reply": True,
        } == quoted

    def test_token_is_in_no_address(self) -> None:
        """
        The token stands in the body alone.
        """
        assert (
            "https://api.vk.com/method/messages.send" == WITH_TOKEN.render(reply()).url
        )

    @given(key=st.text())
    def test_random_id(self, key: str) -> None:
        """
        Any id of ours makes a number that VK takes.
        """
        fields = parse_qs(WITH_TOKEN.render(reply(id=key)).body.decode())

        assert int(fields["random_id"][0]) in range(1, 2**31)

    def test_to_the_contact(self) -> None:
        """
        Without a conversation a reply goes to the person.
        """
        fields = parse_qs(WITH_TOKEN.render(reply(conversation="")).body.decode())

        assert ["701"] == fields["peer_id"]

    @pytest.mark.parametrize(
        ("fields", "rule"),
        [
            ({"text": "x" * 4097}, "vk.reply.too-long"),
            ({"text": " \n"}, "vk.reply.empty"),
            ({"last_inbound_at": None}, "vk.reply.never-wrote"),
            ({"conversation": "market-4711_55"}, "vk.reply.no-peer"),
            ({"conversation": "0"}, "vk.reply.no-peer"),
        ],
        ids=["too long", "empty", "never wrote", "a comment", "nobody"],
    )
    def test_refused(self, fields: dict[str, Any], rule: str) -> None:
        """
        What VK would not take is refused before it is sent.
        """
        with pytest.raises(Refused) as caught:
            WITH_TOKEN.render(reply(**fields))

        assert rule == caught.value.rule

    def test_no_token(self) -> None:
        """
        A channel without a token can't reply.
        """
        with pytest.raises(Refused) as caught:
            CHANNEL.render(reply())

        assert "vk.no-token" == caught.value.rule


class TestAnswers:
    """
    VK answers 200 also when it refuses; the body tells.
    """

    @pytest.mark.parametrize(
        "told", [{"response": 31}, {"response": [{"message_id": 31}]}], ids=str
    )
    def test_sent(self, told: object) -> None:
        """
        The answer names the message that was sent.
        """
        assert "31" == WITH_TOKEN.sent(json.dumps(told).encode())

    @pytest.mark.parametrize(
        ("code", "rule"),
        [
            (900, "vk.reply.not-allowed"),
            (901, "vk.reply.not-allowed"),
            (902, "vk.reply.not-allowed"),
            (914, "vk.reply.too-long"),
            (100, "vk.reply.refused"),
        ],
    )
    def test_refused(self, code: int, rule: str) -> None:
        """
        An error that stays is a refusal by its rule.
        """
        with pytest.raises(Refused) as caught:
            WITH_TOKEN.sent(json.dumps({"error": {"error_code": code}}).encode())

        assert rule == caught.value.rule

    @pytest.mark.parametrize("code", [6, 9, 10])
    def test_busy(self, code: int) -> None:
        """
        An error that passes asks to try again.
        """
        with pytest.raises(Malformed) as caught:
            WITH_TOKEN.sent(json.dumps({"error": {"error_code": code}}).encode())

        assert "try-again" == caught.value.reason

    def test_name(self) -> None:
        """
        A person's name is fetched by the id.
        """
        fetch = WITH_TOKEN.name_fetch(ANNA)
        users = [{"id": 701, "first_name": "Анна", "last_name": "Каренина"}]
        answer = json.dumps({"response": users}).encode()

        assert "https://api.vk.com/method/users.get" == fetch.url
        assert "Анна Каренина" == WITH_TOKEN.name(answer).name

    def test_no_name(self) -> None:
        """
        An answer that names nobody is malformed.
        """
        with pytest.raises(Malformed):
            WITH_TOKEN.name(b'{"response": []}')

    def test_name_of_a_phone(self) -> None:
        """
        A contact that is none of VK's has no name there.
        """
        with pytest.raises(Refused):
            WITH_TOKEN.name_fetch(ContactPoint(kind="phone", value="+79161234567"))
