"""
VK communities: the Callback API, and replies.

What an event comes to stands in `~leadflow.channels._vk_events`; here are the
community's settings, its one receiving door, and what we ask of VK's API.

VK signs nothing: a secret stands in the body of every delivery, and another one
can stand in the address.  Facts are those of version 5.199 of the API; what came
before 5.103 is read too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from leadflow.channels import _vk_reply as asking
from leadflow.channels._event import Event
from leadflow.channels._form_fields import ROLES, FormRole, Vocabulary
from leadflow.channels._meta import is_https, objects
from leadflow.channels._secret import check_secret
from leadflow.channels._vk_base import NETWORK, Rules, sender_of
from leadflow.channels._vk_events import outcomes_of, said
from leadflow.channels._webhook import (
    check_settings,
    json_object,
    read_json,
    refused_method,
    same_secret,
    text_of,
    whole_number,
)
from leadflow.channels.protocol import ACCEPTED, Answer, Reading, guarded
from leadflow.errors import Malformed, Refused, Unverified
from leadflow.values import ChannelId, Person


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from leadflow.channels._meta import Json
    from leadflow.channels.outcomes import Fetch, Outcome, PointerOnly
    from leadflow.channels.protocol import Delivery, Outgoing, Reply
    from leadflow.values import ContactPoint


__all__ = ("VkChannel",)


def _as_pairs(
    fields: Mapping[str, FormRole] | Iterable[tuple[str, FormRole]],
) -> tuple[tuple[str, FormRole], ...]:
    return tuple(dict(fields).items())


def _rules_of(channel: VkChannel) -> Rules:
    api = asking.Api(
        address=channel.api,
        version=channel.version,
        group_id=channel.group_id,
        token=channel.access_token,
    )
    fetches = channel.fetch_cropped and bool(channel.access_token)
    return Rules(
        channel=channel.id,
        group_id=channel.group_id,
        allow_chats=channel.allow_chats,
        comments=channel.comments,
        price_digits=channel.price_digits,
        region=channel.region,
        vocabulary=Vocabulary(channel.fields),
        fetch=api.message if fetches else None,
    )


@attrs.frozen(kw_only=True)
class VkChannel:
    """
    Read the events of one community, and describe replies.

    *confirmation* is the text that VK wants to hear once a server is set up; it
    changes when the server's settings do.  *secret* is the secret key of those
    settings; *path_secret* is the last part of the hook's path, if it is one that
    can't be guessed.  *access_token* is needed to reply and to fetch.

    *allow_chats* lets messages in chats of many open leads, *comments* those in
    public.  *fields* says what the questions of lead forms mean, beside the usual
    words; *region* is the country that phones without a code are dialled in.

    VK doesn't say how long a message may be (its schema takes 9000 characters, in
    practice it is *longest*), nor how many digits of a price are kopecks
    (*price_digits*), nor whether a cut message can be fetched (*fetch_cropped*);
    they are settings.

    Raises:
        DefinitionError: the settings contradict each other, or can't be.
    """

    id: ChannelId
    group_id: int
    confirmation: str = attrs.field(repr=False)
    secret: str = attrs.field(repr=False)
    path_secret: str = attrs.field(default="", repr=False)
    access_token: str = attrs.field(default="", repr=False)
    allow_chats: bool = False
    comments: bool = False
    fields: tuple[tuple[str, FormRole], ...] = attrs.field(
        default=(), converter=_as_pairs
    )
    region: str = "RU"
    price_digits: int = 2
    longest: int = 4096
    fetch_cropped: bool = True
    api: str = "https://api.vk.com"
    version: str = "5.199"
    max_bytes: int = 1024 * 1024
    _rules: Rules = attrs.field(
        init=False,
        repr=False,
        eq=False,
        default=attrs.Factory(_rules_of, takes_self=True),
    )

    def __attrs_post_init__(self) -> None:
        check_settings(
            f"channels.{self.id}",
            (
                (
                    self.group_id > 0,
                    "group_id",
                    "wrong-group",
                    "a community's id is a positive number",
                ),
                (
                    re.fullmatch(r"[A-Za-z0-9_-]{1,64}", self.confirmation) is not None,
                    "confirmation",
                    "wrong-confirmation",
                    "what VK wants to hear has letters and digits only",
                ),
                (
                    bool(self.secret),
                    "secret",
                    "empty-secret",
                    "without a secret nothing is authentic",
                ),
                (
                    0 <= self.price_digits <= 2,
                    "price_digits",
                    "wrong-digits",
                    "a price has 0 to 2 digits of minor units",
                ),
                (
                    0 < self.longest <= 9000,
                    "longest",
                    "wrong-limit",
                    "a message has 1 to 9000 characters",
                ),
                (is_https(self.api), "api", "wrong-url", "the API is reached by https"),
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
        Return what the event in *delivery* was; a confirmation is answered.

        Everything else is answered ``ok``: VK stops sending after several other
        answers, and would take some words for orders.
        """
        return guarded(
            lambda: self._read(delivery),
            max_bytes=self.max_bytes,
            size=len(delivery.body),
        )

    def _read(self, delivery: Delivery) -> Reading:
        if delivery.method.upper() != "POST":
            return refused_method(delivery.method)
        body = self._verified(delivery)
        kind = text_of(body.get("type"))
        if (
            kind == "confirmation"
            and whole_number(body.get("group_id")) == self.group_id
        ):
            return Reading((), Answer(body=self.confirmation.encode()))
        event = self._event(delivery, kind, body)
        return Reading(outcomes_of(event, self._rules), ACCEPTED)

    def _verified(self, delivery: Delivery) -> Json:
        if self.path_secret:
            check_secret(delivery, self.path_secret, place="path", name="")
        try:
            body = json_object(read_json(delivery.body, without=self._secrets))
        except Malformed:
            # Who can't be read has shown no secret.
            raise Unverified("no-secret") from None
        given = body.get("secret")
        if not same_secret(given if isinstance(given, str) else None, self.secret):
            raise Unverified("wrong-secret")
        return body

    @property
    def _secrets(self) -> tuple[str, ...]:
        return (
            self.secret,
            self.path_secret,
            self.access_token,
            self.confirmation,
        )

    def _event(self, delivery: Delivery, kind: str, body: Json) -> Event:
        return Event(
            channel=self.id,
            delivery=delivery,
            kind=kind,
            data=json_object(body.get("object")),
            around=body,
        )

    def resolve(self, pointer: PointerOnly, answer: Delivery) -> Reading:
        """
        Return the message that was cut, from the *answer* to its fetch.
        """
        return guarded(
            lambda: self._resolve(pointer, answer),
            max_bytes=self.max_bytes,
            size=len(answer.body),
        )

    def _resolve(self, pointer: PointerOnly, answer: Delivery) -> Reading:
        told = json_object(read_json(answer.body, without=self._secrets))
        response = json_object(told.get("response"))
        items = objects(response.get("items"))
        if not items:
            code = whole_number(json_object(told.get("error")).get("error_code"))
            reason = "" if code is None else f"error {code}"
            raise Malformed("no-message", place="response.items", excerpt=reason)
        sender = sender_of(items[0])
        if sender <= 0:
            raise Malformed("no-sender", place="response.items[0].from_id")
        people = (
            asking.person_of(profile)
            for profile in objects(response.get("profiles"))
            if profile.get("id") == sender
        )
        received = attrs.evolve(answer, received_at=pointer.received_at)
        event = self._event(received, "message_new", {})
        found: Outcome | None = said(
            items[0],
            self._rules,
            key=pointer.external_id,
            received=event,
            client={},
            person=next(people, None),
        )
        if found is None:
            found = event.ignored(
                "empty",
                "a message without content",
                key=pointer.external_id,
            )
        return Reading((found,), ACCEPTED)

    # -- asking VK -----------------------------------------------------------------

    @property
    def _api(self) -> asking.Api:
        return asking.Api(
            address=self.api,
            version=self.version,
            group_id=self.group_id,
            token=self.access_token,
        )

    def render(self, reply: Reply) -> Outgoing:
        """
        Describe the sending of *reply* into the dialogue that the person wrote in.

        VK drops a second send with the same ``random_id``, which is made of the
        reply's id.  Give the answer's body to `sent`.

        Raises:
            Refused: the channel has no token, nobody wrote first, the text is
                empty or longer than *longest*, there are attachments, or no
                dialogue is named (a comment is none).
        """
        return self._api.send(reply, longest=self.longest)

    def sent(self, answer: bytes) -> str:
        """
        Return VK's id of what was sent, from its *answer*.

        VK answers 200 also when it refuses.

        Raises:
            Refused: the person takes no messages from us, or VK won't have it.
            Malformed: ``try-again`` when VK is busy or we send too much, else
                the answer can't be read.
        """
        return asking.sent_id(answer, without=self._secrets)

    def name_fetch(self, contact: ContactPoint) -> Fetch:
        """
        Describe the fetching of a person's name, which no event tells.

        Its answer goes to `name`.

        Raises:
            Refused: the channel has no token, or *contact* is no person in VK.
        """
        if contact.kind != NETWORK:
            raise Refused("vk.name.no-user", "the contact is none of VK's")
        return self._api.name(contact.value)

    def name(self, answer: bytes) -> Person:
        """
        Return who it is, from the *answer* to `name_fetch`.

        Raises:
            Malformed: *answer* names nobody.
        """
        told = json_object(read_json(answer, without=self._secrets))
        users = objects(told.get("response"))
        if not users:
            raise Malformed("no-user", place="response")
        return asking.person_of(users[0])
