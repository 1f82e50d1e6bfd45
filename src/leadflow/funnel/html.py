"""
A report as one HTML page that needs nothing else: no script, no font, no network.

Every number opens into the ids behind it.  Whatever comes from outside, names and
ids included, is escaped.
"""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

from leadflow.funnel import _columns
from leadflow.funnel._style import STYLE
from leadflow.funnel.svg import funnel_svg, interval_svg, share_svg
from leadflow.funnel.tables import CHANNEL, KIND, LeadAnalysis, ReasonTable
from leadflow.funnel.text import lead_row_title
from leadflow.funnel.words import Words


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from leadflow.funnel._columns import Column
    from leadflow.funnel.report import Report
    from leadflow.funnel.result import Cell, FunnelResult
    from leadflow.funnel.tables import LeadOutcome, LeadRow


__all__ = ("to_html",)


def to_html(report: Report, *, words: Words | None = None, most_ids: int = 500) -> str:
    """
    Return *report* as a page, in the language of *words*.

    A figure lists at most *most_ids* of its ids, and says how many more there are.
    """
    page = _Page(words or Words(), most_ids)
    title = report.title or page.words.say("report")
    return (
        "<!doctype html>\n"
        f'<html lang="{page.words.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n"
        f"<body><main>{''.join(page.parts(report, title))}</main></body></html>\n"
    )


