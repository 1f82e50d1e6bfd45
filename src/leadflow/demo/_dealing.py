"""
How the team leads its interests through their scenarios.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Protocol, TypeVar

from leadflow.demo._luck import luck
from leadflow.desk import (
    AddTask,
    AttachDocument,
    EditInterest,
    FinishTask,
    InterestBoard,
    Lose,
    MoveInterest,
    ReopenInterest,
    TickItem,
    Win,
)
from leadflow.values import Document, InterestId, MemberId, Money


if TYPE_CHECKING:
    from datetime import datetime

    from leadflow.desk import Command, Desk
    from leadflow.interest import Interest


__all__ = ("Dealer",)

R = TypeVar("R")


class Doer(Protocol):
    """
    Do commands as a member.
    """

    desk: Desk

    def do(self, command: Command[R], by: MemberId) -> R | None:
        """Do *command*, None where it is refused."""
        ...

    @property
    def now(self) -> datetime:
        """Return the present instant."""
        ...


class Dealer:
    """
    Move each interest on when its time has come.
    """

    def __init__(self, team: Doer) -> None:
        self._team = team
        self._reopened: InterestId | None = None
        self._returned = False

    def work(self, me: MemberId) -> None:
        """
        Look at every open interest of *me*, once.
        """
        for scenario in ("retail", "project"):
            board = self._team.desk.ask(
                InterestBoard(scenario=scenario, assignee=me, limit=200)
            )
            for column in board.columns:
                for card in column.cards:
                    self._look(card, me)  # type: ignore[arg-type]

    def _look(self, interest: Interest, me: MemberId) -> None:
        stay = interest.stays[-1]
        wait = 1.5 + 14 * luck(interest, f"wait/{stay.stage}")
        if self._team.now < stay.entered_at + timedelta(hours=wait):
            return
        if not interest.is_open:
            self._look_back(interest, me)
            return
        step = getattr(self, f"_{interest.scenario}_{interest.stage}", None)
        if step is not None:
            step(interest, me)

    def _look_back(self, interest: Interest, me: MemberId) -> None:
        """
        Open one lost interest again: the client called back (R41).
        """
        if interest.standing == "lost" and self._reopened is None:
            self._reopened = interest.id
            self._team.do(ReopenInterest(interest=interest.id), me)

    def _lost(self, interest: Interest, me: MemberId, share: float) -> bool:
        """
        Lose a *share* of all that come to this stage.
        """
        if interest.id == self._reopened or luck(interest, interest.stage) >= share:
            return False
        reason = ("price", "price", "competitor", "no_need", "no_answer")[
            int(5 * luck(interest, "reason"))
        ]
        lost = None
        if luck(interest, "careless") < 0.2:
            # Dragged to lost without a word: the rule asks for one (K11).
            lost = self._team.do(MoveInterest(interest=interest.id, stage="lost"), me)
        if lost is None:
            self._team.do(Lose(interest=interest.id, reason=reason), me)
        return True

    def _attach(self, interest: Interest, kind: str, me: MemberId) -> None:
        document = Document(
            id=f"{kind}-{interest.id}",
            kind=kind,
            title=f"{kind} {interest.id}",
            locator=f"files/{kind}-{interest.id}.pdf",
        )
        self._team.do(AttachDocument(interest=interest.id, document=document), me)

    def _price(self, interest: Interest) -> Money:
        currency = self._team.desk.playbook.currency
        unit = 100 if currency == "USD" else 8000
        pieces = 1 + int(12 * luck(interest, "pieces"))
        per_piece = 120 + int(600 * luck(interest, "price"))
        return Money(pieces * per_piece * unit, currency)

    # -- sale of goods -----------------------------------------------------------------

    def _retail_contact(self, interest: Interest, me: MemberId) -> None:
        if self._lost(interest, me, 0.12):
            return
        self._team.do(TickItem(interest=interest.id, item="need"), me)
        self._team.do(MoveInterest(interest=interest.id, stage="qualified"), me)

    def _retail_qualified(self, interest: Interest, me: MemberId) -> None:
        if self._lost(interest, me, 0.15):
            return
        to_offer = MoveInterest(interest=interest.id, stage="offer")
        if luck(interest, "hasty") < 0.25:
            # No amount and no offer yet: held back.
            self._team.do(to_offer, me)
        self._team.do(
            EditInterest(interest=interest.id, amount=self._price(interest)), me
        )
        self._attach(interest, "offer", me)
        self._team.do(to_offer, me)

    def _retail_offer(self, interest: Interest, me: MemberId) -> None:
        if self._lost(interest, me, 0.25):
            return
        if not self._returned and luck(interest, "rethink") < 0.1:
            self._returned = True
            self._team.do(MoveInterest(interest=interest.id, stage="qualified"), me)
            return
        if luck(interest, "cash") < 0.2:
            # Paid at the counter: the waiting for payment is skipped.
            self._team.do(Win(interest=interest.id, comment="paid at once"), me)
            return
        self._attach(interest, "invoice", me)
        self._team.do(MoveInterest(interest=interest.id, stage="payment"), me)

    def _retail_payment(self, interest: Interest, me: MemberId) -> None:
        if not self._lost(interest, me, 0.1):
            self._team.do(Win(interest=interest.id), me)

    # -- work on order -----------------------------------------------------------------

    def _project_brief(self, interest: Interest, me: MemberId) -> None:
        if self._lost(interest, me, 0.1):
            return
        if not interest.description:
            told = EditInterest(interest=interest.id, description="counter, built-in")
            self._team.do(told, me)
        self._team.do(MoveInterest(interest=interest.id, stage="proposal"), me)

    def _project_proposal(self, interest: Interest, me: MemberId) -> None:
        if self._lost(interest, me, 0.2):
            return
        amount = self._price(interest)
        close = self._team.now.date() + timedelta(days=30)
        self._team.do(
            EditInterest(interest=interest.id, amount=amount, expected_close=close), me
        )
        self._attach(interest, "offer", me)
        moved = self._team.do(MoveInterest(interest=interest.id, stage="contract"), me)
        if moved is not None:
            self._team.do(
                AddTask(ref=interest.ref, title="measure the room", assignee=me), me
            )

    def _project_contract(self, interest: Interest, me: MemberId) -> None:
        won = self._team.do(Win(interest=interest.id), me)
        if won is not None:
            return
        # The stage asks for the contract and for all tasks to be done.
        self._attach(interest, "contract", me)
        for task in interest.tasks:
            if task.done_at is None:
                self._team.do(FinishTask(ref=interest.ref, task=task.id), me)
        self._team.do(Win(interest=interest.id), me)
