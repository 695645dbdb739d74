"""The window of the status: what counts in it, and how a run is added."""

from hexai.domain.figures import Traffic, TrafficWindow, is_called
from hexai.domain.outcome import Status, Timings
from tests.support.records import BEGAN_AT, contender_record, run_record

EMPTY = TrafficWindow(minutes=60)


def test_an_empty_window_names_nobody() -> None:
    """There is nothing to sum up, and no newest."""
    assert (EMPTY.requests, EMPTY.sent, EMPTY.received) == (0, 0, 0)
    assert EMPTY.newest is None


def test_only_answers_of_this_run_count() -> None:
    """Neither failures, nor what was cancelled, nor the cache's answers."""
    run = run_record(
        1,
        contender_record(0, sent=100, received=7),
        contender_record(1, sent=100, received=3, status=Status.FAILED),
        contender_record(2, sent=100, received=2, status=Status.CANCELLED),
        contender_record(3, sent=0, received=0, cached=True),
    )

    assert EMPTY.plus(run).traffic == (
        Traffic(
            provider="ollama",
            model="model0",
            requests=1,
            sent=100,
            received=7,
            newest_at=BEGAN_AT + 62.0,
        ),
    )


def test_runs_of_one_model_are_added_up() -> None:
    """The same provider and model are one, whatever came in between."""
    twice = contender_record(0, sent=10, received=1)
    window = EMPTY.plus(run_record(1, twice, contender_record(1)))
    window = window.plus(run_record(2, twice, twice))

    assert [(each.model, each.requests) for each in window.traffic] == [
        ("model0", 3),
        ("model1", 1),
    ]
    assert (window.requests, window.sent, window.received) == (4, 30, 3)


def test_the_newest_answered_last() -> None:
    """Who answers after the others is the newest, not who was asked last."""
    slow = contender_record(0, timings=Timings(total=90.0))
    window = EMPTY.plus(run_record(1, slow)).plus(run_record(2, contender_record(1)))

    assert window.newest is not None
    assert window.newest.model == "model0"


def test_a_blind_run_does_not_count_before_its_choice() -> None:
    """Which model answered, and when, would tell its letters apart."""
    known = EMPTY.plus(run_record(1, contender_record(0)))

    assert known.plus(run_record(2, contender_record(0), blind=True)) == known


def test_a_label_or_a_model_is_what_one_may_ask_for() -> None:
    """Whatever its letters are like."""
    assert is_called("home", "llama", "qwen", "Home")
    assert is_called("LLAMA:q", "llama", "qwen", "Home")
    assert not is_called("gpt", "llama", "qwen", "Home")
