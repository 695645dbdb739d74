"""From what an upstream says went wrong to our own error tree, by tables.

Vendors agree on little: the status is coarse (400 for nearly everything), codes have
many spellings, some give only prose. So three tables are asked in turn: codes that
leave no doubt, phrases for those who give no code, then the status. Codes that only
repeat the status (`api_error`, `server_error`) come last, for errors inside a stream,
where there is no status. A table row is never about one request: what a user meets
tomorrow is one more row.

An error's class decides whether it is tried again (see `engine.decide`), so `BY_STATUS`
is also the table of the statuses that are: those of `Overloaded` and `RateLimited`.
"""

import re

from msgspec import Struct

from hexai.config.provider_settings import ProviderSettings
from hexai.errors import (
    Authentication,
    BadAnswer,
    BadRequest,
    ContentFilter,
    ContextTooLong,
    OutOfCredit,
    Overloaded,
    Permission,
    ProviderError,
    RateLimited,
    UnknownModel,
)
from hexai.providers.formats.complaints import Complaint

_LOOKED_AT = 500
"""Characters of an upstream's message that phrases are looked for in."""


class Rule(Struct, frozen=True, kw_only=True):
    """One row: what is recognised, and which error it is."""

    says: frozenset[str] | str
    """Codes, any of which is enough; or a pattern for the message, ignoring case."""
    error: type[ProviderError]
    statuses: frozenset[int | None] | None = None
    """Only with one of these statuses; None for any."""
    advice: str | None = None
    """What to do, where the error's own advice would mislead."""


def _codes(*codes: str) -> frozenset[str]:
    return frozenset(codes)


_MALFORMED = frozenset({400, 404, 413, 422, 500, None})
"""Statuses under which upstreams explain in prose what they could not do."""

RULES = (
    Rule(
        # Groq, OpenAI: a rate that the request alone exceeds; no waiting helps.
        says=r"request too large|requested tokens? exceed",
        error=ContextTooLong,
        statuses=frozenset({400, 413, 429, None}),
        advice="shorten the input, or use a model with a larger limit",
    ),
    Rule(
        says=_codes(
            "context_length_exceeded",  # OpenAI, vLLM, Groq
            "exceed_context_size_error",  # llama.cpp
            "string_above_max_length",  # OpenAI, for one huge message
            "request_too_large",  # Anthropic, 413
            "tokens_limit_reached",  # GitHub models, 413
            "context_window_exceeded",
        ),
        error=ContextTooLong,
    ),
    Rule(
        says=_codes(
            "insufficient_quota",  # OpenAI, 429
            "billing_not_active",
            "billing_hard_limit_reached",
            "billing_error",  # Anthropic, 402
            "insufficient_balance",
            "arrearage",  # DashScope
            "quota_exceeded",
        ),
        error=OutOfCredit,
    ),
    Rule(
        says=_codes("no_db_connection"),  # LiteLLM without a database, any wrong key
        error=Authentication,
    ),
    Rule(
        says=_codes(
            "invalid_api_key",
            "invalidapikey",  # DashScope
            "authentication_error",
            "auth_error",  # LiteLLM
            "unauthenticated",
            "unauthorized",
        ),
        error=Authentication,
    ),
    Rule(
        says=_codes(
            "permission_error",
            "permission_denied",
            "accessdenied",  # DashScope
            "unsupported_country_region_territory",
        ),
        error=Permission,
    ),
    Rule(
        says=_codes(
            "model_not_found", "unknown_model", "model_not_available", "invalid_model"
        ),
        error=UnknownModel,
    ),
    Rule(
        says=_codes(
            "content_filter",
            "content_policy_violation",
            "responsibleaipolicyviolation",
            "datainspectionfailed",  # DashScope
            "data_inspection_failed",
        ),
        error=ContentFilter,
    ),
    Rule(
        # LiteLLM 1.108.7 with 429, though it only rests the model for seconds after a
        # failure, a refused key among them: findings/litellm-refused-key-….sh
        says=_codes("all_deployments_in_cooldown"),
        error=Overloaded,
        advice="LiteLLM rests this model after a failure: its log says after which",
    ),
    Rule(
        says=_codes(
            "rate_limit_exceeded",
            "rate_limit_error",
            "throttling_error",  # LiteLLM
            "throttling",  # DashScope, and the next
            "throttling.ratequota",
            "resource_exhausted",  # Google
        ),
        error=RateLimited,
    ),
    Rule(
        says=(
            r"context (length|size|window|limit)|(prompt|input) is too long"
            r"|prompt contains .* tokens|reduce the length"
        ),
        error=ContextTooLong,
        statuses=_MALFORMED,
    ),
    Rule(
        says=r"(invalid|missing) model name|^model is required",  # Ollama
        error=UnknownModel,
        statuses=frozenset({400, None}),
        advice="give the model's name as the server has it",
    ),
    Rule(
        says=(
            r"model\b.{0,200}\b(not found|does(n't| not) exist|not available)"
            r"|not a valid model|(unknown|invalid|no such) model"
        ),
        error=UnknownModel,
        statuses=frozenset({400, 404, 422, None}),
    ),
    Rule(
        says=r"^model: ",  # Anthropic names nothing but the model
        error=UnknownModel,
        statuses=frozenset({404, None}),
    ),
    Rule(
        says=r"input was flagged|content management policy|moderation",
        error=ContentFilter,
        statuses=frozenset({400, 403, None}),
    ),
    Rule(
        says=r"credit balance is too low|insufficient (credit|balance|quota)",
        error=OutOfCredit,
    ),
    Rule(
        says=(
            r"not authenticated|(token|api.?key)\b.{0,40}\b(expired|invalid|incorrect)"
            r"|(invalid|incorrect|expired|missing) (api.?key|token)\b(?! ?count)"
        ),
        error=Authentication,
        statuses=frozenset({400, 401, 403, None}),
    ),
    Rule(
        says=r"too many requests|rate.?limit|request limit reached|slow down",
        error=RateLimited,
        statuses=frozenset({None}),
    ),
    Rule(
        # Ollama says 500 for a request that will never do.
        says=r'^option ".{1,80}" must be of type|^invalid (format|think value): ',
        error=BadRequest,
    ),
    Rule(
        says=r"unexpected endpoint|unknown (endpoint|path|url)|no (such )?route",
        error=BadAnswer,
        statuses=frozenset({400, 404, 405, None}),
    ),
    Rule(
        says=r"requires more (system )?memory|out of memory",
        error=BadRequest,
        statuses=frozenset({500, None}),
        advice="use a smaller model, or free memory where it runs",
    ),
)

