"""
A typical intake, for the benchmarks of stores: a lead and its first touch.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import attrs

from leadflow.codec import Codec, CodecBuilder
from leadflow.ports import Claim, ClaimKey, Commit, Effect, Receipt, SetTimer, Write
from leadflow.storage import SqlStore
from leadflow.storage._sqlite import Synchronous
from leadflow.storage._writer_lock import WriterLock
from leadflow.values import Actor, ContactPoint, Index, Person, Ref, Source


START = datetime(2026, 3, 2, 9, tzinfo=UTC)
NAMESPACE = UUID(int=1)
TEXT = "Good day, I would like to know whether you deliver to the islands. " * 3


@attrs.frozen(kw_only=True)
class Lead:
    number: int
    title: str
    state: str
    arrived: datetime
    person: Person
    contacts: tuple[ContactPoint, ...]
    source: Source
    assignee: str | None = None
    tags: frozenset[str] = frozenset()
    fields: tuple[tuple[str, str], ...] = ()
    touches: tuple[str, ...] = ()
    note: str = ""


@attrs.frozen(kw_only=True)
class Touch:
    lead: str
    channel: str
    at: datetime
    text: str
    contact: ContactPoint


@attrs.frozen(kw_only=True)
class Opened:
    title: str
    arrived: datetime
    person: Person
    contacts: tuple[ContactPoint, ...]
    source: Source


@attrs.frozen(kw_only=True)
class Touched:
    touch: str
    channel: str


@attrs.frozen(kw_only=True)
class Assigned:
    to: str
    why: str


@attrs.frozen(kw_only=True)
class Received:
    channel: str
    text: str
    contact: ContactPoint


CODEC: Codec = (
    CodecBuilder()
    .record("lead", 1, Lead)
    .record("touch", 1, Touch)
    .event("lead.opened", 1, Opened)
    .event("lead.touched", 1, Touched)
    .event("lead.assigned", 1, Assigned)
    .event("touch.received", 1, Received)
    .build()
)


def intake(number: int) -> Commit:
    """
    Return the commit of the intake *number*.

    Two writes, four events, three claims, nine terms, a timer and an effect.
    """
    at = START + timedelta(seconds=number)
    name = uuid5(NAMESPACE, str(number)).hex
    lead, touch = Ref("lead", name[:16]), Ref("touch", name[16:])
    contact = ContactPoint(kind="phone", value=f"+4366{number:08}", raw=f"066{number}")
    person = Person(name=f"Customer {number}", company="Islands & Co")
    source = Source(name="newsletter", medium="e-mail", campaign="spring")
    opened = Opened(
        title=TEXT[:60], arrived=at, person=person, contacts=(contact,), source=source
    )
    state = Lead(
        number=number,
        title=TEXT[:60],
        state="new",
        arrived=at,
        person=person,
        contacts=(contact, attrs.evolve(contact, kind="whatsapp")),
        source=source,
        assignee="anna",
        tags=frozenset({"islands", "delivery"}),
        fields=(("budget", "unknown"), ("region", "south"), ("language", "en")),
        touches=(touch.id,),
        note=TEXT,
    )
    terms = {
        ("state", "new"),
        ("assignee", "anna"),
        ("channel", "whatsapp-main"),
        ("contact", contact.key),
        ("tag", "islands"),
        ("tag", "delivery"),
        ("source", "newsletter"),
        ("day", at.date().isoformat()),
    }
    return Commit(
        id=uuid5(NAMESPACE, f"commit {number}"),
        at=at,
        by=Actor("channel", "whatsapp-main"),
        writes=(
            Write(
                ref=lead,
                expected=0,
                state=state,
                events=(
                    opened,
                    Touched(touch=touch.id, channel="whatsapp-main"),
                    Assigned(to="anna", why="on duty, the next in turn"),
                ),
                index=Index(at, frozenset(terms)),
            ),
            Write(
                ref=touch,
                expected=0,
                state=Touch(
                    lead=lead.id,
                    channel="whatsapp-main",
                    at=at,
                    text=TEXT,
                    contact=contact,
                ),
                events=(Received(channel="whatsapp-main", text=TEXT, contact=contact),),
            ),
        ),
        claims=(
            Claim(key=ClaimKey("message", f"wamid.{name}"), owner=touch),
            Claim(key=ClaimKey("open-lead", contact.key), owner=lead),
            Claim(key=ClaimKey("contact", contact.key), owner=lead),
        ),
        timers=(
            SetTimer(
                ref=lead,
                name="first-answer",
                due=at + timedelta(hours=4),
                payload={"stage": "new", "member": "anna"},
            ),
        ),
        effects=(
            Effect(kind="notify", payload={"to": "anna", "lead": lead.id}, lane="anna"),
        ),
    )


Step = tuple[str, str, Any]
"""What was called on a cursor, with which SQL and which row or rows."""


class _Notes:
    """
    Pass everything on to a cursor, and note what changes rows.
    """

    def __init__(self, cursor: Any, steps: list[Step]) -> None:
        self._cursor = cursor
        self._steps = steps

    def execute(self, sql: str, row: Sequence[Any] = ()) -> Any:
        """Note and run."""
        self._steps.append(("execute", sql, tuple(row)))
        return self._cursor.execute(sql, row)

    def executemany(self, sql: str, rows: Sequence[Any]) -> Any:
        """Note and run."""
        self._steps.append(("executemany", sql, list(rows)))
        return self._cursor.executemany(sql, rows)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


def steps_of(store: SqlStore, commit: Commit) -> tuple[Step, ...]:
    """
    Commit, and return all statements that were run between begin and end.
    """
    steps: list[Step] = []
    driver: Any = store._driver
    writing = driver.writing

    @contextmanager
    def noted() -> Iterator[Any]:
        with writing() as cursor:
            yield _Notes(cursor, steps)

    driver.writing = noted
    try:
        store.commit(commit)
    finally:
        del driver.writing
    return tuple(steps)


class Raw:
    """
    The floor: the driver alone, with rows that are ready, and the same safety.
    """

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(
            path, isolation_level=None, cached_statements=256
        )
        self._cursor = self._connection.cursor()
        for setting in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "journal_size_limit = 67108864",
            "cache_size = -16384",
        ):
            self._cursor.execute(f"PRAGMA {setting}").fetchall()
        self._lock = WriterLock(path.with_name(f"{path.name}-lock"))

    def replay(self, steps: Sequence[Step]) -> None:
        """
        Write the rows of one commit in one transaction.
        """
        cursor = self._cursor
        with self._lock:
            cursor.execute("BEGIN IMMEDIATE")
            for how, sql, rows in steps:
                if how == "execute":
                    cursor.execute(sql, rows)
                    if " RETURNING " in sql:
                        cursor.fetchall()
                else:
                    cursor.executemany(sql, rows)
            cursor.execute("COMMIT")

    def close(self) -> None:
        """
        Close the connection.
        """
        self._connection.close()


def opened(path: Path, *, synchronous: Synchronous = "FULL") -> SqlStore:
    """
    Return a store with tables on *path*.
    """
    store = SqlStore.open(f"sqlite:///{path}", codec=CODEC, synchronous=synchronous)
    store.migrate()
    return store


def fill(commit: Callable[[Commit], Receipt], start: int, count: int) -> None:
    """
    Take in so many.
    """
    for number in range(start, start + count):
        commit(intake(number))


NOBODY = Person()
NOWHERE = Source()
CHANNEL = Actor("channel", "whatsapp-main")


def seeds(numbers: range) -> Commit:
    """
    Return one commit of many short leads, found and claimed as others are.
    """
    writes: list[Write] = []
    claims: list[Claim] = []
    timers: list[SetTimer] = []
    effects: list[Effect] = []
    for number in numbers:
        at = START + timedelta(seconds=number)
        # Ids in no order, as real ones are.
        name = f"{number * 0x9E3779B97F4A7C15 % 2**64:016x}"
        lead, phone = Ref("lead", name), f"phone:+4366{number:08}"
        state = Lead(
            number=number,
            title="",
            state="new",
            arrived=at,
            person=NOBODY,
            contacts=(),
            source=NOWHERE,
        )
        terms = (
            *(("state", "new"), ("assignee", "anna"), ("channel", "whatsapp-main")),
            *(("tag", "islands"), ("tag", "delivery"), ("source", "newsletter")),
            *(("contact", phone), ("day", f"{at:%Y-%m-%d}")),
        )
        event = Touched(touch=name, channel="whatsapp-main")
        index = Index(at, frozenset(terms))
        writes.append(
            Write(ref=lead, expected=0, state=state, events=(event,), index=index)
        )
        for space, key in (("message", name), ("open-lead", phone), ("contact", phone)):
            claims.append(Claim(key=ClaimKey(space, key), owner=lead))
        timers.append(SetTimer(ref=lead, name="first-answer", due=at))
        effects.append(Effect(kind="notify", payload={"lead": name}))
    return Commit(
        id=uuid5(NAMESPACE, f"{numbers}"),
        at=START,
        by=CHANNEL,
        writes=tuple(writes),
        claims=tuple(claims),
        timers=tuple(timers),
        effects=tuple(effects),
    )
