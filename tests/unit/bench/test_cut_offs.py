"""Until when a model's data reaches, by its name, and what is said of tasks."""

from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from hexai.bench.cut_offs import ROWS, cut_off, is_later
from hexai.domain.bench import BenchContender, Plan, TaskRecord
from hexai.surfaces.cli.bench_trained import later_than, trained_words
from tests.support.benches import task


@pytest.mark.parametrize(
    ("model", "last"),
    [
        ("gpt-4.1-nano", date(2024, 6, 1)),
        ("openai/gpt-4.1", date(2024, 6, 1)),
        ("gpt-4o-mini-2024-07-18", date(2023, 10, 1)),
        ("gpt-5-mini", date(2024, 5, 31)),
        ("claude-haiku-4-5-20251001", date(2025, 7, 31)),
        ("claude-sonnet-4-20250514", date(2025, 3, 31)),
        ("llama3.1:8b", date(2023, 12, 31)),
        ("Meta-Llama-3.3-70B-Instruct", date(2023, 12, 31)),
        ("deepseek-coder-v2:16b", date(2023, 11, 30)),
        ("phi4:14b", date(2024, 6, 30)),
    ],
)
def test_a_name_says_until_when(model: str, last: date) -> None:
    """As its maker tells."""
    row = cut_off(model)

    assert row is not None
    assert row.last == last


@pytest.mark.parametrize(
    "model", ["gpt-5.1", "chatgpt-4o-latest", "claude-opus-4-7", "qwen3-coder:30b", ""]
)
def test_of_others_nobody_tells(model: str) -> None:
    """Neither a later version nor a name that moves on is taken for one of them."""
    assert cut_off(model) is None


def test_every_row_has_a_public_source() -> None:
    """Somebody can look it up."""
    assert all("https://" in row.seen for row in ROWS)


def _at(*day: int) -> int:
    year, month, number, hour = day
    return int(datetime(year, month, number, hour, tzinfo=UTC).timestamp())


def test_the_last_day_is_part_of_the_data() -> None:
    """Only what is of the day after is later."""
    row = cut_off("gpt-4.1")
    assert row is not None

    assert not is_later(_at(2024, 6, 1, 23), row)
    assert is_later(_at(2024, 6, 2, 0), row)


def test_what_is_said_of_a_bench() -> None:
    """Those of one day have a line; of whom nobody tells, so have the others."""
    at = _at(2024, 6, 1, 0), _at(2024, 7, 1, 0)
    tasks = [TaskRecord.of(replace(task(n), committed_at=a)) for n, a in enumerate(at)]
    models = {"a": "gpt-4.1", "b": "gpt-4.1-mini", "c": "mine", "d": "other"}
    contenders = [
        BenchContender(label=label, provider="p", model=model, upstream="u")
        for label, model in models.items()
    ]
    plan = Plan(project="", contenders=tuple(contenders), tasks=tuple(tasks))

    known, unknown = trained_words(plan)

    assert known == "a, b: 1 of 2 tasks later than what it knows of, 01 Jun 2024"
    assert unknown.startswith("c, d: until when training reaches is not known")
    assert later_than(plan, tasks[0]) == ()
    assert later_than(plan, tasks[1]) == ("a", "b")
