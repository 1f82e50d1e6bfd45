"""
Figures as text, as a page, and as plain data.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html.parser import HTMLParser

import attrs
import pytest
from hypothesis import given, settings

from leadflow.funnel.compute import compute
from leadflow.funnel.data import to_dict
from leadflow.funnel.fold import fold
from leadflow.funnel.history import HistoryRow, instant
from leadflow.funnel.html import to_html
from leadflow.funnel.periods import Period
from leadflow.funnel.report import Report, make_report
from leadflow.funnel.result import FunnelResult
from leadflow.funnel.spec import (
    Anchor,
    Closed,
    Cohort,
    Dim,
    FunnelSpec,
    Reading,
    Snapshot,
    StageEvent,
    Window,
)
from leadflow.funnel.svg import funnel_svg
from leadflow.funnel.text import to_text
from leadflow.funnel.words import Words
from leadflow.worktime import WorkCalendar
from tests.funnel._histories import LADDER, histories, straight, way
from tests.funnel._shop import AS_OF, EVIL, INTERESTS, MARCH, interests, report


RU = Words(language="ru", zone="Europe/Moscow")
EMPTY = frozenset({"meta", "rect", "line", "circle", "br"})


class Page(HTMLParser):
    """
    Read a page: every tag with its attributes, and whether all are closed.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.shown: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(
        self, tag: str, attributes: list[tuple[str, str | None]]
    ) -> None:
        """
        Note a tag, and wait for its end.
        """
        self.tags.append((tag, dict(attributes)))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(
        self, tag: str, attributes: list[tuple[str, str | None]]
    ) -> None:
        """
        Note a tag that ends itself.
        """
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag: str) -> None:
        """
        Demand that the last open tag ends.
        """
        if not self.open or self.open[-1] != tag:
            raise AssertionError(f"</{tag}> where {self.open[-1:]} is open")
        self.open.pop()

    def handle_data(self, data: str) -> None:
        """
        Note what is read, outside of the style sheet.
        """
        if "style" not in self.open:
            self.shown.append(data)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        """
        Return the attributes of each *tag*.
        """
        return [attributes for name, attributes in self.tags if name == tag]


def march(anchor: Anchor | None = None, **more: object) -> FunnelResult:
    """
    Return the funnel of the shop's interests in March.
    """
    asked = {"anchor": anchor or Cohort(), "period": MARCH, "as_of": AS_OF}
    return compute(FunnelSpec(**(asked | more)), interests())  # type: ignore[arg-type]


@pytest.fixture(name="page", scope="module")
def _page() -> Page:
    return Page(to_html(report()))


