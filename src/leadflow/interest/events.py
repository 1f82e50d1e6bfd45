"""
What can happen to an interest, in the past tense.
"""

from __future__ import annotations

from datetime import date
from typing import TypeAlias

import attrs

from leadflow.values import (
    Change,
    ClientId,
    ContactPoint,
    Document,
    Fields,
    InterestId,
    LeadId,
    MemberId,
    Money,
    Product,
    RoleId,
    Source,
    StageId,
    Task,
    TouchId,
    Why,
)


__all__ = (
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
    "InterestTaskAdded",
    "InterestTaskFinished",
    "InterestTouched",
    "InterestWon",
)


@attrs.frozen(kw_only=True)
class InterestOpened:
    """
    Tell that a deal with a client was opened, and under which scenario.
    """

    interest: InterestId
    client: ClientId
    scenario: str
    version: int
    stage: StageId
    theme: str = ""
    description: str = ""
    service: str = ""
    amount: Money | None = None
    products: tuple[Product, ...] = ()
    contacts: tuple[ContactPoint, ...] = ()
    fields: Fields = ()
    source: Source = attrs.field(factory=Source)
    channel: str = ""
    kind: str = ""
    lead: LeadId | None = None
    touch: TouchId | None = None
    expected_close: date | None = None


@attrs.frozen(kw_only=True)
class InterestMoved:
    """
    Tell that it went to another open stage; *skipped* names what lay between.
    """

    was: StageId
    stage: StageId
    skipped: tuple[StageId, ...] = ()


@attrs.frozen(kw_only=True)
class InterestWon:
    """
    Tell that it was won (R41).
    """

    was: StageId
    stage: StageId
    skipped: tuple[StageId, ...] = ()
    comment: str = ""


@attrs.frozen(kw_only=True)
class InterestLost:
    """
    Tell that it was lost, and for which reason (R41).
    """

    was: StageId
    stage: StageId
    reason: str = ""
    comment: str = ""


@attrs.frozen(kw_only=True)
class InterestReopened:
    """
    Tell that a won or lost interest is open again, at *stage*.
    """

    was: StageId
    stage: StageId


@attrs.frozen(kw_only=True)
class InterestAssigned:
    """
    Tell who answers for it, who works on it beside, and why.
    """

    members: tuple[MemberId, ...]
    role: RoleId | None = None
    collaborators: tuple[MemberId, ...] = ()
    why: Why
    before: tuple[MemberId, ...] = ()


@attrs.frozen(kw_only=True)
class InterestEdited:
    """
    Tell which fields were what before and are what after (R28).
    """

    changes: tuple[Change, ...]
    theme: str | None = None
    description: str | None = None
    service: str | None = None
    amount: Money | None = None
    products: tuple[Product, ...] | None = None
    contacts: tuple[ContactPoint, ...] | None = None
    fields: Fields | None = None
    source: Source | None = None
    expected_close: date | None = None


@attrs.frozen(kw_only=True)
class InterestChecked:
    """
    Tell that an item of the checklist was ticked, or that the tick was taken off.
    """

    item: str
    done: bool = True


@attrs.frozen(kw_only=True)
class InterestDocumented:
    """
    Tell that a document was attached (R38).
    """

    document: Document


@attrs.frozen(kw_only=True)
class InterestTaskAdded:
    """
    Tell that something is to be done about it (R26).
    """

    task: Task


@attrs.frozen(kw_only=True)
class InterestTaskFinished:
    """
    Tell that a task was done.
    """

    task: str


@attrs.frozen(kw_only=True)
class InterestTouched:
    """
    Tell that the client came again while it is open.
    """

    touch: TouchId


@attrs.frozen(kw_only=True)
class InterestNoted:
    """
    Tell what a member wrote to the others, and whom they mentioned.
    """

    text: str
    mentions: tuple[MemberId, ...] = ()


InterestEvent: TypeAlias = (
    InterestOpened
    | InterestMoved
    | InterestWon
    | InterestLost
    | InterestReopened
    | InterestAssigned
    | InterestEdited
    | InterestChecked
    | InterestDocumented
    | InterestTaskAdded
    | InterestTaskFinished
    | InterestTouched
    | InterestNoted
)
