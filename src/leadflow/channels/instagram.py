"""
Instagram: the webhooks of one professional account, and replies.

The events are Messenger's, with a few of their own: messages that were taken
back, answers to stories, mentions, and comments, which are public.
"""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import attrs

from leadflow.channels._messaging import Rules, as_words, outcomes_of, parts_of
from leadflow.channels._messaging_reply import Limits, send_of
from leadflow.channels._meta import (
    GRAPH,
    GRAPH_VERSION,
    MAX_BYTES,
    Gate,
    check_gate,
    gate_of,
    graph_of,
    read_hook,
    taken_apart,
)
from leadflow.values import ChannelId


if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadflow.channels._meta import Json
    from leadflow.channels.outcomes import Outcome
    from leadflow.channels.protocol import Delivery, Outgoing, Reading, Reply


__all__ = ("InstagramChannel",)

NETWORK = "instagram"


def _rules_of(channel: InstagramChannel) -> Rules:
    return Rules(
        network=NETWORK,
        object="instagram",
        account=channel.account_id,
        starts=channel.starts,
        comments=channel.comments,
    )


@attrs.frozen(kw_only=True)
class InstagramChannel:
    """
    Read the webhooks of one account, and describe replies.

    *account_id* is the id that stands in the account's webhooks.  What comes for
    other accounts of the same app is left to their own channels.  *app_secret*
    signs every delivery, *verify_token* is the word that the hook was set up with.

    Where the account is connected through a page, replies go through
    graph.facebook.com by the page, which *sender_id* names; with Instagram's own
    business login set *api* to ``https://graph.instagram.com``, and the account
    sends by itself.

    With *comments* a comment under a post opens leads too, and may have one
    private reply.  *longest* counts bytes of UTF-8.

    Raises:
        DefinitionError: the settings contradict each other, or can't be.
    """

    id: ChannelId
    account_id: str
    app_secret: str = attrs.field(repr=False)
    verify_token: str = attrs.field(default="", repr=False)
    access_token: str = attrs.field(default="", repr=False)
    sender_id: str = ""
    comments: bool = False
    starts: frozenset[str] = attrs.field(
        default=frozenset({"GET_STARTED", "GET_STARTED_PAYLOAD"}), converter=as_words
    )
    longest: int = 1000
    window: timedelta = timedelta(hours=24)
    human_agent: timedelta | None = None
    api: str = GRAPH
    graph_version: str = GRAPH_VERSION
    max_bytes: int = MAX_BYTES
    _gate: Gate = attrs.field(
        init=False,
        repr=False,
        eq=False,
        default=attrs.Factory(gate_of, takes_self=True),
    )
    _rules: Rules = attrs.field(
        init=False,
        repr=False,
        eq=False,
        default=attrs.Factory(_rules_of, takes_self=True),
    )

    def __attrs_post_init__(self) -> None:
        check_gate(
            f"channels.{self.id}",
            app_secret=self.app_secret,
            api=self.api,
            version=self.graph_version,
            more=(
                (
                    re.fullmatch(r"[0-9]{1,32}", self.account_id) is not None,
                    "account_id",
                    "wrong-account-id",
                    "an account's id has digits only",
                ),
                (
                    re.fullmatch(r"[0-9]{0,32}", self.sender_id) is not None,
                    "sender_id",
                    "wrong-sender-id",
                    "a page's id has digits only",
                ),
                (
                    self.longest > 0,
                    "longest",
                    "wrong-limit",
                    "a text has at least one byte",
                ),
            ),
        )

    # -- reading -------------------------------------------------------------------

    def read(self, delivery: Delivery) -> Reading:
        """
        Return what *delivery* was; a GET that sets up the hook is answered.
        """
        return read_hook(delivery, self._gate, self._outcomes)

    def _outcomes(self, body: Json, delivery: Delivery) -> Iterator[Outcome]:
        rules = self._rules
        return taken_apart(
            parts_of(body, rules), self.id, delivery, partial(outcomes_of, rules)
        )

    # -- asking the Graph ----------------------------------------------------------

    def render(self, reply: Reply) -> Outgoing:
        """
        Describe the sending of *reply* to who wrote, or privately to a comment.

        Raises:
            Refused: the channel has no token, nobody wrote first, the window is
                closed, the text is empty or too long, there are attachments, or
                nobody is named.
        """
        limits = Limits(
            longest=self.longest,
            window=self.window,
            human_agent=self.human_agent,
            in_bytes=True,
        )
        return send_of(
            graph_of(NETWORK, self), self.sender_id or self.account_id, reply, limits
        )
