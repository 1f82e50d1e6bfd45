"""
Types of the desk: checked by the type checkers, never run.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import assert_type

from leadflow.channels import Channel, Delivery, Inbound
from leadflow.client import Client
from leadflow.desk import (
    Accepted,
    AddClient,
    AddTask,
    Amend,
    Answer,
    Answered,
    Assign,
    AsyncDesk,
    Board,
    BoardView,
    Card,
    CardView,
    Command,
    Convert,
    Converted,
    Delivered,
    Desk,
    EditLead,
    Entered,
    EnterLead,
    Entry,
    FindClients,
    FindLeads,
    FinishTask,
    Inbox,
    InterestBoard,
    LeadPage,
    MoveInterest,
    NewInterest,
    Note,
    Noted,
    Notices,
    OpenInterest,
    Question,
    Receive,
    Received,
    RecordNotice,
    RejectLead,
    Take,
    Timeline,
    Win,
)
from leadflow.interest import Interest
from leadflow.lead import Lead
from leadflow.playbook import preset
from leadflow.ports import AsyncStore, Transport
from leadflow.storage import MemoryStore
from leadflow.touch import Notice
from leadflow.values import ChannelId, ClientId, InterestId, LeadId, Ref, Task, TouchId


now = datetime(2026, 1, 1, tzinfo=UTC)
desk = Desk(preset("english"), MemoryStore())
inbound = Inbound(
    channel=ChannelId("site"), kind="form", external_id="1", received_at=now
)
lead = LeadId("l1")
client = ClientId("c1")
deal = InterestId("i1")
ref = Ref("lead", lead)

assert_type(desk.do(Receive(inbound)), Received)
assert_type(desk.do(Receive(inbound), by="anna").lead, LeadId | None)
assert_type(desk.do(EnterLead(channel=ChannelId("site")), by="anna"), Entered)
assert_type(
    desk.do(
        RecordNotice(
            channel=ChannelId("site"), external_id="1", kind="ignored", reason="x"
        )
    ),
    Noted,
)
assert_type(desk.do(Take(lead), by="anna"), Lead)
assert_type(desk.do(Assign(ref=ref, policy="turns")), Lead | Interest)
assert_type(desk.do(EditLead(lead=lead, fields={"budget": 5})), Lead)
assert_type(desk.do(RejectLead(lead=lead, reason="price")), Lead)
assert_type(desk.do(Note(ref=ref, text="look")), Lead | Client | Interest)
assert_type(desk.do(AddTask(ref=ref, title="call", due=now)), Task)
assert_type(desk.do(FinishTask(ref=ref, task="k1")), Lead | Interest)
assert_type(desk.do(Convert(lead, to=NewInterest(stage="need"))), Converted)
assert_type(desk.do(Convert(lead)).interest, InterestId | None)
assert_type(desk.do(AddClient(name="Ivan")), Client)
assert_type(desk.do(OpenInterest(client=client)), Interest)
assert_type(desk.do(MoveInterest(interest=deal, stage="won")), Interest)
assert_type(desk.do(Win(interest=deal)), Interest)
assert_type(desk.do(Answer(TouchId("t1"), "hello")), Answered)

assert_type(desk.ask(Inbox()), LeadPage)
assert_type(desk.ask(FindLeads(name="ivan")), LeadPage)
assert_type(desk.ask(FindClients()), tuple[Client, ...])
assert_type(desk.ask(Notices()), tuple[Notice, ...])
assert_type(desk.ask(Board()), BoardView)
assert_type(desk.ask(InterestBoard()), BoardView)
assert_type(desk.ask(Card(ref)), CardView)
assert_type(desk.ask(Timeline(client)), tuple[Entry, ...])

assert_type(desk.tick(), int)


def takes_in(channel: Channel, delivery: Delivery, post: Transport) -> None:
    assert_type(desk.accept(channel, delivery), Accepted)
    assert_type(desk.deliver({"notify": post}), Delivered)


async def awaited(store: AsyncStore, channel: Channel, delivery: Delivery) -> None:
    adesk = AsyncDesk(preset("russian"), store)
    assert_type(await adesk.do(Receive(inbound)), Received)
    assert_type(await adesk.do(Convert(lead), by="anna"), Converted)
    assert_type(await adesk.ask(Inbox()), LeadPage)
    assert_type(await adesk.accept(channel, delivery), Accepted)
    assert_type(await adesk.tick(), int)


# Commands and questions are what the protocols say.
command: Command[Received] = Receive(inbound)
amending: type[Command[Noted]] = Amend
question: Question[LeadPage] = Inbox()

Receive(inbound).inbound = inbound  # type: ignore[misc]
desk.do(Inbox())  # type: ignore[arg-type]
desk.ask(Receive(inbound))  # type: ignore[arg-type]
desk.do(Take("l1"))  # type: ignore[arg-type]
