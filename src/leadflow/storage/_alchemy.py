"""
The door to SQLAlchemy: importing it without the extra tells how to get it.
"""

from __future__ import annotations


try:
    from sqlalchemy import make_url
except ImportError as error:
    raise ImportError(
        "leadflow.storage.sql needs SQLAlchemy: pip install leadflow[sql]"
    ) from error

__all__ = ("make_url",)
