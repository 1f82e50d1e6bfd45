"""
The file of a SQLite database: where it is, and whether that is a good place.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from leadflow.errors import Refused


if TYPE_CHECKING:
    from sqlalchemy import URL


__all__ = ("network_of", "path_of")

_NETWORKS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs", "glusterfs"}
)


def path_of(url: URL) -> Path:
    """
    Return the file that *url* names.

    Raises:
        Refused: it names none: a database in memory, or a ``file:`` URI.
    """
    name = url.database or ""
    if not name or ":memory:" in name or url.query.get("mode") == "memory":
        raise Refused(
            "store.memory-database",
            "each connection would see a database of its own in memory:"
            " use leadflow.storage.MemoryStore",
        )
    if name.startswith("file:"):
        raise Refused(
            "store.file-uri", "name the file by its path: sqlite:///path/to/file"
        )
    return Path(name).absolute()


def network_of(path: Path) -> str:
    """
    Return the kind of network file system that *path* is on, as far as is known.
    """
    try:
        mounts = Path("/proc/mounts").read_text("utf-8", errors="replace")
    except OSError:
        return ""
    best, kind = "", ""
    for line in mounts.splitlines():
        _, place, system, *_ = line.split(" ")
        place = place.replace("\\040", " ")
        if len(place) >= len(best) and path.is_relative_to(place):
            best, kind = place, system
    return kind if kind in _NETWORKS else ""
