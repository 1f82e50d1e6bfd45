"""
The style sheet of HTML reports.
"""

from __future__ import annotations


__all__ = ("STYLE",)

STYLE = """
:root {
  color-scheme: light dark;
  --page: #f4f5f7; --card: #fff; --ink: #16202c; --soft: #55606e; --line: #dfe3e8;
  --on: #1f63b5; --wait: #8fbbe8; --out: #b3b9c1; --good: #1b7f4b; --chip: #e9eef5;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161b; --card: #1a2028; --ink: #e8ecf1; --soft: #a3aebb;
    --line: #303944; --on: #5b9fe8; --wait: #2f5d8f; --out: #5d6773;
    --good: #5cc98f; --chip: #273140;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.45 system-ui, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
}
main { max-width: 1200px; margin: 0 auto; padding: 28px 24px 48px; }
header { margin-bottom: 20px; }
h1 { font-size: 27px; line-height: 1.2; margin: 0 0 4px; }
h2 { font-size: 19px; margin: 0 0 2px; }
p { margin: 0 0 10px; }
.soft { color: var(--soft); font-size: 13.5px; }
.tiles {
  display: grid; gap: 12px; margin: 0 0 20px; padding: 0; list-style: none;
  grid-template-columns: repeat(auto-fit, minmax(150px, 1fr));
}
.tiles li, section {
  background: var(--card); border: 1px solid var(--line); border-radius: 10px;
}
.tiles li { padding: 12px 16px; }
.tiles b { display: block; font-size: 26px; line-height: 1.25; font-weight: 650; }
section { padding: 18px 20px; margin-bottom: 16px; }
.pair { display: grid; gap: 8px 20px; grid-template-columns: 1fr; }
@media (min-width: 980px) { .pair { grid-template-columns: 5fr 7fr; } }
.pair > * { min-width: 0; }
.pair th, .pair td { padding-left: 6px; padding-right: 6px; }
.pair tbody th { min-width: 110px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); font-size: 13.5px; padding: 6px 0; }
th, td {
  padding: 7px 8px; text-align: right; vertical-align: top;
  border-bottom: 1px solid var(--line);
}
thead th {
  color: var(--soft); font-weight: 500; font-size: 13px; line-height: 1.25;
  vertical-align: bottom;
}
th:first-child, td.text, th.text { text-align: left; }
th.low:first-child { text-align: right; }
th.group { text-align: center; }
td.thin { width: 1%; }
tbody th { font-weight: 500; min-width: 130px; overflow-wrap: break-word; }
tr.sum th, tr.sum td { font-weight: 650; }
tr.kind th { padding-left: 16px; }
tr.channel th { padding-left: 32px; font-weight: 400; }
tbody tr:last-child > * { border-bottom: 0; }
td small { display: block; color: var(--soft); white-space: nowrap; }
td.nowrap { white-space: nowrap; }
summary {
  cursor: pointer; list-style: none; color: var(--on); white-space: nowrap;
  text-decoration: underline dotted; text-underline-offset: 3px;
}
summary::-webkit-details-marker { display: none; }
summary:focus-visible { outline: 2px solid var(--on); outline-offset: 2px; }
details ul {
  margin: 6px 0 0; padding: 6px 8px; list-style: none; text-align: left;
  max-height: 220px; overflow: auto; font-size: 12.5px; line-height: 1.5;
  background: var(--chip); border-radius: 6px; overflow-wrap: anywhere;
  min-width: 96px; font-weight: 400;
}
.wide details ul { min-width: 200px; }
.chip {
  display: inline-block; padding: 1px 9px; border-radius: 99px; font-size: 13px;
  background: var(--chip); white-space: nowrap;
}
.chip.good, .chip.best { color: var(--good); font-weight: 600; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 2px 0 4px; }
.legend span { font-size: 13px; color: var(--soft); }
.legend i {
  display: inline-block; width: 11px; height: 11px; border-radius: 3px;
  margin-right: 6px;
}
i.converted { background: var(--on); }
i.pending { background: var(--wait); }
i.dropped { background: var(--out); }
svg { display: block; }
svg.chart { width: 100%; height: auto; max-width: 640px; }
svg text { fill: var(--ink); font-size: 13px; }
svg .number { font-weight: 650; font-size: 14px; }
svg .base { stroke: var(--line); }
svg .converted { fill: var(--on); }
svg .pending { fill: var(--wait); }
svg .dropped { fill: var(--out); }
svg.interval { width: 120px; height: 16px; flex: none; }
.beside { display: inline-flex; align-items: center; gap: 8px; }
.beside span { min-width: 76px; }
.reasons tbody th { width: 230px; }
svg.share { width: 160px; height: 14px; margin-top: 4px; }
.pair + .scroll { margin-top: 14px; }
.scale { stroke: var(--line); stroke-width: 2; }
.reach { stroke: var(--wait); stroke-width: 4; stroke-linecap: round; }
.dot { fill: var(--on); stroke: var(--card); stroke-width: 1.5; }
.notes { margin: 8px 0 0; padding-left: 18px; color: var(--soft); font-size: 13px; }
@media print {
  body { background: #fff; }
  section { break-inside: avoid; }
}
"""
"""Plain CSS for light and dark pages, wide and narrow, and for paper."""
