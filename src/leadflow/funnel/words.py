"""
What reports say, in English and in Russian, and how each writes numbers.

All texts are data: `Words` holds them by key, and *titles* of one's own go over
them.  A language is added by giving all texts of `ENGLISH`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import attrs

from leadflow.errors import DefinitionError, Problem
from leadflow.funnel._texts import ENGLISH, RUSSIAN


if TYPE_CHECKING:
    from leadflow.funnel.periods import Period
    from leadflow.values import Money


__all__ = ("ENGLISH", "LANGUAGES", "RUSSIAN", "Labels", "Words")

LANGUAGES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {"en": ENGLISH, "ru": RUSSIAN}
)
"""The built-in texts by language."""

Labels = Mapping[str, Mapping[str, str]]
"""Titles of values by dimension: ``{"owner": {"m-7": "Anna Petrova"}}``."""

_TICK = timedelta(microseconds=1)
_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)

# ISO 4217: the currencies whose minor unit is not a hundredth.
_WHOLE = frozenset(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split()  # noqa: SIM905
)
_THOUSANDTHS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})


def _frozen(texts: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(texts))


def _frozen_labels(labels: Labels) -> Labels:
    return MappingProxyType({name: _frozen(each) for name, each in labels.items()})


@attrs.frozen(kw_only=True)
class Words:
    """
    Say and write things in *language*, with instants in *zone*.

    *titles* go over the built-in texts, by the same keys; *labels* are what
    people call the values of dimensions and the reasons.

    Raises:
        DefinitionError: there is no such language, or a title has no such key;
            all problems at once.
    """

    language: str = "en"
    zone: str = "UTC"
    titles: Mapping[str, str] = attrs.field(factory=dict, converter=_frozen)
    labels: Labels = attrs.field(factory=dict, converter=_frozen_labels)

    def __attrs_post_init__(self) -> None:
        problems = []
        if self.language not in LANGUAGES:
            problems.append(
                Problem(
                    "words.language",
                    "unknown-language",
                    f"there are no texts in {self.language!r}",
                )
            )
        problems += [
            Problem("words.titles", "unknown-text", f"no text has the key {key!r}")
            for key in sorted(self.titles.keys() - ENGLISH.keys())
        ]
        if problems:
            raise DefinitionError(problems)

    @cached_property
    def _texts(self) -> Mapping[str, str]:
        return {**LANGUAGES[self.language], **self.titles}

    @property
    def _comma(self) -> str:
        return "," if self.language == "ru" else "."

    def say(self, key: str, **parts: object) -> str:
        """
        Return the text of *key* with its *parts* filled in.
        """
        return self._texts[key].format(**parts)

    def label(self, dimension: str, value: str | None) -> str:
        """
        Return what people call *value* of *dimension*.
        """
        if value is None:
            return self.say("none")
        named = self.labels.get(dimension, {}).get(value)
        if named is None and dimension == "channel_kind":
            named = self._texts.get(f"kind.{value}")
        return named or value

    def dimension(self, name: str) -> str:
        """
        Return what people call the dimension *name*.
        """
        return self._texts.get(f"by.{name}", name)

    # -- numbers ----------------------------------------------------------------------

    def number(self, value: int) -> str:
        """
        Return *value* with its thousands set apart.
        """
        grouped = f"{value:,}"
        return grouped.replace(",", "\u00a0") if self.language == "ru" else grouped

    def percent(self, share: float | None, *, digits: int = 1) -> str:
        """
        Return *share* in percent, a dash for None.
        """
        if share is None:
            return "–"
        text = f"{share * 100:.{digits}f}".replace(".", self._comma)
        return f"{text}\u00a0%" if self.language == "ru" else f"{text}%"

    def money(self, money: Money) -> str:
        """
        Return *money* in major units with its currency.
        """
        digits = 0 if money.currency in _WHOLE else 2
        if money.currency in _THOUSANDTHS:
            digits = 3
        whole, minor = divmod(abs(money.minor), 10**digits)
        text = self.number(whole)
        if digits and minor:
            text += f"{self._comma}{minor:0{digits}d}"
        sign = "−" if money.minor < 0 else ""
        return f"{sign}{text}\u00a0{money.currency}".rstrip()

    def duration(self, length: timedelta | None) -> str:
        """
        Return *length* in its two greatest units, a dash for None.
        """
        if length is None:
            return "–"
        days, rest = divmod(length, _DAY)
        hours, rest = divmod(rest, _HOUR)
        minutes, rest = divmod(rest, _MINUTE)
        parts = [
            (days, "unit.day"),
            (hours, "unit.hour"),
            (minutes, "unit.minute"),
            (rest.seconds, "unit.second"),
        ]
        while len(parts) > 1 and not parts[0][0]:
            parts.pop(0)
        shown = [part for part in parts[:2] if part[0]] or parts[:1]
        return " ".join(
            f"{self.number(number)}\u00a0{self.say(unit)}" for number, unit in shown
        )

    # -- instants ---------------------------------------------------------------------

    def date(self, at: datetime) -> str:
        """
        Return the local date of *at*.
        """
        local = at.astimezone(ZoneInfo(self.zone))
        if self.language == "ru":
            return f"{local:%d.%m.%Y}"
        return f"{local.day} {_MONTHS[local.month - 1]} {local.year}"

    def span(self, period: Period) -> str:
        """
        Return the local dates of *period*, its last day included.
        """
        first = self.date(period.start)
        last = self.date(period.end - _TICK)
        return first if first == last else self.say("period", start=first, end=last)

    def moment(self, at: datetime) -> str:
        """
        Return the local date and time of *at*, with the zone.
        """
        local = at.astimezone(ZoneInfo(self.zone))
        return f"{self.date(at)}, {local:%H:%M} {local.tzname()}"


_MONTHS = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)
