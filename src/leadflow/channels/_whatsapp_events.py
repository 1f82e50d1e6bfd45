"""
What one event of a WhatsApp business number comes to.

A body holds changes; a change is of one field and holds messages, receipts,
calls or echoes.  A lead comes from what a person writes, orders or fills in, and
from a call at its end.  Everything else is told by its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from leadflow.channels._meta import Event, Json, error_of, ident, objects
from leadflow.channels._webhook import (
    instant,
    json_object,
    text_of,
)
from leadflow.channels._whatsapp_calls import call_of, call_status_of
from leadflow.channels._whatsapp_content import content_of, context_of, source_of
from leadflow.channels._whatsapp_person import (
    CONTACTS,
    Contacts,
    Writer,
    account_points,
    digits_of,
    writer_of,
)
from leadflow.channels.outcomes import (
    PERSON,
    Amendment,
    ContactChange,
    IgnoredReason,
    Inbound,
    Judgement,
    Outcome,
    Receipt,
    ReceiptStatus,
)
from leadflow.errors import Malformed
from leadflow.values import Person


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from leadflow.channels._whatsapp_content import Content


__all__ = ("GROUP", "Rules", "outcomes_of", "parts_of")

GROUP = "g/"
"""What the key of a group's conversation begins with."""

_OBJECT = "whatsapp_business_account"
_ACCOUNT = """
    account_alerts account_review_update account_settings_update account_update
    automatic_events business_capability_update business_status_update
    campaign_status_update flows group_lifecycle_update
    group_participants_update group_settings_update group_status_update history
    message_template_components_update message_template_quality_update
    message_template_status_update messaging_handovers partner_solutions
    payment_configuration_update phone_number_name_update
    phone_number_quality_update security smb_app_state_sync
    template_category_update template_correct_category_detection tracking_events
"""
_NOTICES = frozenset(_ACCOUNT.split())
_RECEIPTS: Mapping[str, ReceiptStatus] = {
    "sent": "accepted",
    "delivered": "delivered",
    "read": "read",
    "played": "read",
    "failed": "failed",
}
_MOVED = frozenset(
    {"customer_changed_number", "user_changed_number", "user_changed_user_id"}
)


@attrs.frozen(kw_only=True)
class Rules:
    """
    Hold the settings that decide what an event comes to.
    """

    phone_number_id: str
    region: str
    allow_groups: bool = False


def parts_of(body: Json) -> Iterator[tuple[str, Json, Json]]:
    """
    Yield the events in *body*: kind, data, and the change's value around it.

    Raises:
        Malformed: it holds no entries.
    """
    entries = body.get("entry")
    if not isinstance(entries, list):
        raise Malformed("no-entry", place="entry")
    if body.get("object") != _OBJECT:
        yield "object", body, {}
        return
    for entry in objects(entries):
        for change in objects(entry.get("changes")):
            field = text_of(change.get("field"))
            value = json_object(change.get("value"))
            if field in _LISTS:
                value = {**value, CONTACTS: Contacts.of(value)}
            found = False
            for key in _LISTS.get(field, ()):
                for data in objects(value.get(key)):
                    found = True
                    yield f"{field}.{key}", data, value
            if not found:
                yield field, change, value


_LISTS: Mapping[str, tuple[str, ...]] = {
    "messages": ("messages", "statuses", "errors"),
    "calls": ("calls", "statuses"),
    "smb_message_echoes": ("message_echoes",),
    "message_echoes": ("message_echoes",),
    "user_preferences": ("user_preferences",),
}


def outcomes_of(event: Event, rules: Rules) -> Iterator[Outcome]:
    """
    Yield what *event* comes to.

    Raises:
        Malformed: it lacks what its kind can't be without.
    """
    read = _READERS.get(event.kind)
    if read is None:
        yield _of_no_kind(event)
        return
    number = ident(json_object(event.around.get("metadata")).get("phone_number_id"))
    if number != rules.phone_number_id:
        key = ident(event.data.get("id"))
        detail = f"for the number {number or 'unknown'}"
        yield event.ignored("other_account", detail, key=f"other/{key}" if key else "")
        return
    yield read(event, rules)


