"""Options of models whose names say a secret: they are refused, not sent and kept.

What a model is asked with stands in its request, in the ledger and in figures, in
clear. A key goes into a header, and comes from the environment or a command.
"""

import re
from collections.abc import Mapping

REFUSED = (
    "says a secret, and options stand in the ledger: a key comes from a variable, or "
    "from the `api_key_command` of its provider (docs/howto/providers.md, Keys)"
)
"""Why such an option is refused; said without its value."""

_WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+")
_ANYWHERE = re.compile(
    r"passw(or)?d|passphrase|secret|credential|authorization|bearer|apikey|accesskey"
)
_WHOLE = frozenset({"auth", "cookie", "cookies", "jwt", "pwd"})
_OF_KEYS = frozenset({"cache", "limit"})
"""Before "key", what makes it none to a door: `prompt_cache_key`."""
_OF_TOKENS = frozenset(
    {
        *("access", "api", "auth", "github", "hf", "id", "oauth", "personal"),
        *("refresh", "security", "session", "user"),
    }
)
"""Before "token", what makes it no piece of a text, as in `eos_token`."""


def is_secret(name: str, value: object) -> bool:
    """Tell whether an option, or what is in its table, is named as a secret is."""
    words = [word.lower() for word in _WORDS.findall(name)]
    before = words[-2] if len(words) > 1 else ""
    last = words[-1] if words else ""
    return (
        _ANYWHERE.search("".join(words)) is not None
        or not _WHOLE.isdisjoint(words)
        or (last in ("key", "keys") and before not in _OF_KEYS)
        or (last in ("token", "tokens") and _is_of_door(last, before))
        or _has_secret(value)
    )


def _is_of_door(last: str, before: str) -> bool:
    return before in _OF_TOKENS or (last == "token" and not before)


def _has_secret(value: object) -> bool:
    """Tell whether a text within is named so; in a schema, `token` is a table."""
    if isinstance(value, Mapping):
        return any(
            is_secret(str(name), inner)
            if isinstance(inner, str)
            else _has_secret(inner)
            for name, inner in value.items()
        )
    return isinstance(value, list | tuple) and any(map(_has_secret, value))
