"""
Lead ads of Facebook and Instagram: an event that only points at a lead.

The webhook carries no contact; the lead itself is asked of the Graph API by its
id.  Events are not repeated for ever, so what a hook missed is read by the form's
id, and a lead counts once either way.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import attrs

from leadflow.channels._form_body import Limits
from leadflow.channels._form_fields import Vocabulary
from leadflow.channels._meta import (
    Event,
    Gate,
    Graph,
    Json,
    error_of,
    ident,
    is_https,
    objects,
)
from leadflow.channels._submission import Submission
from leadflow.channels._webhook import (
    clean,
    excerpt,
    instant,
    json_object,
    read_json,
    text_of,
)
from leadflow.channels.outcomes import (
    Fetch,
    Ignored,
    Inbound,
    Outcome,
    PointerOnly,
)
from leadflow.channels.protocol import Delivery, Reading, guarded
from leadflow.errors import Malformed
from leadflow.values import ChannelId, Source


if TYPE_CHECKING:
    from collections.abc import Iterator


__all__ = ("FIELDS", "Leads")

FIELDS = "created_time,field_data,ad_id,form_id,campaign_id,is_organic"

_ID = re.compile(r"[0-9]{1,32}")
_TEST = re.compile(r"<\s*test lead\b", re.IGNORECASE)
_LIMITS = Limits(fields=200, field=64 * 1024)
_PAGE = 100


@attrs.frozen(kw_only=True)
class Leads:
    """
    Read leads for one channel, with its settings.
    """

    channel: ChannelId
    graph: Graph
    gate: Gate
    vocabulary: Vocabulary
    fields: str
    region: str

    # -- pointing ------------------------------------------------------------------

    def pointer(self, event: Event) -> PointerOnly:
        """
        Return the pointer that the event of a new lead is.

        Raises:
            Malformed: it names no lead.
        """
        value = json_object(event.data.get("value"))
        lead = ident(value.get("leadgen_id"))
        if not _ID.fullmatch(lead):
            raise Malformed("no-lead-id", place="changes.value.leadgen_id")
        return PointerOnly(
            channel=event.channel,
            external_id=lead,
            fetch=self.graph.get(f"{lead}?fields={quote(self.fields, safe=',')}"),
            received_at=event.delivery.received_at,
        )

    def missed(self, form: str, since: datetime, now: datetime) -> PointerOnly:
        """
        Return the pointer at all leads of *form* since an instant.

        Raises:
            Refused: *form* is no form's id.
        """
        if not _ID.fullmatch(form):
            raise self.graph.refusal("form.unknown", "a form's id has digits only")
        wanted = {
            "field": "time_created",
            "operator": "GREATER_THAN",
            "value": int(since.timestamp()),
        }
        query = (
            f"fields=id,{quote(self.fields, safe=',')}&limit={_PAGE}"
            f"&filtering={quote(json.dumps([wanted]), safe='')}"
        )
        return PointerOnly(
            channel=self.channel,
            external_id=f"form/{form}/{int(since.timestamp())}",
            fetch=self.graph.get(f"{form}/leads?{query}"),
            received_at=now,
        )

    # -- reading what was fetched ----------------------------------------------------

    def resolve(self, pointer: PointerOnly, answer: Delivery) -> Reading:
        """
        Return what the *answer* to *pointer*'s fetch holds.
        """
        return guarded(
            lambda: Reading(tuple(self._resolve(pointer, answer))),
            max_bytes=self.gate.max_bytes,
            size=len(answer.body),
        )

    def _resolve(self, pointer: PointerOnly, answer: Delivery) -> Iterator[Outcome]:
        body = json_object(read_json(answer.body, without=self.gate.secrets))
        if "error" in body:
            told = error_of(json_object(body["error"]))
            raise Malformed(
                "graph-error",
                place="error",
                excerpt=excerpt(told, without=self.gate.secrets),
            )
        if "data" not in body:
            yield self._lead(body, pointer, pointer.external_id)
            return
        leads = objects(body["data"])
        for lead in leads[: 10 * _PAGE]:
            try:
                yield self._lead(lead, pointer, "")
            except Malformed as error:
                yield error.with_traceback(None)
        further = self._next_page(body, pointer)
        if further is not None:
            yield further
        elif not leads:
            yield self._ignored(pointer, pointer.external_id, "no leads")

    def _next_page(self, body: Json, pointer: PointerOnly) -> PointerOnly | None:
        paging = json_object(body.get("paging"))
        url = text_of(paging.get("next"))
        host = urlsplit(self.graph.api).hostname or ""
        after = ident(json_object(paging.get("cursors")).get("after"))
        if not after or not is_https(url, (host,)):
            return None
        form = pointer.external_id.partition("#")[0]
        # The URL has the token in it already.
        return PointerOnly(
            channel=pointer.channel,
            external_id=f"{form}#{after}",
            fetch=Fetch(method="GET", url=url),
            received_at=pointer.received_at,
        )

    def _ignored(self, pointer: PointerOnly, key: str, detail: str) -> Ignored:
        return Ignored(
            channel=pointer.channel,
            external_id=key,
            reason="empty" if detail == "no leads" else "platform_test",
            detail=detail,
            received_at=pointer.received_at,
        )

    def _lead(self, lead: Json, pointer: PointerOnly, wanted: str) -> Outcome:
        key = ident(lead.get("id")) or wanted
        if not key or (wanted and key != wanted):
            raise Malformed("other-lead", place="id", excerpt=excerpt(key))
        fields = lead.get("field_data")
        if not isinstance(fields, list):
            raise Malformed("no-field-data", place="field_data")
        pairs = list(_pairs(fields))
        if any(_TEST.search(value) for _, value in pairs):
            return self._ignored(pointer, key, "a test of Meta's")
        form = Submission(self.vocabulary, _LIMITS)
        for name, value in pairs:
            form.take(name, value)
        contact_points = form.contact_points(self.region)
        text = "\n".join(form.all("text"))
        if not contact_points and not text:
            names = ", ".join(name for name, _ in pairs)
            raise Malformed("no-contact", place="field_data", excerpt=excerpt(names))
        products, amount = form.goods("")
        person = form.person()
        ids = [(name, ident(lead.get(name))) for name in ("form_id", "ad_id")]
        return Inbound(
            channel=pointer.channel,
            kind="form",
            external_id=key,
            received_at=pointer.received_at,
            sent_at=_created(lead.get("created_time"), pointer.received_at),
            contact_points=contact_points,
            person=person,
            subject=form.first("subject"),
            text=text,
            source=_source(lead),
            products=products,
            amount=amount,
            language=person.language,
            consent=form.consent(),
            extra=(*form.extra, *(pair for pair in ids if pair[1])),
        )


def _pairs(fields: list[object]) -> Iterator[tuple[str, str]]:
    for field in objects(fields)[: _LIMITS.fields]:
        name = text_of(field.get("name"))[:512]
        values = field.get("values")
        for value in (values if isinstance(values, list) else [])[: _LIMITS.fields]:
            text = text_of(value) or ident(value)
            if name and text:
                yield name, clean(text[: _LIMITS.field])


def _source(lead: Json) -> Source:
    organic = lead.get("is_organic") is True
    marks = [(name, ident(lead.get(name))) for name in ("ad_id", "form_id")]
    return Source(
        name="meta",
        medium="organic" if organic else "lead_ad",
        campaign=ident(lead.get("campaign_id")),
        marks=tuple(pair for pair in marks if pair[1]),
    )


def _created(value: object, received_at: datetime) -> datetime | None:
    """
    Return when the form was sent: the Graph writes it as ISO 8601.
    """
    if isinstance(value, str) and "T" in value:
        try:
            sent = datetime.fromisoformat(value)
        except ValueError:
            return None
        if sent.tzinfo is None:
            return None
        return instant(sent.timestamp(), received_at)
    return instant(value, received_at)
