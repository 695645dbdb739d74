"""The entries of the surfaces as a file writes them."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from hexai.config.tables.base import (
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
    Table,
    Temperature,
)

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
    """A short name shown to people, unique on its surface. Not set: the model."""
    temperature: EntryTemperature = UNSET
    """0 is a temperature; `default`: none is sent. Not set: the provider's."""
    max_tokens: MaybeCount = UNSET
    """The length of an answer in tokens; 0: the upstream decides.
    Not set: general.max_tokens."""
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
