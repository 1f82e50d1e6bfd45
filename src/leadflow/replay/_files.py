"""
Files of deliveries, opened twice: to find what stands where, and to read it.

When something came in:

* a line of a ``.jsonl`` says so in ``received_at``;
* a letter in an mbox by the first line of its own, ``From <sender> <date>``, read
  as UTC unless it names a zone;
* any other letter by its topmost ``Received`` field, else by its ``Date``; one
  that says neither is taken for as old as can be (`UNDATED`).
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal, cast

import attrs

from leadflow.channels._mail_headers import instant
from leadflow.channels.protocol import Delivery
from leadflow.values import aware_utc


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


__all__ = ("UNDATED", "FileForm", "Kept", "Pile", "Spoilt")

FileForm = Literal["eml", "mbox", "jsonl"]

UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
"""When letters are taken to have come in that say nothing of it."""

_FORMS: Mapping[str, FileForm] = {
    ".eml": "eml",
    ".mbox": "mbox",
    ".mbx": "mbox",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
_HEAD = 256 * 1024
_HEAD_LINES = 1000
_LONGEST_LINE = 64 * 1024 * 1024


@attrs.frozen(kw_only=True)
class Kept:
    """
    Hold one delivery that stands in a file.

    *place* tells people where (``week.jsonl, line 12``), *channel* is the one
    that the line names, empty for letters.  *read* counts the bytes of the pile
    that were read up to here.
    """

    place: str
    delivery: Delivery
    channel: str = ""
    read: int = 0


@attrs.frozen(kw_only=True)
class Spoilt:
    """
    Tell of something in a file that is no delivery, and why.
    """

    place: str
    problem: str


@attrs.frozen(kw_only=True)
class _Spot:
    """
    Say where a delivery stands, so that the pile can be sorted without its bytes.
    """

    at: datetime
    path: Path
    form: FileForm
    start: int
    length: int
    place: str


class Pile:
    """
    Find the deliveries in the file or folder *path*; iterate to read them.

    A folder is searched through for files of the known endings; a file of any
    other ending is taken for an mbox if it begins like one, else for one letter,
    unless *form* says what it is.  Iteration is in order of arrival, and for
    what arrived at one instant in that of the files' names and places.

    Raises:
        OSError: *path* cannot be read.
    """

    def __init__(self, path: str | Path, *, form: FileForm | None = None) -> None:
        top = Path(path)
        self._spots: list[_Spot] = []
        self._spoilt: list[Spoilt] = []
        self.size: int = 0
        if top.is_dir():
            for each in sorted(top.rglob("*")):
                known = _FORMS.get(each.suffix.lower())
                if known is not None and each.is_file():
                    name = each.relative_to(top).as_posix()
                    self._look(each, form or known, name)
        else:
            self._look(top, form or _form_of(top), top.name)
        self._spots.sort(key=lambda spot: spot.at)

    def __len__(self) -> int:
        return len(self._spots)

    @property
    def has_letters(self) -> bool:
        """Tell whether there are letters, which name no channel."""
        return any(spot.form != "jsonl" for spot in self._spots)

    @property
    def spoilt(self) -> tuple[Spoilt, ...]:
        """Return what could not be read, as far as it was read."""
        return tuple(self._spoilt)

    def __iter__(self) -> Iterator[Kept]:
        read = 0
        for spot in self._spots:
            read += spot.length
            with spot.path.open("rb") as file:
                file.seek(spot.start)
                raw = file.read(spot.length)
            yield attrs.evolve(_READERS[spot.form](spot, raw), read=read)

    def _look(self, path: Path, form: FileForm, name: str) -> None:
        try:
            with path.open("rb") as file:
                for found in _FINDERS[form](file, path, name):
                    if isinstance(found, Spoilt):
                        self._spoilt.append(found)
                    else:
                        self._spots.append(found)
                        self.size += found.length
        except OSError as error:
            if not self._spots and not self._spoilt and path.name == name:
                raise
            problem = f"cannot be read: {error.strerror or error}"
            self._spoilt.append(Spoilt(place=name, problem=problem))


def _form_of(path: Path) -> FileForm:
    known = _FORMS.get(path.suffix.lower())
    if known is not None:
        return known
    with path.open("rb") as file:
        return "mbox" if file.read(5) == b"From " else "eml"


# -- letters -----------------------------------------------------------------------

_DATED = re.compile(
    rb"^(received|date):((?:[^\n]|\n[ \t])*)", re.IGNORECASE | re.MULTILINE
)


def _arrived(head: bytes) -> datetime:
    """
    Return when a letter with these fields came in.
    """
    dated: dict[bytes, datetime] = {}
    fields = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    for match in _DATED.finditer(fields.replace(b"\r", b"")):
        name = match[1].lower()
        value = match[2].rpartition(b";")[2] if name == b"received" else match[2]
        at = instant(value)
        if at is not None:
            dated.setdefault(name, at)
    return dated.get(b"received") or dated.get(b"date") or UNDATED


def _find_eml(file: BinaryIO, path: Path, name: str) -> Iterator[_Spot | Spoilt]:
    head = file.read(_HEAD)
    if not head:
        yield Spoilt(place=name, problem="the file is empty")
        return
    yield _Spot(
        at=_arrived(head),
        path=path,
        form="eml",
        start=0,
        length=path.stat().st_size,
        place=name,
    )


_FROM = re.compile(
    rb"From (?P<sender>.*?) ?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) "
    rb"(?P<month>[A-Z][a-z]{2}) +(?P<day>\d{1,2}) (?P<time>\d\d:\d\d(?::\d\d)?)"
    rb"(?P<rest>(?: [A-Z+-][A-Za-z0-9]*)? \d{4}(?: [+-]\d{4})?)\s*"
)


def _posted(line: bytes) -> datetime | None:
    """
    Return the instant in the first line of a letter in an mbox, None without one.
    """
    match = _FROM.fullmatch(line)
    if match is None:
        return None
    words = match["rest"].split()
    year = next(word for word in words if word.isdigit())
    zone = next((word for word in words if not word.isdigit()), b"+0000")
    date = b" ".join((match["day"], match["month"], year, match["time"], zone))
    return instant(date)


def _find_mbox(file: BinaryIO, path: Path, name: str) -> Iterator[_Spot | Spoilt]:
    start = number = offset = 0
    at: datetime | None = None
    head: list[bytes] = []
    was_blank, told = True, False

    def found() -> _Spot:
        return _Spot(
            at=at or _arrived(b"".join(head)),
            path=path,
            form="mbox",
            start=start,
            length=offset - start,
            place=f"{name}, letter {number} (byte {start})",
        )

    for line in _lines(file):
        if was_blank and line.startswith(b"From "):
            if number:
                yield found()
            number += 1
            start, at, head = offset, _posted(line.rstrip(b"\r\n")), []
        elif number:
            if len(head) < _HEAD_LINES:
                head.append(line)
        elif line.strip() and not told:
            told = True
            problem = "no letter of an mbox begins here"
            yield Spoilt(place=f"{name}, byte {offset}", problem=problem)
        was_blank = not line.strip()
        offset += len(line)
    if number:
        yield found()
    elif not offset:
        yield Spoilt(place=name, problem="the file is empty")


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """
    Yield lines of any length in pieces that fit into memory.
    """
    while line := file.readline(_LONGEST_LINE):
        yield line


def _read_eml(spot: _Spot, raw: bytes) -> Kept:
    return Kept(place=spot.place, delivery=Delivery(body=raw, received_at=spot.at))


_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)


def _read_mbox(spot: _Spot, raw: bytes) -> Kept:
    """
    Return a letter without its first line, its quoting and its closing blank line.
    """
    body = _QUOTED.sub(rb"\1", raw.partition(b"\n")[2])
    for end in (b"\r\n", b"\n"):
        if body.endswith(end + end):
            body = body.removesuffix(end)
            break
    return Kept(place=spot.place, delivery=Delivery(body=body, received_at=spot.at))


# -- webhooks ----------------------------------------------------------------------


def _find_jsonl(file: BinaryIO, path: Path, name: str) -> Iterator[_Spot | Spoilt]:
    offset = 0
    for number, line in enumerate(_lines(file), 1):
        place = f"{name}, line {number}"
        if line.strip():
            try:
                kept = _webhook(line, place)
            except ValueError as error:
                yield Spoilt(place=place, problem=str(error))
            else:
                yield _Spot(
                    at=kept.delivery.received_at,
                    path=path,
                    form="jsonl",
                    start=offset,
                    length=len(line),
                    place=place,
                )
        offset += len(line)
    if not offset:
        yield Spoilt(place=name, problem="the file is empty")


def _read_jsonl(spot: _Spot, raw: bytes) -> Kept:
    return _webhook(raw, spot.place)


def _webhook(line: bytes, place: str) -> Kept:
    """
    Return the delivery that a line of a ``.jsonl`` describes.

    Raises:
        ValueError: it describes none; says why.
    """
    try:
        said = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ValueError(f"is not UTF-8 at byte {error.start} of the line") from None
    except (ValueError, RecursionError) as error:
        at = getattr(error, "colno", None)
        where = "" if at is None else f" at character {at}"
        raise ValueError(f"is not JSON{where}") from None
    if not isinstance(said, dict):
        raise ValueError("is not a JSON object")  # noqa: TRY004 - the file's fault
    return Kept(
        place=place,
        channel=_text(said, "channel"),
        delivery=Delivery(
            body=_content(said),
            received_at=_instant(said),
            headers=_headers(said.get("headers")),
            method=_text(said, "method") or "POST",
            url=_text(said, "url"),
        ),
    )


def _text(said: dict[str, object], key: str) -> str:
    value = said.get(key, "")
    if not isinstance(value, str):
        raise ValueError(f"{key!r} is not a text")  # noqa: TRY004 - the file's fault
    return value


def _instant(said: dict[str, object]) -> datetime:
    text = _text(said, "received_at")
    if not text:
        raise ValueError("'received_at' is missing")
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"'received_at' is no ISO 8601 instant: {text[:40]!r}"
        ) from None
    if at.tzinfo is None:
        raise ValueError(f"'received_at' has no zone: {text!r}")
    return aware_utc(at)


def _content(said: dict[str, object]) -> bytes:
    if "body_base64" in said:
        try:
            return base64.b64decode(_text(said, "body_base64"), validate=True)
        except binascii.Error:
            raise ValueError("'body_base64' is not base64") from None
    if "body" not in said:
        raise ValueError("'body' is missing")
    body = said["body"]
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _headers(given: object) -> tuple[tuple[str, str], ...]:
    pairs: list[object]
    if given is None:
        return ()
    if isinstance(given, dict):
        pairs = [list(pair) for pair in given.items()]
    elif isinstance(given, list):
        pairs = given
    else:
        raise ValueError("'headers' is neither an object nor a list of pairs")  # noqa: TRY004 - the file's fault
    for pair in pairs:
        if (
            not isinstance(pair, list)
            or len(pair) != 2
            or not all(isinstance(part, str) for part in pair)
        ):
            raise ValueError("'headers' holds something that is no pair of texts")
    return tuple((name, value) for name, value in cast("list[list[str]]", pairs))


_FINDERS = {"eml": _find_eml, "mbox": _find_mbox, "jsonl": _find_jsonl}
_READERS = {"eml": _read_eml, "mbox": _read_mbox, "jsonl": _read_jsonl}
