"""
What is shipped, and the face of every public module.
"""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

import leadflow


ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "leadflow"


def public_modules() -> list[str]:
    """
    Return the dotted names of all modules without an underscore in their path.
    """
    found = pkgutil.walk_packages(leadflow.__path__, "leadflow.", onerror=_fail)
    names = (module.name for module in found)
    return ["leadflow", *(name for name in names if "._" not in name)]


def _fail(name: str) -> None:
    raise ImportError(name)


def ruff_order(name: str) -> tuple[int, str]:
    """
    Return the key that `__all__` is sorted by: CONSTANTS, Classes, functions.
    """
    if name.isupper() and len(name) > 1:
        return 0, name
    return (1 if name[:1].isupper() else 2), name


@pytest.fixture(params=public_modules(), name="module")
def _module(request: pytest.FixtureRequest) -> ModuleType:
    return importlib.import_module(request.param)


class TestFace:
    def test_docstring(self, module: ModuleType) -> None:
        """
        A public module says what it is for.
        """
        assert (module.__doc__ or "").strip()

    def test_all_is_a_tuple(self, module: ModuleType) -> None:
        """
        A public module lists its names in a tuple.
        """
        assert tuple is type(getattr(module, "__all__", None))

    def test_all_is_sorted(self, module: ModuleType) -> None:
        """
        The list is in order and names nothing twice.
        """
        assert sorted(set(module.__all__), key=ruff_order) == list(module.__all__)

    def test_all_resolves(self, module: ModuleType) -> None:
        """
        Every name in the list exists.
        """
        missing = [name for name in module.__all__ if not hasattr(module, name)]

        assert [] == missing

    def test_public_things_are_documented(self, module: ModuleType) -> None:
        """
        Every class and function in the list has a docstring of its own.
        """
        bare = [
            name
            for name in module.__all__
            if getattr(getattr(module, name), "__module__", "") == module.__name__
            and callable(getattr(module, name))
            and not getattr(module, name).__doc__
        ]

        assert [] == bare

    def test_examples_in_docstrings(self, module: ModuleType) -> None:
        """
        The examples in docstrings give what they show.
        """
        assert 0 == doctest.testmod(module).failed


@pytest.fixture(scope="module", name="wheel")
def _wheel(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """
    Return the names of the files in a wheel made from this tree.
    """
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (archive,) = folder.glob("*.whl")
    return frozenset(zipfile.ZipFile(archive).namelist())


class TestWheel:
    def test_type_marker(self, wheel: frozenset[str]) -> None:
        """
        Type checkers of users find the marker of a typed package.
        """
        assert "leadflow/py.typed" in wheel

    def test_every_source_file(self, wheel: frozenset[str]) -> None:
        """
        Whatever lies in the package's folder is shipped, data included.
        """
        there = (path.relative_to(SOURCE) for path in SOURCE.rglob("*"))
        kept = {
            f"leadflow/{path.as_posix()}"
            for path in there
            if not any(part.startswith((".", "__pycache__")) for part in path.parts)
            and (SOURCE / path).is_file()
        }

        assert set() == kept - wheel

    def test_presets(self, wheel: frozenset[str]) -> None:
        """
        Preset playbooks are in it.
        """
        presets = {name for name in wheel if name.startswith("leadflow/presets/")}

        assert 2 <= len([name for name in presets if name.endswith(".toml")])

    def test_licence(self, wheel: frozenset[str]) -> None:
        """
        The licence goes along.
        """
        assert any(name.endswith("/licenses/LICENSE") for name in wheel)

    def test_nothing_else(self, wheel: frozenset[str]) -> None:
        """
        Tests, docs and tools stay at home.
        """
        assert {"leadflow", "leadflow-0.1.0.dist-info"} == {
            name.partition("/")[0] for name in wheel
        }
