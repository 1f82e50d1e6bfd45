"""
Deliveries kept in files: what is found, when it came in, what is told of the rest.
"""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.replay import UNDATED, Pile
from leadflow.replay._files import _instant, _webhook


LETTER = (
    b"From: Ann <ann@example.com>\nSubject: hello\n"
    b"Date: Mon, 14 Sep 2026 09:00:00 -0400\nMessage-ID: <1@example.com>\n\nhi\n"
)
NINE = datetime(2026, 9, 14, 13, tzinfo=UTC)


def line(**said: object) -> str:
    """Return a line of webhooks, with *said* over a good one."""
    good: dict[str, object] = {
        "channel": "site",
        "received_at": "2026-09-14T13:00:00Z",
        "headers": {"Content-Type": "application/json"},
        "body": "{}",
    }
    whole = good | said
    return json.dumps({key: value for key, value in whole.items() if value is not None})


def pile(folder: Path, name: str, content: bytes | str) -> Pile:
    """Write one file and look at it."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return Pile(path)


class TestLetters:
    def test_a_letter_is_given_byte_for_byte(self, tmp_path: Path) -> None:
        """The body of an .eml's delivery is the file."""
        (kept,) = pile(tmp_path, "a.eml", LETTER)

        assert LETTER == kept.delivery.body

    def test_it_came_in_when_the_last_server_took_it(self, tmp_path: Path) -> None:
        """The topmost Received field goes before Date."""
        received = (
            b"Received: from a by b\n\tfor <x@y>; Mon, 14 Sep 2026 13:30:00 +0000\n"
            b"Received: from c by a; Mon, 14 Sep 2026 11:00:00 +0000\n"
        )
        (kept,) = pile(tmp_path, "a.eml", received + LETTER)

        assert NINE.replace(minute=30) == kept.delivery.received_at

    def test_without_a_server_by_its_own_date(self, tmp_path: Path) -> None:
        """Without Received the Date counts."""
        (kept,) = pile(tmp_path, "a.eml", LETTER)

        assert NINE == kept.delivery.received_at

    def test_without_any_it_is_as_old_as_can_be(self, tmp_path: Path) -> None:
        """A letter that says nothing of its time is undated, never of today."""
        (kept,) = pile(tmp_path, "a.eml", b"From: a@b.example\nDate: soon\n\nhi")

        assert UNDATED == kept.delivery.received_at

    def test_what_stands_in_the_text_is_no_field(self, tmp_path: Path) -> None:
        """A Date in the body of a letter dates nothing."""
        text = b"From: a@b.example\n\nDate: Mon, 14 Sep 2026 09:00:00 +0000\n"
        (kept,) = pile(tmp_path, "a.eml", text)

        assert UNDATED == kept.delivery.received_at

    def test_an_empty_file_is_told(self, tmp_path: Path) -> None:
        """An empty file holds no letter."""
        found = pile(tmp_path, "a.eml", b"")

        assert [("a.eml", "the file is empty")] == [
            (each.place, each.problem) for each in found.spoilt
        ]


