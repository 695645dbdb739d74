"""Whether each model of an Ollama is loaded with one context wherever it stands.

An Ollama holds a model once. Asked with another `num_ctx` it loads the model anew, so
two surfaces that differ make it load with every turn that they take.
"""

from collections.abc import Iterator

from msgspec import Struct

from hexai.config.entries.forms import listed, text_of
from hexai.config.problems import KeyPath, Problem, dotted, shown
from hexai.config.profiles import provider_settings
from hexai.config.schema import Settings
from hexai.config.tables.base import given
from hexai.config.tables.entries import EntryTable
from hexai.config.urls import origin
from hexai.domain.entry import Surface


class _Use(Struct, frozen=True):
    """Where a model stands, and which context it is loaded with there."""

    path: KeyPath
    num_ctx: int | None


def find_uneven_contexts(settings: Settings) -> Iterator[Problem]:
    """Find entries that would have a model loaded anew, each but the first."""
    for uses in _uses(settings).values():
        first = uses[0]
        for use in uses[1:]:
            if use.num_ctx != first.num_ctx:
                yield _uneven(use, first)


def _uneven(use: _Use, first: _Use) -> Problem:
    there = "is not set" if first.num_ctx is None else f"is {first.num_ctx}"
    path = (*use.path, "num_ctx")
    message = (
        f"differs from {dotted(first.path)}, where it {there}: the Ollama loads the "
        "model anew whenever they take turns; give both the same"
    )
    if use.num_ctx is None:
        return Problem(path=use.path, message=f"num_ctx is not set, and {message}")
    return Problem(path=path, message=message, value=shown(use.num_ctx, path))


def _uses(settings: Settings) -> dict[tuple[str, str], list[_Use]]:
    """Give where each model of an Ollama stands."""
    found: dict[tuple[str, str], list[_Use]] = {}
    for surface in Surface:
        entries = getattr(settings.models, surface.value)
        for path, table in listed(entries, ("models", surface.value)):
            if table.enabled and (use := _use(settings, path, table)):
                found.setdefault(use[0], []).append(use[1])
    return found


def _use(
    settings: Settings, path: KeyPath, table: EntryTable
) -> tuple[tuple[str, str], _Use] | None:
    name = given(text_of(table.provider), settings.provider.name)
    provider = provider_settings(settings, name)
    if provider is None or provider.type != "ollama":
        return None
    model = given(text_of(table.model), provider.model)
    num_ctx = given(table.num_ctx, provider.options.num_ctx)
    return (origin(provider.base_url), model), _Use(path, num_ctx)
