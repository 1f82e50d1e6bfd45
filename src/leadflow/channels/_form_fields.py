"""
What the fields of a form mean, by the names that people give them.

Names compare without case, and without what stands between their letters:
``E-mail``, ``e_mail`` and ``EMAIL`` are one.  A name that is nested in a wrapper
(``form_fields[email]``, ``contact.phone``) means what its last part means.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Literal


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


__all__ = ("NETWORKS", "ROLES", "FormRole", "Vocabulary", "folded")

FormRole = Literal[
    "company",
    "consent",
    "cookies",
    "currency",
    "email",
    "extra",
    "facebook",
    "first_name",
    "form_id",
    "form_name",
    "honeypot",
    "instagram",
    "language",
    "last_name",
    "middle_name",
    "name",
    "page",
    "phone",
    "price",
    "product",
    "product_id",
    "product_url",
    "quantity",
    "referrer",
    "sent_at",
    "skype",
    "subject",
    "submission",
    "telegram",
    "text",
    "viber",
    "vk",
    "whatsapp",
]
"""What a field can be.

``extra`` keeps it as a field that nothing is known of, ``honeypot`` is one that no
person sees, and only robots fill.
"""

NETWORKS: tuple[FormRole, ...] = (
    "telegram",
    "whatsapp",
    "viber",
    "vk",
    "instagram",
    "facebook",
    "skype",
)

_SYNONYMS: Mapping[FormRole, str] = {
    "name": "name, fullname, yourname, contactname, clientname, username, fio, "
    "имя, вашеимя, фио, контактноелицо, какквамобращаться, представьтесь",
    "first_name": "firstname, givenname, fname",
    "middle_name": "middlename, patronymic, secondname, отчество",
    "last_name": "lastname, familyname, surname, lname, фамилия",
    "phone": "phone, phonenumber, telephone, tel, mobile, mobilephone, yourphone, "
    "contactphone, телефон, ваштелефон, номер, вашномер, номертелефона, "
    "контактныйтелефон, мобильный, мобильныйтелефон, тел",
    "email": "email, emailaddress, mail, youremail, contactemail, "
    "почта, электроннаяпочта, вашапочта, имейл, емейл",
    "company": "company, companyname, organization, organisation, "
    "компания, организация, названиекомпании, фирма",
    "subject": "subject, topic, theme, yoursubject, тема, темаобращения",
    "text": "text, message, comment, comments, question, textarea, yourmessage, "
    "description, note, notes, сообщение, вашесообщение, комментарий, "
    "комментарии, вопрос, вашвопрос, текст, текстсообщения, описание, пожелания",
    "product": "product, productname, producttitle, item, goods, service, "
    "товар, продукт, услуга, наименованиетовара, названиетовара",
    "product_id": "productid, sku, article, articul, offerid, itemid, артикул",
    "product_url": "producturl, itemurl, ссылканатовар",
    "price": "price, productprice, amount, total, sum, цена, стоимость, сумма",
    "currency": "currency, currencycode, валюта",
    "quantity": "quantity, qty, количество, колво",
    "consent": "consent, agree, agreement, acceptance, privacy, privacypolicy, gdpr, "
    "согласие, согласиенаобработку, согласиенаобработкуперсональныхданных",
    "page": "page, pageurl, url, sourceurl, landing, landingpage, страница",
    "referrer": "referer, referrer, ref, httpreferer, источникперехода",
    "cookies": "cookies, cookie",
    "submission": "tranid, submissionid, submitid, entryid, requestid, eventid",
    "form_id": "formid, formuid",
    "form_name": "formname, formtitle, form, названиеформы",
    "language": "language, lang, locale, язык",
    "sent_at": "submittedat, sentat, createdtime, timestamp",
    "telegram": "telegram, telegramusername, tg, телеграм, телеграмм",
    "whatsapp": "whatsapp, whatsappphone, wa, ватсап, вотсап",
    "viber": "viber, вайбер",
    "vk": "vk, vkontakte, вк, вконтакте",
    "instagram": "instagram, insta, инстаграм, инстаграмм",
    "facebook": "facebook, fb, фейсбук",
    "skype": "skype, скайп",
}

ROLES: frozenset[str] = frozenset({*_SYNONYMS, "extra", "honeypot"})

# What form builders put around the fields of their visitors.
_WRAPPERS = frozenset(
    [
        "answers",
        "client",
        "contact",
        "contacts",
        "customer",
        "data",
        "field",
        "fields",
        "form",
        "formdata",
        "formfields",
        "lead",
        "payload",
        "properties",
        "response",
        "submission",
        "user",
        "values",
        "visitor",
        "клиент",
        "контакт",
    ]
)
_NESTED = re.compile(r"(.+?)(?:\[([^\[\]]+)\]|\.([^\[\].]+))")


@lru_cache(maxsize=512)
def folded(name: str) -> str:
    """
    Return *name* without case and without what is neither letter nor digit.
    """
    return "".join(filter(str.isalnum, name.casefold().replace("ё", "е")))


_DEFAULTS: Mapping[str, FormRole] = {
    folded(name): role
    for role, names in _SYNONYMS.items()
    for name in names.split(", ")
}


class Vocabulary:
    """
    Tell the role of a field by its name; *own* names go before the usual ones.
    """

    __slots__ = ("_roles",)

    def __init__(self, own: Iterable[tuple[str, FormRole]] = ()) -> None:
        self._roles: dict[str, FormRole] = {
            **_DEFAULTS,
            **{folded(name): role for name, role in own},
        }

    def role(self, name: str) -> FormRole | None:
        """Return the role of the field *name*, None if nothing is known of it."""
        # Most names are plain lower-case words already.
        known = self._roles.get(name) or self._roles.get(folded(name))
        if known is not None or not (name.endswith("]") or "." in name):
            return known
        nested = _NESTED.fullmatch(name)
        if nested is None or folded(nested[1]) not in _WRAPPERS:
            return None
        return self._roles.get(folded(nested[2] or nested[3]))
