"""Keep-alive payloads: what is sent so that a silent connection stays open.

The standard has comments for that (`: …`), which no splitter gives on. Some proxies
put such a line into `data:` again, and some servers send words of their own. None of
them is an answer, and none a fault.
"""

import re

from msgspec import Struct


class KeepAlive(Struct, frozen=True, kw_only=True):
    """Payloads that say nothing."""

    payload: str
    """A regular expression for the whole of it, blanks around it left out."""
    seen: str


KEEP_ALIVES = (
    KeepAlive(
        payload=r":.*",
        seen="`: keepalive` of Vertex's partner models, 2026-09,"
        " https://github.com/anomalyco/opencode/issues/50871;"
        " `: OPENROUTER PROCESSING` made data by a proxy, 2026-05,"
        " https://github.com/mnfst/llm-gateway/issues/2053",
    ),
    KeepAlive(
        payload=r"ping|pong|heartbeat|keep-?_?alive|processing",
        seen="by convention: words that gateways use for it as comments, so that one"
        " made data is no fault; `: ping`, 2026-05,"
        " https://github.com/theopenco/llmgateway/pull/2334;"
        " `: keep-alive`, 2025-02, https://github.com/tmc/langchaingo/pull/1171",
    ),
    KeepAlive(
        payload=r'null|""|\{\s*\}|',
        seen="an empty `data:`, 2026-04,"
        " https://github.com/router-for-me/CLIProxyAPI/issues/2460;"
        ' `data: ""`, 2026-02, https://github.com/caozhiyuan/copilot-api/pull/88',
    ),
    KeepAlive(
        payload=r"(event|id|retry)\s*:.*",
        seen="events of such fields alone, 2025-10,"
        " https://github.com/openai/openai-python/issues/2722; among lines of JSON by"
        " convention, where a proxy passes events on as they are",
    ),
)

_KEEP_ALIVE = re.compile(
    "|".join(f"(?:{row.payload})" for row in KEEP_ALIVES).encode(),
    re.IGNORECASE | re.DOTALL,
)


def is_keep_alive(payload: bytes) -> bool:
    """Say whether a payload says nothing; JSON objects with content never are."""
    if payload[:2] == b'{"':
        return False
    return _KEEP_ALIVE.fullmatch(payload.strip()) is not None
