"""
What users test their own adapters, stores and playbooks with.

Each contract suite lives in a module of its own and is imported from there
(`leadflow.testing.channels`).  They need pytest and hypothesis, which
``leadflow[testing]`` brings.
"""

from __future__ import annotations

import pkgutil


try:
    import hypothesis  # noqa: F401 - the suites need it, and say so here
    import pytest
except ImportError as _missing:
    raise ImportError(
        "leadflow.testing needs pytest and hypothesis: pip install leadflow[testing]"
    ) from _missing

# So that a failing clause shows its values in anybody's run; it has to be said
# before a module is imported.
pytest.register_assert_rewrite(
    *(f"{__name__}.{module.name}" for module in pkgutil.iter_modules(__path__))
)


__all__ = ()
