"""
``replay``: take in the files of one's own.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from leadflow.cli._adapters import KINDS


if TYPE_CHECKING:
    from leadflow.cli._parts import Parsers
    from leadflow.cli._screen import Screen


__all__ = ("add_commands",)

_ABOUT = """\
Take in deliveries from files of your own, in order of arrival:

  a folder    all .eml, .mbox and .jsonl files in it, however deep
  an mbox     its letters
  a .jsonl    a webhook a line: {"channel": "site", "received_at":
              "2026-09-14T13:05:12Z", "headers": {...}, "body": "..."}
              (a body that is no text goes into "body_base64")

Secrets are not asked for unless the settings name them. Running it again adds
nothing. What cannot be read is told with its place, and the exit code is 1."""


def add_commands(commands: Parsers) -> None:
    """
    Add the command to the parser.
    """
    replay = commands.add_parser(
        "replay",
        help="take in files of your own: .eml, mbox, .jsonl",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    replay.add_argument("path", metavar="PATH", help="the file or folder")
    replay.add_argument(
        "--playbook",
        required=True,
        metavar="FILE",
        help="a playbook's TOML file, or a preset (english, russian)",
    )
    replay.add_argument(
        "--db", required=True, metavar="PATH|URL", help="the database to write to"
    )
    replay.add_argument(
        "--channel",
        metavar="ID",
        help="the channel of what names none; letters need one where the playbook "
        "has several mailboxes",
    )
    replay.add_argument(
        "--kind",
        choices=KINDS,
        help="what --channel reads (default: by its kind in the playbook)",
    )
    replay.add_argument(
        "--settings",
        metavar="FILE",
        help="a TOML file with a table of adapter settings for each channel's id",
    )
    replay.add_argument(
        "--address",
        action="append",
        default=[],
        metavar="ADDR",
        help="a mailbox that is ours, for letters; may be given several times",
    )
    replay.set_defaults(run=_run)


def _run(given: argparse.Namespace, screen: Screen) -> int:
    # Late: it brings the desk and the store along.
    from leadflow.cli._intake import take_in  # noqa: PLC0415 - late

    return take_in(given, screen)
