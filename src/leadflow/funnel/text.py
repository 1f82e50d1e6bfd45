"""
Figures as plain text, for a terminal.

Bars are stacked: who went on, who is pending, who dropped out.  With *ascii_only*
they and all punctuation keep to ASCII; titles stay what they are.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING
from unicodedata import combining, east_asian_width

from leadflow.funnel import _columns
from leadflow.funnel.report import Report
from leadflow.funnel.result import Cell, FunnelResult
from leadflow.funnel.tables import CHANNEL, LeadAnalysis, ReasonTable
from leadflow.funnel.words import Words


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from leadflow.funnel.tables import LeadRow


__all__ = ("Shown", "to_text")

Shown = FunnelResult | ReasonTable | LeadAnalysis | Report
"""What can be shown, as text, as HTML, or as plain data."""

_FILLS = ("█", "▒", "░")
_ASCII_FILLS = ("#", "+", ".")
_ASCII = str.maketrans(
    {
        "\u00a0": " ",
        "–": "-",
        "−": "-",
        "·": "|",
        "…": "~",
        "“": '"',
        "”": '"',
        "«": '"',
        "»": '"',
        "─": "-",
        **dict(zip(_FILLS, _ASCII_FILLS, strict=True)),
    }
)
_BAR = 24
_HEAD = 18
_GAP = "  "


def to_text(
    shown: Shown,
    *,
    words: Words | None = None,
    ascii_only: bool = False,
    width: int = 110,
) -> str:
    """
    Return *shown* as lines of text of at most *width* columns.

    Of a funnel the columns that find no room are left out, the rightmost first;
    stage, bar and number always stand.
    """
    chosen = words or Words()
    text = "\n".join(_lines(shown, chosen, width)) + "\n"
    return text.translate(_ASCII) if ascii_only else text


def _lines(shown: Shown, words: Words, width: int) -> Iterator[str]:
    match shown:
        case FunnelResult():
            yield from _funnel(shown, words, width)
        case ReasonTable():
            yield from _reasons(shown, words, width)
        case LeadAnalysis():
            yield from _analysis(shown, words, width)
        case Report():
            yield shown.title or words.say("report")
            parts = (*shown.funnels, shown.analysis, *shown.losses, *shown.breakdowns)
            for part in parts:
                if part is not None:
                    yield ""
                    yield from _lines(part, words, width)


def _funnel(result: FunnelResult, words: Words, width: int) -> Iterator[str]:
    if result.spec.by or result.spec.bucket:
        yield _columns.breakdown_title(result, words)
        cells, columns = _columns.group_cells(result), _columns.breakdown_columns
        names = [_columns.group_title(result, cell, words) for cell in cells]
        head = words.say("group")
        fates = ("won_now", "active", "lost")
    else:
        yield _columns.subject_title(result, words)
        cells, columns = _columns.step_cells(result), _columns.flow_columns
        names = [_columns.row_title(result.ladder, c.stage, words) for c in cells]
        head = words.say("stage")
        fates = ("converted", "pending", "dropped")
    yield (
        _columns.population_title(result, words)
        + ", "
        + words.say("as-of", moment=words.moment(result.spec.as_of))
    )
    if not result.population:
        yield words.say("empty")
        return
    most = max((cell.entered for cell in cells), default=0)
    shown = columns(result, words)
    rows = [[head, "", *(column.title for column in shown)]]
    rows += [
        [name, _bar(cell, most), *(column.text(cell) for column in shown)]
        for name, cell in zip(names, cells, strict=True)
    ]
    yield from _table(rows, width, left=2)
    yield _GAP.join(
        f"{fill} {_columns.figure_title(result, name, words)}"
        for fill, name in zip(_FILLS, fates, strict=True)
    )
    yield from _columns.notes(result, words)
    for rule, found in groupby(
        sorted(result.anomalies, key=lambda each: (each.rule, each.subject)),
        key=lambda each: each.rule,
    ):
        subjects = [anomaly.subject for anomaly in found]
        yield f"{words.say(f'anomaly.{rule}')}: {_some(subjects, words)}"


def _reasons(table: ReasonTable, words: Words, width: int) -> Iterator[str]:
    title = _columns.subject_title(table.result, words)
    yield words.say("section.reasons", title=title)
    yield _columns.population_title(table.result, words)
    if not table.rows:
        yield words.say("empty")
        return
    most = max(len(table.ids(reason=reason)) for reason in table.reasons)
    ladder = table.result.ladder
    rows = [
        [
            words.say("reason"),
            "",
            words.say("total"),
            *(
                _padded(
                    words.say("none") if stage is None else ladder.rung(stage).name,
                    _HEAD,
                    right=True,
                ).strip()
                for stage in table.stages
            ),
        ]
    ]
    for reason in table.reasons:
        total = len(table.ids(reason=reason))
        counts = [len(table.ids(reason=reason, left=left)) for left in table.stages]
        rows.append(
            [
                words.label("reason", reason),
                _FILLS[0] * _share(total, most),
                *map(words.number, [total, *counts]),
            ]
        )
    yield from _table(rows, width, left=2)


def _analysis(analysis: LeadAnalysis, words: Words, width: int) -> Iterator[str]:
    yield words.say("section.analysis")
    yield _columns.population_title(analysis.result, words)
    if not analysis.rows:
        yield words.say("empty")
        return
    heads = ("new", "rejected", "converted", "total", "conversion")
    rows = [
        [
            words.say("channel"),
            *(words.say(f"lead.{head}") for head in heads),
            words.say("band"),
        ]
    ]
    rows += [
        [
            "  " * row.level + lead_row_title(row, words),
            *map(words.number, (row.new, row.rejected, row.converted, row.total)),
            words.percent(row.converted / row.total if row.total else None),
            words.say(f"band.{row.band.id}") if row.band else "–",
        ]
        for row in analysis.rows
    ]
    yield from _table(rows, width, left=1)


def lead_row_title(row: LeadRow, words: Words) -> str:
    """
    Return what people call the channel, or the kind, of *row*.
    """
    if not row.level:
        return words.say("all")
    if row.level == CHANNEL:
        return words.label("channel", row.channel)
    return words.label("channel_kind", row.channel_kind)


# -- bars and tables ----------------------------------------------------------------


def _share(number: int, most: int) -> int:
    """
    Return how long a bar is; what is not nought is seen.
    """
    if not number:
        return 0
    return max(1, (2 * number * _BAR + most) // (2 * most))


def _bar(cell: Cell, most: int) -> str:
    """
    Return the stacked bar of a cell: its parts are as long as they add up to.
    """
    length = _share(cell.entered, most)
    parts = (cell.converted, cell.pending, cell.dropped)
    bar, seen, drawn = "", 0, 0
    for fill, number in zip(_FILLS, parts, strict=True):
        seen += number
        end = (2 * seen * length + cell.entered) // (2 * cell.entered or 1)
        bar += fill * (end - drawn)
        drawn = end
    return bar


def _some(subjects: Sequence[str], words: Words, most: int = 10) -> str:
    shown = ", ".join(subjects[:most])
    left = len(subjects) - most
    return shown + (
        f" {words.say('more', number=words.number(left))}" if left > 0 else ""
    )


def _cells_wide(text: str) -> int:
    """
    Return how many columns of a terminal *text* takes.
    """
    return sum(
        0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1
        for char in text
    )


def _table(rows: list[list[str]], width: int, *, left: int) -> Iterator[str]:
    """
    Yield *rows* as aligned lines under a rule; the first *left* columns to the left.
    """
    widths = [max(map(_cells_wide, column)) for column in zip(*rows, strict=True)]
    # A long first column gives way before figures do, and figures from the right.
    needed = sum(widths[1:]) + len(_GAP) * (len(widths) - 1)
    widths[0] = max(min(widths[0], width - needed), min(widths[0], 24))
    kept = len(widths)
    while kept > left + 1 and sum(widths[:kept]) + len(_GAP) * (kept - 1) > width:
        kept -= 1
    lines = [
        _GAP.join(
            _padded(text, widths[place], right=place >= left)
            for place, text in enumerate(row[:kept])
        ).rstrip()
        for row in rows
    ]
    yield lines[0]
    yield "─" * max(map(_cells_wide, lines))
    yield from lines[1:]


def _padded(text: str, width: int, *, right: bool) -> str:
    wide = _cells_wide(text)
    if wide > width:
        while _cells_wide(text) > width - 1:
            text = text[:-1]
        text, wide = f"{text}…", width
    space = " " * (width - wide)
    return space + text if right else text + space
