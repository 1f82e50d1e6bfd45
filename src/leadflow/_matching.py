"""
Match keys: what two records must have in common to be taken for one (R4, R14, R30).

A record is turned into keys alone, and two records match when they share one: so
matching is symmetric by construction, and a store finds matches by its index.
What a key is worth is its strength:

- *exact*: one and the same phone, mailbox or account of a network;
- *strong*: the same for all who know the trade: a number with and without the
  digit that Brazil, Argentina or Mexico put into it, a name in a network, which
  can change hands, the same client;
- *loose*: a hint for a person to look at: the last digits of a number, a mailbox
  without punctuation, the domain of a company, a name.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Literal

import attrs

from leadflow._domains import clean, is_free_mail, registrable
from leadflow._names import company_name, person_keys
from leadflow.values import ContactPoint, Person


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet


__all__ = (
    "CROWD",
    "Candidate",
    "Duplicate",
    "Match",
    "MatchKey",
    "Standing",
    "Strength",
    "compare",
    "duplicates",
    "match_keys",
    "merge_set",
)

Strength = Literal["exact", "strong", "loose"]
Standing = Literal["open", "won", "lost", "archived"]
Agreement = Literal["same", "different", "unknown"]

CROWD = 21
"""So many hits of one key tell nothing: a shared phone, a common name."""

_RANKS: dict[Strength, int] = {"exact": 0, "strong": 1, "loose": 2}
_NOBODY = Person()

# Networks in which a phone number is the account.
_BY_PHONE = ("whatsapp", "viber")
_NUMBER = re.compile(r"\+?[0-9]{8,15}")
_EXTENSION = re.compile(r"[;,#x]|ext|доб|вн", re.IGNORECASE)
# Country codes are prefix-free (ITU-T E.164): one digit, two, or else three.
_COUNTRY = re.compile(
    r"1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[0-9]{3}"
)
_SAME_DIGIT = re.compile(r"(.)\1*")
_PUNCTUATION = re.compile(r"[^\w]|_")


@attrs.frozen
class MatchKey:
    """
    Hold one thing that a record can be recognised by, and what it is worth.
    """

    strength: Strength
    kind: str
    value: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


def match_keys(
    contact_points: Iterable[ContactPoint],
    person: Person = _NOBODY,
    *,
    client: str = "",
    account: str = "",
) -> frozenset[MatchKey]:
    """
    Return all keys of a record.

    A contact point that could not be normalised still has the loose keys of its
    raw text.  *client* is the id of the client that the record belongs to,
    *account* that of the company that stands above its contact.

    >>> sorted(map(str, match_keys([ContactPoint(kind="phone", value="+79161234567")])))
    ['digits:9161234567', 'phone:+79161234567']
    """
    found: set[MatchKey] = set()
    for point in contact_points:
        found.update(_keys_of(point))
    found.update(MatchKey("loose", "name", name) for name in person_keys(person.name))
    company = company_name(person.company)
    # Two letters are no name of a company (D13).
    if len(company.replace(" ", "")) > 2:
        found.add(MatchKey("loose", "company", company))
    if client:
        found.add(MatchKey("strong", "client", client))
    if account:
        found.add(MatchKey("loose", "account", account))
    return frozenset(found)


def _keys_of(point: ContactPoint) -> Iterator[MatchKey]:
    match point.kind:
        case "phone":
            yield from _keys_of_phone(point.value, point.raw)
        case "email":
            if point.value:
                yield from _keys_of_email(point.value)
        case kind if kind in _BY_PHONE and _NUMBER.fullmatch(point.value):
            yield from _keys_of_phone(f"+{point.value.removeprefix('+')}", "")
        case kind:
            if point.value.startswith("@"):
                yield MatchKey("strong", kind, point.value)
            elif point.value:
                yield MatchKey("exact", kind, point.value)
            if point.label.startswith("@"):
                yield MatchKey("strong", kind, point.label.lower())


def _keys_of_phone(value: str, raw: str) -> Iterator[MatchKey]:
    if value:
        yield MatchKey("exact", "phone", value)
    text = _EXTENSION.split(clean(value or raw), maxsplit=1)[0].lstrip(" (")
    digits = "".join(str(int(letter)) for letter in text if letter.isdecimal())
    international = text.startswith(("+", "00"))
    if not text.startswith("+") and international:
        digits = digits[2:]
    if international and (short := mobile_without_digit(digits)):
        yield MatchKey("strong", "phone", f"+{short}")
    code = _COUNTRY.match(digits) if international else None
    own = digits[code.end() :] if code else digits
    # Ten digits reach from the area code on, wherever the rest is not known.
    last = own.lstrip("0")[-10:]
    if len(last) > 6 and not _SAME_DIGIT.fullmatch(last):
        yield MatchKey("loose", "digits", last)


def mobile_without_digit(digits: str) -> str:
    """
    Return a number of a country with two ways to write it in the shorter one.

    Brazil put a 9 before mobile numbers that began with 6 to 9, Argentina has a
    9 and Mexico had a 1 between the country and the area, which networks and
    people leave out or keep as they like.  Empty for numbers of other countries.
    """
    code, own = digits[:2], digits[2:]
    match code, len(own):
        case (("52" | "54" | "55"), 10):
            return digits
        case "52", 11 if own[0] == "1":
            return code + own[1:]
        case "54", 11 if own[0] == "9":
            return code + own[1:]
        case "55", 11 if own[2] == "9" and own[3] in "6789":
            return code + own[:2] + own[3:]
        case _:
            return ""


def _keys_of_email(address: str) -> Iterator[MatchKey]:
    yield MatchKey("exact", "email", address)
    local, _, domain = address.rpartition("@")
    own = registrable(domain)
    box = _PUNCTUATION.sub("", local.partition("+")[0])
    if box:
        yield MatchKey("loose", "mailbox", f"{box}@{own}")
    if not is_free_mail(domain):
        yield MatchKey("loose", "domain", own)


# -- comparing -----------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Match:
    """
    Tell how two records match: how well, by which keys, and what the names say.

    *keys* is the evidence, the best first.  *names* are ``different`` where both
    records tell a full name and the two have no spelling in common.
    """

    strength: Strength
    keys: tuple[MatchKey, ...]
    names: Agreement

    @property
    def certain(self) -> bool:
        """
        Tell whether a machine may act on it without a person looking.

        A loose key never suffices, and a phone does not against the names: an
        office or a family shares it.
        """
        kinds = {key.kind for key in self.keys if key.strength != "loose"}
        return bool(kinds) and (kinds != {"phone"} or self.names != "different")


def compare(a: AbstractSet[MatchKey], b: AbstractSet[MatchKey]) -> Match | None:
    """
    Return how two records match, nothing if they share no key.
    """
    return _match(a & b, a, b)


def _match(
    common: AbstractSet[MatchKey], a: AbstractSet[MatchKey], b: AbstractSet[MatchKey]
) -> Match | None:
    evidence = sorted(common, key=_by_worth)
    if not evidence:
        return None
    return Match(
        strength=evidence[0].strength,
        keys=tuple(evidence),
        names=_agreement(_names(a), _names(b)),
    )


def _by_worth(key: MatchKey) -> tuple[int, str, str]:
    return _RANKS[key.strength], key.kind, key.value


def _names(keys: AbstractSet[MatchKey]) -> set[str]:
    return {key.value for key in keys if key.kind == "name"}


def _agreement(a: set[str], b: set[str]) -> Agreement:
    if not a or not b:
        return "unknown"
    return "same" if a & b else "different"


# -- looking for duplicates ----------------------------------------------------


@attrs.frozen(kw_only=True)
class Candidate:
    """
    Hold what the search for duplicates must know of a record.

    *kind* is ``lead``, ``interest`` or ``client``; *tenant* parts what must never
    meet.
    """

    id: str
    kind: str
    keys: frozenset[MatchKey]
    standing: Standing = "open"
    tenant: str = ""


@attrs.frozen
class Duplicate:
    """
    Name a candidate that may be the same, and why.
    """

    candidate: Candidate
    match: Match


def duplicates(
    subject: Candidate, candidates: Iterable[Candidate], *, crowd: int = CROWD
) -> tuple[Duplicate, ...]:
    """
    Return the possible duplicates to show, the best match first, each once.

    Won and lost ones are shown, archived ones and those of other tenants are
    not.  A key with *crowd* or more hits is no evidence.
    """
    return tuple(
        found
        for found in _matches(subject, candidates, crowd)
        if found.candidate.standing != "archived"
    )


def merge_set(
    subject: Candidate,
    candidates: Iterable[Candidate],
    *,
    include_lost: bool = False,
    crowd: int = CROWD,
) -> tuple[Candidate, ...]:
    """
    Return what may be merged without a person looking: the subject, and others.

    Only certain matches are among them (`Match.certain`), and only open records;
    *include_lost* brings lost and archived interests back, never leads.  What is
    won stays out.
    """
    return (
        subject,
        *(
            found.candidate
            for found in _matches(subject, candidates, crowd)
            if found.match.certain
            and (
                found.candidate.standing == "open"
                or (
                    include_lost
                    and found.candidate.kind == "interest"
                    and found.candidate.standing in ("lost", "archived")
                )
            )
        ),
    )


def _matches(
    subject: Candidate, candidates: Iterable[Candidate], crowd: int
) -> list[Duplicate]:
    near = {
        (each.kind, each.id): each
        for each in candidates
        if each.tenant == subject.tenant
        and (each.kind, each.id) != (subject.kind, subject.id)
        and not subject.keys.isdisjoint(each.keys)
    }
    hits = Counter(key for each in near.values() for key in subject.keys & each.keys)
    telling = {key for key, count in hits.items() if count < crowd}
    found = [
        Duplicate(each, match)
        for each in near.values()
        if (
            match := _match(subject.keys & each.keys & telling, subject.keys, each.keys)
        )
    ]
    return sorted(
        found,
        key=lambda one: (
            _RANKS[one.match.strength],
            -len(one.match.keys),
            one.candidate.kind,
            one.candidate.id,
        ),
    )
