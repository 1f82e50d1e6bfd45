"""
Taking in files: each delivery through the adapter of its channel, into a store.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from leadflow.cli import _pictures
from leadflow.cli._adapters import Adapters, read_settings
from leadflow.cli._mistakes import Mistake
from leadflow.cli._parts import open_store, read_playbook
from leadflow.desk import Desk
from leadflow.errors import UnknownRecord
from leadflow.replay import Kept, Pile, Spoilt, Tally


if TYPE_CHECKING:
    import argparse

    from leadflow.cli._screen import Screen
    from leadflow.playbook import Playbook


__all__ = ("take_in",)

_MOST_TOLD = 50


class _Turning:
    """
    A clock that shows when the delivery in hand came in.
    """

    def __init__(self) -> None:
        self.now = datetime(1970, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def take_in(given: argparse.Namespace, screen: Screen) -> int:
    """
    Take in what *given* names, tell of it, and return the exit code.
    """
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
