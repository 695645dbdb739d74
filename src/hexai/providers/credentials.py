"""Where a provider's key comes from, and to whom it may go.

A key belongs to the origin of the provider that it was configured for. A vendor's own
variable serves only the built-in provider of that name; a profile has a key only by
its own settings or its own variable, whatever wire format it speaks.
"""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Protocol

from hexai.config.addresses import is_loopback
from hexai.config.environment import key_variable, vendor_variable
from hexai.config.schema_providers import ProviderSettings
from hexai.errors import Authentication
from hexai.providers.secret import Secret

if TYPE_CHECKING:
    from hexai.providers.key_command import KeyCommand

_VENDORS = {
    "openai": "OpenAI",
    "openrouter": "OpenRouter",
    "anthropic": "Anthropic",
    "ollama": "Ollama",
}
_WITHOUT_KEY = frozenset({"ollama"})


class Credential(Protocol):
    """Gives the key of one provider, when an attempt needs it."""

    @property
    def at_hand(self) -> bool:
        """Whether `secret` answers at once, with no command to be run."""

    @property
    def advice(self) -> str:
        """What to do when the upstream refuses the key, or the lack of one."""

    async def secret(self) -> Secret | None:
        """Give the key, or None if there is none to be sent.

        Raises `Authentication` if one is needed and missing, or cannot be used.
        """

    def close(self) -> None:
        """End what still runs to get the key."""


class FixedCredential:
    """A key that is known already, or none."""

    at_hand = True
    advice = ""

    def __init__(self, secret: Secret | None) -> None:
        self._secret = secret

    async def secret(self) -> Secret | None:
        """Give the key."""
        return self._secret

    def close(self) -> None:
        """Do nothing."""


class ConfiguredCredential:
    """The key of a configured provider: from a variable, or from its command."""

    def __init__(
        self,
        settings: ProviderSettings,
        *,
        environ: Mapping[str, str],
        home: str,
        keys: Collection[str] = (),
    ) -> None:
        """Read nothing yet; `home` is where a command runs.

        `keys` are variables that hold keys of other providers: it gets none of them.
        """
        self._settings = settings
        self._environ = environ
        self._variables = variables(settings)
        is_run = bool(settings.api_key_command) and not self._found()
        self._command = _command(settings, environ, home, keys) if is_run else None

    @property
    def at_hand(self) -> bool:
        """Whether no command has to be run first."""
        return self._command is None or self._command.done

    @property
    def advice(self) -> str:
        """Name the variable or the command that the key comes from, or could."""
        if self._command is not None:
            return f"check what {self._settings.api_key_command[0]} prints"
        found = self._found()
        return f"check {found}" if found else f"set {' or '.join(self._variables)}"

    async def secret(self) -> Secret | None:
        """Give the key, running the command if there is one."""
        if found := self._found():
            return self._checked(self._environ[found], found)
        if self._command is not None:
            printed = await self._command.printed()
            if printed.failure:
                raise Authentication(
                    f"no API key for provider {self._settings.name}: {printed.failure}",
                    advice="check api_key_command",
                )
            return self._checked(
                printed.output.decode("latin-1"),
                f"the output of {self._settings.api_key_command[0]}",
            )
        if self._needed():
            raise self._missing()
        return None

    def close(self) -> None:
        """End the command, should it still run."""
        if self._command is not None:
            self._command.close()

    def _found(self) -> str:
        """Name the first variable that is set; an empty one is not."""
        return next((name for name in self._variables if self._environ.get(name)), "")

    def _needed(self) -> bool:
        if self._settings.api_key_env:
            return True
        name = self._settings.name
        return self._is_vendor() and name not in _WITHOUT_KEY

    def _is_vendor(self) -> bool:
        return self._settings.built_in and self._settings.name in _VENDORS

    def _missing(self) -> Authentication:
        name = self._settings.name
        vendor = f"{_VENDORS[name]} " if self._is_vendor() else ""
        return Authentication(
            f"missing {vendor}API key for provider {name}",
            advice=f"set {' or '.join(self._variables)}",
        )

    def _checked(self, raw: str, source: str) -> Secret:
        try:
            return Secret.checked(raw)
        except ValueError as error:
            raise Authentication(
                f"the API key of provider {self._settings.name} cannot be used: "
                f"{source} {error}",
                advice=f"give the bare key in {source}",
            ) from None


def _command(
    settings: ProviderSettings,
    environ: Mapping[str, str],
    home: str,
    keys: Collection[str],
) -> "KeyCommand":
    from hexai.providers.key_command import KeyCommand  # few have one

    return KeyCommand(settings.api_key_command, environ=environ, home=home, keys=keys)


def variables(settings: ProviderSettings) -> tuple[str, ...]:
    """Give the variables that may hold a provider's key, the first that is set wins.

    A source that the user's file names replaces the vendor's variable.
    """
    own = key_variable(settings.name)
    if settings.api_key_env:
        return own, settings.api_key_env
    if settings.built_in and settings.name in _VENDORS and not settings.api_key_command:
        return own, vendor_variable(settings.name)
    return (own,)


def refuse_in_clear(settings: ProviderSettings, secret: Secret | None) -> None:
    """Raise if a key or configured header would cross a network unencrypted."""
    if secret is None and not settings.headers:
        return
    if not settings.base_url.startswith("http:") or settings.allow_http:
        return
    if is_loopback(settings.base_url):
        return
    what = "API key" if secret is not None else "configured headers"
    raise Authentication(
        f"not sent: the {what} of provider {settings.name} would go unencrypted to "
        f"{settings.base_url}",
        advice="use https, or set allow_http = true for this provider in your own file",
    )
