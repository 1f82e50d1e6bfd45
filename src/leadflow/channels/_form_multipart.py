"""
A multipart/form-data body as its parts (RFC 7578), found by python-multipart.

The library walks the bytes; what the parts are called, how many there may be and
how large they may grow is decided here, while they are found: what passes a cap is
refused before the rest is read.  A body that ends before its last boundary was cut
on the way, and is refused too.

A file's name is taken from ``filename*`` (RFC 5987) where it is given, although
RFC 7578 has no such thing: programs send it, and then it is the better one.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, cast

import attrs

from leadflow.channels._charsets import codec_of, decode
from leadflow.channels._mime_values import parse_parameters, transfer_decode
from leadflow.channels._webhook import clean, excerpt, plain_name
from leadflow.errors import Malformed
from leadflow.values import Attachment


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, Protocol

    class _Parser(Protocol):
        logger: Any

        def write(self, data: bytes) -> int: ...


__all__ = ("FormPart", "PartLimits", "attachments_of", "file_of", "read_parts")

EXTRA = "pip install leadflow[forms]"
"""What brings the library that walks the bytes."""


@attrs.frozen(kw_only=True)
class PartLimits:
    """
    Bound what a body may hold; beyond it the body is `Malformed`.

    *fields* and *files* are numbers of parts, *field* and *file* bytes of one.
    *headers* is the number of a part's header fields, *header* the bytes of one.
    """

    fields: int
    field: int
    files: int
    file: int
    headers: int = 16
    header: int = 8 * 1024


@attrs.frozen(kw_only=True)
class FormPart:
    """
    Hold one part of a form: a field, or a file where *file_name* is not None.
    """

    name: str
    data: bytes = attrs.field(repr=False)
    file_name: str | None = None
    media_type: str = ""
    charset: str = ""
    content_id: str = ""

    def text(self, charset: str = "") -> str:
        """
        Return the field's text; *charset* is that of the form, where it has one.
        """
        return clean(decode(self.data, self.charset or charset))


def read_parts(
    body: bytes, content_type: str | None, *, limits: PartLimits
) -> list[FormPart]:
    """
    Return the parts of the multipart *body* in order.

    File inputs that were left empty are no parts.

    Raises:
        Malformed: python-multipart is not installed or it is another multipart
            (``multipart-unsupported``), it is broken or cut (``bad-multipart``),
            or it passes a cap (``too-many-fields``, ``field-too-large``,
            ``too-many-files``, ``file-too-large``).
    """
    try:
        from python_multipart.exceptions import (  # noqa: PLC0415 - an extra
            FormParserError,
        )
        from python_multipart.multipart import (  # noqa: PLC0415 - an extra
            MultipartParser,
        )
    except ImportError:
        raise Malformed(
            "multipart-unsupported", place="content-type", excerpt=EXTRA
        ) from None
    media_type, parameters = parse_parameters(
        (content_type or "").encode("latin-1", "replace")
    )
    boundary = parameters.get("boundary", "").encode("latin-1", "replace")
    if media_type != "multipart/form-data":
        raise Malformed(
            "multipart-unsupported", place="content-type", excerpt=excerpt(media_type)
        )
    if not boundary:
        raise Malformed("bad-multipart", place="boundary")
    reader = _Reader(limits)
    try:
        made = MultipartParser(
            boundary,
            {
                "on_part_begin": reader.begin,
                "on_header_field": reader.header_field,
                "on_header_value": reader.header_value,
                "on_header_end": reader.header_end,
                "on_headers_finished": reader.headers_finished,
                "on_part_data": reader.part_data,
                "on_part_end": reader.end,
                "on_end": reader.finish,
            },
            max_header_count=limits.headers,
            max_header_size=limits.header,
        )
        parser = cast("_Parser", made)
        # It would write a line to the log for every broken body that anybody sends.
        parser.logger = _QUIET
        parser.write(body)
    except FormParserError as error:
        offset = getattr(error, "offset", -1)
        place = f"byte {offset}" if offset >= 0 else "boundary"
        raise Malformed("bad-multipart", place=place) from None
    if not reader.finished:
        raise Malformed("bad-multipart", place="end")
    return reader.parts


class _Quiet:
    """
    Stand in for a logger, and say nothing.
    """

    def __getattr__(self, level: str) -> Callable[..., None]:
        return _say_nothing


def _say_nothing(*_: object, **__: object) -> None:
    """
    Leave it to the outcome to tell what is wrong.
    """


_QUIET = _Quiet()


class _Reader:
    """
    Take what the parser finds, part by part.
    """

    def __init__(self, limits: PartLimits) -> None:
        self.parts: list[FormPart] = []
        self.finished = False
        self._limits = limits
        self._fields = self._files = 0
        self.begin()

    def begin(self) -> None:
        self._headers: dict[bytes, bytes] = {}
        self._name, self._value = b"", b""
        self._pieces: list[bytes] = []
        self._size = 0
        self._is_file = False

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def header_end(self) -> None:
        self._headers.setdefault(self._name.strip().lower(), self._value.strip())
        self._name, self._value = b"", b""

    def headers_finished(self) -> None:
        disposition, parameters = parse_parameters(
            self._headers.get(b"content-disposition", b"")
        )
        if disposition != "form-data":
            raise Malformed("bad-multipart", place="content-disposition")
        self._parameters = parameters
        self._is_file = "filename" in parameters
        if self._is_file:
            self._files += 1
        else:
            self._fields += 1
        if self._files > self._limits.files:
            raise Malformed("too-many-files", place="body")
        if self._fields > self._limits.fields:
            raise Malformed("too-many-fields", place="body")

    def part_data(self, data: bytes, start: int, end: int) -> None:
        self._size += end - start
        if self._size > (self._limits.file if self._is_file else self._limits.field):
            kind = "file" if self._is_file else "field"
            raise Malformed(
                f"{kind}-too-large", place=excerpt(self._parameters.get("name", ""))
            )
        self._pieces.append(data[start:end])

    def end(self) -> None:
        data = b"".join(self._pieces)
        if encoding := self._headers.get(b"content-transfer-encoding"):
            data = transfer_decode(data, encoding)
        file_name = self._parameters.get("filename") if self._is_file else None
        if file_name == "" and not data:
            # Nothing was chosen.
            self._files -= 1
            return
        media_type, parameters = parse_parameters(
            self._headers.get(b"content-type", b"")
        )
        self.parts.append(
            FormPart(
                name=clean(_unescaped(self._parameters.get("name", "")))[:512],
                data=data,
                file_name=None if file_name is None else _file_name(file_name),
                media_type=clean(media_type)[:128],
                charset=codec_of(parameters.get("charset", "")),
                content_id=_content_id(self._headers.get(b"content-id", b"")),
            )
        )

    def finish(self) -> None:
        self.finished = True


def _unescaped(name: str) -> str:
    """
    Return *name* as it was before a browser wrote it (HTML, section 4.10.21.8).
    """
    return name.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")


def _file_name(name: str) -> str:
    return plain_name(_unescaped(name))


def _content_id(value: bytes) -> str:
    return clean(value.decode("latin-1")).strip("<> \t")[:512]


# -- files -----------------------------------------------------------------------


def attachments_of(parts: Iterable[FormPart]) -> tuple[Attachment, ...]:
    """
    Describe the files among *parts*; their locators are ``field:<name>``.

    A second file of one name is ``field:<name>#2``.
    """
    return tuple(
        Attachment(
            name=part.file_name or "file",
            media_type=part.media_type or "application/octet-stream",
            locator=locator,
            size=len(part.data),
            sha256=sha256(part.data).hexdigest(),
        )
        for locator, part in _located(parts)
    )


def file_of(parts: Iterable[FormPart], locator: str) -> bytes | None:
    """
    Return the bytes of the file at *locator*, None if there is none.
    """
    return next(
        (part.data for found, part in _located(parts) if found == locator), None
    )


def _located(parts: Iterable[FormPart]) -> Iterable[tuple[str, FormPart]]:
    seen: dict[str, int] = {}
    for part in parts:
        if part.file_name is not None:
            number = seen[part.name] = seen.get(part.name, 0) + 1
            mark = f"#{number}" if number > 1 else ""
            yield f"field:{part.name}{mark}", part
