"""
Reading tables of a definition key by key, with all that is wrong of them (R45).
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from leadflow.errors import Problem


@attrs.define
class Table:
    """
    Read one table: each key once, then `end`, which names those left over.

    A key that is not there gives its default; a value of the wrong type does so
    too and adds to *problems*, so that reading goes on.  *what* names the table
    in messages (``a member``).
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
        problems.append(Problem(path, "wrong-type", f"{what} is a table"))
        return cls({}, path, problems, what, is_table=False)

    def wrong(self, key: str, rule: str, message: str) -> None:
        """
        Add a problem at *key*.
        """
        self.problems.append(Problem(f"{self.path}.{key}", rule, message))

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
        value = self.take(key)
        if value is None or value == "":
            if required:
                self.must_have(key)
            return ""
        if not isinstance(value, str):
            self.wrong(key, "wrong-type", f"{key!r} of {self.what} is a text")
            return ""
        return value

    def must_have(self, key: str) -> None:
        """
        Add a problem where nothing was given for *key*.
        """
        if self.is_table and self.data.get(key) in (None, ""):
            self.wrong(key, "missing-key", f"{self.what} needs {key!r}")

    def texts(self, key: str) -> tuple[str, ...]:
        """
        Return a list of texts, empty where there is none.
        """
        value = self.take(key)
        if value is None:
            return ()
        if not isinstance(value, list | tuple):
            self.wrong(key, "wrong-type", f"{key!r} of {self.what} is a list of texts")
            return ()
        texts: list[str] = []
        for number, each in enumerate(value):
            if isinstance(each, str) and each:
                texts.append(each)
            else:
                self.wrong(f"{key}[{number}]", "wrong-type", "a text is wanted here")
        return tuple(texts)

    def whole(self, key: str) -> int | None:
        """
        Return a whole number, None where there is none.
        """
        value = self.take(key)
        if value is None:
            return None
        # True is an int to Python and to nobody else.
        if not isinstance(value, int) or isinstance(value, bool):
            self.wrong(key, "wrong-type", f"{key!r} of {self.what} is a whole number")
            return None
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """
        Return true or false.
        """
        value = self.take(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.wrong(key, "wrong-type", f"{key!r} of {self.what} is true or false")
            return default
        return value

    def items(self, key: str) -> tuple[tuple[str, object], ...]:
        """
        Return the items of a list, each with its path.
        """
        value = self.take(key)
        if value is None:
            return ()
        if not isinstance(value, list | tuple):
            self.wrong(key, "wrong-type", f"{key!r} of {self.what} is a list")
            return ()
        return tuple(
            (f"{self.path}.{key}[{number}]", each) for number, each in enumerate(value)
        )

    def tables(self, key: str, *, what: str) -> tuple[Table, ...]:
        """
        Return the tables of a list, each to be read in its turn.
        """
        return tuple(
            Table.of(value, path, self.problems, what=what)
            for path, value in self.items(key)
        )

    def end(self) -> None:
        """
        Add a problem for every key that nobody asked for.
        """
        for key in self.data:
            if key not in self._known:
                self.wrong(key, "unknown-key", f"{self.what} has no {key!r}")
