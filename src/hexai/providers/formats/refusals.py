"""From what an upstream says went wrong to our own error tree, by tables.

Vendors agree on little: the status is coarse (400 for nearly everything), codes have
many spellings, some give only prose. So three tables are asked in turn: codes that
leave no doubt, phrases for those who give no code, then the status. Codes that only
repeat the status (`api_error`, `server_error`) come last, for errors inside a stream,
where there is no status. A table row is never about one request: what a user meets
tomorrow is one more row.
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
        says=_codes(
            "context_length_exceeded",  # OpenAI, vLLM, Groq
            "exceed_context_size_error",  # llama.cpp
            "string_above_max_length",  # OpenAI, for one huge message
            "request_too_large",  # Anthropic, 413
            "tokens_limit_reached",  # GitHub models, 413
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
        ),
        error=OutOfCredit,
    ),
    Rule(
        says=_codes("invalid_api_key", "authentication_error", "unauthenticated"),
        error=Authentication,
    ),
    Rule(
        says=_codes(
            "permission_error",
            "permission_denied",
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
            "content_filter", "content_policy_violation", "responsibleaipolicyviolation"
        ),
        error=ContentFilter,
    ),
    Rule(says=_codes("rate_limit_exceeded", "rate_limit_error"), error=RateLimited),
    Rule(
        says=(
            r"context (length|size|window|limit)|(prompt|input) is too long"
            r"|prompt contains .* tokens|reduce the length"
        ),
        error=ContextTooLong,
        statuses=_MALFORMED,
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
        says=r"requires more system memory|out of memory",
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
    413: ContextTooLong,
    429: RateLimited,
}
"""Other 4xx are a bad request, all 5xx overloaded."""

IN_STREAM = (
    Rule(says=_codes("not_found_error"), error=UnknownModel),
    Rule(
        says=_codes("invalid_request_error", "bad_request", "invalid_argument"),
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
    advice = rule.advice if rule else None
    if advice is None:
        advice = _advice(kind, model, settings, sure=rule is not None)
    return kind(
        HAPPENED[kind] + status,
        http_status=said.status,
        upstream_message=said.message,
        advice=advice,
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
    if status is None or 500 <= status <= 599:
        return Overloaded
    if 400 <= status <= 499:
        return BY_STATUS.get(status, BadRequest)
    return BadAnswer


def _advice(
    kind: type[ProviderError], model: str, settings: ProviderSettings, *, sure: bool
) -> str:
    if kind is not UnknownModel:
        return kind.advice
    if not sure:  # a path that is not there answers 404 as well
        return f"check the model's name ({model}) and base_url"
    if settings.type == "ollama" and "//ollama.com" not in settings.base_url:
        return f"get it with: ollama pull {model}"
    return f"check the model's name ({model})"
