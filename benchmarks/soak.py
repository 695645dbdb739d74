"""A soak: an editor server among failing models, typed at for an hour.

Eight entries in three wire formats, most of which fail in a way drawn from
`tests/support/stream_faults.py`, and people who type (`typing.py`). What may not grow
after the first 10,000 edits are memory, descriptors and threads; and a completion may
not take longer in one quarter than in another. Run by `scripts/bench soak`, which
fails if one of them does.
"""

import argparse
import asyncio
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from msgspec import Struct

from benchmarks.start import verdict
from benchmarks.typing import Asker, Pace, Tally, Typist
from tests.support.faults import FORMATS, Format, answer
from tests.support.lsp_client import LspClient, connected_to
from tests.support.stream_faults import FAULTS
from tests.support.upstream import Exchange, Reply, Upstream

_SHARES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)
"""How many of the requests go wrong, by entry."""
_TYPISTS = 4
_WARM_UP = 10_000
"""Edits after which nothing grows any more."""
_BUDGETS = """\
[fanout]
connect_timeout = 1
first_token_timeout = 2
idle_timeout = 2
timeout = 5

"""
_GROWTH = {"memory": 4.0, "descriptors": 4.0, "threads": 1.0}
"""What counts as none: MB (an allocator's noise), connections kept, a pool's thread."""
_APART = 0.2
"""How far the 95th percentiles of two quarters may lie apart, as a share."""


class Sample(Struct, frozen=True, kw_only=True):
    """What the server held at one moment."""

    edits: int
    memory: float
    """MB that are resident."""
    descriptors: float
    threads: float


def sampled(pid: int, edits: int) -> Sample:
    """Look at a process."""
    folder = Path(f"/proc/{pid}")
    status = (folder / "status").read_text()
    return Sample(
        edits=edits,
        memory=int(status.split("VmRSS:")[1].split()[0]) / 1024,
        descriptors=len(list((folder / "fd").iterdir())),
        threads=len(list((folder / "task").iterdir())),
    )


def unreliable(form: Format, share: float, drawn: random.Random) -> Reply:
    """Answer, and no two answers are the same; or do, at random, something else."""

    async def reply(exchange: Exchange) -> None:
        if drawn.random() < share:
            await drawn.choice(FAULTS).reply(form)(exchange)
            return
        await exchange.pause(drawn.random() * 0.1)
        number = drawn.randrange(10**6)
        await answer(form, f"ute({number}", ", 1)\n", f"y = {number}")(exchange)

    return reply


@contextmanager
def upstreams() -> Iterator[tuple[str, list[Upstream]]]:
    """Run eight; gives the configuration that asks them, too."""
    parts, running = [_BUDGETS], []
    with ExitStack() as stack:
        for number, share in enumerate(_SHARES):
            form = FORMATS[number % len(FORMATS)]
            reply = unreliable(form, share, random.Random(number))
            upstream = stack.enter_context(Upstream(reply))
            running.append(upstream)
            parts.append(
                f'[providers.p{number}]\ntype = "{form}"\nmodel = "m"\nlocal = true\n'
                f'base_url = "{upstream.url}"\n'
                f'[[models.completion]]\nprovider = "p{number}"\n'
            )
        parts.append('[[models.chat]]\nprovider = "p0"\n')
        parts.append('[[models.code_action]]\nprovider = "p1"\n')
        yield "".join(parts), running


async def soak(
    process: "subprocess.Popen[bytes]",
    pace: Pace,
    forget: Callable[[], None],
) -> list[Sample]:
    """Type at a server; gives what it held, at sixty moments."""
    samples: list[Sample] = []
    async with connected_to(process) as client:
        await client.initialize("plain", encodings=("utf-32",), capabilities=_EDITOR)
        typists = [Typist(client, pace, number) for number in range(_TYPISTS)]
        async with asyncio.TaskGroup() as group:
            for typist in typists:
                group.create_task(typist.work())
            group.create_task(Asker(client, pace, every=5.0).work())
            group.create_task(
                _watch(process, pace, samples, _forgetting(client, forget))
            )
        await client.leave()
    return samples


