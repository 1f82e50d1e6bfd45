"""
History rows from the journal, and the ladders of a playbook.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import attrs
import pytest

from leadflow.desk import (
    AttachDocument,
    Convert,
    Desk,
    EditInterest,
    EditLead,
    EnterLead,
    Lose,
    MoveInterest,
    MoveLead,
    NewInterest,
    Note,
    RejectLead,
    ReopenInterest,
    ReopenLead,
    TagLead,
    TickItem,
    Win,
)
from leadflow.funnel.fold import fold
from leadflow.funnel.history import HistoryRow
from leadflow.funnel.journal import (
    Counted,
    HistoryReader,
    lead_ladder,
    scenario_ladder,
)
from leadflow.playbook import Playbook, preset
from leadflow.records import leadflow_codec
from leadflow.scenario import Scenario, Stage
from leadflow.storage.memory import MemoryStore
from leadflow.values import (
    ContactPoint,
    Document,
    InterestId,
    LeadId,
    Money,
    Person,
    Ref,
    Source,
)


MONDAY = datetime(2026, 9, 14, 14, tzinfo=UTC)


class Office:
    """
    A desk with the English preset, whose clock goes a minute with each command.
    """

    def __init__(self) -> None:
        self.now = MONDAY
        self.store = MemoryStore(codec=leadflow_codec(), clock=lambda: self.now)
        numbers = count(1)
        self.desk = Desk(
            preset("english"),
            self.store,
            clock=lambda: self.now,
            ids=lambda: f"id{next(numbers):04}",
        )

    def do(self, command: Any, by: str = "anna") -> Any:
        """Do *command* a minute later."""
        self.now += timedelta(minutes=1)
        return self.desk.do(command, by=by)

    def lead(self, number: int = 1) -> LeadId:
        """Enter the lead of contact *number*."""
        point = ContactPoint(kind="email", value=f"c{number}@example.com")
        return self.do(
            EnterLead(
                channel="site",
                person=Person(name="Vera Long"),
                contact_points=(point,),
                source=Source(name="google", medium="cpc", campaign="autumn"),
            )
        ).lead

    def rows(self, kind: Counted = "lead", **more: int) -> list[HistoryRow]:
        """Return all rows of *kind*."""
        return list(HistoryReader(self.store, kind, **more))


@pytest.fixture
def office() -> Office:
    """Open an office on Monday morning."""
    return Office()


class TestLeads:
    def test_opening_and_assignment_make_a_row_each(self, office: Office) -> None:
        """A new lead has a row of its arrival and one of its owner (R31)."""
        office.lead()

        assert [("not_processed", None), ("not_processed", "grace")] == [
            (row.stage, row.owner) for row in office.rows()
        ]

    def test_a_row_carries_the_whole_state(self, office: Office) -> None:
        """Channel, kind, source and its marks stand in every row."""
        office.lead()

        last = office.rows()[-1]

        assert ("site", "form", "google", "cpc", "autumn", "no") == (
            last.channel,
            last.channel_kind,
            *(last.value(name) for name in ("source", "medium", "campaign", "repeat")),
        )

    def test_instants_and_versions_are_those_of_the_journal(
        self, office: Office
    ) -> None:
        """A row's instant and sequence are the event's own."""
        lead = office.lead()
        office.do(MoveLead(lead, "in_work"))

        assert [(1, 60), (2, 60), (3, 120)] == [
            (row.seq, row.at_us // 1_000_000 - int(MONDAY.timestamp()))
            for row in office.rows()
        ]

    def test_what_is_not_counted_makes_no_row(self, office: Office) -> None:
        """A note changes nothing that is counted."""
        lead = office.lead()
        before = len(office.rows())
        office.do(Note(ref=Ref("lead", lead), text="call after lunch"))

        assert before == len(office.rows())

    def test_rejection_has_its_reason_and_reopening_takes_it_away(
        self, office: Office
    ) -> None:
        """The reason is in force from the rejection to the reopening (R21, R47)."""
        lead = office.lead()
        office.do(RejectLead(lead=lead, reason="spam"))
        office.do(ReopenLead(lead))

        assert [("rejected", "spam"), ("not_processed", None)] == [
            (row.stage, row.reason) for row in office.rows()[-2:]
        ]

    def test_conversion_names_its_results(self, office: Office) -> None:
        """A converted lead names what was made of it (R46)."""
        lead = office.lead()
        made = office.do(Convert(lead))

        last = office.rows()[-1]

        assert ("converted", made.client, str(made.made)) == (
            last.stage,
            last.client,
            last.result,
        )

    def test_tags_and_fields_are_dimensions(self, office: Office) -> None:
        """Tags and custom fields can be broken down by (R48)."""
        lead = office.lead()
        office.do(TagLead(lead=lead, add=("vip",)))
        office.do(EditLead(lead=lead, fields={"segment": "home"}))

        last = office.rows()[-1]

        assert ("yes", "home") == (last.value("tag:vip"), last.value("field.segment"))


class TestInterests:
    def deal(self, office: Office) -> InterestId:
        """Open a deal."""
        made = office.do(Convert(office.lead(), NewInterest(theme="Two desks")))
        interest: InterestId = made.interest
        return interest

    def test_a_deal_leaves_a_row_at_each_stage(self, office: Office) -> None:
        """Every stage of a won deal is in its history, under its version (R42)."""
        deal = self.deal(office)
        office.do(TickItem(interest=deal, item="need"))
        office.do(MoveInterest(interest=deal, stage="qualified"))
        office.do(EditInterest(interest=deal, amount=Money(120_00, "USD")))
        for kind in ("offer", "invoice"):
            document = Document(id=kind, kind=kind)
            office.do(AttachDocument(interest=deal, document=document))
        office.do(MoveInterest(interest=deal, stage="offer"))
        office.do(MoveInterest(interest=deal, stage="payment"))
        office.do(Win(interest=deal))

        stages = [row.stage for row in office.rows("interest")]

        assert ["contact", "qualified", "offer", "payment", "won"] == list(
            dict.fromkeys(stages)
        )

    def test_amount_and_currency_come_along(self, office: Office) -> None:
        """An edited amount is in force from then on."""
        deal = self.deal(office)
        office.do(EditInterest(interest=deal, amount=Money(120_00, "USD")))

        last = office.rows("interest")[-1]

        assert (120_00, "USD", "retail", 1) == (
            last.amount_minor,
            last.currency,
            last.scenario,
            last.version,
        )

    def test_loss_and_reopening(self, office: Office) -> None:
        """A reopened deal stands where it was, without its reason (R41)."""
        deal = self.deal(office)
        office.do(Lose(interest=deal, reason="price"))
        office.do(ReopenInterest(interest=deal))

        assert [("lost", "price"), ("contact", None)] == [
            (row.stage, row.reason) for row in office.rows("interest")[-2:]
        ]

    def test_leads_and_interests_are_read_apart(self, office: Office) -> None:
        """A reader of interests sees no lead."""
        self.deal(office)

        assert {"retail"} == {row.scenario for row in office.rows("interest")}


class TestReading:
    def work(self, office: Office) -> None:
        """Work four leads, the last of which is rejected."""
        for number in range(4):
            lead = office.lead(number)
            office.do(MoveLead(lead, "in_work"))
        office.do(RejectLead(lead=lead, reason="price"))

    @pytest.mark.parametrize("page", [1, 2, 3, 500])
    def test_pages_change_nothing(self, office: Office, page: int) -> None:
        """The rows are the same for every length of a page."""
        self.work(office)

        assert office.rows() == office.rows(page=page)

    def test_every_cursor_gives_the_rest(self, office: Office) -> None:
        """Reading from any cursor yields what reading from 0 yields after it."""
        self.work(office)
        rows = {
            recorded.position: recorded
            for recorded in office.store.journal(0)
            if recorded.ref.kind == "lead"
        }
        everything = office.rows()

        for position in rows:
            later = [
                (recorded.ref.id, recorded.version)
                for recorded in rows.values()
                if recorded.position > position
            ]

            assert [row for row in everything if (row.subject, row.seq) in later] == (
                office.rows(after=position, page=2)
            )

    def test_iterating_again_yields_what_came_since(self, office: Office) -> None:
        """A reader goes on where it stopped."""
        reader = HistoryReader(office.store, "lead")
        first = list(reader)
        office.lead(9)

        assert (0, 2) == (len(first), len(list(reader)))

    def test_what_was_put_away_is_read_from_its_stream(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A bounded memory gives the same rows."""
        self.work(office)
        everything = office.rows()
        monkeypatch.setattr("leadflow.funnel.journal._KEPT", 1)

        assert everything == office.rows()


