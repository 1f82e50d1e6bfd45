"""
What stands in a message of VK: files, products, links, places, calls.

A file is a URL that works for a while; what has none (a video, a post, a track)
is kept as the address of its page.  A product comes as an attached card, or as a
bare link to one.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import attrs

from leadflow.channels._form_order import is_currency
from leadflow.channels._geo import geo_uri
from leadflow.channels._meta import ident, objects
from leadflow.channels._webhook import json_object, plain_name, text_of, whole_number
from leadflow.channels.outcomes import Call
from leadflow.values import Attachment, Money, Product


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from leadflow.channels._meta import Json


__all__ = ("Content", "content_of", "money_of", "product_of")

Pair = tuple[str, str]

SITE = "https://vk.com"
_PRODUCT_LINK = re.compile(
    r"\bvk\.(?:com|ru)/[^\s#]{0,200}?(?:product|market)"
    r"(?P<owner>-[0-9]{1,12})_(?P<id>[0-9]{1,12})(?![0-9_])",
    re.IGNORECASE,
)
_PAIR_OF_NUMBERS = re.compile(r"(-?[0-9]{1,3}(?:\.[0-9]{1,15})?)[ ,]+(-?[0-9.]{1,18})")
_PHOTO_FIELD = re.compile(r"photo_([0-9]{2,4})")
_SUFFIX = re.compile(r"[a-z0-9]{1,8}")
_MEDIA_TYPE = {
    "csv": "text/csv",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "ogg": "audio/ogg",
    "pdf": "application/pdf",
    "png": "image/png",
    "rtf": "application/rtf",
    "txt": "text/plain",
    "webp": "image/webp",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
_MOST = 100
_DEEPEST = 3
_MOST_MINOR = 10**15
_LONGEST_URL = 2048
_LONGEST_TEXT = 20_000
_CALLS = {
    "reached": "answered",
    "canceled_by_initiator": "missed",
    "canceled_by_receiver": "busy",
}


@attrs.define
class Content:
    """
    Collect what is found in a message, forwarded ones included.

    *price_digits* says how many digits of a price's amount are minor units.
    """

    price_digits: int
    text: str = ""
    files: list[Attachment] = attrs.field(factory=list)
    products: list[Product] = attrs.field(factory=list)
    extra: list[Pair] = attrs.field(factory=list)
    reasons: list[str] = attrs.field(factory=list)
    call: Call | None = None

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing at all was found."""
        return not (
            self.text
            or self.files
            or self.products
            or self.extra
            or self.reasons
            or self.call
        )

    def note(self, name: str, value: str) -> None:
        """Keep a further field, unless it is empty."""
        if value:
            self.extra.append((name, value))

    def sign(self, reason: str) -> None:
        """Keep a sign that was seen, once."""
        if reason not in self.reasons:
            self.reasons.append(reason)


def content_of(message: Json, *, price_digits: int) -> Content:
    """
    Return what *message* says.
    """
    found = Content(price_digits)
    # Before version 5.80 the text was called the body.
    text = text_of(message.get("text")) or text_of(message.get("body"))
    found.text = "\n".join(part for part in (text, _place(message)) if part)
    for attached in objects(message.get("attachments"))[:_MOST]:
        _take(attached, found)
    if forwarded := objects(message.get("fwd_messages")):
        found.sign("forwarded")
        _take_forwarded(forwarded, found, _DEEPEST)
    if "vk." in text:
        known = {product.id for product in found.products}
        for link in _PRODUCT_LINK.finditer(text[:_LONGEST_TEXT]):
            product = _linked(link[0])
            if product and product.id not in known:
                known.add(product.id)
                found.products.append(product)
    return found


def _take_forwarded(messages: list[Json], found: Content, depth: int) -> None:
    for message in messages:
        if len(found.extra) >= _MOST:
            return
        text = text_of(message.get("text")) or text_of(message.get("body"))
        found.note("forwarded", text)
        for attached in objects(message.get("attachments"))[:_MOST]:
            _take(attached, found)
        if depth > 1:
            _take_forwarded(objects(message.get("fwd_messages")), found, depth - 1)


