"""
Random roads: steps as small tuples, and the commands that they stand for.

A step names what it works on by a number, counted over what there is at that
moment, so that any list of steps can be walked, and shrinks.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import attrs
from hypothesis import strategies as st

from leadflow.channels import (
    Amendment,
    Call,
    ContactChange,
    Ignored,
    Judgement,
    Receipt,
)
from leadflow.desk import (
    AddClient,
    AddTask,
    Amend,
    Answer,
    Assign,
    AttachDocument,
    ClientAlone,
    Collaborate,
    Convert,
    EditInterest,
    EditLead,
    EnterLead,
    FinishTask,
    Lose,
    MoveInterest,
    MoveLead,
    NewInterest,
    NewOrder,
    NewProcess,
    Note,
    OpenInterest,
    Receive,
    RecordNotice,
    RejectLead,
    ReopenInterest,
    ReopenLead,
    TagLead,
    Take,
    TickItem,
    Win,
)
from leadflow.values import Document, Money, Person, Product, Ref, Source
from tests.desk._company import MONDAY, inbound, mail, phone


CONTACTS = (phone(0), phone(1), phone(2), mail("a"), mail("b"))
NOBODY = attrs.evolve(phone(0), value="", raw="anonymous")
CHANNELS = ("site", "mail", "mail2", "office", "phone", "bot")
MEMBERS = ("anna", "anna", "boris", "boris", "head", "olga", "nobody")
STAGES = ("contact", "need", "need", "offer", "won", "lost", "signed")
REASONS = ("price", "price", "price", "", "spam", "other", "nose")

_n = st.integers(min_value=0, max_value=30)
_few = st.integers(min_value=0, max_value=3)
_who = st.sampled_from(MEMBERS)
_contacts = st.lists(st.integers(0, len(CONTACTS)), max_size=3).map(tuple)
_word = st.sampled_from(("chairs", "oak tables", ""))
_kind = st.sampled_from(
    ("lead", "lead", "lead", "interest", "interest", "client", "touch")
)

STEP = st.one_of(
    st.tuples(
        st.just("receive"),
        st.sampled_from(CHANNELS),
        st.integers(0, 12),
        _contacts,
        st.sampled_from(("", "", "c0", "c1")),
        st.sampled_from((None, None, None, 0, 3)),
        st.sampled_from(("", "", "", "album")),
        st.sampled_from(("", "", "quiet", "in", "internal")),
    ),
    st.tuples(st.just("enter"), _contacts, _word, st.sampled_from(("", "", "k")), _n),
    st.tuples(st.just("anyway"), _contacts),
    st.tuples(st.just("notice"), st.sampled_from(("ignored", "receipt")), _few),
    st.tuples(st.just("moved"), _few, _contacts),
    st.tuples(st.just("amend"), st.integers(0, 13), st.booleans()),
    st.tuples(st.just("take"), _n, _who),
    st.tuples(
        st.just("assign"),
        _kind,
        _n,
        st.sampled_from(("member", "role", "policy", "none")),
        _who,
    ),
    st.tuples(
        st.just("move"), _n, st.sampled_from(("not_processed", "in_work", "gone"))
    ),
    st.tuples(st.just("edit"), _n, st.none() | _contacts, _word, st.none() | _few),
    st.tuples(st.just("tag"), _n, st.sampled_from(("hot", "big")), st.booleans()),
    st.tuples(st.just("note"), _kind, _n, _word, _who),
    st.tuples(st.just("task"), _kind, _n, _word, st.sampled_from((None, 10, 90)), _who),
    st.tuples(st.just("done"), _n),
    st.tuples(st.just("reject"), _n, st.sampled_from(REASONS), _word),
    st.tuples(st.just("reopen"), _n),
    st.tuples(
        st.just("convert"),
        _n,
        st.sampled_from(("interest", "process", "order", "alone", "need", "offer")),
        st.none() | _n,
    ),
    st.tuples(st.just("client"), _contacts, st.booleans(), st.none() | _who),
    st.tuples(st.just("open"), _n, st.sampled_from(STAGES), st.none() | _few),
    st.tuples(st.just("stage"), _n, st.sampled_from(STAGES), st.sampled_from(REASONS)),
    st.tuples(st.just("win"), _n),
    st.tuples(st.just("lose"), _n, st.sampled_from(REASONS), _word),
    st.tuples(st.just("again"), _n, st.sampled_from(("", *STAGES))),
    st.tuples(st.just("tick-item"), _n, st.sampled_from(("asked", "x")), st.booleans()),
    st.tuples(st.just("attach"), _n, _few),
    st.tuples(st.just("beside"), _n, _who),
    st.tuples(st.just("edit-deal"), _n, _word, st.none() | _few),
    st.tuples(st.just("answer"), _n, _word),
    st.tuples(st.just("time"), st.sampled_from((1, 11, 35, 600))),
)
"""One step of a road."""

BEGINNING: tuple[tuple[Any, ...], ...] = (
    ("receive", "site", 20, (0,), "c0", None, "", ""),
    ("receive", "mail", 21, (1,), "", None, "", ""),
    ("receive", "bot", 22, (), "c1", None, "", ""),
    ("client", (3,), False, "boris"),
    ("open", 0, "contact", 2),
    ("convert", 1, "interest", None),
    ("task", "interest", 0, "chairs", 90, "anna"),
)
"""Steps that every road begins with, so that there is something to work on."""


@attrs.define
class World:
    """
    What there is by now, by kind, in the order in which it came.
    """

    ids: dict[str, list[str]] = attrs.field(
        factory=lambda: {"lead": [], "client": [], "interest": [], "touch": []}
    )
    tasks: list[tuple[Ref, str]] = attrs.field(factory=list)

    def ref(self, kind: str, number: int) -> Ref:
        """Return one of what there is, or a name of nothing."""
        ids = self.ids[kind]
        return Ref(kind, ids[number % len(ids)] if ids else "none")

    def learn(self, command: Any, answer: Any) -> None:
        """Remember what a command has made."""
        found = [
            (kind, getattr(answer, kind, None))
            for kind in ("lead", "client", "interest", "touch")
        ]
        ref = getattr(answer, "ref", None)
        if isinstance(ref, Ref):
            found.append((ref.kind, ref.id))
        for kind, id_ in found:
            if isinstance(id_, str) and id_ not in self.ids[kind]:
                self.ids[kind].append(id_)
        if isinstance(command, AddTask):
            self.tasks.append((command.ref, answer.id))


def contacts_of(numbers: tuple[int, ...]) -> Any:
    """
    Return the contact points of *numbers*; the last of all is an unreadable one.
    """
    return tuple(
        CONTACTS[number] if number < len(CONTACTS) else NOBODY for number in numbers
    )


def receive(  # noqa: PLR0917 - as a step has them
    channel: str,
    number: int,
    contacts: tuple[int, ...],
    conversation: str,
    reply: int | None,
    part: str,
    sort: str,
) -> Receive:
    """
    Return the command that takes in a message.
    """
    call = Call(direction=sort, result="missed", employee="101")  # type: ignore[arg-type]
    return Receive(
        inbound(
            number,
            *contacts_of(contacts),
            channel=channel,
            conversation=conversation,
            in_reply_to=() if reply is None else (str(reply),),
            also=(f"also-{number // 2}",) if number > 9 else (),
            part_of=part,
            call=call if sort in ("in", "internal") else None,
            judgement=Judgement(may_open=sort != "quiet", reasons=("bulk",)),
            person=Person(name=f"Person {number}"),
            products=(Product(id=f"p{number}"),),
            source=Source(name="ads" if number % 2 else ""),
        )
    )


def convert(world: World, number: int, to: str, client: int | None) -> Convert:
    """
    Return the command that converts a lead to something.
    """
    targets: dict[str, Any] = {
        "interest": NewInterest(fields={"budget": number}),
        "process": NewProcess("tender"),
        "order": NewOrder(),
        "alone": ClientAlone(),
        "need": NewInterest(stage="need", expected_close=date(2026, 6, 1)),
        "offer": NewInterest(stage="offer", amount=Money(number, "EUR")),
    }
    return Convert(
        world.ref("lead", number).id,
        targets[to],
        client=None if client is None else world.ref("client", client).id,
    )


def assign(world: World, kind: str, number: int, way: str, who: str) -> Assign:
    """
    Return the command that gives a record to somebody.
    """
    ways: dict[str, dict[str, Any]] = {
        "member": {"members": (who,)},
        "role": {"role": "sales" if who == "anna" else "head"},
        "policy": {"policy": "turns"},
        "none": {},
    }
    return Assign(ref=world.ref(kind, number), **ways[way])


def notice(kind: str, number: int) -> RecordNotice:
    """
    Return the command that accounts for what is no attention.
    """
    if kind == "ignored":
        return RecordNotice.of(
            Ignored(
                channel="mail",
                external_id=str(number),
                reason="bounce",
                received_at=MONDAY,
            )
        )
    return RecordNotice.of(
        Receipt(
            channel="bot",
            external_id=str(number),
            of="m",
            status="read" if number % 2 else "delivered",
            received_at=MONDAY,
        )
    )


def moved(was: int, now: tuple[int, ...]) -> RecordNotice:
    """
    Return the command that tells of a contact that has moved.
    """
    return RecordNotice.of(
        ContactChange(
            channel="bot",
            external_id=f"moved-{was}-{now}",
            change="moved",
            was=CONTACTS[was],
            now=contacts_of(now),
            received_at=MONDAY,
        )
    )


def amend(number: int, edit: bool) -> Amend:
    """
    Return the command that edits or deletes a message.
    """
    return Amend(
        Amendment(
            channel="site",
            external_id=f"{number}-{edit}",
            of=str(number),
            kind="edit" if edit else "deletion",
            text="other" if edit else "",
            received_at=MONDAY,
        )
    )


def due(minutes: int | None) -> Any:
    """
    Return when a task is due.
    """
    return None if minutes is None else MONDAY + timedelta(minutes=minutes)


def enter(
    world: World, contacts: tuple[int, ...], word: str, key: str, number: int
) -> EnterLead:
    """
    Return the command that enters a lead, of every third step from a touch.
    """
    return EnterLead(
        channel="site",
        contact_points=contacts_of(contacts),
        text=word,
        key=key,
        tags=("b", "a"),
        fields={"budget": number, "wanted_by": None},
        assignee="olga" if number % 2 else None,
        touch=None if number % 3 else world.ref("touch", number).id,
    )


def edit(
    world: World,
    number: int,
    contacts: tuple[int, ...] | None,
    word: str,
    budget: int | None,
) -> EditLead:
    """
    Return the command that edits a lead.
    """
    return EditLead(
        lead=world.ref("lead", number).id,
        contact_points=None if contacts is None else contacts_of(contacts),
        subject=word,
        fields={"budget": budget},
    )


def task_of(world: World, number: int) -> tuple[Ref, str]:
    """
    Return a task that there is, or the name of none.
    """
    if not world.tasks:
        return world.ref("lead", number), "none"
    return world.tasks[number % len(world.tasks)]


def _id(world: World, kind: str, number: int) -> Any:
    return world.ref(kind, number).id


COMMANDS: dict[str, Callable[..., Any]] = {
    "receive": lambda w, *a: receive(*a),
    "enter": enter,
    "anyway": lambda w, c: EnterLead(
        channel="site", text="walked in", contact_points=contacts_of(c), anyway=True
    ),
    "notice": lambda w, *a: notice(*a),
    "moved": lambda w, *a: moved(*a),
    "amend": lambda w, *a: amend(*a),
    "take": lambda w, n, who: Take(_id(w, "lead", n)),
    "assign": assign,
    "move": lambda w, n, s: MoveLead(_id(w, "lead", n), s),
    "edit": edit,
    "tag": lambda w, n, t, on: TagLead(
        lead=_id(w, "lead", n), add=(t,) if on else (), remove=() if on else (t,)
    ),
    "note": lambda w, k, n, t, who: Note(ref=w.ref(k, n), text=t, mentions=(who,)),
    "task": lambda w, k, n, t, m, who: AddTask(
        ref=w.ref(k, n), title=t, due=due(m), assignee=who if n % 2 else None
    ),
    "done": lambda w, n: FinishTask(ref=task_of(w, n)[0], task=task_of(w, n)[1]),
    "reject": lambda w, n, r, c: RejectLead(
        lead=_id(w, "lead", n), reason=r, comment=c
    ),
    "reopen": lambda w, n: ReopenLead(_id(w, "lead", n)),
    "convert": convert,
    "client": lambda w, c, anyway, who: AddClient(
        name="Client",
        contact_points=contacts_of(c),
        anyway=anyway,
        owners=() if who is None else (who,),
    ),
    "open": lambda w, n, s, m: OpenInterest(
        client=_id(w, "client", n),
        stage=s,
        amount=None if m is None else Money(m, "EUR"),
        theme="deal",
    ),
    "stage": lambda w, n, s, r: MoveInterest(
        interest=_id(w, "interest", n), stage=s, reason=r
    ),
    "win": lambda w, n: Win(interest=_id(w, "interest", n)),
    "lose": lambda w, n, r, c: Lose(
        interest=_id(w, "interest", n), reason=r, comment=c
    ),
    "again": lambda w, n, s: ReopenInterest(interest=_id(w, "interest", n), stage=s),
    "tick-item": lambda w, n, i, on: TickItem(
        interest=_id(w, "interest", n), item=i, done=on
    ),
    "attach": lambda w, n, d: AttachDocument(
        interest=_id(w, "interest", n), document=Document(id=f"d{d}", kind="offer")
    ),
    "beside": lambda w, n, who: Collaborate(
        interest=_id(w, "interest", n), members=(who,)
    ),
    "edit-deal": lambda w, n, t, m: EditInterest(
        interest=_id(w, "interest", n),
        theme=t,
        amount=None if m is None else Money(m, "EUR"),
        fields={"budget": m},
    ),
    "answer": lambda w, n, t: Answer(_id(w, "touch", n), t),
}
"""The command of each step, made of the world and the step's own words."""


def who_does(step: tuple[Any, ...]) -> str | None:
    """
    Return the member who takes a step.
    """
    if step[0] == "take":
        return str(step[2])
    return None if step[0] in ("receive", "notice", "moved", "amend") else "anna"
