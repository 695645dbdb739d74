"""Which upstreams are known to fill gaps."""

import pytest

from hexai.config.provider_settings import InfillEndpoint
from hexai.providers.fim import endpoint_of
from tests.support.calls import settings

CODESTRAL = "https://codestral.mistral.ai/v1"
MISTRAL = "https://api.mistral.ai/v1"
DEEPSEEK = "https://api.deepseek.com/beta"


@pytest.mark.parametrize(
    ("base_url", "model", "expected"),
    [
        (CODESTRAL, "codestral-latest", "fim/completions"),
        (MISTRAL, "codestral-2508", "fim/completions"),
        (MISTRAL, "codestral-embed-2505", None),
        (MISTRAL, "mistral-large-latest", None),
        (DEEPSEEK, "deepseek-chat", "completions"),
        (DEEPSEEK, "deepseek-reasoner", None),
        ("https://api.deepseek.com/v1", "deepseek-chat", None),
        ("https://api.deepseek.com/betamax", "deepseek-chat", None),
        ("https://api.openai.com/v1", "gpt-4.1", None),
        ("http://codestral.mistral.ai.evil.test/v1", "codestral-latest", None),
    ],
)
def test_known_services_are_recognised(
    base_url: str, model: str, expected: str | None
) -> None:
    """By where they are, and by the models that can."""
    assert endpoint_of(settings("openai", base_url=base_url), model) == expected


@pytest.mark.parametrize("named", ["completions", "fim/completions", "infill"])
def test_a_named_endpoint_counts_before_what_is_known(named: InfillEndpoint) -> None:
    """The user knows the server."""
    asked = settings("openai", base_url=DEEPSEEK, infill=named)

    assert endpoint_of(asked, "deepseek-reasoner") == named


def test_off_is_off() -> None:
    """Even where gaps could be filled."""
    asked = settings("openai", base_url=CODESTRAL, infill="off")

    assert endpoint_of(asked, "codestral-latest") is None
