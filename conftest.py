"""
Run every Python block of the README and of the docs as a test.
"""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sybil import Sybil
from sybil.parsers.myst import PythonCodeBlockParser, SkipParser


def _enter_empty_folder(namespace: dict[str, Any]) -> None:
    """
    Let a page write files without leaving any behind.
    """
    namespace["_home"] = Path.cwd()
    namespace["_folder"] = TemporaryDirectory(prefix="page-")
    os.chdir(namespace["_folder"].name)


def _leave_folder(namespace: dict[str, Any]) -> None:
    """
    Go back to where the page's first block started.
    """
    os.chdir(namespace["_home"])
    namespace["_folder"].cleanup()


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), SkipParser()],
    patterns=["README.md", "docs/*.md", "docs/*/*.md", "docs/*/*/*.md"],
    setup=_enter_empty_folder,
    teardown=_leave_folder,
).pytest()
