"""
What one event of a Facebook page or an Instagram account comes to.

Both send the same shapes: an entry is of one account and holds messaging events,
or changes.  A lead comes from a message and from a pressed button; a referral
alone tells where somebody came from, and opens nothing.  Everything else is told
by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import attrs

from leadflow.channels._messaging_content import (
    Content,
    content_of,
    source_of,
    unknown_in,
)
from leadflow.channels._meta import Event, Json, ident, objects
from leadflow.channels._webhook import (
    excerpt,
    instant,
    json_object,
    text_of,
    whole_number,
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
)
from leadflow.errors import Malformed
from leadflow.values import ContactPoint


__all__ = ("COMMENT", "Rules", "as_words", "outcomes_of", "parts_of")

COMMENT = "c/"
"""What the key of a comment's conversation begins with."""

_IGNORED: Mapping[str, IgnoredReason] = {
    "account_linking": "permission_change",
    "app_roles": "account_notice",
    "checkout_update": "service_message",
    "game_play": "service_message",
    "messaging_feedback": "service_message",
    "pass_thread_control": "service_message",
    "payment": "service_message",
    "policy_enforcement": "account_notice",
    "pre_checkout": "service_message",
    "request_thread_control": "service_message",
    "response_feedback": "reaction",
    "take_thread_control": "service_message",
}
_CHANGES: Mapping[str, IgnoredReason] = {
    "feed": "channel_post",
    "live_videos": "channel_post",
    "mention": "channel_post",
    "mentions": "channel_post",
    "ratings": "channel_post",
    "story_insights": "account_notice",
    "videos": "channel_post",
}
_COMMENTS = frozenset({"comments", "live_comments"})
_FRAME = frozenset({"sender", "recipient", "timestamp", "priority_message"})
_REFERRAL_ONLY = Judgement(may_answer=False, may_open=False, reasons=("referral",))


def _leave(event: Event) -> Outcome:
    return event.ignored("other_account", f"{event.kind}, left to another channel")


@attrs.frozen(kw_only=True)
class Rules:
    """
    Hold the settings that decide what an event comes to.

    *object* is what the platform calls the body's object.  *leads* makes a pointer
    of a lead ad's event; without *messages* all but those is left alone.
    """

    network: str
    object: str
    account: str
    starts: frozenset[str]
    comments: bool = False
    messages: bool = True
    leads: Callable[[Event], Outcome] = _leave


def as_words(words: Iterable[str]) -> frozenset[str]:
    """
    Return payloads as they compare: without case.
    """
    return frozenset(word.strip().upper() for word in words)


def parts_of(body: Json, rules: Rules) -> Iterator[tuple[str, Json, Json]]:
    """
    Yield the events in *body*: kind, data, and the entry around it.

    Raises:
        Malformed: it holds no entries.
    """
    entries = body.get("entry")
    if not isinstance(entries, list):
        raise Malformed("no-entry", place="entry")
    if body.get("object") != rules.object:
        yield "object", body, {}
        return
    for entry in objects(entries):
        found = False
        for item in objects(entry.get("messaging")):
            found = True
            yield _kind_of(item), item, entry
        for item in objects(entry.get("standby")):
            found = True
            yield "standby", item, entry
        for change in objects(entry.get("changes")):
            found = True
            value = json_object(change.get("value"))
            if "sender" in value and "recipient" in value:
                yield _kind_of(value), value, entry
            else:
                yield "change", change, entry
        if not found:
            yield "entry", entry, entry


def _kind_of(item: Json) -> str:
    for kind in _KNOWN:
        if kind in item:
            return kind
    return ""


def outcomes_of(rules: Rules, event: Event) -> Iterable[Outcome]:
    """
    Return what *event* comes to.

    Raises:
        Malformed: it lacks what its kind can't be without.
    """
    if event.kind == "object":
        named = excerpt(f"object {event.data.get('object')}")
        return (event.ignored("unknown_event", named),)
    account = ident(event.around.get("id"))
    if account != rules.account:
        return (event.ignored("other_account", f"for {account or 'nobody'}"),)
    if not rules.messages and event.data.get("field") != "leadgen":
        return (_leave(event),)
    if reason := _IGNORED.get(event.kind):
        points = _points(event, rules, "sender")
        return (event.ignored(reason, event.kind, contact_points=points),)
    return _READERS.get(event.kind, _of_no_kind)(event, rules)


def _of_no_kind(event: Event, rules: Rules) -> Iterator[Outcome]:
    frame = {"id", "time"} if event.kind == "entry" else _FRAME
    unknown = ", ".join(key for key in event.data if key not in frame)
    yield event.ignored(
        "unknown_event" if unknown else "empty",
        unknown or "an event of no kind",
        contact_points=_points(event, rules, "sender"),
    )


def _points(event: Event, rules: Rules, side: str) -> tuple[ContactPoint, ...]:
    person = ident(json_object(event.data.get(side)).get("id"))
    return () if person == rules.account else _known(rules, person)


