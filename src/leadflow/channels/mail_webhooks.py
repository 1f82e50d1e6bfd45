"""
Mail that a provider takes in and posts to a webhook.

There are Mailgun, SendGrid, Postmark, Mandrill and Cloudmailin, and one's own
server in the simplest shape.  Each adapter verifies a delivery by its provider's
own scheme and finds the mails in it; what they are is for the
`~leadflow.channels.email.EmailChannel` inside to say, so all of its settings hold
here too.  A reply goes out as that channel describes it, by SMTP.

``mails`` of each gives the raw mails, to be kept where files are kept:
`~leadflow.channels.email.read_part` finds their attachments there, by the same
locators.

A provider's verdict on spam stands among the reasons of a judgement (``spam``).
Such a mail is never answered by itself, and opens a lead unless *spam_opens* is
switched off.
"""

from __future__ import annotations

import hmac
import re
from base64 import b64encode
from binascii import Error as Base64Error
from binascii import a2b_base64
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

import attrs

from leadflow.channels import _mail_providers as providers
from leadflow.channels._form_body import media_type_of
from leadflow.channels._mail_keys import carries, check, fresh, placed, signed_fields
from leadflow.channels._mail_posts import Fields, Posted, read_fields, reading
from leadflow.channels._webhook import read_json, same_secret
from leadflow.channels.email import EmailChannel
from leadflow.channels.outcomes import Ignored, Outcome
from leadflow.channels.webform import FormSecret
from leadflow.errors import Malformed, Unverified


if TYPE_CHECKING:
    from leadflow.channels.protocol import Delivery, Outgoing, Reading, Reply
    from leadflow.values import ChannelId


__all__ = (
    "CloudmailinChannel",
    "MailgunChannel",
    "MandrillChannel",
    "PostedMailChannel",
    "PostmarkChannel",
    "SendGridChannel",
    "basic_auth",
)

_Found: TypeAlias = "tuple[Posted, ...] | Outcome"


def basic_auth(user: str, password: str) -> FormSecret:
    """
    Return the secret that stands in a URL as ``https://user:password@…``.
    """
    both = b64encode(f"{user}:{password}".encode()).decode()
    return FormSecret(value=f"Basic {both}", name="Authorization")


def _mails(delivery: Delivery, found: _Found) -> tuple[Delivery, ...]:
    return tuple(p.mail(delivery) for p in found) if isinstance(found, tuple) else ()


# -- Mailgun -----------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class MailgunChannel:
    """
    Read what a route of Mailgun's forwards or stores, parsed or as raw MIME.

    *signing_key* is the HTTP webhook signing key.  It signs time and token but not
    the mail: let *secret* stand in the URL too.  A retry may come hours later and
    still be signed with the first time, so *tolerance* is longer than the eight
    hours that Mailgun tries.

    Raises:
        DefinitionError: there is no signing key.
    """

    mail: EmailChannel
    signing_key: str = attrs.field(repr=False)
    secret: FormSecret | None = None
    tolerance: timedelta = timedelta(hours=9)
    spam_opens: bool = True

    def __attrs_post_init__(self) -> None:
        check(
            self.id,
            (bool(self.signing_key), "signing_key", "the signing key is empty"),
            (placed(self.secret), "secret", "a secret stands in the URL or a header"),
        )

    @property
    def id(self) -> ChannelId:
        """Return the channel's id in the playbook."""
        return self.mail.id

    def read(self, delivery: Delivery) -> Reading:
        """Return what the mail in *delivery* was."""
        return reading(
            self.mail,
            delivery,
            lambda: self._posted(delivery),
            spam_opens=self.spam_opens,
        )

    def mails(self, delivery: Delivery) -> tuple[Delivery, ...]:
        """
        Return the raw mails of *delivery*, with their envelopes.

        Raises:
            Unverified: it is not authentic.
            Malformed: it can't be read.
        """
        return _mails(delivery, self._posted(delivery))

    def _posted(self, delivery: Delivery) -> _Found:
        carries(delivery, self.secret)
        fields = signed_fields(delivery, self.mail, self.signing_key, self.tolerance)
        return (providers.mailgun(fields),)

    def render(self, reply: Reply) -> Outgoing:
        """Describe the sending of *reply*; raises what `EmailChannel.render` does."""
        return self.mail.render(reply)


