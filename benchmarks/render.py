"""Rendered answers: what they cost, beside aichat and beside the text as it is.

Run by `scripts/bench render`. Upstreams run in a process of their own. aichat is a
program of its own (`cargo install aichat`); without it what it took where it was
measured last stands beside our figures.
"""

import argparse
import os
import pty
import statistics
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from benchmarks.answers import tokens
from benchmarks.race import upstreams
from hexai.domain.outcome import Delta, Started
from hexai.surfaces.cli.live.lines import PlainSource, Source
from hexai.surfaces.cli.live.markdown.code import Lexers
from hexai.surfaces.cli.live.markdown.source import MarkdownSource
from hexai.surfaces.cli.live.painter import FRAME_SECONDS, Painter

_TOKENS = 10_000
_AICHAT_ELSEWHERE = 0.43
"""Seconds of processor time for 10,000 tokens on a pty, in aichat 0.30.0."""
_PROFILE = """
[providers.p{port}]
type = "openai"
base_url = "http://127.0.0.1:{port}/v1"
model = "m"

[[models.cli]]
provider = "p{port}"
label = "{label}"
"""
_AICHAT = """
model: local:m
stream: true
save: false
clients:
- type: openai-compatible
  name: local
  api_base: http://127.0.0.1:{port}/v1
  api_key: none
  models:
  - name: m
"""


_REPLIES = {b"\x1b[6n": b"\x1b[1;1R", b"\x1b[c": b"\x1b[?1;2c"}
"""What a terminal tells of itself when it is asked; aichat asks."""


class Cost(Struct, frozen=True):
    """What a program took on a terminal."""

    cpu: float
    wall: float
    frames: int


def on_terminal(
    command: Sequence[str], home: Path, environ: dict[str, str], size: tuple[int, int]
) -> Cost:
    """Run a program on a terminal of its own, and read all that it writes."""
    began = time.monotonic()
    child, terminal = pty.fork()
    if child == 0:
        termios.tcsetwinsize(0, size)
        plain = {"HOME": str(home), "PATH": os.defpath, "TERM": "xterm-256color"}
        os.execve(command[0], list(command), plain | environ)
    frames = 0
    while data := _read(terminal):
        frames += data.count(b"\x1b[?2026h")
        for question, reply in _REPLIES.items():
            if question in data:
                os.write(terminal, reply)
    _, status, usage = os.wait4(child, 0)
    wall = time.monotonic() - began
    os.close(terminal)
    assert status == 0, f"{command[0]} ended with {status}"
    return Cost(usage.ru_utime + usage.ru_stime, wall, frames)


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


def measure_answer(
    hexai: Path, aichat: Path | None, runs: int, size: tuple[int, int]
) -> None:
    """Row: processor time of one answer, rendered and not, beside aichat."""
    with TemporaryDirectory() as folder, upstreams(f"0:{_TOKENS}:0:markdown") as ports:
        home = Path(folder)
        _configure(home, ports)
        ask = [str(hexai / "hexai"), "--fresh", "hi"]
        others: dict[str, Callable[[], Cost]] = {
            "rendered": lambda: on_terminal(ask, home, {}, size),
            "as written": lambda: on_terminal(
                ask, home, {"HEXAI_CLI_RENDER": "false"}, size
            ),
        }
        if aichat is not None:
            given = {"AICHAT_CONFIG_DIR": str(home / "aichat")}
            others["aichat"] = lambda: on_terminal(
                [str(aichat), "hi"], home, given, size
            )
        took = _interleaved(others, runs)
    peer = took.get("aichat", _AICHAT_ELSEWHERE)
    here = "" if "aichat" in took else " (measured elsewhere)"
    print(f"{_TOKENS:,} tokens on a terminal, processor time:")
    print(f"  rendered {took['rendered']:.3f} s, as written {took['as written']:.3f} s")
    print(
        f"  aichat {peer:.3f} s{here}: {took['rendered'] / peer:.2f} times (budget 1.2)"
    )


def _interleaved(
    programs: dict[str, Callable[[], Cost]], runs: int
) -> dict[str, float]:
    costs: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(runs + 1):
        for name, run in programs.items():
            costs[name].append(run().cpu)
    return {name: statistics.median(each[1:]) for name, each in costs.items()}


def _configure(home: Path, ports: Sequence[int]) -> None:
    config = home / ".config" / "hexai" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(
        "".join(_PROFILE.format(port=port, label=f"m{port}") for port in ports)
    )
    (home / "aichat").mkdir()
    (home / "aichat" / "config.yaml").write_text(_AICHAT.format(port=ports[0]))


def measure_columns(hexai: Path) -> None:
    """Row: four columns of code at 200 tokens a second each."""
    seconds = 10
    with (
        TemporaryDirectory() as folder,
        upstreams(*[f"0:{200 * seconds}:200:code"] * 4) as ports,
    ):
        home = Path(folder)
        _configure(home, ports)
        ask = [str(hexai / "hexai"), "--fresh", "hi"]
        cost = on_terminal(ask, home, {}, (60, 200))
    share = cost.cpu / cost.wall
    print(f"four columns of code at 200 tokens/s: {share:.0%} of a core (budget 40 %)")
    print(f"  {cost.frames / cost.wall:.0f} frames a second (at most 20)")


