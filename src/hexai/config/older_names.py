"""What a file may still say in older words, those of the Go tool's files among them.

A name that has changed counts as today's; a table that is gone is told and left out.
"""

from collections.abc import Mapping

from msgspec import Struct, field

from hexai.config.problems import KeyPath, Problem
from hexai.config.schema import Settings

_FORMERLY_FLAT = ("general", "logging", "completion", "triggers", "inline", "chat")
_FLAT_PROVIDERS = ("openai", "openrouter", "ollama", "anthropic")

_DROPPED = {
    "mcp": "the prompt store over MCP is gone",
    "tmux_edit": "the popup editor for agents is gone",
    "copilot": "this provider is gone; GitHub models can be a profile",
    "yousearch": "this provider is gone",
}
_WAIT_ALL: KeyPath = ("completion", "completion_wait_all")
_WAIT: KeyPath = ("completion", "wait")


def drop_tables(
    data: Mapping[str, object],
) -> tuple[dict[str, object], tuple[Problem, ...]]:
    """Leave out the tables that are gone, each with a warning."""
    warnings = [
        Problem(path=(table,), message=f"is ignored: {reason}")
        for table, reason in _DROPPED.items()
        if table in data
    ]
    kept = {key: value for key, value in data.items() if key not in _DROPPED}
    return kept, tuple(warnings)


class Renamed(Struct, frozen=True, kw_only=True):
    """The values of a layer under today's names."""

    values: Mapping[KeyPath, object]
    older: Mapping[KeyPath, KeyPath] = field(default_factory=dict)
    """By today's name, the older one that the layer has."""
    warnings: tuple[Problem, ...] = ()


def rename(values: Mapping[KeyPath, object]) -> Renamed:
    """Turn an older name in a well-formed layer into today's.

    The newer one counts where a layer has both.
    """
    renamed = dict(values)
    if _WAIT_ALL not in renamed:
        return Renamed(values=renamed)
    wait_all = renamed.pop(_WAIT_ALL)
    if _WAIT in renamed:
        message = "is ignored: completion.wait is set, its newer name"
        warning = Problem(path=_WAIT_ALL, message=message)
        return Renamed(values=renamed, warnings=(warning,))
    renamed[_WAIT] = "all" if wait_all else "first"
    return Renamed(values=renamed, older={_WAIT: _WAIT_ALL})


def home_of_flat_key(key: str) -> str:
    """Find where a key of the Go tool's old flat file is now."""
    defaults = Settings()
    for table in _FORMERLY_FLAT:
        if key in getattr(defaults, table).__struct_fields__:
            return f"{table}.{key}"
    provider, _, name = key.partition("_")
    known = name in {"model", "base_url", "temperature"}
    return f"{provider}.{name}" if known and provider in _FLAT_PROVIDERS else ""
