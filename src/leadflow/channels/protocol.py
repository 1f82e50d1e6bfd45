"""
The shape of a channel adapter: bytes in, outcomes out, no I/O between.

An adapter is a value: its settings go into the constructor, and nothing is
remembered between two readings.  It never raises on what a platform sends:
`Channel.read` is the one door, and what is wrong with a delivery stands among its
outcomes as `~leadflow.errors.Malformed` or `~leadflow.errors.Unverified`.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import attrs

from leadflow.channels.outcomes import Outcome, PointerOnly
from leadflow.errors import Malformed, Unverified
from leadflow.values import Attachment, ChannelId, ContactPoint, aware_utc


if TYPE_CHECKING:
    from collections.abc import Callable


__all__ = (
    "ACCEPTED",
    "FORBIDDEN",
    "Answer",
    "Channel",
    "Delivery",
    "FetchingChannel",
    "Outgoing",
    "Reading",
    "Reply",
    "ReplyingChannel",
    "guarded",
)


@attrs.frozen(kw_only=True)
class Delivery:
    """
    Hold one raw delivery as it reached us.

    *headers* are (name, value) pairs as received, in order; names compare
    without case.  *body* is the raw bytes, never re-encoded.  *received_at* is
    aware UTC.  *method* and *url* are those of an HTTP request; a mailbox
    leaves them alone.  Body, headers and URL may hold secrets and stay out of
    ``repr``.
    """

    body: bytes = attrs.field(repr=False)
    received_at: datetime = attrs.field(converter=aware_utc)
    headers: tuple[tuple[str, str], ...] = attrs.field(default=(), repr=False)
    method: str = "POST"
    url: str = attrs.field(default="", repr=False)

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the body in hex: a key for what has no id."""
        return sha256(self.body).hexdigest()

    def header(self, name: str) -> str | None:
        """Return the first header *name*, compared without case, or None."""
        wanted = name.lower()
        for key, value in self.headers:
            if key.lower() == wanted:
                return value
        return None


@attrs.frozen(kw_only=True)
class Answer:
    """
    Hold the HTTP answer that the platform wants for a whole delivery.
    """

    status: int = 200
    body: bytes = b""
    media_type: str = "text/plain; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()


ACCEPTED = Answer(body=b"ok")
FORBIDDEN = Answer(status=403)


@attrs.frozen
class Reading:
    """
    Hold what a delivery was: *outcomes* in order, and the *answer* to give.
    """

    outcomes: tuple[Outcome, ...]
    answer: Answer = ACCEPTED


@attrs.frozen(kw_only=True)
class Reply:
    """
    Hold what we want to say, for a channel to describe (R8).

    *id* is ours and stable over retries: the key by which the platform may
    drop a repeated send.  *conversation* and *to* say where it goes, *answers*
    is the platform's id of the message that it answers, *last_inbound_at* when
    the person last wrote (platforms close their window after it), *automatic*
    marks an answer that no person wrote.
    """

    id: str
    text: str
    to: ContactPoint
    conversation: str = ""
    answers: str = ""
    thread: tuple[str, ...] = ()
    subject: str = ""
    last_inbound_at: datetime | None = None
    sent_at: datetime = attrs.field(converter=aware_utc)
    automatic: bool = False
    attachments: tuple[Attachment, ...] = ()


@attrs.frozen(kw_only=True)
class Outgoing:
    """
    Describe one send; a transport of the user's carries it out.

    *method* is an HTTP method, or ``SMTP`` with the envelope in *headers*
    (``MAIL FROM``, ``RCPT TO``) and the message in *body*.  *key* is the
    idempotency key.  Headers, URL and body can hold secrets and stay out of
    ``repr``.
    """

    method: str
    url: str = attrs.field(repr=False)
    headers: tuple[tuple[str, str], ...] = attrs.field(default=(), repr=False)
    body: bytes = attrs.field(default=b"", repr=False)
    key: str = ""


@runtime_checkable
class Channel(Protocol):
    """
    Read deliveries of one concrete account.

    *id* is the channel's id in the playbook.
    """

    @property
    def id(self) -> ChannelId:
        """Return the channel's id in the playbook."""
        ...

    def read(self, delivery: Delivery) -> Reading:
        """Return what *delivery* was; never raises on any bytes."""
        ...


@runtime_checkable
class ReplyingChannel(Channel, Protocol):
    """
    Read deliveries, and describe replies (R8).
    """

    def render(self, reply: Reply) -> Outgoing:
        """
        Describe the sending of *reply*.

        Raises:
            Refused: the platform would not take it: too long, outside its
                window, the user never wrote.
        """
        ...


@runtime_checkable
class FetchingChannel(Channel, Protocol):
    """
    Read deliveries that only point at their content.
    """

    def resolve(self, pointer: PointerOnly, answer: Delivery) -> Reading:
        """Return the outcomes once *pointer*'s fetch got *answer*; never raises."""
        ...


def guarded(read: Callable[[], Reading], *, max_bytes: int, size: int) -> Reading:
    """
    Run *read* behind the one receiving door of an adapter.

    Refuses more than *max_bytes* before any work.  What was not authentic is
    answered 403, what cannot be read 200, so that the platform neither blocks
    the hook nor sends it for ever; the outcome says what it was.
    """
    if size > max_bytes:
        return Reading((Malformed("too-large", place="body"),), Answer(status=413))
    try:
        return read()
    except Unverified as error:
        return Reading((error.with_traceback(None),), FORBIDDEN)
    except Malformed as error:
        return Reading((error.with_traceback(None),), ACCEPTED)
