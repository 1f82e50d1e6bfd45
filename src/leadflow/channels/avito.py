"""
Avito: messages of an account's chats, most of them about an item for sale.

Avito's signature is not documented, so nothing rests on it: a secret stands in the
hook's address.  A webhook tells ids and text; what the item is called and costs, and
who the person is, stands in the chat, which can be fetched.  Avito waits two seconds
for an answer.  Facts are those of version 3 of its webhooks, as several programs
read them.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import attrs

from leadflow.channels._event import Event, Json
from leadflow.channels._form_order import money
from leadflow.channels._geo import geo_uri
from leadflow.channels._meta import ident, is_https, objects
from leadflow.channels._secret import HookSecretPlace, check_secret, secret_checks
from leadflow.channels._webhook import (
    check_settings,
    clean,
    instant,
    json_object,
    plain_name,
    read_json,
    refused_method,
    text_of,
    whole_number,
)
from leadflow.channels.outcomes import (
    PERSON,
    Amendment,
    Call,
    Fetch,
    Inbound,
    Judgement,
    Outcome,
)
from leadflow.channels.protocol import ACCEPTED, Outgoing, Reading, guarded
from leadflow.errors import Malformed, Refused
from leadflow.values import Attachment, ChannelId, ContactPoint, Person, Product


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from leadflow.channels.protocol import Delivery, Reply


__all__ = ("AvitoChannel", "HookSecretPlace")

NETWORK = "avito"

_CHAT = re.compile(r"[A-Za-z0-9_.~-]{1,128}")
_SIZE = re.compile(r"([0-9]{1,5})x([0-9]{1,5})")
_JSON = ("Content-Type", "application/json")


@attrs.define
class _Content:
    """
    Collect what a message says.
    """

    text: str = ""
    files: tuple[Attachment, ...] = ()
    products: tuple[Product, ...] = ()
    call: Call | None = None
    extra: tuple[tuple[str, str], ...] = ()
    reasons: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class AvitoChannel:
    """
    Read the messages of one account, and describe replies.

    *user_id* is the account's number.  *secret* is the part of the hook's address
    that can't be guessed: the last part of its path, or, by *hidden_in*, a parameter
    of its query or a header, both named *hidden_as*.  *access_token* is needed to
    reply and to fetch; it lives for a day, so an application makes the channel anew
    with each.  *longest* is how many characters a message may have.

    Raises:
        DefinitionError: the settings can't be.
    """

    id: ChannelId
    user_id: int
    secret: str = attrs.field(repr=False)
    hidden_in: HookSecretPlace = "path"
    hidden_as: str = "key"
    access_token: str = attrs.field(default="", repr=False)
    longest: int = 1000
    api: str = "https://api.avito.ru"
    max_bytes: int = 1024 * 1024

    def __attrs_post_init__(self) -> None:
        check_settings(
            f"channels.{self.id}",
            (
                *secret_checks(self.secret, self.hidden_in, self.hidden_as),
                (
                    self.user_id > 0,
                    "user_id",
                    "wrong-account",
                    "an account's number is positive",
                ),
                (
                    self.longest > 0,
                    "longest",
                    "wrong-limit",
                    "a message has at least one character",
                ),
                (is_https(self.api), "api", "wrong-url", "the API is reached by https"),
            ),
        )

    # -- reading -------------------------------------------------------------------

    def read(self, delivery: Delivery) -> Reading:
        """
        Return what the message in *delivery* was.
        """
        return guarded(
            lambda: self._read(delivery),
            max_bytes=self.max_bytes,
            size=len(delivery.body),
        )

    def _read(self, delivery: Delivery) -> Reading:
        if delivery.method.upper() != "POST":
            return refused_method(delivery.method)
        check_secret(delivery, self.secret, place=self.hidden_in, name=self.hidden_as)
        secrets = (self.secret, self.access_token)
        body = json_object(read_json(delivery.body, without=secrets))
        payload = json_object(body.get("payload"))
        if not payload:
            raise Malformed("no-payload", place="payload")
        event = Event(
            channel=self.id,
            delivery=delivery,
            kind=text_of(payload.get("type")),
            data=json_object(payload.get("value")),
            around=body,
        )
        return Reading((self._outcome(event),), ACCEPTED)

    def _outcome(self, event: Event) -> Outcome:
        value = event.data
        key = ident(value.get("id")) or ident(event.around.get("id"))
        if event.kind != "message":
            return event.ignored("unknown_event", event.kind or "no type", key=key)
        account = whole_number(value.get("user_id"))
        if account != self.user_id:
            told = "no account" if account is None else str(account)
            return event.ignored("other_account", told, key=key)
        kind, author = text_of(value.get("type")), whole_number(value.get("author_id"))
        if kind == "system":
            return event.ignored("service_message", kind, key=key)
        if author == self.user_id:
            return event.ignored("own_echo", "sent by the account", key=key)
        if kind == "deleted":
            if not key:
                return event.ignored("service_message", kind)
            return Amendment(
                channel=self.id,
                external_id=f"{key}/deleted",
                of=key,
                kind="deletion",
                received_at=event.delivery.received_at,
            )
        if author is not None and author in {0, 1}:
            return event.ignored("service_message", "sent by Avito", key=key)
        reader = _READERS.get(kind)
        if reader is None:
            return event.ignored("unknown_event", kind or "no type", key=key)
        if author is None or author < 0:
            raise Malformed("no-author", place="payload.value.author_id")
        return self._inbound(event, key, author, reader(value.get("content")))

    def _inbound(self, event: Event, key: str, author: int, found: _Content) -> Outcome:
        value, received_at = event.data, event.delivery.received_at
        chat, item = ident(value.get("chat_id")), ident(value.get("item_id"))
        points = (ContactPoint(kind=NETWORK, value=str(author), raw=str(author)),)
        said = found.text.strip() or found.files or found.products or found.call
        if not said and not found.reasons:
            return event.ignored(
                "empty", text_of(value.get("type")), key=key, contact_points=points
            )
        products = found.products
        if item not in {"", "0"} and item not in {one.id for one in products}:
            products = (Product(id=item), *products)
        chat_type = text_of(value.get("chat_type"))
        return Inbound(
            channel=self.id,
            kind="call" if found.call else "message",
            external_id=key or event.spare_id,
            received_at=received_at,
            sent_at=instant(value.get("created"), received_at)
            or instant(event.around.get("timestamp"), received_at),
            conversation=chat,
            contact_points=points,
            text=found.text,
            products=products,
            attachments=found.files,
            call=found.call,
            judgement=Judgement(reasons=found.reasons) if found.reasons else PERSON,
            extra=(
                *found.extra,
                *((("chat_type", chat_type),) if chat_type else ()),
            ),
        )

    # -- asking Avito --------------------------------------------------------------

    def _refusal(self, rule: str, message: str) -> Refused:
        return Refused(f"avito.{rule}", message)

    def _called(self, path: str) -> tuple[str, tuple[str, str]]:
        if not self.access_token:
            raise self._refusal("no-token", "the channel has no access token")
        return f"{self.api}/{path}", ("Authorization", f"Bearer {self.access_token}")

    def render(self, reply: Reply) -> Outgoing:
        """
        Describe the sending of *reply* into its chat.

        Avito knows no key that drops a repeated send.

        Raises:
            Refused: the channel has no token, nobody wrote first, the text is
                empty or longer than *longest*, there are attachments, or no chat
                is named.
        """
        if reply.last_inbound_at is None:
            raise self._refusal("reply.never-wrote", "the person never wrote")
        if reply.attachments:
            raise self._refusal("reply.attachments", "a reply is text alone")
        text = clean(reply.text)
        if not text.strip():
            raise self._refusal("reply.empty", "the text is empty")
        if len(text) > self.longest:
            raise self._refusal(
                "reply.too-long", f"the text is longer than {self.longest}"
            )
        chat = self._chat(reply.conversation)
        url, bearer = self._called(
            f"messenger/v1/accounts/{self.user_id}/chats/{chat}/messages"
        )
        body = {"message": {"text": text}, "type": "text"}
        return Outgoing(
            method="POST",
            url=url,
            headers=(bearer, _JSON),
            body=json.dumps(body, ensure_ascii=False).encode(),
            key=reply.id,
        )

    def _chat(self, conversation: str) -> str:
        if not _CHAT.fullmatch(conversation):
            raise self._refusal("reply.no-chat", "no chat is named")
        return quote(conversation, safe="~")

    def chat_fetch(self, conversation: str) -> Fetch:
        """
        Describe the fetching of a chat, which tells the item and the person.

        Its answer goes to `item` and `person`.

        Raises:
            Refused: the channel has no token, or no chat is named.
        """
        chat = self._chat(conversation)
        url, bearer = self._called(f"messenger/v2/accounts/{self.user_id}/chats/{chat}")
        return Fetch(method="GET", url=url, headers=(bearer,))

    def voice_fetch(self, locator: str) -> Fetch:
        """
        Describe the call that tells where a voice message's *locator* is.

        Raises:
            Refused: the channel has no token, or *locator* is no ``voice_id:…``.
        """
        scheme, _, voice = locator.partition(":")
        if scheme != "voice_id" or not voice:
            raise self._refusal("file.foreign", "the locator is no voice id")
        url, bearer = self._called(
            f"messenger/v1/accounts/{self.user_id}/getVoiceFiles"
            f"?voice_ids={quote(clean(voice), safe='')}"
        )
        return Fetch(method="GET", url=url, headers=(bearer,))

    def item(self, answer: bytes) -> Product | None:
        """
        Return the item that a chat is about, None if it is about none.

        Raises:
            Malformed: *answer* is no chat.
        """
        context = json_object(self._told(answer).get("context"))
        value = json_object(context.get("value"))
        if context.get("type") != "item" or not (number := ident(value.get("id"))):
            return None
        return _product(value, number)

    def person(self, answer: bytes) -> Person:
        """
        Return who the other side of a chat is.

        Raises:
            Malformed: *answer* is no chat.
        """
        for user in objects(self._told(answer).get("users")):
            if whole_number(user.get("id")) != self.user_id:
                return Person(name=text_of(user.get("name")))
        return Person()

    def _told(self, answer: bytes) -> Json:
        told = json_object(read_json(answer, without=(self.access_token, self.secret)))
        if not ident(told.get("id")):
            raise Malformed("no-chat", place="id")
        return told


def _product(value: Json, number: str) -> Product:
    url = text_of(value.get("url")) or text_of(value.get("item_url"))
    return Product(
        id=number,
        title=text_of(value.get("title")),
        price=money(text_of(value.get("price_string")), "RUB"),
        url=url if is_https(url) else "",
    )


# -- what a message says ---------------------------------------------------------


def _text(content: object) -> _Content:
    # Programs have seen the text alone as well as in an object.
    told = text_of(content) or text_of(json_object(content).get("text"))
    return _Content(text=told)


def _image(content: object) -> _Content:
    sizes = json_object(json_object(json_object(content).get("image")).get("sizes"))
    urls = [
        (int(size[1]) * int(size[2]), url)
        for name, value in sizes.items()
        if (size := _SIZE.fullmatch(name)) and is_https(url := text_of(value))
    ]
    if not urls:
        # Somebody sent a picture, even if it can't be seen here.
        return _Content(text="", reasons=("image",), extra=(("attached", "image"),))
    url = max(urls)[1]
    name = plain_name(url.partition("?")[0]) or "image.jpg"
    file = Attachment(name=name, media_type="image/jpeg", locator=url)
    return _Content(files=(file,))


def _link(content: object) -> _Content:
    link = json_object(json_object(content).get("link"))
    text, url = text_of(link.get("text")), text_of(link.get("url"))
    return _Content(text=text or url, extra=(("link", url),) if url else ())


def _item(content: object) -> _Content:
    item = json_object(json_object(content).get("item"))
    url = text_of(item.get("item_url"))
    number = re.search(r"_([0-9]{5,15})(?:[/?#]|$)", url[:2048])
    title = text_of(item.get("title"))
    own = ident(item.get("id")) or (number[1] if number else "") or title
    return _Content(products=(_product(item, own),) if own else ())


def _location(content: object) -> _Content:
    place = json_object(json_object(content).get("location"))
    lines = (
        text_of(place.get("title")),
        text_of(place.get("text")),
        geo_uri(place.get("lat"), place.get("lon")),
    )
    return _Content(text="\n".join(line for line in lines if line))


def _voice(content: object) -> _Content:
    voice = ident(json_object(json_object(content).get("voice")).get("voice_id"))
    if not voice:
        return _Content()
    file = Attachment(
        name=f"voice-{plain_name(voice)}.mp4",
        media_type="audio/mp4",
        locator=f"voice_id:{voice}",
    )
    return _Content(files=(file,), reasons=("voice",))


def _call(content: object) -> _Content:
    status = text_of(json_object(json_object(content).get("call")).get("status"))
    return _Content(
        call=Call(
            direction="in", result="missed" if status == "missed" else "answered"
        ),
        extra=(("call", status),) if status else (),
    )


_READERS: Mapping[str, Callable[[object], _Content]] = {
    "call": _call,
    "image": _image,
    "item": _item,
    "link": _link,
    "location": _location,
    "text": _text,
    "voice": _voice,
}
