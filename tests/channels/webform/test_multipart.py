"""
Forms with uploads: what a multipart body holds, and what it may not hold.
"""

from __future__ import annotations

import random
import sys
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.channels import Answer, Delivery, Inbound, Outcome, Reading
from leadflow.channels._form_multipart import FormPart, PartLimits, read_parts
from leadflow.channels.webform import FormSecret, WebFormChannel
from leadflow.errors import Malformed, Refused, Unverified
from leadflow.values import Attachment
from tests.channels._golden import RECEIVED


SITE = WebFormChannel(id="site", public=True)
B = "----WebKitFormBoundary7MA4YWxkTrZu0gW"
TYPE = f"multipart/form-data; boundary={B}"
LIMITS = PartLimits(fields=5, field=100, files=2, file=200)
PHOTO = bytes(range(256)) * 3 + b"\r\n--not-the-boundary\r\n\n\r"


def part(disposition: str, data: bytes = b"", *more: str) -> bytes:
    """
    Return one part: its header fields, an empty line, *data*.
    """
    lines = (f"Content-Disposition: form-data; {disposition}", *more, "", "")
    return "\r\n".join(lines).encode() + data


def whole(*parts: bytes, boundary: str = B) -> bytes:
    """
    Return the body that *parts* make.
    """
    line = f"--{boundary}\r\n".encode()
    return b"".join(line + p + b"\r\n" for p in parts) + f"--{boundary}--\r\n".encode()


def delivery(*parts: bytes, body: bytes | None = None, type_: str = TYPE) -> Delivery:
    """
    Return the delivery of *parts*, or of *body*.
    """
    return Delivery(
        body=whole(*parts) if body is None else body,
        received_at=RECEIVED,
        headers=(("Content-Type", type_),),
    )


def only(reading: Reading) -> Outcome:
    """
    Return the one outcome of *reading*.
    """
    [outcome] = reading.outcomes
    return outcome


def inbound(*parts: bytes) -> Inbound:
    """
    Return the inbound that *parts* come to.
    """
    outcome = only(SITE.read(delivery(*parts)))
    assert isinstance(outcome, Inbound), outcome
    return outcome


def refusal(channel: WebFormChannel, what: Delivery) -> tuple[str, int]:
    """
    Return why *what* is Malformed, and the status of the answer.
    """
    reading = channel.read(what)
    outcome = only(reading)
    assert isinstance(outcome, Malformed), outcome
    return outcome.reason, reading.answer.status


PHONE = part('name="Phone"', b"+7 916 123-45-67")


class TestFields:
    def test_fields_are_those_of_an_urlencoded_form(self) -> None:
        """
        A multipart form reads as the urlencoded one of the same fields (R1).
        """
        read = inbound(PHONE, part('name="message"', "Нужен шкаф".encode()))

        assert ("+79161234567", "Нужен шкаф") == (
            read.contact_points[0].value,
            read.text,
        )

    def test_equal_forms_have_equal_ids(self) -> None:
        """
        The id of a submission doesn't depend on how its fields were packed (R5).
        """
        plain = Delivery(
            body=b"Phone=%2B7+916+123-45-67",
            received_at=RECEIVED,
            headers=(("Content-Type", "application/x-www-form-urlencoded"),),
        )
        other = only(SITE.read(plain))

        assert isinstance(other, Inbound)
        assert other.external_id == inbound(PHONE).external_id

    @pytest.mark.parametrize(
        ("raw", "more"),
        [
            ("Привет".encode("cp1251"), "Content-Type: text/plain; charset=cp1251"),
            ("Привет".encode("koi8-r"), "Content-Type: text/plain; charset=koi8-r"),
            ("Привет".encode(), "Content-Type: text/plain"),
        ],
    )
    def test_charset_of_a_part(self, raw: bytes, more: str) -> None:
        """
        A field is decoded by the charset of its part.
        """
        assert "Привет" == inbound(PHONE, part('name="text"', raw, more)).text

    def test_charset_of_the_form(self) -> None:
        """
        A field ``_charset_`` names the charset of the others (RFC 7578, 4.6).
        """
        read = inbound(
            PHONE,
            part('name="_charset_"', b"windows-1251"),
            part('name="text"', "Привет, мир".encode("cp1251")),
        )

        assert ("Привет, мир", ()) == (read.text, read.extra)

    def test_base64_field(self) -> None:
        """
        A part's transfer encoding is undone.
        """
        encoded = part('name="text"', b"SGVsbG8=", "Content-Transfer-Encoding: base64")

        assert "Hello" == inbound(PHONE, encoded).text


