"""From a provider's settings to its client; nothing loads before it is named.

Beside `main` this is the only place that imports by name: adding a wire format is
adding a row, and asking one provider never costs the import of another.
"""

from collections.abc import AsyncGenerator, Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct
from msgspec.structs import replace

from hexai.config.schema_providers import ProviderSettings, ProviderType
from hexai.domain.provider import Call, Chunk, Progress, Provider
from hexai.errors import ProviderError
from hexai.providers.formats.format import Choose, WireFormat
from hexai.providers.learned import Shared
from hexai.providers.prompt_cache import KeptPrompts
from hexai.providers.readiness.servers import ShownModels

if TYPE_CHECKING:
    from hexai.providers.http.tls_contexts import Trust
    from hexai.providers.llamacpp.supervisor import Supervisor


class Unavailable:
    """Fails every attempt with one error, so that its contender fails by itself.

    It stands for a provider whose client cannot be made: the others still race.
    """

    proxy = ""
    """Nobody stands between."""

    def __init__(self, error: ProviderError, *, provider: str = "") -> None:
        """Keep the error's facts; every attempt gets an error of its own."""
        self.error = error
        self._provider = provider or error.provider

    async def stream(
        self,
        call: Call,
        progress: Progress,  # noqa: ARG002 - there is none
    ) -> AsyncGenerator[Chunk, None]:
        """Raise at once; nothing is connected to."""
        nothing: tuple[Chunk, ...] = ()
        for chunk in nothing:
            yield chunk
        known = self.error
        raise type(known)(
            known.message,
            provider=self._provider,
            model=call.model,
            http_status=known.http_status,
            upstream_message=known.upstream_message,
            advice=known.what_to_do,
        )

    async def drop_idle(self) -> None:
        """Do nothing: nothing is open."""

    async def aclose(self) -> None:
        """Do nothing: nothing is open."""


FORMATS: dict[ProviderType, str] = {
    "ollama": "hexai.providers.formats.ollama:OllamaFormat",
    "openai": "hexai.providers.formats.openai:OpenAIFormat",
    "openrouter": "hexai.providers.formats.openai:OpenAIFormat",
    "anthropic": "hexai.providers.formats.anthropic:AnthropicFormat",
}
"""`module:class` of what is spoken over HTTP."""

_OVER_HTTP = (
    "hexai.providers.http_provider",
    "hexai.providers.credentials",
    "hexai.providers.fim",
    "hexai.providers.http.client",
    "hexai.providers.http.connection",
    "hexai.providers.http.network",
    "hexai.providers.http.tls",
)
_LOCAL = ("hexai.providers.llamacpp.provider", "hexai.providers.llamacpp.supervisor")
_SIMULATED = ("hexai.providers.simulated",)


class Client(Provider, Protocol):
    """A provider that may hold something open."""

    @property
    def proxy(self) -> str:
        """The proxy that it connects by, without user and password; empty for none."""

    async def drop_idle(self) -> None:
        """Close what no attempt is using: after a sleep of the machine it is dead."""

    async def aclose(self) -> None:
        """Close what is open; attempts under way end."""


class Surroundings(Struct, frozen=True, kw_only=True):
    """What clients need to know of the process and the machine they run on."""

    environ: Mapping[str, str]
    """Asked for keys and proxies."""
    home: str
    """Where commands that print keys run."""
    keys: frozenset[str] = frozenset()
    """Variables that hold keys; commands get none of them."""
    run: Path
    """The folder of the embedded model's workers."""
    models: Path
    """The folder of pulled models."""
    keep_alive: float
    """Seconds that a worker outlives its last use."""
    max_workers: int
    """Workers of the embedded model at once."""


class Registry:
    """Makes the clients of one process; what is costly to make they share."""

    def __init__(
        self,
        surroundings: Surroundings,
        on_note: Callable[[str], None] = lambda _note: None,
    ) -> None:
        """Call `on_note` with what the clients learn and the user should know."""
        self._surroundings = surroundings
        self._trust: Trust | None = None
        self._supervisor: Supervisor | None = None
        self.shared = Shared(on_note=on_note, kept=KeptPrompts(on_note))
        """What its clients learn together: refused options, and the keys they use."""
        self.shown = ShownModels()
        """What the Ollamas have shown of their models."""

    def make(self, settings: ProviderSettings) -> Client:
        """Make the client of one provider; nothing is opened or read yet."""
        if settings.type == "simulated":
            from hexai.providers.simulated import Simulated

            return Simulated(settings)
        if settings.type == "local":
            return self._local(settings)
        return self._over_http(settings, _format(FORMATS[settings.type])(settings))

    def limit_workers(self, *, keep_alive: float, max_workers: int) -> None:
        """Set the limits of workers that are started from now on."""
        self._surroundings = replace(
            self._surroundings, keep_alive=keep_alive, max_workers=max_workers
        )
        if self._supervisor is not None:
            self._supervisor.limit_workers(
                keep_alive=keep_alive, max_workers=max_workers
            )

    def revision(self, settings: ProviderSettings, model: str) -> str:
        """Tell apart what a model's name stands for at different times.

        Only a file can be told from another of its name; all else is empty.
        """
        if settings.type != "local":
            return ""
        from hexai.providers.llamacpp.model_files import find_model

        try:
            return repr(find_model(model, self._surroundings.models))
        except ProviderError:
            return ""

    def _over_http(self, settings: ProviderSettings, wire_format: WireFormat) -> Client:
        from hexai.providers.credentials import ConfiguredCredential
        from hexai.providers.http.client import HttpClient
        from hexai.providers.http.tls_contexts import Trust
        from hexai.providers.http_provider import HttpProvider

        environ, home = self._surroundings.environ, self._surroundings.home
        self._trust = self._trust or Trust()
        http = HttpClient.for_origin(
            settings.base_url,
            environ=environ,
            trust=self._trust,
            ca_file=settings.ca_file,
        )
        credential = ConfiguredCredential(
            settings, environ=environ, home=home, keys=self._surroundings.keys
        )
        choose = self._choose(wire_format, settings)
        return HttpProvider(
            wire_format, http, credential, settings, choose, self.shared
        )

    def _choose(self, chat: WireFormat, settings: ProviderSettings) -> Choose | None:
        from hexai.providers import fim

        if settings.type == "ollama":
            return fim.by_capability(chat, settings, self.shown)
        if settings.infill == "off" or settings.type == "anthropic":
            return None
        return fim.by_name(chat, settings)

    def _local(self, settings: ProviderSettings) -> Client:
        from hexai.providers.llamacpp.provider import LlamaCpp
        from hexai.providers.llamacpp.supervisor import Supervisor

        here = self._surroundings
        self._supervisor = self._supervisor or Supervisor(
            here.run,
            environ=here.environ,
            keep_alive=here.keep_alive,
            max_workers=here.max_workers,
        )
        return LlamaCpp(settings, self._supervisor, here.models)


def load(type_: ProviderType) -> None:
    """Import what a client of a type is made of, so that making one does not have to.

    May be called in a thread.
    """
    modules = {"simulated": _SIMULATED, "local": _LOCAL}.get(type_, _OVER_HTTP)
    named = FORMATS.get(type_, "").partition(":")[0]
    for module in (*modules, *filter(None, [named])):
        import_module(module)


def _format(name: str) -> Callable[[ProviderSettings], WireFormat]:
    module, _, attribute = name.partition(":")
    found: Callable[[ProviderSettings], WireFormat] = getattr(
        import_module(module), attribute
    )
    return found
