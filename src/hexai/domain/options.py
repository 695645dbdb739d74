"""Options of a request that not every server knows, as the user sets them."""

from typing import Literal

from msgspec import Struct

LimitKey = Literal["max_tokens", "max_completion_tokens"]
Think = bool | Literal["low", "medium", "high", "max"]
Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh"]
Ask = Literal["auto", "infill", "chat", "continue"]


class Options(Struct, frozen=True, kw_only=True):
    """What is set; None is left to what is known of host and model."""

    include_usage: bool | None = None
    """Whether usage figures are asked for in a stream (OpenAI's format)."""
    limit_key: LimitKey | None = None
    """What the token limit is called (OpenAI's format)."""
    num_ctx: int | None = None
    """How many tokens of context a model is loaded with (Ollama)."""
    think: Think | None = None
    """Whether, or how much, a model thinks (Ollama)."""
    reasoning_effort: Effort | None = None
    """How much a model thinks (OpenAI's format)."""
    n_batch: int | None = None
    """How many tokens a server reads at once (llama.cpp, which does not tell)."""
    prompt_cache: bool | None = None
    """Whether an upstream that bills for it is asked to keep prompts."""
    id_slot: int | None = None
    """Which of a server's slots is asked (llama.cpp)."""
    warm: bool | None = None
    """Whether it may read prompts before anybody asks; None: a worker of ours may."""
    ask: Ask = "auto"
    """How a completion is asked for (the embedded model); `auto`: as its file says."""
