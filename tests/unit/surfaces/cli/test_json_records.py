"""The shapes that scripts rely on."""

import json
from decimal import Decimal

from msgspec import to_builtins

from hexai.domain.outcome import Queued, Settled, Timings
from hexai.surfaces.cli.json_records import (
    event_record,
    opening_record,
    run_record,
    to_json,
)
from hexai.surfaces.words import DisplayOrder
from tests.support.fake_run import FakeRun, answered, delta, failed

EVENTS = (failed(1, "b", "half"), answered(0, "a", "yes"))


def test_json_is_one_object_with_every_key() -> None:
    """All entries are there in entry order, with all they have."""
    run = FakeRun("a", "b", events=EVENTS)
    record = run_record(run, DisplayOrder.of(run, blind=False))
    assert to_builtins(record) == {
        "run_id": "0123456789abcdef",
        "entries": [
            {
                "index": 0,
                "label": "a",
                "provider": "p-a",
                "model": "m-a",
                "status": "answered",
                "late": False,
                "text": "yes",
                "error": None,
                "given": None,
                "queued_ms": 0,
                "loading_ms": 0,
                "ttft_ms": 410,
                "total_ms": 2130,
                "usage": {
                    "input": 312,
                    "output": 148,
                    "reasoning": 0,
                    "cached": None,
                    "written": None,
                    "source": "reported",
                    "unbelieved": None,
                },
                "tokens_per_s": 85.5,
                "cost_usd": 0.0004,
                "cached": False,
            },
            {
                "index": 1,
                "label": "b",
                "provider": "p-b",
                "model": "m-b",
                "status": "failed",
                "late": False,
                "text": "half",
                "error": {
                    "kind": "overloaded",
                    "message": "the upstream failed; try again later",
                    "http_status": 503,
                },
                "given": None,
                "queued_ms": 0,
                "loading_ms": 0,
                "ttft_ms": None,
                "total_ms": 0,
                "usage": None,
                "tokens_per_s": None,
                "cost_usd": 0.0004,
                "cached": False,
            },
        ],
    }


def test_blind_nothing_names_prices_or_times_a_contender() -> None:
    """Letters in the order shown, texts, kinds of errors, and nulls."""
    run = FakeRun("a", "b", events=EVENTS, order=(1, 0))
    record = to_builtins(run_record(run, DisplayOrder.of(run, blind=True)))
    first, second = record["entries"]
    assert (first["index"], first["label"], first["text"]) == (0, "A", "half")
    assert (second["index"], second["label"], second["text"]) == (1, "B", "yes")
    assert first["error"] == {
        "kind": "overloaded",
        "message": None,
        "http_status": None,
    }
    hidden = ["provider", "model", "queued_ms", "ttft_ms", "total_ms"]
    hidden += ["usage", "tokens_per_s", "cost_usd"]
    assert {entry[key] for entry in (first, second) for key in hidden} == {None}


def test_a_cached_answer_has_no_figures_of_this_run() -> None:
    """It was neither timed nor paid for."""
    event = answered(0, "a", "yes", cached_age=60.0, timings=Timings())
    run = FakeRun("a", events=[event])
    (entry,) = run_record(run, DisplayOrder.of(run, blind=False)).entries
    assert entry.cached
    assert (entry.ttft_ms, entry.total_ms, entry.cost_usd) == (None, None, None)


def test_an_unknown_price_is_null() -> None:
    """Unknown is never 0."""
    run = FakeRun("a", events=[answered(0, "a", "yes")], cost=None)
    (entry,) = run_record(run, DisplayOrder.of(run, blind=False)).entries
    assert entry.cost_usd is None


def test_local_models_are_free() -> None:
    """0 is a price."""
    run = FakeRun("a", events=[answered(0, "a", "yes")], cost=Decimal(0))
    (entry,) = run_record(run, DisplayOrder.of(run, blind=False)).entries
    assert entry.cost_usd == 0


def test_events_are_told_as_they_are() -> None:
    """Each names its kind, its contender and its time."""
    run = FakeRun("a", "b", events=EVENTS)
    cast = DisplayOrder.of(run, blind=False)
    assert opening_record(run, cast) == {
        "event": "run",
        "run_id": "0123456789abcdef",
        "labels": ["a", "b"],
    }
    assert event_record(Queued(index=1, at=0.0), run, cast) == {
        "event": "queued",
        "index": 1,
        "label": "b",
        "at_ms": 0,
    }
    assert event_record(delta(0, "x"), run, cast) == {
        "event": "delta",
        "index": 0,
        "label": "a",
        "at_ms": 100,
        "text": "x",
    }
    assert event_record(Settled(at=2.2, reason="all"), run, cast) == {
        "event": "settled",
        "at_ms": 2200,
        "reason": "all",
    }
    last = event_record(EVENTS[1], run, cast)
    assert last["entry"] == run_record(run, cast).entries[0]


def test_blind_events_have_no_times() -> None:
    """Only the order in which they come remains."""
    run = FakeRun("a", "b", events=EVENTS, order=(1, 0))
    cast = DisplayOrder.of(run, blind=True)
    assert event_record(delta(0, "x"), run, cast) == {
        "event": "delta",
        "index": 1,
        "label": "B",
        "text": "x",
    }


def test_json_is_safe_on_a_terminal_and_loses_nothing() -> None:
    """What a terminal could act on is escaped as JSON escapes it."""
    text = "\x1b]0;p\x07 \x9b31m \u202e \u2028 \x7f \U000e0041 é 漢 😀"
    line = to_json({"text": text})
    assert json.loads(line) == {"text": text}
    assert not set(line) & set("\x1b\x07\x9b\u202e\u2028\x7f\U000e0041\n")
    assert "é 漢 😀" in line
