"""
What a mail is: whom it is from, what it answers, whether a person wrote it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from leadflow.channels import Ignored, Inbound, Judgement, Reading, ReplyingChannel
from leadflow.channels.email import EmailChannel, Limits, read_part
from leadflow.errors import DefinitionError, Malformed, Refused
from leadflow.values import ChannelId
from tests.channels.email._setting import (
    CHANNEL,
    NOW,
    SAMPLES,
    SECRET,
    deliver,
    mail,
    only,
)


def inbound(text: str = "Hello", **fields: str) -> Inbound:
    """
    Return the inbound that a mail with *fields* comes to.
    """
    outcome = only(CHANNEL, mail(text, **fields))
    assert isinstance(outcome, Inbound)
    return outcome


def reason(text: str = "Hello", **fields: str) -> str:
    """
    Return why a mail with *fields* is ignored, empty if it is not.
    """
    outcome = only(CHANNEL, mail(text, **fields))
    return outcome.reason if isinstance(outcome, Ignored) else ""


class TestChannel:
    def test_is_a_channel(self) -> None:
        """
        The adapter is a channel that can reply.
        """
        assert isinstance(CHANNEL, ReplyingChannel)

    def test_secret_is_not_shown(self) -> None:
        """
        The secret stays out of the channel's repr.
        """
        assert SECRET.decode() not in repr(CHANNEL)

    def test_settings_are_checked_at_once(self) -> None:
        """
        All that is wrong with the settings is told at once.
        """
        with pytest.raises(DefinitionError) as caught:
            EmailChannel(
                id=ChannelId("mail"),
                addresses=("no address",),
                secret=b"short",
                charsets=("zlib",),
            )

        assert ["no-address", "short-secret", "unknown-charset"] == [
            problem.rule for problem in caught.value.problems
        ]

    def test_equal_settings_are_equal(self) -> None:
        """
        Two channels of the same settings are equal.
        """
        assert attrs.evolve(CHANNEL) == CHANNEL


class TestCaps:
    def test_too_large(self) -> None:
        """
        A mail above the size cap is refused before it is looked at.
        """
        channel = attrs.evolve(CHANNEL, max_bytes=100)

        assert (Malformed("too-large", place="body"),) == channel.read(
            deliver(b"x" * 101)
        ).outcomes

    def test_long_header_is_named(self) -> None:
        """
        A header of 300 KB is Malformed, and its name is told.
        """
        outcome = only(CHANNEL, mail(x_long="a" * 300_000))

        assert isinstance(outcome, Malformed)
        assert ("header-too-long", "header:x-long") == (outcome.reason, outcome.place)

    def test_folded_header_counts_whole(self) -> None:
        """
        A header of many short lines is as long as all of them.
        """
        outcome = only(CHANNEL, mail(x_long="a\r\n b" * 30_000))

        assert isinstance(outcome, Malformed)
        assert "header-too-long" == outcome.reason

    def test_many_headers(self) -> None:
        """
        All headers together have a cap too.
        """
        many = {f"x_{index}": "a" * 60_000 for index in range(5)}
        outcome = only(CHANNEL, mail(**many))

        assert isinstance(outcome, Malformed)
        assert "headers-too-long" == outcome.reason

    def test_junk_lines_count(self) -> None:
        """
        Lines that are no header count with the header that they follow.
        """
        raw = b"A: b\n" + b"junk line\n" * 9_000 + b"Subject: x\n\nbody"
        outcome = only(CHANNEL, raw)

        assert isinstance(outcome, Malformed)
        assert "header-too-long" == outcome.reason

    def test_too_many_parts(self) -> None:
        """
        A multipart of more parts than allowed is Malformed.
        """
        raw = mail(
            "--b\r\n\r\nx\r\n" * 1100, content_type="multipart/mixed; boundary=b"
        )
        outcome = only(CHANNEL, raw)

        assert isinstance(outcome, Malformed)
        assert "too-many-parts" == outcome.reason

    def test_too_deep(self) -> None:
        """
        Parts nested deeper than allowed are Malformed.
        """
        body = "".join(
            f"--b{depth}\nContent-Type: multipart/mixed; boundary=b{depth + 1}\n\n"
            for depth in range(60)
        )
        outcome = only(CHANNEL, mail(body, content_type="multipart/mixed; boundary=b0"))

        assert isinstance(outcome, Malformed)
        assert "too-deep" == outcome.reason

    def test_limits_are_settings(self) -> None:
        """
        The caps can be set.
        """
        channel = attrs.evolve(CHANNEL, limits=Limits(header=10))

        assert isinstance(only(channel, mail()), Malformed)

    def test_long_text_is_cut(self) -> None:
        """
        A text is kept up to its cap.
        """
        channel = attrs.evolve(CHANNEL, max_text=10)
        outcome = only(channel, mail("a" * 100))

        assert isinstance(outcome, Inbound)
        assert 10 == len(outcome.text)

    @pytest.mark.parametrize("raw", [b"", b"\r\n\r\n", b"\x00\xff\xfe", b"just words"])
    def test_no_mail_at_all(self, raw: bytes) -> None:
        """
        Bytes without any header are Malformed, and named so.
        """
        outcome = only(CHANNEL, raw)

        assert isinstance(outcome, Malformed)
        assert "no-headers" == outcome.reason

    def test_cut_mail_loses_nothing(self) -> None:
        """
        A mail cut off inside an attachment keeps its text and what came of the file.
        """
        raw = (SAMPLES / "truncated.eml").read_bytes()
        outcome = only(CHANNEL, raw)

        assert isinstance(outcome, Inbound)
        assert bytes(range(27)) == read_part(raw, outcome.attachments[0].locator)

    @pytest.mark.parametrize("size", range(1, 1200, 7))
    def test_cut_anywhere(self, size: int) -> None:
        """
        A mail that is cut anywhere is read as far as it goes.
        """
        raw = (SAMPLES / "inline-image.eml").read_bytes()[:size]
        outcome = only(CHANNEL, raw)

        assert isinstance(outcome, Inbound) or (
            isinstance(outcome, Malformed) and b":" not in raw
        )


class TestPeople:
    def test_name_and_address(self) -> None:
        """
        The sender is one contact point in lower case, and a name.
        """
        found = inbound(**{"from": '"Lee, Ann" <Ann.Lee@Client.Example>'})

        assert ("Lee, Ann", ["email:ann.lee@client.example"]) == (
            found.person.name,
            [point.key for point in found.contact_points],
        )

    @pytest.mark.parametrize(
        ("field", "name", "address"),
        [
            ("ann@client.example (Ann Lee)", "Ann Lee", "ann@client.example"),
            ("Ann Lee ann@client.example", "Ann Lee", "ann@client.example"),
            ("<ann@client.example>", "", "ann@client.example"),
            ("Ann <mailto:ann@client.example>", "Ann", "ann@client.example"),
            ("Team: Ann <ann@client.example>;", "Ann", "ann@client.example"),
            ("'Ann' <ann@client.example>", "Ann", "ann@client.example"),
            ('"ann@client.example" <ann@client.example>', "", "ann@client.example"),
            (
                "=?utf-8?q?Ann_=3Cann=40client=2Eexample=3E?=",
                "Ann",
                "ann@client.example",
            ),
            ("=?utf-8?b?0JDQvdC90LA=?= <a@b.example>", "Анна", "a@b.example"),
            (
                "=?utf-8?b?0JDQvdC=?= =?utf-8?b?0LA=?= <a@b.example>",
                "Ан\ufffdа",
                "a@b.example",
            ),
            ("Анна <a@b.example>", "Анна", "a@b.example"),
            ('"A \\"B\\" C" <a@b.example>', 'A "B" C', "a@b.example"),
        ],
    )
    def test_ways_to_write_a_sender(self, field: str, name: str, address: str) -> None:
        """
        A sender is read for what it means, however it is written.
        """
        found = inbound(**{"from": field})

        assert (name, address) == (found.person.name, found.contact_points[0].value)

    def test_fallbacks(self) -> None:
        """
        Where From names nobody, Sender does, and then the return path.
        """
        found = inbound(**{"from": "<>", "return_path": "<ann@client.example>"})

        assert ["email:ann@client.example"] == [p.key for p in found.contact_points]

    def test_envelope_is_the_last_resort(self) -> None:
        """
        A mail without any sender is of whom the envelope names.
        """
        raw = mail(**{"from": ""})
        outcome = only(CHANNEL, raw, ("MAIL FROM", "ann@client.example"))

        assert isinstance(outcome, Inbound)
        assert ["email:ann@client.example"] == [p.key for p in outcome.contact_points]

    def test_nobody(self) -> None:
        """
        A mail of nobody is kept, and not answered.
        """
        found = inbound(**{"from": ""})

        assert Judgement(may_answer=False, reasons=("no-sender",)) == found.judgement

    def test_reply_to_of_a_person(self) -> None:
        """
        A person's Reply-To is told, and is no contact point of theirs.
        """
        found = inbound(reply_to="office@client.example")

        assert (("reply_to", "office@client.example"),) == found.extra

    def test_own_group_that_writes_itself_in(self) -> None:
        """
        Where a group of ours rewrote From, the writer stands in X-Original-From.
        """
        found = inbound(
            **{"from": "'Ann' via Sales <sales@shop.example>"},
            x_original_from="Ann <ann@client.example>",
            list_id="<sales.shop.example>",
            x_beenthere="sales@shop.example",
        )

        assert ("Ann", "email:ann@client.example", ("own-list",)) == (
            found.person.name,
            found.contact_points[0].key,
            found.judgement.reasons,
        )

    def test_phone_is_a_hint(self) -> None:
        """
        A number that the text calls a phone is a hint and no contact point.
        """
        found = inbound("Article 89161234568.\nтел. 8 (916) 123-45-67")

        assert ([("phone", "+79161234567")], 1) == (
            [pair for pair in found.extra if pair[0] == "phone"],
            len(found.contact_points),
        )


class TestDestinations:
    def test_ours_among_others(self) -> None:
        """
        Of all addresses those count that are ours, tags aside, each once.
        """
        found = inbound(
            to="Someone <x@client.example>, Sales <Sales+web@Shop.example>",
            cc="leads@shop.example",
            delivered_to="sales@shop.example",
        )

        assert ("sales@shop.example", "leads@shop.example") == found.addressed_to

    def test_envelope_comes_first(self) -> None:
        """
        Where none is ours it is where the mail was delivered to.
        """
        raw = mail(to="x@client.example", x_original_to="forwarded@other.example")
        outcome = only(CHANNEL, raw)

        assert isinstance(outcome, Inbound)
        assert ("forwarded@other.example",) == outcome.addressed_to

    def test_recipient_of_the_delivery(self) -> None:
        """
        An envelope that came with the delivery counts, as for a blind copy.
        """
        outcome = only(CHANNEL, mail(to=""), ("RCPT TO", "leads@shop.example"))

        assert isinstance(outcome, Inbound)
        assert ("leads@shop.example",) == outcome.addressed_to


class TestIdentity:
    def test_case_of_an_id_is_kept(self) -> None:
        """
        The Message-ID is the external id, without brackets, case kept (R5).
        """
        assert "AbC@X.example" == inbound(message_id=" <AbC@X.example> ").external_id

    def test_without_id_the_same_mail_is_the_same(self) -> None:
        """
        Without a Message-ID two deliveries of one mail have one id (R5, I2).
        """
        first = only(CHANNEL, mail(message_id="", received="from a; garbled"))
        second = only(CHANNEL, mail(message_id="").replace(b"\r\n", b"\n"))

        assert isinstance(first, Inbound)
        assert isinstance(second, Inbound)
        assert first.external_id == second.external_id

    @pytest.mark.parametrize(
        "other", [{"subject": "B"}, {"text": "B"}, {"from": "b@b.example"}]
    )
    def test_without_id_another_mail_is_another(self, other: dict[str, str]) -> None:
        """
        Without a Message-ID mails of other sender, subject or text have other ids.
        """
        first = only(CHANNEL, mail(message_id=""))
        second = only(CHANNEL, mail(**{"message_id": "", **other}))

        assert isinstance(first, Inbound)
        assert isinstance(second, Inbound)
        assert first.external_id != second.external_id

    @pytest.mark.parametrize(
        ("date", "received", "sent"),
        [
            ("Mon, 11 May 2026 09:00:00 +0300", "", "2026-05-11T06:00:00+00:00"),
            ("11 May 2026 09:00 GMT", "", "2026-05-11T09:00:00+00:00"),
            ("Mon, 11 May 2026 09:00:00 -0000", "", "2026-05-11T09:00:00+00:00"),
            ("Mon, 11 May 2026 09:00:60 +0000", "", "2026-05-11T09:00:59+00:00"),
            ("Mon, 11 May 2026 9:00:00 EST (x)", "", "2026-05-11T14:00:00+00:00"),
            (
                "garble",
                "a by b; Mon, 11 May 2026 08:00:00 +0000",
                "2026-05-11T08:00:00+00:00",
            ),
            ("Mon, 30 Jun 3609 15:33:50 +0600", "", ""),
            ("Fri, 21 Nov 1997 09:55:06 -0600", "", ""),
            ("Mon, 31 Feb 2026 09:00:00 +0000", "", ""),
            ("Mon, 11 May 2026 09:00:00 +9959", "", "2026-05-07T05:01:00+00:00"),
        ],
    )
    def test_when_it_was_sent(self, date: str, received: str, sent: str) -> None:
        """
        The sender's time is believed from 2000 to a day after receipt.
        """
        found = inbound(date=date, received=received)

        assert sent == (found.sent_at.isoformat() if found.sent_at else "")

    def test_tomorrow_is_the_limit(self) -> None:
        """
        A clock that is an hour fast is believed, one that is two days fast is not.
        """
        soon = (NOW + timedelta(hours=1)).strftime("%d %b %Y %H:%M:%S +0000")
        late = (NOW + timedelta(days=2)).strftime("%d %b %Y %H:%M:%S +0000")

        assert (NOW + timedelta(hours=1), None) == (
            inbound(date=soon).sent_at,
            inbound(date=late).sent_at,
        )

    def test_receipt_at_the_end_of_time(self) -> None:
        """
        No instant of receipt makes reading fail.
        """
        end = datetime.max.replace(tzinfo=UTC)
        reading = CHANNEL.read(attrs.evolve(deliver(mail()), received_at=end))

        assert isinstance(reading, Reading)


class TestConversation:
    def test_root_of_references(self) -> None:
        """
        A conversation is named by the root of its references.
        """
        found = inbound(references="<r@x> <a@x>", in_reply_to="<a@x>")

        assert ("r@x", ("a@x", "r@x")) == (found.conversation, found.in_reply_to)

    def test_nearest_first(self) -> None:
        """
        In-Reply-To comes first, then the references from the right (I6).
        """
        found = inbound(references="<1@x> <2@x> <3@x>", in_reply_to="<9@x> <8@x>")

        assert ("9@x", "8@x", "3@x", "2@x", "1@x") == found.in_reply_to

    def test_first_of_its_own(self) -> None:
        """
        A mail that answers nothing opens a conversation of its own id.
        """
        assert "m1@client.example" == inbound().conversation

    def test_plus_address(self) -> None:
        """
        A token of ours in the address leads to its conversation.
        """
        token = CHANNEL.token("deal 7")
        found = inbound(to=f"reply+{token.upper()}@shop.example")

        assert "deal 7" == found.conversation

    def test_subject_tag(self) -> None:
        """
        A signed tag in brackets attaches; the same words without do not (I8).
        """
        token = CHANNEL.token("deal 7")

        assert ("deal 7", "m1@client.example") == (
            inbound(subject=f"Re: chairs [#{token}]").conversation,
            inbound(subject=f"Re: chairs #{token}").conversation,
        )

    def test_forged_token(self) -> None:
        """
        A token that we did not sign, or another channel did, is not believed.
        """
        other = attrs.evolve(CHANNEL, id=ChannelId("other")).token("deal 7")
        stranger = attrs.evolve(CHANNEL, secret=b"b" * 16).token("deal 7")

        assert ["m1@client.example"] * 2 == [
            inbound(subject=f"[#{token}]").conversation for token in (other, stranger)
        ]

    def test_bare_subject(self) -> None:
        """
        An equal subject alone joins nothing.
        """
        first = inbound(subject="Re: chairs")
        second = inbound(subject="Re: chairs", message_id="<m2@client.example>")

        assert first.conversation != second.conversation

    def test_without_secret_no_token(self) -> None:
        """
        Without a secret there are no tokens, and none is believed.
        """
        bare = attrs.evolve(CHANNEL, secret=None)
        token = CHANNEL.token("deal 7")
        outcome = only(bare, mail(subject=f"[#{token}]"))

        assert isinstance(outcome, Inbound)
        assert ("", "m1@client.example") == (bare.token("x"), outcome.conversation)


BOUNCE: dict[str, Any] = {"from": "MAILER-DAEMON@mx.example"}


class TestRules:
    @pytest.mark.parametrize(
        ("why", "fields"),
        [
            ("bounce", {"from": "Mailer-Daemon <x@y.example>"}),
            ("bounce", {"from": "postmaster@mx.example"}),
            ("bounce", {"from": "post_master@gateway.example"}),
            ("bounce", {"from": "Mail Delivery Subsystem <x@y.example>"}),
            ("bounce", {"x_failed_recipients": "nobody@client.example"}),
            ("complaint_feedback", {"subject": "complaint about message from 1.2.3.4"}),
            ("auto_reply", {"auto_submitted": "auto-replied"}),
            ("auto_reply", {"auto_submitted": "auto-generated; owner-email=x"}),
            ("auto_reply", {"auto_submitted": "AUTO-NOTIFIED"}),
            ("auto_reply", {"x_autoreply": "yes"}),
            ("auto_reply", {"x_autorespond": "away"}),
            ("auto_reply", {"x_apple_action": "VACATION:1"}),
            ("auto_reply", {"x_ms_exchange_inbox_rules_loop": "a@b.example"}),
            ("auto_reply", {"x_auto_response_suppress": "DR, OOF, AutoReply"}),
            ("auto_reply", {"return_path": "<>", "in_reply_to": "<a@shop.example>"}),
            ("auto_reply", {"return_path": "<>", "subject": "Автоответ: заявка"}),
            ("auto_reply", {"precedence": "auto_reply"}),
            ("bulk_list", {"precedence": "bulk"}),
            ("bulk_list", {"list_id": "<news.brand.example>"}),
            ("bulk_list", {"list_unsubscribe": "<mailto:u@brand.example>"}),
            ("bulk_list", {"x_mailman_version": "2"}),
            ("bulk_list", {"x_beenthere": "list@brand.example"}),
            ("own_echo", {"from": "Sales <sales@shop.example>"}),
            ("own_echo", {"x_loop": "yes"}),
            ("own_echo", {"x_loop": "sales@shop.example"}),
            ("", {"auto_submitted": "no"}),
            ("", {"auto_submitted": ""}),
            ("", {"x_auto_response_suppress": "None"}),
            ("", {"x_autoreply": "no"}),
            ("", {"return_path": "<ann@client.example>"}),
            ("", {"subject": "Re: Automatic reply: chairs"}),
            ("", {"subject": "Fwd: Returned mail"}),
            ("", {"from": "Anna Postmaster <anna@client.example>"}),
        ],
    )
    def test_what_is_ignored(self, why: str, fields: dict[str, str]) -> None:
        """
        What no person wrote is ignored with its reason, and else nothing (R12, I3).
        """
        assert why == reason(**fields)

    def test_all_signs_are_recorded(self) -> None:
        """
        Every sign is told, in the order of the rules, not only the deciding one.
        """
        outcome = only(
            CHANNEL, mail(auto_submitted="auto-replied", precedence="bulk", **BOUNCE)
        )

        assert isinstance(outcome, Ignored)
        assert "daemon-sender, auto-submitted:auto-replied, precedence:bulk" == (
            outcome.detail
        )

    @pytest.mark.parametrize(
        "fields",
        [
            {"return_path": "<>"},
            {"subject": "Out of office next week?"},
            {"subject": "Abwesenheit im Mai"},
            {
                "x_auto_response_suppress": "All",
                "reply_to": "ann@other.example",
            },
        ],
    )
    def test_a_weak_sign(self, fields: dict[str, str]) -> None:
        """
        A weak sign alone: no person, no automatic answer, and yet it may open.
        """
        found = inbound(**fields).judgement

        assert (False, False, True) == (found.human, found.may_answer, found.may_open)

    def test_envelope_without_sender(self) -> None:
        """
        An empty envelope sender is the sign that an empty Return-Path is.
        """
        outcome = only(CHANNEL, mail(), ("MAIL FROM", ""))

        assert isinstance(outcome, Inbound)
        assert ("null-return-path",) == outcome.judgement.reasons

    @pytest.mark.parametrize(
        "fields",
        [
            {"auto_submitted": "auto-generated"},
            {"precedence": "bulk"},
            {"from": "Site <sales@shop.example>"},
            {"from": "noreply@host.example"},
        ],
    )
    def test_form_mailer(self, fields: dict[str, str]) -> None:
        """
        A robot's mail is its customer's, who stands in Reply-To.
        """
        found = inbound(reply_to="Pavel <pavel@buyer.example>", **fields)

        assert ("Pavel", ["email:pavel@buyer.example"], False, False, True) == (
            found.person.name,
            [point.key for point in found.contact_points],
            found.judgement.human,
            found.judgement.may_answer,
            found.judgement.may_open,
        )

    @pytest.mark.parametrize(
        "fields",
        [
            {"auto_submitted": "auto-replied"},
            {"auto_submitted": "auto-generated", "in_reply_to": "<x@shop.example>"},
            {"list_unsubscribe": "<https://brand.example/u>"},
            {"from": "MAILER-DAEMON@mx.example"},
        ],
    )
    def test_no_form_mailer(self, fields: dict[str, str]) -> None:
        """
        An answer, a list and a bounce are no form, whatever Reply-To says.
        """
        assert "" != reason(reply_to="pavel@buyer.example", **fields)

    def test_named_robot_is_nobody(self) -> None:
        """
        A named robot is no contact, or all of its customers would be one (R4).
        """
        found = inbound(
            **{"from": "notify@market.example"}, list_unsubscribe="<https://x.example>"
        )

        assert ((), ("robot", "notify@market.example")) == (
            found.contact_points,
            found.extra[0],
        )

    def test_named_robot_can_bounce(self) -> None:
        """
        A named robot's bounce is a bounce.
        """
        assert "bounce" == reason(
            **{"from": "notify@market.example"}, x_failed_recipients="a@b.example"
        )

    def test_robot_by_domain(self) -> None:
        """
        A robot may be named by its domain.
        """
        channel = attrs.evolve(CHANNEL, robots=("market.example",))
        outcome = only(channel, mail(**{"from": "any@market.example"}))

        assert isinstance(outcome, Inbound)
        assert ("robot",) == outcome.judgement.reasons

    def test_forms_keep_their_lines(self) -> None:
        """
        A robot's text is kept whole: what looks like a signature is the form.
        """
        text = "Name: Pavel\n--\nMessage: price?"
        found = inbound(text, **{"from": "notify@market.example"})

        assert text == found.text

    def test_attached_bounce_is_no_bounce(self) -> None:
        """
        A bounce that a person attaches to show it is a person's mail.
        """
        bounce = (SAMPLES / "bounce.eml").read_bytes()
        head = mail("", content_type="multipart/mixed; boundary=pp")
        raw = (
            head + b"--pp\r\n\r\nWhat is this?\r\n--pp\r\nContent-Type: message/rfc822"
        )
        outcome = only(CHANNEL, raw + b"\r\n\r\n" + bounce + b"\r\n--pp--\r\n")

        assert isinstance(outcome, Inbound)
        assert Judgement() == outcome.judgement

    def test_colleague(self) -> None:
        """
        A colleague's own mail is kept, not answered, and opens no lead (R3).
        """
        found = inbound(**{"from": "boris@shop.example"}).judgement

        assert (True, False, False) == (found.human, found.may_answer, found.may_open)


FORWARD = """See below.

