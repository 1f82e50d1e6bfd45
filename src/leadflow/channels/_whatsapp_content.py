"""
What stands in a WhatsApp message: text, files, products, pressed buttons.
"""

from __future__ import annotations

import base64
import binascii
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import attrs

from leadflow.channels._form_body import Limits, decode_json_text, unfold
from leadflow.channels._form_fields import Vocabulary
from leadflow.channels._form_order import is_currency, money
from leadflow.channels._geo import geo_uri
from leadflow.channels._meta import LONGEST_MARK, error_of, ident, objects
from leadflow.channels._submission import Submission
from leadflow.channels._webhook import (
    excerpt,
    json_object,
    plain_name,
    text_of,
    whole_number,
)
from leadflow.channels.outcomes import InboundKind
from leadflow.errors import Malformed
from leadflow.values import Attachment, Money, Product, Source


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from leadflow.channels._meta import Json


__all__ = ("Content", "content_of", "context_of", "source_of")

Pair = tuple[str, str]

_MEDIA_TYPE = re.compile(r"[A-Za-z0-9.+-]{1,63}/[A-Za-z0-9.+-]{1,127}")
_MIME = {
    "audio": "audio/ogg",
    "document": "application/octet-stream",
    "image": "image/jpeg",
    "sticker": "image/webp",
    "video": "video/mp4",
}
_SUFFIX = {
    "audio/aac": ".aac",
    "audio/amr": ".amr",
    "audio/mp4": ".m4a",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "video/3gpp": ".3gp",
    "video/mp4": ".mp4",
}
_DIGEST_BYTES = 32
_MOST_ITEMS = 1000
_LIMITS = Limits(fields=200, field=64 * 1024)
_WORDS = Vocabulary()


@attrs.frozen(kw_only=True)
class Content:
    """
    Hold what was found in a message.
    """

    kind: InboundKind = "message"
    text: str = ""
    files: tuple[Attachment, ...] = ()
    products: tuple[Product, ...] = ()
    amount: Money | None = None
    form: Submission | None = None
    extra: tuple[Pair, ...] = ()
    reasons: tuple[str, ...] = ()


def content_of(message: Json) -> Content | None:
    """
    Return what *message* says, None where it is of no kind known to say anything.
    """
    read = _READERS.get(text_of(message.get("type")))
    return read(message) if read else None


def _text(message: Json) -> Content:
    return Content(text=text_of(json_object(message.get("text")).get("body")))


def _media(message: Json) -> Content:
    kind = text_of(message.get("type"))
    media = json_object(message.get(kind))
    file = _file(kind, media)
    return Content(
        text=text_of(media.get("caption")),
        files=(file,) if file else (),
        reasons=("voice",) if media.get("voice") is True else (),
    )


def _file(kind: str, media: Json) -> Attachment | None:
    media_id = ident(media.get("id"))
    if not media_id:
        return None
    # As in "audio/ogg; codecs=opus".
    media_type = text_of(media.get("mime_type")).partition(";")[0].strip().lower()
    if not _MEDIA_TYPE.fullmatch(media_type):
        media_type = _MIME[kind]
    name = plain_name(text_of(media.get("filename")))
    made_up = f"{kind}-{plain_name(media_id)}{_SUFFIX.get(media_type, '')}"
    return Attachment(
        name=name or made_up,
        media_type=media_type,
        locator=f"file_id:{media_id}",
        sha256=_hex(text_of(media.get("sha256"))),
    )


