"""
What stands in a message of MAX: text, files, places, cards with a phone.
"""

from __future__ import annotations

import base64
import hmac
import re
from typing import TYPE_CHECKING

import attrs

from leadflow import identity
from leadflow.channels._geo import geo_uri
from leadflow.channels._meta import ident, is_https, objects
from leadflow.channels._webhook import (
    json_object,
    plain_name,
    same_secret,
    text_of,
    whole_number,
)
from leadflow.values import Attachment, ContactPoint


if TYPE_CHECKING:
    from leadflow.channels._event import Json


__all__ = ("Content", "content_of")

_LINES = re.IGNORECASE | re.MULTILINE
_TEL = re.compile(r"^(?:[\w-]+\.)?TEL[^:\r\n]{0,200}:([^\r\n]{1,100})", _LINES)
_NAME = re.compile(r"^(?:[\w-]+\.)?FN[^:\r\n]{0,200}:([^\r\n]{1,200})", _LINES)
_MOST_FILES = 50
_LONGEST_CARD = 8192
_FILES = {
    "audio": (".mp3", "audio/mpeg"),
    "file": ("", "application/octet-stream"),
    "image": (".jpg", "image/jpeg"),
    "sticker": (".webp", "image/webp"),
    "video": (".mp4", "video/mp4"),
}


@attrs.define
class Content:
    """
    Collect what a message says; *phones* are proven to be the sender's own.
    """

    text: str = ""
    files: list[Attachment] = attrs.field(factory=list)
    phones: list[ContactPoint] = attrs.field(factory=list)
    extra: list[tuple[str, str]] = attrs.field(factory=list)
    reasons: list[str] = attrs.field(factory=list)

    def note(self, name: str, value: str) -> None:
        """Keep a further field, unless it is empty."""
        if value:
            self.extra.append((name, value))


def content_of(body: Json, *, sender: int | None, token: str, region: str) -> Content:
    """
    Return what a message says.

    A phone is the own one of *sender* only with a proof, made with the bot's
    *token*; *region* is the country of phones without a code.
    """
    found = Content(text=text_of(body.get("text")))
    for attached in objects(body.get("attachments"))[:_MOST_FILES]:
        kind = text_of(attached.get("type"))
        payload = json_object(attached.get("payload"))
        if kind in _FILES:
            _take_file(kind, attached, payload, found)
        elif kind == "contact":
            own = _is_own(payload, sender, token)
            _take_contact(payload, found, own=own, region=region)
        elif kind == "location":
            place = geo_uri(attached.get("latitude"), attached.get("longitude"))
            found.text = "\n".join(part for part in (found.text, place) if part)
        elif kind == "share":
            found.note("link", text_of(payload.get("url")))
        elif kind != "inline_keyboard":
            found.note("attached", kind)
    return found


def _take_file(kind: str, attached: Json, payload: Json, found: Content) -> None:
    url = text_of(payload.get("url"))
    if kind == "sticker":
        found.reasons.append(kind)
    if not is_https(url):
        # Somebody sent a file, even if it can't be fetched from here.
        found.note("attached", kind)
        return
    suffix, media_type = _FILES[kind]
    size = whole_number(attached.get("size"))
    name = plain_name(text_of(attached.get("filename")))
    own = ident(payload.get("photo_id")) or ident(payload.get("id"))
    found.files.append(
        Attachment(
            name=name or f"{kind}-{plain_name(own) or len(found.files) + 1}{suffix}",
            media_type=media_type,
            locator=url,
            size=size if size is not None and size >= 0 else None,
        )
    )


def _is_own(payload: Json, sender: int | None, token: str) -> bool:
    """
    Tell whether a card proves to be the sender's own.

    The proof tells that MAX made the card for this bot; whose it is, the card's
    owner tells, if anything does.
    """
    card, proof = payload.get("vcf_info"), payload.get("hash")
    owner = whole_number(json_object(payload.get("max_info")).get("user_id"))
    if owner not in {None, sender} or not token:
        return False
    if not isinstance(card, str) or not isinstance(proof, str):
        return False
    key, message = (part.encode("utf-8", "surrogatepass") for part in (token, card))
    wanted = base64.b64encode(hmac.digest(key, message, "sha256")).decode()
    return same_secret(proof, wanted)


def _take_contact(payload: Json, found: Content, *, own: bool, region: str) -> None:
    """
    Take a card: the sender's own phone, else a claim that people may look at.
    """
    card = text_of(payload.get("vcf_info"))[:_LONGEST_CARD]
    name = _NAME.search(card)
    if not own:
        found.note("contact_name", name[1].strip() if name else "")
    for tel in _TEL.findall(card)[:10]:
        number = tel.strip()
        point = identity.phone(number, region)
        # MAX writes numbers in full, without the plus.
        point = point or identity.phone(f"+{number.lstrip('+')}", None)
        if own:
            found.phones.append(
                point or ContactPoint(kind="phone", value="", raw=number)
            )
        else:
            found.note("contact_phone", number)
    found.reasons.append("own_contact" if own else "contact")
