"""
The small values that every room speaks in.

All are frozen and hold only immutable fields, so that they can be logged,
queued, stored and compared.  Instants are aware and in UTC, money is in minor
units, ids are opaque text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Literal, NewType, TypeAlias

import attrs

from leadflow.errors import Refused


__all__ = (
    "SYSTEM",
    "Actor",
    "ActorKind",
    "Attachment",
    "Change",
    "ChannelId",
    "ClientId",
    "ContactPoint",
    "Document",
    "Fields",
    "Index",
    "InterestId",
    "LeadId",
    "MemberId",
    "Moment",
    "Money",
    "Person",
    "Product",
    "Ref",
    "RoleId",
    "Source",
    "StageId",
    "Task",
    "Term",
    "TouchId",
    "Why",
    "aware_utc",
    "member",
    "search_words",
)

LeadId = NewType("LeadId", str)
ClientId = NewType("ClientId", str)
InterestId = NewType("InterestId", str)
TouchId = NewType("TouchId", str)
MemberId = NewType("MemberId", str)
RoleId = NewType("RoleId", str)
ChannelId = NewType("ChannelId", str)
StageId = NewType("StageId", str)

Fields = tuple[tuple[str, tuple[str, ...]], ...]
"""Custom fields as sorted pairs of id and canonical texts (R20).

