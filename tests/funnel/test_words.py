"""
How reports say things and write numbers, in English and in Russian.
"""

from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta

import pytest

from leadflow.errors import DefinitionError
from leadflow.funnel.bands import BANDS
from leadflow.funnel.periods import Period
from leadflow.funnel.words import ENGLISH, LANGUAGES, Words
from leadflow.values import Money


EN, RU = Words(), Words(language="ru", zone="Europe/Moscow")


def fields(text: str) -> set[str]:
    """
    Return the names of the parts that *text* has places for.
    """
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


class TestTexts:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_same_keys(self, language: str) -> None:
        """
        Every language has all texts.
        """
        assert ENGLISH.keys() == LANGUAGES[language].keys()

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_same_parts(self, language: str) -> None:
        """
        No text lacks a part that another language has.
        """
        texts = LANGUAGES[language]

        assert {key: fields(text) for key, text in ENGLISH.items()} == {
            key: fields(text) for key, text in texts.items()
        }

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_bands_have_titles(self, language: str) -> None:
        """
        Every band of R50 can be named.
        """
        assert {f"band.{band.id}" for band in BANDS} <= LANGUAGES[language].keys()

    def test_own_titles(self) -> None:
        """
        Titles of one's own go over the built-in ones.
        """
        words = Words(titles={"report": "Sales in {where}"})

        assert ("Sales in March", "Stage") == (
            words.say("report", where="March"),
            words.say("stage"),
        )

    def test_problems(self) -> None:
        """
        An unknown language and unknown keys are told at once.
        """
        with pytest.raises(DefinitionError) as caught:
            Words(language="xx", titles={"lucky": "?"})

        assert ["unknown-language", "unknown-text"] == [
            item.rule for item in caught.value.problems
        ]


class TestLabels:
    WORDS = Words(language="ru", labels={"owner": {"anna": "Анна Петрова"}})

    @pytest.mark.parametrize(
        ("dimension", "value", "label"),
        [
            ("owner", "anna", "Анна Петрова"),
            ("owner", "boris", "boris"),
            ("owner", None, "(не указано)"),
            ("channel_kind", "email", "Электронная почта"),
            ("channel_kind", "pigeon", "pigeon"),
        ],
    )
    def test_label(self, dimension: str, value: str | None, label: str) -> None:
        """
        A value is called by its label, else by its built-in name, else by itself.
        """
        assert label == self.WORDS.label(dimension, value)

    def test_dimension(self) -> None:
        """
        A dimension without a name of its own is called by its id.
        """
        assert ("member", "tag:vip") == (EN.dimension("owner"), EN.dimension("tag:vip"))


class TestNumbers:
    @pytest.mark.parametrize(
        ("words", "text"), [(EN, "1,234,567"), (RU, "1\u00a0234\u00a0567")]
    )
    def test_number(self, words: Words, text: str) -> None:
        """
        Thousands are set apart as the language does.
        """
        assert text == words.number(1_234_567)

    @pytest.mark.parametrize(
        ("words", "share", "text"),
        [(EN, 0.1144, "11.4%"), (RU, 0.25, "25,0\u00a0%"), (EN, None, "–")],
    )
    def test_percent(self, words: Words, share: float | None, text: str) -> None:
        """
        A share is written in percent, none as a dash.
        """
        assert text == words.percent(share)

    @pytest.mark.parametrize(
        ("words", "money", "text"),
        [
            (EN, Money(123_456_50, "EUR"), "123,456.50\u00a0EUR"),
            (RU, Money(123_456_00, "RUB"), "123\u00a0456\u00a0RUB"),
            (RU, Money(5, "RUB"), "0,05\u00a0RUB"),
            (EN, Money(-1_50, "USD"), "−1.50\u00a0USD"),
            (EN, Money(5_000, "JPY"), "5,000\u00a0JPY"),
            (EN, Money(1_250, "KWD"), "1.250\u00a0KWD"),
            (EN, Money(100, ""), "1"),
        ],
    )
    def test_money(self, words: Words, money: Money, text: str) -> None:
        """
        Money is written in major units, with as many digits as it has (ISO 4217).
        """
        assert text == words.money(money)

    @pytest.mark.parametrize(
        ("words", "length", "text"),
        [
            (EN, timedelta(days=2, hours=3, minutes=9), "2\u00a0d 3\u00a0h"),
            (EN, timedelta(days=2, minutes=9), "2\u00a0d"),
            (RU, timedelta(hours=5, minutes=1), "5\u00a0ч 1\u00a0мин"),
            (EN, timedelta(seconds=7), "7\u00a0s"),
            (EN, timedelta(0), "0\u00a0s"),
            (EN, timedelta(days=1234), "1,234\u00a0d"),
            (EN, None, "–"),
        ],
    )
    def test_duration(self, words: Words, length: timedelta | None, text: str) -> None:
        """
        A duration is written in its two greatest units.
        """
        assert text == words.duration(length)


class TestDates:
    AT = datetime(2026, 3, 31, 21, 30, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("words", "text"),
        [(EN, "31 Mar 2026, 21:30 UTC"), (RU, "01.04.2026, 00:30 MSK")],
    )
    def test_moment(self, words: Words, text: str) -> None:
        """
        An instant is shown on the local clock, with its zone.
        """
        assert text == words.moment(self.AT)

    def test_span(self) -> None:
        """
        A period is shown by its first and its last day.
        """
        period = Period(
            datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
        )

        assert "1 Mar 2026 to 31 Mar 2026" == EN.span(period)

    def test_one_day(self) -> None:
        """
        A period of a day is shown by that day.
        """
        period = Period(
            datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)
        )

        assert "1 Mar 2026" == EN.span(period)
