"""
``replay``: files of one's own, taken in once.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leadflow.desk import Desk, FindLeads
from leadflow.lead import Lead
from leadflow.playbook import preset
from leadflow.records import leadflow_codec
from leadflow.storage.sql import SqlStore
from tests.cli.conftest import Said, Shell


FIXTURES = Path(__file__).parents[3] / "shared" / "fixtures" / "mail"
WEEK = Path(__file__).parents[2] / "src" / "leadflow" / "demo" / "deliveries" / "en"

LETTER = """\
From: Ann Lee <ann{n}@example.com>
To: sales@oak.example
Subject: Desks
Date: Mon, 14 Sep 2026 09:0{n}:00 -0400
Message-ID: <{n}@example.com>

How much is a desk?
"""


def hook(channel: str, body: object, **more: object) -> str:
    """Return a line of webhooks."""
    said = {
        "channel": channel,
        "received_at": "2026-09-14T13:00:00Z",
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(body),
    }
    return json.dumps(said | more)


def form(n: int) -> str:
    """Return a form of customer *n*."""
    fields = {"name": "Bo", "phone": f"(212) 555-014{n}", "message": "Call me"}
    return hook("site", fields)


def update(n: int) -> str:
    """Return a message to a bot by customer *n*."""
    who = {"id": 500 + n, "is_bot": False, "first_name": "Cy"}
    message = {
        "message_id": n,
        "date": 1789390800,
        "chat": {"id": 500 + n, "type": "private"},
        "from": who,
        "text": "hi, is the oak desk in stock?",
    }
    return hook("telegram", {"update_id": 9000 + n, "message": message})


def replay(shell: Shell, path: str | Path, *more: str | Path) -> Said:
    """Replay *path* into x.db by the English preset."""
    return shell("replay", path, "--playbook", "english", "--db", "x.db", *more)


def leads() -> list[Lead]:
    """Return the leads in x.db."""
    with SqlStore.open("sqlite:///x.db", codec=leadflow_codec()) as store:
        desk = Desk(preset("english"), store)
        return list(desk.ask(FindLeads(newest_first=False, limit=500)).leads)


def counts(said: Said) -> dict[str, int]:
    """Return the numbers of the accounting by their first words."""
    found: dict[str, int] = {}
    for line in said.out.splitlines():
        words = line.split()
        if words and words[-1].isdigit() and not line.startswith(" "):
            found[words[0]] = int(words[-1])
    return found


class TestForms:
    def test_a_folder_of_letters(self, shell: Shell) -> None:
        """Each .eml of a folder, however deep, makes its lead."""
        shell.write("mail/1.eml", LETTER.format(n=1))
        shell.write("mail/deep/2.eml", LETTER.format(n=2))
        said = replay(shell, "mail")

        assert (0, "") == (said.code, said.err)
        assert ["ann1@example.com", "ann2@example.com"] == [
            lead.contact_points[0].value for lead in leads()
        ]

    def test_an_mbox(self, shell: Shell) -> None:
        """Each letter of an mbox makes its lead, when it came in."""
        first = "From x Mon Sep 14 15:30:00 2026\n"
        shell.write("box.mbox", first + LETTER.format(n=1) + "\n")
        replay(shell, "box.mbox")

        assert ["2026-09-14T15:30:00+00:00"] == [
            lead.opened_at.isoformat() for lead in leads()
        ]

    def test_webhooks(self, shell: Shell) -> None:
        """Each line of a .jsonl goes to the channel that it names."""
        shell.write("hooks.jsonl", f"{form(1)}\n{update(1)}\n")
        said = replay(shell, "hooks.jsonl")

        assert 0 == said.code
        assert {"site", "telegram"} == {lead.channel for lead in leads()}

    @pytest.mark.parametrize("kind", ["folder", "mbox", "jsonl"])
    def test_a_second_run_adds_nothing(self, shell: Shell, kind: str) -> None:
        """Running it again finds duplicates only (R5)."""
        if kind == "folder":
            path = shell.write("mail/1.eml", LETTER.format(n=1)).parent
            shell.write("mail/2.eml", "From: b@b.example\n\nno id, no date\n")
        elif kind == "mbox":
            letters = "".join(
                f"From x Mon Sep 14 15:3{n}:00 2026\n{LETTER.format(n=n)}\n"
                for n in (1, 2)
            )
            path = shell.write("box.mbox", letters)
        else:
            path = shell.write("h.jsonl", f"{form(1)}\n{update(2)}\n")
        replay(shell, path)
        before = leads()
        said = replay(shell, path)

        assert {"deliveries": 2, "duplicate": 2, "unaccounted": 0} == counts(said)
        assert before == leads()


class TestBadItems:
    def test_they_are_told_and_the_rest_is_taken_in(self, shell: Shell) -> None:
        """A bad line is told with its place; the exit code tells of it (R15)."""
        shell.write("hooks.jsonl", f"{form(1)}\n{{broken\n{update(1)}\n")
        said = replay(shell, "hooks.jsonl")

        assert 1 == said.code
        assert said.err.startswith("hooks.jsonl, line 2: is not JSON")
        assert 2 == len(leads())

    def test_a_line_of_an_unknown_channel_is_told(self, shell: Shell) -> None:
        """A channel that the playbook lacks is told with the line that names it."""
        shell.write("hooks.jsonl", f"{hook('moon', {})}\n{form(1)}\n")
        said = replay(shell, "hooks.jsonl")

        assert "hooks.jsonl, line 1: the playbook has no channel moon\n" == said.err
        assert 1 == len(leads())

    def test_a_line_without_channel_wants_one(self, shell: Shell) -> None:
        """What names no channel needs the option."""
        text = form(1).replace('"channel": "site", ', "")
        shell.write("hooks.jsonl", text)

        assert "names no channel" in replay(shell, "hooks.jsonl").err
        assert 0 == replay(shell, "hooks.jsonl", "--channel", "site").code

    def test_a_cut_letter_is_still_a_letter(self, shell: Shell) -> None:
        """A truncated MIME makes its lead; what is no letter is accounted for."""
        head = LETTER.format(n=1).replace(
            "\n\n", '\nContent-Type: multipart/mixed; boundary="b"\n\n--b\n\n', 1
        )
        shell.write("mail/cut.eml", head)
        shell.write("mail/none.eml", "no fields here\n")
        said = replay(shell, "mail")

        assert {"inbound": 1, "malformed": 1, "unaccounted": 0} == {
            name: count for name, count in counts(said).items() if name != "deliveries"
        }


class TestSettings:
    def test_an_adapter_is_set_up_by_its_table(self, shell: Shell) -> None:
        """Own field names and own mailboxes come from the settings file."""
        shell.write("s.toml", '[site]\nfields = { Input_3 = "phone" }\n')
        shell.write("h.jsonl", hook("site", {"Input_3": "(212) 555-0144"}))
        replay(shell, "h.jsonl", "--settings", "s.toml")

        assert ["+12125550144"] == [lead.contact_points[0].value for lead in leads()]

    def test_a_secret_in_the_settings_is_asked_for(self, shell: Shell) -> None:
        """Where the settings name a secret, what lacks it makes nothing (R11)."""
        shell.write("s.toml", '[telegram]\nbot_id = 7\nsecret_token = "abc"\n')
        shell.write("h.jsonl", update(1))
        said = replay(shell, "h.jsonl", "--settings", "s.toml")

        assert 1 == counts(said)["unverified"]
        assert [] == leads()

    def test_a_form_secret_is_a_table(self, shell: Shell) -> None:
        """The secret of a form says its value, place and name."""
        shell.write("s.toml", '[site.secret]\nvalue = "k"\nname = "X-Key"\n')
        shell.write("h.jsonl", f"{form(1)}\n")
        said = replay(shell, "h.jsonl", "--settings", "s.toml")

        assert 1 == counts(said)["unverified"]

    def test_our_own_letters_are_echoes(self, shell: Shell) -> None:
        """``--address`` says which mailboxes are ours."""
        shell.write("a.eml", LETTER.format(n=1))
        said = replay(shell, "a.eml", "--address", "ann1@example.com")

        assert 1 == counts(said)["ignored"]

    def test_an_unknown_setting_is_told(self, shell: Shell) -> None:
        """A setting that no adapter has is refused before anything is read."""
        shell.write("s.toml", "[mail]\ncolour = 1\n")
        shell.write("a.eml", LETTER.format(n=1))
        said = replay(shell, "a.eml", "--settings", "s.toml")

        assert 1 == said.code
        assert "mail.colour: there is no such setting" in said.err
        assert not Path("x.db").exists()

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("mail = 1\n", "settings are a table"),
            ("[moon]\n", "no channel moon"),
            ('[telegram]\nbot_id = "x"\nusername = 7\n', "telegram"),
        ],
    )
    def test_wrong_settings_are_refused(
        self, shell: Shell, text: str, words: str
    ) -> None:
        """Settings that cannot be are told in one line."""
        shell.write("s.toml", text)
        shell.write("h.jsonl", update(1))
        said = replay(shell, "h.jsonl", "--settings", "s.toml")

        assert (1, 1) == (said.code, said.err.count("\n"))
        assert words in said.err


class TestKinds:
    def test_a_kind_says_how_a_channel_is_read(self, shell: Shell) -> None:
        """A channel whose kind leaves it open is read by --kind."""
        shell.write("h.jsonl", hook("desk", {"phone": "(212) 555-0148"}))
        said = replay(shell, "h.jsonl", "--channel", "desk", "--kind", "form")

        assert 0 == said.code
        assert ["desk"] == [lead.channel for lead in leads()]

    def test_several_mailboxes_want_a_channel(self, shell: Shell) -> None:
        """With two sales mailboxes a letter's channel must be said."""
        text = (
            'format = 1\nregion = "US"\n'
            '[[channels]]\nid = "a"\nkind = "email"\n'
            '[[channels]]\nid = "b"\nkind = "email"\n'
        )
        shell.write("p.toml", text)
        shell.write("a.eml", LETTER.format(n=1))
        said = shell("replay", "a.eml", "--playbook", "p.toml", "--db", "x.db")

        assert 2 == said.code
        assert "(there are: a, b)" in said.err


class TestLarge:
    def test_the_packaged_week(self, shell: Shell) -> None:
        """The demo's own files are replayed whole, and once."""
        said = replay(shell, WEEK)
        again = replay(shell, WEEK)

        assert (0, 0) == (said.code, again.code)
        assert 0 == counts(said)["unaccounted"] == counts(again)["unaccounted"]
        assert counts(again)["duplicate"] == counts(again)["deliveries"] > 400

    @pytest.mark.skipif(not FIXTURES.is_dir(), reason="the fixtures are not here")
    def test_every_letter_of_the_fixtures_is_taken_in(self, shell: Shell) -> None:
        """All 103 letters are taken in, and a second run gives the same leads."""
        said = replay(shell, FIXTURES)
        before = leads()
        again = replay(shell, FIXTURES)

        assert (0, 103, 0) == (
            said.code,
            counts(said)["deliveries"],
            counts(said)["unaccounted"],
        )
        assert {"deliveries": 103, "duplicate": 103, "unaccounted": 0} == counts(again)
        assert before == leads()
