"""
What a stage is made of: requirements, checklist, robots.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import attrs


__all__ = (
    "NOTHING",
    "ChecklistItem",
    "Requirements",
    "Robot",
    "RobotStart",
    "Stage",
    "StageKind",
    "Standing",
    "unmet",
)

StageKind = Literal["open", "won", "lost"]
RobotStart = Literal["enter", "leave", "event", "stuck"]


@attrs.frozen
class ChecklistItem:
    """
    Name one thing to be ticked off while in a stage.
    """

    id: str
    title: str = ""


@attrs.frozen(kw_only=True)
class Requirements:
    """
    Say what must be there before a stage is entered or left (R38).

    *fields* must be filled, *checklist* items ticked, of each kind of
    *documents* at least so many be there.  *tasks* are titles of tasks that must
    have been done; with *all_tasks* none may be left to do.
    """

    fields: tuple[str, ...] = ()
    checklist: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    all_tasks: bool = False
    documents: tuple[tuple[str, int], ...] = ()

    def __or__(self, other: Requirements) -> Requirements:
        """
        Return what is met exactly when both are.
        """
        documents = dict(self.documents)
        for kind, count in other.documents:
            documents[kind] = max(count, documents.get(kind, count))
        return Requirements(
            fields=tuple(dict.fromkeys((*self.fields, *other.fields))),
            checklist=tuple(dict.fromkeys((*self.checklist, *other.checklist))),
            documents=tuple(documents.items()),
            tasks=tuple(dict.fromkeys((*self.tasks, *other.tasks))),
            all_tasks=self.all_tasks or other.all_tasks,
        )

    def __bool__(self) -> bool:
        return self != NOTHING


NOTHING = Requirements()
"""Requirements that ask nothing."""


@attrs.frozen(kw_only=True)
class Standing:
    """
    Say what is there: what requirements are held against.

    *fields* are the names of the filled ones, *checked* the ticked items,
    *documents* the kind of each document, once for each; *done* and *undone* are
    titles of tasks.
    """

    fields: frozenset[str] = frozenset()
    checked: frozenset[str] = frozenset()
    documents: tuple[str, ...] = ()
    done: frozenset[str] = frozenset()
    undone: tuple[str, ...] = ()


def unmet(requirements: Requirements, standing: Standing) -> tuple[str, ...]:
    """
    Return what is missing, in the order of the requirements, nothing twice.

    ``field:<name>``, ``checklist:<item>``, ``document:<kind>:<how many more>``,
    ``task:<title>``.
    """
    missing = [
        *(
            f"field:{name}"
            for name in requirements.fields
            if name not in standing.fields
        ),
        *(
            f"checklist:{item}"
            for item in requirements.checklist
            if item not in standing.checked
        ),
        *(
            f"document:{kind}:{lacking}"
            for kind, count in requirements.documents
            if (lacking := count - standing.documents.count(kind)) > 0
        ),
        *(
            f"task:{title}"
            for title in requirements.tasks
            if title not in standing.done
        ),
    ]
    if requirements.all_tasks:
        missing.extend(f"task:{title}" for title in standing.undone)
    return tuple(dict.fromkeys(missing))


@attrs.frozen(kw_only=True)
class Robot:
    """
    Describe what a stage does by itself (R39); nothing here carries it out.

    It starts when an interest enters or leaves the stage, at an *event* while it
    is there, or when it is stuck there; each *after* a delay, counted for
    ``stuck`` from entering (the stage's ``rot_after`` where it is zero).
    *action* is one of `leadflow.scenario.ROBOT_ACTIONS` or a kind of the
    application's own, *arguments* are for it.
    """

    on: RobotStart = "enter"
    action: str
    after: timedelta = timedelta(0)
    event: str = ""
    arguments: tuple[tuple[str, str], ...] = ()

    def argument(self, name: str) -> str:
        """
        Return the argument called *name*, an empty text where there is none.
        """
        return dict(self.arguments).get(name, "")


@attrs.frozen(kw_only=True)
class Stage:
    """
    Describe one stage; *kind* alone says whether it is a way or an end (R37).

    *probability* of winning is in percent (R43).  After *rot_after* in an open
    stage an interest is marked (R44).  *moves_to*, where it is not empty, are
    the only stages besides the lost ones that may follow.
    """

    id: str
    title: str = ""
    kind: StageKind = "open"
    colour: str = ""
    probability: int | None = None
    rot_after: timedelta | None = None
    moves_to: tuple[str, ...] = ()
    checklist: tuple[ChecklistItem, ...] = ()
    enter: Requirements = NOTHING
    leave: Requirements = NOTHING
    robots: tuple[Robot, ...] = ()
