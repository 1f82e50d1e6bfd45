"""
An interest: one deal with a client, on its way through a scenario (R40).

In the order of its sisters `leadflow.lead` and `leadflow.client`: `events` that
can happen, the `state` that they make, and the `decisions` that answer events or
refuse.
"""

from __future__ import annotations

from leadflow.interest.decisions import (
    add_task,
    assign,
    attach,
    check,
    edit,
    finish_task,
    lose,
    missing,
    move,
    note,
    reopen,
    standing,
    touch,
    win,
)
from leadflow.interest.events import (
    InterestAssigned,
    InterestChecked,
    InterestDocumented,
    InterestEdited,
    InterestEvent,
    InterestLost,
    InterestMoved,
    InterestNoted,
    InterestOpened,
    InterestReopened,
    InterestTaskAdded,
    InterestTaskFinished,
    InterestTouched,
    InterestWon,
)
from leadflow.interest.state import Interest, InterestStanding, Stay, evolve, index


__all__ = (
    "Interest",
    "InterestAssigned",
    "InterestChecked",
    "InterestDocumented",
    "InterestEdited",
    "InterestEvent",
    "InterestLost",
    "InterestMoved",
    "InterestNoted",
    "InterestOpened",
    "InterestReopened",
    "InterestStanding",
    "InterestTaskAdded",
    "InterestTaskFinished",
    "InterestTouched",
    "InterestWon",
    "Stay",
    "add_task",
    "assign",
    "attach",
    "check",
    "edit",
    "evolve",
    "finish_task",
    "index",
    "lose",
    "missing",
    "move",
    "note",
    "reopen",
    "standing",
    "touch",
    "win",
)
