"""The layers that files and defaults make, with what is wrong in them left out."""

from pathlib import Path

import msgspec
from msgspec import Struct

from hexai.config.anchor import anchor
from hexai.config.decode import decode
from hexai.config.legacy import drop_tables, rename
from hexai.config.merge import Layer, LayerKind, flatten
from hexai.config.problems import Problem
from hexai.config.prune import prune
from hexai.config.schema import ProviderName, Settings
from hexai.config.sources import ConfigFile, parse_toml
from hexai.errors import ConfigError

_SHORT = 8 << 10
"""Characters that hold no parser for longer than a look takes to be loaded."""


class CheckedLayer(Struct, frozen=True, kw_only=True):
    """A layer of which every value is well-formed, and what was left out of it."""

    layer: Layer
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def built_in(*, has_file: bool) -> Layer:
    """Give the defaults as the lowest layer."""
    defaults = Settings()
    if not has_file:
        defaults = Settings(provider=ProviderName(name="local"))
    values = flatten(msgspec.to_builtins(defaults))
    return Layer(kind="built-in", name="built-in", values=values)


def _parse(text: str) -> dict[str, object] | Problem:
    """Parse a text whose shape is no trap; a short one is none, and costs no look."""
    if len(text) > _SHORT:
        from hexai.config.shape import USER, look

        looked = look(text, USER)
        if isinstance(looked, Problem):
            return looked
    return parse_toml(text)


def check_file(
    file: ConfigFile, kind: LayerKind, *, home: Path, folder: Path | None = None
) -> CheckedLayer:
    """Turn a file into a layer; what is wrong with it is left out and told.

    Paths in it are relative to `folder`, or else to the one that it was found in.
    Raises `ConfigError` if the text is not TOML.
    """
    name = str(file.path)
    data = _parse(file.text)
    if isinstance(data, Problem):
        raise ConfigError((Layer(kind=kind, name=name, values={}).told(data),))
    kept, dropped = drop_tables(data)
    decoded = decode(kept)
    problems = () if isinstance(decoded, Settings) else decoded
    renamed = rename(flatten(prune(kept, [each.path for each in problems])))
    folder = folder or file.path.absolute().parent
    return CheckedLayer(
        layer=Layer(
            kind=kind,
            name=name,
            values=anchor(renamed.values, folder=str(folder), home=str(home)),
            text=file.text,
            older=renamed.older,
        ),
        problems=problems,
        warnings=(*dropped, *renamed.warnings),
    )
