"""
A chat of one's own site, in leadflow's own envelope.

Whoever writes a widget posts what was said, signed, in this shape:

    {"event_id": "e1", "chat_id": "c1",
     "visitor": {"id": "v1", "name": "Anna", "email": "…", "phone": "…"},
     "page": {"url": "…", "title": "…", "ref": "…"},
     "utm": {"source": "google"},
     "messages": [{"id": "m1", "from": "visitor", "text": "…", "at": 1778493600}]}

``from`` is ``visitor``, ``agent`` or ``bot``; ``at`` is a Unix time, in seconds or
milliseconds.  A message may have ``files``, each with ``url``, ``name``, ``type`` and
``size``.  Only ``chat_id`` can't be left out.  An envelope without messages tells
what the visitor left about themselves.

A delivery carries its Unix time in one header and, in another, the HMAC-SHA256 of
``<time>.<body>`` in hex.  Replies are posted to the site in the same way.
"""

from __future__ import annotations

import hmac
import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import attrs

from leadflow.channels import _visitor as visitors
from leadflow.channels._meta import Json, ident, is_https, objects
from leadflow.channels._webhook import (
    check_settings,
    clean,
    excerpt,
    instant,
    json_object,
    plain_name,
    read_json,
    refused_method,
    signed_by,
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
)
from leadflow.channels.protocol import ACCEPTED, Outgoing, Reading, guarded
from leadflow.errors import Malformed, Refused, Unverified
from leadflow.values import Attachment, ChannelId, ContactPoint, Person, Source


if TYPE_CHECKING:
    from leadflow.channels.protocol import Delivery, Reply


__all__ = ("ChatChannel",)

NETWORK = "chat"

_HEX = re.compile(r"(?:sha256=)?[0-9a-f]{64}", re.IGNORECASE)
_STAMP = re.compile(r"[0-9]{9,11}")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9.+-]{1,63}/[A-Za-z0-9.+-]{1,127}")
_DAY = timedelta(days=1)
_MOST_FILES = 20


@attrs.frozen(kw_only=True)
class _Visit:
    """
    Hold what the messages of one envelope have in common.
    """

    chat: str
    part_of: str
    contact_points: tuple[ContactPoint, ...]
    person: Person
    source: Source
    extra: tuple[tuple[str, str], ...]


