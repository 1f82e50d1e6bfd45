"""
Asterisk: calls from its records (CDR) and from its manager interface (AMI).

Nothing here speaks to a server.  Rows come from ``Master.csv``, from the table of a
database, or as events of the manager; whoever fetches them hands them over in one
`~leadflow.channels.Delivery`, all rows of a call together.  What rows come to stands
in `~leadflow.channels._asterisk_rows`, and events in
`~leadflow.channels._asterisk_ami`.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias
from zoneinfo import ZoneInfo

import attrs

from leadflow._hours import find_zone
from leadflow.channels._asterisk_ami import (
    ABOUT_CALLS,
    Event,
    ami_events,
    call_name,
    is_ami,
    live_legs,
)
from leadflow.channels._asterisk_rows import (
    COLUMNS,
    Rules,
    csv_rows,
    group_of,
    json_rows,
    legs_of,
)
from leadflow.channels._calls import Line, call_of
from leadflow.channels._webhook import (
    check_settings,
    excerpt,
    refused_method,
    same_secret,
)
from leadflow.channels.outcomes import (
    CallDirection,
    Ignored,
    IgnoredReason,
    Outcome,
)
from leadflow.channels.protocol import Delivery, Outgoing, Reading, guarded
from leadflow.errors import Malformed, Refused, Unverified
from leadflow.values import ChannelId, ContactPoint


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


__all__ = ("AsteriskChannel", "ami_events")

Directions: TypeAlias = tuple[tuple[str, CallDirection], ...]

_HEADER = "X-Api-Key"
_MOST_EVENTS = 5000
_SERVICE = frozenset(
    [
        *("challengesent", "contactstatus", "devicestatechange", "extensionstatus"),
        *("fullybooted", "hangupcause", "peerstatus", "registry", "reload", "rtcpsent"),
        *("rtcpreceived", "shutdown", "successfulauth", "queuememberstatus"),
    ]
)
_WORD = re.compile(r"[\w.:@/+*#-]{1,128}")


def _as_directions(
    given: Mapping[str, CallDirection] | Iterable[tuple[str, CallDirection]],
) -> Directions:
    return tuple(dict(given).items())


def _as_texts(given: Iterable[str]) -> tuple[str, ...]:
    return tuple(given)


def _rules_of(channel: AsteriskChannel) -> Rules:
    try:
        extensions = re.compile(channel.extensions)
    except re.error:
        # Told with all other problems, when the value is checked.
        extensions = re.compile("")
    return Rules(
        line=Line(channel=channel.id, region=channel.region),
        zone=find_zone(channel.zone) or ZoneInfo("UTC"),
        trunks=channel.trunks,
        accounts=dict(channel.accounts),
        contexts=dict(channel.contexts),
        extensions=extensions,
        human_apps=frozenset(app.casefold() for app in channel.human_apps),
        columns=channel.columns,
    )


@attrs.frozen(kw_only=True)
class AsteriskChannel:
    """
    Read the calls of one exchange, and describe calls back.

    *zone* is the zone of the server's clock, as its records are local times
    (``UTC`` with ``usegmtime``).  *secret* must stand in the header X-Api-Key; None
    is for what we fetch ourselves, where no stranger can write.

    Records don't tell which way a call went.  *trunks* are how the names of channels
    to the outside begin (``PJSIP/trunk-``), *accounts* and *contexts* say the
    direction of an account code and of a ``dcontext``, and *extensions* is the
    pattern of numbers inside; they are asked in this order.

    *columns* is the order of the columns of a CSV without a line of names.  Where an
    application of *human_apps* dialled a channel and it answered, a person did.

    Raises:
        DefinitionError: there is no such zone, or a setting can't be.
    """

    id: ChannelId
    zone: str
    secret: str | None = attrs.field(repr=False)
    region: str = "RU"
    trunks: tuple[str, ...] = attrs.field(default=(), converter=_as_texts)
    accounts: Directions = attrs.field(default=(), converter=_as_directions)
    contexts: Directions = attrs.field(default=(), converter=_as_directions)
    extensions: str = "[0-9]{2,5}"
    columns: tuple[str, ...] = attrs.field(default=COLUMNS, converter=_as_texts)
    human_apps: tuple[str, ...] = attrs.field(
        default=("Dial", "Queue", "AppQueue"), converter=_as_texts
    )
    max_bytes: int = 4 * 1024 * 1024
    _rules: Rules = attrs.field(
        init=False,
        repr=False,
        eq=False,
        default=attrs.Factory(_rules_of, takes_self=True),
    )

    def __attrs_post_init__(self) -> None:
        said = (*self.accounts, *self.contexts)
        check_settings(
            f"channels.{self.id}",
            (
                (
                    find_zone(self.zone) is not None,
                    "zone",
                    "unknown-zone",
                    f"there is no zone {self.zone!r}",
                ),
                (self.secret != "", "secret", "empty-secret", "the secret is empty"),
                (
                    self._rules.extensions.pattern == self.extensions,
                    "extensions",
                    "bad-pattern",
                    "the extensions are no regular expression",
                ),
                (
                    all(self.trunks),
                    "trunks",
                    "empty-trunk",
                    "an empty name would make every channel a trunk",
                ),
                (
                    all(way in ("in", "out", "internal") for _, way in said),
                    "contexts",
                    "unknown-direction",
                    "a call goes in, out or is internal",
                ),
                (
                    {"src", "dst", "disposition"} <= set(self.columns),
                    "columns",
                    "missing-columns",
                    "rows need at least src, dst and disposition",
                ),
            ),
        )

    # -- reading -------------------------------------------------------------------

    def read(self, delivery: Delivery) -> Reading:
        """
        Return the calls in *delivery*: rows of a CSV, rows in JSON, or events.

        A call whose end is not among the events is `Ignored`, ``call_in_progress``:
        hand its events over again when it is over.  The rest of a buffer that ends
        in the middle of an event is not read; `ami_events` cuts buffers.

        Rows that come in two deliveries make one touch all the same, which was
        missed only if it was so in all of them.
        """
        return guarded(
            lambda: self._read(delivery),
            max_bytes=self.max_bytes,
            size=len(delivery.body),
        )

    def _read(self, delivery: Delivery) -> Reading:
        if delivery.method.upper() != "POST":
            return refused_method(delivery.method)
        secret = self.secret
        if secret is not None and not same_secret(delivery.header(_HEADER), secret):
            raise Unverified("wrong-secret")
        body = delivery.body
        if is_ami(body):
            outcomes = self._of_events(delivery)
        else:
            start = body.lstrip(b"\xef\xbb\xbf \t\r\n")
            is_json = start.startswith((b"[", b"{"))
            rows = json_rows(body) if is_json else csv_rows(body, self.columns)
            outcomes = self._of_rows(rows, delivery)
        if not outcomes:
            raise Malformed("no-calls", place="body", excerpt=excerpt(body))
        return Reading(tuple(outcomes))

    def _of_rows(
        self, rows: Iterable[Mapping[str, str] | Malformed], delivery: Delivery
    ) -> list[Outcome]:
        calls: dict[str, list[Mapping[str, str]]] = {}
        bad: list[Outcome] = []
        for number, row in enumerate(rows):
            if isinstance(row, Malformed):
                bad.append(row)
                continue
            key = group_of(row)
            if not (row.get("src") or row.get("dst")):
                bad.append(Malformed("no-numbers", place=f"row {number}"))
            elif not key:
                # Without a name for the call its facts have to be one.
                parts = (row.get(name, "") for name in ("start", "src", "dst"))
                calls.setdefault("/".join(parts), []).append({**row})
            else:
                calls.setdefault(key, []).append(row)
        return [*(self._call(key, calls[key], delivery) for key in calls), *bad]

    def _call(
        self, key: str, rows: list[Mapping[str, str]], delivery: Delivery
    ) -> Outcome:
        legs = [
            attrs.evolve(leg, call=leg.call or key)
            for leg in legs_of(rows, self._rules)
        ]
        # Rows of the call that are found later are another part of the same touch.
        return call_of(
            legs,
            self._rules.line,
            received_at=delivery.received_at,
            external_id=f"{key}/{len(legs)}",
        )

    def _of_events(self, delivery: Delivery) -> list[Outcome]:
        body = delivery.body.rstrip().replace(b"\r\n", b"\n")
        if body.count(b"\n\n") >= _MOST_EVENTS:
            raise Malformed("too-many-events", place="body")
        events, _ = ami_events(body + b"\n\n")
        calls: dict[str, list[Event]] = {}
        others: dict[str, Outcome] = {}
        for number, event in enumerate(events):
            kind = event.get("event", "")
            name = call_name(event)
            if name and kind.lower() in ABOUT_CALLS:
                calls.setdefault(name, []).append(event)
            elif "response" not in event:
                key = f"{delivery.digest}/{number}"
                others.setdefault(kind, self._other(kind, key, delivery))
        found: list[Outcome] = []
        for name, own in calls.items():
            legs = live_legs(own, self._rules, delivery.received_at)
            found.append(
                call_of(
                    legs,
                    self._rules.line,
                    received_at=delivery.received_at,
                    external_id=f"{name}/events/{len(legs)}",
                )
                if legs
                else self._unfinished(name, own, delivery)
            )
        return [*found, *others.values()]

    def _unfinished(
        self, name: str, events: list[Event], delivery: Delivery
    ) -> Ignored:
        """
        Return a call that is not over, or of which nobody tells who answered.
        """
        last = events[-1].get("event", "")
        return self._ignored(
            "call_in_progress", f"{name}/{delivery.digest}", last, delivery
        )

    def _other(self, kind: str, key: str, delivery: Delivery) -> Ignored:
        known = kind.lower() in _SERVICE or kind.lower() in ABOUT_CALLS
        reason: IgnoredReason = "service_message" if known else "unknown_event"
        return self._ignored(reason, key, kind or "an event without a name", delivery)

    def _ignored(
        self, reason: IgnoredReason, key: str, detail: str, delivery: Delivery
    ) -> Ignored:
        return Ignored(
            channel=self.id,
            external_id=key,
            reason=reason,
            detail=detail,
            received_at=delivery.received_at,
        )

    # -- asking the exchange ---------------------------------------------------------

    def call_back(
        self,
        to: ContactPoint,
        *,
        id: str,  # noqa: A002 - the field's own name
        channel: str,
        context: str,
        prefix: str = "",
        caller_id: str = "",
        timeout: timedelta = timedelta(seconds=30),
    ) -> Outgoing:
        """
        Describe a call as the manager's action Originate, with the method ``AMI``.

        Asterisk rings *channel* (``PJSIP/101``) and then dials the digits of *to*
        behind *prefix* in *context*.  *caller_id* is what the person sees.

        Raises:
            Refused: *to* is no telephone number, or another value could smuggle
                a line into the action.
        """
        if to.kind != "phone" or not to.value:
            raise Refused("asterisk.call.no-number", "there is no number to call")
        given = (id, channel, context, prefix or "0", caller_id or "0")
        if not all(_WORD.fullmatch(text) for text in given):
            raise Refused("asterisk.call.wrong-value", "a value can't be in an action")
        fields = {
            "Action": "Originate",
            "ActionID": id,
            "Channel": channel,
            "Context": context,
            "Exten": prefix + to.value.removeprefix("+"),
            "Priority": "1",
            "CallerID": caller_id,
            "Timeout": str(int(timeout.total_seconds() * 1000)),
            "Async": "true",
        }
        lines = [f"{name}: {value}\r\n" for name, value in fields.items() if value]
        return Outgoing(
            method="AMI", url="", body="".join([*lines, "\r\n"]).encode(), key=id
        )
