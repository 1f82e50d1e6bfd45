"""
The command line, called as a user would, in a folder of its own.
"""

from __future__ import annotations

import os
from pathlib import Path

import attrs
import pytest

import leadflow
from leadflow.cli import main


def environment() -> dict[str, str]:
    """
    Return the environment of a process that finds leadflow where this one does.
    """
    home = str(Path(leadflow.__file__).parents[1])
    return {
        **os.environ,
        "COLUMNS": "110",
        "PYTHONIOENCODING": "utf-8",
        "PYTHONPATH": home,
    }


@attrs.frozen(kw_only=True)
class Said:
    """
    Hold what a command answered.
    """

    code: int
    out: str
    err: str


class Shell:
    """
    Run commands in *folder*.
    """

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys

    def __call__(self, *arguments: str | Path) -> Said:
        """Run one command."""
        self._capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        captured = self._capsys.readouterr()
        return Said(code=code, out=captured.out, err=captured.err)

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path


@pytest.fixture
def shell(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Shell:
    """Open a shell in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "110")
    return Shell(tmp_path, capsys)
