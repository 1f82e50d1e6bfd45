"""
What the site's form and the Telegram bot post in the week.
"""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import attrs
from people import Chance, Company, Customer, filled, latin


if TYPE_CHECKING:
    from collections.abc import Iterator


__all__ = ("BOT", "FORM_SECRET", "TELEGRAM_SECRET", "Hook", "forms", "updates")

FORM_SECRET = "demo-form-secret"
TELEGRAM_SECRET = "demo-telegram-secret"
BOT = 7_000_000_001

_JSON = (("Content-Type", "application/json"),)
_URLENCODED = (("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"),)


@attrs.frozen(kw_only=True)
class Hook:
    """
    Hold one webhook as it was posted.
    """

    channel: str
    at: datetime
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def line(self) -> str:
        """Return it as a line of the file of deliveries."""
        said: dict[str, object] = {
            "channel": self.channel,
            "received_at": self.at.isoformat().replace("+00:00", "Z"),
            "headers": dict(self.headers),
        }
        try:
            said["body"] = self.body.decode()
        except UnicodeDecodeError:
            said["body_base64"] = base64.b64encode(self.body).decode()
        return json.dumps(said, ensure_ascii=False)


# -- the form ------------------------------------------------------------------------

_ADS = (
    {"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "desks-autumn"},
    {"utm_source": "yandex", "utm_medium": "cpc", "utm_campaign": "office"},
    {"utm_source": "newsletter", "utm_medium": "email", "utm_campaign": "september"},
    {"utm_source": "instagram", "utm_medium": "social", "utm_campaign": "showroom"},
    {"utm_source": "google", "utm_medium": "organic"},
    {},
)


def _post(
    company: Company,
    at: datetime,
    fields: dict[str, str],
    *,
    as_json: bool,
    secret: str = FORM_SECRET,
) -> Hook:
    page = f"https://{company.domain}/contact"
    own = (("X-Api-Key", secret), ("Referer", page), ("User-Agent", "forms/3.1"))
    if as_json:
        body = json.dumps(fields, ensure_ascii=False).encode()
        return Hook(channel="site", at=at, headers=_JSON + own, body=body)
    body = urlencode(fields).encode()
    return Hook(channel="site", at=at, headers=_URLENCODED + own, body=body)


def _submission(
    who: Customer, company: Company, chance: Chance, number: int
) -> dict[str, str]:
    """
    Return the fields of one form, called as builders of sites call them.
    """
    words = who.words
    russian = who.language == "ru" and chance.share(0.5)
    names = (
        ("Имя", "Телефон", "Почта", "Комментарий")
        if russian
        else ("name", "phone", "email", "message")
        if chance.share(0.6)
        else ("Name", "Phone", "Email", "Textarea")
    )
    fields = {names[0]: who.name if chance.share(0.7) else who.given}
    with_phone = chance.share(0.8)
    if with_phone:
        fields[names[1]] = who.phone(chance, company)
    if not with_phone or chance.share(0.45):
        fields[names[2]] = who.email if chance.share(0.8) else who.email.upper()
    text = filled(chance.one(words.FORM_TEXTS), who, chance)
    if text:
        fields[names[3]] = text
    if number % 4 == 1:
        id_, title, price = chance.one(words.PRODUCTS)
        fields |= {
            "product": title,
            "sku": id_,
            "price": f"{price // 100}.{price % 100:02d}",
            "quantity": str(1 + chance.below(4)),
            "formname": "Product card",
        }
    if number % 3:
        fields |= {
            "tranid": f"{7000 + number}:{chance.below(10**6)}",
            "formid": "form88",
        }
    fields |= chance.one(_ADS)
    if chance.share(0.3):
        fields["consent"] = "on"
    return fields


def forms(
    company: Company,
    chance: Chance,
    people: Iterator[Customer],
    times: list[datetime],
    known: list[Customer],
) -> tuple[list[Hook], list[Customer]]:
    """
    Return what the form posts, and those who will come by another channel too.

    *known* are clients already.
    """
    hooks: list[Hook] = []
    others: list[Customer] = []
    for number, who in enumerate(known):
        words = who.words
        fields = {
            "name": who.name,
            "phone": who.phone(chance, company),
            "email": who.email,
            "message": filled(chance.one(words.FORM_TEXTS[:4]), who, chance),
        }
        at = company.at(number, 10 + number, 44)
        hooks.append(_post(company, at, fields, as_json=number % 2 == 0))
    for number, at in enumerate(times):
        who = next(people)
        fields = _submission(who, company, chance, number)
        as_json = number % 5 in (0, 3)
        hook = _post(company, at, fields, as_json=as_json)
        hooks.append(hook)
        if number % 9 == 2:
            # A double click, or the same hook again when our answer was late.
            again = 2 if "tranid" not in fields else 45 + 600 * chance.below(3)
            later = at + timedelta(seconds=again)
            hooks.append(attrs.evolve(hook, at=later))
        if number % 15 == 6 and "tranid" in fields:
            hooks += [
                attrs.evolve(hook, at=at + timedelta(minutes=minutes))
                for minutes in (5, 10)
            ]
        if number % 13 == 5:
            others.append(who)
    hooks += _odd_forms(company, chance, people)
    return sorted(hooks, key=_at), others


def _odd_forms(
    company: Company, chance: Chance, people: Iterator[Customer]
) -> Iterator[Hook]:
    for number in range(5):
        who = next(people)
        fields = {
            "name": who.given,
            "email": f"{latin(who.given)}@bots.example",
            "message": "cheap backlinks http://bots.example",
            "_gotcha": "yes",
        }
        at = company.at(number, 2 + number, 17)
        yield _post(company, at, fields, as_json=number % 2 == 0)
    for number in range(2):
        at = company.at(number * 3, 8, 55)
        yield _post(company, at, {"test": "test"}, as_json=False)
    who = next(people)
    forged = {"name": "admin", "phone": who.phone(chance, company)}
    for day, secret in ((1, "guess"), (4, "")):
        at = company.at(day, 3, 33)
        yield _post(company, at, forged, as_json=True, secret=secret)
    yield _post(company, company.at(2, 22, 4), {"color": "green"}, as_json=True)
    cut = _post(company, company.at(4, 12, 8), {"name": who.name}, as_json=True)
    yield attrs.evolve(cut, body=cut.body[:-9])
    # A spammer who can fill in forms.
    for number in range(4):
        who = next(people)
        subject, text = who.words.SPAM[number % 3]
        fields = {"name": who.name, "email": who.email, "message": f"{subject}\n{text}"}
        yield _post(company, company.at(number + 1, 5, 20), fields, as_json=False)


def _at(hook: Hook) -> datetime:
    return hook.at


# -- the bot -------------------------------------------------------------------------


class Bot:
    """
    Write updates, each with the next number.
    """

    def __init__(self, company: Company, chance: Chance) -> None:
        self.company = company
        self.chance = chance
        self.hooks: list[Hook] = []
        self._update = 880_100_000
        self._messages: dict[int, int] = {}

    def person(self, who: Customer) -> dict[str, object]:
        """Return *who* as a user of Telegram."""
        given, _, family = who.name.partition(" ")
        found: dict[str, object] = {
            "id": who.telegram,
            "is_bot": False,
            "first_name": given,
            "language_code": who.language,
        }
        if who.number % 3:
            found["last_name"] = family
        if who.number % 4:
            found["username"] = f"{latin(given)}_{latin(family)[:6]}{who.number}"
        return found

    def chat(self, who: Customer) -> dict[str, object]:
        """Return the private chat with *who*."""
        person = self.person(who)
        keys = ("id", "first_name", "last_name", "username")
        chat = {key: person[key] for key in keys if key in person}
        return chat | {"type": "private"}

    def message(self, who: Customer, at: datetime, **content: object) -> dict[str, Any]:
        """Return the next message of *who*."""
        number = self._messages.get(who.number, 10 + who.number % 7) + 1
        self._messages[who.number] = number
        return {
            "message_id": number,
            "from": self.person(who),
            "chat": self.chat(who),
            "date": int(at.timestamp()),
            **content,
        }

    def post(
        self,
        at: datetime,
        kind: str,
        data: dict[str, Any],
        *,
        secret: str = TELEGRAM_SECRET,
    ) -> Hook:
        """Post an update, a second after it happened."""
        self._update += 1
        body = json.dumps({"update_id": self._update, kind: data}, ensure_ascii=False)
        headers = (*_JSON, ("X-Telegram-Bot-Api-Secret-Token", secret))
        hook = Hook(
            channel="telegram",
            at=at + timedelta(seconds=1),
            headers=headers if secret else _JSON,
            body=body.encode(),
        )
        self.hooks.append(hook)
        return hook

    def say(self, who: Customer, at: datetime, **content: object) -> Hook:
        """Post a message of *who*."""
        return self.post(at, "message", self.message(who, at, **content))


def _photo(number: int) -> list[dict[str, object]]:
    return [
        {
            "file_id": f"AgAC{number}{size}",
            "file_unique_id": f"u{number}{size}",
            "width": size,
            "height": size,
            "file_size": size * 100,
        }
        for size in (90, 800)
    ]


def updates(
    company: Company,
    chance: Chance,
    people: Iterator[Customer],
    times: list[datetime],
    known: list[Customer],
) -> list[Hook]:
    """
    Return what the bot hears: of *known* some came by the form before.
    """
    bot = Bot(company, chance)
    for number, at in enumerate(times):
        _conversation(bot, next(people), at, number)
    for number, who in enumerate(known):
        at = company.at(1 + number % 5, 10 + number % 8, 21)
        _share_contact(bot, who, at)
        text = filled(chance.one(who.words.CHAT), who, chance)
        bot.say(who, at + timedelta(seconds=40), text=text)
    _odd_updates(bot, people)
    return sorted(bot.hooks, key=_at)


def _conversation(bot: Bot, who: Customer, at: datetime, number: int) -> None:
    """
    Let *who* write for a while.
    """
    chance, words = bot.chance, who.words
    if number % 4 == 1:
        campaign = chance.one(("flyer", "qr_showroom", "insta_sept"))
        bot.say(who, at, text=f"/start {campaign}")
        at += timedelta(seconds=25)
    text = filled(chance.one(words.CHAT), who, chance)
    first = bot.message(who, at, text=text)
    hook = bot.post(at, "message", first)
    if number % 7 == 3:
        # Telegram had no answer in time, and posts the update again.
        bot.hooks.append(attrs.evolve(hook, at=hook.at + timedelta(seconds=60)))
    if number % 6 == 2:
        edited = first | {"text": text + "!", "edit_date": int(at.timestamp()) + 50}
        bot.post(at + timedelta(seconds=50), "edited_message", edited)
    if number % 10 == 5:
        for part in range(3):
            content = {
                "media_group_id": f"13{number:04d}",
                "photo": _photo(number * 10 + part),
            }
            if part == 0:
                content["caption"] = filled(chance.one(words.CHAT_MORE), who, chance)
            bot.say(who, at + timedelta(seconds=90), **content)
    if number % 8 == 4:
        _share_contact(bot, who, at + timedelta(minutes=2))
    if number % 3 == 0:
        later = at + timedelta(minutes=20 + chance.below(300))
        bot.say(who, later, text=filled(chance.one(words.CHAT_MORE), who, chance))
    if number % 9 == 7:
        document = {
            "file_id": f"BQAC{number}",
            "file_unique_id": f"d{number}",
            "file_name": "план.pdf" if who.language == "ru" else "plan.pdf",
            "mime_type": "application/pdf",
            "file_size": 48_213,
        }
        bot.say(who, at + timedelta(minutes=4), document=document)
    if number % 11 == 6:
        voice = {
            "file_id": f"AwAC{number}",
            "file_unique_id": f"v{number}",
            "duration": 7,
            "mime_type": "audio/ogg",
            "file_size": 30_120,
        }
        bot.say(who, at + timedelta(minutes=5), voice=voice)
    if number % 8 == 1:
        reaction = {
            "chat": bot.chat(who),
            "message_id": first["message_id"],
            "user": bot.person(who),
            "date": int(at.timestamp()) + 600,
            "old_reaction": [],
            "new_reaction": [{"type": "emoji", "emoji": "👍"}],
        }
        bot.post(at + timedelta(minutes=10), "message_reaction", reaction)


def _share_contact(bot: Bot, who: Customer, at: datetime) -> None:
    country = "7" if who.language == "ru" else "1"
    contact = {
        "phone_number": f"{country}{who.digits}",
        "first_name": who.given,
        "user_id": who.telegram,
    }
    bot.say(who, at, contact=contact)


def _odd_updates(bot: Bot, people: Iterator[Customer]) -> None:
    """
    Post what is no person's attention, or not to be believed.
    """
    company = bot.company
    who = next(people)
    own = {"id": BOT, "is_bot": True, "first_name": company.name}
    for day in range(3):
        at = company.at(day, 12, 31)
        echo = bot.message(who, at, text="Thank you, we will write soon.")
        bot.post(at, "message", echo | {"from": own})
    for day, kind in ((1, "gift_upgraded"), (3, "story_mention")):
        at = company.at(day, 13, 7)
        data = {"from": bot.person(who), "date": int(at.timestamp()), "level": 3}
        bot.post(at, kind, data)
    for number in range(2):
        gone = next(people)
        at = company.at(number + 2, 20, 5)
        bot.say(gone, at - timedelta(hours=8), text=gone.words.CHAT[3])
        member = {
            "chat": bot.chat(gone),
            "from": bot.person(gone),
            "date": int(at.timestamp()),
            "old_chat_member": {"user": own, "status": "member"},
            "new_chat_member": {"user": own, "status": "kicked", "until_date": 0},
        }
        bot.post(at, "my_chat_member", member)
    at = company.at(3, 15, 12)
    group = {"id": -100_200_300, "type": "supergroup", "title": "Neighbours"}
    bot.post(
        at,
        "message",
        bot.message(who, at, text="who knows a carpenter?") | {"chat": group},
    )
    buyer = next(people)
    bot.say(buyer, company.at(4, 11, 0), text=buyer.words.CHAT[9])
    at = company.at(4, 11, 4)
    below = bot.message(buyer, at, text="Desks, chairs, shelves?") | {"from": own}
    query = {
        "id": "4382bfdwdsb323b2d9",
        "from": bot.person(buyer),
        "chat_instance": "-3890",
        "data": "catalogue:desks",
        "message": below,
    }
    bot.post(at, "callback_query", query)
    at = company.at(5, 2, 2)
    forged = bot.message(who, at, text="send me the price list")
    bot.post(at, "message", forged, secret="not-the-secret")
    bot.post(company.at(5, 2, 3), "message", forged, secret="")
    cut = bot.post(company.at(5, 9, 40), "message", forged)
    bot.hooks[-1] = attrs.evolve(cut, body=cut.body[: len(cut.body) // 2])
