"""Which errors upstreams mean, as rows: codes and phrases; `statuses.py` has the rest.

What a user meets tomorrow is one more row, never about one request.
"""

from msgspec import Struct

from hexai.errors import (
    Authentication,
    BadAnswer,
    BadRequest,
    BrokenStream,
    ContentFilter,
    ContextTooLong,
    OutOfCredit,
    Overloaded,
    Permission,
    ProviderError,
    RateLimited,
    StillLoading,
    UnknownModel,
)


class Rule(Struct, frozen=True, kw_only=True):
    """One row: what is recognised, and which error it is."""

    says: frozenset[str] | str
    """Codes, any of which is enough; or a pattern for the message, ignoring case."""
    error: type[ProviderError]
    statuses: frozenset[int | None] | None = None
    """Only with one of these statuses; None for any."""
    advice: str | None = None
    """What to do, where the error's own advice would mislead."""
    seen: str
    """Whose they are, with a public source; a page that nobody opened is named so."""


def _codes(*codes: str) -> frozenset[str]:
    return frozenset(codes)


_MALFORMED = frozenset({400, 404, 413, 422, 500, None})
"""Statuses under which upstreams explain in prose what they could not do."""

_OPENAI = (
    "OpenAI's codes as users quote them, 2024-12:"
    " https://github.com/dev-hato/hato-bot/pull/4552; the rarer ones by convention"
)
_ANTHROPIC = (
    "anthropic 0.121.0, types of errors, 2026-08:"
    " https://github.com/anthropics/anthropic-sdk-python"
)
_DASHSCOPE = (
    "DashScope's codes as users quote them, 2024-08:"
    " https://github.com/tencentmusic/supersonic/issues/1572; the rarer ones by"
    " convention"
)
_ALLOCATION = (
    "DashScope's limit of a minute, 2026-08:"
    " https://github.com/can1357/oh-my-pi/pull/8476"
)
_LITELLM = "LiteLLM 1.108.7, measured, 2026-11: https://github.com/BerriAI/litellm"
_LLAMACPP = "llama.cpp b10488, measured, 2026-11: https://github.com/ggml-org/llama.cpp"
_OLLAMA = "Ollama 0.33.0-rc2, measured, 2026-11: https://github.com/ollama/ollama"


class HeldInProse(Struct, frozen=True, kw_only=True):
    """How a refusal names the size of a context in its sentence alone."""

    says: str
    """A pattern for the message, ignoring case; its group is the number of tokens."""
    seen: str
    """Whose it is, with a public source; a page that nobody opened is named so."""


HELD = (
    HeldInProse(
        says=r"maximum context length (?:is|of) (\d{2,9})\b",
        seen="OpenAI and vLLM 0.9, as users quote them, 2025-07:"
        " https://github.com/vllm-project/vllm/issues/20409",
    ),
    HeldInProse(
        says=r"available context size \((\d{2,9}) tokens\)",
        seen=_LLAMACPP,
    ),
    HeldInProse(
        says=r"context length of (?:only )?(\d{2,9})\b",
        seen="LM Studio 0.3.13, 2025-03:"
        " https://github.com/lmstudio-ai/lmstudio-bug-tracker/issues/546",
    ),
    HeldInProse(
        says=r"\bn_keep\b.{1,40}\bn_ctx:? \(?(\d{2,9})\b",
        seen="LM Studio, `n_keep: 13055>= n_ctx: 4096`, 2026-04:"
        " https://github.com/Gitlawb/openclaude/issues/353; `n_ctx (4096)`, 2026-01:"
        " https://github.com/anomalyco/opencode/issues/11141",
    ),
)

