"""
What WhatsApp, Messenger, Instagram and lead ads share: Meta's webhooks and Graph.

A hook is set up by a GET that carries a token of ours and wants its challenge
back; after that, POSTs are signed with the app's secret over the raw bytes.  A
body holds many entries, each with many events, in no sure order, and comes again
until it is answered 200.  One event that can't be read doesn't take the others
with it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol
from urllib.parse import parse_qsl, urlsplit

import attrs

from leadflow.channels._webhook import (
    check_settings,
    clean,
    excerpt,
    json_object,
    read_json,
    refused_method,
    same_secret,
    signed_by,
    text_of,
    whole_number,
)
from leadflow.channels.outcomes import Fetch, Ignored, IgnoredReason, Outcome
from leadflow.channels.protocol import Answer, Delivery, Outgoing, Reading, guarded
from leadflow.errors import Malformed, Refused, Unverified


if TYPE_CHECKING:
    from datetime import timedelta

    from leadflow.channels.protocol import Reply
    from leadflow.values import ChannelId, ContactPoint


__all__ = (
    "GRAPH",
    "GRAPH_VERSION",
    "LONGEST_MARK",
    "MAX_BYTES",
    "Event",
    "Gate",
    "Graph",
    "Json",
    "check_gate",
    "check_reply",
    "error_of",
    "fitting",
    "gate_of",
    "graph_of",
    "ident",
    "is_https",
    "objects",
    "read_hook",
    "taken_apart",
)

Json = Mapping[str, object]

GRAPH = "https://graph.facebook.com"
GRAPH_VERSION = "v23.0"
MAX_BYTES = 4 * 1024 * 1024
"""Meta's own bodies reach 3 MB."""

LONGEST_MARK = 512
"""How long a mark of a source may be."""

_SIGNATURE = "X-Hub-Signature-256"
_TAKEN = Answer()
# Meta sends up to a thousand in one body.
_MOST_EVENTS = 2000
_LONGEST_ID = 512
_LONGEST_QUERY = 4096
_CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{1,256}")
_VERSION = re.compile(r"v[0-9]{1,3}\.[0-9]{1,2}")


# -- the door --------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Gate:
    """
    Hold what a delivery must show, and what no excerpt may show.
    """

    app_secret: str = attrs.field(repr=False)
    verify_token: str = attrs.field(repr=False)
    access_token: str = attrs.field(repr=False)
    max_bytes: int

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return all that is secret."""
        return (self.app_secret, self.verify_token, self.access_token)


class Settings(Protocol):
    """
    The settings that every channel of Meta's has.
    """

    @property
    def app_secret(self) -> str:
        """Return the app's secret, which signs."""
        ...

    @property
    def verify_token(self) -> str:
        """Return the word that a hook is set up with."""
        ...

    @property
    def access_token(self) -> str:
        """Return what requests to the Graph API carry."""
        ...

    @property
    def max_bytes(self) -> int:
        """Return how large a body may be."""
        ...

    @property
    def api(self) -> str:
        """Return the address of the Graph API."""
        ...

    @property
    def graph_version(self) -> str:
        """Return the version of the Graph API."""
        ...


def gate_of(channel: Settings) -> Gate:
    """
    Return the door of *channel*.
    """
    return Gate(
        app_secret=channel.app_secret,
        verify_token=channel.verify_token,
        access_token=channel.access_token,
        max_bytes=channel.max_bytes,
    )


def check_gate(
    path: str,
    *,
    app_secret: str,
    api: str,
    version: str,
    more: Iterable[tuple[bool, str, str, str]] = (),
) -> None:
    """
    Raise all problems of the settings that every channel of Meta's has.

    Raises:
        DefinitionError: at least one setting can't be.
    """
    check_settings(
        path,
        (
            (
                bool(app_secret),
                "app_secret",
                "empty-secret",
                "without the app's secret nothing is authentic",
            ),
            (is_https(api), "api", "wrong-url", "the API is reached by https"),
            (
                _VERSION.fullmatch(version) is not None,
                "graph_version",
                "wrong-version",
                "a version of the Graph API looks like v23.0",
            ),
            *more,
        ),
    )