BY_STATUS: dict[int, type[ProviderError]] = {
    401: Authentication,
    402: OutOfCredit,
    403: Permission,
    404: UnknownModel,
    408: Overloaded,
    409: Overloaded,
    413: ContextTooLong,
    425: Overloaded,
    429: RateLimited,
    501: BadRequest,
    505: BadRequest,
}
"""Other 4xx are a bad request, other 5xx overloaded.

What an upstream cannot do (405, 501, 505) it cannot do later either: no outage.
"""

IN_STREAM = (
    Rule(says=_codes("not_found_error", "not_found"), error=UnknownModel),
    Rule(
        says=_codes(
            "invalid_request_error",
            "bad_request",
            "badrequesterror",
            "invalid_argument",
            "invalidparameter",
            "not_supported_error",
            "validation",
        ),
        error=BadRequest,
    ),
)
"""Asked where there is no status; whatever else breaks a stream is overload."""

HAPPENED: dict[type[ProviderError], str] = {
    Authentication: "the key was refused",
    Permission: "not permitted",
    UnknownModel: "no such model",
    RateLimited: "rate limit reached",
    OutOfCredit: "no credit left",
    Overloaded: "the upstream failed",
    BadRequest: "the request was refused",
    ContentFilter: "the prompt was refused by a content filter",
    ContextTooLong: "the prompt does not fit the model's context",
    BadAnswer: "unexpected answer",
}


def explain(said: Complaint, model: str, settings: ProviderSettings) -> ProviderError:
    """Make the error for what an upstream said when `model` was asked."""
    rule = _rule(said)
    kind = rule.error if rule else _by_status(said)
    status = f" (HTTP {said.status})" if said.status is not None else ""
    return kind(
        HAPPENED[kind] + status,
        http_status=said.status,
        upstream_message=said.message,
        advice=_advice(kind, rule, said, model, settings),
    )


def _rule(said: Complaint) -> Rule | None:
    tables = RULES if said.status is not None else RULES + IN_STREAM
    return next((rule for rule in tables if _matches(rule, said)), None)


def _matches(rule: Rule, said: Complaint) -> bool:
    if rule.statuses is not None and said.status not in rule.statuses:
        return False
    if isinstance(rule.says, frozenset):
        return not rule.says.isdisjoint(said.codes)
    # Compiled here and not in the table: most processes never see a refusal.
    found = re.search(rule.says, said.message[:_LOOKED_AT], re.IGNORECASE)
    return found is not None


def _by_status(said: Complaint) -> type[ProviderError]:
    status = said.status
    if status is None:
        return Overloaded
    if 400 <= status <= 599:
        return BY_STATUS.get(status, BadRequest if status < 500 else Overloaded)
    return BadAnswer


def _advice(
    kind: type[ProviderError],
    rule: Rule | None,
    said: Complaint,
    model: str,
    settings: ProviderSettings,
) -> str:
    if rule is not None and rule.advice is not None:
        return rule.advice
    if settings.type == "ollama" and (advice := _ollama_s(kind, said, settings)):
        return advice
    if kind is not UnknownModel:
        return kind.advice
    if rule is None:  # a path that is not there answers 404 as well
        return f"check the model's name ({model}) and base_url"
    if _may_be_pulled(model, settings):
        return f"get it with: ollama pull {model}"
    return f"check the model's name ({model})"


def _ollama_s(
    kind: type[ProviderError], said: Complaint, settings: ProviderSettings
) -> str:
    """Say what only an Ollama means by a status."""
    if kind is Authentication and said.address:
        return f"sign in with: ollama signin, or at {said.address}"
    if kind is Permission and not said.message:
        # Its host check, meant against pages in a browser, answers without a word.
        host = settings.base_url.partition("://")[2].partition("/")[0]
        return (
            f"this Ollama does not take the host name of base_url ({host}): use its IP "
            "address there, or start it with OLLAMA_HOST=0.0.0.0"
        )
    return ""


def _may_be_pulled(model: str, settings: ProviderSettings) -> bool:
    """Say whether `ollama pull` could know this name, and the Ollama is the user's."""
    if settings.type != "ollama" or "//ollama.com" in settings.base_url:
        return False
    return re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._/:-]*", model) is not None
