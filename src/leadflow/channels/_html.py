"""
The text of an HTML mail, without a browser.

One pass over the tags with a pattern that never looks further than the next
``<``, so that the cost grows with the length whatever stands there:
`html.parser` needs 7 seconds for 24 KB of unclosed tags on CPython 3.11, and
the sender picks the bytes.  Blocks become lines, list items get a dash, quoted
blocks get ``>`` as in plain text, so that `leadflow.channels._quotes` finds
them; style, script and head are left out.
"""

from __future__ import annotations

import re
from html import unescape


__all__ = ("html_to_text",)

_TAG = re.compile(
    r"<(?:"
    r"(?P<close>/)?(?P<name>[a-zA-Z][a-zA-Z0-9:_-]*)"
    r"(?P<rest>[^<>\"']*(?:\"[^\"<]*\"[^<>\"']*|'[^'<]*'[^<>\"']*)*)>"
    r"|(?P<comment>!--)"
    r"|[!?/][^<>]*>"
    r")"
)
# A quote that is never closed: read the tag up to the next bracket.
_LOOSE_TAG = re.compile(
    r"<(?P<close>/)?(?P<name>[a-zA-Z][a-zA-Z0-9:_-]*)(?P<rest>[^<>]*)>"
)
_SPACE = re.compile(r"[ \t\r\n\f]+")

_LINE_NAMES = (
    "address article aside center dd div dl dt fieldset figcaption figure footer form"
    " header hr li main nav ol pre section table tbody tfoot thead tr ul blockquote"
    " body html"
)
_LINE = frozenset(_LINE_NAMES.split())
_PARAGRAPH = frozenset(
    ("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote")
)
_HIDDEN = frozenset(
    ("style", "script", "head", "title", "noscript", "template", "svg", "object")
)


def html_to_text(html: str) -> str:
    """
    Return the text that a reader of *html* sees, lines parted by newlines.
    """
    return _Writer(html).text()


class _Writer:
    """
    Collect the lines of one HTML text.
    """

    def __init__(self, html: str) -> None:
        self.html = html
        self.lines: list[str] = []
        self.line: list[str] = []
        self.gap = False
        self.quote = 0
        self.last_quote = 0
        self.preformatted = 0
        self.no_comment_end = False
        self.no_end: set[str] = set()

    def text(self) -> str:
        html = self.html
        pos, end = 0, len(html)
        while pos < end:
            at = html.find("<", pos)
            if at < 0:
                self.words(html[pos:])
                break
            if at > pos:
                self.words(html[pos:at])
            pos = self.tag(at)
        self.break_line()
        return "\n".join(self.lines).strip("\n")

    def tag(self, at: int) -> int:
        """
        Take the tag at *at* and return where the text goes on.
        """
        html = self.html
        match = _TAG.match(html, at) or _LOOSE_TAG.match(html, at)
        if match is None:
            self.words("<")
            return at + 1
        groups = match.groupdict()
        if groups.get("comment"):
            return self.skip_comment(match.end())
        name = (groups.get("name") or "").lower()
        if not name:
            return match.end()
        if groups["close"]:
            self.close(name)
        elif name in _HIDDEN and not groups["rest"].endswith("/"):
            return self.skip_hidden(name, match.end())
        else:
            self.open(name)
        return match.end()

    def skip_comment(self, pos: int) -> int:
        if self.no_comment_end:
            return pos
        end = self.html.find("-->", pos)
        if end < 0:
            self.no_comment_end = True
            return pos
        return end + 3

    def skip_hidden(self, name: str, pos: int) -> int:
        """
        Return where the element *name* ends; one that never ends is shown.
        """
        if name in self.no_end:
            return pos
        end = re.compile(f"</{name}[^<>]*>", re.IGNORECASE).search(self.html, pos)
        if end is None:
            self.no_end.add(name)
            return pos
        return end.end()

    def open(self, name: str) -> None:
        if name == "br":
            self.break_line(keep=True)
        elif name in _LINE or name in _PARAGRAPH:
            self.break_line(gap=name in _PARAGRAPH)
            if name == "li":
                self.line.append("- ")
            elif name == "blockquote":
                self.quote = min(self.quote + 1, 50)
            elif name == "pre":
                self.preformatted += 1
        elif name in ("td", "th") and self.line:
            self.line.append(" ")

    def close(self, name: str) -> None:
        if name in _LINE or name in _PARAGRAPH:
            self.break_line(gap=name in _PARAGRAPH)
            if name == "blockquote":
                self.quote = max(self.quote - 1, 0)
            elif name == "pre":
                self.preformatted = max(self.preformatted - 1, 0)

    def words(self, text: str) -> None:
        if "&" in text:
            text = unescape(text)
        if self.preformatted:
            first, *more = text.split("\n")
            self.line.append(first)
            for line in more:
                self.break_line(keep=True)
                self.line.append(line)
            return
        text = _SPACE.sub(" ", text)
        if text == " " and not self.line:
            return
        self.line.append(text)

    def break_line(self, *, keep: bool = False, gap: bool = False) -> None:
        """
        End the line; an empty one is written only if *keep* says that it counts.
        """
        text = "".join(self.line).replace("\xa0", " ")
        text = text.rstrip() if self.preformatted else " ".join(text.split(" ")).strip()
        self.line = []
        if text or keep:
            if self.gap and self.lines and self.lines[-1].strip("> "):
                self.lines.append(">" * min(self.quote, self.last_quote))
            self.gap = False
            self.last_quote = self.quote
            self.lines.append((self.prefix() + text).rstrip())
        self.gap = self.gap or gap

    def prefix(self) -> str:
        return ">" * self.quote + " " if self.quote else ""
