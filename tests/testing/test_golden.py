"""
Golden files notice every change of what is stored.
"""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from leadflow.codec import Codec, CodecBuilder
from leadflow.errors import Refused
from leadflow.testing.golden import GoldenFiles


@attrs.frozen
class Parcel:
    weight: int
    to: str = "shop"
    stops: tuple[str, ...] = ()


def codec(cls: type = Parcel, version: int = 1) -> Codec:
    """
    Return a codec in which *cls* is what a parcel is.
    """
    builder = CodecBuilder().event("parcel.sent", version, cls)
    for start in range(1, version):
        builder.upcast("parcel.sent", start, lambda data: {**data, "to": "shop"})
    return builder.build()


@pytest.fixture(name="golden")
def _golden(tmp_path: Path) -> GoldenFiles:
    golden = GoldenFiles(codec(), tmp_path)
    golden.write(Parcel(1), Parcel(2, "home", ("a", "b")))
    return golden


def problems(golden: GoldenFiles, cls: type, version: int = 1) -> list[str]:
    """
    Return what the files say when a parcel is *cls* from now on.
    """
    return GoldenFiles(codec(cls, version), golden.folder).problems()


class TestWriting:
    def test_a_file_a_version(self, golden: GoldenFiles) -> None:
        """
        Samples of one class go into one file, named after name and version.
        """
        names = [path.name for path in golden.folder.iterdir()]

        assert (["parcel.sent.v1.json"], []) == (names, golden.problems())

    def test_files_are_never_edited(self, golden: GoldenFiles) -> None:
        """
        A file that is there is left as it is.
        """
        before = golden.path("parcel.sent", 1).read_bytes()

        assert ([], before) == (
            golden.write(Parcel(9)),
            golden.path("parcel.sent", 1).read_bytes(),
        )

    def test_strangers_are_refused(self, golden: GoldenFiles) -> None:
        """
        What the codec does not know cannot be sampled.
        """
        with pytest.raises(Refused, match=r"codec\.unknown-class"):
            golden.write("parcel")


class TestNoticing:
    def test_missing_files(self, golden: GoldenFiles) -> None:
        """
        Every version that can be read has its file.
        """
        assert ["parcel.sent.v2.json is missing"] == problems(golden, Parcel, 2)

    def test_a_new_field_is_no_problem(self, golden: GoldenFiles) -> None:
        """
        A field more, with a default, changes nothing that was stored.
        """

        @attrs.frozen
        class Wider(Parcel):
            colour: str = ""

        assert [] == problems(golden, Wider)

    def test_a_changed_default(self, golden: GoldenFiles) -> None:
        """
        Another default gives old data another meaning.
        """

        @attrs.frozen
        class Changed:
            weight: int
            to: str = "home"
            stops: tuple[str, ...] = ()

        assert ["parcel.sent.v1.json[0].to was 'shop' and is 'home'"] == (
            problems(golden, Changed)
        )

    def test_a_renamed_field(self, golden: GoldenFiles) -> None:
        """
        A field under another name is gone.
        """

        @attrs.frozen
        class Renamed:
            weight: int
            where: str = "shop"
            stops: tuple[str, ...] = ()

        assert [
            "parcel.sent.v1.json[0].to is gone",
            "parcel.sent.v1.json[1].to is gone",
        ] == problems(golden, Renamed)

    def test_shortened_lists(self, golden: GoldenFiles) -> None:
        """
        Items that are dropped while reading are noticed.
        """

        @attrs.frozen
        class Short:
            weight: int
            to: str = "shop"
            stops: tuple[str, ...] = attrs.field(
                default=(), converter=lambda stops: stops[:1]
            )

        assert ["parcel.sent.v1.json[1].stops had 2 items and has 1"] == (
            problems(golden, Short)
        )

    def test_unreadable_files(self, golden: GoldenFiles) -> None:
        """
        A required field that old data lacks makes it unreadable.
        """

        @attrs.frozen
        class Stricter:
            weight: int
            colour: str

        found = problems(golden, Stricter)

        assert [True, True] == ["required field 'colour'" in line for line in found]

    def test_old_versions_need_only_be_readable(self, golden: GoldenFiles) -> None:
        """
        What an older version meant may have other words today.
        """
        later = GoldenFiles(codec(Parcel, 2), golden.folder)
        later.write(Parcel(3))

        assert [] == later.problems()
