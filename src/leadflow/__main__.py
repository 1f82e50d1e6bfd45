"""
Run the command line: ``python -m leadflow``.
"""

from __future__ import annotations

import sys

from leadflow.cli import main


if __name__ == "__main__":
    sys.exit(main())
