"""What an answer is held against."""

import asyncio
import time
from typing import Any

import pytest

from hexai.bench.questions.checks import check_schema, passed
from hexai.bench.questions.question import Check, CheckKind
from tests.support.timing import kept_within


async def runs(command: str, answer: str) -> bool:
    """Take an answer for right that the command names."""
    return command == answer


def passes(kind: str, wanted: Any, answer: str | None) -> bool:
    """Say whether an answer passes one check."""
    check = Check(kind=CheckKind(kind), wanted=wanted)
    [found] = asyncio.run(passed([check], answer, runs))
    return found


@pytest.mark.parametrize(
    ("kind", "wanted", "right", "wrong"),
    [
        ("contains", "b c", "a b c d", "b  c"),
        ("contains", "B", "aB", "ab"),
        ("matches", r"^\d+$", "42", "42 apples"),
        ("matches", "(?i)yes", "oh YES!", "no"),
        ("equals", "4", "\n4 \n", "4."),
        ("json", True, ' {"a": [1]} ', '```json\n{"a": 1}\n```'),
        ("json", {"required": ["a"]}, '{"a": 1}', '{"b": 1}'),
        ("json", {"type": "integer"}, "3", '"3"'),
        ("lines_at_most", 2, "\na\nb\n", "a\n\nb"),
        ("runs", "right", "right", "left"),
    ],
)
def test_a_check_passes_what_is_right_alone(
    kind: str, wanted: Any, right: str, wrong: str
) -> None:
    """And nothing passes that was not said."""
    assert passes(kind, wanted, right)
    assert not passes(kind, wanted, wrong)
    assert not passes(kind, wanted, None)


@pytest.mark.parametrize("answer", ["NaN", "[" * 100_000, "{'a': 1}", "", "1 2"])
def test_what_is_no_json_is_none(answer: str) -> None:
    """However deep it goes."""
    assert not passes("json", True, answer)


def test_no_answer_makes_a_pattern_take_long() -> None:
    """What takes others for ever takes RE2 a moment."""
    for attempt in kept_within(5.0, clock=time.process_time):
        with attempt:
            assert not passes("matches", "^(a+)+$", "a" * 1_000_000 + "b")


@pytest.mark.parametrize("where", ["http://127.0.0.1:9/s.json", "file:///etc/passwd"])
def test_a_schema_reaches_nothing_beyond_itself(where: str) -> None:
    """What it refers to elsewhere is refused when the file is read."""
    assert "Retrieval is disabled" in check_schema({"$ref": where})
    assert not check_schema({"$defs": {"a": {}}, "$ref": "#/$defs/a"})
