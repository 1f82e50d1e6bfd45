"""
Whatever was stored once is read for ever, and means what it meant.

The files beside this are of every name and version that was ever stored.  They
are added and never edited: when one fails, the code is wrong, or a new version
with its upcaster is missing.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import attrs
import pytest

from leadflow.records import leadflow_codec
from leadflow.values import Money, Task
from tests.golden._samples import FOLDER, bare, filled, missing, read, spelled, stored


FILES = sorted(FOLDER.glob("*.json"))
CODEC = leadflow_codec()


def of(path: Path) -> tuple[str, int]:
    """
    Return the name and the version that the file at *path* is of.
    """
    found = re.fullmatch(r"(.+)\.v(\d+)", path.stem)
    assert found is not None
    return found[1], int(found[2])


def samples(path: Path) -> list[dict[str, Any]]:
    """
    Return the samples in the file at *path*.
    """
    listed: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return listed


def lost(meant: Any, means: Any, place: str = "") -> list[str]:
    """
    Return where *means* no longer says what *meant* said.

    A field more is no loss: what was stored before it lacks it.
    """
    if isinstance(meant, dict) and isinstance(means, dict):
        return [
            found
            for key, value in meant.items()
            for found in lost(value, means.get(key, "nothing"), f"{place}/{key}")
        ]
    if isinstance(meant, list) and isinstance(means, list) and len(meant) == len(means):
        return [
            found
            for index, pair in enumerate(zip(meant, means, strict=True))
            for found in lost(*pair, f"{place}/{index}")
        ]
    return [] if meant == means else [f"{place}: {meant!r} became {means!r}"]


class TestFiles:
    def test_none_is_missing(self) -> None:
        """
        Each name and version that can be stored today has its file.
        """
        assert [] == [path.name for path, _ in missing()]

    @pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
    def test_means_what_it_meant(self, path: Path) -> None:
        """
        What was stored under a version is read as what it said then.
        """
        name, version = of(path)
        found = [
            place
            for sample in samples(path)
            for value in [read(CODEC, name, version, json.dumps(sample["stored"]))]
            for place in lost(sample["means"], spelled(CODEC, value))
        ]

        assert [] == found

    @pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
    def test_lasts(self, path: Path) -> None:
        """
        What was read is stored again and read as the same.
        """
        name, version = of(path)
        today = dict(CODEC.names)[name]
        values = [
            read(CODEC, name, version, json.dumps(sample["stored"]))
            for sample in samples(path)
        ]

        assert values == [
            read(CODEC, name, today, stored(CODEC, name, value)) for value in values
        ]

    @pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
    def test_is_known(self, path: Path) -> None:
        """
        A name that was ever stored stays known, and no file is of a later version.
        """
        name, version = of(path)

        assert version in range(1, dict(CODEC.names)[name] + 1)


class TestSamples:
    def test_filled(self) -> None:
        """
        A filled sample leaves no field at its default.
        """
        sample = filled(Task)
        defaults = {
            field.name: field.default
            for field in attrs.fields(Task)
            if field.default is not attrs.NOTHING
        }

        assert [] == [
            name for name, value in defaults.items() if getattr(sample, name) == value
        ]

    def test_bare(self) -> None:
        """
        A bare sample has only what it must have.
        """
        assert Money(3, "currency – текст") == bare(Money)

    def test_sees_a_change(self) -> None:
        """
        A value that became another is told with its place.
        """
        assert ["/a/0: 1 became 2"] == lost({"a": [1]}, {"a": [2], "b": 3})

    def test_sees_a_loss(self) -> None:
        """
        A field that is gone is told.
        """
        assert ["/a: 1 became 'nothing'"] == lost({"a": 1}, {})

    def test_sees_a_shorter_list(self) -> None:
        """
        A list that lost an item is told.
        """
        assert ["/a: [1, 2] became [1]"] == lost({"a": [1, 2]}, {"a": [1]})
