"""
WhatsApp Cloud API: what a webhook comes to, who may send one, and how to reply.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from leadflow.channels import (
    ContactChange,
    Ignored,
    Inbound,
    Outcome,
    Receipt,
    Reply,
    ReplyingChannel,
)
from leadflow.channels.whatsapp import WhatsAppChannel
from leadflow.errors import DefinitionError, Malformed, Refused
from leadflow.values import Attachment, ContactPoint, Money
from tests.channels._golden import delivery_of, golden_of, sample_paths, shown
from tests.channels._hooks import (
    ACCESS_TOKEN,
    APP_SECRET,
    NOW,
    VERIFY_TOKEN,
    MetaDoor,
    hook,
    sealed,
)


SAMPLES = Path(__file__).parent / "samples"
NUMBER_ID = "106540352242922"
CHANNEL = WhatsAppChannel(
    id="wa",
    phone_number_id=NUMBER_ID,
    app_secret=APP_SECRET,
    verify_token=VERIFY_TOKEN,
    access_token=ACCESS_TOKEN,
)


def change(field: str = "messages", **value: Any) -> dict[str, Any]:
    """
    Return a body with one change of *field*.
    """
    metadata = {"display_phone_number": "74951234567", "phone_number_id": NUMBER_ID}
    return {
        "object": "whatsapp_business_account",
        "entry": [
            {"changes": [{"field": field, "value": {"metadata": metadata, **value}}]}
        ],
    }


def message(**fields: Any) -> dict[str, Any]:
    """
    Return the body of a message with *fields*.
    """
    usual = {"from": "79161234567", "id": "wamid.1", "timestamp": "1778493600"}
    return change(messages=[{**usual, **fields}])


def read(body: object, channel: WhatsAppChannel = CHANNEL) -> Outcome:
    """
    Return the one outcome of *body*.
    """
    [outcome] = channel.read(hook(body)).outcomes
    return outcome


def said(channel: WhatsAppChannel = CHANNEL, **fields: Any) -> Inbound:
    """
    Return the inbound that a message with *fields* is.
    """
    outcome = read(message(**fields), channel)
    assert isinstance(outcome, Inbound), outcome
    return outcome


def text(body: str = "Hi", **fields: Any) -> Inbound:
    """
    Return the inbound that a text is.
    """
    return said(type="text", text={"body": body}, **fields)


class TestSamples:
    @pytest.mark.parametrize("path", sample_paths(SAMPLES), ids=lambda p: p.stem)
    def test_golden(self, path: Path) -> None:
        """
        Every sample comes to the outcomes and the answer kept beside it.
        """
        assert golden_of(path) == shown(CHANNEL.read(sealed(delivery_of(path))))

    def test_replies(self) -> None:
        """
        The adapter has the shape that the protocol asks of one that replies.
        """
        assert isinstance(CHANNEL, ReplyingChannel)


class TestDoor(MetaDoor):
    channel = CHANNEL
    sample = message(type="text", text={"body": "№ 1"})


class TestWhoWrites:
    """
    A person is known by user id first and number second; both can be missing.
    """

    @pytest.mark.parametrize(
        ("ids", "contact", "expected"),
        [
            ({}, {"wa_id": "79161234567", "user_id": "RU.1"}, "RU.1"),
            ({"from_user_id": "RU.1"}, {}, "RU.1"),
            ({"from": None, "from_user_id": "RU.1"}, {"user_id": "RU.1"}, "RU.1"),
            ({"from": None}, {"user_id": "RU.1"}, "RU.1"),
            ({}, {"wa_id": "1", "user_id": "RU.2"}, "79161234567"),
            ({}, {}, "79161234567"),
        ],
        ids=["by number", "told", "by id", "alone", "another's", "number only"],
    )
    def test_conversation(
        self, ids: dict[str, Any], contact: dict[str, str], expected: str
    ) -> None:
        """
        The conversation is keyed by the user id where there is one.
        """
        body = message(type="text", text={"body": "a"}, **ids)
        body["entry"][0]["changes"][0]["value"]["contacts"] = [contact]
        outcome = read(body)
        assert isinstance(outcome, Inbound)

        assert expected == outcome.conversation

    def test_names_of_many(self) -> None:
        """
        In a body about several people each message has its own writer's name.
        """
        frame = {"timestamp": "1", "type": "text", "text": {"body": "a"}}
        body = change(
            contacts=[
                {"profile": {"name": "Anna"}, "wa_id": "79161234567"},
                {
                    "profile": {"name": "Boris"},
                    "wa_id": "79267654321",
                    "user_id": "RU.2",
                },
            ],
            messages=[
                {**frame, "id": "wamid.1", "from_user_id": "RU.2"},
                {**frame, "id": "wamid.2", "from": "79161234567"},
                {**frame, "id": "wamid.3", "from": "79000000000"},
            ],
        )
        names = [
            one.person.name
            for one in CHANNEL.read(hook(body)).outcomes
            if isinstance(one, Inbound)
        ]

        assert ["Boris", "Anna", ""] == names

    def test_number_is_a_phone_too(self) -> None:
        """
        A caller is recognised by the number that writes.
        """
        kinds = [(p.kind, p.value) for p in text().contact_points]

        assert [("whatsapp", "+79161234567"), ("phone", "+79161234567")] == kinds

    def test_number_that_nobody_can_dial(self) -> None:
        """
        Mexico's form of a number is the account, and no phone.
        """
        [point] = text(**{"from": "5215512345678"}).contact_points

        assert ("whatsapp", "+5215512345678") == (point.kind, point.value)

    def test_moved_to_nowhere(self) -> None:
        """
        A changed number that names no new one changes nothing.
        """
        outcome = read(message(type="system", system={"type": "user_changed_number"}))
        assert isinstance(outcome, Ignored)

        assert "service_message" == outcome.reason

    def test_moved_in_the_old_form(self) -> None:
        """
        Older versions of the API name the new number in another field.
        """
        system = {"type": "customer_changed_number", "new_wa_id": "79267654321"}
        outcome = read(message(type="system", system=system))
        assert isinstance(outcome, ContactChange)

        assert "+79267654321" == outcome.now[0].value


class TestGroups:
    """
    The settings say whether a group may open leads (R10).
    """

    def test_allowed(self) -> None:
        """
        A message in a group is an inbound of the group's conversation.
        """
        channel = attrs.evolve(CHANNEL, allow_groups=True)
        found = said(channel, type="text", text={"body": "a"}, group_id="1203")

        assert "g/1203" == found.conversation

    def test_receipts_apart(self) -> None:
        """
        The receipts of two members of a group are two.
        """
        told = {"id": "wamid.1", "status": "read"}
        ids = [
            one.external_id
            for one in CHANNEL.read(
                hook(
                    change(
                        statuses=[
                            {**told, "recipient_participant_id": "1"},
                            {**told, "recipient_participant_id": "2"},
                        ]
                    )
                )
            ).outcomes
            if isinstance(one, Receipt)
        ]

        assert ["wamid.1/read/1", "wamid.1/read/2"] == ids


class TestContent:
    """
    What a message says, in whatever form.
    """

    @pytest.mark.parametrize(
        ("price", "currency", "expected"),
        [
            (30, "ILS", 3000),
            (0.1 + 0.2, "USD", 30),
            ("19.99", "EUR", 1999),
            (1.234, "KWD", 1234),
            (1500, "JPY", 1500),
            (-1, "USD", None),
            (float("inf"), "USD", None),
            (True, "USD", None),
            ("a lot", "USD", None),
            (1, "dollars", None),
            (10**30, "USD", None),
        ],
        ids=range(11),
    )
    def test_price(self, price: object, currency: str, expected: int | None) -> None:
        """
        A price comes in whole units and is kept in minor ones.
        """
        item = {"product_retailer_id": "a", "item_price": price, "currency": currency}
        [product] = said(type="order", order={"product_items": [item]}).products

        assert expected == (product.price.minor if product.price else None)

    @pytest.mark.parametrize("other", ["EUR", None])
    def test_no_amount_of_unlike_prices(self, other: str | None) -> None:
        """
        An order has an amount only when all prices are known in one currency.
        """
        items = [
            {"product_retailer_id": "a", "item_price": 1, "currency": "USD"},
            {"product_retailer_id": "b", "item_price": 1, "currency": other},
        ]

        assert said(type="order", order={"product_items": items}).amount is None

    def test_amount(self) -> None:
        """
        The amount of an order is the sum over all its pieces.
        """
        item = {"product_retailer_id": "a", "item_price": 1.5, "currency": "USD"}
        order = {"product_items": [{**item, "quantity": 3}, item]}

        assert Money(600, "USD") == said(type="order", order=order).amount

    def test_endless_order(self) -> None:
        """
        Of an order without end a thousand products are kept, and no wrong amount.
        """
        item = {"product_retailer_id": "a", "item_price": 1, "currency": "USD"}
        found = said(type="order", order={"product_items": [item] * 1500})

        assert (1000, None) == (len(found.products), found.amount)

    @pytest.mark.parametrize("quantity", [0, -1, None, "x", True, 10**9, 1.5])
    def test_quantity(self, quantity: object) -> None:
        """
        A quantity that is none is one.
        """
        item = {"product_retailer_id": "a", "quantity": quantity}
        [product] = said(type="order", order={"product_items": [item]}).products

        assert 1 == product.quantity

    @pytest.mark.parametrize(
        ("answers", "extra"),
        [
            ("[1]", (("response_json", "[1]"),)),
            ("not json", (("response_json", "not json"),)),
            ('{"flow_token":"t"}', ()),
            ("", ()),
            ('{"a":{"b":["c"]}}', (("a[b]", "c"),)),
        ],
    )
    def test_flow(self, answers: str, extra: object) -> None:
        """
        The answers of a flow are kept, whatever they are.
        """
        reply = {"type": "nfm_reply", "nfm_reply": {"response_json": answers}}

        assert extra == said(type="interactive", interactive=reply).extra

    @pytest.mark.parametrize("latitude", [None, "1", 1e400, True, 91])
    def test_no_place(self, latitude: object) -> None:
        """
        A location that is nowhere gives no text.
        """
        place = {"latitude": latitude, "longitude": 1.0}

        assert "" == said(type="location", location=place).text

    @pytest.mark.parametrize("media", [None, {}, {"id": ""}, {"id": []}, "x"])
    def test_no_file(self, media: object) -> None:
        """
        A file without an id can't be fetched and is none.
        """
        assert () == said(type="image", image=media).attachments

    def test_card_is_not_the_sender(self) -> None:
        """
        A shared card is somebody else's, however well it is known.
        """
        card = {"phones": [{"wa_id": "79267654321"}]}

        assert "+79267654321" not in [
            p.value for p in said(type="contacts", contacts=[card]).contact_points
        ]


class TestCalls:
    """
    A call makes one touch, at its end.
    """

    def call(self, **fields: Any) -> Outcome:
        """Return what a call of Anna's to us comes to."""
        usual = {"id": "wacid.1", "from": "79161234567", "direction": "USER_INITIATED"}
        return read(change("calls", calls=[{**usual, **fields}]))

    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ({"start_time": "1778493500"}, "answered"),
            ({}, "missed"),
            ({"status": "FAILED"}, "missed"),
            ({"status": ["FAILED"], "direction": "BUSINESS_INITIATED"}, "failed"),
            ({"status": "COMPLETED", "direction": "BUSINESS_INITIATED"}, "missed"),
        ],
        ids=range(5),
    )
    def test_result(self, fields: dict[str, Any], expected: str) -> None:
        """
        A call was missed when it never started.
        """
        outcome = self.call(event="terminate", **fields)
        assert isinstance(outcome, Inbound)
        assert outcome.call is not None

        assert expected == outcome.call.result

    @pytest.mark.parametrize(
        ("duration", "seconds"),
        [(12, 12), (-5, 0), ("12", 0), (10**12, 86400), (True, 0), (None, 0)],
    )
    def test_talk(self, duration: object, seconds: int) -> None:
        """
        The time of talk is held within a day.
        """
        outcome = self.call(event="terminate", start_time="1", duration=duration)
        assert isinstance(outcome, Inbound)
        assert outcome.call is not None

        assert timedelta(seconds=seconds) == outcome.call.talk

    def test_hidden_number(self) -> None:
        """
        A call of somebody who hides the number is kept with the user id.
        """
        outcome = self.call(event="terminate", **{"from": None, "from_user_id": "RU.1"})
        assert isinstance(outcome, Inbound)

        assert "RU.1" == outcome.conversation

    def test_of_nobody(self) -> None:
        """
        A call of nobody known is kept all the same.
        """
        outcome = self.call(event="terminate", **{"from": "anonymous"})
        assert isinstance(outcome, Inbound)

        assert () == outcome.contact_points

    @pytest.mark.parametrize(
        "fields", [{"event": "levitate"}, {"direction": "SIDEWAYS"}]
    )
    def test_unknown(self, fields: dict[str, str]) -> None:
        """
        A kind of call that nobody knows yet is ignored and named.
        """
        outcome = self.call(**fields)
        assert isinstance(outcome, Ignored)

        assert "unknown_event" == outcome.reason


