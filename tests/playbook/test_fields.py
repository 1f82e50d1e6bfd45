"""
Tests of custom fields: equal values are equal texts, others are refused.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.errors import Refused
from leadflow.playbook import FieldSpec, FieldType


CHOICES = (("s", "Small"), ("m", "Medium"), ("l", "Large"))


def spec(type_: FieldType) -> FieldSpec:
    """
    Return a field of *type_*, with choices where it has any.
    """
    choices = CHOICES if type_ in ("choice", "choices") else ()
    return FieldSpec(id="f", type=type_, choices=choices)


class TestClean:
    @pytest.mark.parametrize(
        ("type_", "value", "texts"),
        [
            ("text", " red ", ("red",)),
            ("text", "  ", ()),
            ("integer", 7, ("7",)),
            ("integer", "-7", ("-7",)),
            ("integer", "7.00", ("7",)),
            ("integer", Decimal("7E1"), ("70",)),
            ("integer", "-0", ("0",)),
            ("integer", 10**50 + 1, (f"1{'0' * 49}1",)),
            ("decimal", "10.50", ("10.5",)),
            ("decimal", 100, ("100",)),
            ("decimal", Decimal("-0.0"), ("0",)),
            ("decimal", f"1.{'0' * 40}1", (f"1.{'0' * 40}1",)),
            ("date", date(2026, 5, 11), ("2026-05-11",)),
            ("date", datetime(2026, 5, 11, 23), ("2026-05-11",)),  # noqa: DTZ001
            ("date", " 2026-05-11 ", ("2026-05-11",)),
            ("flag", True, ("true",)),
            ("flag", False, ("false",)),
            ("flag", "false", ("false",)),
            ("choice", "m", ("m",)),
            ("choices", "m", ("m",)),
            ("choices", ["l", "s", "l"], ("s", "l")),
            ("choices", [], ()),
        ],
    )
    def test_canonical(self, type_: Any, value: Any, texts: tuple[str, ...]) -> None:
        """A value has one canonical form per type (R20)."""
        assert texts == spec(type_).clean(value)

    @pytest.mark.parametrize(
        "type_",
        ["text", "integer", "decimal", "date", "flag", "choice", "choices"],
    )
    @pytest.mark.parametrize("value", [None, "", ()])
    def test_nothing(self, type_: Any, value: Any) -> None:
        """Nothing is no value, of whatever type."""
        assert () == spec(type_).clean(value)

    @pytest.mark.parametrize(
        ("type_", "value"),
        [
            ("text", 7),
            ("integer", 7.0),
            ("integer", "7.5"),
            ("integer", "seven"),
            ("integer", True),
            ("integer", "Infinity"),
            ("decimal", "NaN"),
            ("decimal", "10,5"),
            ("date", "11.05.2026"),
            ("date", 20260511),
            ("flag", 1),
            ("flag", "yes"),
            ("choice", ["m"]),
            ("choices", 7),
        ],
    )
    def test_wrong_type(self, type_: Any, value: Any) -> None:
        """A value of another type is refused, nothing is guessed (R20)."""
        with pytest.raises(Refused) as caught:
            spec(type_).clean(value)

        assert ("field.wrong-type", ("f",)) == (caught.value.rule, caught.value.missing)

    @pytest.mark.parametrize(
        ("type_", "value"), [("choice", "xl"), ("choices", ["s", "xl"])]
    )
    def test_unknown_choice(self, type_: Any, value: Any) -> None:
        """A choice that there is not is refused, and named."""
        with pytest.raises(Refused, match=r"'xl' \[field\.unknown-choice"):
            spec(type_).clean(value)

    @pytest.mark.parametrize("value", ["1e99999", "1e-99999", 10**999, "9" * 61])
    def test_a_number_without_end(self, value: Any) -> None:
        """A number that would fill the memory is refused at the door."""
        with pytest.raises(Refused, match=r"field\.too-long"):
            spec("decimal").clean(value)


class TestRead:
    @pytest.mark.parametrize(
        ("type_", "texts", "value"),
        [
            ("text", ("red",), "red"),
            ("integer", ("7",), 7),
            ("decimal", ("10.5",), Decimal("10.5")),
            ("date", ("2026-05-11",), date(2026, 5, 11)),
            ("flag", ("true",), True),
            ("flag", ("false",), False),
            ("choice", ("m",), "m"),
            ("choices", ("s", "l"), ("s", "l")),
            ("choices", (), ()),
            ("integer", (), None),
        ],
    )
    def test_typed_again(self, type_: Any, texts: tuple[str, ...], value: Any) -> None:
        """Canonical texts give the typed value back (R20)."""
        assert value == spec(type_).read(texts)

    @given(st.integers(min_value=-(10**40), max_value=10**40))
    def test_integers(self, number: int) -> None:
        """Every integer comes back."""
        assert number == spec("integer").read(spec("integer").clean(number))

    @given(
        st.decimals(allow_nan=False, allow_infinity=False, places=12),
        st.integers(min_value=0, max_value=9),
    )
    def test_equal_numbers_are_equal_texts(self, number: Decimal, zeros: int) -> None:
        """A number has one text, however many zeros it is written with."""
        field = spec("decimal")
        longer = f"{number:f}{'0' * zeros}"
        texts = field.clean(longer)

        assert (texts, number) == (field.clean(number), field.read(texts))

    @given(st.lists(st.sampled_from(["s", "m", "l"])))
    def test_equal_choices_are_equal_texts(self, chosen: list[str]) -> None:
        """The order and number of choices does not matter."""
        field = spec("choices")

        assert field.clean(chosen) == field.clean(sorted(set(chosen)))