def read_hook(
    delivery: Delivery,
    gate: Gate,
    read: Callable[[Json, Delivery], Iterable[Outcome]],
) -> Reading:
    """
    Return what *read* makes of an authentic body, or the answer to a handshake.
    """
    return guarded(
        lambda: _read_hook(delivery, gate, read),
        max_bytes=gate.max_bytes,
        size=len(delivery.body),
    )


def _read_hook(
    delivery: Delivery,
    gate: Gate,
    read: Callable[[Json, Delivery], Iterable[Outcome]],
) -> Reading:
    method = delivery.method.upper()
    if method == "GET":
        return _handshake(delivery, gate)
    if method != "POST":
        return refused_method(delivery.method)
    if not signed_by(delivery.header(_SIGNATURE), gate.app_secret, delivery.body):
        raise Unverified("wrong-signature")
    body = json_object(read_json(delivery.body, without=gate.secrets))
    outcomes = tuple(read(body, delivery))
    if len(outcomes) > 1:
        # What stands in one body twice is one thing.
        outcomes = tuple(dict.fromkeys(outcomes))
    return Reading(outcomes, _TAKEN)


def _handshake(delivery: Delivery, gate: Gate) -> Reading:
    try:
        query = urlsplit(delivery.url[:_LONGEST_QUERY]).query
        fields = dict(parse_qsl(query, keep_blank_values=True, max_num_fields=50))
    except ValueError:
        fields = {}
    token = same_secret(fields.get("hub.verify_token"), gate.verify_token)
    if not token or fields.get("hub.mode") != "subscribe":
        raise Unverified("wrong-verify-token")
    challenge = fields.get("hub.challenge", "")
    if not _CHALLENGE.fullmatch(challenge):
        wrong = Malformed(
            "wrong-challenge",
            place="hub.challenge",
            excerpt=excerpt(challenge, without=gate.secrets),
        )
        return Reading((wrong,), Answer(status=400))
    return Reading((), Answer(body=challenge.encode()))


# -- events ----------------------------------------------------------------------


class _Digest:
    """
    Work the digest of a body out once, however many events have no key.
    """

    __slots__ = ("_delivery", "_hex")

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery
        self._hex = ""

    def __call__(self) -> str:
        self._hex = self._hex or self._delivery.digest
        return self._hex


class Event(NamedTuple):
    """
    Hold one event of a delivery: its *kind*, its *data*, and what stands around it.

    *number* is its place among the delivery's events, *digest* answers the key of
    the whole body, which is worked out only where it is asked for.
    """

    channel: ChannelId
    delivery: Delivery
    number: int
    kind: str
    data: Json
    around: Json
    digest: Callable[[], str]

    @property
    def spare_id(self) -> str:
        """Return a key for what has none: equal when the same body comes again."""
        return f"{self.digest()}/{self.number}"

    def ignored(
        self,
        reason: IgnoredReason,
        detail: str = "",
        *,
        key: str = "",
        contact_points: tuple[ContactPoint, ...] = (),
    ) -> Ignored:
        """Return that it is nobody's attention, and why."""
        return Ignored(
            channel=self.channel,
            external_id=key or self.spare_id,
            reason=reason,
            detail=excerpt(detail),
            contact_points=contact_points,
            received_at=self.delivery.received_at,
        )


def taken_apart(
    parts: Iterable[tuple[str, Json, Json]],
    channel: ChannelId,
    delivery: Delivery,
    read: Callable[[Event], Iterable[Outcome]],
) -> Iterator[Outcome]:
    """
    Yield what *read* makes of each part (kind, data, what stands around it).

    A part that can't be read is told as such, and an empty body as empty.
    """
    digest = _Digest(delivery)
    count = 0
    for number, (kind, data, around) in enumerate(parts):
        event = Event(channel, delivery, number, kind, data, around, digest)
        try:
            for outcome in read(event):
                count += 1
                if count > _MOST_EVENTS:
                    yield Malformed("too-many-events", place="entry")
                    return
                yield outcome
        except Malformed as error:
            count += 1
            yield error.with_traceback(None)
    if not count:
        empty = Event(channel, delivery, 0, "", {}, {}, digest)
        yield empty.ignored("empty", "no events")


