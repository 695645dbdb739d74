"""The tables of providers with their defaults, and what is configured of one in all."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from hexai.config.schema_types import (
    MaybeBatch,
    MaybeContext,
    MaybeCount,
    MaybeEffort,
    MaybeFlag,
    MaybeLimitKey,
    MaybeSeconds,
    MaybeSlot,
    MaybeThink,
    ProviderTemperature,
    Seconds,
    Table,
)
from hexai.domain.entry import Ask, Budgets, Options

ProviderType = Literal[
    "local", "ollama", "openai", "openrouter", "anthropic", "simulated"
]
"""The wire format, and with it the client that speaks it."""

BUILT_IN_MODEL = "smollm2"
"""What is pulled and asked where nobody names another embedded model."""
BUILT_IN_MAX_TOKENS = 400
"""Tokens of an answer; a model so small repeats itself in longer ones."""

InfillEndpoint = Literal["auto", "off", "completions", "fim/completions", "infill"]
"""How gaps are filled; all but OpenAI's format know no more than `auto` and `off`."""


class ProviderSettings(Struct, frozen=True, kw_only=True):
    """One provider, complete: what `providers.registry` makes a client from."""

    name: str
    """The configured name: a built-in's or a profile's."""
    type: ProviderType
    built_in: bool
    """A built-in provider of this name; only such a one uses its vendor's variables."""
    base_url: str = ""
    """Checked: http or https, no user info, query or fragment, no trailing slash."""
    model: str = ""
    """The model of entries that name none; empty if there is no default."""
    temperature: float | Literal["default"] | None = None
    """The temperature of entries that name none; None: see `config.entries`."""
    options: Options = Options()
    """Further options of entries that name none."""
    api_key_env: str = ""
    """The variable that holds the key; empty: only the variables of its vendor."""
    api_key_command: tuple[str, ...] = ()
    """The command that prints the key; from the user's own file only."""
    headers: tuple[tuple[str, str], ...] = ()
    """Configured headers; they belong to the origin of `base_url`, like the key."""
    budgets: Budgets = Budgets()
    timeout: float = 600.0
    """Seconds for a contender in all; entries may set their own."""
    max_concurrency: int | None = None
    """Attempts under way at once at the upstream; None for no limit."""
    local: bool | None = None
    """The user's word on whether text stays on this machine; None: not said."""
    allow_http: bool = False
    """A credential may go over plain http to a host that is not loopback."""
    infill: InfillEndpoint = "auto"
    """Which fill-in-the-middle endpoint completion may use."""
    ca_file: str = ""
    """An absolute path to a PEM file with a private authority; empty for none."""

    @property
    def over_http(self) -> bool:
        """Whether it is reached by HTTP, at an origin; else it runs on this machine."""
        return self.type not in ("local", "simulated")


Infill = Literal["auto", "off"]
MaxWorkers = Annotated[int, Meta(ge=1, le=16)]
AT_ONCE_EMBEDDED = 2
"""Requests that a worker answers at once."""


class ModelTable(Table, frozen=True, kw_only=True):
    """What every provider's table may set."""

    model: str = ""
    """The model of entries that name none; a name of `presets` will do."""
    temperature: ProviderTemperature = UNSET
    """The temperature of entries that set none; `default`: none is sent.
    Not set: general.coding_temperature."""
    timeout: MaybeSeconds = UNSET
    """Seconds for a contender in all; 0 for no limit. Not set: fanout.timeout."""
    connect_timeout: MaybeSeconds = UNSET
    """Seconds until connected; 0 for no limit. Not set: fanout.connect_timeout."""
    first_token_timeout: MaybeSeconds = UNSET
    """Seconds from there to the first token. Not set: fanout.first_token_timeout."""
    idle_timeout: MaybeSeconds = UNSET
    """Seconds between two tokens; 0 for no limit. Not set: fanout.idle_timeout."""
    max_concurrency: MaybeCount = UNSET
    """Attempts under way at once at the upstream; 0 for no limit.
    Not set: 2 for `local`, 1 for an Ollama on this machine, no limit for `simulated`,
    else 4."""
    presets: dict[str, str] = field(default_factory=dict)
    """Short names for models of this provider."""


