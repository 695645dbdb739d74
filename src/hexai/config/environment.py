"""The `HEXAI_*` variables: their names, made of the schema, and what they say.

A key is `HEXAI_<TABLE>_<KEY>`, and a profile stands for a table.
A variable that is empty is not set. A list is comma-separated, or a JSON array where
a comma or a blank belongs to an item.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from hexai.config.allowed import allowed, members, type_hints
from hexai.config.decode import decode
from hexai.config.merge import Layer, Merged, nest
from hexai.config.older_names import rename
from hexai.config.problems import KeyPath, shown
from hexai.config.provider_defaults import BUILT_IN
from hexai.config.schema import Settings
from hexai.config.schema_entries import (
    EntryTable,
    SurfaceVariables,
    parse_word,
    variable,
)
from hexai.config.schema_providers import Profile
from hexai.config.schema_types import Table, Temperature
from hexai.domain.entry import Surface
from hexai.text.nearest_name import nearest
from hexai.text.sanitise import is_whole

_NAMES_OF_THE_GO_TOOL: dict[KeyPath, str] = {
    ("general", "max_tokens"): "HEXAI_MAX_TOKENS",
    ("general", "context_mode"): "HEXAI_CONTEXT_MODE",
    ("general", "context_window_lines"): "HEXAI_CONTEXT_WINDOW_LINES",
    ("general", "max_context_tokens"): "HEXAI_MAX_CONTEXT_TOKENS",
    ("general", "coding_temperature"): "HEXAI_CODING_TEMPERATURE",
    ("general", "request_timeout"): "HEXAI_REQUEST_TIMEOUT",
    ("logging", "log_preview_limit"): "HEXAI_LOG_PREVIEW_LIMIT",
    ("completion", "manual_invoke_min_prefix"): "HEXAI_MANUAL_INVOKE_MIN_PREFIX",
    ("triggers", "trigger_characters"): "HEXAI_TRIGGER_CHARACTERS",
    ("provider", "name"): "HEXAI_PROVIDER",
    ("ignore", "lsp_notify_ignored"): "HEXAI_IGNORE_LSP_NOTIFY",
}
_OWN_FILE_ONLY = {
    "api_key_command",
    "local",
    "allow_http",
    "ca_file",
    "allow_secrets",
    "sslmode",
}
"""What only the user's own file may say."""


def schema_variables() -> dict[str, KeyPath]:
    """Map each variable to the key path that it sets, profiles left out."""
    paths = _paths(Settings(), ())
    return {_name(path): path for path in paths if path[0] != "models"}


def profile_variables(name: str) -> dict[str, KeyPath]:
    """Map each variable of a profile to the key path that it sets."""
    prefix = profile_prefix(name)
    paths = _paths(Profile(), ("providers", name))
    return {f"{prefix}{str(path[-1]).upper()}": path for path in paths}


def profile_prefix(name: str) -> str:
    """Give what the variables of a provider begin with."""
    return f"HEXAI_{name.upper().replace('-', '_')}_"


def key_variable(name: str) -> str:
    """Give the variable of ours that holds the key of a provider."""
    return f"{profile_prefix(name)}API_KEY"


def key_variables(profiles: Iterable[str]) -> set[str]:
    """Give the variables of ours that hold keys."""
    return {key_variable(name) for name in (*BUILT_IN, *profiles)}


def vendor_variable(built_in: str) -> str:
    """Give the variable in which a vendor's own tools look for its key."""
    return f"{built_in.upper()}_API_KEY"


def _paths(table: Table, prefix: KeyPath) -> Iterator[KeyPath]:
    """Walk the keys that are a value or a list; a default tells what is a table."""
    for name in table.__struct_fields__:
        value = getattr(table, name)
        if isinstance(value, Table):
            yield from _paths(value, (*prefix, name))
        elif not isinstance(value, dict) and name not in _OWN_FILE_ONLY:
            yield (*prefix, name)


