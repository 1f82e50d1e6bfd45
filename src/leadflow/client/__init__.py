"""
A client: a person or company with whom there is a relationship.

In the order of its sisters `leadflow.lead` and `leadflow.interest`: `events`
that can happen, the `state` that they make, and the `decisions` that answer
events or refuse.
"""

from __future__ import annotations

from leadflow.client.decisions import assign, edit, join, note, tag, touch
from leadflow.client.events import (
    ClientAdded,
    ClientAssigned,
    ClientEdited,
    ClientEvent,
    ClientInterestClosed,
    ClientInterestOpened,
    ClientJoined,
    ClientNoted,
    ClientTagged,
    ClientTouched,
)
from leadflow.client.state import Client, contact_claims, evolve, index


__all__ = (
    "Client",
    "ClientAdded",
    "ClientAssigned",
    "ClientEdited",
    "ClientEvent",
    "ClientInterestClosed",
    "ClientInterestOpened",
    "ClientJoined",
    "ClientNoted",
    "ClientTagged",
    "ClientTouched",
    "assign",
    "contact_claims",
    "edit",
    "evolve",
    "index",
    "join",
    "note",
    "tag",
    "touch",
)
