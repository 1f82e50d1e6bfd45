"""
A touch: the record of one thing that came in, and of what became of it.

Every inbound makes one touch (R1), whether it makes a lead or not.  What is no
person's attention is kept as a notice, so that every delivery is accounted for
(R12).
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias, assert_never

import attrs

from leadflow.channels.outcomes import Call, Inbound
from leadflow.values import Attachment, ChannelId, ClientId, Index, Ref, Term, TouchId


__all__ = (
    "Notice",
    "NoticeKind",
    "NoticeRecorded",
    "Standing",
    "Touch",
    "TouchAmended",
    "TouchAnswered",
    "TouchEvent",
    "TouchExtended",
    "TouchJoined",
    "TouchRecorded",
    "evolve",
    "evolve_notice",
    "index",
    "index_notice",
)

Standing = Literal["opened", "joined", "repeat", "recorded"]
"""What a touch did: opened a lead, joined one, came from a known client, or
was recorded only."""


@attrs.frozen(kw_only=True)
class Touch:
    """
    Hold one thing that came in, and where it belongs.

    *party* is the lead or client that it belongs to, None where it was recorded
    only; *client* the known client and *interest* the open interest that it also
    stands with.  *text* and *call* are the present ones: *inbound* keeps the first.
    """

    id: TouchId
    at: datetime
    inbound: Inbound
    standing: Standing
    party: Ref | None = None
    client: ClientId | None = None
    interest: Ref | None = None
    reason: str = ""
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    also_by: tuple[ChannelId, ...] = ()
    parts: int = 1
    edits: int = 0
    answers: int = 0
    deleted: bool = False
    call: Call | None = None


# -- events ----------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class TouchRecorded:
    """
    Tell that something came in, and to whom it belongs.
    """

    touch: TouchId
    inbound: Inbound
    standing: Standing
    party: Ref | None = None
    client: ClientId | None = None
    interest: Ref | None = None
    reason: str = ""


@attrs.frozen(kw_only=True)
class TouchExtended:
    """
    Tell that another part of the same thing came in (an album, a second mailbox).

    *call* is what the part tells of a call, whose end comes after its beginning.
    """

    channel: ChannelId
    external_id: str
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    call: Call | None = None


@attrs.frozen(kw_only=True)
class TouchJoined:
    """
    Tell that a touch belongs to *party* from now on.
    """

    standing: Standing
    party: Ref
    client: ClientId | None = None
    interest: Ref | None = None
    reason: str = ""


@attrs.frozen(kw_only=True)
class TouchAmended:
    """
    Tell that its sender edited or deleted it; *before* keeps what stood there.
    """

    kind: Literal["edit", "deletion"]
    before: str
    after: str = ""


@attrs.frozen(kw_only=True)
class TouchAnswered:
    """
    Tell what was answered to it, through the channel that it came in by (R8).

    *reply* is our id of the answer, the one that receipts name.
    """

    reply: str
    text: str
    automatic: bool = False


TouchEvent: TypeAlias = (
    TouchRecorded | TouchExtended | TouchJoined | TouchAmended | TouchAnswered
)


def evolve(state: Touch | None, event: TouchEvent, at: datetime) -> Touch:
    """
    Return the touch as it is after *event*.
    """
    if isinstance(event, TouchRecorded):
        return Touch(
            id=event.touch,
            at=at,
            inbound=event.inbound,
            standing=event.standing,
            party=event.party,
            client=event.client,
            interest=event.interest,
            reason=event.reason,
            text=event.inbound.text,
            attachments=event.inbound.attachments,
            call=event.inbound.call,
        )
    if state is None:
        raise AssertionError("a touch begins with being recorded")
    match event:
        case TouchExtended():
            other = event.channel != state.inbound.channel
            known = not other or event.channel in state.also_by
            new = tuple(a for a in event.attachments if a not in state.attachments)
            texts = (state.text, "" if event.text == state.text else event.text)
            return attrs.evolve(
                state,
                text="\n".join(text for text in texts if text),
                attachments=state.attachments + new,
                also_by=state.also_by if known else (*state.also_by, event.channel),
                parts=state.parts if other else state.parts + 1,
                call=_whole_call(state.call, event.call),
            )
        case TouchJoined():
            return attrs.evolve(
                state,
                standing=event.standing,
                party=event.party,
                client=event.client,
                interest=event.interest,
                reason=event.reason,
            )
        case TouchAmended(kind="edit"):
            return attrs.evolve(state, text=event.after, edits=state.edits + 1)
        case TouchAmended():
            return attrs.evolve(state, deleted=True)
        case TouchAnswered():
            return attrs.evolve(state, answers=state.answers + 1)
        case _:
            assert_never(event)


def _whole_call(was: Call | None, came: Call | None) -> Call | None:
    """
    Return one call of two parts: it is missed only if it is so in every part.
    """
    if was is None or came is None:
        return was or came
    if was.result != "answered" and came.result == "answered":
        was, came = came, was
    return attrs.evolve(
        was,
        line=was.line or came.line,
        employee=was.employee or came.employee,
        talk=max(was.talk, came.talk),
        recording=was.recording or came.recording,
    )


def index(state: Touch) -> Index:
    """
    Return by what a touch is found.
    """
    terms: set[Term] = {
        ("channel", state.inbound.channel),
        ("standing", state.standing),
    }
    if state.party is not None:
        terms.add(("party", str(state.party)))
    if state.interest is not None:
        terms.add(("interest", state.interest.id))
    if state.call is not None:
        terms.add(("call", state.call.result))
    return Index(state.at, frozenset(terms))


# -- notices ---------------------------------------------------------------------

NoticeKind = Literal["ignored", "receipt", "contact_change", "pointer", "malformed"]


@attrs.frozen(kw_only=True)
class Notice:
    """
    Hold what came in and is no person's attention, with the reason (R12).
    """

    id: TouchId
    at: datetime
    kind: NoticeKind
    channel: ChannelId
    external_id: str
    reason: str
    detail: str = ""


@attrs.frozen(kw_only=True)
class NoticeRecorded:
    """
    Tell that something came in that is no person's attention.
    """

    notice: TouchId
    kind: NoticeKind
    channel: ChannelId
    external_id: str
    reason: str
    detail: str = ""


def evolve_notice(state: Notice | None, event: NoticeRecorded, at: datetime) -> Notice:
    """
    Return the notice that *event* tells of; it never changes after.
    """
    if state is not None:
        raise AssertionError("a notice is recorded once")
    return Notice(
        id=event.notice,
        at=at,
        kind=event.kind,
        channel=event.channel,
        external_id=event.external_id,
        reason=event.reason,
        detail=event.detail,
    )


def index_notice(state: Notice) -> Index:
    """
    Return by what a notice is found.
    """
    return Index(
        state.at,
        frozenset(
            {
                ("channel", state.channel),
                ("kind", state.kind),
                ("reason", str(state.reason)),
            }
        ),
    )
