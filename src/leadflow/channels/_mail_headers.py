"""
What header fields of a mail say: text, addresses, message ids, dates.

Every reader takes the raw bytes of a field and answers something for any bytes.
Encoded words (RFC 2047) of one charset that follow each other are joined before
they are decoded, because programs cut them in the middle of a character.
Addresses are taken apart before their names are decoded, as RFC 2047 wants, and
the shapes that break RFC 5322 and yet are sent are read for what they mean:
``Name <addr>``, ``addr (Name)``, ``Name addr``, groups, empty brackets.
"""

from __future__ import annotations

import binascii
import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

import attrs

from leadflow.channels._charsets import codec_of, decode, tidy


__all__ = ("Mailbox", "addresses", "instant", "message_ids", "text_of")


@attrs.frozen
class Mailbox:
    """
    Hold one address of a header field with the name that stands beside it.
    """

    name: str
    address: str


# -- text ----------------------------------------------------------------------

_WORD = re.compile(rb"=\?([^?\s]{1,60})\?([bBqQ])\?(.*?)(?:\?=|\Z)", re.DOTALL)
_SPACES = re.compile(r"\s+")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")


def text_of(value: bytes, preferred: tuple[str, ...] = ()) -> str:
    """
    Return the text of the field *value*, decoded and with runs of space folded.

    *preferred* are the charsets to think of first where raw 8-bit text stands.
    """
    if b"=?" in value:
        text = _decoded_words(value, preferred)
    elif value.isascii() and b"\x1b" not in value:
        text = value.decode("ascii")
    else:
        text = decode(value, "", preferred)
    if not text.isprintable():
        text = tidy(_SPACES.sub(" ", text))
    return " ".join(text.split())


def _decoded_words(value: bytes, preferred: tuple[str, ...]) -> str:
    out: list[str] = []
    charset, pending = "", b""
    pos = 0
    for match in _WORD.finditer(value):
        between = value[pos : match.start()]
        label = match[1].decode("latin-1").partition("*")[0].lower()
        if pending and (between.strip() or codec_of(label) != codec_of(charset)):
            out.append(decode(pending, charset, preferred))
            pending = b""
        if between.strip() or not (out or pending):
            out.append(decode(between, "", preferred))
        charset = label
        pending += _word_bytes(match[2], match[3])
        pos = match.end()
    if pending:
        out.append(decode(pending, charset, preferred))
    out.append(decode(value[pos:], "", preferred))
    return "".join(out)


def _word_bytes(encoding: bytes, content: bytes) -> bytes:
    if encoding in b"qQ":
        return binascii.a2b_qp(content, header=True)
    kept = _NOT_BASE64.sub(b"", content)
    kept = kept[: len(kept) - (len(kept) % 4 == 1)]
    return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


# -- addresses -----------------------------------------------------------------

# The lengths are bounded so that an unclosed quote is not looked for from every
# other quote to the end.
_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.){0,300}"|\((?:[^()\\]|\\.){0,300}\)|<[^<>]{0,1000}>'
    r'|[,;:]|[^"(<,;:]+|.',
    re.DOTALL,
)
_SIMPLE = re.compile(
    r'\s*"?([^"<>,;:()@\\=]*)"?\s*<([^<>\s,;:()"@]+@[^<>\s,;:()"@]+)>\s*\Z'
)
_BARE = re.compile(r"[^\s<>,;:()\"]{1,128}@[^\s<>,;:()\"]+")
_USUAL = 320
_COMMENT = re.compile(r"\([^()]*\)")
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)


def addresses(value: bytes, preferred: tuple[str, ...] = ()) -> list[Mailbox]:
    """
    Return the mailboxes of an address field, in order, those in groups too.

    A mailbox without anything like an address is left out.
    """
    text = value.decode("latin-1")
    if len(text) <= _USUAL and text.isascii() and text.isprintable():
        if _BARE.fullmatch(text):
            return [Mailbox("", text)]
        simple = _SIMPLE.match(text)
        if simple:
            name, address = " ".join(simple[1].split()).strip("'"), simple[2]
            return [Mailbox(name, address)]
    found: list[Mailbox] = []
    pieces: list[str] = []
    named = False
    for piece in _TOKEN.findall(text):
        if piece in (",", ";"):
            _take(pieces, found, preferred)
            pieces, named = [], False
        elif piece == ":" and not named:
            pieces = []  # What stood before was the name of a group.
        else:
            pieces.append(piece)
            named = named or "@" in piece
    _take(pieces, found, preferred)
    return found


