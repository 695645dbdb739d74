"""What the configured entries lack to be asked, found without asking anybody."""

from collections.abc import Iterator, Mapping

from hexai.config.entries.variables import SurfaceVariables
from hexai.config.snapshot import Snapshot
from hexai.domain.entry import Entry, RequestSpec, Surface
from hexai.errors import ProviderError
from hexai.providers.unavailable import Unavailable
from hexai.service.inventory import key_state
from hexai.service.targets import Targets

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
            lack = await _lack(entry, spec, targets, environ, home)
            if lack:
                of = "" if spec is entry.spec else " (its fallback)"
                known = surfaces.setdefault(f"{entry.label}{of}: {lack}", [])
                known.append(f"models.{entry.surface.value}")
    return tuple(f"{', '.join(names)}: {lack}" for lack, names in surfaces.items())


def _is_told(snapshot: Snapshot, entry: Entry, spec: RequestSpec) -> bool:
    """Tell whether what is wrong with a spec stands in the file, and is told there."""
    if spec.model and snapshot.provider(spec.provider) is not None:
        return False
    variables = snapshot.variables.get(entry.surface)
    return variables is None or variables == SurfaceVariables()


def _entries(snapshot: Snapshot) -> Iterator[Entry]:
    for surface in Surface:
        yield from snapshot.entries(surface).entries


async def _lack(
    entry: Entry,
    spec: RequestSpec,
    targets: Targets,
    environ: Mapping[str, str],
    home: str,
) -> str:
    client = targets.find(entry, spec).client
    if isinstance(client, Unavailable):
        error: ProviderError = client.error
        return str(error)
    settings = targets.settings_of(spec.provider)
    state = await key_state(settings, environ, home) if settings else ""
    return "" if state in _READY else state
