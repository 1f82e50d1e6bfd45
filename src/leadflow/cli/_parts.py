"""
What several commands need: playbooks by name, stores by path or URL.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from leadflow.cli._mistakes import Mistake
from leadflow.errors import StoreError
from leadflow.playbook import PRESETS, load, preset


if TYPE_CHECKING:
    import argparse

    from leadflow.playbook import Playbook
    from leadflow.ports import Clock
    from leadflow.storage.sql import SqlStore


__all__ = (
    "Parsers",
    "check_database",
    "database_path",
    "open_store",
    "read_playbook",
)

_SQLITE = b"SQLite format 3\0"

Parsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no public name


def read_playbook(name: str) -> Playbook:
    """
    Return the playbook in the file *name*, or the preset of that name.

    Raises:
        Mistake: there is neither.
        DefinitionError: the file is wrong; all problems at once.
    """
    if Path(name).is_file():
        return load(name)
    if name in PRESETS:
        return preset(name)
    raise Mistake(f"there is no file {name}, and the presets are {', '.join(PRESETS)}")


def database_path(database: str) -> Path | None:
    """
    Return the file that *database*, a path or a URL, names; None for a server's.
    """
    if "://" not in database:
        return Path(database)
    scheme, _, rest = database.partition("://")
    return Path(rest[1:]) if scheme.startswith("sqlite") and rest[1:] else None


def open_store(database: str, clock: Clock, *, trial: bool = False) -> SqlStore:
    """
    Return the store at *database*, a path or a URL, with its tables made.

    A *trial* does not wait for the disk at each commit: it would lose its last
    seconds when the power fails, and nothing when the process dies.

    Raises:
        ImportError: the extra ``sql`` is not installed.
        Refused: no such database can be opened.
        StoreError: it cannot be read or written, or is of a newer leadflow.
    """
    from leadflow.records import leadflow_codec  # noqa: PLC0415 - late
    from leadflow.storage.sql import SqlStore  # noqa: PLC0415 - an extra

    url = database if "://" in database else f"sqlite:///{database}"
    check_database(database)
    store = SqlStore.open(
        url,
        codec=leadflow_codec(),
        clock=clock,
        synchronous="NORMAL" if trial else "FULL",
    )
    try:
        store.migrate()
        store.ready()
    except StoreError as error:
        store.close()
        # Which file it is, the store does not say.
        raise type(error)(f"{database}: {error}") from error
    return store


def check_database(database: str) -> None:
    """
    Refuse what is no database before anything is written beside it.

    Raises:
        Mistake: it is a file or folder of another kind, or in no folder.
    """
    path = database_path(database)
    if path is None:
        return
    if not path.resolve().parent.is_dir():
        raise Mistake(f"there is no folder {path.resolve().parent}")
    if not path.exists():
        return
    if path.is_dir():
        raise Mistake(f"{path} is a folder, not a database")
    with path.open("rb") as file:
        head = file.read(len(_SQLITE))
    if head and head != _SQLITE:
        raise Mistake(f"{path} is no SQLite database")
