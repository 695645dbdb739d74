"""What is configured: for each entry who would be asked, where, and with which key.

Nothing is sent and no command is run to find this out.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct

from hexai.config.provider_settings import ProviderSettings
from hexai.domain.entry import Entry
from hexai.errors import Authentication
from hexai.providers.credentials import ConfiguredCredential
from hexai.providers.unavailable import Unavailable
from hexai.service.targets import Targets

_UNKNOWN = "unknown provider"

Where = Literal["local", "cloud", "unknown"]


class Item(Struct, frozen=True, kw_only=True):
    """One configured entry."""

    surface: str
    label: str
    provider: str
    model: str
    where: Where
    """Unknown: only the upstream can tell, and it was not asked."""
    key: str
    """`set`, `by command`, `not needed`, or what is missing."""
    origin: str
    """The upstream's; empty where nothing can be asked."""


async def take_inventory(
    entries: Iterable[Entry], targets: Targets, environ: Mapping[str, str], home: str
) -> tuple[Item, ...]:
    """Describe entries in the order given."""
    return tuple([await _describe(entry, targets, environ, home) for entry in entries])


def where(local: bool | None) -> Where:  # noqa: FBT001 - a fact, not a switch
    """Name what is known about where a text goes."""
    if local is None:
        return "unknown"
    return "local" if local else "cloud"


async def _describe(
    entry: Entry, targets: Targets, environ: Mapping[str, str], home: str
) -> Item:
    settings = targets.settings_of(entry.spec.provider)
    target = targets.find(entry, entry.spec)
    available = not isinstance(target.client, Unavailable)
    return Item(
        surface=entry.surface.value,
        label=entry.label,
        provider=entry.spec.provider,
        model=entry.spec.model,
        where=where(targets.is_local(entry.spec.provider)),
        key=await key_state(settings, environ, home) if settings else _UNKNOWN,
        origin=target.upstream.origin if available else "",
    )


async def key_state(
    settings: ProviderSettings, environ: Mapping[str, str], home: str
) -> str:
    """Say `set`, `by command`, `not needed`, or what is missing; run no command."""
    if not settings.over_http:
        return "not needed"
    credential = ConfiguredCredential(settings, environ=environ, home=home)
    if not credential.at_hand:
        return "by command"
    try:
        secret = await credential.secret()
    except Authentication as error:
        return str(error)
    return "set" if secret else "not needed"
