"""
What the tests of hooks that only their address keeps share.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import attrs
import pytest

from leadflow.channels import Channel, Delivery
from leadflow.errors import DefinitionError, Malformed, Unverified
from leadflow.testing.channels import ChannelContract
from tests.channels._golden import RECEIVED, delivery_of, sample_paths


SECRET = "s3cret-4711-token"
URL = f"https://crm.example/hook/{SECRET}"


def addressed(path: Path) -> Delivery:
    """
    Return the sample at *path*, sent to the right address.
    """
    return attrs.evolve(delivery_of(path), url=URL)


class AddressedContract(ChannelContract):
    """
    Hold the contract of an adapter whose secret stands in the path.
    """

    folder: Path

    def samples(self) -> Iterable[Delivery]:
        """Return the golden samples."""
        return [addressed(path) for path in sample_paths(self.folder)]

    def forged(self) -> Iterable[Delivery]:
        """Return the samples at no address, and at a wrong one."""
        for path in sample_paths(self.folder):
            yield delivery_of(path)
            yield attrs.evolve(delivery_of(path), url=f"{URL}x")

    def secrets(self) -> Iterable[str]:
        """Return the secret of the address."""
        return [SECRET]


class AddressedDoor:
    """
    Hold the tests of who may come in by an address (R11).
    """

    channel: Channel

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "https://crm.example/hook/",
            "https://crm.example/hook/s3cret-4711-toke",
            "https://crm.example/hook/s3cret-4711-tokens",
            "https://crm.example/hook/%D1%89",
            f"https://crm.example/hook/{SECRET}/more",
            f"https://crm.example/hook?key={SECRET}",
            "https://crm.example/\udcff",
            "https://[",
            "https://crm.example/" + "x" * 10_000,
        ],
        ids=range(10),
    )
    def test_wrong_address(self, url: str) -> None:
        """
        An address of any length and in any letters is refused before parsing.
        """
        reading = self.channel.read(Delivery(body=b"{", received_at=RECEIVED, url=url))

        assert (403, (Unverified("wrong-secret-in-path"),)) == (
            reading.answer.status,
            reading.outcomes,
        )

    @pytest.mark.parametrize("name", ["X-Hook-Key", "x-hook-key"])
    def test_header(self, name: str) -> None:
        """
        The secret may stand in a header instead, whose name has no case.
        """
        channel = attrs.evolve(  # type: ignore[misc]
            self.channel, hidden_in="header", hidden_as="X-Hook-Key"
        )
        given = Delivery(body=b"{}", received_at=RECEIVED, headers=((name, SECRET),))

        assert 200 == channel.read(given).answer.status

    @pytest.mark.parametrize("value", ["", "щ", "\udcff", SECRET + "x", SECRET[1:]])
    def test_wrong_header(self, value: str) -> None:
        """
        A header of the wrong length or not in ASCII is refused.
        """
        channel = attrs.evolve(  # type: ignore[misc]
            self.channel, hidden_in="header", hidden_as="X-Hook-Key"
        )
        headers = (("X-Hook-Key", value),)
        given = Delivery(body=b"{}", received_at=RECEIVED, headers=headers)

        assert 403 == channel.read(given).answer.status

    def test_query(self) -> None:
        """
        The secret may stand in the query instead.
        """
        channel = attrs.evolve(self.channel, hidden_in="query")  # type: ignore[misc]
        url = f"https://crm.example/hook?a=1&key={SECRET}"
        given = Delivery(body=b"{}", received_at=RECEIVED, url=url)

        assert 200 == channel.read(given).answer.status

    def test_only_post(self) -> None:
        """
        A GET is answered 405.
        """
        got = Delivery(body=b"", received_at=RECEIVED, url=URL, method="GET")

        assert 405 == self.channel.read(got).answer.status

    def test_too_large(self) -> None:
        """
        A body over the limit is refused before any work.
        """
        small = attrs.evolve(self.channel, max_bytes=10)  # type: ignore[misc]
        given = Delivery(body=b"x" * 11, received_at=RECEIVED, url=URL)

        assert 413 == small.read(given).answer.status

    @pytest.mark.parametrize("body", [b"", b"\xff", b"[", b"[]", b"[" * 5000])
    def test_unreadable(self, body: bytes) -> None:
        """
        What can't be read is told, and answered 200: else it comes for days.
        """
        reading = self.channel.read(Delivery(body=body, received_at=RECEIVED, url=URL))

        assert 200 == reading.answer.status
        assert isinstance(reading.outcomes[0], Malformed)

    def test_no_secret(self) -> None:
        """
        A channel without a secret can't be made.
        """
        with pytest.raises(DefinitionError) as caught:
            attrs.evolve(self.channel, secret="")  # type: ignore[misc]

        assert ["empty-secret"] == [one.rule for one in caught.value.problems]

    @pytest.mark.parametrize(
        ("place", "name", "rule"),
        [("body", "key", "unknown-place"), ("header", "", "unnamed-secret")],
    )
    def test_no_place(self, place: str, name: str, rule: str) -> None:
        """
        A secret has a place that is known, and a name where the place has names.
        """
        with pytest.raises(DefinitionError) as caught:
            attrs.evolve(  # type: ignore[misc]
                self.channel, hidden_in=place, hidden_as=name
            )

        assert [rule] == [one.rule for one in caught.value.problems]
