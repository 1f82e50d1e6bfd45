"""
The adapters that files are read by: made from the playbook and a settings file.

What authenticates a live delivery is not asked for here: whoever has the files has
them.  A settings file that names a secret has it checked all the same.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import attrs

from leadflow.cli._mistakes import Mistake
from leadflow.errors import DefinitionError, Problem
from leadflow.values import ChannelId


if TYPE_CHECKING:
    from leadflow.channels.protocol import Channel
    from leadflow.playbook import Playbook


__all__ = ("KINDS", "Adapters", "read_settings")

Settings = Mapping[str, Mapping[str, Any]]
"""What a settings file says: a table of fields for each channel's id."""

_BY_KIND = {"email": "email", "form": "form", "messenger": "telegram"}


def read_settings(path: str) -> Settings:
    """
    Return the tables of the TOML file at *path*.

    Raises:
        Mistake: there is no such file.
        DefinitionError: it is no TOML, or holds something beside tables.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Mistake(f"there is no file {path}") from None
    except UnicodeDecodeError as error:
        message = f"is not UTF-8 at byte {error.start}"
        raise DefinitionError([Problem(path, "not-utf-8", message)]) from None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError([Problem(path, "not-toml", str(error))]) from None
    problems = [
        Problem(f"{path}: {name}", "wrong-type", "a channel's settings are a table")
        for name, table in data.items()
        if not isinstance(table, dict)
    ]
    if problems:
        raise DefinitionError(problems)
    return data


class Adapters(Mapping[str, "Channel"]):
    """
    Make the adapter of each channel when it is first asked for.

    *kinds* says how channels are read whose kind in the playbook leaves it open;
    *addresses* are our mailboxes where the settings name none.
    """

    def __init__(
        self,
        playbook: Playbook,
        settings: Settings,
        *,
        kinds: Mapping[str, str],
        addresses: tuple[str, ...] = (),
    ) -> None:
        self._playbook = playbook
        self._settings = settings
        self._kinds = kinds
        self._addresses = addresses
        self._made: dict[str, Channel] = {}
        problems = [
            Problem(name, "unknown-channel", f"the playbook has no channel {name}")
            for name in settings
            if name not in {channel.id for channel in playbook.channels}
        ]
        if problems:
            raise DefinitionError(problems)

    def __getitem__(self, key: str) -> Channel:
        """
        Return the adapter of the channel *key*.

        Raises:
            UnknownRecord: the playbook has no such channel.
            Mistake: there is no adapter for its kind.
            DefinitionError: its settings are wrong.
        """
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = self._make(key)
        return made

    def __iter__(self) -> Iterator[str]:
        return iter([channel.id for channel in self._playbook.channels])

    def __len__(self) -> int:
        return len(self._playbook.channels)

    def _make(self, key: str) -> Channel:
        channel = self._playbook.channel(ChannelId(key))
        kind = self._kinds.get(key) or _BY_KIND.get(channel.kind, "")
        if not kind:
            raise Mistake(
                f"channel {key} is of kind {channel.kind}: say by --kind how it is read"
            )
        fields = dict(self._settings.get(key, {}))
        region = channel.region or self._playbook.region
        return _MAKERS[kind](channel.id, fields, region, self)

    @property
    def currency(self) -> str:
        """Return the currency of prices that name none."""
        return self._playbook.currency

    @property
    def addresses(self) -> tuple[str, ...]:
        """Return the mailboxes that are ours where nothing else is said."""
        return self._addresses


def _email(
    id_: ChannelId, fields: dict[str, Any], region: str, ours: Adapters
) -> Channel:
    from leadflow.channels.email import EmailChannel  # noqa: PLC0415 - when needed

    fields.setdefault("addresses", ours.addresses)
    fields.setdefault("region", region or None)
    if isinstance(fields.get("secret"), str):
        fields["secret"] = fields["secret"].encode()
    return cast("Channel", _made(EmailChannel, id_, fields))


def _form(
    id_: ChannelId, fields: dict[str, Any], region: str, ours: Adapters
) -> Channel:
    from leadflow.channels.webform import (  # noqa: PLC0415 - when needed
        FormSecret,
        FormSignature,
        WebFormChannel,
    )

    for name, kind in (("secret", FormSecret), ("signature", FormSignature)):
        if isinstance(fields.get(name), dict):
            fields[name] = _made(kind, id_, fields[name], path=f"{id_}.{name}")
    fields.setdefault("public", "secret" not in fields and "signature" not in fields)
    if region:
        fields.setdefault("region", region)
    if ours.currency:
        fields.setdefault("currency", ours.currency)
    return cast("Channel", _made(WebFormChannel, id_, fields))


def _telegram(
    id_: ChannelId, fields: dict[str, Any], region: str, ours: Adapters
) -> Channel:
    from leadflow.channels.telegram import TelegramChannel  # noqa: PLC0415 - when needed

    del region, ours
    fields.setdefault("bot_id", 0)
    fields.setdefault("secret_token", None)
    return cast("Channel", _made(TelegramChannel, id_, fields))


def _made(
    kind: Any, id_: ChannelId, fields: Mapping[str, Any], *, path: str = ""
) -> Any:
    """
    Return a *kind* made of *fields*, with lists as tuples.

    Raises:
        DefinitionError: a field is unknown, or cannot be.
    """
    place = path or str(id_)
    known = {field.name: field for field in attrs.fields(kind) if field.init}
    problems = [
        Problem(
            f"{place}.{name}",
            "unknown-key",
            f"there is no such setting, there are {', '.join(sorted(known))}",
        )
        for name in fields
        if name not in known
    ]
    if problems:
        raise DefinitionError(problems)
    values = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in fields.items()
    }
    if "id" in known:
        values["id"] = id_
    try:
        return kind(**values)
    except DefinitionError:
        raise
    except (TypeError, ValueError, AttributeError) as error:
        message = f"cannot be set up: {error}"
        raise DefinitionError([Problem(place, "wrong-type", message)]) from None


_MAKERS: Mapping[str, Callable[..., Channel]] = {
    "email": _email,
    "form": _form,
    "telegram": _telegram,
}
KINDS = tuple(_MAKERS)
"""What can be read."""
