"""
What every store refuses before it reads or writes anything.

A commit that is wrong in itself is a mistake of the caller and no conflict:
trying again would not help.  All stores use these checks, so that tests on the
in-memory store meet the refusals that the database would give.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import blake2b, sha1
from typing import TYPE_CHECKING

import attrs

from leadflow.errors import Refused
from leadflow.ports import Done
from leadflow.values import aware_utc


if TYPE_CHECKING:
    from uuid import UUID

    from leadflow.ports import Commit, Query
    from leadflow.values import Ref


__all__ = (
    "COMMITS",
    "REMEMBERED",
    "check_commit",
    "check_page",
    "digest_of",
    "effect_id",
    "first_token",
    "instant",
    "is_empty",
    "micros",
    "read_cursor",
    "reused",
    "timer_id",
    "timer_key",
    "write_cursor",
)

COMMITS = "~commit"
"""
The claim space in which a store remembers commits that wrote no event.

Those with events are found again through the journal.
"""

REMEMBERED = timedelta(days=7)
"""How long such a commit is remembered; longer than anybody tries again."""

# RFC 9562: four bits tell the version, two the variant.
_VERSION_BITS = 0xF000 << 64 | 0xC000 << 48
_VERSION_5 = 5 << 76 | 0x8000 << 48

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def check_commit(commit: Commit) -> None:
    """
    Refuse a commit that is wrong in itself.

    Raises:
        Refused: a write has no events or a negative version, something is named
            twice, a datetime is naive, a lease is settled by another verdict
            than done, a claim is in a space that stores keep for themselves.
    """
    records = set()
    for write in commit.writes:
        ref = write.ref
        records.add((ref.kind, ref.id))
        if not write.events:
            raise Refused("store.no-events", "a write needs an event", subject=str(ref))
        if write.expected < 0:
            raise Refused("store.bad-version", "versions start at 0", subject=str(ref))
        if write.index is not None and ("", "") in write.index.terms:
            raise Refused("store.empty-term", "a term has a name", subject=str(ref))
    if len(records) < len(commit.writes):
        raise Refused("store.record-twice", "one commit writes a record twice")
    if commit.claims or commit.releases:
        _check_claims(commit)
    for effect in commit.effects:
        if effect.not_before is not None:
            aware_utc(effect.not_before)
    if commit.settles:
        _check_settles(commit)


def _check_claims(commit: Commit) -> None:
    keys = set()
    for claim in commit.claims:
        key = claim.key
        keys.add((key.space, key.key))
        if claim.until is not None:
            aware_utc(claim.until)
        if key.space == COMMITS:
            raise Refused("store.reserved-space", f"{key} is the store's own")
    released = {(release.key.space, release.key.key) for release in commit.releases}
    if len(keys) < len(commit.claims) or len(released) < len(commit.releases):
        raise Refused("store.claim-twice", "one commit names a claim twice")


def _check_settles(commit: Commit) -> None:
    if any(not isinstance(settle.verdict, Done) for settle in commit.settles):
        raise Refused("store.settle-undone", "a commit finishes leases only as done")
    leases = {(settle.lease.what, settle.lease.id) for settle in commit.settles}
    if len(leases) < len(commit.settles):
        raise Refused("store.lease-twice", "one commit settles a lease twice")


def check_page(query: Query) -> None:
    """
    Refuse a page without a place: *limit* has to be at least 1.
    """
    if query.limit < 1:
        raise Refused("store.bad-limit", f"a page holds at least 1, not {query.limit}")


def write_cursor(micros: int, id: str) -> str:  # noqa: A002 - the field's own name
    """
    Return the opaque text that marks a place between records.
    """
    return f"{micros}:{id}"


def read_cursor(text: str) -> tuple[int, str]:
    """
    Return the place that `write_cursor` wrote.

    Raises:
        Refused: *text* is no cursor (rule ``store.bad-cursor``).
    """
    micros, colon, id_ = text.partition(":")
    try:
        place = int(micros)
    except ValueError:
        place = None
    if place is None or not colon:
        raise Refused("store.bad-cursor", f"{text[:40]!r} is no cursor of a page")
    return place, id_


def first_token(commit_id: UUID) -> int:
    """
    Return the token that a timer set by the commit starts with.

    A timer that was cancelled and set again must not meet a lease on its former
    life, so tokens start at random rather than at 0; the commit's id is random
    enough and the same at every attempt.
    """
    return commit_id.int % 2**53


def effect_id(commit_id: UUID, index: int) -> str:
    """
    Return ``str(uuid5(commit_id, str(index)))``, in a third of the time.
    """
    name = commit_id.bytes + str(index).encode()
    number = int.from_bytes(sha1(name, usedforsecurity=False).digest()[:16])
    number = number & ~_VERSION_BITS | _VERSION_5
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def timer_id(ref: Ref, name: str) -> str:
    """
    Return ``kind/id/name``, each part escaped so that no two timers share it.
    """
    return "/".join(
        part.replace("%", "%25").replace("/", "%2F")
        for part in (ref.kind, ref.id, name)
    )


def timer_key(id: str) -> tuple[str, str, str] | None:  # noqa: A002 - as above
    """
    Return the (kind, id, name) that `timer_id` wrote, None if it is no such.
    """
    parts = [part.replace("%2F", "/").replace("%25", "%") for part in id.split("/")]
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 else None


def micros(instant: datetime) -> int:
    """
    Return *instant* in whole microseconds since 1970, exactly.
    """
    gap = instant - _EPOCH
    return gap.days * 86_400_000_000 + gap.seconds * 1_000_000 + gap.microseconds


def instant(stamp: int) -> datetime:
    """
    Return the instant that `micros` wrote, in UTC.
    """
    return _EPOCH + timedelta(microseconds=stamp)


def is_empty(commit: Commit) -> bool:
    """
    Tell whether *commit* asks for nothing at all.
    """
    return not (
        commit.writes
        or commit.claims
        or commit.releases
        or commit.timers
        or commit.effects
        or commit.settles
        or commit.checkpoint
    )


def digest_of(commit: Commit) -> str:
    """
    Return a short text that differs where commits without writes differ.
    """
    content = repr(attrs.evolve(commit, writes=())).encode("utf-8", "surrogatepass")
    return blake2b(content, digest_size=16).hexdigest()


def reused(commit: Commit) -> Refused:
    """
    Return the error for an id that another commit has used.
    """
    return Refused(
        "store.commit-id-reused",
        f"the commit {commit.id} was made before, with other content",
    )
