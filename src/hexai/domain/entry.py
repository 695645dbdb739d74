"""An entry: one configured provider and model for a surface, made ready to be asked.

`config.entries` resolves what files and options say into these values, so that no
surface ever asks again where a default comes from.
"""

from enum import StrEnum

from msgspec import Struct

from hexai.domain.options import Options


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
