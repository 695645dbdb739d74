"""Token figures, reported and estimated."""

import pytest
from msgspec.structs import replace

from hexai.domain.infill import Infill
from hexai.domain.provider import Finished
from hexai.domain.usage import ReportedUsage, Usage
from hexai.engine.tally import Tally
from hexai.engine.usage import complete_usage
from tests.support.races import REQUEST, contender, target
from tests.support.scripted import Scripted, says

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


def test_what_filled_a_gap_is_estimated_by_both_sides_of_it() -> None:
    """The messages that ask for the same were not sent."""
    gap = Infill(prefix="x" * 40, suffix="x" * 8)
    request = replace(REQUEST, infill=gap)
    asked = contender(target(Scripted(says("code"))))

    def spent(end: Finished) -> Usage | None:
        tally = Tally(asked, request)
        tally.finished = end
        return tally.outcome(0.0).usage

    filled, said = spent(Finished(infilled=True)), spent(Finished())
    assert filled == complete_usage(ReportedUsage(), gap.texts, "", "")
    assert said == complete_usage(ReportedUsage(), ("why?",), "", "")
