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
        seen="`: keepalive`, `: OPENROUTER PROCESSING` made data by proxies; 2025-11,"
        " https://openrouter.ai/docs/api-reference/streaming",
    ),
    KeepAlive(
        payload=r"ping|pong|heartbeat|keep-?_?alive|processing",
        seen="`event: ping` with `data: ping`; 2025-11,"
        " https://developer.mozilla.org/docs/Web/API/Server-sent_events/Using_server-sent_events",
    ),
    KeepAlive(
        payload=r'null|""|\{\s*\}',
        seen="JSON without content; 2025-11, as the row above",
    ),
    KeepAlive(
        payload=r"(event|id|retry)\s*:.*",
        seen="a field of server-sent events among lines of JSON; 2025-11, as above",
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
