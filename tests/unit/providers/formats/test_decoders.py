"""What all decoders have in common: no payload makes them crash."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.config.schema_providers import ProviderType
from hexai.domain.provider import Finished
from hexai.errors import ProviderError
from hexai.providers.formats.anthropic import AnthropicFormat
from hexai.providers.formats.format import Decoder
from hexai.providers.formats.ollama import OllamaFormat
from hexai.providers.formats.openai import OpenAIFormat
from tests.support.calls import call, settings

DECODERS: dict[ProviderType, Callable[[], Decoder]] = {
    "openai": lambda: OpenAIFormat(settings("openai")).decoder(call()),
    "anthropic": lambda: AnthropicFormat(settings("anthropic")).decoder(call()),
    "ollama": lambda: OllamaFormat(settings("ollama")).decoder(call()),
}

FIELDS = [
    *("choices", "index", "delta", "content", "reasoning", "finish_reason", "object"),
    *("usage", "prompt_tokens", "completion_tokens", "total_tokens", "error", "code"),
    *("message", "type", "model", "content_block", "text", "thinking", "stop_reason"),
    *("input_tokens", "output_tokens", "done", "done_reason", "eval_count", "refusal"),
]
WORDS = ["stop", "length", "error", "message_stop", "text", "<think>", "\ud83d", "\0"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=5)
    ),
    max_leaves=15,
)


@pytest.mark.parametrize("type_", DECODERS)
@given(payloads=st.lists(st.dictionaries(st.sampled_from(FIELDS), VALUES), max_size=4))
def test_any_shape_is_an_answer_or_an_error(
    type_: ProviderType, payloads: list[object]
) -> None:
    """Known fields with any values: chunks, a provider's error, or not the format."""
    decoder = DECODERS[type_]()
    try:
        for payload in payloads:
            chunks = list(decoder.feed(json.dumps(payload).encode()))
            if any(isinstance(chunk, Finished) for chunk in chunks):
                return
        chunks = list(decoder.close())
    except (ProviderError, ValueError):
        return

    assert isinstance(chunks[-1], Finished)
