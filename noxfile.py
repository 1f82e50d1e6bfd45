"""
The steps of the gate; `nox --list` names them, `nox -s STEP` runs one.

Every session makes an environment of its own from what pyproject.toml says and
nothing else, so a step that passes here passes on any machine.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nox


nox.needs_version = ">=2025.5"
nox.options.default_venv_backend = "virtualenv"
nox.options.reuse_existing_virtualenvs = True
nox.options.error_on_missing_interpreters = True
nox.options.sessions = ["tests", "lint", "types", "imports", "docs", "wheel"]

PROJECT = nox.project.load_toml("pyproject.toml")
VERSION: str = PROJECT["project"]["version"]


def newest_python() -> str:
    """
    Return the newest released Python of this machine that leadflow names.

    Looked for on the path, and in the folder where pyenv keeps its versions,
    whose shims answer only for the version that is switched on.
    """
    minors = sorted(
        int(name.removeprefix("Programming Language :: Python :: 3."))
        for name in PROJECT["project"]["classifiers"]
        if name.startswith("Programming Language :: Python :: 3.")
    )
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for minor in reversed(minors):
        name = f"python3.{minor}"
        found = [shutil.which(name), *map(str, sorted(pyenv.glob(f"3.*/bin/{name}")))]
        for python in filter(None, found):
            check = subprocess.run(  # noqa: S603 - an interpreter that was found
                [python, "-c", "import ctypes, sqlite3, ssl, zlib"],
                check=False,
                capture_output=True,
            )
            if check.returncode == 0 and minor > sys.version_info.minor:
                return python
    return sys.executable


def install(session: nox.Session, *groups: str, project: str = "") -> None:
    """
    Install dependency groups, and the project with its extras if asked for.
    """
    wanted = nox.project.dependency_groups(PROJECT, *groups)
    session.install("-q", *wanted, *project.split())


def run_tests(session: nox.Session, *options: str) -> None:
    """
    Run what was asked for, or all tests but the benchmarks, two at a time.
    """
    chosen = session.posargs or ("-m", "not benchmark", "-n", "2", "--dist=worksteal")
    session.run("python", "-m", "pytest", "--durations=5", *options, *chosen)


@nox.session
def tests(session: nox.Session) -> None:
    """Run tests, docs and README, coverage, benchmarks, on the Python nox runs on."""
    install(session, "tests", project=".[all]")
    if session.posargs:
        run_tests(session)
        return
    # The floor stands in pyproject.toml.
    run_tests(session, "--cov", "--cov-report=term")
    # Alone, because what runs beside a benchmark is measured with it.
    session.run("python", "-m", "pytest", "-m", "benchmark", "tests/benchmarks")


@nox.session(name="tests-newest", python=newest_python())
def tests_newest(session: nox.Session) -> None:
    """Run the tests on the newest Python that this machine has."""
    if session.python == sys.executable:
        session.skip("this machine has no newer Python than the one that nox runs on")
    install(session, "tests", project=".[all]")
    run_tests(session)


@nox.session
def lint(session: nox.Session) -> None:
    """Check the code's form, and that the changelog's fragments can be read."""
    install(session, "lint")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run(
        *("towncrier", "build", "--draft", "--version", VERSION),
        silent=True,
    )


@nox.session
def types(session: nox.Session) -> None:
    """Check types with mypy (strict) and basedpyright, and that none is missing."""
    install(session, "typing", "tests", project=".[all]")
    session.run("mypy")
    # It would take its libraries from .venv, if the project has one.
    python = shutil.which("python", path=session.bin)
    session.run("basedpyright", "--pythonpath", str(python))
    # As a user's checker sees the installed package: every public type is known.
    with session.chdir(session.create_tmp()):
        session.run("basedpyright", "--verifytypes", "leadflow", "--ignoreexternal")


@nox.session
def imports(session: nox.Session) -> None:
    """Check that imports go one way, and that the core stays pure."""
    install(session, "lint")
    session.run("lint-imports", env={"PYTHONPATH": "src"})


@nox.session
def docs(session: nox.Session) -> None:
    """Build the docs, with warnings as errors."""
    install(session, "docs", project=".[all]")
    session.run(
        *("sphinx-build", "-n", "-W", "--keep-going", "-q", "-b", "html"),
        *("docs", "docs/_build/html", *session.posargs),
    )


@nox.session
def wheel(session: nox.Session) -> None:
    """Build the wheel, and use it with no extras in an empty environment."""
    folder = Path(session.create_tmp()) / "dist"
    shutil.rmtree(folder, ignore_errors=True)
    session.run("pip", "wheel", "-q", "--no-deps", "-w", str(folder), ".")
    (built,) = folder.glob("*.whl")
    session.install("-q", "--force-reinstall", str(built))
    check = Path("tests/check_wheel.py").absolute()
    # From elsewhere, so that nothing is found but what was installed.
    with session.chdir(folder):
        session.run("python", str(check))
