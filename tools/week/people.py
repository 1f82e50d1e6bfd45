"""
The company, its customers, and chance that is the same every time.
"""

from __future__ import annotations

import random
import unicodedata
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

import attrs
import words_en
import words_ru


if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType


T = TypeVar("T")

MONDAY = date(2026, 9, 14)
WORDS: dict[str, ModuleType] = {"en": words_en, "ru": words_ru}


class Chance:
    """
    Draw, the same on every Python: of `random` only ``random()`` is promised.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def share(self, of: float) -> bool:
        """Return True in this share of all calls."""
        return self._random.random() < of

    def below(self, end: int) -> int:
        """Return a whole number from 0 up to, and without, *end*."""
        return int(self._random.random() * end)

    def one(self, of: Sequence[T]) -> T:
        """Return one of several."""
        return of[self.below(len(of))]

    def some(self, of: Sequence[T], count: int) -> list[T]:
        """Return several different ones, in their order."""
        left = list(range(len(of)))
        while len(left) > count:
            left.pop(self.below(len(left)))
        return [of[number] for number in left]


@attrs.frozen(kw_only=True)
class Company:
    """
    Say who receives: its language, its clock, its addresses.
    """

    language: str
    zone: ZoneInfo
    domain: str
    name: str
    currency: str
    ours: str
    secretary: str

    @property
    def sales(self) -> str:
        """Return the mailbox that leads come to."""
        return f"sales@{self.domain}"

    @property
    def office(self) -> str:
        """Return the mailbox that makes no leads."""
        return f"office@{self.domain}"

    def at(self, day: int, hour: int, minute: int, second: int = 0) -> datetime:
        """Return an instant of the week, by the company's own clock."""
        local = datetime(
            *(MONDAY + timedelta(days=day)).timetuple()[:3],
            hour,
            minute,
            second,
            tzinfo=self.zone,
        )
        return local.astimezone(UTC)


COMPANIES = {
    "en": Company(
        language="en",
        zone=ZoneInfo("America/New_York"),
        domain="oakandlamp.example",
        name="Oak & Lamp",
        currency="USD",
        ours="Oak & Lamp Sales <sales@oakandlamp.example>",
        secretary="Olive Park",
    ),
    "ru": Company(
        language="ru",
        zone=ZoneInfo("Europe/Moscow"),
        domain="dubilampa.example",
        name="«Дуб и лампа»",
        currency="RUB",
        ours="Отдел продаж <sales@dubilampa.example>",
        secretary="Ольга Паркина",
    ),
}

_AREAS = ("212", "646", "718", "917", "347")
_CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_SPELLED = "a,b,v,g,d,e,e,zh,z,i,y,k,l,m,n,o,p,r,s,t,u,f,kh,ts,ch,sh,sch,,y,,e,yu,ya"
_LATIN = dict(zip(_CYRILLIC, _SPELLED.split(","), strict=True))


def latin(text: str) -> str:
    """
    Return *text* in the letters of an e-mail address.
    """
    spelled = "".join(_LATIN.get(c, c) for c in text.lower())
    return "".join(c for c in unicodedata.normalize("NFKD", spelled) if "a" <= c <= "z")


@attrs.frozen(kw_only=True)
class Customer:
    """
    Hold one who writes.
    """

    number: int
    name: str
    language: str
    digits: str
    company: str
    freemail: str

    @property
    def given(self) -> str:
        """Return the first name."""
        return self.name.split()[0]

    @property
    def words(self) -> ModuleType:
        """Return the words of the customer's language."""
        return WORDS[self.language]

    @property
    def email(self) -> str:
        """Return the address."""
        given, _, family = self.name.partition(" ")
        if self.company:
            domain = latin(self.company) or f"firm{self.number}"
            return f"{latin(given)}.{latin(family)}@{domain}.example"
        return f"{latin(given)}.{latin(family)}{self.number}@{self.freemail}.example"

    @property
    def telegram(self) -> int:
        """Return the user id in Telegram."""
        return 410_000_000 + self.number * 7919

    def phone(self, chance: Chance, company: Company) -> str:
        """Return the number in one of the spellings that people use."""
        if self.language == "ru":
            a, b, c, d = (
                self.digits[i:j] for i, j in ((0, 3), (3, 6), (6, 8), (8, 10))
            )
            abroad = (
                f"+7 {a} {b}-{c}-{d}",
                f"+7({a}){b}{c}{d}",
                f"+7\xa0{a}\xa0{b}\xa0{c}\xa0{d}",
                f"+7-{a}-{b}-{c}-{d}",
            )
            at_home = (
                f"8 ({a}) {b}-{c}-{d}",
                f"8{self.digits}",
                f"8-{a}-{b}-{c}-{d}",
                f"7{self.digits}",
                f"8 {a} {b}–{c}–{d}",
                f"({a}) {b} {c} {d}",
            )
            return chance.one(abroad + (at_home if company.language == "ru" else ()))
        a, b, c = self.digits[:3], self.digits[3:6], self.digits[6:]
        abroad = (f"+1 {a} {b} {c}", f"+1-{a}-{b}-{c}", f"+1 ({a}) {b}-{c}")
        at_home = (
            f"({a}) {b}-{c}",
            f"{a}-{b}-{c}",
            f"{a}.{b}.{c}",
            self.digits,
            f"1 {a} {b} {c}",
            f"{a} {b}–{c}",
        )
        return chance.one(abroad + (at_home if company.language == "en" else ()))


def customers(company: Company, chance: Chance) -> list[Customer]:
    """
    Return all who will write, most in the company's own language.
    """
    own, other = ("en", "ru") if company.language == "en" else ("ru", "en")
    names = {
        language: [name.strip() for name in words.NAMES.split(";") if name.strip()]
        for language, words in WORDS.items()
    }
    found: list[Customer] = []
    for number in range(420):
        language = own if number % 5 else other
        pool = names[language]
        given = chance.one(pool).split()[0]
        whole = pool[number % len(pool)]
        # After the first round through the list, names mix.
        name = whole if number < len(pool) else f"{given} {whole.split()[1]}"
        if language == "ru" and (given[-1] in "ая") != (whole.split()[0][-1] in "ая"):
            name = whole
        digits = (
            f"900000{1000 + number * 17:04d}"
            if language == "ru"
            else f"{_AREAS[number % 5]}55501{number // 5:02d}"
        )
        found.append(
            Customer(
                number=number,
                name=name,
                language=language,
                digits=digits,
                company=chance.one(WORDS[language].COMPANIES)
                if chance.share(0.35)
                else "",
                freemail=chance.one(("mail", "post", "inbox")),
            )
        )
    return found


def picked(who: Customer, chance: Chance) -> str:
    """
    Return the title of what *who* asks for.
    """
    title: str = chance.one(who.words.PRODUCTS)[1]
    return title


def filled(text: str, who: Customer, chance: Chance, what: str = "") -> str:
    """
    Return *text* with its places filled, about *what*.
    """
    return text.format(
        what=what or picked(who, chance),
        desk=chance.one(who.words.PRODUCTS[:3])[1].strip("«»"),
        n=chance.one((2, 3, 4, 6, 8, 12, 20)),
        city=chance.one(who.words.CITIES),
    )


def signature(who: Customer, company: Company, chance: Chance) -> str:
    """
    Return what *who* puts under a letter.
    """
    usable = [
        text for text in who.words.SIGNATURES if who.company or "{company}" not in text
    ]
    return chance.one(usable).format(
        name=who.name,
        given=who.given,
        company=who.company,
        phone=who.phone(chance, company),
    )
