"""
Tests of `leadflow.interest`: given an interest, when decided, then these events.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest

from leadflow import interest as interests
from leadflow.errors import Refused, UnknownRecord
from leadflow.interest import (
    Interest,
    InterestAssigned,
    InterestChecked,
    InterestDocumented,
    InterestEdited,
    InterestEvent,
    InterestLost,
    InterestMoved,
    InterestNoted,
    InterestOpened,
    InterestReopened,
    InterestTaskAdded,
    InterestTaskFinished,
    InterestTouched,
    InterestWon,
    Stay,
)
from leadflow.reasons import Reason, Reasons
from leadflow.scenario import ChecklistItem, Requirements, Scenario, Stage
from leadflow.values import (
    Change,
    ContactPoint,
    Document,
    Money,
    Product,
    Ref,
    Source,
    Task,
    Why,
)


NOON = datetime(2026, 5, 11, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
RETAIL = Scenario(
    id="retail",
    stages=(
        Stage(id="contact", leave=Requirements(fields=("theme",))),
        Stage(id="need", checklist=(ChecklistItem("asked"),)),
        Stage(
            id="offer",
            enter=Requirements(
                fields=("amount", "budget"),
                checklist=("asked",),
                documents=(("offer", 2),),
                tasks=("call",),
                all_tasks=True,
            ),
        ),
        Stage(id="won", kind="won"),
        Stage(id="lost", kind="lost"),
    ),
)
STRICT = attrs.evolve(
    RETAIL,
    id="strict",
    skips="forbidden",
    returns="forbidden",
    reasons=("price",),
    stages=tuple(attrs.evolve(s, leave=Requirements()) for s in RETAIL.stages),
)
REASONS = Reasons(
    (Reason(id="price"), Reason(id="spam", use=("leads",)), Reason(id="late"))
)
OFFER = Document(id="d1", kind="offer")
CALL = Task(id="k1", title="call")
BY_HAND = Why(policy="by hand", chosen=("anna",))


def opened(*events: InterestEvent, **more: Any) -> Interest:
    """
    Return the interest that was opened at noon; each event is an hour later.
    """
    given: dict[str, Any] = {
        "interest": "i1",
        "client": "c1",
        "scenario": "retail",
        "version": 1,
        "stage": "contact",
        "theme": "chairs",
        "touch": "t1",
    }
    interest = interests.evolve(None, InterestOpened(**given | more), NOON)
    for number, event in enumerate(events, start=1):
        interest = interests.evolve(interest, event, NOON + number * HOUR)
    return interest


WON = opened(
    InterestMoved(was="contact", stage="need"), InterestWon(was="need", stage="won")
)
LOST = opened(InterestLost(was="contact", stage="lost", reason="price"))


def refused(interest: Interest, stage: str, **more: Any) -> Refused:
    """
    Return the refusal to move *interest* to *stage*.
    """
    scenario = more.pop("scenario", RETAIL)
    with pytest.raises(Refused) as caught:
        interests.move(interest, scenario, stage, REASONS, **more)
    return caught.value


class TestMove:
    def test_forward(self) -> None:
        """An interest goes to the next stage (R37)."""
        assert (InterestMoved(was="contact", stage="need"),) == interests.move(
            opened(), RETAIL, "need", REASONS
        )

    def test_skips_are_named(self) -> None:
        """What lay between is told (R42)."""
        (event,) = interests.move(opened(), RETAIL, "won", REASONS)

        assert ("need", "offer") == event.skipped

    def test_where_it_is(self) -> None:
        """A move to where it is, is no event."""
        assert () == interests.move(opened(), RETAIL, "contact", REASONS)

    def test_back(self) -> None:
        """Going back asks nothing of the stage that is left."""
        there = opened(InterestMoved(was="contact", stage="need"), theme="")

        assert 1 == len(interests.move(there, RETAIL, "contact", REASONS))

    def test_unknown_stage(self) -> None:
        """A stage of another scenario is refused (K8)."""
        error = refused(opened(), "signed")

        assert (UnknownRecord, "interest.move.unknown-stage", "interest/i1") == (
            type(error),
            error.rule,
            error.subject,
        )

    @pytest.mark.parametrize(
        ("interest", "stage", "scenario", "rule"),
        [
            (WON, "need", RETAIL, "interest.move.closed"),
            (LOST, "won", RETAIL, "interest.move.closed"),
            (opened(), "won", STRICT, "interest.move.skip-forbidden"),
            (opened(stage="need"), "contact", STRICT, "interest.move.return-forbidden"),
        ],
    )
    def test_the_scenario_says_no(
        self, interest: Interest, stage: str, scenario: Scenario, rule: str
    ) -> None:
        """What the scenario does not allow is refused by its rule (R42)."""
        assert rule == refused(interest, stage, scenario=scenario, reason="price").rule

    def test_all_that_is_missing(self) -> None:
        """A requirement that is not met is refused with all that is missing (R38)."""
        interest = opened(
            InterestTaskAdded(task=Task(id="k2", title="write")), theme=""
        )
        error = refused(interest, "offer")

        assert (
            "interest.requirement.not-met",
            (
                "field:theme",
                "field:amount",
                "field:budget",
                "checklist:asked",
                "document:offer:2",
                "task:call",
                "task:write",
            ),
        ) == (error.rule, error.missing)

    def test_all_is_there(self) -> None:
        """What fulfils every requirement is let in (R38)."""
        interest = opened(
            InterestTaskAdded(task=CALL),
            InterestTaskFinished(task="k1"),
            InterestChecked(item="asked"),
            InterestDocumented(document=OFFER),
            InterestDocumented(document=attrs.evolve(OFFER, id="d2")),
            amount=Money(5, "EUR"),
            fields=(("budget", ("9",)),),
        )

        assert (
            InterestMoved(was="contact", stage="offer", skipped=("need",)),
        ) == interests.move(interest, RETAIL, "offer", REASONS)


class TestEnds:
    def test_win(self) -> None:
        """A win is a move to the won stage (R41)."""
        assert (
            InterestWon(
                was="contact", stage="won", skipped=("need", "offer"), comment="good"
            ),
        ) == interests.win(opened(), RETAIL, REASONS, comment=" good ")

    def test_win_asks_what_the_stage_asks(self) -> None:
        """A win asks the same as a drag to the won stage (R38)."""
        with pytest.raises(Refused, match="missing: field:theme"):
            interests.win(opened(theme=""), RETAIL, REASONS)

    def test_lose(self) -> None:
        """A loss has its reason (R41)."""
        assert (
            InterestLost(was="contact", stage="lost", reason="price", comment="alas"),
        ) == interests.lose(opened(), RETAIL, REASONS, reason="price", comment="alas ")

    def test_a_loss_asks_nothing_of_the_stage_left(self) -> None:
        """An interest can be lost from anywhere."""
        assert 1 == len(
            interests.lose(opened(theme=""), RETAIL, REASONS, reason="price")
        )

    @pytest.mark.parametrize(
        ("scenario", "reason", "rule"),
        [
            (RETAIL, "", "reason.required"),
            (RETAIL, "spam", "reason.not-applicable"),
            (STRICT, "late", "reason.not-applicable"),
            (RETAIL, "nose", "reason.unknown"),
        ],
    )
    def test_a_drag_to_lost_asks_as_the_form(
        self, scenario: Scenario, reason: str, rule: str
    ) -> None:
        """A drag to lost takes the same required reason as the form (K11)."""
        with pytest.raises(Refused) as caught:
            interests.lose(opened(), scenario, REASONS, reason=reason)

        assert (rule, rule) == (
            refused(opened(), "lost", reason=reason, scenario=scenario).rule,
            caught.value.rule,
        )

    def test_reason_not_required(self) -> None:
        """A scenario may let a loss go without a reason."""
        lax = attrs.evolve(RETAIL, reason_required=False)

        assert 1 == len(interests.move(opened(), lax, "lost", REASONS))

    def test_closed(self) -> None:
        """What is closed is told, with when and why."""
        assert (
            ("won", "won", "", NOON + 2 * HOUR, False),
            ("lost", "lost", "price", NOON + HOUR, False),
        ) == tuple(
            (i.standing, i.stage, i.reason, i.closed_at, i.is_open) for i in (WON, LOST)
        )


class TestReopen:
    def test_where_it_was_closed_from(self) -> None:
        """A closed interest is open again at the stage it was closed from (R41)."""
        assert (InterestReopened(was="won", stage="need"),) == interests.reopen(
            WON, RETAIL
        )

    def test_at_a_stage(self) -> None:
        """A closed interest can be reopened at any open stage."""
        (event,) = interests.reopen(LOST, RETAIL, "need")
        interest = interests.evolve(LOST, event, NOON + 5 * HOUR)

        assert ("open", "need", "", None) == (
            interest.standing,
            interest.stage,
            interest.reason,
            interest.closed_at,
        )

    def test_its_stage_is_gone(self) -> None:
        """Where the old stage is gone it begins at the first (R37)."""
        other = Scenario(
            id="retail",
            version=2,
            stages=(
                Stage(id="new"),
                Stage(id="won", kind="won"),
                Stage(id="lost", kind="lost"),
            ),
        )

        assert (InterestReopened(was="won", stage="new"),) == interests.reopen(
            WON, other
        )

    @pytest.mark.parametrize(
        ("interest", "stage", "rule"),
        [
            (opened(), "", "interest.reopen.not-closed"),
            (LOST, "won", "interest.reopen.not-open-stage"),
            (LOST, "signed", "interest.move.unknown-stage"),
        ],
    )
    def test_refused(self, interest: Interest, stage: str, rule: str) -> None:
        """Only what is closed is reopened, and only at an open stage."""
        with pytest.raises(Refused) as caught:
            interests.reopen(interest, RETAIL, stage)

        assert (rule, "interest/i1") == (caught.value.rule, caught.value.subject)


class TestStays:
    def test_times_of_every_stage(self) -> None:
        """The stages passed are kept with their times, returns too (R42)."""
        interest = opened(
            InterestMoved(was="contact", stage="need"),
            InterestMoved(was="need", stage="contact"),
            InterestLost(was="contact", stage="lost", reason="price"),
        )

        assert (
            Stay("contact", NOON, NOON + HOUR),
            Stay("need", NOON + HOUR, NOON + 2 * HOUR),
            Stay("contact", NOON + 2 * HOUR, NOON + 3 * HOUR),
            Stay("lost", NOON + 3 * HOUR),
        ) == interest.stays

    def test_an_edit_leaves_the_clock(self) -> None:
        """Editing a field does not change the stage's clock (K7)."""
        edited = opened(InterestEdited(changes=(), theme="tables"))

        assert opened().stays == edited.stays


