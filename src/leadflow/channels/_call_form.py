"""
Calls and leads that a call tracker posts as a form, field by field.

Call trackers let the owner of an account choose what is sent and under which names,
and sign nothing.  So this goes by a mapping: some fields tell of a call, and what is
left means what it means in any form (`~leadflow.channels._submission`).  What has no
field of a call is a lead's form.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Literal, TypeAlias, cast
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import attrs

from leadflow._hours import find_zone
from leadflow.channels._calls import CallEvent, Line, call_of, held, seconds
from leadflow.channels._form_body import Limits, Pairs, read_body
from leadflow.channels._form_fields import ROLES, FormRole, Vocabulary, folded
from leadflow.channels._submission import Submission
from leadflow.channels._webhook import (
    check_settings,
    clean,
    excerpt,
    instant,
    refused_method,
    same_secret,
)
from leadflow.channels.outcomes import CallDirection, Ignored, Inbound
from leadflow.channels.protocol import ACCEPTED, Delivery, Reading, guarded
from leadflow.errors import Malformed, Unverified
from leadflow.values import ChannelId


if TYPE_CHECKING:
    from leadflow.channels.outcomes import Outcome


__all__ = ("CALL_ROLES", "CallForm", "CallRole", "Roles", "check_call_form", "mapped")

CallRole: TypeAlias = Literal[
    "call_id",
    "caller",
    "direction",
    "employee",
    "line",
    "recording",
    "started",
    "status",
    "talk",
]
"""What a field can tell of a call.

