"""The ledger: what recording costs, and how long statistics take.

Run by `scripts/bench ledger`. Recording is held against two milliseconds on the path
of an answer; statistics are whole processes over a ledger of made-up runs, with the
limits that the specification gives for a hundred thousand and a million answers. Of a
million, their processor time is also held against that of an older build over a ledger
of its own, each run of one beside one of the other.
"""

import argparse
import os
import random
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path

from msgspec import Struct

from hexai.config.folders import LEDGER_FILE
from hexai.domain.entry import Surface
from hexai.domain.outcome import Status, Timings
from hexai.domain.provider import FinishReason, Usage
from hexai.domain.record import (
    SAMPLED_AFTER,
    Background,
    Choice,
    Chosen,
    ContenderRecord,
    Fact,
    Method,
    RunRecord,
    Shown,
    Survived,
)
from hexai.ledger.access import Ledger
from hexai.service.recorder import LedgerRecorder

_CONTENDERS = 3
_BATCH = 2000
_LIMITS = {100_000: 0.5, 1_000_000: 3.0}
_BESIDE = {"stats": 1.12, "leaderboard": 1.06}
"""What each command may take of the older build's processor time, over a million."""
_LISTS_A_SITTING = 300
_LANGUAGES = ("python", "go", "rust", "typescript")
_BEGAN_AT = 1_700_000_000.0


def contender(index: int, dice: random.Random) -> ContenderRecord:
    """Make up an answer, or one in twenty times a failure."""
    answered = dice.random() > 0.05
    first = dice.lognormvariate(-1.0, 0.6)
    generating = dice.lognormvariate(0.3, 0.6)
    return ContenderRecord(
        index=index,
        label=f"model {index}",
        provider="openrouter",
        model=f"vendor/model-{index}",
        upstream="https://openrouter.ai:443",
        returned_model=f"vendor/model-{index}-2026-10",
        local=False,
        status=Status.ANSWERED if answered else Status.TIMED_OUT,
        finish=FinishReason.STOP if answered else None,
        timings=Timings(ttft=first, generating=generating, total=first + generating),
        usage=Usage(
            input=dice.randrange(4000),
            output=dice.randrange(800),
            source="reported",
        ),
        cost_usd=Decimal(dice.randrange(10**7)) / 10**9,
        sent=dice.randrange(16_000),
        received=dice.randrange(3200),
    )


def facts(number: int, dice: random.Random) -> Iterator[Fact]:
    """Make up a run of the editor, and what was done with it.

    In each sitting somebody works on one project, in one language.
    """
    sitting = number // _LISTS_A_SITTING
    run_id = f"{number:012x}{dice.getrandbits(80):020x}"
    began = _BEGAN_AT + 30 * number
    yield RunRecord(
        run_id=run_id,
        surface=Surface.COMPLETION,
        started_at=began,
        background=Background(
            project=f"/home/me/project{sitting % 7}",
            language=_LANGUAGES[sitting % 4],
            document=f"{number // 20:016x}",
            place=f"{dice.getrandbits(64):016x}",
        ),
        sitting=f"{sitting:032x}",
        seed=number,
        shuffle=1.0,
        order=tuple(range(_CONTENDERS)),
        contenders=tuple(contender(index, dice) for index in range(_CONTENDERS)),
    )
    shown = dice.sample(range(_CONTENDERS), _CONTENDERS)
    yield Shown(run_id=run_id, at=began + 1, items=tuple((i,) for i in shown))
    taken = dice.random() < 0.3
    yield Chosen(
        run_id=run_id,
        at=began + 2,
        choice=Choice.TAKEN if taken else Choice.NONE,
        method=Method.COMMAND,
        indexes=(dice.randrange(_CONTENDERS),) if taken else (),
        characters=dice.randrange(10, 400) if taken else 0,
    )
    share: float | None = 1.0
    for after in SAMPLED_AFTER if taken else ():
        share = None if share is None or dice.random() < 0.1 else share * dice.random()
        yield Survived(run_id=run_id, after=after, share=share)


def fill(path: Path, answers: int) -> None:
    """Write a ledger of so many answers."""
    path.parent.mkdir(parents=True, mode=0o700)
    path.touch(mode=0o600)
    ledger = Ledger(path, patience=1.0)
    dice = random.Random(1)
    runs = answers // _CONTENDERS
    for first in range(0, runs, _BATCH):
        numbers = range(first, min(first + _BATCH, runs))
        ledger.take(*(fact for number in numbers for fact in facts(number, dice)))
    ledger.close()


