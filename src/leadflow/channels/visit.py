"""
Visitors at the desk: a reception's form as an inbound of its own (R1, R6).

`~leadflow.desk.EnterLead` opens a lead by hand, and refuses where the person has
one.  At a reception nobody knows that yet: a visit is received like a message, so
it joins the lead or the client that the person has already, and opens a lead for
who is new (R4).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from leadflow import identity
from leadflow.channels._webhook import clean
from leadflow.channels.outcomes import Inbound
from leadflow.errors import Refused
from leadflow.values import ChannelId, ContactPoint, Person, Product, Source


if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


__all__ = ("visit",)

_BETWEEN = re.compile(r"[,;\n]+")


def visit(
    channel: ChannelId,
    *,
    key: str,
    at: datetime,
    name: str = "",
    company: str = "",
    phones: str = "",
    emails: str = "",
    text: str = "",
    subject: str = "",
    region: str | None = None,
    products: Iterable[Product] = (),
    source: Source | None = None,
    consent: bool | None = None,
) -> Inbound:
    """
    Return the visit that somebody at the desk wrote down at *at*, aware UTC.

    *key* is the form's own id of it: sent twice, it counts once (R5).  *phones* and
    *emails* may hold several, parted by commas; one that can't be normalised is kept
    as it was written, and *region* is the country that phones are dialled in.

    Raises:
        Refused: there is no key (rule ``visit.no-key``), nothing to know the visit
            by (``visit.empty``), or *at* is naive (``value.naive-datetime``).
    """
    if not key.strip():
        raise Refused("visit.no-key", "a visit needs a key by which it counts once")
    points = [
        identity.phone(each, region) or ContactPoint(kind="phone", value="", raw=each)
        for each in _several(phones)
    ] + [
        identity.email(each) or ContactPoint(kind="email", value="", raw=each)
        for each in _several(emails)
    ]
    goods = tuple(products)
    person = Person(name=_line(name), company=_line(company))
    told = clean(text).strip()
    if not (points or person.name or person.company or told or goods):
        raise Refused("visit.empty", "a visit has a name, a contact or a text")
    return Inbound(
        channel=channel,
        kind="visit",
        external_id=clean(key).strip(),
        received_at=at,
        contact_points=tuple(dict.fromkeys(points)),
        person=person,
        subject=_line(subject),
        text=told,
        source=source or Source(),
        products=goods,
        consent=consent,
    )


def _line(text: str) -> str:
    return " ".join(clean(text).split())


def _several(text: str) -> list[str]:
    return [each for part in _BETWEEN.split(text) if (each := _line(part))]
