"""
Viber bots: one callback a webhook, as the REST bot API sends it, and replies.

What a callback comes to stands in `~leadflow.channels._viber_event`; here are the
bot's settings, its one receiving door, and what we ask of Viber.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import attrs

from leadflow.channels._viber_event import NETWORK, Callback, Rules, outcome_of
from leadflow.channels._webhook import (
    check_settings,
    clean,
    json_object,
    read_json,
    refused_method,
    signed_by,
)
from leadflow.channels.protocol import (
    ACCEPTED,
    Answer,
    Delivery,
    Outgoing,
    Reading,
    Reply,
    guarded,
)
from leadflow.errors import Refused, Unverified
from leadflow.values import ChannelId


if TYPE_CHECKING:
    from leadflow.channels._viber_event import Json


__all__ = ("ViberChannel",)

_HEADER = "X-Viber-Content-Signature"
_HEX = re.compile(r"[0-9a-fA-F]{64}")
_USER = re.compile(r"[\x21-\x7e]{1,256}")
_LONGEST_NAME = 28
_LARGEST_CALL = 30 * 1024
_LONGEST_TRACKER = 4000


@attrs.frozen(kw_only=True)
class ViberChannel:
    """
    Read the callbacks of one bot, and describe replies.

    *token* is the bot's authentication token: it signs what comes in and is needed
    to reply.  *sender_name* stands above our messages, in at most 28 characters.
    *welcome* is what a person is told who opens the chat; it subscribes nobody.

    Anybody's card can be shared.  With *own_phones* the phone of a shared one is
    taken for the sender's own: right only where cards come by a button of ours
    that shares the phone.  *longest* is how many characters a text may have.

    Raises:
        DefinitionError: the settings contradict each other, or can't be.
    """

    id: ChannelId
    token: str = attrs.field(repr=False)
    sender_name: str
    welcome: str = ""
    own_phones: bool = False
    longest: int = 7000
    api: str = "https://chatapi.viber.com"
    max_bytes: int = 1024 * 1024

    def __attrs_post_init__(self) -> None:
        check_settings(
            f"channels.{self.id}",
            (
                (
                    re.fullmatch(r"[\x21-\x7e]+", self.token) is not None,
                    "token",
                    "wrong-token",
                    "a token is not empty and is of ASCII without spaces",
                ),
                (
                    0 < len(self.sender_name.strip()) <= _LONGEST_NAME,
                    "sender_name",
                    "wrong-name",
                    f"a name has 1 to {_LONGEST_NAME} characters",
                ),
                (
                    self.api.startswith("https://"),
                    "api",
                    "wrong-url",
                    "the API is reached by https",
                ),
                (
                    len(self.welcome) <= self.longest,
                    "welcome",
                    "too-long",
                    "the welcome is longer than a text may be",
                ),
            ),
        )

    # -- reading -------------------------------------------------------------------

    def read(self, delivery: Delivery) -> Reading:
        """
        Return what the callback in *delivery* was.

        The answer to an opened chat holds the welcome, if there is one.
        """
        return guarded(
            lambda: self._read(delivery),
            max_bytes=self.max_bytes,
            size=len(delivery.body),
        )

    def _read(self, delivery: Delivery) -> Reading:
        if delivery.method.upper() != "POST":
            return refused_method(delivery.method)
        given = (delivery.header(_HEADER) or "").strip()
        if not _HEX.fullmatch(given) or not signed_by(given, self.token, delivery.body):
            raise Unverified("wrong-signature")
        data = json_object(read_json(delivery.body, without=(self.token,)))
        rules = Rules(channel=self.id, own_phones=self.own_phones)
        callback = Callback.of(data, rules, delivery.digest, delivery.received_at)
        outcome = outcome_of(callback)
        return Reading((outcome,), self._answer(callback.event))

    def _answer(self, event: str) -> Answer:
        if event != "conversation_started" or not self.welcome.strip():
            return ACCEPTED
        return Answer(
            body=_encoded(self._said(self.welcome)),
            media_type="application/json",
        )

    def _said(self, text: str) -> Json:
        return {
            "min_api_version": 1,
            "sender": {"name": self.sender_name},
            "type": "text",
            "text": text,
        }

    # -- asking Viber --------------------------------------------------------------

    def render(self, reply: Reply) -> Outgoing:
        """
        Describe the sending of *reply* to who wrote.

        Its id goes along as tracking data, and comes back with the person's next
        message.  Viber answers 200 also where it refuses: look at ``status``.

        Raises:
            Refused: nobody wrote first, the text is empty or too long, there are
                attachments, or nobody is named.
        """
        if reply.last_inbound_at is None:
            raise _refusal("never-wrote", "the person never wrote")
        if reply.attachments:
            raise _refusal("attachments", "a reply is text alone")
        text = clean(reply.text)
        if not text.strip():
            raise _refusal("empty", "the text is empty")
        if len(text) > self.longest:
            raise _refusal("too-long", f"the text is longer than {self.longest}")
        receiver = reply.conversation
        if not receiver and reply.to.kind == NETWORK:
            receiver = reply.to.value
        if not _USER.fullmatch(receiver):
            raise _refusal("no-recipient", "the reply names nobody")
        call = {"receiver": receiver, **self._said(text)}
        if len(reply.id) <= _LONGEST_TRACKER:
            call["tracking_data"] = reply.id
        body = _encoded(call)
        if len(body) > _LARGEST_CALL:
            raise _refusal("too-long", f"the call is larger than {_LARGEST_CALL} bytes")
        return Outgoing(
            method="POST",
            url=f"{self.api}/pa/send_message",
            headers=(
                ("X-Viber-Auth-Token", self.token),
                ("Content-Type", "application/json"),
            ),
            body=body,
            key=reply.id,
        )


def _refusal(rule: str, message: str) -> Refused:
    return Refused(f"viber.reply.{rule}", message)


def _encoded(call: Json) -> bytes:
    return clean(json.dumps(call, ensure_ascii=False)).encode()
