"""
Twilio: what a request comes to, who may send one, and what we ask.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import attrs
import pytest

from leadflow.channels import (
    Channel,
    ContactChange,
    Delivery,
    Ignored,
    Inbound,
    Outgoing,
    Reply,
    ReplyingChannel,
)
from leadflow.channels._twilio_signature import signature_of
from leadflow.channels.twilio import TwilioChannel
from leadflow.errors import DefinitionError, Malformed, Refused, Unverified
from leadflow.testing.channels import ChannelContract
from leadflow.values import Attachment, ContactPoint
from tests.channels._golden import (
    RECEIVED,
    delivery_of,
    golden_of,
    sample_paths,
    shown,
)


SAMPLES = sample_paths(Path(__file__).parent / "samples")
ACCOUNT, TOKEN = "AC00000000000000000000000000000042", "t0ken-of-the-account"
URL = "https://crm.example/twilio?channel=line"
FORM = ("Content-Type", "application/x-www-form-urlencoded")
CHANNEL = TwilioChannel(
    id="line",
    account_sid=ACCOUNT,
    auth_token=TOKEN,
    twiml="<Response><Dial>+14155550100</Dial></Response>",
)
ANNA = ContactPoint(kind="phone", value="+14158675309", raw="+14158675309")
HEADER = "X-Twilio-Signature"

# The request and the signatures that Twilio's own libraries are tested with.
PUBLIC_URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
PUBLIC = {
    "CallSid": "CA1234567890ABCDE",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
    "Caller": "+14158675309",
}
THEIRS = TwilioChannel(id="line", account_sid=ACCOUNT, auth_token="12345")


def sign(delivery: Delivery) -> Delivery:
    """
    Return *delivery* with the signature of its body.
    """
    text = delivery.body.decode("utf-8", "replace")
    pairs = parse_qsl(text, keep_blank_values=True)
    header = (HEADER, signature_of(delivery.url, pairs, TOKEN))
    kept = tuple(pair for pair in delivery.headers if pair[0] != HEADER)
    return attrs.evolve(delivery, headers=(*kept, header))


def of_sample(path: Path) -> Delivery:
    """
    Return the sample at *path*, signed.
    """
    return sign(attrs.evolve(delivery_of(path), url=URL))


def fields_of(name: str) -> dict[str, str]:
    """
    Return the fields of the sample *name*.
    """
    path = Path(__file__).parent / "samples" / f"{name}.json"
    return dict(json.loads(path.read_text())["form"])


def delivery(fields: dict[str, str], **more: Any) -> Delivery:
    """
    Return the request with *fields*, signed.
    """
    given: dict[str, Any] = {
        "body": urlencode(fields).encode(),
        "received_at": RECEIVED,
        "headers": (FORM,),
        "url": URL,
    }
    return sign(Delivery(**given | more))


def read(name: str, channel: TwilioChannel = CHANNEL, **changes: str) -> Any:
    """
    Return the one outcome of the sample *name* with *changes*.
    """
    [outcome] = channel.read(delivery(fields_of(name) | changes)).outcomes
    return outcome


def reply(**more: Any) -> Reply:
    """
    Return a reply to Anna's SMS.
    """
    given: dict[str, Any] = {
        "id": "r1",
        "text": "Yes & more",
        "to": ANNA,
        "conversation": "+18005551212/+14158675309",
        "sent_at": RECEIVED,
    }
    return Reply(**given | more)


class TestContract(ChannelContract):
    """
    The adapter keeps the contract of channels.
    """

    def make(self) -> Channel:
        """Return the account's channel."""
        return attrs.evolve(CHANNEL)

    def samples(self) -> Iterable[Delivery]:
        """Return the golden samples."""
        return [of_sample(path) for path in SAMPLES]

    def sealed(self, delivery: Delivery) -> Delivery:
        """Return *delivery* signed."""
        return sign(delivery)

    def forged(self) -> Iterable[Delivery]:
        """Return the samples with another's signature, of another URL, and none."""
        for path in SAMPLES:
            good = of_sample(path)
            yield attrs.evolve(good, url=f"{URL}2")
            yield attrs.evolve(good, headers=good.headers[:-1])
            yield attrs.evolve(good, headers=((HEADER, "é"),))

    def unknown(self) -> Iterable[Delivery]:
        """Return requests of the years to come."""
        yield delivery({"AccountSid": ACCOUNT, "Thought": "1"})
        yield delivery({})
        yield delivery(fields_of("call-ringing") | {"CallStatus": "levitating"})
        yield delivery(fields_of("sms-delivered") | {"MessageStatus": "levitating"})

    def secrets(self) -> Iterable[str]:
        """Return the token."""
        return [TOKEN]

    def replies(self) -> Iterable[Reply]:
        """Return a reply to an SMS, and one to WhatsApp."""
        yield reply()
        whatsapp = "whatsapp:+18005551212/whatsapp:+14158675309"
        yield reply(conversation=whatsapp, last_inbound_at=RECEIVED)

    def peer(self, outgoing: Outgoing) -> Delivery:
        """Return the request by which the person sends the same text back."""
        sent = dict(parse_qsl(outgoing.body.decode()))
        back = {"From": sent["To"], "To": sent["From"], "Body": sent["Body"]}
        return delivery(fields_of("sms") | back)