class TestMbox:
    def test_letters_are_cut_at_their_first_lines(self, tmp_path: Path) -> None:
        """Each letter comes without its first line and the blank line behind it."""
        first = b"From a Mon Sep 14 13:00:00 2026\n"
        found = pile(
            tmp_path, "m.mbox", first + LETTER + b"\n" + first + LETTER + b"\n"
        )

        assert [LETTER, LETTER] == [kept.delivery.body for kept in found]

    @pytest.mark.parametrize(
        "first",
        [
            b"From a@b Mon Sep 14 13:00:00 2026",
            b"From - Mon Sep 14 13:00:00 2026",
            b"From 17@xxx Mon Sep 14 13:00:00 +0000 2026",
            b"From a Mon Sep 14 09:00:00 2026 -0400",
            b"From a Mon Sep 14 13:00 2026",
        ],
    )
    def test_the_first_line_tells_when(self, tmp_path: Path, first: bytes) -> None:
        """Every way of writing the date gives the instant, in UTC without a zone."""
        body = b"From: a@b.example\n\nhi\n"
        (kept,) = pile(tmp_path, "m.mbox", first + b"\n" + body)

        assert NINE == kept.delivery.received_at

    def test_a_first_line_without_date_leaves_it_to_the_letter(
        self, tmp_path: Path
    ) -> None:
        """Where the first line says nothing, Received and Date do."""
        (kept,) = pile(tmp_path, "m.mbox", b"From somebody\n" + LETTER)

        assert NINE == kept.delivery.received_at

    def test_quoting_is_undone(self, tmp_path: Path) -> None:
        """A line that was quoted with > is as it was written."""
        body = b"From: a@b.example\n\n>From here on\n>>From there\n"
        (kept,) = pile(tmp_path, "m.mbox", b"From x\n" + body)

        assert b"From: a@b.example\n\nFrom here on\n>From there\n" == kept.delivery.body

    def test_from_inside_a_paragraph_cuts_nothing(self, tmp_path: Path) -> None:
        """Only after a blank line a letter begins."""
        body = b"From: a@b.example\n\nit came\nFrom far away\n"

        assert 1 == len(pile(tmp_path, "m.mbox", b"From x\n" + body))

    def test_letters_come_in_order_of_arrival(self, tmp_path: Path) -> None:
        """The order in the file is of no matter."""
        later = b"From x Mon Sep 14 15:00:00 2026\n" + LETTER + b"\n"
        sooner = b"From x Mon Sep 14 14:00:00 2026\n" + LETTER + b"\n"
        found = list(pile(tmp_path, "m.mbox", later + sooner))

        assert [14, 15] == [kept.delivery.received_at.hour for kept in found]

    def test_text_before_the_first_letter_is_told(self, tmp_path: Path) -> None:
        """The place is told once, and the letters behind it are read."""
        first = b"From a Mon Sep 14 13:00:00 2026\n"
        found = pile(tmp_path, "m.mbox", b"lost\nlost\n\n" + first + LETTER)

        assert ["m.mbox, byte 0"] == [each.place for each in found.spoilt]
        assert 1 == len(found)

    def test_places_name_letter_and_byte(self, tmp_path: Path) -> None:
        """Each letter can be found in its file."""
        first = b"From a Mon Sep 14 13:00:00 2026\n"
        block = first + LETTER + b"\n"
        found = pile(tmp_path, "m.mbox", block + block)

        assert [
            "m.mbox, letter 1 (byte 0)",
            f"m.mbox, letter 2 (byte {len(block)})",
        ] == [kept.place for kept in found]

    def test_any_file_that_begins_like_one_is_one(self, tmp_path: Path) -> None:
        """A mailbox needs no ending."""
        found = pile(tmp_path, "Inbox", b"From x\n" + LETTER + b"\nFrom x\n" + LETTER)

        assert 2 == len(found)


