"""How soon a worker of the embedded model is free again, and how fast it reads.

Four parts. `pace`: servers of llama.cpp with other sizes of batches and other numbers
of threads, in turn: tokens read in a second, and how long a short question waits behind
three long ones whose clients have gone. `warm`: how much longer a question waits while
the worker reads beforehand, for whoever asks next. `abandoned` and `interrupted`: the
same through an editor server and the command line. Each beside no busy process and
beside one. Run by `scripts/bench worker`.
"""

import argparse
import asyncio
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import aclosing, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from benchmarks.local import as_editor, beside, interrupted
from hexai.config.schema_providers import ProviderSettings
from hexai.domain.messages import Infill, Message, Role
from hexai.domain.provider import Call, TextDelta
from hexai.providers.llamacpp.provider import LlamaCpp
from hexai.providers.llamacpp.supervisor import Supervisor
from tests.support.attempt import Attempt

_SOURCE = Path(argparse.__file__).read_text("utf-8").split("\n")
_READ = 40
"""Lines of a prompt whose reading is timed: some 500 tokens."""
_LONG = 150
"""Lines of one that is abandoned: some 1,800."""
_GONE_AFTER = 0.3
_PATIENCE = 120


class Pace(Struct, frozen=True, kw_only=True):
    """How a server reads."""

    batch: int
    small: int
    """Tokens of the parts that a batch is read in."""
    threads: int
    ping: int = 1

    def __str__(self) -> str:
        """Say it as the page does."""
        told = f"batch {self.batch}/{self.small}, threads {self.threads}"
        return f"{told}, ping {self.ping} s"


PACES = (
    Pace(batch=2048, small=512, threads=2, ping=30),
    Pace(batch=2048, small=64, threads=2),
    Pace(batch=256, small=256, threads=2),
    Pace(batch=128, small=128, threads=2),
    Pace(batch=64, small=64, threads=2),
    Pace(batch=64, small=64, threads=1),
)


