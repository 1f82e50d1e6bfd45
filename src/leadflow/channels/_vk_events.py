"""
What one event of a VK community comes to, kind by kind.

A lead comes from what a person writes to the community, orders in its shop or
fills into its lead form; where the rules allow it, from a chat of many and from a
comment.  Everything else is told by its name and makes none, and a kind that is
not known yet is accounted for in the same way.

Until version 5.103 the object of a new message was the message itself; since
then the message stands in it beside what the person's client can show.  Versions
before 5.80 call some fields otherwise; they are read too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadflow.channels._meta import ident
from leadflow.channels._vk_base import (
    CHATS,
    NETWORK,
    Rules,
    contact_of,
    ignored,
    key_of,
    message_key,
    peer_of,
    sender_of,
    short,
)
from leadflow.channels._vk_comments import COMMENT_CHANGES, PLACES, comment_of
from leadflow.channels._vk_content import Content, content_of
from leadflow.channels._vk_orders import lead_form_of, order_of
from leadflow.channels._webhook import instant, json_object, text_of, whole_number
from leadflow.channels.outcomes import (
    PERSON,
    Amendment,
    ContactChange,
    IgnoredReason,
    Inbound,
    Judgement,
    Outcome,
    PointerOnly,
    Receipt,
)
from leadflow.errors import Malformed
from leadflow.values import Person, Source


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from leadflow.channels._event import Event, Json


__all__ = ("outcomes_of", "said")

_NO_SOURCE = Source()
# What the API calls its languages by.
_LANGUAGES = {0: "ru", 1: "uk", 2: "be", 3: "en", 4: "es", 5: "fi", 6: "de", 7: "it"}
_LONGEST_PAYLOAD = 4096

_IGNORED: Mapping[str, IgnoredReason] = {
    "app_payload": "service_message",
    "audio_new": "channel_post",
    "donut_money_withdraw": "account_notice",
    "donut_money_withdraw_error": "account_notice",
    "donut_subscription_cancelled": "subscription_change",
    "donut_subscription_create": "subscription_change",
    "donut_subscription_expired": "subscription_change",
    "donut_subscription_price_changed": "subscription_change",
    "donut_subscription_prolonged": "subscription_change",
    "group_change_photo": "account_notice",
    "group_change_settings": "account_notice",
    "group_join": "subscription_change",
    "group_leave": "subscription_change",
    "group_officers_edit": "permission_change",
    "like_add": "reaction",
    "like_remove": "reaction",
    "market_order_edit": "service_message",
    "message_reaction_event": "reaction",
    "message_reply": "own_echo",
    "message_typing_state": "typing",
    "photo_new": "channel_post",
    "poll_vote_new": "reaction",
    "user_block": "permission_change",
    "user_unblock": "permission_change",
    "video_new": "channel_post",
    "vkpay_transaction": "service_message",
    "wall_post_new": "channel_post",
    "wall_repost": "channel_post",
    "wall_schedule_post_delete": "channel_post",
    "wall_schedule_post_new": "channel_post",
}


def outcomes_of(event: Event, rules: Rules) -> tuple[Outcome, ...]:
    """
    Return what *event* comes to, never none; its *around* is the whole body.

    Raises:
        Malformed: it lacks what its kind can't be without.
    """
    group = whole_number(event.around.get("group_id"))
    if group != rules.group_id:
        told = "no community" if group is None else str(group)
        return (event.ignored("other_account", told, key=key_of(event)),)
    kind = event.kind
    if reader := _READERS.get(kind):
        return (reader(event, rules),)
    if reason := _IGNORED.get(kind):
        return (ignored(event, reason, kind),)
    place, _, change = kind.rpartition("_")
    if place in PLACES and change in COMMENT_CHANGES:
        return (comment_of(event, rules, place, change),)
    return (ignored(event, "unknown_event", kind or "no type"),)


# -- messages --------------------------------------------------------------------


def _message(event: Event, rules: Rules) -> Outcome:
    data = event.data
    inner = data.get("message")
    # Until 5.103 the object is the message.
    message = inner if isinstance(inner, dict) else data
    client = json_object(data.get("client_info"))
    sender, peer = sender_of(message), peer_of(message)
    if refused := _not_for_us(message, sender, peer, rules):
        reason, detail = refused
        points = contact_of(sender) if sender > 0 else ()
        return event.ignored(reason, detail, key=key_of(event), contact_points=points)
    number = whole_number(message.get("conversation_message_id"))
    if (
        message.get("is_cropped") is True
        and rules.fetch is not None
        and number is not None
        and number > 0
    ):
        return PointerOnly(
            channel=rules.channel,
            external_id=key_of(event),
            fetch=rules.fetch(peer, number),
            received_at=event.delivery.received_at,
        )
    found = said(message, rules, key=key_of(event), received=event, client=client)
    if found is not None:
        return found
    return event.ignored(
        "empty",
        "a message without content",
        key=key_of(event),
        contact_points=contact_of(sender),
    )


def _not_for_us(
    message: Json, sender: int, peer: int, rules: Rules
) -> tuple[IgnoredReason, str] | None:
    """
    Return why nobody's attention stands behind a message, None if it does.
    """
    if message.get("out") in (1, True) or sender == -rules.group_id:
        return "own_echo", "sent by the community"
    if sender < 0:
        return "own_bot", "sent by another community"
    if not sender:
        raise Malformed("no-sender", place="object.message.from_id")
    if action := text_of(json_object(message.get("action")).get("type")):
        return "service_message", action
    if peer >= CHATS and not rules.allow_chats:
        return "group_chat_not_allowed", "a chat of many"
    return None


def said(
    message: Json,
    rules: Rules,
    *,
    key: str,
    received: Event,
    client: Json,
    person: Person | None = None,
) -> Inbound | None:
    """
    Return what a person said in *message*, None where nothing is in it.
    """
    sender, peer = sender_of(message), peer_of(message)
    found = content_of(message, price_digits=rules.price_digits)
    _take_payload(message.get("payload"), found)
    if message.get("is_cropped") is True:
        found.sign("cropped")
    if found.is_empty:
        return None
    own_key = message_key(peer, message)
    other = whole_number(message.get("id")) or 0
    also = dict.fromkeys((own_key, f"{peer}/m{other}" if other > 0 else ""))
    answered = message_key(peer, json_object(message.get("reply_message")))
    language = _LANGUAGES.get(whole_number(client.get("lang_id")) or 0, "")
    if "lang_id" not in client:
        language = ""
    return Inbound(
        channel=rules.channel,
        kind="call" if found.call else "message",
        external_id=key,
        also=tuple(each for each in also if each and each != key),
        received_at=received.delivery.received_at,
        sent_at=instant(message.get("date"), received.delivery.received_at),
        conversation=str(peer),
        in_reply_to=(answered,) if answered else (),
        contact_points=contact_of(sender),
        person=person or Person(),
        text=found.text,
        source=_source_of(message),
        products=tuple(found.products),
        attachments=tuple(found.files),
        call=found.call,
        language=language,
        judgement=Judgement(reasons=tuple(found.reasons)) if found.reasons else PERSON,
        extra=tuple(found.extra),
    )


def _take_payload(payload: object, found: Content) -> None:
    """
    Keep what a pressed button carries: JSON in a text, as the bot's author wrote it.
    """
    text = text_of(payload)[:_LONGEST_PAYLOAD]
    if not text:
        return
    found.sign("start" if '"start"' in text else "button")
    found.note("payload", text)


def _source_of(message: Json) -> Source:
    """
    Return the deep link that the person came by, if it is told.
    """
    ref, place = short(ident(message.get("ref"))), text_of(message.get("ref_source"))
    if not ref and not place:
        return _NO_SOURCE
    return Source(name=NETWORK, medium=short(place), campaign=ref)


def _edit(event: Event, rules: Rules) -> Outcome:
    inner = event.data.get("message")
    message = inner if isinstance(inner, dict) else event.data
    sender, peer = sender_of(message), peer_of(message)
    if refused := _not_for_us(message, sender, peer, rules):
        return ignored(event, *refused)
    of = message_key(peer, message)
    if not of:
        return ignored(event, "service_message", "an edit of nothing")
    found = content_of(message, price_digits=rules.price_digits)
    return Amendment(
        channel=rules.channel,
        external_id=key_of(event),
        of=of,
        kind="edit",
        text=found.text,
        received_at=event.delivery.received_at,
    )


def _read(event: Event, rules: Rules) -> Outcome:
    data = event.data
    peer = whole_number(data.get("peer_id")) or sender_of(data)
    number = {
        "conversation_message_id": data.get("conversation_message_id"),
        "id": data.get("read_message_id"),
    }
    of = message_key(peer, number)
    if not of or not peer:
        return ignored(event, "status_receipt", event.kind)
    return Receipt(
        channel=rules.channel,
        external_id=key_of(event),
        of=of,
        status="read",
        received_at=event.delivery.received_at,
    )


def _permission(event: Event, rules: Rules) -> Outcome:
    user = whole_number(event.data.get("user_id")) or 0
    if user <= 0:
        return ignored(event, "permission_change", event.kind)
    return ContactChange(
        channel=rules.channel,
        external_id=key_of(event),
        change="allowed" if event.kind == "message_allow" else "blocked",
        was=contact_of(user)[0],
        detail=short(ident(event.data.get("key"))) or event.kind,
        received_at=event.delivery.received_at,
    )


def _button(event: Event, rules: Rules) -> Outcome:
    data = event.data
    sender, peer = sender_of(data), peer_of(data)
    if sender <= 0:
        raise Malformed("no-sender", place="object.user_id")
    if peer >= CHATS and not rules.allow_chats:
        return ignored(event, "group_chat_not_allowed", "a chat of many")
    answered = message_key(peer, data)
    payload = data.get("payload")
    extra = [
        (f"payload.{text_of(name)}"[:64], ident(value))
        for name, value in list(json_object(payload).items())[:50]
    ]
    extra.append(("event_id", ident(data.get("event_id"))))
    return Inbound(
        channel=rules.channel,
        kind="message",
        external_id=key_of(event),
        received_at=event.delivery.received_at,
        conversation=str(peer),
        in_reply_to=(answered,) if answered else (),
        contact_points=contact_of(sender),
        text=text_of(payload)[:_LONGEST_PAYLOAD],
        judgement=Judgement(reasons=("button",)),
        extra=tuple(pair for pair in extra if pair[1]),
    )


_READERS: Mapping[str, Callable[[Event, Rules], Outcome]] = {
    "lead_forms_new": lead_form_of,
    "market_order_new": order_of,
    "message_allow": _permission,
    "message_deny": _permission,
    "message_edit": _edit,
    "message_event": _button,
    "message_new": _message,
    "message_read": _read,
}
