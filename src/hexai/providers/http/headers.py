"""The headers of a request: checked before any library sees them.

HTTP libraries quote an illegal header in their error texts, and the value may be a
key. So what cannot be sent is refused here, by its name alone.
"""

import re
from collections.abc import Mapping

from hexai.errors import BadRequest
from hexai.version import __version__

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"(?:[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)?")

_FRAMING = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that say how a message is framed; only the client itself sets them."""


def composed(
    given: Mapping[str, str], *, host: str, length: int
) -> list[tuple[bytes, bytes]]:
    """Give all headers of a request with a body of `length` bytes.

    Raises `BadRequest` for a header that cannot be sent.
    """
    headers = {"user-agent": f"hexai/{__version__}"}
    for name, value in given.items():
        _check(name, value)
        headers[name.lower()] = value
    ours = {
        "host": host,
        "accept-encoding": "identity",
        "content-length": str(length),
    }
    return [
        (name.encode(), value.encode()) for name, value in {**ours, **headers}.items()
    ]


def _check(name: str, value: str) -> None:
    if not _NAME.fullmatch(name):
        raise BadRequest(
            "a configured header has a name that cannot be sent",
            advice="check `headers` of this provider",
        )
    if name.lower() in _FRAMING:
        raise BadRequest(f"the header {name} is not for the configuration to set")
    if not _VALUE.fullmatch(value):
        raise BadRequest(
            f"the header {name} holds characters that cannot be sent",
            advice="allowed: visible ASCII, with blanks inside",
        )
