"""The names of environment variables, derived from the schema.

A key is `HEXAI_<TABLE>_<KEY>`, unless the Go tool has a name for it; where a key
begins with the name of its table (`completion.completion_debounce_ms`), that is not
said twice, as in the Go tool. A profile stands for a table.
"""

from collections.abc import Iterable, Iterator

from hexai.config.problems import KeyPath
from hexai.config.profiles import BUILT_IN
from hexai.config.schema import Settings
from hexai.config.tables.base import Table
from hexai.config.tables.providers import Profile

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
