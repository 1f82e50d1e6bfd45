"""
Rules of the house that no linter knows.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest


ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "src").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
SUFFIXES = {".cfg", ".md", ".py", ".toml", ".txt", ".yaml", ".yml"}
FOLDERS = ("changelog.d", "docs", "examples", "src", "tests", "tools")
TEXTS = sorted(
    path
    for folder in FOLDERS
    for path in (ROOT / folder).rglob("*")
    if path.suffix in SUFFIXES and "_build" not in path.parts
) + sorted(path for path in ROOT.iterdir() if path.suffix in SUFFIXES)

# Home folders, and the work folders of continuous integration.
MACHINE_PATH = re.compile(
    r"(?<![\w.:/])(?:/(?:home|root|Users|work|builds)/\w|[A-Z]:\\Users)"
)

PAGES = [path for path in TEXTS if path.suffix == ".md"]
# Every other way to mark Python is not run, and would rot.
PYTHON_UNRUN = re.compile(
    r"^\s*(?:```|~~~|:::)\s*(?:\{code-block\}\s*|\{code\}\s*)?"
    r"(?:py|py3|python3|pycon|ipython\w*|doctest)\s*$",
    re.MULTILINE,
)


def of(path: Path) -> str:
    """
    Return the name that a failing case is shown by.
    """
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """
    Yield the test functions of the file at *path*.
    """
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(
            node, ast.FunctionDef | ast.AsyncFunctionDef
        ) and node.name.startswith("test_"):
            yield node


class TestTests:
    @pytest.mark.parametrize("path", TESTS, ids=of)
    def test_each_is_a_sentence(self, path: Path) -> None:
        """
        Every test function has a docstring that is a sentence.
        """
        silent = [
            function.name
            for function in functions(path)
            if not (ast.get_docstring(function) or "").endswith((".", "?"))
        ]

        assert [] == silent

    @pytest.mark.parametrize("path", TESTS, ids=of)
    def test_names_are_used_once(self, path: Path) -> None:
        """
        No test hides another of the same name in the same place.
        """
        tree = ast.parse(path.read_text("utf-8"))
        twice = [
            name
            for scope in ast.walk(tree)
            if isinstance(scope, ast.Module | ast.ClassDef)
            for names in [
                [node.name for node in scope.body if isinstance(node, ast.FunctionDef)]
            ]
            for name in set(names)
            if 1 < names.count(name)
        ]

        assert [] == twice


class TestSources:
    @pytest.mark.parametrize("path", SOURCES, ids=of)
    def test_fits_in_a_head(self, path: Path) -> None:
        """
        No module is longer than 500 lines.
        """
        lines = len(path.read_text("utf-8").splitlines())

        assert 500 >= lines

    @pytest.mark.parametrize("path", SOURCES, ids=of)
    def test_annotations_wait(self, path: Path) -> None:
        """
        A module with code keeps its annotations unevaluated.
        """
        tree = ast.parse(path.read_text("utf-8"))
        defines = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        has_code = any(isinstance(node, defines) for node in ast.walk(tree))

        assert not has_code or any(
            isinstance(node, ast.ImportFrom)
            and node.module == "__future__"
            and any(alias.name == "annotations" for alias in node.names)
            for node in tree.body
        )


class TestTexts:
    @pytest.mark.parametrize("path", TEXTS, ids=of)
    def test_no_path_of_one_machine(self, path: Path) -> None:
        """
        No file names a folder that only one machine has.
        """
        text = path.read_text("utf-8", errors="replace")

        assert [] == MACHINE_PATH.findall(text)

    @pytest.mark.parametrize("path", TEXTS, ids=of)
    def test_ends_with_a_newline(self, path: Path) -> None:
        """
        A text file ends with one newline, unless it is empty.
        """
        text = path.read_text("utf-8", errors="replace")

        assert not text or (text.endswith("\n") and not text.endswith("\n\n"))

    @pytest.mark.parametrize("path", PAGES, ids=of)
    def test_python_is_run(self, path: Path) -> None:
        """
        Python in a page is marked so that the tests run it.
        """
        assert [] == PYTHON_UNRUN.findall(path.read_text("utf-8"))


class TestGate:
    def test_runs_every_step(self) -> None:
        """
        Each session of the noxfile is run by the gate, by itself or by the README.
        """
        sessions = {
            next(
                (
                    keyword.value.value
                    for decorator in node.decorator_list
                    if isinstance(decorator, ast.Call)
                    for keyword in decorator.keywords
                    if keyword.arg == "name" and isinstance(keyword.value, ast.Constant)
                ),
                node.name,
            )
            for node in ast.parse((ROOT / "noxfile.py").read_text("utf-8")).body
            if isinstance(node, ast.FunctionDef)
            and any("nox.session" in ast.unparse(line) for line in node.decorator_list)
        }
        readme = (ROOT / "README.md").read_text("utf-8")
        gate = (ROOT / ".ci" / "run").read_text("utf-8")
        listed = re.search(r"^for session in (.*); do$", gate, re.MULTILINE)
        run = re.findall(r"bin/nox -s (\S+)$", readme, re.MULTILINE)

        assert sessions == {*run, *(listed[1].split() if listed else ())}

    @pytest.mark.parametrize("name", ["demo", "tests"])
    def test_finds_the_command(self, name: str) -> None:
        """
        The README has one line under each mark that the gate looks for.
        """
        readme = (ROOT / "README.md").read_text("utf-8")
        block = rf"<!-- command: {name} -->\n```sh\npython3\.11 .+\n```\n"

        assert 1 == len(re.findall(block, readme))
