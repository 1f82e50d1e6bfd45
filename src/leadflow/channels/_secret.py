"""
Secrets in an address: for platforms that sign nothing.

The address of the hook is then known to the platform and to us alone.  A part of
it that can't be guessed stands at the end of its path, in its query or in a
header, and is compared in constant time before anything is parsed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from leadflow.channels._webhook import same_secret
from leadflow.errors import Unverified


if TYPE_CHECKING:
    from leadflow.channels.protocol import Delivery


__all__ = ("HookSecretPlace", "check_secret", "given_secret", "secret_checks")

HookSecretPlace = Literal["header", "query", "path"]
"""Where a delivery carries its secret."""

_LONGEST_URL = 8192


def given_secret(delivery: Delivery, place: HookSecretPlace, name: str) -> str | None:
    """
    Return what *delivery* carries in *place*, None where that can't be read.

    In the header Authorization a leading ``Bearer`` is taken off.
    """
    if place == "header":
        given = delivery.header(name) or ""
        is_bearer = name.lower() == "authorization" and given[:7] == "Bearer "
        return given[7:] if is_bearer else given
    if len(delivery.url) > _LONGEST_URL:
        return None
    try:
        url = urlsplit(delivery.url)
        if place == "path":
            return unquote(url.path.rstrip("/").rpartition("/")[2])
        query = parse_qsl(url.query, max_num_fields=100)
    except ValueError:
        return None
    return next((value for key, value in query if key == name), None)


def check_secret(
    delivery: Delivery, secret: str, *, place: HookSecretPlace, name: str
) -> None:
    """
    Let *delivery* pass if it carries *secret*.

    Raises:
        Unverified: it does not.
    """
    if not same_secret(given_secret(delivery, place, name), secret):
        raise Unverified(f"wrong-secret-in-{place}")


def secret_checks(
    secret: str, place: str, name: str
) -> tuple[tuple[bool, str, str, str], ...]:
    """
    Return the checks of the settings of a secret.
    """
    return (
        (
            bool(secret),
            "secret",
            "empty-secret",
            "without a secret nothing is authentic",
        ),
        (
            place in {"header", "query", "path"},
            "hidden_in",
            "unknown-place",
            "a secret stands in a header, the query or the path",
        ),
        (
            bool(name) or place == "path",
            "hidden_as",
            "unnamed-secret",
            f"a secret in a {place} needs the name of it",
        ),
    )
