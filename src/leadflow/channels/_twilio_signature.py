"""
Whether a request is Twilio's: the header X-Twilio-Signature.

It is the HMAC-SHA1 of the URL as Twilio called it, followed by the fields of the
form: each name with each of its different values, in order of the names and without
anything between.  The body of JSON is not in it; instead its SHA-256 stands in the
URL, as ``bodySHA256``.  Whether the URL has its port in it is not the same with all
of Twilio's machines, so both spellings count.
"""

from __future__ import annotations

import hmac
import re
from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from leadflow.channels._webhook import same_secret
from leadflow.errors import Unverified


if TYPE_CHECKING:
    from collections.abc import Iterable

    from leadflow.channels._form_body import Pairs
    from leadflow.channels.protocol import Delivery


__all__ = ("called_url", "signature_of", "signed_pairs")

_HEADER = "X-Twilio-Signature"
_MOST_FIELDS = 500
_PORT = re.compile(r":[0-9]*\Z")
_PORTS = {"http": ":80", "https": ":443"}


def signature_of(url: str, pairs: Iterable[tuple[str, str]], token: str) -> str:
    """
    Return the signature of a call to *url* with the fields *pairs*.
    """
    different = sorted(set(pairs))
    message = url + "".join(f"{name}{value}" for name, value in different)
    key = token.encode("utf-8", "surrogatepass")
    mac = hmac.digest(key, message.encode("utf-8", "surrogatepass"), "sha1")
    return b64encode(mac).decode()


def called_url(delivery: Delivery, origin: str) -> str:
    """
    Return the URL that was called, behind a proxy with its *origin* put right.
    """
    if not origin:
        return delivery.url
    found = re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]*", delivery.url)
    return origin + (delivery.url[found.end() :] if found else delivery.url)


def _spellings(url: str) -> tuple[str, ...]:
    """
    Return *url* as it is, without a port, and with one.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return (url,)
    head = f"{parts.scheme}://"
    if not url.lower().startswith(head) or not parts.netloc:
        return (url,)
    head, rest = url[: len(head)], url[len(head) + len(parts.netloc) :]
    host = _PORT.sub("", parts.netloc)
    default = _PORTS.get(parts.scheme, "")
    return (url, f"{head}{host}{rest}", f"{head}{host}{default}{rest}")


def signed_pairs(delivery: Delivery, *, token: str, origin: str) -> Pairs | None:
    """
    Return the fields of a form that Twilio signed, None where it signed JSON.

    Raises:
        Unverified: the signature is not Twilio's, or nothing signs the body.
    """
    url = called_url(delivery, origin)
    given = (delivery.header(_HEADER) or "").strip()
    try:
        query = parse_qsl(
            urlsplit(url).query, keep_blank_values=True, max_num_fields=_MOST_FIELDS
        )
        form: Pairs = (
            []
            if delivery.method.upper() == "GET"
            else parse_qsl(
                delivery.body.decode("utf-8", "replace"),
                keep_blank_values=True,
                max_num_fields=_MOST_FIELDS,
            )
        )
    except ValueError:
        raise Unverified("unreadable") from None
    digests = [value for name, value in query if name == "bodySHA256"]
    signed: Pairs = [] if digests else form
    # Every spelling is tried, whatever the first says.
    matches = [
        same_secret(given, signature_of(each, signed, token))
        for each in _spellings(url)
    ]
    if not any(matches):
        raise Unverified("wrong-signature")
    if digests:
        wanted = sha256(delivery.body).hexdigest()
        if not same_secret(digests[0].lower(), wanted):
            raise Unverified("wrong-body")
        return None
    return query if delivery.method.upper() == "GET" else form
