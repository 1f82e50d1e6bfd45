"""
Chance that is the same in every run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from leadflow.lead import Lead


if TYPE_CHECKING:
    from leadflow.interest import Interest


__all__ = ("luck",)


def luck(of: Lead | Interest, question: str) -> float:
    """
    Return a number in [0, 1) made of who it is and the *question*.
    """
    points = of.contact_points if isinstance(of, Lead) else of.contacts
    who = next((point.key for point in points if point.value), of.id)
    key = f"{who}/{of.opened_at:%d}/{question}"
    return crc32(key.encode()) / 2**32
