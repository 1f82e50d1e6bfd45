"""
MAX: the updates of one bot, and replies.

An update carries the bot's secret in a header.  A person who shares the own phone
sends a card with a proof, an HMAC by the bot's token: with it the phone is the
person's, without it only somebody's.  Facts are those that libraries for the
platform agree on; what they don't agree on is a setting.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import attrs

from leadflow.channels._event import Event, Json
from leadflow.channels._max_content import Content, content_of
from leadflow.channels._meta import ident, is_https
from leadflow.channels._webhook import (
    check_settings,
    clean,
    instant,
    json_object,
    read_json,
    refused_method,
    same_secret,
    text_of,
    whole_number,
)
from leadflow.channels.outcomes import (
    PERSON,
    Amendment,
    ContactChange,
    IgnoredReason,
    Inbound,
    Judgement,
    Outcome,
)
from leadflow.channels.protocol import ACCEPTED, Outgoing, Reading, guarded
from leadflow.errors import Malformed, Refused, Unverified
from leadflow.values import ChannelId, ContactPoint, Person, Source


if TYPE_CHECKING:
    from collections.abc import Mapping

    from leadflow.channels.protocol import Delivery, Reply


__all__ = ("MaxChannel",)

NETWORK = "max"

_HEADER = "X-Max-Bot-Api-Secret"
_NUMBER = re.compile(r"-?[0-9]{1,19}")
_IGNORED: Mapping[str, IgnoredReason] = {
    "bot_added": "permission_change",
    "bot_removed": "permission_change",
    "chat_title_changed": "service_message",
    "dialog_cleared": "service_message",
    "dialog_muted": "subscription_change",
    "dialog_unmuted": "subscription_change",
    "message_chat_created": "service_message",
    "user_added": "subscription_change",
    "user_removed": "subscription_change",
}


@attrs.frozen(kw_only=True)
class MaxChannel:
    """
    Read the updates of one bot, and describe replies.

    *secret* is what was given when the hook was subscribed.  *token* is the bot's:
    it is needed to reply, and to tell whether a shared phone is the sender's own.
    *allow_groups* lets messages in chats of many open leads.  *longest* is how many
    characters a message may have, *region* the country of phones without a code.
    *api* is the address of the platform's API, which has moved before.

    Raises:
        DefinitionError: the settings can't be.
    """

    id: ChannelId
    secret: str = attrs.field(repr=False)
    token: str = attrs.field(default="", repr=False)
    allow_groups: bool = False
    region: str = "RU"
    longest: int = 4000
    api: str = "https://platform-api.max.ru"
    max_bytes: int = 1024 * 1024

    def __attrs_post_init__(self) -> None:
        check_settings(
            f"channels.{self.id}",
            (
                (
                    bool(self.secret),
                    "secret",
                    "empty-secret",
                    "without a secret nothing is authentic",
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
        Return what the update in *delivery* was.
        """
        return guarded(
            lambda: self._read(delivery),
            max_bytes=self.max_bytes,
            size=len(delivery.body),
        )

    def _read(self, delivery: Delivery) -> Reading:
        if delivery.method.upper() != "POST":
            return refused_method(delivery.method)
        if not same_secret(delivery.header(_HEADER), self.secret):
            raise Unverified("wrong-secret")
        secrets = (self.secret, self.token)
        body = json_object(read_json(delivery.body, without=secrets))
        kind = text_of(body.get("update_type"))
        if not kind:
            raise Malformed("no-update-type", place="update_type")
        message = json_object(body.get("message"))
        event = Event(self.id, delivery, kind, message, body)
        return Reading((self._outcome(event),), ACCEPTED)

    def _outcome(self, event: Event) -> Outcome:
        kind = event.kind
        if kind == "message_created":
            return self._message(event)
        if kind == "message_callback":
            return self._button(event)
        if kind == "message_edited":
            return self._edited(event)
        if kind == "message_removed":
            return self._removed(event)
        if kind in {"bot_started", "bot_stopped", "dialog_removed"}:
            return self._started(event)
        user = json_object(event.around.get("user"))
        reason = _IGNORED.get(kind, "unknown_event")
        return event.ignored(reason, kind, contact_points=_contact_of(user))

    def _not_for_us(self, message: Json, sender: Json) -> tuple[IgnoredReason, str]:
        """
        Return why nobody's attention stands behind a message, no detail if it does.
        """
        if sender.get("is_bot") is True:
            return "own_bot", "sent by a bot"
        place = text_of(json_object(message.get("recipient")).get("chat_type"))
        if place == "channel":
            return "channel_post", place
        if place not in {"", "dialog"} and not self.allow_groups:
            return "group_chat_not_allowed", place
        return "unknown_event", ""

    def _message(self, event: Event) -> Outcome:
        message = event.data
        sender, body = (json_object(message.get(key)) for key in ("sender", "body"))
        points = _contact_of(sender)
        key = ident(body.get("mid"))
        reason, detail = self._not_for_us(message, sender)
        if detail:
            return event.ignored(reason, detail, key=key, contact_points=points)
        if not points:
            raise Malformed("no-sender", place="message.sender.user_id")
        sender_id = whole_number(sender.get("user_id"))
        found = self._content(body, sender_id)
        answered = self._linked(json_object(message.get("link")), found)
        if not (found.text.strip() or found.files or found.phones or found.extra):
            return event.ignored("empty", event.kind, key=key, contact_points=points)
        received_at = event.delivery.received_at
        locale = text_of(event.around.get("user_locale"))
        return Inbound(
            channel=self.id,
            kind="message",
            external_id=key or event.spare_id,
            received_at=received_at,
            sent_at=instant(message.get("timestamp"), received_at)
            or instant(event.around.get("timestamp"), received_at),
            conversation=_place_of(message, sender),
            in_reply_to=(answered,) if answered else (),
            contact_points=(*points, *found.phones),
            person=_person_of(sender, locale),
            text=found.text,
            attachments=tuple(found.files),
            language=locale,
            judgement=(
                Judgement(reasons=tuple(found.reasons)) if found.reasons else PERSON
            ),
            extra=tuple(found.extra),
        )

    def _linked(self, link: Json, found: Content) -> str:
        """
        Return the id of what a message answers; what it forwards is taken in.
        """
        kind, inner = text_of(link.get("type")), json_object(link.get("message"))
        if kind == "reply":
            return ident(inner.get("mid"))
        if kind == "forward":
            found.reasons.append("forwarded")
            forwarded = self._content(inner, None)
            found.note("forwarded", forwarded.text)
            found.files += forwarded.files
            # A proof that was forwarded proves nothing of who forwards.
            found.extra += [("contact_phone", one.raw) for one in forwarded.phones]
            found.extra += forwarded.extra
        return ""

    def _content(self, body: Json, sender: int | None) -> Content:
        return content_of(body, sender=sender, token=self.token, region=self.region)

    def _button(self, event: Event) -> Outcome:
        callback = json_object(event.around.get("callback"))
        user = json_object(callback.get("user"))
        key, points = ident(callback.get("callback_id")), _contact_of(user)
        below = json_object(event.data.get("body"))
        reason, detail = self._not_for_us(event.data, user)
        if detail:
            return event.ignored(reason, detail, key=key, contact_points=points)
        if not points:
            raise Malformed("no-sender", place="callback.user.user_id")
        received_at = event.delivery.received_at
        answered = ident(below.get("mid"))
        locale = text_of(event.around.get("user_locale"))
        return Inbound(
            channel=self.id,
            kind="message",
            external_id=key or event.spare_id,
            received_at=received_at,
            sent_at=instant(callback.get("timestamp"), received_at),
            conversation=_place_of(event.data, user),
            in_reply_to=(answered,) if answered else (),
            contact_points=points,
            person=_person_of(user, locale),
            text=text_of(callback.get("payload")),
            language=locale,
            judgement=Judgement(reasons=("button",)),
        )

    def _edited(self, event: Event) -> Outcome:
        message = event.data
        sender, body = (json_object(message.get(key)) for key in ("sender", "body"))
        reason, detail = self._not_for_us(message, sender)
        of = ident(body.get("mid"))
        if detail or not of:
            return event.ignored(
                reason if detail else "service_message",
                detail or "an edit of nothing",
                contact_points=_contact_of(sender),
            )
        return Amendment(
            channel=self.id,
            external_id=event.spare_id,
            of=of,
            kind="edit",
            text=text_of(body.get("text")),
            received_at=event.delivery.received_at,
        )

    def _removed(self, event: Event) -> Outcome:
        of = ident(event.around.get("message_id"))
        if not of:
            return event.ignored("service_message", "a deletion of nothing")
        return Amendment(
            channel=self.id,
            external_id=f"{of}/removed",
            of=of,
            kind="deletion",
            received_at=event.delivery.received_at,
        )

    def _started(self, event: Event) -> Outcome:
        body, user = event.around, json_object(event.around.get("user"))
        points = _contact_of(user)
        if not points:
            return event.ignored("permission_change", event.kind)
        received_at = event.delivery.received_at
        locale = text_of(body.get("user_locale"))
        if event.kind != "bot_started":
            return ContactChange(
                channel=self.id,
                external_id=event.spare_id,
                change="blocked",
                was=points[0],
                person=_person_of(user, locale),
                detail=event.kind,
                received_at=received_at,
            )
        payload = text_of(body.get("payload"))[:512]
        return Inbound(
            channel=self.id,
            kind="message",
            external_id=event.spare_id,
            received_at=received_at,
            sent_at=instant(body.get("timestamp"), received_at),
            conversation=ident(body.get("chat_id")) or f"u{points[0].value}",
            contact_points=points,
            person=_person_of(user, locale),
            source=Source(name=NETWORK, campaign=payload) if payload else Source(),
            language=locale,
            judgement=Judgement(reasons=("start",)),
        )

    # -- replying ------------------------------------------------------------------

    def render(self, reply: Reply) -> Outgoing:
        """
        Describe the sending of *reply* to where the person wrote.

        MAX knows no key that drops a repeated send, and takes 30 requests a second.

        Raises:
            Refused: the channel has no token, nobody wrote first, the text is
                empty or longer than *longest*, there are attachments, or nobody
                is named.
        """
        if not self.token:
            raise _refusal("no-token", "the channel has no token to send with")
        if reply.last_inbound_at is None:
            raise _refusal("reply.never-wrote", "the person never wrote")
        if reply.attachments:
            raise _refusal("reply.attachments", "a reply is text alone")
        text = clean(reply.text)
        if not text.strip():
            raise _refusal("reply.empty", "the text is empty")
        if len(text) > self.longest:
            raise _refusal("reply.too-long", f"the text is longer than {self.longest}")
        name, place = "chat_id", reply.conversation
        if place.startswith("u") or (not place and reply.to.kind == NETWORK):
            name, place = "user_id", place.removeprefix("u") or reply.to.value
        if not _NUMBER.fullmatch(place):
            raise _refusal("reply.no-chat", "the reply names no chat")
        body: dict[str, object] = {"text": text}
        if reply.answers.startswith("mid."):
            body["link"] = {"type": "reply", "mid": clean(reply.answers)}
        return Outgoing(
            method="POST",
            url=f"{self.api}/messages?{urlencode({name: place})}",
            headers=(
                ("Authorization", self.token),
                ("Content-Type", "application/json"),
            ),
            body=json.dumps(body, ensure_ascii=False).encode(),
            key=reply.id,
        )


def _refusal(rule: str, message: str) -> Refused:
    return Refused(f"max.{rule}", message)


def _contact_of(user: Json) -> tuple[ContactPoint, ...]:
    number = whole_number(user.get("user_id"))
    if number is None or number <= 0:
        return ()
    name = text_of(user.get("username"))
    label = f"@{name}" if name else ""
    return (
        ContactPoint(kind=NETWORK, value=str(number), raw=str(number), label=label),
    )


def _person_of(user: Json, locale: str) -> Person:
    parts = (text_of(user.get("first_name")), text_of(user.get("last_name")))
    name = " ".join(part for part in parts if part) or text_of(user.get("name"))
    return Person(name=name, language=locale)


def _place_of(message: Json, sender: Json) -> str:
    """
    Return the conversation's key: its chat, or ``u`` and the person's id.
    """
    chat = ident(json_object(message.get("recipient")).get("chat_id"))
    return chat or f"u{ident(sender.get('user_id'))}"
