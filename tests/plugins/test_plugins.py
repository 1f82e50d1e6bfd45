"""
Plug-ins are found by name, one at a time, and fit before they are handed out.
"""

# ruff: noqa: A002 - the factory of a channel takes an id

from __future__ import annotations

import abc
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

import attrs
import pytest

from leadflow.channels import Channel, Delivery, Reading
from leadflow.channels.telegram import TelegramChannel
from leadflow.codec import Codec
from leadflow.errors import DefinitionError, Refused, UnknownRecord
from leadflow.plugins import Kind, load
from leadflow.ports import Store
from leadflow.storage.memory import MemoryStore
from leadflow.storage.sql import SqlStore
from leadflow.values import ChannelId


HERE = Path(__file__).parent
PLUGINS = ("letters_plugin", "letters_loud", "letters_gone", "other_letters")


@pytest.fixture(name="site")
def _site(monkeypatch: pytest.MonkeyPatch) -> None:
    """Install the plug-ins of one distribution."""
    monkeypatch.syspath_prepend(str(HERE / "site"))
    for name in PLUGINS:
        monkeypatch.delitem(sys.modules, name, raising=False)


@pytest.fixture(name="rival")
def _rival(site: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install another distribution, which has one name in common."""
    monkeypatch.syspath_prepend(str(HERE / "rival"))


def rules_of(error: DefinitionError) -> list[tuple[str, str]]:
    """
    Return the place and the rule of each problem.
    """
    return [(problem.path, problem.rule) for problem in error.problems]


def faults(kind: Kind, found: object) -> list[str]:
    """
    Return what is wrong with *found* as a plug-in of *kind*.
    """
    with pytest.raises(DefinitionError) as caught:
        load(kind, "x", registered={kind: {"x": found}})
    assert {(f"leadflow.{kind}.x", "wrong-plugin")} == set(rules_of(caught.value))
    return [problem.message for problem in caught.value.problems]


@pytest.mark.usefixtures("site")
class TestInstalled:
    def test_channel(self) -> None:
        """
        The factory of a channel makes the channel of the plug-in.
        """
        channel = load("channels", "letters")(id="post")

        assert isinstance(channel, Channel)
        assert ("post", "LetterChannel") == (channel.id, type(channel).__name__)

    def test_policy(self) -> None:
        """
        The reader of a policy is the function that the plug-in names.
        """
        assert "read_alphabet" == load("policies", "alphabet").__name__

    def test_store(self) -> None:
        """
        The factory of a store may be a class.
        """
        assert MemoryStore is load("stores", "memory")

    def test_class_method(self) -> None:
        """
        The factory of a store may be a class method.
        """
        assert SqlStore.open == load("stores", "sqlite")

    def test_imports_no_other(self) -> None:
        """
        Of a distribution with several plug-ins only the wanted one is imported.
        """
        load("channels", "letters")

        assert {"letters_plugin"} == set(PLUGINS) & sys.modules.keys()

    def test_own_errors_pass(self) -> None:
        """
        What a plug-in raises of its own while it is imported is not covered up.
        """
        with pytest.raises(RuntimeError, match="the loud one was imported"):
            load("channels", "loud")

    @pytest.mark.parametrize("name", ["absent", "gone"])
    def test_broken(self, name: str) -> None:
        """
        A plug-in whose module or whose object is missing is told by its owner.
        """
        with pytest.raises(DefinitionError) as caught:
            load("channels", name)

        assert [(f"leadflow.channels.{name}", "broken-plugin")] == rules_of(
            caught.value
        )
        assert "letters 1.0 cannot be imported" in str(caught.value)

    def test_checked(self) -> None:
        """
        An installed plug-in of the wrong shape is refused with all its faults.
        """
        with pytest.raises(DefinitionError) as caught:
            load("channels", "half")

        assert [("leadflow.channels.half", "wrong-plugin")] * 2 == rules_of(
            caught.value
        )

    @pytest.mark.parametrize(
        "name",
        ["letters_plugin:LetterChannel", "letters_plugin.LetterChannel", "Letters", ""],
    )
    def test_class_path(self, name: str) -> None:
        """
        The path of a class is no name, even where it leads to a plug-in.
        """
        with pytest.raises(UnknownRecord) as caught:
            load("channels", name)

        assert "plugin.unknown" == caught.value.rule

    def test_nothing_imported_for_a_path(self) -> None:
        """
        Asking for a path imports nothing.
        """
        with pytest.raises(UnknownRecord):
            load("channels", "letters_plugin:LetterChannel")

        assert "letters_plugin" not in sys.modules

    def test_tells_what_there_is(self) -> None:
        """
        A name that nobody has is answered with those that there are.
        """
        with pytest.raises(UnknownRecord) as caught:
            load("channels", "leters", registered={"channels": {"chat": object()}})

        assert "chat" in caught.value.message
        assert "letters" in caught.value.message

    def test_kinds_are_apart(self) -> None:
        """
        A channel's name is no store's.
        """
        with pytest.raises(UnknownRecord):
            load("stores", "letters")


class TestConflicts:
    @pytest.mark.usefixtures("rival")
    def test_two_distributions(self) -> None:
        """
        A name that two distributions have is refused, and both are named.
        """
        with pytest.raises(Refused) as caught:
            load("channels", "letters")

        assert "plugin.ambiguous" == caught.value.rule
        assert "Other-Letters 2.1 and letters 1.0" in caught.value.message

    @pytest.mark.usefixtures("rival")
    def test_neither_is_imported(self) -> None:
        """
        Of two that have the name neither is imported.
        """
        with pytest.raises(Refused):
            load("channels", "letters")

        assert set() == set(PLUGINS) & sys.modules.keys()

    @pytest.mark.usefixtures("rival")
    def test_registered_settles_it(self) -> None:
        """
        What the caller registers comes before all that is installed.
        """
        mine = {"channels": {"letters": TelegramChannel}}

        assert TelegramChannel is load("channels", "letters", registered=mine)

    @pytest.mark.usefixtures("rival")
    def test_others_are_free(self) -> None:
        """
        Other names of the two distributions can be loaded.
        """
        assert MemoryStore is load("stores", "memory")

    @pytest.mark.usefixtures("site")
    def test_same_distribution_twice(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        A distribution that lies on the path twice is one: the first is used.
        """
        info = tmp_path / "Letters-0.9.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Name: Letters\nVersion: 0.9\n")
        (info / "entry_points.txt").write_text("[leadflow.channels]\nletters = no:no\n")
        monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])

        assert "LetterChannel" == load("channels", "letters").__name__


