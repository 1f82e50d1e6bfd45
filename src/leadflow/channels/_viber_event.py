"""
What one callback of a Viber bot comes to.

A lead comes from a message alone.  That somebody opened the chat by a link tells
where they came from and opens nothing; the rest is told by its name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime

import attrs

from leadflow import identity
from leadflow.channels._geo import geo_uri
from leadflow.channels._webhook import (
    excerpt,
    instant,
    json_object,
    plain_name,
    text_of,
    whole_number,
)
from leadflow.channels.outcomes import (
    PERSON,
    ContactChange,
    Ignored,
    IgnoredReason,
    Inbound,
    Judgement,
    Outcome,
    Receipt,
    ReceiptStatus,
)
from leadflow.errors import Malformed
from leadflow.values import Attachment, ChannelId, ContactPoint, Person, Source


__all__ = ("NETWORK", "Callback", "Json", "Rules", "outcome_of")

Json = Mapping[str, object]

NETWORK = "viber"

_TOKEN = re.compile(r"[0-9]{1,20}")
_LONGEST_ID = 256
_RECEIPTS: Mapping[str, ReceiptStatus] = {
    "delivered": "delivered",
    "seen": "read",
    "failed": "failed",
}
_IGNORED: Mapping[str, IgnoredReason] = {
    "action": "service_message",
    "client_status": "service_message",
    "webhook": "account_notice",
}
_FILES: Mapping[str, tuple[str, str]] = {
    "file": ("application/octet-stream", ""),
    "picture": ("image/jpeg", ".jpg"),
    "video": ("video/mp4", ".mp4"),
}
_REFERRAL_ONLY = Judgement(may_answer=False, may_open=False, reasons=("referral",))


@attrs.frozen(kw_only=True)
class Rules:
    """
    Hold the settings that decide what a callback comes to.
    """

    channel: ChannelId
    own_phones: bool = False


@attrs.frozen(kw_only=True)
class Callback:
    """
    Hold one callback: its kind, its token, and its data.

    *digest* stands for a token where there is none.
    """

    rules: Rules
    event: str
    token: str
    data: Json
    digest: str
    received_at: datetime

    @property
    def key(self) -> str:
        """
        Return the key by which it counts once.

        The receipts of a message have the message's token, so the event is part
        of it.
        """
        return f"{self.token or self.digest}/{self.event or 'unknown'}"

    @classmethod
    def of(
        cls, data: Json, rules: Rules, digest: str, received_at: datetime
    ) -> Callback:
        """
        Return the callback that *data* is.

        Raises:
            Malformed: it names no event.
        """
        event = text_of(data.get("event"))
        if not event:
            raise Malformed("no-event", place="event")
        return cls(
            rules=rules,
            event=event[:64],
            token=_token(data.get("message_token")),
            data=data,
            digest=digest,
            received_at=received_at,
        )


def _token(value: object) -> str:
    """
    Return a message's token: a number of 64 bits, that some send as text.
    """
    text = str(value) if type(value) is int and value.bit_length() <= 64 else value
    return text if isinstance(text, str) and _TOKEN.fullmatch(text) else ""


def _ident(value: object) -> str:
    text = text_of(value).strip()
    return text if len(text) <= _LONGEST_ID else ""


def _points(user: str) -> tuple[ContactPoint, ...]:
    return (ContactPoint(kind=NETWORK, value=user, raw=user),) if user else ()


def outcome_of(callback: Callback) -> Outcome:
    """
    Return what *callback* comes to.

    Raises:
        Malformed: it lacks what its kind can't be without.
    """
    if callback.event in _RECEIPTS:
        return _receipt(callback)
    read = _READERS.get(callback.event)
    if read is not None:
        return read(callback)
    reason = _IGNORED.get(callback.event, "unknown_event")
    return _ignored(callback, reason, callback.event)


def _ignored(
    callback: Callback, reason: IgnoredReason, detail: str, user: str = ""
) -> Ignored:
    return Ignored(
        channel=callback.rules.channel,
        external_id=callback.key,
        reason=reason,
        detail=excerpt(detail),
        contact_points=_points(user),
        received_at=callback.received_at,
    )


# -- what a person does ----------------------------------------------------------


def _message(callback: Callback) -> Outcome:
    sender = json_object(callback.data.get("sender"))
    user = _ident(sender.get("id"))
    if not user:
        raise Malformed("no-sender", place="sender.id")
    message = json_object(callback.data.get("message"))
    kind = text_of(message.get("type"))
    read = _CONTENTS.get(kind)
    if read is None:
        return _ignored(callback, "unknown_event", kind or "a message of no type", user)
    text, files, extra = read(message)
    own = _own_phones(message) if callback.rules.own_phones else ()
    extra += (
        ("tracking_data", text_of(message.get("tracking_data"))),
        ("country", text_of(sender.get("country"))),
    )
    language = text_of(sender.get("language"))
    return Inbound(
        channel=callback.rules.channel,
        kind="message",
        external_id=callback.token or callback.digest,
        received_at=callback.received_at,
        sent_at=instant(callback.data.get("timestamp"), callback.received_at),
        conversation=user,
        contact_points=_points(user) + own,
        person=Person(name=text_of(sender.get("name")), language=language),
        text=text,
        attachments=files,
        language=language,
        judgement=PERSON,
        extra=tuple(pair for pair in extra if pair[1]),
    )


_Found = tuple[str, tuple[Attachment, ...], tuple[tuple[str, str], ...]]


def _text(message: Json) -> _Found:
    return text_of(message.get("text")), (), ()


def _file(message: Json) -> _Found:
    kind = text_of(message.get("type"))
    url = text_of(message.get("media"))
    media_type, suffix = _FILES[kind]
    size = whole_number(message.get("size"))
    name = plain_name(text_of(message.get("file_name")))
    file = Attachment(
        name=name or f"{kind}{suffix}",
        media_type=media_type,
        locator=url,
        size=size if size is not None and size >= 0 else None,
    )
    is_safe = url.startswith("https://") and url.isprintable()
    return text_of(message.get("text")), (file,) if is_safe else (), ()


def _sticker(message: Json) -> _Found:
    number = whole_number(message.get("sticker_id"))
    return "", (), (("sticker_id", "" if number is None else str(number)),)


def _contact(message: Json) -> _Found:
    contact = json_object(message.get("contact"))
    name, phone = text_of(contact.get("name")), text_of(contact.get("phone_number"))
    said = text_of(message.get("text"))
    return said, (), (("contact_name", name), ("contact_phone", phone))


def _own_phones(message: Json) -> tuple[ContactPoint, ...]:
    contact = json_object(message.get("contact"))
    number = text_of(contact.get("phone_number")).strip()
    if not number:
        return ()
    # Viber's numbers are international, with and without the plus.
    point = identity.phone(f"+{number.lstrip('+')}", None)
    return (ContactPoint(kind="phone", value=point.value if point else "", raw=number),)


def _url(message: Json) -> _Found:
    lines = (text_of(message.get("text")), text_of(message.get("media")))
    return "\n".join(dict.fromkeys(line for line in lines if line)), (), ()


def _location(message: Json) -> _Found:
    place = json_object(message.get("location"))
    lines = (
        text_of(message.get("text")),
        text_of(place.get("address")),
        geo_uri(place.get("lat"), place.get("lon")),
    )
    return "\n".join(line for line in lines if line), (), ()


_CONTENTS: Mapping[str, Callable[[Json], _Found]] = {
    "contact": _contact,
    "file": _file,
    "location": _location,
    "picture": _file,
    "sticker": _sticker,
    "text": _text,
    "url": _url,
    "video": _file,
}


def _started(callback: Callback) -> Outcome:
    """
    Return that the chat was opened: with a context it tells where somebody is from.
    """
    person = json_object(callback.data.get("user"))
    user = _ident(person.get("id"))
    context = text_of(callback.data.get("context"))
    if not user or not context:
        return _ignored(callback, "subscription_change", callback.event, user)
    language = text_of(person.get("language"))
    return Inbound(
        channel=callback.rules.channel,
        kind="message",
        external_id=callback.key,
        received_at=callback.received_at,
        sent_at=instant(callback.data.get("timestamp"), callback.received_at),
        conversation=user,
        contact_points=_points(user),
        person=Person(name=text_of(person.get("name")), language=language),
        source=Source(name=NETWORK, campaign=context[:512]),
        language=language,
        judgement=_REFERRAL_ONLY,
    )


def _subscribed(callback: Callback) -> Outcome:
    person = json_object(callback.data.get("user"))
    user = _ident(person.get("id")) or _ident(callback.data.get("user_id"))
    if not user:
        raise Malformed("no-user", place="user.id")
    return ContactChange(
        channel=callback.rules.channel,
        external_id=callback.key,
        change="allowed" if callback.event == "subscribed" else "blocked",
        was=_points(user)[0],
        person=Person(
            name=text_of(person.get("name")),
            language=text_of(person.get("language")),
        ),
        detail=callback.event,
        received_at=callback.received_at,
    )


_READERS: Mapping[str, Callable[[Callback], Outcome]] = {
    "conversation_started": _started,
    "message": _message,
    "subscribed": _subscribed,
    "unsubscribed": _subscribed,
}


# -- what is no message ----------------------------------------------------------


def _receipt(callback: Callback) -> Outcome:
    if not callback.token:
        return _ignored(callback, "status_receipt", callback.event)
    return Receipt(
        channel=callback.rules.channel,
        external_id=callback.key,
        of=callback.token,
        status=_RECEIPTS[callback.event],
        detail=excerpt(text_of(callback.data.get("desc"))),
        received_at=callback.received_at,
    )
