"""
leadflow: the rules of lead handling as a typed library.

Here stand the words that every program needs; each room has its own, in the
module of its name.  Importing this loads attrs and nothing else of others.
"""

from __future__ import annotations

from leadflow.errors import (
    Conflict,
    DefinitionError,
    LeadflowError,
    Malformed,
    Problem,
    Refused,
    StoreError,
    UnknownRecord,
    Unverified,
)
from leadflow.values import (
    SYSTEM,
    Actor,
    Attachment,
    ChannelId,
    ClientId,
    ContactPoint,
    InterestId,
    LeadId,
    MemberId,
    Moment,
    Money,
    Person,
    Product,
    Ref,
    RoleId,
    Source,
    StageId,
    TouchId,
    member,
)


__all__ = (
    "SYSTEM",
    "Actor",
    "Attachment",
    "ChannelId",
    "ClientId",
    "Conflict",
    "ContactPoint",
    "DefinitionError",
    "InterestId",
    "LeadId",
    "LeadflowError",
    "Malformed",
    "MemberId",
    "Moment",
    "Money",
    "Person",
    "Problem",
    "Product",
    "Ref",
    "Refused",
    "RoleId",
    "Source",
    "StageId",
    "StoreError",
    "TouchId",
    "UnknownRecord",
    "Unverified",
    "member",
)
