"""
Scenarios as plain data, in the shape that TOML and JSON can say, and back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import attrs

from leadflow.errors import DefinitionError, Problem
from leadflow.scenario._scenario import Permission, Purpose, Scenario
from leadflow.scenario._stages import (
    NOTHING,
    ChecklistItem,
    Requirements,
    Robot,
    RobotStart,
    Stage,
    StageKind,
)


if TYPE_CHECKING:
    from collections.abc import Callable


__all__ = ("duration_text", "parse_duration", "parse_scenario", "scenario_to_data")

_T = TypeVar("_T")


# -- durations -----------------------------------------------------------------

_UNITS = {"weeks": "w", "days": "d", "hours": "h", "minutes": "m", "seconds": "s"}
_DURATION = re.compile(
    r"(?=.)" + r" ?".join(rf"(?:([0-9]{{1,9}}){unit})?" for unit in _UNITS.values())
)


def parse_duration(text: str) -> timedelta:
    """
    Return the length of time that *text* names: ``3d``, ``4h``, ``1d 12h``, ``90s``.

    The units are weeks, days, hours, minutes and seconds, the largest first.

    Raises:
        DefinitionError: *text* is none (rule ``bad-duration``).
    """
    found = _DURATION.fullmatch(text.strip())
    if found:
        parts = zip(_UNITS, found.groups(), strict=True)
        try:
            return timedelta(**{unit: int(part) for unit, part in parts if part})
        except OverflowError:
            pass
    raise DefinitionError(
        [Problem("", "bad-duration", f"{text!r} is no duration like 3d, 4h or 1d 12h")]
    )


def duration_text(duration: timedelta) -> str:
    """
    Return *duration* as `parse_duration` reads it, in days and smaller units.

    Raises:
        DefinitionError: it is negative, or not of whole seconds (rule
            ``bad-duration``).
    """
    if duration < timedelta(0) or duration.microseconds:
        raise DefinitionError(
            [Problem("", "bad-duration", f"{duration} is not of whole seconds")]
        )
    minutes, seconds = divmod(duration.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((duration.days, "d"), (hours, "h"), (minutes, "m"), (seconds, "s"))
    return " ".join(f"{number}{unit}" for number, unit in parts if number) or "0s"


# -- reading -------------------------------------------------------------------


def parse_scenario(
    data: Mapping[str, object], path: str
) -> tuple[Scenario | None, list[Problem]]:
    """
    Return the scenario that *data* tells, or None and all problems (R45).

    Keys are the fields' names.  Durations are texts (``3d``), ``documents`` and
    ``arguments`` are tables.  Only the shape is judged here: unknown and missing
    keys, wrong types, words that are none of those to choose from; what it says
    is for `check_scenario`.
    """
    problems: list[Problem] = []
    table = _Table(data, path, problems)
    scenario = Scenario(
        id=table.text("id", None),
        title=table.text("title"),
        version=table.number("version", 1),
        purpose=table.choice("purpose", Purpose, "sales"),
        skips=table.choice("skips", Permission, "allowed"),
        returns=table.choice("returns", Permission, "allowed"),
        reasons=table.texts("reasons"),
        reason_required=table.flag("reason_required", default=True),
        currency=table.text("currency"),
        stages=table.tables("stages", _stage),
    )
    table.close()
    return (None if problems else scenario), problems


def _stage(table: _Table) -> Stage:
    return Stage(
        id=table.text("id", None),
        title=table.text("title"),
        kind=table.choice("kind", StageKind, "open"),
        colour=table.text("colour"),
        probability=table.number("probability", None),
        rot_after=table.duration("rot_after", None),
        moves_to=table.texts("moves_to"),
        checklist=table.tables("checklist", _item),
        enter=table.table("enter", _requirements, NOTHING),
        leave=table.table("leave", _requirements, NOTHING),
        robots=table.tables("robots", _robot),
    )


def _item(table: _Table) -> ChecklistItem:
    return ChecklistItem(table.text("id", None), table.text("title"))


def _requirements(table: _Table) -> Requirements:
    return Requirements(
        fields=table.texts("fields"),
        checklist=table.texts("checklist"),
        documents=table.pairs("documents", int, "a number"),
        tasks=table.texts("tasks"),
        all_tasks=table.flag("all_tasks", default=False),
    )


def _robot(table: _Table) -> Robot:
    return Robot(
        on=table.choice("on", RobotStart, "enter"),
        action=table.text("action", None),
        arguments=table.pairs("arguments", str, "a text"),
        after=table.duration("after", timedelta(0)),
        event=table.text("event"),
    )


class _Table:
    """
    Read one table key by key; what is wrong goes to the list of problems.

    Every reader answers a value of the right type, so that reading goes on and
    all problems are found.
    """

    def __init__(
        self, data: Mapping[str, object], path: str, problems: list[Problem]
    ) -> None:
        self._data = data
        self._path = path
        self._problems = problems
        self._read: set[str] = set()

    def close(self) -> None:
        """Tell of the keys that nobody asked for."""
        for key in self._data:
            if key not in self._read:
                known = ", ".join(sorted(self._read))
                self._tell(key, "unknown-key", f"there is no key {key!r} among {known}")

    def text(self, key: str, default: str | None = "") -> str:
        """Return a text; one without a default must be there and not be empty."""
        found: str = self._get(key, str, "a text", default or "")
        if default is None and self._data.get(key, "") == "":
            self._tell(key, "missing-key", f"{key!r} is missing or empty")
        return found

    def number(self, key: str, default: _T) -> int | _T:
        """Return a whole number."""
        found: int | _T = self._get(key, int, "a whole number", default)
        return found

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        found: bool = self._get(key, bool, "true or false", default)
        return found

    def choice(self, key: str, words: Any, default: Any) -> Any:
        """Return one of the words of a Literal."""
        found = self._get(key, str, "a text", default)
        if found in get_args(words):
            return found
        known = ", ".join(get_args(words))
        self._tell(key, "unknown-value", f"{found!r} is none of {known}")
        return default

    def duration(self, key: str, default: _T) -> timedelta | _T:
        """Return a duration, written as text."""
        found = self._get(key, str, "a duration like 3d or 4h", None)
        if found is None:
            return default
        try:
            return parse_duration(found)
        except DefinitionError as error:
            self._tell(key, "bad-duration", error.problems[0].message)
            return default

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts."""
        found = self._get(key, list, "a list of texts", [])
        for index, item in enumerate(found):
            if not isinstance(item, str):
                self._wrong(f"{key}[{index}]", "a text", item)
        return tuple(item for item in found if isinstance(item, str))

    def pairs(self, key: str, kind: type[_T], words: str) -> tuple[tuple[str, _T], ...]:
        """Return a table of one type as pairs."""
        found = self._get(key, Mapping, "a table", {})
        for name, value in found.items():
            if type(value) is not kind:
                self._wrong(f"{key}.{name}", words, value)
        return tuple(found.items())

    def table(self, key: str, read: Callable[[_Table], _T], default: _T) -> _T:
        """Return what *read* makes of a table."""
        found = self._get(key, Mapping, "a table", None)
        return default if found is None else self._within(key, found, read)

    def tables(self, key: str, read: Callable[[_Table], _T]) -> tuple[_T, ...]:
        """Return what *read* makes of each table of a list."""
        made = []
        for index, item in enumerate(self._get(key, list, "a list of tables", [])):
            if isinstance(item, Mapping):
                made.append(self._within(f"{key}[{index}]", item, read))
            else:
                self._wrong(f"{key}[{index}]", "a table", item)
        return tuple(made)

    def _within(
        self, key: str, data: Mapping[str, object], read: Callable[[_Table], _T]
    ) -> _T:
        inner = _Table(data, self._place(key), self._problems)
        made = read(inner)
        inner.close()
        return made

    def _get(self, key: str, kind: type[Any], words: str, default: Any) -> Any:
        self._read.add(key)
        if key not in self._data:
            return default
        found = self._data[key]
        # True is an int to Python, to nobody else.
        if isinstance(found, kind) and (kind is bool or not isinstance(found, bool)):
            return found
        self._wrong(key, words, found)
        return default

    def _wrong(self, key: str, words: str, found: object) -> None:
        self._tell(key, "wrong-type", f"expected {words}, found {found!r}")

    def _tell(self, key: str, rule: str, message: str) -> None:
        self._problems.append(Problem(self._place(key), rule, message))

    def _place(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key


# -- writing -------------------------------------------------------------------


def scenario_to_data(scenario: Scenario) -> dict[str, Any]:
    """
    Return *scenario* as plain data that `parse_scenario` reads back to an equal one.

    What has its default is left out.

    Raises:
        DefinitionError: a duration is not of whole seconds, which a text cannot
            say.
    """
    plain: dict[str, Any] = _plain(scenario)
    return plain


# Rows of pairs, which are tables to a reader.
_TABLES = frozenset({"arguments", "documents"})


def _plain(value: Any) -> Any:
    if isinstance(value, timedelta):
        return duration_text(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if not attrs.has(type(value)):
        return value
    fields = (
        (field, getattr(value, field.name)) for field in attrs.fields(type(value))
    )
    return {
        field.name: dict(held) if field.name in _TABLES else _plain(held)
        for field, held in fields
        if held != field.default
    }