class TestChecklist:
    def test_tick(self) -> None:
        """An item is ticked once."""
        ticked = opened(*interests.check(opened(), RETAIL, "asked"))

        assert (("asked",), ()) == (
            ticked.checked,
            interests.check(ticked, RETAIL, "asked"),
        )

    def test_untick(self) -> None:
        """A tick comes off, where there is one."""
        ticked = opened(InterestChecked(item="asked"))
        (event,) = interests.check(ticked, RETAIL, "asked", done=False)
        bare = interests.evolve(ticked, event, NOON)

        assert ((), ()) == (
            bare.checked,
            interests.check(bare, RETAIL, "asked", done=False),
        )

    def test_unknown(self) -> None:
        """An item that no stage has is named."""
        with pytest.raises(UnknownRecord, match=r"item signed .*unknown-item"):
            interests.check(opened(), RETAIL, "signed")


class TestDocuments:
    def test_attached_once(self) -> None:
        """A document is attached once (R38)."""
        interest = opened(*interests.attach(opened(), OFFER))

        assert ((OFFER,), ()) == (
            interest.documents,
            interests.attach(interest, OFFER),
        )


class TestEdit:
    def test_tells_before_and_after(self) -> None:
        """An edit tells what was before and is after, of every field (R28)."""
        (event,) = interests.edit(
            opened(),
            theme="tables",
            description="oak",
            service="delivery",
            amount=Money(5, "EUR"),
            products=(Product(id="table"),),
            contacts=(ContactPoint(kind="phone", value="", raw="12"),),
            fields=(("budget", ("9",)),),
            source=Source(name="ads"),
            expected_close=date(2026, 6, 1),
        )

        assert (
            Change("theme", ("chairs",), ("tables",)),
            Change("description", (), ("oak",)),
            Change("service", (), ("delivery",)),
            Change("amount", (), ("5 EUR",)),
            Change("products", (), ("table",)),
            Change("contacts", (), ("12",)),
            Change("fields.budget", (), ("9",)),
            Change("source", (), ("name: ads",)),
            Change("expected_close", (), ("2026-06-01",)),
        ) == event.changes

    def test_equal_values(self) -> None:
        """What is equal makes no event."""
        assert () == interests.edit(opened(), theme="chairs", fields=())


