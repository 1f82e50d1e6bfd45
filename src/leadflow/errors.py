"""
Every error that leaves leadflow, as one tree.

Four kinds, told apart by whose fault it is: `DefinitionError` (the author of a
playbook is wrong), `Refused` (the business says no), `Malformed` and
`Unverified` (the other side of a channel is wrong), `StoreError` (the outside
world failed).  An error carries its data as attributes; the message is made
from them, names the thing and the rule, and ends without a dot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs


if TYPE_CHECKING:
    from collections.abc import Iterable


__all__ = (
    "CheckpointMoved",
    "ClaimTaken",
    "Conflict",
    "CrossShard",
    "Damaged",
    "DefinitionError",
    "JournalGap",
    "LeadflowError",
    "LeaseLost",
    "Malformed",
    "Problem",
    "Refused",
    "StoreError",
    "Transient",
    "Unavailable",
    "Uncertain",
    "UnknownRecord",
    "Unverified",
    "VersionConflict",
)


class LeadflowError(Exception):
    """
    Catch everything that leadflow raises on purpose.

    Two errors are equal when they are of one class and carry the same data, so
    that an error can stand in a list of outcomes and be compared there.
    """

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self.args == other.args and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((type(self), self.args))


# -- the author of a playbook is wrong ----------------------------------------


@attrs.frozen
class Problem:
    """
    Say what is wrong at one place of a definition.

    *path* leads to the place (``scenarios.retail.stages[2].enter``), *rule* is
    a short stable name (``unknown-target``), *message* is for people.
    """

    path: str
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message} [{self.rule}]"


class DefinitionError(LeadflowError, ValueError):
    """
    Report all problems of a definition at once (R45).

    *problems* is never empty; each has the path to its place.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


# -- the business says no ------------------------------------------------------


class Refused(LeadflowError):
    """
    Tell that a rule forbids what was asked; nothing was written.

    *rule* is a stable dotted name (``reason.required``); *subject*
    names the record (``lead/7f3a``), empty where there is none; *missing* lists
    what would have to be there (fields, checklist items, documents).
    """

    def __init__(
        self,
        rule: str,
        message: str,
        *,
        subject: str = "",
        missing: Iterable[str] = (),
    ) -> None:
        self.rule = rule
        self.message = message
        self.subject = subject
        self.missing: tuple[str, ...] = tuple(missing)
        place = f"{subject}: " if subject else ""
        super().__init__(f"{place}{message} [{rule}]")


class UnknownRecord(Refused, LookupError):
    """
    Tell that a record, member, stage or other named thing does not exist.
    """


# -- the other side of a channel is wrong --------------------------------------


class Malformed(LeadflowError, ValueError):
    """
    Tell that bytes that came in cannot be read.

    *reason* is a short stable name (``truncated-mime``), *place* says where
    (a header, a JSON path), *excerpt* is a safe, short, printable piece of the
    input.  Stands in the outcomes of a reading as well as being raised.
    """

    def __init__(self, reason: str, *, place: str = "", excerpt: str = "") -> None:
        self.reason = reason
        self.place = place
        self.excerpt = excerpt
        at = f" at {place}" if place else ""
        super().__init__(f"{reason}{at}")


class Unverified(LeadflowError):
    """
    Tell that a delivery is not authentic (R11); it makes nothing.

    *reason* names what failed and never holds a secret or the given signature.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


# -- the outside world failed --------------------------------------------------


class StoreError(LeadflowError):
    """
    Catch what a store reports; no driver's error leaves a store.
    """


class Conflict(StoreError):
    """
    Tell that another commit came first; nothing was written.

    The desk reads and decides again; a caller sees it only when all attempts
    were used up.
    """


class VersionConflict(Conflict):
    """
    Tell that *ref* is not at the version that the decision rested on.
    """

    def __init__(self, ref: object, expected: int, actual: int) -> None:
        self.ref = ref
        self.expected = expected
        self.actual = actual
        super().__init__(f"{ref}: expected version {expected}, is at {actual}")


class ClaimTaken(Conflict):
    """
    Tell that claims are held by others; *records* are the holders found.
    """

    def __init__(self, records: Iterable[object]) -> None:
        self.records: tuple[object, ...] = tuple(records)
        super().__init__(f"{len(self.records)} claim(s) taken: {self.records!r}")


class CheckpointMoved(Conflict):
    """
    Tell that another consumer of the same name has moved the checkpoint.
    """


class LeaseLost(StoreError):
    """
    Tell that a lease was settled with an old token; drop the work.
    """


class Transient(StoreError):
    """
    Tell of a passing failure with nothing written; commit the same again.
    """


class Uncertain(StoreError):
    """
    Tell that the answer to a commit was lost; it may have happened.

    Repeat the same ``Commit.id``: it is answered, never doubled.
    """


class Unavailable(StoreError):
    """
    Tell that the store cannot write (disk full, read-only); nothing was written.
    """


class CrossShard(StoreError):
    """
    Tell that one commit named more than one shard.
    """


class Damaged(StoreError):
    """
    Tell that stored data cannot be understood; a person has to look.
    """


class JournalGap(Damaged):
    """
    Tell that a journal position is missing, rather than skip it.
    """
