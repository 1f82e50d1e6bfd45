"""
What was ordered in a form: products and an amount of money.

A shop's cart comes beside the contact fields, under ``payment``, in one of three
shapes that Tilda has had: fields (``payment[products][0][name]``), one field that
holds JSON, or lines of text (``Mug (red) x 2 ≡ 960``).
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from leadflow.channels._form_body import Limits, Pairs, decode_json_text, unfold
from leadflow.values import Money, Product


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


__all__ = (
    "PREFIX",
    "count",
    "is_currency",
    "is_payment",
    "money",
    "ordered",
    "payment_fields",
)

PREFIX = "payment["
"""What the names of all fields of a payment begin with."""

_PAYMENT = "payment"

_PART = re.compile(r"payment\[products\]\[(\d{1,4})\]\[(\w{1,40})\]", re.IGNORECASE)
_LINE = re.compile(r"payment\[products\](?:\[\d{0,4}\])?", re.IGNORECASE)
_PRICED = re.compile(
    r"(?P<title>.+?)"
    r"(?: [xх×] ?(?P<quantity>\d{1,6}))?"
    r" ?[≡=] ?(?P<amount>[\d .,]{1,20})"
)
_NUMBER = re.compile(r"[0-9][0-9\s.,'’]{0,24}")
_SPACES = re.compile(r"[\s'’]")
# ISO 4217 currencies that don't have two digits of minor units.
_DIGITS = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
}
_LONGEST_LINE = 1000
_MOST = 10**15


def money(text: str, currency: str) -> Money | None:
    """
    Return the amount that *text* begins with or holds, in minor units of *currency*.

    Takes ``12 500,50 ₽`` and ``$1,234.50``: of two kinds of separators the last
    one is the decimal point; a single one is, unless exactly three digits follow
    it.  None where there is no number, or more than one.
    """
    numbers = _NUMBER.findall(text[:_LONGEST_LINE])
    if len(numbers) != 1 or "-" in text or not currency:
        return None
    digits = _SPACES.sub("", numbers[0]).rstrip(".,")
    last = max(digits.rfind("."), digits.rfind(","))
    if last >= 0:
        mark, other = digits[last], "," if digits[last] == "." else "."
        alone = digits.count(mark) == 1
        grouped = len(digits) - last - 1 == 3 and not digits.startswith("0")
        is_point = alone and (other in digits or not grouped)
        whole = digits.replace(other, "")
        digits = whole.replace(mark, "." if is_point else "")
    minor = Decimal(digits).scaleb(_DIGITS.get(currency, 2))
    return Money(round(minor), currency) if minor < _MOST else None


def is_currency(text: str) -> bool:
    """
    Tell whether *text* has the form of an ISO 4217 code.
    """
    return re.fullmatch(r"[A-Z]{3}", text) is not None


def payment_fields(value: str, *, limits: Limits) -> Pairs:
    """
    Return a payment that is one field of JSON spelled as fields, if it is one.
    """
    if not value.lstrip().startswith("{"):
        return []
    return unfold(_PAYMENT, decode_json_text(value), limits=limits)


def is_payment(name: str) -> bool:
    """
    Tell whether the field *name* holds a payment whole.
    """
    return name.lower() == _PAYMENT


def ordered(
    pairs: Iterable[tuple[str, str]], *, currency: str
) -> tuple[tuple[Product, ...], Money | None, Pairs]:
    """
    Return the products, the amount and the rest of the payment's fields.

    *pairs* are those whose names begin with ``payment[``; *currency* is used
    where the payment names none.
    """
    whole: dict[str, str] = {}
    parts: dict[int, dict[str, str]] = {}
    lines: list[str] = []
    rest: Pairs = []
    for name, value in pairs:
        lower = name.lower()
        if part := _PART.fullmatch(lower):
            parts.setdefault(int(part[1]), {}).setdefault(part[2], value)
        elif _LINE.fullmatch(lower):
            lines.append(value)
        elif lower in {"payment[amount]", "payment[currency]"}:
            whole.setdefault(lower, value)
        else:
            rest.append((name, value))
    named = whole.get("payment[currency]", "").strip().upper()
    unit = named if is_currency(named) else currency
    products = [_product(parts[number], unit) for number in sorted(parts)]
    products += [_priced_line(line, unit) for line in lines if line.strip()]
    amount = money(whole.get("payment[amount]", ""), unit)
    if amount is None and whole.get("payment[amount]"):
        rest.append(("payment[amount]", whole["payment[amount]"]))
    return tuple(products), amount, rest


def _product(part: Mapping[str, str], currency: str) -> Product:
    title = part.get("name", "")
    quantity = count(part.get("quantity", ""))
    price = money(part.get("price", ""), currency)
    if price is None:
        price = _each(money(part.get("amount", ""), currency), quantity)
    return Product(
        id=part.get("sku") or part.get("externalid") or part.get("id") or title,
        title=title,
        price=price,
        quantity=quantity,
        url=part.get("url", ""),
    )


def _priced_line(line: str, currency: str) -> Product:
    text = " ".join(line[:_LONGEST_LINE].split())
    found = _PRICED.fullmatch(text)
    if found is None:
        return Product(id=text, title=text)
    quantity = count(found["quantity"] or "")
    title = found["title"].strip()
    price = _each(money(found["amount"], currency), quantity)
    return Product(id=title, title=title, price=price, quantity=quantity)


def count(text: str) -> int:
    """
    Return the quantity that *text* tells, 1 where it tells none.
    """
    digits = text.strip()
    return int(digits) if re.fullmatch(r"[1-9][0-9]{0,6}", digits) else 1


def _each(amount: Money | None, quantity: int) -> Money | None:
    if amount is None or amount.minor % quantity:
        return None
    return Money(amount.minor // quantity, amount.currency)
