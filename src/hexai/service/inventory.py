"""What is configured, whom it would ask, with which key, and what it lacks to be asked.

The user's own servers are asked what they have and hold; no model is asked anything,
and no command is run to find this out.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from hexai.config.order import Snapshot
from hexai.config.schema_entries import SurfaceVariables
from hexai.config.schema_providers import ProviderSettings
from hexai.domain.entry import Entry, RequestSpec, Surface
from hexai.domain.request import Target
from hexai.errors import Authentication, ProviderError
from hexai.providers.credentials import ConfiguredCredential
from hexai.providers.own_models import RunsModels
from hexai.providers.readiness.described import Described, describe
from hexai.providers.registry import Unavailable
from hexai.service.targets import Targets

_UNKNOWN = "unknown provider"
_AT_HAND = frozenset({"set", "not needed"})

Where = Literal["local", "cloud", "unknown"]


class ConfiguredEntry(Struct, frozen=True, kw_only=True):
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
    context: int | None = None
    """Tokens that the upstream holds of this model now; None where it does not tell."""
    loaded: bool | None = None
    """Whether it has the model loaded; None where it does not tell."""
    missing: bool = False
    """Whether it says that it has no such model."""
    capabilities: tuple[str, ...] = ()
    """What it says that the model can do."""
    trouble: str = ""
    """Why it could not be asked; empty where it was, or need not be."""


async def take_inventory(
    entries: Sequence[Entry], targets: Targets, environ: Mapping[str, str], home: str
) -> tuple[ConfiguredEntry, ...]:
    """Describe entries in the order given."""
    items = [await _describe(entry, targets, environ, home) for entry in entries]
    found = [targets.find(entry, entry.spec) for entry in entries]
    asked = [place for place, item in enumerate(items) if item.key in _AT_HAND]
    told = await describe([found[place] for place in asked])
    for place, said in zip(asked, told, strict=True):
        items[place] = _with_what_was_told(items[place], said)
    return tuple(items)


async def what_it_holds(target: Target) -> int | None:
    """Ask one of the user's servers how many tokens it holds of a model now."""
    [said] = await describe([target])
    return said.context


async def find_silent(targets: Sequence[Target]) -> dict[int, str]:
    """Say of servers of the user's why a model could not be asked now, by place."""
    told = await describe(targets)
    return {
        place: said.trouble or f"{target.upstream.origin} has no {target.spec.model}"
        for place, (target, said) in enumerate(zip(targets, told, strict=True))
        if said.trouble or said.missing
    }


def where(local: bool | None) -> Where:  # noqa: FBT001 - a fact, not a switch
    """Name what is known about where a text goes."""
    if local is None:
        return "unknown"
    return "local" if local else "cloud"


async def _describe(
    entry: Entry, targets: Targets, environ: Mapping[str, str], home: str
) -> ConfiguredEntry:
    settings = targets.settings_of(entry.spec.provider)
    target = targets.find(entry, entry.spec)
    available = not isinstance(target.client, Unavailable)
    return ConfiguredEntry(
        surface=entry.surface.value,
        label=entry.label,
        provider=entry.spec.provider,
        model=entry.spec.model,
        where=where(targets.is_local(entry.spec.provider)),
        key=await key_state(settings, environ, home) if settings else _UNKNOWN,
        origin=target.upstream.origin if available else "",
    )


def _with_what_was_told(item: ConfiguredEntry, said: Described) -> ConfiguredEntry:
    found = item.where
    if found == "unknown" and said.runs_there is not None:
        found = where(said.runs_there)
    return replace(
        item,
        where=found,
        context=said.context,
        loaded=said.loaded,
        missing=said.missing,
        capabilities=said.capabilities,
        trouble=said.trouble,
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


_READY = {"set", "by command", "not needed"}


async def find_lacks(
    snapshot: Snapshot, targets: Targets, environ: Mapping[str, str], home: str
) -> tuple[str, ...]:
    """Say why contenders would fail; what the snapshot's warnings say is left out."""
    surfaces: dict[str, list[str]] = {}
    for entry in _entries(snapshot):
        for spec in (entry.spec, entry.fallback):
            if spec is None or _is_told(snapshot, entry, spec):
                continue
            lack = await find_lack(entry, spec, targets, environ, home)
            client = targets.find(entry, spec).client
            lack = lack or await _find_missing(spec, client)
            if lack := lack or await find_unfit(entry.surface, spec, client):
                of = "" if spec is entry.spec else " (its fallback)"
                known = surfaces.setdefault(f"{entry.label}{of}: {lack}", [])
                known.append(f"models.{entry.surface.value}")
    return tuple(f"{', '.join(names)}: {lack}" for lack, names in surfaces.items())


async def _find_missing(spec: RequestSpec, client: object) -> str:
    """Say that the file of a model that runs here cannot be one."""
    if isinstance(client, RunsModels):
        try:
            await client.holds(spec.model)
        except ProviderError as error:
            return str(error)
    return ""


async def find_unfit(surface: Surface, spec: RequestSpec, client: object) -> str:
    """Say what a model cannot be asked for that its entry wants; it is asked else."""
    wants_gaps = surface is Surface.COMPLETION and spec.options.ask == "infill"
    if not wants_gaps or not isinstance(client, RunsModels):
        return ""
    try:
        if await client.fills_gaps(spec.model):
            return ""
    except ProviderError:
        return ""  # told when it is asked
    return (
        'ask = "infill" cannot be: its file has no tokens for gaps, so it is asked as '
        'by ask = "auto"'
    )


def _is_told(snapshot: Snapshot, entry: Entry, spec: RequestSpec) -> bool:
    """Tell whether what is wrong with a spec stands in the file, and is told there."""
    if spec.model and snapshot.provider(spec.provider) is not None:
        return False
    variables = snapshot.variables.get(entry.surface)
    return variables is None or variables == SurfaceVariables()


def _entries(snapshot: Snapshot) -> Iterator[Entry]:
    for surface in Surface:
        yield from snapshot.entries(surface).entries


async def find_lack(
    entry: Entry,
    spec: RequestSpec,
    targets: Targets,
    environ: Mapping[str, str],
    home: str,
) -> str:
    """Say why a spec cannot be asked; empty if it can, as far as is known here."""
    client = targets.find(entry, spec).client
    if isinstance(client, Unavailable):
        error: ProviderError = client.error
        return str(error)
    settings = targets.settings_of(spec.provider)
    state = await key_state(settings, environ, home) if settings else ""
    return "" if state in _READY else state