class TestKinds:
    @pytest.mark.parametrize("kind", ["channel", "console_scripts", "", "store"])
    def test_unknown(self, kind: Any) -> None:
        """
        A kind that is none of the three is refused, with the three.
        """
        with pytest.raises(UnknownRecord) as caught:
            load(kind, "x")

        assert "plugin.unknown-kind" == caught.value.rule
        assert "stores, channels, policies" in caught.value.message


# -- shapes --------------------------------------------------------------------------


class Asynchronous:
    """
    Read in a coroutine.
    """

    def __init__(self, id: str) -> None:
        self.id = id

    async def read(self, delivery: Delivery) -> Reading:
        """Return nothing."""
        return Reading(())


@attrs.frozen(kw_only=True)
class Greedy:
    """
    Want two things to read.
    """

    id: ChannelId

    def read(self, delivery: Delivery, more: bytes) -> Reading:
        """Return nothing."""
        return Reading(())


@attrs.frozen(kw_only=True)
class Unable(abc.ABC):
    """
    Leave the reading to a class below.
    """

    id: ChannelId

    @abc.abstractmethod
    def read(self, delivery: Delivery) -> Reading:
        """Return nothing."""


@attrs.frozen(kw_only=True)
class Static:
    """
    Read without a self.
    """

    id: ChannelId

    @staticmethod
    def read(delivery: Delivery) -> Reading:
        """Return nothing."""
        return Reading(())

    @classmethod
    def told(cls, *, id: str) -> Self:
        """Return one."""
        return cls(id=ChannelId(id))


class Nothing:
    """
    Have no method of a channel.
    """

    @classmethod
    def told(cls, *, id: str) -> Self:
        """Return one."""
        return cls()


def telegram(*, id: str, **settings: Any) -> TelegramChannel:
    """Return a bot's channel."""
    return TelegramChannel(id=ChannelId(id), **settings)


