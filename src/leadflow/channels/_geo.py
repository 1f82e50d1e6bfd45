"""
Places as text that maps open and people can read.
"""

from __future__ import annotations


__all__ = ("geo_uri",)


def geo_uri(latitude: object, longitude: object) -> str:
    """
    Return a place as a geo URI (RFC 5870), empty where the numbers are no place.
    """
    numbers = [
        float(end)
        for end, most in ((latitude, 90), (longitude, 180))
        if (type(end) is int or isinstance(end, float)) and abs(end) <= most
    ]
    return f"geo:{numbers[0]:.6f},{numbers[1]:.6f}" if len(numbers) == 2 else ""
