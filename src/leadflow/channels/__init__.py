"""
Channels: the outcomes of a delivery, the adapter protocols, and the adapters.

Each adapter lives in a module of its own, named after its platform, and is
imported from there: `leadflow.channels.email`, `~leadflow.channels.webform`,
`~leadflow.channels.telegram` and their sisters.  What several share stands in
modules whose names begin with an underscore.
"""

from __future__ import annotations

from leadflow.channels.outcomes import (
    PERSON,
    Amendment,
    Call,
    CallDirection,
    CallResult,
    ContactChange,
    Fetch,
    Ignored,
    IgnoredReason,
    Inbound,
    InboundKind,
    Judgement,
    Outcome,
    PointerOnly,
    Receipt,
    ReceiptStatus,
)
from leadflow.channels.protocol import (
    ACCEPTED,
    FORBIDDEN,
    Answer,
    Channel,
    Delivery,
    FetchingChannel,
    Outgoing,
    Reading,
    Reply,
    ReplyingChannel,
    guarded,
)


__all__ = (
    "ACCEPTED",
    "FORBIDDEN",
    "PERSON",
    "Amendment",
    "Answer",
    "Call",
    "CallDirection",
    "CallResult",
    "Channel",
    "ContactChange",
    "Delivery",
    "Fetch",
    "FetchingChannel",
    "Ignored",
    "IgnoredReason",
    "Inbound",
    "InboundKind",
    "Judgement",
    "Outcome",
    "Outgoing",
    "PointerOnly",
    "Reading",
    "Receipt",
    "ReceiptStatus",
    "Reply",
    "ReplyingChannel",
    "guarded",
)
