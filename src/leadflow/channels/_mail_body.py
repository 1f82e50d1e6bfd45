"""
What a mail says, and what is attached to it.

The text is that of the plain parts, or of the HTML parts made into text where
no plain one says anything.  Everything else is described as an attachment: each
leaf with a file name or sent as an attachment, each leaf that is no text, and
the uuencoded blocks inside a text.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING

import attrs

from leadflow.channels._charsets import decode, tidy
from leadflow.channels._html import html_to_text
from leadflow.channels._mime_values import uu_decode
from leadflow.values import Attachment


if TYPE_CHECKING:
    from leadflow.channels._mime import Part


__all__ = ("Body", "part_bytes", "read_body")


@attrs.frozen
class Body:
    """
    Hold the text of a mail, lines parted by newlines, and its described attachments.
    """

    text: str
    attachments: tuple[Attachment, ...]


def read_body(
    mail: Part, preferred: tuple[str, ...] = (), *, most: int = 4 * 1024 * 1024
) -> Body:
    """
    Return the text and the attachments of *mail*.

    *preferred* are the charsets to think of first where a label is missing, *most*
    the bytes of a text that are read.
    """
    shown = _shown(mail)
    if not shown:
        # A lone text with a file name is the message itself.
        named = [part for part in mail.walk() if _is_text(part)]
        shown = [part for part in named if part.disposition()[0] != "attachment"][:1]
    found: list[Attachment] = []
    texts: list[str] = []
    pages: list[bytes] = []
    for part in mail.walk():
        if part.children:
            continue
        data = part.data()
        page = part.media_type == "text/html"
        if page:
            pages.append(data)
        if any(part is one for one in shown):
            if b"begin " in data and not page:
                data, blocks = _without_uu(data, part.number)
                found.extend(blocks)
            if len(data) > most:
                part.defects.append("cut-text")
                data = data[:most]
            texts.append(_text(part, data, preferred))
        elif not _is_message_text(part):
            found.append(_described(part, data))
    cited = b"".join(pages) if any(part.inline for part in found) else b""
    attachments = tuple(
        attrs.evolve(one, inline=_is_cited(one, mail, cited)) if one.inline else one
        for one in found
    )
    text = "\n\n".join(filter(None, (text.strip("\n") for text in texts)))
    return Body(text, attachments)


def part_bytes(mail: Part, locator: str) -> bytes | None:
    """
    Return the decoded bytes that *locator* points at, or None.
    """
    place, _, block = locator.removeprefix("part:").partition("#uu")
    if not locator.startswith("part:"):
        return None
    for part in mail.walk():
        if part.number == place and not part.children:
            data = part.data()
            if not block:
                return data
            blocks = _uu_blocks(data)
            index = int(block) if block.isdecimal() and len(block) < 6 else 0
            return uu_decode(blocks[index - 1][2]) if 0 < index <= len(blocks) else None
    return None


# -- which parts are the text --------------------------------------------------

_TEXTS = frozenset(("text/plain", "text/html", "text/enriched", "text/richtext"))


def _is_text(part: Part) -> bool:
    return part.media_type in _TEXTS and not part.children


def _file_name(part: Part) -> str:
    name = part.disposition()[1].get("filename") or part.parameters.get("name", "")
    name = tidy(" ".join(name.split())).replace("\\", "/").rpartition("/")[2]
    return name[-255:]


def _is_message_text(part: Part) -> bool:
    return (
        _is_text(part)
        and part.disposition()[0] != "attachment"
        and not _file_name(part)
    )


def _shown(part: Part) -> list[Part]:
    """
    Return the parts whose text a reader of *part* would see.
    """
    if not part.children:
        return [part] if _is_message_text(part) else []
    if part.media_type == "multipart/alternative":
        choices = [shown for shown in map(_shown, part.children) if shown]
        for wanted in ("text/plain", "text/enriched", "text/richtext", "text/html"):
            for shown in choices:
                if shown[0].media_type == wanted and any(map(_says, shown)):
                    return shown
        return choices[0] if choices else []
    return [shown for child in part.children for shown in _shown(child)]


def _says(part: Part) -> bool:
    return bool(part.body.strip())


def _text(part: Part, data: bytes, preferred: tuple[str, ...]) -> str:
    text = decode(data, part.parameters.get("charset", ""), preferred)
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    if part.media_type == "text/html":
        text = html_to_text(text)
    elif part.parameters.get("format", "").lower() == "flowed":
        text = _unflowed(text, part.parameters.get("delsp", "").lower() == "yes")
    return tidy(text)


def _unflowed(text: str, delsp: bool) -> str:
    """
    Join the lines that format=flowed broke (RFC 3676).
    """
    out: list[list[str]] = []
    open_depth = -1
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        flows = content.endswith(" ") and content != "-- "
        if flows and delsp:
            content = content[:-1]
        if depth == open_depth and content != "-- ":
            out[-1].append(content)
        else:
            out.append([">" * depth + (" " if depth and content else ""), content])
        open_depth = depth if flows else -1
    return "\n".join(map("".join, out))


# -- attachments ---------------------------------------------------------------


def _described(part: Part, data: bytes) -> Attachment:
    """
    Describe *part*; ``inline`` is set where it has an id that HTML could cite.
    """
    return Attachment(
        name=_file_name(part),
        media_type=part.media_type,
        locator=f"part:{part.number}",
        size=len(data),
        sha256=sha256(data).hexdigest(),
        inline=bool(part.first("content-id")),
    )


def _is_cited(one: Attachment, mail: Part, pages: bytes) -> bool:
    for part in mail.walk():
        if f"part:{part.number}" == one.locator:
            mark = part.first("content-id").strip(b"<> \t\r\n")
            return bool(mark) and b"cid:" + mark in pages
    return False


_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,255})\r?\n", re.MULTILINE)
_UU_END = re.compile(rb"^end[ \t]*\r?$", re.MULTILINE)
_UU_LINE = re.compile(rb"[!-`][ -`]{1,90}\r?\n")


def _uu_blocks(data: bytes) -> list[tuple[int, int, bytes, bytes]]:
    """
    Return start, end, lines and name of each uuencoded block in *data*.
    """
    blocks: list[tuple[int, int, bytes, bytes]] = []
    pos = 0
    while (begin := _UU_BEGIN.search(data, pos)) is not None:
        pos = begin.end()
        if _UU_LINE.match(data, pos) is None:
            continue  # Somebody writes of how things begin.
        end = _UU_END.search(data, pos)
        stop = end.end() if end else len(data)
        blocks.append((begin.start(), stop, data[pos:stop], begin[1]))
        pos = stop
    return blocks


def _without_uu(data: bytes, number: str) -> tuple[bytes, list[Attachment]]:
    """
    Return *data* less its uuencoded blocks, and these as attachments.
    """
    found: list[Attachment] = []
    kept: list[bytes] = []
    pos = 0
    for index, (start, end, lines, name) in enumerate(_uu_blocks(data), start=1):
        content = uu_decode(lines)
        kept.append(data[pos:start])
        pos = end
        found.append(
            Attachment(
                name=tidy(decode(name.strip())),
                media_type="application/octet-stream",
                locator=f"part:{number}#uu{index}",
                size=len(content),
                sha256=sha256(content).hexdigest(),
            )
        )
    kept.append(data[pos:])
    return b"".join(kept), found
