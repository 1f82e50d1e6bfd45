"""
What the readers of VK's events share: settings, keys of messages, who wrote.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs

from leadflow.channels._form_fields import Vocabulary
from leadflow.channels._meta import LONGEST_MARK, ident
from leadflow.channels._webhook import whole_number
from leadflow.channels.outcomes import Fetch
from leadflow.values import ChannelId, ContactPoint


if TYPE_CHECKING:
    from leadflow.channels._event import Event, Json
    from leadflow.channels.outcomes import IgnoredReason, Outcome


__all__ = (
    "CHATS",
    "NETWORK",
    "Rules",
    "contact_of",
    "ignored",
    "key_of",
    "message_key",
    "peer_of",
    "sender_of",
    "short",
)

NETWORK = "vk"
CHATS = 2_000_000_000
"""From here on a peer is a chat of many."""


@attrs.frozen(kw_only=True)
class Rules:
    """
    Hold the settings that decide what an event comes to.

    *fetch* describes the fetching of a message that was cut, by its peer and its
    number there; None leaves it cut.
    """

    channel: ChannelId
    group_id: int
    allow_chats: bool
    comments: bool
    price_digits: int
    region: str
    vocabulary: Vocabulary
    fetch: Callable[[int, int], Fetch] | None


def key_of(event: Event) -> str:
    """
    Return the id of an event, or the digest of its delivery.
    """
    return ident(event.around.get("event_id")) or event.spare_id


def ignored(event: Event, reason: IgnoredReason, detail: str) -> Outcome:
    """
    Return that *event* is nobody's attention, and whom it concerned.
    """
    user = 0
    for name in ("from_id", "user_id", "reacted_id", "liker_id"):
        user = user or whole_number(event.data.get(name)) or 0
    return event.ignored(
        reason,
        detail,
        key=key_of(event),
        contact_points=contact_of(user) if user > 0 else (),
    )


def contact_of(user: int) -> tuple[ContactPoint, ...]:
    """
    Return the contact point of a user: nothing but the id is told.
    """
    return (ContactPoint(kind=NETWORK, value=str(user), raw=str(user)),)


def message_key(peer: int, message: Json) -> str:
    """
    Return the key of a message in its conversation, empty if it has no number.

    The number that counts in a conversation is there in chats too; the other one
    is the community's own, and 0 in chats.
    """
    number = whole_number(message.get("conversation_message_id"))
    if number is not None and number > 0:
        return f"{peer}/{number}"
    number = whole_number(message.get("id"))
    return f"{peer}/m{number}" if number is not None and number > 0 else ""


def sender_of(message: Json) -> int:
    """
    Return who wrote: a person, a community (negative) or nobody (0).
    """
    for name in ("from_id", "user_id"):
        if (user := whole_number(message.get(name))) is not None:
            return user
    return 0


def peer_of(message: Json) -> int:
    """
    Return where it was written: a person or a chat of many.
    """
    peer = whole_number(message.get("peer_id"))
    if peer is not None:
        return peer
    chat = whole_number(message.get("chat_id"))
    return CHATS + chat if chat is not None and chat > 0 else sender_of(message)


def short(text: str) -> str:
    """
    Return *text* cut to what a mark of a source may hold.
    """
    return text[:LONGEST_MARK]