---------- Forwarded message ---------
From: Mary <mary@buyer.example>
Date: Mon, 11 May 2026 at 08:00
Subject: Chairs
To: <boris@shop.example>

Ten chairs, please.
"""


class TestForwarded:
    def test_of_a_colleague(self) -> None:
        """
        What a colleague forwards is its writer's.
        """
        found = inbound(
            FORWARD, **{"from": "boris@shop.example"}, subject="Fwd: Chairs"
        )

        assert ("mary@buyer.example", "Chairs", "Ten chairs, please.") == (
            found.contact_points[0].value,
            found.subject,
            found.text,
        )

    def test_of_a_stranger(self) -> None:
        """
        What a stranger forwards stays the stranger's, and is kept in the text.
        """
        found = inbound(FORWARD, subject="Fwd: Chairs")

        assert ("ann@client.example", True) == (
            found.contact_points[0].value,
            "Ten chairs" in found.text,
        )

    def test_of_our_own_mailbox(self) -> None:
        """
        What one of our mailboxes forwards is no echo.
        """
        found = inbound(FORWARD, **{"from": "sales@shop.example"})

        assert "mary@buyer.example" == found.contact_points[0].value

    def test_of_our_own_writing(self) -> None:
        """
        A forward of what one of us wrote is a colleague's mail.
        """
        text = FORWARD.replace("mary@buyer.example", "anna@shop.example")
        found = inbound(text, **{"from": "boris@shop.example"})

        assert ("colleague",) == found.judgement.reasons

    @pytest.mark.parametrize(
        "head",
        [
            (
                "Begin forwarded message:\n\nFrom: Mary <m@buyer.example>\n"
                "Subject: Chairs\nDate: 11 May 2026\nTo: boris@shop.example\n"
            ),
            (
                "-------- Пересылаемое сообщение --------\n"
                '11.05.2026, 08:00, "Mary" <m@buyer.example>:\n'
            ),
            (
                "-------- Пересылаемое сообщение --------\n"
                "От кого: Mary <m@buyer.example>\nКому: boris@shop.example\n"
                "Дата: 11 мая 2026\nТема: Chairs\n"
            ),
            (
                "---- Weitergeleitete Nachricht ----\n*Von:* Mary <m@buyer.example>\n"
                "*Datum:* 11. Mai\n*Betreff:* Chairs\n*An:* boris@shop.example\n"
            ),
            (
                "\n\nFrom: Mary [mailto:m@buyer.example]\nSent: Monday, May 11\n"
                "To: Boris\nSubject: Chairs\n"
            ),
        ],
        ids=["apple", "yandex", "mailru", "thunderbird-de", "outlook"],
    )
    def test_programs(self, head: str) -> None:
        """
        Each program marks what it forwards in its own way.
        """
        text = f"{head}\nTen, please.\n"
        found = inbound(text, **{"from": "boris@shop.example"}, subject="FW: Chairs")

        assert ("m@buyer.example", "Mary", True) == (
            found.contact_points[0].value,
            found.person.name,
            found.text.startswith("Ten, please."),
        )


class TestParts:
    def test_attached_mail_is_whole(self) -> None:
        """
        An attached mail is had byte for byte.
        """
        raw = (SAMPLES / "attached-forward.eml").read_bytes()
        inner = raw.partition(b'filename="Request.eml"\r\n\r\n')[2]

        assert inner.partition(b"\r\n--outer--")[0] == read_part(raw, "part:2")

    def test_binary_part_is_whole(self) -> None:
        """
        A binary part keeps its line ends.
        """
        raw = mail(
            "--b\r\nContent-Type: image/x\r\nContent-Transfer-Encoding: binary\r\n\r\n"
            "a\rb\nc\r\n\x00\r\n--b--",
            content_type="multipart/mixed; boundary=b",
        )

        assert b"a\rb\nc\r\n\x00" == read_part(raw, "part:1")

    @pytest.mark.parametrize(
        "locator", ["part:9", "part:", "file_id:1", "part:1#uu7", ""]
    )
    def test_foreign_locator(self, locator: str) -> None:
        """
        A locator of something else is refused.
        """
        with pytest.raises(Refused, match=r"file\.foreign"):
            read_part(mail(), locator)

    def test_authentication_of_our_server(self) -> None:
        """
        Only what our own mail server found out is passed on.
        """
        channel = attrs.evolve(CHANNEL, authority="mx.shop.example")
        raw = b"Authentication-Results: mx.evil.example; dmarc=pass\r\n" + mail(
            authentication_results="mx.shop.example; dmarc=fail"
        )
        outcome = only(channel, raw)

        assert isinstance(outcome, Inbound)
        assert (("authentication", "dmarc=fail"),) == outcome.extra

    def test_language(self) -> None:
        """
        The language is what Content-Language says, and never guessed.
        """
        assert ("de-AT", "") == (
            inbound(content_language="de-AT, en").language,
            inbound("Guten Tag").language,
        )