# -- one's own server --------------------------------------------------------------


@attrs.frozen(kw_only=True)
class PostedMailChannel:
    """
    Read mail that one's own server posts as a form: the simplest shape there is.

    The raw mail is the field ``message``; ``timestamp`` (Unix), ``token`` (random)
    and ``signature``, the HMAC-SHA256 of both together with *key* in hex, stand
    beside it.  ``sender`` and ``recipient`` tell the envelope, if they are given.

    Raises:
        DefinitionError: there is no key.
    """

    mail: EmailChannel
    key: str = attrs.field(repr=False)
    tolerance: timedelta = timedelta(hours=9)

    def __attrs_post_init__(self) -> None:
        check(self.id, (bool(self.key), "key", "the key is empty"))

    @property
    def id(self) -> ChannelId:
        """Return the channel's id in the playbook."""
        return self.mail.id

    def read(self, delivery: Delivery) -> Reading:
        """Return what the mail in *delivery* was."""
        return reading(
            self.mail, delivery, lambda: self._posted(delivery), spam_opens=True
        )

    def mails(self, delivery: Delivery) -> tuple[Delivery, ...]:
        """
        Return the raw mails of *delivery*, with their envelopes.

        Raises:
            Unverified: it is not authentic.
            Malformed: it can't be read.
        """
        return _mails(delivery, self._posted(delivery))

    def _posted(self, delivery: Delivery) -> _Found:
        fields = signed_fields(delivery, self.mail, self.key, self.tolerance)
        return (providers.simple(fields),)

    def render(self, reply: Reply) -> Outgoing:
        """Describe the sending of *reply*; raises what `EmailChannel.render` does."""
        return self.mail.render(reply)


# -- SendGrid ----------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class SendGridChannel:
    """
    Read what SendGrid's Inbound Parse posts, parsed or raw.

    SendGrid signs with ECDSA where a security policy says so.  *signature* checks
    it, given the signed bytes (time and raw body) and the signature (DER), with the
    policy's public key, in whichever library is at hand.  *secret* is one in the URL
    (`basic_auth`, or a parameter).  One of both there must be.

    A mail with a SpamAssassin score of *spam_score* or more counts as spam.

    Raises:
        DefinitionError: there is neither secret nor signature.
    """

    mail: EmailChannel
    secret: FormSecret | None = None
    signature: Callable[[bytes, bytes], bool] | None = attrs.field(
        default=None, repr=False
    )
    tolerance: timedelta = timedelta(days=4)
    spam_score: float = 5.0
    spam_opens: bool = True

    def __attrs_post_init__(self) -> None:
        some = self.secret is not None or self.signature is not None
        check(
            self.id,
            (some, "secret", "there is neither a secret nor a signature"),
            (placed(self.secret), "secret", "a secret stands in the URL or a header"),
        )

    @property
    def id(self) -> ChannelId:
        """Return the channel's id in the playbook."""
        return self.mail.id

    def read(self, delivery: Delivery) -> Reading:
        """Return what the mail in *delivery* was."""
        return reading(
            self.mail,
            delivery,
            lambda: self._posted(delivery),
            spam_opens=self.spam_opens,
        )

    def mails(self, delivery: Delivery) -> tuple[Delivery, ...]:
        """
        Return the raw mails of *delivery*, with their envelopes.

        Raises:
            Unverified: it is not authentic.
            Malformed: it can't be read.
        """
        return _mails(delivery, self._posted(delivery))

    def _posted(self, delivery: Delivery) -> _Found:
        carries(delivery, self.secret)
        if self.signature is not None:
            self._verify(delivery, self.signature)
        fields = read_fields(delivery, most=self.mail.max_bytes)
        return (providers.sendgrid(fields, spam_score=self.spam_score),)

    def _verify(
        self, delivery: Delivery, signature: Callable[[bytes, bytes], bool]
    ) -> None:
        stamp = delivery.header("X-Twilio-Email-Event-Webhook-Timestamp") or ""
        given = delivery.header("X-Twilio-Email-Event-Webhook-Signature") or ""
        try:
            der = a2b_base64(given.encode("ascii", "replace"), strict_mode=True)
        except Base64Error:
            raise Unverified("wrong-signature") from None
        message = stamp.encode("utf-8", "replace") + delivery.body
        if not der or not signature(message, der):
            raise Unverified("wrong-signature")
        fresh(stamp, delivery, self.tolerance)

    def render(self, reply: Reply) -> Outgoing:
        """Describe the sending of *reply*; raises what `EmailChannel.render` does."""
        return self.mail.render(reply)


