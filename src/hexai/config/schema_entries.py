"""Entries as they are written: in tables of a file, and in the words of variables.

A file has a string, a table, or an array of both. A word, as `-m` and the variables
`HEXAI_MODELS_<SURFACE>` have it, is `[PROVIDER:]MODEL[@TEMPERATURE]`. Model names hold
colons and at-signs themselves (`qwen3-coder:30b`, `gemini@20250101`), so a part only
counts as provider or temperature if it can be one. What is all but the name of a
built-in provider is refused: `olama:llama3`, taken as a model, would send what is meant
for this machine to whatever provider is the default.
"""

import re
from collections.abc import Callable
from typing import Annotated, Literal, get_args

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from hexai.config.problems import KeyPath
from hexai.config.schema_providers import ProviderType
from hexai.config.schema_types import (
    MaybeAsk,
    MaybeBatch,
    MaybeContext,
    MaybeCount,
    MaybeEffort,
    MaybeFlag,
    MaybeLimitKey,
    MaybeSeconds,
    MaybeSlot,
    MaybeText,
    MaybeThink,
    Plain,
    Table,
    Temperature,
    given,
)
from hexai.domain.entry import Surface
from hexai.text.nearest_name import nearest
from hexai.text.sanitise import is_whole

NumericText = Annotated[
    str,
    Meta(
        pattern=r"^\s*(default|[01](\.[0-9]*)?|2(\.0*)?|\.[0-9]+)?\s*$",
        description='such a number as text, or "default"',
    ),
]
EntryTemperature = Temperature | NumericText | UnsetType
"""A number, or a number as text, as the Go tool reads it; a blank text is not set.

`default` says that none is sent.
"""

Label = Annotated[
    str,
    Meta(
        max_length=60,
        pattern=r"^\S([^\x00-\x1f\x7f]*\S)?$",
        description="a text of 1 to 60 characters on one line, no blanks around it",
    ),
]


class FallbackTable(Table, frozen=True, kw_only=True):
    """Whom to ask when the outage is the provider's."""

    provider: MaybeText = UNSET
    """A provider or profile. Not set: the entry's own."""
    model: MaybeText = UNSET
    """Not set: the provider's default model."""
    temperature: EntryTemperature = UNSET
    """Not set: the entry's; else the provider's."""


class EntryTable(Table, frozen=True, kw_only=True):
    """One entry of a surface; what it does not set it inherits."""

    provider: MaybeText = UNSET
    """A provider or profile. Not set: provider.name."""
    model: MaybeText = UNSET
    """Not set: the provider's default model."""
    label: Label | UnsetType = UNSET
    """A short name shown to people, unique on its surface; figures and votes go along
    when it changes, and begin anew when an option does. Not set: the model."""
    temperature: EntryTemperature = UNSET
    """0 is a temperature; `default`: none is sent. Not set: the provider's."""
    max_tokens: MaybeCount = UNSET
    """The length of an answer in tokens; 0: the upstream decides.
    Not set: general.max_tokens, of `smollm2` 400 at most."""
    include_usage: MaybeFlag = UNSET
    """Whether usage figures are asked for. Not set: the provider's."""
    limit_key: MaybeLimitKey = UNSET
    """What the limit of tokens is called. Not set: the provider's."""
    num_ctx: MaybeContext = UNSET
    """Tokens of context that an Ollama loads the model with; the same wherever the
    model stands, since another one is another load. Not set: the provider's."""
    think: MaybeThink = UNSET
    """Whether the model thinks, or how much (Ollama). Not set: the provider's."""
    reasoning_effort: MaybeEffort = UNSET
    """How much the model thinks (OpenAI's format). Not set: the provider's."""
    prompt_cache: MaybeFlag = UNSET
    """Whether the upstream is asked to keep the beginnings of prompts.
    Not set: the provider's."""
    n_batch: MaybeBatch = UNSET
    """Tokens that a llama.cpp reads at once (its `-b`): of a gap it keeps no more.
    Not set: the provider's."""
    id_slot: MaybeSlot = UNSET
    """The slot of a llama.cpp that is asked, so that others do not take what it keeps.
    Not set: the provider's."""
    warm: MaybeFlag = UNSET
    """Whether a model on your machine may read a completion's prompt while you type,
    before the editor asks. Not set: the provider's."""
    ask: MaybeAsk = UNSET
    """How the embedded model is asked to complete: `infill` gives it the gap,
    `continue` the text before it, `chat` instructions. Not set: the provider's."""
    options: dict[str, Plain] | UnsetType = UNSET
    """Further options of the model, sent as they are: top_p, top_k, min_p, seed, stop,
    frequency_penalty, presence_penalty, repeat_penalty, and the provider's own."""
    timeout: MaybeSeconds = UNSET
    """Seconds in all; 0 for no limit. Not set: the provider's."""
    connect_timeout: MaybeSeconds = UNSET
    """Seconds until connected; 0 for no limit. Not set: the provider's."""
    first_token_timeout: MaybeSeconds = UNSET
    """Seconds from there to the first token. Not set: the provider's."""
    idle_timeout: MaybeSeconds = UNSET
    """Seconds between two tokens; 0 for no limit. Not set: the provider's."""
    enabled: bool = True
    """false keeps the entry for later."""
    fallback: FallbackTable | UnsetType = UNSET
    """Whom to ask when the outage is the provider's. Not set: nobody."""
    fallback_provider: MaybeText = UNSET
    """The same as fallback.provider."""
    fallback_model: MaybeText = UNSET
    """The same as fallback.model."""


