"""The layers of the configuration in their order, and the snapshot they come to.

`LAYERS` is the order. What sets is merged from the lowest to the highest; what narrows
is then applied to the whole. Options of a command line come with each question, see
`Snapshot.entries`.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from hexai.config.decode import decode
from hexai.config.entries import EntryOptions, Resolved, resolve_entries
from hexai.config.environment import read_environment
from hexai.config.files import CheckedLayer, ConfigFile, check_file, read_user_file
from hexai.config.folders import Folders
from hexai.config.merge import Layer, Merged, flatten, merge, nest
from hexai.config.narrowing.narrow import Source, narrow
from hexai.config.narrowing.project import (
    ProjectFile,
    find_project_files,
    read_project,
    trusted_layers,
)
from hexai.config.narrowing.restrictions import Restrictions
from hexai.config.narrowing.trust import Owned
from hexai.config.other_tools import ollama_layer, told_addresses
from hexai.config.problems import KeyPath, Problem
from hexai.config.provider_defaults import provider_settings
from hexai.config.schema import ProviderName, Settings
from hexai.config.schema_entries import SurfaceVariables
from hexai.config.schema_providers import ProviderSettings
from hexai.config.validate import find_problems, find_surplus, find_warnings
from hexai.domain.entry import Surface
from hexai.errors import ConfigError


class Sources(Struct, frozen=True, kw_only=True):
    """What the layers are read from."""

    user: CheckedLayer | None
    """The user's file; None if there is none."""
    environ: Mapping[str, str]
    project: tuple[ProjectFile, ...] = ()
    """Project files, the outermost first."""
    editor: Mapping[str, object] | None = None
    """What an editor sent; None where there is no editor."""


class Setting(Struct, frozen=True, kw_only=True):
    """What one row of the order sets, and what is wrong with it."""

    layers: tuple[CheckedLayer, ...] = ()
    variables: Mapping[Surface, SurfaceVariables] = field(default_factory=dict)
    """What the environment says of the entries of surfaces."""
    problems: tuple[str, ...] = ()
    """Those that are of no key."""
    warnings: tuple[str, ...] = ()


class Narrows(Protocol):
    """A project file, or what an editor sent: it takes away what it may."""

    @property
    def layer(self) -> Layer:
        """All of it that is well-formed."""

    @property
    def source(self) -> Source:
        """What it may take away."""

    def tell(self, held: Sequence[KeyPath]) -> tuple[str, ...]:
        """Say what the user should know of it, and which keys are held back."""


class LayerRow(Struct, frozen=True, kw_only=True):
    """One place of the order: how it is read, and with that what it may do."""

    name: str
    sets: Callable[[Sources, Sequence[Layer]], Setting] | None = None
    """Reads what it sets, given the layers below; None: it sets nothing."""
    narrows: Callable[[Sources], Sequence[Narrows]] | None = None
    """Reads what it takes away of all that is set; None: nothing."""


def built_in(*, has_file: bool) -> Layer:
    """Give the defaults as the lowest layer."""
    defaults = Settings()
    if not has_file:
        defaults = Settings(provider=ProviderName(name="local"))
    values = flatten(msgspec.to_builtins(defaults))
    return Layer(kind="built-in", name="built-in", values=values)


def _built_in(sources: Sources, _below: Sequence[Layer]) -> Setting:
    layer = built_in(has_file=sources.user is not None)
    return Setting(layers=(CheckedLayer(layer=layer),))


def _ollama_host(sources: Sources, _below: Sequence[Layer]) -> Setting:
    return Setting(layers=(CheckedLayer(layer=ollama_layer(sources.environ)),))


def _user_file(sources: Sources, _below: Sequence[Layer]) -> Setting:
    return Setting(layers=() if sources.user is None else (sources.user,))


def _trusted(sources: Sources, below: Sequence[Layer]) -> Setting:
    """Give what trusted project files set; what is wrong with them they tell."""
    layers = trusted_layers(sources.project, below)
    return Setting(layers=tuple(CheckedLayer(layer=layer) for layer in layers))


def _variables(sources: Sources, below: Sequence[Layer]) -> Setting:
    read = read_environment(sources.environ, merge(below))
    return Setting(
        layers=(CheckedLayer(layer=read.layer),),
        variables=read.surfaces,
        problems=read.problems,
        warnings=read.warnings,
    )


def _project_files(sources: Sources) -> Sequence[Narrows]:
    return sources.project


def _editor_settings(sources: Sources) -> Sequence[Narrows]:
    if sources.editor is None:
        return ()
    from hexai.config.narrowing.editor_settings import read_editor_settings

    return (read_editor_settings(sources.editor),)


