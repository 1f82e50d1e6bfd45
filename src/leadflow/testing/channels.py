"""
The contract of a channel adapter, as tests that anybody can run on theirs.

Subclass `ChannelContract` in a test module, say how an adapter is made and what
it has to read, and pytest runs every clause on it::

    class TestMyChannel(ChannelContract):
        def make(self):
            return MyChannel(id="mine", secret="s3cret")

        def samples(self):
            return [Delivery(body=..., headers=..., received_at=...)]

The more is given (deliveries that are forged, or of an unknown kind, secrets,
replies and a peer that reads them), the more clauses apply; the others are
skipped and say why.  What a platform can't have stands in ``lacks``: its clauses
are not collected.
"""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeGuard, TypeVar, get_args

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow.channels import (
    Amendment,
    Channel,
    ContactChange,
    Delivery,
    Ignored,
    Inbound,
    Outcome,
    Outgoing,
    PointerOnly,
    Reading,
    Receipt,
    Reply,
    ReplyingChannel,
)
from leadflow.errors import Malformed, Unverified


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


__all__ = ("ChannelContract",)

_OUTCOMES: tuple[type, ...] = get_args(Outcome)
_FORBIDDEN = (401, 403)
_UNREADABLE = (b"", b"\xff\xfe", b"{", b"[" * 5000, b"\0" * 100, b"=&=&%zz")
_ODD_BYTES = (
    *(b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"&", b"=", b"%", b"%zz"),
    *(b"\0", b"\xff", b"\r\n\r\n", b"\\ud800", b"NaN", b"-", b"null", b"1e999"),
    *(b"9" * 400, b"[" * 300, b'{"a":' * 100, "№".encode("cp1251")),
)
_ODD_VALUES: tuple[object, ...] = (
    *(None, True, False, 0, -1, 1.5, 10**30, -(10**18), 1e308, float("nan")),
    *("", " ", "0", "\ud800", "\0", "x" * 5000, "💥", "1" * 400, "2026-05-11"),
    *([], {}, [[]], [None], {"": ""}, [{}, {}], {"id": None}),
)
_MUTATIONS = 300
_OF_VALUES = 0.7
_TAKEN_OUT = 0.2

_CLAUSES_ABOUT = {
    "forged": ("test_forged_makes_nothing", "test_verified_before_parsed"),
    "unknown": ("test_unknown_kinds_are_ignored",),
    "replies": ("test_replies_can_be_read_back",),
    "peer": (),
}

T = TypeVar("T")
_Value = Inbound | Amendment | ContactChange | Receipt | PointerOnly | Ignored


