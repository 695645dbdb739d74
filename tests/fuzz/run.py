"""Runs targets on inputs by number: the same number is the same input, for ever.

    python -m tests.fuzz.run [TARGET …] [--seconds N] [--runs N] [--from N]

Each input has five seconds, ten thousand times what it needs; one that takes longer
counts as a hang. What fails is printed with its number and bytes, and the run goes on,
so that one fault does not hide the next.
"""

import argparse
import signal
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from random import Random

from msgspec import Struct

from tests.fuzz.mutate import mutated
from tests.fuzz.targets import TARGETS, Target

PATIENCE = 5.0
"""Seconds for one input."""
_MOST = 5
"""Faults of one target after which it is given up."""


class Hang(BaseException):
    """An input took too long; no `except Exception` may swallow it."""


class Fault(Struct, frozen=True, kw_only=True):
    """One input that a target failed on."""

    target: str
    number: int
    data: bytes
    what: str

    def __str__(self) -> str:
        return f"{self.target} input {self.number}: {self.what}\n  {self.data[:600]!r}"


def input_of(target: Target, number: int) -> tuple[bytes, Random]:
    """Give the input of a number, and the chance that goes on from it."""
    chance = Random(f"{target.name} {number}")
    seeds = target.seeds()
    data = chance.choice(seeds)
    if chance.random() < 0.95:
        data = mutated(data, seeds, chance)
    return data, chance


def try_input(target: Target, number: int) -> Fault | None:
    """Run a target on one input."""
    data, chance = input_of(target, number)
    try:
        with _patience():
            target.run(data, chance)
    except (Exception, Hang) as error:  # noqa: BLE001 - whatever it is, it is a find
        lines = traceback.format_exception(error)[-3:]
        what = "".join(lines).strip()[-1500:]
        return Fault(target=target.name, number=number, data=data, what=what)
    return None


@contextmanager
def _patience() -> Iterator[None]:
    def ring(_number: int, _frame: object) -> None:
        raise Hang(f"took longer than {PATIENCE:g} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


class Result(Struct, kw_only=True):
    """What came of one target."""

    runs: int = 0
    seconds: float = 0.0
    faults: list[Fault]


def fuzz(target: Target, *, seconds: float, runs: int, first: int = 0) -> Result:
    """Run a target until the time or the runs are used up, whichever is first."""
    result, began = Result(faults=[]), time.monotonic()
    while result.runs < runs and result.seconds < seconds:
        fault = try_input(target, first + result.runs)
        result.runs += 1
        result.seconds = time.monotonic() - began
        if fault is not None:
            result.faults.append(fault)
            if len(result.faults) == _MOST:
                break
    return result


def _chosen(names: Sequence[str]) -> list[Target]:
    known = {target.name for target in TARGETS}
    if unknown := sorted(set(names) - known):
        sys.exit(f"fuzz: no target {unknown[0]}; there are {', '.join(sorted(known))}")
    return [target for target in TARGETS if not names or target.name in names]


def main() -> None:
    """Read the command line and run; exits with 1 if anything was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    parser.add_argument("--seconds", type=float, help="for each target")
    parser.add_argument("--runs", type=int, help="for each target")
    parser.add_argument("--from", type=int, default=0, dest="first", metavar="N")
    options = parser.parse_args()
    seconds = options.seconds or (float("inf") if options.runs else 10.0)
    total, found = 0, 0
    for target in _chosen(options.targets):
        result = fuzz(
            target,
            seconds=seconds,
            runs=options.runs or sys.maxsize,
            first=options.first,
        )
        total, found = total + result.runs, found + len(result.faults)
        print(
            f"{target.name:<20}{result.runs:>10} runs{result.seconds:9.1f} s",
            flush=True,
        )
        for fault in result.faults:
            print(fault, flush=True)
    print(f"{total} inputs, {found} faults")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
