"""A bench's own cost: what a cell takes beside its upstream, and its memory.

Run by `scripts/bench cells`. A repository is made, and its holes are asked of upstreams
that answer at once, in a process of their own. Each cell is two requests, so a bare
client that sends the same bytes with httpx2 and reads the answers is run beside it, a
block of each in turn. What a machine does else shows in both; the processor's time of
this process is what is compared with the limit.
"""

import argparse
import asyncio
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx2
from msgspec.structs import replace

from benchmarks.mining import _START, make
from benchmarks.race import upstreams
from hexai.bench.budget import Purse
from hexai.bench.fill_holes import HoleFiller
from hexai.bench.hole_asker import CompletionAsker
from hexai.bench.known import Known
from hexai.bench.outlook import contenders_of
from hexai.bench.prepare import Asked, find_tasks, plan_of, tasks_of
from hexai.bench.run import Bench
from hexai.config.folders import find_folders
from hexai.config.order import Snapshot, load
from hexai.domain.bench import Plan, Task
from hexai.domain.entry import Surface
from hexai.service.bench_records import open_benches
from hexai.service.runtime import Loop
from hexai.service.services import Services
from hexai.surfaces.cli.bench_keeper import Keeper

LIMIT = 0.005
"""Seconds of a processor that a cell may take beside its upstream."""
LARGE = 200
"""Megabytes that a bench of 1,000 tasks and 8 entries may take."""
_ENTRY = """
[providers.p{number}]
type = "openai"
base_url = "http://127.0.0.1:{port}/v1"
local = true
[[models.completion]]
provider = "p{number}"
model = "gpt-4.1-nano"
label = "entry {number}"
"""
_ANSWER = "0:12:0"
"""At once, twelve tokens."""
_ENTRIES = 4
"""As many as somebody wants to choose among; each task is composed once for all."""
_BLOCK = 20
"""Tasks after which it is the other one's turn."""
_SETTLED = 1e-9
"""A margin that nobody is equal within, so that every cell is asked."""


def configuration(ports: Sequence[int], home: Path) -> Snapshot:
    """Configure one entry for each port."""
    folder = home / ".config" / "hexai"
    folder.mkdir(parents=True, exist_ok=True)
    text = "".join(_ENTRY.format(number=n, port=port) for n, port in enumerate(ports))
    (folder / "config.toml").write_text(text)
    return load(find_folders({}, home), {})


class Clocks:
    """The time of the wall, and of the processor for this process."""

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Take the time of a block."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.wall += time.perf_counter() - wall
        self.cpu += time.process_time() - cpu


async def measure(
    tasks: Sequence[Task],
    plan: Plan,
    snapshot: Snapshot,
    home: Path,
    urls: Sequence[str],
) -> tuple[Clocks, Clocks]:
    """Ask a few tasks by a bench, then as much by a bare client, and so on."""
    ours, bare = Clocks(), Clocks()
    folders = find_folders({}, home)
    services = Services(
        snapshot.settings,
        folders=folders,
        environ={},
        now=time.time,  # noqa: TID251 - the edge
        random=random.Random(1),
    )
    purse = Purse(None)
    entries = snapshot.entries(Surface.COMPLETION).entries
    with open_benches(folders) as records:
        async with (
            services,
            CompletionAsker(
                services,
                entries,
                settings=snapshot.settings,
                restrictions=snapshot.restrictions,
                root=home,
                purse=purse,
            ) as asker,
        ):
            services.beside.open()
            for start in range(0, len(tasks), _BLOCK):
                some = tasks[start : start + _BLOCK]
                part = _part(plan, start, len(some), asker, snapshot)
                record = records.begin(part, key=f"{start:032x}", name="", now=1.0)
                keep = records.texts(record).add
                for task in some:
                    asker.sizes(task)  # as it says beforehand
                with ours.running():
                    filler = HoleFiller(asker, some, keep)
                    keeper = Keeper(records, record)
                    await Bench(some, Known.of(record), filler, keeper, purse).run()
                bodies = [asker.compose(task) for task in some]
                await _bare(urls, [len(str(b.request.messages)) for b in bodies], bare)
            services.beside.close()
    return ours, bare


