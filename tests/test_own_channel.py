"""
The example of a plug-in: its own tests pass, and it is found by its name.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from leadflow.plugins import load


EXAMPLE = Path(__file__).parent.parent / "examples" / "own_channel"
PROJECT = tomllib.loads((EXAMPLE / "pyproject.toml").read_text("utf-8"))


@pytest.fixture(scope="module", name="site")
def _site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    Return a folder with the example as it lies there once it is installed.
    """
    folder = tmp_path_factory.mktemp("own")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=EXAMPLE,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_declares_its_name() -> None:
    """
    The project gives the adapter a name among the channels.
    """
    groups = PROJECT["project"]["entry-points"]

    assert {"leadflow.channels": {"pager": "own_channel:PagerChannel"}} == groups


def test_is_found_by_its_name(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Once the built wheel is installed, its name leads to its adapter.
    """
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.delitem(sys.modules, "own_channel", raising=False)
    factory = load("channels", "pager")

    assert "pager" == factory(id="pager", secret="x").id
    assert (
        str(site / "own_channel" / "__init__.py") == sys.modules["own_channel"].__file__
    )


def test_own_tests_pass(tmp_path: Path) -> None:
    """
    Its tests pass in place, where only that of its installation has to wait.
    """
    options = ("-q", "-p", "no:cacheprovider", "-c", str(EXAMPLE / "pyproject.toml"))
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("COV_", "COVERAGE_", "PYTEST_"))
    }
    path = os.pathsep.join([str(EXAMPLE / "src"), *filter(None, sys.path)])
    ours = {"PYTHONPATH": path, "HYPOTHESIS_STORAGE_DIRECTORY": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-B", "-m", "pytest", *options, "tests"],
        cwd=EXAMPLE,
        env=kept | ours,
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )

    assert 0 == run.returncode, run.stdout
    assert " 1 skipped" in run.stdout, run.stdout
