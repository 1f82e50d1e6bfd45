"""
What `import leadflow` brings into a process.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


HEAVY = ("cattr", "cattrs", "phonenumbers", "rich", "sqlalchemy", "statemachine")


def loaded_by(statement: str) -> frozenset[str]:
    """
    Return the top-level names that a fresh interpreter holds after *statement*.
    """
    # Plug-ins of the measuring tools would load modules of their own.
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("COV_", "COVERAGE_", "PYTEST_"))
    }
    code = f"{statement}; import sys; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        env=environment,
        text=True,
    )
    names = (name.partition(".")[0] for name in done.stdout.split())
    # How this Python was built is the standard library's, under changing names.
    return frozenset(name for name in names if not name.startswith("_sysconfigdata"))


@pytest.fixture(scope="module", name="brought")
def _brought() -> frozenset[str]:
    return loaded_by("import leadflow") - loaded_by("pass")


class TestImport:
    def test_only_attrs_and_ourselves(self, brought: frozenset[str]) -> None:
        """
        Besides the standard library only attrs and leadflow itself are loaded.
        """
        foreign = brought - sys.stdlib_module_names

        assert foreign <= {"attr", "attrs", "leadflow"}

    def test_ourselves(self, brought: frozenset[str]) -> None:
        """
        The listing sees what was imported.
        """
        assert "leadflow" in brought

    @pytest.mark.parametrize("name", HEAVY)
    def test_heavy_ones_wait(self, brought: frozenset[str], name: str) -> None:
        """
        A dependency that costs is loaded where it is first needed.
        """
        assert name not in brought

    def test_standard_library_of_attrs(self, brought: frozenset[str]) -> None:
        """
        No server, database or test tool of the standard library is loaded.
        """
        unwanted = {"asyncio", "http", "socket", "sqlite3", "ssl", "unittest"}

        assert not unwanted & (brought - loaded_by("import attrs"))
