"""
How good a conversion is (R50).
"""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.errors import DefinitionError
from leadflow.funnel.bands import BANDS, Band, band_of


class TestBands:
    @pytest.mark.parametrize(
        ("converted", "total", "band"),
        [
            (0, 100, "below-average"),
            (199, 10_000, "below-average"),
            (2, 100, "average"),
            (5, 100, "average"),
            (55, 1_000, "average"),
            (5_999, 100_000, "average"),
            (6, 100, "above-average"),
            (9, 100, "above-average"),
            (99, 1_000, "above-average"),
            (99_999, 1_000_000, "above-average"),
            (1, 10, "good"),
            (11, 100, "good"),
            (11_449, 100_000, "good"),
            (1_145, 10_000, "best"),
            (229, 2_000, "best"),
            (1, 1, "best"),
        ],
    )
    def test_edges(self, converted: int, total: int, band: str) -> None:
        """
        What lies between two bands belongs to the lower (R50).
        """
        found = band_of(converted, total)

        assert found is not None
        assert band == found.id

    def test_of_nothing(self) -> None:
        """
        A conversion of nothing is in no band.
        """
        assert band_of(0, 0) is None

    @given(st.integers(0, 10**30), st.integers(1, 10**30))
    def test_exact(self, converted: int, total: int) -> None:
        """
        No number is so large that an edge is missed.
        """
        rate = Fraction(converted, total)
        reached = [band for band in BANDS if band.at_least <= rate]

        assert reached[-1] == band_of(converted, total)

    @pytest.mark.parametrize(
        "bands",
        [
            (),
            (Band("a", Fraction(1, 2)),),
            (Band("a", Fraction(0)), Band("b", Fraction(0))),
            (Band("a", Fraction(0)), Band("c", Fraction(2)), Band("b", Fraction(1))),
        ],
    )
    def test_own_bands_rise(self, bands: tuple[Band, ...]) -> None:
        """
        Bands of one's own start at nought and rise.
        """
        with pytest.raises(DefinitionError):
            band_of(1, 2, bands)
