"""
The playbooks that ship with leadflow.
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from leadflow.errors import UnknownRecord
from leadflow.playbook._data import loads


if TYPE_CHECKING:
    from leadflow.playbook.value import Playbook


__all__ = ("PRESETS", "preset")

PRESETS = ("english", "russian")
"""The names of the playbooks that ship with leadflow."""


def preset(name: str = "english") -> Playbook:
    """
    Return a playbook to start from.

    Raises:
        UnknownRecord: none of `PRESETS` is called *name*.
    """
    if name not in PRESETS:
        raise UnknownRecord(
            "playbook.unknown-preset",
            f"there is no preset {name}, there are {', '.join(PRESETS)}",
        )
    text = resources.files("leadflow.presets").joinpath(f"{name}.toml")
    return loads(text.read_text(encoding="utf-8"))