``talk`` is the time of talk in seconds, ``status`` whether it was answered, and
``started`` a Unix time or a local one.
"""

CALL_ROLES: frozenset[str] = frozenset(
    [
        *("call_id", "caller", "direction", "employee", "line", "recording"),
        *("started", "status", "talk"),
    ]
)
Roles: TypeAlias = tuple[tuple[str, "CallRole | FormRole"], ...]

_LIMITS = Limits(fields=200, field=16 * 1024)
_LONGEST_ID = 128
_MINUTE = 60
# Of these the presence tells that it is a call.
_TELLING = ("talk", "status", "recording", "line")
_MISSED = frozenset(
    [
        *("0", "abandoned", "busy", "cancel", "canceled", "cancelled", "congestion"),
        *("failed", "false", "lost", "missed", "no", "noanswer", "notanswered"),
        *("unsuccessful", "занято", "нет", "неотвечен", "неотвеченный", "неуспешный"),
        *("потерянный", "пропущен", "пропущенный"),
    ]
)
_ANSWERED = frozenset(
    [
        *("1", "accepted", "answer", "answered", "completed", "ok", "success"),
        *("successful", "true", "yes", "да", "отвечен", "отвеченный", "принят"),
        *("принятый", "успешный"),
    ]
)
_DIRECTIONS: Mapping[str, CallDirection] = {
    "2": "out",
    "internal": "internal",
    "out": "out",
    "outbound": "out",
    "outcoming": "out",
    "outgoing": "out",
    "внутренний": "internal",
    "исходящий": "out",
}


def mapped(
    fields: Mapping[str, CallRole | FormRole]
    | Iterable[tuple[str, CallRole | FormRole]],
) -> Roles:
    """
    Return a mapping of fields as pairs.
    """
    return tuple(dict(fields).items())


def check_call_form(
    id: ChannelId,  # noqa: A002 - the field's own name
    *,
    secret: str | None,
    public: bool,
    zone: str,
    fields: Roles,
) -> None:
    """
    Check the settings that all call trackers have.

    Raises:
        DefinitionError: the settings contradict each other, or can't be.
    """
    check_settings(
        f"channels.{id}",
        (
            (
                (secret is not None) != public,
                "secret",
                "no-authenticity",
                "a tracker has a secret in its URL, or is said to be public",
            ),
            (secret != "", "secret", "empty-secret", "the secret is empty"),
            (
                find_zone(zone) is not None,
                "zone",
                "unknown-zone",
                f"there is no zone {zone!r}",
            ),
            *(
                (
                    role in ROLES or role in CALL_ROLES,
                    f"fields.{name}",
                    "unknown-role",
                    f"a field can't be {role!r}",
                )
                for name, role in fields
            ),
        ),
    )


@attrs.frozen(kw_only=True)
class CallForm:
    """
    Read what a call tracker posts; made from the settings of its channel.

    *defaults* are the tracker's usual names, *fields* those of the owner, which go
    before them.
    """

    channel: ChannelId
    secret: str | None = attrs.field(repr=False)
    secret_name: str
    defaults: Mapping[str, CallRole]
    fields: Roles
    region: str
    currency: str
    zone: str
    max_bytes: int
    _calls: Mapping[str, CallRole] = attrs.field(init=False, repr=False, eq=False)
    _vocabulary: Vocabulary = attrs.field(init=False, repr=False, eq=False)
    _zone: ZoneInfo | None = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        own = {folded(name): role for name, role in self.fields}
        roles = {**{folded(n): role for n, role in self.defaults.items()}, **own}
        calls = {name: role for name, role in roles.items() if role in CALL_ROLES}
        forms = [pair for pair in self.fields if pair[1] in ROLES]
        object.__setattr__(self, "_calls", calls)
        object.__setattr__(
            self,
            "_vocabulary",
            Vocabulary(cast("list[tuple[str, FormRole]]", forms)),
        )
        object.__setattr__(self, "_zone", find_zone(self.zone))

    def read(self, delivery: Delivery) -> Reading:
        """
        Return what the request was: a call, or a lead's form.
        """
        return guarded(
            lambda: self._read(delivery),
            max_bytes=self.max_bytes,
            size=len(delivery.body) + len(delivery.url),
        )

    def _read(self, delivery: Delivery) -> Reading:
        method = delivery.method.upper()
        if method not in ("GET", "POST"):
            return refused_method(delivery.method)
        try:
            query = parse_qsl(
                urlsplit(delivery.url).query,
                keep_blank_values=True,
                max_num_fields=_LIMITS.fields,
            )
        except ValueError:
            if self.secret is not None:
                raise Unverified("wrong-secret-in-query") from None
            raise Malformed("too-many-fields", place="url") from None
        self._verify(query)
        query = [pair for pair in query if pair[0] != self.secret_name]
        own: Pairs = [(clean(name), clean(value)) for name, value in query]
        without = (self.secret or "",)
        if method == "POST":
            own += read_body(delivery, limits=_LIMITS, without=without).pairs
        return Reading((self._outcome(own, delivery),), ACCEPTED)

    def _verify(self, query: Pairs) -> None:
        if self.secret is None:
            return
        given = [value for name, value in query if name == self.secret_name]
        if not same_secret(given[0] if given else None, self.secret):
            raise Unverified("wrong-secret-in-query")

    def _outcome(self, pairs: Pairs, delivery: Delivery) -> Outcome:
        form = Submission(self._vocabulary, _LIMITS)
        told: dict[CallRole, str] = {}
        for name, value in pairs:
            role = self._calls.get(folded(name))
            if role is None or role in told:
                form.take(name, value)
            elif text := value.strip():
                told[role] = text
        if any(role in told for role in _TELLING):
            return self._call(told, form, pairs, delivery)
        return self._lead(told, form, pairs, delivery)

    def _call(
        self,
        told: Mapping[CallRole, str],
        form: Submission,
        pairs: Pairs,
        delivery: Delivery,
    ) -> Inbound | Ignored:
        talk = seconds(told.get("talk", ""))
        answered = _is_answered(told.get("status", ""), talk)
        direction = _DIRECTIONS.get(folded(told.get("direction", "")), "in")
        key, also = self._keys(told, pairs, delivery)
        leg = CallEvent(
            call=key,
            direction=direction,
            result="answered" if answered else "missed",
            peer=told.get("caller", "") or form.first("phone"),
            line=told.get("line", ""),
            employee=told.get("employee", ""),
            human=answered,
            talk=talk,
            started=self._time(told.get("started", ""), delivery),
            recording=told.get("recording", ""),
        )
        line = Line(channel=self.channel, region=self.region)
        call = call_of(
            [leg],
            line,
            received_at=delivery.received_at,
            external_id=self._told_of(key, leg),
            also=[self._told_of(each, leg) for each in also],
        )
        if isinstance(call, Ignored):
            return call
        others = [
            point
            for point in form.contact_points(self.region)
            if point.key not in {known.key for known in call.contact_points}
        ]
        return attrs.evolve(
            call,
            contact_points=(*call.contact_points, *others),
            person=form.person(),
            subject=form.first("subject"),
            text="\n".join(form.all("text")),
            source=form.source(attrs.evolve(delivery, headers=())),
            extra=tuple(form.extra),
        )

    def _lead(
        self,
        told: Mapping[CallRole, str],
        form: Submission,
        pairs: Pairs,
        delivery: Delivery,
    ) -> Inbound:
        if caller := told.get("caller"):
            form.take("phone", caller)
        key, also = self._keys(told, pairs, delivery)
        products, amount = form.goods(self.currency)
        points, text = form.contact_points(self.region), "\n".join(form.all("text"))
        if not (points or text):
            shown = excerpt(", ".join(name for name, _ in pairs))
            raise Malformed("no-contact", place="fields", excerpt=shown)
        return Inbound(
            channel=self.channel,
            kind="form",
            external_id=f"{key}/lead",
            also=tuple(f"{each}/lead" for each in also),
            received_at=delivery.received_at,
            sent_at=self._time(told.get("started", ""), delivery)
            or instant(form.first("sent_at"), delivery.received_at),
            contact_points=points,
            person=form.person(),
            subject=form.first("subject") or form.first("form_name"),
            text=text,
            source=form.source(attrs.evolve(delivery, headers=())),
            products=products,
            amount=amount,
            language=form.first("language"),
            consent=form.consent(),
            extra=tuple(form.extra),
        )

    @staticmethod
    def _keys(
        told: Mapping[CallRole, str], pairs: Pairs, delivery: Delivery
    ) -> tuple[str, tuple[str, ...]]:
        """
        Return the key of what is told, and further ones.

        It is the tracker's own id.  Without one it is the fields: for good where
        the time is among them, and else for about a minute, which a double click
        needs and who asks again next month must not be lost to.
        """
        given = told.get("call_id", "")
        if 0 < len(given) <= _LONGEST_ID:
            return given, ()
        text = json.dumps(sorted(pairs), ensure_ascii=False).encode("utf-8", "replace")
        digest = sha256(text).hexdigest()
        if "started" in told:
            return digest, ()
        minute = int(delivery.received_at.timestamp()) // _MINUTE
        return f"{digest}@{minute}", (f"{digest}@{minute - 1}",)

    @staticmethod
    def _told_of(key: str, leg: CallEvent) -> str:
        """
        Return a key that is another when the tracker tells more of the same call.
        """
        rest = f"{leg.result}/{int(leg.talk.total_seconds())}"
        return f"{key}/{rest}/recorded" if leg.recording else f"{key}/{rest}"

    def _time(self, text: str, delivery: Delivery) -> datetime | None:
        """
        Return an instant from a Unix time, or from a local one of the zone.
        """
        stamp = instant(text, delivery.received_at)
        if stamp is not None:
            return stamp
        try:
            at = datetime.fromisoformat(text)
            aware = (at if at.tzinfo else at.replace(tzinfo=self._zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            return None
        return held(aware, delivery.received_at)


def _is_answered(status: str, talk: timedelta) -> bool:
    """
    Tell whether a call was answered: by its status, else by its time of talk.
    """
    word = folded(status)
    if word in _MISSED or word in _ANSWERED:
        return word in _ANSWERED
    return talk > timedelta()
