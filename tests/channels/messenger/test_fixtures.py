"""
Messenger payloads that nobody on this project wrote, where they are at hand.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from leadflow.channels import Ignored, Inbound, Outcome, Receipt
from leadflow.channels.messenger import MessengerChannel
from tests.channels._hooks import APP_SECRET, hook


FOLDER = Path(__file__).parents[4] / "shared" / "fixtures" / "messenger"
EXPECTED = FOLDER / "EXPECTED.tsv"

# What the reason in the table is called here.
REASONS = {
    "echo of our own message": ("own_echo",),
    "none": ("empty", "unknown_event"),
    "read": ("status_receipt",),
    "account_linking": ("permission_change",),
    "checkout_update": ("service_message",),
}


def rows() -> list[dict[str, str]]:
    """
    Return the lines of the table, none where it isn't there.
    """
    if not EXPECTED.exists():
        return []
    with EXPECTED.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def outcome_of(number: int) -> Outcome:
    """
    Return the one outcome of a payload, read by the channel of its own page.
    """
    payloads = json.loads((FOLDER / "payloads.json").read_text("utf-8"))
    payload: dict[str, Any] = payloads[number]["payload"]
    page = payload["entry"][0]["id"]
    if not page.isdecimal():
        # A placeholder of the documentation's.
        page = payload["entry"][0]["id"] = "111899832631525"
    channel = MessengerChannel(id="fb", page_id=page, app_secret=APP_SECRET)
    [outcome] = channel.read(hook(payload)).outcomes
    return outcome


@pytest.mark.skipif(not EXPECTED.exists(), reason="the fixtures are not at hand")
class TestFixtures:
    def test_all_are_here(self) -> None:
        """
        The table has a line for each of the 14 payloads.
        """
        assert list(range(14)) == [int(row["n"]) for row in rows()]

    @pytest.mark.parametrize(
        "row", rows(), ids=lambda row: f"{row['n']}-{row['event']}"
    )
    def test_reads_as_expected(self, row: dict[str, str]) -> None:
        """
        A payload comes to what a person expects of it.
        """
        outcome = outcome_of(int(row["n"]))
        kind, _, detail = row["outcome"].partition("(")
        match kind.strip():
            case "message" | "message-like":
                assert isinstance(outcome, Inbound)
                assert row["text"] == outcome.text
                assert row["sender"] == outcome.conversation
                assert row["external_id"] in ("", outcome.external_id)
                assert outcome.judgement.may_open
            case "attribution only":
                assert isinstance(outcome, Inbound)
                assert row["sender"] == outcome.conversation
                assert ("MY_REF", "") == (outcome.source.campaign, outcome.text)
                assert not outcome.judgement.may_open
            case "opt-in: no sender id":
                assert isinstance(outcome, Ignored)
                assert "subscription_change" == outcome.reason
            case "ignore" if detail == "delivery)":
                # It makes nothing; that our message arrived is worth keeping.
                assert isinstance(outcome, Receipt)
                assert "mid.1458668856218:ed81099e15d3f4f233" == outcome.of
            case "ignore":
                assert isinstance(outcome, Ignored)
                assert outcome.reason in REASONS[detail.removesuffix(")")]
            case other:
                pytest.fail(f"no reading of {other!r}")
