"""
What we ask of VK's API: a reply to send, a name or a whole message to fetch.

The token stands in the body of a POST, never in an address, for addresses are
logged.  VK answers 200 also when it refuses; the answer tells.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import attrs

from leadflow.channels._meta import Json, objects
from leadflow.channels._vk_base import CHATS
from leadflow.channels._webhook import (
    clean,
    json_object,
    read_json,
    text_of,
    whole_number,
)
from leadflow.channels.outcomes import Fetch
from leadflow.channels.protocol import Outgoing
from leadflow.errors import Malformed, Refused
from leadflow.values import Person


if TYPE_CHECKING:
    from leadflow.channels.protocol import Reply


__all__ = ("Api", "person_of", "sent_id")

_PEER = re.compile(r"-?[0-9]{1,12}")
_NUMBER_IN_PEER = re.compile(r"(-?[0-9]{1,12})/([0-9]{1,12})")
_FORM = ("Content-Type", "application/x-www-form-urlencoded")
# 6: too many a second, 9: flood, 10: the server's own fault.
_PASSING = frozenset({1, 6, 9, 10, 29})
_CLOSED = frozenset({900, 901, 902})
_TOO_LONG = 914


def _refusal(rule: str, message: str) -> Refused:
    return Refused(f"vk.{rule}", message)


@attrs.frozen(kw_only=True)
class Api:
    """
    Describe calls of the API in a community's name.
    """

    address: str
    version: str
    group_id: int
    token: str = attrs.field(repr=False)

    def _call(self, method: str, fields: dict[str, object]) -> tuple[str, bytes]:
        if not self.token:
            raise _refusal("no-token", "the channel has no access token")
        given = {**fields, "v": self.version, "access_token": self.token}
        return f"{self.address}/method/{method}", urlencode(given).encode()

    def send(self, reply: Reply, *, longest: int) -> Outgoing:
        """
        Describe the sending of *reply*.

        Raises:
            Refused: it can't be sent.
        """
        if reply.last_inbound_at is None:
            raise _refusal("reply.never-wrote", "the person never wrote")
        if reply.attachments:
            raise _refusal("reply.attachments", "a reply is text alone")
        text = clean(reply.text)
        if not text.strip():
            raise _refusal("reply.empty", "the text is empty")
        if len(text) > longest:
            raise _refusal("reply.too-long", f"the text is longer than {longest}")
        peer = reply.conversation
        if not peer and reply.to.kind == "vk":
            peer = reply.to.value
        if not _PEER.fullmatch(peer) or not int(peer):
            raise _refusal("reply.no-peer", "the reply names no dialogue")
        fields: dict[str, object] = {
            "peer_id": peer,
            "message": text,
            "random_id": _random_id(reply.id),
            "group_id": self.group_id,
        }
        answered = _NUMBER_IN_PEER.fullmatch(reply.answers)
        if answered and answered[1] == peer:
            fields["forward"] = json.dumps(
                {
                    "peer_id": int(peer),
                    "conversation_message_ids": [int(answered[2])],
                    "is_reply": True,
                }
            )
        url, body = self._call("messages.send", fields)
        return Outgoing(
            method="POST", url=url, headers=(_FORM,), body=body, key=reply.id
        )

    def message(self, peer: int, number: int) -> Fetch:
        """Describe the fetching of one whole message, with its author's name."""
        return self._fetch(
            "messages.getByConversationMessageId",
            {
                "peer_id": peer,
                "conversation_message_ids": number,
                "extended": 1,
                "group_id": self.group_id,
            },
        )

    def name(self, user: str) -> Fetch:
        """Describe the fetching of a person's name."""
        if not _PEER.fullmatch(user) or not 0 < int(user) < CHATS:
            raise _refusal("name.no-user", "the contact is no person's id")
        return self._fetch("users.get", {"user_ids": user})

    def _fetch(self, method: str, fields: dict[str, object]) -> Fetch:
        url, body = self._call(method, fields)
        return Fetch(method="POST", url=url, headers=(_FORM,), body=body)


def _random_id(key: str) -> int:
    """
    Return the number by which VK drops a repeated send: positive, of 31 bits.
    """
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:4], "big") % (2**31 - 1) + 1


def sent_id(answer: bytes, *, without: tuple[str, ...]) -> str:
    """
    Return VK's id of what was sent.

    Raises:
        Refused: VK won't have it, now or later.
        Malformed: ``try-again``, or the answer can't be read.
    """
    told = json_object(read_json(answer, without=without))
    error = json_object(told.get("error"))
    code = whole_number(error.get("error_code"))
    if code in _CLOSED:
        raise _refusal("reply.not-allowed", "the person takes no messages from us")
    if code == _TOO_LONG:
        raise _refusal("reply.too-long", "the text is too long for VK")
    if code in _PASSING:
        raise Malformed("try-again", place="error.error_code", excerpt=str(code))
    if "error" in told:
        raise _refusal("reply.refused", f"VK refused it with the error {code}")
    response = told.get("response")
    first = objects(response)
    number = whole_number(first[0].get("message_id") if first else response)
    if number is None:
        raise Malformed("no-message-id", place="response")
    return str(number)


def person_of(user: Json) -> Person:
    """
    Return the name that a user's profile tells.
    """
    parts = (text_of(user.get("first_name")), text_of(user.get("last_name")))
    return Person(name=" ".join(part for part in parts if part))
