"""The figures of one contender, where two of them meet."""

import pytest

from hexai.domain.outcome import Timings
from hexai.domain.provider import Finished
from hexai.engine.stopwatch import Stopwatch


def test_a_token_ends_the_loading_whatever_the_budgets_say() -> None:
    """The first one may come just as the load budget runs out, unnoticed by it."""
    watch = Stopwatch(10.0)
    watch.queue(0.0)
    watch.leave_queue(0.0)
    watch.take_slot(0.0)
    watch.start_loading(0.0)
    watch.see_token(4.0)
    watch.see_text(4.0)

    assert watch.timings(4.0) == Timings(
        loading=4.0, ttft=0.0, generating=0.0, total=0.0
    )


def test_waits_of_the_upstream_enter_no_figure_but_their_own() -> None:
    """What it says it loaded and waited is out of first token and total."""
    watch = Stopwatch(600.0)
    watch.queue(0.0)
    watch.leave_queue(1.0)
    watch.take_slot(1.0)
    watch.see_token(5.0)
    watch.see_text(5.0)
    watch.stop(7.0)
    watch.be_told(Finished(loading=0.5, queued=2.5))

    assert watch.timings(7.0) == Timings(
        queued=3.5, loading=0.5, ttft=1.0, generating=2.0, total=3.0
    )


def test_an_upstream_cannot_have_waited_longer_than_we_did() -> None:
    """Its clock may be wrong: no figure becomes negative."""
    watch = Stopwatch(600.0)
    watch.take_slot(0.0)
    watch.see_token(2.0)
    watch.see_text(2.0)
    watch.be_told(Finished(loading=1.5, queued=90.0))

    assert watch.timings(3.0) == Timings(
        queued=0.5, loading=1.5, ttft=0.0, generating=1.0, total=1.0
    )


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (0.0, 1.0),  # nothing is told
        (0.000001, 1.0),  # what was seen is longer: Ollama's figure for one token
        (3.5, 3.5),  # a proxy has held text back
        (90.0, 4.0),  # longer than the upstream has had it
    ],
)
def test_tokens_that_were_held_back_were_not_made_so_quickly(
    told: float, expected: float
) -> None:
    """What the upstream says it took counts, as far as it can be true."""
    watch = Stopwatch(600.0)
    watch.take_slot(0.0)
    watch.see_token(5.0)
    watch.see_text(5.0)
    watch.be_told(Finished(loading=1.5, queued=0.5, generating=told))

    assert watch.timings(6.0).generating == expected


def test_what_an_attempt_was_told_ends_with_it() -> None:
    """The next attempt begins with nothing told."""
    watch = Stopwatch(600.0)
    watch.take_slot(0.0)
    watch.see_token(5.0)
    watch.be_told(Finished(generating=4.0))
    watch.resume()
    watch.take_slot(10.0)
    watch.see_token(11.0)

    assert watch.timings(12.0).generating == 1.0
