"""
Quick replies: what their placeholders become, and what is wrong of them (R8).
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.channels.replies import PLACEHOLDERS, QuickReply, check_reply, fill
from leadflow.errors import DefinitionError, UnknownRecord
from leadflow.playbook import Playbook, loads, playbook_of, playbook_to_data


REPLIES = """
format = 1
language = "en"

[[replies]]
id = "hello"
title = "Greeting"
language = "en"
text = "Hello, {client}! {member} of {company} here."

[[replies]]
id = "hello"
language = "ru"
text = "Здравствуйте, {client}!"
"""


@pytest.mark.parametrize(
    ("text", "known", "said"),
    [
        ("Hello, {client}!", {"client": "Anna"}, "Hello, Anna!"),
        ("Hello, {client}!", {}, "Hello!"),
        ("Hello, {client|there}!", {}, "Hello, there!"),
        ("Hello, {client|there}!", {"client": "Anna"}, "Hello, Anna!"),
        ("{client}, hello", {"client": " Anna \n Lee "}, "Anna Lee, hello"),
        ("a {{b}} c", {}, "a {b} c"),
        ("Of {product}", {"product": "{client}"}, "Of {client}"),
        ("{client}", {}, ""),
        ("odd } {", {}, "odd"),
    ],
)
def test_filled(text: str, known: dict[str, str], said: str) -> None:
    """
    A placeholder becomes what is known, what stands for it, or goes (R8).
    """
    assert said == fill(text, known)


@given(
    st.lists(st.sampled_from(["{", "}", "{client}", "{x|y}", "|", "a", ", ", " "])),
    st.dictionaries(st.sampled_from(PLACEHOLDERS), st.sampled_from(["", "Anna"])),
)
def test_never_raw(pieces: list[str], known: dict[str, str]) -> None:
    """
    No placeholder is ever said raw, whatever the text (R8).
    """
    text = "".join(pieces).replace("{{", "{ {").replace("}}", "} }")

    assert "{client}" not in fill(text, known)


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("Hello, {client}! {{}}", []),
        ("Hello, {clinet}!", ["unknown-placeholder"]),
        ("{a} {b|c}", ["unknown-placeholder", "unknown-placeholder"]),
        ("{}", ["unknown-placeholder"]),
        ("Hello, {client!", ["lone-brace"]),
        (" ", ["empty-reply"]),
    ],
)
def test_checked(text: str, rules: list[str]) -> None:
    """
    An unknown placeholder is a problem before anybody is written to (R8).
    """
    found = check_reply(QuickReply(id="r", text=text), "replies[0]")

    assert rules == [problem.rule for problem in found]


class TestPlaybook:
    def test_round_trip(self) -> None:
        """
        Replies and away texts are written as they are read.
        """
        playbook = loads(
            REPLIES + '\n[[channels]]\nid = "chat"\nkind = "chat"\naway_reply = "Later"'
        )

        assert playbook == playbook_of(playbook_to_data(playbook))
        assert ("Later", 2) == (playbook.channels[0].away_reply, len(playbook.replies))

    @pytest.mark.parametrize(
        ("language", "found"),
        [("ru", "ru"), ("ru-RU", "ru"), ("de", "en"), ("", "en")],
    )
    def test_language(self, language: str, found: str) -> None:
        """
        The person's language is chosen, else the playbook's.
        """
        assert found == loads(REPLIES).quick_reply("hello", language).language

    def test_all_problems_at_once(self) -> None:
        """
        Replies are checked with the playbook, each problem at its place.
        """
        broken = (
            QuickReply(id="a", text="{who}"),
            QuickReply(id="a", text="again"),
        )
        with pytest.raises(DefinitionError) as error:
            Playbook(replies=broken)

        assert {"replies[0].text", "replies[1].id"} == {
            problem.path for problem in error.value.problems
        }

    def test_unknown(self) -> None:
        """
        A reply that the playbook has not is an unknown record.
        """
        with pytest.raises(UnknownRecord):
            loads(REPLIES).quick_reply("goodbye")
