"""
What reading an e-mail costs.
"""

from __future__ import annotations

import email
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadflow.channels import Delivery
from leadflow.channels.email import EmailChannel
from leadflow.values import ChannelId
from tests.benchmarks._ratio import compare


ROOT = Path(__file__).parents[2]
SAMPLES = sorted((ROOT / "tests" / "channels" / "email" / "samples").glob("*.eml"))
FIXTURES = sorted((ROOT.parent / "shared" / "fixtures" / "mail").glob("*.eml"))
NOW = datetime(2026, 5, 11, 10, 0, 30, tzinfo=UTC)
CHANNEL = EmailChannel(
    id=ChannelId("mail"),
    addresses=("sales@shop.example",),
    own_domains=("shop.example",),
    secret=b"a secret of our own, for tests",
)


def _decoded(raw: bytes) -> None:
    """
    Do what the standard library can: parse, and decode all bodies.
    """
    for part in email.message_from_bytes(raw).walk():
        if not part.is_multipart():
            part.get_payload(decode=True)


# What the servers on the way write above a mail; no mail arrives without it.
_ON_THE_WAY = b"""Delivered-To: sales@shop.example
Received: by 2002:a05:7110:1234:b0:23a:4567:89ab with SMTP id x12csp123456gea;
        Mon, 11 May 2026 02:15:09 -0700 (PDT)
X-Received: by 2002:a17:906:3b04:b0:a59:9db0:5d9 with SMTP id g4-20020a170906;
        Mon, 11 May 2026 02:15:08 -0700 (PDT)
ARC-Seal: i=1; a=rsa-sha256; t=1778490908; cv=none; d=example; s=arc-20160816;
        b=%(signature)s
ARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed; d=example; s=arc-2016;
        h=to:subject:message-id:date:from:mime-version:dkim-signature;
        bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;
        b=%(signature)s
ARC-Authentication-Results: i=1; mx.example; dkim=pass header.i=@client.example;
       spf=pass (domain of ann@client.example designates 192.0.2.1 as permitted)
Received: from mail.client.example (mail.client.example. [192.0.2.1])
        by mx.example with ESMTPS id 4fb4d7f45d1cf-56ee8a1bbd7si2611.2026.05.11
        (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256);
        Mon, 11 May 2026 02:15:07 -0700 (PDT)
Received-SPF: pass (example: domain of ann@client.example designates 192.0.2.1)
Authentication-Results: mx.example; dkim=pass header.i=@client.example header.s=s1;
       spf=pass (domain of ann@client.example) smtp.mailfrom=ann@client.example
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=client.example; s=s1;
        h=to:subject:message-id:date:from:mime-version:from:to:cc:subject:date;
        bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;
        b=%(signature)s
X-Gm-Message-State: AOJu0Yx1JQm4Z6m1r0l5Xn0YJ2v5z3L5kq1c8QK1m0j9rG4sP7tV2wX
X-Google-Smtp-Source: AGHT+IFm2n3o4p5q6r7s8t9u0v1w2x3y4z5A6B7C8D9E0F1G2H3I4J5
""" % {b"signature": b"K7f0vC3mN9pQ2rT5uW8xZ1aB4cD6eF0gH" * 8}


def _arrived(path: Path) -> bytes:
    """
    Return the sample at *path* as it would arrive.
    """
    raw = path.read_bytes()
    if path.stem == "mbox-line":
        return raw
    return _ON_THE_WAY.replace(b"\n", b"\r\n") + raw


SETS = [
    pytest.param([_arrived(path) for path in SAMPLES], id="samples"),
    pytest.param(
        [path.read_bytes() for path in FIXTURES],
        id="collected",
        marks=pytest.mark.skipif(not FIXTURES, reason="they are not here"),
    ),
]


@pytest.mark.parametrize("raws", SETS)
def test_reading(raws: list[bytes]) -> None:
    """
    Reading a mail costs at most twice its parsing by the standard library.
    """
    deliveries = [Delivery(body=raw, received_at=NOW) for raw in raws]

    def read() -> None:
        for delivery in deliveries:
            CHANNEL.read(delivery)

    def parse() -> None:
        for raw in raws:
            _decoded(raw)

    measured = compare(read, parse, limit=2)

    assert measured.ratio <= 2
