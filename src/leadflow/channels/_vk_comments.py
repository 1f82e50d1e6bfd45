"""
What is written in public: comments at posts, pictures, products and topics.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadflow.channels._meta import ident
from leadflow.channels._vk_base import (
    Rules,
    contact_of,
    ignored,
    key_of,
    sender_of,
)
from leadflow.channels._vk_content import content_of
from leadflow.channels._webhook import instant, whole_number
from leadflow.channels.outcomes import (
    Amendment,
    IgnoredReason,
    Inbound,
    Judgement,
    Outcome,
)
from leadflow.values import Product


if TYPE_CHECKING:
    from collections.abc import Mapping

    from leadflow.channels._event import Event


__all__ = ("COMMENT_CHANGES", "PLACES", "comment_of")

# What is commented on, and which fields say where; a comment at a product is about it.
PLACES: Mapping[str, tuple[str, str, str]] = {
    "board_post": ("topic", "topic_owner_id", "topic_id"),
    "market_comment": ("market", "market_owner_id", "item_id"),
    "photo_comment": ("photo", "photo_owner_id", "photo_id"),
    "video_comment": ("video", "video_owner_id", "video_id"),
    "wall_reply": ("wall", "post_owner_id", "post_id"),
}
COMMENT_CHANGES = frozenset({"new", "edit", "restore", "delete"})


def comment_of(event: Event, rules: Rules, place: str, change: str) -> Outcome:
    """
    Return what a comment comes to: an inbound only where the rules allow it.
    """
    data = event.data
    kind = event.kind
    if not rules.comments:
        return ignored(event, "group_chat_not_allowed", kind)
    thing, owner_field, number_field = PLACES[place]
    owner = whole_number(data.get(owner_field)) or whole_number(data.get("owner_id"))
    thread = f"{thing}{owner or -rules.group_id}_{ident(data.get(number_field))}"
    number = ident(data.get("id"))
    if not number:
        return ignored(event, "service_message", kind)
    key = f"{thread}/{number}"
    sender = sender_of(data)
    if change == "delete":
        return _amendment(event, rules, key, "deletion")
    if sender <= 0:
        reason: IgnoredReason = "own_echo" if sender == -rules.group_id else "own_bot"
        return ignored(event, reason, kind)
    found = content_of(data, price_digits=rules.price_digits)
    if change != "new":
        return _amendment(event, rules, key, "edit", found.text)
    found.sign("comment")
    if thing == "market":
        known = {product.id for product in found.products}
        if thread not in known:
            url = f"https://vk.com/{thread}"
            found.products.append(Product(id=thread, url=url))
    answered = ident(data.get("reply_to_comment"))
    return Inbound(
        channel=rules.channel,
        kind="message",
        external_id=key_of(event),
        also=(key,),
        received_at=event.delivery.received_at,
        sent_at=instant(data.get("date"), event.delivery.received_at),
        conversation=thread,
        in_reply_to=(f"{thread}/{answered}",) if answered else (),
        contact_points=contact_of(sender),
        text=found.text,
        products=tuple(found.products),
        attachments=tuple(found.files),
        # Everybody would read an automatic answer.
        judgement=Judgement(may_answer=False, reasons=tuple(found.reasons)),
        extra=tuple(found.extra),
    )


def _amendment(
    event: Event, rules: Rules, of: str, kind: str, text: str = ""
) -> Amendment:
    return Amendment(
        channel=rules.channel,
        external_id=key_of(event),
        of=of,
        kind="deletion" if kind == "deletion" else "edit",
        text=text,
        received_at=event.delivery.received_at,
    )