def _take(pieces: list[str], found: list[Mailbox], preferred: tuple[str, ...]) -> None:
    """
    Add the mailbox that *pieces* stand for, if they do, to *found*.
    """
    words: list[str] = []
    comments: list[str] = []
    address = ""
    for piece in pieces:
        if piece[0] == "<" and piece[-1] == ">":
            inner = "".join(_COMMENT.sub("", piece[1:-1]).split())
            inner = inner.removeprefix("mailto:").rpartition(":")[2] or inner
            address = inner if "@" in inner or not address else address
        elif piece[0] == "(" and piece[-1] == ")" and len(piece) > 1:
            comments.append(piece[1:-1])
        else:
            words.append(piece)
    name = "".join(words)
    if "@" not in address:
        name, address = _bare_address(words) or (name, "")
    if not address and "=?" in name:
        whole = text_of(name.encode("latin-1"), preferred)
        bare = _BARE.search(whole.replace("<", " ").replace(">", " "))
        if bare:
            address = bare[0]
            rest = whole.replace(address, " ").replace("<", " ").replace(">", " ")
            found.append(Mailbox(" ".join(rest.split()).strip('" '), address))
            return
    if not address:
        return
    shown = _unquoted(name) or _unquoted(" ".join(comments))
    shown = text_of(shown.encode("latin-1"), preferred).strip("\"' ")
    if not address.isascii():
        address = decode(address.encode("latin-1"), "", preferred)
    found.append(Mailbox("" if shown == address else shown, tidy(address)))


def _bare_address(words: list[str]) -> tuple[str, str] | None:
    """
    Return name and address of a mailbox that has no angle brackets.
    """
    for index, word in enumerate(words):
        if word[0] == '"' and len(word) > 1 and index + 1 < len(words):
            after = words[index + 1]
            domain = after.split()[0] if after.split() else ""
            if after[0] == "@" and len(domain) > 1:
                rest = [*words[:index], after[len(domain) :], *words[index + 2 :]]
                return "".join(rest), word + domain
    text = "".join(words)
    bare = _BARE.search(text)
    if bare is None:
        return None
    return f"{text[: bare.start()]} {text[bare.end() :]}", bare[0]


def _unquoted(text: str) -> str:
    text = text.strip()
    if '"' in text:
        text = _QUOTED_PAIR.sub(r"\1", text.replace('"', "", 1).removesuffix('"'))
    return text


# -- message ids ---------------------------------------------------------------

_ID = re.compile(r"<([^<>]{1,1000})>")
_LONE_ID = re.compile(rb"<[!-;=?-~]{1,1000}>")
_MOST_IDS = 100


def message_ids(value: bytes) -> list[str]:
    """
    Return the ids in a field without their brackets, case kept, in order.

    Of very many the first and the last are kept: the root and the nearest.
    """
    if not value:
        return []
    if _LONE_ID.fullmatch(value):
        return [value[1:-1].decode("ascii")]
    text = tidy(value.decode("latin-1"))
    if "(" in text:
        text = _COMMENT.sub("", text)
    found = ["".join(inner.split()) for inner in _ID.findall(text)]
    if not found:
        found = [word.strip("<>,;\"'") for word in text.split() if "@" in word]
    found = list(dict.fromkeys(filter(None, found)))
    if len(found) > _MOST_IDS:
        found = [found[0], *found[1 - _MOST_IDS :]]
    return found


# -- dates ---------------------------------------------------------------------

_MONTHS = (
    *(b"jan", b"feb", b"mar", b"apr", b"may", b"jun"),
    *(b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"),
)
_USUAL_DATE = re.compile(
    rb"\s*(?:[a-z]{3},)?\s*(\d{1,2})\s+(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    rb"\s+(\d{4})\s+(\d\d):(\d\d)(?::(\d\d))?\s+([+-])(\d\d)([0-5]\d)(?!\d)",
    re.IGNORECASE,
)


def instant(value: bytes) -> datetime | None:
    """
    Return the instant that a date field tells, in UTC, or None for garble.

    A missing zone and ``-0000`` (zone unknown) are taken as UTC (RFC 5322 3.3).
    """
    if not value:
        return None
    match = _USUAL_DATE.match(value)
    if match:
        day, month, year, hour, minute, second, sign, hours, minutes = match.groups()
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        try:
            told = datetime(
                int(year),
                _MONTHS.index(month.lower()) + 1,
                int(day),
                int(hour),
                int(minute),
                min(int(second or 0), 59),
                tzinfo=UTC,
            )
            return told + offset if sign == b"-" else told - offset
        except (ValueError, OverflowError):
            return None
    text = value.decode("latin-1")[:200]
    if "(" in text:
        text = _COMMENT.sub(" ", text)
    try:
        fields = parsedate_tz(text)
        if fields is None:
            return None
        zone = timezone(timedelta(seconds=fields[9] or 0))
        return datetime(*fields[:6], tzinfo=zone).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
