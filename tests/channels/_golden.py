"""
Deliveries kept as files, and what they came to.

A sample ``<name>.json`` holds a delivery; ``<name>.outcomes.json`` beside it
holds its outcomes and answer.  A golden file is added with its sample and read by
a person once; it is edited only when the rule behind it changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import attrs

from leadflow.channels import Delivery, Outcome, Reading


RECEIVED = datetime(2026, 5, 11, 10, 0, 30, tzinfo=UTC)

_GOLDEN = ".outcomes.json"


def sample_paths(folder: Path) -> list[Path]:
    """
    Return the samples in *folder* by name.
    """
    return sorted(p for p in folder.glob("*.json") if not p.name.endswith(_GOLDEN))


def delivery_of(path: Path, headers: Iterable[tuple[str, str]] = ()) -> Delivery:
    """
    Return the delivery that the sample at *path* holds, with further *headers*.

    Its body is one of ``json`` (any value), ``form`` (a list of pairs) and
    ``text``.
    """
    sample = json.loads(path.read_text("utf-8"))
    if "json" in sample:
        media_type = "application/json"
        body = json.dumps(sample["json"], ensure_ascii=False)
    elif "form" in sample:
        media_type = "application/x-www-form-urlencoded"
        body = urlencode([(name, value) for name, value in sample["form"]])
    else:
        media_type, body = sample["media_type"], sample["text"]
    return Delivery(
        body=body.encode(),
        received_at=RECEIVED,
        headers=(
            ("Content-Type", media_type),
            *((name, value) for name, value in sample.get("headers", ())),
            *headers,
        ),
        url=sample.get("url", ""),
    )


def golden_of(path: Path) -> Any:
    """
    Return what the sample at *path* has to come to.
    """
    return json.loads(path.with_name(path.stem + _GOLDEN).read_text("utf-8"))


def shown(reading: Reading) -> Any:
    """
    Return *reading* as plain data; what stands at its default is left out.
    """
    answer = reading.answer
    return {
        "answer": {"status": answer.status, "body": answer.body.decode()},
        "outcomes": [_shown(outcome) for outcome in reading.outcomes],
    }


def _shown(value: Outcome | Any) -> Any:
    if isinstance(value, Exception):
        return {"": type(value).__name__, **{k: v for k, v in vars(value).items() if v}}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, tuple):
        return [_shown(inner) for inner in value]
    if not attrs.has(type(value)):
        return value
    kept = {}
    for field in attrs.fields(type(value)):
        inner = getattr(value, field.name)
        default = field.default
        if isinstance(default, attrs.Factory):  # type: ignore[arg-type]
            default = default.factory()  # type: ignore[union-attr]
        if inner != default:
            kept[field.name] = _shown(inner)
    return {"": type(value).__name__, **kept}
