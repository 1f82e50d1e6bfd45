"""
Calls from Asterisk's call detail records (CDR), however they are handed over.

Asterisk writes a row for every pair of channels, so that one call is many rows:
those of one ``linkedid``.  No row alone tells whether a call was missed.  A parallel
dial, a queue or a transfer leaves rows NO ANSWER and BUSY inside of an answered call,
and a row ANSWERED can be a menu, music or voice mail.  A person answered where a
channel was dialled (``dstchannel``) by an application that connects people.

Nor do rows tell which way a call went; that is said by the settings.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias
from zoneinfo import ZoneInfo

import attrs

from leadflow.channels._calls import CallEvent, Line, is_hidden, is_number, seconds
from leadflow.channels._webhook import clean, excerpt, read_json
from leadflow.channels.outcomes import CallDirection, CallResult
from leadflow.errors import Malformed


if TYPE_CHECKING:
    from collections.abc import Iterable

    Row: TypeAlias = Mapping[str, str]


__all__ = (
    "COLUMNS",
    "Rules",
    "channel_name",
    "csv_rows",
    "direction_of",
    "group_of",
    "is_local",
    "json_rows",
    "legs_of",
)

COLUMNS = (
    *("accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel"),
    *("lastapp", "lastdata", "start", "answer", "end", "duration", "billsec"),
    *("disposition", "amaflags", "uniqueid", "userfield"),
)
"""The order of the columns in ``Master.csv``; the last two can be switched off."""

_FEWEST = 15
_MOST_ROWS = 5000
# A line of Windows ends with two characters, and some are empty.
_LINES_A_ROW = 4
_MOST_FIELDS = 64
_LONGEST = 1024
_ALIASES = {"calldate": "start", "starttime": "start", "endtime": "end"}
_CHANNEL = re.compile(r"[^/]+/([^@;]+?)(?:@[^;]*?)?(?:-[0-9a-f]{6,10})?(?:;[12])?")
_LONGEST_CHANNEL = 128
_RESULTS: Mapping[str, CallResult] = {
    "BUSY": "busy",
    "CONGESTION": "failed",
    "FAILED": "failed",
}


@attrs.frozen(kw_only=True)
class Rules:
    """
    Hold what of a channel's settings a row is read by.
    """

    line: Line
    zone: ZoneInfo
    trunks: tuple[str, ...]
    accounts: Mapping[str, CallDirection]
    contexts: Mapping[str, CallDirection]
    extensions: re.Pattern[str]
    human_apps: frozenset[str]
    columns: tuple[str, ...]


# -- rows from text ------------------------------------------------------------------


def csv_rows(body: bytes, columns: tuple[str, ...]) -> list[Row | Malformed]:
    """
    Return the rows of a CSV file, with or without a line of names at its top.

    A row that can't be read takes no other with it.

    Raises:
        Malformed: there are more lines than rows could fill.
    """
    if body.count(b"\n") + body.count(b"\r") > _MOST_ROWS * _LINES_A_ROW:
        raise Malformed("too-many-rows", place="body")
    text = clean(body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace"))
    rows: list[Row | Malformed] = []
    names = columns
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        for cells in reader:
            place = f"line {reader.line_num}"
            if len(cells) > _MOST_FIELDS:
                rows.append(Malformed("wrong-columns", place=place))
                continue
            if not any(cells):
                continue
            lower = tuple(cell.strip().lower() for cell in cells)
            if not rows and {"src", "dst", "disposition"} <= set(lower):
                names = tuple(_ALIASES.get(name, name) for name in lower)
                continue
            if len(rows) >= _MOST_ROWS:
                rows.append(Malformed("too-many-rows", place=place))
                break
            rows.append(_row_of(cells, names, place))
    except csv.Error:
        rows.append(Malformed("bad-csv", place=f"line {reader.line_num}"))
    return rows


def _row_of(cells: list[str], names: tuple[str, ...], place: str) -> Row | Malformed:
    if not min(_FEWEST, len(names)) <= len(cells) <= len(names):
        shown = excerpt(",".join(cells[:5]))
        return Malformed("wrong-columns", place=place, excerpt=shown)
    return {
        name: cell.strip()[:_LONGEST] for name, cell in zip(names, cells, strict=False)
    }


def json_rows(body: bytes) -> list[Row | Malformed]:
    """
    Return the rows that a database holds: an array of objects, or one.

    Raises:
        Malformed: it is no JSON.
    """
    data = read_json(body)
    found = data if isinstance(data, list) else [data]
    rows: list[Row | Malformed] = []
    for number, one in enumerate(found):
        if number >= _MOST_ROWS:
            rows.append(Malformed("too-many-rows", place=f"row {number}"))
            break
        if isinstance(one, dict) and len(one) <= _MOST_FIELDS:
            rows.append({_name(key): _cell(value) for key, value in one.items()})
        else:
            rows.append(Malformed("bad-row", place=f"row {number}"))
    return rows


def _name(key: str) -> str:
    lower = key.strip().lower()
    return _ALIASES.get(lower, lower)


def _cell(value: object) -> str:
    if type(value) is int and abs(value) < 2**63:
        return str(value)
    return clean(value).strip()[:_LONGEST] if isinstance(value, str) else ""


# -- what a row tells ----------------------------------------------------------------


def group_of(row: Row) -> str:
    """
    Return by what the rows of one call are equal, empty where they name none.
    """
    return row.get("linkedid") or row.get("uniqueid") or ""


def is_local(channel: str) -> bool:
    """
    Tell whether *channel* is a bow in Asterisk's own wiring, and no telephone.
    """
    return channel[:6].lower() == "local/"


def channel_name(channel: str) -> str:
    """
    Return the account that *channel* belongs to: of ``PJSIP/101-0000002f`` 101.
    """
    found = _CHANNEL.fullmatch(channel) if len(channel) <= _LONGEST_CHANNEL else None
    return found[1] if found else ""


def _is_trunk(channel: str, rules: Rules) -> bool:
    return bool(channel) and channel.startswith(rules.trunks)


def direction_of(row: Row, rules: Rules) -> CallDirection:
    """
    Return which way a row went: by its trunks, its account, its context, its numbers.
    """
    channel, dialled = row.get("channel", ""), row.get("dstchannel", "")
    if _is_trunk(channel, rules):
        return "in"
    if _is_trunk(dialled, rules):
        return "out"
    said = rules.accounts.get(row.get("accountcode", "")) or rules.contexts.get(
        row.get("dcontext", "")
    )
    if said is not None:
        return said
    ours = rules.extensions.fullmatch
    source, target = row.get("src", ""), row.get("dst", "")
    # A telephone of ours can show the company's number as its own.
    if not (ours(source) or ours(channel_name(channel))):
        return "in"
    is_out = is_number(target) and "*" not in target and not ours(target)
    return "out" if is_out else "internal"


def _is_human(row: Row, rules: Rules, *, told_behind: bool) -> bool:
    """
    Tell whether a person answered; what is behind a bow stands in a row of its own.
    """
    dialled = row.get("dstchannel", "")
    return (
        row.get("disposition", "").upper() == "ANSWERED"
        and row.get("lastapp", "").casefold() in rules.human_apps
        and bool(dialled)
        and not (told_behind and is_local(dialled))
    )


def legs_of(rows: Iterable[Row], rules: Rules) -> list[CallEvent]:
    """
    Return the legs that the rows of one call are.
    """
    different = list({tuple(sorted(row.items())): row for row in rows}.values())
    real = [row for row in different if not is_local(row.get("channel", ""))]
    told_behind = len(real) < len(different)
    return [
        _leg(
            row,
            rules,
            # Bows lead nowhere, unless there is nothing else.
            direction="internal"
            if real and is_local(row.get("channel", ""))
            else direction_of(row, rules),
            human=_is_human(row, rules, told_behind=told_behind),
        )
        for row in different
    ]


def _leg(row: Row, rules: Rules, *, direction: CallDirection, human: bool) -> CallEvent:
    name, _, number = row.get("clid", "").rpartition("<")
    source, target = row.get("src", ""), row.get("dst", "")
    if is_hidden(source) and number.endswith(">"):
        source = number[:-1].strip()
    outgoing = direction == "out"
    result = _RESULTS.get(row.get("disposition", "").upper(), "missed")
    if outgoing and row.get("disposition", "").upper() == "ANSWERED":
        # Something was played to us: nobody was reached.
        result = "failed"
    return CallEvent(
        call=group_of(row),
        direction=direction,
        result="answered" if human else result,
        peer=target if outgoing else source,
        line=_line(row, rules, direction),
        employee=_employee(row, rules, direction),
        name=name.strip().strip('"').strip() if direction == "in" else "",
        human=human,
        talk=seconds(row.get("billsec", "")) if human else seconds(0),
        started=_time(row.get("start", ""), rules),
        recording=row.get("recordingfile", ""),
    )


def _line(row: Row, rules: Rules, direction: CallDirection) -> str:
    """
    Return the number of ours, where a row tells it.
    """
    if direction == "out":
        shown = row.get("outbound_cnum", "") or row.get("src", "")
    else:
        shown = row.get("did", "") or row.get("dst", "")
    wanted = is_number(shown) and not rules.extensions.fullmatch(shown)
    return shown if wanted and direction != "internal" else ""


def _employee(row: Row, rules: Rules, direction: CallDirection) -> str:
    """
    Return the extension of ours: who was rung, or who called.
    """
    channel, number = (
        (row.get("channel", ""), row.get("src", ""))
        if direction == "out"
        else (row.get("dstchannel", ""), row.get("dst", ""))
    )
    name = "" if _is_trunk(channel, rules) else channel_name(channel)
    if name:
        return name
    return number if rules.extensions.fullmatch(number) else ""


def _time(text: str, rules: Rules) -> datetime | None:
    """
    Return an instant from the server's local time, or from one with a zone.
    """
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=rules.zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
