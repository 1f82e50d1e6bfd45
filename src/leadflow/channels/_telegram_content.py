"""
What stands in a Telegram message: its text, its files, and whether it has any.

Facts are those of the Bot API 10.2.  A message has one kind of content; what is
none of the kinds here is a service message ("pinned", "joined") or a kind that
came later.  Entities (bold, links, mentions) are left alone: their offsets count
UTF-16 units, and the text says the same without them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from leadflow.channels._webhook import json_object, plain_name, text_of, whole_number
from leadflow.values import Attachment


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


__all__ = ("SERVICE", "Content", "Json", "content_of")

Json = Mapping[str, object]

_SERVICE = """
    boost_added channel_chat_created chat_background_set chat_owner_changed
    chat_owner_left chat_shared checklist_tasks_added checklist_tasks_done
    community_chat_added community_chat_removed connected_website delete_chat_photo
    direct_message_price_changed forum_topic_closed forum_topic_created
    forum_topic_edited forum_topic_reopened general_forum_topic_hidden
    general_forum_topic_unhidden gift gift_upgrade_sent giveaway giveaway_completed
    giveaway_created giveaway_winners group_chat_created invoice left_chat_member
    managed_bot_created message_auto_delete_timer_changed migrate_from_chat_id
    migrate_to_chat_id new_chat_members new_chat_photo new_chat_title
    paid_message_price_changed passport_data pinned_message poll_option_added
    poll_option_deleted proximity_alert_triggered refunded_payment
    successful_payment suggested_post_approval_failed suggested_post_approved
    suggested_post_declined suggested_post_paid suggested_post_refunded
    supergroup_chat_created unique_gift users_shared video_chat_ended
    video_chat_participants_invited video_chat_scheduled video_chat_started
    write_access_allowed