def text(*, id: str) -> Nothing:
    """Return what is no channel."""
    return Nothing()


def untold(*, id: str) -> Any:
    """Return something."""
    return id


def of_position(name: str, /, *, id: str) -> TelegramChannel:
    """Return a bot's channel."""
    return TelegramChannel(id=ChannelId(id), bot_id=1, secret_token=name)


def bare() -> TelegramChannel:
    """Return a bot's channel."""
    return TelegramChannel(id=ChannelId("x"), bot_id=1, secret_token="x")


def store(*, codec: Codec, tenant: str) -> Store:
    """Return a store."""
    return MemoryStore(codec=codec, tenant=tenant)


class AsyncShelf:
    """
    Commit in a coroutine, and nothing else.
    """

    def __init__(self, *, codec: Codec, tenant: str) -> None: ...

    async def commit(self, commit: object) -> object:
        """Return nothing."""
        return commit


BOT = TelegramChannel(id=ChannelId("t"), bot_id=1, secret_token="x")
# A class method is another object at each look.
TOLD = Static.told
OPEN = SqlStore.open


class TestShapes:
    @pytest.mark.parametrize(
        ("kind", "found"),
        [
            ("channels", TelegramChannel),
            ("channels", Static),
            ("channels", TOLD),
            ("channels", telegram),
            ("channels", untold),
            ("stores", MemoryStore),
            ("stores", store),
            ("stores", OPEN),
            ("policies", lambda table, read: None),
        ],
    )
    def test_right(self, kind: Kind, found: object) -> None:
        """
        Classes, class methods and functions that make the right thing are taken.
        """
        assert found is load(kind, "x", registered={kind: {"x": found}})

    @pytest.mark.parametrize(
        ("kind", "found", "wrong"),
        [
            ("channels", "letters_plugin:LetterChannel", ["is no factory"]),
            ("channels", BOT, ["is no factory"]),
            ("channels", bare, ["does not take 'id' by keyword"]),
            ("channels", of_position, ["takes 'name' by position only"]),
            ("channels", text, ["Nothing.read is missing"]),
            ("channels", Nothing.told, ["Nothing.read is missing"]),
            ("channels", Asynchronous, ["Asynchronous.read is asynchronous"]),
            ("channels", Greedy, ["Greedy.read does not take (self, delivery"]),
            ("channels", Unable, ["makes Unable, which is abstract: read"]),
            (
                "channels",
                Nothing,
                ["does not take 'id' by keyword", "Nothing.read is missing"],
            ),
            ("policies", lambda table: None, ["does not take a table and a reader"]),
        ],
    )
    def test_wrong(self, kind: Kind, found: object, wrong: list[str]) -> None:
        """
        What is wrong is told, all of it.
        """
        found_faults = faults(kind, found)

        assert len(wrong) == len(found_faults)
        assert [] == [
            (told, start)
            for told, start in zip(found_faults, wrong, strict=True)
            if not told.startswith(start)
        ]

    def test_no_store(self) -> None:
        """
        What is no store lacks the keywords and every method of the port.
        """
        wrong = faults("stores", TelegramChannel)

        assert "does not take 'codec' by keyword" in wrong
        assert "TelegramChannel.commit is missing" in wrong
        assert len(wrong) > 15

    def test_asynchronous_store(self) -> None:
        """
        A store whose commit is a coroutine is measured by the asynchronous port.
        """
        missing = faults("stores", AsyncShelf)

        assert "AsyncShelf.load is missing" in missing
        assert [] == [told for told in missing if "commit" in told]


class TestCost:
    def test_metadata_waits(self) -> None:
        """
        Installed distributions are looked up at the first need, not at import.
        """
        code = (
            "import leadflow.plugins as p, sys\n"
            "from leadflow.channels.telegram import TelegramChannel as T\n"
            "p.load('channels', 'x', registered={'channels': {'x': T}})\n"
            "print('importlib.metadata' in sys.modules)"
        )
        run = subprocess.run(
            [
                sys.executable,
                "-S",
                "-c",
                f"import sys; sys.path[:] = {sys.path}\n{code}",
            ],
            check=True,
            capture_output=True,
            text=True,
        )

        assert "False" == run.stdout.strip()
