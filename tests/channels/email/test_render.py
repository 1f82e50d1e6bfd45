"""
Replies by mail, as they leave and as they come back.
"""

from __future__ import annotations

import email
from email import policy

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.channels import Ignored, Inbound, Outgoing, Reply
from leadflow.channels.email import EmailChannel
from leadflow.errors import Refused
from leadflow.values import Attachment, ChannelId, ContactPoint
from tests.channels.email._setting import CHANNEL, NOW, mail, only


ANN = ContactPoint(kind="email", value="ann@client.example")
REPLY = Reply(
    id="r-1",
    text="Ten chairs are 100 €.\n\nBoris",
    to=ANN,
    conversation="m1@client.example",
    answers="m1@client.example",
    thread=("m0@client.example",),
    subject="A question",
    sent_at=NOW,
)


def sent(**changes: object) -> email.message.Message:
    """
    Return the rendered reply with *changes*, as the standard library reads it.
    """
    body = CHANNEL.render(attrs.evolve(REPLY, **changes)).body
    return email.message_from_bytes(body, policy=policy.default)


def answer_to(outgoing: Outgoing, text: str = "Fine, thanks a lot.") -> bytes:
    """
    Return what the person answers to *outgoing*.
    """
    message = email.message_from_bytes(outgoing.body)
    return mail(
        text,
        subject=f"Re: {message['Subject']}",
        message_id="<m2@client.example>",
        in_reply_to=message["Message-ID"],
    )


class TestFields:
    def test_envelope(self) -> None:
        """
        The envelope stands in the headers, the key is the reply's id.
        """
        outgoing = CHANNEL.render(REPLY)

        assert (
            "SMTP",
            (("MAIL FROM", "sales@shop.example"), ("RCPT TO", "ann@client.example")),
            "r-1",
        ) == (outgoing.method, outgoing.headers, outgoing.key)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("From", '"Shop, Ltd." <sales@shop.example>'),
            ("To", "ann@client.example"),
            ("Subject", "Re: A question"),
            ("In-Reply-To", "<m1@client.example>"),
            ("References", "<m0@client.example> <m1@client.example>"),
            ("Date", "Mon, 11 May 2026 10:00:30 +0000"),
            ("Auto-Submitted", None),
        ],
    )
    def test_field(self, field: str, value: str | None) -> None:
        """
        A reply has the fields that keep a thread together (R8).
        """
        assert value == sent()[field]

    @pytest.mark.parametrize(
        ("subject", "shown"),
        [
            ("Re: RE: Aw: Re[2]: x", "Re: x"),
            ("Отв: Цена", "Re: Цена"),
            ("", None),
            ("Regarding: x", "Re: Regarding: x"),
            ("a\r\nBcc: all@client.example", "Re: a Bcc: all@client.example"),
        ],
    )
    def test_one_re(self, subject: str, shown: str | None) -> None:
        """
        A subject has one Re:, and is one line.
        """
        assert shown == sent(subject=subject)["Subject"]

    def test_long_thread(self) -> None:
        """
        Of a long thread the root and the last nineteen ids are named.
        """
        thread = tuple(f"{index}@x.example" for index in range(50))
        named = sent(thread=thread)["References"].split()

        assert ("<0@x.example>", "<m1@client.example>", 20) == (
            named[0],
            named[-1],
            len(named),
        )

    def test_no_line_is_long(self) -> None:
        """
        Fields are folded.
        """
        thread = tuple(f"{index}@x.example" for index in range(50))
        body = CHANNEL.render(
            attrs.evolve(REPLY, thread=thread, subject="ы" * 300)
        ).body
        head = body.partition(b"\r\n\r\n")[0]

        assert 200 > max(map(len, head.split(b"\r\n")))

    def test_automatic_answer(self) -> None:
        """
        An automatic answer says so and has an empty envelope sender (RFC 3834).
        """
        outgoing = CHANNEL.render(attrs.evolve(REPLY, automatic=True))

        assert (("MAIL FROM", ""), "auto-replied") == (
            outgoing.headers[0],
            email.message_from_bytes(outgoing.body)["Auto-Submitted"],
        )

    def test_same_reply_same_bytes(self) -> None:
        """
        A retry sends the same bytes under the same id.
        """
        assert CHANNEL.render(REPLY) == CHANNEL.render(REPLY)

    def test_hash_is_no_id(self) -> None:
        """
        A mail that had no Message-ID is answered without In-Reply-To.
        """
        assert sent(answers="sha256:00", thread=())["In-Reply-To"] is None

    def test_reply_to_with_a_token(self) -> None:
        """
        A short conversation is signed into the address to reply to.
        """
        channel = attrs.evolve(CHANNEL, reply_to="reply@shop.example")
        body = channel.render(attrs.evolve(REPLY, conversation="deal 7")).body
        address = email.message_from_bytes(body)["Reply-To"]
        outcome = only(channel, mail(to=address))

        assert isinstance(outcome, Inbound)
        assert "deal 7" == outcome.conversation

    def test_long_token_stays_out_of_the_address(self) -> None:
        """
        A local part of more than 64 characters is never written.
        """
        channel = attrs.evolve(CHANNEL, reply_to="reply@shop.example")
        body = channel.render(attrs.evolve(REPLY, conversation="x" * 60)).body

        assert "reply@shop.example" == email.message_from_bytes(body)["Reply-To"]

    def test_tag_in_the_subject(self) -> None:
        """
        The token stands in the subject if the channel wants it, once.
        """
        channel = attrs.evolve(CHANNEL, tag_subject=True)
        body = channel.render(attrs.evolve(REPLY, subject="Цена")).body
        subject = email.message_from_bytes(body, policy=policy.default)["Subject"]
        again = channel.render(attrs.evolve(REPLY, subject=subject)).body
        shown = email.message_from_bytes(again, policy=policy.default)["Subject"]

        assert (1, subject) == (subject.count("[#"), shown)