def whole(hexai: Path, home: Path, *arguments: str) -> float:
    """Time a whole process."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}
    began = time.monotonic()
    subprocess.run(
        [hexai / "hexai", *arguments],
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.monotonic() - began


class Cost(Struct, frozen=True, kw_only=True):
    """What a process took."""

    seconds: float
    """Of the processor."""
    megabytes: float
    """Of memory, at most."""


def cost(hexai: Path, home: Path, command: str) -> Cost:
    """Run a whole process."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}
    with subprocess.Popen(
        [hexai / "hexai", command], env=environment, stdout=subprocess.DEVNULL
    ) as process:
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Cost(
        seconds=used.ru_utime + used.ru_stime, megabytes=used.ru_maxrss * 1024 / 1e6
    )


def measure_beside(hexai: tuple[Path, Path], old: tuple[Path, Path], runs: int) -> None:
    """Print what each command takes of the older build's; programs with their homes."""
    for command, limit in _BESIDE.items():
        pairs = [(cost(*old, command), cost(*hexai, command)) for _ in range(runs)]
        share = statistics.median(new.seconds / was.seconds for was, new in pairs)
        word = "within" if share <= limit else "OVER"
        before, now = (_middle(side) for side in zip(*pairs, strict=True))
        print(f"  -> {command}, processor: {now}, before {before}: {share:.2f} times,")
        print(f"     {word} {limit}")


def _middle(costs: Iterable[Cost]) -> str:
    figures = [*costs]
    seconds = statistics.median(each.seconds for each in figures)
    megabytes = statistics.median(each.megabytes for each in figures)
    return f"{seconds:.2f} s and {megabytes:.0f} MB"


_FILL = (
    "import sys; from pathlib import Path; from benchmarks.ledger import fill; "
    "fill(Path(sys.argv[1]), int(sys.argv[2]))"
)


def fill_old(old: Path, code: Path, path: Path, answers: int) -> None:
    """Have an older build write a ledger of so many answers."""
    command: list[str | Path] = [old / "python", "-c", _FILL, path, str(answers)]
    subprocess.run(command, cwd=code, check=True)


def measure_recording(folder: Path, runs: int) -> None:
    """Print what one run costs who records it, and how long until it is written."""
    recorder = LedgerRecorder(folder, now=time.time)  # noqa: TID251 - a real clock
    recorder.warm_up()
    dice = random.Random(2)
    given, written = [], []
    for number in range(runs):
        run = next(facts(number, dice))
        began = time.perf_counter()
        recorder.record(run)
        given.append(time.perf_counter() - began)
        recorder.flush()
        written.append(time.perf_counter() - began)
    recorder.close()
    print(row("record a run", given, 0.002))
    print(row("until it is written", written, 0.002))


def row(name: str, figures: list[float], limit: float) -> str:
    """Show minimum, median and maximum in milliseconds, and hold it to a limit."""
    mid = statistics.median(figures)
    word = "within" if mid <= limit else "OVER"
    figured = (min(figures), mid, max(figures))
    columns = "".join(f"{figure * 1e3:9.2f}" for figure in figured)
    return f"  {name:<42}{columns}  ms, {word} {limit * 1e3:g} ms"


def run(hexai: Path, old: Path, answers: list[int], runs: int) -> None:
    """Measure everything and print it; `old` is a folder beside its environment."""
    print(f"  {'':<42}{'min':>9}{'median':>9}{'max':>9}")
    with tempfile.TemporaryDirectory() as folder:
        measure_recording(Path(folder) / "state", 200)
        for count in answers:
            home = Path(folder) / str(count)
            path = home / ".local/state/hexai" / LEDGER_FILE
            fill(path, count)
            for command in ("stats", "leaderboard"):
                figures = [whole(hexai, home, command) for _ in range(runs)]
                name = f"hexai {command}, {count:,} answers"
                print(row(name, figures, _LIMITS[count]))
            size = path.stat().st_size / count
            word = "within" if size <= 400 else "OVER"
            print(f"  -> {size:.0f} bytes an answer, {word} 400")
            if count == 1_000_000:
                was = Path(folder) / "old"
                code = old.parents[1] / "d8bb04b"
                fill_old(old, code, was / ".local/state/hexai" / LEDGER_FILE, count)
                measure_beside((hexai, home), (old, was), runs)
            print()


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hexai", type=Path, required=True, help="folder of programs")
    parser.add_argument(
        "--old", type=Path, required=True, help="that of an older build"
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument(
        "--answers", type=int, nargs="+", choices=_LIMITS, default=[*_LIMITS]
    )
    given = parser.parse_args()
    run(given.hexai, given.old, given.answers, given.runs)


if __name__ == "__main__":
    main()
