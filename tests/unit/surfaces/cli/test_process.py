"""How a question ends for the shell."""

import signal
from collections.abc import Iterator

import pytest

from hexai.domain.outcome import Outcome, Status
from hexai.surfaces.cli.process import Interrupts, exit_code

STATUS = {
    "a": Status.ANSWERED,
    "f": Status.FAILED,
    "t": Status.TIMED_OUT,
    "c": Status.CANCELLED,
}


def outcomes(letters: str) -> list[Outcome]:
    """Make an outcome for each letter: answered, failed, timed out, cancelled."""
    return [
        Outcome(index=i, label="x", status=STATUS[letter], provider="p", model="m")
        for i, letter in enumerate(letters)
    ]


@pytest.mark.parametrize(
    ("letters", "code"),
    [("a", 0), ("aa", 0), ("af", 4), ("ta", 4), ("f", 1), ("ft", 1), ("", 1)],
)
def test_all_some_or_none_answered(letters: str, code: int) -> None:
    """0, 4 and 1."""
    assert exit_code(outcomes(letters), first=False) == code


@pytest.mark.parametrize(("letters", "code"), [("acc", 0), ("afc", 0), ("ff", 1)])
def test_with_first_one_answer_is_enough(letters: str, code: int) -> None:
    """Whatever became of the others."""
    assert exit_code(outcomes(letters), first=True) == code


@pytest.fixture(autouse=True)
def fixture_hang_ups() -> Iterator[None]:
    """Let what a test makes of hang-ups end with it."""
    before = signal.getsignal(signal.SIGHUP)
    yield
    signal.signal(signal.SIGHUP, before)


def interrupted(
    *numbers: int, running: bool = True
) -> tuple[int | None, int, list[int]]:
    """Send signals; give the code, how often `stop` was called, and `leave`'s codes."""

    def stop() -> bool:
        stopped.append(1)
        return running

    stopped: list[int] = []
    left: list[int] = []
    with Interrupts(stop, left.append) as interrupts:
        for number in numbers:
            signal.raise_signal(number)
        return interrupts.code, len(stopped), left


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
)
def test_the_first_signal_asks_to_stop(number: int, code: int) -> None:
    """The code is 128 and the signal's number, as shells count."""
    assert interrupted(number) == (code, 1, [])


def test_the_second_signal_leaves_at_once() -> None:
    """Whichever it is; the run is not asked again."""
    assert interrupted(signal.SIGINT, signal.SIGTERM) == (130, 1, [143])


@pytest.mark.parametrize(
    ("numbers", "code", "left"),
    [
        ((signal.SIGHUP, signal.SIGHUP), 129, []),
        ((signal.SIGTERM, signal.SIGHUP), 143, []),
        ((signal.SIGHUP, signal.SIGTERM), 129, [143]),
    ],
)
def test_a_further_hang_up_asks_nothing(
    numbers: tuple[int, ...], code: int, left: list[int]
) -> None:
    """A window that is closed sends several."""
    assert interrupted(*numbers) == (code, 1, left)


def test_where_nothing_runs_the_first_signal_leaves() -> None:
    """While the last bytes wait for a reader, for one."""
    assert interrupted(signal.SIGINT, running=False) == (130, 1, [130])


def test_without_a_signal_there_is_no_code() -> None:
    """And handlers are as they were before."""
    before = [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGHUP)]
    assert interrupted() == (None, 0, [])
    after = [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGHUP)]
    assert before == after


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    """Under nohup a closed terminal ends nothing."""
    previous = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert interrupted(signal.SIGHUP) == (None, 0, [])
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, previous)
