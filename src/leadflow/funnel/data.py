"""
Figures as plain data, for JSON and for programs of one's own.

Nothing is translated or rounded: stages and values are ids, instants are ISO 8601
in UTC, amounts are in minor units, durations in seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never

from leadflow.funnel._facts import FIGURES
from leadflow.funnel.bands import band_of
from leadflow.funnel.history import instant
from leadflow.funnel.report import Report
from leadflow.funnel.result import Cell, FunnelResult
from leadflow.funnel.spec import Cohort, FunnelSpec
from leadflow.funnel.tables import LeadAnalysis, LeadRow, ReasonTable


if TYPE_CHECKING:
    from leadflow.funnel.periods import Period
    from leadflow.funnel.text import Shown
    from leadflow.values import Money


__all__ = ("to_dict",)


def to_dict(shown: Shown, *, ids: bool = False) -> dict[str, Any]:
    """
    Return *shown* as dicts, lists, texts and numbers only.

    With *ids* each figure's ids stand beside it, under ``ids``.
    """
    match shown:
        case FunnelResult():
            return _result(shown, ids=ids)
        case ReasonTable():
            return _reasons(shown, ids=ids)
        case LeadAnalysis():
            return _analysis(shown, ids=ids)
        case Report():
            return {
                "title": shown.title,
                "leads": shown.leads and _result(shown.leads, ids=ids),
                "interests": [_result(each, ids=ids) for each in shown.interests],
                "analysis": shown.analysis and _analysis(shown.analysis, ids=ids),
                "losses": [_reasons(each, ids=ids) for each in shown.losses],
                "breakdowns": [_result(each, ids=ids) for each in shown.breakdowns],
            }
        case _:
            assert_never(shown)


def _result(result: FunnelResult, *, ids: bool) -> dict[str, Any]:
    recorded = result.as_recorded_us
    return {
        "spec": _spec(result.spec),
        "ladder": {
            "id": result.ladder.id,
            "title": result.ladder.title,
            "steps": [rung.id for rung in result.ladder.steps],
        },
        "population": result.population,
        "matured": result.matured,
        "rows": result.rows,
        "ties": result.ties,
        "as_recorded": None if recorded is None else instant(recorded).isoformat(),
        "anomalies": [
            {"subject": each.subject, "rule": each.rule} for each in result.anomalies
        ],
        "totals": [_cell(result, cell, ids=ids) for cell in result.totals],
        "cells": [_cell(result, cell, ids=ids) for cell in result.cells],
    }


def _spec(spec: FunnelSpec) -> dict[str, Any]:
    return {
        "subject": spec.subject,
        "anchor": type(spec.anchor).__name__,
        "anchor_stage": spec.anchor.stage if isinstance(spec.anchor, Cohort) else "",
        "period": _period(spec.period),
        "as_of": spec.as_of.isoformat(),
        "reading": spec.reading,
        "window": None
        if spec.window is None
        else {
            "seconds": spec.window.length.total_seconds(),
            "from_stage": spec.window.from_stage,
            "working_time": spec.window.hours is not None,
        },
        "by": [{"name": dim.name, "attribution": dim.attribution} for dim in spec.by],
        "bucket": None
        if spec.bucket is None
        else {"unit": spec.bucket.unit, "zone": spec.bucket.zone},
        "measures": sorted(spec.measures),
        "amount_at": spec.amount_at,
    }


def _cell(result: FunnelResult, cell: Cell, *, ids: bool) -> dict[str, Any]:
    wanted = result.spec.measures
    bounds = cell.wilson
    figures: dict[str, Any] = {
        name: getattr(cell, name) for name in (*FIGURES, "entries") if name in wanted
    }
    if "amount" in wanted:
        figures["amount"] = [_money(money) for money in cell.amount]
    if "rate" in wanted:
        figures["rate"] = cell.rate
    if "wilson" in wanted:
        figures["wilson"] = bounds and [bounds.low, bounds.high]
    if "median_dwell" in wanted:
        dwell = result.dwell(cell)
        figures["median_dwell"] = {
            "seconds": None if dwell.median is None else dwell.median.total_seconds(),
            "stays": dwell.stays,
            "unfinished": dwell.unfinished,
            "coarse": dwell.coarse,
        }
    found: dict[str, Any] = {
        "stage": cell.stage,
        "group": list(cell.group),
        "bucket": _period(cell.bucket),
        **figures,
    }
    if ids:
        found["ids"] = {
            name: list(result.ids(cell, name)) for name in FIGURES if name in wanted
        }
    return found


def _reasons(table: ReasonTable, *, ids: bool) -> dict[str, Any]:
    return {
        "spec": _spec(table.result.spec),
        "total": table.total,
        "rows": [
            {
                "reason": row.reason,
                "left": row.left,
                "count": row.count,
                **({"ids": list(row.subjects)} if ids else {}),
            }
            for row in table.rows
        ],
    }


def _analysis(analysis: LeadAnalysis, *, ids: bool) -> dict[str, Any]:
    return {
        "spec": _spec(analysis.result.spec),
        "rows": [_lead_row(analysis, row, ids=ids) for row in analysis.rows],
    }


def _lead_row(analysis: LeadAnalysis, row: LeadRow, *, ids: bool) -> dict[str, Any]:
    band = band_of(row.converted, row.total)
    found: dict[str, Any] = {
        "level": ("all", "kind", "channel")[row.level],
        "channel_kind": row.channel_kind,
        "channel": row.channel,
        "new": row.new,
        "rejected": row.rejected,
        "converted": row.converted,
        "total": row.total,
        "band": band and band.id,
        "states": dict(row.states),
        "outcomes": [
            {
                "lead": each.lead,
                "result": each.result,
                "outcome": each.outcome,
                "stage": each.stage,
                "amount": each.amount and _money(each.amount),
            }
            for each in row.outcomes
        ],
    }
    if ids:
        found["ids"] = {
            name: list(analysis.ids(row, figure))
            for name, figure in (
                ("new", "active"),
                ("rejected", "lost"),
                ("converted", "won_now"),
                ("total", "entered"),
            )
        }
    return found


def _period(period: Period | None) -> list[str] | None:
    if period is None:
        return None
    return [period.start.isoformat(), period.end.isoformat()]


def _money(money: Money) -> dict[str, Any]:
    return {"minor": money.minor, "currency": money.currency}
