"""
How good a conversion is (R50).

2 to 5 percent is average, 6 to 9 above average, 10 and more good, and 11.45 the
mark that the best aim for.  What lies between two of these bands belongs to the
lower.  Edges are compared as fractions: 10 percent exactly is good, and no
rounding of a display changes a band.
"""

from __future__ import annotations

from fractions import Fraction

import attrs

from leadflow.errors import DefinitionError, Problem


__all__ = ("BANDS", "Band", "band_of")


@attrs.frozen
class Band:
    """
    Name what a conversion of *at_least* (a share, 1 is all) is.
    """

    id: str
    at_least: Fraction


BANDS = (
    Band("below-average", Fraction(0)),
    Band("average", Fraction(2, 100)),
    Band("above-average", Fraction(6, 100)),
    Band("good", Fraction(10, 100)),
    Band("best", Fraction(1145, 10_000)),
)
"""The bands of R50, each up to where the next begins."""


def band_of(converted: int, total: int, bands: tuple[Band, ...] = BANDS) -> Band | None:
    """
    Return the band of *converted* out of *total*; None out of nothing.

    *bands* are in rising order and start at 0.

    Raises:
        DefinitionError: they are not.
    """
    edges = [band.at_least for band in bands]
    if not edges or edges[0] != 0 or edges != sorted(set(edges)):
        raise DefinitionError(
            [Problem("bands", "band-order", "bands rise from 0 without a repetition")]
        )
    if not total:
        return None
    rate = Fraction(converted, total)
    return next(band for band in reversed(bands) if band.at_least <= rate)
