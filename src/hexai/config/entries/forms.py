"""The forms in which entries are written, read into tables: in a file, in a word.

A file has a string, a table, or an array of both. A word, as `-m` and the variables
`HEXAI_MODELS_<SURFACE>` have it, is `[PROVIDER:]MODEL[@TEMPERATURE]`. Model names hold
colons and at-signs themselves (`qwen3-coder:30b`, `gemini@20250101`), so a part only
counts as provider or temperature if it can be one. What is all but the name of a
built-in provider is refused: `olama:llama3`, taken as a model, would send what is meant
for this machine to whatever provider is the default.
"""

import re
from collections.abc import Callable
from typing import Literal, get_args

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from hexai.config.problems import KeyPath, nearest
from hexai.config.provider_settings import ProviderType
from hexai.config.tables.base import Table, given
from hexai.config.tables.entries import (
    Entries,
    EntryTable,
    EntryTemperature,
    FallbackTable,
)
from hexai.text.surrogates import is_whole

_TEMPERATURE = re.compile(r"(?P<rest>.*)@(?P<number>\d(\.\d*)?|\.\d+)", re.DOTALL)

_BUILT_IN = list(get_args(ProviderType))
_MISSPELT = 0.85
"""Alike enough for a letter lost or doubled; llama3 is not yet ollama."""


def listed(entries: Entries, path: KeyPath) -> list[tuple[KeyPath, EntryTable]]:
    """Give the entries of a surface's value with their paths.

    Blank strings, and tables in which nothing or only blanks are set, are dropped, as
    templates leave them; disabled entries are not.
    """
    if isinstance(entries, str | EntryTable):
        written: list[tuple[KeyPath, str | EntryTable]] = [(path, entries)]
    else:
        written = [((*path, place), entry) for place, entry in enumerate(entries)]
    found = [(place, _as_table(entry)) for place, entry in written]
    return [(place, table) for place, table in found if not _is_blank(table)]


def _as_table(entry: str | EntryTable) -> EntryTable:
    if isinstance(entry, EntryTable):
        return _without_blanks(entry)
    return EntryTable(model=entry.strip()) if entry.strip() else EntryTable()


def _without_blanks(table: EntryTable) -> EntryTable:
    fallback = table.fallback
    if isinstance(fallback, FallbackTable):
        fallback = replace(fallback, **_blanks(fallback))
    return replace(table, fallback=fallback, **_blanks(table))


def _is_blank(table: EntryTable) -> bool:
    nothing = FallbackTable()
    return table in (EntryTable(), EntryTable(fallback=nothing))


def _blanks(table: Table) -> dict[str, UnsetType]:
    values = ((name, getattr(table, name)) for name in table.__struct_fields__)
    return {n: UNSET for n, v in values if isinstance(v, str) and not v.strip()}


def parse_word(word: str, find_name: Callable[[str], str | None]) -> EntryTable:
    """Read `[PROVIDER:]MODEL[@TEMPERATURE]`, or a provider's name alone.

    `find_name` gives the configured spelling of a provider's name. Raises ValueError
    for a word that names nothing or misspells a provider, and a temperature over 2.
    """
    text, temperature = _split_temperature(word.strip())
    if not is_whole(text):
        raise ValueError(f"{word!r} is not UTF-8")
    if not text:
        raise ValueError(f"{word!r} names no model; write PROVIDER:MODEL")
    start, colon, rest = text.partition(":")
    provider = find_name(start)
    if provider is None:
        if colon and (meant := nearest(start, _BUILT_IN, cutoff=_MISSPELT)):
            raise ValueError(
                f"{word!r}: there is no provider {start!r}; did you mean {meant}? "
                f"A model of this name is written PROVIDER:{text}"
            )
        return EntryTable(model=text, temperature=temperature)
    model = rest.strip() or UNSET
    return EntryTable(provider=provider, model=model, temperature=temperature)


def _split_temperature(word: str) -> tuple[str, float | UnsetType]:
    found = _TEMPERATURE.fullmatch(word)
    if found is None:
        return word, UNSET
    number = float(found["number"])
    if number > 2:
        raise ValueError(f"{word!r}: the temperature must be from 0 to 2")
    return found["rest"].strip(), number


def temperature_of(
    value: EntryTemperature,
) -> float | Literal["default"] | UnsetType:
    """Give a temperature that may be written as text; a blank one is not set."""
    if not isinstance(value, str):
        return value
    if value.strip() == "default":
        return "default"
    return float(value) if value.strip() else UNSET


def text_of(value: str | UnsetType) -> str | UnsetType:
    """Give a text without the blanks around it; a blank one is not set."""
    return given(value, "").strip() or UNSET