def _name(path: KeyPath) -> str:
    if known := _NAMES_OF_THE_GO_TOOL.get(path):
        return known
    *tables, key = (str(part) for part in path)
    if tables and key.startswith(f"{tables[-1]}_"):
        tables.pop()
    return "_".join(["HEXAI", *tables, key]).upper()


_FLAGS = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off"), False),
}
_NOT_CONFIGURATION = {"HEXAI_EDITOR", "HEXAI_TEAM_URL"}
_OF_MODELS = {"HEXAI_MODEL", "HEXAI_MODEL_FORCE"} | {
    variable(key, surface)
    for key in ("MODELS", "MODEL", "PROVIDER", "TEMPERATURE")
    for surface in Surface
}


class Environment(Struct, frozen=True, kw_only=True):
    """What the environment says."""

    layer: Layer
    surfaces: Mapping[Surface, SurfaceVariables]
    problems: tuple[str, ...] = ()
    """Each names its variable."""
    warnings: tuple[str, ...] = ()


def read_environment(environ: Mapping[str, str], lower: Merged) -> Environment:
    """Read the variables, knowing the profiles that lower layers define."""
    ours = {
        name: value.strip()
        for name, value in environ.items()
        if name.startswith("HEXAI_") and value.strip()
    }
    if not ours:
        layer = Layer(kind="environment", name="environment", values={})
        return Environment(layer=layer, surfaces={})
    return _Reader(ours, lower).read()


class _Reader:
    def __init__(self, ours: dict[str, str], lower: Merged) -> None:
        self._ours = ours
        self._lower = lower
        self._profiles = _profiles(lower)
        self._names = {name.lower(): name for name in (*BUILT_IN, *self._profiles)}
        self._problems: list[str] = []
        self._warnings: list[str] = []
        self._values: dict[KeyPath, object] = {}
        self._variables: dict[KeyPath, str] = {}

    def read(self) -> Environment:
        paths = schema_variables()
        for name in self._profiles:
            paths |= profile_variables(name)
        self._leave_out_broken(set(paths) | _OF_MODELS)
        self._set_model("HEXAI_MODEL")
        for name in sorted(self._ours.keys() & paths.keys()):
            self._set(name, paths[name], _parse(self._ours[name], _hint(paths[name])))
        self._set_model("HEXAI_MODEL_FORCE")
        surfaces = {surface: self._surface(surface) for surface in Surface}
        self._warn_of_misspelt(set(paths) | _OF_MODELS)
        layer = Layer(
            kind="environment",
            name="environment",
            values=self._values,
            variables=self._variables,
        )
        return Environment(
            layer=self._renamed(self._checked(layer)),
            surfaces=surfaces,
            problems=tuple(self._problems),
            warnings=tuple(self._warnings),
        )

    def _leave_out_broken(self, known: set[str]) -> None:
        """Leave out what is no text; a key or a path may be anything."""
        for name in sorted(self._ours.keys() & known):
            if not is_whole(self._ours[name]):
                self._problems.append(f"{name}: is not UTF-8")
                del self._ours[name]

    def _set(self, name: str, path: KeyPath, value: object) -> None:
        self._values[path] = value
        self._variables[path] = name

    def _set_model(self, name: str) -> None:
        """Set the model of the provider in effect."""
        if name not in self._ours:
            return
        default = self._lower.values.get(("provider", "name"), "")
        wanted = self._ours.get("HEXAI_PROVIDER", str(default)).strip().lower()
        provider = self._names.get(wanted)
        if provider is None:
            self._warnings.append(f"{name} is ignored: there is no provider {wanted!r}")
        elif provider in BUILT_IN:
            self._set(name, (provider, "model"), self._ours[name])
        else:
            self._set(name, ("providers", provider, "model"), self._ours[name])

    def _checked(self, layer: Layer) -> Layer:
        """Take out what is not well-formed, and tell it."""
        found = decode(nest(layer.values))
        if isinstance(found, Settings):
            return layer
        wrong = {path for problem in found for path in _prefixes(problem.path)}
        self._problems += [layer.told(problem) for problem in found]
        kept = {path: layer.values[path] for path in layer.values if path not in wrong}
        return replace(layer, values=kept)

    def _renamed(self, layer: Layer) -> Layer:
        """Say in today's words what a variable says in older ones."""
        renamed = rename(layer.values)
        self._warnings += [layer.told(warning) for warning in renamed.warnings]
        return replace(layer, values=renamed.values, older=renamed.older)

    def _surface(self, surface: Surface) -> SurfaceVariables:
        return SurfaceVariables(
            models=self._words(variable("MODELS", surface)),
            model=self._ours.get(variable("MODEL", surface), UNSET),
            provider=self._ours.get(variable("PROVIDER", surface), UNSET),
            temperature=self._temperature(variable("TEMPERATURE", surface)),
        )

    def _words(self, name: str) -> tuple[EntryTable, ...] | UnsetType:
        if name not in self._ours:
            return UNSET
        words = _parse_list(self._ours[name])
        if not isinstance(words, list) or not all(isinstance(w, str) for w in words):
            self._problems.append(
                f"{name}: must be a list: a,b or a JSON array of texts"
            )
            return UNSET
        tables = []
        for word in words:
            try:
                tables.append(parse_word(word, lambda n: self._names.get(n.lower())))
            except ValueError as error:
                self._problems.append(f"{name}: {error}")
        return tuple(tables)

    def _temperature(self, name: str) -> float | Literal["default"] | UnsetType:
        said = self._ours.get(name)
        if said is None:
            return UNSET
        if said == "default":
            return "default"
        try:
            return msgspec.convert(said, Temperature, strict=False)
        except msgspec.ValidationError:
            must = f'{allowed(Temperature)}, or "default"'
            self._problems.append(f"{name} = {shown(said, ())}: must be {must}")
            return UNSET

    def _warn_of_misspelt(self, known: set[str]) -> None:
        known |= _NOT_CONFIGURATION | key_variables(self._profiles)
        lowered = {name.lower(): name for name in known}
        for name in sorted(self._ours.keys() - known):
            if close := nearest(name, lowered, alike=0.85):
                self._warnings.append(
                    f"{name} is no variable of Hexai; did you mean {lowered[close]}?"
                )


