"""
What a person newly wrote in a reply: without the quoted mail and the signature.

No library is good enough to lean on, and a classifier cannot be argued with; so
these are rules over lines, with the words of each language as data.

A quote is known by what stands above it: a line such as "On Monday, Ann wrote:"
(a date with an address, or a date or address with a word for writing), a block
of From, Sent and Subject lines, "Original message" between dashes; or by ``>``
before its lines.  What is marked line by line is taken out, and answers that
stand between stay; what is only announced goes to the end of the text.  A
forwarded mail is no quote: it was sent to be read.

A signature starts at ``--``, at the line that a telephone adds, or at a closing
("Best regards") with no more than an address below.  It stays where the text
above it is a single word, which says too little to stand alone.

Whatever is taken, something is left: text that is all quote comes back whole.

Most lines are none of this, and each is asked only what costs nothing: how it
starts, how it ends, what stands before its colon.
"""

from __future__ import annotations

import re

from leadflow.channels import _quote_words as words


__all__ = ("forward_marker", "header_block", "original_subject", "strip_reply")


def strip_reply(text: str) -> str:
    r"""
    Return what *text* newly says, without quotes and signature, never empty.

    Lines are parted by newlines.  Where *text* is nothing but a quote or a
    signature it comes back whole; only space is taken from its ends.

    >>> strip_reply("Yes, please.\n\nOn 2 May 2024, Ann <a@b.c> wrote:\n> Tea?")
    'Yes, please.'
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = _plain(text).split("\n")
    kept = _without_quotes(lines)
    if not _full(kept):
        return text.strip()
    out = "\n".join([line.rstrip() for line in _without_signature(kept)]).strip()
    if "\n\n\n" in out:
        out = _GAPS.sub("\n\n", out)
    return out or text.strip()


_GAPS = re.compile(r"\n{3,}")
_INVISIBLE = {ord(mark): None for mark in "\u00ad\u2060\ufeff"}
_INVISIBLE.update(dict.fromkeys((*range(0x200B, 0x2010), *range(0x202A, 0x202F))))
_INVISIBLE.update(dict.fromkeys(range(0x2066, 0x206A)))
_FIXED_SPACES = "\u00a0\u2007\u202f"
_MARKS = tuple(map(chr, _INVISIBLE))
_LONGEST = 1000
"""A line of more characters is text, never a mark."""


def _plain(text: str) -> str:
    """
    Return *text* without invisible marks, and with plain spaces for fixed ones.
    """
    if text.isascii():
        return text
    for space in _FIXED_SPACES:
        text = text.replace(space, " ")
    for mark in _MARKS:
        if mark in text:
            return text.translate(_INVISIBLE)
    return text


def _full(lines: list[str]) -> bool:
    return any(line.strip() for line in lines)


# -- quotes --------------------------------------------------------------------

_DASHES = "-_=*~—–"
_EDGE = " \t>|" + _DASHES


def _without_quotes(lines: list[str]) -> list[str]:
    """
    Return the lines that are no quote.
    """
    kept: list[str] = []
    count = len(lines)
    ends = _attributions(lines)
    at = 0
    while at < count:
        line = lines[at]
        stripped = line.strip()
        if not stripped or len(line) > _LONGEST:
            kept.append(line)
            at += 1
            continue
        first, last = stripped[0], stripped[-1]
        marks = (
            ":" in stripped or first in _DASHES or last in _DASHES or "：" in stripped
        )
        if marks and _forwards(stripped):
            kept.extend(lines[at:])
            break
        end = ends.get(at, 0)
        if marks and not end:
            end = _announcement(lines, at, stripped)
        if end:
            _drop_rules(kept)
            if not _marked(lines, end):
                if _full(kept):
                    break
                # Nothing of one's own above: what is below is all there is.
                kept.extend(lines[at:end])
            at = end
        elif first == ">":
            at = _after_wrapped(lines, at)
        else:
            kept.append(line)
            at += 1
    return kept


def _announcement(lines: list[str], at: int, stripped: str) -> int:
    """
    Return the line after what announces a quote at line *at*, 0 if nothing does.
    """
    if stripped[0] in _DASHES:
        core = stripped.strip(_EDGE + ":")
        if core.lower() in _ORIGINALS and stripped[-1] in _DASHES + ":":
            return max(header_block(lines, at + 1)[0], at + 1)
        if not core:
            after = _next_full(lines, at + 1)
            return header_block(lines, after)[0] if after - at <= 3 else 0
    return header_block(lines, at)[0]


def _marked(lines: list[str], at: int) -> bool:
    """
    Tell whether the next full line from *at* on is quoted by ``>``.
    """
    after = _next_full(lines, at)
    return after < len(lines) and lines[after].lstrip()[0] == ">"


def _next_full(lines: list[str], at: int) -> int:
    while at < len(lines) and not lines[at].strip():
        at += 1
    return at


def _after_wrapped(lines: list[str], at: int) -> int:
    """
    Return the line after the quoted line *at* and what was wrapped off it.
    """
    if len(lines[at]) >= 60:
        for end in range(at + 1, min(at + 3, len(lines))):
            following = lines[end].lstrip()
            if not following:
                break
            if following[0] == ">":
                return end
    return at + 1


def _drop_rules(kept: list[str]) -> None:
    """
    Take empty lines, rules and header lines off the end of *kept*.
    """
    while kept:
        line = kept[-1]
        if line.strip(_EDGE) and _role(line)[0] not in ("to", "subject", "cc"):
            return
        kept.pop()


# -- "On Monday, Ann wrote:" -----------------------------------------------------

_ALL_WROTE = sorted({word for group in words.WROTE.values() for word in group})
_WROTE_WORD = re.compile(
    rf"(?<!\w)(?:{'|'.join(sorted(_ALL_WROTE, key=len, reverse=True))})(?!\w)"
    rf"|{'|'.join(words.WROTE['ja'] + words.WROTE['ko'] + words.WROTE['zh'])}",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[^\s<>\"'(),:;\[\]]{1,64}@[^\s<>\"'(),:;\[\]]+\w")
_BRACKETED = re.compile(r"[<(\[]\s*(?:mailto:)?[^\s<>()\[\]]+@")
_WHEN = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d(?!\d)|\d{1,2}[:.h]\d\d(?!\d)"
    r"|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2}\s?[時时시])"
)


_MOST_TRIES = 500


def _attributions(lines: list[str]) -> dict[int, int]:
    """
    Return where such lines start, each with the line after it.

    They are found by their ends: a colon, or a word for writing.
    """
    found: dict[int, int] = {}
    tries = _MOST_TRIES
    for index, line in enumerate(lines):
        # Of all words for writing only the English one stands without a colon; a
        # bare date and address count only above lines that are marked.
        if not (":" in line or "wrote" in line or "@" in line or "：" in line):
            continue
        if not line.rstrip(_EDGE).endswith((":", "：", "wrote")) and not (
            "@" in line and line[0] != ">" and _marked(lines, index + 1)
        ):
            continue
        start = _attribution_start(lines, index)
        if start >= 0:
            found.setdefault(start, index + 1)
        tries -= 1
        if not tries:
            break  # A list, and a long one.
    return found


def _attribution_start(lines: list[str], end: int) -> int:
    """
    Return the line at which what ends at line *end* starts, -1 if it is none.
    """
    joined, weak = "", -1
    for start in range(end, max(end - 4, -1), -1):
        piece = lines[start].strip()
        broken_bracket = start == end and piece.startswith(">:")
        if not piece or (piece[0] == ">" and not broken_bracket):
            break
        joined = f"{piece} {joined}" if joined else piece
        if len(joined) > 600:
            break
        grade = _grade(joined, lines, end + 1)
        if grade == 2:
            return start
        if grade == 1 and weak < 0:
            weak = start  # Its date may stand in the line above.
    return weak


def _grade(line: str, lines: list[str], after: int) -> int:
    """
    Return 2 for a dated attribution, 1 for one without a date, 0 for none.
    """
    bare = line.strip(_EDGE)
    ends = bare.endswith((":", "："))
    address = _ADDRESS.search(bare) if "@" in bare else None
    when = _WHEN.search(bare)
    if address and when:
        if (
            len(bare) < 300
            and _BRACKETED.search(line)
            and (ends or _marked(lines, after))
        ):
            return 2
        return 2 if _WROTE_WORD.search(bare) else 0
    if address:
        return 1 if _WROTE_WORD.search(bare) else 0
    if when and (ends or _marked(lines, after)):
        return 2 if _WROTE_WORD.search(bare) else 0
    if ends and len(bare) < 120 and _marked(lines, after):
        return 1 if _WROTE_WORD.search(bare) else 0
    return 0


# -- blocks of From, Sent, Subject -------------------------------------------------

_ROLES = {word: role for role, group in words.ROLES.items() for word in group}
_ORIGINALS = frozenset(words.ORIGINALS)


def _role(line: str) -> tuple[str, str]:
    """
    Return what a line such as ``Sent: Monday`` tells, and its value.
    """
    head, colon, value = line[:_LONGEST].partition(":")
    if not colon:
        head, _, value = line[:_LONGEST].partition("：")
    if len(head) > 40:
        return "", ""
    role = _ROLES.get(head.strip(" \t>*_|").lower(), "")
    return role, value.strip(" \t*_")


def header_block(lines: list[str], at: int) -> tuple[int, dict[str, str]]:
    """
    Return the line after a block of From, Sent … at line *at*, and its values.

    The line is 0 where there is no such block.
    """
    if at >= len(lines) or not _role(lines[at])[0]:
        return 0, {}
    found: dict[str, str] = {}
    end, strange, last = at, 0, ""
    for index in range(at, min(at + 14, len(lines))):
        line = lines[index][:_LONGEST]
        role, value = _role(line)
        if role and role not in found:
            found[role] = value
            end, strange, last = index + 1, 0, role
        elif not line.strip():
            if "from" in found and "subject" in found:
                break
            strange += 1
        elif last and _continues(line, found[last]):
            found[last] += " " + line.strip()
            end = index + 1
        else:
            strange += 1
        if strange > 1:
            break
    named = (
        "from" in found and "date" in found and ("to" in found or "subject" in found)
    )
    mailed = "@" in found.get("from", "") or "@" in found.get("to", "")
    return (end, found) if named and (mailed or "subject" in found) else (0, {})


def _continues(line: str, value: str) -> bool:
    """
    Tell whether *line* goes on with a field whose *value* was broken.
    """
    return line.lstrip().startswith(("<", "[mailto:")) or value.endswith((",", ";"))


# -- forwarded mail --------------------------------------------------------------

_FORWARDED = tuple(words.FORWARDED)


def _forwards(stripped: str) -> bool:
    if stripped[-1] not in ":" + _DASHES or len(stripped) > 200:
        return False
    core = stripped.strip(_EDGE + ":").lower()
    if not core.startswith(_FORWARDED):
        return False
    return stripped[0] in _DASHES or core in _FORWARDED


def forward_marker(line: str) -> bool:
    """
    Tell whether *line* announces a forwarded mail.
    """
    stripped = _plain(line).strip()
    return bool(stripped) and _forwards(stripped)


# -- signatures ----------------------------------------------------------------

_LOWEST = 45
"""Of how many of the last lines a signature can be."""
_DELIMITERS = frozenset(("--", "__", "—", "–", "—-"))
_DEVICE = re.compile(rf"\W{{0,3}}(?:{'|'.join(words.DEVICES)})")
_SIGNING = re.compile(rf"\W{{0,3}}(?:{'|'.join(words.DEVICES + words.CLOSINGS)})")
_CLOSING = re.compile(
    rf"\W{{0,3}}(?:{'|'.join(words.CLOSINGS)})"
    r"\s*(?:[,.!;:—–-]+\s*(?P<name>[^,.!?;:]{1,50})?[,.!]?\s*)?$"
)
_FOOTER = re.compile(
    r"mailing list|unsubscribe|список рассылки|отписаться|mailman|virus-?free|avast"
    r"|проверено на вирусы|checked for viruses|https?://",
    re.IGNORECASE,
)
_POSTSCRIPT = re.compile(
    r"\W{0,2}(?:p\.? ?s\.?|п\.? ?с\.?|з\.? ?ы\.?|пыс)[\s:.,—-]", re.IGNORECASE
)
_LINK = re.compile(r"<[^<>]*>|\([^()]*\)|https?://\S+")
_SAYING = re.compile(r"\w+")


def _without_signature(kept: list[str]) -> list[str]:
    """
    Return *kept* without the signature, unless too little stands above it.
    """
    cut = _signature(kept)
    if cut is None:
        return kept
    above, below = kept[:cut], kept[cut + 1 :]
    said = 0
    for line in above:
        said += len(_SAYING.findall(line))
        if said > 1:
            break
    if said < 2:
        device = not said and _is_device(kept[cut].strip())
        return below if device and _full(below) else kept
    for index, line in enumerate(below):
        if _POSTSCRIPT.match(line):
            return [*above, "", *below[index:]]
    return above


def _signature(kept: list[str]) -> int | None:
    """
    Return the line that the signature starts at, or None.
    """
    for index in range(max(0, len(kept) - _LOWEST), len(kept)):
        stripped = kept[index].strip()
        if not stripped or len(stripped) > 160:
            continue
        if stripped in _DELIMITERS:
            if len(kept) - index <= 40:
                return index
        elif stripped[0] in _DASHES and not stripped.strip(_DASHES):
            near = kept[index + 1 : index + 5]
            if index and any(map(_FOOTER.search, near)) and _short(kept[index + 1 :]):
                return index
        elif _SIGNING.match(stripped.lower()) and (
            _is_device(stripped)
            or (index and _is_closing(stripped) and _short(kept[index + 1 :]))
        ):
            return index
    return None


def _is_device(stripped: str) -> bool:
    if not _DEVICE.match(stripped.lower()):
        return False
    plain = _LINK.sub("", stripped).strip()
    return len(plain) <= 70 and "," not in plain and plain[-1:] not in ("?", ";")


def _is_closing(stripped: str) -> bool:
    if len(stripped) > 100:
        return False
    match = _CLOSING.match(stripped.lower())
    if match is None:
        return False
    # What follows the closing in its line is a name, or the sentence goes on.
    name = stripped[match.start("name") : match.end("name")] if match["name"] else ""
    return all(not word[0].islower() for word in name.split()[:6]) and len(name) < 50


def _short(kept: list[str]) -> bool:
    """
    Tell whether *kept* is no longer than what stands under a letter.
    """
    full = [line for line in kept if line.strip()]
    return len(full) <= 15 and all(len(line) <= 120 for line in full)


# -- subjects ------------------------------------------------------------------

_PREFIX = re.compile(
    rf"\s*(?:{'|'.join(map(re.escape, words.REPLY_PREFIXES))})"
    r"\s*(?:[\[(]\d{1,4}[\])])?\s*[:：]",
    re.IGNORECASE,
)


def original_subject(subject: str) -> str:
    """
    Return *subject* without the marks of replies before it (``Re:``, ``AW:``).
    """
    start = 0
    while match := _PREFIX.match(subject, start):
        start = match.end()
    return subject[start:].strip()
