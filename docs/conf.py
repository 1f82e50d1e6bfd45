"""
How the docs are built.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path


HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

project = "leadflow"
author = "The leadflow authors"
project_copyright = "the leadflow authors"
with (HERE.parent / "pyproject.toml").open("rb") as file:
    release = version = tomllib.load(file)["project"]["version"]
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "_reference"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "leadflow"

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3

# A name in single backticks is a link to what it names.
default_role = "py:obj"

autodoc_default_options = {"members": True, "undoc-members": True}
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
napoleon_numpy_docstring = False

nitpicky = True