class ChannelContract:
    """
    Hold the clauses that every adapter keeps.

    Override `make` and `samples`; the other methods say what more is known.

    *lacks* names what the platform can't have: ``forged`` where nothing tells who
    sent it, ``unknown`` where there are no kinds, ``replies`` where nobody can be
    answered, ``peer`` where answers can't be answered.
    """

    lacks: ClassVar[tuple[Literal["forged", "unknown", "replies", "peer"], ...]] = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "lacks" not in vars(cls):
            return
        for subject, clauses in _CLAUSES_ABOUT.items():
            for clause in clauses:
                # pytest collects no None.
                kept = (
                    None if subject in cls.lacks else getattr(ChannelContract, clause)
                )
                setattr(cls, clause, kept)

    # -- what the author of an adapter says ------------------------------------------

    def make(self) -> Channel:
        """Return a fresh adapter; called several times, always with equal settings."""
        raise NotImplementedError("say how the adapter is made")

    def samples(self) -> Iterable[Delivery]:
        """Return authentic deliveries, at least one of which is an inbound."""
        raise NotImplementedError("give deliveries to read")

    def forged(self) -> Iterable[Delivery]:
        """Return deliveries that are not authentic."""
        return ()

    def unknown(self) -> Iterable[Delivery]:
        """Return authentic deliveries of kinds that the adapter can't know yet."""
        return ()

    def secrets(self) -> Iterable[str]:
        """Return the secrets that the adapter was made with."""
        return ()

    def replies(self) -> Iterable[Reply]:
        """Return replies that the adapter must be able to describe."""
        return ()

    def peer(self, outgoing: Outgoing) -> Delivery | None:
        """
        Act as the platform and the person behind it.

        Return what comes in when *outgoing* has arrived and the person sends the
        same text back in the same conversation; None where nobody can.
        """
        del outgoing
        return None

    def sealed(self, delivery: Delivery) -> Delivery:
        """Return *delivery*, whose body was changed, signed anew."""
        return delivery

    # -- the clauses -----------------------------------------------------------------

    def test_it_is_a_channel(self) -> None:
        """
        CH-01: an adapter has the shape of `leadflow.channels.Channel`, and an id.
        """
        channel = self.make()

        assert isinstance(channel, Channel)
        assert channel.id
        if "replies" in self.lacks:
            assert not isinstance(channel, ReplyingChannel)

    def test_samples_are_accounted_for(self) -> None:
        """
        CH-02: every delivery comes to at least one outcome, and some to an inbound.
        """
        outcomes = [self.make().read(each).outcomes for each in self._samples()]

        assert all(outcomes)
        assert any(isinstance(one, Inbound) for each in outcomes for one in each)

    def test_outcomes_are_outcomes(self) -> None:
        """
        CH-03: a reading holds a tuple of the outcomes that the protocol knows.
        """
        for reading in self._readings():
            assert isinstance(reading, Reading)
            assert isinstance(reading.outcomes, tuple)
            assert all(isinstance(one, _OUTCOMES) for one in reading.outcomes)

    def test_answers_have_a_status(self) -> None:
        """
        CH-04: the answer has an HTTP status, which is no server's error.
        """
        for reading in self._readings():
            assert reading.answer.status in range(200, 500)

    def test_external_ids_are_given(self) -> None:
        """
        CH-05: no outcome that has a key has an empty one, or one twice (R5).
        """
        for reading in self._readings():
            ids = [one.external_id for one in reading.outcomes if _is_value(one)]
            inbound = [one for one in reading.outcomes if isinstance(one, Inbound)]

            assert all(ids)
            assert len(ids) == len(set(ids))
            assert all(key for one in inbound for key in one.also)

    def test_outcomes_know_where_they_belong(self) -> None:
        """
        CH-06: an outcome names its channel, and the time of its delivery.
        """
        channel = self.make()
        for delivery in self._samples():
            for one in channel.read(delivery).outcomes:
                if _is_value(one):
                    assert channel.id == one.channel
                    assert delivery.received_at == one.received_at

    def test_same_delivery_twice(self) -> None:
        """
        CH-07: the same delivery reads the same again, also in a fresh adapter (R5).
        """
        channel = self.make()
        for delivery in self._samples():
            first = channel.read(delivery)

            assert first == channel.read(delivery)
            assert first == self.make().read(delivery)

    def test_forged_makes_nothing(self) -> None:
        """
        CH-08: what is not authentic is unverified and nothing else (R11).
        """
        for delivery in _some(self.forged(), "no forged deliveries are given"):
            reading = self.make().read(delivery)

            assert [Unverified] == [type(one) for one in reading.outcomes]
            assert reading.answer.status in _FORBIDDEN

    def test_verified_before_parsed(self) -> None:
        """
        CH-09: what is not authentic is not parsed: unreadable bytes don't show.
        """
        for delivery in _some(self.forged(), "no forged deliveries are given"):
            for body in _UNREADABLE:
                reading = self.make().read(attrs.evolve(delivery, body=body))

                assert [Unverified] == [type(one) for one in reading.outcomes]

    def test_unknown_kinds_are_ignored(self) -> None:
        """
        CH-10: a kind that the platform added later is ignored, and named (R12).
        """
        for delivery in _some(self.unknown(), "no unknown kinds are given"):
            for one in self.make().read(delivery).outcomes:
                assert isinstance(one, Ignored)
                assert "unknown_event" == one.reason
                assert one.detail

    def test_secrets_are_hidden(self) -> None:
        """
        CH-11: no secret stands in an adapter's text, an outcome or an answer.
        """
        secrets = _some(self.secrets(), "no secrets are given")
        channel = self.make()
        shown = [repr(channel), str(channel)]
        for delivery in (*self._samples(), *self.forged()):
            broken = attrs.evolve(delivery, body=delivery.body[:-1] + b"\xff{")
            for each in (delivery, broken, self.sealed(broken)):
                reading = channel.read(each)
                shown.append(repr(reading))
                shown += [
                    repr(vars(one)) for one in reading.outcomes if not _is_value(one)
                ]
        if isinstance(channel, ReplyingChannel):
            shown += [repr(channel.render(reply)) for reply in self.replies()]
        for secret in secrets:
            assert not [text for text in shown if secret in text]

    def test_any_bytes(self) -> None:
        """
        CH-12: any bytes come to outcomes, and nothing is raised.
        """
        channel = self.make()
        envelopes = self._samples()

        @settings(max_examples=100, deadline=None, database=None)
        @given(body=st.binary(max_size=300), envelope=st.sampled_from(envelopes))
        def check(body: bytes, envelope: Delivery) -> None:
            self._check(channel, self.sealed(attrs.evolve(envelope, body=body)))

        check()

    def test_broken_samples(self) -> None:
        """
        CH-13: samples broken in any place come to outcomes, and nothing is raised.
        """
        channel = self.make()
        for delivery in self._broken_samples():
            self._check(channel, delivery)

    def test_replies_can_be_read_back(self) -> None:
        """
        CH-14: a reply arrives: the peer's echo has its text and conversation (R8).
        """
        channel = self.make()
        replies = _some(self.replies(), "no replies are given")
        assert isinstance(channel, ReplyingChannel)
        for reply in replies:
            outgoing = channel.render(reply)
            assert reply.id == outgoing.key
            if "peer" in self.lacks:
                continue
            delivery = self.peer(outgoing)
            if delivery is None:
                pytest.skip("no peer is given")
            echoes = channel.read(delivery).outcomes
            found = [one for one in echoes if isinstance(one, Inbound)]

            assert [reply.text.strip()] == [one.text.strip() for one in found]
            assert [reply.conversation] == [one.conversation for one in found]

    def test_texts_can_be_stored(self) -> None:
        """
        CH-15: no outcome holds a NUL or half a surrogate pair, which stores refuse.
        """
        channel = self.make()
        for sample in self._samples():
            for body in _ill_texts(sample.body):
                delivery = self.sealed(attrs.evolve(sample, body=body))
                for text in _texts(channel.read(delivery).outcomes):
                    assert "\0" not in text
                    assert text == text.encode("utf-8", "replace").decode()

    # -- helpers ---------------------------------------------------------------------

    def _samples(self) -> tuple[Delivery, ...]:
        samples = tuple(self.samples())
        assert samples, "the contract needs at least one sample"
        return samples

    def _readings(self) -> Iterator[Reading]:
        for delivery in (*self._samples(), *self.forged(), *self.unknown()):
            yield self.make().read(delivery)

    def _broken_samples(self) -> Iterator[Delivery]:
        samples = self._samples()
        chance = random.Random(4711)  # noqa: S311 - the same at every run
        for number in range(_MUTATIONS):
            sample = samples[number % len(samples)]
            body = _broken(sample.body, chance)
            if body != sample.body:
                yield self.sealed(attrs.evolve(sample, body=body))

    def _check(self, channel: Channel, delivery: Delivery) -> None:
        reading = channel.read(delivery)

        assert reading.outcomes
        assert all(isinstance(one, _OUTCOMES) for one in reading.outcomes)
        assert all(one.external_id for one in reading.outcomes if _is_value(one))


