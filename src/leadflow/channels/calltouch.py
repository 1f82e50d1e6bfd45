"""
Calltouch: calls, leads and chats, by the fields that the account's owner chose.

Calltouch signs nothing and lets the owner name the fields, so this is a mapping over
`~leadflow.channels._call_form`.  The usual names here are the documented ones as far
as they could be found; what an account sends otherwise goes into *fields*.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import attrs

from leadflow.channels._call_form import (
    CallForm,
    CallRole,
    Roles,
    check_call_form,
    mapped,
)
from leadflow.values import ChannelId


if TYPE_CHECKING:
    from collections.abc import Mapping

    from leadflow.channels.protocol import Delivery, Reading


__all__ = ("CallRole", "CalltouchChannel")

_DEFAULTS: Mapping[str, CallRole] = MappingProxyType(
    {
        "id": "call_id",
        "callId": "call_id",
        "callerphone": "caller",
        "callerNumber": "caller",
        "phonenumber": "line",
        "timestamp": "started",
        "calltime": "started",
        "direction": "direction",
        "duration": "talk",
        "reclink": "recording",
        "status": "status",
        "successful": "status",
        "manager": "employee",
    }
)


def _form_of(channel: CalltouchChannel) -> CallForm:
    return CallForm(
        channel=channel.id,
        secret=channel.secret,
        secret_name=channel.secret_name,
        defaults=_DEFAULTS,
        fields=channel.fields,
        region=channel.region,
        currency=channel.currency,
        zone=channel.zone,
        max_bytes=channel.max_bytes,
    )


@attrs.frozen(kw_only=True)
class CalltouchChannel:
    """
    Read what one Calltouch account posts, or sends by GET.

    *secret* must stand in the URL's parameter *secret_name*: enter the URL with it
    in the account.  Without one the channel must be said to be *public*, and the
    network must let Calltouch's own addresses through only.

    *fields* says what own names mean: roles of a call (`CallRole`) and of a form
    (`~leadflow.channels.webform.FormRole`).  *zone* is that of local times.

    Raises:
        DefinitionError: the settings contradict each other.
    """

    id: ChannelId
    secret: str | None = attrs.field(default=None, repr=False)
    secret_name: str = "token"  # noqa: S105 - the name of a parameter
    public: bool = False
    fields: Roles = attrs.field(default=(), converter=mapped)
    region: str = "RU"
    currency: str = "RUB"
    zone: str = "Europe/Moscow"
    max_bytes: int = 256 * 1024
    _form: CallForm = attrs.field(
        init=False,
        repr=False,
        eq=False,
        default=attrs.Factory(_form_of, takes_self=True),
    )

    def __attrs_post_init__(self) -> None:
        check_call_form(
            self.id,
            secret=self.secret,
            public=self.public,
            zone=self.zone,
            fields=self.fields,
        )

    def read(self, delivery: Delivery) -> Reading:
        """
        Return what the request was: a call, or a lead's form.
        """
        return self._form.read(delivery)
