"""
Mango Office: the events of a virtual exchange, and the commands that answer.

What an event comes to stands in `~leadflow.channels._mango_events`; here are the
account's settings, its one receiving door, and what we ask of the exchange.
"""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes, urlencode

import attrs

from leadflow.channels._calls import Line, is_number
from leadflow.channels._mango_events import Rules, outcomes_of
from leadflow.channels._webhook import (
    check_settings,
    clean,
    excerpt,
    read_json,
    refused_method,
    same_secret,
)
from leadflow.channels.protocol import Delivery, Outgoing, Reading, Reply, guarded
from leadflow.errors import Malformed, Refused, Unverified
from leadflow.values import ChannelId, ContactPoint


if TYPE_CHECKING:
    from collections.abc import Iterable


__all__ = ("MangoChannel",)

_MOST_FIELDS = 20
_DAY = timedelta(days=1)


def _as_words(words: Iterable[str]) -> frozenset[str]:
    return frozenset(words)


def _rules_of(channel: MangoChannel) -> Rules:
    return Rules(
        line=Line(channel=channel.id, region=channel.region, international=True),
        at_ring=channel.at_ring,
        callbacks=channel.callback_initiators,
        clock_offset=channel.clock_offset,
    )


@attrs.frozen(kw_only=True)
class MangoChannel:
    """
    Read the events of one virtual exchange, and describe calls back and SMS.

    *api_key* and *salt* are those of its API connector; every event is signed with
    them.  A call makes one touch, at its end; with *at_ring* already when it rings,
    and its end makes the touch whole.  *callback_initiators* are what the exchange
    calls the widgets by which visitors ask to be called.

    *region* is the country of numbers without a code.  *clock_offset* is how far the
    exchange's times are ahead of UTC: its manual says three hours, its events are
    Unix times.  *extension* is whose name an SMS goes out in, *sender* the name that
    it shows, *longest_sms* the most characters that one may have.

    Raises:
        DefinitionError: the settings can't be.
    """

    id: ChannelId
    api_key: str = attrs.field(repr=False)
    salt: str = attrs.field(repr=False)
    region: str = "RU"
    at_ring: bool = False
    callback_initiators: frozenset[str] = attrs.field(
        default=frozenset({"CallbackWidget"}), converter=_as_words
    )
    clock_offset: timedelta = timedelta()
    extension: str = ""
    sender: str = ""
    longest_sms: int = 670
    api: str = "https://app.mango-office.ru/vpbx"
    max_bytes: int = 256 * 1024
    _rules: Rules = attrs.field(
        init=False,
        repr=False,
        eq=False,
        default=attrs.Factory(_rules_of, takes_self=True),
    )

    def __attrs_post_init__(self) -> None:
        check_settings(
            f"channels.{self.id}",
            (
                (bool(self.api_key), "api_key", "empty-secret", "the key is empty"),
                (bool(self.salt), "salt", "empty-secret", "the salt is empty"),
                (
                    abs(self.clock_offset) < _DAY,
                    "clock_offset",
                    "wrong-offset",
                    "clocks differ by less than a day",
                ),
                (
                    self.longest_sms > 0,
                    "longest_sms",
                    "wrong-length",
                    "an SMS has at least one character",
                ),
            ),
        )

    # -- reading -------------------------------------------------------------------

    def read(self, delivery: Delivery) -> Reading:
        """
        Return what the event in *delivery* was.
        """
        return guarded(
            lambda: self._read(delivery),
            max_bytes=self.max_bytes,
            size=len(delivery.body),
        )

    def _read(self, delivery: Delivery) -> Reading:
        if delivery.method.upper() != "POST":
            return refused_method(delivery.method)
        fields = _fields(delivery.body)
        text = fields.get(b"json", b"")
        given = fields.get(b"vpbx_api_key", b"").decode("utf-8", "replace")
        sign = fields.get(b"sign", b"").decode("utf-8", "replace").strip().lower()
        # Both are checked whatever the first says.
        known = same_secret(given, self.api_key)
        signed = same_secret(sign, self._sign(text))
        if not (known and signed):
            raise Unverified("wrong-signature" if known else "wrong-api-key")
        without = (self.api_key, self.salt)
        data = read_json(text, without=without)
        if not isinstance(data, dict):
            shown = excerpt(text, without=without)
            raise Malformed("bad-event", place="json", excerpt=shown)
        return Reading(outcomes_of(data, self._rules, delivery))

    def _sign(self, text: bytes) -> str:
        """
        Return the signature of the JSON *text*, exactly as it stands.
        """
        return sha256(self.api_key.encode() + text + self.salt.encode()).hexdigest()

    # -- asking the exchange ---------------------------------------------------------

    def render(self, reply: Reply) -> Outgoing:
        """
        Describe an SMS to the number that called; *reply*'s id is the command's.

        Raises:
            Refused: there is no extension to send it, no number to send it to, the
                text is empty or too long, or there are attachments.
        """
        text = clean(reply.text)
        if reply.attachments:
            raise _refusal("reply.attachments", "an SMS is text alone")
        if not text.strip():
            raise _refusal("reply.empty", "the text is empty")
        if len(text) > self.longest_sms:
            raise _refusal(
                "reply.too-long", f"the text is longer than {self.longest_sms}"
            )
        if not self.extension:
            raise _refusal("no-extension", "the channel has no extension to send by")
        command = {
            "command_id": reply.id,
            "from_extension": self.extension,
            "to_number": _digits(reply.to),
            "text": text,
        }
        if self.sender:
            command["sms_sender"] = self.sender
        return self._command("sms", command, reply.id)

    def call_back(
        self,
        to: ContactPoint,
        *,
        id: str,  # noqa: A002 - the field's own name
        extension: str = "",
        line: str = "",
    ) -> Outgoing:
        """
        Describe a call: the exchange rings *extension*, and then calls *to*.

        *id* is ours, by which the exchange tells how it went; *line* is the number
        that the person sees.  The exchange takes four commands a second, and after
        a bad one locks the door for a while.

        Raises:
            Refused: there is no extension, or *to* is no telephone number.
        """
        own = extension or self.extension
        if not own:
            raise _refusal("no-extension", "there is no extension to call from")
        command: dict[str, object] = {
            "command_id": id,
            "from": {"extension": own},
            "to_number": _digits(to),
        }
        if line:
            if not is_number(line):
                raise _refusal("call.wrong-line", "the line is no number")
            command["line_number"] = line.removeprefix("+")
        return self._command("callback", command, id)

    def _command(self, name: str, command: object, key: str) -> Outgoing:
        text = json.dumps(command, ensure_ascii=False, separators=(",", ":"))
        fields = {
            "vpbx_api_key": self.api_key,
            "sign": self._sign(text.encode()),
            "json": text,
        }
        return Outgoing(
            method="POST",
            url=f"{self.api}/commands/{name}",
            headers=(("Content-Type", "application/x-www-form-urlencoded"),),
            body=urlencode(fields).encode(),
            key=key,
        )


def _fields(body: bytes) -> dict[bytes, bytes]:
    """
    Return the fields of a form as bytes, each the first of its name.

    The JSON is signed as it stands, so that it is not decoded here.
    """
    fields: dict[bytes, bytes] = {}
    for pair in body.strip().split(b"&", _MOST_FIELDS)[:_MOST_FIELDS]:
        name, _, value = pair.partition(b"=")
        fields.setdefault(name, unquote_to_bytes(value.replace(b"+", b" ")))
    return fields


def _digits(to: ContactPoint) -> str:
    if to.kind != "phone" or not to.value:
        raise _refusal("reply.no-number", "there is no telephone number to reach")
    return to.value.removeprefix("+")


def _refusal(rule: str, message: str) -> Refused:
    return Refused(f"mango.{rule}", message)