class _Page:
    """
    Write the parts of one page.
    """

    def __init__(self, words: Words, most_ids: int) -> None:
        self.words = words
        self._most_ids = most_ids
        self._charts = 0

    def parts(self, report: Report, title: str) -> Iterator[str]:
        yield from self._head(report, title)
        for result in report.funnels:
            yield self._funnel(result)
        if report.analysis is not None:
            yield self._analysis(report.analysis)
        for table in report.losses:
            yield self._reasons(table)
        for result in report.breakdowns:
            yield self._breakdown(result)
        yield self._notes()

    # -- the head -----------------------------------------------------------------

    def _head(self, report: Report, title: str) -> Iterator[str]:
        yield f"<header><h1>{escape(title)}</h1>"
        if report.funnels:
            spec = report.funnels[0].spec
            told = [] if spec.period is None else [self.words.span(spec.period)]
            moment = self.words.moment(spec.as_of)
            told.append(self.words.say("as-of", moment=moment))
            yield f'<p class="soft">{escape(", ".join(told))}</p>'
        yield "</header>\n"
        tiles = list(self._tiles(report))
        if tiles:
            yield f'<ul class="tiles">{"".join(tiles)}</ul>\n'

    def _tiles(self, report: Report) -> Iterator[str]:
        words = self.words
        if report.leads is not None:
            leads = report.leads.cell()
            yield _tile(words.say("tile.leads"), words.number(leads.entered))
            if report.analysis is not None and report.analysis.rows:
                band = report.analysis.rows[0].band
                yield _tile(
                    words.say("tile.conversion"),
                    words.percent(leads.rate),
                    words.say(f"band.{band.id}") if band else "",
                )
        if report.interests:
            cells = [result.cell() for result in report.interests]
            entered = sum(cell.entered for cell in cells)
            closed = sum(cell.won_now + cell.lost for cell in cells)
            yield _tile(words.say("tile.interests"), words.number(entered))
            for name, figure in (
                ("active", "active"),
                ("won", "won_now"),
                ("lost", "lost"),
            ):
                number = sum(getattr(cell, figure) for cell in cells)
                told = words.say(
                    "of-all", share=words.percent(number / entered if entered else None)
                )
                if name == "won" and closed:
                    told += ", " + words.say(
                        "of-closed", share=words.percent(number / closed)
                    )
                yield _tile(words.say(f"tile.{name}"), words.number(number), told)

    # -- funnels --------------------------------------------------------------------

    def _funnel(self, result: FunnelResult) -> str:
        words = self.words
        title = (
            words.say("section.leads")
            if result.spec.subject == "lead"
            else words.say("section.interests", title=result.ladder.name)
        )
        if not result.population:
            return self._section(title, result, self._empty())
        self._charts += 1
        cells = _columns.step_cells(result)
        names = [_columns.row_title(result.ladder, cell.stage, words) for cell in cells]
        head = words.say("stage")
        flow = self._table(
            result, head, names, cells, _columns.flow_columns(result, words)
        )
        standing = self._table(
            result, head, names, cells, _columns.standing_columns(result, words)
        )
        chart = funnel_svg(result, words, name=f"chart-{self._charts}")
        fates = ("converted", "pending", "dropped")
        legend = self._legend(result, fates)
        return self._section(
            title,
            result,
            f'<div class="pair"><div>{legend}{chart}</div>{flow}</div>{standing}'
            f"{self._remarks(result)}",
        )

    def _breakdown(self, result: FunnelResult) -> str:
        words = self.words
        title = _columns.breakdown_title(result, words)
        cells = _columns.group_cells(result)
        if not cells:
            return self._section(title, result, self._empty())
        names = [_columns.group_title(result, cell, words) for cell in cells]
        columns = _columns.breakdown_columns(result, words)
        table = self._table(result, words.say("group"), names, cells, columns)
        return self._section(title, result, table)

    def _table(
        self,
        result: FunnelResult,
        head: str,
        names: Sequence[str],
        cells: Sequence[Cell],
        columns: Sequence[Column],
    ) -> str:
        most = max(
            (cell.wilson.high for cell in cells if cell.wilson is not None), default=1.0
        )
        rate, interval = (self.words.say(f"figure.{n}") for n in ("rate", "wilson"))
        # Of a stage rate and interval stand under the number that they are of.
        under = {rate, interval} if cells[0].stage is not None else set()
        rows = []
        for name, cell in zip(names, cells, strict=True):
            shown = list[str]()
            for column in columns:
                text = escape(column.text(cell))
                if column.figure is not None:
                    ids = result.ids(cell, column.figure)
                    text = self._opening(column.text(cell), ids)
                elif column.title in under:
                    small = "" if text == "–" else f"<small>{text}</small>"
                    text = f"{shown.pop()}{small}" if shown else text
                elif column.title == interval:
                    picture = interval_svg(cell, self.words, most=most)
                    text = f'<span class="beside">{picture}<span>{text}</span></span>'
                shown.append(text)
            figures = "".join(f'<td class="nowrap">{text}</td>' for text in shown)
            rows.append(f'<tr><th scope="row">{escape(name)}</th>{figures}</tr>')
        heads = _heads([head, *(c.title for c in columns if c.title not in under)])
        return _scroll(f"<thead>{heads}</thead><tbody>{''.join(rows)}</tbody>")

    def _legend(self, result: FunnelResult, fates: Iterable[str]) -> str:
        marks = "".join(
            f'<span><i class="{name}"></i>'
            f"{escape(_columns.figure_title(result, name, self.words))}</span>"
            for name in fates
        )
        return f'<div class="legend" aria-hidden="true">{marks}</div>'

    def _remarks(self, result: FunnelResult) -> str:
        items = [escape(note) for note in _columns.notes(result, self.words)]
        ordered = sorted(result.anomalies, key=lambda each: (each.rule, each.subject))
        for rule, found in groupby(ordered, key=lambda each: each.rule):
            ids = tuple(anomaly.subject for anomaly in found)
            told = escape(self.words.say(f"anomaly.{rule}"))
            items.append(f"{told}: {self._opening(self.words.number(len(ids)), ids)}")
        listed = "".join(f"<li>{item}</li>" for item in items)
        return f'<ul class="notes">{listed}</ul>'

    # -- the two tables ---------------------------------------------------------------

    def _analysis(self, analysis: LeadAnalysis) -> str:
        words = self.words
        title = words.say("section.analysis")
        if not analysis.rows:
            return self._section(title, analysis.result, self._empty())
        heads = [
            words.say("channel"),
            *(
                words.say(f"lead.{name}")
                for name in ("new", "rejected", "converted", "total", "conversion")
            ),
        ]
        words_at_the_end = (words.say("band"), words.say("lead.results"))
        rows = "".join(self._lead_row(analysis, row) for row in analysis.rows)
        table = _scroll(
            f"<thead>{_heads(heads, words_at_the_end)}</thead><tbody>{rows}</tbody>"
        )
        return self._section(title, analysis.result, table)

    def _lead_row(self, analysis: LeadAnalysis, row: LeadRow) -> str:
        words = self.words
        name = {CHANNEL: "channel", KIND: "kind"}.get(row.level, "sum")
        counts = "".join(
            f"<td>{self._opening(words.number(number), analysis.ids(row, figure))}</td>"
            for number, figure in (
                (row.new, "active"),
                (row.rejected, "lost"),
                (row.converted, "won_now"),
                (row.total, "entered"),
            )
        )
        rate = words.percent(row.converted / row.total if row.total else None)
        band = (
            ""
            if row.band is None
            else f'<span class="chip {row.band.id}">'
            f"{escape(words.say(f'band.{row.band.id}'))}</span>"
        )
        return (
            f'<tr class="{name}"><th scope="row">'
            f"{escape(lead_row_title(row, words))}</th>{counts}<td>{rate}</td>"
            f'<td class="text">{band}</td>'
            f'<td class="text wide">{self._outcomes(row)}</td></tr>'
        )

    def _outcomes(self, row: LeadRow) -> str:
        told = [self._outcome(outcome) for outcome in row.outcomes]
        summary = ", ".join(
            f"{self.words.say(f'outcome.{name}')}: {self.words.number(number)}"
            for name in ("won", "open", "lost")
            if (number := sum(each.outcome == name for each in row.outcomes))
        )
        if not told:
            return "–"
        return self._opening(summary or self.words.number(len(told)), told)

    def _outcome(self, outcome: LeadOutcome) -> str:
        told = f"{outcome.lead} → {outcome.result or self.words.say('none')}"
        if outcome.outcome is not None:
            told += f", {self.words.say(f'outcome.{outcome.outcome}')}"
        if outcome.amount is not None:
            told += f", {self.words.money(outcome.amount)}"
        return told

    def _reasons(self, table: ReasonTable) -> str:
        words = self.words
        of = _columns.subject_title(table.result, words)
        title = words.say("section.reasons", title=of)
        if not table.rows:
            return self._section(title, table.result, self._empty())
        ladder = table.result.ladder
        stages = [
            words.say("none") if stage is None else ladder.rung(stage).name
            for stage in table.stages
        ]
        most = max(len(table.ids(reason=reason)) for reason in table.reasons)
        rows = []
        for reason in table.reasons:
            name = words.label("reason", reason)
            ids = table.ids(reason=reason)
            number = words.number(len(ids))
            said = words.say("bar-row", group=name, number=number)
            counts = []
            for left in table.stages:
                found = table.ids(reason=reason, left=left)
                text = self._opening(words.number(len(found)), found)
                counts.append(f"<td>{text}</td>")
            rows.append(
                f'<tr><th scope="row">{escape(name)}</th>'
                f'<td class="text thin">{share_svg(len(ids), most, said)}</td>'
                f"<td>{self._opening(number, ids)}</td>{''.join(counts)}</tr>"
            )
        heads = (
            f'<tr><th scope="col" rowspan="2">{escape(words.say("reason"))}</th>'
            f'<td rowspan="2"></td>'
            f'<th scope="col" rowspan="2">{escape(words.say("total"))}</th>'
            f'<th scope="colgroup" class="group" colspan="{len(stages)}">'
            f"{escape(words.say('left-from'))}</th></tr><tr>"
            + "".join(f'<th scope="col" class="low">{escape(s)}</th>' for s in stages)
            + "</tr>"
        )
        body = f"<thead>{heads}</thead><tbody>{''.join(rows)}</tbody>"
        return self._section(title, table.result, _scroll(body, "reasons"))

    # -- pieces ---------------------------------------------------------------------

    def _section(self, title: str, result: FunnelResult, body: str) -> str:
        told = _columns.population_title(result, self.words)
        return (
            f"<section><h2>{escape(title)}</h2>"
            f'<p class="soft">{escape(told)}</p>{body}</section>\n'
        )

    def _opening(self, text: str, ids: Sequence[str]) -> str:
        """
        Return *text* so that it opens into *ids*; plain where there are none.
        """
        if not ids:
            return escape(text)
        shown = [f"<li>{escape(each)}</li>" for each in ids[: self._most_ids]]
        left = len(ids) - self._most_ids
        if left > 0:
            more = self.words.say("more", number=self.words.number(left))
            shown.append(f"<li>{escape(more)}</li>")
        return (
            f"<details><summary>{escape(text)}</summary>"
            f"<ul>{''.join(shown)}</ul></details>"
        )

    def _empty(self) -> str:
        return f"<p>{escape(self.words.say('empty'))}</p>"

    def _notes(self) -> str:
        items = "".join(
            f"<li>{escape(self.words.say(f'note.{name}'))}</li>"
            for name in ("fates", "skipped", "rate", "dwell")
        )
        title = escape(self.words.say("notes"))
        return f'<section><h2>{title}</h2><ul class="notes">{items}</ul></section>'


def _tile(title: str, number: str, told: str = "") -> str:
    below = f'<span class="soft">{escape(told)}</span>' if told else ""
    return (
        f'<li><span class="soft">{escape(title)}</span><b>{escape(number)}</b>'
        f"{below}</li>"
    )


def _heads(titles: Iterable[str], texts: Iterable[str] = ()) -> str:
    """
    Return a row of headings: *titles* above numbers, then *texts* above words.
    """
    cells = "".join(f'<th scope="col">{escape(title)}</th>' for title in titles)
    cells += "".join(f'<th scope="col" class="text">{escape(t)}</th>' for t in texts)
    return f"<tr>{cells}</tr>"


def _scroll(table: str, name: str = "figures") -> str:
    return f'<div class="scroll"><table class="{name}">{table}</table></div>'
