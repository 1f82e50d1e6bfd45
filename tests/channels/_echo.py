"""
The person who sends a mail of ours back, as their mail program would.
"""

from __future__ import annotations

from email import message_from_bytes, policy

from leadflow.channels import Outgoing


def echo_headers(outgoing: Outgoing) -> tuple[str, ...]:
    """
    Return the header lines of the answer to *outgoing*, but for date and recipient.
    """
    sent = message_from_bytes(outgoing.body, policy=policy.default)
    return (
        f"From: {dict(outgoing.headers)['RCPT TO']}",
        "Subject: Re: what you wrote",
        "Message-ID: <echo@client.example>",
        f"In-Reply-To: {sent['Message-ID']}",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    )


def echo_text(outgoing: Outgoing) -> str:
    """
    Return the text of *outgoing*.
    """
    sent = message_from_bytes(outgoing.body, policy=policy.default)
    text: str = sent.get_content()
    return text
