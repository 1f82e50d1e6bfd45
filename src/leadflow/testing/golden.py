"""
Golden files: what was stored once is read for ever, and means what it meant.

One file holds samples of one stored name in one version: the text as it was
stored, and every field as it was meant.  Files are added with each version and
never edited.  A test that asks for `GoldenFiles.problems` then notices a field
that was renamed, a default that was changed and a version without its upcaster,
before data in production does::

    def test_golden_files():
        golden = GoldenFiles(my_codec(), Path("tests/golden"))
        golden.write(*one_sample_of_each_class)
        assert golden.problems() == []
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from leadflow.codec import Codec
from leadflow.errors import LeadflowError


if TYPE_CHECKING:
    from collections.abc import Iterator


__all__ = ("GoldenFiles",)


@attrs.frozen
class GoldenFiles:
    """
    Keep the golden files of *codec* in *folder*, one a name and version.
    """

    codec: Codec
    folder: Path

    def path(self, name: str, version: int) -> Path:
        """
        Return where the samples of *name* in *version* are.
        """
        return self.folder / f"{name}.v{version}.json"

    def write(self, *samples: object) -> list[Path]:
        """
        Write the files that are not there yet, from *samples*; return them.

        A sample is a record's state or an event; several of one class go into one
        file.  A file that exists is left as it is.
        """
        fresh: dict[Path, list[dict[str, Any]]] = {}
        for sample in samples:
            name, version, text = self.codec.encode(sample)
            path = self.path(name, version)
            if path in fresh or not path.exists():
                fresh.setdefault(path, []).append(
                    {"means": self._means(sample), "stored": json.loads(text)}
                )
        for path, listed in fresh.items():
            text = json.dumps(listed, ensure_ascii=False, indent=1, sort_keys=True)
            path.write_text(f"{text}\n", "utf-8")
        return list(fresh)

    def problems(self) -> list[str]:
        """
        Return what is wrong: files that are missing, and what changed its meaning.
        """
        found: list[str] = []
        today = dict(self.codec.names)
        for name, version in self.codec.names:
            path = self.path(name, version)
            if not path.exists():
                found.append(f"{path.name} is missing")
                continue
            for place, sample in enumerate(json.loads(path.read_text("utf-8"))):
                text = json.dumps(sample["stored"])
                try:
                    value = self.codec.decode(name, version, text)
                except LeadflowError as error:
                    found.append(f"{path.name}[{place}] cannot be read: {error}")
                    continue
                # An older version may have meant what has other words today.
                if version == today[name]:
                    found.extend(
                        f"{path.name}[{place}]{change}"
                        for change in _changes(sample["means"], self._means(value))
                    )
        return found

    def _means(self, value: object) -> Any:
        return json.loads(json.dumps(self.codec.spell_out(value)))


def _changes(meant: Any, means: Any, place: str = "") -> Iterator[str]:
    """
    Yield where *means* says something else; a field more is no change.
    """
    if isinstance(meant, dict) and isinstance(means, dict):
        for key, value in meant.items():
            if key not in means:
                yield f"{place}.{key} is gone"
            else:
                yield from _changes(value, means[key], f"{place}.{key}")
    elif isinstance(meant, list) and isinstance(means, list):
        if len(meant) != len(means):
            yield f"{place} had {len(meant)} items and has {len(means)}"
        for index, pair in enumerate(zip(meant, means, strict=False)):
            yield from _changes(*pair, f"{place}[{index}]")
    elif meant != means:
        yield f"{place} was {meant!r} and is {means!r}"
