"""
The body of the desk, written once: reads, decision, commit, and again.

It is an ``async def`` over an asynchronous store.  `AsyncDesk` awaits it;
`Desk` gives it a store whose coroutines never suspend and drives it in one step
(`leadflow.desk._awaited`).
"""

from __future__ import annotations

from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Generator,
    Mapping,
    Sequence,
)
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast
from uuid import UUID

import attrs

from leadflow.channels.outcomes import Amendment, Inbound, PointerOnly
from leadflow.channels.protocol import Answer as HttpAnswer
from leadflow.channels.protocol import Channel, Delivery, FetchingChannel
from leadflow.desk.intake import Amend, Noted, Receive, Received, RecordNotice
from leadflow.desk.road import Command, Decision, Facts, Question, Reads
from leadflow.desk.timing import timer_command
from leadflow.errors import (
    Conflict,
    LeadflowError,
    LeaseLost,
    Malformed,
    Transient,
    Uncertain,
    Unverified,
)
from leadflow.playbook import Playbook
from leadflow.ports import (
    AsyncTransport,
    ClaimKey,
    ClaimRecord,
    Commit,
    Dead,
    Done,
    Lease,
    LeaseKind,
    Loaded,
    Page,
    Query,
    Receipt,
    Recorded,
    Retry,
    Settle,
    Transport,
    Verdict,
)
from leadflow.values import SYSTEM, Actor, ChannelId, Moment, Ref


if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager


__all__ = (
    "ATTEMPTS",
    "Accepted",
    "Delivered",
    "Engine",
    "EngineStore",
    "Taken",
    "verdict_of",
)

R = TypeVar("R")

ATTEMPTS = 8
"""How often a command is decided before a conflict is given to the caller."""

_DEAD_AFTER = 12
_PAGE = 500


class EngineStore(Protocol):
    """
    What the engine asks of a store, awaited.
    """

    async def load(self, refs: Sequence[Ref]) -> dict[Ref, Loaded]: ...

    async def owners(self, keys: Sequence[ClaimKey]) -> dict[ClaimKey, ClaimRecord]: ...

    async def commit(self, commit: Commit) -> Receipt: ...

    def guard(self, keys: Sequence[str]) -> AbstractAsyncContextManager[None]: ...

    async def select(self, query: Query) -> Page: ...

    async def stream(
        self, ref: Ref, *, after: int = 0, limit: int = 500
    ) -> list[Recorded]: ...

    async def lease(
        self,
        what: LeaseKind,
        *,
        limit: int,
        hold: timedelta,
        kinds: Sequence[str] | None = None,
    ) -> list[Lease]: ...

    async def settle(self, outcomes: Sequence[Settle]) -> list[bool]: ...


@attrs.frozen(kw_only=True)
class Taken:
    """
    Tell what became of one outcome of a delivery.

    *kind* is ``inbound``, ``duplicate``, ``amended``, ``ignored``, ``receipt``,
    ``contact_change``, ``pointer``, ``malformed`` or ``unverified``; *reason*
    says why, where it is no inbound.  *pointer* is there where the content must
    be fetched first: give what the fetch brings to `Desk.accept` with it.
    """

    kind: str
    reason: str = ""
    result: Received | Noted | None = None
    pointer: PointerOnly | None = None


@attrs.frozen
class Accepted:
    """
    Tell what became of a delivery, and the HTTP *answer* to give.
    """

    outcomes: tuple[Taken, ...]
    answer: HttpAnswer


