"""Signals end an action where that loses nothing."""

import os
import signal
from collections.abc import Iterator

import pytest

from hexai.surfaces.tmux.signals import Signals, Stopped


@pytest.fixture(name="signals")
def fixture_signals() -> Iterator[Signals]:
    """Note signals during a test."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    signals = Signals()
    signals.install()
    yield signals
    for number, handler in before.items():
        signal.signal(number, handler)


def test_an_early_signal_waits_until_it_may_end_something(signals: Signals) -> None:
    """It is noted first, and raised once."""
    os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(Stopped) as stopped:
        signals.raise_from(1)
    os.kill(os.getpid(), signal.SIGINT)

    assert stopped.value.number == signal.SIGTERM
    assert signals.noted == [signal.SIGTERM, signal.SIGINT]


def test_the_second_signal_gives_up_on_reading(signals: Signals) -> None:
    """One alone lets the selection come in whole."""
    signals.raise_from(2)
    os.kill(os.getpid(), signal.SIGINT)
    with pytest.raises(Stopped):
        os.kill(os.getpid(), signal.SIGINT)


def test_what_is_ignored_stays_so() -> None:
    """Under nohup a hang-up ends nothing."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    kept = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    signals = Signals()
    try:
        signals.install()
        os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
        signal.signal(signal.SIGINT, kept[0])
        signal.signal(signal.SIGTERM, kept[1])

    assert signals.noted == []
