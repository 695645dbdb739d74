"""A header tells how its contender stands, in words that are true."""

from typing import Any

import pytest

from hexai.domain.outcome import Delta, Ended, Queued, Started, Status
from hexai.domain.provider import FinishReason
from hexai.errors import ConnectionFailed, TimedOut
from hexai.surfaces.cli.live.header import Standing
from tests.support.watched import outcome


def streaming(*, blind: bool = False) -> Standing:
    """Make a contender that began to answer 0.4 s after its start."""
    standing = Standing("home", blind=blind)
    standing.handle(Started(index=0, at=1.0))
    standing.handle(Delta(index=0, at=1.4, text="The"))
    return standing


def ended(status: Status, *, blind: bool = False, **more: Any) -> Standing:
    """Make a contender with an outcome."""
    standing = streaming(blind=blind)
    standing.handle(Ended(index=0, at=3.0, outcome=outcome(0, status, **more)))
    return standing


def test_it_waits_until_its_first_token() -> None:
    """Without a slot it is queued, with one it waits for its upstream."""
    standing = Standing("home")
    words = [standing.words(0)]
    standing.handle(Queued(index=0, at=0.0))
    words.append(standing.words(0))
    standing.handle(Started(index=0, at=1.0))
    words.append(standing.words(0))

    assert words == ["waiting", "queued", "waiting"]


def test_the_first_token_is_timed_from_the_slot() -> None:
    """Time in the queue is nobody's time to the first token."""
    assert streaming().words(0) == "0.4 s first token"


def test_a_rate_is_told_once_it_says_something_and_marked_as_estimated() -> None:
    """Text is counted until the upstream tells its tokens at the end."""
    standing = streaming()
    standing.handle(Delta(index=0, at=2.3, text="x" * 100))
    before = standing.words(0)
    standing.handle(Delta(index=0, at=2.4, text="x" * 60))

    assert (before, standing.words(0)) == ("0.4 s first token", "~40 tok/s")


@pytest.mark.parametrize(
    ("status", "more", "words"),
    [
        (Status.ANSWERED, {}, "done 2.1 s"),
        (Status.ANSWERED, {"finish": FinishReason.LENGTH}, "done 2.1 s, cut off"),
        (
            Status.ANSWERED,
            {"fell_back": True, "returned_model": "x"},
            "done 2.1 s via model",
        ),
        (Status.ANSWERED, {"cached_age": 12.0}, "cached 12 s ago"),
        (Status.ANSWERED, {"cached_age": 180.0}, "cached 3 min ago"),
        (Status.ANSWERED, {"cached_age": 7300.0}, "cached 2 h ago"),
        (Status.FAILED, {"error": ConnectionFailed("refused")}, "failed"),
        (Status.TIMED_OUT, {"error": TimedOut("total", 20)}, "timed out"),
        (Status.CANCELLED, {}, "cancelled"),
    ],
)
def test_its_end_is_told(status: Status, more: dict[str, Any], words: str) -> None:
    """Each way to end has its words, and so has an answer from the cache."""
    assert ended(status, **more).words(0) == words


def test_who_says_nothing_shows_for_how_long() -> None:
    """Before its first word from the first second on, in between after three."""
    standing = Standing("home")
    standing.handle(Started(index=0, at=0.0))
    standing.hear(10.0)
    waiting = [standing.words(10.4), standing.words(13.2)]
    standing.handle(Delta(index=0, at=3.4, text="x"))
    standing.hear(13.4)
    silent = [standing.words(16.3), standing.words(17.5)]

    assert waiting == ["waiting", "waiting 3 s"]
    assert silent == ["3.4 s first token", "silent 4 s"]
    assert standing.running_words(17.5) == "7 s  silent 4 s"


def test_blind_nobody_is_known_by_a_clock() -> None:
    """How long a contender takes may tell which it is."""
    standing = Standing("A", blind=True)
    standing.handle(Started(index=0, at=0.0))
    standing.hear(0.0)

    assert standing.words(30.0) == standing.running_words(30.0) == "waiting"


def test_what_is_printed_for_good_stays_true() -> None:
    """A rate or a state of waiting would be wrong a moment later."""
    fast = streaming()
    fast.handle(Delta(index=0, at=9.0, text="x" * 100))

    assert Standing("home").lasting_words() == ""
    assert fast.lasting_words() == "0.4 s first token"
    assert ended(Status.ANSWERED).lasting_words() == "done 2.1 s"


def test_the_reason_stands_for_the_missing_answer() -> None:
    """A failure tells why and what to do; what the upstream wrote is made harmless."""
    refused = ConnectionFailed("refused", upstream_message="no \x1b[31mway")

    failed = ended(Status.FAILED, error=refused).reason()
    late = ended(Status.TIMED_OUT, error=TimedOut("total", 20)).reason()

    assert failed.startswith("failed: refused: no \\x1b[31mway; check that")
    assert late == (
        "timeout: no complete answer within 20 s; raise timeout, or ask for less"
    )
    assert ended(Status.ANSWERED).reason() == ""


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.ANSWERED, "done"),
        (Status.FAILED, "failed"),
        (Status.TIMED_OUT, "failed"),
        (Status.CANCELLED, "cancelled"),
    ],
)
def test_blind_nothing_names_or_times_a_contender(status: Status, words: str) -> None:
    """No seconds, no rate, no reason with a host in it, no age, no model."""
    running = streaming(blind=True)
    running.handle(Delta(index=0, at=9.0, text="x" * 100))
    done = ended(
        status,
        blind=True,
        error=TimedOut("total", 20),
        cached_age=3.0,
        fell_back=True,
    )

    assert (running.words(0), running.lasting_words()) == ("streaming", "")
    assert (done.words(0), done.lasting_words(), done.reason()) == (words, words, "")


@pytest.mark.parametrize("finish", [FinishReason.LENGTH, FinishReason.FILTERED])
def test_blind_an_answer_that_was_cut_off_says_so(finish: FinishReason) -> None:
    """Half an answer is not judged as a whole one."""
    done = ended(Status.ANSWERED, blind=True, finish=finish)

    assert (done.words(0), done.lasting_words()) == ("done, cut off", "done, cut off")


@pytest.mark.parametrize(("blind", "words"), [(True, "failed"), (False, "failed: no")])
def test_a_short_reason_names_nobody_who_hides(blind: bool, words: str) -> None:
    """Hosts and keys in it would tell who it is."""
    standing = Standing("home", blind=blind, with_reason=False)
    failed = outcome(0, Status.FAILED, error=ConnectionFailed("no"))
    standing.handle(Ended(index=0, at=3.0, outcome=failed))

    assert standing.heading_words() == words
