"""
The week: what comes in, what becomes of it, and that it all adds up.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import attrs
import pytest

from leadflow.channels.outcomes import Inbound
from leadflow.demo import (
    DEMOS,
    Week,
    assignments,
    channels_of,
    differences,
    play,
    report_of,
    week_deliveries,
    words_of,
)
from leadflow.desk import Board, InterestBoard
from leadflow.errors import UnknownRecord
from leadflow.funnel.html import to_html
from leadflow.ports import Recorded
from leadflow.records import leadflow_codec
from leadflow.replay import Tally
from leadflow.storage.memory import MemoryStore
from leadflow.storage.sql import SqlStore


TOOL = Path(__file__).parents[2] / "tools" / "week" / "generate.py"
PACKAGED = Path(__file__).parents[2] / "src" / "leadflow" / "demo" / "deliveries"

# What becomes of the week's deliveries; a change of a rule shows here.
ENGLISH_LINES = {
    ("inbound", "opened"): 263,
    ("inbound", "joined"): 67,
    ("inbound", "repeat"): 23,
    ("inbound", "recorded"): 10,
    ("inbound", "extended"): 8,
    ("duplicate", ""): 33,
    ("amended", "edit"): 7,
    ("contact_change", "blocked"): 2,
    ("ignored", "auto_reply"): 8,
    ("ignored", "bounce"): 8,
    ("ignored", "bulk_list"): 6,
    ("ignored", "reaction"): 6,
    ("ignored", "honeypot"): 5,
    ("ignored", "own_echo"): 3,
    ("ignored", "platform_test"): 2,
    ("ignored", "unknown_event"): 2,
    ("ignored", "group_chat_not_allowed"): 1,
    ("ignored", "read_receipt_mail"): 1,
    ("malformed", "bad-json"): 2,
    ("malformed", "no-contact"): 1,
    ("malformed", "no-headers"): 1,
    ("unverified", "wrong-secret-in-header"): 2,
    ("unverified", "wrong-secret-token"): 2,
}
RUSSIAN_KINDS = {
    "inbound": 369,
    "duplicate": 33,
    "amended": 7,
    "contact_change": 2,
    "ignored": 42,
    "malformed": 4,
    "unverified": 4,
}


WORK = {
    "ClientAdded",
    "ClientTouched",
    "InterestAssigned",
    "InterestChecked",
    "InterestDocumented",
    "InterestEdited",
    "InterestLost",
    "InterestMoved",
    "InterestOpened",
    "InterestReopened",
    "InterestTaskAdded",
    "InterestTaskFinished",
    "InterestTouched",
    "InterestWon",
    "LeadAnswered",
    "LeadAssigned",
    "LeadConverted",
    "LeadEdited",
    "LeadMoved",
    "LeadNoted",
    "LeadOpened",
    "LeadOverdue",
    "LeadRejected",
    "LeadReopened",
    "LeadTagged",
    "LeadTaskAdded",
    "LeadTaskFinished",
    "LeadTouched",
    "TouchAmended",
    "TouchAnswered",
    "TouchExtended",
    "TouchRecorded",
}


def journal(week: Week) -> list[Recorded]:
    """Return all that happened in *week*."""
    events: list[Recorded] = []
    while page := week.store.journal(len(events), limit=5000):
        events += page
    return events


def happened(week: Week) -> Counter[str]:
    """Return how often each kind of event happened."""
    return Counter(type(recorded.event).__name__ for recorded in journal(week))


class TestDeliveries:
    @pytest.mark.parametrize("language", sorted(DEMOS))
    def test_there_are_more_than_three_hundred(self, language: str) -> None:
        """A week has more than 300 deliveries."""
        assert len(week_deliveries(DEMOS[language])) > 300

    @pytest.mark.parametrize("language", sorted(DEMOS))
    def test_they_come_from_monday_to_saturday(self, language: str) -> None:
        """All come in between Monday's midnight and Saturday's, in order."""
        instants = [d.received_at for _, d in week_deliveries(DEMOS[language])]

        assert instants == sorted(instants)
        assert instants[-1] - instants[0] < (
            DEMOS[language].at(6, instants[0].time().min)
            - DEMOS[language].at(0, instants[0].time().min)
        )

    @pytest.mark.skipif(not TOOL.exists(), reason="the tool is not here")
    def test_the_tool_writes_what_is_packaged(self, tmp_path: Path) -> None:
        """The committed files are what the tool makes, on every Python."""
        subprocess.run([sys.executable, str(TOOL), str(tmp_path)], check=True)

        written = {
            path.relative_to(tmp_path).as_posix(): path.read_bytes()
            for path in tmp_path.rglob("*.*")
        }
        packaged = {
            path.relative_to(PACKAGED).as_posix(): path.read_bytes()
            for path in PACKAGED.rglob("*.*")
        }

        assert packaged == written

    @pytest.mark.parametrize("language", sorted(DEMOS))
    def test_texts_come_out_whole(self, language: str) -> None:
        """No charset, encoding or quirk leaves a broken character in a text."""
        company = DEMOS[language]
        channels = channels_of(company)
        broken = [
            outcome.text
            for channel, delivery in week_deliveries(company)
            for outcome in channels[channel].read(delivery).outcomes
            if isinstance(outcome, Inbound)
            and ("\ufffd" in outcome.text + outcome.subject + outcome.person.name)
        ]

        assert [] == broken


class TestAccounting:
    def test_the_english_week(self, week: Week) -> None:
        """What became of each delivery of the English week."""
        assert ENGLISH_LINES == {
            (line.kind, line.reason): line.count for line in week.tally.lines
        }

    def test_the_russian_week(self, russian_week: Week) -> None:
        """What became of each delivery of the Russian week, by kind."""
        kinds = Counter[str]()
        for line in russian_week.tally.lines:
            kinds[line.kind] += line.count

        assert RUSSIAN_KINDS == dict(kinds)

    @pytest.mark.parametrize("name", ["week", "russian_week"])
    def test_the_sum_is_the_number_of_deliveries(
        self, name: str, request: pytest.FixtureRequest
    ) -> None:
        """Every delivery of the week has exactly one outcome."""
        played: Week = request.getfixturevalue(name)

        assert (
            len(week_deliveries(played.company))
            == played.tally.deliveries
            == played.tally.outcomes
        )

    @pytest.mark.parametrize("name", ["week", "russian_week"])
    def test_nothing_is_unaccounted_for(
        self, name: str, request: pytest.FixtureRequest
    ) -> None:
        """Each outcome left the record that it says (R12)."""
        played: Week = request.getfixturevalue(name)

        assert 0 == played.tally.unaccounted(played.store)

    @pytest.mark.parametrize("name", ["week", "russian_week"])
    def test_every_record_is_the_fold_of_its_events(
        self, name: str, request: pytest.FixtureRequest
    ) -> None:
        """The audit is clean, and record == fold(events) (R28)."""
        played: Week = request.getfixturevalue(name)

        assert ((), ()) == (played.store.audit().problems, differences(played.store))

    def test_a_difference_is_found(self, week: Week) -> None:
        """A record that its history does not make is named."""
        (position, lead) = next(
            (recorded.position, recorded.ref)
            for recorded in journal(week)
            if recorded.ref.kind == "lead"
        )

        class Forged:
            def journal(self, after: int, *, limit: int) -> list[Recorded]:
                return week.store.journal(after, limit=limit)

            def load(self, refs: list[object]) -> object:
                loaded = week.store.load(refs)  # type: ignore[arg-type]
                if lead in loaded:
                    forged = attrs.evolve(loaded[lead].state, text="something else")
                    loaded[lead] = attrs.evolve(loaded[lead], state=forged)
                return loaded

        assert position
        assert (lead,) == differences(Forged())  # type: ignore[arg-type]

    def test_a_second_delivery_of_everything_adds_nothing(self) -> None:
        """The whole week once more is all duplicates, and the journal stands (R5)."""
        week = play(
            lambda clock: MemoryStore(codec=leadflow_codec(), clock=clock),
            language="en",
        )
        head = week.store.head()
        channels = channels_of(week.company)
        again = Tally()
        for channel, delivery in week_deliveries(week.company):
            again.add(week.desk.accept(channels[channel], delivery))

        assert {"duplicate", "unverified"} == {line.kind for line in again.lines}
        assert week.tally.count("unverified") == again.count("unverified")
        assert head == week.store.head()

    def test_a_lost_record_is_missed(self, week: Week) -> None:
        """What left no record in the store at hand is unaccounted for."""
        empty = MemoryStore(codec=leadflow_codec())

        left = week.tally.outcomes - week.tally.count("unverified")

        assert left == week.tally.unaccounted(empty)


class TestSameEveryTime:
    def test_sql_tells_the_same_story(self, week: Week, tmp_path: Path) -> None:
        """The week on SQLite has the journal that it has in memory, event by event."""
        stores: list[SqlStore] = []

        def on_disk(clock):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            store = SqlStore.open(
                f"sqlite:///{tmp_path}/week.db",
                codec=leadflow_codec(),
                clock=clock,
                synchronous="NORMAL",
            )
            store.migrate()
            stores.append(store)
            return store

        try:
            stored = play(on_disk)

            assert [
                (each.ref, each.version, each.event, each.at, each.by)
                for each in journal(week)
            ] == [
                (each.ref, each.version, each.event, each.at, each.by)
                for each in journal(stored)
            ]
            assert week.tally.lines == stored.tally.lines
            assert () == differences(stored.store)
            assert stored.store.audit().clean
        finally:
            for store in stores:
                store.close()

    def test_an_unknown_language_is_refused(self) -> None:
        """There is no week in a language that none is packaged in."""
        with pytest.raises(UnknownRecord, match=r"demo\.unknown-language"):
            play(lambda clock: MemoryStore(clock=clock), language="fr")


class TestTeam:
    def test_the_week_has_it_all(self, week: Week) -> None:
        """Every kind of work happens in the week."""
        assert set() == WORK - set(happened(week))

    def test_escalations_reach_the_head(self, week: Week) -> None:
        """Some lead waited so long that the next level was told (R33)."""
        levels = {
            recorded.event.level
            for recorded in journal(week)
            if type(recorded.event).__name__ == "LeadOverdue"
        }

        assert {1, 2} <= levels

    def test_rules_held_the_team_back(self, week: Week) -> None:
        """A reason, a comment and a document were missing, and then were there."""
        assert {
            "interest.requirement.not-met",
            "reason.comment-required",
            "reason.required",
        } <= set(week.refused)

    def test_clients_keep_their_member(self, week: Week) -> None:
        """Who comes back is given to the member that they know (R31)."""
        given = assignments(week.store)

        assert all(counts["clients-own"] > 0 for counts in given.values())

    def test_turns_are_fair_while_all_are_there(self, week: Week) -> None:
        """Members with equal shifts differ by one turn at most (R36)."""
        given = assignments(week.store)
        turns = [given[member]["round-robin sales"] for member in ("boris", "grace")]

        assert max(turns) - min(turns) <= 1

    def test_every_effect_was_carried_out(self, week: Week) -> None:
        """Nothing waits in the outbox, and nothing was given up."""
        assert ([], 0, 0) == (
            week.store.dead(),
            week.effects["dead"],
            week.effects["retried"],
        )

    def test_no_answer_went_out_twice(self, week: Week) -> None:
        """Every send has a key of its own."""
        keys = [outgoing.key for outgoing in week.sent]

        assert len(set(keys)) == len(keys) == happened(week)["TouchAnswered"]

    def test_answers_go_by_the_channel_that_was_written_to(self, week: Week) -> None:
        """There are letters, messages of the bot, and calls (R8)."""
        assert {"SMTP", "POST", "CALL"} == {outgoing.method for outgoing in week.sent}


class TestReport:
    def test_the_funnel_counts_what_the_boards_show(self, week: Week) -> None:
        """Leads by their end, and interests by theirs, are those of the boards."""
        report = report_of(
            week.store, week.playbook, start=week.start, end=week.end, as_of=week.end
        )
        leads = week.desk.ask(Board(limit=1000))
        retail = week.desk.ask(InterestBoard(scenario="retail", limit=1000))

        assert report.leads is not None

        lead_cell, retail_cell = report.leads.cell(), report.interests[0].cell()

        assert (
            sum(len(column.cards) for column in leads.columns),
            len(leads["converted"].cards),
            len(leads["rejected"].cards),
        ) == (lead_cell.entered, lead_cell.won_now, lead_cell.lost)
        assert (
            sum(len(column.cards) for column in retail.columns),
            len(retail["won"].cards),
            len(retail["lost"].cards),
        ) == (retail_cell.entered, retail_cell.won_now, retail_cell.lost)

    def test_every_figure_opens_into_its_records(self, week: Week) -> None:
        """The rejected of the funnel are the rejected of the board (R49)."""
        report = report_of(
            week.store, week.playbook, start=week.start, end=week.end, as_of=week.end
        )

        assert report.leads is not None

        board = week.desk.ask(Board(limit=1000))

        assert sorted(card.id for card in board["rejected"].cards) == list(
            report.leads.ids(report.leads.cell(), "lost")
        )

    def test_the_page_names_members_and_reasons(self, week: Week) -> None:
        """People are called by their names, and reasons by their titles."""
        report = report_of(
            week.store, week.playbook, start=week.start, end=week.end, as_of=week.end
        )
        page = to_html(report, words=words_of(week.playbook))

        assert "Anna Reed" in page
        assert "Too expensive" in page

    def test_the_russian_page_is_russian(self, russian_week: Week) -> None:
        """The Russian week is told in Russian."""
        week = russian_week
        report = report_of(
            week.store, week.playbook, start=week.start, end=week.end, as_of=week.end
        )
        page = to_html(report, words=words_of(week.playbook))

        assert '<html lang="ru">' in page
        assert "Анна Белова" in page
