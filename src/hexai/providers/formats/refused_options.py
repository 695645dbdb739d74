"""Which options of a request a refusal names, and the request without just those.

Strict servers refuse a whole request for one field that they do not know, and models
behind aliases take other options than their names promise. Nothing says it beforehand,
but the refusal names the field. So the request is written once more without exactly
what was named; a limit is not dropped but renamed, since without one a model may write
for ever.
"""

import re
from collections.abc import Mapping

from msgspec import Struct

from hexai.providers.formats.complaints import Complaint

_STATUSES = frozenset({400, 422})

_LIMITS = {
    "max_tokens": "max_completion_tokens",
    "max_completion_tokens": "max_tokens",
}


class _Option(Struct, frozen=True):
    """An option that may be left out."""

    named: str
    """How messages name it."""
    key: str
    """Which key of the configuration keeps it from being sent."""


_OPTIONS = {
    "stream_options": _Option(r"stream_options|include_usage", "include_usage = false"),
    "temperature": _Option(r"temperature", 'temperature = "default"'),
    "stop": _Option(r"['\"`]stop['\"`]|stop sequences?", ""),
    "stop_sequences": _Option(r"stop_sequences", ""),
    "truncate": _Option(r"['\"`]truncate['\"`]", ""),
    "think": _Option(r"support thinking|['\"`]think['\"`]", "think = false"),
    "reasoning_effort": _Option(
        r"reasoning_effort|reasoning\.effort", "reasoning_effort"
    ),
    "prompt_cache_key": _Option(r"prompt_cache_key", "prompt_cache = false"),
    "max_tokens": _Option(r"max_tokens", 'limit_key = "max_completion_tokens"'),
    "max_completion_tokens": _Option(
        r"max_completion_tokens", 'limit_key = "max_tokens"'
    ),
}

_RANGE = re.compile(
    r"\b(between|range|at (most|least)|less than|greater than"
    r"|too (large|high|small|low)|maximum|minimum"
    r"|must be (a|of type|positive))\b|[<>]=",
    re.IGNORECASE,
)
"""A value that is out of range is the user's to mend, not ours to hide."""


def named(said: Complaint, body: Mapping[str, object]) -> frozenset[str]:
    """Give the options of a request that a refusal names as not taken."""
    if said.status not in _STATUSES or _RANGE.search(said.message):
        return frozenset()
    return frozenset(_named(said, body))


def key_for(said: Complaint) -> str:
    """Give the key of the configuration that a refusal is about; empty for none."""
    if said.status not in _STATUSES:
        return ""
    keys = (option.key for name, option in _OPTIONS.items() if _names(said, name))
    return next(filter(None, keys), "")


def switched_off_by(refused: frozenset[str]) -> str:
    """Name the keys that keep options from being sent; empty where there are none."""
    keys = (option.key for name, option in _OPTIONS.items() if name in refused)
    return " and ".join(filter(None, keys))


def without(body: Mapping[str, object], refused: frozenset[str]) -> dict[str, object]:
    """Write a request without some options; a limit gets its other name.

    Both names refused: then there is no limit to be set.
    """
    kept: dict[str, object] = {}
    for name, value in body.items():
        if name == "options" and isinstance(value, dict):
            kept[name] = {
                key: each for key, each in value.items() if key not in refused
            }
        elif name not in refused:
            kept[name] = value
        elif (other := _LIMITS.get(name)) and other not in refused:
            kept[other] = value
    return kept


def _named(said: Complaint, body: Mapping[str, object]) -> list[str]:
    nested = body.get("options")
    sent = {*body, *(nested if isinstance(nested, dict) else ())}
    return [name for name in _OPTIONS if name in sent and _names(said, name)]


def _names(said: Complaint, name: str) -> bool:
    if name in said.fields:
        return True
    pattern = rf"(?<!\w)(?:{_OPTIONS[name].named})(?!\w)"
    return re.search(pattern, said.message[:500]) is not None