def _known(rules: Rules, person: str) -> tuple[ContactPoint, ...]:
    if not person:
        return ()
    return (ContactPoint(kind=rules.network, value=person, raw=person),)


def _key(*parts: str) -> str:
    return ident("/".join(part for part in parts if part))


def _stamp(event: Event) -> str:
    return ident(event.data.get("timestamp")) or event.spare_id


# -- what a person does ----------------------------------------------------------


def _message(event: Event, rules: Rules) -> Iterator[Outcome]:
    message = json_object(event.data.get("message"))
    mid = ident(message.get("mid"))
    person = ident(json_object(event.data.get("sender")).get("id"))
    is_own = person == rules.account
    sender = () if is_own else _known(rules, person)
    if is_own or message.get("is_echo") is True or message.get("is_self") is True:
        # An echo's sender is the account, and the person is whom it was sent to.
        others = _points(event, rules, "recipient") or sender
        said = text_of(message.get("text"))
        yield event.ignored("own_echo", said, key=mid, contact_points=others)
        return
    if not sender:
        raise Malformed("no-sender", place="messaging.sender.id")
    if message.get("is_deleted") is True:
        yield _deletion(event, mid, sender)
        return
    content = content_of(message)
    if content.is_empty:
        unknown = unknown_in(message)
        yield event.ignored(
            "unknown_event" if unknown else "empty",
            unknown or "a message that says nothing",
            key=mid,
            contact_points=sender,
        )
        return
    referral = message.get("referral") or event.data.get("referral")
    key = mid or _key(sender[0].value, _stamp(event), content.text)
    yield _inbound(event, sender, content, key=key, referral=referral)


def _inbound(
    event: Event,
    sender: tuple[ContactPoint, ...],
    content: Content,
    *,
    key: str,
    referral: object = None,
) -> Inbound:
    received_at = event.delivery.received_at
    return Inbound(
        channel=event.channel,
        kind="message",
        external_id=key,
        received_at=received_at,
        sent_at=instant(event.data.get("timestamp"), received_at),
        conversation=sender[0].value,
        in_reply_to=(content.answers,) if content.answers else (),
        contact_points=sender,
        text=content.text,
        source=source_of(referral),
        products=content.products,
        attachments=content.files,
        judgement=Judgement(reasons=content.reasons) if content.reasons else PERSON,
        extra=content.extra,
    )


def _deletion(event: Event, mid: str, sender: tuple[ContactPoint, ...]) -> Outcome:
    if not mid:
        return event.ignored(
            "service_message", "a deletion of nothing", contact_points=sender
        )
    return Amendment(
        channel=event.channel,
        external_id=_key(mid, "deleted"),
        of=mid,
        kind="deletion",
        received_at=event.delivery.received_at,
    )


def _postback(event: Event, rules: Rules) -> Iterator[Outcome]:
    """
    Yield a pressed button; the one that only opens the thread says nothing.
    """
    postback = json_object(event.data.get("postback"))
    sender = _points(event, rules, "sender")
    if not sender:
        raise Malformed("no-sender", place="messaging.sender.id")
    payload = text_of(postback.get("payload"))
    starts = payload.strip().upper() in rules.starts
    shown = text_of(postback.get("title")) or payload
    content = Content(
        text="" if starts else shown,
        extra=(("payload", payload),) if payload else (),
        reasons=("start",) if starts else ("button",),
    )
    key = ident(postback.get("mid")) or _key(
        "postback", sender[0].value, _stamp(event), payload
    )
    referral = postback.get("referral") or event.data.get("referral")
    yield _inbound(event, sender, content, key=key, referral=referral)


def _referral(event: Event, rules: Rules) -> Iterator[Outcome]:
    referral = json_object(event.data.get("referral"))
    sender = _points(event, rules, "sender")
    if not sender:
        yield event.ignored("subscription_change", "a referral of nobody")
        return
    message = content_of({"referral": referral})
    key = _key("referral", sender[0].value, _stamp(event))
    inbound = _inbound(event, sender, message, key=key, referral=referral)
    yield attrs.evolve(inbound, judgement=_REFERRAL_ONLY)


def _edit(event: Event, rules: Rules) -> Iterator[Outcome]:
    edit = json_object(event.data.get("message_edit"))
    mid = ident(edit.get("mid"))
    sender = _points(event, rules, "sender")
    if not mid or not sender:
        own = not sender
        yield event.ignored(
            "own_echo" if own else "service_message",
            "an edit of ours" if own else "an edit of nothing",
            contact_points=sender,
        )
        return
    number = whole_number(edit.get("num_edit"))
    times = ident(edit.get("num_edit")) if number is None else str(number)
    yield Amendment(
        channel=event.channel,
        external_id=_key(mid, "edit", times or _stamp(event)),
        of=mid,
        kind="edit",
        text=text_of(edit.get("text")),
        received_at=event.delivery.received_at,
    )


