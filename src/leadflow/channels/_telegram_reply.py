"""
What we ask of Telegram's Bot API: a reply to send, a file to fetch.

The token stands in every URL, as Telegram wants it; neither a described send nor
a described fetch shows its URL.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from leadflow.channels._telegram_place import Place
from leadflow.channels._webhook import clean, json_object, read_json, text_of
from leadflow.channels.outcomes import Fetch
from leadflow.channels.protocol import Outgoing
from leadflow.errors import Malformed, Refused


if TYPE_CHECKING:
    from leadflow.channels.protocol import Reply


__all__ = ("LONGEST", "download_of", "file_of", "send_of")

LONGEST = 4096
"""How long a text may be, in UTF-16 units, in which Telegram counts."""

_BUSINESS_WINDOW = timedelta(hours=24)
_FILE_PATH = re.compile(r"[A-Za-z0-9_-]+(?:[/.][A-Za-z0-9_-]+)*")


def _refusal(rule: str, message: str) -> Refused:
    return Refused(f"telegram.{rule}", message)


def _called(api: str, token: str, method: str) -> str:
    if not token:
        raise _refusal("no-token", "the channel has no token to send with")
    return f"{api}/bot{token}/{method}"


def send_of(reply: Reply, *, api: str, token: str) -> Outgoing:
    """
    Describe the sending of *reply*.

    Raises:
        Refused: nobody wrote first, it is empty or too long, it has
            attachments, it names no chat, or the 24 hours of a business chat
            are over.
    """
    if reply.last_inbound_at is None:
        raise _refusal("reply.never-wrote", "a bot can't write to who never wrote")
    if reply.attachments:
        raise _refusal("reply.attachments", "a reply is text alone")
    text = clean(reply.text)
    if not text.strip():
        raise _refusal("reply.empty", "the text is empty")
    if len(text.encode("utf-16-le")) // 2 > LONGEST:
        raise _refusal("reply.too-long", f"the text is longer than {LONGEST}")
    place = Place.parse(reply.conversation) if reply.conversation else None
    if place is None and not reply.conversation and reply.to.kind == "telegram":
        place = Place.parse(reply.to.value)
    if place is None:
        raise _refusal("reply.no-chat", "the reply names no chat")
    if place.guest_query:
        return _outgoing(
            _called(api, token, "answerGuestQuery"),
            _guest_answer(place.guest_query, text, reply.id),
            reply.id,
        )
    waited = reply.sent_at - reply.last_inbound_at
    if place.business and waited > _BUSINESS_WINDOW:
        raise _refusal("reply.window", "the 24 hours of a business chat are over")
    body: dict[str, object] = {"chat_id": place.chat, "text": text}
    if place.business:
        body["business_connection_id"] = place.business
    if place.thread:
        body["message_thread_id"] = place.thread
    if place.topic:
        body["direct_messages_topic_id"] = place.topic
    if answered := place.message_of(reply.answers):
        # The person may have deleted what we answer.
        body["reply_parameters"] = {
            "message_id": answered,
            "allow_sending_without_reply": True,
        }
    return _outgoing(_called(api, token, "sendMessage"), body, reply.id)


def _guest_answer(query: str, text: str, key: str) -> dict[str, object]:
    """
    Return the answer to a guest message: it takes an inline result, and one only.
    """
    return {
        "guest_query_id": query,
        "result": {
            "type": "article",
            "id": quote(key, safe="")[:64] or "1",
            "title": text[:64],
            "input_message_content": {"message_text": text},
        },
    }


def _outgoing(url: str, body: dict[str, object], key: str) -> Outgoing:
    return Outgoing(
        method="POST",
        url=url,
        headers=(("Content-Type", "application/json"),),
        body=json.dumps(body, ensure_ascii=False).encode(),
        key=key,
    )


def file_of(locator: str, *, api: str, token: str) -> Fetch:
    """
    Describe the call that tells where the file *locator* can be downloaded.

    Raises:
        Refused: *locator* is none of Telegram's.
    """
    scheme, _, file_id = locator.partition(":")
    if scheme != "file_id" or not file_id:
        raise _refusal("file.foreign", "the locator is no file id")
    query = quote(clean(file_id), safe="")
    return Fetch(method="GET", url=f"{_called(api, token, 'getFile')}?file_id={query}")


def download_of(answer: bytes, *, api: str, token: str) -> Fetch:
    """
    Describe the download, from what Telegram answered to getFile.

    Raises:
        Malformed: the answer names no file.
    """
    told = json_object(read_json(answer, without=(token,)))
    path = text_of(json_object(told.get("result")).get("file_path"))
    if told.get("ok") is not True or not _FILE_PATH.fullmatch(path):
        raise Malformed("no-file", place="result.file_path")
    return Fetch(method="GET", url=f"{_called(f'{api}/file', token, path)}")
