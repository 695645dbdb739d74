"""What is configured of one provider, built-in or profile, with defaults filled in."""

from typing import Literal

from msgspec import Struct

from hexai.domain.entry import Budgets
from hexai.domain.options import Options

ProviderType = Literal[
    "local", "ollama", "openai", "openrouter", "anthropic", "simulated"
]
"""The wire format, and with it the client that speaks it."""

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
    """The variable that holds the key; empty: only the variables of safety.md 2."""
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
