"""
The columns of funnel tables, one definition for text and for HTML.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import attrs

from leadflow.funnel.result import Cell, FunnelResult
from leadflow.funnel.spec import Closed, Cohort, Measure, Snapshot, StageEvent


if TYPE_CHECKING:
    from collections.abc import Iterable

    from leadflow.funnel.ladder import Ladder
    from leadflow.funnel.words import Words


__all__ = (
    "Column",
    "breakdown_columns",
    "breakdown_title",
    "figure_title",
    "flow_columns",
    "group_cells",
    "group_title",
    "interval",
    "notes",
    "population_title",
    "row_title",
    "standing_columns",
    "step_cells",
    "subject_title",
)


@attrs.frozen
class Column:
    """
    Show one figure: its *title*, the *figure* behind it, if any, and its text.
    """

    title: str
    figure: str | None
    text: Callable[[Cell], str]


def figure_title(result: FunnelResult, name: str, words: Words) -> str:
    """
    Return what people call a figure; leads are converted and rejected.
    """
    if result.spec.subject == "lead":
        name = {"won_now": "lead.converted", "lost": "lead.rejected"}.get(name, name)
    return words.say(name if name.startswith("lead.") else f"figure.{name}")


def _counts(
    result: FunnelResult, words: Words, names: Iterable[Measure]
) -> list[Column]:
    def text(name: str) -> Callable[[Cell], str]:
        return lambda cell: words.number(getattr(cell, name))

    return [
        Column(figure_title(result, name, words), name, text(name))
        for name in names
        if name in result.spec.measures
    ]


def flow_columns(result: FunnelResult, words: Words) -> list[Column]:
    """
    Return the columns that tell who came to a stage and who went on.
    """
    bar: Measure = "entered"
    if not result.spec.in_order:
        bar = "passed" if result.spec.reading == "passed" else "reached"
    others: tuple[Measure, ...] = ("passed", "reached", "skipped")
    columns = _counts(result, words, [bar])
    if not columns:
        title = figure_title(result, bar, words)
        columns = [Column(title, "entered", lambda cell: words.number(cell.entered))]
    return [
        *columns,
        *_counts(result, words, [name for name in others if name != bar]),
        *_counts(result, words, ["converted"]),
        *_rates(result, words),
        *_counts(result, words, ["dropped", "pending"]),
    ]


def standing_columns(result: FunnelResult, words: Words) -> list[Column]:
    """
    Return the columns that tell how those that came to a stage stand now.
    """
    dwell = Column(
        words.say("figure.median_dwell"),
        None,
        lambda cell: words.duration(result.dwell(cell).median),
    )
    return [
        *_counts(
            result, words, ["here", "left", "returns", "active", "won_now", "lost"]
        ),
        *([dwell] if "median_dwell" in result.spec.measures else []),
        *_amounts(result, words),
    ]


def breakdown_columns(result: FunnelResult, words: Words) -> list[Column]:
    """
    Return the columns that compare groups, of all that came in.
    """
    return [
        *_counts(result, words, ["entered", "active", "won_now", "lost"]),
        *_rates(result, words),
        *_amounts(result, words),
    ]


def _rates(result: FunnelResult, words: Words) -> list[Column]:
    # Nothing comes after the last step that one could go on to.
    last = len(result.ladder.steps) - 1
    rate = Column(
        words.say("figure.rate"),
        None,
        lambda cell: words.percent(None if cell.step == last else cell.rate),
    )
    bounds = Column(
        words.say("figure.wilson"),
        None,
        lambda cell: "–" if cell.step == last else interval(cell, words),
    )
    wanted = result.spec.measures
    return [
        *([rate] if "rate" in wanted else []),
        *([bounds] if "wilson" in wanted else []),
    ]


def _amounts(result: FunnelResult, words: Words) -> list[Column]:
    if "amount" not in result.spec.measures or not any(
        cell.amount for cell in result.totals
    ):
        return []
    return [
        Column(
            words.say("figure.amount"),
            "amount",
            lambda cell: ", ".join(map(words.money, cell.amount)) or "–",
        )
    ]


def interval(cell: Cell, words: Words) -> str:
    """
    Return the interval of a cell's rate as text.
    """
    bounds = cell.wilson
    if bounds is None:
        return "–"
    low = words.percent(bounds.low, digits=0).rstrip("%\u00a0")
    return f"{low}–{words.percent(bounds.high, digits=0)}"


# -- which cells, and what they are called ------------------------------------------


def step_cells(result: FunnelResult) -> list[Cell]:
    """
    Return the cells of the stages, of everything.
    """
    return [cell for cell in result.totals if cell.stage is not None]


def group_cells(result: FunnelResult) -> list[Cell]:
    """
    Return the cells of the groups and buckets, of all that came in.
    """
    return [cell for cell in result.cells if cell.stage is None]


def group_title(result: FunnelResult, cell: Cell, words: Words) -> str:
    """
    Return what people call the group and bucket of *cell*.
    """
    titles = [
        words.label(dim.name, value)
        for dim, value in zip(result.spec.by, cell.group, strict=True)
    ]
    if cell.bucket is not None:
        titles.insert(0, words.span(cell.bucket))
    return " · ".join(titles)


def row_title(ladder: Ladder, stage: str | None, words: Words) -> str:
    """
    Return what people call *stage*.
    """
    return words.say("all") if stage is None else ladder.rung(stage).name


def population_title(result: FunnelResult, words: Words) -> str:
    """
    Return what was counted, in words.
    """
    spec = result.spec
    subjects = words.say(f"subject.{spec.subject}")
    period = "" if spec.period is None else words.span(spec.period)
    match spec.anchor:
        case Cohort(stage):
            key = "anchor.cohort-stage" if stage else "anchor.cohort"
        case StageEvent():
            key, stage = "anchor.event", ""
        case Closed():
            key, stage = "anchor.closed", ""
        case Snapshot():
            key, stage = "anchor.snapshot", ""
    return words.say(
        key, subjects=subjects, period=period, stage=result.ladder.rung(stage).name
    )


def breakdown_title(result: FunnelResult, words: Words) -> str:
    """
    Return what a breakdown is of and by what.
    """
    names = [words.dimension(dim.name) for dim in result.spec.by]
    if result.spec.bucket is not None:
        names.insert(0, words.say("by.bucket"))
    return words.say(
        "section.breakdown",
        title=subject_title(result, words),
        dimension=", ".join(names),
    )


def subject_title(result: FunnelResult, words: Words) -> str:
    """
    Return what the subjects are, and of which scenario.
    """
    subjects = words.say(f"subject.{result.spec.subject}")
    if result.spec.subject == "lead":
        return subjects
    return f"{subjects} · {result.ladder.name}"


def notes(result: FunnelResult, words: Words) -> list[str]:
    """
    Return what must be said about the figures of *result*.
    """
    spec = result.spec
    found = []
    if not spec.by and spec.bucket is None:
        found.append(words.say(f"reading.{spec.reading}"))
    if spec.window is not None:
        key: Literal["window", "window-hours"] = "window"
        if spec.window.hours is not None:
            key = "window-hours"
        found.append(words.say(key, length=words.duration(spec.window.length)))
    found.append(
        words.say(
            "note.matured",
            matured=words.number(result.matured),
            population=words.number(result.population),
        )
    )
    if result.ties:
        found.append(words.say("note.ties", number=words.number(result.ties)))
    if any(
        row.coarse
        for facts in result.behind(result.cell())
        for row in facts.story.entries
    ):
        found.append(words.say("note.coarse"))
    return found
