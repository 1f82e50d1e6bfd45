"""
What may be done with an interest: pure functions that answer events or refuse.

There is one way from stage to stage, `move`: a drag on the board, a form, a
robot and the verbs `win` and `lose` all end there, so that the same
requirements, the same reason and the same order are asked for on every path
(R38, R41, R42).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from leadflow._changes import changes_of, find_task, merge_fields
from leadflow.errors import Refused, UnknownRecord
from leadflow.interest.events import (
    InterestAssigned,
    InterestChecked,
    InterestDocumented,
    InterestEdited,
    InterestEvent,
    InterestLost,
    InterestMoved,
    InterestNoted,
    InterestReopened,
    InterestTaskAdded,
    InterestTaskFinished,
    InterestTouched,
    InterestWon,
)
from leadflow.scenario import OWN_FIELDS, Scenario, Standing, unmet
from leadflow.values import (
    ContactPoint,
    Document,
    Fields,
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


if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from leadflow.interest.state import Interest
    from leadflow.reasons import Reasons


__all__ = (
    "add_task",
    "assign",
    "attach",
    "check",
    "edit",
    "finish_task",
    "lose",
    "missing",
    "move",
    "note",
    "reopen",
    "standing",
    "touch",
    "win",
)


def standing(interest: Interest) -> Standing:
    """
    Return what of *interest* is there, for requirements to be held against.
    """
    own = {name for name in OWN_FIELDS if getattr(interest, name)}
    return Standing(
        fields=frozenset(own | {name for name, _ in interest.fields}),
        checked=frozenset(interest.checked),
        documents=tuple(document.kind for document in interest.documents),
        done=frozenset(task.title for task in interest.tasks if task.done_at),
        undone=tuple(task.title for task in interest.tasks if not task.done_at),
    )


def missing(
    interest: Interest, scenario: Scenario, stage: str, *, since: str | None = None
) -> tuple[str, ...]:
    """
    Return what *interest* lacks to enter *stage* from the stage *since* (R38).
    """
    return unmet(scenario.requirements(since, stage), standing(interest))


def move(
    interest: Interest,
    scenario: Scenario,
    stage: str,
    reasons: Reasons,
    *,
    reason: str = "",
    comment: str = "",
) -> tuple[InterestEvent, ...]:
    """
    Decide that *interest* goes to *stage*: an open one, or an end.

    Nothing where it is there.  *scenario* is the version that the interest runs
    under.

    Raises:
        UnknownRecord: *stage* is none of the scenario's (K8).
        Refused: the interest is closed, the scenario allows no such move, a
            requirement is not met (``interest.requirement.not-met``, with all
            that is missing), or a loss lacks the reason that it needs (K11).
    """
    subject = str(interest.ref)
    if stage == interest.stage:
        return ()
    try:
        target = scenario.stage(stage)
        scenario.step(interest.stage, stage)
    except Refused as error:
        raise type(error)(error.rule, error.message, subject=subject) from None
    if target.kind == "lost":
        reasons.check(
            reason,
            use="interests",
            required=scenario.reason_required,
            comment=comment,
            only=scenario.reasons,
            subject=subject,
        )
    lacking = missing(interest, scenario, stage, since=interest.stage)
    if lacking:
        raise Refused(
            "interest.requirement.not-met",
            f"cannot go from {interest.stage} to {stage}, "
            f"missing: {', '.join(lacking)}",
            subject=subject,
            missing=lacking,
        )
    was, there = interest.stage, StageId(stage)
    skipped = tuple(StageId(s) for s in scenario.skipped(was, stage))
    match target.kind:
        case "open":
            return (InterestMoved(was=was, stage=there, skipped=skipped),)
        case "won":
            return (
                InterestWon(
                    was=was, stage=there, skipped=skipped, comment=comment.strip()
                ),
            )
        case "lost":
            return (
                InterestLost(
                    was=was, stage=there, reason=reason, comment=comment.strip()
                ),
            )
        case _:
            assert_never(target.kind)


def win(
    interest: Interest, scenario: Scenario, reasons: Reasons, *, comment: str = ""
) -> tuple[InterestEvent, ...]:
    """
    Decide that *interest* is won: moved to the scenario's first won stage (R41).
    """
    return move(interest, scenario, scenario.won_stages[0].id, reasons, comment=comment)


def lose(
    interest: Interest,
    scenario: Scenario,
    reasons: Reasons,
    *,
    reason: str,
    comment: str = "",
) -> tuple[InterestEvent, ...]:
    """
    Decide that *interest* is lost: moved to the scenario's first lost stage (R41).
    """
    return move(
        interest,
        scenario,
        scenario.lost_stages[0].id,
        reasons,
        reason=reason,
        comment=comment,
    )


def reopen(
    interest: Interest, scenario: Scenario, stage: str = ""
) -> tuple[InterestEvent, ...]:
    """
    Decide that a closed *interest* is open again (R41).

    It is at *stage*, or at the open stage that it was closed from.

    Raises:
        Refused: it is open, or *stage* is no open stage of the scenario.
    """
    before = [
        stay.stage
        for stay in interest.stays
        if scenario.has(stay.stage) and scenario.stage(stay.stage).kind == "open"
    ]
    wanted = stage or (before[-1] if before else "")
    try:
        there = scenario.reopen(interest.stage, wanted)
    except Refused as error:
        raise type(error)(
            error.rule, error.message, subject=str(interest.ref)
        ) from None
    return (InterestReopened(was=interest.stage, stage=StageId(there)),)


def check(
    interest: Interest, scenario: Scenario, item: str, *, done: bool = True
) -> tuple[InterestEvent, ...]:
    """
    Decide that an item of the checklist is ticked, or that the tick comes off.

    Raises:
        UnknownRecord: no stage of the scenario has such an item.
    """
    items = {each.id for stage in scenario.stages for each in stage.checklist}
    if item not in items:
        raise UnknownRecord(
            "interest.check.unknown-item",
            f"the scenario {scenario.id} has no checklist item {item}",
            subject=str(interest.ref),
        )
    if (item in interest.checked) == done:
        return ()
    return (InterestChecked(item=item, done=done),)


def attach(interest: Interest, document: Document) -> tuple[InterestEvent, ...]:
    """
    Decide that *document* is attached; nothing where it is already (R38).
    """
    if any(each.id == document.id for each in interest.documents):
        return ()
    return (InterestDocumented(document=document),)


def edit(
    interest: Interest,
    *,
    theme: str | None = None,
    description: str | None = None,
    service: str | None = None,
    amount: Money | None = None,
    products: tuple[Product, ...] | None = None,
    contacts: tuple[ContactPoint, ...] | None = None,
    fields: Fields | None = None,
    source: Source | None = None,
    expected_close: date | None = None,
) -> tuple[InterestEvent, ...]:
    """
    Decide what changes; what is not given stays, what is equal makes no event.
    """
    changes, changed = changes_of(
        interest,
        {
            "theme": theme,
            "description": description,
            "service": service,
            "amount": amount,
            "products": products,
            "contacts": contacts,
            "fields": None if fields is None else merge_fields(interest.fields, fields),
            "source": source,
            "expected_close": expected_close,
        },
    )
    return (InterestEdited(changes=changes, **changed),) if changes else ()  # type: ignore[arg-type]


def assign(
    interest: Interest,
    members: Sequence[MemberId],
    role: RoleId | None,
    why: Why,
    *,
    collaborators: Sequence[MemberId] | None = None,
) -> tuple[InterestEvent, ...]:
    """
    Decide who answers for *interest*, and who works on it beside.

    Raises:
        Refused: the interest is closed (``interest.assign.closed``).
    """
    _must_be_open(interest, "assign")
    beside = interest.collaborators if collaborators is None else tuple(collaborators)
    same = (
        tuple(members) == interest.assignees
        and role == interest.role
        and beside == interest.collaborators
    )
    if same and interest.why is not None:
        return ()
    return (
        InterestAssigned(
            members=tuple(members),
            role=role,
            collaborators=beside,
            why=why,
            before=interest.assignees,
        ),
    )


def add_task(interest: Interest, task: Task) -> tuple[InterestEvent, ...]:
    """
    Decide that something is to be done about *interest* (R26).

    Raises:
        Refused: the interest is closed (``interest.task.closed``).
    """
    _must_be_open(interest, "task")
    return (InterestTaskAdded(task=task),)


def finish_task(interest: Interest, task: str) -> tuple[InterestEvent, ...]:
    """
    Decide that the task with id *task* is done; nothing where it was.

    Raises:
        UnknownRecord: there is no such task (``interest.task.unknown``).
    """
    found = find_task(interest.tasks, task, interest.ref)
    return () if found.done_at else (InterestTaskFinished(task=task),)


def touch(interest: Interest, touch: TouchId) -> tuple[InterestEvent, ...]:
    """
    Decide that the client came again while *interest* is open (R4).

    Raises:
        Refused: the interest is closed (``interest.touch.closed``).
    """
    _must_be_open(interest, "touch")
    return (InterestTouched(touch=touch),)


def note(
    interest: Interest, text: str, mentions: Iterable[MemberId] = ()
) -> tuple[InterestEvent, ...]:
    """
    Decide that a member writes to the others about *interest*.

    Raises:
        Refused: there is no text (``interest.note.empty``).
    """
    if not text.strip():
        raise Refused(
            "interest.note.empty", "a note has no text", subject=str(interest.ref)
        )
    return (InterestNoted(text=text, mentions=tuple(mentions)),)


def _must_be_open(interest: Interest, what: str) -> None:
    if not interest.is_open:
        raise Refused(
            f"interest.{what}.closed",
            f"is {interest.standing}",
            subject=str(interest.ref),
        )
