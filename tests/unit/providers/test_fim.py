"""Which upstreams are known to fill gaps."""

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from hexai.config.schema_providers import InfillEndpoint
from hexai.domain.entry import Options
from hexai.domain.messages import Infill
from hexai.domain.provider import Call
from hexai.providers.fim import by_capability, endpoint_of
from hexai.providers.formats.format import WireFormat
from hexai.providers.formats.ollama import OllamaFormat
from hexai.providers.readiness.servers import ShownModels
from tests.support.calls import call, settings

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


class Shows:
    """An Ollama that shows a model."""

    def __init__(self, **shown: object) -> None:
        self._shown = shown
        self.questions = 0

    async def ask(
        self, path: str, body: Mapping[str, object] | None = None, *, limit: int
    ) -> bytes:
        """Count the question, and answer."""
        self.questions += 1
        return msgspec.json.encode(self._shown)


def _body(asked: Call, shows: Shows, infill: InfillEndpoint = "auto") -> Any:
    given = settings("ollama", infill=infill)
    choose = by_capability(OllamaFormat(given), given, ShownModels())

    async def chosen() -> WireFormat:
        return await choose(asked, shows)

    return asyncio.run(chosen()).body(asked)


QUICK = replace(call(model="qwen3"), quick=True)
GAP = Infill(prefix="a", suffix="b")


@pytest.mark.parametrize(
    ("shown", "model", "think"),
    [
        ({"capabilities": ["completion", "thinking"]}, "qwen3", False),
        ({"capabilities": ["completion", "thinking", "insert"]}, "qwen3", False),
        ({"capabilities": ["completion", "thinking"]}, "gpt-oss:20b", "low"),
        (
            {"capabilities": ["thinking"], "thinking": {"values": ["low", "high"]}},
            "new",
            "low",
        ),
        (
            {"capabilities": ["thinking"], "thinking": {"values": [True, False]}},
            "gpt-oss-2",
            False,
        ),
        ({"capabilities": ["completion"]}, "qwen3", None),
        ({}, "qwen3", None),
    ],
)
@pytest.mark.parametrize("infill", ["auto", "off"])
def test_completion_asks_for_as_little_thinking_as_there_is(
    shown: dict[str, object], model: str, think: object, infill: InfillEndpoint
) -> None:
    """Where the Ollama shows that the model can think; in a chat and for a gap."""
    for gap in (None, GAP):
        asked = replace(QUICK, model=model, infill=gap)
        assert _body(asked, Shows(**shown), infill).get("think") == think


def test_what_the_user_says_about_thinking_counts_first() -> None:
    """Also where nobody has to be asked."""
    shows = Shows(capabilities=["thinking"])

    assert (
        _body(replace(QUICK, options=Options(think="high")), shows)["think"] == "high"
    )
    assert _body(replace(QUICK, quick=False, options=Options(think=True)), shows)[
        "think"
    ]
    assert "think" not in _body(replace(QUICK, quick=False), shows)
    assert shows.questions == 1
