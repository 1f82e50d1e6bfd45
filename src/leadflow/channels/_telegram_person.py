"""
Who wrote a Telegram message, and what else about it is worth keeping.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadflow import identity
from leadflow.channels._webhook import json_object, text_of, whole_number
from leadflow.values import ContactPoint, Person


if TYPE_CHECKING:
    from leadflow.channels._telegram_content import Content, Json


__all__ = ("contact_points_of", "own_phone_of", "person_of", "remarks_of")


def contact_points_of(user: Json) -> tuple[ContactPoint, ...]:
    """
    Return the user's id, labelled with the name that can change.
    """
    number = whole_number(user.get("id"))
    if number is None:
        return ()
    username = text_of(user.get("username"))
    return (
        ContactPoint(
            kind="telegram",
            value=str(number),
            raw=str(number),
            label=f"@{username}" if username else "",
        ),
    )


def person_of(user: Json) -> Person:
    """
    Return the name and the language that the user goes by.
    """
    return Person(name=_name_of(user), language=text_of(user.get("language_code")))


def _name_of(user: Json) -> str:
    parts = (text_of(user.get("first_name")), text_of(user.get("last_name")))
    return " ".join(part for part in parts if part)


def own_phone_of(message: Json, sender: Json) -> tuple[ContactPoint, ...]:
    """
    Return the phone that the sender shared, if it is the sender's own.

    Anybody's card can be shared; it is one's own only under one's own id.
    """
    contact = json_object(message.get("contact"))
    owner = whole_number(contact.get("user_id"))
    number = text_of(contact.get("phone_number")).strip()
    if not number or owner is None or owner != whole_number(sender.get("id")):
        return ()
    # Telegram's numbers are international, with and without the plus.
    point = identity.phone(f"+{number.lstrip('+')}", None)
    return (ContactPoint(kind="phone", value=point.value if point else "", raw=number),)


def remarks_of(
    message: Json, content: Content
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """
    Return what else is worth keeping: further fields, and signs seen.
    """
    extra: list[tuple[str, str]] = []
    reasons: list[str] = []
    if content.kind == "text" and content.text.startswith("/start"):
        reasons.append("start")
    if "forward_origin" in message:
        reasons.append("forwarded")
        origin = json_object(message["forward_origin"])
        user = _name_of(json_object(origin.get("sender_user")))
        hidden = text_of(origin.get("sender_user_name"))
        extra.append(("forwarded_from", user or hidden))
    if "via_bot" in message:
        reasons.append("via_bot")
        bot = json_object(message["via_bot"])
        extra.append(("via_bot", text_of(bot.get("username"))))
    contact = json_object(message.get("contact"))
    if contact and not own_phone_of(message, json_object(message.get("from"))):
        extra.append(("contact_name", _name_of(contact)))
        extra.append(("contact_phone", text_of(contact.get("phone_number"))))
    if content.kind == "web_app_data":
        data = json_object(message["web_app_data"])
        reasons.append("web_app")
        extra.append(("button", text_of(data.get("button_text"))))
    chat = json_object(message.get("chat"))
    extra.append(("quote", text_of(json_object(message.get("quote")).get("text"))))
    extra.append(("chat_title", text_of(chat.get("title"))))
    return tuple(pair for pair in extra if pair[1]), tuple(reasons)
