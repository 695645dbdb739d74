"""Where vendors, their hosts and models differ from a wire format, as rows of data.

A row says where it holds, what differs, why, and where that was seen, so that it can go
when its reason has gone. A model's name says something only at the hosts that it
belongs to: behind any other address a name is what its owner called it, and an Ollama's
`o1-mini` takes other options than OpenAI's. Only how long a model may think is known by
name everywhere, since waiting longer refuses nothing. What no row knows is learnt from
refusals (`providers.learned`) or set by the user.

It lies here and not beside the formats, because budgets are resolved with it.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Literal

from msgspec import Struct, field

from hexai.domain.entry import LimitKey, Think

_OPENAI = ("api.openai.com", "openrouter.ai", ".openai.azure.com", "models.github.ai")
_ANTHROPIC = ("api.anthropic.com", "openrouter.ai")
_MOONSHOT = ("api.moonshot.ai", "api.moonshot.cn")


Keeping = Literal["unasked", "key", "marks"]
"""By itself, beside those of the same key, or up to a mark that is paid for."""


class Row(Struct, frozen=True, kw_only=True):
    """What differs at some hosts, for some models; what is None is as usual."""

    hosts: tuple[str, ...] = ()
    """Host names, or their ends if they begin with a dot; empty: wherever."""
    models: str = ""
    """A regular expression for the start of a name, without vendor, lower-cased."""
    refuses: frozenset[str] | None = None
    """Options that the whole request would be refused for: they are not sent."""
    limit_key: LimitKey | None = None
    """What the token limit is called."""
    include_usage: bool | None = None
    """Whether `stream_options.include_usage` may be sent."""
    first_token: float | None = None
    """Seconds to the first token that are usual, where they are more than elsewhere."""
    most_stops: int | None = None
    """How many stop sequences a request may have; the first ones are sent."""
    quietest: Think | None = None
    """What an Ollama is asked for where the model should think as little as it can."""
    keeping: Keeping | None = None
    """How it is asked to keep the beginning of a prompt."""
    images: bool | None = None
    """Whether it takes images; where nobody knows, it is asked, and may refuse."""
    why: str
    headers: Mapping[str, str] | None = None
    """Sent with every request."""
    seen: str
    """What it was seen in, with version or date, and a public source.

    Of a report or a page that was opened the date is its own; where nobody opened what
    a vendor documents, it says so.
    """


ROWS = (
    Row(
        hosts=_OPENAI,
        models=r"gpt-([5-9]|\d\d)(\.\d+)?-chat",
        refuses=frozenset(),
        limit_key="max_completion_tokens",
        why="the chat variants do not reason: they take every option, and like all"
        " newer models the newer name of the limit",
        seen="the name of the limit by convention; gpt-5-chat-latest, 2025-08:"
        " https://github.com/BerriAI/litellm/issues/13781",
    ),
    Row(
        hosts=_OPENAI,
        models=r"gpt-5\.[124](-\d{4}-\d\d-\d\d)?$",
        refuses=frozenset({"stop"}),
        limit_key="max_completion_tokens",
        why="these reason only when asked to, which Hexai does not do, and then take"
        " a temperature",
        seen="gpt-5.1, 2025-12: https://github.com/vercel/ai/issues/10932; no stop in"
        " the family, 2025-08: https://community.openai.com/t/"
        "gpt-5-update-documentation-errors/1341049",
    ),
    Row(
        hosts=_OPENAI,
        models=r"(ft:)?(gpt-([5-9]|\d\d)|o[1-9](-|:|$)|codex-mini)",
        refuses=frozenset({"temperature", "stop"}),
        limit_key="max_completion_tokens",
        why="reasoning models take no temperature but 1, no stop, and only the newer"
        " name of the limit (400 unsupported_value, unsupported_parameter)",
        seen="gpt-5-mini, 2026-03: https://github.com/nextlevelbuilder/goclaw/pull/213",
    ),
    Row(
        hosts=_ANTHROPIC,
        models=r"claude-(opus-4[-.][7-9]\b|[a-z]+-([5-9]|\d\d)\b|4\.[7-9]-opus)",
        refuses=frozenset({"temperature"}),
        why="from Opus 4.7 on the sampling parameters are gone (400 `temperature` is"
        " deprecated for this model)",
        seen="Opus 4.7, 2026-04: https://github.com/UKGovernmentBEIS/inspect_ai/issues/3721",
    ),
    Row(
        hosts=_MOONSHOT,
        models=r"kimi-k2\.[5-9]|kimi-k[3-9]",
        refuses=frozenset({"temperature"}),
        why="only one temperature is taken, another one when thinking is off (400"
        " invalid temperature: only 1 is allowed for this model)",
        seen="kimi-k2.6, 2026-04: https://github.com/Warma10032/VideoAdGuard/issues/34",
    ),
    Row(
        hosts=("api.mistral.ai", "codestral.mistral.ai"),
        include_usage=False,
        why="answers 422 to unknown fields, and reports usage without being asked",
        seen="Mistral API, 2025-06: https://github.com/avante-corp/avante.nvim/issues/2347",
    ),
    Row(
        models=r"gpt-5(\.[1-9])?-chat|gpt-5\.[124](-\d{4}-\d\d-\d\d)?$|gpt-oss",
        first_token=20.0,
        why="these answer at once, or show what they think from the start",
        seen="gpt-oss by convention; gpt-5-chat, 2025-08:"
        " https://github.com/BerriAI/litellm/issues/13781; gpt-5.1 without effort,"
        " 2025-12: https://github.com/vercel/ai/issues/10932",
    ),
    Row(
        models=r"(ft:)?(gpt-([5-9]|\d\d)|o[1-9](-|:|$)|codex-mini)",
        first_token=120.0,
        why="their reasoning is not streamed: after the role comes silence, of 24 s and"
        " up to 79 s where it was measured",
        seen="silence while it thinks, past 30 s, 2026-04:"
        " https://github.com/mezmo/aura/issues/62",
    ),
    Row(
        models=r"deepseek-reasoner|grok-([4-9]|3-mini)(?!.*non-reasoning)"
        r"|gemini-(2\.5-pro|[3-9].*pro)|kimi-k2-thinking|kimi-k2\.[5-9]"
        r"|(qwq|qwen3.*thinking)|magistral|.*(?<!-non)-(thinking|reasoning|deep-research)\b",
        first_token=120.0,
        why="they reason before they answer, and not all of it is streamed by whoever"
        " serves them",
        seen="which models, by convention; OpenRouter's page, 2026-11:"
        " https://www.openrouter.ai/docs/use-cases/reasoning-tokens",
    ),
    Row(
        hosts=("openrouter.ai",),
        headers={
            "HTTP-Referer": "https://github.com/snonux/hexai",
            "X-Title": "Hexai",
        },
        why="applications are asked to name themselves; X-Title is the older name of"
        " X-OpenRouter-Title, and taken as well",
        seen="App Attribution, 2026-11: https://openrouter.ai/docs/app-attribution",
    ),
    Row(
        hosts=("api.z.ai", "open.bigmodel.cn"),
        most_stops=1,
        why="one stop sequence is taken",
        seen="Z.ai's reference as copied, 2026-11: https://skillmd.ai/skills/z-ai-api",
    ),
    Row(
        most_stops=4,
        why="more are refused by OpenAI, and by those who do as it does",
        seen="OpenAI's help, 2026-11: https://help.openai.com/en/articles/5072263",
    ),
    Row(
        hosts=("api.anthropic.com",),
        models=r"claude",
        keeping="marks",
        why="only what a request marks is kept, for five minutes; writing it costs 1.25"
        " of the price of input, reading it 0.1",
        seen="resold at the vendor's terms, 2026-11: https://docs.aihubmix.com/en/api/"
        "Claude-Cache",
    ),
    Row(
        hosts=("api.openai.com",),
        keeping="key",
        why="what is kept is on one of many machines: requests of one key and beginning"
        " go to the same one",
        seen="OpenAI's guide, 2026-11:"
        " https://developers.openai.com/api/docs/guides/prompt-caching.md",
    ),
    Row(
        hosts=("api.mistral.ai",),
        keeping="key",
        why="the same; kept input costs a tenth",
        seen="Mistral's guide, 2026-11:"
        " https://docs.mistral.ai/studio-api/conversations/advanced/prompt-caching",
    ),
    Row(
        hosts=("api.deepseek.com",),
        images=False,
        why="no model there takes images, and the refusal names a field of ours (400"
        " unknown variant `image_url`, expected `text`)",
        seen="DeepSeek V4 Pro and Flash, 2026-07:"
        " https://github.com/rikkahub/rikkahub/issues/1433",
    ),
    Row(
        hosts=_OPENAI,
        models=r"gpt-3\.5|gpt-4(-\d{4}|-32k.*)?$|o1-(mini|preview)|o3-mini|gpt-oss",
        images=False,
        why="text models; the refusal does not say which others there are (400"
        " image_url is only supported by certain models)",
        seen="o3-mini, 2025-05: https://github.com/machine-theory/lm-council/issues/14;"
        " gpt-3.5, 2025-11:"
        " https://github.com/nextcloud/integration_openai/issues/282",
    ),
    Row(
        models=r"gpt-oss",
        quietest="low",
        why="it cannot stop thinking: an Ollama ignores false and takes a level",
        seen="Ollama 0.33, 2026-11: https://docs.ollama.com/capabilities/thinking",
    ),
)


class Traits(Struct, frozen=True, kw_only=True):
    """What the rows come to for one model at one host."""

    refuses: frozenset[str] = frozenset()
    limit_key: LimitKey = "max_tokens"
    include_usage: bool = True
    first_token: float = 0.0
    """Seconds; 0 where nothing special is known."""
    most_stops: int = 4
    quietest: Think = False
    keeping: Keeping = "unasked"
    images: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)


@lru_cache(maxsize=256)
def traits(base_url: str, model: str) -> Traits:
    """Say what differs; of several rows the first that says something counts."""
    rows = tuple(_rows(base_url, model))
    told = {
        name: next(
            (said for row in rows if (said := getattr(row, name)) is not None), None
        )
        for name in Traits.__struct_fields__
    }
    return Traits(**{name: said for name, said in told.items() if said is not None})


def usual_first_token(model: str) -> float:
    """Give the seconds that a model may need to its first token; 0: as any other."""
    return traits("", model).first_token


def _rows(base_url: str, model: str) -> Iterator[Row]:
    host = base_url.partition("://")[2].partition("/")[0].partition(":")[0].lower()
    name = model.rpartition("/")[2].lower()
    for row in ROWS:
        if _is_at(row, host) and re.match(row.models, name):
            yield row


def _is_at(row: Row, host: str) -> bool:
    return not row.hosts or any(
        host.endswith(known) if known.startswith(".") else host == known
        for known in row.hosts
    )