RULES = (
    Rule(
        # A rate that the request alone exceeds; no waiting helps.
        says=r"request (body )?too large|requested tokens? exceed",
        error=ContextTooLong,
        statuses=frozenset({400, 413, 429, None}),
        advice="shorten the input, or use a model with a larger limit",
        seen="Groq's 413, OpenAI's 429 and, at"
        " https://github.com/tashfeenahmed/freellmapi/issues/426, GitHub's 413, as"
        " users quote them, 2026-06: https://github.com/continuedev/continue/issues/10218",
    ),
    Rule(
        # To every request but those for files.
        says=r"^loading model$",
        error=StillLoading,
        statuses=frozenset({503, None}),
        seen=_LLAMACPP,
    ),
    Rule(
        says=_codes("exceed_context_size_error"),
        error=ContextTooLong,
        advice="start llama-server with a larger -c, which its --parallel slots share; "
        "or shorten the input",
        seen=_LLAMACPP,
    ),
    Rule(
        says=_codes("context_length_exceeded", "string_above_max_length"),
        error=ContextTooLong,
        seen=f"{_OPENAI}; vLLM and Groq write the first as well",
    ),
    Rule(
        says=_codes("request_too_large"),
        error=ContextTooLong,
        seen="Anthropic's list of errors, for 32 MB and more, 2026-11:"
        " https://docs.claude.com/en/api/errors",
    ),
    Rule(
        says=_codes("tokens_limit_reached", "context_window_exceeded"),
        error=ContextTooLong,
        seen="GitHub models' 413, 2025-07:"
        " https://github.com/eslint/tsc-meetings/pull/593; the second by convention",
    ),
    Rule(
        # In OpenAI's words for a quota that is used up; a minute later it answers.
        says=_codes("throttling.allocationquota"),
        error=RateLimited,
        seen=_ALLOCATION,
    ),
    Rule(
        says=r"/error-code#token-limit\b",
        error=RateLimited,
        statuses=frozenset({429, None}),
        seen=f"{_ALLOCATION}, where it has OpenAI's `insufficient_quota` for a code",
    ),
    Rule(
        says=_codes(
            *("insufficient_quota", "quota_exceeded", "credit_balance_exhausted"),
            *("organization_spend_limit_exceeded", "project_spend_limit_exceeded"),
            *("organization_usage_limit_exceeded", "billing_not_active"),
            "billing_hard_limit_reached",
        ),
        error=OutOfCredit,
        seen="OpenAI's codes of 429, which no waiting mends, 2026-11:"
        " https://learn.microsoft.com/en-us/microsoft-cloud/dev/dev-proxy/concepts/"
        "openai-insufficient-quota; the last two are older ones, by convention",
    ),
    Rule(says=_codes("billing_error"), error=OutOfCredit, seen=_ANTHROPIC),
    Rule(says=_codes("arrearage"), error=OutOfCredit, seen=_DASHSCOPE),
    Rule(
        says=_codes("insufficient_balance", "insufficient_balance_error"),
        error=OutOfCredit,
        seen="MiniMax behind ModelScope, 2026-04:"
        " https://github.com/modelscope/modelscope/issues/1691; gateways, 2026-03:"
        " https://github.com/Wei-Shaw/sub2api/issues/890",
    ),
    Rule(
        # What it says to any wrong key without a database.
        says=_codes("no_db_connection", "auth_error"),
        error=Authentication,
        seen=_LITELLM,
    ),
    Rule(
        says=_codes("invalid_api_key", "unauthenticated", "unauthorized"),
        error=Authentication,
        seen=f"{_OPENAI}; the others are Google's and by convention",
    ),
    Rule(says=_codes("invalidapikey"), error=Authentication, seen=_DASHSCOPE),
    Rule(says=_codes("authentication_error"), error=Authentication, seen=_ANTHROPIC),
    Rule(says=_codes("permission_error"), error=Permission, seen=_ANTHROPIC),
    Rule(
        says=_codes("permission_denied", "unsupported_country_region_territory"),
        error=Permission,
        seen=f"{_OPENAI}; the first is Google's",
    ),
    Rule(says=_codes("accessdenied"), error=Permission, seen=_DASHSCOPE),
    Rule(
        says=_codes(
            "model_not_found", "unknown_model", "model_not_available", "invalid_model"
        ),
        error=UnknownModel,
        seen=f"{_OPENAI}; the others by convention",
    ),
    Rule(
        says=_codes(
            "content_filter",
            "content_policy_violation",
            "responsibleaipolicyviolation",
        ),
        error=ContentFilter,
        seen="Azure's 400, with an `innererror`, as users quote it, 2023-08:"
        " https://github.com/microsoft/azurechat/issues/351; OpenAI's by convention",
    ),
    Rule(
        says=_codes("datainspectionfailed", "data_inspection_failed"),
        error=ContentFilter,
        seen="DashScope, 2025-03: https://github.com/camel-ai/owl/issues/432",
    ),
    Rule(
        says=r"\bdatainspectionfailed\b",
        error=ContentFilter,
        statuses=frozenset({400, None}),
        seen="DashScope, whose code is then in its words alone, 2026-04:"
        " https://github.com/QwenLM/qwen-code/issues/3145",
    ),
    Rule(
        # With 429, though it only rests the model for seconds after a failure, a
        # refused key among them: findings/litellm-refused-key-….sh
        says=_codes("all_deployments_in_cooldown"),
        error=Overloaded,
        advice="LiteLLM rests this model after a failure: its log says after which",
        seen=_LITELLM,
    ),
    Rule(
        # With 500, in the middle of an answer that its upstream goes on with, and again
        # if it is asked again: findings/litellm-ends-what-repeats.sh
        says=r"\bmodel is repeating the same chunk\b",
        error=BrokenStream,
        advice="LiteLLM ends what says the same 100 times: set a larger "
        "REPEATED_STREAMING_CHUNK_LIMIT in its environment",
        seen=_LITELLM,
    ),
    Rule(
        says=_codes("rate_limit_exceeded", "resource_exhausted"),
        error=RateLimited,
        seen=f"{_OPENAI}; the second is Google's",
    ),
    Rule(says=_codes("rate_limit_error"), error=RateLimited, seen=_ANTHROPIC),
    Rule(says=_codes("throttling_error"), error=RateLimited, seen=_LITELLM),
    Rule(
        says=_codes("throttling", "throttling.ratequota"),
        error=RateLimited,
        seen=_DASHSCOPE,
    ),
    Rule(
        says=(
            r"context (length|size|window|limit)|(prompt|input) is too long"
            r"|prompt contains .* tokens|reduce the length|\bn_keep\b.{1,40}\bn_ctx\b"
        ),
        error=ContextTooLong,
        statuses=_MALFORMED,
        seen=f"{_LLAMACPP}; `n_keep` is LM Studio's, 2026-01:"
        " https://github.com/anomalyco/opencode/issues/11141; the others' words for it"
        " by convention",
    ),
    Rule(
        says=r"(invalid|missing) model name|^model is required",
        error=UnknownModel,
        statuses=frozenset({400, None}),
        advice="give the model's name as the server has it",
        seen=_OLLAMA,
    ),
    Rule(
        says=(
            r"model\b.{0,200}\b(not found|does(n't| not) exist|not available)"
            r"|not a valid model|(unknown|invalid|no such) model"
        ),
        error=UnknownModel,
        statuses=frozenset({400, 404, 422, None}),
        seen=f"{_OLLAMA}; the others' words for it by convention",
    ),
    Rule(
        says=r"^model: ?[\w.:/-]+\s*$",
        error=UnknownModel,
        statuses=frozenset({404, None}),
        seen="Anthropic, which names nothing but the model, 2026-04:"
        " https://github.com/continuedev/continue/issues/12161; without a blank,"
        " 2025-12: https://github.com/ECuiDev/obsidian-quiz-generator/issues/45",
    ),
    Rule(
        says=r"input was flagged|content management policy|moderation",
        error=ContentFilter,
        statuses=frozenset({400, 403, None}),
        seen="OpenRouter's list of errors, and Azure's words at"
        " https://github.com/microsoft/azurechat/issues/351, 2026-11:"
        " https://openrouter.ai/docs/errors",
    ),
    Rule(
        says=r"credit balance is too low|insufficient (credit|balance|quota)",
        error=OutOfCredit,
        seen="MiniMax, with 500, 2025-12:"
        " https://github.com/MiniMax-AI/MiniMax-M2/issues/62; the others by convention",
    ),
    Rule(
        says=(
            r"not authenticated|authentication (error|failed)\b"
            r"|(token|api.?key)\b.{0,40}\b(expired|invalid|incorrect)"
            r"|(invalid|incorrect|expired|missing) (api.?key|token)\b(?! ?count)"
        ),
        error=Authentication,
        statuses=frozenset({400, 401, 403, None}),
        seen="FastAPI, Cloudflare (its 10000) and gateways with status 200, by"
        " convention, 2026-11: https://fastapi.tiangolo.com/reference/security/",
    ),
    Rule(
        says=r"too many requests|rate.?limit|request limit reached|slow down",
        error=RateLimited,
        statuses=frozenset({None}),
        seen="Qianfan, 2024-06: https://github.com/songquanpeng/one-api/issues/1503;"
        " the others' words for it by convention",
    ),
    Rule(
        # 500 for a request that will never do.
        says=r'^option ".{1,80}" must be of type|^invalid (format|think value): ',
        error=BadRequest,
        seen=_OLLAMA,
    ),
    Rule(
        says=r"unexpected endpoint|unknown (endpoint|path|url)|no (such )?route",
        error=BadAnswer,
        statuses=frozenset({400, 404, 405, None}),
        seen="LM Studio 0.3.14, 2025-04:"
        " https://github.com/lmstudio-ai/lmstudio-bug-tracker/issues/618",
    ),
    Rule(
        says=r"requires more (system )?memory|out of memory",
        error=BadRequest,
        statuses=frozenset({500, None}),
        advice="use a smaller model, or free memory where it runs",
        seen=f"{_OLLAMA}; CUDA's words by convention",
    ),
)

IN_STREAM = (
    Rule(
        says=_codes("not_found_error", "not_found"), error=UnknownModel, seen=_ANTHROPIC
    ),
    Rule(
        says=_codes("invalid_request_error", "bad_request", "badrequesterror"),
        error=BadRequest,
        seen=f"{_ANTHROPIC}; the others are vLLM's and by convention",
    ),
    Rule(
        says=r"^(field required|extra inputs are not permitted|input should be )",
        error=BadRequest,
        seen="pydantic 2.14.4 behind FastAPI 0.165.0, measured, 2026-11:"
        " https://github.com/fastapi/fastapi",
    ),
    Rule(
        says=_codes(
            "invalid_argument", "invalidparameter", "not_supported_error", "validation"
        ),
        error=BadRequest,
        seen=f"{_LLAMACPP}; the others are Google's, DashScope's and by convention",
    ),
)
"""Asked where there is no status; whatever else breaks a stream is overload."""
