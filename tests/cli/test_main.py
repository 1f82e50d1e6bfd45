"""
The command line as a whole: help, mistakes in one line, exit codes.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from leadflow.cli import main
from tests.cli.conftest import Shell, environment


class TestHelp:
    def test_without_a_command_there_is_help(self, shell: Shell) -> None:
        """``leadflow`` alone tells what there is, and that is no mistake."""
        said = shell()

        assert 0 == said.code
        assert all(word in said.out for word in ("demo", "replay", "check", "draw"))

    def test_the_module_is_the_command(self, tmp_path: Path) -> None:
        """``python -m leadflow`` prints the help in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "leadflow"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            env=environment(),
        )

        assert (0, "") == (done.returncode, done.stderr)
        assert "usage: leadflow" in done.stdout

    @pytest.mark.parametrize("command", ["demo", "replay", "check", "draw"])
    def test_every_command_has_help(
        self, command: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """``COMMAND --help`` tells the options and ends well."""
        with pytest.raises(SystemExit) as ended:
            main([command, "--help"])

        assert 0 == ended.value.code
        assert f"usage: leadflow {command}" in capsys.readouterr().out

    def test_the_version_is_told(self, shell: Shell) -> None:
        """``--version`` names leadflow."""
        assert shell("--version").out.startswith("leadflow ")


class TestMistakes:
    @pytest.mark.parametrize(
        ("arguments", "code", "words"),
        [
            ("frob", 2, "invalid choice: 'frob'"),
            ("--bogus", 2, "unrecognized arguments: --bogus"),
            ("check", 2, "required: FILE"),
            ("check nothing.toml", 2, "no file nothing.toml"),
            ("draw klingon", 2, "the presets are english, russian"),
            ("draw english --scenario x", 2, "no scenario x"),
            ("demo --language fr", 2, "invalid choice: 'fr'"),
            ("demo --out no/r.html", 2, "there is no folder"),
            ("demo --db no/x.db", 2, "there is no folder"),
            ("demo --db text.txt", 2, "text.txt is no SQLite database"),
            ("demo --db .", 2, ". is a folder"),
            ("demo --db postgresql://h/d", 1, "postgresql is not supported"),
            ("demo --db sqlite://", 1, "database of its own in memory"),
            ("replay no PLAYED", 2, "no file or folder no"),
            ("replay empty PLAYED", 2, "no .eml, .mbox or .jsonl file"),
            ("replay a.eml --db x.db --playbook no.toml", 2, "no file no.toml"),
            ("replay a.eml --db x.db --playbook broken.toml", 1, "[not-toml]"),
            ("replay a.eml PLAYED --channel moon", 2, "no channel moon"),
            ("replay a.eml PLAYED --channel desk", 2, "desk is of kind visit"),
            ("replay a.eml PLAYED --kind email", 2, "name the channel too"),
            ("replay a.eml PLAYED --settings no.toml", 2, "no file no.toml"),
            ("replay a.eml PLAYED --settings broken.toml", 1, "[not-toml]"),
        ],
    )
    def test_a_mistake_is_one_line(
        self, shell: Shell, arguments: str, code: int, words: str
    ) -> None:
        """A user's mistake is told in one line on stderr, and nothing is written."""
        shell.write("text.txt", "this is no database at all")
        shell.write("a.eml", "From: a@b.example\n\nhi\n")
        shell.write("broken.toml", "a = = 1\n")
        (shell.folder / "empty").mkdir()
        played = "--playbook english --db x.db"
        said = shell(*arguments.replace("PLAYED", played).split())

        assert (code, 1) == (said.code, said.err.count("\n"))
        assert said.err.startswith("leadflow: ")
        assert words in said.err
        assert {"text.txt", "a.eml", "broken.toml", "empty"} == {
            path.name for path in shell.folder.iterdir()
        }

    def test_a_newer_database_is_left_alone(self, shell: Shell) -> None:
        """A database of a newer leadflow is refused in one line."""
        shell.write("a.eml", "From: a@b.example\n\nhi\n")
        replay = ("replay", "a.eml", "--playbook", "english", "--db", "x.db")
        shell(*replay)
        with sqlite3.connect("x.db") as connection:
            connection.execute("UPDATE lf_meta SET value = '999' WHERE key = 'schema'")
        connection.close()
        said = shell(*replay)

        assert (1, 1) == (said.code, said.err.count("\n"))
        assert "x.db: the schema is of version 999, newer than this code" in said.err

    def test_a_torn_database_is_told(self, shell: Shell) -> None:
        """A file that only begins like a database is refused in one line."""
        shell.write("a.eml", "From: a@b.example\n\nhi\n")
        shell.write("x.db", b"SQLite format 3\0" + b"\xff" * 5000)
        said = shell("replay", "a.eml", "--playbook", "english", "--db", "x.db")

        assert (1, 1) == (said.code, said.err.count("\n"))
        assert "x.db" in said.err

    def test_a_missing_extra_names_what_to_install(
        self, shell: Shell, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Without SQLAlchemy the command says which extra brings it."""
        for name in [*sys.modules]:
            if name.startswith(("leadflow.storage.", "sqlalchemy")):
                monkeypatch.delitem(sys.modules, name)
        monkeypatch.setitem(sys.modules, "sqlalchemy", None)
        said = shell("demo")

        assert 1 == said.code
        assert "leadflow[sql]" in said.err

    def test_a_reader_that_left_ends_it_quietly(self, tmp_path: Path) -> None:
        """A closed pipe is no traceback."""
        command = [sys.executable, "-m", "leadflow", "draw", "english"]
        with subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            env=environment(),
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            told = process.stderr.read()

        assert b"" == told
