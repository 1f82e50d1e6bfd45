"""
One submission of a form: its fields, collected by what they mean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadflow import identity
from leadflow.channels import _form_order as order
from leadflow.channels import _utm as utm
from leadflow.channels._form_fields import NETWORKS, FormRole, Vocabulary
from leadflow.values import ContactPoint, Money, Person, Product, Source


if TYPE_CHECKING:
    from leadflow.channels._form_body import Limits, Pairs
    from leadflow.channels.protocol import Delivery


__all__ = ("Submission",)

# Of all other roles the first value counts, and further ones are extra fields.
_SEVERAL = frozenset(
    {"cookies", "email", "page", "phone", "product", "text", *NETWORKS}
)
# Their words can matter to a person beside what is made of them.
_KEPT = frozenset({"consent", "form_id", "form_name", "sent_at", "submission"})
_GOODS = frozenset({"price", "product", "product_id"})
_YES = frozenset(
    [
        "1",
        "on",
        "true",
        "y",
        "yes",
        "ok",
        "да",
        "checked",
        "agree",
        "agreed",
        "accept",
        "accepted",
    ]
)
_NO = frozenset(["0", "off", "false", "n", "no", "none", "null", "нет", "unchecked"])
_AGREES = ("соглас", "я соглас", "даю соглас", "agree", "i agree", "accept", "i accept")
_NOTHING: Pairs = [("", "")]


class Submission:
    """
    Collect fields one by one with `take`, then tell what they come to.
    """

    __slots__ = ("_limits", "_marks", "_values", "_vocabulary", "extra", "payment")

    def __init__(self, vocabulary: Vocabulary, limits: Limits) -> None:
        self._vocabulary = vocabulary
        self._limits = limits
        self._values: dict[FormRole, Pairs] = {}
        self._marks: Pairs = []
        self.payment: Pairs = []
        self.extra: Pairs = []

    def take(self, name: str, value: str) -> None:
        """Sort one field in; an empty one that means something is dropped."""
        role = self._vocabulary.role(name)
        if role is None:
            if utm.is_mark(name):
                self._marks.append((name, value))
            elif name[: len(order.PREFIX)].lower() == order.PREFIX:
                self.payment.append((name, value))
            elif order.is_payment(name) and (
                fields := order.payment_fields(value, limits=self._limits)
            ):
                self.payment.extend(fields)
            else:
                self.extra.append((name, value))
        elif role == "extra":
            self.extra.append((name, value))
        elif text := value.strip():
            if role in self._values and role not in _SEVERAL:
                self.extra.append((name, value))
                return
            self._values.setdefault(role, []).append((name, text))
            if role in _KEPT:
                self.extra.append((name, value))

    def is_time(self, name: str) -> bool:
        """Tell whether the field *name* says when it was sent."""
        return self._vocabulary.role(name) == "sent_at"

    def first(self, role: FormRole) -> str:
        """Return the first value of *role*, empty where there is none."""
        return self._values.get(role, _NOTHING)[0][1]

    def all(self, role: FormRole) -> tuple[str, ...]:
        """Return the different values of *role* in order."""
        pairs = self._values.get(role)
        return tuple(dict.fromkeys(value for _, value in pairs)) if pairs else ()

    def contact_points(self, region: str) -> tuple[ContactPoint, ...]:
        """Return every phone, e-mail and handle, normalised where that is possible."""
        found = [
            identity.phone(text, region)
            or ContactPoint(kind="phone", value="", raw=text)
            for text in self.all("phone")
        ]
        found += [
            identity.email(text) or ContactPoint(kind="email", value="", raw=text)
            for text in self.all("email")
        ]
        found += [
            identity.handle(network, text, region=region)
            or ContactPoint(kind=network, value="", raw=text)
            for network in NETWORKS
            if network in self._values
            for text in self.all(network)
        ]
        return tuple(dict.fromkeys(found))

    def person(self) -> Person:
        """Return who wrote, the name put together where it came in parts."""
        parts = (
            self.first("first_name"),
            self.first("middle_name"),
            self.first("last_name"),
        )
        whole = self.first("name")
        given = whole if not parts[0] else ""
        return Person(
            name=given or " ".join(part for part in parts if part) or whole,
            company=self.first("company"),
            language=self.first("language"),
        )

    def consent(self) -> bool | None:
        """Return whether the person agreed, None where the words leave it open."""
        said = self.first("consent").casefold()
        if said in _YES or said.startswith(_AGREES):
            return True
        return False if said in _NO else None

    def source(self, delivery: Delivery) -> Source:
        """Return what made the person come, by marks, page and cookies."""
        pages = self.all("page") or (delivery.header("Referer") or "",)
        return utm.source_of(
            self._marks,
            pages=pages,
            cookies=self.all("cookies"),
            referrer=self.first("referrer"),
        )

    def order_id(self) -> str:
        """Return the shop's id of the order that was paid, empty if there is none."""
        wanted = f"{order.PREFIX}orderid]"
        return next(
            (value for name, value in self.payment if name.lower() == wanted), ""
        ).strip()

    def goods(self, currency: str) -> tuple[tuple[Product, ...], Money | None]:
        """
        Return the products that it is about and the amount, in *currency*.

        What is left of the payment, and a price that can't be read, become extra
        fields.
        """
        if not self.payment and self._values.keys().isdisjoint(_GOODS):
            return (), None
        unit = self.first("currency").upper()
        unit = unit if order.is_currency(unit) else currency
        products, amount, rest = order.ordered(self.payment, currency=unit)
        self.extra.extend(rest)
        price = order.money(self.first("price"), unit)
        if price is None:
            self.extra.extend(self._values.get("price", ()))
        sku = self.first("product_id")
        titles = self.all("product") or ((sku,) if sku else ())
        if len(titles) != 1:
            # It is not the price of one product.
            amount, price, sku = amount or price, None, ""
        named = tuple(
            Product(
                id=sku or title,
                title=title,
                price=price,
                quantity=order.count(self.first("quantity")),
                url=self.first("product_url"),
            )
            for title in titles
        )
        return products + named, amount
