"""
Durations as people write them in a definition: ``30s``, ``15m``, ``4h``, ``1d 12h``.

Weeks, days, hours, minutes and seconds, the largest first and each at most once.
A day is 24 hours.  There are no fractions: half a day is ``12h``.
"""

from __future__ import annotations

import re
from datetime import timedelta

from leadflow.errors import DefinitionError, Problem


__all__ = ("parse_duration", "write_duration")

_UNITS = {"weeks": "w", "days": "d", "hours": "h", "minutes": "m", "seconds": "s"}
_DURATION = re.compile(
    "(?=.)" + "".join(rf"(?: ?([0-9]{{1,9}}){unit})?" for unit in _UNITS.values())
)


def parse_duration(text: str) -> timedelta | None:
    """
    Return the length of time that *text* says, None if it says none.
    """
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        return None
    parts = zip(_UNITS, found.groups(), strict=True)
    try:
        return timedelta(**{unit: int(part) for unit, part in parts if part})
    except OverflowError:
        return None


def write_duration(duration: timedelta) -> str:
    """
    Return the text that `parse_duration` reads as *duration*, in days and below.

    Raises:
        DefinitionError: it is negative, or not of whole seconds, which no text
            says (rule ``bad-duration``).
    """
    if duration < timedelta(0) or duration.microseconds:
        message = f"{duration} is negative, or not of whole seconds"
        raise DefinitionError([Problem("duration", "bad-duration", message)])
    minutes, seconds = divmod(duration.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((duration.days, "d"), (hours, "h"), (minutes, "m"), (seconds, "s"))
    return " ".join(f"{number}{unit}" for number, unit in parts if number) or "0s"
