"""
Twilio: calls and SMS of one account, and WhatsApp and others that it relays.

Who signs stands in `~leadflow.channels._twilio_signature`, what a request tells in
`~leadflow.channels._twilio_events`; here are the account's settings, its one
receiving door, and what we ask of Twilio.
"""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import attrs

from leadflow.channels._calls import Line
from leadflow.channels._twilio_events import (
    Rules,
    cleaned,
    outcome_of,
    wants_twiml,
)
from leadflow.channels._twilio_signature import signed_pairs
from leadflow.channels._webhook import (
    check_settings,
    clean,
    excerpt,
    read_json,
    refused_method,
)
from leadflow.channels.outcomes import Fetch
from leadflow.channels.protocol import (
    ACCEPTED,
    Answer,
    Delivery,
    Outgoing,
    Reading,
    Reply,
    guarded,
)
from leadflow.errors import Malformed, Refused, Unverified
from leadflow.values import ChannelId


if TYPE_CHECKING:
    from leadflow.channels._form_body import Pairs


__all__ = ("TwilioChannel",)

_LONGEST = 1600
_WINDOW = timedelta(hours=24)
_SID = re.compile(r"[A-Za-z0-9]{1,64}")
_ORIGIN = re.compile(r"https?://[^/?#\s]+")


def _rules_of(channel: TwilioChannel) -> Rules:
    return Rules(
        line=Line(channel=channel.id, region=channel.region),
        at_ring=channel.at_ring,
        dials=channel.dials,
    )


@attrs.frozen(kw_only=True)
class TwilioChannel:
    """
    Read the requests of one account, and describe messages.

    *auth_token* signs the requests and lets us send; *account_sid* is whose they
    are.  *origin* is how Twilio reaches us (``https://crm.example``), where a proxy
    stands between; the signature has it in it.

    *twiml* answers a call that rings: what Twilio is to do with it.  With *dials*
    that puts calls through by ``<Dial>``, and only the request to its ``action``
    tells that a person answered; without, whatever picks the line up is a person.
    A call makes its touch at its end; with *at_ring* already when it rings.

    *sender* is the number or the messaging service (``MG…``) that writes to people
    who have not written, *region* the country of numbers without a code.

    Raises:
        DefinitionError: the settings can't be.
    """

    id: ChannelId
    account_sid: str
    auth_token: str = attrs.field(repr=False)
    origin: str = ""
    twiml: str = "<Response/>"
    dials: bool = True
    at_ring: bool = False
    sender: str = ""
    region: str = ""
    api: str = "https://api.twilio.com"
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
                (
                    _SID.fullmatch(self.account_sid) is not None,
                    "account_sid",
                    "wrong-account",
                    "an account's SID is letters and digits",
                ),
                (
                    bool(self.auth_token),
                    "auth_token",
                    "empty-secret",
                    "the token is empty",
                ),
                (
                    not self.origin or _ORIGIN.fullmatch(self.origin) is not None,
                    "origin",
                    "wrong-origin",
                    "an origin is a scheme and a host, and nothing behind",
                ),
            ),
        )

    # -- reading -------------------------------------------------------------------

    def read(self, delivery: Delivery) -> Reading:
        """
        Return what the request in *delivery* was; its URL must be there.
        """
        return guarded(
            lambda: self._read(delivery),
            max_bytes=self.max_bytes,
            size=len(delivery.body),
        )

    def _read(self, delivery: Delivery) -> Reading:
        if delivery.method.upper() not in ("POST", "GET"):
            return refused_method(delivery.method)
        pairs = signed_pairs(delivery, token=self.auth_token, origin=self.origin)
        fields = cleaned(self._of_json(delivery) if pairs is None else pairs)
        if fields.get("AccountSid", self.account_sid) != self.account_sid:
            raise Unverified("another-account")
        outcome = outcome_of(fields, self._rules, delivery)
        if not wants_twiml(fields):
            return Reading((outcome,), ACCEPTED)
        rings = fields.get("CallStatus") == "ringing" and "DialCallStatus" not in fields
        text = self.twiml if rings else "<Response/>"
        answer = Answer(body=text.encode(), media_type="text/xml; charset=utf-8")
        return Reading((outcome,), answer)

    def _of_json(self, delivery: Delivery) -> Pairs:
        data = read_json(delivery.body, without=(self.auth_token,))
        if not isinstance(data, dict):
            shown = excerpt(delivery.body, without=(self.auth_token,))
            raise Malformed("bad-event", place="body", excerpt=shown)
        return [(name, value) for name, value in data.items() if type(value) is str]

    # -- asking Twilio ---------------------------------------------------------------

    def render(self, reply: Reply) -> Outgoing:
        """
        Describe a message, from the number that was written to.

        Raises:
            Refused: the text is empty or longer than 1600, there are attachments,
                there is nobody to send it to or nothing to send it from, or the 24
                hours in which WhatsApp lets answer are over.
        """
        text = clean(reply.text)
        if reply.attachments:
            raise _refusal("reply.attachments", "a reply is text alone")
        if not text.strip():
            raise _refusal("reply.empty", "the text is empty")
        if len(text) > _LONGEST:
            raise _refusal("reply.too-long", f"the text is longer than {_LONGEST}")
        ours, _, theirs = reply.conversation.partition("/")
        to = theirs or _address(reply)
        sender = ours or self.sender
        if not to:
            raise _refusal("reply.no-number", "there is nobody to write to")
        if not sender:
            raise _refusal("reply.no-sender", "the channel has no number to write from")
        if to.startswith("whatsapp:"):
            _check_window(reply)
        from_ = "MessagingServiceSid" if sender.startswith("MG") else "From"
        url = f"{self.api}/2010-04-01/Accounts/{self.account_sid}/Messages.json"
        return Outgoing(
            method="POST",
            url=url,
            headers=(
                ("Content-Type", "application/x-www-form-urlencoded"),
                ("Authorization", self._authorization()),
            ),
            body=urlencode({"To": to, from_: sender, "Body": text}).encode(),
            key=reply.id,
        )

    def media_fetch(self, locator: str) -> Fetch:
        """
        Describe the download of an attachment, by its *locator*.

        Raises:
            Refused: *locator* leads elsewhere; the token would go along.
        """
        try:
            url = urlsplit(locator)
            own = urlsplit(self.api).hostname
            host = url.hostname or ""
        except ValueError:
            raise _refusal("media.foreign", "the locator is no URL") from None
        trusted = host == own or host.endswith(".twilio.com")
        if url.scheme != "https" or "@" in url.netloc or not trusted:
            raise _refusal("media.foreign", "the locator is none of Twilio's")
        headers = (("Authorization", self._authorization()),)
        return Fetch(method="GET", url=locator, headers=headers)

    def _authorization(self) -> str:
        pair = f"{self.account_sid}:{self.auth_token}".encode()
        return f"Basic {b64encode(pair).decode()}"


def _address(reply: Reply) -> str:
    value = reply.to.value
    if reply.to.kind == "whatsapp" and value:
        return f"whatsapp:+{value.removeprefix('+')}"
    return value if reply.to.kind == "phone" else ""


def _check_window(reply: Reply) -> None:
    if reply.last_inbound_at is None:
        raise _refusal("reply.never-wrote", "WhatsApp needs the person to write first")
    if reply.sent_at - reply.last_inbound_at > _WINDOW:
        raise _refusal("reply.window", "the 24 hours of WhatsApp are over")


def _refusal(rule: str, message: str) -> Refused:
    return Refused(f"twilio.{rule}", message)