class TestWebhooks:
    def test_a_line_is_a_delivery(self, tmp_path: Path) -> None:
        """Channel, instant, headers and body are as the line says."""
        (kept,) = pile(tmp_path, "h.jsonl", line(body='{"имя": "Анна"}', url="/f?k=1"))

        assert ("site", NINE, b'{"\xd0\xb8\xd0\xbc\xd1\x8f": ', "POST", "/f?k=1") == (
            kept.channel,
            kept.delivery.received_at,
            kept.delivery.body[:11],
            kept.delivery.method,
            kept.delivery.url,
        )

    def test_bytes_come_in_base64(self, tmp_path: Path) -> None:
        """A body that is no text stands in base64."""
        raw = bytes(range(256))
        text = line(body=None, body_base64=base64.b64encode(raw).decode())
        (kept,) = pile(tmp_path, "h.jsonl", text)

        assert raw == kept.delivery.body

    def test_a_body_that_was_parsed_is_written_again(self, tmp_path: Path) -> None:
        """An object in place of the text stands for its JSON."""
        (kept,) = pile(tmp_path, "h.jsonl", line(body={"update_id": 7}))

        assert b'{"update_id": 7}' == kept.delivery.body

    def test_headers_may_be_pairs(self, tmp_path: Path) -> None:
        """A list of pairs keeps headers that come twice."""
        pairs = [["X-A", "1"], ["X-A", "2"]]
        (kept,) = pile(tmp_path, "h.jsonl", line(headers=pairs))

        assert (("X-A", "1"), ("X-A", "2")) == kept.delivery.headers

    @pytest.mark.parametrize(
        ("bad", "problem"),
        [
            ('{"a": nope}', "is not JSON at character 7"),
            ("[]", "is not a JSON object"),
            (line(received_at=None), "'received_at' is missing"),
            (line(received_at="soon"), "'received_at' is no ISO 8601 instant: 'soon'"),
            (
                line(received_at="2026-09-14T13:00:00"),
                "'received_at' has no zone: '2026-09-14T13:00:00'",
            ),
            (line(body=None), "'body' is missing"),
            (line(body=None, body_base64="?"), "'body_base64' is not base64"),
            (line(channel=7), "'channel' is not a text"),
            (line(headers="x"), "'headers' is neither an object nor a list of pairs"),
            (
                line(headers={"a": 1}),
                "'headers' holds something that is no pair of texts",
            ),
        ],
    )
    def test_what_is_wrong_is_told_with_its_line(
        self, tmp_path: Path, bad: str, problem: str
    ) -> None:
        """A bad line is told by its number, and the others are read."""
        found = pile(tmp_path, "h.jsonl", f"{line()}\n\n{bad}\n{line()}\n")

        assert [("h.jsonl, line 3", problem)] == [
            (each.place, each.problem) for each in found.spoilt
        ]
        assert 2 == len(found)

    def test_bytes_that_are_no_text_are_told(self, tmp_path: Path) -> None:
        """A line that is not UTF-8 is told by its byte."""
        found = pile(tmp_path, "h.jsonl", b'{"a": "\xff"}\n')

        assert ["is not UTF-8 at byte 7 of the line"] == [
            each.problem for each in found.spoilt
        ]

    @given(st.text())
    def test_any_line_is_read_or_told(self, text: str) -> None:
        """No line of text raises anything but its own problem."""
        try:
            kept = _webhook(text.encode("utf-8", "surrogatepass"), "x")
            told = kept.place
        except ValueError as error:
            told = str(error)

        assert told

    @given(st.text(max_size=30))
    def test_any_instant_is_read_or_told(self, text: str) -> None:
        """No text for an instant raises anything but its own problem."""
        try:
            told = str(_instant({"received_at": text}).tzinfo)
        except ValueError as error:
            told = str(error)

        assert told.startswith(("UTC", "'received_at'"))


class TestFolders:
    def test_a_folder_is_searched_to_its_depth(self, tmp_path: Path) -> None:
        """All known endings are found, however deep, and others left alone."""
        (tmp_path / "a" / "b").mkdir(parents=True)
        (tmp_path / "a" / "b" / "x.EML").write_bytes(LETTER)
        (tmp_path / "hooks.jsonl").write_text(line())
        (tmp_path / "m.mbox").write_bytes(b"From x\n" + LETTER)
        (tmp_path / "notes.txt").write_text("nothing")

        assert {"a/b/x.EML", "hooks.jsonl, line 1", "m.mbox, letter 1 (byte 0)"} == {
            kept.place for kept in Pile(tmp_path)
        }

    def test_all_is_read_in_order_of_arrival(self, tmp_path: Path) -> None:
        """Letters and webhooks of several files are one sequence."""
        (tmp_path / "a.eml").write_bytes(LETTER)
        (tmp_path / "b.jsonl").write_text(
            line(received_at="2026-09-14T12:00:00Z")
            + "\n"
            + line(received_at="2026-09-14T14:00:00+00:00")
        )

        assert [12, 13, 14] == [
            kept.delivery.received_at.hour for kept in Pile(tmp_path)
        ]

    def test_the_bytes_read_add_up(self, tmp_path: Path) -> None:
        """Progress ends at the size of the pile."""
        (tmp_path / "a.eml").write_bytes(LETTER)
        (tmp_path / "h.jsonl").write_text(f"{line()}\n{line()}\n")
        found = Pile(tmp_path)

        assert found.size == [kept.read for kept in found][-1]

    def test_a_missing_file_raises(self, tmp_path: Path) -> None:
        """What is not there cannot be read."""
        with pytest.raises(FileNotFoundError):
            Pile(tmp_path / "nothing.eml")

    def test_two_readings_are_equal(self, tmp_path: Path) -> None:
        """No time of the files' own comes in."""
        path = tmp_path / "a.eml"
        path.write_bytes(LETTER)
        first = list(Pile(path))
        path.write_bytes(LETTER)

        assert first == list(Pile(path))
