"""The race: what the engine adds to the slowest contender, and to each delta.

Run by `scripts/bench race`. Upstreams run in a process of their own; the bare loop
that the cost of a delta is held against reads the same bytes with httpx2 alone.
"""

import argparse
import asyncio
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import httpx2

from hexai.config.folders import find_folders
from hexai.config.order import Snapshot, load
from hexai.domain.entry import Surface
from hexai.domain.messages import Message, Role
from hexai.domain.outcome import Status
from hexai.domain.request import Request
from hexai.service.ask import ask
from hexai.service.question import Question
from hexai.service.runtime import Loop
from hexai.service.services import Services

T = TypeVar("T")

_PROFILE = """
[providers.p{port}]
type = "openai"
base_url = "http://127.0.0.1:{port}/v1"
model = "m"

[[models.cli]]
provider = "p{port}"
"""
_LATENCIES = tuple(number / 10 for number in range(1, 9))
_DELTAS = 20_000


@contextmanager
def upstreams(*specs: str) -> Iterator[list[int]]:
    """Serve each spec of `benchmarks.streams`; give the ports."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.streams", *specs],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield [int(port) for port in process.stdout.readline().split()]
        process.communicate()


def configuration(ports: Sequence[int], home: Path) -> Snapshot:
    """Configure one entry for each port."""
    config = home / "config.toml"
    config.write_text("".join(_PROFILE.format(port=port) for port in ports))
    return load(find_folders({}, home), {}, config=config)


async def race(snapshot: Snapshot, home: Path) -> float:
    """Put a question to all entries; give the seconds until all have answered."""
    services = Services(
        snapshot.settings,
        folders=find_folders({}, home),
        environ={},
        now=time.time,  # noqa: TID251 - the edge
        random=random.Random(1),
    )
    message = Message(Role.USER, "hi")
    request = Request(surface=Surface.CLI, messages=(message,))
    question = Question(
        request=request,
        entries=snapshot.entries(Surface.CLI).entries,
        max_concurrency=100,
        fresh=True,
    )
    async with services:
        began = time.monotonic()
        async with ask(services, question) as run:
            async for _ in run:
                pass
            took = time.monotonic() - began  # keeping the answers is another matter
        assert {outcome.status for outcome in run.outcomes} == {Status.ANSWERED}
    return took


async def bare(port: int) -> float:
    """Read one upstream's bytes with httpx2 alone; give the seconds."""
    transport = httpx2.AsyncHTTPTransport(verify=False)
    url = f"http://127.0.0.1:{port}/v1/chat/completions"
    async with httpx2.AsyncClient(transport=transport, trust_env=False) as client:
        began = time.monotonic()
        async with client.stream("POST", url, json={}) as response:
            async for _ in response.aiter_raw():
                pass
        return time.monotonic() - began


def run_async(coroutine: Coroutine[None, None, T]) -> T:
    """Run on the loop that the surfaces use."""
    with asyncio.Runner(loop_factory=Loop) as runner:
        return runner.run(coroutine)


def measure_wall(runs: int, home: Path) -> None:
    """Row: race wall time beyond what the slowest of eight takes a bare client."""
    with upstreams(*(f"{latency}:5:0" for latency in _LATENCIES)) as ports:
        snapshot = configuration(ports, home)
        beyond = [
            run_async(race(snapshot, home)) - run_async(bare(ports[-1]))
            for _ in range(runs)
        ]
    figure = statistics.median(beyond) * 1e3
    print(f"race of 8, beyond the slowest: {figure:.1f} ms (budget 10 ms)")


def measure_deltas(runs: int, home: Path) -> None:
    """Row: what the engine costs for each delta, over a bare raw loop."""
    with upstreams(f"0:{_DELTAS}:0") as ports:
        snapshot = configuration(ports, home)
        ours = [run_async(race(snapshot, home)) for _ in range(runs)]
        theirs = [run_async(bare(ports[0])) for _ in range(runs)]
    cost = (statistics.median(ours) - statistics.median(theirs)) / _DELTAS
    print(f"engine cost of a delta: {cost * 1e6:.1f} µs (budget 15 µs)")


def measure_load(home: Path) -> None:
    """Row: the share of one core that 16 streams of 200 deltas a second take."""
    with upstreams(*["0:1000:200"] * 16) as ports:
        snapshot = configuration(ports, home)
        used, took = time.process_time(), run_async(race(snapshot, home))
        share = (time.process_time() - used) / took
    print(f"16 streams of 200 a second: {share:.0%} of a core (budget 35 %)")


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hexai", type=Path, help="not used: runs in this process")
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        measure_wall(options.runs, home)
        measure_deltas(options.runs, home)
        measure_load(home)


if __name__ == "__main__":
    main()
