"""
Instagram: what an account's webhook comes to, and how to reply.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from leadflow.channels import Ignored, Inbound, Outcome, Reply, ReplyingChannel
from leadflow.channels.instagram import InstagramChannel
from leadflow.errors import DefinitionError, Refused
from leadflow.values import ContactPoint
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
ACCOUNT = "17841405822304914"
ANNA = "1008372609250235"
CHANNEL = InstagramChannel(
    id="ig",
    account_id=ACCOUNT,
    app_secret=APP_SECRET,
    verify_token=VERIFY_TOKEN,
    access_token=ACCESS_TOKEN,
    comments=True,
)


def event(**fields: Any) -> dict[str, Any]:
    """
    Return a body with one messaging event of Anna's.
    """
    usual = {"sender": {"id": ANNA}, "recipient": {"id": ACCOUNT}, "timestamp": 1}
    entry = {"id": ACCOUNT, "messaging": [{**usual, **fields}]}
    return {"object": "instagram", "entry": [entry]}


def comment(**fields: Any) -> dict[str, Any]:
    """
    Return a body with one comment of Anna's.
    """
    value = {"id": "178", "from": {"id": ANNA, "username": "anna"}, **fields}
    changes = [{"field": "comments", "value": value}]
    return {"object": "instagram", "entry": [{"id": ACCOUNT, "changes": changes}]}


def read(body: object, channel: InstagramChannel = CHANNEL) -> Outcome:
    """
    Return the one outcome of *body*.
    """
    [outcome] = channel.read(hook(body)).outcomes
    return outcome


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
    sample = event(message={"mid": "m_1", "text": "№ 1"})


class TestOwnShapes:
    """
    What Instagram has and Messenger has not.
    """

    def test_deletion_of_nothing(self) -> None:
        """
        A message taken back that has no id changes no touch.
        """
        outcome = read(event(message={"is_deleted": True}))
        assert isinstance(outcome, Ignored)

        assert "service_message" == outcome.reason

    def test_comments_are_left_alone(self) -> None:
        """
        A comment opens no lead where the settings don't say so (R10).
        """
        outcome = read(comment(text="Price?"), attrs.evolve(CHANNEL, comments=False))
        assert isinstance(outcome, Ignored)

        assert "channel_post" == outcome.reason

    def test_no_machine_answers_a_comment(self) -> None:
        """
        Who comments in public is not written to by a machine.
        """
        outcome = read(comment(text="Price?"))
        assert isinstance(outcome, Inbound)

        assert (True, True, False) == (
            outcome.judgement.human,
            outcome.judgement.may_open,
            outcome.judgement.may_answer,
        )


REPLY = Reply(
    id="r1",
    text="Hello",
    to=ContactPoint(kind="instagram", value=ANNA),
    last_inbound_at=NOW,
    sent_at=NOW,
)


def sent(channel: InstagramChannel = CHANNEL, **changes: Any) -> Any:
    """
    Return the body of the reply with *changes*.
    """
    return json.loads(channel.render(attrs.evolve(REPLY, **changes)).body)


class TestReply:
    """
    A reply goes back to who wrote (R8).
    """

    @pytest.mark.parametrize(
        ("changes", "url"),
        [
            ({}, f"https://graph.facebook.com/v23.0/{ACCOUNT}/messages"),
            ({"sender_id": "42"}, "https://graph.facebook.com/v23.0/42/messages"),
            (
                {"api": "https://graph.instagram.com"},
                f"https://graph.instagram.com/v23.0/{ACCOUNT}/messages",
            ),
        ],
        ids=["account", "page", "business login"],
    )
    def test_where(self, changes: dict[str, Any], url: str) -> None:
        """
        Who sends depends on how the account is connected.
        """
        assert url == attrs.evolve(CHANNEL, **changes).render(REPLY).url

    def test_body(self) -> None:
        """
        Within 24 hours it is a response.
        """
        assert {
            "recipient": {"id": ANNA},
            "messaging_type": "RESPONSE",
            "message": {"text": "Hello"},
        } == sent()

    def test_private_reply(self) -> None:
        """
        A comment may have one private reply within seven days.
        """
        body = sent(conversation="c/178", sent_at=NOW + timedelta(days=7))

        assert {
            "recipient": {"comment_id": "178"},
            "message": {"text": "Hello"},
        } == body

    @pytest.mark.parametrize(
        ("rule", "changes"),
        [
            ("window-closed", {"sent_at": NOW + timedelta(hours=25)}),
            (
                "window-closed",
                {"conversation": "c/178", "sent_at": NOW + timedelta(days=8)},
            ),
            ("no-recipient", {"conversation": "c/"}),
            ("no-recipient", {"conversation": "c/../1"}),
            ("never-wrote", {"last_inbound_at": None}),
            ("too-long", {"text": "щ" * 501}),
        ],
        ids=range(6),
    )
    def test_refused(self, rule: str, changes: dict[str, Any]) -> None:
        """
        What Instagram would not take is refused before it is sent.
        """
        with pytest.raises(Refused) as caught:
            sent(**changes)

        assert f"instagram.reply.{rule}" == caught.value.rule

    @pytest.mark.parametrize("text", ["щ" * 500, "x" * 1000])
    def test_longest(self, text: str) -> None:
        """
        Exactly 1000 bytes of UTF-8 fit.
        """
        assert text == sent(text=text)["message"]["text"]


class TestSettings:
    """
    Settings are checked when they are made (R45).
    """

    @pytest.mark.parametrize(
        ("given", "rule"),
        [
            ({"app_secret": ""}, "empty-secret"),
            ({"account_id": "@our_shop"}, "wrong-account-id"),
            ({"sender_id": "our-page"}, "wrong-sender-id"),
            ({"longest": 0}, "wrong-limit"),
        ],
    )
    def test_refused(self, given: dict[str, Any], rule: str) -> None:
        """
        Settings that can't be right are refused with the rule.
        """
        with pytest.raises(DefinitionError) as caught:
            attrs.evolve(CHANNEL, **given)

        assert [rule] == [problem.rule for problem in caught.value.problems]
