"""
Messenger: what a page's webhook comes to, and how to reply.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from leadflow.channels import (
    FetchingChannel,
    Ignored,
    Inbound,
    Outcome,
    Reply,
    ReplyingChannel,
)
from leadflow.channels.messenger import MessengerChannel
from leadflow.errors import DefinitionError, Malformed, Refused
from leadflow.values import Attachment, ContactPoint
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
PAGE = "1755847768034402"
ANNA = "5031927841"
CHANNEL = MessengerChannel(
    id="fb",
    page_id=PAGE,
    app_secret=APP_SECRET,
    verify_token=VERIFY_TOKEN,
    access_token=ACCESS_TOKEN,
)


def event(**fields: Any) -> dict[str, Any]:
    """
    Return a body with one messaging event of Anna's.
    """
    usual = {
        "sender": {"id": ANNA},
        "recipient": {"id": PAGE},
        "timestamp": 1778493600000,
    }
    entry = {"id": PAGE, "messaging": [{**usual, **fields}]}
    return {"object": "page", "entry": [entry]}


def read(body: object, channel: MessengerChannel = CHANNEL) -> Outcome:
    """
    Return the one outcome of *body*.
    """
    [outcome] = channel.read(hook(body)).outcomes
    return outcome


def said(channel: MessengerChannel = CHANNEL, **message: Any) -> Inbound:
    """
    Return the inbound that a message with these fields is.
    """
    outcome = read(event(message={"mid": "m_1", **message}), channel)
    assert isinstance(outcome, Inbound), outcome
    return outcome


def reason(body: object, channel: MessengerChannel = CHANNEL) -> str:
    """
    Return what *body* is ignored as.
    """
    outcome = read(body, channel)
    assert isinstance(outcome, Ignored), outcome
    return outcome.reason


class TestSamples:
    @pytest.mark.parametrize("path", sample_paths(SAMPLES), ids=lambda p: p.stem)
    def test_golden(self, path: Path) -> None:
        """
        Every sample comes to the outcomes and the answer kept beside it.
        """
        assert golden_of(path) == shown(CHANNEL.read(sealed(delivery_of(path))))

    @pytest.mark.parametrize("shape", [ReplyingChannel, FetchingChannel])
    def test_shapes(self, shape: type) -> None:
        """
        The adapter has the shapes of one that replies and of one that fetches.
        """
        assert isinstance(CHANNEL, shape)


class TestDoor(MetaDoor):
    channel = CHANNEL
    sample = event(message={"mid": "m_1", "text": "№ 1"})


class TestMessages:
    """
    What a person writes, and what only looks like it.
    """

    def test_own_id_is_an_echo_without_its_mark(self) -> None:
        """
        What the page itself sent is ours, marked or not.
        """
        ours = event(sender={"id": PAGE}, recipient={"id": ANNA}, message={"text": "a"})

        assert "own_echo" == reason(ours)

    def test_echo_names_the_person(self) -> None:
        """
        An echo tells whom it was sent to.
        """
        ours = event(
            sender={"id": PAGE},
            recipient={"id": ANNA},
            message={"mid": "m_2", "is_echo": True, "text": "a"},
        )
        outcome = read(ours)
        assert isinstance(outcome, Ignored)

        assert [ANNA] == [point.value for point in outcome.contact_points]

    def test_message_without_an_id(self) -> None:
        """
        A message without an id is known by who wrote what and when.
        """
        outcome = read(event(message={"text": "Hi"}))
        assert isinstance(outcome, Inbound)

        assert f"{ANNA}/1778493600000/Hi" == outcome.external_id

    def test_long_id(self) -> None:
        """
        An id longer than any key should be is kept as its digest.
        """
        outcome = read(event(message={"mid": "m" * 5000, "text": "Hi"}))
        assert isinstance(outcome, Inbound)

        assert 71 == len(outcome.external_id)

    @pytest.mark.parametrize(
        "stamp", [1778493600000, "1778493600", 1778493600], ids=["ms", "text", "s"]
    )
    def test_stamps(self, stamp: object) -> None:
        """
        Postbacks are documented with a text of seconds, messages with milliseconds.
        """
        outcome = read(event(postback={"title": "a", "payload": "b"}, timestamp=stamp))
        assert isinstance(outcome, Inbound)
        assert outcome.sent_at is not None

        assert 1778493600 == outcome.sent_at.timestamp()

    @pytest.mark.parametrize(
        "message", [{}, {"mid": "m_1"}, {"text": ""}, {"attachments": "x"}, {"nlp": {}}]
    )
    def test_empty(self, message: dict[str, Any]) -> None:
        """
        A message that says nothing is empty.
        """
        assert "empty" == reason(event(message=message))

    def test_attachment_of_a_later_kind(self) -> None:
        """
        Somebody sent it, so it is kept, whatever it may be.
        """
        found = said(attachments=[{"type": "dream", "payload": {"title": "T"}}])

        assert (("attachment",), (("dream", "T"),)) == (
            found.judgement.reasons,
            found.extra,
        )

    @pytest.mark.parametrize("url", ["", "javascript:x", "http://a.example/b", None, 7])
    def test_no_file(self, url: object) -> None:
        """
        A file that is at no safe address is none.
        """
        found = said(text="a", attachments=[{"type": "image", "payload": {"url": url}}])

        assert () == found.attachments

    @pytest.mark.parametrize(
        ("payload", "text"),
        [("GET_STARTED", ""), (" get_started ", ""), ("MENU", "Press")],
    )
    def test_start(self, payload: str, text: str) -> None:
        """
        The button that opens the thread says nothing, whatever stands on it.
        """
        outcome = read(
            event(postback={"mid": "m_1", "title": "Press", "payload": payload})
        )
        assert isinstance(outcome, Inbound)

        assert text == outcome.text

    def test_own_start(self) -> None:
        """
        The settings name further payloads that only open the thread.
        """
        channel = attrs.evolve(CHANNEL, starts=["begin"])
        outcome = read(event(postback={"title": "a", "payload": "BEGIN"}), channel)
        assert isinstance(outcome, Inbound)

        assert "" == outcome.text

    def test_referral_alone_opens_nothing(self) -> None:
        """
        A referral tells where somebody came from, and is no lead by itself.
        """
        outcome = read(event(referral={"ref": "card", "source": "SHORTLINK"}))
        assert isinstance(outcome, Inbound)

        assert (False, "card") == (outcome.judgement.may_open, outcome.source.campaign)

    def test_edit_of_ours(self) -> None:
        """
        What we edited ourselves changes no touch.
        """
        ours = event(sender={"id": PAGE}, message_edit={"mid": "m_1", "text": "a"})

        assert "own_echo" == reason(ours)

    def test_edits_count_apart(self) -> None:
        """
        Two edits of one message are two amendments.
        """
        ids = {
            read(
                event(message_edit={"mid": "m", "text": "a", "num_edit": number})
            ).external_id  # type: ignore[union-attr]
            for number in (1, 2)
        }

        assert 2 == len(ids)


LEAD_AD = {
    "object": "page",
    "entry": [
        {
            "id": PAGE,
            "changes": [{"field": "leadgen", "value": {"leadgen_id": "1"}}],
        }
    ],
}


class TestPart:
    """
    One page can be two channels: its chats and its lead ads.
    """

    def test_without_lead_ads(self) -> None:
        """
        A channel without lead ads leaves them to another.
        """
        channel = attrs.evolve(CHANNEL, lead_ads=False)

        assert "other_account" == reason(LEAD_AD, channel)

    def test_without_messages(self) -> None:
        """
        A channel without messages leaves them to another.
        """
        channel = attrs.evolve(CHANNEL, messages=False)

        assert "other_account" == reason(event(message={"text": "a"}), channel)


REPLY = Reply(
    id="r1",
    text="Hello",
    to=ContactPoint(kind="messenger", value=ANNA),
    last_inbound_at=NOW,
    sent_at=NOW,
)


def sent(channel: MessengerChannel = CHANNEL, **changes: Any) -> Any:
    """
    Return the body of the reply with *changes*.
    """
    return json.loads(channel.render(attrs.evolve(REPLY, **changes)).body)


class TestReply:
    """
    A reply goes back to who wrote (R8).
    """

    def test_described(self) -> None:
        """
        A reply is a call of the page's messages, with our id as its key.
        """
        outgoing = CHANNEL.render(REPLY)

        assert (
            "POST",
            f"https://graph.facebook.com/v23.0/{PAGE}/messages",
            "r1",
            ("Authorization", f"Bearer {ACCESS_TOKEN}"),
        ) == (outgoing.method, outgoing.url, outgoing.key, outgoing.headers[0])

    def test_body(self) -> None:
        """
        Within 24 hours it is a response.
        """
        assert {
            "recipient": {"id": ANNA},
            "messaging_type": "RESPONSE",
            "message": {"text": "Hello"},
        } == sent(sent_at=NOW + timedelta(hours=24))

    def test_member_may_answer_later(self) -> None:
        """
        A member may answer for a week, where the app has leave.
        """
        channel = attrs.evolve(CHANNEL, human_agent=timedelta(days=7))
        body = sent(channel, sent_at=NOW + timedelta(days=7))

        assert ("MESSAGE_TAG", "HUMAN_AGENT") == (body["messaging_type"], body["tag"])

    def test_machine_may_not(self) -> None:
        """
        An automatic answer may not go out as a member's.
        """
        channel = attrs.evolve(CHANNEL, human_agent=timedelta(days=7))

        with pytest.raises(Refused) as caught:
            sent(channel, sent_at=NOW + timedelta(days=2), automatic=True)

        assert "messenger.reply.window-closed" == caught.value.rule

    @pytest.mark.parametrize(
        ("rule", "changes"),
        [
            ("never-wrote", {"last_inbound_at": None}),
            ("window-closed", {"sent_at": NOW + timedelta(hours=24, seconds=1)}),
            ("empty", {"text": " \n"}),
            ("too-long", {"text": "x" * 2001}),
            ("no-recipient", {"conversation": "no where"}),
            ("no-recipient", {"to": ContactPoint(kind="email", value="a@b.example")}),
            (
                "attachments",
                {"attachments": (Attachment(name="a", media_type="b", locator="c"),)},
            ),
        ],
        ids=range(7),
    )
    def test_refused(self, rule: str, changes: dict[str, Any]) -> None:
        """
        What Messenger would not take is refused before it is sent.
        """
        with pytest.raises(Refused) as caught:
            sent(**changes)

        assert f"messenger.reply.{rule}" == caught.value.rule

    def test_without_a_token(self) -> None:
        """
        Without a token nothing can be sent.
        """
        with pytest.raises(Refused) as caught:
            sent(attrs.evolve(CHANNEL, access_token=""))

        assert "messenger.no-token" == caught.value.rule

    def test_hides_the_token(self) -> None:
        """
        The token stands in no text of what is described.
        """
        assert ACCESS_TOKEN not in repr(CHANNEL.render(REPLY))


class TestSettings:
    """
    Settings are checked when they are made (R45).
    """

    @pytest.mark.parametrize(
        ("given", "rule"),
        [
            ({"app_secret": ""}, "empty-secret"),
            ({"page_id": "our-page"}, "wrong-page-id"),
            ({"api": "graph.facebook.com"}, "wrong-url"),
            ({"graph_version": "23"}, "wrong-version"),
            ({"longest": -1}, "wrong-limit"),
            ({"messages": False, "lead_ads": False}, "reads-nothing"),
            ({"lead_fields": "ad_id"}, "no-field-data"),
        ],
    )
    def test_refused(self, given: dict[str, Any], rule: str) -> None:
        """
        Settings that can't be right are refused with the rule.
        """
        with pytest.raises(DefinitionError) as caught:
            attrs.evolve(CHANNEL, **given)

        assert [rule] == [problem.rule for problem in caught.value.problems]


class TestMalformedBesideGood:
    def test_one_bad_event_takes_no_others(self) -> None:
        """
        An event that can't be read stands beside those that can.
        """
        good = event(message={"mid": "m_1", "text": "a"})
        bad = event(sender=None, message={"mid": "m_2", "text": "b"})
        both = {"object": "page", "entry": [*bad["entry"], *good["entry"]]}

        assert [Malformed, Inbound] == [
            type(one) for one in CHANNEL.read(hook(both)).outcomes
        ]

    def test_many_receipts(self) -> None:
        """
        One event can't come to more outcomes than a body may, and says so.
        """
        many = event(delivery={"mids": [f"m_{number}" for number in range(3000)]})
        outcomes = CHANNEL.read(hook(many)).outcomes

        assert (2001, Malformed("too-many-events", place="entry")) == (
            len(outcomes),
            outcomes[-1],
        )
