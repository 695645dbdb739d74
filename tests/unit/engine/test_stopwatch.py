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
