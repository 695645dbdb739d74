"""What a file of the Go tool says that is said otherwise here."""

from msgspec import Struct

from hexai.config.problems import Problem

_DROPPED = {
    "mcp": "the prompt store over MCP is gone",
    "tmux_edit": "the popup editor for agents is gone",
    "copilot": "this provider is gone; GitHub models can be a profile",
    "yousearch": "this provider is gone",
}


class Adapted(Struct, frozen=True, kw_only=True):
    """The data of a file in today's words, and what the user should know of it."""

    data: dict[str, object]
    warnings: tuple[Problem, ...] = ()


def adapt(data: dict[str, object]) -> Adapted:
    """Leave out dropped tables, and turn an older name into today's."""
    warnings = [
        Problem(path=(table,), message=f"is ignored: {reason}")
        for table, reason in _DROPPED.items()
        if table in data
    ]
    kept = {key: value for key, value in data.items() if key not in _DROPPED}
    completion = kept.get("completion")
    if isinstance(completion, dict) and "completion_wait_all" in completion:
        kept["completion"], warning = _renamed_wait(completion)
        warnings += warning
    return Adapted(data=kept, warnings=tuple(warnings))


def _renamed_wait(
    completion: dict[str, object],
) -> tuple[dict[str, object], list[Problem]]:
    wait_all = completion["completion_wait_all"]
    if not isinstance(wait_all, bool):
        return completion, []
    path = ("completion", "completion_wait_all")
    rest = {k: v for k, v in completion.items() if k != "completion_wait_all"}
    if "wait" in rest:
        return rest, [Problem(path=path, message="is ignored: `wait` is set")]
    return {**rest, "wait": "all" if wait_all else "first"}, []