# -- Postmark ----------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class PostmarkChannel:
    """
    Read what Postmark's inbound stream posts as JSON.

    Postmark signs nothing: *secret* stands in the webhook's URL (`basic_auth`).

    Raises:
        DefinitionError: the secret can't be.
    """

    mail: EmailChannel
    secret: FormSecret
    spam_opens: bool = True

    def __attrs_post_init__(self) -> None:
        check(
            self.id,
            (placed(self.secret), "secret", "a secret stands in the URL or a header"),
        )

    @property
    def id(self) -> ChannelId:
        """Return the channel's id in the playbook."""
        return self.mail.id

    def read(self, delivery: Delivery) -> Reading:
        """Return what the mail in *delivery* was."""
        return reading(
            self.mail,
            delivery,
            lambda: self._posted(delivery),
            spam_opens=self.spam_opens,
        )

    def mails(self, delivery: Delivery) -> tuple[Delivery, ...]:
        """
        Return the raw mails of *delivery*, with their envelopes.

        Raises:
            Unverified: it is not authentic.
            Malformed: it can't be read.
        """
        return _mails(delivery, self._posted(delivery))

    def _posted(self, delivery: Delivery) -> _Found:
        carries(delivery, self.secret)
        told = read_json(delivery.body)
        found = providers.postmark(told)
        if found is None:
            return _unknown(self.id, delivery, providers.kind_of(told))
        return (found,)

    def render(self, reply: Reply) -> Outgoing:
        """Describe the sending of *reply*; raises what `EmailChannel.render` does."""
        return self.mail.render(reply)


def _unknown(id_: ChannelId, delivery: Delivery, kind: str) -> Ignored:
    return Ignored(
        channel=id_,
        external_id=delivery.digest,
        reason="unknown_event",
        detail=kind,
        received_at=delivery.received_at,
    )


# -- Mandrill ----------------------------------------------------------------------

_TEST_KEY = "test-webhook"