@attrs.frozen(kw_only=True)
class Engine:
    """
    Carry commands along the road.
    """

    playbook: Playbook
    store: EngineStore
    clock: Callable[[], datetime]
    ids: Callable[[], str]
    commit_ids: Callable[[], UUID]
    pause: Callable[[int], Awaitable[None]]

    async def do(self, command: Command[R], by: Actor) -> R:
        """
        Walk *command*'s road until it is committed or refused.

        Raises:
            Refused: the business says no; nothing was written.
            Conflict: others came first at every attempt; nothing was written.
            Uncertain: the store's answer stayed lost; it may have happened.
            StoreError: the store failed.
        """
        attempt = 0
        while True:
            try:
                return await self._walk(command, by)
            except Conflict:
                attempt += 1
                if attempt >= ATTEMPTS:
                    raise
            await self.pause(attempt)

    async def _walk(self, command: Command[R], by: Actor) -> R:
        moment = Moment(now=self.clock(), by=by, new_id=self.ids)
        walk = command.decide(self.playbook, moment)
        try:
            reads = next(walk)
        except StopIteration as end:
            return await self._finish(cast("Decision[R]", end.value), moment)
        if not reads.guard:
            return await self._read_on(walk, reads, moment)
        async with self.store.guard(reads.guard):
            return await self._read_on(walk, reads, moment)

    async def _read_on(
        self,
        walk: Generator[Reads, Facts, Decision[R]],
        reads: Reads,
        moment: Moment,
    ) -> R:
        facts = Facts()
        while True:
            await self._read(facts, reads)
            try:
                reads = walk.send(facts)
            except StopIteration as end:
                return await self._finish(cast("Decision[R]", end.value), moment)

    async def _read(self, facts: Facts, reads: Reads) -> None:
        keys = [key for key in reads.keys if key not in facts.claims]
        refs = [ref for ref in reads.refs if ref not in facts.records]
        if keys:
            found = await self.store.owners(keys)
            for key in keys:
                record = found.get(key)
                facts.claims[key] = record
                if record is not None and reads.follow:
                    owner = record.owner
                    if owner not in facts.records and owner not in refs:
                        refs.append(owner)
        if refs:
            facts.records.update(await self.store.load(refs))

    async def _finish(self, decision: Decision[R], moment: Moment) -> R:
        if decision.empty:
            return decision.result
        commit = decision.commit(self.commit_ids(), moment)
        attempt = 0
        while True:
            try:
                await self.store.commit(commit)
            except (Transient, Uncertain):
                # The same commit again: it is answered, never doubled.
                attempt += 1
                if attempt >= ATTEMPTS:
                    raise
            else:
                return decision.result
            await self.pause(attempt)

    # -- questions ---------------------------------------------------------------

    async def ask(self, question: Question[R]) -> R:
        """
        Walk *question*'s way to its answer.
        """
        walk = question.ask(self.playbook, self.clock())
        answer: Any = None
        while True:
            try:
                wanted = walk.send(answer)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            if isinstance(wanted, Query):
                answer = await self.store.select(wanted)
            elif isinstance(wanted, Ref):
                answer = await self._history(wanted)
            else:
                loaded = await self.store.load(wanted)
                answer = tuple(loaded[ref] for ref in wanted)

    async def _history(self, ref: Ref) -> list[Recorded]:
        history: list[Recorded] = []
        while True:
            page = await self.store.stream(ref, after=len(history), limit=_PAGE)
            history += page
            if len(page) < _PAGE:
                return history

    # -- deliveries --------------------------------------------------------------

    async def accept(
        self,
        channel: Channel,
        delivery: Delivery,
        pointer: PointerOnly | None = None,
    ) -> Accepted:
        """
        Read a delivery and take in each of its outcomes.
        """
        if pointer is None:
            reading = channel.read(delivery)
        else:
            reading = cast("FetchingChannel", channel).resolve(pointer, delivery)
        by = Actor("channel", channel.id)
        taken = [
            await self._take(channel.id, delivery, outcome, number, by)
            for number, outcome in enumerate(reading.outcomes)
        ]
        return Accepted(tuple(taken), reading.answer)

    async def _take(
        self,
        channel: ChannelId,
        delivery: Delivery,
        outcome: Any,
        number: int,
        by: Actor,
    ) -> Taken:
        match outcome:
            case Inbound():
                received = await self.do(Receive(outcome), by)
                kind = "duplicate" if received.duplicate else "inbound"
                return Taken(kind=kind, reason=received.reason, result=received)
            case Unverified():
                # What is not authentic makes nothing, not even a record (R11).
                return Taken(kind="unverified", reason=outcome.reason)
            case Malformed():
                command = RecordNotice(
                    channel=channel,
                    external_id=f"{delivery.digest}/{number}",
                    kind="malformed",
                    reason=outcome.reason,
                    detail=f"{outcome.place}: {outcome.excerpt}".strip(": "),
                )
                noted = await self.do(command, by)
            case Amendment():
                noted = await self.do(Amend(outcome), by)
            case _:
                noted = await self.do(RecordNotice.of(outcome), by)
        return Taken(
            kind="duplicate" if noted.duplicate else noted.kind,
            reason=noted.reason,
            result=noted,
            pointer=outcome if isinstance(outcome, PointerOnly) else None,
        )

    # -- what is due -------------------------------------------------------------

    async def _leased(
        self,
        what: LeaseKind,
        *,
        limit: int,
        hold: timedelta,
        kinds: Sequence[str] | None = None,
    ) -> AsyncIterator[Lease]:
        """
        Take due work until *limit* or nothing is left.

        A store hands out what was tried before, and the next of a lane, one by one.
        """
        left = limit
        while left > 0:
            leases = await self.store.lease(what, limit=left, hold=hold, kinds=kinds)
            if not leases:
                return
            left -= len(leases)
            for lease in leases:
                yield lease

    async def tick(self, *, limit: int, hold: timedelta) -> int:
        """
        Run what is due; return how many timers were finished.
        """
        finished = 0
        async for lease in self._leased("timers", limit=limit, hold=hold):
            command = timer_command(lease)
            try:
                if command is None:
                    await self.store.settle(
                        [Settle(lease, Dead(error="no such timer"))]
                    )
                    continue
                await self.do(command, SYSTEM)
            except LeaseLost:
                continue
            except LeadflowError as error:
                await self.store.settle([Settle(lease, verdict_of(lease, error))])
                continue
            finished += 1
        return finished

    # -- what goes out -----------------------------------------------------------

    async def deliver(
        self,
        transports: Mapping[str, Transport | AsyncTransport],
        *,
        limit: int,
        hold: timedelta,
    ) -> Delivered:
        """
        Hand waiting effects to the transports of their kinds.
        """
        counts = {"done": 0, "retried": 0, "dead": 0, "lost": 0}
        kinds = tuple(transports)
        async for lease in self._leased("effects", limit=limit, hold=hold, kinds=kinds):
            verdict = await _send(transports[lease.kind], lease)
            (kept,) = await self.store.settle([Settle(lease, verdict)])
            counts[_NAMES[type(verdict)] if kept else "lost"] += 1
        return Delivered(**counts)


