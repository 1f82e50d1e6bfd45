"""
Bring replies to their channels: from the effect to what a platform takes.

The effect of `~leadflow.desk.Answer` holds a reply as plain data.  `reply_of`
reads it back, and `Replies` is the transport that has it described by the
channel's adapter and carried out by a function of the application's.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from leadflow.channels.protocol import Channel, Outgoing, Reply, ReplyingChannel
from leadflow.errors import Refused
from leadflow.ports import Clock, Dead, Done, Lease, Verdict
from leadflow.values import ContactPoint


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


__all__ = ("Replies", "reply_of")

_NOBODY = ContactPoint(kind="", value="")


def reply_of(payload: Mapping[str, Any], sent_at: datetime) -> Reply:
    """
    Return the reply that the payload of a ``reply`` effect holds.
    """
    to = payload["to"]
    return Reply(
        id=payload["id"],
        text=payload["text"],
        to=ContactPoint(kind=to["kind"], value=to["value"]) if to else _NOBODY,
        conversation=payload["conversation"],
        answers=payload["answers"],
        thread=tuple(payload["thread"]),
        subject=payload["subject"],
        last_inbound_at=datetime.fromisoformat(payload["last_inbound_at"]),
        sent_at=sent_at,
        automatic=payload["automatic"],
    )


class Replies:
    """
    Send ``reply`` effects: described by their channel, carried out by *carry*.

    *carry* gets the described send and answers how it went; None means done, an
    exception is a failed attempt.  What a channel refuses to describe (too long,
    its window closed) can never be sent and is given up at once, for a person to
    see.  *clock* answers the time of sending.
    """

    def __init__(
        self,
        channels: Iterable[Channel],
        carry: Callable[[Outgoing], Verdict | None],
        clock: Clock,
    ) -> None:
        self._channels = {channel.id: channel for channel in channels}
        self._carry = carry
        self._clock = clock

    def send(self, effect: Lease) -> Verdict:
        """
        Describe one reply and have it carried out.
        """
        channel = self._channels.get(effect.payload["channel"])
        if not isinstance(channel, ReplyingChannel):
            return Dead(error=f"cannot reply in {effect.payload['channel']}")
        try:
            outgoing = channel.render(reply_of(effect.payload, self._clock()))
        except Refused as refusal:
            return Dead(error=str(refusal))
        return self._carry(outgoing) or Done()
