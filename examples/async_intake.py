"""
Take in many messages at once from an asynchronous application.

The store is synchronous; each command runs whole in a worker thread, so a task
that is cancelled cannot tear a commit.
"""

from __future__ import annotations

import asyncio
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from leadflow.channels import Inbound
from leadflow.desk import AsyncDesk, Inbox, Receive, Received
from leadflow.playbook import preset
from leadflow.records import leadflow_codec
from leadflow.storage.sql import SqlStore
from leadflow.values import ContactPoint


def message(number: int, person: int) -> Inbound:
    """
    Return what the application made of a message of its own chat.
    """
    return Inbound(
        channel="telegram",
        kind="message",
        external_id=f"{number}",
        received_at=datetime.now(UTC),
        contact_points=(ContactPoint(kind="telegram", value=f"{person}"),),
        text=f"message {number}",
    )


async def intake(desk: AsyncDesk) -> list[Received]:
    """
    Receive twelve messages of three people at once, each of them twice.
    """
    messages = [message(number, number % 3) for number in range(12)] * 2
    return await asyncio.gather(*(desk.do(Receive(each)) for each in messages))


async def main() -> None:
    """
    Show that each message counted once, and each person has one lead.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "leads.db"
        with SqlStore.open(f"sqlite:///{path}", codec=leadflow_codec()) as store:
            store.migrate()
            desk = AsyncDesk(preset("english"), store)
            received = await intake(desk)
            page = await desk.ask(Inbox())
            print("messages:", sum(not each.duplicate for each in received))
            print("leads:", len(page.leads))


if __name__ == "__main__":
    asyncio.run(main())
