"""
``demo``: the whole week on SQLite, from the command to the page.
"""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import time
from html import unescape
from pathlib import Path

import attrs
import pytest

from leadflow.demo import DEMOS, differences, report_of
from leadflow.playbook import preset
from leadflow.records import leadflow_codec
from leadflow.storage.sql import SqlStore
from tests.cli.conftest import Shell, environment


@attrs.frozen(kw_only=True)
class Played:
    """
    Hold a demo that ran in a process of its own.
    """

    folder: Path
    code: int
    out: str
    err: str

    def section(self, title: str) -> str:
        """Return the text under the heading that begins with *title*."""
        found = re.search(
            rf"^{re.escape(title)}[^\n]*\n━+\n(.*?)(?=\n\n[^\n]+\n━|\Z)",
            self.out,
            re.DOTALL | re.MULTILINE,
        )
        return found[1] if found else ""


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Run ``python -m leadflow demo`` in an empty folder."""
    folder = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [sys.executable, "-m", "leadflow", "demo"],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env=environment(),
    )
    return Played(folder=folder, code=done.returncode, out=done.stdout, err=done.stderr)


def number(text: str, line: str) -> int:
    """Return the number at the end of the line of *text* that begins so."""
    found = re.search(rf"^{line}\s.*?(\d+)$", text, re.MULTILINE)
    assert found is not None
    return int(found[1])


class TestDemo:
    def test_it_ends_well_and_quietly(self, played: Played) -> None:
        """The exit code is 0, and nothing is complained about."""
        assert (0, "") == (played.code, played.err)

    def test_it_says_where_its_files_are(self, played: Played) -> None:
        """Database and report are named, and are there."""
        assert "database  leadflow-demo.db\nreport    leadflow-demo.html" in played.out
        assert {"leadflow-demo.db", "leadflow-demo.html"} <= {
            path.name for path in played.folder.iterdir()
        }

    def test_the_accounting_adds_up(self, played: Played) -> None:
        """The outcomes' sum is the number of deliveries, none unaccounted."""
        table = played.section("Accounting")
        kinds = ("inbound", "duplicate", "amended", "contact change", "ignored")

        assert number(table, "deliveries") == sum(
            number(table, kind) for kind in (*kinds, "malformed", "unverified")
        )
        assert 0 == number(table, "unaccounted")

    @pytest.mark.parametrize(
        "title",
        ["Inbox", "Board of leads", "Board of interests, Sale of goods", "Funnel"],
    )
    def test_all_pictures_are_there(self, played: Played, title: str) -> None:
        """Inbox, boards and funnel are printed."""
        assert played.section(title).strip()

    def test_no_line_is_too_wide(self, played: Played) -> None:
        """Every line fits into the terminal."""
        assert max(map(len, played.out.splitlines())) <= 110

    def test_the_page_has_the_figures_of_the_store(self, played: Played) -> None:
        """What the database holds, counted again, stands on the page."""
        company = DEMOS["en"]
        playbook = preset(company.preset)
        url = f"sqlite:///{played.folder}/leadflow-demo.db"
        with SqlStore.open(url, codec=leadflow_codec()) as store:
            end = company.at(6, time())
            report = report_of(
                store,
                playbook,
                start=company.at(0, time()),
                end=end,
                as_of=end,
            )
            wrong = differences(store)
        page = unescape((played.folder / "leadflow-demo.html").read_text("utf-8"))

        assert report.leads is not None

        cell = report.leads.cell()
        shown = [
            re.sub(r"<[^>]+>", " ", row)
            for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL)
        ]

        assert () == wrong
        assert cell.entered == cell.active + cell.won_now + cell.lost
        assert all(f">{figure}<" in page for figure in (cell.entered, cell.lost))
        assert any("Anna Reed" in row for row in shown)

    def test_the_page_needs_nothing_else(self, played: Played) -> None:
        """The page has no script, and loads nothing."""
        page = (played.folder / "leadflow-demo.html").read_text("utf-8")

        assert "<svg" in page
        assert not re.search(r"<script|<link|src=|https?://(?!www\.w3\.org)", page)


class TestFiles:
    def test_a_filled_database_is_refused(self, played: Played, shell: Shell) -> None:
        """The week wants a new database, and leaves another's alone."""
        database = played.folder / "leadflow-demo.db"
        before = database.read_bytes()
        said = shell("demo", "--db", database)

        assert (1, 1) == (said.code, said.err.count("\n"))
        assert "events already" in said.err
        assert before == database.read_bytes()

    def test_options_name_the_files(self, shell: Shell) -> None:
        """``--db`` and ``--out`` are used, in Russian too."""
        said = shell(
            "demo", "--db", "sqlite:///w.db", "--out", "r.html", "--language", "ru"
        )

        assert 0 == said.code
        assert '<html lang="ru">' in (shell.folder / "r.html").read_text("utf-8")
        assert (shell.folder / "w.db").stat().st_size > 100_000

    @pytest.mark.parametrize(("options", "kept"), [((), False), (("--keep",), True)])
    def test_an_earlier_week_is_replaced_or_kept(
        self, shell: Shell, options: tuple[str, ...], kept: bool
    ) -> None:
        """The demo's own files are replaced, with --keep they stay."""
        from leadflow.cli._demo import _own_file

        earlier = shell.write("leadflow-demo.db", b"old")
        shell.write("leadflow-demo.db-wal", b"old")

        name = _own_file(keep=bool(options))

        assert ("leadflow-demo-2.db" if kept else "leadflow-demo.db") == name
        assert kept == earlier.exists() == (shell.folder / f"{earlier}-wal").exists()
