"""What is special about hosts, and about models at the hosts they belong to."""

import re

import pytest

from hexai.config.vendors import ROWS, traits, usual_first_token

REASONING = frozenset({"temperature", "stop"})
OPENAI = "https://api.openai.com/v1"
ROUTER = "https://openrouter.ai/api/v1"
ANTHROPIC = "https://api.anthropic.com/v1"


@pytest.mark.parametrize(
    ("base_url", "model", "refuses", "limit_key"),
    [
        (OPENAI, "gpt-4.1", set(), "max_tokens"),
        (OPENAI, "gpt-4o-mini", set(), "max_tokens"),
        (OPENAI, "gpt-oss:20b", set(), "max_tokens"),
        (OPENAI, "o1", REASONING, "max_completion_tokens"),
        (OPENAI, "o3-mini", REASONING, "max_completion_tokens"),
        (OPENAI, "o4-mini-2025-04-16", REASONING, "max_completion_tokens"),
        (OPENAI, "ft:o4-mini:acme", REASONING, "max_completion_tokens"),
        (OPENAI, "olmo-2", set(), "max_tokens"),
        (OPENAI, "gpt-5", REASONING, "max_completion_tokens"),
        (OPENAI, "GPT-5-nano", REASONING, "max_completion_tokens"),
        (ROUTER, "openai/gpt-5", REASONING, "max_completion_tokens"),
        (ROUTER, "openai/o3:floor", REASONING, "max_completion_tokens"),
        (OPENAI, "gpt-5-chat-latest", set(), "max_completion_tokens"),
        (OPENAI, "gpt-5.1", {"stop"}, "max_completion_tokens"),
        (OPENAI, "gpt-5.2-2025-12-11", {"stop"}, "max_completion_tokens"),
        (OPENAI, "gpt-5.1-codex", REASONING, "max_completion_tokens"),
        (OPENAI, "gpt-5.5", REASONING, "max_completion_tokens"),
        (
            "https://acme.openai.azure.com/openai/v1",
            "gpt-5",
            REASONING,
            "max_completion_tokens",
        ),
        (ANTHROPIC, "claude-sonnet-4-5", set(), "max_tokens"),
        (ANTHROPIC, "claude-opus-4-20250514", set(), "max_tokens"),
        (ANTHROPIC, "claude-3-5-sonnet-20240620", set(), "max_tokens"),
        (ANTHROPIC, "claude-opus-4-7", {"temperature"}, "max_tokens"),
        (ROUTER, "anthropic/claude-opus-4.7", {"temperature"}, "max_tokens"),
        (ROUTER, "anthropic/claude-4.7-opus", {"temperature"}, "max_tokens"),
        (ANTHROPIC, "claude-opus-5", {"temperature"}, "max_tokens"),
        (ANTHROPIC, "claude-sonnet-5-5", {"temperature"}, "max_tokens"),
        ("https://api.moonshot.ai/v1", "kimi-k2.6", {"temperature"}, "max_tokens"),
        ("https://api.moonshot.ai/v1", "kimi-k2-0905", set(), "max_tokens"),
    ],
)
def test_models_are_known_by_name_where_they_belong(
    base_url: str, model: str, refuses: frozenset[str], limit_key: str
) -> None:
    """With or without a vendor, in any case, with dates and suffixes."""
    found = traits(base_url, model)

    assert (found.refuses, found.limit_key) == (refuses, limit_key)


@pytest.mark.parametrize(
    "base_url",
    [
        "http://127.0.0.1:11434/v1",
        "http://localhost:4000",
        "https://openai.com.evil.example/v1",
        "https://notopenai.azure.com/v1",
    ],
)
@pytest.mark.parametrize("model", ["o1-mini", "gpt-5", "claude-opus-5", "kimi-k2.6"])
def test_a_name_says_nothing_about_options_elsewhere(base_url: str, model: str) -> None:
    """An OpenAI-compatible Ollama ignores `max_completion_tokens`, for one."""
    found = traits(base_url, model)

    assert (found.refuses, found.limit_key) == (frozenset(), "max_tokens")


def test_hosts_are_known_by_name() -> None:
    """Only the host decides, whatever port and path."""
    assert not traits("https://api.mistral.ai/v1", "m").include_usage
    assert not traits("https://API.mistral.ai:443/v1", "m").include_usage
    assert traits(OPENAI, "m").include_usage
    assert traits("http://127.0.0.1:8080/api.mistral.ai", "m").include_usage


@pytest.mark.parametrize(
    ("base_url", "most"),
    [
        (OPENAI, 4),
        ("http://127.0.0.1:11434/v1", 4),
        ("https://api.z.ai/api/coding/paas/v4", 1),
        ("https://open.bigmodel.cn/api/paas/v4", 1),
    ],
)
def test_stop_sequences_are_limited(base_url: str, most: int) -> None:
    """As OpenAI has it, but where a host takes fewer."""
    assert traits(base_url, "glm-4.6").most_stops == most


@pytest.mark.parametrize(
    ("model", "longer"),
    [
        ("gpt-5", True),
        ("o3-mini", True),
        ("openai/gpt-5-mini", True),
        ("deepseek/deepseek-reasoner", True),
        ("qwen/qwen3-235b-thinking", True),
        ("grok-4", True),
        ("grok-4-fast-non-reasoning", False),
        ("gpt-5-chat-latest", False),
        ("gpt-5.1", False),
        ("gpt-oss:20b", False),
        ("gpt-4.1", False),
        ("qwen3-coder:30b", False),
        ("claude-sonnet-4-5", False),
    ],
)
def test_models_that_think_in_silence_have_longer(model: str, longer: bool) -> None:
    """By their name, wherever they are served: waiting longer refuses nothing."""
    assert (usual_first_token(model) == 120.0) == longer


def test_every_row_has_its_reason_and_its_source() -> None:
    """A row without them could never be checked, nor removed."""
    for row in ROWS:
        assert len(row.why) > 20
        assert re.search(r"\b20\d\d-\d\d\b.*: https://\S+\.\S+/\S*$", row.seen), row
