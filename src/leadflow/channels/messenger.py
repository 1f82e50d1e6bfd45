"""
Messenger: the webhooks of one Facebook page, its lead ads, and replies.

What an event comes to stands in `~leadflow.channels._messaging`, which Instagram
shares.  A person has an id that holds for this page alone, and no name: the
platform tells neither phone nor e-mail.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import attrs

from leadflow.channels._form_fields import FormRole, Vocabulary
from leadflow.channels._leadgen import FIELDS, Leads
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
    from collections.abc import Iterable, Iterator, Mapping

    from leadflow.channels._meta import Json
    from leadflow.channels.outcomes import Outcome, PointerOnly
    from leadflow.channels.protocol import Delivery, Outgoing, Reading, Reply


__all__ = ("MessengerChannel",)

NETWORK = "messenger"


def _as_pairs(
    fields: Mapping[str, FormRole] | Iterable[tuple[str, FormRole]],
) -> tuple[tuple[str, FormRole], ...]:
    return tuple(dict(fields).items())


def _leads_of(channel: MessengerChannel) -> Leads:
    return Leads(
        channel=channel.id,
        graph=graph_of(NETWORK, channel),
        gate=gate_of(channel),
        vocabulary=Vocabulary(channel.fields),
        fields=channel.lead_fields,
        region=channel.region,
    )


def _rules_of(channel: MessengerChannel) -> Rules:
    rules = Rules(
        network=NETWORK,
        object="page",
        account=channel.page_id,
        starts=channel.starts,
        messages=channel.messages,
    )
    if channel.lead_ads:
        rules = attrs.evolve(rules, leads=_leads_of(channel).pointer)
    return rules


@attrs.frozen(kw_only=True)
class MessengerChannel:
    """
    Read the webhooks of one page, and describe replies.

    What comes for other pages of the same app is left to their own channels.
    *app_secret* signs every delivery, *verify_token* is the word that the hook was
    set up with, *access_token* is the page's, needed to reply and to fetch leads.

    *starts* are payloads of buttons that only open the thread.  *human_agent* is
    how long after a person's last word a member may answer (seven days), where the
    app has leave for it.  *messages* and *lead_ads* say what is read of the page: two
    channels, each with one of them off, let chats and lead ads have a kind, a
    policy and a response time of their own.
    *fields* says what a lead form's own questions mean, *lead_fields* what is
    asked of a lead.

    Raises:
        DefinitionError: the settings contradict each other, or can't be.
    """

    id: ChannelId
    page_id: str
    app_secret: str = attrs.field(repr=False)
    verify_token: str = attrs.field(default="", repr=False)
    access_token: str = attrs.field(default="", repr=False)
    starts: frozenset[str] = attrs.field(
        default=frozenset({"GET_STARTED", "GET_STARTED_PAYLOAD"}), converter=as_words
    )
    longest: int = 2000
    window: timedelta = timedelta(hours=24)
    human_agent: timedelta | None = None
    messages: bool = True
    lead_ads: bool = True
    fields: tuple[tuple[str, FormRole], ...] = attrs.field(
        default=(), converter=_as_pairs
    )
    lead_fields: str = FIELDS
    region: str = "RU"
    api: str = GRAPH
    graph_version: str = GRAPH_VERSION
    max_bytes: int = MAX_BYTES
    _gate: Gate = attrs.field(
        init=False,
        repr=False,
        eq=False,
        default=attrs.Factory(gate_of, takes_self=True),
    )
    _leads: Leads = attrs.field(
        init=False,
        repr=False,
        eq=False,
        default=attrs.Factory(_leads_of, takes_self=True),
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
                    re.fullmatch(r"[0-9]{1,32}", self.page_id) is not None,
                    "page_id",
                    "wrong-page-id",
                    "a page's id has digits only",
                ),
                (
                    self.longest > 0,
                    "longest",
                    "wrong-limit",
                    "a text has at least one character",
                ),
                (
                    self.messages or self.lead_ads,
                    "messages",
                    "reads-nothing",
                    "the channel reads neither messages nor lead ads",
                ),
                (
                    "field_data" in self.lead_fields,
                    "lead_fields",
                    "no-field-data",
                    "without field_data a lead is empty",
                ),
            ),
        )

    # -- reading -------------------------------------------------------------------

    def read(self, delivery: Delivery) -> Reading:
        """
        Return what *delivery* was; a GET that sets up the hook is answered.

        A lead ad's event is a pointer; its fetch's answer goes to `resolve`.
        """
        return read_hook(delivery, self._gate, self._outcomes)

    def _outcomes(self, body: Json, delivery: Delivery) -> Iterator[Outcome]:
        rules = self._rules
        return taken_apart(
            parts_of(body, rules), self.id, delivery, partial(outcomes_of, rules)
        )

    def resolve(self, pointer: PointerOnly, answer: Delivery) -> Reading:
        """
        Return the lead that *pointer*'s fetch brought: an `Inbound`, or why not.

        Leads of Meta's testing tool are ignored; an error of the Graph API is
        `Malformed` (``graph-error``), and the fetch may be tried again.
        """
        return self._leads.resolve(pointer, answer)

    def missed_leads(self, form_id: str, since: datetime, now: datetime) -> PointerOnly:
        """
        Point at all leads of a form since an instant, for what the hook missed.

        Its answer goes to `resolve`, which points on where there are more pages.

        Raises:
            Refused: *form_id* is no form's id.
        """
        return self._leads.missed(form_id, since, now)

    # -- asking the Graph ----------------------------------------------------------

    def render(self, reply: Reply) -> Outgoing:
        """
        Describe the sending of *reply* to who wrote.

        Raises:
            Refused: the channel has no token, nobody wrote first, the window is
                closed, the text is empty or too long, there are attachments, or
                nobody is named.
        """
        limits = Limits(
            longest=self.longest, window=self.window, human_agent=self.human_agent
        )
        return send_of(graph_of(NETWORK, self), self.page_id, reply, limits)
