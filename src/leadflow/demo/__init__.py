"""
One working week of a small company, played from raw deliveries.

`play` feeds the packaged deliveries (letters with all their quirks, forms, updates
of a bot) to a desk in order of arrival, by a clock of its own, and lets a scripted
team work what comes of it.  The team knows the public commands and questions and
nothing else.  Every run gives the same numbers.
"""

from __future__ import annotations

from leadflow.demo._proof import differences
from leadflow.demo._report import assignments, report_of, words_of
from leadflow.demo._week import (
    DEMOS,
    Company,
    Turn,
    Week,
    channels_of,
    play,
    week_deliveries,
)


__all__ = (
    "DEMOS",
    "Company",
    "Turn",
    "Week",
    "assignments",
    "channels_of",
    "differences",
    "play",
    "report_of",
    "week_deliveries",
    "words_of",
)