def _hex(digest: str) -> str:
    """
    Return a digest that is in base64 in hex, empty if it is none.
    """
    try:
        raw = base64.b64decode(digest.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return ""
    return raw.hex() if len(raw) == _DIGEST_BYTES else ""


def _location(message: Json) -> Content:
    place = json_object(message.get("location"))
    lines = (
        text_of(place.get("name")),
        text_of(place.get("address")),
        geo_uri(place.get("latitude"), place.get("longitude")),
    )
    return Content(text="\n".join(line for line in lines if line))


def _contacts(message: Json) -> Content:
    """
    Return the cards: others' contacts, which are none of the sender's.
    """
    extra: list[Pair] = []
    for card in objects(message.get("contacts"))[:50]:
        name = text_of(json_object(card.get("name")).get("formatted_name"))
        phones = [
            text_of(phone.get("phone")) or ident(phone.get("wa_id"))
            for phone in objects(card.get("phones"))[:10]
        ]
        extra.append(("contact_name", name))
        extra.extend(("contact_phone", phone) for phone in phones)
    return Content(extra=tuple(pair for pair in extra if pair[1]))


def _order(message: Json) -> Content:
    order = json_object(message.get("order"))
    items = objects(order.get("product_items"))
    products = tuple(_product(item) for item in items[:_MOST_ITEMS])
    priced = [(one.price, one.quantity) for one in products if one.price is not None]
    amount = None
    if (
        priced
        and len(priced) == len(items)
        and len({price.currency for price, _ in priced}) == 1
    ):
        total = sum(price.minor * quantity for price, quantity in priced)
        amount = Money(total, priced[0][0].currency)
    catalog = ident(order.get("catalog_id"))
    return Content(
        kind="order",
        text=text_of(order.get("text")),
        products=products,
        amount=amount,
        extra=(("catalog_id", catalog),) if catalog else (),
    )


def _product(item: Json) -> Product:
    currency = text_of(item.get("currency")).upper()
    quantity = item.get("quantity")
    if isinstance(quantity, str) and re.fullmatch(r"[0-9]{1,6}", quantity):
        quantity = int(quantity)
    count = whole_number(quantity)
    return Product(
        id=ident(item.get("product_retailer_id")),
        price=_price(item.get("item_price"), currency),
        quantity=count if count is not None and 0 < count < 10**6 else 1,
    )


def _price(value: object, currency: str) -> Money | None:
    """
    Return a price that is given in whole units, as number or text.
    """
    if type(value) is not int and not isinstance(value, str | float):
        return None
    if not is_currency(currency):
        return None
    try:
        exact = Decimal(str(value)[:40])
    except InvalidOperation:
        return None
    if not exact.is_finite() or not 0 <= exact < 10**12:
        return None
    # Four digits after the point can't be taken for a group of thousands.
    return money(f"{exact:.4f}", currency)


def _button(message: Json) -> Content:
    button = json_object(message.get("button"))
    payload = text_of(button.get("payload"))
    return Content(
        text=text_of(button.get("text")) or payload,
        extra=(("payload", payload),) if payload else (),
        reasons=("button",),
    )


def _interactive(message: Json) -> Content | None:
    interactive = json_object(message.get("interactive"))
    for kind in ("button_reply", "list_reply"):
        if kind in interactive:
            chosen = json_object(interactive[kind])
            lines = (text_of(chosen.get("title")), text_of(chosen.get("description")))
            payload = ident(chosen.get("id"))
            return Content(
                text="\n".join(line for line in lines if line) or payload,
                extra=(("payload", payload),) if payload else (),
                reasons=("button",),
            )
    if "nfm_reply" in interactive:
        return _flow(json_object(interactive["nfm_reply"]))
    return None


def _flow(reply: Json) -> Content:
    """
    Return a filled-in flow: it is a form, and its fields mean what they are called.
    """
    form = Submission(_WORDS, _LIMITS)
    answers = text_of(reply.get("response_json"))
    found: Any = decode_json_text(answers)
    try:
        pairs = unfold("", found, limits=_LIMITS) if isinstance(found, tuple) else []
    except Malformed:
        pairs = []
    if not pairs and answers:
        pairs = [("response_json", answers[: _LIMITS.field])]
    for name, value in pairs:
        if name != "flow_token":
            form.take(name, value)
    return Content(
        kind="form",
        text="\n".join(form.all("text")),
        form=form,
        reasons=("flow",),
    )


def _unsupported(message: Json) -> Content:
    """
    Return what a person sent and the API can't show; a person has to look.
    """
    kind = text_of(json_object(message.get("unsupported")).get("type"))
    errors = [error_of(error) for error in objects(message.get("errors"))[:3]]
    extra = (("unsupported", excerpt(kind)), *(("error", each) for each in errors))
    return Content(
        extra=tuple(pair for pair in extra if pair[1]),
        reasons=("unsupported",),
    )


_READERS: Mapping[str, Callable[[Json], Content | None]] = {
    "audio": _media,
    "button": _button,
    "contacts": _contacts,
    "document": _media,
    "image": _media,
    "interactive": _interactive,
    "location": _location,
    "order": _order,
    "sticker": _media,
    "text": _text,
    "unsupported": _unsupported,
    "video": _media,
}


# -- what stands beside it -------------------------------------------------------


@attrs.frozen(kw_only=True)
class Context:
    """
    Hold what a message refers to.
    """

    answers: str = ""
    products: tuple[Product, ...] = ()
    extra: tuple[Pair, ...] = ()
    reasons: tuple[str, ...] = ()


def context_of(message: Json) -> Context:
    """
    Return what *message* answers, the product that it asks about, and forwards.
    """
    if "context" not in message:
        return _NO_CONTEXT
    context = json_object(message["context"])
    product = json_object(context.get("referred_product"))
    product_id = ident(product.get("product_retailer_id"))
    catalog = ident(product.get("catalog_id"))
    reasons = [
        sign
        for sign in ("forwarded", "frequently_forwarded")
        if context.get(sign) is True
    ]
    return Context(
        answers=ident(context.get("id")),
        products=(Product(id=product_id),) if product_id else (),
        extra=(("catalog_id", catalog),) if catalog else (),
        reasons=tuple(reasons),
    )


_NO_CONTEXT = Context()
_NO_SOURCE = Source()


def source_of(message: Json) -> Source:
    """
    Return the ad or post that the person came from, if it is told.
    """
    if "referral" not in message:
        return _NO_SOURCE
    referral = json_object(message["referral"])
    clue = text_of(referral.get("ctwa_clid"))[:LONGEST_MARK]
    marks = [("ctwa_clid", clue), ("source_id", ident(referral.get("source_id")))]
    found = Source(
        medium=text_of(referral.get("source_type"))[:LONGEST_MARK],
        campaign=text_of(referral.get("headline"))[:LONGEST_MARK],
        content=text_of(referral.get("body"))[:LONGEST_MARK],
        page=text_of(referral.get("source_url"))[:LONGEST_MARK],
        marks=tuple(pair for pair in marks if pair[1]),
    )
    return attrs.evolve(found, name="meta") if found else _NO_SOURCE