@attrs.frozen(kw_only=True)
class ChatChannel:
    """
    Read the chat of one's own site, and describe replies.

    *key* signs what comes in and what goes out; a delivery whose time is more than
    *tolerance* from the time of receipt is refused.  *reply_url* is where the site
    takes replies, empty if it takes none.  *region* is the country that phones
    without a code are dialled in, *longest* how many characters a reply may have,
    *max_messages* how many messages an envelope may have.

    Raises:
        DefinitionError: the settings can't be.
    """

    id: ChannelId
    key: str = attrs.field(repr=False)
    reply_url: str = attrs.field(default="", repr=False)
    signature_header: str = "X-Signature"
    time_header: str = "X-Time"
    tolerance: timedelta = timedelta(minutes=5)
    region: str = "RU"
    longest: int = 4096
    max_messages: int = 200
    max_bytes: int = 1024 * 1024

    def __attrs_post_init__(self) -> None:
        check_settings(
            f"channels.{self.id}",
            (
                (
                    bool(self.key),
                    "key",
                    "empty-secret",
                    "without a key nothing is authentic",
                ),
                (
                    not self.reply_url or is_https(self.reply_url),
                    "reply_url",
                    "wrong-url",
                    "replies are sent by https",
                ),
                (
                    timedelta() < self.tolerance < _DAY,
                    "tolerance",
                    "wrong-tolerance",
                    "the tolerance is more than nothing and less than a day",
                ),
                (
                    bool(self.signature_header and self.time_header),
                    "signature_header",
                    "unnamed-header",
                    "signature and time need the names of their headers",
                ),
                (
                    self.longest > 0 and self.max_messages > 0,
                    "longest",
                    "wrong-limit",
                    "a text and an envelope hold at least one",
                ),
            ),
        )

    # -- reading -------------------------------------------------------------------

    def read(self, delivery: Delivery) -> Reading:
        """
        Return what *delivery* was: an `Inbound` for each message of the visitor.
        """
        return guarded(
            lambda: self._read(delivery),
            max_bytes=self.max_bytes,
            size=len(delivery.body),
        )

    def _read(self, delivery: Delivery) -> Reading:
        if delivery.method.upper() != "POST":
            return refused_method(delivery.method)
        self._verify(delivery)
        body = json_object(read_json(delivery.body, without=(self.key,)))
        return Reading(self._outcomes(delivery, body), ACCEPTED)

    def _verify(self, delivery: Delivery) -> None:
        stamp = delivery.header(self.time_header) or ""
        given = (delivery.header(self.signature_header) or "").strip()
        if not _STAMP.fullmatch(stamp) or not _HEX.fullmatch(given):
            raise Unverified("no-signature")
        message = stamp.encode("ascii", "replace") + b"." + delivery.body
        if not signed_by(given, self.key, message):
            raise Unverified("wrong-signature")
        late = delivery.received_at.timestamp() - int(stamp)
        if abs(late) > self.tolerance.total_seconds():
            raise Unverified("stale")

    def _outcomes(self, delivery: Delivery, body: Json) -> tuple[Outcome, ...]:
        chat = ident(body.get("chat_id"))
        if not chat:
            raise Malformed("no-chat-id", place="chat_id")
        messages = objects(body.get("messages"))
        if len(messages) > self.max_messages:
            raise Malformed("too-many-messages", place="messages")
        visitor = json_object(body.get("visitor"))
        page = json_object(body.get("page"))
        event_id = ident(body.get("event_id")) or delivery.digest
        known = visitors.own_point(NETWORK, self.id, ident(visitor.get("id")))
        contacts = visitors.contacts_of(visitor, self.region)
        said = sum(message.get("from") == "visitor" for message in messages)
        title = text_of(page.get("title"))
        visit = _Visit(
            chat=chat,
            part_of=f"{chat}/{event_id}" if said > 1 else "",
            contact_points=known + contacts,
            person=visitors.person_of(visitor),
            source=visitors.source_of(visitors.marks_of(body.get("utm")), page),
            extra=(("page_title", title),) if title else (),
        )
        if not messages:
            return (self._left(delivery, visit, event_id, known, contacts),)
        found: dict[str, Outcome] = {}
        for number, message in enumerate(messages):
            own = ident(message.get("id"))
            key = f"{chat}/{own}" if own else f"{event_id}/{number}"
            # What stands in an envelope twice is one message.
            if key not in found:
                found[key] = self._message(delivery, message, visit, key)
        return tuple(found.values())

    def _ignored(
        self,
        delivery: Delivery,
        reason: IgnoredReason,
        detail: str,
        key: str,
        contact_points: tuple[ContactPoint, ...] = (),
    ) -> Ignored:
        return Ignored(
            channel=self.id,
            external_id=key,
            reason=reason,
            detail=excerpt(detail),
            contact_points=contact_points,
            received_at=delivery.received_at,
        )

    def _left(
        self,
        delivery: Delivery,
        visit: _Visit,
        key: str,
        known: tuple[ContactPoint, ...],
        contacts: tuple[ContactPoint, ...],
    ) -> Outcome:
        if not known or not (contacts or visit.person.name):
            return self._ignored(delivery, "empty", "no messages", key)
        return ContactChange(
            channel=self.id,
            external_id=key,
            change="renamed",
            was=known[0],
            now=contacts,
            person=visit.person,
            detail=visit.chat,
            received_at=delivery.received_at,
        )

    def _message(
        self, delivery: Delivery, message: Json, visit: _Visit, key: str
    ) -> Outcome:
        author = text_of(message.get("from"))
        if author == "agent":
            return self._ignored(delivery, "own_echo", "said by an agent", key)
        if author == "bot":
            return self._ignored(delivery, "own_bot", "said by a bot", key)
        if author != "visitor":
            return self._ignored(delivery, "unknown_event", author or "no author", key)
        text, files = text_of(message.get("text")), _files(message.get("files"))
        if not text.strip() and not files:
            words = "a message without words"
            return self._ignored(delivery, "empty", words, key, visit.contact_points)
        received_at = delivery.received_at
        return Inbound(
            channel=self.id,
            kind="message",
            external_id=key,
            received_at=received_at,
            sent_at=instant(message.get("at"), received_at),
            conversation=visit.chat,
            part_of=visit.part_of,
            contact_points=visit.contact_points,
            person=visit.person,
            text=text,
            source=visit.source,
            attachments=files,
            judgement=PERSON if text.strip() else Judgement(reasons=("files",)),
            extra=visit.extra,
        )

    # -- replying ------------------------------------------------------------------

    def render(self, reply: Reply) -> Outgoing:
        """
        Describe the posting of *reply* to the site, signed as what comes in is.

        Its id is the message's: the site shows it once.

        Raises:
            Refused: the site takes no replies, nobody wrote, the text is empty or
                longer than *longest*, there are attachments, or no chat is named.
        """
        if not self.reply_url:
            raise _refusal("no-address", "the site takes no replies")
        if reply.last_inbound_at is None:
            raise _refusal("reply.never-wrote", "the visitor never wrote")
        if reply.attachments:
            raise _refusal("reply.attachments", "a reply is text alone")
        text = clean(reply.text)
        if not text.strip():
            raise _refusal("reply.empty", "the text is empty")
        if len(text) > self.longest:
            raise _refusal("reply.too-long", f"the text is longer than {self.longest}")
        if not reply.conversation:
            raise _refusal("reply.no-chat", "the reply names no chat")
        stamp = str(int(reply.sent_at.timestamp()))
        message = {
            "id": clean(reply.id),
            "from": "bot" if reply.automatic else "agent",
            "text": text,
            "at": int(stamp),
            "answers": clean(reply.answers),
        }
        told = {"chat_id": clean(reply.conversation), "message": message}
        body = json.dumps(told, ensure_ascii=False).encode()
        signed = f"{stamp}.".encode() + body
        mac = hmac.digest(self.key.encode("utf-8", "surrogatepass"), signed, "sha256")
        return Outgoing(
            method="POST",
            url=self.reply_url,
            headers=(
                ("Content-Type", "application/json"),
                (self.time_header, stamp),
                (self.signature_header, f"sha256={mac.hex()}"),
            ),
            body=body,
            key=reply.id,
        )


def _refusal(rule: str, message: str) -> Refused:
    return Refused(f"chat.{rule}", message)


def _files(told: object) -> tuple[Attachment, ...]:
    """
    Return the files of a message that have an address on the web.
    """
    found: list[Attachment] = []
    for number, file in enumerate(objects(told)[:_MOST_FILES]):
        url = text_of(file.get("url"))
        if not is_https(url):
            continue
        media_type, size = text_of(file.get("type")), whole_number(file.get("size"))
        usual = "application/octet-stream"
        found.append(
            Attachment(
                name=plain_name(text_of(file.get("name"))) or f"file-{number + 1}",
                media_type=media_type if _MEDIA_TYPE.fullmatch(media_type) else usual,
                locator=url,
                size=size if size is not None and size >= 0 else None,
            )
        )
    return tuple(found)
