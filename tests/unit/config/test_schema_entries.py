"""The forms in which entries are written."""

import pytest
from msgspec import UNSET

from hexai.config.schema_entries import (
    EntryTable,
    FallbackTable,
    listed,
    parse_word,
    temperature_of,
)

NAMES = {"ollama": "ollama", "openai": "openai", "work": "Work"}


def _find(name: str) -> str | None:
    return NAMES.get(name.strip().lower())


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("gpt-4.1", EntryTable(model="gpt-4.1")),
        ("openai:gpt-4.1", EntryTable(provider="openai", model="gpt-4.1")),
        (
            " ollama:qwen3-coder:30b@0.2 ",
            EntryTable(provider="ollama", model="qwen3-coder:30b", temperature=0.2),
        ),
        ("qwen3-coder:30b", EntryTable(model="qwen3-coder:30b")),
        ("WORK:a:b", EntryTable(provider="Work", model="a:b")),
        ("openai", EntryTable(provider="openai")),
        ("openai:", EntryTable(provider="openai")),
        ("openai@0", EntryTable(provider="openai", temperature=0.0)),
        ("ollama:openai:x", EntryTable(provider="ollama", model="openai:x")),
        ("claude@20250101", EntryTable(model="claude@20250101")),
        ("a@b@1.5", EntryTable(model="a@b", temperature=1.5)),
        ("a@.5", EntryTable(model="a", temperature=0.5)),
        ("a@-1", EntryTable(model="a@-1")),
        ("hf.co/a/b:Q4_K_M", EntryTable(model="hf.co/a/b:Q4_K_M")),
        ("llama3:8b", EntryTable(model="llama3:8b")),
        ("olama", EntryTable(model="olama")),
        ("ollama:olama:x", EntryTable(provider="ollama", model="olama:x")),
    ],
)
def test_a_word_is_provider_model_and_temperature(
    word: str, expected: EntryTable
) -> None:
    """A part counts as provider or temperature only if it can be one."""
    assert parse_word(word, _find) == expected


@pytest.mark.parametrize("word", ["", " ", "@0.2", "a@3", "openai:x@9.5"])
def test_a_word_that_names_nothing_is_refused(word: str) -> None:
    """So is a temperature that no upstream takes."""
    with pytest.raises(ValueError, match=r"names no model|must be from 0 to 2"):
        parse_word(word, _find)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("olama:x", "ollama"),
        ("opnai:gpt-4.1@0.2", "openai"),
        ("Antropic:", "anthropic"),
    ],
)
def test_a_misspelt_provider_is_not_taken_as_a_model(word: str, meant: str) -> None:
    """Text meant for one provider must not go to the default one."""
    with pytest.raises(ValueError, match=f"did you mean {meant}"):
        parse_word(word, _find)


def test_blank_entries_are_dropped_and_keep_their_places() -> None:
    """What is left has the path that it was written at."""
    entries = ("a", " ", EntryTable(), EntryTable(provider="b"))

    assert listed(entries, ("models", "cli")) == [
        (("models", "cli", 0), EntryTable(model="a")),
        (("models", "cli", 3), EntryTable(provider="b")),
    ]


@pytest.mark.parametrize(
    "blank",
    [
        EntryTable(model="", provider=""),
        EntryTable(model=" ", temperature=" "),
        EntryTable(fallback_model="\t", fallback=FallbackTable(provider="")),
    ],
)
def test_a_table_of_blanks_is_dropped(blank: EntryTable) -> None:
    """A template that nobody filled in is no contender with the default model."""
    path = ("models", "cli")

    assert listed((blank, EntryTable(model="a", provider=" ")), path) == [
        ((*path, 1), EntryTable(model="a"))
    ]


def test_a_table_that_sets_anything_else_inherits_the_rest() -> None:
    """Of a fallback too only what is blank is not set."""
    fallback = FallbackTable(provider="b", model="")
    table = EntryTable(model="", temperature=0.3, fallback=fallback)

    assert listed(table, ("models", "cli")) == [
        (
            ("models", "cli"),
            EntryTable(temperature=0.3, fallback=FallbackTable(provider="b")),
        )
    ]


def test_a_single_entry_is_a_list_of_one() -> None:
    """A string and a table are lists by themselves; a blank string is none."""
    path = ("models", "chat")

    assert listed(" a ", path) == [(path, EntryTable(model="a"))]
    assert listed(EntryTable(model="b"), path) == [(path, EntryTable(model="b"))]
    assert listed("", path) == []


@pytest.mark.parametrize(("text", "number"), [("0", 0.0), (" 1.5 ", 1.5), ("", UNSET)])
def test_a_temperature_may_be_written_as_text(text: str, number: object) -> None:
    """As the Go tool reads it; a blank one is not set."""
    assert temperature_of(text) == number
