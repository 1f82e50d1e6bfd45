"""
What comes of VK's shop and of its lead forms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadflow.channels._form_body import Limits
from leadflow.channels._meta import ident, objects
from leadflow.channels._submission import Submission
from leadflow.channels._vk_base import (
    NETWORK,
    Rules,
    contact_of,
    key_of,
    sender_of,
    short,
)
from leadflow.channels._vk_content import money_of, product_of
from leadflow.channels._webhook import instant, json_object, text_of, whole_number
from leadflow.channels.outcomes import Inbound, Judgement, Outcome
from leadflow.errors import Malformed
from leadflow.identity import phone
from leadflow.values import ContactPoint, Person, Product, Source


if TYPE_CHECKING:
    from leadflow.channels._event import Event, Json


__all__ = ("LIMITS", "lead_form_of", "order_of")

LIMITS = Limits(fields=200, field=64 * 1024)


def order_of(event: Event, rules: Rules) -> Outcome:
    """
    Return an order in the community's shop.
    """
    inner = event.data.get("market_order")
    order = inner if isinstance(inner, dict) else event.data
    user, number = sender_of(order), ident(order.get("id"))
    if not number:
        raise Malformed("no-order-id", place="object.id")
    recipient = json_object(order.get("recipient"))
    raw_phone = ident(recipient.get("phone"))
    points = contact_of(user) if user > 0 else ()
    if raw_phone:
        points += (
            phone(raw_phone, rules.region)
            or ContactPoint(kind="phone", value="", raw=raw_phone),
        )
    delivery = json_object(order.get("delivery"))
    extra = (
        ("display_order_id", ident(order.get("display_order_id"))),
        ("address", text_of(order.get("address")) or text_of(delivery.get("address"))),
        ("delivery", text_of(delivery.get("type"))),
        ("status", ident(order.get("status"))),
    )
    return Inbound(
        channel=rules.channel,
        kind="order",
        external_id=key_of(event),
        also=(f"order/{user}/{number}",),
        received_at=event.delivery.received_at,
        sent_at=instant(order.get("date"), event.delivery.received_at),
        conversation=str(user) if user > 0 else "",
        contact_points=points,
        person=Person(name=text_of(recipient.get("name"))),
        text=text_of(order.get("comment")),
        products=tuple(
            product
            for item in objects(order.get("preview_order_items"))[:200]
            if (product := _ordered(item, rules))
        ),
        amount=money_of(order.get("total_price"), rules.price_digits),
        extra=tuple(pair for pair in extra if pair[1]),
    )


def _ordered(item: Json, rules: Rules) -> Product | None:
    count = whole_number(item.get("quantity"))
    quantity = count if count is not None and 0 < count < 10**6 else 1
    card = json_object(item.get("item"))
    found = product_of(
        {
            "owner_id": item.get("owner_id", card.get("owner_id")),
            "id": item.get("item_id", card.get("id")),
            "title": item.get("title", card.get("title")),
            "price": item.get("price", card.get("price")),
        },
        price_digits=rules.price_digits,
        quantity=quantity,
    )
    if found is None and (title := text_of(item.get("title"))):
        return Product(id=title, title=title, quantity=quantity)
    return found


def lead_form_of(event: Event, rules: Rules) -> Outcome:
    """
    Return a filled-in lead form.
    """
    lead = event.data
    number, user = ident(lead.get("lead_id")), sender_of(lead)
    form = Submission(rules.vocabulary, LIMITS)
    for answer in objects(lead.get("answers"))[: LIMITS.fields]:
        key, question = ident(answer.get("key")), ident(answer.get("question"))
        value = _answered(answer.get("answer"))[: LIMITS.field]
        if key in _VK_FIELDS or not question:
            form.take(_VK_FIELDS.get(key, key), value)
        else:
            form.take(question, value)
    points = contact_of(user) if user > 0 else ()
    points += form.contact_points(rules.region)
    if not number or not points:
        raise Malformed("no-contact", place="object.answers")
    form_id, title = ident(lead.get("form_id")), text_of(lead.get("form_name"))
    ad = ident(lead.get("ad_id"))
    ids = (("form_id", form_id), ("lead_id", number))
    return Inbound(
        channel=rules.channel,
        kind="form",
        external_id=key_of(event),
        also=(f"lead/{number}",),
        received_at=event.delivery.received_at,
        contact_points=points,
        person=form.person(),
        subject=title,
        text="\n".join(form.all("text")),
        source=Source(
            name=NETWORK,
            medium="lead_form",
            campaign=short(title),
            marks=(("ad_id", short(ad)),) if ad not in {"", "0"} else (),
        ),
        consent=form.consent(),
        # Who fills in a form has not allowed messages yet.
        judgement=Judgement(may_answer=False, reasons=("lead_form",)),
        extra=(*form.extra, *(pair for pair in ids if pair[1])),
    )


# Whose keys the usual words don't have.
_VK_FIELDS = {
    "email": "email",
    "first_name": "first_name",
    "last_name": "last_name",
    "patronymic_name": "middle_name",
    "phone_number": "phone",
}


def _answered(value: object) -> str:
    """
    Return an answer as text: a value, or several that were chosen.
    """
    if isinstance(value, list):
        return ", ".join(text for each in value[:100] if (text := _one_answer(each)))
    return _one_answer(value)


def _one_answer(value: object) -> str:
    if isinstance(value, dict):
        return text_of(value.get("value")) or ident(value.get("key"))
    if type(value) is int:
        return ident(value)
    return text_of(value)
