"""
A plug-in as it lies beside its metadata once it is installed.
"""

from __future__ import annotations

import attrs

from leadflow.assignment import FixedMember, Policy, ReadPolicy
from leadflow.channels import Delivery, Ignored, Reading
from leadflow.values import ChannelId, MemberId


@attrs.frozen(kw_only=True)
class LetterChannel:
    """
    Read nothing but that something came.
    """

    id: ChannelId

    def read(self, delivery: Delivery) -> Reading:
        """Return that a letter came."""
        return Reading(
            (
                Ignored(
                    channel=self.id,
                    external_id=delivery.digest,
                    reason="empty",
                    received_at=delivery.received_at,
                ),
            )
        )


class HalfChannel:
    """
    Have neither an id nor a way to read.
    """


def read_alphabet(table: object, read: ReadPolicy) -> Policy:
    """Return a policy that gives to the first letter."""
    return FixedMember(MemberId("a"))
