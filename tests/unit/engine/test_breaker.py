"""Breakers: open after five failures, one probe after 30 s."""

import pytest

from hexai.engine.breaker import Breaker, Breakers
from hexai.errors import ConnectionFailed, UpstreamResting
from tests.support.races import target
from tests.support.scripted import Scripted, says

TARGET = target(Scripted(says("hi")))
REFUSED = ConnectionFailed("connection refused")


def _fail(breaker: Breaker, times: int, now: float = 0.0) -> None:
    for _ in range(times):
        breaker.admit(now, TARGET, began_at=now).failed(now, REFUSED)


def _is_open(breaker: Breaker, now: float) -> bool:
    try:
        breaker.admit(now, TARGET, began_at=now).hand_back()
    except UpstreamResting:
        return True
    return False


def test_five_failures_in_a_row_open_it_for_30_seconds() -> None:
    """Four do not; from the fifth on nothing passes until the time is over."""
    breaker = Breaker()
    _fail(breaker, 4)
    before = _is_open(breaker, 0.0)
    _fail(breaker, 1, now=2.0)

    assert not before
    assert _is_open(breaker, 2.0)
    assert _is_open(breaker, 31.9)
    assert not _is_open(breaker, 32.0)


def test_a_success_in_between_begins_the_count_anew() -> None:
    """Only failures in a row count."""
    breaker = Breaker()
    _fail(breaker, 4)
    breaker.admit(0.0, TARGET, began_at=0.0).succeeded()
    _fail(breaker, 4)

    assert not _is_open(breaker, 0.0)


def test_a_permit_that_is_handed_back_counts_as_nothing() -> None:
    """A cancelled attempt neither helps nor harms."""
    breaker = Breaker()
    _fail(breaker, 4)
    breaker.admit(0.0, TARGET, began_at=0.0).hand_back()
    _fail(breaker, 1)

    assert _is_open(breaker, 0.0)


def test_one_probe_at_a_time_is_let_through() -> None:
    """While the probe runs, everybody else is still refused."""
    breaker = Breaker()
    _fail(breaker, 5)
    probe = breaker.admit(30.0, TARGET, began_at=30.0)
    during = _is_open(breaker, 30.0)
    probe.succeeded()

    assert during
    assert not _is_open(breaker, 30.0)


def test_a_failed_probe_opens_it_again() -> None:
    """It takes one failure, not five."""
    breaker = Breaker()
    _fail(breaker, 5)
    breaker.admit(40.0, TARGET, began_at=40.0).failed(41.0, REFUSED)

    assert _is_open(breaker, 70.9)
    assert not _is_open(breaker, 71.0)


def test_a_cancelled_probe_is_handed_back() -> None:
    """The next attempt is the probe then."""
    breaker = Breaker()
    _fail(breaker, 5)
    breaker.admit(30.0, TARGET, began_at=30.0).hand_back()
    probe = breaker.admit(30.0, TARGET, began_at=30.0)

    assert _is_open(breaker, 30.0)
    probe.failed(30.0, REFUSED)
    assert _is_open(breaker, 59.0)


def test_only_the_first_word_of_a_permit_counts() -> None:
    """Handing back at the end is harmless, whatever was said before."""
    breaker = Breaker()
    _fail(breaker, 4)
    permit = breaker.admit(0.0, TARGET, began_at=0.0)
    permit.failed(0.0, REFUSED)
    permit.succeeded()
    permit.failed(10.0, REFUSED)
    permit.hand_back()

    assert _is_open(breaker, 0.0)
    assert not _is_open(breaker, 30.0)


def test_stragglers_do_not_prolong_the_rest() -> None:
    """Attempts that were under way when it opened change nothing by failing."""
    breaker = Breaker()
    straggler, lucky = (
        breaker.admit(0.0, TARGET, began_at=0.0),
        breaker.admit(0.0, TARGET, began_at=0.0),
    )
    _fail(breaker, 5)
    straggler.failed(20.0, REFUSED)
    still_open, then = _is_open(breaker, 29.0), _is_open(breaker, 30.0)
    _fail(breaker, 1, now=30.0)
    lucky.succeeded()

    assert still_open
    assert not then
    assert not _is_open(breaker, 30.0)


@pytest.mark.parametrize(
    ("now", "said"),
    [(12.0, "for another 18 s"), (30.0, "until a first attempt is back")],
)
def test_the_refusal_says_why_and_how_long(now: float, said: str) -> None:
    """It names who was not asked, for how long, and the last failure."""
    breaker = Breaker()
    _fail(breaker, 5)
    if now >= 30.0:
        breaker.admit(now, TARGET, began_at=now)

    with pytest.raises(UpstreamResting) as caught:
        breaker.admit(now, TARGET, began_at=now)

    assert str(caught.value) == (
        f"connection refused; not asked {said}, after 5 failures in a row; "
        "check that the server runs and that base_url is right"
    )
    assert (caught.value.provider, caught.value.model) == ("scripted", "model")


def test_each_upstream_has_its_own() -> None:
    """One bad upstream blocks no other."""
    breakers = Breakers()
    _fail(breakers.of("http://bad.test"), 5)

    assert _is_open(breakers.of("http://bad.test"), 0.0)
    assert not _is_open(breakers.of("http://good.test"), 0.0)


def test_a_reset_forgets_attempts_under_way_too() -> None:
    """After a sleep neither open breakers nor old attempts count."""
    breakers = Breakers()
    _fail(breakers.of("o"), 4)
    old = breakers.of("o").admit(0.0, TARGET, began_at=0.0)
    breakers.reset()
    _fail(breakers.of("o"), 4)
    old.failed(0.0, REFUSED)

    assert not _is_open(breakers.of("o"), 0.0)


def test_a_race_that_began_before_is_told_the_cause_alone() -> None:
    """It is the same outage that the contender beside has just met: no waiting."""
    breaker = Breaker()
    _fail(breaker, 5, now=3.0)

    with pytest.raises(UpstreamResting) as caught:
        breaker.admit(3.5, TARGET, began_at=1.0)

    assert str(caught.value) == str(REFUSED)
