"""
Telegram bots: what an update comes to, who may send one, and how to reply.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from leadflow.channels import (
    Amendment,
    Delivery,
    Ignored,
    Inbound,
    Outcome,
    Reply,
    ReplyingChannel,
)
from leadflow.channels.telegram import TelegramChannel
from leadflow.errors import DefinitionError, Malformed, Refused, Unverified
from leadflow.values import Attachment, ContactPoint, Source
from tests.channels._golden import delivery_of, golden_of, sample_paths, shown


SAMPLES = Path(__file__).parent / "samples"
NOW = datetime(2026, 5, 11, 10, 0, 30, tzinfo=UTC)
SECRET = "Hook_secret-4711"
TOKEN = "42:AAF-very-secret_token"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
HEADERS = ((HEADER, SECRET),)
CHANNEL = TelegramChannel(
    id="tg", bot_id=42, secret_token=SECRET, token=TOKEN, username="our_bot"
)
ANNA = {"id": 701, "is_bot": False, "first_name": "Anna"}
PRIVATE = {"id": 701, "type": "private"}
GROUP = {"id": -100200, "type": "supergroup", "title": "Neighbours"}


def delivery(update: object, *, raw: bytes | None = None) -> Delivery:
    """
    Return the delivery of *update*, or of *raw*.
    """
    body = json.dumps(update).encode() if raw is None else raw
    return Delivery(body=body, received_at=NOW, headers=HEADERS)


def message(**fields: Any) -> dict[str, Any]:
    """
    Return a private message of Anna's with *fields*.
    """
    usual = {"message_id": 11, "date": 1778493600, "chat": PRIVATE, "from": ANNA}
    return {**usual, **fields}


def read(channel: TelegramChannel = CHANNEL, **kinds: Any) -> Outcome:
    """
    Return the one outcome of an update of *kinds*.
    """
    [outcome] = channel.read(delivery({"update_id": 7, **kinds})).outcomes
    return outcome


def said(channel: TelegramChannel = CHANNEL, **fields: Any) -> Inbound:
    """
    Return the inbound that a message with *fields* is.
    """
    outcome = read(channel, message=message(**fields))
    assert isinstance(outcome, Inbound), outcome
    return outcome


def reason(channel: TelegramChannel = CHANNEL, **kinds: Any) -> str:
    """
    Return what an update of *kinds* is ignored as.
    """
    outcome = read(channel, **kinds)
    assert isinstance(outcome, Ignored), outcome
    return outcome.reason


class TestSamples:
    @pytest.mark.parametrize("path", sample_paths(SAMPLES), ids=lambda p: p.stem)
    def test_golden(self, path: Path) -> None:
        """
        Every sample comes to the outcomes and the answer kept beside it.
        """
        assert golden_of(path) == shown(CHANNEL.read(delivery_of(path, HEADERS)))

    def test_replies(self) -> None:
        """
        The adapter has the shape that the protocol asks of one that replies.
        """
        assert isinstance(CHANNEL, ReplyingChannel)


class TestAuthenticity:
    """
    What does not carry the secret token makes nothing (R11).
    """

    @pytest.mark.parametrize(
        "given",
        [
            "",
            "x",
            SECRET + "x",
            SECRET[:-1],
            SECRET.lower(),
            "секрет",
            "\udcff\0",
            None,
        ],
    )
    def test_wrong_token(self, given: str | None) -> None:
        """
        A wrong token of any length and in any letters is forbidden.
        """
        headers = () if given is None else ((HEADER, given),)
        forged = Delivery(body=b"{", received_at=NOW, headers=headers)

        reading = CHANNEL.read(forged)

        assert (403, (Unverified("wrong-secret-token"),)) == (
            reading.answer.status,
            reading.outcomes,
        )

    def test_any_case_of_the_header(self) -> None:
        """
        The header's name compares without case.
        """
        given = Delivery(
            body=b'{"update_id":1}',
            received_at=NOW,
            headers=((HEADER.lower(), SECRET),),
        )

        assert 200 == CHANNEL.read(given).answer.status

    def test_fetched(self) -> None:
        """
        Updates that we fetched ourselves need no token.
        """
        channel = attrs.evolve(CHANNEL, secret_token=None)
        given = Delivery(body=b'{"update_id":1}', received_at=NOW)

        assert 200 == channel.read(given).answer.status

    def test_not_a_post(self) -> None:
        """
        Anything but a POST is answered 405.
        """
        given = Delivery(body=b"", received_at=NOW, method="GET")

        assert 405 == CHANNEL.read(given).answer.status


class TestUnreadable:
    """
    What can't be read is answered 200: else Telegram sends it for ever.
    """

    @pytest.mark.parametrize(
        ("raw", "expected"),
        [
            (b"", "bad-json"),
            (b"\xff", "not-utf-8"),
            (b"[" * 70, "too-deep"),
            (b'{"a":' * 200_000, "too-deep"),
            (b'{"update_id":' + b"9" * 5000 + b"}", "bad-json"),
            (b'{"update_id":99999999999999999999}', "no-update-id"),
            (b'{"update_id":true}', "no-update-id"),
            (b'{"update_id":1.0}', "no-update-id"),
            (b'{"update_id":NaN}', "no-update-id"),
            (b"[1]", "no-update-id"),
            (b'{"update_id":1,"message":[]}', "no-chat"),
            (b'{"update_id":1,"message":null}', "no-chat"),
            (b'{"update_id":1,"callback_query":{"id":"1"}}', "no-sender"),
        ],
        ids=range(13),
    )
    def test_reason(self, raw: bytes, expected: str) -> None:
        """
        Each way of being unreadable has a name.
        """
        reading = CHANNEL.read(delivery(None, raw=raw))
        [outcome] = reading.outcomes
        assert isinstance(outcome, Malformed)

        assert (expected, 200) == (outcome.reason, reading.answer.status)

    def test_too_large(self) -> None:
        """
        A body over the limit is refused before any other work.
        """
        small = attrs.evolve(CHANNEL, max_bytes=10)

        assert 413 == small.read(delivery(None, raw=b"x" * 11)).answer.status

    def test_brackets_in_a_text(self) -> None:
        """
        Brackets in a text are no depth.
        """
        assert "[{" * 500 == said(text="[{" * 500).text

    def test_excerpt_hides_secrets(self) -> None:
        """
        A secret that stands in a broken body stays out of the excerpt.
        """
        [outcome] = CHANNEL.read(delivery(None, raw=TOKEN.encode())).outcomes

        assert "very-secret" not in repr(vars(outcome))

    def test_bom(self) -> None:
        """
        A byte order mark in front is no harm.
        """
        raw = b"\xef\xbb\xbf" + json.dumps({"update_id": 1}).encode()

        assert isinstance(CHANNEL.read(delivery(None, raw=raw)).outcomes[0], Ignored)


class TestUnknown:
    """
    Telegram adds kinds of updates and of content all the time.
    """

    def test_update_of_an_unknown_kind_is_ignored_and_named(self) -> None:
        """
        An update of a kind that nobody knows yet is ignored, never an error.
        """
        outcome = read(teleportation={"from": ANNA})

        assert ("unknown_event", "teleportation") == (
            outcome.reason,  # type: ignore[union-attr]
            outcome.detail,  # type: ignore[union-attr]
        )

    def test_content_of_an_unknown_kind(self) -> None:
        """
        A message of a kind that nobody knows yet is ignored and named.
        """
        assert "unknown_event" == reason(message=message(smell={"note": "rose"}))

    def test_known_kind_beside_an_unknown_field(self) -> None:
        """
        Fields that came later don't hide the message.
        """
        outcome = read(version=11, message=message(text="hi", mood="good"))

        assert isinstance(outcome, Inbound)


class TestCountedOnce:
    """
    An update counts once (R5).
    """

    def test_keys(self) -> None:
        """
        The update's id is the key, the message's place a second one.
        """
        found = said(text="hi")

        assert ("7", ("701/11",)) == (found.external_id, found.also)

    def test_message_without_a_number(self) -> None:
        """
        Message 0 has no second key: it is the number of many.
        """
        assert () == said(message_id=0, text="hi").also

    def test_business_chats_apart(self) -> None:
        """
        The same chat and number in a business account are another message.
        """
        outcome = read(business_message=message(text="a", business_connection_id="Ab"))

        assert ("bAb/701/11",) == outcome.also  # type: ignore[union-attr]

    def test_album(self) -> None:
        """
        The updates of one album are parts of one touch.
        """
        one = said(media_group_id="9", photo=[{"file_id": "a"}])
        two = said(media_group_id="9", photo=[{"file_id": "b"}], message_id=12)

        assert "701/9" == one.part_of == two.part_of

    def test_edit_finds_its_message(self) -> None:
        """
        An edit names the key of the message that it changes.
        """
        outcome = read(edited_message=message(text="b"))
        assert isinstance(outcome, Amendment)

        assert said(text="a").also == (outcome.of,)


class TestNotALead:
    """
    What is no person's attention makes no lead (R12).
    """

    @pytest.mark.parametrize(
        ("expected", "fields"),
        [
            ("own_bot", {"from": {"id": 5, "is_bot": True}}),
            ("own_echo", {"from": {"id": 42, "is_bot": True}}),
            ("own_bot", {"sender_business_bot": {"id": 42}}),
            ("auto_reply", {"is_from_offline": True}),
            ("channel_post", {"chat": {"id": -1, "type": "channel"}}),
            ("channel_post", {"chat": GROUP, "is_automatic_forward": True}),
            ("group_chat_not_allowed", {"chat": GROUP}),
            ("group_chat_not_allowed", {"chat": {"id": 1, "type": "hive"}}),
            ("service_message", {"from": None}),
        ],
        ids=range(9),
    )
    def test_message(self, expected: str, fields: dict[str, Any]) -> None:
        """
        A message that nobody wrote to us is ignored with its reason.
        """
        assert expected == reason(message=message(text="hi", **fields))

    @pytest.mark.parametrize(
        "key", ["pinned_message", "new_chat_members", "giveaway", "users_shared"]
    )
    def test_service_message(self, key: str) -> None:
        """
        A service message tells of something that happened.
        """
        assert "service_message" == reason(message=message(**{key: {}}))

    def test_owner_of_the_business(self) -> None:
        """
        In a customer's chat only the customer is not us.
        """
        ours = message(text="a", business_connection_id="A", **{"from": {"id": 9}})

        assert "own_echo" == reason(business_message=ours)

    def test_named_owner(self) -> None:
        """
        The owners that the settings name are us in any chat.
        """
        channel = attrs.evolve(CHANNEL, business_owners=[701])

        assert "own_echo" == reason(channel, message=message(text="a"))

    def test_edit_of_nothing(self) -> None:
        """
        An edit of what has no number can change no touch.
        """
        assert "service_message" == reason(
            edited_message=message(message_id=0, text="b")
        )

    def test_deletion_of_nothing(self) -> None:
        """
        A deletion that names no message is empty.
        """
        deleted = {"business_connection_id": "A", "chat": PRIVATE, "message_ids": None}

        assert "empty" == reason(deleted_business_messages=deleted)

    def test_bot_that_presses_buttons(self) -> None:
        """
        A button that a bot pressed is nobody's.
        """
        query = {"id": "5", "from": {"id": 5, "is_bot": True}, "data": "x"}

        assert "own_bot" == reason(callback_query=query)


class TestPolicy:
    """
    The settings say what else may open a lead (R10).
    """

    def test_groups(self) -> None:
        """
        A message in a group is an inbound where groups are allowed.
        """
        channel = attrs.evolve(CHANNEL, allow_groups=True)
        found = said(channel, chat=GROUP, text="hi")

        assert ("-100200", (("chat_title", "Neighbours"),)) == (
            found.conversation,
            found.extra,
        )

    def test_command_for_another_bot(self) -> None:
        """
        A command for another bot in a group is not for us.
        """
        channel = attrs.evolve(CHANNEL, allow_groups=True)
        command = message(chat=GROUP, text="/help@other_bot")

        assert "service_message" == reason(channel, message=command)

    def test_command_for_us(self) -> None:
        """
        A command for us is ours in whatever case.
        """
        channel = attrs.evolve(CHANNEL, allow_groups=True)

        assert "/help@Our_Bot" == said(channel, chat=GROUP, text="/help@Our_Bot").text

    def test_guest(self) -> None:
        """
        A guest message is an inbound where guests are allowed.
        """
        channel = attrs.evolve(CHANNEL, guest_messages=True)
        guest = message(chat=GROUP, text="hi", guest_query_id="q7")

        assert "gq7" == read(channel, guest_message=guest).conversation  # type: ignore[union-attr]

    def test_button_in_a_group(self) -> None:
        """
        A button in a group needs leave as a message does, and is answered.
        """
        query = {"id": "5", "from": ANNA, "message": {"chat": GROUP}, "data": "x"}
        reading = CHANNEL.read(delivery({"update_id": 1, "callback_query": query}))

        assert b"answerCallbackQuery" in reading.answer.body


class TestStart:
    """
    A deep link tells what made the person come.
    """

    @pytest.mark.parametrize("command", ["/start", "/start@our_bot"])
    def test_payload(self, command: str) -> None:
        """
        The payload of a start is the campaign.
        """
        found = said(text=f"{command} ad_7-x")

        assert Source(name="telegram", campaign="ad_7-x") == found.source

    @pytest.mark.parametrize(
        "text", ["/start", "/start ", "/start a b", "/start " + "x" * 65, "/starting x"]
    )
    def test_no_payload(self, text: str) -> None:
        """
        What can't be a payload is only text.
        """
        assert not said(text=text).source


class TestContent:
    """
    What a message says, in whatever form.
    """

    @pytest.mark.parametrize(
        "phone", [{"user_id": 702}, {"user_id": None}, {"user_id": True}, {}]
    )
    def test_foreign_phone(self, phone: dict[str, Any]) -> None:
        """
        A phone that is not clearly the sender's own is no contact point.
        """
        contact = {"phone_number": "79161234567", "first_name": "P", **phone}

        assert ["telegram"] == [p.kind for p in said(contact=contact).contact_points]

    def test_own_phone(self) -> None:
        """
        The sender's own phone is one, and needs no plus.
        """
        contact = {"phone_number": "79161234567", "user_id": 701}
        [_, point] = said(contact=contact).contact_points

        assert ("phone", "+79161234567", "79161234567") == (
            point.kind,
            point.value,
            point.raw,
        )

    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("../../x.pdf", "x.pdf"),
            ("C:\\temp\\x.pdf", "x.pdf"),
            ("..", "document-u1"),
            ("a\r\nb\0.txt", "ab.txt"),
            ("", "document-u1"),
            (7, "document-u1"),
        ],
    )
    def test_file_name(self, given: object, kept: str) -> None:
        """
        A file's name leads nowhere.
        """
        file = {"file_id": "F", "file_unique_id": "u1", "file_name": given}

        assert [kept] == [a.name for a in said(document=file).attachments]

    @pytest.mark.parametrize("given", ["text/html\r\nX: y", "nonsense", None, 5])
    def test_media_type(self, given: object) -> None:
        """
        A media type that can't be one is not taken over.
        """
        [file] = said(voice={"file_id": "F", "mime_type": given}).attachments

        assert "audio/ogg" == file.media_type

    @pytest.mark.parametrize(
        ("content", "names"),
        [
            ({"sticker": {"file_id": "S", "is_video": True}}, ["sticker-.webm"]),
            (
                {"live_photo": {"file_id": "L"}, "photo": [{"file_id": "P"}]},
                ["photo-.jpg", "live_photo-.mp4"],
            ),
            ({"video_note": {"file_id": "V"}}, ["video_note-.mp4"]),
            ({"audio": {"file_id": "A"}}, ["audio-.mp3"]),
        ],
        ids=["sticker", "live photo", "video note", "audio"],
    )
    def test_files(self, content: dict[str, Any], names: list[str]) -> None:
        """
        Every kind of file comes with a name that tells its kind.
        """
        assert names == [file.name for file in said(**content).attachments]

    @pytest.mark.parametrize(
        ("content", "text"),
        [
            ({"dice": {"emoji": "\N{GAME DIE}", "value": 3}}, "\N{GAME DIE}"),
            ({"game": {"title": "Chess"}}, "Chess"),
            ({"game": {}}, ""),
            ({"story": {"id": 1}}, ""),
            ({"poll": "odd"}, ""),
        ],
        ids=["dice", "game", "nameless game", "story", "odd"],
    )
    def test_texts(self, content: dict[str, Any], text: str) -> None:
        """
        What has no text of its own goes by the word that stands for it.
        """
        assert text == said(**content).text

    @pytest.mark.parametrize("file", [None, [], [None], {}, {"file_id": 5}, "x"])
    def test_no_file(self, file: object) -> None:
        """
        A file without an id can't be fetched and is none.
        """
        assert () == said(photo=file).attachments

    @pytest.mark.parametrize("latitude", [None, "1", 1e400, float("nan"), True, 200])
    def test_no_place(self, latitude: object) -> None:
        """
        A location that is nowhere gives no text.
        """
        assert "" == said(location={"latitude": latitude, "longitude": 1.0}).text

    @pytest.mark.parametrize("date", [None, "", "x", -5, 0, True, [], float("nan")])
    def test_no_time(self, date: object) -> None:
        """
        A date that is none leaves only the time of receipt.
        """
        assert said(text="a", date=date).sent_at is None

    @pytest.mark.parametrize(
        ("date", "expected"),
        [
            (1778493600, datetime(2026, 5, 11, 10, tzinfo=UTC)),
            ("1778493600", datetime(2026, 5, 11, 10, tzinfo=UTC)),
            (1778493600000, datetime(2026, 5, 11, 10, tzinfo=UTC)),
            (5, datetime(2000, 1, 1, tzinfo=UTC)),
            (10**18, NOW + timedelta(days=1)),
            (1e300, NOW + timedelta(days=1)),
        ],
    )
    def test_time(self, date: object, expected: datetime) -> None:
        """
        Seconds and milliseconds are told apart, and held within reason.
        """
        assert expected == said(text="a", date=date).sent_at


REPLY = Reply(
    id="r1",
    text="Hello",
    to=ContactPoint(kind="telegram", value="701"),
    last_inbound_at=NOW,
    sent_at=NOW,
)


def sent(**changes: Any) -> Any:
    """
    Return the body of the reply with *changes*.
    """
    return json.loads(CHANNEL.render(attrs.evolve(REPLY, **changes)).body)


def refused(channel: TelegramChannel = CHANNEL, **changes: Any) -> str:
    """
    Return the rule by which the reply with *changes* is refused.
    """
    with pytest.raises(Refused) as caught:
        channel.render(attrs.evolve(REPLY, **changes))
    return caught.value.rule


class TestReply:
    """
    A reply goes back to where the person wrote (R8).
    """

    def test_described(self) -> None:
        """
        A reply is a call of sendMessage with our id as its key.
        """
        outgoing = CHANNEL.render(REPLY)

        assert ("POST", f"https://api.telegram.org/bot{TOKEN}/sendMessage", "r1") == (
            outgoing.method,
            outgoing.url,
            outgoing.key,
        )

    def test_hides_the_token(self) -> None:
        """
        The token stands in no text of what is described.
        """
        texts = repr((CHANNEL, CHANNEL.render(REPLY), CHANNEL.file_fetch("file_id:x")))

        assert TOKEN not in texts

    def test_to_the_person(self) -> None:
        """
        Without a conversation it goes to the person.
        """
        assert {"chat_id": 701, "text": "Hello"} == sent()

    @pytest.mark.parametrize(
        ("conversation", "expected"),
        [
            ("-100200/t7", {"chat_id": -100200, "message_thread_id": 7}),
            ("-100400/d9", {"chat_id": -100400, "direct_messages_topic_id": 9}),
            ("bA/b_9/701", {"chat_id": 701, "business_connection_id": "A/b_9"}),
        ],
    )
    def test_place(self, conversation: str, expected: dict[str, object]) -> None:
        """
        Topic and business account come from the conversation.
        """
        assert {"text": "Hello", **expected} == sent(conversation=conversation)

    def test_answered_message(self) -> None:
        """
        The message that is answered is cited, should it still be there.
        """
        body = sent(conversation="701", answers="701/11")

        assert {"message_id": 11, "allow_sending_without_reply": True} == body[
            "reply_parameters"
        ]

    @pytest.mark.parametrize("answers", ["11", "702/11", "bA/701/11", "701/x", "5001"])
    def test_other_message(self, answers: str) -> None:
        """
        What is no message of this chat is not cited.
        """
        assert "reply_parameters" not in sent(conversation="701", answers=answers)

    def test_guest(self) -> None:
        """
        A guest message is answered through its query.
        """
        body = sent(conversation="gq7")

        assert ("q7", "Hello") == (
            body["guest_query_id"],
            body["result"]["input_message_content"]["message_text"],
        )

    @pytest.mark.parametrize(
        ("rule", "changes"),
        [
            ("never-wrote", {"last_inbound_at": None}),
            ("empty", {"text": " \n"}),
            ("empty", {"text": ""}),
            ("too-long", {"text": "x" * 4097}),
            ("too-long", {"text": "\N{GRINNING FACE}" * 2049}),
            ("no-chat", {"conversation": "nowhere"}),
            ("no-chat", {"to": ContactPoint(kind="phone", value="+79161234567")}),
            ("no-chat", {"to": ContactPoint(kind="telegram", value="", raw="@a")}),
            (
                "window",
                {"conversation": "bA/701", "sent_at": NOW + timedelta(hours=25)},
            ),
            (
                "attachments",
                {"attachments": (Attachment(name="a", media_type="b", locator="c"),)},
            ),
        ],
        ids=range(10),
    )
    def test_refused(self, rule: str, changes: dict[str, Any]) -> None:
        """
        What Telegram would not take is refused before it is sent.
        """
        assert f"telegram.reply.{rule}" == refused(**changes)

    def test_without_a_token(self) -> None:
        """
        Without a token nothing can be sent.
        """
        assert "telegram.no-token" == refused(attrs.evolve(CHANNEL, token=""))

    @pytest.mark.parametrize("text", ["x" * 4096, "\N{GRINNING FACE}" * 2048])
    def test_longest(self, text: str) -> None:
        """
        Exactly 4096 UTF-16 units fit.
        """
        assert text == sent(text=text)["text"]

    def test_private_chats_have_no_window(self) -> None:
        """
        A bot may write to its own chats however long they were silent.
        """
        assert 701 == sent(sent_at=NOW + timedelta(days=400))["chat_id"]


class TestFiles:
    """
    A file is fetched in two steps: where it is, and then the file.
    """

    def test_where(self) -> None:
        """
        The first step asks by the file's id.
        """
        fetch = CHANNEL.file_fetch("file_id:AgAC/&x")

        assert (
            f"https://api.telegram.org/bot{TOKEN}/getFile?file_id=AgAC%2F%26x"
            == fetch.url
        )

    @pytest.mark.parametrize("locator", ["", "file_id:", "part:2", "https://x/y"])
    def test_foreign(self, locator: str) -> None:
        """
        A locator of another channel is refused.
        """
        with pytest.raises(Refused) as caught:
            CHANNEL.file_fetch(locator)

        assert "telegram.file.foreign" == caught.value.rule

    def test_file(self) -> None:
        """
        The second step fetches from the path that Telegram told.
        """
        answer = b'{"ok":true,"result":{"file_path":"documents/file_1.tar.gz"}}'

        assert (
            f"https://api.telegram.org/file/bot{TOKEN}/documents/file_1.tar.gz"
            == CHANNEL.file_download(answer).url
        )

    @pytest.mark.parametrize(
        "answer",
        [
            b"",
            b"[]",
            b'{"ok":false,"error_code":400}',
            b'{"ok":true,"result":{}}',
            b'{"ok":true,"result":{"file_path":"../../secret"}}',
            b'{"ok":true,"result":{"file_path":"a?b"}}',
            b'{"ok":true,"result":{"file_path":"//evil.example/x"}}',
        ],
    )
    def test_no_file(self, answer: bytes) -> None:
        """
        An answer that names no file, or one elsewhere, is malformed.
        """
        with pytest.raises(Malformed):
            CHANNEL.file_download(answer)


class TestSettings:
    """
    Settings are checked when they are made (R45).
    """

    @pytest.mark.parametrize(
        ("given", "rule"),
        [
            ({"secret_token": ""}, "wrong-secret-token"),
            ({"secret_token": "with space"}, "wrong-secret-token"),
            ({"secret_token": "x" * 257}, "wrong-secret-token"),
            ({"token": "43:abc"}, "token-of-another-bot"),
            ({"username": "@our_bot"}, "wrong-username"),
        ],
    )
    def test_refused(self, given: dict[str, Any], rule: str) -> None:
        """
        Settings that can't be right are refused with the rule.
        """
        with pytest.raises(DefinitionError) as caught:
            attrs.evolve(CHANNEL, **given)

        assert [rule] == [problem.rule for problem in caught.value.problems]