class TestSamples:
    @pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
    def test_sample(self, path: Path) -> None:
        """
        Every sample comes to the outcomes and the answer kept beside it.
        """
        assert golden_of(path) == shown(CHANNEL.read(of_sample(path)))

    def test_replies(self) -> None:
        """
        The adapter has the shape that the protocol asks of one that replies.
        """
        assert isinstance(CHANNEL, ReplyingChannel)


class TestSignature:
    """
    What is not signed with the account's token makes nothing (R11).
    """

    def public(
        self, signature: str, url: str = PUBLIC_URL, **changes: Any
    ) -> tuple[object, ...]:
        """
        Return the outcomes of the public request with *signature*.
        """
        given: dict[str, Any] = {
            "body": urlencode(PUBLIC).encode(),
            "received_at": RECEIVED,
            "headers": (FORM, (HEADER, signature)),
            "url": url,
        }
        return THEIRS.read(Delivery(**given | changes)).outcomes

    @pytest.mark.parametrize(
        ("signature", "url"),
        [
            ("RSOYDt4T1cUTdK1PDd93/VVr8B8=", PUBLIC_URL),
            ("RSOYDt4T1cUTdK1PDd93/VVr8B8=", PUBLIC_URL.replace(".com", ".com:443")),
            ("RSOYDt4T1cUTdK1PDd93/VVr8B8=", PUBLIC_URL.replace(".com", ".com:1234")),
            ("kvajT1Ptam85bY51eRf/AJRuM3w=", PUBLIC_URL),
            ("kvajT1Ptam85bY51eRf/AJRuM3w=", PUBLIC_URL.replace(".com", ".com:443")),
            (
                "0ZXoZLH/DfblKGATFgpif+LLRf4=",
                PUBLIC_URL.replace("https", "http"),
            ),
            (
                "Zmvh+3yNM1Phv2jhDCwEM3q5ebU=",
                PUBLIC_URL.replace("https", "http").replace(".com", ".com:1234"),
            ),
        ],
    )
    def test_public_vectors(self, signature: str, url: str) -> None:
        """
        Signatures of the URL with and without its port are both Twilio's.
        """
        assert not isinstance(self.public(signature, url)[0], Unverified)

    @pytest.mark.parametrize(
        ("signature", "url"),
        [
            ("", PUBLIC_URL),
            ("RSOYDt4T1cUTdK1PDd93/VVr8B8", PUBLIC_URL),
            ("RSOYDt4T1cUTdK1PDd93/VVr8B9=", PUBLIC_URL),
            ("подпись", PUBLIC_URL),
            ("\udcff\0", PUBLIC_URL),
            ("RSOYDt4T1cUTdK1PDd93/VVr8B8=", PUBLIC_URL + "3"),
            ("RSOYDt4T1cUTdK1PDd93/VVr8B8=", PUBLIC_URL.replace("https", "http")),
            ("RSOYDt4T1cUTdK1PDd93/VVr8B8=", ""),
            ("RSOYDt4T1cUTdK1PDd93/VVr8B8=", "https://[::1/"),
            ("RSOYDt4T1cUTdK1PDd93/VVr8B8=", "//mycompany.com/myapp.php?foo=1&bar=2"),
        ],
    )
    def test_wrong(self, signature: str, url: str) -> None:
        """
        A wrong signature of any length, or of another URL, is refused.
        """
        assert (Unverified("wrong-signature"),) == self.public(signature, url) or (
            Unverified("unreadable"),
        ) == self.public(signature, url)

    def test_replayed(self) -> None:
        """
        The signature of one request is none of another.
        """
        body = urlencode(PUBLIC | {"Digits": "4321"}).encode()
        signature = "RSOYDt4T1cUTdK1PDd93/VVr8B8="

        assert (Unverified("wrong-signature"),) == self.public(signature, body=body)

    def test_repeated_fields(self) -> None:
        """
        Each different value of a repeated field is signed once, in order.
        """
        pairs = [("x", "2"), ("x", "1"), ("x", "1")]

        assert signature_of(URL, [("x", "1"), ("x", "2")], TOKEN) == signature_of(
            URL, pairs, TOKEN
        )

    def test_json(self) -> None:
        """
        JSON is signed by its digest in the URL, with the public signature.
        """
        body = b'{"property": "value", "boolean": true}'
        url = f"{PUBLIC_URL}&bodySHA256={sha256(body).hexdigest()}"
        [outcome] = self.public("a9nBmqA0ju/hNViExpshrM61xv4=", url, body=body)
        assert isinstance(outcome, Ignored)

        assert ("unknown_event", "property") == (outcome.reason, outcome.detail)

    def test_json_written_again(self) -> None:
        """
        JSON that was parsed and written again has another digest.
        """
        body = b'{"property": "value", "boolean": true}'
        url = f"{PUBLIC_URL}&bodySHA256={sha256(body).hexdigest()}"
        again = json.dumps(json.loads(body), separators=(",", ":")).encode()
        found = self.public("a9nBmqA0ju/hNViExpshrM61xv4=", url, body=again)

        assert (Unverified("wrong-body"),) == found

    @pytest.mark.parametrize("digest", ["", "x", "é", "0" * 64])
    def test_digest_of_nothing(self, digest: str) -> None:
        """
        A digest that is signed and is not the body's is refused.
        """
        url = f"{URL}&bodySHA256={digest}"
        headers = ((HEADER, signature_of(url, [], TOKEN)),)
        found = CHANNEL.read(
            Delivery(body=b"{}", received_at=RECEIVED, headers=headers, url=url)
        )

        assert (Unverified("wrong-body"),) == found.outcomes

    def test_json_without_a_digest(self) -> None:
        """
        JSON that nothing signs is refused, even where the URL is signed.
        """
        headers = ((HEADER, signature_of(URL, [], TOKEN)),)
        found = CHANNEL.read(
            Delivery(body=b'{"a":1}', received_at=RECEIVED, headers=headers, url=URL)
        )

        assert (Unverified("wrong-signature"),) == found.outcomes

    def test_signed_json_of_a_call(self) -> None:
        """
        JSON with the fields of a form is read as one.
        """
        body = json.dumps(fields_of("call-dial-answered") | {"n": 1}).encode()  # type: ignore[operator]
        url = f"{URL}&bodySHA256={sha256(body).hexdigest()}"
        headers = ((HEADER, signature_of(url, [], TOKEN)),)
        [found] = CHANNEL.read(
            Delivery(body=body, received_at=RECEIVED, headers=headers, url=url)
        ).outcomes

        assert isinstance(found, Inbound)

    def test_signed_json_that_is_no_object(self) -> None:
        """
        Signed JSON that is no object can't be read.
        """
        url = f"{URL}&bodySHA256={sha256(b'[1]').hexdigest()}"
        headers = ((HEADER, signature_of(url, [], TOKEN)),)
        [found] = CHANNEL.read(
            Delivery(body=b"[1]", received_at=RECEIVED, headers=headers, url=url)
        ).outcomes
        assert isinstance(found, Malformed)

        assert "bad-event" == found.reason

    def test_get(self) -> None:
        """
        A request by GET has its fields in the URL, which alone is signed.
        """
        url = f"https://crm.example/twilio?{urlencode(fields_of('sms'))}"
        headers = ((HEADER, signature_of(url, [], TOKEN)),)
        [found] = CHANNEL.read(
            Delivery(
                body=b"x", received_at=RECEIVED, headers=headers, url=url, method="GET"
            )
        ).outcomes

        assert isinstance(found, Inbound)

    def test_behind_a_proxy(self) -> None:
        """
        Where a proxy has changed scheme and host, the origin puts them right.
        """
        channel = attrs.evolve(CHANNEL, origin="https://crm.example")
        inside = URL.replace("https://crm.example", "http://10.0.0.7:8000")
        good = delivery(fields_of("sms"))

        assert [Inbound, Inbound] == [
            type(channel.read(attrs.evolve(good, url=url)).outcomes[0])
            for url in (inside, "/twilio?channel=line")
        ]

    def test_another_account(self) -> None:
        """
        A request of another account of the same owner is not ours.
        """
        assert Unverified("another-account") == read("sms", AccountSid="AC1")

    def test_too_many_fields(self) -> None:
        """
        More fields than any request has are refused before any work.
        """
        given = delivery({f"f{number}": "" for number in range(501)})

        assert (Unverified("unreadable"),) == CHANNEL.read(given).outcomes

    def test_method(self) -> None:
        """
        Anything but POST and GET is answered 405.
        """
        given = delivery(fields_of("sms"), method="PUT")

        assert 405 == CHANNEL.read(given).answer.status


