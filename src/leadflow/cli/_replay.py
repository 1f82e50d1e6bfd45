"""
``replay``: take in the files of one's own.
"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from leadflow.cli import _pictures
from leadflow.cli._adapters import KINDS, Adapters, read_settings
from leadflow.cli._mistakes import Mistake
from leadflow.cli._parts import Parsers, open_store, read_playbook
from leadflow.desk import Desk
from leadflow.errors import UnknownRecord
from leadflow.replay import Kept, Pile, Spoilt, Tally


if TYPE_CHECKING:
    from leadflow.cli._screen import Screen
    from leadflow.playbook import Playbook


__all__ = ("add_commands",)

_MOST_TOLD = 50

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


class _Turning:
    """
    A clock that shows when the delivery in hand came in.
    """

    def __init__(self) -> None:
        self.now = datetime(1970, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def _run(given: argparse.Namespace, screen: Screen) -> int:
    playbook = read_playbook(given.playbook)
    if given.kind and not given.channel:
        raise Mistake("--kind says what a --channel reads; name the channel too")
    settings = read_settings(given.settings) if given.settings else {}
    adapters = Adapters(
        playbook,
        settings,
        kinds={given.channel: given.kind} if given.kind else {},
        addresses=tuple(given.address),
    )
    top = Path(given.path)
    if not top.exists():
        raise Mistake(f"there is no file or folder {given.path}")
    pile = Pile(top)
    if not len(pile) and not pile.spoilt:
        raise Mistake(f"there is no .eml, .mbox or .jsonl file in {given.path}")
    channel = _channel(given, playbook, pile)
    # Settings are wrong now or never, not after half of the files.
    if channel:
        adapters[channel]
    clock = _Turning()
    with open_store(given.db, clock) as store:
        desk = Desk(playbook, store, clock=clock)
        intake = _Intake(desk=desk, clock=clock, adapters=adapters, channel=channel)
        return intake.run(pile, screen)


def _channel(given: argparse.Namespace, playbook: Playbook, pile: Pile) -> str:
    """
    Return the channel of what names none; empty if all name one.
    """
    if given.channel:
        known = [channel.id for channel in playbook.channels]
        if given.channel not in known:
            raise Mistake(
                f"there is no channel {given.channel}, there are {', '.join(known)}"
            )
        return str(given.channel)
    if not pile.has_letters:
        return ""
    mailboxes = [each for each in playbook.channels if each.kind == "email"]
    sources = [each for each in mailboxes if each.lead_source] or mailboxes
    if len(sources) == 1:
        return sources[0].id
    names = ", ".join(each.id for each in sources) or "none"
    raise Mistake(f"say by --channel which mailbox it is (there are: {names})")


@attrs.frozen(kw_only=True)
class _Intake:
    """
    Take in a pile: what names no channel is of *channel*.
    """

    desk: Desk
    clock: _Turning
    adapters: Adapters
    channel: str
    tally: Tally = attrs.field(factory=Tally)

    def run(self, pile: Pile, screen: Screen) -> int:
        """
        Take in all, tell what became of it, and return the exit code.
        """
        bad = list(pile.spoilt)
        with screen.progress("taking in", pile.size) as tell:
            for kept in pile:
                self.clock.now = kept.delivery.received_at
                problem = self._accept(kept)
                if problem:
                    bad.append(Spoilt(place=kept.place, problem=problem))
                tell(kept.read)
        for each in bad[:_MOST_TOLD]:
            screen.warn(f"{each.place}: {each.problem}")
        if len(bad) > _MOST_TOLD:
            screen.warn(f"and {len(bad) - _MOST_TOLD} more")
        left = _pictures.accounting(screen, self.tally, self.desk.store)
        if bad:
            screen.line(f"\ncould not be read: {len(bad)}")
        return 1 if bad or left else 0

    def _accept(self, kept: Kept) -> str:
        """
        Take in one delivery; return why it cannot be, empty if it was.
        """
        name = kept.channel or self.channel
        if not name:
            return "names no channel (see --channel)"
        try:
            adapter = self.adapters[name]
        except UnknownRecord as error:
            return error.message
        self.tally.add(self.desk.accept(adapter, kept.delivery))
        return ""