class TestAssign:
    def test_tells_who_and_beside(self) -> None:
        """An assignment says who, who beside, and who it was before (R40)."""
        interest = opened(
            InterestAssigned(members=("anna",), collaborators=("olga",), why=BY_HAND)
        )

        assert (
            InterestAssigned(
                members=("boris",),
                collaborators=("olga",),
                why=BY_HAND,
                before=("anna",),
            ),
        ) == interests.assign(interest, ("boris",), None, BY_HAND)

    @pytest.mark.parametrize("beside", [None, ("olga",)])
    def test_theirs_already(self, beside: tuple[str, ...] | None) -> None:
        """What is so already is no event."""
        interest = opened(
            InterestAssigned(members=("anna",), collaborators=("olga",), why=BY_HAND)
        )

        assert () == interests.assign(
            interest, ("anna",), None, BY_HAND, collaborators=beside
        )

    def test_nobody_is_told_the_first_time(self) -> None:
        """That nobody was found is told, with the reasons (R35)."""
        assert 1 == len(interests.assign(opened(), (), None, BY_HAND))


class TestTasks:
    def test_finished_once(self) -> None:
        """A task is done when it was finished, and finished once (R26)."""
        interest = opened(
            *interests.add_task(opened(), CALL),
            InterestTaskAdded(task=Task(id="k2", title="write")),
            InterestTaskFinished(task="k1"),
        )

        assert (NOON + 3 * HOUR, None, ()) == (
            interest.tasks[0].done_at,
            interest.tasks[1].done_at,
            interests.finish_task(interest, "k1"),
        )

    def test_finish(self) -> None:
        """A task that is not done can be finished."""
        interest = opened(InterestTaskAdded(task=CALL))

        assert (InterestTaskFinished(task="k1"),) == interests.finish_task(
            interest, "k1"
        )

    def test_unknown(self) -> None:
        """A task that there is not is named."""
        with pytest.raises(UnknownRecord, match=r"task k9 \[interest\.task\.unknown"):
            interests.finish_task(opened(), "k9")

    def test_closed(self) -> None:
        """A closed interest gets no more tasks."""
        with pytest.raises(Refused, match=r"is won \[interest\.task\.closed"):
            interests.add_task(WON, CALL)


