"""
The one event that a delivery holds, for platforms that send them one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from leadflow.channels._webhook import excerpt
from leadflow.channels.outcomes import Ignored, IgnoredReason


if TYPE_CHECKING:
    from leadflow.channels.protocol import Delivery
    from leadflow.values import ChannelId, ContactPoint


__all__ = ("Event", "Json")

Json = Mapping[str, object]


class Event(NamedTuple):
    """
    Hold an event: its *kind*, its *data*, and the whole body *around* it.
    """

    channel: ChannelId
    delivery: Delivery
    kind: str
    data: Json
    around: Json

    @property
    def spare_id(self) -> str:
        """Return a key for what has none: equal when the same body comes again."""
        return self.delivery.digest

    def ignored(
        self,
        reason: IgnoredReason,
        detail: str = "",
        *,
        key: str = "",
        contact_points: tuple[ContactPoint, ...] = (),
    ) -> Ignored:
        """Return that it is nobody's attention, and why."""
        return Ignored(
            channel=self.channel,
            external_id=key or self.spare_id,
            reason=reason,
            detail=excerpt(detail),
            contact_points=contact_points,
            received_at=self.delivery.received_at,
        )
