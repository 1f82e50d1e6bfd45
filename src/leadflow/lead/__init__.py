"""
A lead: the interest of a person before there is a relationship (R20, R21).

In the order of its sisters `leadflow.client` and `leadflow.interest`: `events`
that can happen, the `state` that they make, and the `decisions` that answer
events or refuse.
"""

from __future__ import annotations

from leadflow.lead.decisions import (
    add_task,
    answer,
    assign,
    called,
    convert,
    edit,
    finish_task,
    move,
    note,
    reject,
    reopen,
    tag,
    take,
    touch,
)
from leadflow.lead.events import (
    LeadAnswered,
    LeadAssigned,
    LeadConverted,
    LeadEdited,
    LeadEvent,
    LeadMoved,
    LeadNoted,
    LeadOpened,
    LeadOverdue,
    LeadRejected,
    LeadReopened,
    LeadTagged,
    LeadTaskAdded,
    LeadTaskFinished,
    LeadTouched,
)
from leadflow.lead.state import CONVERTED, REJECTED, Lead, evolve, index, open_claims


__all__ = (
    "CONVERTED",
    "REJECTED",
    "Lead",
    "LeadAnswered",
    "LeadAssigned",
    "LeadConverted",
    "LeadEdited",
    "LeadEvent",
    "LeadMoved",
    "LeadNoted",
    "LeadOpened",
    "LeadOverdue",
    "LeadRejected",
    "LeadReopened",
    "LeadTagged",
    "LeadTaskAdded",
    "LeadTaskFinished",
    "LeadTouched",
    "add_task",
    "answer",
    "assign",
    "called",
    "convert",
    "edit",
    "evolve",
    "finish_task",
    "index",
    "move",
    "note",
    "open_claims",
    "reject",
    "reopen",
    "tag",
    "take",
    "touch",
)
