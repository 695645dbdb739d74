"""What a file of the Go tool says that is said otherwise here."""

from collections.abc import Mapping

from hexai.config.problems import KeyPath, Problem

_DROPPED = {
    "mcp": "the prompt store over MCP is gone",
    "tmux_edit": "the popup editor for agents is gone",
    "copilot": "this provider is gone; GitHub models can be a profile",
    "yousearch": "this provider is gone",
}
WAIT_ALL: KeyPath = ("completion", "completion_wait_all")
WAIT: KeyPath = ("completion", "wait")


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


def rename(
    values: Mapping[KeyPath, object],
) -> tuple[dict[KeyPath, object], tuple[Problem, ...]]:
    """Turn an older name in a well-formed layer into today's.

    The newer one counts where a layer has both.
    """
    renamed = dict(values)
    if WAIT_ALL not in renamed:
        return renamed, ()
    wait_all = renamed.pop(WAIT_ALL)
    if WAIT in renamed:
        message = "is ignored: completion.wait is set, its newer name"
        return renamed, (Problem(path=WAIT_ALL, message=message),)
    renamed[WAIT] = "all" if wait_all else "first"
    return renamed, ()