"""
SERVICE = frozenset(_SERVICE.split())
"""Contents that tell of something that happened; nobody wrote them."""


class Content(NamedTuple):
    """
    Hold what was found: the *text*, the *files*, and the *kind* of content.
    """

    kind: str
    text: str
    files: tuple[Attachment, ...]


_MIME = {
    "animation": "video/mp4",
    "audio": "audio/mpeg",
    "document": "application/octet-stream",
    "live_photo": "video/mp4",
    "photo": "image/jpeg",
    "sticker": "image/webp",
    "video": "video/mp4",
    "video_note": "video/mp4",
    "voice": "audio/ogg",
}
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9.+-]{1,63}/[A-Za-z0-9.+-]{1,127}")
_SUFFIX = {
    "application/octet-stream": "",
    "application/x-tgsticker": ".tgs",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "video/mp4": ".mp4",
    "video/webm": ".webm",
}


def content_of(message: Json) -> Content | None:
    """
    Return what *message* says, None where it is of no kind known to say anything.
    """
    for kind, read in _READERS.items():
        if kind in message:
            text, files = read(kind, message)
            return Content(kind, text, files)
    return None


_Found = tuple[str, tuple[Attachment, ...]]


def _plain(kind: str, message: Json) -> _Found:
    return text_of(message[kind]), ()


def _file(kind: str, message: Json) -> _Found:
    return text_of(message.get("caption")), _files(kind, message[kind])


def _files(kind: str, value: object) -> tuple[Attachment, ...]:
    """
    Return the file of one *kind*; of a photo the largest of its sizes.
    """
    if isinstance(value, list):
        sizes = [json_object(size) for size in value]
        file = max(sizes, key=_area, default=json_object(None))
    else:
        file = json_object(value)
    file_id = text_of(file.get("file_id"))
    if not file_id:
        return ()
    media_type = text_of(file.get("mime_type"))
    if not _MEDIA_TYPE.fullmatch(media_type):
        media_type = _MIME[kind]
    if kind == "sticker" and file.get("is_animated") is True:
        media_type = "application/x-tgsticker"
    elif kind == "sticker" and file.get("is_video") is True:
        media_type = "video/webm"
    made_up = f"{kind}-{plain_name(text_of(file.get('file_unique_id')))}"
    size = whole_number(file.get("file_size"))
    found = Attachment(
        name=plain_name(text_of(file.get("file_name")))
        or f"{made_up}{_SUFFIX.get(media_type, '')}",
        media_type=media_type,
        locator=f"file_id:{file_id}",
        size=size if size is not None and size >= 0 else None,
    )
    return (found,)


def _area(size: Json) -> int:
    width, height = whole_number(size.get("width")), whole_number(size.get("height"))
    return (width or 0) * (height or 0)


def _live_photo(kind: str, message: Json) -> _Found:
    text, moving = _file(kind, message)
    return text, _files("photo", message.get("photo")) + moving


def _sticker(kind: str, message: Json) -> _Found:
    emoji = text_of(json_object(message[kind]).get("emoji"))
    return emoji, _files(kind, message[kind])


def _paid_media(kind: str, message: Json) -> _Found:
    media = json_object(message[kind]).get("paid_media")
    files: tuple[Attachment, ...] = ()
    for one in media if isinstance(media, list) else ():
        part = json_object(one)
        for inner in ("photo", "video", "live_photo"):
            files += _files(inner, part.get(inner))
    return text_of(message.get("caption")), files


def _location(kind: str, message: Json) -> _Found:
    return _point(json_object(message[kind])), ()


def _point(location: Json) -> str:
    """
    Return a place as a geo URI (RFC 5870), which maps open and people can read.
    """
    ends = (location.get("latitude"), location.get("longitude"))
    numbers = [
        float(end)
        for end in ends
        if (type(end) is int or isinstance(end, float)) and abs(end) <= 180
    ]
    return f"geo:{numbers[0]:.6f},{numbers[1]:.6f}" if len(numbers) == 2 else ""


def _venue(kind: str, message: Json) -> _Found:
    venue = json_object(message[kind])
    lines = (
        text_of(venue.get("title")),
        text_of(venue.get("address")),
        _point(json_object(venue.get("location"))),
    )
    return _lines(lines), ()


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(line for line in lines if line)


def _named(kind: str, message: Json) -> _Found:
    """
    Return the one text that a dice, a game or a poll goes by.
    """
    value = json_object(message[kind])
    for key in ("emoji", "question", "title"):
        if key in value:
            return text_of(value[key]), ()
    return "", ()


def _checklist(kind: str, message: Json) -> _Found:
    checklist = json_object(message[kind])
    tasks = checklist.get("tasks")
    texts = [
        text_of(json_object(task).get("text"))
        for task in (tasks if isinstance(tasks, list) else ())
    ]
    return _lines([text_of(checklist.get("title")), *texts]), ()


def _wordless(_kind: str, _message: Json) -> _Found:
    return "", ()


def _web_app_data(kind: str, message: Json) -> _Found:
    return text_of(json_object(message[kind]).get("data")), ()


_RICH_FILES = {
    "animation": "animation",
    "audio": "audio",
    "photo": "photo",
    "video": "video",
    "voice_note": "voice",
}
_RICH_TEXTS = ("label", "summary", "text", "expression", "caption", "credit")
_RICH_INNER = ("blocks", "items", "cells")


def _rich_message(kind: str, message: Json) -> _Found:
    blocks = json_object(message[kind]).get("blocks")
    files: list[Attachment] = []
    lines = [line for line in _rich_lines(blocks, files) if line.strip()]
    return "\n".join(lines), tuple(files)


def _rich_lines(value: object, files: list[Attachment]) -> Iterator[str]:
    # As deep as JSON may be nested, which is capped.
    if isinstance(value, list):
        for inner in value:
            yield from _rich_lines(inner, files)
        return
    block = json_object(value)
    for key, kind in _RICH_FILES.items():
        if key in block:
            files.extend(_files(kind, block[key]))
    texts = (_rich_text(block[key]) for key in _RICH_TEXTS if key in block)
    yield " ".join(text for text in texts if text)
    for key in _RICH_INNER:
        if key in block:
            yield from _rich_lines(block[key], files)


def _rich_text(value: object) -> str:
    """
    Return the plain text of what is a text, a list of them, or one in a wrapper.
    """
    if isinstance(value, list):
        return "".join(_rich_text(inner) for inner in value)
    if isinstance(value, str):
        return text_of(value)
    return _rich_text(json_object(value).get("text", ""))


# In this order, since an animation comes as a document too, a live photo as a
# photo and a venue as a location.
_READERS: Mapping[str, Callable[[str, Json], _Found]] = {
    "text": _plain,
    "rich_message": _rich_message,
    "animation": _file,
    "live_photo": _live_photo,
    "photo": _file,
    "video": _file,
    "video_note": _file,
    "voice": _file,
    "audio": _file,
    "document": _file,
    "sticker": _sticker,
    "paid_media": _paid_media,
    "contact": _wordless,
    "venue": _venue,
    "location": _location,
    "checklist": _checklist,
    "poll": _named,
    "dice": _named,
    "game": _named,
    "story": _wordless,
    "web_app_data": _web_app_data,
}
