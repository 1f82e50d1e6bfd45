"""
History rows from a store's journal, and the ladders of a playbook.

The journal tells what changed; a row tells the whole state that was in force.
So the reader folds each record along and makes a row whenever something that is
counted changed.  Subjects that it has not seen from their beginning (it was
started at a later cursor, or has put them away) are read from their own stream.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

import attrs

from leadflow.funnel.history import HistoryRow, micros
from leadflow.funnel.ladder import Ladder, Rung, StageKind, StageMap
from leadflow.interest import Interest
from leadflow.interest import evolve as evolve_interest
from leadflow.lead import CONVERTED, REJECTED, Lead
from leadflow.lead import evolve as evolve_lead


if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadflow.playbook import Playbook
    from leadflow.ports import Cursor, Recorded, Store
    from leadflow.scenario import Scenario
    from leadflow.values import Ref, Source


__all__ = ("Counted", "HistoryReader", "lead_ladder", "scenario_ladder")

Counted: TypeAlias = Literal["lead", "interest"]
"""The kinds of records that have a history of stages."""

_KEPT = 50_000
"""How many records are held in memory while their history is read."""


class HistoryReader:
    """
    Read the history rows of all leads, or all interests, of a store.

    Iterating yields what the journal holds beyond *after*, page by page up to its
    end; iterating again yields what has come since.  Rows come in commit order,
    one for each event that changed something counted: the stage, the first
    assignee, source, channel, amount, reason, client, result, tags or fields.

    The *owner* is the first of the assignees, None while a role's queue holds
    it.  A converted lead's *result* is what was made, else its client.  Further
    values are ``medium`` and ``campaign`` of the source, ``repeat`` of leads,
    ``field.<id>`` and ``tag:<tag>``.

    Raises, while iterating:
        StoreError: the store failed; *cursor* then stands where reading stopped.
    """

    def __init__(
        self, store: Store, kind: Counted, *, after: Cursor = 0, page: int = 500
    ) -> None:
        self.cursor: Cursor = after
        self.kind: Counted = kind
        self._store = store
        self._page = page
        self._records: OrderedDict[Ref, Lead | Interest] = OrderedDict()

    def __iter__(self) -> Iterator[HistoryRow]:
        while True:
            page = self._store.journal(self.cursor, limit=self._page)
            if not page:
                return
            for recorded in page:
                row = self._take(recorded) if recorded.ref.kind == self.kind else None
                self.cursor = recorded.position
                if row is not None:
                    yield row

    def _take(self, recorded: Recorded) -> HistoryRow | None:
        """
        Return the row that *recorded* makes, None where nothing counted changed.
        """
        ref = recorded.ref
        before = self._records.pop(ref, None)
        if before is None and recorded.version > 1:
            before = self._before(recorded)
        after = self._evolve(before, recorded)
        self._records[ref] = after
        if len(self._records) > _KEPT:
            self._records.popitem(last=False)
        row = _row(after, recorded)
        unchanged = before is not None and _row(before, recorded) == row
        return None if unchanged else row

    def _before(self, recorded: Recorded) -> Lead | Interest | None:
        """
        Return the record as it was before *recorded*, from its own stream.
        """
        record: Lead | Interest | None = None
        seen = 0
        while seen < recorded.version - 1:
            limit = min(self._page, recorded.version - 1 - seen)
            page = self._store.stream(recorded.ref, after=seen, limit=limit)
            for earlier in page:
                record = self._evolve(record, earlier)
                seen = earlier.version
            if not page:
                break
        return record

    def _evolve(
        self, before: Lead | Interest | None, recorded: Recorded
    ) -> Lead | Interest:
        if self.kind == "lead":
            return evolve_lead(cast("Lead | None", before), recorded.event, recorded.at)
        return evolve_interest(
            cast("Interest | None", before), recorded.event, recorded.at
        )


def _row(record: Lead | Interest, recorded: Recorded) -> HistoryRow:
    amount = record.amount
    row = HistoryRow(
        subject=record.id,
        seq=recorded.version,
        stage="",
        at_us=micros(recorded.at),
        owner=record.assignees[0] if record.assignees else None,
        source=record.source.name or None,
        channel=record.channel or None,
        channel_kind=record.kind or None,
        amount_minor=None if amount is None else amount.minor,
        currency=None if amount is None else amount.currency,
        reason=record.reason or None,
        client=record.client,
        fields=_fields(record),
    )
    if isinstance(record, Lead):
        result = str(record.results[-1]) if record.results else None
        return attrs.evolve(row, stage=record.state, result=result)
    return attrs.evolve(
        row, stage=record.stage, scenario=record.scenario, version=record.version
    )


def _fields(record: Lead | Interest) -> tuple[tuple[str, str], ...]:
    found = [*_marks(record.source)]
    if isinstance(record, Lead):
        found.append(("repeat", "yes" if record.repeat else "no"))
        found += [(f"tag:{tag}", "yes") for tag in record.tags]
    # A subject has one value of a dimension: several choices are one text.
    found += [(f"field.{name}", ", ".join(values)) for name, values in record.fields]
    return tuple(found)


def _marks(source: Source) -> Iterator[tuple[str, str]]:
    for name in ("medium", "campaign"):
        value = getattr(source, name)
        if value:
            yield name, value


# -- ladders -----------------------------------------------------------------------


def lead_ladder(playbook: Playbook) -> Ladder:
    """
    Return the ladder of leads: the open states, converted (won), rejected (lost).
    """
    converted, rejected = playbook.lead_ends
    return Ladder(
        id="leads",
        title=playbook.name,
        rungs=(
            *(Rung(id=state.id, title=state.title) for state in playbook.lead_states),
            Rung(id=CONVERTED, title=converted, kind="won"),
            Rung(id=REJECTED, title=rejected, kind="lost"),
        ),
    )


def scenario_ladder(playbook: Playbook, scenario: str = "") -> Ladder:
    """
    Return the ladder of a scenario's interests, of all its versions (R37).

    The newest version orders the stages.  One that only older versions have
    stands behind the stage that it followed there.  A stage id that was of
    another kind in an older version stands for a stage of its own,
    ``<id>@<version>``.

    Raises:
        UnknownRecord: the playbook has no such scenario.
    """
    newest = playbook.scenario(scenario)
    versions = sorted(
        (each for each in playbook.scenarios if each.id == newest.id),
        key=lambda each: -each.version,
    )
    rungs: list[Rung] = []
    maps: list[StageMap] = []
    for version in versions:
        stages = tuple(_placed(rungs, version))
        maps.append(
            StageMap(scenario=version.id, version=version.version, stages=stages)
        )
    return Ladder(
        id=newest.id, title=newest.title, rungs=tuple(rungs), maps=tuple(maps)
    )


def _placed(rungs: list[Rung], scenario: Scenario) -> Iterator[tuple[str, str]]:
    """
    Put the stages that *rungs* lack into their places; yield those renamed.
    """
    place = 0
    for stage in scenario.stages:
        kind: StageKind = stage.kind
        places = {rung.id: number for number, rung in enumerate(rungs)}
        name = stage.id
        if name in places and rungs[places[name]].kind != kind:
            name = f"{stage.id}@{scenario.version}"
            yield stage.id, name
        if name in places:
            place = places[name] + 1
            continue
        rungs.insert(place, Rung(id=name, title=stage.title, kind=kind))
        place += 1
