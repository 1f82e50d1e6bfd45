"""
Where a Telegram message stands, as the key of its conversation.

A chat's id is enough in a private chat.  A business account's chats, a forum's
topics and the topics of a channel's direct messages are told apart beside it,
since the same id means another conversation there:

    42                  a private chat with the bot, or a group
    -100200/t7          topic 7 of a forum
    -100200/d9          topic 9 of a channel's direct messages
    bAbC/42             the chat of a business account that is connected as AbC
    gXyZ                a guest message, that only its query can answer
"""

from __future__ import annotations

import re

import attrs

from leadflow.channels._webhook import json_object, text_of, whole_number


__all__ = ("Place",)

_KEY = re.compile(
    r"(?:b(?P<business>.{1,128})/)?(?P<chat>-?[0-9]{1,19})"
    r"(?:/t(?P<thread>[0-9]{1,19})|/d(?P<topic>[0-9]{1,19}))?"
)
_LONGEST_TOKEN = 128


@attrs.frozen(kw_only=True)
class Place:
    """
    Name a conversation, and the messages in it.
    """

    chat: int
    business: str = ""
    thread: int = 0
    topic: int = 0
    guest_query: str = ""

    @classmethod
    def of(cls, message: object) -> Place | None:
        """Return the place of *message*, None if it names no chat."""
        data = json_object(message)
        chat = whole_number(json_object(data.get("chat")).get("id"))
        if chat is None:
            return None
        # In other groups a thread is only the tree of replies.
        thread = data.get("message_thread_id") if data.get("is_topic_message") else 0
        topic = json_object(data.get("direct_messages_topic")).get("topic_id")
        return cls(
            chat=chat,
            business=_token(data.get("business_connection_id")),
            thread=max(0, whole_number(thread) or 0),
            topic=max(0, whole_number(topic) or 0),
            guest_query=_token(data.get("guest_query_id")),
        )

    @classmethod
    def parse(cls, key: str) -> Place | None:
        """Return the place that *key* names, None if it names none."""
        if key[:1] == "g":
            return cls(chat=0, guest_query=key[1:])
        found = _KEY.fullmatch(key)
        if found is None:
            return None
        return cls(
            chat=int(found["chat"]),
            business=found["business"] or "",
            thread=int(found["thread"] or 0),
            topic=int(found["topic"] or 0),
        )

    @property
    def key(self) -> str:
        """Return the conversation's key."""
        if self.guest_query:
            return f"g{self.guest_query}"
        topic = f"/t{self.thread}" if self.thread else ""
        topic = f"/d{self.topic}" if self.topic else topic
        return f"{self._chat}{topic}"

    @property
    def _chat(self) -> str:
        return f"b{self.business}/{self.chat}" if self.business else str(self.chat)

    def message(self, message_id: object) -> str:
        """
        Return the key of a message here, empty where its id is no name.

        Messages are counted chat by chat; 0 stands for what has no number yet
        or never gets one (ephemeral, scheduled).
        """
        number = whole_number(message_id)
        return f"{self._chat}/{number}" if number else ""

    def message_of(self, key: str) -> int:
        """Return the number of the message that *key* names here, 0 if it is none."""
        chat, _, number = key.rpartition("/")
        if chat != self._chat or not re.fullmatch(r"[0-9]{1,19}", number):
            return 0
        return int(number)


def _token(value: object) -> str:
    text = text_of(value)
    return text if len(text) <= _LONGEST_TOKEN else ""
