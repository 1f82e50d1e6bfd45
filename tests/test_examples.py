"""
The examples: each is a whole program that runs.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


EXAMPLES = Path(__file__).parent.parent / "examples"

SAID = {
    "async_intake.py": ["messages: 12", "leads: 3"],
    "check_a_process.py": [
        "undeclared-field",
        "stateDiagram-v2",
        "stopped: held: interest.move.skip-forbidden",
        "stopped: contract: interest.requirement.not-met field:amount",
        "stopped: refused: reason.required reason",
    ],
    "webhook_app.py": ["200 OK", '"name": "Ann Lee"'],
}


def test_every_example_is_listed() -> None:
    """Every program among the examples has its expected words here."""
    assert set(SAID) == {path.name for path in EXAMPLES.glob("*.py")}


@pytest.mark.parametrize("name", sorted(SAID))
def test_says_what_it_should(name: str) -> None:
    """The example runs to its end and says what it is about."""
    run = subprocess.run(
        [sys.executable, "-W", "error", str(EXAMPLES / name)],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )

    assert (0, []) == (
        run.returncode,
        [words for words in SAID[name] if words not in run.stdout],
    ), run.stderr