def _place(message: Json) -> str:
    """
    Return the place of a message as text, empty if it has none.
    """
    if "geo" not in message:
        return ""
    geo = json_object(message["geo"])
    title = text_of(json_object(geo.get("place")).get("title"))
    where = geo.get("coordinates")
    if isinstance(where, str) and (pair := _PAIR_OF_NUMBERS.fullmatch(where.strip())):
        # Versions before 5.80 have both in one text.
        try:
            uri = geo_uri(float(pair[1]), float(pair[2]))
        except ValueError:
            uri = ""
    else:
        point = json_object(where)
        uri = geo_uri(point.get("latitude"), point.get("longitude"))
    return "\n".join(part for part in (title, uri) if part)


# -- attachments -----------------------------------------------------------------


def _take(attached: Json, found: Content) -> None:
    kind = text_of(attached.get("type"))
    data = json_object(attached.get(kind))
    if reader := _READERS.get(kind):
        reader(data, found)
    elif kind:
        found.note("attached", _page(kind, data))


def _page(kind: str, data: Json) -> str:
    """
    Return the address of what has no file, else the name of its kind.
    """
    owner = whole_number(data.get("owner_id")) or whole_number(data.get("to_id"))
    number = whole_number(data.get("id"))
    if owner is None or number is None or not kind.isidentifier():
        return kind[:64]
    return f"{SITE}/{kind}{owner}_{number}"


def _url(value: object) -> str:
    url = text_of(value)
    return url if url[:8].lower().startswith(("https://", "http://")) else ""


def _named(kind: str, data: Json) -> str:
    owner = whole_number(data.get("owner_id")) or 0
    return f"{kind}{owner}_{whole_number(data.get('id')) or 0}"


def _photo(data: Json, found: Content) -> None:
    if url := _largest(data):
        name = f"{_named('photo', data)}.jpg"
        found.files.append(Attachment(name=name, media_type="image/jpeg", locator=url))
    found.note("caption", text_of(data.get("text")))


def _largest(data: Json) -> str:
    """
    Return the address of a picture's largest size.

    Sizes are named by letters that grow to z and end with w; old ones tell no
    width.
    """
    if url := _url(json_object(data.get("orig_photo")).get("url")):
        return url
    sizes = [
        (_area(size), _GROWING.find(text_of(size.get("type"))[:1] or "?"), url)
        for size in objects(data.get("sizes") or data.get("images"))[:_MOST]
        if (url := _url(size.get("url")) or _url(size.get("src")))
    ]
    if sizes:
        return max(sizes)[2]
    # Versions before 5.77 have a field for each width.
    widths = [
        (int(width[1]), url)
        for key in data
        if (width := _PHOTO_FIELD.fullmatch(key)) and (url := _url(data[key]))
    ]
    return max(widths, default=(0, ""))[1]


_GROWING = "smopqrxyzw"


def _area(size: Json) -> int:
    width, height = whole_number(size.get("width")), whole_number(size.get("height"))
    return (width or 0) * (height or 0)


def _doc(data: Json, found: Content) -> None:
    url = _url(data.get("url"))
    suffix = text_of(data.get("ext")).lower()
    suffix = suffix if _SUFFIX.fullmatch(suffix) else ""
    name = plain_name(text_of(data.get("title"))) or _named("doc", data)
    if suffix and not name.lower().endswith(f".{suffix}"):
        name = f"{name}.{suffix}"
    if not url:
        found.note("attached", name)
        return
    size = whole_number(data.get("size"))
    found.files.append(
        Attachment(
            name=name,
            media_type=_MEDIA_TYPE.get(suffix, "application/octet-stream"),
            locator=url,
            size=size if size is not None and size >= 0 else None,
        )
    )


def _voice(data: Json, found: Content) -> None:
    found.sign("voice")
    ogg, mp3 = _url(data.get("link_ogg")), _url(data.get("link_mp3"))
    if ogg or mp3:
        suffix, media_type = (".ogg", "audio/ogg") if ogg else (".mp3", "audio/mpeg")
        name = f"{_named('audio_message', data)}{suffix}"
        found.files.append(
            Attachment(name=name, media_type=media_type, locator=ogg or mp3)
        )
    found.note("transcript", text_of(data.get("transcript")))