@attrs.frozen(kw_only=True)
class Delivered:
    """
    Count what became of effects; *lost* are those whose lease ran out meanwhile.
    """

    done: int = 0
    retried: int = 0
    dead: int = 0
    lost: int = 0


_NAMES: Mapping[type, str] = {Done: "done", Retry: "retried", Dead: "dead"}


async def _send(transport: Transport | AsyncTransport, lease: Lease) -> Verdict:
    try:
        said = transport.send(lease)
        verdict = await said if isinstance(said, Awaitable) else said
    except Exception as error:  # noqa: BLE001 - a transport is foreign code
        return verdict_of(lease, error)
    if verdict is None:
        return Done()
    if type(verdict) not in _NAMES:
        return verdict_of(lease, TypeError(f"a transport answered {verdict!r}"))
    return verdict


def verdict_of(lease: Lease, error: Exception) -> Retry | Dead:
    """
    Return what is done with work that failed: again later, at last given up.

    Waits one second after the first attempt, twice as long after each, an hour
    at most; twelve attempts in all.
    """
    said = f"{type(error).__name__}: {error}"[:500]
    if lease.attempts >= _DEAD_AFTER:
        return Dead(error=said)
    seconds = min(3600, 2 ** (lease.attempts - 1))
    return Retry(after=timedelta(seconds=seconds), error=said)
