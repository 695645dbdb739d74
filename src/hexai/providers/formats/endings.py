"""What ends an answer: the words of all formats for it, and what each means.

Only a word that is known to mean a whole answer makes one: a model that was cut off in
the middle of a line must never be written over a selection. So an unknown word, and
none at all up to the end of the stream, mean that the answer is broken.
"""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from hexai.domain.provider import FinishReason, StopReason

Dialect = Literal["openai", "anthropic", "ollama", "llama.cpp"]
"""Whose words they are. Proxies mix them, so all are looked for in every format."""


class Ending(Struct, frozen=True, kw_only=True):
    """What some words for the end of an answer mean."""

    words: tuple[str, ...]
    """Lower-cased, with `_` for `-`."""
    means: StopReason
    dialect: Dialect
    seen: str


ENDINGS = (
    Ending(
        words=("stop",),
        means=FinishReason.STOP,
        dialect="openai",
        seen="OpenAI, 2025-11, https://platform.openai.com/docs/api-reference/chat-streaming",
    ),
    Ending(
        words=("eos", "eos_token", "stop_sequence"),
        means=FinishReason.STOP,
        dialect="openai",
        seen="Together, text-generation-inference, 2025-03,"
        " https://huggingface.github.io/text-generation-inference/",
    ),
    Ending(
        words=("length",),
        means=FinishReason.LENGTH,
        dialect="openai",
        seen="OpenAI, 2025-11, https://platform.openai.com/docs/api-reference/chat-streaming",
    ),
    Ending(
        words=("max_tokens", "max_output_tokens", "model_length"),
        means=FinishReason.LENGTH,
        dialect="openai",
        seen="Gemini's name let through by proxies; Mistral, 2025-06,"
        " https://docs.mistral.ai/api/",
    ),
    Ending(
        words=("content_filter",),
        means=FinishReason.FILTERED,
        dialect="openai",
        seen="OpenAI, Azure, 2025-11,"
        " https://learn.microsoft.com/azure/ai-services/openai/concepts/content-filter",
    ),
    Ending(
        words=("sensitive",),
        means=FinishReason.FILTERED,
        dialect="openai",
        seen="Z.ai, 2025-10, https://docs.z.ai/api-reference/llm/chat-completion",
    ),
    Ending(
        words=(
            *("safety", "recitation", "blocklist", "prohibited_content", "spii"),
            *("image_safety", "language"),
        ),
        means=FinishReason.FILTERED,
        dialect="openai",
        seen="Gemini's names let through by proxies, 2025-09,"
        " https://ai.google.dev/api/generate-content#FinishReason",
    ),
    Ending(
        words=("guardrail_intervened", "content_filtered"),
        means=FinishReason.FILTERED,
        dialect="openai",
        seen="Bedrock's names let through by proxies, 2025-06,"
        " https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html",
    ),
    Ending(
        words=("tool_calls", "function_call"),
        means=FinishReason.TOOL,
        dialect="openai",
        seen="OpenAI, 2025-11, https://platform.openai.com/docs/api-reference/chat-streaming",
    ),
    Ending(
        words=("error", "insufficient_system_resource", "timeout"),
        means=FinishReason.FAILED,
        dialect="openai",
        seen="OpenRouter, DeepSeek, 2025-10,"
        " https://api-docs.deepseek.com/api/create-chat-completion",
    ),
    Ending(
        words=("network_error", "model_context_window_exceeded_error"),
        means=FinishReason.BROKEN,
        dialect="openai",
        seen="Z.ai, 2025-10, https://docs.z.ai/api-reference/llm/chat-completion",
    ),
    Ending(
        words=("abort", "aborted", "cancelled", "canceled"),
        means=FinishReason.BROKEN,
        dialect="openai",
        seen="vLLM, SGLang, 2025-11, https://docs.vllm.ai/en/v0.11.2/api/vllm/v1/engine/",
    ),
    Ending(
        words=("end_turn",),
        means=FinishReason.STOP,
        dialect="anthropic",
        seen="2025-11, https://docs.claude.com/en/api/handling-stop-reasons",
    ),
    Ending(
        words=("model_context_window_exceeded",),
        means=FinishReason.LENGTH,
        dialect="anthropic",
        seen="2025-11, https://docs.claude.com/en/api/handling-stop-reasons",
    ),
    Ending(
        words=("refusal",),
        means=FinishReason.FILTERED,
        dialect="anthropic",
        seen="2025-11, https://docs.claude.com/en/api/handling-stop-reasons",
    ),
    Ending(
        words=("tool_use",),
        means=FinishReason.TOOL,
        dialect="anthropic",
        seen="2025-11, https://docs.claude.com/en/api/handling-stop-reasons",
    ),
    Ending(
        words=("pause_turn", "compaction"),
        means=FinishReason.BROKEN,
        dialect="anthropic",
        seen="a turn that wants to be continued; 2025-11,"
        " https://docs.claude.com/en/api/handling-stop-reasons",
    ),
    Ending(
        words=("load", "unload"),
        means=FinishReason.LOADED,
        dialect="ollama",
        seen="0.33.0-rc2, 2026-11, https://docs.ollama.com/api/chat",
    ),
    Ending(
        words=("word",),
        means=FinishReason.STOP,
        dialect="llama.cpp",
        seen="b10488, 2026-11,"
        " https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md",
    ),
    Ending(
        words=("limit",),
        means=FinishReason.LENGTH,
        dialect="llama.cpp",
        seen="b10488, 2026-11,"
        " https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md",
    ),
)

_MEANINGS: Mapping[str, StopReason] = {
    word: ending.means for ending in ENDINGS for word in ending.words
}


def meaning_of(word: str) -> StopReason:
    """Say what an upstream means by its word for the end; unknown: it is broken."""
    return _MEANINGS.get(word.strip().lower().replace("-", "_"), FinishReason.BROKEN)
