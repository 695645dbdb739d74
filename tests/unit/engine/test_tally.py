"""Token figures, reported and estimated."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hexai.domain.messages import Infill
from hexai.domain.provider import Finished, ReportedUsage, Usage
from hexai.engine.tally import Tally, complete_usage, was_cut, was_halved
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
        (  # a text that came has tokens, whatever a gateway fills in
            ReportedUsage(output=0),
            "",
            Usage(input=20, output=3, reasoning=0, source="estimated"),
        ),
        (
            ReportedUsage(
                input=0, output=0, reasoning=0, cached=0, cost_usd=Decimal(0)
            ),
            "x" * 16,
            Usage(input=20, output=7, reasoning=4, source="estimated"),
        ),
        (  # reasoning that nobody saw
            ReportedUsage(input=7, output=900, reasoning=890),
            "",
            Usage(input=7, output=900, reasoning=890, hidden=890, source="reported"),
        ),
        (
            ReportedUsage(input=100, output=9, cached=60, written=40),
            "",
            Usage(input=100, output=9, cached=60, written=40, source="reported"),
        ),
        (  # more from the cache than there was
            ReportedUsage(input=100, output=9, cached=160, written=140),
            "",
            Usage(input=100, output=9, source="reported"),
        ),
        (
            ReportedUsage(input=100, output=9, cached=0),
            "",
            Usage(input=100, output=9, cached=0, source="reported"),
        ),
    ],
)
def test_what_is_not_reported_is_estimated(
    reported: ReportedUsage, reasoning: str, expected: Usage
) -> None:
    """Reported figures stand where they can be; a single estimated one marks all."""
    assert complete_usage(reported, PROMPT, "x" * 12, reasoning) == expected


_BILLION = 10**9


@pytest.mark.parametrize(
    ("reported", "limit", "expected"),
    [
        (
            ReportedUsage(input=_BILLION, output=3, cost_usd=Decimal(9)),
            None,
            Usage(input=20, output=3, source="estimated", unbelieved=_BILLION),
        ),
        (
            ReportedUsage(input=7, output=_BILLION, reasoning=_BILLION),
            None,
            Usage(input=7, output=3, source="estimated", unbelieved=_BILLION),
        ),
        (
            ReportedUsage(input=7, output=50_000),
            100,
            Usage(input=7, output=3, source="estimated", unbelieved=50_000),
        ),
        (  # a model may think in silence, where nothing forbids it
            ReportedUsage(input=7, output=50_000),
            None,
            Usage(input=7, output=50_000, source="reported"),
        ),
        (  # or where the limit is of the text alone
            ReportedUsage(input=7, output=50_000, reasoning=49_990),
            100,
            Usage(
                input=7,
                output=50_000,
                reasoning=49_990,
                hidden=49_990,
                source="reported",
            ),
        ),
        (  # an upstream may add to a prompt what it looked up
            ReportedUsage(input=60_000, output=3),
            100,
            Usage(input=60_000, output=3, source="reported"),
        ),
    ],
)
def test_figures_that_cannot_be_are_estimated_and_named(
    reported: ReportedUsage, limit: int | None, expected: Usage
) -> None:
    """What is more than was sent and streamed, and more than nobody need have seen."""
    told = complete_usage(reported, PROMPT, "x" * 12, "", limit=limit)
    assert told == expected


def test_more_than_the_limit_is_believed_of_what_was_streamed() -> None:
    """Some servers heed no limit; a token is a byte at least."""
    told = ReportedUsage(input=7, output=400)
    usage = complete_usage(told, PROMPT, "x" * 400, "", limit=100)
    assert usage == Usage(input=7, output=400, source="reported")


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


@given(
    st.builds(
        ReportedUsage,
        input=st.none() | st.integers(0, 200),
        output=st.none() | st.integers(0, 200),
        reasoning=st.none() | st.integers(0, 200),
        cached=st.none() | st.integers(0, 200),
        written=st.none() | st.integers(0, 200),
    ),
    st.text(max_size=30),
    st.text(max_size=30),
)
def test_completed_figures_never_contradict_each_other(
    reported: ReportedUsage, text: str, reasoning: str
) -> None:
    """Parts are parts, a 0 beside a text is none, and what is known stays."""
    usage = complete_usage(reported, PROMPT, text, reasoning)

    assert usage.input > 0
    assert bool(usage.output) or not (text + reasoning) or reported.output is None
    assert 0 <= usage.hidden <= usage.reasoning <= usage.output
    assert (usage.cached or 0) + (usage.written or 0) <= usage.input
    if usage.source == "reported":
        assert (usage.input, usage.output) == (reported.input, reported.output)


@pytest.mark.parametrize(
    ("characters", "counted", "held", "cut"),
    [
        (30_000, 2050, 4096, True),  # Ollama keeps about half of its context
        (30_000, 2050, None, True),
        (30_000, 5003, 4096, False),  # two thirds of 7,504
        (30_000, 5002, 4096, True),
        (30_000, None, 4096, False),  # nobody has counted
        (30_000, 0, 4096, False),
        (4_000, 258, 4096, False),  # there was room for every byte of it
        (4_000, 258, 512, True),
        (500, 12, None, False),  # less than any context holds
    ],
)
def test_a_cut_shows_by_what_was_counted(
    characters: int, counted: int | None, held: int | None, cut: bool
) -> None:
    """Under two thirds of the estimate, where it can have been at all."""
    assert was_cut(("x" * characters,), counted, held) is cut


_HASHES = "0f3a91c7d25e8b46" * 375
_CODE = "    total = counted(each.value, other_name) + 17\n" * 170


@pytest.mark.parametrize(
    ("prompt", "counted", "held", "halved"),
    [
        (_HASHES, 2050, 4096, True),
        (_HASHES, 2051, 4096, False),
        (_HASHES, 2050, None, False),
        (_HASHES, 2050, 8192, False),
        (_HASHES[:4096], 2050, 4096, False),  # there was room for every byte of it
        (_CODE, 2050, 4096, False),  # it is just so long
    ],
)
def test_half_a_context_of_dense_text_was_cut(
    prompt: str, counted: int, held: int | None, halved: bool
) -> None:
    """What an Ollama keeps of a cut prompt tells, where text can be so long."""
    assert was_halved((prompt,), counted, held) is halved


def test_a_character_of_several_bytes_may_be_several_tokens() -> None:
    """So it is bytes that prove that there was room."""
    assert was_cut(("語" * 1_000,), 300, 2_048)
    assert not was_cut(("語" * 1_000,), 300, 3_000)
