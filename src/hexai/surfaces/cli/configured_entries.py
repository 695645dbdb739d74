"""Which entries somebody configured, for all `hexai models` commands alike."""

from collections.abc import Iterator

from msgspec import UNSET

from hexai.config.entries import name_of
from hexai.config.order import Snapshot
from hexai.domain.entry import Entry, Surface
from hexai.surfaces.cli.loaded_config import Session

Whose = tuple[Surface, Entry]


def configured(session: Session) -> list[Whose]:
    """Give the entries that somebody configured.

    A surface without any would ask the default provider; where nobody chose that
    either, its failing says nothing, unless there is nothing else to be tested.
    """
    snapshot = session.snapshot
    origins = snapshot.merged.origins
    chosen = {p[:2] for p, layer in origins.items() if layer.kind != "built-in"}
    every = _every(session)
    own = [
        (surface, entry)
        for surface, entry in every
        if ("models", surface.value) in chosen or _is_named(snapshot, surface)
    ]
    inherits = {"provider", *(entry.spec.provider for _, entry in every)}
    if not own or any(path[0] in inherits for path in chosen):
        return every
    return own


def others(session: Session) -> Iterator[str]:
    """Say which surfaces are left out, and whom they would ask."""
    known = {surface for surface, _ in configured(session)}
    left_out: dict[str, list[str]] = {}
    for surface, entry in _every(session):
        if surface not in known:
            left_out.setdefault(name_of(entry.spec), []).append(surface.value)
    for model, surfaces in left_out.items():
        verb = "is" if len(surfaces) == 1 else "are"
        yield f"{' and '.join(surfaces)} {verb} not configured, and would ask {model}"


def _every(session: Session) -> list[Whose]:
    return [(surface, e) for surface in Surface for e in session.entries(surface)]


def _is_named(snapshot: Snapshot, surface: Surface) -> bool:
    """Tell whether variables name whom a surface asks."""
    said = snapshot.variables.get(surface)
    return said is not None and (said.models is not UNSET or bool(said.single))