def _part(
    plan: Plan, start: int, count: int, asker: CompletionAsker, snapshot: Snapshot
) -> Plan:
    """Make the plan of some of the tasks."""
    entries = snapshot.entries(Surface.COMPLETION).entries
    contenders = contenders_of(entries, asker, snapshot.settings)
    return replace(
        plan,
        tasks=plan.tasks[start : start + count],
        contenders=contenders,
        margin=_SETTLED,
    )


async def _bare(urls: Sequence[str], sizes: Sequence[int], clocks: Clocks) -> None:
    """Send requests of the same sizes, two a cell, and read what comes."""
    transport = httpx2.AsyncHTTPTransport(verify=False)
    async with httpx2.AsyncClient(transport=transport, trust_env=False) as client:
        with clocks.running():
            for size in sizes:
                for url in urls:
                    for _ in range(2):
                        body = {"messages": [{"role": "user", "content": "x" * size}]}
                        async with client.stream("POST", url, json=body) as response:
                            async for _ in response.aiter_raw():
                                pass


def mined(
    repository: Path, count: int, now: int, home: Path
) -> tuple[list[Task], Plan]:
    """Find the tasks, and make a plan of them."""
    asked = Asked(tasks=count, seed="cells", until=now, since=0)
    snapshot = load(find_folders({}, home), {})
    found = find_tasks(
        repository,
        asked,
        folders=find_folders({}, home),
        environ={},
        settings=snapshot.settings,
    )
    return list(tasks_of(found, asked)), plan_of(found, asked, (), snapshot.settings)


def large(repository: Path, home: Path, hexai: Path, tasks: int) -> tuple[int, float]:
    """Run the command on many tasks; gives its cells, and megabytes at the peak."""
    command = [str(hexai / "hexai"), "bench", "run", str(repository), "--yes"]
    options = ["--tasks", str(tasks), "--since", "2020-01-01", "--margin", "0.1"]
    environ = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    process = subprocess.Popen(
        [*command, *options], env=environ, stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"the bench ended with {os.waitstatus_to_exitcode(status)}")
    with open_benches(find_folders({}, home)) as records:
        return len(records.find(None).cells), used.ru_maxrss / 1024


def main() -> None:
    """Make, measure, and say what is over a limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hexai", type=Path, default=Path(sys.executable).parent)
    parser.add_argument("--tasks", type=int, default=100)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--large", type=int, default=1000, help="tasks; 0 for none")
    options = parser.parse_args()
    commits = max(1500, 2 * options.large)
    with tempfile.TemporaryDirectory() as temporary:
        made = Path(temporary) / "made"
        make(made, commits, 400)
        now = _START + commits * 60
        costs = []
        for run in range(options.runs):
            home = Path(temporary) / f"home{run}"
            home.mkdir()
            costs.append(_cost(made, options.tasks, now, home))
        cost = statistics.median(costs)
        print(f"a cell beside its upstream: {cost * 1000:.1f} ms of a processor")
        peak = 0.0
        if options.large:
            home = Path(temporary) / "large"
            home.mkdir()
            with upstreams(*[_ANSWER] * 8) as ports:
                configuration(ports, home)
                cells, peak = large(made, home, options.hexai, options.large)
            print(f"a bench of {cells:,} cells of 8 entries: {peak:.0f} MB")
    if cost > LIMIT or peak > LARGE:
        sys.exit(f"over {LIMIT * 1000:g} ms or {LARGE} MB")


def _cost(made: Path, count: int, now: int, home: Path) -> float:
    """Give the seconds of a processor that a cell takes beyond a bare client."""
    with upstreams(*[_ANSWER] * _ENTRIES) as ports:
        snapshot = configuration(ports, home)
        tasks, plan = mined(made, count, now, home)
        urls = tuple(f"http://127.0.0.1:{port}/v1/chat/completions" for port in ports)
        with asyncio.Runner(loop_factory=Loop) as runner:
            ours, bare = runner.run(measure(tasks, plan, snapshot, home, urls))
    cells = len(tasks) * len(ports)
    for name, clocks in (("bench", ours), ("bare", bare)):
        wall, cpu = clocks.wall / cells, clocks.cpu / cells
        print(
            f"  {name:<6}{wall * 1000:6.1f} ms a cell, {cpu * 1000:.1f} of a processor"
        )
    return (ours.cpu - bare.cpu) / cells


if __name__ == "__main__":
    main()
