"""What is special about models and hosts."""

import pytest

from hexai.providers.formats.quirks import MODEL_QUIRKS, quirk_of, takes_include_usage

REASONING = frozenset({"temperature", "stop"})


@pytest.mark.parametrize(
    ("model", "refuses", "limit_key"),
    [
        ("gpt-4.1", set(), "max_tokens"),
        ("gpt-4o-mini", set(), "max_tokens"),
        ("gpt-oss:20b", set(), "max_tokens"),
        ("o1", REASONING, "max_completion_tokens"),
        ("o3-mini", REASONING, "max_completion_tokens"),
        ("o4-mini-2025-04-16", REASONING, "max_completion_tokens"),
        ("ft:o4-mini:acme", REASONING, "max_completion_tokens"),
        ("olmo-2", set(), "max_tokens"),
        ("gpt-5", REASONING, "max_completion_tokens"),
        ("GPT-5-nano", REASONING, "max_completion_tokens"),
        ("openai/gpt-5", REASONING, "max_completion_tokens"),
        ("openai/o3:floor", REASONING, "max_completion_tokens"),
        ("gpt-5-chat-latest", set(), "max_completion_tokens"),
        ("gpt-5.1", {"stop"}, "max_completion_tokens"),
        ("gpt-5.2-2025-12-11", {"stop"}, "max_completion_tokens"),
        ("gpt-5.1-codex", REASONING, "max_completion_tokens"),
        ("gpt-5.5", REASONING, "max_completion_tokens"),
        ("claude-sonnet-4-5", set(), "max_tokens"),
        ("claude-opus-4-20250514", set(), "max_tokens"),
        ("claude-3-5-sonnet-20240620", set(), "max_tokens"),
        ("claude-opus-4-7", {"temperature"}, "max_tokens"),
        ("anthropic/claude-opus-4.7", {"temperature"}, "max_tokens"),
        ("anthropic/claude-4.7-opus", {"temperature"}, "max_tokens"),
        ("claude-opus-5", {"temperature"}, "max_tokens"),
        ("claude-sonnet-5-5", {"temperature"}, "max_tokens"),
    ],
)
def test_models_are_known_by_name(
    model: str, refuses: frozenset[str], limit_key: str
) -> None:
    """With or without a vendor, in any case, with dates and suffixes."""
    quirk = quirk_of(model)

    assert (quirk.refuses, quirk.limit_key) == (refuses, limit_key)


def test_every_row_has_its_reason() -> None:
    """A row without a reason could never be removed."""
    assert all(len(quirk.why) > 20 for quirk in MODEL_QUIRKS)


def test_hosts_are_known_by_name() -> None:
    """Only the host decides, whatever port and path."""
    assert not takes_include_usage("https://api.mistral.ai/v1")
    assert not takes_include_usage("https://API.mistral.ai:443/v1")
    assert takes_include_usage("https://api.openai.com/v1")
    assert takes_include_usage("http://127.0.0.1:8080/api.mistral.ai")
