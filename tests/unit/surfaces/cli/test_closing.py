"""A run on a terminal ends with a row for each contender."""

from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from hexai.domain.outcome import Outcome, Status, Timings
from hexai.domain.provider import FinishReason, Usage
from hexai.errors import ConnectionFailed
from hexai.surfaces.cli.closing import closing_table
from tests.support.watched import outcome

USAGE = Usage(input=312, output=148, cached=200, source="reported")


def ended(label: str, **more: Any) -> Outcome:
    """Make an outcome with figures."""
    timings = Timings(ttft=0.41, total=2.13)
    made = outcome(0, **{"usage": USAGE, **more})
    return replace(made, label=label, timings=more.get("timings", timings))


def lines(*outcomes: Outcome, columns: int = 80, short: bool = False) -> list[str]:
    """Draw the table, at a price that is the same for all."""
    price = Decimal("0.0004")
    drawn = closing_table(outcomes, lambda _: price, columns=columns, short=short)
    return list(drawn)


def test_each_contender_has_a_row_by_its_label() -> None:
    """With what it took in time, tokens and money."""
    cut = ended("careful", finish=FinishReason.LENGTH)
    assert lines(ended("home"), cut) == [
        "         STATE                  FIRST   TOTAL   IN   CACHED  OUT  COST",
        "home     done                   0.41 s  2.13 s  312  200     148  $0.0004",
        "careful  cut off at 148 tokens  0.41 s  2.13 s  312  200     148  $0.0004",
    ]


def test_a_place_in_line_and_a_load_are_told_apart() -> None:
    """Each has its own column where somebody had it."""
    home = ended("home")
    both = replace(home, timings=Timings(queued=1.5, loading=6.3, total=8))
    waited = replace(home, timings=Timings(queued=1.5, loading=0.01, total=2))

    assert lines(both)[0].split()[:3] == ["STATE", "WAITED", "LOADED"]
    assert lines(both)[1].split()[2:6] == ["1.50", "s", "6.30", "s"]
    assert "LOADED" not in lines(waited)[0]


def test_what_failed_is_said_once_with_what_to_do() -> None:
    """Whoever failed for the same reason is named together."""
    error = ConnectionFailed("refused", advice="start it")
    failed = [
        ended(label, status=Status.FAILED, error=error, usage=None) for label in "ab"
    ]

    assert lines(*failed)[-1] == "a, b: refused; start it"
    assert [row.split()[:2] for row in lines(*failed)[1:3]] == [
        ["a", "failed"],
        ["b", "failed"],
    ]


def test_figures_that_cannot_be_are_named() -> None:
    """What stands in the row is estimated, and marked as that."""
    usage = replace(USAGE, source="estimated", unbelieved=10**9)
    drawn = lines(ended("home", usage=usage))

    assert "~148" in drawn[1]
    assert drawn[-1] == (
        "home: its upstream told 1,000,000,000 tokens, which cannot be; "
        "they are estimated"
    )


def test_a_column_without_figures_is_left_out() -> None:
    """As those of time and money for what came from the cache."""
    assert lines(ended("home", cached_age=180.0))[0].split() == [
        "STATE",
        "IN",
        "CACHED",
        "OUT",
    ]


def test_a_narrow_screen_has_every_figure() -> None:
    """What does not fit beside the label stands below it."""
    shown = lines(ended("home"), columns=40)

    assert max(map(len, shown)) <= 40
    assert "$0.0004" in "".join(shown)


def test_right_behind_the_answers_a_narrow_screen_has_a_row_for_each() -> None:
    """What there is no room for is left out, if that is enough for one row."""
    assert lines(ended("home"), ended("careful"), columns=40, short=True) == [
        "         STATE  FIRST   TOTAL   COST",
        "home     done   0.41 s  2.13 s  $0.0004",
        "careful  done   0.41 s  2.13 s  $0.0004",
    ]
    wide = ended("a" * 38)
    assert lines(wide, columns=40, short=True) == lines(wide, columns=40)


def test_nobody_has_no_table() -> None:
    """A run that was given up has nothing to tell."""
    assert lines() == []
