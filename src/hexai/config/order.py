"""The layers of the configuration in their order, and the snapshot they come to."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from hexai.config.addresses import elsewhere, ollama_layer
from hexai.config.decode import decode
from hexai.config.entries import EntryOptions, Resolved, resolve_entries
from hexai.config.environment import Environment, read_environment
from hexai.config.files import (
    CheckedLayer,
    ConfigFile,
    Unreadable,
    built_in,
    check_file,
    read_file,
)
from hexai.config.locate import Folders
from hexai.config.merge import Layer, Merged, merge, nest
from hexai.config.narrowing.editor_settings import read_editor_settings
from hexai.config.narrowing.narrow import narrow
from hexai.config.narrowing.project import (
    ProjectFile,
    find_project_files,
    read_project,
    tell,
    trusted_layers,
)
from hexai.config.narrowing.restrictions import Restrictions
from hexai.config.narrowing.trust import Owned
from hexai.config.problems import KeyPath
from hexai.config.provider_defaults import provider_settings
from hexai.config.schema import Settings
from hexai.config.schema_entries import SurfaceVariables
from hexai.config.schema_providers import ProviderSettings
from hexai.config.validate import find_problems, find_surplus, find_warnings
from hexai.domain.entry import Surface
from hexai.errors import ConfigError


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
    """What whoever asks a provider should know about where it is asked."""
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
    checked = [CheckedLayer(layer=built_in(has_file=file is not None))]
    checked.append(CheckedLayer(layer=ollama_layer(environ)))
    if file is not None:
        checked.append(check_file(file, "user", home=folders.home))
    own = _combine(checked, (), environ)
    if own.problems:
        raise ConfigError(own.problems)
    files: tuple[ProjectFile, ...] = ()
    if project:
        layers = [*(each.layer for each in checked), own.environment.layer]
        files = read_project(
            project,
            folders,
            user=os.geteuid(),
            user_file=path,
            owned=Owned.by(layers),
        )
    files, together = _add_trusted(files, own, checked, environ)
    snapshot = Snapshot(
        settings=together.settings,
        file=path,
        has_file=file is not None,
        merged=together.merged,
        variables=together.environment.surfaces,
        project=files,
        elsewhere=elsewhere(environ, together.merged),
        warnings=_warnings(checked, together),
        surplus=_surplus(together),
    )
    return _narrowed(snapshot, editor)


class _Combined(Struct, frozen=True, kw_only=True):
    """What layers come to together."""

    settings: Settings
    """The defaults if there are problems."""
    merged: Merged
    environment: Environment
    problems: tuple[str, ...]


def _combine(
    checked: Sequence[CheckedLayer],
    files: Sequence[ProjectFile],
    environ: Mapping[str, str],
) -> _Combined:
    """Put layers together; collect all problems, theirs and those of the whole."""
    layers = [each.layer for each in checked]
    layers += trusted_layers(files, layers)
    environment = read_environment(environ, merge(layers))
    merged = merge([*layers, environment.layer])
    found = [(each.layer, problem) for each in checked for problem in each.problems]
    known = {problem.path for _, problem in found}
    settings = decode(nest(merged.values))
    more = find_problems(settings) if isinstance(settings, Settings) else settings
    found += [
        (merged.origin(problem.path) or layers[0], problem)
        for problem in more
        if problem.path not in known
    ]
    found.sort(key=lambda pair: pair[0].line(pair[1]) or 0)
    told = [layer.told(problem) for layer, problem in found]
    return _Combined(
        settings=settings if isinstance(settings, Settings) else Settings(),
        merged=merged,
        environment=environment,
        problems=(*told, *environment.problems),
    )


def _add_trusted(
    files: Sequence[ProjectFile],
    own: _Combined,
    checked: Sequence[CheckedLayer],
    environ: Mapping[str, str],
) -> tuple[tuple[ProjectFile, ...], _Combined]:
    """Add trusted files one by one; what does not fit the others counts as broken.

    So no project can keep the user's own configuration from being loaded.
    """
    added: list[ProjectFile] = []
    together = own
    for file in files:
        added.append(file)
        if file.is_trusted:
            tried = _combine(checked, added, environ)
            if tried.problems:
                added[-1] = file.broken(_as_its_own(tried.problems, file))
            else:
                together = tried
    return tuple(added), together


def _as_its_own(problems: Sequence[str], file: ProjectFile) -> list[str]:
    """Say of problems that a file brings them, where they show elsewhere."""
    name = str(file.path)
    return [
        problem if problem.startswith(name) else f"{name}: brings a problem: {problem}"
        for problem in problems
    ]


def _warnings(checked: Sequence[CheckedLayer], together: _Combined) -> tuple[str, ...]:
    settings, merged = together.settings, together.merged
    return (
        *(each.layer.told(warning) for each in checked for warning in each.warnings),
        *together.environment.warnings,
        *(merged.told(warning) for warning in find_warnings(settings)),
    )


def _surplus(together: _Combined) -> dict[Surface, str]:
    found = {each: find_surplus(together.settings, each) for each in Surface}
    told = together.merged.told
    return {each: told(problem) for each, problem in found.items() if problem}


def _narrowed(snapshot: Snapshot, editor: Mapping[str, object] | None) -> Snapshot:
    """Let project files and the editor take away what they may."""
    files = snapshot.project
    if not files and editor is None:
        return snapshot
    sent = read_editor_settings(editor or {})
    layers = [*(file.layer for file in files), sent.layer]
    sources = [*(file.source for file in files), sent.source]
    narrowed = narrow(snapshot.settings, sources)
    *held, of_editor = narrowed.held
    told = [
        line
        for file, keys in zip(files, held, strict=True)
        for line in tell(file, keys)
    ]
    return replace(
        snapshot,
        settings=narrowed.settings,
        restrictions=narrowed.restrictions,
        narrowed=_by_path(layers, narrowed.applied),
        warnings=(*snapshot.warnings, *told, *sent.tell(of_editor)),
    )


def _by_path(
    layers: Sequence[Layer], keys: Sequence[Sequence[KeyPath]]
) -> dict[KeyPath, Layer]:
    return {
        path: layer for layer, paths in zip(layers, keys, strict=True) for path in paths
    }


def read_user_file(path: Path, *, is_asked_for: bool) -> ConfigFile | None:
    """Read the user's file; None if there is none and nobody asked for it by name.

    Raises `ConfigError`.
    """
    try:
        file = read_file(path)
    except Unreadable as error:
        raise ConfigError((f"{path}: {error}",)) from None
    if file is None and is_asked_for:
        raise ConfigError((f"{path}: there is no such file; check --config",))
    return file
