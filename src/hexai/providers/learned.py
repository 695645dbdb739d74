"""What the clients of one process learn of upstreams, and share."""

import re
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing

from msgspec import Struct, field
from msgspec.structs import replace

from hexai.domain.provider import (
    Call,
    Chunk,
    Finished,
    FinishReason,
    Habit,
    TakenBack,
    TextDelta,
)
from hexai.providers.formats.error_bodies import ReportedError
from hexai.providers.prompt_cache import KeptPrompts
from hexai.providers.secret import Masker

_STATUSES = frozenset({400, 422})

_LIMITS = {
    "max_tokens": "max_completion_tokens",
    "max_completion_tokens": "max_tokens",
}
"""A limit is renamed, not dropped: without one a model may write for ever."""


class Option(Struct, frozen=True, kw_only=True):
    """An option that may be left out.

    Only a refusal says which: strict servers know other fields, and models behind
    aliases take other options than their names promise.
    """

    said: str
    """How messages name it."""
    key: str = ""
    """Which key of the configuration keeps it from being sent."""
    seen: str
    """Who refused it, when, and where that is public."""


_BY_CONVENTION = "by convention: as strict servers name an unknown field"

OPTIONS = {
    "stream_options": Option(
        said=r"stream_options|include_usage",
        key="include_usage = false",
        seen="Mistral API, 2025-06:"
        " https://github.com/avante-corp/avante.nvim/issues/2347",
    ),
    "temperature": Option(
        said=r"temperature",
        key='temperature = "default"',
        seen="Opus 4.7, 2026-04:"
        " https://github.com/UKGovernmentBEIS/inspect_ai/issues/3721",
    ),
    "stop": Option(
        said=r"['\"`]stop['\"`]|stop sequences?",
        seen="GPT-5, 2025-08: https://community.openai.com/t/"
        "gpt-5-update-documentation-errors/1341049",
    ),
    "stop_sequences": Option(said=r"stop_sequences", seen=_BY_CONVENTION),
    "truncate": Option(said=r"['\"`]truncate['\"`]", seen=_BY_CONVENTION),
    "think": Option(
        said=r"support thinking|['\"`]think['\"`]",
        key="think = false",
        seen="Ollama 0.33.0-rc2, measured, 2026-11: https://github.com/ollama/ollama",
    ),
    "reasoning_effort": Option(
        said=r"reasoning_effort|reasoning\.effort",
        key="reasoning_effort",
        seen=_BY_CONVENTION,
    ),
    "prompt_cache_key": Option(
        said=r"prompt_cache_key", key="prompt_cache = false", seen=_BY_CONVENTION
    ),
    "max_tokens": Option(
        said=r"max_tokens",
        key='limit_key = "max_completion_tokens"',
        seen="gpt-5-mini, 2026-03: https://github.com/nextlevelbuilder/goclaw/pull/213",
    ),
    "max_completion_tokens": Option(
        said=r"max_completion_tokens",
        key='limit_key = "max_tokens"',
        seen=_BY_CONVENTION,
    ),
}

_RANGE = re.compile(
    r"\b(between|range|at (most|least)|less than|greater than"
    r"|too (large|high|small|low)|maximum|minimum"
    r"|must be (a|of type|positive))\b|[<>]=",
    re.IGNORECASE,
)
"""A value that is out of range is the user's to mend, not ours to hide."""


def named(said: ReportedError, body: Mapping[str, object]) -> frozenset[str]:
    """Give the options of a request that a refusal names as not taken."""
    if said.status not in _STATUSES or _RANGE.search(said.message):
        return frozenset()
    return frozenset(_named(said, body))


def key_for(said: ReportedError) -> str:
    """Give the key of the configuration that a refusal is about; empty for none."""
    if said.status not in _STATUSES:
        return ""
    keys = (option.key for name, option in OPTIONS.items() if _names(said, name))
    return next(filter(None, keys), "")


def switched_off_by(refused: frozenset[str]) -> str:
    """Name the keys that keep options from being sent; empty where there are none."""
    keys = (option.key for name, option in OPTIONS.items() if name in refused)
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


def _named(said: ReportedError, body: Mapping[str, object]) -> list[str]:
    nested = body.get("options")
    sent = {*body, *(nested if isinstance(nested, dict) else ())}
    return [name for name in OPTIONS if name in sent and _names(said, name)]


def _names(said: ReportedError, name: str) -> bool:
    if name in said.fields:
        return True
    pattern = rf"(?<!\w)(?:{OPTIONS[name].said})(?!\w)"
    return re.search(pattern, said.message[:500]) is not None


class Habits:
    """Remembers how models think, by upstream, for as long as the process lives.

    The first whole answer tells: either text of it had to be taken back, and the next
    ones are held until a tag closes the reasoning; or what they say is answer at once.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Habit] = {}

    def informed(self, origin: str, call: Call) -> Call:
        """Add to a call what is known of its model."""
        habit = self._known.get((origin, call.model))
        return call if habit is None else replace(call, habit=habit)

    async def learn(
        self, origin: str, model: str, chunks: AsyncGenerator[Chunk, None]
    ) -> AsyncGenerator[Chunk, None]:
        """Pass the chunks of one answer on, and learn from them.

        A model that has thought aloud once is never again taken for one that does not:
        some do it for hard questions only.
        """
        has_text = False
        async with aclosing(chunks):
            async for chunk in chunks:
                if isinstance(chunk, TextDelta):
                    has_text = True
                elif isinstance(chunk, TakenBack):
                    self._known[origin, model] = Habit.ALOUD
                elif isinstance(chunk, Finished):
                    self._ended(origin, model, chunk, has_text=has_text)
                yield chunk

    def _ended(self, origin: str, model: str, end: Finished, *, has_text: bool) -> None:
        if has_text and not end.infilled and end.reason is FinishReason.STOP:
            self._known.setdefault((origin, model), Habit.MARKED)


class RefusedOptions:
    """Remembers options by upstream and model, so that each is refused only once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], frozenset[str]] = {}

    def leave_out(
        self, origin: str, call: Call, body: Mapping[str, object]
    ) -> dict[str, object]:
        """Write a request without what was refused before."""
        known = self._known.get((origin, call.model), frozenset())
        return without(body, known - _wanted(call))

    def learn(
        self, origin: str, call: Call, said: ReportedError, body: Mapping[str, object]
    ) -> frozenset[str]:
        """Take a refusal of the request that was sent; give what is new in it.

        If anything is, and only then, the request is worth repeating without it. What
        the user has named is not left out: its refusal is told.
        """
        known = self._known.get((origin, call.model), frozenset())
        found = named(said, body) - known - _wanted(call)
        self._known[origin, call.model] = known | found
        return found


def _wanted(call: Call) -> frozenset[str]:
    """Give the options that are sent because the user named them one by one."""
    stop = ("stop", "stop_sequences") if call.options.stop else ()
    return frozenset((*(name for name, _ in call.options.more), *stop))


class Shared(Struct, frozen=True, kw_only=True):
    """What all clients of a process learn together."""

    refused: RefusedOptions = field(default_factory=RefusedOptions)
    habits: Habits = field(default_factory=Habits)
    kept: KeptPrompts = field(default_factory=KeptPrompts)
    """Which beginnings of prompts upstreams are paid to keep."""
    keys: Masker = field(default_factory=Masker)
    """Every key that was sent anywhere; what is stored must hold none of them."""
    on_note: Callable[[str], None] = lambda _note: None
    """Called with what the user should know of an upstream, each once."""
