"""
Callibri: what a request comes to, by the fields that it has.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import attrs
import pytest

from leadflow.channels import Channel, Delivery
from leadflow.channels.callibri import CallibriChannel
from leadflow.errors import DefinitionError
from leadflow.testing.channels import ChannelContract
from tests.channels._golden import delivery_of, golden_of, sample_paths, shown


SAMPLES = sample_paths(Path(__file__).parent / "samples")
SECRET = "s3cret-in-the-url"
CHANNEL = CallibriChannel(id="cb", secret=SECRET)


def of_sample(path: Path) -> Delivery:
    """
    Return the sample at *path*, whose URL has the secret.
    """
    return delivery_of(path)


class TestContract(ChannelContract):
    """
    The adapter keeps the contract of channels.
    """

    lacks = ("unknown", "replies")

    def make(self) -> Channel:
        """Return the account's channel."""
        return attrs.evolve(CHANNEL)

    def samples(self) -> Iterable[Delivery]:
        """Return the golden samples."""
        return [of_sample(path) for path in SAMPLES]

    def forged(self) -> Iterable[Delivery]:
        """Return the samples with a wrong secret, and with none."""
        for url in ("", "https://crm.example/hook?token=x"):
            yield from (attrs.evolve(of_sample(path), url=url) for path in SAMPLES)

    def secrets(self) -> Iterable[str]:
        """Return the secret."""
        return [SECRET]


class TestSamples:
    @pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
    def test_sample(self, path: Path) -> None:
        """
        Every sample comes to the outcomes and the answer kept beside it.
        """
        assert golden_of(path) == shown(CHANNEL.read(of_sample(path)))

    def test_settings(self) -> None:
        """
        A channel without a secret must be said to be public.
        """
        with pytest.raises(DefinitionError):
            CallibriChannel(id="cb")
