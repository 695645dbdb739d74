"""Providers that cannot be asked."""

import asyncio
import subprocess
import sys
from typing import get_args

import pytest

from hexai.config.schema_providers import ProviderType
from hexai.errors import ProviderError, RateLimited
from hexai.providers.http_provider import HttpProvider
from hexai.providers.llamacpp.provider import LlamaCpp
from hexai.providers.registry import FORMATS, Unavailable
from hexai.providers.simulated import Simulated
from tests.contract.subjects import registry
from tests.support.calls import call, settings


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


TYPES: tuple[ProviderType, ...] = get_args(ProviderType)


@pytest.mark.parametrize("type_", TYPES)
def test_every_type_has_its_client(type_: ProviderType) -> None:
    """Making one opens nothing, so that it needs neither key nor network."""
    client = registry().make(settings(type_))
    expected = {"local": LlamaCpp, "simulated": Simulated}.get(type_, HttpProvider)

    assert type(client) is expected
    asyncio.run(client.aclose())


def _loaded_after(type_: ProviderType, before: str = "") -> set[str]:
    """Make a client in a fresh process, and give the modules that it imported."""
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from hexai.config.schema_providers import ProviderSettings\n"
        "from hexai.providers.registry import Registry, Surroundings\n"
        "here = Surroundings(environ={}, home='/', run=Path('/'), models=Path('/'),\n"
        "                    keep_alive=1.0, max_workers=1)\n"
        f"{before}\n"
        "known = {*sys.modules}\n"
        f"Registry(here).make(ProviderSettings(name={type_!r}, type={type_!r},\n"
        "                    built_in=True, base_url='http://127.0.0.1:1'))\n"
        "print(*{*sys.modules} - known)"
    )
    run = subprocess.run(
        [sys.executable, "-P", "-c", code], check=True, capture_output=True, text=True
    )
    return set(run.stdout.split())


def _formats(modules: set[str]) -> set[str]:
    return modules & {name.partition(":")[0] for name in FORMATS.values()}


def test_only_the_format_in_use_is_loaded() -> None:
    """Asking one provider costs the import of no other."""
    assert _formats(_loaded_after("ollama")) == {"hexai.providers.formats.ollama"}


@pytest.mark.parametrize("type_", TYPES)
def test_what_is_loaded_ahead_is_all(type_: ProviderType) -> None:
    """Making a client imports nothing then, and imports something otherwise."""
    ahead = f"from hexai.providers.registry import load\nload({type_!r})"

    assert _loaded_after(type_, ahead) == set()
    assert _loaded_after(type_) != set()


def test_the_simulated_provider_loads_no_http() -> None:
    """It works in a fraction of the time, and where no network is."""
    loaded = _loaded_after("simulated")

    assert "hexai.providers.simulated" in loaded
    assert _formats(loaded) == set()
    assert loaded.isdisjoint({"h11", "xllamacpp"})
