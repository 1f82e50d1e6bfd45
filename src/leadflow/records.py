"""
The kinds of records that are stored, each with how it evolves and is found.

This is the one table that the road, the stores' audits and the codec share: a
new kind of record, a new event or a new version is a line here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import attrs

from leadflow import assignment, client, interest, lead, touch
from leadflow.values import Index


if TYPE_CHECKING:
    from leadflow.codec import Codec
    from leadflow.ports import Recorded


__all__ = ("ROOMS", "Room", "fold", "leadflow_codec")


@attrs.frozen
class Room:
    """
    Say how records of one kind evolve, and by what they are found.

    *index* is None for kinds that nobody searches.
    """

    record: type
    evolve: Callable[[Any, Any, datetime], Any]
    index: Callable[[Any], Index] | None = None


def _pool(state: Any, event: Any, at: datetime) -> Any:  # noqa: ARG001 - one shape for all
    return assignment.evolve_pool(state, event)


def _workload(state: Any, event: Any, at: datetime) -> Any:  # noqa: ARG001 - one shape for all
    return assignment.evolve_workload(state, event)


ROOMS: dict[str, Room] = {
    "touch": Room(touch.Touch, touch.evolve, touch.index),
    "notice": Room(touch.Notice, touch.evolve_notice, touch.index_notice),
    "lead": Room(lead.Lead, lead.evolve, lead.index),
    "client": Room(client.Client, client.evolve, client.index),
    "interest": Room(interest.Interest, interest.evolve, interest.index),
    "pool": Room(assignment.PoolState, _pool),
    "workload": Room(assignment.Workload, _workload),
}


def fold(kind: str, history: Iterable[Recorded]) -> Any:
    """
    Return the record that *history* makes, None for an empty one.

    A stored record always equals this (R28).
    """
    evolve = ROOMS[kind].evolve
    state: Any = None
    for recorded in history:
        state = evolve(state, recorded.event, recorded.at)
    return state


_EVENTS: tuple[tuple[str, type], ...] = (
    ("touch.recorded", touch.TouchRecorded),
    ("touch.extended", touch.TouchExtended),
    ("touch.joined", touch.TouchJoined),
    ("touch.amended", touch.TouchAmended),
    ("touch.answered", touch.TouchAnswered),
    ("notice.recorded", touch.NoticeRecorded),
    ("lead.opened", lead.LeadOpened),
    ("lead.touched", lead.LeadTouched),
    ("lead.assigned", lead.LeadAssigned),
    ("lead.moved", lead.LeadMoved),
    ("lead.edited", lead.LeadEdited),
    ("lead.tagged", lead.LeadTagged),
    ("lead.noted", lead.LeadNoted),
    ("lead.answered", lead.LeadAnswered),
    ("lead.overdue", lead.LeadOverdue),
    ("lead.task-added", lead.LeadTaskAdded),
    ("lead.task-finished", lead.LeadTaskFinished),
    ("lead.rejected", lead.LeadRejected),
    ("lead.reopened", lead.LeadReopened),
    ("lead.converted", lead.LeadConverted),
    ("client.added", client.ClientAdded),
    ("client.joined", client.ClientJoined),
    ("client.touched", client.ClientTouched),
    ("client.edited", client.ClientEdited),
    ("client.tagged", client.ClientTagged),
    ("client.noted", client.ClientNoted),
    ("client.assigned", client.ClientAssigned),
    ("client.interest-opened", client.ClientInterestOpened),
    ("client.interest-closed", client.ClientInterestClosed),
    ("interest.opened", interest.InterestOpened),
    ("interest.moved", interest.InterestMoved),
    ("interest.won", interest.InterestWon),
    ("interest.lost", interest.InterestLost),
    ("interest.reopened", interest.InterestReopened),
    ("interest.assigned", interest.InterestAssigned),
    ("interest.edited", interest.InterestEdited),
    ("interest.checked", interest.InterestChecked),
    ("interest.documented", interest.InterestDocumented),
    ("interest.task-added", interest.InterestTaskAdded),
    ("interest.task-finished", interest.InterestTaskFinished),
    ("interest.touched", interest.InterestTouched),
    ("interest.noted", interest.InterestNoted),
    ("pool.given", assignment.PoolGiven),
    ("workload.changed", assignment.WorkloadChanged),
    ("workload.counted", assignment.WorkloadCounted),
)


@cache
def leadflow_codec() -> Codec:
    """
    Return the codec of everything that leadflow stores, built once.
    """
    from leadflow.codec import CodecBuilder  # noqa: PLC0415 - late, for a light import

    builder = CodecBuilder()
    for kind, room in ROOMS.items():
        builder.record(kind, 1, room.record)
    for name, event in _EVENTS:
        builder.event(name, 1, event)
    return builder.build()