def _of_no_kind(event: Event) -> Outcome:
    if event.kind == "object":
        return event.ignored("unknown_event", f"object {event.data.get('object')}")
    if event.kind in _NOTICES:
        told = text_of(event.around.get("event"))
        return event.ignored("account_notice", f"{event.kind} {told}".strip())
    if event.kind in _LISTS:
        frame = {"messaging_product", "metadata", CONTACTS, *_LISTS[event.kind]}
        unknown = ", ".join(key for key in event.around if key not in frame)
        reason: IgnoredReason = "unknown_event" if unknown else "empty"
        return event.ignored(reason, unknown or event.kind)
    return event.ignored("unknown_event", event.kind or "a change of no field")


# -- messages --------------------------------------------------------------------


def _message(event: Event, rules: Rules) -> Outcome:
    message = event.data
    key = ident(message.get("id"))
    if not key:
        raise Malformed("no-message-id", place="messages.id")
    writer = writer_of(event.around, message.get("from"), message.get("from_user_id"))
    if not writer:
        raise Malformed("no-sender", place="messages.from")
    kind = text_of(message.get("type"))
    if special := _SPECIAL.get(kind):
        return special(event, key, writer)
    group = ident(message.get("group_id"))
    if group and not rules.allow_groups:
        return event.ignored(
            "group_chat_not_allowed",
            f"group {group}",
            key=key,
            contact_points=writer.contact_points,
        )
    content = content_of(message)
    if content is None:
        return _speechless(event, key, kind, writer)
    return _inbound(event, rules, writer, content)


def _inbound(event: Event, rules: Rules, writer: Writer, content: Content) -> Inbound:
    message = event.data
    group = ident(message.get("group_id"))
    context = context_of(message)
    reasons = content.reasons + context.reasons
    contact_points = writer.contact_points
    person = writer.person
    extra = content.extra + context.extra
    if form := content.form:
        contact_points = tuple(
            dict.fromkeys(contact_points + form.contact_points(rules.region))
        )
        told = form.person()
        person = Person(
            name=told.name or person.name,
            company=told.company,
            language=told.language,
        )
        extra += tuple(form.extra)
    return Inbound(
        channel=event.channel,
        kind=content.kind,
        external_id=ident(message.get("id")),
        received_at=event.delivery.received_at,
        sent_at=instant(message.get("timestamp"), event.delivery.received_at),
        conversation=f"{GROUP}{group}" if group else writer.key,
        in_reply_to=(context.answers,) if context.answers else (),
        contact_points=contact_points,
        person=person,
        text=content.text,
        source=source_of(message),
        products=content.products + context.products,
        amount=content.amount,
        attachments=content.files,
        language=person.language,
        judgement=Judgement(reasons=reasons) if reasons else PERSON,
        extra=extra,
    )


def _speechless(event: Event, key: str, kind: str, writer: Writer) -> Outcome:
    points = writer.contact_points
    if kind == "interactive":
        interactive = json_object(event.data.get("interactive"))
        told = text_of(interactive.get("type"))
        if "call_permission_reply" in interactive:
            reply = json_object(interactive["call_permission_reply"])
            detail = f"calls: {text_of(reply.get('response'))}"
            return event.ignored(
                "permission_change", detail, key=key, contact_points=points
            )
        if not interactive:
            return event.ignored(
                "service_message", "no body", key=key, contact_points=points
            )
        kind = f"interactive {told}"
    return event.ignored(
        "unknown_event", kind or "a message of no type", key=key, contact_points=points
    )


def _reaction(event: Event, key: str, writer: Writer) -> Outcome:
    emoji = text_of(json_object(event.data.get("reaction")).get("emoji"))
    return event.ignored(
        "reaction", emoji or "taken back", key=key, contact_points=writer.contact_points
    )


def _edit(event: Event, key: str, writer: Writer) -> Outcome:
    edit = json_object(event.data.get("edit"))
    of = ident(edit.get("original_message_id"))
    content = content_of(json_object(edit.get("message")))
    if not of or content is None:
        return event.ignored(
            "service_message",
            "an edit of nothing",
            key=key,
            contact_points=writer.contact_points,
        )
    return Amendment(
        channel=event.channel,
        external_id=key,
        of=of,
        kind="edit",
        text=content.text,
        received_at=event.delivery.received_at,
    )


