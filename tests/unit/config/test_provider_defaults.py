"""What each provider comes to."""

import math
from typing import Any

import pytest

from hexai.config.decode import decode
from hexai.config.provider_defaults import (
    find_model,
    find_name,
    provider_names,
    provider_settings,
)
from hexai.config.schema import Settings
from hexai.config.schema_providers import OpenAI, ProviderSettings
from hexai.domain.entry import Budgets


def _settings(**tables: Any) -> Settings:
    settings = decode(tables)
    assert isinstance(settings, Settings), settings
    return settings


def _provider(name: str, **tables: Any) -> ProviderSettings:
    provider = provider_settings(_settings(**tables), name)
    assert provider is not None
    return provider


def test_built_in_providers_are_complete_without_a_file() -> None:
    """Each has its format, address and model."""
    found = {
        name: (provider.type, provider.base_url, provider.model)
        for name in provider_names(Settings())
        if (provider := provider_settings(Settings(), name))
    }

    assert found == {
        "local": ("local", "", "smollm2"),
        "ollama": ("ollama", "http://127.0.0.1:11434", "qwen3-coder:30b"),
        "openai": ("openai", "https://api.openai.com/v1", "gpt-4.1"),
        "openrouter": (
            "openrouter",
            "https://openrouter.ai/api/v1",
            "openrouter/auto",
        ),
        "anthropic": ("anthropic", "https://api.anthropic.com/v1", "claude-sonnet-4-5"),
        "simulated": ("simulated", "", "lorem"),
    }


def test_a_profile_has_the_address_of_its_type_and_no_model_of_its_own() -> None:
    """Another account at the same service needs no address."""
    work = _provider("work", providers={"work": {"type": "anthropic"}})

    assert work.base_url == "https://api.anthropic.com/v1"
    assert (work.type, work.model, work.built_in) == ("anthropic", "", False)


def test_a_profile_does_not_follow_a_moved_built_in() -> None:
    """Moving `[openai]` moves no profile, whatever format the profile speaks."""
    tables = {
        "openai": {"base_url": "https://proxy.example"},
        "providers": {"work": {"type": "openai"}},
    }

    assert _provider("work", **tables).base_url == "https://api.openai.com/v1"
    assert _provider("openai", **tables).base_url == "https://proxy.example"


def test_names_are_found_whatever_their_case() -> None:
    """A provider is found by any spelling, and called by the configured one."""
    settings = _settings(providers={"Work": {"type": "openai"}})

    assert find_name(settings, " work ") == "Work"
    assert find_name(settings, "OpenAI") == "openai"
    assert find_name(settings, "nobody") is None
    assert provider_settings(settings, "nobody") is None


@pytest.mark.parametrize(
    ("name", "tables", "expected"),
    [
        ("openai", {}, 20.0),
        ("local", {}, 60.0),
        ("ollama", {}, 60.0),
        ("ollama", {"ollama": {"base_url": "http://[::1]:1"}}, 60.0),
        ("ollama", {"ollama": {"base_url": "https://ollama.com"}}, 20.0),
        ("x", {"providers": {"x": {"type": "ollama"}}}, 60.0),
        (
            "x",
            {"providers": {"x": {"type": "openai", "base_url": "http://localhost:1"}}},
            20.0,
        ),
        ("local", {"fanout": {"first_token_timeout": 7}}, 7.0),
        (
            "local",
            {"fanout": {"first_token_timeout": 7}, "local": {"first_token_timeout": 8}},
            8.0,
        ),
        ("openai", {"openai": {"first_token_timeout": 0}}, math.inf),
    ],
)
def test_the_first_token_has_longer_on_this_machine(
    name: str, tables: dict[str, Any], expected: float
) -> None:
    """A provider's own limit comes first, then that of the race, then the default."""
    assert _provider(name, **tables).budgets.first_token == expected


