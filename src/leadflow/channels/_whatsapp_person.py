"""
Who writes in WhatsApp.

A person has a business-scoped user id, which holds for one business, and a phone
number, which is the account and which the person may hide: either can be missing.
The user id goes first.  The number is also a phone like any other, by which a
caller or an earlier form is recognised; in Brazil, Mexico and Argentina
WhatsApp's form of it is not always one that can be dialled.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import attrs

from leadflow import identity
from leadflow.channels._meta import Json, ident, objects
from leadflow.channels._webhook import json_object, text_of
from leadflow.values import ContactPoint, Person


__all__ = (
    "CONTACTS",
    "NETWORK",
    "Contacts",
    "Writer",
    "account_points",
    "digits_of",
    "writer_of",
)

NETWORK = "whatsapp"
CONTACTS = "contacts"
"""Where the `Contacts` of a change stand in its value."""

_NUMBER = re.compile(r"\+?([0-9]{5,20})")


@attrs.frozen(kw_only=True)
class Writer:
    """
    Hold who it is: the *user_id* and the *number* (digits), one of which is there.
    """

    user_id: str = ""
    number: str = ""
    username: str = ""
    name: str = ""

    def __bool__(self) -> bool:
        return bool(self.user_id or self.number)

    @property
    def key(self) -> str:
        """Return the key of the conversation with this person."""
        return self.user_id or self.number

    @property
    def contact_points(self) -> tuple[ContactPoint, ...]:
        """Return how the person is reached and recognised, the surest first."""
        return account_points(self.user_id, self.number, self.username)

    @property
    def person(self) -> Person:
        """Return the name that the person goes by."""
        return Person(name=self.name)


def account_points(
    user_id: str, number: str, username: str = ""
) -> tuple[ContactPoint, ...]:
    """
    Return the contact points of an account, of what is known of it.
    """
    label = f"@{username.removeprefix('@')}" if username else ""
    found: list[ContactPoint] = []
    if user_id:
        found.append(
            ContactPoint(kind=NETWORK, value=user_id, raw=user_id, label=label)
        )
    if number:
        phone = identity.phone(f"+{number}", None)
        value = phone.value if phone else f"+{number}"
        own = label if not user_id else ""
        found.append(ContactPoint(kind=NETWORK, value=value, raw=number, label=own))
        if phone:
            found.append(ContactPoint(kind="phone", value=value, raw=number))
    return tuple(found)


def digits_of(value: object) -> str:
    """
    Return the digits of a number as WhatsApp writes them, empty if it is none.
    """
    found = _NUMBER.fullmatch(ident(value))
    return found[1] if found else ""


@attrs.frozen
class Contacts:
    """
    Hold whom a change tells of, to be found by number and by user id.

    Made once a change: looking through all of them for each of its messages would
    cost the square of a body.
    """

    by_number: Mapping[str, Json]
    by_user: Mapping[str, Json]
    alone: Json | None

    @classmethod
    def of(cls, value: Json) -> Contacts:
        """Return the contacts in a change's *value*."""
        told = objects(value.get("contacts"))
        return cls(
            {digits_of(contact.get("wa_id")): contact for contact in told},
            {ident(contact.get("user_id")): contact for contact in told},
            told[0] if len(told) == 1 else None,
        )

    def find(self, number: str, user_id: str) -> Json | None:
        """
        Return who has *number* or *user_id*, None where nobody has.

        In a change about one person both may stand with the contact alone.
        """
        if not number and not user_id:
            return self.alone
        found = self.by_user.get(user_id) if user_id else None
        return found or (self.by_number.get(number) if number else None)


def writer_of(value: Json, number: object, user_id: object) -> Writer:
    """
    Return who is meant by *number* and *user_id*, with what *value* knows besides.
    """
    digits, user = digits_of(number), ident(user_id)
    contacts = value.get(CONTACTS)
    found = contacts.find(digits, user) if isinstance(contacts, Contacts) else None
    if found is None:
        return Writer(user_id=user, number=digits)
    profile = json_object(found.get("profile"))
    return Writer(
        user_id=user or ident(found.get("user_id")),
        number=digits or digits_of(found.get("wa_id")),
        username=text_of(profile.get("username")),
        name=text_of(profile.get("name")),
    )
