"""
The structure of a mail: header fields, parts, and what stands in them.

The parts are slices of the bytes as they came, found by their boundary lines
from the outside in.  So an attachment and an attached message can be had
byte for byte, no part is copied until it is asked for, and the caps on headers,
parts and nesting hold while the structure is found, before anything is decoded.
`email.parser` walks the same mail line by line, decodes and re-joins it, has no
caps, and changes the line ends of binary parts; it is the oracle in the tests.

What is broken is read as far as it goes: a line that is no header among
headers, a missing blank line, a missing or foreign boundary, a cut end.
`Part.defects` says what was found.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

import attrs

from leadflow.channels._mime_values import parse_parameters, transfer_decode
from leadflow.errors import Malformed


__all__ = ("Limits", "Part", "parse")


@attrs.frozen(kw_only=True)
class Limits:
    """
    Bound what a mail may hold; beyond it the mail is `Malformed`.

    *header* and *headers* are bytes of one field and of all fields of a header
    block; *parts* and *depth* count parts and how deep they nest.  Of a text no
    more than *text* bytes are read; the mail is not refused for it.
    """

    header: int = 64 * 1024
    headers: int = 256 * 1024
    parts: int = 1000
    depth: int = 30
    text: int = 4 * 1024 * 1024


@attrs.define(kw_only=True)
class Part:
    """
    Hold one part of a mail: a slice of its bytes with its header fields.

    *number* is the part's place as IMAP counts it: ``1``, ``2.1`` …; empty for
    a multipart that is the whole mail.
    """

    raw: bytes = attrs.field(repr=False)
    number: str
    fields: dict[str, list[bytes]] = attrs.field(repr=False)
    start: int
    end: int
    media_type: str
    parameters: Mapping[str, str]
    children: list[Part] = attrs.field(factory=list)
    defects: list[str] = attrs.field(factory=list)

    def first(self, name: str) -> bytes:
        """
        Return the first field *name* (in lower case), empty if there is none.
        """
        return self.fields[name][0] if name in self.fields else b""

    def all(self, name: str) -> list[bytes]:
        """
        Return all fields *name* (in lower case).
        """
        return self.fields.get(name, [])

    def walk(self) -> list[Part]:
        """
        Return this part and all below it; an attached message is one leaf.
        """
        found: list[Part] = [self]
        for child in self.children:
            found += child.walk()
        return found

    @property
    def body(self) -> bytes:
        """
        Return the bytes of the body as they came.
        """
        return self.raw[self.start : self.end]

    def data(self) -> bytes:
        """
        Return the bytes of the body with the transfer encoding undone.
        """
        encoding = self.first("content-transfer-encoding")
        return transfer_decode(self.body, encoding)

    def disposition(self) -> tuple[str, Mapping[str, str]]:
        """
        Return the disposition in lower case, and its parameters.
        """
        value = self.first("content-disposition")
        return parse_parameters(value) if value else ("", {})


def parse(raw: bytes, limits: Limits) -> Part:
    """
    Return the structure of the mail *raw*.

    Raises:
        Malformed: a cap is passed (``header-too-long``, ``headers-too-long``,
            ``too-many-parts``, ``too-deep``), or there is no header field at
            all (``no-headers``).
    """
    if b"\n" not in raw and b"\r" in raw:
        raw = raw.replace(b"\r", b"\n")
    reader = _Reader(raw, limits)
    lead = _LEAD.match(raw)
    begin = lead.end() if lead else 0
    fields, start, defects = reader.fields(begin, len(raw), whole=True)
    if not fields:
        raise Malformed("no-headers", place="headers", excerpt=_excerpt(raw))
    return reader.part(fields, start, len(raw), defects=defects)


# -- header fields -------------------------------------------------------------

# What may stand before the first field: a byte order mark, empty lines, and the
# line by which an mbox parts its mails.
_LEAD = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:>?From (?!\s*:)[^\n]*\n)?")
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)\n?")
# Bound to the starts of lines: a long line without a colon is looked at once.
_WHOLE_FIELD = re.compile(rb"^(" + _FIELD.pattern + rb")", re.MULTILINE)
_BLANK = re.compile(rb"[ \t]*\r?(?:\n|\Z)")
_BLANK_LINE = re.compile(rb"\n\r?\n")
# Fields that mail programs write: where one follows, the header is not over.
_KNOWN_FIELD = re.compile(
    rb"^(?:from|to|cc|subject|date|sender|message-id|in-reply-to|references|received"
    rb"|return-path|reply-to|mime-version|content-[a-z-]+|delivered-to|x-[\w-]+"
    rb"|dkim-signature|arc-[\w-]+|list-[\w-]+|auto-submitted|precedence|importance"
    rb"|thread-[\w-]+|authentication-results|user-agent)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)


class _Reader:
    """
    Find the structure of one mail, counting against its limits.
    """

    def __init__(self, raw: bytes, limits: Limits) -> None:
        self.raw = raw
        self.limits = limits
        self.parts = 0

    def fields(
        self, begin: int, end: int, *, whole: bool = False
    ) -> tuple[dict[str, list[bytes]], int, list[str]]:
        """
        Return the fields from *begin* on, where the body starts, and defects.
        """
        raw = self.raw
        blank_line = _BLANK_LINE.search(raw, max(begin - 1, 0), end)
        if blank_line and self.limits.headers > blank_line.start() - begin > 0:
            # The usual case: nothing but fields up to an empty line.
            block = raw[begin : blank_line.start() + 1]
            usual = _WHOLE_FIELD.findall(block)
            sizes = [len(whole) for whole, _, _ in usual]
            if sum(sizes) == len(block) and max(sizes) <= self.limits.header:
                return _collected(usual), blank_line.end(), []
        return self._fields_with_care(begin, end, whole=whole)

    def _fields_with_care(
        self, begin: int, end: int, *, whole: bool
    ) -> tuple[dict[str, list[bytes]], int, list[str]]:
        """
        Do the same for a header block that is large or broken.
        """
        raw, pos = self.raw, begin
        name = ""
        found: dict[str, list[bytes]] = {}
        defects: list[str] = []
        values: list[bytes] = []
        last_known = -1
        while pos < end:
            match = _FIELD.match(raw, pos, end)
            if match is None:
                blank = _BLANK.match(raw, pos, end)
                if blank:
                    return found, blank.end(), defects
                if last_known < 0:
                    last_known = self._last_known_field(pos, end)
                if pos > last_known or not (found or whole):
                    if found:
                        defects.append("missing-blank-line")
                    return found, pos, defects
                after = self._line_end(pos, end)
                while raw[after : after + 1] in (b" ", b"\t") and after < end:
                    after = self._line_end(after, end)
                if "junk-in-header" not in defects:
                    defects.append("junk-in-header")
                if values:  # Most likely a continuation that lost its indent.
                    values[-1] += b" " + raw[pos:after].strip()
                    self._check(name, len(values[-1]), after, begin)
                pos = after
                continue
            raw_name, value = match.groups()
            name = raw_name.decode("ascii").lower()
            self._check(name, match.end() - pos, match.end(), begin)
            pos = match.end()
            values = found.setdefault(name, [])
            values.append(value.strip())
        return found, end, defects

    def _line_end(self, pos: int, end: int) -> int:
        at = self.raw.find(b"\n", pos, end)
        return end if at < 0 else at + 1

    def _check(self, name: str, size: int, pos: int, begin: int) -> None:
        """
        Refuse a field of *size* bytes that ends at *pos*, if it passes a cap.
        """
        if size > self.limits.header:
            excerpt = _excerpt(self.raw[pos - size : pos - size + 80])
            raise Malformed(
                "header-too-long", place=f"header:{name[:60]}", excerpt=excerpt
            )
        if pos - begin > self.limits.headers:
            raise Malformed("headers-too-long", place=f"header:{name[:60]}")

    def _last_known_field(self, pos: int, end: int) -> int:
        """
        Return where the last well-known field of this header block stands.
        """
        blank = _BLANK_LINE.search(self.raw, pos, end)
        stop = min(blank.start() if blank else end, pos + self.limits.headers)
        last = 0
        for match in _KNOWN_FIELD.finditer(self.raw, pos, stop):
            last = match.start()
        return last

    def part(
        self,
        fields: dict[str, list[bytes]],
        start: int,
        end: int,
        *,
        number: str = "",
        depth: int = 0,
        defects: list[str],
        default: str = "text/plain",
    ) -> Part:
        """
        Return the part with *fields* and the body from *start* to *end*.
        """
        self.parts += 1
        if self.parts > self.limits.parts:
            raise Malformed("too-many-parts", place=f"part:{number}")
        if depth > self.limits.depth:
            raise Malformed("too-deep", place=f"part:{number}")
        media_type = default
        parameters: Mapping[str, str] = {}
        for value in fields.get("content-type", ()):
            media_type, parameters = parse_parameters(value)
            media_type = media_type.replace(" ", "")
            if media_type.count("/") == 1 and media_type[0] != "/":
                break
            media_type = "text/plain"
        part = Part(
            raw=self.raw,
            number=number,
            fields=fields,
            start=start,
            end=end,
            media_type=media_type,
            parameters=parameters,
            defects=defects,
        )
        if media_type.startswith("multipart/"):
            self.split(part, depth)
        if not part.children and not number:
            part.number = "1"
        return part

    def split(self, part: Part, depth: int) -> None:
        """
        Give the multipart *part* its children.
        """
        boundary = part.parameters.get("boundary", "").encode("latin-1", "replace")
        pieces, closed = _pieces(self.raw, part.start, part.end, boundary.rstrip())
        if not pieces:
            # A lost or foreign boundary: the first line that looks like one.
            found = _SOME_BOUNDARY.search(self.raw, part.start, part.end)
            if found:
                part.defects.append("wrong-boundary")
                pieces, closed = _pieces(
                    self.raw, part.start, part.end, found[1].rstrip()
                )
        if not pieces:
            part.defects.append("no-parts")
            part.media_type = "text/plain"
            return
        if not closed:
            part.defects.append("cut-multipart")
        digest = part.media_type == "multipart/digest"
        default = "message/rfc822" if digest else "text/plain"
        prefix = f"{part.number}." if part.number else ""
        for index, (begin, end) in enumerate(pieces, start=1):
            fields, start, defects = self.fields(begin, end)
            part.children.append(
                self.part(
                    fields,
                    start,
                    end,
                    number=f"{prefix}{index}",
                    depth=depth + 1,
                    defects=defects,
                    default=default,
                )
            )


def _collected(fields: list[tuple[bytes, bytes, bytes]]) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for _, raw_name, value in fields:
        name = _lower_name(raw_name)
        if name in found:
            found[name].append(value.strip())
        else:
            found[name] = [value.strip()]
    return found


@lru_cache(maxsize=512)
def _lower_name(name: bytes) -> str:
    return name.decode("ascii").lower()


_SOME_BOUNDARY = re.compile(
    rb"^--([^\s-][^\r\n]{0,200}|-[^\r\n]{1,200}?)\r?\n"
    rb"(?=content-[a-z-]+:)",
    re.IGNORECASE | re.MULTILINE,
)


def _pieces(
    raw: bytes, start: int, end: int, boundary: bytes
) -> tuple[list[tuple[int, int]], bool]:
    """
    Return the slices between the lines of *boundary*, and whether it was closed.
    """
    pieces: list[tuple[int, int]] = []
    if not boundary:
        return pieces, False
    needle = b"--" + boundary
    pos, opened, closed = start, -1, False
    while (at := raw.find(needle, pos, end)) >= 0:
        after = at + len(needle)
        pos = after
        if at != start and raw[at - 1] != 0x0A:
            continue
        line_end = raw.find(b"\n", after, end)
        if line_end < 0:
            line_end = end
        rest = raw[after:line_end].strip()
        if rest not in (b"", b"--"):
            continue
        if opened >= 0:
            pieces.append((opened, _before_line(raw, opened, at)))
        # Some programs go on after the closing line; those parts count too.
        closed = rest == b"--"
        opened = -1 if closed else min(line_end + 1, end)
        pos = line_end
    if opened >= 0:
        pieces.append((opened, end))
    return pieces, closed


def _before_line(raw: bytes, opened: int, at: int) -> int:
    """
    Return *at* less the line end that belongs to the boundary line there.
    """
    if at > opened and raw[at - 1] == 0x0A:
        at -= 1
        if at > opened and raw[at - 1] == 0x0D:
            at -= 1
    return at


def _excerpt(raw: bytes) -> str:
    text = raw[:80].decode("ascii", "replace")
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
