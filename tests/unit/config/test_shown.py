"""Values written as TOML, so that what is shown can be read again."""

import tomllib
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.config.decode import decode
from hexai.config.merge import flatten, nest
from hexai.config.problems import KeyPath, dotted
from hexai.config.schema import Settings
from hexai.config.shown import (
    Change,
    TomlLine,
    document,
    find_changes,
    summarise,
    to_toml,
)
from tests.unit.config.test_mutations import DATA

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
LEAVES = st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXTS
FLOATS = st.floats(allow_nan=False)
VALUES = st.recursive(
    LEAVES | FLOATS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner)
)


def document_of(data: dict[str, object]) -> str:
    """Write plain data, tables in tables."""
    values = flatten(data).items()
    return document(TomlLine(path=path, value=value) for path, value in values)


@given(VALUES)
def test_a_value_is_read_again_as_it_was(value: object) -> None:
    """Whatever plain data it is."""
    assert tomllib.loads(f"x = {to_toml(value)}") == {"x": value}


@given(st.dictionaries(TEXTS, st.dictionaries(TEXTS, VALUES) | LEAVES))
def test_a_document_is_read_again_as_it_was(data: dict[str, object]) -> None:
    """Keys of any kind included."""
    assert tomllib.loads(document_of(data)) == data


@given(TEXTS)
def test_nothing_that_is_written_acts(text: str) -> None:
    """Control characters, bidi controls and separators are escaped."""
    assert to_toml(text).isprintable()


@pytest.mark.parametrize("data", [{}, DATA], ids=["defaults", "file"])
def test_settings_that_are_written_are_read_as_the_same(
    data: dict[str, object],
) -> None:
    """Decoding, encoding and decoding again changes nothing."""
    known = {key: value for key, value in data.items() if "mcp" not in key}
    known.pop("tmux_edit", None)
    settings = decode(known)
    assert isinstance(settings, Settings)
    text = document_of(msgspec.to_builtins(settings))

    assert decode(tomllib.loads(text)) == settings


def test_a_comment_stands_behind_its_value() -> None:
    """And tables have their names above them, the root none."""
    lines = [
        TomlLine(path=("cli", "blind"), value=True, comment="config.toml:1"),
        TomlLine(path=("providers", "a b", "model"), value="m"),
        TomlLine(path=("local_only",), value=False),
    ]
    assert document(lines) == (
        "local_only = false\n"
        "\n[cli]\nblind = true  # config.toml:1\n"
        '\n[providers."a b"]\nmodel = "m"\n'
    )


def _settings(tables: dict[str, Any]) -> Settings:
    settings = decode(tables)
    assert isinstance(settings, Settings), settings
    return settings


