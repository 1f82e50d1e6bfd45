"""
Plug-ins by name, for applications that are put together by a configuration file.

In code, make the store or channel that you want and hand it over; that needs no
name and nothing of this room.  `load` is for the name that stands in a file.  It
answers with a factory, which is called with the settings from the same file:

==============  =====================  ==========================================
kind            entry point group      the factory
==============  =====================  ==========================================
``"stores"``    ``leadflow.stores``    takes ``codec`` and ``tenant`` by keyword,
                                       makes a `~leadflow.ports.Store` or
                                       `~leadflow.ports.AsyncStore`
``"channels"``  ``leadflow.channels``  takes ``id`` by keyword, makes a
                                       `~leadflow.channels.Channel`
``"policies"``  ``leadflow.policies``  is a `~leadflow.assignment.PolicyReader`,
                                       for ``more`` of
                                       `~leadflow.assignment.parse_policy`
==============  =====================  ==========================================

A name is only ever compared with names, never imported: whoever writes the
configuration chooses among what was installed, and can't reach other code.
Nothing is remembered between two calls, and nothing is scanned before the first.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias, get_args, overload

from typing_extensions import get_protocol_members

from leadflow.channels import Channel
from leadflow.errors import DefinitionError, Problem, Refused, UnknownRecord
from leadflow.ports import AsyncStore, Store


if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from leadflow.assignment import PolicyReader


__all__ = ("ChannelFactory", "Kind", "StoreFactory", "load")

Kind: TypeAlias = Literal["stores", "channels", "policies"]
"""What a plug-in adds."""

ChannelFactory: TypeAlias = Callable[..., Channel]
"""Makes a channel of its ``id`` and the adapter's own settings, by keyword."""

StoreFactory: TypeAlias = Callable[..., Store | AsyncStore]
"""Makes a store of ``codec``, ``tenant`` and the store's own settings."""

_KINDS: tuple[Kind, ...] = get_args(Kind)
_KEYWORDS: Mapping[Kind, tuple[str, ...]] = {
    "stores": ("codec", "tenant"),
    "channels": ("id",),
    "policies": (),
}


@overload
def load(
    kind: Literal["stores"],
    name: str,
    *,
    registered: Mapping[str, Mapping[str, object]] | None = None,
) -> StoreFactory: ...


@overload
def load(
    kind: Literal["channels"],
    name: str,
    *,
    registered: Mapping[str, Mapping[str, object]] | None = None,
) -> ChannelFactory: ...


@overload
def load(
    kind: Literal["policies"],
    name: str,
    *,
    registered: Mapping[str, Mapping[str, object]] | None = None,
) -> PolicyReader: ...


@overload
def load(
    kind: Kind,
    name: str,
    *,
    registered: Mapping[str, Mapping[str, object]] | None = None,
) -> StoreFactory | ChannelFactory | PolicyReader: ...


def load(
    kind: Kind,
    name: str,
    *,
    registered: Mapping[str, Mapping[str, object]] | None = None,
) -> Any:
    """
    Return the factory that is called *name*, from *registered* or what is installed.

    What the caller registered comes first and hides what is installed.  Of the
    installed distributions only the one that has *name* is imported.  A factory
    is checked before it is returned: what it has to be called with, and the
    methods of what it makes as far as that is known, which it is of a class, of a
    class method that returns ``Self``, and of a function that names a class of
    its module as what it returns.

    Raises:
        UnknownRecord: there is no such kind (rule ``plugin.unknown-kind``), or no
            plug-in of that name (``plugin.unknown``).
        Refused: several distributions have the name (``plugin.ambiguous``).
        DefinitionError: the plug-in can't be imported (``broken-plugin``), or is
            not of the shape above (``wrong-plugin``); tells all that is wrong.
    """
    if kind not in _KINDS:
        raise UnknownRecord(
            "plugin.unknown-kind", f"{kind!r} is none of {', '.join(_KINDS)}"
        )
    mine = (registered or {}).get(kind, {})
    found = mine[name] if name in mine else _import(_installed(kind, name, mine))
    place = f"{_group(kind)}.{name}"
    if problems := [
        Problem(place, "wrong-plugin", message) for message in _faults(kind, found)
    ]:
        raise DefinitionError(problems)
    return found


# -- finding -------------------------------------------------------------------------


def _group(kind: Kind) -> str:
    return f"leadflow.{kind}"