class TestFiles:
    def test_file_is_an_attachment(self) -> None:
        """
        An upload is described by name, type, size and hash.
        """
        read = inbound(
            PHONE,
            part('name="plan"; filename="plan.png"', PHOTO, "Content-Type: image/png"),
        )

        assert (
            Attachment(
                name="plan.png",
                media_type="image/png",
                locator="field:plan",
                size=len(PHOTO),
                sha256=sha256(PHOTO).hexdigest(),
            ),
        ) == read.attachments

    def test_file_can_be_had(self) -> None:
        """
        The bytes of an upload come back exactly, those of a second one too.
        """
        sent = delivery(
            PHONE,
            part('name="plan"; filename="a"', b"one"),
            part('name="plan"; filename="b"', PHOTO),
        )

        assert PHOTO == SITE.file(sent, "field:plan#2")

    def test_no_such_file(self) -> None:
        """
        A locator of something else is refused.
        """
        with pytest.raises(Refused) as refused:
            SITE.file(delivery(PHONE), "field:Phone")

        assert "file.foreign" == refused.value.rule

    def test_file_of_a_forged_delivery(self) -> None:
        """
        Whoever has no secret gets no file.
        """
        channel = WebFormChannel(id="site", secret=FormSecret(value="s3cret"))
        sent = delivery(PHONE, part('name="f"; filename="a"', b"x"))

        with pytest.raises(Unverified):
            channel.file(sent, "field:f")

    @pytest.mark.parametrize(
        ("parameters", "name"),
        [
            ('filename="план.png"', "план.png"),
            ("filename=\"x.png\"; filename*=UTF-8''%D0%BF.png", "п.png"),
            ("filename*=UTF-8''%D0%BF.png; filename=\"x.png\"", "п.png"),
            ('filename="../../etc/passwd"', "passwd"),
            ('filename="a%22b.png"', 'a"b.png'),
            ("filename=plain.txt", "plain.txt"),
            ('filename=".."', "file"),
        ],
    )
    def test_file_name(self, parameters: str, name: str) -> None:
        """
        A file's name is read as browsers write it, ``filename*`` first (RFC 5987).
        """
        read = inbound(PHONE, part(f'name="f"; {parameters}', b"x"))

        assert name == read.attachments[0].name

    def test_nothing_chosen(self) -> None:
        """
        A file input that was left empty is no attachment.
        """
        empty = part('name="f"; filename=""', b"", "Content-Type: image/png")

        assert () == inbound(PHONE, empty).attachments

    def test_file_alone(self) -> None:
        """
        A file without words is attention all the same.
        """
        assert "form" == inbound(part('name="f"; filename="a"', b"x")).kind

    def test_other_file_other_submission(self) -> None:
        """
        The same fields with another file are another submission (R5).
        """
        ids = {
            inbound(PHONE, part('name="f"; filename="a"', data)).external_id
            for data in (b"one", b"two")
        }

        assert 2 == len(ids)


