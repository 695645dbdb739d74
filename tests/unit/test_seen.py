"""Facts about others are rows, and each row says where the fact was seen."""

import re
from collections.abc import Iterable

import pytest
from msgspec import Struct

from hexai.config import vendors
from hexai.providers.formats import (
    complaint_names,
    control_tokens,
    endings,
    keep_alives,
    refusal_rows,
    thinking_marks,
)
from hexai.providers.readiness import ollama

TABLES: dict[str, Iterable[Struct]] = {
    "what differs": vendors.ROWS,
    "ends": endings.ENDINGS,
    "blocks of thinking": thinking_marks.BLOCKS,
    "templates that open them": thinking_marks.OPENED_BY_TEMPLATE,
    "control tokens": control_tokens.FAMILIES,
    "keep-alives": keep_alives.KEEP_ALIVES,
    "wrappers of errors": complaint_names.WRAPPERS,
    "codes of errors": complaint_names.CODES,
    "sentences of errors": complaint_names.SENTENCES,
    "refusals": refusal_rows.RULES,
    "contexts in refusals": refusal_rows.HELD,
    "versions that refuse": (ollama.REFUSES_LONG,),
    "refusals in a stream": refusal_rows.IN_STREAM,
    "statuses": refusal_rows.STATUSES,
}


ROWS = {
    f"{name} {number}": row
    for name, table in TABLES.items()
    for number, row in enumerate(table)
}


@pytest.mark.parametrize("name", ROWS)
def test_a_row_says_where_it_was_seen(name: str) -> None:
    """With a month and a public address."""
    seen = getattr(ROWS[name], "seen", "")

    assert re.search(r"\b20[12]\d-[01]\d\b", seen), ROWS[name]
    assert re.search(r"https://[a-z0-9.-]+\.[a-z]+/", seen), ROWS[name]


def test_no_table_of_rows_is_left_out() -> None:
    """Whatever in these modules is a tuple of values with `seen` is looked at."""
    modules = (
        *(vendors, complaint_names, control_tokens, endings, keep_alives),
        *(refusal_rows, thinking_marks),
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
