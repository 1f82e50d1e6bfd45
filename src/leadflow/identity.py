"""
Who is who: contacts in one spelling each, and keys to recognise people by.

A function here answers a `ContactPoint` whose value is equal for equal contacts,
or nothing: what cannot be normalised for sure is no contact, and nothing is
guessed.  The text as it came is always kept, in *raw*.  How two records are
compared, and what a match is worth, is told in `match_keys`.

Nothing is asked of a network: an address is judged by its form alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote

import attrs
import phonenumbers

from leadflow._domains import clean, domain, host, is_free_mail
from leadflow._matching import (
    CROWD,
    Candidate,
    Duplicate,
    Match,
    MatchKey,
    Standing,
    Strength,
    compare,
    duplicates,
    match_keys,
    merge_set,
    mobile_without_digit,
)
from leadflow._names import company_name, person_name
from leadflow.values import ContactPoint


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


__all__ = (
    "CROWD",
    "Candidate",
    "Duplicate",
    "Match",
    "MatchKey",
    "Standing",
    "Strength",
    "company_name",
    "compare",
    "domain",
    "duplicates",
    "email",
    "handle",
    "is_free_mail",
    "match_keys",
    "merge_contacts",
    "merge_set",
    "person_name",
    "phone",
    "phone_region",
)

# The longest that phonenumbers itself looks at, and the least that can be valid.
_LONGEST_PHONE = 250
_FEWEST_DIGITS = 4
_NO_DIGIT = re.compile(r"\D+")
_SCHEME = re.compile(r"(?:callto|sips?|tel):(?://)?", re.IGNORECASE)

_LOCAL = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}")
_LONGEST_EMAIL = 254


def phone(text: str, region: str | None) -> ContactPoint | None:
    """
    Return a phone number in E.164, nothing if *text* is none for certain.

    *region* is the country (ISO 3166, ``RU``) of numbers that are written without
    their country code; where it is not given, such a number is no contact, for
    nobody knows whose it is.  Only numbers that exist by their country's plan
    count, so ``anonymous``, ``0`` and short numbers do not.  A leading 00 is read
    as +.  An extension goes into the label, as ``ext. 123``.

    >>> phone("8 (916) 123-45-67 доб. 12", "RU")
    ContactPoint(kind='phone', value='+79161234567', raw='8 (916) 123-45-67 доб. 12', \
label='ext. 12')
    >>> phone("8 (916) 123-45-67", None)
    """
    if len(text) > _LONGEST_PHONE or len(_NO_DIGIT.sub("", text)) < _FEWEST_DIGITS:
        return None
    number = clean(text)
    if scheme := _SCHEME.match(number):
        number = number[scheme.end() :].partition("@")[0]
    country = region.upper() if region else None
    found = None
    if number.lstrip("(").startswith("00"):
        found = _parsed("+" + number.lstrip("(")[2:], None)
    found = found or _parsed(number, country)
    if found is None:
        return None
    value = phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)
    label = f"ext. {found.extension}" if found.extension else ""
    return ContactPoint(kind="phone", value=value, raw=text, label=label)


def _parsed(text: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def phone_region(value: str) -> str:
    """
    Return the region of a number in E.164 (``CA`` of +1 613 …), empty if unknown.
    """
    number = _parsed(value, None)
    found = phonenumbers.region_code_for_number(number) if number else None
    # A number that belongs to no country (satellites, +800) has the code 001.
    return found if found and found.isalpha() else ""


def email(text: str) -> ContactPoint | None:
    """
    Return a mailbox in lower case, its domain in ASCII; nothing if it is none.

    Angle brackets with a name before them and ``mailto:`` are taken off.  In
    theory the part before the @ knows capitals; in practice no provider tells
    them apart, so it is compared without, and kept as written in *raw* (D7).
    Plus tags and dots stay: they are another mailbox until a person says no.

    >>> email("Anna <Anna@Почта.РФ>").value
    'anna@xn--80a1acny.xn--p1ai'
    """
    address = clean(text).strip(",; ")
    if address.endswith(">"):
        address = address.rpartition("<")[2].removesuffix(">").strip()
    if address[:7].lower() == "mailto:":
        address = unquote(address[7:].partition("?")[0])
    local, _, name = address.rpartition("@")
    name = host(name)
    value = f"{local.lower()}@{name}"
    if not name or not _LOCAL.fullmatch(local) or len(value) > _LONGEST_EMAIL:
        return None
    return ContactPoint(kind="email", value=value, raw=text)


# -- handles -------------------------------------------------------------------


def handle(
    network: str, text: str, *, region: str | None = None
) -> ContactPoint | None:
    """
    Return the account that *text* names in a network, nothing if it names none.

    Read are ids, names with and without @, and links to a profile.  The value is
    the network's own id where it is known, else the name in lower case after an
    @.  In WhatsApp and Viber a phone number is an account, and *region* says
    whose a national one is.  Of a network that is not known the text itself is
    taken for an id.

    >>> handle("telegram", "https://t.me/Anna_Shop?start=1").value
    '@anna_shop'
    >>> handle("vk", "vk.com/id42").value
    '42'
    """
    kind = network.strip().lower()
    account = clean(text)
    if kind in ("whatsapp", "viber"):
        value = _by_phone(account, region)
    elif region and account.isdigit() and phone(account, region):
        # People write a phone into any field; it is no account's id.
        value = ""
    else:
        value = _READERS.get(kind, _plain)(account)
    return ContactPoint(kind=kind, value=value, raw=text) if value else None


_URL = re.compile(r"(?:[a-z][a-z0-9+.-]*://)?([^/\s?#]+)/+(.*)", re.IGNORECASE)
_NAMES = {
    "telegram": re.compile(r"[a-z][a-z0-9_]{3,31}"),
    "vk": re.compile(r"(?=.*[a-z_])[a-z0-9_.]{2,32}"),
    "instagram": re.compile(r"[a-z0-9._]{1,30}"),
    "facebook": re.compile(r"(?=.*[a-z])[a-z0-9]{5,50}"),
    "ok": re.compile(r"(?=.*[a-z])[a-z0-9._-]{3,50}"),
}
_HOSTS = {
    "telegram": frozenset({"t.me", "telegram.me", "telegram.dog"}),
    "vk": frozenset({"vk.com", "vk.ru", "vk.me", "vkontakte.ru"}),
    "instagram": frozenset({"instagram.com", "instagr.am"}),
    "facebook": frozenset({"facebook.com", "fb.com", "fb.me", "m.me"}),
    "ok": frozenset({"ok.ru", "odnoklassniki.ru"}),
    "whatsapp": frozenset({"wa.me", "api.whatsapp.com"}),
}
# First parts of links that lead to no profile.
_PLACES = frozenset(
    {
        *("joinchat", "addstickers", "addemoji", "share", "proxy", "socks", "iv", "c"),
        *("im", "feed", "wall", "search", "away.php", "albums", "groups", "video"),
        *("p", "reel", "reels", "explore", "stories", "tv", "sharer", "events"),
        *("watch", "marketplace", "login", "help", "profile.php", "profile", "s"),
    }
)
_TELEGRAM_ID = re.compile(r"[0-9]{5,10}")
_VK_ID = re.compile(r"(?:id|write)?([0-9]{1,12})")
_VK_GROUP = re.compile(r"(?:club|public|event|write-|-)([0-9]{1,12})")
_VK_MENTION = re.compile(r"\[([^|\]]+)\|[^\]]*\]")
_VK_PLACE = re.compile(r"(?:wall|photo|video|topic|album|market|clip|doc)-?[0-9].*")
_DIGITS = re.compile(r"[0-9]{1,20}")
_APP_LINK = re.compile(r"(?:viber|whatsapp)://", re.IGNORECASE)
_PHONE_LIKE = re.compile(r"[+0-9 ().-]+")
_OWN_FORM = re.compile(r"([0-9]{8,15})@(?:s\.whatsapp\.net|c\.us)")


def _sites(name: str) -> set[str]:
    """
    Return a host's name with and without what sites put in front of theirs.
    """
    site = name.lower()
    return {site, site.removeprefix("www.").removeprefix("m.")}


def _path(account: str, network: str) -> tuple[str, str] | None:
    """
    Return path and query of a link into the network, nothing if it is no link.
    """
    found = _URL.fullmatch(account)
    if found is None or not _HOSTS[network].intersection(_sites(found[1])):
        return None
    path, _, query = found[2].partition("?")
    return unquote(path.partition("#")[0]).strip("/"), query


def _profile(account: str, network: str) -> str:
    """
    Return the bare name or id in *account*, of a link its first part.
    """
    link = _path(account, network)
    if link is None:
        return account.removeprefix("@").lower()
    first = link[0].partition("/")[0].lower()
    return "" if first in _PLACES else first.removeprefix("@")


def _named(name: str, network: str) -> str:
    return f"@{name}" if _NAMES[network].fullmatch(name) else ""


def _telegram(account: str) -> str:
    if account.lower().startswith("tg://"):
        query = parse_qs(account.partition("?")[2])
        account = (query.get("id") or query.get("domain") or [""])[0]
    name = _profile(account, "telegram")
    # Longer numbers are phones: an account's id says nothing of itself.
    return name if _TELEGRAM_ID.fullmatch(name) else _named(name, "telegram")


def _vk(account: str) -> str:
    if mention := _VK_MENTION.fullmatch(account):
        account = mention[1]
    name = _profile(account.removeprefix("*"), "vk")
    if user := _VK_ID.fullmatch(name):
        return user[1]
    if group := _VK_GROUP.fullmatch(name):
        return f"-{group[1]}"
    return "" if _VK_PLACE.fullmatch(name) else _named(name, "vk")


def _instagram(account: str) -> str:
    return _named(_profile(account, "instagram"), "instagram")


def _facebook(account: str) -> str:
    link = _path(account, "facebook")
    if link and link[0].lower() == "profile.php":
        return (parse_qs(link[1]).get("id") or [""])[0]
    # Facebook's names are the same with and without their dots.
    name = _profile(account, "facebook").replace(".", "")
    return name if _DIGITS.fullmatch(name) else _named(name, "facebook")


def _ok(account: str) -> str:
    link = _path(account, "ok")
    name = link[0].removeprefix("profile/") if link else account.removeprefix("@")
    name = name.lower()
    if _DIGITS.fullmatch(name):
        return name
    return "" if name in _PLACES else _named(name, "ok")


def _plain(account: str) -> str:
    if not account or len(account) > 256 or any(map(str.isspace, account)):
        return ""
    return account.lower() if account.startswith("@") else account


_READERS: dict[str, Callable[[str], str]] = {
    "telegram": _telegram,
    "vk": _vk,
    "instagram": _instagram,
    "facebook": _facebook,
    "messenger": _facebook,
    "ok": _ok,
}


def _by_phone(account: str, region: str | None) -> str:
    """
    Read an account of a network in which the phone number is the account.
    """
    if link := _path(account, "whatsapp"):
        account = _dialled([*parse_qs(link[1]).get("phone", ()), link[0]])
    elif _APP_LINK.match(account):
        query = parse_qs(account.partition("?")[2])
        account = _dialled([*query.get("number", ()), *query.get("phone", ()), ""])
    elif own := _OWN_FORM.fullmatch(account):
        return f"+{own[1]}"
    if not _PHONE_LIKE.fullmatch(account):
        return _plain(account)
    if found := phone(account, region) or phone(_dialled([account]), None):
        return found.value
    # In these countries the network's form need not be one that can be dialled.
    bare = re.sub(r"\D", "", account)
    return f"+{bare}" if mobile_without_digit(bare) else ""


def _dialled(numbers: list[str]) -> str:
    return f"+{numbers[0].strip().removeprefix('+')}"


# -- putting together ----------------------------------------------------------


def merge_contacts(
    a: Iterable[ContactPoint], b: Iterable[ContactPoint]
) -> tuple[ContactPoint, ...]:
    """
    Return the contact points of both in order, each contact once.

    Equal is what has the same key; what could not be normalised, the same kind
    and text.  The first one stays, with the other's label if it has none.
    """
    found: dict[tuple[str, str], ContactPoint] = {}
    for point in (*a, *b):
        key = (point.key, "" if point.value else f"{point.kind}:{point.raw}")
        known = found.get(key)
        if known is None:
            found[key] = point
        elif point.label and not known.label:
            found[key] = attrs.evolve(known, label=point.label)
    return tuple(found.values())
