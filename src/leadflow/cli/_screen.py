"""
The screen: lines, tables, boards and progress, on any terminal or none.

Progress is drawn by rich where it is installed, plainly where it is not, and only
where somebody watches: into a file or a pipe goes none.
"""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, TypeAlias


__all__ = ("Screen", "cut", "wide")

_GAP = "  "
_BAR = 30
_WIDEST = 130

Progress: TypeAlias = Callable[[int], None]
"""Is told how much has been done so far."""


def wide(text: str) -> int:
    """
    Return how many columns of a terminal *text* takes.
    """
    return sum(
        0
        if unicodedata.combining(char)
        else 2
        if unicodedata.east_asian_width(char) in "WF"
        else 1
        for char in text
    )


def cut(text: str, width: int) -> str:
    """
    Return *text* on one line, cut or filled to exactly *width* columns.
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if wide(line) > width:
        while wide(line) > width - 1:
            line = line[:-1]
        line += "…"
    return line + " " * (width - wide(line))


def _untold(done: int) -> None:
    """
    Tell nobody how far it is.
    """


class Screen:
    """
    Write for people: what was asked for to *out*, the rest to *err*.
    """

    def __init__(self, out: IO[str], err: IO[str]) -> None:
        self._out = out
        self._err = err
        for stream in (out, err):
            # A title in any language must not end the program.
            reconfigure = getattr(stream, "reconfigure", None)
            if reconfigure is not None:
                reconfigure(errors="replace")
        encoding = (getattr(out, "encoding", None) or "utf-8").lower()
        self.ascii_only = "utf" not in encoding
        columns = shutil.get_terminal_size((110, 40)).columns
        self.width = max(80, min(columns, _WIDEST))

    def line(self, text: str = "") -> None:
        """
        Write one line, or several.
        """
        self._out.write(f"{text}\n")

    def heading(self, text: str) -> None:
        """
        Write a heading, with room before it.
        """
        rule = "=" if self.ascii_only else "━"
        self.line(f"\n{text}\n{rule * wide(text)}")

    def complain(self, text: str) -> None:
        """
        Say in one line on stderr what is wrong.
        """
        self._out.flush()
        self._err.write(f"leadflow: {' '.join(text.split())}\n")

    def warn(self, text: str) -> None:
        """
        Write one line to stderr.
        """
        self._err.write(f"{text}\n")

    # -- tables ------------------------------------------------------------------

    def table(
        self,
        head: Sequence[str],
        rows: Iterable[Sequence[str]],
        *,
        right: Iterable[int] = (),
        stretch: int | None = None,
    ) -> None:
        """
        Write *rows* under *head*; columns *right* are aligned to the right.

        The column *stretch* gives way where the line would grow too long.
        """
        lines = [list(head), *(list(row) for row in rows)]
        widths = [
            max(wide(each) for each in column) for column in zip(*lines, strict=True)
        ]
        over = sum(widths) + len(_GAP) * (len(widths) - 1) - self.width
        if stretch is not None and over > 0:
            widths[stretch] = max(widths[stretch] - over, 10)
        numbers = frozenset(right)
        for place, line in enumerate(lines):
            cells = [
                " " * (widths[i] - wide(text)) + text
                if i in numbers
                else cut(text, widths[i])
                for i, text in enumerate(line)
            ]
            self.line(_GAP.join(cells).rstrip())
            if place == 0:
                rule = "-" if self.ascii_only else "─"
                self.line(rule * (sum(widths) + len(_GAP) * (len(widths) - 1)))

    def columns(self, columns: Sequence[tuple[str, Sequence[str]]]) -> None:
        """
        Write columns side by side: each a title and its cards.
        """
        if not columns:
            return
        bar = " | " if self.ascii_only else " │ "
        width = (self.width - len(bar) * (len(columns) - 1)) // len(columns)
        rule = "-" if self.ascii_only else "─"
        height = max(len(cards) for _, cards in columns)
        self.line(bar.join(cut(title, width) for title, _ in columns).rstrip())
        self.line(bar.replace(" ", rule).join(rule * width for _ in columns))
        for row in range(height):
            cells = [
                cut(cards[row] if row < len(cards) else "", width)
                for _, cards in columns
            ]
            self.line(bar.join(cells).rstrip())

    # -- progress ----------------------------------------------------------------

    @contextmanager
    def progress(self, label: str, total: int) -> Iterator[Progress]:
        """
        Show how far a long piece of work is, to whoever watches.
        """
        if total <= 0 or not self._err.isatty():
            yield _untold
            return
        try:
            from rich.console import Console  # noqa: PLC0415 - an extra
            from rich.progress import Progress as Bar  # noqa: PLC0415 - an extra
        except ImportError:
            with self._plain(label, total) as tell:
                yield tell
            return
        with Bar(console=Console(file=self._err), transient=True) as bar:
            task = bar.add_task(label, total=total)
            yield lambda done: bar.update(task, completed=done)

    @contextmanager
    def _plain(self, label: str, total: int) -> Iterator[Progress]:
        shown = -1

        def tell(done: int) -> None:
            nonlocal shown
            percent = 100 * done // total
            if percent != shown:
                shown = percent
                filled = _BAR * done // total
                bar = "#" * filled + "." * (_BAR - filled)
                self._err.write(f"\r{label} [{bar}] {percent:3d} %")
                self._err.flush()

        try:
            yield tell
        finally:
            self._err.write("\n")