@contextmanager
def served(model: Path, pace: Pace) -> Iterator[str]:
    """Run a server with such a pace, and give its address."""
    told = [pace.batch, pace.small, pace.threads, pace.ping]
    command = [sys.executable, "-m", "benchmarks.worker", "serve", str(model)]
    with subprocess.Popen(
        [*command, *map(str, told)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def _serve(model: str, batch: str, small: str, threads: str, ping: str) -> None:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = model
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.n_ctx, params.n_parallel, params.kv_unified = 16_384, 2, True
    params.n_batch, params.n_ubatch = int(batch), int(small)
    params.sse_ping_interval = int(ping)
    params.cpuparams.n_threads = 1
    params.cpuparams_batch.n_threads = int(threads)
    params.verbosity, params.warmup = -1, False
    server = xllamacpp.Server(params)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()


def _post(address: str, prompt: str, *, progress: bool) -> HTTPConnection:
    connection = HTTPConnection(urlsplit(address).netloc, timeout=_PATIENCE)
    body = {"prompt": prompt, "n_predict": 4, "stream": True, "cache_prompt": True}
    text = json.dumps({**body, "return_progress": progress}).encode()
    connection.request(
        "POST", "/completion", text, {"Content-Type": "application/json"}
    )
    return connection


def _events(connection: HTTPConnection) -> Iterator[Any]:
    for line in connection.getresponse():
        if line.startswith(b"data: {"):
            yield json.loads(line[6:])


def _reading(address: str, first: int) -> float:
    """Give tokens of a prompt read in a second."""
    connection = _post(
        address, "\n".join(_SOURCE[first : first + _READ]), progress=False
    )
    last = [*_events(connection)][-1]
    connection.close()
    return float(last["timings"]["prompt_per_second"])


def _behind_gone(address: str, first: int) -> float:
    """Leave three long questions, and time a short one to its first text."""
    for number in range(3):
        start = first + number * 200
        text = "\n".join(_SOURCE[start : start + _LONG])
        connection = _post(address, text, progress=True)
        time.sleep(_GONE_AFTER)
        if connection.sock is not None:
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)
        connection.close()
    began = time.monotonic()
    connection = _post(address, f"# {first}\nprint(", progress=True)
    next(event for event in _events(connection) if event.get("content"))
    seconds = time.monotonic() - began
    connection.close()
    return seconds


def paces(options: argparse.Namespace) -> None:
    """Measure all paces in turn, as often as wanted, and print medians and extremes."""
    found: dict[tuple[int, Pace], tuple[list[float], list[float]]] = {}
    for turn in range(options.rounds):
        for busy in options.busy:
            for pace in PACES:
                speeds, waits = found.setdefault((busy, pace), ([], []))
                with beside(busy), served(options.model, pace) as address:
                    _reading(address, 2000)  # the first one maps the file
                    speeds += [
                        _reading(address, 100 + 60 * (turn % 10) + n * 700)
                        for n in (0, 1)
                    ]
                    waits.append(_behind_gone(address, 300 + turn))
    for (busy, pace), (speeds, waits) in found.items():
        print(
            f"  beside {busy} busy, {pace}: {statistics.median(speeds):.0f} tokens/s"
            f" ({min(speeds):.0f} to {max(speeds):.0f}), short question after"
            f" {statistics.median(waits):.2f} s ({min(waits):.2f} to {max(waits):.2f})",
            flush=True,
        )


def _client(folder: str) -> LlamaCpp:
    environ = dict(os.environ)  # noqa: TID251 - an edge
    return LlamaCpp(
        ProviderSettings(name="local", type="local", built_in=True),
        Supervisor(Path(folder), environ=environ, keep_alive=5.0, max_workers=1),
        Path("/nonexistent"),
    )


async def _first_token(client: LlamaCpp, call: Call) -> float:
    began = time.monotonic()
    async with aclosing(client.stream(call, Attempt())) as chunks:
        async for chunk in chunks:
            if isinstance(chunk, TextDelta):
                break
    return time.monotonic() - began


def _above(line: int) -> Infill:
    return Infill(prefix="\n".join(_SOURCE[:line]) + "\n    x = ", suffix="\n")


async def _waits(client: LlamaCpp, model: str, count: int) -> tuple[list[float], ...]:
    """Ask the same short question in turn with and without reading under way.

    Whoever asks is another program: nobody ends the reading for it.
    """
    dice = random.Random(11)
    quiet, warm = [], []
    for number in range(count):
        words = Message(Role.USER, f"Say {number}")
        asked = Call(model=model, messages=(words,), max_tokens=2)
        again = Call(model=model, messages=(Message(Role.USER, f"Say {number} again"),))
        quiet.append(await _first_token(client, asked))
        gap = Call(model=model, messages=(), infill=_above(200 + 50 * number))
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(client.warm(gap))
            await asyncio.sleep(dice.uniform(0.1, 0.8))
            if not reading.done():
                warm.append(await _first_token(client, again))
            reading.cancel()
        await asyncio.sleep(0.3)
    return quiet, warm


def waiting(options: argparse.Namespace) -> None:
    """Print how long a question waits for what is read beforehand."""
    for busy in options.busy:
        with tempfile.TemporaryDirectory(prefix="hx-") as folder, beside(busy):
            client = _client(folder)
            say = Call(
                model=str(options.model),
                messages=(Message(Role.USER, "Hi"),),
                max_tokens=2,
            )
            asyncio.run(_first_token(client, say))
            quiet, warm = asyncio.run(_waits(client, str(options.model), options.count))
        usual, behind = statistics.median(quiet), statistics.median(warm)
        most = max(warm) - usual
        print(
            f"  beside {busy} busy: first token {usual:.2f} s; while it reads"
            f" {behind:.2f} s: {behind - usual:+.2f} s (longest {most:+.2f} s), of"
            f" {len(warm)}",
            flush=True,
        )


def surfaces(options: argparse.Namespace, part: str) -> None:
    """Print how long the editor or the command line waits for what was left."""
    for busy in options.busy:
        with tempfile.TemporaryDirectory(prefix="hx-") as folder, beside(busy):
            hexai, home = options.hexai / "hexai", Path(folder)
            for _ in range(options.rounds):
                seconds = (
                    as_editor(hexai, home, str(options.model), "\n".join(_SOURCE))
                    if part == "abandoned"
                    else interrupted(hexai, home, str(options.model))
                )
                print(f"  beside {busy} busy, {part}: {seconds}", flush=True)


def main() -> None:
    """Measure the parts that are wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hexai", type=Path, required=True, help="folder of programs")
    parser.add_argument("--model", type=Path, required=True, help="a GGUF file")
    parser.add_argument("--busy", type=int, nargs="*", default=[0, 1])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--count", type=int, default=20, help="questions of `warm`")
    every = ["pace", "warm", "abandoned", "interrupted"]
    parser.add_argument("--parts", nargs="*", default=every, choices=every)
    options = parser.parse_args()
    for part in options.parts:
        print(f"{part}:", flush=True)
        if part == "pace":
            paces(options)
        elif part == "warm":
            waiting(options)
        else:
            surfaces(options, part)


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        _serve(*sys.argv[2:])
    else:
        main()