REPLY = Reply(
    id="r1",
    text="Hello",
    to=ContactPoint(kind="whatsapp", value="+79161234567"),
    last_inbound_at=NOW,
    sent_at=NOW,
)


def sent(**changes: Any) -> Any:
    """
    Return the body of the reply with *changes*.
    """
    return json.loads(CHANNEL.render(attrs.evolve(REPLY, **changes)).body)


class TestReply:
    """
    A reply goes back to where the person wrote (R8).
    """

    def test_described(self) -> None:
        """
        A reply is a call of the number's messages, with our id as its key.
        """
        outgoing = CHANNEL.render(REPLY)

        assert (
            "POST",
            f"https://graph.facebook.com/v23.0/{NUMBER_ID}/messages",
            "r1",
            ("Authorization", f"Bearer {ACCESS_TOKEN}"),
        ) == (outgoing.method, outgoing.url, outgoing.key, outgoing.headers[0])

    def test_body(self) -> None:
        """
        The body holds the text, whom it goes to and our id.
        """
        assert {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": "79161234567",
            "type": "text",
            "text": {"body": "Hello", "preview_url": False},
            "biz_opaque_callback_data": "r1",
        } == sent()

    @pytest.mark.parametrize(
        ("conversation", "expected"),
        [
            ("79161234567", ("individual", "79161234567", None)),
            ("RU.134-9", ("individual", None, "RU.134-9")),
            ("g/1203", ("group", "1203", None)),
        ],
    )
    def test_recipient(self, conversation: str, expected: object) -> None:
        """
        A number, a user id and a group are addressed each in its own way.
        """
        body = sent(conversation=conversation)

        assert expected == (
            body["recipient_type"],
            body.get("to"),
            body.get("recipient"),
        )

    def test_answered_message(self) -> None:
        """
        The message that is answered is cited.
        """
        assert {"message_id": "wamid.1"} == sent(answers="wamid.1")["context"]

    def test_answered_call(self) -> None:
        """
        A call can't be cited.
        """
        assert "context" not in sent(answers="wacid.1")

    @pytest.mark.parametrize(
        ("rule", "changes"),
        [
            ("never-wrote", {"last_inbound_at": None}),
            ("window-closed", {"sent_at": NOW + timedelta(hours=24, seconds=1)}),
            ("empty", {"text": " \n"}),
            ("too-long", {"text": "x" * 4097}),
            ("no-recipient", {"conversation": "nowhere"}),
            ("no-recipient", {"conversation": "g/"}),
            ("no-recipient", {"to": ContactPoint(kind="email", value="a@b.example")}),
            (
                "attachments",
                {"attachments": (Attachment(name="a", media_type="b", locator="c"),)},
            ),
        ],
        ids=range(8),
    )
    def test_refused(self, rule: str, changes: dict[str, Any]) -> None:
        """
        What WhatsApp would not take is refused before it is sent.
        """
        with pytest.raises(Refused) as caught:
            CHANNEL.render(attrs.evolve(REPLY, **changes))

        assert f"whatsapp.reply.{rule}" == caught.value.rule

    def test_at_the_very_end_of_the_window(self) -> None:
        """
        A reply may go out up to 24 hours after the last message.
        """
        assert sent(sent_at=NOW + timedelta(hours=24), text="x" * 4096)

    def test_without_a_token(self) -> None:
        """
        Without a token nothing can be sent.
        """
        with pytest.raises(Refused) as caught:
            attrs.evolve(CHANNEL, access_token="").render(REPLY)

        assert "whatsapp.no-token" == caught.value.rule

    def test_hides_the_token(self) -> None:
        """
        The token stands in no text of what is described.
        """
        described = (CHANNEL.render(REPLY), CHANNEL.file_fetch("file_id:7"))

        assert ACCESS_TOKEN not in repr(described)


