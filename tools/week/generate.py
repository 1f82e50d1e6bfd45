"""
Write the week of deliveries that the demo plays.

    python tools/week/generate.py [FOLDER]

What it writes stands in ``src/leadflow/demo/deliveries`` and is the same every
time: the people, their words and the instants come from one seed.  All names,
addresses and numbers are invented.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING


sys.path.insert(0, str(Path(__file__).parent))

from hooks import forms, updates
from mails import office_mails, sales_mails
from people import COMPANIES, Chance, customers


if TYPE_CHECKING:
    from datetime import datetime

    from mails import Mail
    from people import Company, Customer

__all__ = ("main", "week_of")

_SEED = 20260914
_HOURS = (7, 8, 9, 9, 10, 10, 10, 11, 11, 12, 13, 14, 14, 15, 15, 16, 17, 18, 20, 22)


def _times(company: Company, chance: Chance, count: int) -> list[datetime]:
    """
    Return instants of the week, most of them in the morning of a working day.
    """
    found = []
    for _ in range(count):
        day = chance.one((0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5))
        hour = chance.one(_HOURS)
        found.append(company.at(day, hour, chance.below(60), chance.below(60)))
    return sorted(found)


def _mbox(mails: list[Mail]) -> bytes:
    """
    Return *mails* as an mbox; the first line of each says when it came in, in UTC.
    """
    parts = []
    for mail in mails:
        head = (
            f"From MAILER-DAEMON {mail.at:%a %b} {mail.at.day:2d} {mail.at:%H:%M:%S %Y}"
        )
        lines = mail.raw.rstrip(b"\n").split(b"\n")
        quoted = [
            b">" + line if line.lstrip(b">").startswith(b"From ") else line
            for line in lines
        ]
        parts.append(head.encode() + b"\n" + b"\n".join(quoted) + b"\n\n")
    return b"".join(parts)


def _clients(regulars: list[Customer]) -> bytes:
    """
    Return who is a client since before the week.
    """
    said = [
        {
            "name": who.name,
            "company": who.company,
            "phone": f"+{'7' if who.language == 'ru' else '1'}{who.digits}",
            "email": who.email,
        }
        for who in regulars
    ]
    return json.dumps(said, ensure_ascii=False, indent=1).encode() + b"\n"


def week_of(language: str) -> dict[str, bytes]:
    """
    Return the files of one company's week, by name.
    """
    company = COMPANIES[language]
    chance = Chance(_SEED + len(language) + ord(language[0]))
    people = iter(customers(company, chance))
    # Who bought before writes too: five by the form, five by the bot, six by mail.
    regulars = [next(people) for _ in range(16)]
    times = _times(company, chance, 88)
    posted, others = forms(company, chance, people, times, regulars[:5])
    half = len(others) // 2
    by_chat = [*others[:half], *regulars[5:10]]
    times = _times(company, chance, 44)
    heard = updates(company, chance, people, times, by_chat)
    by_mail = [*others[half:], *regulars[10:]]
    times = _times(company, chance, 86)
    mails = sales_mails(company, chance, people, times, by_mail)
    hooks = sorted((*posted, *heard), key=lambda hook: hook.at)
    return {
        "clients.json": _clients(regulars),
        "mail.mbox": _mbox(mails),
        "office.mbox": _mbox(office_mails(company, chance)),
        "hooks.jsonl": "".join(f"{hook.line()}\n" for hook in hooks).encode(),
    }


def main(folder: str = "src/leadflow/demo/deliveries") -> None:
    """
    Write the weeks of both companies below *folder*.
    """
    for language in COMPANIES:
        for name, content in week_of(language).items():
            path = Path(folder) / language / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


if __name__ == "__main__":
    main(*sys.argv[1:])