class TestWords:
    def test_note(self) -> None:
        """A note stands in the history and changes nothing else."""
        (event,) = interests.note(opened(), "look", ("boris",))

        assert (InterestNoted(text="look", mentions=("boris",)), opened()) == (
            event,
            opened(event),
        )

    def test_note_says_nothing(self) -> None:
        """A note that says nothing is refused."""
        with pytest.raises(Refused, match=r"interest\.note\.empty"):
            interests.note(opened(), "\t")

    def test_touch(self) -> None:
        """An open interest counts the client's touches (R4)."""
        interest = opened(*interests.touch(opened(), "t2"))

        assert (2, NOON + HOUR) == (interest.touches, interest.last_touch_at)

    def test_without_a_touch(self) -> None:
        """An interest that was opened by hand has no touch yet."""
        interest = opened(touch=None)

        assert (0, None) == (interest.touches, interest.last_touch_at)

    def test_touch_closed(self) -> None:
        """A closed interest is not touched."""
        with pytest.raises(Refused, match=r"is lost \[interest\.touch\.closed"):
            interests.touch(LOST, "t2")

    def test_begins_with_being_opened(self) -> None:
        """Nothing happens to an interest that is not there."""
        with pytest.raises(AssertionError, match="begins"):
            interests.evolve(None, InterestTouched(touch="t1"), NOON)


class TestFound:
    def test_by_all_marks(self) -> None:
        """An interest is found by every mark that it has (R27)."""
        interest = opened(
            InterestAssigned(members=("anna",), collaborators=("olga",), why=BY_HAND),
            InterestLost(was="contact", stage="lost", reason="price"),
            channel="site",
            lead="l1",
            source=Source(name="ads"),
            fields=(("size", ("L",)),),
            theme="Oak chairs",
        )
        found = interests.index(interest)

        assert NOON == found.at
        assert {
            ("client", "c1"),
            ("scenario", "retail"),
            ("stage", "retail/lost"),
            ("standing", "lost"),
            ("channel", "site"),
            ("source", "ads"),
            ("lead", "l1"),
            ("reason", "price"),
            ("assignee", "anna"),
            ("collaborator", "olga"),
            ("field.size", "L"),
            ("name", "oak"),
            ("name", "chairs"),
        } == found.terms

    def test_the_least(self) -> None:
        """A bare interest is found by its client, scenario, stage and standing."""
        assert {"client", "scenario", "stage", "standing", "name"} == {
            name for name, _ in interests.index(opened()).terms
        }

    def test_ref(self) -> None:
        """An interest has the name of its record."""
        assert Ref("interest", "i1") == opened().ref
