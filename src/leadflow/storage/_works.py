"""
Timers and outbox of the in-memory store: work that falls due and is leased.

A piece of work waits until ``next_at``; leasing it only moves ``next_at``
forward, so a worker that dies gives its work back by doing nothing.  The token
grows with every lease and every change, and whoever holds an older one has lost.

First attempts are handed out in batches, work that was attempted before alone:
were it leased with others, one effect that kills its worker would use up the
attempts of its neighbours too.  Within a lane only the first is offered, dead
or not, so that what is said to one person keeps its order.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

from leadflow.ports import Dead, Done


if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence

    from leadflow.ports import Retry, Verdict
    from leadflow.values import Ref


__all__ = ("Work", "Works")


class Work:
    """
    Hold one timer or effect and how far it has come.
    """

    __slots__ = (
        "attempts",
        "dead",
        "due",
        "error",
        "key",
        "kind",
        "lane",
        "name",
        "next_at",
        "payload",
        "ref",
        "seq",
        "stamp",
        "token",
    )

    def __init__(  # noqa: PLR0917 - two callers, both hot
        self,
        key: Hashable,
        kind: str,
        ref: Ref | None,
        name: str,
        payload: Mapping[str, Any],
        due: datetime,
        token: int,
        lane: str | None = None,
    ) -> None:
        self.key = key
        self.kind = kind
        self.ref = ref
        self.name = name
        self.payload = payload
        self.due = self.next_at = due
        self.token = token
        self.lane = lane
        self.attempts = 0
        self.dead = False
        self.error = ""
        self.seq = 0
        self.stamp = 0


_Heap = list[tuple[datetime, Any, int, Work]]


class Works:
    """
    Keep the work of one sort, by key, in the order in which it falls due.

    *kind_of* says what the filter of `lease` compares: an effect's kind, a
    timer's name.  Heaps hold entries that may be out of date; one counts only if
    its stamp is still that of its work.
    """

    def __init__(self, *, kind_of: Callable[[Work], str], max_attempts: int) -> None:
        self._kind_of = kind_of
        self._max_attempts = max_attempts
        self._works: dict[Hashable, Work] = {}
        self._lanes: dict[str, deque[Work]] = {}
        self._fresh: dict[str, _Heap] = {}
        self._tried: dict[str, _Heap] = {}
        self._count = 0

    def __len__(self) -> int:
        return len(self._works)

    def __iter__(self) -> Iterator[Work]:
        return iter(self._works.values())

    def get(self, key: Hashable) -> Work | None:
        """Return the work under *key*."""
        return self._works.get(key)

    def put(self, work: Work) -> None:
        """Add *work*, in place of what was under its key."""
        self._count += 1
        work.seq = self._count
        self._works[work.key] = work
        if work.lane is not None:
            lane = self._lanes.setdefault(work.lane, deque())
            lane.append(work)
            if len(lane) > 1:
                return
        self._offer(work)

    def drop(self, key: Hashable) -> None:
        """Forget the work under *key*, and let the next of its lane come."""
        work = self._works.pop(key, None)
        if work is None or work.lane is None:
            return
        lane = self._lanes[work.lane]
        was_first = lane[0] is work
        lane.remove(work)
        if not lane:
            del self._lanes[work.lane]
        elif was_first:
            self._offer(lane[0])

    def holds(self, key: Hashable, token: int) -> bool:
        """Tell whether a lease with *token* is still good."""
        work = self._works.get(key)
        return work is not None and work.token == token and not work.dead

    def lease(
        self, now: datetime, limit: int, hold: timedelta, kinds: Sequence[str] | None
    ) -> list[Work]:
        """Hand out due work: one that was tried before, or a batch of others."""
        names = list(
            self._fresh | self._tried if kinds is None else dict.fromkeys(kinds)
        )
        taken: list[Work] = []
        while len(taken) < limit:
            work = self._first(names, now, fresh_only=bool(taken))
            if work is None:
                break
            if work.attempts >= self._max_attempts:
                self._give_up(work, f"given up after {work.attempts} attempts")
                continue
            alone = work.attempts > 0
            work.attempts += 1
            work.token += 1
            work.next_at = now + hold
            taken.append(work)
            if alone:
                break
        for work in taken:
            self._offer(work)
        return taken

    def extend(self, key: Hashable, until: datetime) -> Work:
        """Let the lease on *key* last until *until*."""
        work = self._works[key]
        work.next_at = until
        self._offer(work)
        return work

    def settle(self, key: Hashable, verdict: Verdict, now: datetime) -> None:
        """Finish a lease that `holds`."""
        if isinstance(verdict, Done):
            self.drop(key)
            return
        work = self._works[key]
        work.error = verdict.error
        if isinstance(verdict, Dead):
            self._give_up(work, verdict.error)
        else:
            self._retry(work, verdict, now)

    def revive(self, key: Hashable, now: datetime) -> bool:
        """Let dead work be leased again."""
        work = self._works.get(key)
        if work is None or not work.dead:
            return False
        work.dead = False
        work.attempts = 0
        work.token += 1
        work.next_at = now
        if work.lane is None or self._lanes[work.lane][0] is work:
            self._offer(work)
        return True

    def next_due(self) -> datetime | None:
        """Return when the first of all can be leased."""
        firsts = [
            heap[0][0]
            for heaps in (self._fresh, self._tried)
            for heap in heaps.values()
            if self._tidy(heap)
        ]
        return min(firsts, default=None)

    def _retry(self, work: Work, verdict: Retry, now: datetime) -> None:
        if not verdict.counts:
            work.attempts -= 1
        elif work.attempts >= self._max_attempts:
            self._give_up(work, verdict.error)
            return
        work.token += 1
        work.next_at = now + verdict.after
        self._offer(work)

    def _give_up(self, work: Work, error: str) -> None:
        work.dead = True
        work.error = error
        work.token += 1

    def _offer(self, work: Work) -> None:
        heaps = self._tried if work.attempts else self._fresh
        kind = self._kind_of(work)
        heap = heaps.get(kind)
        if heap is None:
            heap = heaps[kind] = []
        self._count += 1
        work.stamp = self._count
        # Of what falls due at once, effects come as they were sent, timers by key.
        order = work.seq if work.ref is None else work.key
        heappush(heap, (work.next_at, order, work.stamp, work))

    def _tidy(self, heap: _Heap) -> bool:
        """Drop what is out of date from the top; tell whether any is left."""
        while heap:
            _, _, stamp, work = heap[0]
            is_here = self._works.get(work.key) is work
            if is_here and work.stamp == stamp and not work.dead:
                return True
            heappop(heap)
        return False

    def _first(
        self, names: Sequence[str], now: datetime, *, fresh_only: bool
    ) -> Work | None:
        """Take the earliest due work out of the heaps of *names*."""
        best: _Heap | None = None
        for heaps in (self._fresh,) if fresh_only else (self._fresh, self._tried):
            for name in names:
                heap = heaps.get(name)
                if (
                    heap is not None
                    and self._tidy(heap)
                    and heap[0][0] <= now
                    and (best is None or heap[0][:2] < best[0][:2])
                ):
                    best = heap
        return None if best is None else heappop(best)[3]