class TestLadders:
    def test_leads_climb_to_converted(self) -> None:
        """Open states are steps in order, converted is won, rejected has no rank."""
        ladder = lead_ladder(preset("english"))

        assert ["not_processed", "in_work", "converted"] == [
            rung.id for rung in ladder.steps
        ]

    def test_the_journal_folds_by_its_ladder(self, office: Office) -> None:
        """What the reader yields has a place on the playbook's ladder."""
        lead = office.lead()
        office.do(Convert(lead))
        folded = fold(office.rows(), lead_ladder(office.desk.playbook), subject="lead")

        assert "won" == folded.milestones(lead).outcome

    def test_a_scenario_with_one_version(self) -> None:
        """The stages are the rungs, under their own ids."""
        ladder = scenario_ladder(preset("english"))

        assert ["contact", "qualified", "offer", "payment", "won", "lost"] == [
            rung.id for rung in ladder.rungs
        ]

    def test_a_stage_of_an_older_version_stands_behind_its_predecessor(self) -> None:
        """A stage that was taken out keeps its place (R37)."""
        ladder = scenario_ladder(self.versions())

        assert ["talk", "visit", "offer", "deal", "lost"] == [
            rung.id for rung in ladder.rungs
        ]

    def test_an_id_of_another_kind_is_another_stage(self) -> None:
        """An id that was open and is won now stands for two stages."""
        newer = attrs.evolve(
            self.versions().scenarios[1],
            version=3,
            stages=(
                Stage(id="talk"),
                Stage(id="offer", kind="won"),
                Stage(id="lost", kind="lost"),
            ),
        )
        playbook = attrs.evolve(
            self.versions(), scenarios=(*self.versions().scenarios, newer)
        )

        ladder = scenario_ladder(playbook)

        assert ("won", "open") == (
            ladder.place("sale", 3, "offer").kind,
            ladder.place("sale", 2, "offer").kind,
        )

    def versions(self) -> Playbook:
        """Return a playbook whose second version took a stage out."""
        ends = (Stage(id="deal", kind="won"), Stage(id="lost", kind="lost"))
        older = Scenario(
            id="sale",
            version=1,
            stages=(Stage(id="talk"), Stage(id="visit"), Stage(id="offer"), *ends),
        )
        newer = Scenario(
            id="sale", version=2, stages=(Stage(id="talk"), Stage(id="offer"), *ends)
        )
        return Playbook(scenarios=(older, newer))
