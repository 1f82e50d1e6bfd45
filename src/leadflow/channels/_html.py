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
    r"(/)?([a-zA-Z][a-zA-Z0-9:_-]*)"
    # Values in quotes may hold a bracket; a quote that is never closed may not.
    r"([^<>\"']*(?:\"[^\"<]*\"[^<>\"']*|'[^'<]*'[^<>\"']*)*|[^<>]*)>"
    r"|(!--)"
    r"|[!?/][^<>]*>"
    r")"
)

# Tags that only change how letters look go in one pass, the most of all there are.
_INLINE = re.compile(
    r"</?(?:a|b|big|em|font|i|img|small|span|strong|sub|sup|u|o:p|st1:[a-z]+)(?:>|\s"
    r"[^<>\"']*(?:\"[^\"<>]*\"[^<>\"']*)*>)",
    re.IGNORECASE,
)

_LINE_NAMES = (
    "address article aside center dd div dl dt fieldset figcaption figure footer form"
    " header hr li main nav ol pre section table tbody tfoot thead tr ul blockquote"
    " body html"
)
_LINE = frozenset(_LINE_NAMES.split())
_PARAGRAPH = frozenset(
    ("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote")
)
_CELLS = frozenset(("td", "th"))
_BREAKING = _LINE | _PARAGRAPH | _CELLS | {"br"}
_HIDDEN = frozenset(
    ("style", "script", "head", "title", "noscript", "template", "svg", "object")
)


def html_to_text(html: str) -> str:
    """
    Return the text that a reader of *html* sees, lines parted by newlines.
    """
    return _Writer(_INLINE.sub("", html)).text()


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
        """
        Return the text of the whole.
        """
        html, pos = self.html, 0
        for match in _TAG.finditer(html):
            start = match.start()
            if start < pos:
                continue  # Inside of what was skipped.
            if start > pos:
                self.words(html[pos:start])
            pos = match.end()
            closing, name, rest, comment = match.groups()
            if name is not None:
                name = name.lower()
                if name in _BREAKING:
                    self.breaking(name, opens=not closing)
                elif name in _HIDDEN and not closing and rest[-1:] != "/":
                    pos = self.skip_hidden(name, pos)
            elif comment:
                pos = self.skip_comment(pos)
        self.words(html[pos:])
        self.break_line()
        return "\n".join(self.lines).strip("\n")

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

    def breaking(self, name: str, *, opens: bool) -> None:
        """
        End the line where the element *name* starts or ends.
        """
        if name == "br":
            if opens:
                self.break_line(keep=True)
        elif name in _CELLS:
            if opens and self.line:
                self.line.append(" ")
        else:
            self.break_line(gap=name in _PARAGRAPH)
            if name == "li":
                if opens:
                    self.line.append("- ")
            elif name == "blockquote":
                self.quote = min(max(self.quote + (1 if opens else -1), 0), 50)
            elif name == "pre":
                step = 1 if opens else -1
                self.preformatted = max(self.preformatted + step, 0)

    def words(self, text: str) -> None:
        if self.preformatted and "\n" in text:
            first, *more = text.split("\n")
            self.line.append(first)
            for line in more:
                self.break_line(keep=True)
                self.line.append(line)
        else:
            self.line.append(text)

    def break_line(self, *, keep: bool = False, gap: bool = False) -> None:
        """
        End the line; an empty one is written only if *keep* says that it counts.
        """
        text = "".join(self.line)
        if "&" in text:
            text = unescape(text)
        text = text.rstrip() if self.preformatted else " ".join(text.split())
        self.line.clear()
        if text or keep:
            if self.gap and self.lines and self.lines[-1].strip("> "):
                self.lines.append(">" * min(self.quote, self.last_quote))
            self.gap = False
            self.last_quote = self.quote
            self.lines.append((self.prefix() + text).rstrip())
        self.gap = self.gap or gap

    def prefix(self) -> str:
        return ">" * self.quote + " " if self.quote else ""
