"""The editor server: its rows of the speed budgets, beside a bare pygls server.

Every figure is taken from whole processes that are spoken to over pipes, as an editor
would. The texts have 50,000 and 2,000 lines. Run by `scripts/bench lsp`.
"""

import argparse
import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.start import measure, row, verdict

_BARE = """\
from pygls.lsp.server import LanguageServer
LanguageServer("bare", "1").start_io()
"""
_CONFIG = """\
[completion]
completion_debounce_ms = 0

[[models.completion]]
provider = "simulated"
model = "lorem?tokens=20"
"""
_LINE = "value_{number} = compute(argument, {number})\n"
_WARM = 5
"""Lists that are not counted: the first loads what the others need."""
_URI = "file:///bench/a.py"
_COMPLETION = "textDocument/completion"


def _by_hand(uri: str, line: int, character: int) -> Any:
    return {
        "textDocument": {"uri": uri},
        "position": {"line": line, "character": character},
        "context": {"triggerKind": 1},
    }


class Editor:
    """Speaks with one server process, one message after the other."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._into, self._out = process.stdin, process.stdout
        self.pid = process.pid
        self._ids = 0
        self._version = 1

    def request(self, method: str, params: Any) -> Any:
        """Send a request and wait for its result."""
        self._ids += 1
        self._send(id=self._ids, method=method, params=params)
        while True:
            message = self._read()
            if message.get("id") == self._ids:
                return message["result"]

    def notify(self, method: str, params: Any) -> None:
        """Send a notification."""
        self._send(method=method, params=params)

    def initialize(self) -> None:
        """Begin."""
        encodings = {"general": {"positionEncodings": ["utf-32", "utf-16"]}}
        params = {"processId": None, "clientInfo": {"name": "bench"}}
        self.request("initialize", {**params, "capabilities": encodings})

    def open(self, uri: str, text: str, language: str = "python") -> None:
        """Open a document."""
        document = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def type(self, uri: str, line: int, character: int, text: str) -> None:
        """Type at a position."""
        self.replace(uri, line, character, 0, text)

    def replace(
        self, uri: str, line: int, character: int, removed: int, text: str
    ) -> None:
        """Put other characters in the place of some on a line."""
        self._version += 1
        at = {"line": line, "character": character}
        end = {"line": line, "character": character + removed}
        self.notify(
            "textDocument/didChange",
            {
                "textDocument": {"uri": uri, "version": self._version},
                "contentChanges": [{"range": {"start": at, "end": end}, "text": text}],
            },
        )

    def complete(self, uri: str, line: int, character: int) -> Any:
        """Ask for completions by hand."""
        return self.request(_COMPLETION, _by_hand(uri, line, character))

    def begin_completion(self, uri: str, line: int, character: int) -> None:
        """Ask for completions, and wait for nothing."""
        self._ids += 1
        params = _by_hand(uri, line, character)
        self._send(id=self._ids, method=_COMPLETION, params=params)

    def sync(self) -> None:
        """Wait until all that was sent has been dealt with."""
        self._ids += 1
        self._send(id=self._ids, method="bench/sync")
        while self._read().get("id") != self._ids:
            pass

    def _send(self, **message: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._into.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._into.flush()

    def _read(self) -> Any:
        length = 0
        while line := self._out.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return json.loads(self._out.read(length))


@contextmanager
def started(command: Sequence[str], home: Path) -> Iterator[Editor]:
    """Start a server; it is killed in the end."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}
    with subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield Editor(process)
        finally:
            process.kill()


def to_initialize(command: Sequence[str], home: Path) -> float:
    """Time a process from its start to its reply to `initialize`, in seconds."""
    began = time.monotonic()
    with started(command, home) as editor:
        editor.initialize()
        return time.monotonic() - began


def idle_memory(command: Sequence[str], home: Path) -> float:
    """Measure a server that has opened all and does nothing, in MB."""
    with started(command, home) as editor:
        editor.initialize()
        editor.notify("initialized", {})
        editor.open(_URI, "x = 1\n")
        time.sleep(2.0)
        status = Path(f"/proc/{editor.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def changes(command: Sequence[str], home: Path, runs: int) -> list[float]:
    """Time changes of a text of 50,000 lines, each with the proof that it was made.

    What the proof costs is measured too, and taken off.
    """
    text = "".join(_LINE.format(number=number) for number in range(50_000))
    figures, proofs = [], []
    with started(command, home) as editor:
        editor.initialize()
        editor.notify("initialized", {})
        editor.open(_URI, text)
        editor.sync()
        for number in range(runs * 20):
            began = time.perf_counter()
            editor.sync()
            proofs.append(time.perf_counter() - began)
            began = time.perf_counter()
            editor.type(_URI, number * 37 % 50_000, 3, "ä")
            editor.sync()
            figures.append(time.perf_counter() - began)
    proof = statistics.median(proofs)
    return [max(0.0, figure - proof) for figure in figures]


def completions(
    command: Sequence[str], home: Path, runs: int
) -> tuple[list[float], list[float]]:
    """Time lists in a text of 2,000 lines: by a model that answers at once, and again.

    Each is asked for at a line of its own, so that the first is never from memory.
    """
    text = "".join(_LINE.format(number=number) for number in range(2000))
    asked, again = [], []
    with started(command, home) as editor:
        editor.initialize()
        editor.notify("initialized", {})
        editor.open(_URI, text)
        for number in range(runs * 5):
            line, end = number * 13 % 2000, len(_LINE.format(number=0)) - 3
            asked.append(_list(editor, line, end))
            again.append(_list(editor, line, end))
    return asked[_WARM:], again[_WARM:]


def _list(editor: Editor, line: int, character: int) -> float:
    began = time.perf_counter()
    items = editor.complete(_URI, line, character)["items"]
    took = time.perf_counter() - began
    assert items, "nothing was offered"
    return took


def run(python: Path, runs: int, home: Path) -> None:
    """Measure the rows and print them."""
    config = home / "config.toml"
    config.write_text(_CONFIG)
    bare = [str(python / "python"), "-c", _BARE]
    ours = [str(python / "hexai-lsp-server"), "--config", str(config)]
    print(f"  {'':<42}{'min':>8}{'median':>8}{'max':>8}")

    theirs, began = measure(
        runs, lambda: to_initialize(bare, home), lambda: to_initialize(ours, home)
    )
    print(row("bare pygls, to its reply to initialize", theirs))
    print(row("hexai-lsp-server, the same", began))
    ratios = [a / b for a, b in zip(began, theirs, strict=True)]
    print(verdict("of bare pygls", statistics.median(ratios), 2, "x"))
    print(verdict("median", statistics.median(began) * 1e3, 600, "ms"))

    print(verdict("idle", idle_memory(ours, home), 90, "MB"))
    print(verdict("bare pygls, idle", idle_memory(bare, home), 90, "MB"))

    figures = changes(ours, home, runs)
    print(row("didChange in 50,000 lines", figures))
    print(verdict("p95", _p95(figures) * 1e3, 2, "ms"))

    asked, again = completions(ours, home, runs)
    print(row("completion without upstream, 2,000 lines", asked))
    print(verdict("p50", statistics.median(asked) * 1e3, 5, "ms"))
    print(verdict("p95", _p95(asked) * 1e3, 15, "ms"))
    print(row("completion from memory", again))
    print(verdict("p95", _p95(again) * 1e3, 5, "ms"))


def _p95(figures: Sequence[float]) -> float:
    return statistics.quantiles(figures, n=20)[-1]


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hexai", type=Path, required=True, help="bin folder")
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        run(options.hexai, options.runs, Path(home))


if __name__ == "__main__":
    main()
