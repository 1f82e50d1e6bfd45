"""
Pictures of figures as inline SVG: no script, no font, nothing from outside.

Each picture is an image with a title and a description that say the same in
words.  Colours are classes, so that the page around it decides on light or dark.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from leadflow.funnel import _columns


if TYPE_CHECKING:
    from leadflow.funnel.result import Cell, FunnelResult
    from leadflow.funnel.words import Words


__all__ = ("funnel_svg", "interval_svg", "share_svg")

_WIDTH = 480
_LABEL = 172
_NUMBER = 60
_ROW = 62
_BAR = 28
_GAP = 2
_LINE = 15
_CHARS = 20
_LINES = 4


def funnel_svg(result: FunnelResult, words: Words, *, name: str) -> str:
    """
    Return the bars of a funnel's stages; *name* is unique on the page.

    A bar is stacked of who went on, who is pending and who dropped out.
    """
    cells = _columns.step_cells(result)
    most = max((cell.entered for cell in cells), default=0) or 1
    height = _ROW * len(cells) + 4
    rows = []
    said = []
    for number, cell in enumerate(cells):
        title = _columns.row_title(result.ladder, cell.stage, words)
        said.append(
            words.say(
                "chart-row",
                stage=title,
                **{
                    each: words.number(getattr(cell, each))
                    for each in ("entered", "converted", "pending", "dropped")
                },
            )
        )
        scale = (_WIDTH - _LABEL - _NUMBER) / most
        rows.append(
            f"<g><title>{escape(said[-1])}</title>"
            f"{_label(title, number * _ROW + 2)}"
            f"{_stack(cell, number * _ROW + 2, scale, words)}</g>"
        )
    title = words.say("chart", title=_columns.subject_title(result, words))
    return (
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {height}" role="img"'
        f' aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{escape(title)}</title>'
        f'<desc id="{name}-d">{escape(". ".join(said))}.</desc>'
        f"{''.join(rows)}</svg>"
    )


def _label(title: str, top: int) -> str:
    """
    Return the name of a row, in as many lines as it takes.
    """
    lines = _wrapped(title)
    first = top + _ROW // 2 - (len(lines) - 1) * _LINE / 2 + 4
    spans = "".join(
        f'<tspan x="{_LABEL - 12}" y="{first + number * _LINE:g}">'
        f"{escape(line)}</tspan>"
        for number, line in enumerate(lines)
    )
    return (
        f'<text class="label" text-anchor="end">{spans}</text>'
        f'<line class="base" x1="{_LABEL}" x2="{_LABEL}" y1="{top}" y2="{top + _ROW}"/>'
    )


def _stack(cell: Cell, top: int, scale: float, words: Words) -> str:
    """
    Return the bar of a row and its number; *scale* is the width of one subject.
    """
    middle = top + _ROW // 2
    bars, left = [], float(_LABEL)
    for kind in ("converted", "pending", "dropped"):
        part = getattr(cell, kind) * scale
        if part:
            bars.append(
                f'<rect class="{kind}" x="{left:.1f}" y="{middle - _BAR // 2}"'
                f' width="{max(part - _GAP, 1):.1f}" height="{_BAR}" rx="3"/>'
            )
        left += part
    return (
        f"{''.join(bars)}"
        f'<text class="number" x="{left + 8:.1f}" y="{middle + 5}">'
        f"{words.number(cell.entered)}</text>"
    )


def interval_svg(cell: Cell, words: Words, *, most: float) -> str:
    """
    Return the rate of *cell* as a dot in its interval, on a scale up to *most*.
    """
    rate, bounds = cell.rate, cell.wilson
    if rate is None or bounds is None:
        return ""
    width = 120
    scale = (width - 10) / (most or 1)
    low, dot, high = (5 + share * scale for share in (bounds.low, rate, bounds.high))
    said = words.say(
        "interval-row",
        rate=words.percent(rate),
        low=words.percent(bounds.low, digits=0),
        high=words.percent(bounds.high, digits=0),
    )
    return (
        f'<svg class="interval" viewBox="0 0 {width} 16" role="img"'
        f' aria-label="{escape(said)}"><title>{escape(said)}</title>'
        f'<line class="scale" x1="5" x2="{width - 5}" y1="8" y2="8"/>'
        f'<line class="reach" x1="{low:.1f}" x2="{high:.1f}" y1="8" y2="8"/>'
        f'<circle class="dot" cx="{dot:.1f}" cy="8" r="4"/></svg>'
    )


def share_svg(number: int, most: int, said: str) -> str:
    """
    Return a plain bar of *number* on a scale up to *most*, saying *said*.
    """
    width = 160
    length = width * number / most if most else 0
    return (
        f'<svg class="share" viewBox="0 0 {width} 14" role="img"'
        f' aria-label="{escape(said)}"><title>{escape(said)}</title>'
        f'<rect class="dropped" x="0" y="1" width="{length:.1f}" height="12" rx="3"/>'
        "</svg>"
    )


def _wrapped(title: str) -> list[str]:
    """
    Return *title* in as many lines as there is room for.
    """
    lines = [""]
    for word in title.split():
        grown = f"{lines[-1]} {word}".strip()
        if len(grown) <= _CHARS or not lines[-1]:
            lines[-1] = grown
        else:
            lines.append(word)
    cut = [line if len(line) <= _CHARS else f"{line[: _CHARS - 1]}…" for line in lines]
    if len(cut) > _LINES:
        cut = [*cut[: _LINES - 1], f"{cut[_LINES - 1][: _CHARS - 1]}…"]
    return cut
