"""By which names upstreams say what went wrong; `error_bodies.py` reads them."""

from msgspec import Struct


class Names(Struct, frozen=True, kw_only=True):
    """Fields of errors that mean one thing, by what upstreams call them."""

    names: tuple[str, ...]
    seen: str


_OPENAI = "OpenAI and most others, 2026-08: https://github.com/openai/openai-python"

WRAPPERS = (
    Names(names=("error",), seen=_OPENAI),
    Names(
        names=("errors",),
        seen="Cloudflare's schema of a failure, as copied, 2026-11:"
        " https://github.com/api-evangelist/cloudflare-d1",
    ),
    Names(
        names=("base_resp",),
        seen="MiniMax, as LiteLLM 1.108.7 reads it, 2026-11:"
        " https://github.com/BerriAI/litellm",
    ),
    Names(
        names=("fault",),
        seen="Apigee, by convention: as its clients quote `fault.faultstring`; what"
        " the page on faults shows does not tell, 2026-11: https://docs.cloud.google.com/"
        "apigee/docs/api-platform/fundamentals/fault-handling.md.txt",
    ),
)
"""What an error is wrapped in."""

CODES = (
    Names(names=("code", "type"), seen=_OPENAI),
    Names(
        names=("status",),
        seen="Google, whose `code` is a number, 2026-11:"
        " https://developers.google.com/analytics/devguides/reporting/data/v1/errors",
    ),
    Names(
        names=("error_type", "error_code"),
        seen="by convention, and Qianfan, 2024-06:"
        " https://github.com/songquanpeng/one-api/issues/1503",
    ),
    Names(
        names=("status_code",),
        seen="MiniMax, as LiteLLM 1.108.7 reads it, 2026-11:"
        " https://github.com/BerriAI/litellm",
    ),
)
"""Which error it is, in a word or a number."""

SENTENCES = (
    Names(names=("message",), seen=_OPENAI),
    Names(
        names=("detail",),
        seen="FastAPI 0.165.0, measured, 2026-11: https://github.com/fastapi/fastapi",
    ),
    Names(
        names=("msg", "error_msg", "error_message"),
        seen="by convention, and Qianfan, 2024-06:"
        " https://github.com/songquanpeng/one-api/issues/1503",
    ),
    Names(
        names=("error_description",),
        seen="RFC 6749, 5.2, 2012-10: https://www.rfc-editor.org/rfc/rfc6749",
    ),
    Names(
        names=("status_msg",),
        seen="MiniMax, as LiteLLM 1.108.7 reads it, 2026-11:"
        " https://github.com/BerriAI/litellm",
    ),
    Names(
        names=("faultstring",),
        seen="Apigee, by convention: as its clients quote `fault.faultstring`; what"
        " the page on faults shows does not tell, 2026-11: https://docs.cloud.google.com/"
        "apigee/docs/api-platform/fundamentals/fault-handling.md.txt",
    ),
    Names(
        names=("reason",),
        seen="a gateway beside `message`, 2026-01:"
        " https://github.com/chaogei/Kiro-account-manager/issues/27",
    ),
)
"""What went wrong, for people."""


def names_of(rows: tuple[Names, ...], *more: str) -> tuple[str, ...]:
    """Give the names of all rows, in their order, and some more."""
    return (*(name for row in rows for name in row.names), *more)
