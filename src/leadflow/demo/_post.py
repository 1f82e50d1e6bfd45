"""
The outside world of the week: transports that write down what they would send.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import attrs

from leadflow.channels.protocol import Outgoing, ReplyingChannel
from leadflow.desk import reply_of
from leadflow.ports import Dead, Done, Lease, Verdict
from leadflow.values import ContactPoint


if TYPE_CHECKING:
    from collections.abc import Mapping

    from leadflow.channels.protocol import Channel
    from leadflow.ports import Clock
    from leadflow.values import ChannelId


__all__ = ("Pager", "PostRoom", "Workshop")


class PostRoom:
    """
    Describe replies by their channels' adapters, and keep what would go out.

    A form cannot be replied to: what came in by one is answered by e-mail, where
    an address was left, and else by telephone.
    """

    def __init__(self, channels: Mapping[ChannelId, Channel], clock: Clock) -> None:
        self._channels = channels
        self._clock = clock
        self.sent: list[Outgoing] = []

    def send(self, effect: Lease) -> Verdict:
        """
        Render one reply.
        """
        said = effect.payload
        to = said["to"]
        point = ContactPoint(kind=to["kind"], value=to["value"])
        adapter = self._adapter(said["channel"], point)
        if adapter is None:
            self.sent.append(Outgoing(method="CALL", url=point.value, key=said["id"]))
            return Done()
        reply = reply_of(said, self._clock())
        by_mail_instead = adapter.id != said["channel"]
        outgoing = adapter.render(
            attrs.evolve(reply, conversation="", answers="")
            if by_mail_instead
            else reply
        )
        self.sent.append(outgoing)
        return Done()

    def _adapter(self, channel: ChannelId, to: ContactPoint) -> ReplyingChannel | None:
        own = self._channels[channel]
        if isinstance(own, ReplyingChannel):
            return own
        if to.kind != "email":
            return None
        return next(
            (
                each
                for each in self._channels.values()
                if isinstance(each, ReplyingChannel)
            ),
            None,
        )


class Pager:
    """
    Keep what members are told, until they look.
    """

    def __init__(self) -> None:
        self._told: dict[str, list[Mapping[str, Any]]] = defaultdict(list)

    def send(self, effect: Lease) -> Verdict:
        """
        Tell the members of one notice.
        """
        for member in effect.payload["members"]:
            self._told[member].append(effect.payload)
        return Done()

    def look(self, member: str) -> list[Mapping[str, Any]]:
        """
        Return what *member* has been told since the last look.
        """
        return self._told.pop(member, [])


class Workshop:
    """
    Take orders and processes, as an application's own systems would.
    """

    def __init__(self) -> None:
        self.taken: list[Mapping[str, Any]] = []

    def send(self, effect: Lease) -> Verdict:
        """
        Take one order; one without an id is given up.
        """
        if not effect.payload.get("id"):
            return Dead(error="an order has no id")
        self.taken.append(effect.payload)
        return Done()
