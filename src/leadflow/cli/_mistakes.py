"""
The one error of the command line's own.
"""

from __future__ import annotations


__all__ = ("Mistake",)


class Mistake(Exception):
    """
    Tell that a command cannot be meant as it was given.
    """
