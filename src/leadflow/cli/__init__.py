"""
The command line: ``leadflow``, or ``python -m leadflow``.

`main` answers the exit code: 0 when all went well, 1 when something was refused,
broken or left over, 2 when the command itself was wrong.  A user's mistake is
told in one line on stderr.
"""

from __future__ import annotations

from leadflow.cli._main import main


__all__ = ("main",)