def objects(value: object) -> list[Json]:
    """
    Return the items of a JSON array, each as an object; none if it is no array.
    """
    return [json_object(item) for item in value] if isinstance(value, list) else []


def ident(value: object) -> str:
    """
    Return an id as text, empty if it is none; one too long as its digest.
    """
    if type(value) is int:
        return "" if whole_number(value) is None else str(value)
    if not isinstance(value, str):
        return ""
    text = clean(value).strip()
    if len(text) > _LONGEST_ID:
        return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    return text


def error_of(error: Json) -> str:
    """
    Return Meta's error as one line: its code and its title.
    """
    code = whole_number(error.get("code"))
    title = text_of(error.get("title")) or text_of(error.get("message"))
    parts = ("" if code is None else str(code), title)
    return excerpt(" ".join(part for part in parts if part))


# -- asking the Graph ------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Graph:
    """
    Describe requests to the Graph API.

    *name* is the platform's, with which the rules of refusals begin.
    """

    name: str
    api: str
    version: str
    token: str = attrs.field(repr=False)

    def refusal(self, rule: str, message: str) -> Refused:
        """Return the refusal by a rule of this platform."""
        return Refused(f"{self.name}.{rule}", message)

    @property
    def _bearer(self) -> tuple[str, str]:
        if not self.token:
            raise self.refusal("no-token", "the channel has no access token")
        return ("Authorization", f"Bearer {self.token}")

    def post(self, path: str, body: dict[str, object], key: str) -> Outgoing:
        """Describe the sending of *body*."""
        return Outgoing(
            method="POST",
            url=f"{self.api}/{self.version}/{path}",
            headers=(self._bearer, ("Content-Type", "application/json")),
            body=clean(json.dumps(body, ensure_ascii=False)).encode(),
            key=key,
        )

    def get(self, path: str) -> Fetch:
        """Describe the fetching of *path*; without a token the transport adds it."""
        return Fetch(
            method="GET",
            url=f"{self.api}/{self.version}/{path}",
            headers=(self._bearer,) if self.token else (),
        )

    def download(self, url: str) -> Fetch:
        """Describe the download of what the Graph named by *url*."""
        return Fetch(method="GET", url=url, headers=(self._bearer,))


def graph_of(name: str, channel: Settings) -> Graph:
    """
    Return the Graph API as *channel* reaches it; *name* is the platform's.
    """
    return Graph(
        name=name,
        api=channel.api,
        version=channel.graph_version,
        token=channel.access_token,
    )


def check_reply(graph: Graph, reply: Reply) -> str:
    """
    Return the text to send.

    Raises:
        Refused: there is none, there are attachments, or nobody wrote first.
    """
    if reply.last_inbound_at is None:
        raise graph.refusal("reply.never-wrote", "the person never wrote")
    if reply.attachments:
        raise graph.refusal("reply.attachments", "a reply is text alone")
    text = clean(reply.text)
    if not text.strip():
        raise graph.refusal("reply.empty", "the text is empty")
    return text


def fitting(reply: Reply, window: timedelta) -> bool:
    """
    Tell whether *reply* falls into the *window* after the person last wrote.
    """
    last = reply.last_inbound_at
    return last is not None and reply.sent_at - last <= window


def is_https(url: str, hosts: Iterable[str] = ()) -> bool:
    """
    Tell whether *url* is one of https, at one of *hosts* or below one, if any.
    """
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return False
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return False
    wanted = tuple(hosts)
    return (
        parts.scheme == "https"
        and bool(host)
        and parts.username is None
        and (
            not wanted
            or any(host == each or host.endswith(f".{each}") for each in wanted)
        )
    )
