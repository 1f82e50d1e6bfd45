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
from typing import TYPE_CHECKING

import attrs

from leadflow import identity
from leadflow.channels._meta import ident, objects
from leadflow.channels._webhook import json_object, text_of
from leadflow.values import ContactPoint, Person


if TYPE_CHECKING:
    from leadflow.channels._meta import Json


__all__ = ("NETWORK", "Writer", "account_points", "digits_of", "writer_of")

NETWORK = "whatsapp"

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


def writer_of(value: Json, number: object, user_id: object) -> Writer:
    """
    Return who is meant by *number* and *user_id*, with what *value* knows besides.
    """
    digits, user = digits_of(number), ident(user_id)
    contacts = objects(value.get("contacts"))
    for contact in contacts:
        known = digits_of(contact.get("wa_id")), ident(contact.get("user_id"))
        same = (digits and digits == known[0]) or (user and user == known[1])
        # In a delivery about one person both may stand with the contact alone.
        alone = not digits and not user and len(contacts) == 1
        if same or alone:
            profile = json_object(contact.get("profile"))
            return Writer(
                user_id=user or known[1],
                number=digits or known[0],
                username=text_of(profile.get("username")),
                name=text_of(profile.get("name")),
            )
    return Writer(user_id=user, number=digits)