def _audio(data: Json, found: Content) -> None:
    title = " - ".join(
        part for key in ("artist", "title") if (part := text_of(data.get(key)))
    )
    if url := _url(data.get("url")):
        name = plain_name(f"{title or _named('audio', data)}.mp3")
        found.files.append(Attachment(name=name, media_type="audio/mpeg", locator=url))
    else:
        found.note("attached", title or _page("audio", data))


def _graffiti(data: Json, found: Content) -> None:
    if url := _url(data.get("url")) or _largest(data):
        name = f"{_named('graffiti', data)}.png"
        found.files.append(Attachment(name=name, media_type="image/png", locator=url))


def _sticker(data: Json, found: Content) -> None:
    found.sign("sticker")
    if url := _largest(data):
        name = f"sticker-{whole_number(data.get('sticker_id')) or 0}.png"
        found.files.append(Attachment(name=name, media_type="image/png", locator=url))


def _gift(data: Json, found: Content) -> None:
    del data
    found.sign("gift")


def _link(data: Json, found: Content) -> None:
    url = _url(data.get("url"))
    product = _linked(url)
    if product is None:
        found.note("link", url)
        return
    card = json_object(data.get("product"))
    found.products.append(
        attrs.evolve(
            product,
            title=text_of(data.get("title")),
            price=money_of(card.get("price"), found.price_digits),
        )
    )


def _linked(url: str) -> Product | None:
    """
    Return the product that a link leads to, None if it leads to none.
    """
    found = _PRODUCT_LINK.search(url[:_LONGEST_URL])
    if found is None:
        return None
    key = f"market{found['owner']}_{found['id']}"
    return Product(id=key, url=f"{SITE}/{key}")


def _market(data: Json, found: Content) -> None:
    product = product_of(data, price_digits=found.price_digits)
    if product is None:
        found.note("attached", "market")
        return
    found.products.append(product)
    found.note("sku", ident(data.get("sku")))
    found.note("external_id", ident(data.get("external_id")))


def product_of(data: Json, *, price_digits: int, quantity: int = 1) -> Product | None:
    """
    Return the product that a card shows, None where it has no id.
    """
    owner, number = whole_number(data.get("owner_id")), whole_number(data.get("id"))
    if owner is None or number is None:
        return None
    key = f"market{owner}_{number}"
    return Product(
        id=key,
        title=text_of(data.get("title")),
        price=money_of(data.get("price"), price_digits),
        quantity=quantity,
        url=f"{SITE}/{key}",
    )


def money_of(price: object, digits: int) -> Money | None:
    """
    Return an amount that VK gives as text without a point.

    *digits* of it are minor units.
    """
    told = json_object(price)
    amount = told.get("amount")
    if isinstance(amount, str):
        amount = int(amount) if re.fullmatch(r"[0-9]{1,18}", amount) else None
    minor = whole_number(amount)
    currency = text_of(json_object(told.get("currency")).get("name")).upper()
    # The code that the rouble had until 1998 is what VK calls it by.
    currency = "RUB" if currency == "RUR" else currency
    if minor is None or minor < 0 or not is_currency(currency):
        return None
    # Money of every currency that VK trades in has two digits of minor units.
    minor = minor * 10 ** (2 - digits)
    return Money(minor, currency) if minor < _MOST_MINOR else None


def _call(data: Json, found: Content) -> None:
    state = text_of(data.get("state"))
    seconds = whole_number(data.get("duration")) or 0
    result = _CALLS.get(state)
    found.sign("call")
    found.note("call", state)
    if result is None:
        return
    found.call = Call(
        direction="in",
        result=result,  # type: ignore[arg-type]
        talk=timedelta(seconds=min(max(seconds, 0), 10**6)),
    )


_READERS: Mapping[str, Callable[[Json, Content], None]] = {
    "audio": _audio,
    "audio_message": _voice,
    "call": _call,
    "doc": _doc,
    "gift": _gift,
    "graffiti": _graffiti,
    "link": _link,
    "market": _market,
    "photo": _photo,
    "sticker": _sticker,
}