def _comment(event: Event, rules: Rules, value: Json) -> Outcome:
    """
    Return a comment under a post: public, and a lead only where that is wanted.
    """
    comment_id = ident(value.get("id"))
    author = json_object(value.get("from"))
    person, name = ident(author.get("id")), text_of(author.get("username"))
    if not comment_id or not person:
        raise Malformed("no-sender", place="changes.value.from.id")
    point = ContactPoint(
        kind=rules.network, value=person, raw=person, label=f"@{name}" if name else ""
    )
    if person == rules.account:
        return event.ignored("own_echo", text_of(value.get("text")), key=comment_id)
    if not rules.comments:
        return event.ignored(
            "channel_post", "a comment", key=comment_id, contact_points=(point,)
        )
    media = json_object(value.get("media"))
    parent = ident(value.get("parent_id"))
    extra = (
        ("media_id", ident(media.get("id"))),
        ("media_type", text_of(media.get("media_product_type"))),
    )
    return Inbound(
        channel=event.channel,
        kind="message",
        external_id=comment_id,
        received_at=event.delivery.received_at,
        sent_at=instant(event.around.get("time"), event.delivery.received_at),
        conversation=f"{COMMENT}{comment_id}",
        in_reply_to=(parent,) if parent else (),
        contact_points=(point,),
        text=text_of(value.get("text")),
        # Who comments in public did not ask to be written to.
        judgement=Judgement(may_answer=False, reasons=("comment",)),
        extra=tuple(pair for pair in extra if pair[1]),
    )


# -- what is no message ----------------------------------------------------------


def _optin(event: Event, rules: Rules) -> Iterator[Outcome]:
    optin = json_object(event.data.get("optin"))
    sender = _points(event, rules, "sender")
    ref, kind = text_of(optin.get("ref")), text_of(optin.get("type"))
    if not sender:
        # A checkbox on a site: there is no id that could be written to.
        yield event.ignored("subscription_change", f"optin {ref}".strip())
        return
    status = text_of(optin.get("notification_messages_status"))
    yield ContactChange(
        channel=event.channel,
        external_id=_key("optin", sender[0].value, _stamp(event)),
        change="consent" if kind else "allowed",
        was=sender[0],
        detail=" ".join(part for part in (kind, status, ref) if part),
        received_at=event.delivery.received_at,
    )


def _delivery(event: Event, rules: Rules) -> Iterator[Outcome]:
    mids = json_object(event.data.get("delivery")).get("mids")
    known = [
        mid for each in (mids if isinstance(mids, list) else ()) if (mid := ident(each))
    ]
    if not known:
        yield event.ignored(
            "status_receipt",
            "delivery",
            contact_points=_points(event, rules, "sender"),
        )
    for mid in dict.fromkeys(known):
        yield Receipt(
            channel=event.channel,
            external_id=_key(mid, "delivered"),
            of=mid,
            status="delivered",
            received_at=event.delivery.received_at,
        )


def _read(event: Event, rules: Rules) -> Iterator[Outcome]:
    """
    Yield that a message was read; Messenger tells only up to when.
    """
    mid = ident(json_object(event.data.get("read")).get("mid"))
    if not mid:
        yield event.ignored(
            "status_receipt", "read", contact_points=_points(event, rules, "sender")
        )
        return
    yield Receipt(
        channel=event.channel,
        external_id=_key(mid, "read"),
        of=mid,
        status="read",
        received_at=event.delivery.received_at,
    )


def _reaction(event: Event, rules: Rules) -> Iterator[Outcome]:
    reaction = json_object(event.data.get("reaction"))
    told = text_of(reaction.get("emoji")) or text_of(reaction.get("reaction"))
    yield event.ignored(
        "reaction",
        told or text_of(reaction.get("action")),
        key=_key("reaction", ident(reaction.get("mid")), _stamp(event)),
        contact_points=_points(event, rules, "sender"),
    )


def _standby(event: Event, rules: Rules) -> Iterator[Outcome]:
    mid = ident(json_object(event.data.get("message")).get("mid"))
    yield event.ignored(
        "service_message",
        "standby: another app has the thread",
        key=_key("standby", mid) if mid else "",
        contact_points=_points(event, rules, "sender"),
    )


def _change(event: Event, rules: Rules) -> Iterator[Outcome]:
    field = text_of(event.data.get("field"))
    value = json_object(event.data.get("value"))
    if field == "leadgen":
        yield rules.leads(event)
    elif field in _COMMENTS:
        yield _comment(event, rules, value)
    else:
        reason = _CHANGES.get(field, "unknown_event")
        yield event.ignored(reason, field or "a change of no field")


_READERS: Mapping[str, Callable[[Event, Rules], Iterator[Outcome]]] = {
    "message": _message,
    "postback": _postback,
    "referral": _referral,
    "optin": _optin,
    "delivery": _delivery,
    "read": _read,
    "reaction": _reaction,
    "message_edit": _edit,
    "standby": _standby,
    "change": _change,
}
_KNOWN = tuple(
    kind for kind in (*_READERS, *_IGNORED) if kind not in {"standby", "change"}
)
