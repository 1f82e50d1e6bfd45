"""
Reading tables of a definition key by key, shared by everything read from TOML.
"""

from __future__ import annotations

from leadflow.team._reading import Table


__all__ = ("Table",)
