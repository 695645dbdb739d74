"""Token figures, reported and estimated."""

import pytest

from hexai.domain.usage import ReportedUsage, Usage
from hexai.engine.usage import complete_usage

PROMPT = ("x" * 40, "x" * 8)


@pytest.mark.parametrize(
    ("reported", "reasoning", "expected"),
    [
        (
            ReportedUsage(input=7, output=9, reasoning=2),
            "thought",
            Usage(input=7, output=9, reasoning=2, source="reported"),
        ),
        (
            ReportedUsage(input=7, output=9),
            "",
            Usage(input=7, output=9, reasoning=0, source="reported"),
        ),
        (
            ReportedUsage(input=7, output=9),
            "x" * 16,
            Usage(input=7, output=9, reasoning=4, source="estimated"),
        ),
        (
            ReportedUsage(input=7, output=2),
            "x" * 16,
            Usage(input=7, output=2, reasoning=2, source="estimated"),
        ),
        (
            ReportedUsage(input=7),
            "x" * 16,
            Usage(input=7, output=7, reasoning=4, source="estimated"),
        ),
        (
            ReportedUsage(output=0),
            "",
            Usage(input=20, output=0, reasoning=0, source="estimated"),
        ),
    ],
)
def test_what_is_not_reported_is_estimated(
    reported: ReportedUsage, reasoning: str, expected: Usage
) -> None:
    """Reported figures stand, 0 included; a single estimated one marks them all."""
    assert complete_usage(reported, PROMPT, "x" * 12, reasoning) == expected
