"""
Domains of companies: one spelling each, and what of it is the company's own.
"""

from __future__ import annotations

import re
import unicodedata

from leadflow._freemail import DOMAINS, PROVIDERS


__all__ = ("domain", "is_free_mail")

_HOST = re.compile(
    r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+"
    r"(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})"
)

# Below a country's ending these are no names of companies: the public suffix
# list in small, good enough where a wrong guess costs a loose key.
_SHARED_NAMES = """
ac biz co com edu gen gob gov gouv govt id idv info int ltd me mil ne net nom or org
plc sch web
"""
_RUSSIAN_NAMES = """
adygeya altai amur arkhangelsk astrakhan bashkiria belgorod bir bryansk
buryatia cbg chel chita chukotka chuvashia dagestan e-burg exnet grozny
irkutsk izhevsk jar kalmykia kaluga kamchatka karelia kazan kchr kemerovo
khabarovsk khv kirov kms koenig komi kostroma krasnoyarsk kuban kurgan kursk
lipetsk magadan mari mordovia mosreg msk murmansk mytis nakhodka nalchik nkz
nnov norilsk nov novosibirsk nsk omsk orenburg oryol oskol palana penza perm
pp pskov ptz pyatigorsk rnd rubtsovsk ryazan sakhalin samara saratov simbirsk
smolensk snz spb stavropol stv surgut syzran tambov tatarstan tom tomsk
tsaritsyn tula tuva tver tyumen udm vdonsk vladikavkaz vladimir vladivostok
volgograd vologda voronezh vrn vyatka yakutia yamal yaroslavl
"""
_SHARED = frozenset(_SHARED_NAMES.split())
_SHARED_REGIONAL = frozenset(f"{name}.ru" for name in _RUSSIAN_NAMES.split())


def clean(text: str) -> str:
    """
    Return *text* in compatible letters, without marks that nobody sees.
    """
    if text.isascii():
        return text.strip()
    folded = unicodedata.normalize("NFKC", text)
    return "".join(
        letter for letter in folded if unicodedata.category(letter) != "Cf"
    ).strip()


def host(text: str) -> str:
    """
    Return the ASCII form of a host name, empty if it is none.

    >>> host("Пример.РФ.")
    'xn--e1afmkfd.xn--p1ai'
    """
    name = text.lower().removesuffix(".")
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    return name if _HOST.fullmatch(name) else ""


def domain(text: str) -> str:
    """
    Return the domain of a site or an e-mail address, empty if there is none.

    It is in lower case and in ASCII (IDNA), without ``www``, port and path.

    >>> domain("HTTPS://www.Example.com:8080/path")
    'example.com'
    """
    rest = clean(text)
    rest = rest.partition("://")[2] or rest
    rest = re.split(r"[/?#\s]", rest.removeprefix("//"), maxsplit=1)[0]
    rest = rest.rpartition("@")[2].partition(":")[0]
    return host(rest).removeprefix("www.")


def registrable(name: str) -> str:
    """
    Return what of a domain its owner registered: ``ibm.com`` of ``us.ibm.com``.
    """
    labels = name.split(".")
    last, country = ".".join(labels[-2:]), labels[-1]
    shared = last in _SHARED_REGIONAL or (
        len(country) == 2 and len(labels) > 2 and labels[-2] in _SHARED
    )
    return ".".join(labels[-3:] if shared else labels[-2:])


def is_free_mail(name: str) -> bool:
    """
    Tell whether anybody can have a mailbox at the domain *name*.

    >>> is_free_mail("yandex.kz"), is_free_mail("mymail.com")
    (True, False)
    """
    own = registrable(name)
    return own.partition(".")[0] in PROVIDERS or name in DOMAINS or own in DOMAINS