def _some(given: Iterable[T], otherwise: str) -> tuple[T, ...]:
    """
    Return what is *given*, or skip the clause and say why.
    """
    found = tuple(given)
    if not found:
        pytest.skip(otherwise)
    return found


def _is_value(outcome: Outcome) -> TypeGuard[_Value]:
    return not isinstance(outcome, Malformed | Unverified)


def _texts(value: Any) -> Iterator[str]:
    """
    Yield every text that *value* holds, however deep.
    """
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | frozenset):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, Malformed | Unverified):
        yield from _texts(tuple(vars(value).values()))
    elif attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            yield from _texts(getattr(value, field.name))


# -- breaking a sample ---------------------------------------------------------------


def _broken(body: bytes, chance: random.Random) -> bytes:
    """
    Return *body* with something in it changed: of JSON mostly one of its values.
    """
    if chance.random() < _OF_VALUES:
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            pass
        else:
            # NaN and lone surrogates are written too.
            return json.dumps(_with_odd_value(value, chance)).encode()
    for _ in range(chance.randint(1, 3)):
        start = chance.randint(0, len(body))
        end = min(len(body), start + chance.randint(0, 40))
        middle = chance.choice((b"", body[start:end] * 2, chance.choice(_ODD_BYTES)))
        body = body[:start] + middle + body[end:]
    return body


def _ill_texts(body: bytes) -> Iterator[bytes]:
    """
    Yield *body* with text in it that no store takes, place by place.
    """
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        half = len(body) // 2
        yield body[:half] + b"\0" + body[half:]
        yield body.replace(b"=", b"=%00%ED%A0%80")
        return
    for holder, key in _places(value):
        if isinstance(kept := holder[key], str):
            holder[key] = f"{kept}\0\ud800"
            yield json.dumps(value).encode()
            holder[key] = kept


def _with_odd_value(value: object, chance: random.Random) -> object:
    """
    Return *value* with one of its parts replaced, or taken out.
    """
    places = list(_places(value))
    odd = chance.choice(_ODD_VALUES)
    if not places:
        return odd
    holder, key = chance.choice(places)
    if chance.random() < _TAKEN_OUT:
        del holder[key]
    else:
        holder[key] = odd
    return value


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """
    Yield every object and array in *value* with each of its keys.
    """
    waiting = [value]
    while waiting:
        holder = waiting.pop()
        if not isinstance(holder, dict | list):
            continue
        keys = holder if isinstance(holder, dict) else range(len(holder))
        for key in keys:
            yield holder, key
            waiting.append(holder[key])
