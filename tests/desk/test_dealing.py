"""
Working an interest through its scenario, on every path by the same rules.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import attrs
import pytest

from leadflow.desk import (
    AddClient,
    AddTask,
    Assign,
    AttachDocument,
    Card,
    Collaborate,
    Command,
    Desk,
    EditInterest,
    FinishTask,
    Lose,
    MoveInterest,
    OpenInterest,
    ReopenInterest,
    TickItem,
    Win,
)
from leadflow.errors import Refused, UnknownRecord
from leadflow.interest import Interest
from leadflow.scenario import Requirements, Scenario, Stage
from leadflow.storage.memory import MemoryStore
from leadflow.values import ContactPoint, Document, Money, Product, Ref, Source
from tests.desk._company import (
    MONDAY,
    RETAIL,
    Clock,
    desk_on,
    phone,
    small_company,
    written_nothing,
)


OFFER = Document(id="d1", kind="offer")


def open_deal(desk: Desk, **more: Any) -> str:
    """
    Return a new interest of a new client's.
    """
    client = desk.do(AddClient(name="Ivan"))
    return desk.do(OpenInterest(client=client.id, **more), by="anna").id


@pytest.fixture
def deal(desk: Desk) -> str:
    """Return an open interest."""
    return open_deal(desk)


def now(desk: Desk, deal: str) -> Interest:
    """
    Return the interest as it is.
    """
    return desk.ask(Card(Ref("interest", deal))).record


class TestMove:
    def test_to_the_next(self, desk: Desk, deal: str) -> None:
        """A drag on the board moves the interest (R37)."""
        moved = desk.do(MoveInterest(interest=deal, stage="need"), by="anna")

        assert "need" == moved.stage

    def test_where_it_is(self, desk: Desk, deal: str, store: MemoryStore) -> None:
        """A drag to its own column writes nothing."""
        with written_nothing(store):
            desk.do(MoveInterest(interest=deal, stage="contact"), by="anna")

        assert 1 == len(now(desk, deal).stays)

    def test_stage_of_another_scenario(
        self, desk: Desk, deal: str, store: MemoryStore
    ) -> None:
        """A stage of another scenario is refused, and nothing is written (K8)."""
        with written_nothing(store), pytest.raises(UnknownRecord) as caught:
            desk.do(MoveInterest(interest=deal, stage="signed"), by="anna")

        assert ("interest.move.unknown-stage", f"interest/{deal}") == (
            caught.value.rule,
            caught.value.subject,
        )

    @pytest.mark.parametrize(
        ("reason", "rule"),
        [
            ("", "reason.required"),
            ("spam", "reason.not-applicable"),
            ("other", "reason.comment-required"),
            ("nose", "reason.unknown"),
        ],
    )
    def test_drag_to_lost(
        self, desk: Desk, deal: str, store: MemoryStore, reason: str, rule: str
    ) -> None:
        """A drag to lost asks for the same reason as the form (K11)."""
        drag = MoveInterest(interest=deal, stage="lost", reason=reason)
        form = Lose(interest=deal, reason=reason)
        rules = []
        for command in (drag, form):
            with written_nothing(store), pytest.raises(Refused) as caught:
                desk.do(command, by="anna")
            rules.append(caught.value.rule)

        assert [rule, rule] == rules

    def test_requirement_not_met(
        self, desk: Desk, deal: str, store: MemoryStore
    ) -> None:
        """A requirement that is not met names all that is missing (R38)."""
        with written_nothing(store), pytest.raises(Refused) as caught:
            desk.do(MoveInterest(interest=deal, stage="offer"), by="anna")

        assert (
            "interest.requirement.not-met",
            ("field:amount", "checklist:asked", "document:offer:1"),
        ) == (caught.value.rule, caught.value.missing)

    def test_requirement_met(self, desk: Desk, deal: str) -> None:
        """What is asked can be given: a field, a tick, a document (R38)."""
        work: tuple[Command[Interest], ...] = (
            EditInterest(interest=deal, amount=Money(5, "EUR")),
            TickItem(interest=deal, item="asked"),
            AttachDocument(interest=deal, document=OFFER),
            MoveInterest(interest=deal, stage="offer"),
        )
        for command in work:
            desk.do(command, by="anna")

        assert "offer" == now(desk, deal).stage

    def test_a_tick_that_came_off(
        self, desk: Desk, deal: str, store: MemoryStore
    ) -> None:
        """A tick that was taken off is missing again."""
        desk.do(TickItem(interest=deal, item="asked"), by="anna")
        desk.do(TickItem(interest=deal, item="asked", done=False), by="anna")
        with written_nothing(store), pytest.raises(Refused) as caught:
            desk.do(MoveInterest(interest=deal, stage="offer"), by="anna")

        assert "checklist:asked" in caught.value.missing

    def test_finished_tasks(self, store: MemoryStore, clock: Clock) -> None:
        """A stage can ask that tasks are finished (R38)."""
        asking = scenario_with(Requirements(tasks=("call",), all_tasks=True))
        desk = desk_on(store, clock, small_company(scenarios=(asking,)))
        deal = open_deal(desk)
        task = desk.do(AddTask(ref=Ref("interest", deal), title="call"), by="anna")
        with written_nothing(store), pytest.raises(Refused) as caught:
            desk.do(MoveInterest(interest=deal, stage="need"), by="anna")
        desk.do(FinishTask(ref=Ref("interest", deal), task=task.id), by="anna")
        moved = desk.do(MoveInterest(interest=deal, stage="need"), by="anna")

        assert (("task:call",), "need") == (caught.value.missing, moved.stage)

    def test_every_stay_has_its_time(self, desk: Desk, deal: str, clock: Clock) -> None:
        """Stages passed are kept with their times, returns and skips too (R42)."""
        for stage in ("need", "contact", "won"):
            clock.turn(hours=1)
            desk.do(MoveInterest(interest=deal, stage=stage), by="anna")
        hour = timedelta(hours=1)

        assert [
            ("contact", MONDAY, MONDAY + hour),
            ("need", MONDAY + hour, MONDAY + 2 * hour),
            ("contact", MONDAY + 2 * hour, MONDAY + 3 * hour),
            ("won", MONDAY + 3 * hour, None),
        ] == [attrs.astuple(stay) for stay in now(desk, deal).stays]

    def test_an_interest_that_there_is_not(
        self, desk: Desk, store: MemoryStore
    ) -> None:
        """An interest that there is not is named."""
        with written_nothing(store), pytest.raises(UnknownRecord) as caught:
            desk.do(MoveInterest(interest="i9", stage="need"), by="anna")

        assert "interest.unknown" == caught.value.rule


def scenario_with(enter: Requirements, **more: Any) -> Scenario:
    """
    Return the small company's scenario, asking something before "need".
    """
    stages = tuple(
        attrs.evolve(stage, enter=enter) if stage.id == "need" else stage
        for stage in RETAIL.stages
    )
    return attrs.evolve(RETAIL, stages=stages, **more)


class TestEnds:
    def test_win(self, desk: Desk, deal: str) -> None:
        """A won interest is closed (R41)."""
        won = desk.do(Win(interest=deal, comment="at last"), by="anna")

        assert ("won", "won", MONDAY) == (won.standing, won.stage, won.closed_at)

    def test_win_asks_what_the_stage_asks(
        self, store: MemoryStore, clock: Clock
    ) -> None:
        """What a won stage asks is asked by the verb and by the drag (R38)."""
        asking = attrs.evolve(
            RETAIL,
            stages=tuple(
                attrs.evolve(stage, enter=Requirements(documents=(("contract", 1),)))
                if stage.id == "won"
                else stage
                for stage in RETAIL.stages
            ),
        )
        desk = desk_on(store, clock, small_company(scenarios=(asking,)))
        deal = open_deal(desk)
        missing = []
        for command in (Win(interest=deal), MoveInterest(interest=deal, stage="won")):
            with written_nothing(store), pytest.raises(Refused) as caught:
                desk.do(command, by="anna")
            missing.append(caught.value.missing)

        assert [("document:contract:1",)] * 2 == missing

    def test_lose(self, desk: Desk, deal: str) -> None:
        """A lost interest has its reason (R41)."""
        lost = desk.do(Lose(interest=deal, reason="price"), by="anna")

        assert ("lost", "price") == (lost.standing, lost.reason)

    def test_leaves_the_clients_list(self, desk: Desk, deal: str) -> None:
        """A client lists its open interests only."""
        desk.do(Lose(interest=deal, reason="price"), by="anna")
        client = now(desk, deal).client

        assert () == desk.ask(Card(Ref("client", client))).record.interests

    def test_closed_is_closed(self, desk: Desk, deal: str, store: MemoryStore) -> None:
        """A closed interest is not moved."""
        desk.do(Win(interest=deal), by="anna")
        rules = []
        for command in (
            MoveInterest(interest=deal, stage="need"),
            Lose(interest=deal, reason="price"),
        ):
            with written_nothing(store), pytest.raises(Refused) as caught:
                desk.do(command, by="anna")
            rules.append(caught.value.rule)

        assert ["interest.move.closed"] * 2 == rules

    def test_winning_again(self, desk: Desk, deal: str, store: MemoryStore) -> None:
        """What is won is won."""
        desk.do(Win(interest=deal), by="anna")
        with written_nothing(store):
            desk.do(Win(interest=deal), by="anna")

        assert "won" == now(desk, deal).standing

    def test_reopen(self, desk: Desk, deal: str) -> None:
        """A closed interest is open again where it was, and its client has it (R41)."""
        desk.do(MoveInterest(interest=deal, stage="need"), by="anna")
        desk.do(Lose(interest=deal, reason="price"), by="anna")
        again = desk.do(ReopenInterest(interest=deal), by="anna")
        client = desk.ask(Card(Ref("client", again.client))).record

        assert ("open", "need", (deal,)) == (
            again.standing,
            again.stage,
            client.interests,
        )

    def test_reopen_at_a_stage(self, desk: Desk, deal: str) -> None:
        """A closed interest can be reopened at any open stage."""
        desk.do(Win(interest=deal), by="anna")
        again = desk.do(ReopenInterest(interest=deal, stage="need"), by="anna")

        assert "need" == again.stage

    def test_reopen_what_is_open(
        self, desk: Desk, deal: str, store: MemoryStore
    ) -> None:
        """What is open is not reopened."""
        with written_nothing(store), pytest.raises(Refused) as caught:
            desk.do(ReopenInterest(interest=deal), by="anna")

        assert "interest.reopen.not-closed" == caught.value.rule


class TestVersions:
    NEWER = Scenario(
        id="retail",
        version=2,
        stages=(
            Stage(id="hello"),
            Stage(id="won", kind="won"),
            Stage(id="lost", kind="lost"),
        ),
    )

    def test_under_way_keeps_its_own(
        self, desk: Desk, deal: str, store: MemoryStore, clock: Clock
    ) -> None:
        """A new version does not break an interest under way (R37)."""
        playbook = small_company(scenarios=(RETAIL, self.NEWER))
        newer = desk_on(store, clock, playbook, prefix="new")
        moved = newer.do(MoveInterest(interest=deal, stage="need"), by="anna")

        assert (1, "need") == (moved.version, moved.stage)

    def test_new_ones_get_the_newest(
        self, desk: Desk, deal: str, store: MemoryStore, clock: Clock
    ) -> None:
        """New interests are opened in the newest version, in whatever order (R37)."""
        playbook = small_company(scenarios=(self.NEWER, RETAIL))
        newer = desk_on(store, clock, playbook, prefix="new")
        interest = newer.do(OpenInterest(client=now(desk, deal).client))

        assert (2, "hello") == (interest.version, interest.stage)

    def test_a_version_that_is_gone(
        self, desk: Desk, deal: str, store: MemoryStore, clock: Clock
    ) -> None:
        """A version that a playbook has dropped is named."""
        newer = desk_on(store, clock, small_company(scenarios=(self.NEWER,)))
        with written_nothing(store), pytest.raises(UnknownRecord) as caught:
            newer.do(Win(interest=deal), by="anna")

        assert ("playbook.unknown-scenario", True) == (
            caught.value.rule,
            "retail/1" in caught.value.message,
        )


class TestRest:
    def test_documents_once(self, desk: Desk, deal: str, store: MemoryStore) -> None:
        """A document is attached once."""
        desk.do(AttachDocument(interest=deal, document=OFFER), by="anna")
        with written_nothing(store):
            desk.do(AttachDocument(interest=deal, document=OFFER), by="boris")

        assert (OFFER,) == now(desk, deal).documents

    def test_unknown_item(self, desk: Desk, deal: str, store: MemoryStore) -> None:
        """An item that no stage has is named."""
        with written_nothing(store), pytest.raises(UnknownRecord) as caught:
            desk.do(TickItem(interest=deal, item="signed"), by="anna")

        assert "interest.check.unknown-item" == caught.value.rule

    def test_collaborators(self, desk: Desk, deal: str) -> None:
        """Others work on an interest beside its assignee (R40)."""
        before = now(desk, deal)
        after = desk.do(Collaborate(interest=deal, members=("olga",)), by="anna")

        assert (("olga",), before.assignees, before.why) == (
            after.collaborators,
            after.assignees,
            after.why,
        )

    def test_unknown_collaborator(
        self, desk: Desk, deal: str, store: MemoryStore
    ) -> None:
        """A collaborator is a member."""
        with written_nothing(store), pytest.raises(UnknownRecord) as caught:
            desk.do(Collaborate(interest=deal, members=("nobody",)), by="anna")

        assert "team.unknown-member" == caught.value.rule

    def test_edit_every_field(self, desk: Desk, deal: str) -> None:
        """Every field of an interest can be edited (R40)."""
        given: dict[str, Any] = {
            "theme": "Tables",
            "description": "oak",
            "service": "delivery",
            "amount": Money(5, "EUR"),
            "products": (Product(id="table"),),
            "contacts": (phone(1), ContactPoint(kind="phone", value="", raw="12")),
            "source": Source(name="ads"),
            "expected_close": date(2026, 6, 1),
        }
        after = desk.do(EditInterest(interest=deal, fields={"budget": 7}, **given))

        assert given | {"fields": (("budget", ("7",)),)} == {
            name: getattr(after, name) for name in (*given, "fields")
        }

    def test_edit_a_field_of_leads_only(
        self, desk: Desk, deal: str, store: MemoryStore
    ) -> None:
        """A field that is declared for leads is none of an interest."""
        fields = {"wanted_by": "2026-06-01"}
        with written_nothing(store), pytest.raises(Refused) as caught:
            desk.do(EditInterest(interest=deal, fields=fields), by="anna")

        assert ("field.not-accepted", ("wanted_by",)) == (
            caught.value.rule,
            caught.value.missing,
        )

    def test_edit_leaves_the_stage_clock(
        self, desk: Desk, deal: str, clock: Clock
    ) -> None:
        """Editing does not change the stage's clock (K7)."""
        clock.turn(hours=1)
        after = desk.do(EditInterest(interest=deal, theme="Tables"), by="anna")

        assert MONDAY == after.stays[-1].entered_at


def test_closed_interest_is_not_given_away(desk: Desk) -> None:
    """A lost interest is nobody's to answer for any more."""
    client = desk.do(AddClient(name="Ivan"))
    deal = desk.do(OpenInterest(client=client.id))
    desk.do(Lose(interest=deal.id, reason="price"))
    with pytest.raises(Refused) as caught:
        desk.do(Assign(ref=Ref("interest", deal.id), members=("boris",)))

    assert "interest.assign.closed" == caught.value.rule
