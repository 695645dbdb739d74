"""The Go tool's keys, defaults and variables: known here, and mean the same."""

import tomllib
from pathlib import Path

import msgspec
import pytest

from hexai.config.environment import read_environment, schema_variables
from hexai.config.folders import find_folders
from hexai.config.merge import flatten, merge
from hexai.config.order import Snapshot, built_in, load
from hexai.config.schema import Settings
from hexai.config.schema_prompts import Prompts
from hexai.domain.entry import Surface

FILE = Path(__file__).parents[2] / "data" / "config" / "go_tool_example.toml"
KEYS: dict[str, tuple[object, str]] = {
    "general.max_tokens": (4000, "MAX_TOKENS"),
    "general.context_mode": ("always-full", "CONTEXT_MODE"),
    "general.context_window_lines": (120, "CONTEXT_WINDOW_LINES"),
    "general.max_context_tokens": (4000, "MAX_CONTEXT_TOKENS"),
    "general.coding_temperature": (0.2, "CODING_TEMPERATURE"),
    "general.request_timeout": (600, "REQUEST_TIMEOUT"),
    "logging.log_preview_limit": (100, "LOG_PREVIEW_LIMIT"),
    "completion.completion_debounce_ms": (800, "COMPLETION_DEBOUNCE_MS"),
    "completion.completion_throttle_ms": (0, "COMPLETION_THROTTLE_MS"),
    "completion.manual_invoke_min_prefix": (0, "MANUAL_INVOKE_MIN_PREFIX"),
    "triggers.trigger_characters": (tuple(".:/_){"), "TRIGGER_CHARACTERS"),
    "inline.inline_open": (">!", "INLINE_OPEN"),
    "inline.inline_close": (">", "INLINE_CLOSE"),
    "chat.chat_suffix": (">", "CHAT_SUFFIX"),
    "chat.chat_prefixes": (tuple("?!:;"), "CHAT_PREFIXES"),
    "provider.name": ("ollama", "PROVIDER"),
    "openai.model": ("gpt-4.1", "OPENAI_MODEL"),
    "openai.base_url": ("https://api.openai.com/v1", "OPENAI_BASE_URL"),
    "openai.temperature": (0.2, "OPENAI_TEMPERATURE"),
    "openrouter.model": ("openrouter/auto", "OPENROUTER_MODEL"),
    "openrouter.base_url": ("https://openrouter.ai/api/v1", "OPENROUTER_BASE_URL"),
    "openrouter.temperature": (0.2, "OPENROUTER_TEMPERATURE"),
    "ollama.model": ("minimax-m3:cloud", "OLLAMA_MODEL"),
    "ollama.base_url": ("https://ollama.com", "OLLAMA_BASE_URL"),
    "ollama.temperature": (0.2, "OLLAMA_TEMPERATURE"),
    "anthropic.model": ("claude-3-5-sonnet-20240620", "ANTHROPIC_MODEL"),
    "anthropic.base_url": ("https://api.anthropic.com/v1", "ANTHROPIC_BASE_URL"),
    "anthropic.temperature": (0.2, "ANTHROPIC_TEMPERATURE"),
    "stats.window_minutes": (60, ""),
    "tmux.custom_menu_hotkey": ("a", ""),
    "ignore.gitignore": (True, "IGNORE_GITIGNORE"),
    "ignore.extra_patterns": ((), "IGNORE_EXTRA_PATTERNS"),
    "ignore.lsp_notify_ignored": (True, "IGNORE_LSP_NOTIFY"),
    "tmux.status": (True, "TMUX_STATUS"),
    "tmux.status_theme": ("", "TMUX_STATUS_THEME"),
    "tmux.status_fg": ("", "TMUX_STATUS_FG"),
    "tmux.status_bg": ("", "TMUX_STATUS_BG"),
    "tmux.status_narrow": (False, "TMUX_STATUS_NARROW"),
    "tmux.status_maxlen": (0, "TMUX_STATUS_MAXLEN"),
}
"""Its keys with a value of their own: the default, and HEXAI_… that sets it."""

OTHERWISE = {
    "completion.completion_debounce_ms": 150,
    "triggers.trigger_characters": tuple(".:/_)({,= "),
    "ollama.model": "qwen3-coder:30b",
    "ollama.base_url": "http://127.0.0.1:11434",
    "anthropic.model": "claude-sonnet-4-5",
}
"""The defaults that differ, on purpose."""

SURFACE_VARIABLES = ("MODEL", "PROVIDER", "TEMPERATURE")

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


@pytest.mark.parametrize("key", KEYS)
def test_a_key_of_it_has_its_default_and_its_variable(key: str) -> None:
    """Where a default is another one, that is meant."""
    path = tuple(key.split("."))
    default, name = KEYS[key]
    settings = Settings()
    values = flatten(msgspec.to_builtins(settings))
    # The temperature of a provider is the general one as long as it has none.
    held = values.get(path, settings.general.coding_temperature)

    assert held == OTHERWISE.get(key, default)
    if name:
        assert schema_variables()[f"HEXAI_{name}"] == path


def test_its_prompts_are_known() -> None:
    """Each is a text that replaces the built-in one."""
    written = flatten(tomllib.loads(FILE.read_text())["prompts"])
    names = {path for path in written if path[-1] != "custom"}
    known = {
        (table, name)
        for table in Prompts.__struct_fields__
        if table != "templates"  # which it does not have
        for name in getattr(Prompts(), table).__struct_fields__
        if name != "custom"
    }

    assert names == known


@pytest.mark.parametrize("surface", Surface)
@pytest.mark.parametrize("key", SURFACE_VARIABLES)
def test_its_variables_of_surfaces_are_known(key: str, surface: Surface) -> None:
    """They say something of that surface alone."""
    environ = {f"HEXAI_{key}_{surface.value.upper()}": "1"}
    environment = read_environment(environ, merge([built_in(has_file=True)]))

    assert environment.problems == environment.warnings == ()
    for other in Surface:
        expected = (key,) if other is surface else ()
        assert environment.surfaces[other].single == expected
