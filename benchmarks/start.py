"""Start-up: the first four rows of the speed budgets, beside their peers.

Every figure is taken from whole processes in a clean environment, interleaved with
its peer, so that a busy or slow machine moves both. Run by `scripts/bench start`.
"""

import argparse
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.upstream import Upstream

_FLOOR = Path(__file__).with_name("floor.py")
_THINKS = 0.3
"""Seconds to the first token, as quick models take: the ledger is open by then."""
_CONFIG = """\
[provider]
name = "bench"

[providers.bench]
type = "openai"
base_url = "{base_url}"
model = "m"

[cli]
cache_ttl = 0
"""
_LLM_MODELS = """\
- model_id: bench
  model_name: m
  api_base: "{base_url}"
"""


class Setup(NamedTuple):
    """The interpreters to measure, and the folder that serves as everybody's home."""

    hexai: Path
    llm: Path
    home: Path

    def environment(self) -> dict[str, str]:
        """Give the measured processes nothing of ours but a path and a home."""
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.home),
            "LLM_USER_PATH": str(self.home / "llm"),
            "OPENAI_API_KEY": "bench",
            "LANG": "C.UTF-8",
        }

    def ask(self, base_url: str) -> list[str]:
        """Give the command that asks hexai one question."""
        config = self.home / "config.toml"
        config.write_text(_CONFIG.format(base_url=base_url))
        return [str(self.hexai / "hexai"), "--config", str(config), "hi"]

    def ask_floor(self, base_url: str) -> list[str]:
        """Give the command of the leanest client."""
        url = f"{base_url}/chat/completions"
        # -P: a module of ours beside it has the name of one of Python's.
        return [str(self.hexai / "python"), "-P", str(_FLOOR), url]

    def ask_llm(self, base_url: str) -> list[str]:
        """Give the command that asks the peer the same question."""
        folder = self.home / "llm"
        folder.mkdir(exist_ok=True)
        (folder / "extra-openai-models.yaml").write_text(
            _LLM_MODELS.format(base_url=base_url)
        )
        return [str(self.llm / "llm"), "--no-log", "-m", "bench", "hi"]


def whole(setup: Setup, command: list[str]) -> float:
    """Time a process from its start to its end, in seconds."""
    began = time.monotonic()
    subprocess.run(
        command, env=setup.environment(), check=True, stdout=subprocess.DEVNULL
    )
    return time.monotonic() - began


def to_request(setup: Setup, upstream: Upstream, command: list[str]) -> float:
    """Time a process from its start to its first request byte, in seconds."""
    seen = len(upstream.exchanges)
    began = time.monotonic()
    with _started(setup, command) as process:
        process.communicate()
    return upstream.next_exchange(seen).first_request_byte - began


def to_prompt(setup: Setup, upstream: Upstream, command: list[str]) -> float:
    """Time from the last byte of an answer to the end of the process, in seconds."""
    seen = len(upstream.exchanges)
    with _started(setup, command) as process:
        process.wait()
        ended = time.monotonic()
    return ended - upstream.next_exchange(seen).last_byte_sent


def to_token(setup: Setup, upstream: Upstream, command: list[str]) -> float:
    """Time from the upstream's first token to its showing, in seconds."""
    seen = len(upstream.exchanges)
    with _started(setup, command) as process:
        assert process.stdout is not None
        os.read(process.stdout.fileno(), 1)
        shown = time.monotonic()
        process.communicate()
    return shown - upstream.next_exchange(seen).first_token_sent


@contextmanager
def _started(setup: Setup, command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        command,
        env=setup.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        yield process


def measure(runs: int, *cases: Callable[[], float]) -> list[list[float]]:
    """Run the cases in turn after one warm-up each; give every case's figures."""
    figures: list[list[float]] = [[] for _ in cases]
    for number in range(runs + 1):
        for case, column in zip(cases, figures, strict=True):
            figure = case()
            if number:
                column.append(figure)
    return figures


def row(name: str, figures: list[float]) -> str:
    """Show minimum, median and maximum in milliseconds."""
    low, mid, high = min(figures), statistics.median(figures), max(figures)
    return f"  {name:<42}{low * 1e3:8.1f}{mid * 1e3:8.1f}{high * 1e3:8.1f}  ms"


def verdict(what: str, figure: float, budget: float, unit: str) -> str:
    """Hold a figure against its budget; one that is over is named, never hidden."""
    word = "within" if figure <= budget else "OVER"
    return f"  -> {what}: {figure:.2f} {unit}, {word} the budget of {budget:g} {unit}\n"


def run(setup: Setup, runs: int) -> None:
    """Measure the four rows and print them."""
    bare_command = [str(setup.hexai / "python"), "-c", "pass"]
    version_command = [str(setup.hexai / "hexai"), "--version"]
    print(f"  {'':<42}{'min':>8}{'median':>8}{'max':>8}")

    bare, version = measure(
        runs * 4,
        lambda: whole(setup, bare_command),
        lambda: whole(setup, version_command),
    )
    print(row("python -c pass", bare))
    print(row("hexai --version", version))
    print(verdict("of bare", _ratio(version, bare), 2, "x"))

    with Upstream() as upstream:
        floor, asked, peer = measure(
            runs,
            lambda: to_request(setup, upstream, setup.ask_floor(upstream.base_url)),
            lambda: to_request(setup, upstream, setup.ask(upstream.base_url)),
            lambda: to_request(setup, upstream, setup.ask_llm(upstream.base_url)),
        )
        print(row("floor, to its first request byte", floor))
        print(row('hexai "hi", to its first request byte', asked))
        print(row('llm "hi", to its first request byte', peer))
        print(verdict("of the floor", _ratio(asked, floor), 1.0, "x"))
        print(verdict("of llm", _ratio(asked, peer), 1 / 4.3, "x"))

        (at_once,) = measure(
            runs,
            lambda: to_prompt(setup, upstream, setup.ask(upstream.base_url)),
        )

    with Upstream(pause=_THINKS) as upstream:
        (prompt,) = measure(
            runs,
            lambda: to_prompt(setup, upstream, setup.ask(upstream.base_url)),
        )
        print(row("last answer byte to the end of the process", prompt))
        print(verdict("median", statistics.median(prompt) * 1e3, 8, "ms"))
        print(row("the same, of an upstream that answers at once", at_once), "\n")

        (token,) = measure(
            runs, lambda: to_token(setup, upstream, setup.ask(upstream.base_url))
        )
        print(row("first token, from the upstream to the reader", token))
        print(verdict("median", statistics.median(token) * 1e3, 5, "ms"))


def _ratio(ours: list[float], theirs: list[float]) -> float:
    """Give the median of the ratios pair by pair, which outlives a drifting clock."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hexai", type=Path, required=True, help="bin folder")
    parser.add_argument("--llm", type=Path, required=True, help="bin folder")
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        run(Setup(options.hexai, options.llm, Path(home)), options.runs)


if __name__ == "__main__":
    main()
