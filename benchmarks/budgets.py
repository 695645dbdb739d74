"""Budgets: how long after its time a contender that does not answer is given up.

Each row asks an upstream that fails in one phase, in this process by the engine and by
an editor server over pipes; what is measured is the time beyond the budget. Meant for a
quiet machine. Run by `scripts/bench budgets`; exits with 1 if a row is over.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from benchmarks.lsp import started
from benchmarks.race import run_async
from benchmarks.start import row, verdict
from hexai.config.folders import find_folders
from hexai.config.order import load
from hexai.domain.entry import Surface
from hexai.domain.messages import Message, Role
from hexai.domain.request import Request
from hexai.service.ask import ask
from hexai.service.question import Question
from hexai.service.services import Services
from tests.support.faults import answer
from tests.support.replies import endless, hang, stall
from tests.support.upstream import Reply, Upstream

BUDGET = 0.5
"""Seconds of the budget that a row is about; the others are ten times as long."""
BEYOND = 0.1
"""Seconds after it by which it is over."""
_DELTA = b'data: {"choices": [{"index": 0, "delta": {"content": "x "}}]}\n\n'


class Row(Struct, frozen=True, kw_only=True):
    """One budget, and the upstream that uses it up."""

    budget: str
    """The key of the configuration."""
    reply: Reply
    tls: bool = False
    """Talk TLS to an upstream that does not, so that no connection is ever made."""


ROWS = (
    Row(budget="connect_timeout", reply=hang(), tls=True),
    Row(budget="first_token_timeout", reply=hang()),
    Row(budget="idle_timeout", reply=stall(answer("openai", "x = 1"), 2)),
    Row(budget="timeout", reply=endless(_DELTA, gap=0.05)),
)


def configured(row_: Row, port: int, home: Path) -> Path:
    """Write the configuration of one row."""
    path = home / "config.toml"
    budgets = {each.budget: BUDGET * 10 for each in ROWS} | {row_.budget: BUDGET}
    lines = [f"{key} = {seconds}" for key, seconds in budgets.items()]
    path.write_text(
        "[completion]\ncompletion_debounce_ms = 0\nwait = 'all'\n"
        "[providers.slow]\ntype = 'openai'\nmodel = 'm'\nlocal = true\n"
        f"base_url = '{'https' if row_.tls else 'http'}://127.0.0.1:{port}/v1'\n"
        + "\n".join(lines)
        + "\n[[models.cli]]\nprovider = 'slow'\n"
        "[[models.completion]]\nprovider = 'slow'\n"
    )
    return path


async def by_engine(config: Path, home: Path) -> None:
    """Put one question to its end."""
    folders = find_folders({}, home)
    snapshot = load(folders, {}, config=config)
    services = Services(
        snapshot.settings,
        folders=folders,
        environ={},
        now=time.time,  # noqa: TID251 - the edge
        random=random.Random(1),
    )
    request = Request(surface=Surface.CLI, messages=(Message(Role.USER, "hi"),))
    question = Question(
        request=request, entries=snapshot.entries(Surface.CLI).entries, fresh=True
    )
    async with services, ask(services, question) as run:
        async for _ in run:
            pass


def by_editor(python: Path, config: Path, home: Path, upstream: Upstream) -> None:
    """Ask for one list, and wait until the contender was given up."""
    command = [str(python / "hexai-lsp-server"), "--config", str(config)]
    with started(command, home) as editor:
        editor.initialize()
        editor.notify("initialized", {})
        editor.open("file:///bench/a.py", "\n\n")
        editor.complete("file:///bench/a.py", 0, 0)
        upstream.wait(lambda: bool(upstream.connections))
        upstream.wait(upstream.all_closed)


def measured(
    row_: Row, home: Path, go: Callable[[Path, Upstream], None]
) -> list[float]:
    """Give the seconds beyond the budget, of each connection that was made.

    The upstream sees both ends of it: nothing of the measuring is in between.
    """
    with Upstream(row_.reply) as upstream:
        go(configured(row_, upstream.port, home), upstream)
        upstream.wait(upstream.all_closed)
        return [
            one.closed_at - one.opened_at - BUDGET
            for one in upstream.connections
            if one.closed_at is not None
        ]


def run(python: Path, runs: int, home: Path) -> bool:
    """Measure the rows and print them; gives whether all are held."""
    ways: dict[str, Callable[[Path, Upstream], None]] = {
        "engine": lambda config, _: run_async(by_engine(config, home)),
        "editor": lambda config, up: by_editor(python, config, home, up),
    }
    held = True
    print(f"  {'beyond the budget':<42}{'min':>8}{'median':>8}{'max':>8}")
    for row_ in ROWS:
        for name, go in ways.items():
            figures = [f for _ in range(runs) for f in measured(row_, home, go)]
            print(row(f"{row_.budget}, {name}", figures))
            print(verdict("max", max(figures) * 1e3, BEYOND * 1e3, "ms"))
            held = held and max(figures) <= BEYOND
    return held


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hexai", type=Path, required=True, help="bin folder")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        held = run(options.hexai, options.runs, Path(home))
    sys.exit(not held)


if __name__ == "__main__":
    main()
