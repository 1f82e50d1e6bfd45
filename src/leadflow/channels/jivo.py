"""
Jivo: the webhooks of a site's chat widget.

Jivo signs nothing, so a secret stands in the hook's address.  Its webhooks only
tell; there is no call to write into a chat with, so this channel reads and does
not reply: operators answer in Jivo.  Nearly every object in an event can be null.

A chat comes as several events, its beginning and its end among them; they are
parts of one touch.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import attrs

from leadflow.channels import _visitor as visitors
from leadflow.channels._event import Event
from leadflow.channels._meta import ident, objects
from leadflow.channels._secret import HookSecretPlace, check_secret, secret_checks
from leadflow.channels._webhook import (
    check_settings,
    instant,
    json_object,
    read_json,
    refused_method,
    text_of,
    whole_number,
)
from leadflow.channels.outcomes import (
    Call,
    CallDirection,
    CallResult,
    ContactChange,
    Inbound,
    InboundKind,
    Judgement,
    Outcome,
)
from leadflow.channels.protocol import Answer, Reading, guarded
from leadflow.errors import Malformed
from leadflow.identity import merge_contacts
from leadflow.values import ChannelId, ContactPoint, Person, Source


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from leadflow.channels.protocol import Delivery


__all__ = ("HookSecretPlace", "JivoChannel")

NETWORK = "jivo"

_MOST_LINES = 2000
_LONGEST_TEXT = 64 * 1024
_ENDED = frozenset({"end", "error"})
_DIRECTIONS: Mapping[str, CallDirection] = {"outgoing": "out"}


@attrs.frozen(kw_only=True)
class JivoChannel:
    """
    Read the events of a Jivo account, or of one widget of it.

    *secret* is the part of the hook's address that can't be guessed: the last part
    of its path, or, by *hidden_in*, a parameter of its query or a header, both
    named *hidden_as*.  With *widget_id*, events of other widgets are left to
    their own channels.  *region* is the country that phones without a code are
    dialled in.

    Raises:
        DefinitionError: the settings can't be.
    """

    id: ChannelId
    secret: str = attrs.field(repr=False)
    hidden_in: HookSecretPlace = "path"
    hidden_as: str = "key"
    widget_id: str = ""
    region: str = "RU"
    max_bytes: int = 4 * 1024 * 1024

    def __attrs_post_init__(self) -> None:
        check_settings(
            f"channels.{self.id}",
            secret_checks(self.secret, self.hidden_in, self.hidden_as),
        )

    def read(self, delivery: Delivery) -> Reading:
        """
        Return what the event in *delivery* was; Jivo wants JSON for an answer.
        """
        return guarded(
            lambda: self._read(delivery),
            max_bytes=self.max_bytes,
            size=len(delivery.body),
        )

    def _read(self, delivery: Delivery) -> Reading:
        if delivery.method.upper() != "POST":
            return refused_method(delivery.method)
        check_secret(delivery, self.secret, place=self.hidden_in, name=self.hidden_as)
        answer = self.known()
        try:
            return Reading((self._outcome(self._event(delivery)),), answer)
        except Malformed as error:
            return Reading((error.with_traceback(None),), answer)

    def _event(self, delivery: Delivery) -> Event:
        body = json_object(read_json(delivery.body, without=(self.secret,)))
        kind = text_of(body.get("event_name"))
        if not kind:
            raise Malformed("no-event-name", place="event_name")
        return Event(
            channel=self.id,
            delivery=delivery,
            kind=kind,
            data=body,
            around=body,
        )

    def known(
        self,
        *,
        person: Person | None = None,
        contact_points: Iterable[ContactPoint] = (),
        description: str = "",
        crm_link: str = "",
        custom_data: Iterable[tuple[str, str]] = (),
        enable_assign: bool | None = None,
    ) -> Answer:
        """
        Return an answer to a chat's beginning that tells the operator who it is.

        *description* and *custom_data* (title and content) are shown beside the
        chat, *crm_link* leads to the client's page, *enable_assign* lets operators
        ask to become responsible.
        """
        told: dict[str, object] = {"result": "ok"}
        info = {"name": person.name if person else "", "description": description}
        for point in contact_points:
            if point.kind in {"phone", "email"}:
                info.setdefault(point.kind, point.value or point.raw)
        if info := {name: value for name, value in info.items() if value}:
            told["contact_info"] = info
        if rows := [{"title": one, "content": two} for one, two in custom_data]:
            told["custom_data"] = rows
        if crm_link:
            told["crm_link"] = crm_link
        if enable_assign is not None:
            told["enable_assign"] = enable_assign
        return Answer(body=json.dumps(told).encode(), media_type="application/json")

    def _outcome(self, event: Event) -> Outcome:
        widget = ident(event.data.get("widget_id"))
        if self.widget_id and widget != self.widget_id:
            return event.ignored(
                "other_account", widget or "no widget", key=_key(event, widget)
            )
        if reader := _READERS.get(event.kind):
            return reader(event, _Visit.of(event, self.region))
        if event.kind in _NOTICES:
            return event.ignored("service_message", event.kind, key=_key(event, widget))
        return event.ignored("unknown_event", event.kind, key=_key(event, widget))


_NOTICES = frozenset({"chat_assigned", "client_attribute_updated"})


def _key(event: Event, widget: str, own: str = "") -> str:
    """
    Return the id by which an event counts once inside the account.
    """
    own = own or event.delivery.digest
    return f"{widget}/{event.kind}/{own}" if widget else f"{event.kind}/{own}"


@attrs.frozen(kw_only=True)
class _Visit:
    """
    Hold what every event tells: the visitor, the page, the chat.
    """

    region: str
    widget: str
    chat: str
    known: tuple[ContactPoint, ...]
    contacts: tuple[ContactPoint, ...]
    person: Person
    source: Source
    extra: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, event: Event, region: str) -> _Visit:
        """Return what *event* tells of the visit."""
        data = event.data
        widget, chat = ident(data.get("widget_id")), ident(data.get("chat_id"))
        visitor = json_object(data.get("visitor"))
        session = json_object(data.get("session"))
        number = ident(visitor.get("number"))
        marks = [
            *visitors.marks_of(session.get("utm_json")),
            *visitors.marks_of(session.get("utm")),
        ]
        page = json_object(data.get("page"))
        geo = json_object(session.get("geoip"))
        agents = [json_object(data.get("agent")), *objects(data.get("agents"))[:20]]
        extra = (
            ("page_title", text_of(page.get("title"))),
            ("topic", _title_of(data.get("topic"))),
            ("department", _title_of(data.get("department"))),
            ("description", text_of(visitor.get("description"))),
            ("social", _title_of(visitor.get("social"))),
            ("city", text_of(geo.get("city"))),
            ("user_token", ident(data.get("user_token"))),
            *(("agent", text_of(agent.get("name"))) for agent in agents),
        )
        return cls(
            region=region,
            widget=widget,
            chat=f"{widget}/{chat}" if chat and widget else chat,
            known=visitors.own_point(NETWORK, widget, number),
            contacts=visitors.contacts_of(visitor, region),
            person=visitors.person_of(visitor),
            source=visitors.source_of(marks, page),
            extra=tuple(dict.fromkeys(pair for pair in extra if pair[1])),
        )

    def inbound(
        self,
        event: Event,
        *,
        key: str,
        kind: InboundKind = "message",
        text: str = "",
        sent_at: datetime | None = None,
        contacts: tuple[ContactPoint, ...] = (),
        call: Call | None = None,
        judgement: Judgement,
        extra: tuple[tuple[str, str], ...] = (),
    ) -> Inbound:
        """Return an inbound of this visit; events of one chat are parts of it."""
        points = merge_contacts((*self.known, *self.contacts), contacts)
        return Inbound(
            channel=event.channel,
            kind=kind,
            external_id=_key(event, self.widget, key),
            received_at=event.delivery.received_at,
            sent_at=sent_at,
            conversation=self.chat,
            part_of=self.chat if kind == "message" else "",
            contact_points=points,
            person=self.person,
            text=text,
            source=self.source,
            call=call,
            judgement=judgement,
            extra=self.extra + extra,
        )


def _title_of(value: object) -> str:
    """
    Return the words of what is a text, or an object with a title or a name.
    """
    if isinstance(value, dict):
        return text_of(value.get("title")) or text_of(value.get("name"))
    return ident(value)


def _offline(event: Event, visit: _Visit) -> Outcome:
    data = event.data
    number = ident(data.get("offline_message_id"))
    text = text_of(data.get("message"))
    if not text.strip() and not visit.contacts:
        return event.ignored("empty", event.kind, key=_key(event, visit.widget, number))
    return visit.inbound(
        event, key=number, text=text, judgement=Judgement(reasons=("offline",))
    )


def _accepted(event: Event, visit: _Visit) -> Outcome:
    chat = ident(event.data.get("chat_id"))
    if not chat:
        raise Malformed("no-chat-id", place="chat_id")
    # An operator is talking to the person already.
    judgement = Judgement(may_answer=False, reasons=("chat_accepted",))
    return visit.inbound(event, key=chat, judgement=judgement)


def _finished(event: Event, visit: _Visit) -> Outcome:
    data = event.data
    own = ident(data.get("chat_id"))
    if not own:
        raise Malformed("no-chat-id", place="chat_id")
    chat = json_object(data.get("chat"))
    key = _key(event, visit.widget, own)
    if chat.get("blacklisted") is True:
        return event.ignored("blacklisted", event.kind, key=key)
    lines = objects(chat.get("messages"))[:_MOST_LINES]
    said = [line for line in lines if line.get("type") == "visitor"]
    text = "\n".join(words for line in said if (words := text_of(line.get("message"))))
    if lines and not said:
        return event.ignored("own_echo", "nobody but agents wrote", key=key)
    if not lines and not visit.known and not visit.contacts:
        return event.ignored("empty", event.kind, key=key)
    received_at = event.delivery.received_at
    extra = (
        ("transcript", text_of(data.get("plain_messages"))[:_LONGEST_TEXT]),
        ("rate", ident(chat.get("rate"))),
    )
    return visit.inbound(
        event,
        key=own,
        text=text[:_LONGEST_TEXT],
        sent_at=instant(said[0].get("timestamp"), received_at) if said else None,
        judgement=Judgement(may_answer=False, reasons=("chat_finished",)),
        extra=tuple(pair for pair in extra if pair[1]),
    )


def _call(event: Event, visit: _Visit) -> Outcome:
    call = json_object(event.data.get("call"))
    status, kind = text_of(call.get("status")), text_of(call.get("type"))
    own = ident(event.data.get("chat_id")) or ident(call.get("id"))
    if status not in _ENDED:
        key = _key(event, visit.widget, f"{own}/{status}" if own else "")
        return event.ignored("call_in_progress", status or "no status", key=key)
    contacts = visitors.contacts_of({"phone": call.get("phone")}, visit.region)
    seconds = whole_number(call.get("duration")) or 0
    agent = json_object(event.data.get("agent"))
    record = text_of(call.get("record_url"))
    result: CallResult = "answered" if record or seconds > 0 or agent else "missed"
    if status == "error":
        result = "failed"
    direction = _DIRECTIONS.get(kind, "in")
    ours = direction == "out"
    extra = (("call_type", kind), ("call_reason", text_of(call.get("reason"))))
    return visit.inbound(
        event,
        key=own,
        kind="call",
        contacts=contacts,
        call=Call(
            direction=direction,
            result=result,
            employee=text_of(agent.get("email")) or text_of(agent.get("name")),
            talk=timedelta(seconds=min(max(seconds, 0), 10**6)),
            recording=record,
        ),
        judgement=Judgement(
            human=not ours,
            may_answer=not ours,
            may_open=not ours,
            reasons=("outgoing_call",) if ours else (),
        ),
        extra=tuple(pair for pair in extra if pair[1]),
    )


def _updated(event: Event, visit: _Visit) -> Outcome:
    data = event.data
    own = ident(data.get("client_id")) or ident(data.get("chat_id"))
    # The same client is updated more than once.
    key = _key(event, visit.widget, f"{own}/{event.delivery.digest}")
    was = (visit.known or visit.contacts)[:1]
    if not was:
        return event.ignored("service_message", event.kind, key=key)
    return ContactChange(
        channel=event.channel,
        external_id=key,
        change="renamed",
        was=was[0],
        now=visit.contacts,
        person=visit.person,
        detail=event.kind,
        received_at=event.delivery.received_at,
    )


_READERS: Mapping[str, Callable[[Event, _Visit], Outcome]] = {
    "call_event": _call,
    "chat_accepted": _accepted,
    "chat_finished": _finished,
    "chat_updated": _updated,
    "client_updated": _updated,
    "offline_message": _offline,
}
