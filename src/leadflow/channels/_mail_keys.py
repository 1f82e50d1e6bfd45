"""
Who may post a mail: what the schemes of mail providers have in common.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadflow.channels._mail_posts import Fields, read_fields
from leadflow.channels._secret import check_secret
from leadflow.channels._webhook import check_settings, instant, signed_by
from leadflow.errors import Malformed, Unverified


if TYPE_CHECKING:
    from datetime import timedelta

    from leadflow.channels.email import EmailChannel
    from leadflow.channels.protocol import Delivery
    from leadflow.channels.webform import FormSecret


__all__ = ("carries", "check", "fresh", "placed", "signed_fields")


def check(id_: str, *checks: tuple[bool, str, str]) -> None:
    """
    Raise a channel's settings that leave nobody authentic; all at once.
    """
    check_settings(
        f"channels.{id_}",
        [(good, field, "no-authenticity", said) for good, field, said in checks],
    )


def placed(secret: FormSecret | None) -> bool:
    """
    Tell whether *secret* can be looked for before the body is parsed.
    """
    return secret is None or (bool(secret.value) and secret.place != "field")


def carries(delivery: Delivery, secret: FormSecret | None) -> None:
    """
    Let *delivery* pass if it carries *secret*, or needs none.

    Raises:
        Unverified: it does not.
    """
    if secret is not None and secret.place != "field":
        check_secret(delivery, secret.value, place=secret.place, name=secret.name)


def fresh(stamp: str, delivery: Delivery, tolerance: timedelta) -> None:
    """
    Let *delivery* pass if it was signed at most *tolerance* ago.

    Raises:
        Unverified: it was not, or doesn't say when.
    """
    sent = instant(stamp, delivery.received_at)
    if sent is None:
        raise Unverified("no-time")
    if abs(delivery.received_at - sent) > tolerance:
        raise Unverified("stale")


def signed_fields(
    delivery: Delivery, mail: EmailChannel, key: str, tolerance: timedelta
) -> Fields:
    """
    Return the fields of a delivery that is signed by ``timestamp`` and ``token``.

    Raises:
        Unverified: it is not.
        Malformed: multipart can't be read here at all.
    """
    try:
        fields = read_fields(delivery, most=mail.max_bytes)
    except Malformed as error:
        if error.reason == "multipart-unsupported":
            raise
        raise Unverified("no-signature") from None
    stamp, token, signature = map(fields.data, ("timestamp", "token", "signature"))
    if not (stamp and token and signature):
        raise Unverified("no-signature")
    if not signed_by(signature.decode("latin-1"), key, stamp + token):
        raise Unverified("wrong-signature")
    fresh(stamp.decode("latin-1"), delivery, tolerance)
    return fields
