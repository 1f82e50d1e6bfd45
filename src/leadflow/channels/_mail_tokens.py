"""
Names that only we can have given: signed conversations, and our own messages.

A reply is matched to its conversation by what we wrote into our message, with no
index to keep: the Message-ID, the address to reply to and the mark in the
subject can each hold the conversation's key with a MAC over it.  All is lower
case and digits, for there are programs that change the case of an address.

    token       <base32 of the conversation>.<MAC, 80 bits in base32>
    Message-ID  lf.<nonce>.<token>@domain
    address     reply+<token>@domain
    subject     [#<token>]
"""

from __future__ import annotations

import binascii
import hmac
import re
from base64 import b32decode, b32encode
from hashlib import sha256

import attrs


__all__ = ("Signer", "nonce_of")

_MAC_BYTES = 10
_TOKEN = re.compile(r"([a-z2-7]{2,800})\.([a-z2-7]{16})")
_OWN_ID = re.compile(r"lf\.([a-z2-7]{16})(?:\.([a-z2-7]{2,800}\.[a-z2-7]{16}))?@(.+)")
_TAG = re.compile(r"\[#([a-z2-7]{2,800}\.[a-z2-7]{16})\]", re.IGNORECASE)
_LONGEST = 320
"""Bytes of a conversation's key that a Message-ID line can hold once encoded."""


def nonce_of(channel: str, key: str) -> str:
    """
    Return the short name of the message *key* of *channel*, the same every time.
    """
    return _encoded(sha256(f"{channel}\0{key}".encode()).digest()[:_MAC_BYTES])


@attrs.frozen
class Signer:
    """
    Sign and check the tokens of one *channel* with its *secret*.

    Without a secret there are no tokens, and none is believed.
    """

    channel: str
    secret: bytes | None = attrs.field(default=None, repr=False)

    def token(self, conversation: str) -> str:
        """
        Return the token of *conversation*, empty where it cannot have one.
        """
        key = conversation.encode("utf-8", "surrogatepass")
        if not self.secret or not key or len(key) > _LONGEST:
            return ""
        return f"{_encoded(key)}.{self._mac('conversation', key)}"

    def conversation(self, token: str) -> str:
        """
        Return the conversation that *token* was made for, empty if it was not.
        """
        match = _TOKEN.fullmatch(token.lower())
        if match is None or not self.secret:
            return ""
        try:
            key = b32decode(match[1].upper() + "=" * (-len(match[1]) % 8))
            conversation = key.decode("utf-8")
        except (binascii.Error, UnicodeError):
            return ""
        good = hmac.compare_digest(self._mac("conversation", key), match[2])
        return conversation if good else ""

    def message_id(self, key: str, conversation: str, domain: str) -> str:
        """
        Return the Message-ID of our message *key*, without brackets.
        """
        token = self.token(conversation)
        nonce = nonce_of(self.channel, key)
        return f"lf.{nonce}.{token}@{domain}" if token else f"lf.{nonce}@{domain}"

    def in_message_id(self, message_id: str) -> str:
        """
        Return the conversation signed in *message_id*, empty if there is none.
        """
        if message_id[:3].lower() != "lf.":
            return ""
        match = _OWN_ID.fullmatch(message_id.lower())
        return self.conversation(match[2]) if match and match[2] else ""

    def in_subject(self, subject: str) -> str:
        """
        Return the conversation signed in the *subject*, empty if there is none.
        """
        if "[#" not in subject:
            return ""
        for match in _TAG.finditer(subject):
            if found := self.conversation(match[1]):
                return found
        return ""

    def in_address(self, address: str) -> str:
        """
        Return the conversation signed in a plus-*address*, empty if there is none.
        """
        local = address.rpartition("@")[0]
        return self.conversation(local.partition("+")[2]) if "+" in local else ""

    def is_own_id(self, message_id: str, domains: frozenset[str]) -> bool:
        """
        Tell whether we gave *message_id*; without a token its domain must be ours.
        """
        if message_id[:3].lower() != "lf.":
            return False
        match = _OWN_ID.fullmatch(message_id.lower())
        if match is None:
            return False
        if self.secret and match[2]:
            return bool(self.conversation(match[2]))
        return match[3] in domains

    def mark(self, key: str) -> str:
        """
        Return what tells our message *key* from everybody else's.
        """
        nonce = nonce_of(self.channel, key)
        return f"{nonce}.{self._mac('mark', nonce.encode())}"

    def is_mark(self, mark: str) -> bool:
        """
        Tell whether *mark* is one of ours.
        """
        nonce, dot, mac = mark.strip().lower().partition(".")
        if not dot or not mac.isascii():
            return False
        wanted = self._mac("mark", nonce.encode("utf-8", "replace"))
        return hmac.compare_digest(wanted, mac)

    def _mac(self, use: str, data: bytes) -> str:
        # Without a secret this is a checksum: enough to know one's own echo.
        message = b"\0".join(
            (b"leadflow mail", use.encode(), self.channel.encode(), data)
        )
        return _encoded(
            hmac.digest(self.secret or b"-", message, "sha256")[:_MAC_BYTES]
        )


def _encoded(data: bytes) -> str:
    return b32encode(data).decode("ascii").rstrip("=").lower()
