"""
What can be asked on the command line, and how mistakes are told.
"""

from __future__ import annotations

import argparse
import os
import sys
from importlib import metadata
from typing import TYPE_CHECKING, NoReturn

from leadflow.cli import _demo, _playbooks, _replay
from leadflow.cli._mistakes import Mistake
from leadflow.cli._screen import Screen
from leadflow.errors import DefinitionError, LeadflowError


if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from leadflow.cli._parts import Parsers


__all__ = ("main",)

_ABOUT = "The rules of lead handling: play a week, take in files, check playbooks."
_USAGE, _REFUSED, _STOPPED = 2, 1, 130


class _Parser(argparse.ArgumentParser):
    """
    Tell a wrong command in one line.
    """

    def error(self, message: str) -> NoReturn:
        raise Mistake(f"{message} (see {self.prog} --help)")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="leadflow", description=_ABOUT)
    parser.add_argument(
        "--version", action="store_true", help="show the version and end"
    )
    # Those of the commands are of this parser's own class.
    commands: Parsers = parser.add_subparsers(title="commands", metavar="COMMAND")  # type: ignore[assignment]
    for module in (_demo, _replay, _playbooks):
        module.add_commands(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run one command and return its exit code; *arguments* default to the process's.
    """
    screen = Screen(sys.stdout, sys.stderr)
    try:
        return _run(arguments, screen)
    except Mistake as mistake:
        screen.complain(str(mistake))
        return _USAGE
    except DefinitionError as error:
        screen.complain(str(error).replace("\n", "; "))
    except (LeadflowError, ImportError) as error:
        screen.complain(str(error))
    except BrokenPipeError:
        # Whoever read us has had enough; nothing more is to be said to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        screen.complain(f"{where}{error.strerror or error}")
    except KeyboardInterrupt:
        return _STOPPED
    return _REFUSED


def _version() -> str:
    try:
        return metadata.version("leadflow")
    except metadata.PackageNotFoundError:
        return "(not installed)"


def _run(arguments: Sequence[str] | None, screen: Screen) -> int:
    parser = _parser()
    given = parser.parse_args(arguments)
    run: Callable[[argparse.Namespace, Screen], int] | None = getattr(
        given, "run", None
    )
    if given.version:
        screen.line(f"leadflow {_version()}")
        return 0
    if run is None:
        screen.line(parser.format_help().rstrip())
        return 0
    return run(given, screen)
