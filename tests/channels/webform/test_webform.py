"""
Forms of sites: what a submission is, and who may send one.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from leadflow.channels import Channel, Delivery, Ignored, Inbound, Reading
from leadflow.channels.webform import FormSecret, FormSignature, WebFormChannel
from leadflow.errors import DefinitionError, Malformed, Unverified
from leadflow.values import ContactPoint, Money, Product, Source
from tests.channels._golden import delivery_of, golden_of, sample_paths, shown


SAMPLES = Path(__file__).parent / "samples"
NOW = datetime(2026, 5, 11, 10, 0, 30, tzinfo=UTC)
SECRET = "tok-4711-secret"
SITE = WebFormChannel(id="site", secret=FormSecret(value=SECRET))
OPEN = WebFormChannel(id="site", public=True)
PHONE = ("phone", "+79161234567")


def form(
    *pairs: tuple[str, str],
    body: bytes | None = None,
    headers: Iterable[tuple[str, str]] = (("X-Api-Key", SECRET),),
    at: datetime = NOW,
    url: str = "",
    method: str = "POST",
) -> Delivery:
    """
    Return an urlencoded delivery of *pairs*, or of *body*.
    """
    return Delivery(
        body=urlencode(pairs).encode() if body is None else body,
        received_at=at,
        headers=(("Content-Type", "application/x-www-form-urlencoded"), *headers),
        url=url,
        method=method,
    )


def as_json(value: Any, *, raw: bytes | None = None) -> Delivery:
    """
    Return a JSON delivery of *value*, or of *raw*.
    """
    return Delivery(
        body=json.dumps(value).encode() if raw is None else raw,
        received_at=NOW,
        headers=(("content-type", "application/json"),),
    )


def inbound(reading: Reading) -> Inbound:
    """
    Return the one inbound that *reading* must hold.
    """
    [outcome] = reading.outcomes
    assert isinstance(outcome, Inbound), outcome
    return outcome


def malformed(reading: Reading) -> Malformed:
    """
    Return the one refusal that *reading* must hold.
    """
    [outcome] = reading.outcomes
    assert isinstance(outcome, Malformed), outcome
    return outcome


def open_form(*pairs: tuple[str, str], **given: Any) -> Inbound:
    """
    Return what the public form makes of *pairs*.
    """
    return inbound(OPEN.read(form(*pairs, **given)))


class TestSamples:
    @pytest.mark.parametrize("path", sample_paths(SAMPLES), ids=lambda p: p.stem)
    def test_golden(self, path: Path) -> None:
        """
        Every sample comes to the outcomes and the answer kept beside it.
        """
        delivery = delivery_of(path, [("X-Api-Key", SECRET)])

        assert golden_of(path) == shown(SITE.read(delivery))

    def test_is_a_channel(self) -> None:
        """
        The adapter has the shape that the protocol asks for.
        """
        assert isinstance(SITE, Channel)


class TestAuthenticity:
    """
    What is not authentic makes nothing (R11, I11).
    """

    @pytest.mark.parametrize(
        "given", ["", "x", SECRET + "x", SECRET[:-1], "пароль", "\udcff", "\x00"]
    )
    def test_wrong_secret(self, given: str) -> None:
        """
        A wrong secret, of any length and in any letters, is unverified.
        """
        reading = SITE.read(form(PHONE, headers=[("X-Api-Key", given)]))

        assert (Unverified("wrong-secret-in-header"),) == reading.outcomes

    def test_wrong_secret_is_forbidden(self) -> None:
        """
        A wrong secret is answered 403.
        """
        assert 403 == SITE.read(form(PHONE, headers=())).answer.status

    @pytest.mark.parametrize(
        ("secret", "given"),
        [
            (FormSecret(value=SECRET), {"headers": [("x-api-key", SECRET)]}),
            (
                FormSecret(value=SECRET, name="Authorization"),
                {"headers": [("Authorization", f"Bearer {SECRET}")]},
            ),
            (
                FormSecret(value=SECRET, place="path"),
                {"url": f"https://crm.example/hook/{SECRET}/"},
            ),
            (
                FormSecret(value="a b/c", place="path"),
                {"url": "/hook/a%20b%2Fc?x=1"},
            ),
            (
                FormSecret(value=SECRET, place="query", name="key"),
                {"url": f"/hook?a=1&key={SECRET}"},
            ),
        ],
    )
    def test_right_secret(self, secret: FormSecret, given: dict[str, Any]) -> None:
        """
        The secret is found in a header, in the path or in the query.
        """
        channel = WebFormChannel(id="site", secret=secret)

        assert "form" == inbound(channel.read(form(PHONE, **given))).kind

    @pytest.mark.parametrize("url", ["", "/hook/", "http://[", "/hook/nope", "?key=no"])
    @pytest.mark.parametrize("place", ["path", "query"])
    def test_wrong_url(self, url: str, place: Any) -> None:
        """
        A URL without the secret, or none at all, is unverified.
        """
        secret = FormSecret(value=SECRET, place=place, name="key")
        channel = WebFormChannel(id="site", secret=secret)

        [outcome] = channel.read(form(PHONE, headers=(), url=url)).outcomes

        assert Unverified(f"wrong-secret-in-{place}") == outcome

    def test_secret_in_a_field(self) -> None:
        """
        A secret in a field is taken out of what is kept.
        """
        secret = FormSecret(value=SECRET, place="field", name="api_key")
        channel = WebFormChannel(id="site", secret=secret)

        [outcome] = channel.read(form(("API_KEY", SECRET), PHONE)).outcomes

        assert SECRET not in repr(outcome)

    @pytest.mark.parametrize(
        "delivery",
        [
            form(PHONE),
            form(("api_key", "no"), PHONE),
            as_json(None, raw=b'{"api_key":'),
        ],
    )
    def test_no_secret_in_any_field(self, delivery: Delivery) -> None:
        """
        Without the right field, or any readable one, a delivery is unverified.
        """
        secret = FormSecret(value=SECRET, place="field", name="api_key")

        [outcome] = WebFormChannel(id="site", secret=secret).read(delivery).outcomes

        assert isinstance(outcome, Unverified)

    def test_verified_before_read(self) -> None:
        """
        What can't be read is not even looked at when it isn't authentic.
        """
        [outcome] = SITE.read(as_json(None, raw=b"{")).outcomes

        assert isinstance(outcome, Unverified)


SIGNATURE = FormSignature(
    key=SECRET, header="X-Sign", time_header="X-Time", signs_time=True
)
SIGNED = WebFormChannel(id="site", signature=SIGNATURE)


def signed(at: str, *, body: bytes = b"phone=1&text=a", prefix: str = "") -> Delivery:
    """
    Return a delivery signed over its time and body.
    """
    mac = hmac.new(SECRET.encode(), at.encode() + b"." + body, hashlib.sha256)
    headers = [("X-Time", at), ("X-Sign", prefix + mac.hexdigest())]
    return form(body=body, headers=headers)


class TestSignature:
    """
    The raw body is signed with HMAC-SHA256, in a window of time.
    """

    @pytest.mark.parametrize("prefix", ["", "sha256=", "SHA256="])
    def test_right(self, prefix: str) -> None:
        """
        A right signature is taken with and without the name of its method.
        """
        delivery = signed(str(int(NOW.timestamp())), prefix=prefix)

        assert "a" == inbound(SIGNED.read(delivery)).text

    def test_body_alone(self) -> None:
        """
        A signature can be of the body alone, as RFC 2104 has it.
        """
        channel = WebFormChannel(id="s", signature=FormSignature(key="Jefe"))
        body = b"text=what+do+ya+want+for+nothing"
        mac = hmac.new(b"Jefe", body, hashlib.sha256).hexdigest()

        [outcome] = channel.read(
            form(body=body, headers=[("X-Signature", mac)])
        ).outcomes

        assert isinstance(outcome, Inbound)

    def test_changed_body(self) -> None:
        """
        One changed byte of the body breaks the signature.
        """
        good = signed(str(int(NOW.timestamp())))
        bad = Delivery(body=good.body + b"b", received_at=NOW, headers=good.headers)

        assert (Unverified("wrong-signature"),) == SIGNED.read(bad).outcomes

    @pytest.mark.parametrize("seconds", [-301, 301, 10**9])
    def test_stale(self, seconds: int) -> None:
        """
        A time outside the window is refused however well it is signed.
        """
        delivery = signed(str(int(NOW.timestamp()) + seconds))

        assert (Unverified("stale"),) == SIGNED.read(delivery).outcomes

    @pytest.mark.parametrize("seconds", [-300, 0, 300])
    def test_fresh(self, seconds: int) -> None:
        """
        The window's edges belong to it.
        """
        delivery = signed(str(int(NOW.timestamp()) + seconds))

        assert isinstance(SIGNED.read(delivery).outcomes[0], Inbound)

    def test_milliseconds(self) -> None:
        """
        The time may be in milliseconds.
        """
        delivery = signed(str(int(NOW.timestamp()) * 1000 + 7))

        assert isinstance(SIGNED.read(delivery).outcomes[0], Inbound)

    @pytest.mark.parametrize("at", ["", "now", "-5", "NaN", "1e9", "0", "9" * 400])
    def test_no_time(self, at: str) -> None:
        """
        What is no time is refused.
        """
        assert isinstance(SIGNED.read(signed(at)).outcomes[0], Unverified)


REFUSED = (
    "cut",
    "more",
    "array",
    "bytes",
    "deep",
    "empty object",
    "empty",
    "fields",
    "values",
    "long value",
    "long name",
    "body",
    "compressed",
)


class TestRefusals:
    """
    Each refusal has a reason, and a status that its sender understands (I11).
    """

    @pytest.mark.parametrize("method", ["GET", "PUT", "OPTIONS", "\udc00"])
    def test_method(self, method: str) -> None:
        """
        Anything but a POST is answered 405.
        """
        reading = SITE.read(form(PHONE, method=method))

        assert (405, "method-not-allowed") == (
            reading.answer.status,
            malformed(reading).reason,
        )

    @pytest.mark.parametrize(
        ("delivery", "reason", "status"),
        [
            (as_json(None, raw=b"{"), "bad-json", 400),
            (as_json(None, raw=b'{"a":1}x'), "bad-json", 400),
            (as_json([1]), "bad-form", 400),
            (as_json(None, raw=b'{"a":"\xff"}'), "not-utf-8", 400),
            (as_json(None, raw=b'{"a":' + b"[" * 100000), "too-deep", 400),
            (as_json({}), "no-contact", 400),
            (form(), "no-contact", 400),
            (form(*[("a", "b")] * 201), "too-many-fields", 413),
            (as_json({"a": [1] * 201}), "too-many-fields", 413),
            (form(("text", "x" * 65537)), "field-too-large", 413),
            (as_json({"x" * 65537: {"a": 1}}), "field-too-large", 413),
            (form(body=b"x" * (2**20 + 1)), "too-large", 413),
            (
                form(body=b"x", headers=[("Content-Encoding", "gzip")]),
                "content-encoding-unsupported",
                415,
            ),
        ],
        ids=REFUSED,
    )
    def test_reason(self, delivery: Delivery, reason: str, status: int) -> None:
        """
        What can't be read says why, and is answered with a status of its own.
        """
        reading = OPEN.read(delivery)

        assert (reason, status) == (malformed(reading).reason, reading.answer.status)

    @pytest.mark.parametrize("media_type", ["text/xml", "image/png", "//", "a/b;c=d"])
    def test_content_type(self, media_type: str) -> None:
        """
        An unknown content type is answered 415.
        """
        delivery = Delivery(
            body=b"a=b", received_at=NOW, headers=(("Content-Type", media_type),)
        )

        assert 415 == OPEN.read(delivery).answer.status

    def test_gentle_status(self) -> None:
        """
        A platform that switches failing hooks off can be answered 200.
        """
        channel = WebFormChannel(id="site", public=True, malformed_status=200)

        assert 200 == channel.read(as_json(None, raw=b"{")).answer.status

    def test_excerpt_keeps_the_secret(self) -> None:
        """
        The secret does not stand in the excerpt of what could not be read.
        """
        body = b'{"k":"' + SECRET.encode() + b'",'
        channel = WebFormChannel(id="site", signature=FormSignature(key=SECRET))
        mac = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        delivery = Delivery(
            body=body,
            received_at=NOW,
            headers=(("content-type", "text/plain"), ("X-Signature", mac)),
        )

        assert '{"k":"***",' == malformed(channel.read(delivery)).excerpt


class TestCountedOnce:
    """
    The same submission counts once (R5).
    """

    def test_tranid(self) -> None:
        """
        Tilda's tranid, within its form, is the id.
        """
        found = open_form(PHONE, ("tranid", "1:2"), ("formid", "f7"))

        assert "f7/1:2" == found.external_id

    def test_long_id(self) -> None:
        """
        An id of any length becomes one that a key can hold.
        """
        found = open_form(PHONE, ("tranid", "x" * 1000))

        assert hashlib.sha256(b"x" * 1000).hexdigest() == found.external_id

    def test_order_of_fields(self) -> None:
        """
        Without an id the fields are the id, in whatever order they came.
        """
        one = open_form(PHONE, ("text", "a"))
        two = open_form(("text", "a"), PHONE)

        assert one.external_id == two.external_id

    def test_time_field(self) -> None:
        """
        When it was sent is not part of what was sent.
        """
        one = open_form(PHONE, ("sent_at", "1778493600"))
        two = open_form(PHONE, ("sent_at", "1778493601"))

        assert one.external_id == two.external_id

    def test_other_text(self) -> None:
        """
        Another text is another submission.
        """
        one = open_form(PHONE, ("text", "a"))
        two = open_form(PHONE, ("text", "b"))

        assert not {one.external_id, *one.also} & {two.external_id, *two.also}

    @pytest.mark.parametrize("seconds", [0, 1, 29, 30, 59, 60])
    def test_double_click(self, seconds: int) -> None:
        """
        A second click within a minute shares an id with the first.
        """
        one = open_form(PHONE)
        two = open_form(PHONE, at=NOW + timedelta(seconds=seconds))

        assert {one.external_id, *one.also} & {two.external_id, *two.also}

    def test_next_day(self) -> None:
        """
        The same words on another day are another submission.
        """
        one = open_form(PHONE)
        two = open_form(PHONE, at=NOW + timedelta(days=1))

        assert not {one.external_id, *one.also} & {two.external_id, *two.also}


class TestFields:
    """
    Fields are known by what people call them.
    """

    @pytest.mark.parametrize(
        "name",
        [
            "Email",
            "E-MAIL",
            "e_mail",
            "Ваша почта",
            "form_fields[email]",
            "contact.email",
        ],
    )
    def test_email(self, name: str) -> None:
        """
        An e-mail is found under its Russian and English names.
        """
        [point] = open_form((name, "a@example.com")).contact_points

        assert ("email", "a@example.com") == (point.kind, point.value)

    @pytest.mark.parametrize("name", ["Phone", "ТЕЛЕФОН", "tel", "Номер телефона:"])
    def test_phone(self, name: str) -> None:
        """
        A phone is found under its names, and normalised for the region.
        """
        [point] = open_form((name, "8 (916) 123-45-67")).contact_points

        assert "+79161234567" == point.value

    def test_unusable_phone(self) -> None:
        """
        A phone that is none is kept as it came.
        """
        found = open_form(("phone", "позвоните маме"))

        assert (
            ContactPoint(kind="phone", value="", raw="позвоните маме"),
        ) == found.contact_points

    def test_phone_as_a_number(self) -> None:
        """
        A phone sent as a JSON number is a phone.
        """
        found = inbound(OPEN.read(as_json({"phone": 79161234567})))

        assert "+79161234567" == found.contact_points[0].value

    def test_own_name(self) -> None:
        """
        The settings say what an own name means.
        """
        channel = WebFormChannel(id="s", public=True, fields={"Input_3": "text"})

        assert "hi" == inbound(channel.read(form(("input 3", "hi"), PHONE))).text

    def test_taken_away(self) -> None:
        """
        The settings can take a usual meaning away.
        """
        channel = WebFormChannel(id="s", public=True, fields={"item": "extra"})

        assert (("item", "x"),) == inbound(
            channel.read(form(("item", "x"), PHONE))
        ).extra

    def test_unknown_in_order(self) -> None:
        """
        Unknown fields are kept in order, repeated ones as often as they came.
        """
        pairs = [("b", "1"), ("a", "2"), ("b", "3"), ("b", "")]

        assert tuple(pairs) == open_form(*pairs, PHONE).extra

    def test_repeated_json_keys(self) -> None:
        """
        A key that stands twice in JSON is kept twice.
        """
        found = inbound(OPEN.read(as_json(None, raw=b'{"phone":"1","a":"x","a":"y"}')))

        assert (("a", "x"), ("a", "y")) == found.extra

    def test_second_name(self) -> None:
        """
        The first name counts, a second one is not lost.
        """
        found = open_form(("name", "Anna"), ("fio", "Каренина"), PHONE)

        assert ("Anna", (("fio", "Каренина"),)) == (found.person.name, found.extra)

    def test_name_in_parts(self) -> None:
        """
        A name in parts is put together.
        """
        found = open_form(("Фамилия", "Ким"), ("First Name", "Юна"), PHONE)

        assert "Юна Ким" == found.person.name

    def test_texts(self) -> None:
        """
        Several texts stand one under the other.
        """
        assert "a\nb" == open_form(("message", "a"), ("Вопрос", "b")).text

    @pytest.mark.parametrize(
        ("said", "meant"),
        [
            ("yes", True),
            ("On", True),
            ("Согласен на всё", True),
            ("Я согласна", True),
            ("Нет", False),
            ("0", False),
            ("не согласен", None),
            ("maybe", None),
        ],
    )
    def test_consent(self, said: str, meant: bool | None) -> None:
        """
        Consent is what was clearly said, and never guessed.
        """
        assert meant is open_form(("consent", said), PHONE).consent

    def test_windows_1251(self) -> None:
        """
        A form of an old site is read in its own encoding.
        """
        body = f"name={quote('Анна', encoding='cp1251')}&phone=1".encode()

        assert "Анна" == inbound(OPEN.read(form(body=body))).person.name

    def test_stays_text(self) -> None:
        """
        Surrogates that stand alone and NUL don't reach what is kept.
        """
        found = inbound(OPEN.read(as_json({"text": "a\0\ud83d!\U0001f600"})))

        assert "a\N{REPLACEMENT CHARACTER}!\U0001f600" == found.text


class TestGoods:
    """
    A touch from a product's page carries the product (R7).
    """

    def test_product(self) -> None:
        """
        Product, article and price make one product.
        """
        found = open_form(
            ("product", "Mug"), ("sku", "m-1"), ("price", "$1,234.50"), PHONE
        )

        assert (
            Product(id="m-1", title="Mug", price=Money(123450, "RUB")),
        ) == found.products

    def test_price_alone(self) -> None:
        """
        A price without a product is the amount.
        """
        assert (
            Money(99900, "USD")
            == open_form(("price", "999"), ("currency", "usd"), PHONE).amount
        )

    @pytest.mark.parametrize("price", ["free", "1-2", "от 5 до 7", "9" * 30])
    def test_no_price(self, price: str) -> None:
        """
        A price that can't be read is kept as it came.
        """
        found = open_form(("price", price), PHONE)

        assert (None, (("price", price),)) == (found.amount, found.extra)

    def test_order(self) -> None:
        """
        A paid cart is an order, also without any contact.
        """
        found = open_form(("payment[amount]", "10"), ("payment[orderid]", "7"))

        assert ("order", "order/7", Money(1000, "RUB")) == (
            found.kind,
            found.external_id,
            found.amount,
        )

    def test_broken_payment(self) -> None:
        """
        A payment that is no JSON after all is kept as it came.
        """
        found = open_form(("payment", "{no"), PHONE)

        assert (("payment", "{no"),) == found.extra


class TestIgnored:
    """
    What is no person's attention makes no lead (R12).
    """

    @pytest.mark.parametrize(
        "name", ["_gotcha", "Honeypot", "bot_field", "form_fields[honeypot]"]
    )
    def test_honeypot(self, name: str) -> None:
        """
        A filled honeypot is a robot's.
        """
        [outcome] = OPEN.read(form(PHONE, (name, "x"))).outcomes

        assert isinstance(outcome, Ignored)
        assert "honeypot" == outcome.reason

    def test_empty_honeypot(self) -> None:
        """
        A honeypot that is left empty means nothing.
        """
        assert () == open_form(PHONE, ("_gotcha", "")).extra

    def test_own_honeypot(self) -> None:
        """
        A honeypot may bear a name that would tempt a robot.
        """
        channel = WebFormChannel(id="s", public=True, honeypots=("company",))
        [outcome] = channel.read(form(PHONE, ("Company", "x"))).outcomes

        assert isinstance(outcome, Ignored)

    def test_platform_test(self) -> None:
        """
        The test call of Tilda makes nothing and is answered ok.
        """
        reading = OPEN.read(form(("test", "test")))

        assert ("platform_test", 200, b"ok") == (
            reading.outcomes[0].reason,  # type: ignore[union-attr]
            reading.answer.status,
            reading.answer.body,
        )

    def test_a_person_who_tests(self) -> None:
        """
        A submission that has a contact is a person's, whatever else is in it.
        """
        assert "form" == open_form(("test", "test"), PHONE).kind


class TestSource:
    """
    Marks are taken from fields, the page and cookies, in this order.
    """

    def test_first_wins(self) -> None:
        """
        The first value that is not empty wins, mark by mark.
        """
        found = open_form(
            PHONE,
            ("utm_source", ""),
            ("UTM_Medium", "field"),
            ("page", "https://e.com/?utm_source=page&utm_medium=page"),
            ("COOKIES", quote("TILDAUTM=utm_source=dump|||utm_term=dump")),
        )

        assert ("page", "field", "dump") == (
            found.source.name,
            found.source.medium,
            found.source.term,
        )

    def test_referer_of_the_request(self) -> None:
        """
        A form that a browser sends stands on the page that the request names.
        """
        found = open_form(PHONE, headers=[("Referer", "https://e.com/?gclid=7")])

        assert (
            Source(page="https://e.com/?gclid=7", marks=(("gclid", "7"),))
            == found.source
        )

    def test_capped(self) -> None:
        """
        The value of a mark is cut at 512 characters.
        """
        assert 512 == len(open_form(PHONE, ("utm_source", "x" * 9999)).source.name)

    def test_none(self) -> None:
        """
        Without any mark there is no source.
        """
        assert not open_form(PHONE).source

    @pytest.mark.parametrize("url", ["?", "%", "utm_source=a", "x?" + "a=b&" * 999])
    def test_no_marks(self, url: str) -> None:
        """
        An odd or endless URL has no marks, and loses nothing else.
        """
        assert "" == open_form(PHONE, ("page", url)).source.name

    def test_broken_url(self) -> None:
        """
        A URL that is broken elsewhere still has its marks.
        """
        found = open_form(PHONE, ("page", "http://[?utm_source=a%20b#x"))

        assert "a b" == found.source.name


class TestSettings:
    """
    Settings are checked when they are made (R45).
    """

    @pytest.mark.parametrize(
        ("given", "rule"),
        [
            ({}, "no-authenticity"),
            ({"public": True, "secret": FormSecret(value="x")}, "no-authenticity"),
            ({"secret": FormSecret(value="")}, "empty-secret"),
            (
                {"secret": FormSecret(value="x", place="field", name="")},
                "unnamed-secret",
            ),
            ({"signature": FormSignature(key="")}, "empty-secret"),
            ({"signature": FormSignature(key="x", signs_time=True)}, "unnamed-header"),
            (
                {"signature": FormSignature(key="x", tolerance=timedelta(days=2))},
                "wrong-tolerance",
            ),
            ({"public": True, "fields": {"a": "phne"}}, "unknown-role"),
        ],
    )
    def test_refused(self, given: dict[str, Any], rule: str) -> None:
        """
        Settings that contradict each other are refused with the rule.
        """
        with pytest.raises(DefinitionError) as caught:
            WebFormChannel(id="site", **given)

        assert [rule] == [problem.rule for problem in caught.value.problems]

    def test_all_problems(self) -> None:
        """
        All problems are told at once.
        """
        with pytest.raises(DefinitionError) as caught:
            WebFormChannel(
                id="site",
                secret=FormSecret(value="", name=""),
                fields={"a": "phne"},  # type: ignore[dict-item]
            )

        assert 3 == len(caught.value.problems)

    def test_hides_the_secrets(self) -> None:
        """
        No secret stands in the text of a channel.
        """
        channel = WebFormChannel(
            id="site", secret=FormSecret(value=SECRET), signature=SIGNATURE
        )

        assert SECRET not in repr(channel)

    def test_equal(self) -> None:
        """
        Two channels of equal settings are equal.
        """
        assert OPEN == WebFormChannel(id="site", public=True)
