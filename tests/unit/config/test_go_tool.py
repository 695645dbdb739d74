"""The Go tool's own example: it loads, and every key of it means the same."""

import tomllib
from pathlib import Path

import msgspec
import pytest

from hexai.config.load import load
from hexai.config.locate import find_folders
from hexai.config.merge import flatten
from hexai.config.snapshot import Snapshot
from hexai.domain.entry import Surface

FILE = Path(__file__).parents[2] / "data" / "config" / "go_tool_example.toml"
GONE = {"mcp", "tmux_edit", "copilot", "yousearch"}
RENAMED = ("completion", "completion_wait_all")


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    """Load the example as the user's file."""
    return load(find_folders({}, tmp_path), {}, config=FILE)


def test_it_loads_without_a_problem(snapshot: Snapshot) -> None:
    """Only what is gone is warned of, table by table."""
    warned = [warning.split(": ")[1] for warning in snapshot.warnings]
    assert warned == ["mcp", "tmux_edit", "copilot", "yousearch"]


def test_every_value_is_taken_over(snapshot: Snapshot) -> None:
    """What the file says is what holds, at the same path."""
    written = flatten(tomllib.loads(FILE.read_text()))
    values = flatten(msgspec.to_builtins(snapshot.settings))
    for path, value in written.items():
        if path[0] in GONE or path == RENAMED or isinstance(value, list | dict):
            continue
        assert values[path] == value, path
    assert snapshot.settings.completion.wait == "all"
    assert snapshot.settings.triggers.trigger_characters == tuple(".:/_){")
    assert len(snapshot.settings.prompts.code_action.custom) == 2
    assert len(snapshot.settings.tmux_action.menu) == 8


def test_its_entries_mean_the_same(snapshot: Snapshot) -> None:
    """What an entry does not say is inherited; 0 is a temperature, a blank is none."""

    def specs(surface: Surface) -> list[tuple[str, str, float | None]]:
        entries = snapshot.entries(surface).entries
        return [(e.spec.provider, e.spec.model, e.spec.temperature) for e in entries]

    assert specs(Surface.COMPLETION) == [("ollama", "qwen3-coder:480b-cloud", 0.0)]
    assert specs(Surface.CODE_ACTION) == [("anthropic", "claude-3-5-sonnet", 0.4)]
    assert specs(Surface.CHAT) == [("openai", "gpt-4.1", 0.0)]
    assert specs(Surface.CLI) == [
        ("openai", "gpt-4.1", 0.2),
        ("ollama", "kimi-k2.6", 0.2),
        ("gateway", "large", 0.0),
    ]
    (chat,) = snapshot.entries(Surface.CHAT).entries
    assert chat.fallback is not None
    assert (chat.fallback.provider, chat.fallback.model) == ("gateway", "small")
    assert chat.timeout == 600
