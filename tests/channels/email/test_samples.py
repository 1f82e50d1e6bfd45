"""
Mails of many programs, and what each comes to.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leadflow.channels import Inbound
from leadflow.channels.email import read_part
from tests.channels._golden import shown
from tests.channels.email._setting import CHANNEL, NOW, SAMPLES, deliver, only


PATHS = sorted(SAMPLES.glob("*.eml"))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_sample(path: Path) -> None:
    """
    A sample comes to what its golden file says.
    """
    golden = json.loads(path.with_suffix(".outcomes.json").read_text("utf-8"))

    assert golden == shown(CHANNEL.read(deliver(path.read_bytes())))["outcomes"]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_line_ends_are_no_matter(path: Path) -> None:
    """
    A sample with bare line feeds is the same mail, attachments' bytes aside.
    """
    raw = path.read_bytes()
    first, second = only(CHANNEL, raw), only(CHANNEL, raw.replace(b"\r\n", b"\n"))

    assert _plain(first) == _plain(second)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_attachments_can_be_had(path: Path) -> None:
    """
    Each described attachment is found by its locator, of the size and hash told.
    """
    raw = path.read_bytes()
    outcome = only(CHANNEL, raw)
    files = outcome.attachments if isinstance(outcome, Inbound) else ()

    assert [one.size for one in files] == [
        len(read_part(raw, one.locator)) for one in files
    ]


def test_every_way_to_ignore() -> None:
    """
    The samples hold a bounce, a complaint, a read receipt, an answer and a list.
    """
    reasons = {
        getattr(only(CHANNEL, path.read_bytes()), "reason", None) for path in PATHS
    }

    assert {
        "bounce",
        "complaint_feedback",
        "read_receipt_mail",
        "auto_reply",
        "bulk_list",
    } <= reasons


def test_received_at_is_ours() -> None:
    """
    The time of receipt is the delivery's, whatever the mail says.
    """
    outcome = only(CHANNEL, PATHS[0].read_bytes())

    assert isinstance(outcome, Inbound)
    assert NOW == outcome.received_at


def _plain(outcome: object) -> object:
    if not isinstance(outcome, Inbound):
        return outcome
    names = [(one.name, one.media_type, one.locator) for one in outcome.attachments]
    return (
        outcome.external_id,
        outcome.conversation,
        outcome.contact_points,
        outcome.subject,
        outcome.text,
        outcome.judgement,
        names,
    )
