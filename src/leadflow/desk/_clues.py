"""
By what it is known where an inbound belongs: ids, conversation, contacts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from leadflow.client import Client
from leadflow.desk._opening import MESSAGE, PART, THREAD, client_keys, lead_keys
from leadflow.desk.road import Facts, Reads, Walk
from leadflow.lead import Lead
from leadflow.ports import ClaimKey
from leadflow.touch import Touch
from leadflow.values import Ref


if TYPE_CHECKING:
    from leadflow.channels.outcomes import Inbound
    from leadflow.channels.settings import ChannelSettings


__all__ = ("Clues", "Party", "message_key", "thread_key")

_ANSWERED_AT_MOST = 20
"""How many ids of answered messages are looked up, the nearest first."""


def message_key(channel: str, id: str) -> ClaimKey:  # noqa: A002 - the field's own name
    """
    Return the claim that makes a message of a channel count once (R5).
    """
    return ClaimKey(MESSAGE, f"{channel}/{id}")


def thread_key(inbound: Inbound) -> ClaimKey | None:
    """
    Return the claim that tells whose the conversation of *inbound* is.
    """
    if not inbound.conversation:
        return None
    return ClaimKey(THREAD, f"{inbound.channel}/{inbound.conversation}")


@attrs.frozen
class Party:
    """
    Where an inbound belongs: an open lead, or a client.
    """

    lead: Lead | None = None
    client: Client | None = None
    reason: str = ""


@attrs.frozen(kw_only=True)
class Clues:
    """
    Hold the claims that tell what an inbound is, and whose.

    *messages* make it count once, *part* joins it to a touch, *thread* and
    *answered* to a conversation, *of_leads* and *of_clients* to who wrote.
    """

    messages: tuple[ClaimKey, ...]
    part: ClaimKey | None
    thread: ClaimKey | None
    answered: tuple[ClaimKey, ...]
    of_leads: tuple[ClaimKey, ...]
    of_clients: tuple[ClaimKey, ...]

    @classmethod
    def of(cls, settings: ChannelSettings, inbound: Inbound) -> Clues:
        """Return the clues of *inbound*, from the surest to the weakest."""
        channel = inbound.channel
        return cls(
            messages=tuple(
                message_key(channel, each)
                for each in dict.fromkeys((inbound.external_id, *inbound.also))
                if each
            ),
            part=ClaimKey(PART, f"{settings.kind}/{inbound.part_of}")
            if inbound.part_of
            else None,
            thread=thread_key(inbound),
            answered=tuple(
                message_key(channel, each)
                for each in inbound.in_reply_to[:_ANSWERED_AT_MOST]
            ),
            of_leads=lead_keys(inbound.contact_points),
            of_clients=client_keys(inbound.contact_points),
        )

    def reads(self) -> Reads:
        """Return the first reads: who holds any of it, and the holders."""
        return Reads(
            keys=(
                *self.messages,
                *((self.part,) if self.part else ()),
                *((self.thread,) if self.thread else ()),
                *self.answered,
                *self.of_leads,
                *self.of_clients,
            ),
            follow=True,
            guard=tuple(key.key for key in self.of_leads)
            or tuple(str(key) for key in self.messages[:1]),
        )

    def party(self, facts: Facts) -> Walk[Party]:
        """
        Find where the inbound belongs, the surest sign first.
        """
        found = Party()
        for ref, reason in self._signs(facts):
            party = yield from self._standing(facts, ref, reason)
            if party is None:
                continue
            if party.lead is not None:
                return party
            if found.client is None:
                found = party
            if found.client is not None and found.client.interests:
                return found
            # A client without a deal under way may have an open lead all the same.
        return found

    def _signs(self, facts: Facts) -> list[tuple[Ref, str]]:
        signs: list[tuple[Ref, str]] = []
        if self.thread is not None:
            owner = facts.owner(self.thread)
            if owner is not None:
                signs.append((owner, "conversation"))
        for key in self.answered:
            owner = facts.owner(key)
            if owner is not None:
                signs.append((owner, "answer"))
        for keys, reason in ((self.of_leads, "contact"), (self.of_clients, "client")):
            for key in keys:
                owner = facts.owner(key)
                if owner is not None:
                    signs.append((owner, f"{reason} {key.key}"))
        first: dict[Ref, str] = {}
        for owner, reason in signs:
            first.setdefault(owner, reason)
        return list(first.items())

    def _standing(self, facts: Facts, ref: Ref, reason: str) -> Walk[Party | None]:
        """
        Return the open lead or the client that *ref* leads to, if any.
        """
        while True:
            if ref not in facts.records:
                yield Reads(refs=(ref,))
            state = facts.state(ref)
            match state:
                case Touch(party=Ref() as party):
                    ref = party
                case Lead() if state.is_open:
                    return Party(lead=state, reason=reason)
                case Lead(client=str() as id_):
                    ref = Ref("client", id_)
                case Client():
                    return Party(client=state, reason=reason)
                case _:
                    return None
