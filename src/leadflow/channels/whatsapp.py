"""
WhatsApp Cloud API: the webhooks of one business number, and replies.

What an event comes to stands in `~leadflow.channels._whatsapp_events`; here are
the number's settings, its one receiving door, and what we ask of the Graph API.
A person is known by a user id, a phone number or both, since the number may be
hidden.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

import attrs

from leadflow.channels._meta import (
    GRAPH,
    GRAPH_VERSION,
    MAX_BYTES,
    Gate,
    Graph,
    check_gate,
    check_reply,
    fitting,
    gate_of,
    graph_of,
    is_https,
    read_hook,
    taken_apart,
)
from leadflow.channels._webhook import json_object, read_json, text_of
from leadflow.channels._whatsapp_events import GROUP, Rules, outcomes_of, parts_of
from leadflow.channels._whatsapp_person import NETWORK
from leadflow.errors import Malformed
from leadflow.values import ChannelId


if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadflow.channels._meta import Json
    from leadflow.channels.outcomes import Fetch, Outcome
    from leadflow.channels.protocol import Delivery, Outgoing, Reading, Reply


__all__ = ("WhatsAppChannel",)

_NUMBER = re.compile(r"\+?([0-9]{5,20})")
_USER_ID = re.compile(r"[A-Za-z]{2}\.[A-Za-z0-9._-]{1,200}")
_LONGEST_TRACKER = 512


def _rules_of(channel: WhatsAppChannel) -> Rules:
    return Rules(
        phone_number_id=channel.phone_number_id,
        region=channel.region,
        allow_groups=channel.allow_groups,
    )


@attrs.frozen(kw_only=True)
class WhatsAppChannel:
    """
    Read the webhooks of one business number, and describe replies.

    *phone_number_id* is Meta's id of the number (not the number itself); what
    comes for other numbers of the same app is left to their own channels.
    *app_secret* signs every delivery, *verify_token* is the word that the hook was
    set up with, *access_token* is needed to reply and to fetch files.

    *allow_groups* lets messages in groups open leads.  *region* is the country
    that phones written into a flow without a code are dialled in.  *longest* is
    how many characters a text may have, *window* how long after a person's last
    message a free text may go out.  Files are fetched only from *media_hosts*, and
    hosts below them: the request carries the token.

    Raises:
        DefinitionError: the settings contradict each other, or can't be.
    """

    id: ChannelId
    phone_number_id: str
    app_secret: str = attrs.field(repr=False)
    verify_token: str = attrs.field(default="", repr=False)
    access_token: str = attrs.field(default="", repr=False)
    allow_groups: bool = False
    region: str = "RU"
    longest: int = 4096
    window: timedelta = timedelta(hours=24)
    preview_url: bool = False
    media_hosts: tuple[str, ...] = ("fbsbx.com", "facebook.com", "whatsapp.net")
    api: str = GRAPH
    graph_version: str = GRAPH_VERSION
    max_bytes: int = MAX_BYTES
    _gate: Gate = attrs.field(
        init=False,
        repr=False,
        eq=False,
        default=attrs.Factory(gate_of, takes_self=True),
    )
    _rules: Rules = attrs.field(
        init=False,
        repr=False,
        eq=False,
        default=attrs.Factory(_rules_of, takes_self=True),
    )

    def __attrs_post_init__(self) -> None:
        check_gate(
            f"channels.{self.id}",
            app_secret=self.app_secret,
            api=self.api,
            version=self.graph_version,
            more=(
                (
                    re.fullmatch(r"[0-9]{1,32}", self.phone_number_id) is not None,
                    "phone_number_id",
                    "wrong-phone-number-id",
                    "Meta's id of a number has digits only",
                ),
                (
                    self.longest > 0,
                    "longest",
                    "wrong-limit",
                    "a text has at least one character",
                ),
                (
                    bool(self.media_hosts) and all(self.media_hosts),
                    "media_hosts",
                    "no-hosts",
                    "the token may not go to any host",
                ),
            ),
        )

    # -- reading -------------------------------------------------------------------

    def read(self, delivery: Delivery) -> Reading:
        """
        Return what *delivery* was; a GET that sets up the hook is answered.
        """
        return read_hook(delivery, self._gate, self._outcomes)

    def _outcomes(self, body: Json, delivery: Delivery) -> Iterator[Outcome]:
        rules = self._rules
        return taken_apart(
            parts_of(body),
            self.id,
            delivery,
            lambda event: outcomes_of(event, rules),
        )

    # -- asking the Graph ----------------------------------------------------------

    def render(self, reply: Reply) -> Outgoing:
        """
        Describe the sending of *reply* to who wrote.

        Its id goes along, and comes back in the receipts' detail.

        Raises:
            Refused: the channel has no token, nobody wrote first, the window is
                closed (then only a template may be sent), the text is empty or
                too long, there are attachments, or nobody is named.
        """
        graph = graph_of(NETWORK, self)
        text = check_reply(graph, reply)
        if len(text) > self.longest:
            raise graph.refusal(
                "reply.too-long", f"the text is longer than {self.longest}"
            )
        if not fitting(reply, self.window):
            raise graph.refusal(
                "reply.window-closed", "the person last wrote too long ago"
            )
        body: dict[str, object] = {
            "messaging_product": "whatsapp",
            **_recipient(reply, graph),
            "type": "text",
            "text": {"body": text, "preview_url": self.preview_url},
        }
        if reply.answers.startswith("wamid."):
            body["context"] = {"message_id": reply.answers}
        if len(reply.id) <= _LONGEST_TRACKER:
            body["biz_opaque_callback_data"] = reply.id
        return graph.post(f"{self.phone_number_id}/messages", body, reply.id)

    def file_fetch(self, locator: str) -> Fetch:
        """
        Describe the call that tells where an attachment's *locator* is.

        Its answer goes to `file_download`.

        Raises:
            Refused: the channel has no token, or *locator* is no ``file_id:…``.
        """
        graph = graph_of(NETWORK, self)
        scheme, _, media_id = locator.partition(":")
        if scheme != "file_id" or not media_id:
            raise graph.refusal("file.foreign", "the locator is no file id")
        if not self.access_token:
            raise graph.refusal("no-token", "the channel has no access token")
        query = f"phone_number_id={self.phone_number_id}"
        return graph.get(f"{quote(media_id, safe='', errors='replace')}?{query}")

    def file_download(self, answer: bytes) -> Fetch:
        """
        Describe the download itself, from the *answer* to `file_fetch`.

        The URL works for about five minutes.

        Raises:
            Malformed: *answer* names no file, or one at a host that is not Meta's.
        """
        told = json_object(read_json(answer, without=self._gate.secrets))
        url = text_of(told.get("url"))
        if not is_https(url, self.media_hosts):
            raise Malformed("no-file", place="url")
        return graph_of(NETWORK, self).download(url)


def _recipient(reply: Reply, graph: Graph) -> dict[str, object]:
    """
    Return whom a reply goes to: a group, a user id or a number.
    """
    place = reply.conversation
    if not place and reply.to.kind in (NETWORK, "phone"):
        place = reply.to.value
    if place.startswith(GROUP) and len(place) > len(GROUP):
        return {"recipient_type": "group", "to": place.removeprefix(GROUP)}
    if number := _NUMBER.fullmatch(place):
        return {"recipient_type": "individual", "to": number[1]}
    if _USER_ID.fullmatch(place):
        return {"recipient_type": "individual", "recipient": place}
    raise graph.refusal("reply.no-recipient", "the reply names nobody")
