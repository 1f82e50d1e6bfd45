"""
Reading tables key by key: what is read, and what is told to be wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow._tables import Table, filled
from leadflow.errors import Problem


Colour = Literal["red", "green"]

# Everything that JSON can say.
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)

READERS: dict[str, Callable[[Table], object]] = {
    "text": lambda table: table.text("key", required=True),
    "choice": lambda table: table.choice("key", Colour, "red"),
    "choices": lambda table: table.choices("key", Colour, ("red",)),
    "duration": lambda table: table.duration("key"),
    "whole": lambda table: table.whole("key", 1),
    "flag": lambda table: table.flag("key", default=True),
    "texts": lambda table: table.texts("key"),
    "items": lambda table: table.items("key"),
    "entries": lambda table: table.entries("key"),
    "text_pairs": lambda table: table.text_pairs("key"),
    "whole_pairs": lambda table: table.whole_pairs("key"),
    "table": lambda table: table.table("key", inner_text, what="an inner one"),
    "tables": lambda table: table.tables("key", inner_text, what="an inner one"),
}


def inner_text(table: Table) -> str:
    """
    Read one text of a table.
    """
    return table.text("name", required=True)


def read(reader: str, *value: object, path: str = "here") -> tuple[Any, list[Problem]]:
    """
    Return what a reader makes of *value*, or of no value, and all problems.
    """
    problems: list[Problem] = []
    data = {"key": value[0]} if value else {}
    table = Table.of(data, path, problems, what="a thing")
    found = READERS[reader](table)
    table.end()
    return found, problems


def told(problems: list[Problem]) -> list[tuple[str, str, str]]:
    """
    Return the parts of every problem.
    """
    return [(each.path, each.rule, each.message) for each in problems]


class TestValues:
    @pytest.mark.parametrize(
        ("reader", "value", "expected"),
        [
            ("text", "x", "x"),
            ("choice", "green", "green"),
            ("choice", "", "red"),
            ("choices", ["green", "red"], ("green", "red")),
            ("choices", [], ("red",)),
            ("duration", "1d 12h", timedelta(days=1.5)),
            ("duration", "", None),
            ("whole", 0, 0),
            ("flag", False, False),
            ("texts", ("a", "b"), ("a", "b")),
            ("items", [1, "a"], (("here.key[0]", 1), ("here.key[1]", "a"))),
            (
                "entries",
                {"a": 1, 2: 3},
                (("a", "here.key.a", 1), ("2", "here.key.2", 3)),
            ),
            ("text_pairs", {"a": "", "b": None, "c": "d"}, (("a", ""), ("c", "d"))),
            ("whole_pairs", {"a": 0, "b": None, "c": 2}, (("a", 0), ("c", 2))),
            ("table", {"name": "x"}, "x"),
            ("tables", [{"name": "x"}, {"name": "y"}], ("x", "y")),
        ],
    )
    def test_read(self, reader: str, value: object, expected: object) -> None:
        """
        Each reader gives the value of its type.
        """
        assert (expected, []) == read(reader, value)

    @pytest.mark.parametrize("reader", sorted(READERS.keys() - {"text"}))
    def test_null(self, reader: str) -> None:
        """
        A null says no more than a key that is not there.
        """
        assert read(reader) == read(reader, None)

    @pytest.mark.parametrize("reader", sorted(READERS))
    @given(value=plain)
    def test_any(self, reader: str, value: object) -> None:
        """
        Whatever the value is, reading goes on, and problems lie at it or within.
        """
        _, problems = read(reader, value)

        assert {True} >= {each.path.startswith("here.key") for each in problems}


class TestProblems:
    @pytest.mark.parametrize(
        ("reader", "value", "expected"),
        [
            ("text", "", ("", "missing-key", "a thing needs 'key'")),
            ("text", 7, ("", "wrong-type", "'key' of a thing is a text, not 7")),
            ("text", True, ("", "wrong-type", "'key' of a thing is a text, not true")),
            (
                "text",
                date(2026, 1, 2),
                ("", "wrong-type", "'key' of a thing is a text, not 2026-01-02"),
            ),
            (
                "whole",
                "3",
                ("", "wrong-type", "'key' of a thing is a whole number, not '3'"),
            ),
            (
                "whole",
                True,
                ("", "wrong-type", "'key' of a thing is a whole number, not true"),
            ),
            (
                "flag",
                1,
                ("", "wrong-type", "'key' of a thing is true or false, not 1"),
            ),
            ("choice", "blue", ("", "unknown-value", "'blue' is none of red, green")),
            (
                "choices",
                ["red", "blue"],
                ("[1]", "unknown-value", "'blue' is none of red, green"),
            ),
            (
                "duration",
                "soon",
                (
                    "",
                    "bad-duration",
                    "'soon' is no duration like 30s, 15m, 4h or 1d 12h",
                ),
            ),
            (
                "duration",
                3,
                ("", "wrong-type", "'key' of a thing is a duration like 4h, not 3"),
            ),
            (
                "texts",
                {},
                ("", "wrong-type", "'key' of a thing is a list of texts, not a table"),
            ),
            (
                "texts",
                ["a", None],
                ("[1]", "wrong-type", "a text is wanted here, not null"),
            ),
            (
                "texts",
                ["a", ""],
                ("[1]", "wrong-type", "a text is wanted here, not ''"),
            ),
            ("items", "x", ("", "wrong-type", "'key' of a thing is a list, not 'x'")),
            (
                "entries",
                [],
                ("", "wrong-type", "'key' of a thing is a table, not a list"),
            ),
            (
                "text_pairs",
                {"a": 1},
                (".a", "wrong-type", "'a' of the key is a text, not 1"),
            ),
            (
                "whole_pairs",
                {"a": 1.5},
                (".a", "wrong-type", "'a' of the key is a whole number, not 1.5"),
            ),
            ("table", {}, (".name", "missing-key", "an inner one needs 'name'")),
            (
                "table",
                {"name": "x", "nmae": "y"},
                (".nmae", "unknown-key", "an inner one has no 'nmae', only name"),
            ),
            (
                "tables",
                ["x"],
                ("[0]", "wrong-type", "an inner one is a table, not 'x'"),
            ),
        ],
    )
    def test_told(
        self, reader: str, value: object, expected: tuple[str, str, str]
    ) -> None:
        """
        R45: each problem has its place, its rule, and says what would be right.
        """
        place, rule, message = expected

        assert [(f"here.key{place}", rule, message)] == told(read(reader, value)[1])

    def test_unknown_key(self) -> None:
        """
        A key that nobody asks for is told with those that there are.
        """
        problems: list[Problem] = []
        table = Table.of({"a": 1, "z": 2}, "here", problems, what="a thing")
        table.whole("b", None)
        table.whole("a", None)
        table.end()

        assert [("here.z", "unknown-key", "a thing has no 'z', only a, b")] == told(
            problems
        )

    @pytest.mark.parametrize("value", [None, "x", [], 3])
    def test_no_table(self, value: object) -> None:
        """
        What is no table is told once, and not also to be empty.
        """
        problems: list[Problem] = []
        Table.of(value, "here", problems, what="a thing").text("id", required=True)

        assert [("here", "wrong-type")] == [(p.path, p.rule) for p in problems]

    @pytest.mark.parametrize("value", [None, 3])
    def test_no_inner_table(self, value: object) -> None:
        """
        A table that is not there, or is none, does not also lack what it must have.
        """
        assert ("", []) == (
            read("table", value)[0],
            [each for each in read("table", value)[1] if each.rule == "missing-key"],
        )

    @pytest.mark.parametrize(
        ("reader", "value", "place"),
        [("text", 1, "key"), ("table", {}, "key.name"), ("tables", [1], "key[0]")],
    )
    def test_top(self, reader: str, value: object, place: str) -> None:
        """
        Without a path places begin at the top.
        """
        assert [place] == [each.path for each in read(reader, value, path="")[1]]


class TestFilled:
    def test_filled(self) -> None:
        """
        What says nothing is left out of a table that is written.
        """
        assert {"a": "x", "d": [0]} == filled(
            a="x", b="", c=[], d=[0], e=None, f=False, g={}
        )