_EDITOR = {
    "textDocument": {
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}}
    },
    "workspace": {"applyEdit": True, "workspaceEdit": {"documentChanges": True}},
}


def _forgetting(client: LspClient, forget: Callable[[], None]) -> Callable[[], None]:
    def both() -> None:
        client.messages.clear()
        forget()

    return both


async def _watch(
    process: "subprocess.Popen[bytes]",
    pace: Pace,
    samples: list[Sample],
    forget: Callable[[], None],
) -> None:
    """Look at the server now and then, and keep our own records small."""
    print(
        f"  {'edits':>8}{'completions':>13}{'MB':>8}{'descriptors':>13}{'threads':>9}"
    )
    while not pace.is_over:
        await asyncio.sleep(pace.seconds / 60)
        sample = sampled(process.pid, pace.tally.edits)
        samples.append(sample)
        forget()
        print(
            f"  {sample.edits:8}{len(pace.tally.completions):13}{sample.memory:8.1f}"
            f"{sample.descriptors:13.0f}{sample.threads:9.0f}",
            flush=True,
        )


def growth(samples: Sequence[Sample], warm_up: int) -> dict[str, float]:
    """Say how much more the last fifth held than the first one after the warm-up."""
    counted = [sample for sample in samples if sample.edits >= warm_up]
    some = max(1, len(counted) // 5)
    return {
        what: statistics.median(getattr(each, what) for each in counted[-some:])
        - statistics.median(getattr(each, what) for each in counted[:some])
        for what in _GROWTH
    }


def quarters(tally: Tally) -> list[list[float]]:
    """Give the seconds of the completions, by quarter of the edits."""
    found: list[list[float]] = [[], [], [], []]
    for edits, seconds in tally.completions:
        found[min(3, edits * 4 // max(1, tally.edits))].append(seconds)
    return found


def report(samples: Sequence[Sample], tally: Tally, warm_up: int) -> bool:
    """Print what came of it; gives whether it all held."""
    held = tally.unanswered == 0
    print(
        f"  {tally.edits} edits, {len(tally.completions)} completions, "
        f"{tally.offered} items, {tally.taken} taken, {tally.questions} questions and "
        f"actions, {tally.edited} edits by the server, {tally.unanswered} unanswered"
    )
    print(f"  {'completion':<12}{'p50':>8}{'p95':>8}{'max':>8}  s")
    tails = []
    for number, seconds in enumerate(quarters(tally), start=1):
        tails.append(statistics.quantiles(seconds, n=20, method="inclusive")[-1])
        print(
            f"  quarter {number:<4}{statistics.median(seconds):8.3f}{tails[-1]:8.3f}"
            f"{max(seconds):8.3f}"
        )
    apart = max(tails) / min(tails) - 1
    print(verdict("p95 of the quarters apart", apart, _APART, "of the least"))
    held = held and apart <= _APART
    for what, more in growth(samples, warm_up).items():
        print(
            verdict(f"growth of {what} after {warm_up} edits", more, _GROWTH[what], "")
        )
        held = held and more <= _GROWTH[what]
    return held


def run(python: Path, home: Path, minutes: float, edits: int) -> bool:
    """Soak a server in a home of its own."""
    tally = Tally(completions=[])
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}
    with upstreams() as (configuration, running):
        config = home / "config.toml"
        config.write_text(configuration)
        command = [str(python / "hexai-lsp-server"), "--config", str(config)]

        def forget() -> None:
            for upstream in running:
                upstream.forget()

        with subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            pace = Pace(tally, edits=edits, seconds=minutes * 60)
            try:
                samples = asyncio.run(soak(process, pace, forget))
                process.wait(20)
            finally:
                process.kill()
    return report(samples, tally, min(_WARM_UP, edits // 3))


def main() -> None:
    """Read the command line and run; exits with 1 if something grew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hexai", type=Path, required=True, help="bin folder")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--edits", type=int, default=60_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        held = run(options.hexai, Path(home), options.minutes, options.edits)
    sys.exit(not held)


if __name__ == "__main__":
    main()
