"""
What one update of a Telegram bot comes to, kind by kind.

A lead comes from what a person writes to us: a message in a private chat, to a
connected business account or to a channel, a pressed button, and where the rules
allow it a message in a group or to a guest bot.  Everything else is told by its
name and makes none; a kind of update that is not known yet is accounted for in
the same way, since Telegram adds some every few months.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

import attrs

from leadflow.channels._telegram_content import SERVICE, Content, Json, content_of
from leadflow.channels._telegram_person import (
    contact_points_of,
    own_phone_of,
    person_of,
    remarks_of,
)
from leadflow.channels._telegram_place import Place
from leadflow.channels._webhook import (
    excerpt,
    instant,
    json_object,
    text_of,
    whole_number,
)
from leadflow.channels.outcomes import (
    PERSON,
    Amendment,
    ContactChange,
    Ignored,
    IgnoredReason,
    Inbound,
    Judgement,
    Outcome,
)
from leadflow.errors import Malformed
from leadflow.values import ChannelId, ContactPoint, Source


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


__all__ = ("NETWORK", "Rules", "Update", "outcomes_of", "update_of")

NETWORK = "telegram"

_START = re.compile(r"/start(?:@\w{1,64})? ([A-Za-z0-9_-]{1,64})")
_COMMAND = re.compile(r"/\w{1,32}@(\w{1,64})")
_NO_SOURCE = Source()

_IGNORED: Mapping[str, IgnoredReason] = {
    "channel_post": "channel_post",
    "edited_channel_post": "channel_post",
    "business_connection": "account_notice",
    "message_reaction": "reaction",
    "message_reaction_count": "reaction",
    "inline_query": "typing",
    "chosen_inline_result": "service_message",
    "shipping_query": "service_message",
    "pre_checkout_query": "service_message",
    "purchased_paid_media": "service_message",
    "poll": "service_message",
    "poll_answer": "service_message",
    "chat_member": "permission_change",
    "chat_join_request": "subscription_change",
    "chat_boost": "subscription_change",
    "removed_chat_boost": "subscription_change",
    "managed_bot": "account_notice",
    "subscription": "subscription_change",
}


@attrs.frozen(kw_only=True)
class Rules:
    """
    Hold the settings that decide what an update comes to.
    """

    channel: ChannelId
    bot_id: int
    username: str = ""
    allow_groups: bool = False
    guest_messages: bool = False
    business_owners: frozenset[int] = frozenset()


@attrs.frozen
class Update:
    """
    Hold one update: its one *kind*, empty if none is known, and that kind's data.
    """

    rules: Rules
    id: int
    kind: str
    data: Json
    received_at: datetime
    unknown: tuple[str, ...] = ()


def update_of(fields: Json, rules: Rules, received_at: datetime) -> Update:
    """
    Return the update that *fields* are.

    Raises:
        Malformed: it has no ``update_id``.
    """
    number = whole_number(fields.get("update_id"))
    if number is None:
        raise Malformed("no-update-id", place="update_id")
    for kind in fields:
        if kind in _KNOWN:
            data = json_object(fields[kind])
            return Update(rules, number, kind, data, received_at)
    unknown = tuple(key for key in fields if key != "update_id")
    return Update(rules, number, "", fields, received_at, unknown)


def outcomes_of(update: Update) -> tuple[Outcome, ...]:
    """
    Return what *update* comes to: mostly one outcome, never none.

    Raises:
        Malformed: it lacks what its kind can't be without.
    """
    if not update.kind:
        reason: IgnoredReason = "unknown_event" if update.unknown else "empty"
        return (_ignored(update, reason, excerpt(", ".join(update.unknown))),)
    if update.kind in _IGNORED:
        data = update.data
        person = json_object(data.get("from") or data.get("user"))
        return (_ignored(update, _IGNORED[update.kind], update.kind, person),)
    return _READERS[update.kind](update)


def _message(update: Update) -> tuple[Outcome, ...]:
    message = update.data
    place = _place_of(update)
    if moved := whole_number(message.get("migrate_to_chat_id")):
        return (_moved(update, place, moved),)
    sender = json_object(message.get("from"))
    if found := _not_for_us(update, sender):
        return (_ignored(update, *found, sender),)
    content = content_of(message)
    if content is None:
        return (_ignored(update, *_speechless(message), sender),)
    if update.kind.startswith("edited_"):
        return (_edited(update, place, content, sender),)
    key = place.message(message.get("message_id"))
    group = text_of(message.get("media_group_id"))
    answered = json_object(message.get("reply_to_message")).get("message_id")
    in_reply_to = place.message(answered)
    start = _START.fullmatch(content.text)
    source = Source(name=NETWORK, campaign=start[1]) if start else _NO_SOURCE
    extra, reasons = remarks_of(message, content)
    own_phone = own_phone_of(message, sender)
    return (
        Inbound(
            channel=update.rules.channel,
            kind="form" if content.kind == "web_app_data" else "message",
            external_id=str(update.id),
            also=(key,) if key else (),
            received_at=update.received_at,
            sent_at=instant(message.get("date"), update.received_at),
            conversation=place.key,
            in_reply_to=(in_reply_to,) if in_reply_to else (),
            reply_to=key,
            part_of=f"{place.key}/{group}" if group else "",
            contact_points=contact_points_of(sender) + own_phone,
            person=person_of(sender),
            text=content.text,
            source=source,
            attachments=content.files,
            language=text_of(sender.get("language_code")),
            judgement=Judgement(reasons=reasons) if reasons else PERSON,
            extra=extra,
        ),
    )


def _not_for_us(update: Update, sender: Json) -> tuple[IgnoredReason, str] | None:
    """
    Return why nobody's attention stands behind a message, None if it does.
    """
    message, rules = update.data, update.rules
    chat = json_object(message.get("chat"))
    chat_type = text_of(chat.get("type"))
    sender_id = whole_number(sender.get("id"))
    if chat_type == "channel" or message.get("is_automatic_forward") is True:
        return "channel_post", "a channel's own post"
    if "sender_business_bot" in message:
        return "own_bot", "sent by a bot for the business account"
    if message.get("is_from_offline") is True:
        return "auto_reply", "sent by a greeting, an absence or a schedule"
    if sender_id is not None and sender_id == rules.bot_id:
        return "own_echo", "sent by this bot"
    if sender_id in rules.business_owners:
        return "own_echo", "sent by the owner of the business account"
    # In a private chat the other side's id is the chat's id.
    is_business = "business_message" in update.kind
    if is_business and chat_type == "private" and sender_id != chat.get("id"):
        return "own_echo", "sent by the business account"
    if sender.get("is_bot") is True:
        return "own_bot", "sent by another bot"
    if update.kind == "guest_message":
        if not rules.guest_messages:
            return "group_chat_not_allowed", "a guest message"
    elif chat_type != "private" and chat.get("is_direct_messages") is not True:
        if not update.rules.allow_groups:
            return "group_chat_not_allowed", chat_type
        command = _COMMAND.match(text_of(message.get("text")))
        if command and rules.username.lower() not in {"", command[1].lower()}:
            return "service_message", "a command for another bot"
    if sender_id is None:
        return "service_message", "no sender"
    return None


def _edited(update: Update, place: Place, content: Content, sender: Json) -> Outcome:
    of = place.message(update.data.get("message_id"))
    if not of:
        return _ignored(update, "service_message", "an edit of nothing", sender)
    return Amendment(
        channel=update.rules.channel,
        external_id=str(update.id),
        of=of,
        kind="edit",
        text=content.text,
        received_at=update.received_at,
    )


def _deleted(update: Update) -> tuple[Outcome, ...]:
    place = _place_of(update)
    numbers = update.data.get("message_ids")
    keys = [
        key
        for number in (numbers if isinstance(numbers, list) else ())
        if (key := place.message(number))
    ]
    if not keys:
        return (_ignored(update, "empty", update.kind),)
    return tuple(
        Amendment(
            channel=update.rules.channel,
            external_id=f"{update.id}/{key}",
            of=key,
            kind="deletion",
            received_at=update.received_at,
        )
        for key in dict.fromkeys(keys)
    )


def _button(update: Update) -> tuple[Outcome, ...]:
    query = update.data
    sender = json_object(query.get("from"))
    below = json_object(query.get("message"))
    place = Place.of(below)
    chat = json_object(below.get("chat"))
    chat_type = text_of(chat.get("type"))
    if whole_number(sender.get("id")) is None:
        raise Malformed("no-sender", place="callback_query.from")
    if sender.get("is_bot") is True:
        return (_ignored(update, "own_bot", "sent by another bot", sender),)
    if chat_type not in {"", "private"} and not update.rules.allow_groups:
        return (_ignored(update, "group_chat_not_allowed", chat_type, sender),)
    answered = place.message(below.get("message_id")) if place else ""
    return (
        Inbound(
            channel=update.rules.channel,
            kind="message",
            external_id=str(update.id),
            received_at=update.received_at,
            conversation=place.key if place else "",
            in_reply_to=(answered,) if answered else (),
            contact_points=contact_points_of(sender),
            person=person_of(sender),
            text=text_of(query.get("data")),
            language=text_of(sender.get("language_code")),
            judgement=Judgement(reasons=("button",)),
        ),
    )


def _membership(update: Update) -> tuple[Outcome, ...]:
    data = update.data
    chat = json_object(data.get("chat"))
    sender = json_object(data.get("from"))
    status = text_of(json_object(data.get("new_chat_member")).get("status"))
    points = contact_points_of(sender)
    if chat.get("type") != "private" or not status or not points:
        return (_ignored(update, "permission_change", status, sender),)
    return (
        ContactChange(
            channel=update.rules.channel,
            external_id=str(update.id),
            change="blocked" if status in {"kicked", "left"} else "allowed",
            was=points[0],
            person=person_of(sender),
            detail=status,
            received_at=update.received_at,
        ),
    )


def _moved(update: Update, place: Place, chat: int) -> Outcome:
    """
    Return that a group lives on under another id: its conversation does too.
    """
    there = attrs.evolve(place, chat=chat)
    return ContactChange(
        channel=update.rules.channel,
        external_id=str(update.id),
        change="moved",
        was=ContactPoint(kind=NETWORK, value=str(place.chat)),
        now=(ContactPoint(kind=NETWORK, value=str(chat)),),
        detail=there.key,
        received_at=update.received_at,
    )


def _ignored(
    update: Update,
    reason: IgnoredReason,
    detail: str,
    sender: Json | None = None,
) -> Ignored:
    return Ignored(
        channel=update.rules.channel,
        external_id=str(update.id),
        reason=reason,
        detail=detail,
        contact_points=contact_points_of(sender) if sender else (),
        received_at=update.received_at,
    )


def _place_of(update: Update) -> Place:
    place = Place.of(update.data)
    if place is None:
        raise Malformed("no-chat", place=f"{update.kind}.chat.id")
    return place


def _speechless(message: Json) -> tuple[IgnoredReason, str]:
    """
    Return what a message without words, files or place is ignored as.
    """
    for key in message:
        if key in SERVICE:
            return "service_message", key
    unknown = ", ".join(key for key in message if key not in _FRAME)
    return "unknown_event", excerpt(unknown)


_FRAME = frozenset({"business_connection_id", "chat", "date", "from", "message_id"})


_READERS: Mapping[str, Callable[[Update], tuple[Outcome, ...]]] = {
    "message": _message,
    "edited_message": _message,
    "business_message": _message,
    "edited_business_message": _message,
    "guest_message": _message,
    "deleted_business_messages": _deleted,
    "callback_query": _button,
    "my_chat_member": _membership,
}
_KNOWN = frozenset({*_READERS, *_IGNORED})
