"""
What the adapters of webhooks share holds for anything that can be sent.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.channels import Delivery
from leadflow.channels import _webhook as webhook
from leadflow.channels._form_order import money, ordered
from leadflow.channels._telegram_place import Place
from leadflow.channels._utm import source_of
from leadflow.channels.webform import WebFormChannel
from leadflow.errors import Malformed
from leadflow.values import Money, Product


NOW = datetime(2026, 5, 11, 10, tzinfo=UTC)
ANY_TEXT = st.text(st.characters(categories=None), max_size=40)
STAMPS = st.one_of(st.integers(), st.floats(), ANY_TEXT, st.booleans(), st.none())
IDS = st.integers(min_value=1, max_value=2**52)


class TestSecrets:
    @given(ANY_TEXT, ANY_TEXT)
    def test_same_means_equal(self, one: str, two: str) -> None:
        """
        A secret is the same when it is equal and not empty, whatever its letters.
        """
        assert (one == two != "") == webhook.same_secret(one, two)

    def test_none(self) -> None:
        """
        What is missing is never the secret.
        """
        assert not webhook.same_secret(None, "")

    @given(ANY_TEXT, st.binary(max_size=40))
    def test_nothing_signs_by_chance(self, text: str, body: bytes) -> None:
        """
        No text is taken for a signature, and none makes the check raise.
        """
        assert not webhook.signed_by(text, "key", body)


class TestTexts:
    @given(ANY_TEXT)
    def test_clean_can_be_stored(self, text: str) -> None:
        """
        Clean text has no NUL and can be written as UTF-8.
        """
        assert b"\0" not in webhook.clean(text).encode()

    @given(ANY_TEXT)
    def test_clean_once(self, text: str) -> None:
        """
        Clean text stays as it is.
        """
        assert webhook.clean(text) == webhook.clean(webhook.clean(text))

    @given(st.text(max_size=200))
    def test_ordinary_text_stays(self, text: str) -> None:
        """
        Text without NUL is clean already.
        """
        assert text.replace("\0", "") == webhook.clean(text)

    @given(st.one_of(st.text(max_size=300), st.binary(max_size=300)))
    def test_excerpt(self, raw: str | bytes) -> None:
        """
        An excerpt is short and printable.
        """
        shown = webhook.excerpt(raw)

        assert (True, True) == (shown.isprintable(), len(shown) <= 80)

    @given(st.text(max_size=200))
    def test_excerpt_without_the_secret(self, text: str) -> None:
        """
        A secret doesn't stand in an excerpt, wherever it stood.
        """
        secret = "s3cret-s3cret"

        assert secret not in webhook.excerpt(text + secret + text, without=(secret,))

    @given(ANY_TEXT)
    def test_plain_name(self, name: str) -> None:
        """
        A file's name has no folder in it.
        """
        plain = webhook.plain_name(name)

        assert plain not in {".", ".."}
        assert not {"/", "\\", "\0", "\n"} & set(plain)


class TestJson:
    @given(st.integers(min_value=1, max_value=webhook.MAX_DEPTH))
    def test_depth_allowed(self, depth: int) -> None:
        """
        Nesting up to the limit is read.
        """
        raw = b"[" * depth + b"]" * depth

        assert json.loads(raw) == webhook.read_json(raw)

    @given(
        st.integers(min_value=1, max_value=100), st.sampled_from(["[", "{", '{"a":['])
    )
    def test_depth_refused(self, more: int, bracket: str) -> None:
        """
        Nesting over the limit is refused, closed or not.
        """
        raw = bracket.encode() * (webhook.MAX_DEPTH + more)
        with pytest.raises(Malformed) as caught:
            webhook.read_json(raw)

        assert "too-deep" == caught.value.reason

    @given(st.lists(st.text(st.sampled_from('[]{}"\\a'), max_size=30), max_size=30))
    def test_brackets_in_texts(self, texts: list[str]) -> None:
        """
        Brackets, quotes and backslashes in texts are no nesting.
        """
        assert texts == webhook.read_json(json.dumps(texts).encode())

    @pytest.mark.parametrize("raw", [b"NaN", b"Infinity", b"-Infinity"])
    def test_no_numbers(self, raw: bytes) -> None:
        """
        What is no JSON number is read as null.
        """
        assert [None] == webhook.read_json(b"[" + raw + b"]")


class TestTime:
    @given(STAMPS, st.datetimes(timezones=st.just(UTC)))
    def test_within_reason(self, stamp: object, received: datetime) -> None:
        """
        Whatever stands for a time is one in reason, or none.
        """
        found = webhook.instant(stamp, received)
        try:
            last = received + timedelta(days=1)
        except OverflowError:
            last = datetime.max.replace(tzinfo=UTC)

        first = datetime(2000, 1, 1, tzinfo=UTC)
        assert found is None or first <= found <= max(first, last)

    @given(st.integers(min_value=946684800, max_value=1778493600))
    def test_seconds_and_milliseconds(self, seconds: int) -> None:
        """
        Seconds, milliseconds and their texts mean the same instant.
        """
        stamps = (seconds, float(seconds), str(seconds), seconds * 1000)
        found = {webhook.instant(stamp, NOW) for stamp in stamps}

        assert {datetime.fromtimestamp(seconds, UTC)} == found


class TestPlace:
    @given(
        chat=st.integers(min_value=-(2**52), max_value=2**52),
        business=st.text("Ab1_-/", max_size=8),
        thread=st.one_of(st.just(0), IDS),
        topic=st.one_of(st.just(0), IDS),
    )
    def test_there_and_back(
        self, chat: int, business: str, thread: int, topic: int
    ) -> None:
        """
        A conversation's key names the place that it was made of.
        """
        place = Place(
            chat=chat,
            business=business,
            thread=0 if topic else thread,
            topic=topic,
        )

        assert place == Place.parse(place.key)

    @given(IDS, IDS)
    def test_message(self, chat: int, number: int) -> None:
        """
        A message's key is read in its own place only.
        """
        here, there = Place(chat=chat), Place(chat=chat, business="A")

        assert (number, 0) == (
            here.message_of(here.message(number)),
            there.message_of(here.message(number)),
        )

    @given(ANY_TEXT)
    def test_any_key(self, key: str) -> None:
        """
        Any text is a place or none.
        """
        place = Place.parse(key)

        assert place is None or isinstance(place, Place)


class TestMoney:
    @pytest.mark.parametrize(
        ("text", "minor"),
        [
            ("12 500,50 ₽", 1250050),
            ("$1,234.50", 123450),
            ("1.234,5", 123450),
            ("1 000 000", 100000000),
            ("1,234", 123400),
            ("1.234.567", 123456700),
            ("99.9", 9990),
            ("0.125", 12),
            ("от 500 руб.", 50000),
            ("0", 0),
            ("’", None),
            ("5-7", None),
            ("2 x 3", None),
            ("", None),
            ("1e9", None),
        ],
    )
    def test_read(self, text: str, minor: int | None) -> None:
        """
        Prices are read as people write them, and not guessed.
        """
        assert (None if minor is None else Money(minor, "RUB")) == money(text, "RUB")

    @pytest.mark.parametrize(("currency", "minor"), [("JPY", 5), ("KWD", 5000)])
    def test_digits(self, currency: str, minor: int) -> None:
        """
        Minor units are those of the currency.
        """
        assert Money(minor, currency) == money("5", currency)

    @given(st.integers(min_value=0, max_value=10**12))
    def test_there_and_back(self, minor: int) -> None:
        """
        An amount written with two digits is read as it was.
        """
        text = f"{minor // 100}.{minor % 100:02}"

        assert Money(minor, "RUB") == money(text, "RUB")

    @given(st.one_of(ANY_TEXT, st.text("0159., '’\u00a0", max_size=30)))
    def test_any_text(self, text: str) -> None:
        """
        Any text is an amount or none.
        """
        found = money(text, "RUB")

        assert found is None or found.minor >= 0

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            (
                "Mug (red) x 2 ≡ 960",
                Product(
                    id="Mug (red)",
                    title="Mug (red)",
                    quantity=2,
                    price=Money(48000, "RUB"),
                ),
            ),
            ("Cup=1399", Product(id="Cup", title="Cup", price=Money(139900, "RUB"))),
            ("Odd x 3 = 100", Product(id="Odd", title="Odd", quantity=3)),
            ("Cheap = 1 - 2", Product(id="Cheap = 1 - 2", title="Cheap = 1 - 2")),
            ("Just words", Product(id="Just words", title="Just words")),
        ],
    )
    def test_line(self, line: str, expected: Product) -> None:
        """
        A line of a cart tells title, quantity and the price of one.
        """
        products, _, _ = ordered([("payment[products][]", line)], currency="RUB")

        assert (expected,) == products

    def test_amount_that_is_none(self) -> None:
        """
        An amount that can't be read stays among the payment's fields.
        """
        pairs = [("payment[amount]", "a lot"), ("payment[sys]", "none")]
        _, amount, rest = ordered(pairs, currency="RUB")

        assert (None, list(reversed(pairs))) == (amount, rest)


class TestSource:
    @given(st.lists(st.tuples(ANY_TEXT, ANY_TEXT), max_size=5), ANY_TEXT, ANY_TEXT)
    def test_any_text(
        self, pairs: list[tuple[str, str]], page: str, cookies: str
    ) -> None:
        """
        Any fields, page and cookies come to a source.
        """
        found = source_of(pairs, pages=[page, "?" + page], cookies=[cookies])

        assert all(key == key.lower() for key, _ in found.marks)

    @given(st.text("abc %&=+#;|", min_size=1, max_size=30))
    def test_encoded_once_or_twice(self, value: str) -> None:
        """
        A mark in a URL is what was put there.
        """
        url = "https://e.com/?" + urlencode({"a": 1, "UTM_Source": value})

        assert value.strip() == source_of((), pages=[url]).name


class TestBodies:
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(
                    ["name", "phone", "Email", "text", "color", "utm_term"]
                ),
                st.text(st.characters(codec="utf-8"), max_size=20),
            ),
            max_size=6,
            unique_by=lambda pair: pair[0],
        )
    )
    def test_two_ways_to_send(self, pairs: list[tuple[str, str]]) -> None:
        """
        A form means the same in JSON and urlencoded.
        """
        channel = WebFormChannel(id="site", public=True)
        bodies = {
            "application/json": json.dumps(dict(pairs)),
            "application/x-www-form-urlencoded": urlencode(pairs),
        }
        readings = [
            channel.read(
                Delivery(
                    body=body.encode(),
                    received_at=NOW,
                    headers=(("Content-Type", media_type),),
                )
            )
            for media_type, body in bodies.items()
        ]

        assert readings[0] == readings[1]
