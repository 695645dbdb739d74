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
        seen="openai 3.3.1, ChatCompletionChunk, 2026-08,"
        " https://github.com/openai/openai-python",
    ),
    Ending(
        words=("eos_token", "stop_sequence"),
        means=FinishReason.STOP,
        dialect="openai",
        seen="text-generation-inference, as huggingface_hub 2.4.0 has it, 2026-11,"
        " https://github.com/huggingface/huggingface_hub",
    ),
    Ending(
        words=("length",),
        means=FinishReason.LENGTH,
        dialect="openai",
        seen="openai 3.3.1, ChatCompletionChunk, 2026-08,"
        " https://github.com/openai/openai-python",
    ),
    Ending(
        words=("max_output_tokens",),
        means=FinishReason.LENGTH,
        dialect="openai",
        seen="openai 3.3.1, its Response, let through by proxies, 2026-08,"
        " https://github.com/openai/openai-python",
    ),
    Ending(
        words=("model_length",),
        means=FinishReason.LENGTH,
        dialect="openai",
        seen="mistralai 3.7.0, ChatCompletionChoice, 2026-11,"
        " https://github.com/mistralai/client-python",
    ),
    Ending(
        words=("content_filter",),
        means=FinishReason.FILTERED,
        dialect="openai",
        seen="openai 3.3.1, ChatCompletionChunk, 2026-08,"
        " https://github.com/openai/openai-python",
    ),
    Ending(
        words=("sensitive",),
        means=FinishReason.FILTERED,
        dialect="openai",
        seen="Z.ai, as zai-sdk 0.2.3 explains it, 2026-11,"
        " https://github.com/zai-org/z-ai-sdk-python",
    ),
    Ending(
        words=(
            *("safety", "recitation", "blocklist", "prohibited_content", "spii"),
            *("image_safety", "language", "model_armor"),
        ),
        means=FinishReason.FILTERED,
        dialect="openai",
        seen="Gemini's, in google-genai 3.6.1, let through by proxies, 2026-11,"
        " https://github.com/googleapis/python-genai",
    ),
    Ending(
        words=("guardrail_intervened", "content_filtered"),
        means=FinishReason.FILTERED,
        dialect="openai",
        seen="Bedrock's, in botocore 1.44.8, let through by proxies, 2026-11,"
        " https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html",
    ),
    Ending(
        words=("tool_calls", "function_call"),
        means=FinishReason.TOOL,
        dialect="openai",
        seen="openai 3.3.1, ChatCompletionChunk, 2026-08,"
        " https://github.com/openai/openai-python",
    ),
    Ending(
        words=("error",),
        means=FinishReason.FAILED,
        dialect="openai",
        seen="mistralai 3.7.0, ChatCompletionChoice, 2026-11,"
        " https://github.com/mistralai/client-python",
    ),
    Ending(
        words=("insufficient_system_resource",),
        means=FinishReason.FAILED,
        dialect="openai",
        seen="DeepSeek, as the crate ds-api 0.10.7 has it, 2026-11,"
        " https://docs.rs/crate/ds-api/latest/source/src/raw/response/non_streaming/finish_reason.rs",
    ),
    Ending(
        words=("network_error",),
        means=FinishReason.BROKEN,
        dialect="openai",
        seen="Z.ai, as zai-sdk 0.2.3 explains it, 2026-11,"
        " https://github.com/zai-org/z-ai-sdk-python",
    ),
    Ending(
        words=("abort",),
        means=FinishReason.BROKEN,
        dialect="openai",
        seen="vLLM's RequestFinishedReason, and sglang 0.5.23, 2026-11,"
        " https://github.com/sgl-project/sglang",
    ),
    Ending(
        words=("cancelled", "time_limit"),
        means=FinishReason.BROKEN,
        dialect="openai",
        seen="watsonx, 2026-11, https://ibm.github.io/watsonx-ai-node-sdk/enums/"
        "1_7_x.WatsonXAI.TextChatResultChoice.Constants.FinishReason.html",
    ),
    Ending(
        words=("end_turn",),
        means=FinishReason.STOP,
        dialect="anthropic",
        seen="anthropic 0.121.0, StopReason, 2026-08,"
        " https://github.com/anthropics/anthropic-sdk-python",
    ),
    Ending(
        words=("max_tokens", "model_context_window_exceeded"),
        means=FinishReason.LENGTH,
        dialect="anthropic",
        seen="anthropic 0.121.0, StopReason, 2026-08; Bedrock and Gemini say so too,"
        " https://github.com/anthropics/anthropic-sdk-python",
    ),
    Ending(
        words=("refusal",),
        means=FinishReason.FILTERED,
        dialect="anthropic",
        seen="anthropic 0.121.0, StopReason, 2026-08,"
        " https://github.com/anthropics/anthropic-sdk-python",
    ),
    Ending(
        words=("tool_use",),
        means=FinishReason.TOOL,
        dialect="anthropic",
        seen="anthropic 0.121.0, StopReason, 2026-08,"
        " https://github.com/anthropics/anthropic-sdk-python",
    ),
    Ending(
        words=("pause_turn", "compaction"),
        means=FinishReason.BROKEN,
        dialect="anthropic",
        seen="a turn that wants to be continued; anthropic 0.121.0, BetaStopReason,"
        " 2026-08, https://github.com/anthropics/anthropic-sdk-python",
    ),
    Ending(
        words=("load", "unload"),
        means=FinishReason.LOADED,
        dialect="ollama",
        seen="0.33.0-rc2, 2026-08,"
        " https://github.com/ollama/ollama/blob/main/docs/api.md",
    ),
    Ending(
        words=("eos", "word"),
        means=FinishReason.STOP,
        dialect="llama.cpp",
        seen="`stop_type`, b10488, 2026-11,"
        " https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md",
    ),
    Ending(
        words=("limit",),
        means=FinishReason.LENGTH,
        dialect="llama.cpp",
        seen="`stop_type`, b10488, 2026-11,"
        " https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md",
    ),
)

_MEANINGS: Mapping[str, StopReason] = {
    word: ending.means for ending in ENDINGS for word in ending.words
}


def meaning_of(word: str) -> StopReason:
    """Say what an upstream means by its word for the end; unknown: it is broken."""
    return _MEANINGS.get(word.strip().lower().replace("-", "_"), FinishReason.BROKEN)
