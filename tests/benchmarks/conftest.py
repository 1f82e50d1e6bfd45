"""
Mark everything here as a benchmark, and show what was measured.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks._ratio import MEASURED


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """
    Mark the benchmarks, so that they can be run alone.
    """
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and item.path.name != "test_ratio.py":
            item.add_marker(pytest.mark.benchmark)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """
    Show every ratio with the times behind it.
    """
    if MEASURED:
        terminalreporter.section("measured")
        for measured in MEASURED:
            terminalreporter.write_line(str(measured))