class TestCalls:
    """
    A call is one touch, whatever it is told in (R1).
    """

    @pytest.mark.parametrize(
        ("status", "result"),
        [
            ("completed", "answered"),
            ("answered", "answered"),
            ("no-answer", "missed"),
            ("busy", "busy"),
            ("failed", "failed"),
            ("canceled", "abandoned"),
        ],
    )
    def test_dial(self, status: str, result: str) -> None:
        """
        Only the end of a Dial tells whether a person answered.
        """
        found = read("call-dial-answered", DialCallStatus=status)

        assert result == found.call.result

    def test_picked_up_by_a_menu(self) -> None:
        """
        A line that was picked up is not answered, as a menu picks up too.
        """
        assert "missed" == read("call-completed").call.result

    def test_picked_up_by_a_person(self) -> None:
        """
        Where nothing is dialled, who picks the line up is a person.
        """
        channel = attrs.evolve(CHANNEL, dials=False)
        found = read("call-completed", channel)

        assert ("answered", timedelta(seconds=75)) == (
            found.call.result,
            found.call.talk,
        )

    def test_one_touch(self) -> None:
        """
        What is told of one call are parts of one touch, each with its own key.
        """
        names = ("call-dial-no-answer", "call-dial-answered", "call-completed")
        found = [read(name) for name in names]

        assert ({"line/CA11"}, 2) == (
            {one.part_of for one in found},
            len({one.external_id for one in found}),
        )

    def test_second_dial(self) -> None:
        """
        A second Dial of the same call has a key of its own.
        """
        first = read("call-dial-no-answer")
        second = read("call-dial-answered", DialCallSid="CA98")

        assert first.external_id != second.external_id

    def test_at_ring(self) -> None:
        """
        A channel that wants a touch at the ring gets one, a part of the whole.
        """
        channel = attrs.evolve(CHANNEL, at_ring=True)
        found = read("call-ringing", channel)

        assert ("CA11/ring", "line/CA11", None, (ANNA,)) == (
            found.external_id,
            found.part_of,
            found.call,
            found.contact_points,
        )

    def test_began(self) -> None:
        """
        A call began its length before the end that is told.
        """
        assert (
            datetime(2026, 5, 11, 9, 59, tzinfo=UTC) == read("call-completed").sent_at
        )

    @pytest.mark.parametrize(
        "stamp", ["", "soon", "Mon, 99 May 2026 10:00:15 +0000", "1 Jan 99999 0:0"]
    )
    def test_no_time(self, stamp: str) -> None:
        """
        A call whose time can't be read is kept.
        """
        assert read("call-completed", Timestamp=stamp).sent_at is None

    @pytest.mark.parametrize(
        "number", ["+266696687", "+7378742883", "anonymous", "", "Restricted"]
    )
    def test_hidden_number(self, number: str) -> None:
        """
        A call of somebody who shows no number is kept, without a contact.
        """
        assert () == read("call-dial-answered", From=number).contact_points

    def test_name(self) -> None:
        """
        The name that the network knows of a caller is theirs.
        """
        assert "ANNA K" == read("call-dial-answered").person.name

    def test_of_ours(self) -> None:
        """
        A call that an application of ours makes is a touch that opens nothing.
        """
        found = read("call-out-answered")

        assert ("out", "answered", (ANNA,), False) == (
            found.call.direction,
            found.call.result,
            found.contact_points,
            found.judgement.may_open,
        )

    def test_from_a_telephone_of_ours(self) -> None:
        """
        What a telephone of ours begins is inbound to Twilio, and a call of ours.
        """
        found = read("call-of-a-client")

        assert ("out", "anna", "") == (
            found.call.direction,
            found.call.employee,
            found.call.line,
        )

    def test_internal(self) -> None:
        """
        A call between telephones of ours makes nothing (R3).
        """
        found = read("call-internal")
        assert isinstance(found, Ignored)

        assert "internal_call" == found.reason

    def test_answer_to_a_ring(self) -> None:
        """
        A call that rings is answered with what is to be done with it.
        """
        answer = CHANNEL.read(delivery(fields_of("call-ringing"))).answer

        assert (CHANNEL.twiml.encode(), "text/xml; charset=utf-8") == (
            answer.body,
            answer.media_type,
        )