class TestRefusals:
    @pytest.mark.parametrize(
        ("rule", "changes"),
        [
            (
                "reply.no-address",
                {"to": ContactPoint(kind="phone", value="+79161234567")},
            ),
            ("reply.no-address", {"to": ContactPoint(kind="email", value="", raw="x")}),
            (
                "reply.no-address",
                {
                    "to": ContactPoint(
                        kind="email", value="a@b.example\r\nRCPT TO:<c@d>"
                    )
                },
            ),
            (
                "reply.no-address",
                {"to": ContactPoint(kind="email", value="a@b.example,c@d.example")},
            ),
            ("reply.empty", {"text": " \n "}),
            (
                "reply.attachments",
                {"attachments": (Attachment(name="a", media_type="a/b", locator="x"),)},
            ),
        ],
    )
    def test_refused(self, rule: str, changes: dict[str, object]) -> None:
        """
        What cannot be sent is refused with its rule.
        """
        with pytest.raises(Refused) as caught:
            CHANNEL.render(attrs.evolve(REPLY, **changes))

        assert rule == caught.value.rule

    def test_no_sender(self) -> None:
        """
        A channel without a mailbox cannot send.
        """
        with pytest.raises(Refused) as caught:
            EmailChannel(id=ChannelId("mail")).render(REPLY)

        assert "reply.no-sender" == caught.value.rule


