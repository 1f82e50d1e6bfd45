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
                or none of its choices (``field.unknown-choice``).
        """
        if value in (None, "", ()):
            return ()
        match self.type:
            case "text":
                if isinstance(value, str):
                    return (value.strip(),) if value.strip() else ()
            case "integer":
                text = self._number(value)
                if text is not None and text == text.to_integral_value():
                    return (str(int(text)),)
            case "decimal":
                text = self._number(value)
                if text is not None:
                    return (f"{text.normalize():f}",)
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
            case "choices":
                given = (value,) if isinstance(value, str) else value
                if isinstance(given, Iterable):
                    return tuple(dict.fromkeys(self._choice(str(g)) for g in given))
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

    def _number(self, value: object) -> Decimal | None:
        if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
            return None
        try:
            number = Decimal(value)
        except InvalidOperation:
            return None
        return number if number.is_finite() else None

    def _choice(self, value: str) -> str:
        if value not in {id_ for id_, _ in self.choices}:
            raise Refused(
                "field.unknown-choice",
                f"the field {self.id} has no choice {value!r}",
                missing=(self.id,),
            )
        return value