class TestHtml:
    def test_well_formed(self, page: Page) -> None:
        """
        Every tag is closed, in order.
        """
        assert [] == page.open

    def test_nothing_from_outside(self, page: Page) -> None:
        """
        The page loads nothing and runs nothing.
        """
        names = {tag for tag, _ in page.tags}
        links = {
            name
            for _, attributes in page.tags
            for name in attributes
            if name in {"src", "href", "xlink:href", "action"} or name.startswith("on")
        }

        assert (set(), set()) == (
            names & {"script", "link", "img", "iframe", "object", "base", "image"},
            links,
        )

    def test_style_loads_nothing(self) -> None:
        """
        The style sheet names no other resource.
        """
        assert not re.search(r"url\(|@import", to_html(report()))

    def test_escaped(self, page: Page) -> None:
        """
        What comes from outside is shown as it is, and is never markup.
        """
        assert EVIL in page.shown

    def test_language(self) -> None:
        """
        The page tells its language.
        """
        page = Page(to_html(report(), words=RU))

        assert "ru" == page.named("html")[0]["lang"]

    def test_pictures_have_words(self, page: Page) -> None:
        """
        Each picture is an image with a name.
        """
        assert all(
            svg["role"] == "img"
            and (svg.get("aria-label") or svg.get("aria-labelledby"))
            for svg in page.named("svg")
        )

    def test_names_lead_to_ids(self, page: Page) -> None:
        """
        The words that a chart is named by are on the page, once.
        """
        ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
        named = [
            name
            for svg in page.named("svg")
            for name in (svg.get("aria-labelledby") or "").split()
        ]

        assert sorted(named) == sorted(ids)  # type: ignore[type-var]

    def test_tables_have_headings(self, page: Page) -> None:
        """
        Each heading of a table says what it heads.
        """
        assert all("scope" in heading for heading in page.named("th"))

    def test_figures_open(self) -> None:
        """
        A figure opens into the ids behind it (R49).
        """
        assert "<summary>3</summary><ul><li>i1</li><li>i2</li><li>i3</li></ul>" in (
            to_html(Report(interests=(march(),)))
        )

    def test_nought_does_not_open(self) -> None:
        """
        Behind nought there is nothing to open.
        """
        assert "<summary>0</summary>" not in to_html(report())

    def test_long_lists_are_cut(self) -> None:
        """
        A long list says how many more there are.
        """
        assert "<ul><li>i1</li><li>… and 2 more</li></ul>" in to_html(
            Report(interests=(march(),)), most_ids=1
        )

    @pytest.mark.parametrize(
        "title",
        [
            "Funnel of leads",
            "Lead analysis by channel",
            "Reasons: Leads",
            "Leads, by member",
            "Leads, by source",
            "Leads, by channel",
            "Leads, by period",
        ],
    )
    def test_sections(self, page: Page, title: str) -> None:
        """
        The report has a section for each question of R46 to R50.
        """
        assert title in page.shown

    @pytest.mark.parametrize(
        "title", ["Воронка лидов", "Анализ лидов по каналам", "Лиды: по ответственным"]
    )
    def test_russian_sections(self, title: str) -> None:
        """
        The same report can be read in Russian.
        """
        assert title in Page(to_html(report(), words=RU)).shown

    def test_band(self, page: Page) -> None:
        """
        The conversion of leads has its band beside it (R50).
        """
        assert "among the best" in page.shown

    def test_results_of_leads(self, page: Page) -> None:
        """
        Each converted lead shows what it became (R46).
        """
        assert "l1 → interest/i1, won, 123,456\u00a0RUB" in page.shown

    def test_empty(self) -> None:
        """
        A report of nothing says so, section by section.
        """
        nothing = make_report(
            period=MARCH,
            as_of=AS_OF,
            leads=fold([], LADDER, subject="lead"),
            interests=[fold([], LADDER)],
        )
        page = Page(to_html(nothing))

        assert 11 == page.shown.count("Nothing to count here.")

    def test_no_parts(self) -> None:
        """
        A report without parts is a page still.
        """
        assert "Funnel report" in Page(to_html(Report())).shown

    def test_anomalies_open(self) -> None:
        """
        Contradicting rows are told of, with their ids.
        """
        rows = way("odd", ("new", 9), ("won", 4))
        spec = FunnelSpec(
            anchor=Cohort(), period=Period(instant(0), instant(99)), as_of=instant(99)
        )
        result = compute(spec, fold(rows, LADDER))

        assert (
            "in no duration: <details><summary>1</summary><ul><li>odd</li>"
            in to_html(Report(interests=(result,)))
        )

    @settings(max_examples=25)
    @given(histories())
    def test_any_history(self, rows: list[HistoryRow]) -> None:
        """
        Whatever the history, the page is well formed.
        """
        made = make_report(
            period=Period(instant(0), instant(40)),
            as_of=instant(60),
            leads=fold(rows, LADDER, subject="lead"),
            interests=[fold(rows, LADDER)],
        )

        assert [] == Page(to_html(made)).open


class TestSvg:
    def test_long_titles_wrap(self) -> None:
        """
        A long title takes several lines, and none is too long.
        """
        lines = re.findall(
            r"<tspan[^>]*>([^<]*)</tspan>", funnel_svg(march(), RU, name="x")
        )

        assert ("Clearing up what the", 20) == (lines[0], max(map(len, lines)))

    def test_one_endless_word(self) -> None:
        """
        A word that is too long is cut, and so are too many words.
        """
        ladder = attrs.evolve(
            INTERESTS,
            rungs=(
                attrs.evolve(INTERESTS.rungs[0], title="w" * 50 + " word" * 40),
                *INTERESTS.rungs[1:],
            ),
        )
        spec = FunnelSpec(anchor=Cohort(), period=MARCH, as_of=AS_OF)
        picture = funnel_svg(compute(spec, interests().under(ladder)), RU, name="x")
        lines = re.findall(r"<tspan[^>]*>([^<]*)</tspan>", picture)

        assert ("w" * 19 + "…", 20, True) == (
            lines[0],
            max(map(len, lines)),
            lines[3].endswith("…"),
        )

    def test_said_in_words(self) -> None:
        """
        A chart says each of its bars in words.
        """
        assert "Offer: 2; went on 1, pending 0, dropped out 1" in funnel_svg(
            march(), Words(), name="x"
        )


