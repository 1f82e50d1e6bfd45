"""
What stands in a message of Messenger or Instagram: text, files, shares, products.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import attrs

from leadflow.channels._geo import geo_uri
from leadflow.channels._meta import ident, is_https, objects, short
from leadflow.channels._webhook import excerpt, json_object, plain_name, text_of
from leadflow.values import Attachment, Product, Source


if TYPE_CHECKING:
    from collections.abc import Mapping

    from leadflow.channels._meta import Json


__all__ = ("Content", "content_of", "source_of")

Pair = tuple[str, str]

_FILES: Mapping[str, str] = {
    "audio": "audio/mp4",
    "file": "application/octet-stream",
    "image": "image/jpeg",
    "video": "video/mp4",
}
_MOST_ATTACHMENTS = 100
_FRAME = frozenset(
    {"mid", "seq", "is_echo", "app_id", "metadata", "nlp", "text", "attachments"}
)


@attrs.frozen(kw_only=True)
class Content:
    """
    Hold what was found in a message.
    """

    text: str = ""
    files: tuple[Attachment, ...] = ()
    products: tuple[Product, ...] = ()
    answers: str = ""
    extra: tuple[Pair, ...] = ()
    reasons: tuple[str, ...] = ()
    unknown: str = ""

    def __bool__(self) -> bool:
        return bool(
            self.text or self.files or self.products or self.extra or self.reasons
        )


def content_of(message: Json) -> Content:
    """
    Return what *message* says; false where it says nothing that is known.
    """
    lines = [text_of(message.get("text"))]
    files: list[Attachment] = []
    products: list[Product] = []
    extra: list[Pair] = []
    reasons: list[str] = []
    attachments = objects(message.get("attachments"))[:_MOST_ATTACHMENTS]
    for number, attachment in enumerate(attachments):
        kind = text_of(attachment.get("type"))
        payload = json_object(attachment.get("payload"))
        url = text_of(payload.get("url"))
        products.extend(products_of(payload))
        if kind in _FILES:
            if is_https(url):
                files.append(_file(kind, url, number))
            if sticker := ident(payload.get("sticker_id")):
                extra.append(("sticker_id", sticker))
        elif kind == "location":
            place = json_object(payload.get("coordinates"))
            lines.append(geo_uri(place.get("lat"), place.get("long")))
        elif kind:
            reasons.append(kind if kind in _SHARED else "attachment")
            title = text_of(payload.get("title")) or text_of(attachment.get("title"))
            shown = url or text_of(attachment.get("url"))
            extra += [(excerpt(kind), told) for told in (title, shown) if told]
    if "quick_reply" in message:
        chosen = json_object(message["quick_reply"])
        reasons.append("quick_reply")
        extra.append(("payload", text_of(chosen.get("payload"))))
    answered = json_object(message.get("reply_to"))
    if "story" in answered:
        reasons.append("story_reply")
        extra.append(("story", text_of(json_object(answered["story"]).get("url"))))
    if message.get("is_unsupported") is True:
        reasons.append("unsupported")
    referred = json_object(json_object(message.get("referral")).get("product"))
    if product_id := ident(referred.get("id")):
        products.append(Product(id=product_id))
    return Content(
        text="\n".join(line for line in lines if line),
        files=tuple(files),
        products=tuple(products),
        answers=ident(answered.get("mid")),
        extra=tuple(pair for pair in extra if pair[1]),
        reasons=tuple(dict.fromkeys(reasons)),
        unknown=excerpt(", ".join(key for key in message if key not in _FRAME)),
    )


_SHARED = frozenset(
    {
        "fallback",
        "ig_post",
        "ig_reel",
        "post",
        "reel",
        "share",
        "story_mention",
        "template",
    }
)


def _file(kind: str, url: str, number: int) -> Attachment:
    # The address is that of the file, and works without a token, for a while.
    last = unquote(urlsplit(url).path.rpartition("/")[2], errors="replace")
    name = plain_name(last)
    return Attachment(
        name=name if "." in name else f"{kind}-{number + 1}",
        media_type=_FILES[kind],
        locator=url,
    )


def products_of(payload: Json) -> list[Product]:
    """
    Return the products that a card from the catalogue shows.
    """
    elements = objects(json_object(payload.get("product")).get("elements"))
    found = [
        Product(
            id=ident(one.get("retailer_id")) or ident(one.get("id")),
            title=text_of(one.get("title")),
        )
        for one in elements[:_MOST_ATTACHMENTS]
    ]
    return [product for product in found if product.id]


def source_of(referral: object) -> Source:
    """
    Return what made the person come: an ad, a link with a mark, a plug-in.
    """
    told = json_object(referral)
    if not told:
        return _NO_SOURCE
    ad = json_object(told.get("ads_context_data"))
    ad_id, ref = ident(told.get("ad_id")), text_of(told.get("ref"))
    marks = (("ad_id", ad_id), ("post_id", ident(ad.get("post_id"))))
    found = Source(
        medium=short(text_of(told.get("source")).lower()),
        campaign=short(ref),
        content=short(text_of(ad.get("ad_title"))),
        referrer=short(text_of(told.get("referer_uri"))),
        marks=tuple((name, short(value)) for name, value in marks if value),
    )
    return attrs.evolve(found, name="meta") if found else _NO_SOURCE


_NO_SOURCE = Source()
