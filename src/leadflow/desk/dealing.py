"""
Working an interest through its scenario (R37 to R42).

`MoveInterest` is the one way from stage to stage: `Win` and `Lose` are moves to
the scenario's ends, so the same requirements and reasons are asked for on every
path.  An interest runs under the version of the scenario that it began with.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from datetime import date
from typing import TYPE_CHECKING, TypeAlias, cast

import attrs

from leadflow import interest as interests
from leadflow.client import Client, ClientInterestClosed, ClientInterestOpened
from leadflow.desk.road import Decision, Draft, Facts, Reads
from leadflow.interest import Interest, InterestEvent
from leadflow.playbook import FieldValue, Playbook
from leadflow.values import (
    ContactPoint,
    Document,
    InterestId,
    MemberId,
    Moment,
    Money,
    Product,
    Ref,
    Source,
    Why,
)


if TYPE_CHECKING:
    from leadflow.scenario import Scenario


__all__ = (
    "AttachDocument",
    "Collaborate",
    "EditInterest",
    "Lose",
    "MoveInterest",
    "ReopenInterest",
    "TickItem",
    "Win",
)

Deciding: TypeAlias = Generator[Reads, Facts, Decision[Interest]]


def _dealing(
    playbook: Playbook,
    moment: Moment,
    id: InterestId,  # noqa: A002 - the field's own name
    work: Callable[[Interest, Scenario], tuple[InterestEvent, ...]],
) -> Deciding:
    """
    Read an interest, let *work* decide, and keep its client's list right.
    """
    ref = Ref("interest", id)
    facts = yield Reads(refs=(ref,), guard=(str(ref),))
    interest = cast("Interest", facts.need(ref))
    scenario = playbook.scenario(interest.scenario, interest.version)
    events = work(interest, scenario)
    draft = Draft(facts, moment)
    after = cast("Interest", draft.apply(ref, events))
    if after.is_open != interest.is_open:
        owner = Ref("client", interest.client)
        facts = yield Reads(refs=(owner,))
        client = cast("Client", facts.need(owner))
        draft.apply(
            client.ref,
            (
                ClientInterestOpened(interest=after.id)
                if after.is_open
                else ClientInterestClosed(interest=after.id),
            ),
        )
    return draft.decide(after)


@attrs.frozen(kw_only=True)
class MoveInterest:
    """
    Move an interest to a stage, as a drag on the board does.

    To a lost stage it takes a *reason*, as `Lose` does (K11).
    """

    interest: InterestId
    stage: str
    reason: str = ""
    comment: str = ""

    def decide(self, playbook: Playbook, moment: Moment) -> Deciding:
        """
        Decide that it moves.

        Raises:
            UnknownRecord: the stage is none of its scenario's (K8).
            Refused: no such move, a requirement is not met, a reason is missing.
        """
        return (
            yield from _dealing(
                playbook,
                moment,
                self.interest,
                lambda interest, scenario: interests.move(
                    interest,
                    scenario,
                    self.stage,
                    playbook.catalogue,
                    reason=self.reason,
                    comment=self.comment,
                ),
            )
        )


@attrs.frozen(kw_only=True)
class Win:
    """
    Win an interest: move it to the scenario's first won stage (R41).
    """

    interest: InterestId
    comment: str = ""

    def decide(self, playbook: Playbook, moment: Moment) -> Deciding:
        """
        Decide that it is won.

        Raises:
            Refused: no such move, or a requirement is not met.
        """
        return (
            yield from _dealing(
                playbook,
                moment,
                self.interest,
                lambda interest, scenario: interests.win(
                    interest, scenario, playbook.catalogue, comment=self.comment
                ),
            )
        )


@attrs.frozen(kw_only=True)
class Lose:
    """
    Lose an interest, for a *reason*: move it to the first lost stage (R41).
    """

    interest: InterestId
    reason: str = ""
    comment: str = ""

    def decide(self, playbook: Playbook, moment: Moment) -> Deciding:
        """
        Decide that it is lost.

        Raises:
            Refused: it is closed, or a reason or comment is missing.
        """
        return (
            yield from _dealing(
                playbook,
                moment,
                self.interest,
                lambda interest, scenario: interests.lose(
                    interest,
                    scenario,
                    playbook.catalogue,
                    reason=self.reason,
                    comment=self.comment,
                ),
            )
        )


@attrs.frozen(kw_only=True)
class ReopenInterest:
    """
    Open a won or lost interest again, where it was closed from or at *stage*.
    """

    interest: InterestId
    stage: str = ""

    def decide(self, playbook: Playbook, moment: Moment) -> Deciding:
        """
        Decide that it is open again.

        Raises:
            Refused: it is open, or the stage is not.
        """
        return (
            yield from _dealing(
                playbook,
                moment,
                self.interest,
                lambda interest, scenario: interests.reopen(
                    interest, scenario, self.stage
                ),
            )
        )


@attrs.frozen(kw_only=True)
class TickItem:
    """
    Tick an item of the checklist, or take the tick off.
    """

    interest: InterestId
    item: str
    done: bool = True

    def decide(self, playbook: Playbook, moment: Moment) -> Deciding:
        """
        Decide that it is ticked.

        Raises:
            UnknownRecord: no stage of the scenario has such an item.
        """
        return (
            yield from _dealing(
                playbook,
                moment,
                self.interest,
                lambda interest, scenario: interests.check(
                    interest, scenario, self.item, done=self.done
                ),
            )
        )


@attrs.frozen(kw_only=True)
class AttachDocument:
    """
    Attach a document of some kind (offer, contract, invoice) to an interest (R38).
    """

    interest: InterestId
    document: Document

    def decide(self, playbook: Playbook, moment: Moment) -> Deciding:
        """
        Decide that it is attached; nothing where it is already.
        """
        return (
            yield from _dealing(
                playbook,
                moment,
                self.interest,
                lambda interest, _: interests.attach(interest, self.document),
            )
        )


@attrs.frozen(kw_only=True)
class Collaborate:
    """
    Say which members work on an interest beside its assignee (R40).
    """

    interest: InterestId
    members: tuple[MemberId, ...]

    def decide(self, playbook: Playbook, moment: Moment) -> Deciding:
        """
        Decide who works on it beside.

        Raises:
            UnknownRecord: there is no such member.
        """
        for member in self.members:
            playbook.check_member(member)
        return (
            yield from _dealing(
                playbook,
                moment,
                self.interest,
                lambda interest, _: interests.assign(
                    interest,
                    interest.assignees,
                    interest.role,
                    interest.why or Why(policy="by hand"),
                    collaborators=self.members,
                ),
            )
        )


@attrs.frozen(kw_only=True)
class EditInterest:
    """
    Edit fields of an interest; what is None stays (R28, R40).

    *fields* are custom ones, typed as the playbook declares; None clears one.
    """

    interest: InterestId
    theme: str | None = None
    description: str | None = None
    service: str | None = None
    amount: Money | None = None
    products: tuple[Product, ...] | None = None
    contacts: tuple[ContactPoint, ...] | None = None
    source: Source | None = None
    expected_close: date | None = None
    fields: Mapping[str, FieldValue] = attrs.field(factory=dict)

    def decide(self, playbook: Playbook, moment: Moment) -> Deciding:
        """
        Decide what changes.

        Raises:
            Refused: a custom field is not accepted.
        """
        subject = f"interest/{self.interest}"
        fields = playbook.clean_fields(self.fields, "interest", subject=subject)
        return (
            yield from _dealing(
                playbook,
                moment,
                self.interest,
                lambda interest, _: interests.edit(
                    interest,
                    theme=self.theme,
                    description=self.description,
                    service=self.service,
                    amount=self.amount,
                    products=self.products,
                    contacts=self.contacts,
                    source=self.source,
                    expected_close=self.expected_close,
                    fields=fields or None,
                ),
            )
        )
