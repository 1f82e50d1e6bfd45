"""
What a program pays for `import leadflow`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

from tests.benchmarks._ratio import race


def importing(module: str) -> Callable[[], float]:
    """
    Return a call that imports *module* in a fresh interpreter and tells the time.
    """
    code = (
        "from time import perf_counter; start = perf_counter();"
        f" import {module}; print(perf_counter() - start)"
    )

    def seconds() -> float:
        done = subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            text=True,
        )
        return float(done.stdout)

    return seconds


class TestImport:
    def test_twice_attrs(self) -> None:
        """
        `import leadflow` costs at most twice `import attrs`, which it includes.
        """
        measured = race(importing("leadflow"), importing("attrs"), limit=2.0)

        assert 2.0 >= measured.ratio, measured
