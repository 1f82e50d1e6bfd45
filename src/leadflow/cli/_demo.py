"""
``demo``: one working week of a small company.
"""

from __future__ import annotations

from collections import Counter
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from leadflow.cli._mistakes import Mistake
from leadflow.cli._parts import (
    Parsers,
    check_database,
    database_path,
    open_store,
)
from leadflow.errors import Refused


if TYPE_CHECKING:
    import argparse

    from leadflow.cli._screen import Screen
    from leadflow.demo import Week
    from leadflow.ports import Clock
    from leadflow.storage.sql import SqlStore


__all__ = ("add_commands",)

_NAME = "leadflow-demo"
_BESIDE = ("", "-wal", "-shm", "-lock", "-journal")


def add_commands(commands: Parsers) -> None:
    """
    Add the command to the parser.
    """
    demo = commands.add_parser(
        "demo",
        help="play one working week of a small company",
        description=(
            "Play one working week of a small company from raw deliveries, show "
            "inbox, boards and funnel, and account for every delivery. The exit "
            "code is 1 if anything is left over or does not add up."
        ),
    )
    demo.add_argument(
        "--db",
        metavar="PATH|URL",
        help=(
            f"the SQLite database to fill, new or empty (default: {_NAME}.db in "
            "the current folder, an earlier one is replaced)"
        ),
    )
    demo.add_argument(
        "--out",
        metavar="FILE",
        help="where to write the report, as HTML (default: beside the database)",
    )
    demo.add_argument(
        "--language",
        choices=("en", "ru"),
        default="en",
        help="the company and its playbook (default: en)",
    )
    demo.add_argument(
        "--keep",
        action="store_true",
        help="keep an earlier demo's files; the new ones get a number",
    )
    demo.set_defaults(run=_run)


def _run(given: argparse.Namespace, screen: Screen) -> int:
    # Late: the demo brings all rooms along, and the other commands don't need it.
    from leadflow.cli import _pictures  # noqa: PLC0415 - late
    from leadflow.demo import differences, play, report_of, words_of  # noqa: PLC0415 - late
    from leadflow.funnel.html import to_html  # noqa: PLC0415 - late
    from leadflow.funnel.text import to_text  # noqa: PLC0415 - late

    database = given.db or _own_file(keep=given.keep)
    check_database(database)
    path = database_path(database)
    out = Path(given.out) if given.out else (path or Path(_NAME)).with_suffix(".html")
    if not out.resolve().parent.is_dir():
        raise Mistake(f"there is no folder {out.resolve().parent}")
    opened: list[SqlStore] = []

    def make_store(clock: Clock) -> SqlStore:
        store = open_store(database, clock, trial=True)
        opened.append(store)
        if store.head():
            raise Refused(
                "demo.not-empty",
                f"{database} holds {store.head()} events already; the week needs "
                "a new database",
            )
        return store

    try:
        with screen.progress("playing the week", 1000) as tell:
            week = play(
                make_store,
                language=given.language,
                turn=lambda done, total: tell(1000 * done // total),
            )
        report = report_of(
            week.store,
            week.playbook,
            start=week.start,
            end=week.end,
            as_of=week.end,
            title=week.company.name,
        )
        words = words_of(week.playbook, zone=week.company.zone)
        screen.line(f"{week.company.name}: the week from {week.start:%d %B %Y}")
        _pictures.inbox(screen, week.desk, week.company.zone)
        _pictures.boards(screen, week.desk)
        screen.heading("Funnel")
        for result in report.funnels:
            text = to_text(
                result, words=words, ascii_only=screen.ascii_only, width=screen.width
            )
            screen.line(text)
        _pictures.shares(screen, week.desk)
        _told(screen, week)
        unaccounted = _pictures.accounting(screen, week.tally, week.store)
        audit = week.store.audit()
        wrong = differences(week.store)
        screen.heading("Proof")
        screen.line(
            f"records {audit.records}, events {audit.events}, audit "
            f"{'clean' if audit.clean else f'{len(audit.problems)} problems'}, "
            f"records that differ from their history: {len(wrong)}"
        )
        for problem in (*audit.problems, *(f"{ref} differs" for ref in wrong)):
            screen.warn(f"  {problem}")
        out.write_text(to_html(report, words=words), encoding="utf-8")
        screen.line(f"\ndatabase  {database}\nreport    {out}")
        return 1 if unaccounted or not audit.clean or wrong else 0
    finally:
        for store in opened:
            store.close()


def _own_file(*, keep: bool) -> str:
    """
    Return the name of the demo's own database, with no file of that name there.
    """
    for number in count(1):
        name = f"{_NAME}.db" if number == 1 else f"{_NAME}-{number}.db"
        if not Path(name).exists():
            return name
        if not keep:
            for ending in _BESIDE:
                Path(f"{name}{ending}").unlink(missing_ok=True)
            return name
    raise AssertionError("numbers never end")


def _told(screen: Screen, week: Week) -> None:
    """
    Say what went out, and what held the team back.
    """
    sent = Counter(outgoing.method for outgoing in week.sent)
    names = (("SMTP", "letters"), ("POST", "messages"), ("CALL", "calls"))
    screen.heading("Answers")
    screen.line(
        ", ".join(f"{sent[method]} {name}" for method, name in names)
        + f"; effects carried out: {week.effects['done']}, given up: "
        f"{week.effects['dead']}; deadlines that ran out: {week.timers}"
    )
    if week.refused:
        screen.heading("What the rules held back, before it was mended")
        screen.table(
            ("rule", "times"),
            [(rule, str(times)) for rule, times in week.refused.most_common()],
            right=(1,),
        )
