"""From files and environment to a snapshot, or to everything that is wrong."""

from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from hexai.config.anchor import anchor
from hexai.config.decode import decode
from hexai.config.environment import read_environment
from hexai.config.legacy import drop_tables, rename
from hexai.config.locate import Folders
from hexai.config.merge import Layer, LayerKind, Merged, flatten, merge, nest
from hexai.config.problems import Problem
from hexai.config.prune import prune
from hexai.config.schema import ProviderName, Settings
from hexai.config.snapshot import Snapshot
from hexai.config.sources import ConfigFile, Unreadable, parse_toml, read_file
from hexai.config.validate import find_problems, find_warnings
from hexai.errors import ConfigError


class CheckedLayer(Struct, frozen=True, kw_only=True):
    """A layer of which every value is well-formed, and what was left out of it."""

    layer: Layer
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def load(
    folders: Folders, environ: Mapping[str, str], *, config: Path | None = None
) -> Snapshot:
    """Load the configuration of the user, or the file that `--config` names.

    Raises `ConfigError` with all problems.
    """
    path = config or folders.config_file
    file = _read(path, is_asked_for=config is not None)
    checked = [CheckedLayer(layer=built_in(has_file=file is not None))]
    if file is not None:
        checked.append(check_file(file, "user", home=folders.home))
    layers = [each.layer for each in checked]
    environment = read_environment(environ, merge(layers))
    merged = merge([*layers, environment.layer])
    settings = _settle(checked, environment.problems, merged)
    warnings = [
        each.layer.told(warning) for each in checked for warning in each.warnings
    ]
    warnings += environment.warnings
    warnings += [merged.told(warning) for warning in find_warnings(settings)]
    return Snapshot(
        settings=settings,
        file=path,
        has_file=file is not None,
        merged=merged,
        variables=environment.surfaces,
        warnings=tuple(warnings),
    )


def _read(path: Path, *, is_asked_for: bool) -> ConfigFile | None:
    try:
        file = read_file(path)
    except Unreadable as error:
        raise ConfigError((f"{path}: {error}",)) from None
    if file is None and is_asked_for:
        raise ConfigError((f"{path}: there is no such file; check --config",))
    return file


def built_in(*, has_file: bool) -> Layer:
    """Give the defaults as the lowest layer."""
    defaults = Settings()
    if not has_file:
        defaults = Settings(provider=ProviderName(name="local"))
    values = flatten(msgspec.to_builtins(defaults))
    return Layer(kind="built-in", name="built-in", values=values)


def check_file(file: ConfigFile, kind: LayerKind, *, home: Path) -> CheckedLayer:
    """Turn a file into a layer; what is wrong with it is left out and told.

    Raises `ConfigError` if the text is not TOML.
    """
    name = str(file.path)
    data = parse_toml(file.text)
    if isinstance(data, Problem):
        raise ConfigError((Layer(kind=kind, name=name, values={}).told(data),))
    kept, dropped = drop_tables(data)
    decoded = decode(kept)
    problems = () if isinstance(decoded, Settings) else decoded
    values, renamed = rename(flatten(prune(kept, [each.path for each in problems])))
    folder = str(file.path.absolute().parent)
    return CheckedLayer(
        layer=Layer(
            kind=kind,
            name=name,
            values=anchor(values, folder=folder, home=str(home)),
            text=file.text,
        ),
        problems=problems,
        warnings=(*dropped, *renamed),
    )


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
