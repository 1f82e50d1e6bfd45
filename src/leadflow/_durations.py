"""
Durations as people write them in a playbook: ``30s``, ``15m``, ``4h``, ``3d``.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from leadflow._tables import Table


__all__ = ("parse_duration", "read_duration", "write_duration")

_UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_PART = re.compile(r"(\d{1,6})\s*([wdhms])", re.ASCII)


def parse_duration(text: str) -> timedelta | None:
    """
    Return the duration that *text* says (``1h 30m``), None if it says none.
    """
    compact = text.strip().lower()
    if not compact or _PART.sub("", compact).strip():
        return None
    return timedelta(
        seconds=sum(int(n) * _UNITS[unit] for n, unit in _PART.findall(compact))
    )


def write_duration(duration: timedelta) -> str:
    """
    Return the shortest text that `parse_duration` reads as *duration*.
    """
    seconds = int(duration.total_seconds())
    parts: list[str] = []
    for unit, size in _UNITS.items():
        if unit == "w":
            continue
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0s"


def read_duration(
    table: Table, key: str, *, required: bool = False
) -> timedelta | None:
    """
    Read a duration from *table*, None where there is none.
    """
    text = table.text(key, required=required)
    if not text:
        return None
    duration = parse_duration(text)
    if duration is None:
        table.wrong(
            key, "bad-duration", f"{text!r} is no duration such as 30s, 15m, 4h or 3d"
        )
    return duration
