"""
Forms of sites: one webhook a submission, in JSON, urlencoded or multipart.

Nobody owns this format, so the adapter goes by what the fields are called
(`~leadflow.channels._form_fields`) and keeps what it doesn't know.  Tilda's way
is built in: ``Name``, ``Email``, ``Phone``, ``tranid``, the test call
``test=test``, the cookie dump and the cart under ``payment``.

A form has no conversation and can't be replied to: the answer goes to the phone
or e-mail that was left.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import attrs

from leadflow.channels._form_body import Body, Limits, Pairs, read_body
from leadflow.channels._form_fields import ROLES, FormRole, Vocabulary
from leadflow.channels._form_multipart import attachments_of, file_of
from leadflow.channels._secret import given_secret
from leadflow.channels._submission import Submission
from leadflow.channels._webhook import (
    check_settings,
    excerpt,
    instant,
    refused_method,
    same_secret,
    signed_by,
)
from leadflow.channels.outcomes import Ignored, IgnoredReason, Inbound
from leadflow.channels.protocol import ACCEPTED, Answer, Delivery, Reading, guarded
from leadflow.errors import Malformed, Refused, Unverified
from leadflow.values import ChannelId


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


__all__ = (
    "FormRole",
    "FormSecret",
    "FormSignature",
    "SecretPlace",
    "WebFormChannel",
)

SecretPlace = Literal["header", "query", "path", "field"]

_STATUSES = {
    "content-encoding-unsupported": 415,
    "content-type-unsupported": 415,
    "field-too-large": 413,
    "file-too-large": 413,
    "multipart-unsupported": 415,
    "too-many-fields": 413,
    "too-many-files": 413,
}
_LONGEST_ID = 128
_MINUTE = 60


@attrs.frozen(kw_only=True)
class FormSecret:
    """
    Say which secret a delivery must carry, and where.

    *place* is a ``header`` or ``field`` of that *name*, a parameter *name* of the
    URL's ``query``, or the last part of its ``path`` (then *name* is of no use).
    In the header Authorization a leading ``Bearer`` is taken off.
    """

    value: str = attrs.field(repr=False)
    place: SecretPlace = "header"
    name: str = "X-Api-Key"


@attrs.frozen(kw_only=True)
class FormSignature:
    """
    Say how a delivery is signed: HMAC-SHA256 of the raw body, in hex.

    With *time_header* a delivery is refused when that header's Unix time is more
    than *tolerance* from the time of receipt.  A time that isn't signed can be
    changed by whoever repeats a delivery: set *signs_time* where the sender signs
    ``<time>.<body>``.
    """

    key: str = attrs.field(repr=False)
    header: str = "X-Signature"
    time_header: str = ""
    signs_time: bool = False
    tolerance: timedelta = timedelta(minutes=5)


def _as_pairs(
    fields: Mapping[str, FormRole] | Iterable[tuple[str, FormRole]],
) -> tuple[tuple[str, FormRole], ...]:
    return tuple(dict(fields).items())


@attrs.frozen
class _Form:
    """
    Hold what follows from a channel's settings, worked out once.
    """

    vocabulary: Vocabulary
    limits: Limits


def _form_of(channel: WebFormChannel) -> _Form:
    own: list[tuple[str, FormRole]] = [(name, "honeypot") for name in channel.honeypots]
    return _Form(
        Vocabulary([*own, *channel.fields]),
        Limits(
            fields=channel.max_fields,
            field=channel.max_field,
            files=channel.max_files,
            file=channel.max_file,
        ),
    )


@attrs.frozen(kw_only=True)
class WebFormChannel:
    """
    Read the submissions of one form, or of all forms of one site.

    *fields* says what own field names mean (``{"Input_3": "phone"}``), beside the
    usual Russian and English ones, which need no mention; ``extra`` takes a usual
    meaning away.  *region* is the country that phones without a code are dialled
    in, *currency* that of prices without one.

    A delivery must carry *secret* and *signature*, as far as they are set; with
    neither the form must be said to be *public*.  A field named in *honeypots*
    is one that only robots fill.

    Uploads need the extra ``forms``; they are described as attachments, and `file`
    has their bytes.  *max_bytes* bounds the whole body, *max_files* and *max_file*
    their number and size.

    What can't be read is answered *malformed_status*: 400 tells the author of a
    form, 200 keeps a platform from switching the hook off.

    Raises:
        DefinitionError: the settings contradict each other.
    """

    id: ChannelId
    secret: FormSecret | None = None
    signature: FormSignature | None = None
    public: bool = False
    fields: tuple[tuple[str, FormRole], ...] = attrs.field(
        default=(), converter=_as_pairs
    )
    honeypots: tuple[str, ...] = ("_gotcha", "_honey", "bot-field", "honeypot")
    region: str = "RU"
    currency: str = "RUB"
    malformed_status: int = 400
    max_bytes: int = 1024 * 1024
    max_fields: int = 200
    max_field: int = 64 * 1024
    max_files: int = 20
    max_file: int = 20 * 1024 * 1024
    _form: _Form = attrs.field(
        init=False,
        repr=False,
        eq=False,
        default=attrs.Factory(_form_of, takes_self=True),
    )

    def __attrs_post_init__(self) -> None:
        known = self.secret or self.signature
        signature = self.signature or FormSignature(key="-")
        secret = self.secret or FormSecret(value="-")
        day = timedelta(days=1)
        check_settings(
            f"channels.{self.id}",
            (
                (
                    bool(known) != self.public,
                    "secret",
                    "no-authenticity",
                    "a form has a secret or a signature, or is said to be public",
                ),
                (
                    bool(secret.value),
                    "secret.value",
                    "empty-secret",
                    "the secret is empty",
                ),
                (
                    bool(secret.name) or secret.place == "path",
                    "secret.name",
                    "unnamed-secret",
                    f"a secret in a {secret.place} needs the name of it",
                ),
                (
                    bool(signature.key),
                    "signature.key",
                    "empty-secret",
                    "the signature's key is empty",
                ),
                (
                    timedelta() < signature.tolerance < day,
                    "signature.tolerance",
                    "wrong-tolerance",
                    "the tolerance is more than nothing and less than a day",
                ),
                (
                    bool(signature.time_header) or not signature.signs_time,
                    "signature.time_header",
                    "unnamed-header",
                    "a signed time needs the name of its header",
                ),
                *(
                    (
                        role in ROLES,
                        f"fields.{name}",
                        "unknown-role",
                        f"a field can't be {role!r}",
                    )
                    for name, role in self.fields
                ),
            ),
        )

    # -- reading -------------------------------------------------------------------

    def read(self, delivery: Delivery) -> Reading:
        """
        Return what *delivery* was: one `Inbound`, or why it is none.

        What is not a submission: a filled honeypot and the platform's test call
        (`Ignored`), neither contact nor text (`Malformed`, ``no-contact``).
        """
        return guarded(
            lambda: self._read(delivery),
            max_bytes=self.max_bytes,
            size=len(delivery.body),
        )

    def _read(self, delivery: Delivery) -> Reading:
        if delivery.method.upper() != "POST":
            return refused_method(delivery.method)
        self._verify(delivery)
        try:
            outcome = self._outcome(delivery, self._open(delivery))
        except Malformed as error:
            status = _STATUSES.get(error.reason, self.malformed_status)
            answer = Answer(status=status, body=error.reason.encode())
            return Reading((error.with_traceback(None),), answer)
        return Reading((outcome,), ACCEPTED)

    def _verify(self, delivery: Delivery) -> None:
        secret, signature = self.secret, self.signature
        if secret is not None and secret.place != "field":
            given = given_secret(delivery, secret.place, secret.name)
            if not same_secret(given, secret.value):
                raise Unverified(f"wrong-secret-in-{secret.place}")
        if signature is None:
            return
        message = delivery.body
        if signature.time_header:
            stamp = delivery.header(signature.time_header)
            sent = instant(stamp, delivery.received_at)
            if sent is None or stamp is None:
                raise Unverified("no-time")
            if abs(delivery.received_at - sent) > signature.tolerance:
                raise Unverified("stale")
            if signature.signs_time:
                message = stamp.encode("utf-8", "replace") + b"." + message
        if not signed_by(delivery.header(signature.header), signature.key, message):
            raise Unverified("wrong-signature")

    def file(self, delivery: Delivery, locator: str) -> bytes:
        """
        Return the bytes of the attachment *locator* of *delivery*.

        Raises:
            Unverified: the delivery is not authentic.
            Malformed: it can't be read.
            Refused: it has no such file (rule ``file.foreign``).
        """
        if len(delivery.body) > self.max_bytes:
            raise Malformed("too-large", place="body")
        self._verify(delivery)
        found = file_of(self._open(delivery).files, locator)
        if found is None:
            raise Refused("file.foreign", "the locator is no file of this delivery")
        return found

    def _open(self, delivery: Delivery) -> Body:
        """
        Return the fields, without the secret where that is one of them.
        """
        secret = self.secret
        in_field = secret is not None and secret.place == "field"
        try:
            body = read_body(
                delivery, limits=self._form.limits, without=self._secrets()
            )
        except Malformed as error:
            # That we lack a library is for the owner to know, and no secret.
            if in_field and error.reason != "multipart-unsupported":
                raise Unverified("no-secret-in-field") from None
            raise
        if secret is None or not in_field:
            return body
        wanted = secret.name.lower()
        given = [value for name, value in body.pairs if name.lower() == wanted]
        if not same_secret(given[0] if given else None, secret.value):
            raise Unverified("wrong-secret-in-field")
        kept = [pair for pair in body.pairs if pair[0].lower() != wanted]
        return Body(kept, body.files)

    def _secrets(self) -> tuple[str, ...]:
        return (
            self.secret.value if self.secret else "",
            self.signature.key if self.signature else "",
        )

    def _outcome(self, delivery: Delivery, body: Body) -> Inbound | Ignored:
        pairs, attachments = body.pairs, attachments_of(body.files)
        form = Submission(self._form.vocabulary, self._form.limits)
        for name, value in pairs:
            form.take(name, value)
        external_id, also = _ids(
            form, [*pairs, *((a.locator, a.sha256) for a in attachments)], delivery
        )
        if form.first("honeypot"):
            return self._ignored(delivery, external_id, "honeypot")
        contact_points = form.contact_points(self.region)
        if ("test", "test") in pairs and not contact_points:
            return self._ignored(delivery, external_id, "platform_test")
        products, amount = form.goods(self.currency)
        text = "\n".join(form.all("text"))
        subject = form.first("subject") or form.first("form_name")
        says = text or form.first("subject") or products or amount or attachments
        if not (contact_points or says):
            raise Malformed(
                "no-contact",
                place="fields",
                excerpt=excerpt(
                    ", ".join(name for name, _ in pairs), without=self._secrets()
                ),
            )
        return Inbound(
            channel=self.id,
            kind="order" if form.payment else "form",
            external_id=external_id,
            also=also,
            received_at=delivery.received_at,
            sent_at=instant(form.first("sent_at"), delivery.received_at),
            contact_points=contact_points,
            person=form.person(),
            subject=subject,
            text=text,
            source=form.source(delivery),
            products=products,
            amount=amount,
            attachments=attachments,
            language=form.first("language"),
            consent=form.consent(),
            extra=tuple(form.extra),
        )

    def _ignored(
        self, delivery: Delivery, external_id: str, reason: IgnoredReason
    ) -> Ignored:
        return Ignored(
            channel=self.id,
            external_id=external_id,
            reason=reason,
            received_at=delivery.received_at,
        )


def _ids(
    form: Submission, pairs: Pairs, delivery: Delivery
) -> tuple[str, tuple[str, ...]]:
    """
    Return the id by which a submission counts once, and further ones.

    Without an id of the platform's it is the fields themselves within a minute;
    the minute before is a second id, so that a double click across the full
    minute is met too.
    """
    given = form.first("submission")
    if not given and (order_id := form.order_id()):
        given = f"order/{order_id}"
    if given:
        form_id = form.first("form_id")
        key = f"{form_id}/{given}" if form_id else given
        if len(key) > _LONGEST_ID:
            key = hashlib.sha256(key.encode()).hexdigest()
        return key, ()
    fields = sorted(pair for pair in pairs if not form.is_time(pair[0]))
    canonical = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    minute = int(delivery.received_at.timestamp()) // _MINUTE
    return f"{digest}@{minute}", (f"{digest}@{minute - 1}",)
