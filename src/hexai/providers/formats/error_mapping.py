"""From what an upstream says went wrong to our own error tree, by tables.

Vendors agree on little: the status is coarse (400 for nearly everything), codes have
many spellings, some give only prose. So three tables are asked in turn: codes that
leave no doubt, phrases for those who give no code, then the status. Codes that only
repeat the status (`api_error`, `server_error`) come last, for errors inside a stream,
where there is no status.

An error's class decides whether it is tried again (see `engine/decide.py`). Codes and
phrases are in `error_table.py`, statuses in `statuses.py`.
"""

import re

from hexai.config.schema_providers import ProviderSettings
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
from hexai.providers.formats.error_bodies import ReportedError
from hexai.providers.formats.error_table import HELD, IN_STREAM, RULES, Rule
from hexai.providers.formats.statuses import STATUSES

_LOOKED_AT = 500
"""Characters of an upstream's message that phrases are looked for in."""

_BY_STATUS = {row.code: row.error for row in STATUSES}

HAPPENED: dict[type[ProviderError], str] = {
    Authentication: "the key was refused",
    Permission: "not permitted",
    UnknownModel: "no such model",
    RateLimited: "rate limit reached",
    OutOfCredit: "no credit left",
    Overloaded: "the upstream failed",
    StillLoading: "the upstream is still loading the model",
    BadRequest: "the request was refused",
    ContentFilter: "the prompt was refused by a content filter",
    ContextTooLong: "the prompt does not fit the model's context",
    BadAnswer: "unexpected answer",
    BrokenStream: "the answer was cut",
}


def explain(
    said: ReportedError, model: str, settings: ProviderSettings
) -> ProviderError:
    """Make the error for what an upstream said when `model` was asked."""
    rule = _rule(said)
    kind = rule.error if rule else _by_status(said)
    status = f" (HTTP {said.status})" if said.status is not None else ""
    error = kind(
        HAPPENED[kind] + status,
        http_status=said.status,
        upstream_message=said.message,
        advice=_advice(kind, rule, said, model, settings),
    )
    if isinstance(error, ContextTooLong):
        error.held = said.held or _held_in_prose(said.message)
        error.counted = said.counted
    return error


def _held_in_prose(message: str) -> int | None:
    """Give the context's size where a refusal names it in its sentence alone."""
    for row in HELD:
        found = re.search(row.says, message[:_LOOKED_AT], re.IGNORECASE)
        if found is not None:
            return int(found[1])
    return None


def _rule(said: ReportedError) -> Rule | None:
    tables = RULES if said.status is not None else RULES + IN_STREAM
    return next((rule for rule in tables if _matches(rule, said)), None)


def _matches(rule: Rule, said: ReportedError) -> bool:
    if rule.statuses is not None and said.status not in rule.statuses:
        return False
    if isinstance(rule.says, frozenset):
        return not rule.says.isdisjoint(said.codes)
    # Compiled here and not in the table: most processes never see a refusal.
    found = re.search(rule.says, said.message[:_LOOKED_AT], re.IGNORECASE)
    return found is not None


def _by_status(said: ReportedError) -> type[ProviderError]:
    status = said.status
    if status is None:
        return Overloaded
    if 400 <= status <= 599:
        return _BY_STATUS.get(status, BadRequest if status < 500 else Overloaded)
    return BadAnswer


def _advice(
    kind: type[ProviderError],
    rule: Rule | None,
    said: ReportedError,
    model: str,
    settings: ProviderSettings,
) -> str:
    if settings.type == "ollama" and (advice := _ollama_s(kind, said, settings)):
        return advice
    if rule is not None and rule.advice is not None and settings.type != "local":
        return rule.advice
    if kind is not UnknownModel:
        return kind.advice
    name = f"the model's name ({model})" if model else "the model's name"
    if rule is None:  # a path that is not there answers 404 as well
        return f"check {name} and base_url"
    if _may_be_pulled(model, settings):
        return f"get it with: ollama pull {model}"
    return f"check {name}"


def _ollama_s(
    kind: type[ProviderError], said: ReportedError, settings: ProviderSettings
) -> str:
    """Say what only an Ollama means by a status, or lets its user set."""
    if kind is ContextTooLong:
        return (
            "set a larger num_ctx in the entry, or OLLAMA_CONTEXT_LENGTH where the "
            "Ollama runs; or shorten the input"
        )
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