def test_budgets_come_from_the_provider_then_the_race() -> None:
    """Each limit is looked up by itself; 0 means none."""
    provider = _provider(
        "openai",
        openai={"connect_timeout": 1, "timeout": 0},
        fanout={"connect_timeout": 2, "idle_timeout": 3, "timeout": 4},
    )

    assert provider.budgets == Budgets(connect=1, load=60, first_token=20, idle=3)
    assert provider.timeout == math.inf


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        ({}, 600.0),
        ({"general": {"request_timeout": 30}}, 30.0),
        ({"general": {"request_timeout": 0}}, math.inf),
        ({"general": {"request_timeout": 30}, "fanout": {"timeout": 9}}, 9.0),
    ],
)
def test_the_timeout_falls_back_to_the_request_timeout(
    tables: dict[str, Any], expected: float
) -> None:
    """`general.request_timeout` is the older name of the general limit."""
    assert _provider("openai", **tables).timeout == expected


@pytest.mark.parametrize(
    ("name", "tables", "expected"),
    [
        ("local", {}, 2),
        ("ollama", {}, 1),
        ("ollama", {"ollama": {"base_url": "http://192.168.0.9:11434"}}, 4),
        ("simulated", {}, None),
        ("openai", {}, 4),
        ("openai", {"openai": {"max_concurrency": 9}}, 9),
        ("openai", {"openai": {"max_concurrency": 0}}, None),
    ],
)
def test_how_many_attempts_run_at_once(
    name: str, tables: dict[str, Any], expected: int | None
) -> None:
    """Where a provider is decides, unless its table does; 0 means no limit."""
    assert _provider(name, **tables).max_concurrency == expected


def test_a_url_comes_out_in_its_one_form() -> None:
    """Two spellings of one upstream are one text."""
    provider = _provider("openai", openai={"base_url": "HTTPS://API.Example:443/v1/"})

    assert provider.base_url == "https://api.example/v1"


def test_what_a_table_says_arrives() -> None:
    """Key sources, headers and the user's word are handed on as they are."""
    provider = _provider(
        "x",
        providers={
            "x": {
                "type": "openai",
                "base_url": "http://lan:1",
                "temperature": 0,
                "api_key_env": "X_KEY",
                "api_key_command": ["pass", "x"],
                "headers": {"X-A": "1"},
                "local": False,
                "allow_http": True,
                "ca_file": "/ca.pem",
            }
        },
    )

    assert provider == ProviderSettings(
        name="x",
        type="openai",
        built_in=False,
        base_url="http://lan:1",
        temperature=0.0,
        api_key_env="X_KEY",
        api_key_command=("pass", "x"),
        headers=(("X-A", "1"),),
        max_concurrency=4,
        local=False,
        allow_http=True,
        ca_file="/ca.pem",
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("fast", "gpt-mini"),
        ("FAST", "gpt-mini"),
        ("Big", "gpt-large"),
        ("blank", "blank"),
        ("gpt-4.1", "gpt-4.1"),
    ],
)
def test_presets_are_short_names_of_models(name: str, expected: str) -> None:
    """Looked up as written, then whatever the case; a blank one means nothing."""
    presets = {"fast": "gpt-mini", "big": "gpt-large", "blank": " "}

    assert find_model(OpenAI(presets=presets), name) == expected


def test_gaps_are_filled_where_the_model_is_known_to_unless_told_otherwise() -> None:
    """A format that has no such endpoint has no key for it either."""
    tables = {
        "ollama": {"infill": "off"},
        "providers": {"llama": {"type": "openai", "infill": "infill"}},
    }

    found = {
        name: _provider(name, **tables).infill
        for name in ("local", "ollama", "openai", "anthropic", "simulated", "llama")
    }
    assert found == {
        "local": "auto",
        "ollama": "off",
        "openai": "auto",
        "anthropic": "off",
        "simulated": "off",
        "llama": "infill",
    }