class TestText:
    def test_funnel(self) -> None:
        """
        A funnel is an aligned table with stacked bars.
        """
        spec = FunnelSpec(
            anchor=Cohort(), period=Period(instant(0), instant(99)), as_of=instant(99)
        )
        rows = [
            *straight("a", 6),
            *straight("b", 2),
            *way("c", ("new", 0), ("lost", 1)),
        ]
        lines = to_text(compute(spec, fold(rows, LADDER)), width=80).splitlines()

        assert [
            "Interests · Sales",
            "Interests that came in from 1 Jan 1970, as of 1 Jan 1970, 00:00 UTC",
            "Stage                                Passed  Were there  Skipped  Went on",
            "─" * 73,
            "New        ████████████████░░░░░░░░       3           3        0        2",
            "Contacted  ████████▒▒▒▒▒▒▒▒               2           2        0        1",
        ] == lines[:6]

    def test_ascii(self) -> None:
        """
        In ASCII no bar and no punctuation needs more.
        """
        shown = attrs.evolve(report(), title="March")
        text = to_text(shown, words=Words(zone="Europe/Moscow"), ascii_only=True)

        assert text.isascii()

    def test_ascii_is_as_wide(self) -> None:
        """
        In ASCII the table has the same columns.
        """
        assert [len(line) for line in to_text(march()).splitlines()] == [
            len(line) for line in to_text(march(), ascii_only=True).splitlines()
        ]

    @pytest.mark.parametrize("width", [60, 80, 120])
    def test_width(self, width: int) -> None:
        """
        A table is no wider than asked; columns and long titles give way.
        """
        table = [
            line
            for line in to_text(march(), words=RU, width=width).splitlines()
            if re.search(r"  \d|─", line)
        ]

        assert width >= max(map(len, table))

    def test_wide_signs(self) -> None:
        """
        Signs that take two columns of a terminal are counted so.
        """
        rows = [*way("a", ("new", 0), owner="安娜"), *way("b", ("new", 0), owner="bo")]
        spec = FunnelSpec(
            anchor=Cohort(),
            period=Period(instant(0), instant(9)),
            as_of=instant(9),
            by=(Dim("owner"),),
        )
        lines = to_text(compute(spec, fold(rows, LADDER))).splitlines()
        named = [line for line in lines if line.startswith(("安娜", "bo"))]

        assert ["bo   ", "安娜 "] == [line[: line.index("  ▒")] for line in named]

    def test_report_of_nothing(self) -> None:
        """
        A report of nothing says so, part by part.
        """
        nothing = make_report(
            period=MARCH, as_of=AS_OF, leads=fold([], LADDER, subject="lead"), by=()
        )

        assert 3 == to_text(nothing).count("Nothing to count here.")

    def test_report(self) -> None:
        """
        A report is all of its parts, one after another.
        """
        text = to_text(report(), words=RU)

        assert all(
            title in text
            for title in (
                "Анализ лидов по каналам",
                "Причины отказа: Лиды",
                "Лиды: по ответственным",
            )
        )

    def test_nothing(self) -> None:
        """
        A funnel of nobody says so.
        """
        spec = FunnelSpec(anchor=Cohort(), period=MARCH, as_of=AS_OF)

        assert (
            "Nothing to count here.\n"
            == to_text(compute(spec, fold([], LADDER))).splitlines(keepends=True)[-1]
        )

    @pytest.mark.parametrize(
        ("anchor", "said"),
        [
            (Cohort("offer"), "Interests that came to “Offer” from 1 Mar 2026 to 31"),
            (StageEvent(), "Interests at each stage by the date of that stage, 1 Mar"),
            (Closed(), "Interests closed from 1 Mar 2026 to 31 Mar 2026"),
            (Snapshot(), "Interests that stood open, as of 2 Apr 2026"),
        ],
    )
    def test_anchor_is_said(self, anchor: Anchor, said: str) -> None:
        """
        A table says what its period selects (trap 5).
        """
        period = None if isinstance(anchor, Snapshot) else MARCH

        assert said in to_text(march(anchor, period=period))

    @pytest.mark.parametrize(
        ("reading", "head"),
        [("reached", "Were there"), ("ordered", "Entered"), ("strict", "Entered")],
    )
    def test_reading_is_said(self, reading: Reading, head: str) -> None:
        """
        The first number is called by the reading.
        """
        line = to_text(march(reading=reading)).splitlines()[2]

        assert head == line.split("  ", 1)[1].strip().split("  ")[0]

    @pytest.mark.parametrize(
        ("window", "said"),
        [
            (Window(length=timedelta(days=1)), "Only the first 1\u00a0d of each"),
            (
                Window(length=timedelta(hours=2), hours=WorkCalendar()),
                "Only the first 2\u00a0h of working time of each",
            ),
        ],
    )
    def test_window_is_said(self, window: Window, said: str) -> None:
        """
        A table says that it sees a window only.
        """
        assert said in to_text(march(window=window))

    def test_few_measures(self) -> None:
        """
        Only what was asked for is shown, and the bar's number.
        """
        result = march(measures=frozenset({"dropped"}))

        assert ["Stage", "Passed", "Dropped out"] == re.split(
            r"\s{2,}", to_text(result).splitlines()[2]
        )

    def test_ties_and_days(self) -> None:
        """
        Ties, and stamps that are known to the day only, are told of.
        """
        rows = [
            HistoryRow(subject="a", seq=seq, stage=stage, at_us=0, coarse=True)
            for seq, stage in enumerate(("new", "elsewhere"))
        ]
        spec = FunnelSpec(
            anchor=Cohort(), period=Period(instant(0), instant(9)), as_of=instant(9)
        )
        text = to_text(compute(spec, fold(rows, LADDER)))

        assert all(
            said in text
            for said in (
                "in the order of the record: 1.",
                "known to the day only",
                "Were in a stage that is not declared: a",
            )
        )


