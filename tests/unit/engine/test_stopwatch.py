"""The figures of one contender, where two of them meet."""

from hexai.domain.outcome import Timings
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
    watch.take_out(0.5, 2.5)

    assert watch.timings(7.0) == Timings(
        queued=3.5, loading=0.5, ttft=1.0, generating=2.0, total=3.0
    )


def test_an_upstream_cannot_have_waited_longer_than_we_did() -> None:
    """Its clock may be wrong: no figure becomes negative."""
    watch = Stopwatch(600.0)
    watch.take_slot(0.0)
    watch.see_token(2.0)
    watch.see_text(2.0)
    watch.take_out(1.5, 90.0)

    assert watch.timings(3.0) == Timings(
        queued=0.5, loading=1.5, ttft=0.0, generating=1.0, total=1.0
    )
