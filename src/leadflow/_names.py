"""
Names of people and companies, folded so that spellings of one name are equal.
"""

from __future__ import annotations

import re
import unicodedata


__all__ = ("company_name", "person_name")

_WORD = re.compile(r"[^\W_]+|&")
# The dots of O.O.O., the stroke of A/S, apostrophes: they part no words.
_JOINT = re.compile(r"(?<=\w)[.'’ʼ`](?=\w)|(?<=\b\w)/(?=\w\b)|(?<=\w)[.'’ʼ`]")
_APOSTROPHE = re.compile(r"(?<=\w)['’ʼ`](?=\w)")
_BREVE = "\u0306"

_FORM_TEXTS = """
общество с ограниченной ответственностью|общество с дополнительной ответственностью
публичное акционерное общество|непубличное акционерное общество
открытое акционерное общество|закрытое акционерное общество|акционерное общество
индивидуальный предприниматель|частный предприниматель|крестьянское фермерское хозяйство
товарищество с ограниченной ответственностью|производственный кооператив
автономная некоммерческая организация|некоммерческая организация
государственное унитарное предприятие|муниципальное унитарное предприятие
ооо|одо|оао|зао|пао|нпао|нао|ао|ип|чп|кфх|глава кфх|тоо|ано|нко|гуп|фгуп|муп|гбу|фгбу
мбу|гку|нпо|пк|снт|тсж|тов|фоп|прат|пат|чуп|оду|соо
ooo|oao|zao|pao|ao
ltd|limited|private limited|pvt ltd|pte ltd|pty ltd|co ltd|company limited|plc|llp|lp
llc|pllc|pc|inc|incorporated|corp|corporation|co|company
gmbh|ggmbh|gmbh & co kg|gmbh & co|mbh|ag|kg|kgaa|ohg|ug|ug haftungsbeschränkt|ek|ev
sa|sas|sasu|sarl|eurl|snc|sca|sci|scop|sl|slu|srl|srls|spa|sapi de cv|sa de cv
s de rl de cv|cv|bv|nv|vof|bvba|sprl|ltda|eireli|epp|eirl
ab|as|asa|ans|aps|oy|oyj|hf|ehf|se|sce|scs
sro|spol s ro|zrt|nyrt|kft|doo|ad|ood|eood|sp z oo|sp j|sp k|uab|sia|ou
kk|gk|pt|tbk|sdn bhd|bhd|fze|fzco|fz llc|wll|jsc|pjsc|cjsc|ojsc|mmc|ejsc
"""


def _fold(text: str) -> str:
    """
    Return *text* without case, accents and the dots of ё; й stays a letter.
    """
    if text.isascii():
        return text.casefold()
    # Twice, as the first may bring capitals to light (Unicode, caseless matching).
    parts = unicodedata.normalize("NFKD", text).casefold()
    parts = unicodedata.normalize("NFKD", parts)
    return unicodedata.normalize(
        "NFC",
        "".join(
            letter
            for letter in parts
            if letter == _BREVE or not unicodedata.combining(letter)
        ),
    )


def _words(text: str) -> list[str]:
    return _WORD.findall(_JOINT.sub("", _fold(text)))


_FORMS = frozenset(
    tuple(_words(form)) for form in re.split(r"[|\n]+", _FORM_TEXTS.strip())
)
_LONGEST = max(map(len, _FORMS))
# Latin forms that stand in front too; "IP Telephony" and "Too Good" keep theirs.
_IN_FRONT = """
ooo oao zao pao ao llc jsc pjsc cjsc ojsc pt
"""
_LEADING = frozenset(
    form
    for form in _FORMS
    if not form[0].isascii() or " ".join(form) in _IN_FRONT.split()
)

_NOBODY = """
частное лицо|физлицо|физическое лицо|физ лицо|самозанятый|нет|без компании|не указано
тест|private|private person|individual|self|self employed|freelance|freelancer
none|no|na|n a|not provided|unknown|test
"""
_NO_COMPANY = frozenset(re.split(r"[|\n]+", _NOBODY.strip()))

_TITLE_WORDS = """
mr mrs ms miss dr prof sir herr frau mme mlle господин госпожа др
"""
_TITLES = frozenset(_TITLE_WORDS.split())
_ADDRESS = re.compile(r"\bг-?(?:н|жа)\b")
_PATRONYMIC = re.compile(r".{2,}(?:ович|евич|овна|евна|ична|инична)")


def company_name(text: str) -> str:
    """
    Return a company's name without case, marks and legal form.

    A name that is nothing but a legal form keeps it; what says that there is no
    company ("частное лицо", "n/a") is empty.

    >>> company_name('ООО "Рога и Копыта"'), company_name("ACME Corporation")
    ('рога и копыта', 'acme')
    """
    words = ["&" if word == "and" else word for word in _words(text)]
    low, high = 0, len(words)
    while low < high:
        for length in range(min(_LONGEST, high - low - 1), 0, -1):
            last = tuple(words[high - length : high])
            if last in _FORMS or last == ("&",):
                high -= length
                break
            first = tuple(words[low : low + length])
            if first in _LEADING or first == ("&",):
                low += length
                break
        else:
            break
    name = " ".join(words[low:high])
    return "" if name in _NO_COMPANY else name


def person_name(text: str) -> str:
    """
    Return a person's name without case, marks and title, its words in one order.

    >>> person_name("г-н Артём Иванов") == person_name("ИВАНОВ Артем")
    True
    """
    words = _WORD.findall(_ADDRESS.sub(" ", _APOSTROPHE.sub("", _fold(text))))
    named = [word for word in words if word != "&" and word not in _TITLES]
    return " ".join(sorted(named))


def person_keys(text: str) -> tuple[str, ...]:
    """
    Return what a person can be matched by; a first name alone is nothing (D9).

    Two words are needed that are more than initials.  A name with a patronymic
    can be matched without it too.
    """
    words = person_name(text).split()
    if sum(len(word) > 1 for word in words) < 2:
        return ()
    short = [word for word in words if not _PATRONYMIC.fullmatch(word)]
    names = [words]
    if len(words) > 2 and len(short) == len(words) - 1:
        names.append(short)
    return tuple(" ".join(name) for name in names)