class TestDict:
    def test_json(self) -> None:
        """
        A report is plain data, ids and all.
        """
        data = to_dict(report(), ids=True)

        assert data == json.loads(json.dumps(data))

    def test_figures(self) -> None:
        """
        A cell has its figures, unrounded, under their names.
        """
        cell = to_dict(march())["totals"][2]

        assert ("offer", 2, 1, 1, 0.5, {"minor": 24_691_200, "currency": "RUB"}) == (
            cell["stage"],
            cell["entered"],
            cell["converted"],
            cell["lost"],
            cell["rate"],
            cell["amount"][0],
        )

    def test_tables(self) -> None:
        """
        Reasons and the lead analysis are plain data by themselves too.
        """
        shown = report()
        data = to_dict(shown)

        assert (data["losses"][0], data["analysis"]) == (
            to_dict(shown.losses[0]),
            to_dict(shown.analysis) if shown.analysis else None,
        )

    def test_ids_of_leads(self) -> None:
        """
        With ids each number of the lead analysis names its leads.
        """
        row = to_dict(report(), ids=True)["analysis"]["rows"][1]

        assert {
            "new": ["l3"],
            "rejected": ["l2"],
            "converted": ["l1"],
            "total": ["l1", "l2", "l3"],
        } == row["ids"]

    def test_few_measures(self) -> None:
        """
        Only what was asked for is there.
        """
        data = to_dict(march(measures=frozenset({"dropped"})), ids=True)

        assert {"stage", "group", "bucket", "dropped", "ids"} == data["cells"][0].keys()

    def test_window(self) -> None:
        """
        The window is told in seconds.
        """
        window = Window(length=timedelta(days=1), from_stage="need")

        assert {
            "seconds": 86_400.0,
            "from_stage": "need",
            "working_time": False,
        } == to_dict(march(window=window))["spec"]["window"]

    @settings(max_examples=25)
    @given(histories())
    def test_any_history(self, rows: list[HistoryRow]) -> None:
        """
        Whatever the history, its funnel is plain data.
        """
        spec = FunnelSpec(
            anchor=StageEvent(),
            period=Period(instant(0), instant(20)),
            as_of=instant(25),
            by=(Dim("owner"),),
        )
        data = to_dict(compute(spec, fold(rows, LADDER)), ids=True)

        assert data == json.loads(json.dumps(data))
