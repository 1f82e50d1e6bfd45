"""
The screen: tables, boards and progress.
"""

from __future__ import annotations

import io
import sys

import pytest

from leadflow.cli._screen import Screen, cut, wide


class Terminal(io.StringIO):
    """
    A terminal that somebody watches.
    """

    def isatty(self) -> bool:
        """Say that somebody does."""
        return True


def screen(err: io.StringIO | None = None) -> tuple[Screen, io.StringIO]:
    """Return a screen and what it writes to."""
    out = io.StringIO()
    return Screen(out, err or io.StringIO()), out


class TestText:
    @pytest.mark.parametrize(
        ("text", "width", "shown"),
        [
            ("desk", 6, "desk  "),
            ("standing desk", 8, "standin…"),
            ("a\nb\tc", 5, "a b c"),
            ("机机机", 5, "机机…"),
            ("\x1b[31mred", 9, "[31mred  "),
        ],
    )
    def test_cut_fits_exactly(self, text: str, width: int, shown: str) -> None:
        """A text is cut or filled, on one line, without control characters."""
        assert (shown, width) == (cut(text, width), wide(cut(text, width)))

    def test_numbers_stand_to_the_right(self) -> None:
        """Columns are as wide as they must be."""
        shown, out = screen()
        shown.table(("what", "n"), [("a", "7"), ("b", "1234")], right=(1,))

        assert "what     n\n──────────\na        7\nb     1234\n" == out.getvalue()

    def test_a_stretching_column_gives_way(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A long text is cut where the line would grow too long."""
        monkeypatch.setenv("COLUMNS", "80")
        shown, out = screen()
        shown.table(("who", "about"), [("Ann", "x" * 300)], stretch=1)

        assert {80} == {wide(line) for line in out.getvalue().splitlines()[1:]}

    def test_columns_stand_side_by_side(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A board has a row for each card of its highest column."""
        monkeypatch.setenv("COLUMNS", "80")
        shown, out = screen()
        shown.columns([("New", ["a", "b"]), ("Done", ["c"])])
        lines = out.getvalue().splitlines()

        assert 4 == len(lines)
        assert ["a", "│", "c"] == lines[2].split()

    def test_a_board_without_columns_is_empty(self) -> None:
        """Nothing is drawn of nothing."""
        shown, out = screen()
        shown.columns([])

        assert "" == out.getvalue()

    def test_ascii_terminals_get_ascii(self) -> None:
        """Where the encoding is none of Unicode's, rules are plain."""
        out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
        shown = Screen(out, io.StringIO())
        shown.heading("Имя")
        shown.table(("a",), [("b",)])
        out.flush()

        assert b"\n???\n===\na\n-\nb\n" == out.buffer.getvalue()  # type: ignore[attr-defined]


class TestProgress:
    def test_nobody_watches_a_pipe(self) -> None:
        """Without a terminal there is no bar."""
        err = io.StringIO()
        shown, _ = screen(err)
        with shown.progress("taking in", 10) as tell:
            tell(10)

        assert "" == err.getvalue()

    def test_rich_draws_where_it_is(self) -> None:
        """With rich the bar is rich's."""
        pytest.importorskip("rich")
        err = Terminal()
        shown, _ = screen(err)
        with shown.progress("taking in", 10) as tell:
            tell(10)

        assert "taking in" in err.getvalue()

    def test_without_rich_it_is_plain(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without rich the bar is drawn in one line that is written over."""
        monkeypatch.setitem(sys.modules, "rich.console", None)
        err = Terminal()
        shown, _ = screen(err)
        with shown.progress("taking in", 4) as tell:
            tell(2)
            tell(2)
            tell(4)

        half, whole = "#" * 15 + "." * 15, "#" * 30

        assert f"\rtaking in [{half}]  50 %\rtaking in [{whole}] 100 %\n" == (
            err.getvalue()
        )
