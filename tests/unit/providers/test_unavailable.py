"""Providers that cannot be asked."""

import asyncio

import pytest

from hexai.errors import ProviderError, RateLimited
from hexai.providers.unavailable import Unavailable
from tests.support.calls import call


class NoProgress:
    """A `Progress` that must not be told anything."""

    def loading(self) -> None:
        """Refuse."""
        raise AssertionError

    def connected(self) -> None:
        """Refuse."""
        raise AssertionError

    def refused(self) -> None:
        """Refuse."""
        raise AssertionError


def failure(provider: Unavailable) -> ProviderError:
    """Make one attempt and give its error."""

    async def attempt() -> None:
        async for _ in provider.stream(call(model="m"), NoProgress()):
            pytest.fail("nothing can come")

    with pytest.raises(ProviderError) as caught:
        asyncio.run(attempt())
    return caught.value


def test_every_attempt_fails_with_the_same_facts() -> None:
    """Each with an error of its own, so that no attempt changes another's."""
    known = RateLimited("why", provider="p", http_status=429, advice="wait")
    provider = Unavailable(known)
    one, two = failure(provider), failure(provider)

    assert one is not two
    assert type(one) is RateLimited
    assert (one.provider, one.model, one.http_status) == ("p", "m", 429)
    assert str(one) == "why; wait"
