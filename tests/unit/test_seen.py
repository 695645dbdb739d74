"""Facts about others are rows, and each row says where the fact was seen."""

import re
from collections.abc import Iterable

import pytest
from msgspec import Struct

from hexai.config import vendors
from hexai.providers import learned
from hexai.providers import prompt_cache as kept_prompts
from hexai.providers.formats import (
    control_tokens,
    endings,
    error_fields,
    error_table,
    reading,
    statuses,
    thinking_marks,
    usage,
)
from hexai.providers.readiness import servers

TABLES: dict[str, Iterable[Struct]] = {
    "what differs": vendors.ROWS,
    "ends": endings.ENDINGS,
    "blocks of thinking": thinking_marks.BLOCKS,
    "templates that open them": thinking_marks.OPENED_BY_TEMPLATE,
    "control tokens": control_tokens.FAMILIES,
    "keep-alives": reading.KEEP_ALIVES,
    "wrappers of errors": error_fields.WRAPPERS,
    "codes of errors": error_fields.CODES,
    "sentences of errors": error_fields.SENTENCES,
    "refusals": error_table.RULES,
    "contexts in refusals": error_table.HELD,
    "versions that refuse": (servers.REFUSES_LONG,),
    "refusals in a stream": error_table.IN_STREAM,
    "statuses": statuses.STATUSES,
    "options that are refused": tuple(learned.OPTIONS.values()),
    "least that is kept": kept_prompts.LEAST,
    "cached tokens": usage.CACHED,
    "written tokens": usage.WRITTEN,
    "tokens of reasoning": usage.REASONING,
}


ROWS = {
    f"{name} {number}": row
    for name, table in TABLES.items()
    for number, row in enumerate(table)
}


@pytest.mark.parametrize("name", ROWS)
def test_a_row_says_where_it_was_seen(name: str) -> None:
    """With a month and a public address; or that nobody saw it."""
    seen = getattr(ROWS[name], "seen", "")

    if re.search(r"\bby convention\b", seen) and "https:" not in seen:
        return
    assert re.search(r"\b20[12]\d-[01]\d\b", seen), ROWS[name]
    assert re.search(r"https://[a-z0-9.-]+\.[a-z]+/", seen), ROWS[name]


def test_no_table_of_rows_is_left_out() -> None:
    """Whatever in these modules is a tuple of values with `seen` is looked at."""
    modules = (
        *(vendors, error_fields, control_tokens, endings, reading),
        *(error_table, statuses, thinking_marks, usage, kept_prompts),
    )
    tables = [
        value
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, tuple) and value and isinstance(value[0], Struct)
    ]

    assert {id(t) for t in tables} <= {id(t) for t in TABLES.values()}


def test_a_word_for_the_end_has_one_meaning() -> None:
    """Nobody says it of two rows, for only the last would count."""
    words = [word for row in endings.ENDINGS for word in row.words]

    assert sorted(words) == sorted(set(words))