LAYERS = (
    LayerRow(name="the built-in defaults", sets=_built_in),
    LayerRow(name="OLLAMA_HOST", sets=_ollama_host),
    LayerRow(name="the user's file", sets=_user_file),
    LayerRow(name="project files", sets=_trusted, narrows=_project_files),
    LayerRow(name="the HEXAI_* variables", sets=_variables),
    LayerRow(name="editor settings", narrows=_editor_settings),
)
"""From the lowest to the highest."""


class Snapshot(Struct, frozen=True, kw_only=True):
    """Settings, complete and validated, with what is known about where they are from.

    Project files and editor settings have narrowed them already.
    Immutable; its mappings are not to be written to.
    """

    settings: Settings
    file: Path
    """The user's file, or the one that `--config` named."""
    has_file: bool
    """Whether that file exists; without one the embedded model is the default."""
    merged: Merged
    """Every value with its origin, before narrowing."""
    variables: Mapping[Surface, SurfaceVariables] = field(default_factory=dict)
    project: tuple[ProjectFile, ...] = ()
    """The project files that were read, the outermost first."""
    restrictions: Restrictions = Restrictions()
    """What project files and the editor forbid beyond the settings."""
    narrowed: Mapping[KeyPath, Layer] = field(default_factory=dict)
    """The keys that a project file or the editor has bounded; who did so last."""
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    """What whoever asks a provider should know of where; of Ollama it is no mistake."""
    warnings: tuple[str, ...] = ()
    """What the user should know; one line each."""
    surplus: Mapping[Surface, str] = field(default_factory=dict)
    """Of the warnings, those about entries that a surface has and does not ask."""

    def entries(
        self, surface: Surface, options: EntryOptions | None = None
    ) -> Resolved:
        """Give the entries that take part when `surface` asks.

        Raises `UsageError` for options that name nothing.
        """
        resolved = resolve_entries(
            self.settings,
            surface,
            variables=self.variables.get(surface),
            options=options,
            restrictions=self.restrictions,
        )
        asked = {entry.spec.provider for entry in resolved.entries}
        told = {name: t for name, t in self.elsewhere.items() if name in asked}
        warnings = [text for name, text in told.items() if name != "ollama"]
        notes = [text for name, text in told.items() if name == "ollama"]
        return replace(
            resolved, warnings=(*resolved.warnings, *warnings), notes=tuple(notes)
        )

    def warnings_if_all_are_asked(self, surface: Surface) -> tuple[str, ...]:
        """Give the warnings that hold where a surface asks all its entries."""
        surplus = self.surplus.get(surface)
        return tuple(each for each in self.warnings if each != surplus)

    def provider(self, name: str) -> ProviderSettings | None:
        """Resolve one provider; None if there is no such provider."""
        return provider_settings(self.settings, name)


def load(
    folders: Folders,
    environ: Mapping[str, str],
    *,
    config: Path | None = None,
    project: Path | None = None,
    editor: Mapping[str, object] | None = None,
) -> Snapshot:
    """Load the configuration of the user, or the file that `config` names.

    Project files are those above the absolute folder `project`; `editor` is what an
    editor sent. Raises `ConfigError` with all problems.
    """
    path = config or folders.config_file
    file = read_user_file(path, is_asked_for=config is not None)
    files = find_project_files(project) if project is not None else ()
    return load_beside(file, path, folders, environ, project=files, editor=editor)


def load_beside(
    file: ConfigFile | None,
    path: Path,
    folders: Folders,
    environ: Mapping[str, str],
    *,
    project: Sequence[Path] = (),
    editor: Mapping[str, object] | None = None,
) -> Snapshot:
    """Load the other layers beside the user's file, which has been read from `path`.

    `project` are project files, the outermost first; what is wrong with one of them is
    in the snapshot. Raises `ConfigError` with all problems of the user's own layers.
    """
    user = None if file is None else check_file(file, "user", home=folders.home)
    sources = Sources(user=user, environ=environ, editor=editor)
    own = _combine(sources)
    if own.problems:
        problems = tuple(told for _, told in own.problems)
        raise ConfigError(problems, warnings=tuple(_warnings(own)))
    together = own
    if project:
        user_id, owned = os.geteuid(), Owned.by(own.layers)
        files = read_project(
            project, folders, user=user_id, user_file=path, owned=owned
        )
        sources, together = _add_project(sources, files, own)
    snapshot = Snapshot(
        settings=together.settings,
        file=path,
        has_file=file is not None,
        merged=together.merged,
        variables=together.variables,
        project=sources.project,
        elsewhere=told_addresses(environ, together.merged),
        warnings=tuple(_warnings(together)),
        surplus=_surplus(together),
    )
    return _narrowed(snapshot, sources)


