"""
The two faces of the desk: `Desk` and `AsyncDesk`, with one body.
"""

from __future__ import annotations

import asyncio
import inspect
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar, cast
from uuid import UUID, uuid4  # noqa: TID251 - the shell's own ids

from leadflow.desk._awaited import Awaited, drive
from leadflow.desk._engine import (
    Accepted,
    Delivered,
    Engine,
    EngineStore,
)
from leadflow.desk._system import apause, ordered_id, pause, utc_now
from leadflow.values import SYSTEM, Actor


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from leadflow.channels.outcomes import PointerOnly
    from leadflow.channels.protocol import Channel, Delivery
    from leadflow.desk.road import Command, Question
    from leadflow.playbook import Playbook
    from leadflow.ports import (
        AsyncStore,
        AsyncTransport,
        Clock,
        Ids,
        Store,
        Transport,
    )


__all__ = ("AsyncDesk", "Desk")

R = TypeVar("R")

_HOLD = timedelta(seconds=60)


def _actor(by: str | Actor | None, command: object, playbook: Playbook) -> Actor:
    """
    Return who does it: a member by id, an actor, else whom the command names.
    """
    if by is None:
        return cast("Actor", getattr(command, "actor", SYSTEM))
    if isinstance(by, Actor):
        return by
    return Actor("member", playbook.check_member(by))


class Desk:
    """
    Do commands, ask questions, take in deliveries, on a synchronous store.

    *clock* answers the present instant and *ids* fresh ids; both are injected in
    tests.  A desk has no state of its own: make as many as there are threads.
    """

    def __init__(
        self,
        playbook: Playbook,
        store: Store,
        *,
        clock: Clock = utc_now,
        ids: Ids = ordered_id,
        commit_ids: Callable[[], UUID] = uuid4,
        pause: Callable[[int], None] = pause,
    ) -> None:
        async def wait(attempt: int) -> None:
            pause(attempt)

        self.playbook = playbook
        self.store = store
        self._engine = Engine(
            playbook=playbook,
            store=Awaited(store),
            clock=clock,
            ids=ids,
            commit_ids=commit_ids,
            pause=wait,
        )

    def do(self, command: Command[R], *, by: str | Actor | None = None) -> R:
        """
        Carry out *command* as the member *by*; return its answer.

        Raises:
            Refused: the business says no; nothing was written.
            UnknownRecord: something that it names is not there.
            StoreError: the store failed, or others came first at each attempt.
        """
        return drive(self._engine.do(command, _actor(by, command, self.playbook)))

    def ask(self, question: Question[R]) -> R:
        """
        Return the answer to *question*.
        """
        return drive(self._engine.ask(question))

    def accept(
        self,
        channel: Channel,
        delivery: Delivery,
        *,
        pointer: PointerOnly | None = None,
    ) -> Accepted:
        """
        Read *delivery* by *channel* and take in all that is in it.

        With *pointer* it is what the fetch of an earlier delivery brought.

        Never raises on what a platform sends; the store's errors come through,
        and then the delivery is not acknowledged: the platform sends it again,
        and what was taken in already counts once.

        Raises:
            UnknownRecord: the playbook has no such channel; nothing was written.
            StoreError: the store failed.
        """
        return drive(self._engine.accept(channel, delivery, pointer))

    def tick(self, *, limit: int = 100, hold: timedelta = _HOLD) -> int:
        """
        Run what is due: deadlines, escalations, reminders.

        Returns:
            How many timers were finished.
        """
        return drive(self._engine.tick(limit=limit, hold=hold))

    def deliver(
        self,
        transports: Mapping[str, Transport],
        *,
        limit: int = 100,
        hold: timedelta = _HOLD,
    ) -> Delivered:
        """
        Hand waiting effects to the transports of their kinds, at least once.

        An exception of a transport counts as a failed attempt: the effect is
        tried again later, and given up after twelve attempts
        (`~leadflow.ports.Store.dead`).  Effects of other kinds wait.
        """
        return drive(self._engine.deliver(transports, limit=limit, hold=hold))


class AsyncDesk:
    """
    Do what `Desk` does, awaited.

    On a synchronous store each command runs whole in a worker thread, so that a
    cancelled task cannot tear a commit; on an `~leadflow.ports.AsyncStore` the
    same body is awaited.
    """

    def __init__(
        self,
        playbook: Playbook,
        store: Store | AsyncStore,
        *,
        clock: Clock = utc_now,
        ids: Ids = ordered_id,
        commit_ids: Callable[[], UUID] = uuid4,
    ) -> None:
        self.playbook = playbook
        self._desk: Desk | None = None
        if inspect.iscoroutinefunction(store.commit):
            self._engine = Engine(
                playbook=playbook,
                store=cast("EngineStore", store),
                clock=clock,
                ids=ids,
                commit_ids=commit_ids,
                pause=apause,
            )
        else:
            self._desk = Desk(
                playbook,
                cast("Store", store),
                clock=clock,
                ids=ids,
                commit_ids=commit_ids,
            )

    async def do(self, command: Command[R], *, by: str | Actor | None = None) -> R:
        """
        Carry out *command*; see `Desk.do`.
        """
        if self._desk is not None:
            return await asyncio.to_thread(self._desk.do, command, by=by)
        return await self._engine.do(command, _actor(by, command, self.playbook))

    async def ask(self, question: Question[R]) -> R:
        """
        Return the answer to *question*; see `Desk.ask`.
        """
        if self._desk is not None:
            return await asyncio.to_thread(self._desk.ask, question)
        return await self._engine.ask(question)

    async def accept(
        self,
        channel: Channel,
        delivery: Delivery,
        *,
        pointer: PointerOnly | None = None,
    ) -> Accepted:
        """
        Read *delivery* and take in all that is in it; see `Desk.accept`.
        """
        if self._desk is not None:
            return await asyncio.to_thread(
                self._desk.accept, channel, delivery, pointer=pointer
            )
        return await self._engine.accept(channel, delivery, pointer)

    async def tick(self, *, limit: int = 100, hold: timedelta = _HOLD) -> int:
        """
        Run what is due; see `Desk.tick`.
        """
        if self._desk is not None:
            return await asyncio.to_thread(self._desk.tick, limit=limit, hold=hold)
        return await self._engine.tick(limit=limit, hold=hold)

    async def deliver(
        self,
        transports: Mapping[str, Transport | AsyncTransport],
        *,
        limit: int = 100,
        hold: timedelta = _HOLD,
    ) -> Delivered:
        """
        Hand waiting effects to their transports; see `Desk.deliver`.

        On a synchronous store the transports are called in a worker thread, so
        they must be synchronous there.
        """
        if self._desk is not None:
            return await asyncio.to_thread(
                self._desk.deliver,
                cast("Mapping[str, Transport]", transports),
                limit=limit,
                hold=hold,
            )
        return await self._engine.deliver(transports, limit=limit, hold=hold)