A single value is a tuple of one text; a field that is not filled is absent.
"""


def aware_utc(instant: datetime) -> datetime:
    """
    Return *instant* in UTC.

    Raises:
        Refused: *instant* is naive (rule ``value.naive-datetime``).
    """
    if instant.tzinfo is UTC:
        return instant
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise Refused(
            "value.naive-datetime",
            f"the datetime {instant.isoformat()} has no zone",
        )
    return instant.astimezone(UTC)


# Refs are keys of dicts all along the road.
@attrs.frozen(cache_hash=True)
class Ref:
    """
    Name one record: its *kind* (``lead``, ``client`` …) and its *id*.
    """

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.id}"


Term: TypeAlias = tuple[str, str]
"""One indexed fact of a record: (name, value)."""


@attrs.frozen
class Index:
    """
    Say by what a record is found: one sort instant and a set of terms.

    *at* orders pages and should not change over a record's life (the time of
    arrival); terms are exact facts (``("state", "in_work")``).
    """

    at: datetime = attrs.field(converter=aware_utc)
    terms: frozenset[Term] = frozenset()


@attrs.frozen(kw_only=True)
class ContactPoint:
    """
    Hold one way to reach a person, and to recognise them again (R4).

    *kind* is ``phone``, ``email`` or the name of a network (``telegram``,
    ``vk``, ``whatsapp`` …); *value* is normalised (E.164, lower-case domain,
    the network's own id) and empty where *raw* could not be; *raw* is the text
    as it came.
    """

    kind: str
    value: str
    raw: str = ""
    label: str = ""

    @property
    def key(self) -> str:
        """Return the text that is equal for equal contacts, empty if unusable."""
        return f"{self.kind}:{self.value}" if self.value else ""


@attrs.frozen(kw_only=True)
class Person:
    """
    Name a person, and the company that they act for.
    """

    name: str = ""
    company: str = ""
    title: str = ""
    language: str = ""


@attrs.frozen
class Money:
    """
    Hold an amount in minor units (kopecks, cents) of an ISO 4217 currency.
    """

    minor: int
    currency: str

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise Refused(
                "value.mixed-currencies",
                f"cannot add {other.currency} to {self.currency}",
            )
        return Money(self.minor + other.minor, self.currency)


@attrs.frozen(kw_only=True)
class Product:
    """
    Point at a product that a touch or an interest is about (R7).
    """

    id: str
    title: str = ""
    price: Money | None = None
    quantity: int = 1
    url: str = ""


@attrs.frozen(kw_only=True)
class Attachment:
    """
    Describe a file that came with a touch; its bytes stay where they are.

    *locator* says how to get at the bytes: the part of the message
    (``part:2.1``), a platform's file id (``file_id:…``) or a URL.  *size* is in
    bytes, *sha256* is hex, both known only where the bytes were there.
    """

    name: str
    media_type: str
    locator: str
    size: int | None = None
    sha256: str = ""
    inline: bool = False


@attrs.frozen(kw_only=True)
class Source:
    """
    Tell what made the person come: an ad, a mailing, the site (UTM marks).

    *name* is ``utm_source`` or the catalogue's own name; *marks* are further
    click ids and marks as sorted pairs (``("gclid", "…")``).
    """

    name: str = ""
    medium: str = ""
    campaign: str = ""
    term: str = ""
    content: str = ""
    page: str = ""
    referrer: str = ""
    marks: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return self != _NO_SOURCE


_NO_SOURCE = Source()


@attrs.frozen
class Change:
    """
    Tell what one field was before and is after, as texts (R28).
    """

    field: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Document:
    """
    Point at a document of an interest: an offer, a contract, an invoice (R38).

    *kind* is what requirements ask for; *locator* leads to the file or record.
    """

    id: str
    kind: str
    title: str = ""
    locator: str = ""


@attrs.frozen(kw_only=True)
class Task:
    """
    Hold something to be done about a lead or an interest, or a reminder (R26).

    *touch* is the missed call that it asks to call back.
    """

    id: str
    title: str
    due: datetime | None = None
    assignee: MemberId | None = None
    done_at: datetime | None = None
    touch: TouchId | None = None


@attrs.frozen(kw_only=True)
class Why:
    """
    Tell which policy chose whom out of whom (R35).

    *left_out* has (candidate, reason) pairs; *tie* says how equals were told
    apart; *tried* are the policies that found nobody before, each with its
    reason.
    """

    policy: str
    chosen: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    tie: str = ""
    tried: tuple[tuple[str, str], ...] = ()

    def text(self, names: Mapping[str, str] | None = None) -> str:
        """
        Tell it to people, with *names* in place of ids where they are given.

        >>> why = Why(policy="by hand", chosen=("7",), candidates=("7", "8"))
        >>> why.text({"7": "Anna", "8": "Boris"})
        'by hand: Anna, of Anna, Boris'
        """
        given = {} if names is None else names

        def listed(ids: tuple[str, ...]) -> str:
            return ", ".join(given.get(each, each) for each in ids)

        # A queue chooses nobody, and still knows how one of them will be.
        nobody = "whoever takes it" if self.tie else "nobody"
        parts = [f"{self.policy}: {listed(self.chosen) or nobody}"]
        if self.candidates:
            parts[0] += f", of {listed(self.candidates)}"
        if self.left_out:
            reasons = (
                f"{given.get(each, each)} ({reason.replace('_', ' ')})"
                for each, reason in self.left_out
            )
            parts.append(f"left out {', '.join(reasons)}")
        if self.tie:
            parts.append(self.tie)
        parts += (f"tried before {policy} ({reason})" for policy, reason in self.tried)
        return "; ".join(parts)


ActorKind = Literal["member", "channel", "robot", "system"]


@attrs.frozen
class Actor:
    """
    Tell who did it: a member, a channel, a robot or the system (R28).
    """

    kind: ActorKind
    id: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}" if self.id else self.kind


SYSTEM = Actor("system")


def member(id: str) -> Actor:  # noqa: A002 - the field's own name
    """
    Return the actor that stands for the member *id*.
    """
    return Actor("member", id)


@attrs.frozen(kw_only=True)
class Moment:
    """
    Bring in what pure code may not fetch itself: time, ids and the actor.

    *now* is aware UTC; *new_id* answers a fresh unique text at every call.
    """

    now: datetime = attrs.field(converter=aware_utc)
    by: Actor
    new_id: Callable[[], str] = attrs.field(repr=False, eq=False)


def search_words(*texts: str) -> frozenset[str]:
    """
    Return the words of *texts* as they are searched by: folded, ё as е.
    """
    return frozenset(
        word.strip(".,;:!?\"'()«»„“”")
        for text in texts
        for word in text.casefold().replace("ё", "е").split()
    ) - {""}