def _painted(make: Callable[[], Source], texts: Sequence[list[str]]) -> Iterator[None]:
    """Paint answers token by token, 200 a second; stop after each call."""
    clock = [0.0]
    painter = Painter(
        [str(index) for index in range(len(texts))],
        size=lambda: (100, 40),
        write=lambda _: None,
        now=lambda: clock[0],
        colour=True,
        render=make,
        layout="columns",
    )
    for index in range(len(texts)):
        painter.handle(Started(index=index, at=0.0))
    for number, said in enumerate(zip(*texts, strict=True)):
        clock[0] = number * 0.005
        for index, token in enumerate(said):
            painter.handle(Delta(index=index, at=clock[0], text=token))
        yield
    while painter.is_behind:
        clock[0] += FRAME_SECONDS
        painter.catch_up()
        yield


def _microseconds(make: Callable[[], Source], name: str, count: int) -> float:
    """Tell what a token costs in two columns of so many each, no text twice."""
    took: list[float] = []
    for number in range(max(3, 10_000 // count)):
        skip = 7 * number
        texts = [tokens(name, count, skip=each) for each in (2 * skip, 2 * skip + 7)]
        began = time.process_time()
        for _ in _painted(make, texts):
            pass
        took.append(time.process_time() - began)
    return statistics.median(took) / count / 2 * 1e6


def measure_growth() -> None:
    """Row: what a token costs in a short answer and in a long one, and undrawn."""
    lexers = Lexers(lambda load: load())
    lexers.is_ready("python")

    def rendered() -> Source:
        return MarkdownSource(lexers, colour=True)

    for name in ("markdown", "code", "words"):
        short = _microseconds(rendered, name, 1_000)
        pairs = [
            (
                _microseconds(rendered, name, 10_000),
                _microseconds(PlainSource, name, 10_000),
            )
            for _ in range(3)
        ]
        long = _microseconds(rendered, name, 50_000)
        drawn, plain = map(statistics.median, zip(*pairs, strict=True))
        print(f"{name}: a token costs {short:.1f} µs in 1,000, {long:.1f}", end=" ")
        print(f"in 50,000: {long / short:.2f} times (budget 1.3)")
        print(f"  in 10,000 {drawn:.1f} µs, as written {plain:.1f}:", end=" ")
        print(f"{drawn / plain:.2f} times (budget 2)")


HOSTILE = {
    "10,000 lines of Markdown": "".join(tokens("markdown", 70_000)),
    "a line of 2 MB": "word " * 400_000,
    "a word of 2 MB": "w" * 2_000_000,
    "2 MB in a fence": "```py\n" + "x" * 2_000_000,
    "an open fence": "```python\n" + "x = 1\n" * 10_000,
    "a comment of 10,000 lines": "```c\n/*\n" + "a b c\n" * 10_000,
    "a list of 10,000 items": "- an **item** of it\n" * 10_000,
    "a list 300 deep": "".join(f"{'  ' * deep}- x\n" for deep in range(300)),
    "quotes 5,000 deep": "> " * 5_000 + "x",
    "brackets": "[" * 50_000,
    "images": "![x](" * 10_000,
    "stars": "a**" * 20_000,
    "stars apart": "*a " * 195,
    "brackets apart": "[a " * 79,
    "backticks": "`a ``b " * 5_000,
    "links": "[a](http://b.c/d) " * 3_000,
    "definitions": "[a]: http://x\n" * 5_000,
    "a table of 10,000 rows": "|a|b|\n|-|-|\n" + "|1|2|\n" * 10_000,
    "a table of 300 columns": f"{'|a' * 300}\n{'|-' * 300}\n" + f"{'|1' * 300}\n" * 50,
    "entities": "&#13;" * 20_000,
    "escapes": "\x1b[31m" * 9_000,
    "blank lines and quotes": "\n>\n" * 20_000,
}


def measure_stalls() -> None:
    """Row: the longest that anything else would have had to wait."""
    lexers = Lexers(lambda load: load())
    for name in ("python", "py", "c", "bash"):
        lexers.is_ready(name)
    worst = {name: _longest(lexers, text) for name, text in HOSTILE.items()}
    for name, took in sorted(worst.items(), key=lambda item: -item[1])[:5]:
        print(f"  {took * 1e3:5.1f} ms  {name}")
    print(f"longest stall: {max(worst.values()) * 1e3:.0f} ms (budget 50 ms)")


def _longest(lexers: Lexers, text: str) -> float:
    """Tell how long the longest call took that painted a text in two columns."""
    steps = _painted(lambda: MarkdownSource(lexers, colour=True), [[text], [text]])
    longest = 0.0
    while True:
        began = time.process_time()
        is_over = next(steps, steps) is steps
        longest = max(longest, time.process_time() - began)
        if is_over:
            return longest


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hexai", type=Path, required=True, help="folder of programs")
    parser.add_argument("--aichat", type=Path, help="the program, if it is there")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument(
        "--parts", nargs="+", default=["answer", "columns", "growth", "stalls"]
    )
    options = parser.parse_args()
    parts: dict[str, Callable[[], None]] = {
        "answer": lambda: measure_answer(
            options.hexai, options.aichat, options.runs, (24, 80)
        ),
        "columns": lambda: measure_columns(options.hexai),
        "growth": measure_growth,
        "stalls": measure_stalls,
    }
    for part in options.parts:
        parts[part]()


if __name__ == "__main__":
    main()