def _lines(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return [str(c) for c in find_changes(_settings(old), _settings(new))]


def test_a_reload_is_reported_as_users_know_it() -> None:
    """Sorted by key, always in the plural."""
    old = {"general": {"max_tokens": 1}, "completion": {"blind": True}}
    changes = find_changes(_settings(old), Settings())

    assert summarise(changes) == (
        "Reloaded config (2 changes):\n"
        "- completion.blind: true → false\n"
        "- general.max_tokens: 1 → 4000"
    )
    assert summarise(()) == "Reloaded config (no changes detected)."


@pytest.mark.parametrize(
    ("tables", "line"),
    [
        ({"models": {"cli": "a"}}, "models.cli: (unset) → a"),
        (
            {
                "models": {
                    "cli": [
                        {"provider": "openai", "model": "gpt", "temperature": 0.2},
                        {"provider": "ollama"},
                        {"temperature": "0.5"},
                    ]
                }
            },
            "models.cli: (unset) → openai:gpt@0.200|ollama:|@0.500",
        ),
        (
            {
                "models": {
                    "chat": {"model": "a", "label": "x", "fallback": {"model": "b"}}
                }
            },
            "models.chat: (unset) → a (label=x, fallback.model=b)",
        ),
        (
            {"openai": {"temperature": 0}},
            "openai.temperature: (unset) → 0",
        ),
        (
            {"general": {"coding_temperature": 0.25}},
            "general.coding_temperature: 0.2 → 0.25",
        ),
        (
            {"chat": {"chat_prefixes": ["?"]}},
            "chat.chat_prefixes: ?,!,:,; → ?",
        ),
        ({"use": {"cli": []}}, "use.cli: (unset) → "),
        (
            {"models": {"chat": {"model": "a", "enabled": False}}},
            "models.chat: (unset) → a (enabled=false)",
        ),
        (
            {"tmux_action": {"menu": [{"kind": "skip"}]}},
            (
                "tmux_action.menu:  → "
                '[{"kind":"skip","custom_id":"","title":"","hotkey":""}]'
            ),
        ),
        (
            {"prompts": {"chat": {"system": "one\ntwo" + "x" * 100}}},
            f"prompts.chat.system: (unset) → one two{'x' * 72}…",
        ),
        (
            {"openai": {"headers": {"X-Key": "MARK"}}},
            "openai.headers.X-Key: (unset) → (hidden)",
        ),
        (
            {"openai": {"api_key_env": "WORK_KEY"}},
            "openai.api_key_env: (unset) → WORK_KEY",
        ),
        (
            {"openai": {"api_key_env": "gsk_4rUe"}},
            "openai.api_key_env: (unset) → (hidden)",
        ),
        (
            {"openai": {"api_key_command": ["echo", "MARK"]}},
            "openai.api_key_command: (unset) → (hidden)",
        ),
    ],
)
def test_each_value_is_written_for_people(tables: dict[str, Any], line: str) -> None:
    """Entries, numbers, lists and long texts; secrets never."""
    assert _lines({}, tables) == [line]


def test_two_ways_to_write_an_entry_are_no_change() -> None:
    """A string is a table with a model."""
    old, new = {"models": {"cli": "a"}}, {"models": {"cli": [{"model": "a"}, ""]}}

    assert _lines(old, new) == []


def test_a_change_that_does_not_show_is_said() -> None:
    """Two secrets, or two long texts with one beginning."""
    old, new = ({"openai": {"headers": {"A": value}}} for value in ("1", "2"))

    assert _lines(old, new) == ["openai.headers.A: (hidden) → (hidden) (changed)"]


VALUES_DIFF: dict[KeyPath, list[Any]] = {
    ("general", "max_tokens"): [0, 1, 2],
    ("general", "coding_temperature"): [0.0, 1.0, 0.25],
    ("completion", "blind"): [False, True],
    ("openai", "temperature"): [0.0, 1.0],
    ("openai", "headers", "X"): ["1", "2"],
    ("providers", "x", "type"): ["openai", "ollama"],
    ("models", "cli"): ["", "a", {"model": "a", "timeout": 1}, {"model": "b"}],
    ("use", "cli"): [[], ["a"]],
    ("chat", "chat_prefixes"): [[], ["?"]],
}
FLAT = st.fixed_dictionaries(
    {},
    optional={path: st.sampled_from(values) for path, values in VALUES_DIFF.items()},
)


@given(FLAT, FLAT)
def test_exactly_the_keys_that_differ_are_named(
    old: dict[KeyPath, Any], new: dict[KeyPath, Any]
) -> None:
    """No key too many, and none too few."""
    defaults: dict[KeyPath, Any] = {
        ("general", "max_tokens"): 4000,
        ("general", "coding_temperature"): 0.2,
        ("completion", "blind"): False,
        ("models", "cli"): "",
        ("chat", "chat_prefixes"): ["?", "!", ":", ";"],
    }
    expected = {
        dotted(path)
        for path in VALUES_DIFF
        if {**defaults, **old}.get(path) != {**defaults, **new}.get(path)
    }

    changes = find_changes(_settings(nest(old)), _settings(nest(new)))

    assert {change.key for change in changes} == expected
    assert all(change.old != change.new for change in changes)


def test_changes_are_values() -> None:
    """They can be compared, and shown in other ways."""
    (change,) = find_changes(_settings({"stats": {"window_minutes": 5}}), Settings())

    assert change == Change(key="stats.window_minutes", old="5", new="60")
