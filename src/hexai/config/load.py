"""From files and environment to a snapshot, or to everything that is wrong."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from hexai.config.decode import decode
from hexai.config.editor_settings import read_editor_settings
from hexai.config.environment import read_environment
from hexai.config.layers import CheckedLayer, built_in, check_file
from hexai.config.locate import Folders
from hexai.config.merge import Layer, Merged, merge, nest
from hexai.config.narrow import narrow
from hexai.config.problems import KeyPath
from hexai.config.project import (
    ProjectFile,
    profile_names,
    read_project,
    tell,
    trusted_layers,
)
from hexai.config.schema import Settings
from hexai.config.snapshot import Snapshot
from hexai.config.sources import ConfigFile, Unreadable, read_file
from hexai.config.validate import find_problems, find_warnings
from hexai.errors import ConfigError


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
    file = _read(path, is_asked_for=config is not None)
    checked = [CheckedLayer(layer=built_in(has_file=file is not None))]
    if file is not None:
        checked.append(check_file(file, "user", home=folders.home))
    layers = [each.layer for each in checked]
    files: tuple[ProjectFile, ...] = ()
    if project is not None:
        files = read_project(
            project,
            folders,
            user=os.geteuid(),
            user_file=path,
            taken=profile_names(layers),
        )
    layers += trusted_layers(files, layers)
    environment = read_environment(environ, merge(layers))
    merged = merge([*layers, environment.layer])
    settings = _settle(checked, environment.problems, merged)
    warnings = [
        each.layer.told(warning) for each in checked for warning in each.warnings
    ]
    warnings += environment.warnings
    warnings += [merged.told(warning) for warning in find_warnings(settings)]
    snapshot = Snapshot(
        settings=settings,
        file=path,
        has_file=file is not None,
        merged=merged,
        variables=environment.surfaces,
        project=files,
        warnings=tuple(warnings),
    )
    return _narrowed(snapshot, editor)


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
        held=_by_path(layers, narrowed.held),
        warnings=(*snapshot.warnings, *told, *sent.tell(of_editor)),
    )


def _by_path(
    layers: Sequence[Layer], keys: Sequence[Sequence[KeyPath]]
) -> dict[KeyPath, Layer]:
    return {
        path: layer for layer, paths in zip(layers, keys, strict=True) for path in paths
    }


def _read(path: Path, *, is_asked_for: bool) -> ConfigFile | None:
    try:
        file = read_file(path)
    except Unreadable as error:
        raise ConfigError((f"{path}: {error}",)) from None
    if file is None and is_asked_for:
        raise ConfigError((f"{path}: there is no such file; check --config",))
    return file


def _settle(
    checked: list[CheckedLayer], told: tuple[str, ...], merged: Merged
) -> Settings:
    """Decode what the layers come to; raise all problems, theirs and its own."""
    found = [(each.layer, problem) for each in checked for problem in each.problems]
    known = {problem.path for _, problem in found}
    settings = decode(nest(merged.values))
    more = find_problems(settings) if isinstance(settings, Settings) else settings
    found += [
        (merged.origin(problem.path) or checked[0].layer, problem)
        for problem in more
        if problem.path not in known
    ]
    if isinstance(settings, Settings) and not found and not told:
        return settings
    found.sort(key=lambda pair: pair[0].line(pair[1]) or 0)
    raise ConfigError((*(layer.told(problem) for layer, problem in found), *told))