class TestMessages:
    @pytest.mark.parametrize("body", ["STOP", " стоп ", "Unsubscribe"])
    def test_stop(self, body: str) -> None:
        """
        Who writes that we shall stop is no lead, and doesn't want messages.
        """
        found = read("sms", Body=body)
        assert isinstance(found, ContactChange)

        assert ("consent", "stop", ANNA) == (found.change, found.detail, found.was)

    def test_start(self) -> None:
        """
        Who wants messages again says so too.
        """
        assert "start" == read("sms", Body="unstop", OptOutType="START").detail

    def test_stop_in_a_sentence(self) -> None:
        """
        A sentence with the word in it is a message.
        """
        assert isinstance(read("sms", Body="Can you stop by?"), Inbound)

    def test_short_code(self) -> None:
        """
        What comes from a short code was written by no person (R12).
        """
        assert not read("sms-short-code").judgement.may_open

    def test_whatsapp(self) -> None:
        """
        An account of WhatsApp is known by its number too.
        """
        found = read("whatsapp")

        assert (["whatsapp", "phone"], "Anna") == (
            [point.kind for point in found.contact_points],
            found.person.name,
        )

    def test_other_network(self) -> None:
        """
        An account of another network is known by its id there.
        """
        [point] = read("sms", From="messenger:4711").contact_points

        assert ("messenger", "4711") == (point.kind, point.value)

    @pytest.mark.parametrize("count", ["1", "21", "x", "-1", "²", "9" * 300])
    def test_media(self, count: str) -> None:
        """
        Files are as many as have a URL, whatever their number says.
        """
        found = read("mms", NumMedia=count)

        assert len(found.attachments) <= 1

    def test_answer(self) -> None:
        """
        A message is answered with nothing to do, whatever stands in it.
        """
        answer = CHANNEL.read(
            delivery(fields_of("sms") | {"Body": "<Dial>1</Dial>"})
        ).answer

        assert b"<Response/>" == answer.body