@attrs.frozen(kw_only=True)
class MandrillChannel:
    """
    Read what Mandrill posts: some mails in one delivery.

    *key* is the webhook's authentication key and *url* its URL, letter by letter as
    it was entered there: both are part of the signature (HMAC-SHA1).  While a
    webhook is being entered there is no key yet, and Mandrill tries the URL with no
    mails and a key that everybody knows; that is answered, and makes nothing.

    A mail with a SpamAssassin score of *spam_score* or more counts as spam.

    Raises:
        DefinitionError: key or URL are missing.
    """

    mail: EmailChannel
    key: str = attrs.field(repr=False)
    url: str = attrs.field(repr=False)
    spam_score: float = 5.0
    spam_opens: bool = True

    def __attrs_post_init__(self) -> None:
        check(
            self.id,
            (bool(self.key), "key", "the key is empty"),
            (bool(re.match(r"https?://", self.url)), "url", "the URL is no URL"),
        )

    @property
    def id(self) -> ChannelId:
        """Return the channel's id in the playbook."""
        return self.mail.id

    def read(self, delivery: Delivery) -> Reading:
        """Return what the mails in *delivery* were."""
        return reading(
            self.mail,
            delivery,
            lambda: self._posted(delivery),
            spam_opens=self.spam_opens,
        )

    def mails(self, delivery: Delivery) -> tuple[Delivery, ...]:
        """
        Return the raw mails of *delivery*, with their envelopes.

        Raises:
            Unverified: it is not authentic.
            Malformed: it can't be read.
        """
        return _mails(delivery, self._posted(delivery))

    def _posted(self, delivery: Delivery) -> _Found:
        given = delivery.header("X-Mandrill-Signature")
        if not given:
            raise Unverified("no-signature")
        try:
            fields = read_fields(delivery, most=self.mail.max_bytes)
        except Malformed:
            raise Unverified("wrong-signature") from None
        if not self._is_signed(given, fields, self.key):
            empty = (fields.data("mandrill_events") or b"").strip() == b"[]"
            if empty and self._is_signed(given, fields, _TEST_KEY):
                told = _unknown(self.id, delivery, "no mails")
                return attrs.evolve(told, reason="platform_test")
            raise Unverified("wrong-signature")
        events = read_json(fields.data("mandrill_events") or b"")
        found = providers.mandrill(events, spam_score=self.spam_score)
        return found or _unknown(self.id, delivery, providers.kind_of(events))

    def _is_signed(self, given: str, fields: Fields, key: str) -> bool:
        message = self.url.encode() + b"".join(
            part.name.encode() + part.data
            for part in sorted(fields.parts, key=lambda part: part.name)
        )
        wanted = b64encode(hmac.digest(key.encode(), message, "sha1")).decode()
        return same_secret(given.strip(), wanted)

    def render(self, reply: Reply) -> Outgoing:
        """Describe the sending of *reply*; raises what `EmailChannel.render` does."""
        return self.mail.render(reply)


# -- Cloudmailin -------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class CloudmailinChannel:
    """
    Read what Cloudmailin posts: JSON, multipart, or the raw mail.

    Cloudmailin signs nothing: *secret* stands in the target's URL (`basic_auth`).
    A mail whose sender fails SPF counts as spam, as far as *spf_fail_is_spam*.

    Raises:
        DefinitionError: the secret can't be.
    """

    mail: EmailChannel
    secret: FormSecret
    spf_fail_is_spam: bool = True
    spam_opens: bool = True

    def __attrs_post_init__(self) -> None:
        check(
            self.id,
            (placed(self.secret), "secret", "a secret stands in the URL or a header"),
        )

    @property
    def id(self) -> ChannelId:
        """Return the channel's id in the playbook."""
        return self.mail.id

    def read(self, delivery: Delivery) -> Reading:
        """Return what the mail in *delivery* was."""
        return reading(
            self.mail,
            delivery,
            lambda: self._posted(delivery),
            spam_opens=self.spam_opens,
        )

    def mails(self, delivery: Delivery) -> tuple[Delivery, ...]:
        """
        Return the raw mails of *delivery*, with their envelopes.

        Raises:
            Unverified: it is not authentic.
            Malformed: it can't be read.
        """
        return _mails(delivery, self._posted(delivery))

    def _posted(self, delivery: Delivery) -> _Found:
        carries(delivery, self.secret)
        media_type, _ = media_type_of(delivery.header("Content-Type"))
        if media_type == "application/json":
            fields = providers.json_fields(delivery.body, most=self.mail.max_bytes)
        else:
            fields = read_fields(delivery, most=self.mail.max_bytes)
        return (providers.cloudmailin(fields, spf_is_spam=self.spf_fail_is_spam),)

    def render(self, reply: Reply) -> Outgoing:
        """Describe the sending of *reply*; raises what `EmailChannel.render` does."""
        return self.mail.render(reply)
