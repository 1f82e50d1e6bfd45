"""
What we say to a person in Messenger or Instagram.

A free text may go out for 24 hours after the person last wrote, and by the hand of
a member for longer where the app has leave for that.  A comment has one private
reply.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import attrs

from leadflow.channels._messaging import COMMENT
from leadflow.channels._meta import Graph, check_reply, fitting


if TYPE_CHECKING:
    from leadflow.channels.protocol import Outgoing, Reply


__all__ = ("Limits", "send_of")

_PERSON = re.compile(r"[A-Za-z0-9_-]{1,64}")
_COMMENT_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_COMMENT_WINDOW = timedelta(days=7)


@attrs.frozen(kw_only=True)
class Limits:
    """
    Hold what the platform takes: how long a text, and how long after the last word.

    *in_bytes* counts UTF-8 bytes, not characters.  *human_agent* is how long a
    member may answer, None where the app has no leave for it.
    """

    longest: int
    window: timedelta
    human_agent: timedelta | None
    in_bytes: bool = False


def send_of(graph: Graph, sender: str, reply: Reply, limits: Limits) -> Outgoing:
    """
    Describe the sending of *reply* by the account *sender*.

    Raises:
        Refused: nobody wrote first, it is empty or too long, it has attachments,
            its time is over, or it names nobody.
    """
    text = check_reply(graph, reply)
    size = len(text.encode()) if limits.in_bytes else len(text)
    if size > limits.longest:
        unit = "bytes" if limits.in_bytes else "characters"
        raise graph.refusal(
            "reply.too-long", f"the text is longer than {limits.longest} {unit}"
        )
    comment = ""
    place = reply.conversation
    if place.startswith(COMMENT):
        comment = place.removeprefix(COMMENT)
    elif not place and reply.to.kind == graph.name:
        place = reply.to.value
    if not (_COMMENT_ID.fullmatch(comment) if comment else _PERSON.fullmatch(place)):
        raise graph.refusal("reply.no-recipient", "the reply names nobody")
    body: dict[str, object] = {
        "recipient": {"comment_id": comment} if comment else {"id": place},
        **_standing(graph, reply, limits, is_comment=bool(comment)),
        "message": {"text": text},
    }
    return graph.post(f"{sender}/messages", body, reply.id)


def _standing(
    graph: Graph, reply: Reply, limits: Limits, *, is_comment: bool
) -> dict[str, object]:
    """
    Return by what right it is sent.
    """
    if is_comment:
        if fitting(reply, _COMMENT_WINDOW):
            return {}
    elif fitting(reply, limits.window):
        return {"messaging_type": "RESPONSE"}
    elif (
        limits.human_agent is not None
        and not reply.automatic
        and fitting(reply, limits.human_agent)
    ):
        return {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    raise graph.refusal("reply.window-closed", "the person last wrote too long ago")
