"""
Custom fields: what a playbook declares, and how their values are cleaned (R20).

A value is stored as texts in one canonical form per type, so that equal values
are equal texts and can be found by them; `FieldSpec.read` gives the typed value
back.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal

import attrs

from leadflow.errors import Refused


__all__ = ("FieldOf", "FieldSpec", "FieldType", "FieldValue")

FieldType = Literal["text", "integer", "decimal", "date", "flag", "choice", "choices"]
FieldOf = Literal["lead", "client", "interest"]
_DIGITS = 60

FieldValue = str | int | Decimal | date | bool | tuple[str, ...] | None


@attrs.frozen(kw_only=True)
class FieldSpec:
    """
    Declare one custom field of leads, clients or interests.

    *choices* are (id, title) pairs for the types ``choice`` and ``choices``.
    """

    id: str
    title: str = ""
    type: FieldType = "text"
    of: tuple[FieldOf, ...] = ("lead", "interest")
    choices: tuple[tuple[str, str], ...] = ()

    def clean(self, value: FieldValue | Iterable[str]) -> tuple[str, ...]:
        """
        Return *value* in its canonical texts, none for an empty one.

        Raises:
            Refused: the value is not of the field's type (``field.wrong-type``)
                or none of its choices (``field.unknown-choice``), or a number is
                too long (``field.too-long``).
        """
        if value is None or value in ("", ()):
            return ()
        match self.type:
            case "text":
                if isinstance(value, str):
                    return (value.strip(),) if value.strip() else ()
            case "integer":
                text = self._number(value)
                if text and "." not in text:
                    return (text,)
            case "decimal":
                text = self._number(value)
                if text:
                    return (text,)
            case "date":
                if isinstance(value, date):
                    return (value.isoformat()[:10],)
                if isinstance(value, str):
                    try:
                        return (date.fromisoformat(value.strip()).isoformat(),)
                    except ValueError:
                        pass
            case "flag":
                if isinstance(value, bool):
                    return ("true" if value else "false",)
                if value in ("true", "false"):
                    return (str(value),)
            case "choice":
                if isinstance(value, str):
                    return (self._choice(value),)
            case _:
                given = (value,) if isinstance(value, str) else value
                if isinstance(given, Iterable):
                    chosen = {self._choice(str(each)) for each in given}
                    return tuple(id_ for id_, _ in self.choices if id_ in chosen)
        raise Refused(
            "field.wrong-type",
            f"the field {self.id} is of type {self.type}, not {value!r}",
            missing=(self.id,),
        )

    def read(self, texts: tuple[str, ...]) -> FieldValue:
        """
        Return the typed value of canonical *texts*, None for none.
        """
        if self.type == "choices":
            return texts
        if not texts:
            return None
        match self.type:
            case "integer":
                return int(texts[0])
            case "decimal":
                return Decimal(texts[0])
            case "date":
                return date.fromisoformat(texts[0])
            case "flag":
                return texts[0] == "true"
            case _:
                return texts[0]

    def _number(self, value: object) -> str:
        """
        Return a number in digits, the same for equal ones; empty if it is none.
        """
        if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
            return ""
        try:
            number = Decimal(value)
        except InvalidOperation:
            return ""
        if not number.is_finite():
            return ""
        _, digits, exponent = number.as_tuple()
        if len(digits) > _DIGITS or not -_DIGITS <= int(exponent) <= _DIGITS:
            raise Refused(
                "field.too-long",
                f"a number of the field {self.id} has at most {_DIGITS} digits",
                missing=(self.id,),
            )
        # Formatted whole: no context rounds it.
        text = f"{number:f}"
        if "." in text:
            text = text.rstrip("0").removesuffix(".")
        return "0" if text == "-0" else text

    def _choice(self, value: str) -> str:
        if value not in {id_ for id_, _ in self.choices}:
            raise Refused(
                "field.unknown-choice",
                f"the field {self.id} has no choice {value!r}",
                missing=(self.id,),
            )
        return value