Entries = str | EntryTable | tuple[str | EntryTable, ...]


class Models(Table, frozen=True, kw_only=True):
    """The entries of each surface: a model, a table, or an array of both."""

    completion: Entries = ()
    """Who completes in the editor; several entries compete."""
    code_action: Entries = ()
    """Who carries out code actions; the first entry alone."""
    chat: Entries = ()
    """Who answers in the editor; the first entry alone."""
    cli: Entries = ()
    """Who answers `hexai`; several entries answer side by side."""


Names = tuple[str, ...] | UnsetType


class Use(Table, frozen=True, kw_only=True):
    """Which of its entries a surface may use, by label or `provider:model`."""

    completion: Names = UNSET
    """Not set: all of them."""
    code_action: Names = UNSET
    """Not set: all of them."""
    chat: Names = UNSET
    """Not set: all of them."""
    cli: Names = UNSET
    """Not set: all of them."""


# They are no layer: a step of their own, after narrowing, works them into the entries.


class SurfaceVariables(Struct, frozen=True, kw_only=True):
    """What the environment says about one surface."""

    models: tuple[EntryTable, ...] | UnsetType = UNSET
    """HEXAI_MODELS_<SURFACE>: the whole list."""
    model: str | UnsetType = UNSET
    provider: str | UnsetType = UNSET
    temperature: float | Literal["default"] | UnsetType = UNSET

    @property
    def single(self) -> tuple[str, ...]:
        """Which of the variables for a single entry are set."""
        values = {
            "MODEL": self.model,
            "PROVIDER": self.provider,
            "TEMPERATURE": self.temperature,
        }
        return tuple(key for key, value in values.items() if value is not UNSET)


def variable(key: str, surface: Surface) -> str:
    """Give the name of a surface's variable: MODELS, MODEL, PROVIDER, TEMPERATURE."""
    return f"HEXAI_{key}_{surface.value.upper()}"


_TEMPERATURE = re.compile(r"(?P<rest>.*)@(?P<number>\d(\.\d*)?|\.\d+)", re.DOTALL)

_BUILT_IN = list(get_args(ProviderType))
_MISSPELT = 0.85
"""Alike enough for a letter lost or doubled; llama3 is not yet ollama."""


def listed(entries: Entries, path: KeyPath) -> list[tuple[KeyPath, EntryTable]]:
    """Give the entries of a surface's value with their paths.

    Blank strings, and tables in which nothing or only blanks are set, are dropped, as
    templates leave them; disabled entries are not.
    """
    if isinstance(entries, str | EntryTable):
        written: list[tuple[KeyPath, str | EntryTable]] = [(path, entries)]
    else:
        written = [((*path, place), entry) for place, entry in enumerate(entries)]
    found = [(place, _as_table(entry)) for place, entry in written]
    return [(place, table) for place, table in found if not _is_blank(table)]


def _as_table(entry: str | EntryTable) -> EntryTable:
    if isinstance(entry, EntryTable):
        return _without_blanks(entry)
    return EntryTable(model=entry.strip()) if entry.strip() else EntryTable()


def _without_blanks(table: EntryTable) -> EntryTable:
    fallback = table.fallback
    if isinstance(fallback, FallbackTable):
        fallback = replace(fallback, **_blanks(fallback))
    return replace(table, fallback=fallback, **_blanks(table))


def _is_blank(table: EntryTable) -> bool:
    nothing = FallbackTable()
    return table in (EntryTable(), EntryTable(fallback=nothing))


def _blanks(table: Table) -> dict[str, UnsetType]:
    values = ((name, getattr(table, name)) for name in table.__struct_fields__)
    return {n: UNSET for n, v in values if isinstance(v, str) and not v.strip()}


def parse_word(word: str, find_name: Callable[[str], str | None]) -> EntryTable:
    """Read `[PROVIDER:]MODEL[@TEMPERATURE]`, or a provider's name alone.

    `find_name` gives the configured spelling of a provider's name. Raises ValueError
    for a word that names nothing or misspells a provider, and a temperature over 2.
    """
    text, temperature = _split_temperature(word.strip())
    if not is_whole(text):
        raise ValueError(f"{word!r} is not UTF-8")
    if not text:
        raise ValueError(f"{word!r} names no model; write PROVIDER:MODEL")
    start, colon, rest = text.partition(":")
    provider = find_name(start)
    if provider is None:
        if colon and (meant := nearest(start, _BUILT_IN, alike=_MISSPELT)):
            raise ValueError(
                f"{word!r}: there is no provider {start!r}; did you mean {meant}? "
                f"A model of this name is written PROVIDER:{text}"
            )
        return EntryTable(model=text, temperature=temperature)
    model = rest.strip() or UNSET
    return EntryTable(provider=provider, model=model, temperature=temperature)


def _split_temperature(word: str) -> tuple[str, float | UnsetType]:
    found = _TEMPERATURE.fullmatch(word)
    if found is None:
        return word, UNSET
    number = float(found["number"])
    if number > 2:
        raise ValueError(f"{word!r}: the temperature must be from 0 to 2")
    return found["rest"].strip(), number


def temperature_of(
    value: EntryTemperature,
) -> float | Literal["default"] | UnsetType:
    """Give a temperature that may be written as text; a blank one is not set."""
    if not isinstance(value, str):
        return value
    if value.strip() == "default":
        return "default"
    return float(value) if value.strip() else UNSET


def text_of(value: str | UnsetType) -> str | UnsetType:
    """Give a text without the blanks around it; a blank one is not set."""
    return given(value, "").strip() or UNSET