class TestRoundTrip:
    def test_answer_finds_its_conversation(self) -> None:
        """
        An answer to our message is of our conversation, with nothing stored.
        """
        outgoing = CHANNEL.render(attrs.evolve(REPLY, conversation="deal/Ж-7"))
        outcome = only(CHANNEL, answer_to(outgoing))

        assert isinstance(outcome, Inbound)
        assert ("deal/Ж-7", "Fine, thanks a lot.") == (
            outcome.conversation,
            outcome.text,
        )

    def test_id_in_the_references_only(self) -> None:
        """
        Our id leads back from References too, and in any case of letters.
        """
        outgoing = CHANNEL.render(attrs.evolve(REPLY, conversation="deal 7"))
        own = email.message_from_bytes(outgoing.body)["Message-ID"].upper()
        outcome = only(CHANNEL, mail(references=f"<r@x.example> {own} <z@x.example>"))

        assert isinstance(outcome, Inbound)
        assert "deal 7" == outcome.conversation

    @pytest.mark.parametrize("secret", [CHANNEL.secret, None])
    def test_own_message_is_an_echo(self, secret: bytes | None) -> None:
        """
        Our own message come back is ignored, whoever it claims to be from.
        """
        channel = attrs.evolve(CHANNEL, secret=secret)
        body = channel.render(REPLY).body
        body = body.replace(b"sales@shop.example", b"else@client.example")
        outcome = only(channel, body)

        assert isinstance(outcome, Ignored)
        assert "own_echo" == outcome.reason

    def test_own_mark_survives_a_new_id(self) -> None:
        """
        Our message is known even if a relay gave it another Message-ID.
        """
        body = CHANNEL.render(REPLY).body.replace(
            b"Message-ID: <lf.", b"Message-ID: <x."
        )
        body = body.replace(b"sales@shop.example", b"else@client.example")
        outcome = only(CHANNEL, body)

        assert isinstance(outcome, Ignored)
        assert "x-leadflow" == outcome.detail

    def test_message_of_another_installation(self) -> None:
        """
        Mail that another installation sent is no echo of ours.
        """
        other = EmailChannel(
            id=ChannelId("mail"),
            addresses=("desk@partner.example",),
            secret=b"their own secret",
        )
        to = ContactPoint(kind="email", value="sales@shop.example")
        outcome = only(CHANNEL, other.render(attrs.evolve(REPLY, to=to)).body)

        assert isinstance(outcome, Inbound)
        assert "email:desk@partner.example" == outcome.contact_points[0].key

    @given(text=st.text(st.characters(codec="utf-8"), min_size=1, max_size=400))
    def test_text_comes_as_it_went(self, text: str) -> None:
        """
        Whatever text is sent, the standard library reads it back, ends aside.
        """
        try:
            body = CHANNEL.render(attrs.evolve(REPLY, text=text)).body
        except Refused:
            assert not text.strip()
            return
        message = email.message_from_bytes(body, policy=policy.compat32)
        data = message.get_payload(decode=True)

        assert isinstance(data, bytes)
        assert _lines(text) == _lines(data.decode())

    @given(
        name=st.text(st.characters(codec="utf-8"), max_size=60),
        subject=st.text(st.characters(codec="utf-8"), max_size=120),
    )
    def test_nothing_starts_a_field(self, name: str, subject: str) -> None:
        """
        No name and no subject starts a field of its own.
        """
        channel = attrs.evolve(CHANNEL, name=name)
        body = channel.render(attrs.evolve(REPLY, subject=subject)).body
        head = body.partition(b"\r\n\r\n")[0]
        fields = [
            line.partition(b":")[0] for line in head.split(b"\r\n") if line[:1] != b" "
        ]

        assert _FIELDS.issuperset(fields)

    @given(conversation=st.text(st.characters(codec="utf-8"), min_size=1, max_size=100))
    def test_tokens_hold_any_key(self, conversation: str) -> None:
        """
        Any key of up to 320 bytes comes back out of its Message-ID.
        """
        outgoing = CHANNEL.render(attrs.evolve(REPLY, conversation=conversation))
        outcome = only(CHANNEL, answer_to(outgoing))

        assert isinstance(outcome, Inbound)
        short = len(conversation.encode()) <= 320
        assert short == (conversation == outcome.conversation)


_FIELDS = {
    *(b"From", b"To", b"Subject", b"Date", b"Message-ID", b"In-Reply-To"),
    *(b"References", b"X-Leadflow", b"MIME-Version", b"Content-Type"),
    b"Content-Transfer-Encoding",
}


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")