class TestFiles:
    """
    A file is fetched in two steps: where it is, and then the file.
    """

    def test_where(self) -> None:
        """
        The first step asks by the file's id, with the token.
        """
        fetch = CHANNEL.file_fetch("file_id:1/../2")

        assert (
            f"https://graph.facebook.com/v23.0/1%2F..%2F2?phone_number_id={NUMBER_ID}",
            (("Authorization", f"Bearer {ACCESS_TOKEN}"),),
        ) == (fetch.url, fetch.headers)

    def test_file(self) -> None:
        """
        The second step fetches from the URL that was told, with the token.
        """
        url = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1"

        assert url == CHANNEL.file_download(json.dumps({"url": url}).encode()).url

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "http://lookaside.fbsbx.com/a",
            "https://evil.example/a",
            "https://fbsbx.com.evil.example/a",
            "https://notfbsbx.com/a",
            "https://lookaside.fbsbx.com@evil.example/a",
            "https://evil.example\\.fbsbx.com/a",
            "https://[::1/a",
            7,
        ],
    )
    def test_token_goes_to_no_other_host(self, url: object) -> None:
        """
        The token is sent to Meta's hosts alone.
        """
        with pytest.raises(Malformed):
            CHANNEL.file_download(json.dumps({"url": url}).encode())

    @pytest.mark.parametrize("locator", ["", "file_id:", "part:2", "https://x/y"])
    def test_foreign(self, locator: str) -> None:
        """
        A locator of another channel is refused.
        """
        with pytest.raises(Refused) as caught:
            CHANNEL.file_fetch(locator)

        assert "whatsapp.file.foreign" == caught.value.rule


class TestSettings:
    """
    Settings are checked when they are made (R45).
    """

    @pytest.mark.parametrize(
        ("given", "rule"),
        [
            ({"app_secret": ""}, "empty-secret"),
            ({"phone_number_id": "+7 495"}, "wrong-phone-number-id"),
            ({"api": "http://graph.facebook.com"}, "wrong-url"),
            ({"graph_version": "latest"}, "wrong-version"),
            ({"longest": 0}, "wrong-limit"),
            ({"media_hosts": ()}, "no-hosts"),
        ],
    )
    def test_refused(self, given: dict[str, Any], rule: str) -> None:
        """
        Settings that can't be right are refused with the rule.
        """
        with pytest.raises(DefinitionError) as caught:
            attrs.evolve(CHANNEL, **given)

        assert [rule] == [problem.rule for problem in caught.value.problems]