class TestRendering:
    def test_message(self) -> None:
        """
        A reply goes from the number that was written to, with the account's token.
        """
        outgoing = CHANNEL.render(reply())
        [authorization] = [
            value for name, value in outgoing.headers if name == "Authorization"
        ]

        assert (
            f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages.json",
            f"{ACCOUNT}:{TOKEN}",
            {"To": "+14158675309", "From": "+18005551212", "Body": "Yes & more"},
        ) == (
            outgoing.url,
            b64decode(authorization.removeprefix("Basic ")).decode(),
            dict(parse_qsl(outgoing.body.decode())),
        )

    @pytest.mark.parametrize(
        ("sender", "field"), [("+18005551212", "From"), ("MG7", "MessagingServiceSid")]
    )
    def test_first_word(self, sender: str, field: str) -> None:
        """
        Who has not written is written to by the channel's sender.
        """
        channel = attrs.evolve(CHANNEL, sender=sender)
        outgoing = channel.render(reply(conversation=""))

        assert sender == dict(parse_qsl(outgoing.body.decode()))[field]

    @pytest.mark.parametrize(
        ("changes", "rule"),
        [
            ({"text": " "}, "reply.empty"),
            ({"text": "x" * 1601}, "reply.too-long"),
            ({"conversation": ""}, "reply.no-sender"),
            (
                {
                    "conversation": "",
                    "to": ContactPoint(kind="email", value="a@example.com"),
                },
                "reply.no-number",
            ),
            (
                {"attachments": (Attachment(name="a", media_type="b", locator="c"),)},
                "reply.attachments",
            ),
            ({"conversation": "whatsapp:+1/whatsapp:+2"}, "reply.never-wrote"),
            (
                {
                    "conversation": "whatsapp:+1/whatsapp:+2",
                    "last_inbound_at": RECEIVED - timedelta(hours=24, seconds=1),
                },
                "reply.window",
            ),
        ],
    )
    def test_refused(self, changes: dict[str, Any], rule: str) -> None:
        """
        What Twilio would not take is refused beforehand.
        """
        with pytest.raises(Refused) as caught:
            CHANNEL.render(reply(**changes))

        assert f"twilio.{rule}" == caught.value.rule

    def test_whatsapp_by_its_contact(self) -> None:
        """
        An account of WhatsApp is addressed in Twilio's way.
        """
        channel = attrs.evolve(CHANNEL, sender="whatsapp:+18005551212")
        to = ContactPoint(kind="whatsapp", value="14158675309")
        outgoing = channel.render(
            reply(conversation="", to=to, last_inbound_at=RECEIVED)
        )

        assert "whatsapp:+14158675309" == dict(parse_qsl(outgoing.body.decode()))["To"]

    def test_media(self) -> None:
        """
        A file is fetched with the account's token.
        """
        [file] = read("mms").attachments
        fetch = CHANNEL.media_fetch(file.locator)

        assert (file.locator, "Authorization") == (fetch.url, fetch.headers[0][0])

    @pytest.mark.parametrize(
        "locator",
        [
            "http://api.twilio.com/x",
            "https://api.twilio.com.evil.example/x",
            "https://api.twilio.com@evil.example/x",
            "https://eviltwilio.com/x",
            "file:///etc/passwd",
            "https://[::1/",
            "",
        ],
    )
    def test_media_elsewhere(self, locator: str) -> None:
        """
        The token never goes to anybody else.
        """
        with pytest.raises(Refused):
            CHANNEL.media_fetch(locator)


class TestSettings:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"account_sid": "../x"},
            {"auth_token": ""},
            {"origin": "crm.example"},
            {"origin": "https://crm.example/"},
        ],
    )
    def test_wrong(self, wrong: dict[str, Any]) -> None:
        """
        Settings that can't be are refused when the channel is made.
        """
        with pytest.raises(DefinitionError):
            attrs.evolve(CHANNEL, **wrong)
