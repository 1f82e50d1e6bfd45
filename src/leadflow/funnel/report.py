"""
A report: the figures that a head of sales looks at together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from leadflow.funnel.compute import compute
from leadflow.funnel.result import FunnelResult
from leadflow.funnel.spec import (
    Anchor,
    Closed,
    Cohort,
    Dim,
    FunnelSpec,
)
from leadflow.funnel.tables import LeadAnalysis, ReasonTable, analyse_leads, reasons


if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from leadflow.funnel.fold import Folded
    from leadflow.funnel.periods import Bucket, Period


__all__ = ("MEMBERS", "Report", "make_report")

MEMBERS = Dim("owner", "last")
"""Whose it is, in a report: the member that has it, or had it last."""


@attrs.frozen(kw_only=True)
class Report:
    """
    Hold the parts of a report; what is None or empty is left out of it.

    *breakdowns* are funnels that are broken down, *losses* the reasons of each
    subject's losses.
    """

    title: str = ""
    leads: FunnelResult | None = None
    interests: tuple[FunnelResult, ...] = ()
    analysis: LeadAnalysis | None = None
    losses: tuple[ReasonTable, ...] = ()
    breakdowns: tuple[FunnelResult, ...] = ()

    @property
    def funnels(self) -> tuple[FunnelResult, ...]:
        """Return the funnels that are of everything, that of leads first."""
        return (*((self.leads,) if self.leads else ()), *self.interests)


def make_report(
    *,
    period: Period,
    as_of: datetime,
    leads: Folded | None = None,
    interests: Iterable[Folded] = (),
    anchor: Anchor | None = None,
    by: Iterable[Dim] = (MEMBERS, Dim("source"), Dim("channel")),
    bucket: Bucket | None = None,
    title: str = "",
) -> Report:
    """
    Return the report of a *period* as of an instant.

    *leads* and *interests* (one fold a scenario) are counted by what came in, or
    by *anchor*; each funnel is then broken down *by* each dimension, and by the
    *bucket* if there is one.  Reasons are of what was lost in the period, by the
    date of the loss.

    Raises:
        DefinitionError: the parts contradict one another.
    """
    chosen = anchor or Cohort()
    folds = tuple(interests)
    counted = [*([leads] if leads is not None else []), *folds]
    plain = FunnelSpec(anchor=chosen, period=period, as_of=as_of)
    closed = FunnelSpec(anchor=Closed(), period=period, as_of=as_of)
    dims = tuple(by)
    return Report(
        title=title,
        leads=None if leads is None else _count(plain, leads),
        interests=tuple(_count(plain, fold) for fold in folds),
        analysis=None
        if leads is None
        else analyse_leads(_spec(plain, leads), leads, folds),
        losses=tuple(reasons(_count(closed, fold)) for fold in counted),
        breakdowns=tuple(
            _count(attrs.evolve(plain, by=each, bucket=cut), fold)
            for fold in counted
            for each, cut in (
                *(((dim,), None) for dim in dims),
                *((((), bucket),) if bucket else ()),
            )
        ),
    )


def _spec(spec: FunnelSpec, folded: Folded) -> FunnelSpec:
    return attrs.evolve(spec, subject=folded.subject)


def _count(spec: FunnelSpec, folded: Folded) -> FunnelResult:
    return compute(_spec(spec, folded), folded)