class HttpTable(ModelTable, frozen=True, kw_only=True):
    """What the table of a provider that is reached by HTTP may set beside that."""

    base_url: str = ""
    """Where the API begins: http or https, without user, query or fragment."""
    api_key_env: str = ""
    """The name of the variable that holds the key."""
    api_key_command: tuple[str, ...] = ()
    """The command that prints the key, word by word, run without a shell.
    Only in your own file."""
    include_usage: MaybeFlag = UNSET
    """Whether streams are asked for usage figures, in OpenAI's format.
    Not set: unless the server is known, or found, to refuse it."""
    limit_key: MaybeLimitKey = UNSET
    """What the limit of tokens is called, in OpenAI's format.
    Not set: what the host wants for the model, else `max_tokens`."""
    num_ctx: MaybeContext = UNSET
    """Tokens of context that models are loaded with; for type `ollama`.
    Not set: none is sent, the Ollama decides."""
    load_timeout: MaybeSeconds = UNSET
    """Seconds that an Ollama or a llama.cpp may take to load a model, in no other
    figure; 0 for no limit. Not set: 300 for an Ollama, else 60."""
    think: MaybeThink = UNSET
    """Whether models think, or how much; for type `ollama`.
    Not set: as the model does; completion asks for none where it can."""
    reasoning_effort: MaybeEffort = UNSET
    """How much models think; for types `openai` and `openrouter`.
    Not set: as the model does."""
    prompt_cache: MaybeFlag = UNSET
    """Whether upstreams are asked to keep the beginnings of prompts: Anthropic's by
    `cache_control`, OpenAI's and Mistral's by `prompt_cache_key`.
    Not set: where it saves money."""
    n_batch: MaybeBatch = UNSET
    """Tokens that a llama.cpp reads at once (its `-b`): of a gap it keeps no more, and
    does not tell. Not set: 2,048, as llama.cpp by itself."""
    id_slot: MaybeSlot = UNSET
    """The slot of a llama.cpp that is asked.
    Not set: the one that has kept most of the prompt."""
    warm: MaybeFlag = UNSET
    """Whether a llama.cpp with `local = true` may read a completion's prompt while you
    type, when its `/slots` says that nobody is asking it. Not set: it may not."""
    headers: dict[str, str] = field(default_factory=dict)
    """Further headers; they go to the origin of `base_url` alone, as the key does."""
    local: MaybeFlag = UNSET
    """Your word on whether what is sent here stays on machines of yours.
    Not set: only for an Ollama at a loopback address. Only in your own file."""
    allow_http: bool = False
    """Let the key go over plain http to another machine. Only in your own file."""
    ca_file: str = ""
    """A PEM file with a private authority, relative to the configuration file.
    Only in your own file."""


class OpenAI(HttpTable, frozen=True, kw_only=True):
    """OpenAI. The key is HEXAI_OPENAI_API_KEY or OPENAI_API_KEY."""

    base_url: str = "https://api.openai.com/v1"
    model: str = "gpt-4.1"
    infill: InfillEndpoint = "auto"
    """What fills gaps in completion: an endpoint below `base_url`, `infill` for
    llama.cpp's own, `off` for a chat. `auto`: DeepSeek's or Codestral's, or a chat."""


class OpenRouter(HttpTable, frozen=True, kw_only=True):
    """OpenRouter. The key is HEXAI_OPENROUTER_API_KEY or OPENROUTER_API_KEY."""

    base_url: str = "https://openrouter.ai/api/v1"
    model: str = "openrouter/auto"
    infill: InfillEndpoint = "auto"
    """What fills gaps in completion: an endpoint below `base_url`, `infill` for
    llama.cpp's own, `off` for a chat. `auto`: DeepSeek's or Codestral's, or a chat."""


class Anthropic(HttpTable, frozen=True, kw_only=True):
    """Anthropic. The key is HEXAI_ANTHROPIC_API_KEY or ANTHROPIC_API_KEY."""

    base_url: str = "https://api.anthropic.com/v1"
    model: str = "claude-sonnet-4-5"


OLLAMA_PORT = 11434


class Ollama(HttpTable, frozen=True, kw_only=True):
    """Ollama. A key, if it wants one, is HEXAI_OLLAMA_API_KEY or OLLAMA_API_KEY."""

    base_url: str = f"http://127.0.0.1:{OLLAMA_PORT}"
    model: str = "qwen3-coder:30b"
    infill: Infill = "auto"
    """Whether completion fills gaps with models that can; `off`: always by a chat."""


class Local(ModelTable, frozen=True, kw_only=True):
    """The embedded model: llama.cpp in a worker process that your programs share."""

    model: str = BUILT_IN_MODEL
    """`smollm2`, or the path of a GGUF file, relative to the configuration file."""
    load_timeout: Seconds = 60.0
    """Seconds to load a model, in no other figure; 0 for no limit."""
    keep_alive: Seconds = 300.0
    """Seconds after its last use that a worker ends."""
    max_workers: MaxWorkers = 2
    """Workers at most, each with one model."""
    infill: Infill = "auto"
    """Whether completion fills gaps with models that can; `off`: always by a chat."""
    warm: bool = True
    """Read a completion's prompt while you type, when nobody is asking the model."""
    ask: Ask = "auto"
    """How completion asks: `infill` gives the gap, `continue` the text before it,
    `chat` instructions. `auto`: as the file says it is best asked."""


class Simulated(ModelTable, frozen=True, kw_only=True):
    """The simulated provider: for trying Hexai without any model."""

    model: str = "lorem"


ProfileType = Literal["openai", "openrouter", "anthropic", "ollama"]


class Profile(HttpTable, frozen=True, kw_only=True):
    """A provider of your own: any server that speaks one of the four formats.

    Its key is in the variable that `api_key_env` names, or in HEXAI_NAME_API_KEY.
    """

    type: ProfileType | UnsetType = UNSET
    """What the server speaks; most speak `openai`. Required."""
    infill: InfillEndpoint = "auto"
    """What fills gaps in completion. For type `openai` and `openrouter`: an endpoint
    below `base_url`, `infill` for llama.cpp's own, `off` for a chat; `auto`:
    DeepSeek's or Codestral's, or a chat. For `ollama`: `auto` or `off`."""