class TestCaps:
    @pytest.mark.parametrize(
        ("parts", "reason"),
        [
            ([part('name="a"')] * 6, "too-many-fields"),
            ([part('name="a"; filename="b"', b"x")] * 3, "too-many-files"),
            ([part('name="a"', b"x" * 101)], "field-too-large"),
            ([part('name="a"; filename="b"', b"x" * 201)], "file-too-large"),
            ([part('name="a"', b"", "X-Long: " + "x" * 9000)], "bad-multipart"),
            ([part('name="a"', b"", *["X: y"] * 20)], "bad-multipart"),
        ],
    )
    def test_caps(self, parts: list[bytes], reason: str) -> None:
        """
        What passes a cap on parts, their size or their header fields is refused.
        """
        with pytest.raises(Malformed) as malformed:
            read_parts(whole(*parts), TYPE, limits=LIMITS)

        assert reason == malformed.value.reason

    def test_too_large_a_file(self) -> None:
        """
        The sender of too large a file is answered 413.
        """
        channel = WebFormChannel(id="site", public=True, max_file=10)
        sent = delivery(PHONE, part('name="f"; filename="a"', b"x" * 11))

        assert ("file-too-large", 413) == refusal(channel, sent)

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"nonsense",
            whole(PHONE)[:-40],
            whole(PHONE, boundary="another"),
            f"--{B}\r\n\r\nx\r\n--{B}--".encode(),
        ],
    )
    def test_broken(self, body: bytes) -> None:
        """
        A body that is broken or was cut is refused and not half read.
        """
        assert ("bad-multipart", 400) == refusal(SITE, delivery(body=body))

    def test_says_nothing(self, caplog: pytest.LogCaptureFixture) -> None:
        """
        A broken body is told of by its outcome, and by no line in a log.
        """
        SITE.read(delivery(body=f"--{B}\r\n\xff: x".encode()))

        assert [] == caplog.records

    @pytest.mark.parametrize(
        ("type_", "refused"),
        [
            ("multipart/form-data", ("bad-multipart", 400)),
            ("multipart/form-data; boundary=" + "x" * 500, ("bad-multipart", 400)),
            ("multipart/mixed; boundary=b", ("multipart-unsupported", 415)),
        ],
    )
    def test_content_type(self, type_: str, refused: tuple[str, int]) -> None:
        """
        A form's content type is ``multipart/form-data`` with a boundary.
        """
        assert refused == refusal(SITE, delivery(PHONE, type_=type_))


class TestWithoutTheExtra:
    @pytest.mark.parametrize(
        "channel",
        [
            SITE,
            WebFormChannel(
                id="site", secret=FormSecret(value="x", place="field", name="key")
            ),
        ],
    )
    def test_says_what_is_missing(
        self, channel: WebFormChannel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        Without python-multipart the outcome names the extra, and the answer is 415.
        """
        monkeypatch.setitem(sys.modules, "python_multipart.exceptions", None)
        reading = channel.read(delivery(PHONE))
        outcome = only(reading)

        assert isinstance(outcome, Malformed)
        assert "pip install leadflow[forms]" == outcome.excerpt
        assert Answer(status=415, body=b"multipart-unsupported") == reading.answer


NAMES = st.text(
    st.characters(exclude_categories=["C", "Z"], exclude_characters='"\\%=;'),
    min_size=1,
    max_size=10,
)


@given(st.lists(st.tuples(NAMES, st.binary(max_size=90)), max_size=5))
def test_parts_come_back(fields: list[tuple[str, bytes]]) -> None:
    """
    Whatever bytes stand in fields are read back exactly.
    """
    body = whole(*(part(f'name="{name}"', data) for name, data in fields))
    read = read_parts(body, TYPE, limits=LIMITS) if fields else []

    assert [FormPart(name=name, data=data) for name, data in fields] == read


def test_any_bytes() -> None:
    """
    Mutated bodies read or are Malformed, and nothing else.
    """
    chance = random.Random(7)
    body = whole(PHONE, part('name="f"; filename="a.png"', PHOTO), part('name="x"'))
    odd = (b"\r\n", b"--", B.encode(), b'"', b";", b"\0", b"\xff", b"filename*=")
    for _ in range(3000):
        changed = bytearray(body)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(changed))
            changed[at : at + chance.randint(0, 9)] = chance.choice(odd)
        outcome = only(SITE.read(delivery(body=bytes(changed))))

        assert isinstance(outcome, Inbound | Malformed)
