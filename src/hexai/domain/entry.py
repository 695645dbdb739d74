"""An entry: one configured provider and model for a surface, made ready to be asked.

`config.entries` resolves what files and options say into these values, so that no
surface ever asks again where a default comes from.
"""

from enum import StrEnum
from typing import Literal

from msgspec import Struct

LimitKey = Literal["max_tokens", "max_completion_tokens"]
Think = bool | Literal["low", "medium", "high", "max"]
Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh"]
Ask = Literal["auto", "infill", "chat", "continue"]


class Options(Struct, frozen=True, kw_only=True):
    """What an entry sets; None: what is known of its host and model decides."""

    include_usage: bool | None = None
    """Whether usage figures are asked for in a stream (OpenAI's format)."""
    limit_key: LimitKey | None = None
    """What the token limit is called (OpenAI's format)."""
    num_ctx: int | None = None
    """How many tokens of context a model is loaded with (Ollama)."""
    think: Think | None = None
    """Whether, or how much, a model thinks (Ollama)."""
    reasoning_effort: Effort | None = None
    """How much a model thinks (OpenAI's format)."""
    n_batch: int | None = None
    """How many tokens a server reads at once (llama.cpp, which does not tell)."""
    prompt_cache: bool | None = None
    """Whether an upstream that bills for it is asked to keep prompts."""
    id_slot: int | None = None
    """Which of a server's slots is asked (llama.cpp)."""
    warm: bool | None = None
    """Whether it may read prompts before anybody asks; None: a worker of ours may."""
    ask: Ask = "auto"
    """How a completion is asked for (the embedded model); `auto`: as its file says."""
    stop: tuple[str, ...] = ()
    """Sequences at which the model is to stop, beside those of a request."""
    more: tuple[tuple[str, str], ...] = ()
    """Whatever else is sent, by name, each value as JSON; in the order of names."""


class Surface(StrEnum):
    """A place that asks."""

    COMPLETION = "completion"
    CODE_ACTION = "code_action"
    CHAT = "chat"
    CLI = "cli"


class Budgets(Struct, frozen=True, kw_only=True):
    """How long each phase of one attempt may take, in seconds; `inf` for no limit."""

    connect: float = 5.0
    """From the slot to a connection: lookup, TCP and TLS."""
    load: float = 60.0
    """Loading the embedded model; runs apart from the other phases."""
    first_token: float = 20.0
    """From the connection to the first token, reasoning included."""
    idle: float = 20.0
    """Between two tokens."""


class RequestSpec(Struct, frozen=True, kw_only=True):
    """One provider and model with its options: what an attempt is made of."""

    provider: str
    """The provider's configured name: a built-in or a profile, perhaps unknown."""
    model: str
    """The model's name as the upstream knows it, or a path for `local`."""
    temperature: float | None = None
    """None: not sent, the upstream decides. 0 is a temperature."""
    max_tokens: int | None = None
    """None: not sent, the upstream decides."""
    limit_stands: bool = False
    """`max_tokens` holds however little is asked for: the entry says it, or the model
    thinks before it answers."""
    options: Options = Options()
    budgets: Budgets = Budgets()


class Entry(Struct, frozen=True, kw_only=True):
    """An enabled entry of a surface."""

    surface: Surface
    index: int
    """Its position among the surface's enabled entries, from 0 (`-0`, `-1`…)."""
    label: str
    """Short and unique on its surface."""
    spec: RequestSpec
    fallback: RequestSpec | None = None
    """Whom to ask when the outage is the provider's; None to fail instead."""
    timeout: float
    """Seconds from the first slot to the end, back-off and fallback included."""
    refused: str = ""
    """Which restriction forbids it; its contender then fails by itself, not sent."""