class _Combined(Struct, frozen=True, kw_only=True):
    """What layers come to together."""

    settings: Settings
    """The defaults where all together have problems."""
    read: tuple[Setting, ...]
    """One for each row of the order that sets."""
    merged: Merged
    problems: tuple[tuple[str, str], ...]
    """The name of the layer that each shows in, blank for one of no key; in words."""

    @property
    def layers(self) -> tuple[Layer, ...]:
        """All layers, from the lowest to the highest."""
        return tuple(each.layer for setting in self.read for each in setting.layers)

    @property
    def variables(self) -> dict[Surface, SurfaceVariables]:
        """What the environment says of the entries of surfaces."""
        return {key: said for each in self.read for key, said in each.variables.items()}


def _combine(sources: Sources) -> _Combined:
    """Put layers together; collect all problems, theirs and those of the whole."""
    read: list[Setting] = []
    checked: list[CheckedLayer] = []
    for row in LAYERS:
        if row.sets is not None:
            read.append(row.sets(sources, [each.layer for each in checked]))
            checked += read[-1].layers
    merged = merge(each.layer for each in checked)
    whole = decode(nest(merged.values))
    settings = Settings()
    if isinstance(whole, Settings):
        settings, whole = whole, tuple(find_problems(whole))
    return _Combined(
        settings=Settings() if whole else settings,
        read=tuple(read),
        merged=merged,
        problems=(
            *_problems(checked, merged, whole),
            *(("", problem) for each in read for problem in each.problems),
        ),
    )


def _problems(
    checked: Sequence[CheckedLayer], merged: Merged, whole: Sequence[Problem]
) -> list[tuple[str, str]]:
    """Tell the problems of layers and of the whole, each once: by layer, then line."""
    found = [(each.layer, problem) for each in checked for problem in each.problems]
    known = {problem.path for _, problem in found}
    found += [
        (merged.origin(problem.path) or checked[0].layer, problem)
        for problem in whole
        if problem.path not in known
    ]
    places = {each.layer.name: place for place, each in enumerate(checked)}
    found.sort(key=lambda pair: (places[pair[0].name], pair[0].line(pair[1]) or 0))
    return [(layer.name, layer.told(problem)) for layer, problem in found]


def _warnings(together: _Combined) -> Iterator[str]:
    """Tell the warnings of layers, and of the whole where that has no problems."""
    for setting in together.read:
        for each in setting.layers:
            yield from map(each.layer.told, each.warnings)
        yield from setting.warnings
    yield from map(together.merged.told, find_warnings(together.settings))


def _add_project(
    sources: Sources, files: Sequence[ProjectFile], own: _Combined
) -> tuple[Sources, _Combined]:
    """Add project files one by one; a trusted one that fits no others is broken.

    So no project can keep the user's own configuration from being loaded.
    """
    together = own
    for file in files:
        tried = replace(sources, project=(*sources.project, file))
        if file.is_trusted:
            combined = _combine(tried)
            if combined.problems:
                broken = file.broken(_as_its_own(combined.problems, file))
                tried = replace(sources, project=(*sources.project, broken))
            else:
                together = combined
        sources = tried
    return sources, together


def _as_its_own(problems: Sequence[tuple[str, str]], file: ProjectFile) -> list[str]:
    """Say of problems that a file brings them, where they show elsewhere."""
    return [
        told if name == file.layer.name else f"{file.path}: brings a problem: {told}"
        for name, told in problems
    ]


def _surplus(together: _Combined) -> dict[Surface, str]:
    found = {each: find_surplus(together.settings, each) for each in Surface}
    told = together.merged.told
    return {each: told(problem) for each, problem in found.items() if problem}


def _narrowed(snapshot: Snapshot, sources: Sources) -> Snapshot:
    """Let what narrows take away what it may."""
    narrowing = [each for row in LAYERS if row.narrows for each in row.narrows(sources)]
    if not narrowing:
        return snapshot
    narrowed = narrow(snapshot.settings, [each.source for each in narrowing])
    told = [
        line
        for each, held in zip(narrowing, narrowed.held, strict=True)
        for line in each.tell(held)
    ]
    return replace(
        snapshot,
        settings=narrowed.settings,
        restrictions=narrowed.restrictions,
        narrowed={
            path: each.layer
            for each, applied in zip(narrowing, narrowed.applied, strict=True)
            for path in applied
        },
        warnings=(*snapshot.warnings, *told),
    )
