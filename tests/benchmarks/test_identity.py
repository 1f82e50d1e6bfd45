"""
What normalising a phone costs.

The floor is what nobody can do without: phonenumbers' own parsing, its check of
the number against the country's plan, and its writing of E.164.
"""

from __future__ import annotations

import phonenumbers
import pytest

from leadflow.identity import phone
from tests.benchmarks._ratio import compare


def bare(text: str, region: str) -> str | None:
    """
    Do with phonenumbers alone what a phone needs.
    """
    number = phonenumbers.parse(text, region)
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@pytest.mark.parametrize("text", ["+7 916 123-45-67", "8 (916) 123-45-67"])
def test_a_phone_costs_little_more_than_its_parsing(text: str) -> None:
    """
    All that leadflow adds to phonenumbers is at most a third of its cost.
    """
    measured = compare(lambda: phone(text, "RU"), lambda: bare(text, "RU"), limit=4 / 3)

    assert measured.ratio <= 4 / 3


def test_what_is_no_phone_costs_next_to_nothing() -> None:
    """
    A caller who hides is told from a number without phonenumbers.
    """
    measured = compare(
        lambda: phone("anonymous", "RU"),
        lambda: bare("+7 916 123-45-67", "RU"),
        limit=1 / 10,
    )

    assert measured.ratio <= 1 / 10
