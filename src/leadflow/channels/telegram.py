"""
Telegram bots: one update a webhook, as the Bot API 10.2 sends it.

What an update comes to stands in `~leadflow.channels._telegram_update`; here are
the bot's settings, its one receiving door, and what we ask of Telegram.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import attrs

from leadflow.channels import _telegram_reply as sending
from leadflow.channels._telegram_update import Rules, Update, outcomes_of, update_of
from leadflow.channels._webhook import (
    check_settings,
    json_object,
    read_json,
    refused_method,
    same_secret,
    text_of,
)
from leadflow.channels.protocol import (
    ACCEPTED,
    Answer,
    Delivery,
    Outgoing,
    Reading,
    Reply,
    guarded,
)
from leadflow.errors import Unverified
from leadflow.values import ChannelId


if TYPE_CHECKING:
    from collections.abc import Iterable

    from leadflow.channels.outcomes import Fetch


__all__ = ("TelegramChannel",)

_HEADER = "X-Telegram-Bot-Api-Secret-Token"


def _as_ids(ids: Iterable[int]) -> frozenset[int]:
    return frozenset(ids)


def _rules_of(channel: TelegramChannel) -> Rules:
    return Rules(
        channel=channel.id,
        bot_id=channel.bot_id,
        username=channel.username,
        allow_groups=channel.allow_groups,
        guest_messages=channel.guest_messages,
        business_owners=channel.business_owners,
    )


@attrs.frozen(kw_only=True)
class TelegramChannel:
    """
    Read the updates of one bot, and describe replies.

    *bot_id* is the number in front of the colon of the bot's token.
    *secret_token* is what was given to ``setWebhook``; None is for updates that
    were fetched by ``getUpdates``, where no stranger can write.  *token* is needed
    to reply and to fetch files.  *username* is the bot's, without the @.

    *allow_groups* lets messages in groups open leads, *guest_messages* those to a
    guest bot in chats that it is no member of.  *business_owners* are the user ids of
    our own people whose business accounts are connected: what they write is ours.

    Raises:
        DefinitionError: the settings contradict each other, or can't be.
    """

    id: ChannelId
    bot_id: int
    secret_token: str | None = attrs.field(repr=False)
    token: str = attrs.field(default="", repr=False)
    username: str = ""
    allow_groups: bool = False
    guest_messages: bool = False
    business_owners: frozenset[int] = attrs.field(
        default=frozenset(), converter=_as_ids
    )
    api: str = "https://api.telegram.org"
    max_bytes: int = 1024 * 1024
    _rules: Rules = attrs.field(
        init=False,
        repr=False,
        eq=False,
        default=attrs.Factory(_rules_of, takes_self=True),
    )

    def __attrs_post_init__(self) -> None:
        secret = self.secret_token
        check_settings(
            f"channels.{self.id}",
            (
                (
                    secret is None
                    or re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret) is not None,
                    "secret_token",
                    "wrong-secret-token",
                    "a secret token is 1 to 256 of A-Z, a-z, 0-9, _ and -",
                ),
                (
                    not self.token or self.token.startswith(f"{self.bot_id}:"),
                    "token",
                    "token-of-another-bot",
                    "the token is not this bot's",
                ),
                (
                    re.fullmatch(r"\w{0,64}", self.username) is not None,
                    "username",
                    "wrong-username",
                    "a username has letters, digits and _ only",
                ),
            ),
        )

    # -- reading -------------------------------------------------------------------

    def read(self, delivery: Delivery) -> Reading:
        """
        Return what the update in *delivery* was.

        A pressed button is answered with the call that stops it from spinning.
        """
        return guarded(
            lambda: self._read(delivery),
            max_bytes=self.max_bytes,
            size=len(delivery.body),
        )

    def _read(self, delivery: Delivery) -> Reading:
        if delivery.method.upper() != "POST":
            return refused_method(delivery.method)
        secret = self.secret_token
        if secret is not None and not same_secret(delivery.header(_HEADER), secret):
            raise Unverified("wrong-secret-token")
        body = read_json(delivery.body, without=(secret or "", self.token))
        update = update_of(json_object(body), self._rules, delivery.received_at)
        return Reading(outcomes_of(update), _button_answer(update) or ACCEPTED)

    # -- asking Telegram -----------------------------------------------------------

    def render(self, reply: Reply) -> Outgoing:
        """
        Describe the sending of *reply* to where the person wrote.

        Raises:
            Refused: the channel has no token, nobody wrote first, the text is
                empty or longer than 4096 UTF-16 units, there are attachments,
                no chat is named, or a business chat was silent for 24 hours.
        """
        return sending.send_of(reply, api=self.api, token=self.token)

    def file_fetch(self, locator: str) -> Fetch:
        """
        Describe the call ``getFile`` for an attachment's *locator*.

        Its answer goes to `file_download`.  Telegram's own servers give files of
        up to 20 MB; for larger ones it answers an error.

        Raises:
            Refused: the channel has no token, or *locator* is no ``file_id:…``.
        """
        return sending.file_of(locator, api=self.api, token=self.token)

    def file_download(self, answer: bytes) -> Fetch:
        """
        Describe the download itself, from the *answer* to ``getFile``.

        The URL works for an hour.

        Raises:
            Malformed: *answer* names no file.
        """
        return sending.download_of(answer, api=self.api, token=self.token)


def _button_answer(update: Update) -> Answer | None:
    """
    Return the call that the answer to a pressed button may carry.
    """
    query_id = text_of(update.data.get("id"))
    if update.kind != "callback_query" or not query_id:
        return None
    call = {"method": "answerCallbackQuery", "callback_query_id": query_id}
    return Answer(body=json.dumps(call).encode(), media_type="application/json")
