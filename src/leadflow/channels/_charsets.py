"""
Bytes to text when the label lies.

A label is tried under the names that programs use in fact (``gb2312`` for what
is GB 18030, ``iso-8859-1`` for what is Windows-1252).  What it cannot explain is
read as UTF-8, then by the account's own preferences, then by a guess from how
letters stand: each candidate reading is scored by whether its letters are
common ones, in words, in plausible case.  Reading never fails; what no charset
explains keeps its place as U+FFFD.

Only charsets of text are known.  A label is foreign data, and some names that
Python answers to (``zlib``, ``punycode``, ``unicode_escape``) do other work.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache


__all__ = ("codec_of", "decode", "tidy")

_ALIASES = {
    "8bit": "",
    "ansi_x3.4-1968": "cp1252",
    "ascii": "cp1252",
    "big5": "big5hkscs",
    "chinesebig5": "big5hkscs",
    "cp-1251": "cp1251",
    "cp65001": "utf-8",
    "euc-cn": "gb18030",
    "euc-kr": "cp949",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-8859-1": "cp1252",
    "iso-8859-11": "cp874",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-9": "cp1254",
    "iso-gb2312": "gb18030",
    "iso8859-1": "cp1252",
    "koi": "koi8-r",
    "koi-8": "koi8-r",
    "koi8": "koi8-r",
    "koi8r": "koi8-r",
    "koi8u": "koi8-u",
    "ks_c_5601": "cp949",
    "ks_c_5601-1987": "cp949",
    "latin1": "cp1252",
    "none": "",
    "shift-jis": "cp932",
    "shift_jis": "cp932",
    "sjis": "cp932",
    "tis-620": "cp874",
    "unicode": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "us-ascii": "cp1252",
    "utf": "utf-8",
    "utf-8-sig": "utf-8",
    "utf8mb4": "utf-8",
    "win-1251": "cp1251",
    "win1251": "cp1251",
    "windows1251": "cp1251",
    "windows1252": "cp1252",
    "x-cp1251": "cp1251",
    "x-euc-jp": "euc_jp",
    "x-gbk": "gb18030",
    "x-mac-cyrillic": "mac-cyrillic",
    "x-sjis": "cp932",
    "x-unicode-2-0-utf-7": "utf-7",
    "x-windows-949": "cp949",
}

_NAMES = (
    "utf-8 utf-7 utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be"
    " cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258"
    " cp437 cp737 cp775 cp850 cp852 cp855 cp857 cp858 cp860 cp861 cp862 cp863"
    " cp864 cp865 cp866 cp869 cp874 cp932 cp949 cp950 cp1125 koi8-r koi8-u koi8-t"
    " iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8"
    " iso8859-9 iso8859-10 iso8859-13 iso8859-14 iso8859-15 iso8859-16"
    " mac-cyrillic mac-roman mac-greek mac-turkish mac-latin2 mac-iceland"
    " gb18030 gb2312 gbk hz big5 big5hkscs euc_jp euc_jis_2004 euc_kr johab"
    " iso2022_jp iso2022_jp_1 iso2022_jp_2 iso2022_jp_3 iso2022_jp_ext iso2022_kr"
    " shift_jis shift_jis_2004 ptcp154 kz1048"
)
_TEXT_CODECS = frozenset(_NAMES.split())
"""Canonical names, as `codecs.lookup` gives them."""

# Their texts are ASCII bytes, so plain ASCII says nothing against them.
_ESCAPING = (
    "utf-7 hz iso2022_jp iso2022_jp_1 iso2022_jp_2 iso2022_jp_3 iso2022_jp_ext"
    " iso2022_kr utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be"
)
_SEVEN_BIT = frozenset(_ESCAPING.split())
# Few of their byte pairs are also UTF-8, but those few are common words.
_PAIRING = (
    "gb18030 gb2312 gbk big5 big5hkscs cp932 cp949 cp950 euc_jp euc_kr johab"
    " euc_jis_2004 shift_jis shift_jis_2004"
)
_EAST_ASIAN = frozenset(_PAIRING.split())

_GUESSES = (
    *("cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic"),
    *("cp1252", "cp1250", "cp1254", "cp1253", "cp1255", "cp1256"),
    *("gb18030", "cp932", "euc_jp", "cp949", "big5hkscs"),
)
_HANGUL = re.compile("[\uac00-\ud7a3]")
_IDEOGRAPH = re.compile("[\u4e00-\u9fff]")
_JAPANESE = frozenset(("cp932", "euc_jp", "iso2022_jp_ext", "utf-8"))
_KANA = re.compile("[\u3040-\u30ff]")
_SAMPLE = 64 * 1024
_WORDS = 40
_MANY = 20
_SURE = 0.7
"""A score that ends the search, where there are letters enough to trust it."""
_PLAIN = bytes(range(128))
# With bounds, so that bytes without any space do not make one word; a trail byte
# of East Asian charsets may be plain ASCII.
_FOREIGN_WORD = re.compile(rb"[!-~]{0,40}[\x80-\xff][^\s]{0,80}")

_COMMON = {
    letter: 1.0 - index * 0.026
    for index, letter in enumerate("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъёіїєґ")
}
_TYPOGRAPHY = frozenset("«»„“”‘’–—…•·№€£°©®™§¿¡ªº\xa0")
_RUSSIAN = frozenset("«»–—№\xa0")
_LATIN = frozenset("àáâãäåæçèéêëìíîïñòóôõöøùúûüýßœšžąćęłńśźżčďěňřťůžőűşğı")
_LATIN_WORDS = frozenset("àáâéèêíóòôúùý")
_VOWELS = frozenset("аеёиоуыэюяіїє")
_RUN = re.compile(r"[^\W\d_]+")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@lru_cache(maxsize=256)
def codec_of(label: str) -> str:
    """
    Return Python's name for the charset *label*, empty if it is none of text.
    """
    name = label.strip(" \t\r\n\"'").lower().partition("*")[0]
    name = _ALIASES.get(name, name)
    if not name or len(name) > 40 or not name.isascii():
        return ""
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""
    found = _ALIASES.get(found, found)
    return found if found in _TEXT_CODECS else ""


def decode(data: bytes, label: str = "", preferred: tuple[str, ...] = ()) -> str:
    """
    Return the text of *data*, labelled *label*, by the theory of this module.

    *preferred* are charsets that this account's correspondents are likely to
    use, best first.
    """
    codec = codec_of(label)
    if data.isascii() and codec not in _SEVEN_BIT:
        if b"\x1b$" in data or b"\x1b(" in data:
            return _strictly(data, "iso2022_jp_ext") or data.decode("ascii")
        return data.decode("ascii")
    if codec in _EAST_ASIAN or codec in _SEVEN_BIT:
        text = _strictly(data, codec)
        if text is not None:
            return text
    text = _strictly(data, "utf-8")
    if text is not None:
        return text
    if codec and codec not in ("cp1252", "utf-8"):
        text = _strictly(data, codec)
        if text is not None:
            return text
    if codec == "utf-8" and _nearly_utf8(data):
        return data.decode("utf-8", "replace")
    favourites = tuple(filter(None, map(codec_of, preferred)))
    if codec == "cp1252":
        favourites = (*favourites, "cp1252")
    found = _guess(data, favourites)
    if found:
        return data.decode(found, "replace")
    return data.decode(codec or "cp1252", "replace")


def tidy(text: str) -> str:
    """
    Return *text* without what no store takes: NUL, other controls, half pairs.
    """
    return text if text.isprintable() else _UNPRINTABLE.sub("", text)


def _strictly(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, LookupError):
        return None


def _nearly_utf8(data: bytes) -> bool:
    """
    Tell whether *data* is UTF-8 that was cut or damaged in a few places.
    """
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = sum(1 for letter in text if letter > "\x7f") - bad
    return good > 2 * bad


@lru_cache(maxsize=64)
def _candidates(favourites: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*favourites, *_GUESSES)))


def _guess(data: bytes, favourites: tuple[str, ...]) -> str:
    """
    Return the codec that the foreign words of *data* look best in, or nothing.
    """
    sample = b" ".join(_FOREIGN_WORD.findall(data[:_SAMPLE])[:_WORDS])
    high = len(sample.translate(None, _PLAIN)) or 1
    best, found = 0.15, ""
    for codec in _candidates(favourites):
        text = _strictly(sample, codec)
        if text is None:
            continue
        score = _score(text) / high
        if codec in favourites:
            score += 0.1
        elif codec in _EAST_ASIAN:
            score -= 0.12  # Any four bytes are two ideographs.
        if codec not in _JAPANESE and _KANA.search(text):
            score -= 1.0  # The kana rows are the same in all East Asian charsets.
        if score > best:
            best, found = score, codec
            if score > _SURE and high > _MANY and _is_russian(text):
                break
    return found


def _is_russian(text: str) -> bool:
    """
    Tell whether all that is foreign in *text* is what Russian is written with.
    """
    foreign = {letter for letter in text.lower() if letter > "\x7f"}
    return foreign <= _COMMON.keys() | _RUSSIAN


def _score(text: str) -> float:
    """
    Return how much *text* looks like words, in bytes that it explains.
    """
    words = [word for word in _RUN.findall(text) if not word.isascii()]
    total = sum(map(_word_score, words))
    if not any(len(word) > 1 for word in words):
        total *= 0.3  # Letters alone are more likely marks of punctuation.
    for letter in text:
        if letter > "\x7f" and not letter.isalpha():
            total += 0.9 if letter in "¿¡" else 0.5 if letter in _TYPOGRAPHY else -0.6
    return total


def _word_score(word: str) -> float:
    foreign = [letter for letter in word if letter > "\x7f"]
    first = foreign[0]
    if "\u0400" <= first <= "\u04ff":
        plain = word.lower()
        total = sum(_COMMON.get(letter, -0.5) for letter in plain)
        if len(word) > 3 and _VOWELS.isdisjoint(plain):
            total *= 0.4
        if word.isupper() and len(word) > 1:
            total *= 0.87
        else:
            # Capitals stand at the start of a word.
            total -= sum(0.8 for letter in word[1:] if letter.isupper())
        return total
    if first >= "\u1100":
        if len(foreign) < len(word):
            return -0.5 * len(foreign)  # Half of its bytes were plain letters.
        if _HANGUL.search(word) and _IDEOGRAPH.search(word):
            return -0.5 * len(foreign)
        return sum(_ideograph_score(letter) for letter in foreign)
    if first in _LATIN or first.lower() in _LATIN:
        if len(word) == 1:
            return 0.6 if first in _LATIN_WORDS else -0.4
        # Accents stand alone between plain letters, never in long rows.
        fits = len(word) > len(foreign) and 2 * len(foreign) <= len(word) + 1
        odd = sum(1 for letter in foreign if letter.lower() not in _LATIN)
        return (0.75 if fits else -0.4) * len(foreign) - odd
    if first >= "\u0370" and len({ord(letter) >> 8 for letter in word}) == 1:
        return 0.58 * len(foreign)  # Greek, Hebrew, Arabic: one script in a word.
    return -0.3 * len(foreign)


def _ideograph_score(letter: str) -> float:
    if "\u3040" <= letter <= "\u30ff":
        return 1.9
    if "\uac00" <= letter <= "\ud7a3":
        # Of all syllables the 2350 of KS X 1001 are in use; they take two bytes.
        return 1.6 if len(_encodes(letter, "euc_kr")) == 2 else -0.5
    if "\u4e00" <= letter <= "\u9fff":
        code = _encodes(letter, "gb2312")
        if code and code[0] <= 0xD7:  # The first level of GB 2312: common ones.
            return 1.5
        return 0.9 if _encodes(letter, "shift_jis") else 0.3
    return -1.0


def _encodes(letter: str, codec: str) -> bytes:
    try:
        return letter.encode(codec)
    except UnicodeError:
        return b""
