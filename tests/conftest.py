"""
Settings that every test shares.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings


# Deadlines measure the machine, not the code.  In CI a run repeats: the same
# examples every time, and more of them than while working.
settings.register_profile("default", deadline=None, max_examples=60)
settings.register_profile(
    "ci",
    deadline=None,
    max_examples=80,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci" if os.environ.get("CI") else "default")
