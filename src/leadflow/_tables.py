"""
Reading tables of a definition key by key, with all that is wrong of them (R45).

What is read comes from TOML or JSON: texts, numbers, true and false, dates, lists
and tables.  A null, which only JSON has, says no more than a key left out.

One rule has one name in every definition:

- ``unknown-key``: nobody asks for this key;
- ``missing-key``: a key must be there and is not, or is empty;
- ``wrong-type``: the value is of another type;
- ``unknown-value``: the text is none of those to choose from;
- ``bad-duration``: the text is no duration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_args

import attrs

from leadflow._durations import parse_duration
from leadflow._problems import unknown_value
from leadflow.errors import Problem


if TYPE_CHECKING:
    from datetime import timedelta
    from types import UnionType


__all__ = ("Table", "filled")

_T = TypeVar("_T")


@attrs.define
class Table:
    """
    Read one table: each key once, then `end`, which names those left over.

    A key that is not there gives its default; a value of the wrong type does so
    too and adds to *problems*, so that reading goes on.  *what* names the table
    in messages (``a member``).  The table of the whole may have no *path*.
    """

    data: Mapping[str, object]
    path: str
    problems: list[Problem]
    what: str
    is_table: bool = True
    _known: set[str] = attrs.field(init=False, factory=set)

    @classmethod
    def of(
        cls, value: object, path: str, problems: list[Problem], *, what: str
    ) -> Table:
        """
        Take *value* as a table, an empty one with a problem if it is none.
        """
        if isinstance(value, Mapping):
            data = {str(key): each for key, each in value.items()}
            return cls(data, path, problems, what)
        message = f"{what} is a table, not {_said(value)}"
        problems.append(Problem(path, "wrong-type", message))
        return cls({}, path, problems, what, is_table=False)

    def place(self, key: str) -> str:
        """
        Return the path to *key*.
        """
        return f"{self.path}.{key}" if self.path else key

    def wrong(self, key: str, rule: str, message: str) -> None:
        """
        Add a problem at *key*.
        """
        self.problems.append(Problem(self.place(key), rule, message))

    def must_have(self, key: str) -> None:
        """
        Add a problem where nothing was given for *key*.
        """
        if self.is_table and self.data.get(key) in (None, ""):
            self.wrong(key, "missing-key", f"{self.what} needs {key!r}")

    def end(self) -> None:
        """
        Add a problem for every key that nobody asked for.
        """
        for key in self.data:
            if key not in self._known:
                known = ", ".join(sorted(self._known))
                message = f"{self.what} has no {key!r}, only {known}"
                self.wrong(key, "unknown-key", message)

    # -- single values ---------------------------------------------------------

    def take(self, key: str) -> object | None:
        """
        Return the value as it is, None where there is none.
        """
        self._known.add(key)
        return self.data.get(key)

    def text(self, key: str, *, required: bool = False) -> str:
        """
        Return a text, empty where there is none.
        """
        return self._text(key, "a text", required=required)

    def choice(
        self, key: str, words: object, default: _T, *, required: bool = False
    ) -> _T:
        """
        Return one of the words of a Literal.
        """
        text = self.text(key, required=required)
        if not text:
            return default
        return cast("_T", text) if self._is_among(key, text, words) else default

    def duration(self, key: str, *, required: bool = False) -> timedelta | None:
        """
        Return a duration, which is written as a text, None where there is none.
        """
        text = self._text(key, "a duration like 4h", required=required)
        if not text:
            return None
        duration = parse_duration(text)
        if duration is None:
            message = f"{text!r} is no duration like 30s, 15m, 4h or 1d 12h"
            self.wrong(key, "bad-duration", message)
        return duration

    def whole(self, key: str, default: _T) -> int | _T:
        """
        Return a whole number.
        """
        found: int | None = self._given(key, int, "a whole number")
        return default if found is None else found

    def flag(self, key: str, *, default: bool) -> bool:
        """
        Return true or false.
        """
        found: bool | None = self._given(key, bool, "true or false")
        return default if found is None else found

    # -- lists and tables of values --------------------------------------------

    def texts(self, key: str) -> tuple[str, ...]:
        """
        Return a list of texts, none of them empty.
        """
        texts: list[str] = []
        found = self._given(key, list | tuple, "a list of texts") or ()
        for number, each in enumerate(found):
            if isinstance(each, str) and each:
                texts.append(each)
            else:
                message = f"a text is wanted here, not {_said(each)}"
                self.wrong(f"{key}[{number}]", "wrong-type", message)
        return tuple(texts)

    def choices(
        self, key: str, words: object, default: tuple[_T, ...]
    ) -> tuple[_T, ...]:
        """
        Return a list of words of a Literal; an empty one gives the default.
        """
        found = tuple(
            text
            for number, text in enumerate(self.texts(key))
            if self._is_among(f"{key}[{number}]", text, words)
        )
        return cast("tuple[_T, ...]", found) or default

    def items(self, key: str) -> tuple[tuple[str, object], ...]:
        """
        Return the items of a list, each with its path.
        """
        found = self._given(key, list | tuple, "a list") or ()
        return tuple(
            (self.place(f"{key}[{number}]"), each) for number, each in enumerate(found)
        )

    def entries(self, key: str) -> tuple[tuple[str, str, object], ...]:
        """
        Return what a table holds: each name, its path and the value.
        """
        found = self._given(key, Mapping, "a table") or {}
        return tuple(
            (str(name), self.place(f"{key}.{name}"), each)
            for name, each in found.items()
        )

    def text_pairs(self, key: str) -> tuple[tuple[str, str], ...]:
        """
        Return a table of texts as pairs.
        """
        inner = self._inner(key, f"the {key}")
        return tuple(
            (name, inner.text(name))
            for name, value in inner.data.items()
            if value is not None
        )

    def whole_pairs(self, key: str) -> tuple[tuple[str, int], ...]:
        """
        Return a table of whole numbers as pairs.
        """
        inner = self._inner(key, f"the {key}")
        return tuple(
            (name, number)
            for name in inner.data
            if (number := inner.whole(name, None)) is not None
        )

    def table(self, key: str, read: Callable[[Table], _T], *, what: str) -> _T:
        """
        Return what *read* makes of a table, of an empty one where there is none.
        """
        return _whole_of(self._inner(key, what), read)

    def tables(
        self, key: str, read: Callable[[Table], _T], *, what: str
    ) -> tuple[_T, ...]:
        """
        Return what *read* makes of each table of a list, in its place.
        """
        return tuple(
            _whole_of(Table.of(value, path, self.problems, what=what), read)
            for path, value in self.items(key)
        )

    # -- with what they share --------------------------------------------------

    def _given(self, key: str, kind: type | UnionType, words: str) -> Any:
        value = self.take(key)
        # True is an int to Python and to nobody else.
        if value is None or (
            isinstance(value, kind) and isinstance(value, bool) is (kind is bool)
        ):
            return value
        message = f"{key!r} of {self.what} is {words}, not {_said(value)}"
        self.wrong(key, "wrong-type", message)
        return None

    def _text(self, key: str, words: str, *, required: bool) -> str:
        if required:
            self.must_have(key)
        return self._given(key, str, words) or ""

    def _inner(self, key: str, what: str) -> Table:
        found = self._given(key, Mapping, "a table")
        if found is None:
            return Table({}, self.place(key), self.problems, what, is_table=False)
        return Table.of(found, self.place(key), self.problems, what=what)

    def _is_among(self, key: str, text: str, words: object) -> bool:
        known: tuple[str, ...] = get_args(words)
        if text in known:
            return True
        self.problems.append(unknown_value(self.place(key), text, known))
        return False


def _whole_of(table: Table, read: Callable[[Table], _T]) -> _T:
    made = read(table)
    table.end()
    return made


def _said(value: object) -> str:
    """
    Return a value as the author of a definition knows it.
    """
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return repr(value)
        case Mapping():
            return "a table"
        case list() | tuple():
            return "a list"
        case _:
            return str(value)


def filled(**values: object) -> dict[str, object]:
    """
    Return a table without what says nothing: no text, an empty list, false, None.
    """
    return {key: value for key, value in values.items() if value}
