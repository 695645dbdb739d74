"""What an editor sends, whatever it is, narrows and does nothing else."""

from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from hexai.config.folders import find_folders
from hexai.config.merge import flatten
from hexai.config.order import Snapshot, load
from hexai.config.problems import KeyPath
from hexai.config.schema import Settings
from hexai.domain.entry import Surface

FOLDERS = find_folders({}, Path("/nonexistent"))
UNTOUCHED = load(FOLDERS, {})
DEFAULTS = UNTOUCHED.settings
NAMES = sorted(
    {str(part) for path in flatten(msgspec.to_builtins(DEFAULTS)) for part in path}
)
LEAF = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["window", "all", "!x", "\ud800", "http://evil.example", "0"])
)
VALUE = st.recursive(
    LEAF,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*NAMES, "headers", "\udfff"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
SENT = st.dictionaries(
    st.sampled_from([*Settings.__struct_fields__, "odd"]), VALUE, max_size=4
)
LIMITS = ("timeout", "max_concurrency", "max_workers")
KEPT = (
    *("openai", "openrouter", "anthropic", "ollama", "providers", "provider", "models"),
    *("prompts", "inline", "chat", "ledger", "cli", "tmux", "tmux_action", "stats"),
)


@settings(max_examples=300)
@given(SENT)
def test_whatever_is_sent_changes_nothing_that_it_may_not(sent: dict[str, Any]) -> None:
    """It is read without a traceback; what may not be narrowed is as it was."""
    snapshot = load(FOLDERS, {}, editor=sent)
    before, now = plain(DEFAULTS), plain(snapshot.settings)

    for path in before.keys() | now.keys():
        if path[0] in KEPT and not str(path[-1]).endswith(LIMITS):
            assert before.get(path) == now.get(path), path
    for surface in Surface:
        assert asked(snapshot, surface) == asked(UNTOUCHED, surface)
    "\n".join(snapshot.warnings).encode()


def asked(snapshot: Snapshot, surface: Surface) -> list[tuple[str, str]]:
    """Say who is asked on a surface: nobody for completions, without an entry."""
    entries = snapshot.entries(surface).entries
    return [(each.spec.provider, each.spec.model) for each in entries]


def plain(settings: Settings) -> dict[KeyPath, object]:
    """Give settings as values by their paths."""
    return flatten(msgspec.to_builtins(settings))
