"""Where vendors and models differ from their own wire format, as data.

Each row says why it is there, so that it can go when its reason has gone. Rows name
models, not providers, because the same model is reached through its vendor, through
OpenRouter (`openai/gpt-5`) and through proxies.
"""

import re
from typing import Literal

from msgspec import Struct

Option = Literal["temperature", "stop"]
LimitKey = Literal["max_tokens", "max_completion_tokens"]


class ModelQuirk(Struct, frozen=True, kw_only=True):
    """How the models whose name begins with a pattern want to be asked."""

    models: str
    """A regular expression for the start of the name, without vendor, lower-cased."""
    refuses: frozenset[Option] = frozenset()
    """Options that the whole request would be refused for: they are not sent."""
    limit_key: LimitKey = "max_tokens"
    """What the token limit is called."""
    why: str


MODEL_QUIRKS = (
    ModelQuirk(
        models=r"gpt-([5-9]|\d\d)(\.\d+)?-chat",
        limit_key="max_completion_tokens",
        why="the chat variants do not reason: they take every option, and like all"
        " newer models the newer name of the limit",
    ),
    ModelQuirk(
        models=r"gpt-5\.[124](-\d{4}-\d\d-\d\d)?$",
        refuses=frozenset({"stop"}),
        limit_key="max_completion_tokens",
        why="these reason only when asked to, which Hexai does not do, and then take"
        " a temperature",
    ),
    ModelQuirk(
        models=r"(ft:)?(gpt-([5-9]|\d\d)|o[1-9](-|:|$)|codex-mini)",
        refuses=frozenset({"temperature", "stop"}),
        limit_key="max_completion_tokens",
        why="reasoning models take no temperature but 1, no stop, and only the newer"
        " name of the limit (400 unsupported_value, unsupported_parameter)",
    ),
    ModelQuirk(
        models=r"claude-(opus-4[-.][7-9]\b|[a-z]+-([5-9]|\d\d)\b|4\.[7-9]-opus)",
        refuses=frozenset({"temperature"}),
        why="from Opus 4.7 on the sampling parameters are gone (400 `temperature` is"
        " deprecated for this model)",
    ),
)

PLAIN = ModelQuirk(models="", why="most models follow their wire format")


def quirk_of(model: str) -> ModelQuirk:
    """Find what is special about a model, by its name with or without vendor."""
    name = model.rpartition("/")[2].lower()
    for quirk in MODEL_QUIRKS:
        if re.match(quirk.models, name):
            return quirk
    return PLAIN


class UpstreamQuirk(Struct, frozen=True, kw_only=True):
    """What a host does not take, whatever the model."""

    host: str
    include_usage: bool = True
    """Whether `stream_options.include_usage` may be sent."""
    why: str


UPSTREAM_QUIRKS = (
    UpstreamQuirk(
        host="api.mistral.ai",
        include_usage=False,
        why="answers 422 to unknown fields, and reports usage without being asked",
    ),
)


def takes_include_usage(base_url: str) -> bool:
    """Say whether an upstream may be asked for usage figures in its stream."""
    host = base_url.partition("://")[2].partition("/")[0].partition(":")[0].lower()
    return all(quirk.include_usage for quirk in UPSTREAM_QUIRKS if quirk.host == host)


MOST_STOPS = 4
"""More stop sequences than this are refused by OpenAI; the first ones are sent."""
