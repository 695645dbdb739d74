"""What the words behind `-m` ask; pure."""

import shlex
from collections.abc import Collection, Sequence
from functools import partial

from msgspec import UNSET

from hexai.config.provider_defaults import find_name, provider_names
from hexai.config.schema import Settings
from hexai.config.schema_entries import EntryTable, parse_word
from hexai.errors import UsageError


def read_words(
    settings: Settings, words: Sequence[str], labels: Collection[str]
) -> Sequence[EntryTable]:
    """Read what `-m` says; raises `UsageError`.

    `labels` are those of the configured entries, which are no words of `-m`.
    """
    try:
        tables = [parse_word(word, partial(find_name, settings)) for word in words]
    except ValueError as error:
        raise UsageError(f"-m {error}") from None
    for word, table in zip(words, tables, strict=True):
        if table.provider is UNSET:
            is_label = table.model in labels
            raise UsageError(
                _say_label(word, str(table.model))
                if is_label
                else _say_whose(settings, word)
            )
    return tables


def _say_label(word: str, label: str) -> str:
    return (
        f"-m {word}: {label} is the label of a configured entry, and -m takes "
        f"PROVIDER:MODEL; that entry is asked by --only {shlex.quote(label)}"
    )


def _say_whose(settings: Settings, word: str) -> str:
    """Say that a word names no provider: a slip must not choose who gets the text."""
    names = ", ".join(provider_names(settings))
    return (
        f"-m {word}: PROVIDER:MODEL is meant, and PROVIDER is one of {names}; "
        f"your default provider's is -m {settings.provider.name}:{word}"
    )