def _revoke(event: Event, key: str, writer: Writer) -> Outcome:
    of = ident(json_object(event.data.get("revoke")).get("original_message_id"))
    if not of:
        return event.ignored(
            "service_message",
            "a deletion of nothing",
            key=key,
            contact_points=writer.contact_points,
        )
    return Amendment(
        channel=event.channel,
        external_id=key,
        of=of,
        kind="deletion",
        received_at=event.delivery.received_at,
    )


def _system(event: Event, key: str, writer: Writer) -> Outcome:
    """
    Return what WhatsApp itself tells of a person: mostly that the number changed.
    """
    system = json_object(event.data.get("system"))
    kind = text_of(system.get("type"))
    if kind not in _MOVED:
        known = kind == "customer_identity_changed"
        return event.ignored(
            "service_message" if known else "unknown_event",
            kind or "a system message of no type",
            key=key,
            contact_points=writer.contact_points,
        )
    # The number is known of everybody who ever showed it; the user id is new too.
    old = digits_of(system.get("customer")) or writer.number
    was = account_points("" if old else writer.user_id, old)
    new_number = digits_of(system.get("wa_id") or system.get("new_wa_id"))
    new_user_id = ident(system.get("user_id"))
    now = account_points(new_user_id, new_number)
    if not was or not now:
        return event.ignored(
            "service_message",
            f"{kind} to nowhere",
            key=key,
            contact_points=writer.contact_points,
        )
    return ContactChange(
        channel=event.channel,
        external_id=key,
        change="moved",
        was=was[0],
        now=now,
        person=writer.person,
        detail=new_user_id or new_number,
        received_at=event.delivery.received_at,
    )


_SPECIAL: Mapping[str, Callable[[Event, str, Writer], Outcome]] = {
    "reaction": _reaction,
    "edit": _edit,
    "revoke": _revoke,
    "system": _system,
}


# -- what is no message ----------------------------------------------------------


def _receipt(event: Event, _rules: Rules) -> Outcome:
    told = event.data
    of, status = ident(told.get("id")), text_of(told.get("status"))
    if not of:
        raise Malformed("no-message-id", place="statuses.id")
    # In a group everybody's receipt comes apart.
    whose = ident(
        told.get("recipient_participant_user_id")
        or told.get("recipient_participant_id")
    )
    key = "/".join(part for part in (of, status, whose) if part)
    if status not in _RECEIPTS:
        return event.ignored("unknown_event", f"status {status}", key=key)
    ours = ident(told.get("biz_opaque_callback_data"))
    errors = [error_of(error) for error in objects(told.get("errors"))[:3]]
    return Receipt(
        channel=event.channel,
        external_id=key,
        of=of,
        status=_RECEIPTS[status],
        detail="; ".join(part for part in (ours, *errors) if part),
        received_at=event.delivery.received_at,
    )


def _error(event: Event, _rules: Rules) -> Outcome:
    return event.ignored("account_notice", error_of(event.data))


def _echo(event: Event, _rules: Rules) -> Outcome:
    """
    Return what our own people wrote on the phone that shares the number.
    """
    echo = event.data
    to = writer_of(event.around, echo.get("to"), echo.get("to_user_id"))
    content = content_of(echo)
    said = content.text if content else ""
    return event.ignored(
        "own_echo",
        said or text_of(echo.get("type")),
        key=ident(echo.get("id")),
        contact_points=to.contact_points,
    )


def _preference(event: Event, _rules: Rules) -> Outcome:
    told = event.data
    writer = writer_of(event.around, told.get("wa_id"), told.get("user_id"))
    category, value = text_of(told.get("category")), text_of(told.get("value"))
    stamp = ident(told.get("timestamp"))
    if not writer or not value:
        return event.ignored("permission_change", f"{category} {value}".strip())
    return ContactChange(
        channel=event.channel,
        external_id="/".join((writer.key, category, value, stamp or event.spare_id)),
        change="consent",
        was=writer.contact_points[0],
        person=writer.person,
        detail=f"{category}={value}",
        received_at=event.delivery.received_at,
    )


_READERS: Mapping[str, Callable[[Event, Rules], Outcome]] = {
    "messages.messages": _message,
    "messages.statuses": _receipt,
    "messages.errors": _error,
    "calls.calls": lambda event, _: call_of(event),
    "calls.statuses": lambda event, _: call_status_of(event),
    "smb_message_echoes.message_echoes": _echo,
    "message_echoes.message_echoes": _echo,
    "user_preferences.user_preferences": _preference,
}
