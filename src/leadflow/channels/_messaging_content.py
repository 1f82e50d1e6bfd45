"""
What stands in a message of Messenger or Instagram: text, files, shares, products.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from leadflow.channels._geo import geo_uri
from leadflow.channels._meta import LONGEST_MARK, ident, is_https, objects
from leadflow.channels._webhook import excerpt, json_object, plain_name, text_of
from leadflow.values import Attachment, Product, Source


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from leadflow.channels._meta import Json


__all__ = ("Content", "content_of", "source_of", "unknown_in")

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


class Content(NamedTuple):
    """
    Hold what was found in a message.
    """

    text: str = ""
    files: tuple[Attachment, ...] = ()
    products: tuple[Product, ...] = ()
    answers: str = ""
    extra: tuple[Pair, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Tell whether it says nothing that is known."""
        return not (
            self.text or self.files or self.products or self.extra or self.reasons
        )


def unknown_in(message: Json) -> str:
    """
    Return the names of what *message* has that nobody knows.
    """
    return ", ".join(key for key in message if key not in _FRAME)


def content_of(message: Json) -> Content:
    """
    Return what *message* says, as far as it is known.
    """
    lines = [text_of(message.get("text"))]
    files: list[Attachment] = []
    products: list[Product] = []
    extra: list[Pair] = []
    reasons: list[str] = []
    if "attachments" in message:
        attachments = objects(message["attachments"])[:_MOST_ATTACHMENTS]
        for number, attachment in enumerate(attachments):
            kind = text_of(attachment.get("type"))
            payload = json_object(attachment.get("payload"))
            products.extend(_products(payload))
            if kind in _FILES:
                files.extend(_file(kind, payload, number))
                extra.append(("sticker_id", ident(payload.get("sticker_id"))))
            elif kind == "location":
                place = json_object(payload.get("coordinates"))
                lines.append(geo_uri(place.get("lat"), place.get("long")))
            elif kind:
                reasons.append(kind if kind in _SHARED else "attachment")
                extra.extend(_shared(kind, attachment, payload))
    answers = ""
    if "reply_to" in message:
        answered = json_object(message["reply_to"])
        answers = ident(answered.get("mid"))
        if "story" in answered:
            story = json_object(answered["story"])
            reasons.append("story_reply")
            extra.append(("story", text_of(story.get("url"))))
    if "quick_reply" in message:
        chosen = json_object(message["quick_reply"])
        reasons.append("quick_reply")
        extra.append(("payload", text_of(chosen.get("payload"))))
    if message.get("is_unsupported") is True:
        reasons.append("unsupported")
    if "referral" in message:
        referred = json_object(json_object(message["referral"]).get("product"))
        if product_id := ident(referred.get("id")):
            products.append(Product(id=product_id))
    return Content(
        text="\n".join(filter(None, lines)),
        files=tuple(files),
        products=tuple(products),
        answers=answers,
        extra=tuple([pair for pair in extra if pair[1]]),
        reasons=tuple(dict.fromkeys(reasons)) if reasons else (),
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


def _file(kind: str, payload: Json, number: int) -> Iterator[Attachment]:
    # The address is that of the file, and works without a token, for a while.
    url = text_of(payload.get("url"))
    if not is_https(url):
        return
    last = unquote(urlsplit(url).path.rpartition("/")[2], errors="replace")
    name = plain_name(last)
    yield Attachment(
        name=name if "." in name else f"{kind}-{number + 1}",
        media_type=_FILES[kind],
        locator=url,
    )


def _shared(kind: str, attachment: Json, payload: Json) -> Iterator[Pair]:
    """
    Yield the title and the address of what was shared.
    """
    for key in ("title", "url"):
        yield excerpt(kind), text_of(payload.get(key)) or text_of(attachment.get(key))


def _products(payload: Json) -> Iterator[Product]:
    """
    Yield the products that a card from the catalogue shows.
    """
    elements = objects(json_object(payload.get("product")).get("elements"))
    for one in elements[:_MOST_ATTACHMENTS]:
        if product_id := ident(one.get("retailer_id")) or ident(one.get("id")):
            yield Product(id=product_id, title=text_of(one.get("title")))


def source_of(referral: object) -> Source:
    """
    Return what made the person come: an ad, a link with a mark, a plug-in.
    """
    told = json_object(referral)
    if not told:
        return _NO_SOURCE
    ad = json_object(told.get("ads_context_data"))
    medium = text_of(told.get("source")).lower()
    campaign = text_of(told.get("ref"))
    content = text_of(ad.get("ad_title"))
    referrer = text_of(told.get("referer_uri"))
    marks = [("ad_id", ident(told.get("ad_id"))), ("post_id", ident(ad.get("post_id")))]
    marks = [pair for pair in marks if pair[1]]
    if not (medium or campaign or content or referrer or marks):
        return _NO_SOURCE
    return Source(
        name="meta",
        medium=medium[:LONGEST_MARK],
        campaign=campaign[:LONGEST_MARK],
        content=content[:LONGEST_MARK],
        referrer=referrer[:LONGEST_MARK],
        marks=tuple(marks),
    )


_NO_SOURCE = Source()
