"""
Counting: history rows folded into visits and milestones, and figures of them.

- `leadflow.funnel.history`, `~leadflow.funnel.ladder`: what is counted, by which
  stages
- `~leadflow.funnel.fold`, `~leadflow.funnel.visits`: the live tables
- `~leadflow.funnel.spec`, `~leadflow.funnel.periods`: what to count
- `~leadflow.funnel.compute`, `~leadflow.funnel.result`: the figures
- `~leadflow.funnel.tables`, `~leadflow.funnel.bands`,
  `~leadflow.funnel.statistics`: reasons, lead analysis, how good, how sure
- `~leadflow.funnel.report`, `~leadflow.funnel.text`, `~leadflow.funnel.html`,
  `~leadflow.funnel.svg`, `~leadflow.funnel.data`, `~leadflow.funnel.words`: how
  it is shown
"""

from __future__ import annotations


__all__: tuple[str, ...] = ()
