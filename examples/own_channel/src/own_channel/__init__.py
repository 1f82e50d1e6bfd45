"""
Pager, a messenger that nobody has: its webhooks as outcomes, replies to send.

Pager posts one event at a time, in JSON:

    {"id": "e1", "kind": "message.created", "at": 1778493600,
     "message": {"id": "m1", "thread": "t1", "text": "Hello",
                 "author": {"id": "p1", "name": "Ann Lee", "ours": false}}}

``kind`` is ``message.created``, ``message.edited``, ``message.deleted``,
``message.delivered`` or ``message.read``; more may come.  ``ours`` marks what was
said in our own name.  The header ``X-Pager-Signature`` is the HMAC-SHA256 of the
raw body in hex.  A reply is posted to Pager, which drops a ``key`` that it has seen.
"""

from __future__ import annotations

import hmac
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn

import attrs

from leadflow.channels import (
    Amendment,
    Ignored,
    IgnoredReason,
    Inbound,
    Outcome,
    Outgoing,
    Reading,
    Receipt,
    ReceiptStatus,
    guarded,
)
from leadflow.errors import Malformed, Refused, Unverified
from leadflow.values import ChannelId, ContactPoint, Person


if TYPE_CHECKING:
    from leadflow.channels import Delivery, Reply


__all__ = ("PagerChannel",)

SIGNATURE = "X-Pager-Signature"
URL = "https://api.pager.example/v1/messages"

_RECEIPTS: dict[str, ReceiptStatus] = {
    "message.delivered": "delivered",
    "message.read": "read",
}
_LONGEST = 2000
_LONGEST_ID = 100
_LARGEST_BODY = 256 * 1024
_LAST_STAMP = 10**11


@attrs.frozen(kw_only=True)
class PagerChannel:
    """
    Read the webhooks of one Pager account, and describe replies.

    *secret* signs the webhooks, *token* is what replies are sent with.
    """

    id: ChannelId
    secret: str = attrs.field(repr=False, validator=attrs.validators.min_len(1))
    token: str = attrs.field(default="", repr=False)

    # -- reading

    def read(self, delivery: Delivery) -> Reading:
        """
        Return what *delivery* was.
        """
        return guarded(
            lambda: self._read(delivery),
            max_bytes=_LARGEST_BODY,
            size=len(delivery.body),
        )

    def _read(self, delivery: Delivery) -> Reading:
        # Before anything is parsed, and as bytes: text that is not ASCII would
        # raise in the comparison.
        given = (delivery.header(SIGNATURE) or "").encode("utf-8", "replace")
        wanted = hmac.digest(self.secret.encode(), delivery.body, "sha256").hex()
        if not hmac.compare_digest(given, wanted.encode()):
            raise Unverified("wrong-signature")
        try:
            event = json.loads(delivery.body)
        except (ValueError, RecursionError):
            # Not the parser's own words, which could show what stands there.
            raise Malformed("bad-json", place="body") from None
        if not isinstance(event, dict):
            raise Malformed("no-object", place="body")
        return Reading((self._outcome(delivery, event),))

    def _outcome(self, delivery: Delivery, event: dict[str, Any]) -> Outcome:
        at = delivery.received_at
        key = _id(event.get("id")) or delivery.digest
        kind = _text(event.get("kind"))
        message = _object(event.get("message"))
        number = _id(message.get("id"))
        if not kind.startswith("message.") or not number:
            return self._ignored(delivery, key, "unknown_event", kind or "no kind")
        if kind in _RECEIPTS:
            return Receipt(
                channel=self.id,
                external_id=key,
                of=number,
                status=_RECEIPTS[kind],
                received_at=at,
            )
        author = _object(message.get("author"))
        if author.get("ours") is True:
            return self._ignored(delivery, key, "own_echo", "said in our name")
        text = _text(message.get("text"))
        match kind:
            case "message.created":
                return self._said(delivery, event, message, text)
            case "message.edited":
                return Amendment(
                    channel=self.id,
                    external_id=key,
                    of=number,
                    kind="edit",
                    text=text,
                    received_at=at,
                )
            case "message.deleted":
                return Amendment(
                    channel=self.id,
                    external_id=key,
                    of=number,
                    kind="deletion",
                    received_at=at,
                )
        return self._ignored(delivery, key, "unknown_event", kind)

    def _said(
        self,
        delivery: Delivery,
        event: dict[str, Any],
        message: dict[str, Any],
        text: str,
    ) -> Outcome:
        author = _object(message.get("author"))
        person, thread = _id(author.get("id")), _id(message.get("thread"))
        if not person or not thread:
            raise Malformed("no-author-or-thread", place="message")
        # The message's id, not the event's: an edit names the former.
        number = _id(message.get("id"))
        point = ContactPoint(kind="pager", value=person, raw=person)
        if not text.strip():
            return self._ignored(delivery, number, "empty", "no text", point)
        return Inbound(
            channel=self.id,
            kind="message",
            external_id=number,
            received_at=delivery.received_at,
            sent_at=_instant(event.get("at")),
            conversation=thread,
            contact_points=(point,),
            person=Person(name=_text(author.get("name"))),
            text=text,
        )

    def _ignored(
        self,
        delivery: Delivery,
        key: str,
        reason: IgnoredReason,
        detail: str,
        *points: ContactPoint,
    ) -> Ignored:
        return Ignored(
            channel=self.id,
            external_id=key,
            reason=reason,
            detail=detail[:_LONGEST_ID],
            contact_points=points,
            received_at=delivery.received_at,
        )

    # -- replying

    def render(self, reply: Reply) -> Outgoing:
        """
        Describe the posting of *reply* to its thread.

        Raises:
            Refused: there is no token or thread, or Pager would not take the text.
        """
        text = _text(reply.text)
        if not self.token:
            _refuse("pager.no-token", "the account has no token to send with")
        if not reply.conversation:
            _refuse("pager.no-thread", "the reply names no thread")
        if reply.attachments:
            _refuse("pager.attachments", "Pager takes text alone")
        if not text.strip():
            _refuse("pager.empty", "the text is empty")
        if len(text) > _LONGEST:
            _refuse("pager.too-long", f"the text is longer than {_LONGEST} characters")
        told = {"thread": reply.conversation, "text": text, "key": reply.id}
        return Outgoing(
            method="POST",
            url=URL,
            headers=(
                ("Authorization", f"Bearer {self.token}"),
                ("Content-Type", "application/json"),
            ),
            body=json.dumps(told).encode(),
            key=reply.id,
        )


# -- what may stand in JSON, as what is wanted -----------------------------------------


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    """
    Return *value* without what no store takes: NUL and half surrogate pairs.
    """
    if not isinstance(value, str):
        return ""
    return value.encode("utf-8", "replace").decode().replace("\0", "")


def _id(value: object) -> str:
    text = _text(value).strip()
    return text if len(text) <= _LONGEST_ID else ""


def _instant(value: object) -> datetime | None:
    if type(value) is not int or not 0 < value < _LAST_STAMP:
        return None
    return datetime.fromtimestamp(value, UTC)


def _refuse(rule: str, message: str) -> NoReturn:
    raise Refused(rule, message)
