"""
A plain WSGI application that takes in webhooks and shows the inbox.

Run it with any WSGI server; ``python examples/webhook_app.py`` plays two
requests against it without one.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from leadflow.channels import Channel, Delivery
from leadflow.channels.webform import FormSecret, WebFormChannel
from leadflow.desk import Desk, Inbox
from leadflow.playbook import preset
from leadflow.records import leadflow_codec
from leadflow.storage.sql import SqlStore


Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], object]


class Application:
    """
    Answer ``POST /hooks/<channel>`` and ``GET /inbox``.
    """

    def __init__(self, desk: Desk, channels: Iterable[Channel]) -> None:
        self.desk = desk
        self.channels = {channel.id: channel for channel in channels}

    def __call__(self, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        """
        Answer one request.
        """
        match environ["PATH_INFO"].strip("/").split("/"):
            case ["inbox"]:
                return self.inbox(start)
            case ["hooks", name] if name in self.channels:
                return self.hook(environ, start, self.channels[name])
            case _:
                return reply(start, 404, b"not found", "text/plain")

    def hook(
        self, environ: Environ, start: StartResponse, channel: Channel
    ) -> Iterable[bytes]:
        """
        Take in a delivery; the platform gets the answer that it wants.
        """
        length = int(environ.get("CONTENT_LENGTH") or 0)
        headers = [("Content-Type", environ.get("CONTENT_TYPE", ""))]
        headers += [
            (name[5:].replace("_", "-"), value)
            for name, value in environ.items()
            if name.startswith("HTTP_")
        ]
        delivery = Delivery(
            body=environ["wsgi.input"].read(length),
            headers=tuple(headers),
            method=environ["REQUEST_METHOD"],
            url=environ["PATH_INFO"] + "?" + environ.get("QUERY_STRING", ""),
            received_at=datetime.now(UTC),
        )
        answer = self.desk.accept(channel, delivery).answer
        return reply(start, answer.status, answer.body, answer.media_type)

    def inbox(self, start: StartResponse) -> Iterable[bytes]:
        """
        Show the unprocessed leads.
        """
        page = self.desk.ask(Inbox())
        rows = [
            {"name": lead.person.name, "text": lead.text, "since": str(lead.opened_at)}
            for lead in page.leads
        ]
        body = json.dumps(rows, ensure_ascii=False, indent=2).encode()
        return reply(start, 200, body, "application/json; charset=utf-8")


def reply(
    start: StartResponse, status: int, body: bytes, media_type: str
) -> Iterable[bytes]:
    """
    Answer a request.
    """
    start(f"{status} {HTTPStatus(status).phrase}", [("Content-Type", media_type)])
    return [body]


def application(database: Path) -> Application:
    """
    Return the application on a SQLite file, its tables made.
    """
    store = SqlStore.open(f"sqlite:///{database}", codec=leadflow_codec())
    store.migrate()
    form = WebFormChannel(
        id="site",
        secret=FormSecret(value="long-and-random", place="header", name="X-Key"),
        region="US",
        currency="USD",
    )
    return Application(Desk(preset("english"), store), [form])


def main() -> None:
    """
    Send a form and look at the inbox.
    """
    with tempfile.TemporaryDirectory() as folder:
        app = application(Path(folder) / "leads.db")
        form = b"name=Ann+Lee&phone=(212)+736-5000&message=Two+chairs%2C+please"
        for path, body in (("/hooks/site", form), ("/inbox", b"")):
            environ = {
                "REQUEST_METHOD": "POST" if body else "GET",
                "PATH_INFO": path,
                "CONTENT_LENGTH": str(len(body)),
                "CONTENT_TYPE": "application/x-www-form-urlencoded",
                "HTTP_X_KEY": "long-and-random",
                "wsgi.input": io.BytesIO(body),
            }
            for chunk in app(environ, lambda status, _: print(status)):
                sys.stdout.write(chunk.decode() + "\n")
        app.desk.store.close()  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
