"""
The playbook: the whole configuration as one frozen value, checked as a whole.

Write it in Python (`Playbook`) or in TOML (`load`, `loads`): the checks are the
same and tell all problems at once.  `preset` gives one to start from.
"""

from __future__ import annotations

from leadflow.playbook._data import (
    FORMAT,
    load,
    loads,
    playbook_of,
    playbook_to_data,
)
from leadflow.playbook._presets import PRESETS, preset
from leadflow.playbook.fields import FieldOf, FieldSpec, FieldType, FieldValue
from leadflow.playbook.value import Playbook


__all__ = (
    "FORMAT",
    "PRESETS",
    "FieldOf",
    "FieldSpec",
    "FieldType",
    "FieldValue",
    "Playbook",
    "load",
    "loads",
    "playbook_of",
    "playbook_to_data",
    "preset",
)
