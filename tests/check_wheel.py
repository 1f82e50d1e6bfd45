"""
Use an installed leadflow that has none of its extras.

Run by the gate in an environment with nothing but the wheel: what needs an extra
has to say which, and everything else has to work.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from importlib.metadata import distribution
from pathlib import Path
from sysconfig import get_path

import leadflow


def wrong() -> list[str]:
    """
    Return what is wrong with the installed package, a line for each thing.
    """
    home = Path(leadflow.__file__)
    found = []
    if not home.is_relative_to(get_path("purelib")):
        found.append(f"{home} is not what was installed")
    if not (home.parent / "py.typed").is_file():
        found.append("py.typed is missing")
    for module in pkgutil.walk_packages(leadflow.__path__, "leadflow."):
        # A private module is imported by the public one that knows the extra.
        if "._" in module.name:
            continue
        try:
            importlib.import_module(module.name)
        except ImportError as error:
            if "leadflow[" not in str(error):
                found.append(f"{module.name}: {error!r} names no extra")
    extras = distribution("leadflow").metadata.get_all("Provides-Extra") or []
    if not extras:
        found.append("the package offers no extras")
    return found


if __name__ == "__main__":
    problems = wrong()
    if problems:
        sys.exit("\n".join(problems))
    sys.stdout.write("the wheel works without extras\n")