def _installed(kind: Kind, name: str, mine: Mapping[str, object]) -> EntryPoint:
    """
    Return the one entry point *name*; nothing is imported yet.
    """
    # Costs more to import than all of leadflow, and few need it.
    from importlib.metadata import entry_points  # noqa: PLC0415

    entries = entry_points(group=_group(kind))
    named = [entry for entry in entries if entry.name == name]
    if not named:
        known = ", ".join(sorted({*mine, *entries.names})) or "none"
        raise UnknownRecord(
            "plugin.unknown", f"no plug-in {name!r} in {_group(kind)}, known: {known}"
        )
    if len(named) > 1:
        owners = " and ".join(sorted(_owner(entry) for entry in named))
        raise Refused(
            "plugin.ambiguous", f"{name!r} in {_group(kind)} is given by {owners}"
        )
    return named[0]


def _owner(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value


def _import(entry: EntryPoint) -> object:
    try:
        return entry.load()
    except (AttributeError, ImportError) as error:
        message = f"{_owner(entry)} cannot be imported: {error}"
        place = f"{entry.group}.{entry.name}"
        raise DefinitionError([Problem(place, "broken-plugin", message)]) from error


# -- checking ------------------------------------------------------------------------


def _faults(kind: Kind, found: object) -> Iterator[str]:
    """
    Yield what keeps *found* from being a factory of *kind*.
    """
    signature = _signature(found)
    if signature is None:
        yield "is no factory: it cannot be called"
        return
    if kind == "policies":
        if not _takes(signature, 2):
            yield "does not take a table and a reader of inner policies"
        return
    for parameter in signature.parameters.values():
        if (
            parameter.kind is parameter.POSITIONAL_ONLY
            and parameter.default is parameter.empty
        ):
            yield f"takes {parameter.name!r} by position only"
    for keyword in _KEYWORDS[kind]:
        try:
            signature.bind_partial(**{keyword: None})
        except TypeError:
            yield f"does not take {keyword!r} by keyword"
    made = _made_by(found)
    if made is None:
        return
    if inspect.isabstract(made):
        missing = ", ".join(sorted(made.__abstractmethods__))
        yield f"makes {made.__name__}, which is abstract: {missing}"
    protocol: type = Channel
    if kind == "stores":
        is_async = inspect.iscoroutinefunction(getattr(made, "commit", None))
        protocol = AsyncStore if is_async else Store
    yield from _missing(made, protocol)


def _made_by(factory: Any) -> Any:
    """
    Return the class of what *factory* makes, or None where that isn't known.
    """
    if inspect.isclass(factory):
        return factory
    told = getattr(factory, "__annotations__", {}).get("return")
    if inspect.ismethod(factory) and told in (Self, "Self"):
        return factory.__self__
    if isinstance(told, str):
        # Looked up, not evaluated: much is imported for type checkers only.
        told = getattr(inspect.unwrap(factory), "__globals__", {}).get(told)
    return told if inspect.isclass(told) and told not in (Any, object) else None


def _missing(made: type, protocol: Any) -> Iterator[str]:
    """
    Yield which methods of *protocol* the class *made* lacks, or has otherwise.

    Values such as ``id`` may be set in ``__init__``, where nobody sees them.
    """
    for name in sorted(get_protocol_members(protocol)):
        wanted = getattr(protocol, name)
        if not inspect.isfunction(wanted):
            continue
        place = f"{made.__name__}.{name}"
        has = getattr(made, name, None)
        signature = _signature(has)
        if signature is None:
            yield f"{place} is missing"
            continue
        # The class shows a method with its self, unless it has none.
        is_bound = not inspect.isfunction(inspect.getattr_static(made, name))
        parameters = list(inspect.signature(wanted).parameters.values())[is_bound:]
        keywords = [one.name for one in parameters if one.kind is one.KEYWORD_ONLY]
        if not _takes(signature, len(parameters) - len(keywords), *keywords):
            yield f"{place} does not take {inspect.signature(wanted)}"
        if inspect.iscoroutinefunction(has) > inspect.iscoroutinefunction(wanted):
            yield f"{place} is asynchronous"


def _signature(value: object) -> inspect.Signature | None:
    try:
        return inspect.signature(value) if callable(value) else None
    except (TypeError, ValueError):
        return None


def _takes(signature: inspect.Signature, positions: int, *keywords: str) -> bool:
    try:
        signature.bind(*[None] * positions, **dict.fromkeys(keywords))
    except TypeError:
        return False
    return True
