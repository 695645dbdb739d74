"""What a status of HTTP means where codes and text do not say more, as rows.

Retried are those of `Overloaded` and `RateLimited`, as `engine/decide.py` has it.
"""

from msgspec import Struct

from hexai.errors import (
    Authentication,
    BadRequest,
    ContextTooLong,
    OutOfCredit,
    Overloaded,
    Permission,
    ProviderError,
    RateLimited,
    UnknownModel,
)


class StatusRow(Struct, frozen=True, kw_only=True):
    """What a status means."""

    code: int
    error: type[ProviderError]
    """With that, whether it is tried again."""
    seen: str


_HTTP = "RFC 9110, 15, 2022-06: https://www.rfc-editor.org/rfc/rfc9110"

STATUSES = (
    StatusRow(code=401, error=Authentication, seen=_HTTP),
    StatusRow(
        code=402,
        error=OutOfCredit,
        seen="the lists of errors of DeepSeek and OpenRouter, 2026-11:"
        " https://api-docs.deepseek.com/quick_start/error_codes",
    ),
    StatusRow(code=403, error=Permission, seen=_HTTP),
    StatusRow(
        code=404,
        error=UnknownModel,
        seen="Ollama 0.33.0-rc2, measured, 2026-11: https://github.com/ollama/ollama",
    ),
    StatusRow(code=408, error=Overloaded, seen=_HTTP),
    StatusRow(
        code=409, error=Overloaded, seen=f"{_HTTP}; retried as openai 3.3.1 does"
    ),
    StatusRow(code=413, error=ContextTooLong, seen=_HTTP),
    StatusRow(
        code=425,
        error=Overloaded,
        seen="RFC 8470, 5.2, 2018-09: https://www.rfc-editor.org/rfc/rfc8470",
    ),
    StatusRow(
        code=429,
        error=RateLimited,
        seen="RFC 6585, 4, 2012-04: https://www.rfc-editor.org/rfc/rfc6585",
    ),
    StatusRow(
        code=501,
        error=BadRequest,
        seen=f"{_HTTP}; llama.cpp b10488, measured, 2026-11:"
        " https://github.com/ggml-org/llama.cpp",
    ),
    StatusRow(code=505, error=BadRequest, seen=_HTTP),
)
"""Other 4xx are a bad request, other 5xx overloaded.

What an upstream cannot do (405, 501, 505) it cannot do later either: no outage.
"""