def _profiles(lower: Merged) -> list[str]:
    names = [path[1] for path in lower.values if path[0] == "providers" and path[1:]]
    return list(dict.fromkeys(str(name) for name in names))


def _prefixes(path: KeyPath) -> list[KeyPath]:
    return [path[:length] for length in range(1, len(path) + 1)]


def _hint(path: KeyPath) -> Any:
    """Find the type of a key path in the schema."""
    hint: Any = Settings
    for part in path:
        if get_origin(hint) is dict:
            hint = get_args(hint)[1]
        else:
            hint = type_hints(hint)[str(part)]
    return hint


def _parse(text: str, hint: Any) -> object:
    """Read a text as its type demands; what cannot be read is left for decoding."""
    kinds = [member for member in members(hint) if member is not UnsetType]
    if any(get_origin(kind) is tuple for kind in kinds):
        return _parse_list(text)
    if bool in kinds and (float not in _bases(kinds) or text.lower() in _FLAGS):
        return _FLAGS.get(text.lower(), text)
    words = [kind for kind in kinds if get_origin(kind) is Literal]
    if str in kinds or len(words) == len(kinds) or _names(words, text):
        return text
    others: Any = Union[tuple(kind for kind in kinds if kind not in words)]  # noqa: UP007
    try:
        return msgspec.convert(text, others, strict=False)
    except msgspec.ValidationError:
        return text


def _names(words: list[Any], text: str) -> bool:
    return any(text in get_args(word) for word in words)


def _bases(kinds: list[Any]) -> list[Any]:
    """Give types without their ranges."""
    return [get_args(k)[0] if get_origin(k) is Annotated else k for k in kinds]


def _parse_list(text: str) -> object:
    if text.startswith("["):
        try:
            return msgspec.json.decode(text)
        except (ValueError, RecursionError):
            return text
    return [item.strip() for item in text.split(",") if item.strip()]
