"""
What a playbook says of one channel (R10).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import attrs

from leadflow.values import ChannelId, MemberId


__all__ = ("ChannelKind", "ChannelSettings", "Escalation", "RepeatRule")

ChannelKind = Literal[
    "email",
    "call",
    "callback",
    "online_call",
    "chat",
    "messenger",
    "social",
    "form",
    "visit",
    "import",
]

RepeatRule = Literal["lead", "client"]
"""What a known client's touch makes: a repeat lead, or nothing but a touch."""


@attrs.frozen(kw_only=True)
class Escalation:
    """
    Name one level of escalation (R33): who is told, *after* how much more time.
    """

    after: timedelta
    policy: str


@attrs.frozen(kw_only=True)
class ChannelSettings:
    """
    Hold what a playbook says of one concrete account (R10).

    *policy* names the assignment policy of what comes in, *calendar* the
    working hours; both are names inside the playbook.  *response_time* is
    working time.  *visible_to* lists members and ``role:`` ids, empty is
    everybody.  *auto_reply* answers what opens a lead; *away_reply* answers whatever
    comes while nobody is there (R9), in its stead.  *extensions* say which telephone
    extension is whose (R3).

    *scenario* is the one that it feeds, empty is the playbook's first.  A missed
    call adds the task *missed_call_task* to its lead or interest, empty adds none.
    """

    id: ChannelId
    kind: ChannelKind
    title: str = ""
    lead_source: bool = True
    policy: str = ""
    reason_required: bool = False
    visible_to: tuple[str, ...] = ()
    response_time: timedelta | None = None
    calendar: str = ""
    escalation: tuple[Escalation, ...] = ()
    auto_reply: str = ""
    away_reply: str = ""
    scenario: str = ""
    region: str = ""
    repeats: RepeatRule = "lead"
    extensions: tuple[tuple[str, MemberId], ...] = ()
    missed_call_task: str = ""

    def member_at(self, extension: str) -> MemberId | None:
        """Return whose *extension* it is, None if nobody's."""
        return dict(self.extensions).get(extension)
