"""
The codec: what is stored has a stable name, an integer version and one meaning.

A stored event or record carries a dotted name (``lead.opened``) and a version,
never a Python path, so that classes can move and change.  A `Codec` is built
explicitly: every class is registered under its name, and every step from an old
version to the next is a function from dict to dict.  `CodecBuilder.build` checks
all of it at once (missing steps, doubled names, types that have no strict form),
because the alternative is to find out in production, in the middle of a journal.

How a class may change:

* A new field with a default needs no new version: old data lacks it and gets the
  default.  A field that is dropped needs none either: unknown keys are passed
  over, so that older code reads what newer code of the same version wrote.
* All else needs a new version and an upcaster; *also a changed default*, since a
  field that equals its default is not written.  Golden files catch a change that
  forgot.

Nothing is coerced, in neither direction.  Text is kept to the last code point,
lone surrogates and NUL included; instants come back in UTC.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Self, TypeAlias

import attrs

from leadflow._codec_hooks import Hooks
from leadflow._codec_json import Dumps, Loads, dumps, loads
from leadflow._codec_places import Decode, describe
from leadflow._codec_values import Encode, Unfit, Unsupported
from leadflow._plain import plain_copy
from leadflow.errors import Damaged, DefinitionError, Problem, Refused


__all__ = ("Codec", "CodecBuilder", "Dumps", "Loads", "Unrecognised", "Upcaster")

Upcaster: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]
"""Takes the stored dict of one version, answers that of the next."""

_NAME = re.compile(r"[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*")


@attrs.frozen(kw_only=True)
class Unrecognised:
    """
    Stand for a stored event that this codec has no class for.

    Only a lenient codec answers it (`Codec.lenient`); *data* is what is stored,
    which nothing may be written from.
    """

    name: str
    version: int
    data: Mapping[str, Any]


@attrs.frozen(kw_only=True)
class _Entry:
    """
    Hold what is known of one name: its class, its hooks, the way up to it.
    """

    name: str
    version: int
    cls: type
    encode: Encode
    decode: Decode
    steps: Mapping[int, Upcaster]


class Codec:
    """
    Turn records and events into text under a stable name and version, and back.

    Made by `CodecBuilder.build` and unchangeable from then on; safe to share
    between threads.
    """

    def __init__(
        self,
        *,
        records: Mapping[str, _Entry],
        events: Mapping[str, _Entry],
        hooks: Hooks,
        dumps: Dumps,
        loads: Loads,
        lenient: bool = False,
    ) -> None:
        self._records = records
        self._events = events
        self._hooks = hooks
        self._by_class = {entry.cls: entry for entry in events.values()}
        self._known = {
            **self._by_class,
            **{entry.cls: entry for entry in records.values()},
        }
        self._dumps = dumps
        self._loads = loads
        self._lenient = lenient

    @property
    def names(self) -> tuple[tuple[str, int], ...]:
        """Return every (name, version) that can be read, sorted."""
        return tuple(
            sorted(
                (entry.name, version)
                for entry in (*self._records.values(), *self._events.values())
                for version in (*entry.steps, entry.version)
            )
        )

    def class_of(self, name: str) -> type:
        """
        Return the class that is registered under *name*.

        Raises:
            Refused: nothing is (rule ``codec.unknown-name``).
        """
        return self._entry(name).cls

    def lenient(self) -> Codec:
        """
        Return the same codec for readers that pass over what they do not know.

        An event of an unknown name or a newer version comes back as
        `Unrecognised` instead of raising `Damaged`.
        """
        return Codec(
            records=self._records,
            events=self._events,
            hooks=self._hooks,
            dumps=self._dumps,
            loads=self._loads,
            lenient=True,
        )

    def encode_state(self, kind: str, state: object) -> tuple[int, str]:
        """
        Return the schema version and the text of a record's *state*.

        Raises:
            Refused: *kind* is unknown (``codec.unknown-name``), *state* is not of
                its class or holds something that cannot be stored
                (``codec.wrong-type``, ``codec.naive-datetime`` …).
        """
        entry = self._records.get(kind)
        if entry is None:
            raise Refused("codec.unknown-name", f"no record is called {kind!r}")
        return entry.version, self._encode(entry, state)

    def decode_state(self, kind: str, schema_version: int, text: str) -> Any:
        """
        Return the state that *text* holds, brought up to today's version.

        Raises:
            Damaged: *kind* is unknown, the version is newer than the code, or
                *text* is not what this version looks like.
        """
        entry = self._records.get(kind)
        if entry is None:
            raise Damaged(f"no record is called {kind!r}")
        return self._decode(entry, schema_version, text)

    def encode_event(self, event: object) -> tuple[str, int, str]:
        """
        Return the name, the version and the text of *event*.

        Raises:
            Refused: its class is unknown (``codec.unknown-class``) or it holds
                something that cannot be stored.
        """
        entry = self._by_class.get(event.__class__)
        if entry is None:
            raise Refused(
                "codec.unknown-class", f"{type(event).__name__} is no event known here"
            )
        return entry.name, entry.version, self._encode(entry, event)

    def decode_event(self, name: str, version: int, text: str) -> Any:
        """
        Return the event that *text* holds, brought up to today's version.

        Raises:
            Damaged: *name* is unknown or the version newer than the code (for a
                lenient codec an `Unrecognised` event instead), or *text* is not
                what this version looks like.
        """
        entry = self._events.get(name)
        if entry is None or version > entry.version:
            if self._lenient:
                return Unrecognised(
                    name=name, version=version, data=self._object(name, version, text)
                )
            if entry is None:
                raise Damaged(f"no event is called {name!r}")
        return self._decode(entry, version, text)

    def encode(self, value: object) -> tuple[str, int, str]:
        """
        Return the name, the version and the text of a record's state or an event.
        """
        entry = self._known.get(value.__class__)
        if entry is None:
            raise Refused(
                "codec.unknown-class", f"{type(value).__name__} is not known here"
            )
        return entry.name, entry.version, self._encode(entry, value)

    def decode(self, name: str, version: int, text: str) -> Any:
        """
        Return the state or the event that was stored as *text* under *name*.

        Raises:
            Refused: nothing is registered under *name*.
            Damaged: as `decode_event`.
        """
        return self._decode(self._entry(name), version, text)

    def encode_data(self, data: Mapping[str, Any]) -> str:
        """
        Return the text of a payload: plain data only.

        Raises:
            Refused: *data* holds what JSON cannot say (``codec.not-plain``).
        """
        return self._text("a payload", plain_copy(data))

    def decode_data(self, text: str) -> dict[str, Any]:
        """
        Return the payload that *text* holds.

        Raises:
            Damaged: *text* is no JSON object.
        """
        return self._object("a payload", 1, text)

    def spell_out(self, value: object) -> dict[str, Any]:
        """
        Return *value* as JSON's kinds with every field, defaults included.

        For golden files and for people; what is stored leaves defaults out.
        """
        entry = self._known.get(value.__class__)
        if entry is None:
            raise Refused(
                "codec.unknown-class", f"{type(value).__name__} is not known here"
            )
        full = Hooks(self._hooks.tags, omit_defaults=False).encoder(entry.cls)
        data: dict[str, Any] = self._guarded(entry, full, value)
        return data

    def _entry(self, name: str) -> _Entry:
        entry = self._records.get(name) or self._events.get(name)
        if entry is None:
            raise Refused("codec.unknown-name", f"nothing is called {name!r}")
        return entry

    def _encode(self, entry: _Entry, value: object) -> str:
        return self._text(entry.name, self._guarded(entry, entry.encode, value))

    def _guarded(self, entry: _Entry, encode: Encode, value: object) -> Any:
        try:
            return encode(value)
        except Unfit as error:
            path = self._hooks.locate(entry.encode, value)
            raise Refused(
                error.rule,
                f"{path}: {error}" if path else str(error),
                subject=entry.name,
            ) from None
        except RecursionError:
            raise Refused(
                "codec.too-deep", "the value is nested too deeply", subject=entry.name
            ) from None

    def _text(self, name: str, data: object) -> str:
        try:
            text = self._dumps(data)
        except (ValueError, TypeError, RecursionError) as error:
            raise Refused(
                "codec.not-encodable", f"JSON cannot say it: {error}", subject=name
            ) from error
        return text if isinstance(text, str) else str(text, "utf-8")

    def _decode(self, entry: _Entry, version: int, text: str) -> Any:
        try:
            if version == entry.version:
                return entry.decode(self._loads(text), entry.cls)
            return entry.decode(self._upcast(entry, version, text), entry.cls)
        except Damaged:
            raise
        except RecursionError:
            raise Damaged(f"{entry.name} v{version}: nested too deeply") from None
        except Exception as error:
            raise Damaged(f"{entry.name} v{version}: {describe(error)}") from error

    def _upcast(self, entry: _Entry, version: int, text: str) -> dict[str, Any]:
        if version > entry.version:
            raise Damaged(
                f"{entry.name} v{version} is newer than this code, which knows"
                f" v{entry.version}"
            )
        data = self._object(entry.name, version, text)
        for step in range(version, entry.version):
            upcast = entry.steps.get(step)
            if upcast is None:
                raise Damaged(f"{entry.name} v{version}: nothing leads up from v{step}")
            try:
                data = upcast(data)
            except Exception as error:
                raise Damaged(
                    f"{entry.name} v{version}: the step up from v{step} failed:"
                    f" {describe(error)}"
                ) from error
            if data.__class__ is not dict:
                raise Damaged(
                    f"{entry.name} v{version}: the step up from v{step} answered"
                    f" {type(data).__name__}, no dict"
                )
        return data

    def _object(self, name: str, version: int, text: str) -> dict[str, Any]:
        try:
            data = self._loads(text)
        except (ValueError, TypeError, RecursionError) as error:
            raise Damaged(f"{name} v{version}: no JSON: {error}") from error
        if data.__class__ is not dict:
            raise Damaged(f"{name} v{version}: no JSON object")
        return data


@attrs.frozen
class _Registered:
    """
    Hold what a caller said of one class, before anything is checked.
    """

    what: str
    name: str
    version: int
    cls: type


class CodecBuilder:
    """
    Gather classes and upcasters, then `build` the codec of them.

    Each method answers the builder itself, so that calls can be chained.

    >>> import attrs
    >>> from leadflow.codec import CodecBuilder
    >>> @attrs.frozen
    ... class Opened:
    ...     title: str
    >>> codec = CodecBuilder().event("lead.opened", 1, Opened).build()
    >>> codec.encode_event(Opened("Windows"))
    ('lead.opened', 1, '{"title":"Windows"}')
    """

    def __init__(self) -> None:
        self._registered: list[_Registered] = []
        self._values: list[tuple[str, type]] = []
        self._steps: list[tuple[str, int, Upcaster]] = []

    def record(self, kind: str, version: int, cls: type) -> Self:
        """
        Let records of *kind* be stored as *cls*, today in *version*.
        """
        self._registered.append(_Registered("record", kind, version, cls))
        return self

    def event(self, name: str, version: int, cls: type) -> Self:
        """
        Let events of *cls* be stored under *name*, today in *version*.
        """
        self._registered.append(_Registered("event", name, version, cls))
        return self

    def value(self, name: str, cls: type) -> Self:
        """
        Name *cls* where it stands in a union with other classes.

        Records and events already have their names.
        """
        self._values.append((name, cls))
        return self

    def upcast(self, name: str, from_version: int, step: Upcaster) -> Self:
        """
        Bring *name* one version up, from *from_version*.

        *step* takes the stored dict and may change it; fields that equalled their
        default at that time are not in it.
        """
        self._steps.append((name, from_version, step))
        return self

    def build(self, *, dumps: Dumps = dumps, loads: Loads = loads) -> Codec:
        """
        Check all that was said and return the codec.

        *dumps* and *loads* may be orjson's, which are faster and refuse lone
        surrogates (rule ``codec.not-encodable``); the standard library's keep
        them.

        Raises:
            DefinitionError: with every problem at once: bad or doubled names, a
                class registered twice, a type without strict form, a gap or a
                double in a chain of upcasters.
        """
        problems = [*self._name_problems(), *self._step_problems()]
        tags = {entry.cls: entry.name for entry in self._registered}
        tags.update({cls: name for name, cls in self._values})
        hooks = Hooks(tags)
        entries: dict[str, dict[str, _Entry]] = {"record": {}, "event": {}}
        for entry in self._registered:
            try:
                entries[entry.what][entry.name] = _Entry(
                    name=entry.name,
                    version=entry.version,
                    cls=entry.cls,
                    encode=hooks.encoder(entry.cls),
                    decode=hooks.decoder(entry.cls),
                    steps={
                        start: step
                        for name, start, step in sorted(
                            self._steps, key=lambda step: step[1]
                        )
                        if name == entry.name
                    },
                )
            except (Unsupported, NameError, TypeError) as error:
                problems.append(
                    Problem(entry.name, "no-strict-form", _first_line(error))
                )
        if problems:
            raise DefinitionError(problems)
        return Codec(
            records=entries["record"],
            events=entries["event"],
            hooks=hooks,
            dumps=dumps,
            loads=loads,
        )

    def _name_problems(self) -> Iterable[Problem]:
        names: set[str] = set()
        classes: set[type] = set()
        pairs = [(entry.name, entry.cls) for entry in self._registered]
        for name, cls in (*pairs, *self._values):
            if not _NAME.fullmatch(name):
                yield Problem(
                    name or "?",
                    "bad-name",
                    "a stored name is lower-case words joined by dots or hyphens",
                )
            if name in names:
                yield Problem(name, "name-taken", "the name is given twice")
            if cls in classes:
                yield Problem(name, "class-taken", f"{cls.__name__} has two names")
            names.add(name)
            classes.add(cls)
            if not attrs.has(cls):
                yield Problem(name, "no-attrs-class", f"{cls!r} is no attrs class")
        for entry in self._registered:
            if entry.version < 1:
                yield Problem(entry.name, "bad-version", "versions start at 1")

    def _step_problems(self) -> Iterable[Problem]:
        today = {entry.name: entry.version for entry in self._registered}
        chains: dict[str, set[int]] = {}
        for name, start, _ in self._steps:
            chain = chains.setdefault(name, set())
            if name not in today:
                yield Problem(name, "unknown-name", "a step up for an unknown name")
            elif start in chain:
                yield Problem(name, "step-taken", f"two steps lead up from v{start}")
            elif not 1 <= start < today[name]:
                yield Problem(
                    name,
                    "step-out-of-range",
                    f"a step up from v{start}, but versions go from 1 to {today[name]}",
                )
            chain.add(start)
        for name, version in today.items():
            for start in range(1, version):
                if start not in chains.get(name, ()):
                    yield Problem(
                        name, "step-missing", f"nothing leads up from v{start}"
                    )


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0]
