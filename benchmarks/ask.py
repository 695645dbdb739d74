"""Questions of one's own: time and memory of `hexai bench ask`, beside promptfoo.

Run by `scripts/bench ask`. Two contenders are asked twenty questions of an upstream
that answers at once; both programs read the same file, a configuration of promptfoo,
and check the same. The limits are those of the specification: a tenth of its time, and
a fifth of its memory. Its cache is off, since from there it asks nobody, and so are its
bar, reports and look for updates, which a person has and waits for as well. What else a
machine does shows in the time more than in the processor's, which is given too.
"""

import argparse
import asyncio
import json
import os
import re
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

QUESTIONS, MODELS = 20, ("one", "other")
_TIME, _MEMORY = 0.1, 0.2
_ANSWER = "the answer is 42"
_USAGE = {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25}


class _Answers(asyncio.Protocol):
    """Answers every chat completion at once, as a stream if that is asked for.

    It looks at no more of a request than it has to: a server of the library takes a
    millisecond for each, which is a third of what Hexai takes in all.
    """

    def __init__(self) -> None:
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Answer here."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Take some of a request; answer once all of it is there."""
        self._read += data
        head, there, body = self._read.partition(b"\r\n\r\n")
        found = re.search(rb"(?i)content-length: *(\d+)", head)
        if there and found and len(body) >= int(found[1]):
            self._read = b""
            is_stream = re.search(rb'"stream": *true', body)
            self._transport.write(STREAM if is_stream else WHOLE)


def _response(kind: str, text: str) -> bytes:
    head = f"Content-Type: {kind}\r\nContent-Length: {len(text)}\r\n\r\n"
    return f"HTTP/1.1 200 OK\r\n{head}{text}".encode()


def _whole() -> str:
    message = {"role": "assistant", "content": _ANSWER}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    told = {"id": "1", "object": "chat.completion", "choices": [choice]}
    return json.dumps({**told, "usage": _USAGE})


def _stream() -> str:
    said = {"index": 0, "delta": {"content": _ANSWER}, "finish_reason": None}
    over = {"index": 0, "delta": {}, "finish_reason": "stop"}
    chunks: list[dict[str, object]] = [
        {"id": "1", "choices": [said]},
        {"id": "1", "choices": [over]},
        {"id": "1", "choices": [], "usage": _USAGE},
    ]
    told = [*map(json.dumps, chunks), "[DONE]"]
    return "".join(f"data: {each}\n\n" for each in told)


STREAM = _response("text/event-stream", _stream())
WHOLE = _response("application/json", _whole())


@contextmanager
def answering() -> Iterator[str]:
    """Answer in a thread while the context is open; gives the address."""
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        making = loop.create_server(_Answers, "127.0.0.1", 0)
        server = loop.run_until_complete(making)
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            server.close()


class Run(NamedTuple):
    """What one run took."""

    seconds: float
    processor: float
    """Seconds of the processor, of all that it has started."""
    megabytes: float
    """At most, of its largest process."""


def measured(command: list[str], environ: dict[str, str], folder: Path) -> Run:
    """Run a command to its end, which has to be a good one."""
    out = folder / "out.txt"
    began = time.perf_counter()
    files = [
        (os.POSIX_SPAWN_OPEN, n, str(out), os.O_RDWR | os.O_CREAT, 0o600)
        for n in (1, 2)
    ]
    pid = os.posix_spawn(command[0], command, environ, file_actions=files)
    _, status, used = os.wait4(pid, 0)
    seconds = time.perf_counter() - began
    code = os.waitstatus_to_exitcode(status)
    if code:
        sys.exit(f"{command[0]} ended with {code}: {out.read_text('utf-8')[-2000:]}")
    return Run(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def write_files(folder: Path, url: str) -> tuple[Path, Path]:
    """Write what both read, and a configuration of Hexai's; gives their paths."""
    tests = [
        {
            "vars": {"question": f"What is the answer to question {number}?"},
            "assert": [
                {"type": "contains", "value": "42"},
                {"type": "regex", "value": "answer"},
            ],
        }
        for number in range(QUESTIONS)
    ]
    providers = [
        {"id": f"openai:chat:{name}", "config": {"apiBaseUrl": url, "apiKey": "none"}}
        for name in MODELS
    ]
    both = folder / "promptfooconfig.yaml"
    whole = {"prompts": ["{{question}}"], "providers": providers, "tests": tests}
    both.write_text(json.dumps(whole), "utf-8")  # which is YAML
    entries = "".join(
        f'[[models.cli]]\nprovider = "here"\nmodel = "{name}"\n' for name in MODELS
    )
    ours = folder / "config.toml"
    ours.write_text(
        f'[providers.here]\ntype = "openai"\nbase_url = "{url}"\nlocal = false\n'
        + entries,
        "utf-8",
    )
    return both, ours


def row(name: str, runs: list[Run]) -> str:
    """Write the figures of a program."""
    seconds = [run.seconds for run in runs]
    return (
        f"{name:<10} {statistics.median(seconds):6.2f} s ({min(seconds):.2f} to "
        f"{max(seconds):.2f}), of the processor "
        f"{statistics.median(run.processor for run in runs):.2f} s, "
        f"{max(run.megabytes for run in runs):.0f} MB at most"
    )


def main() -> None:
    """Measure both, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hexai", type=Path, required=True, help="its bin folder")
    parser.add_argument("--promptfoo", type=Path, required=True, help="the program")
    parser.add_argument("--runs", type=int, default=5)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, answering() as url:
        folder = Path(name)
        both, ours = write_files(folder, url)
        environ = {
            "PATH": os.environ["PATH"],  # noqa: TID251 - the edge
            "HOME": name,
            "PROMPTFOO_CONFIG_DIR": str(folder / "promptfoo"),
            "PROMPTFOO_DISABLE_TELEMETRY": "1",
            "PROMPTFOO_DISABLE_UPDATE": "1",
            "PROMPTFOO_DISABLE_REMOTE_GENERATION": "1",
        }
        ask = [str(chosen.hexai / "hexai"), "--config", str(ours), "bench", "ask"]
        eval_ = [str(chosen.promptfoo), "eval", "--no-cache", "--no-progress-bar"]
        cases: list[Callable[[], Run]] = [
            lambda: measured([*ask, str(both), "--yes"], environ, folder),
            lambda: measured([*eval_, "-c", str(both)], environ, folder),
        ]
        for case in cases:  # what both write the first time is no part of it
            case()
        runs = [[case() for case in cases] for _ in range(chosen.runs)]
    hexai, promptfoo = ([run[n] for run in runs] for n in range(2))
    print(row("hexai", hexai))
    print(row("promptfoo", promptfoo))
    _judge(
        "time",
        _TIME,
        *(statistics.median(r.seconds for r in p) for p in (hexai, promptfoo)),
    )
    _judge(
        "processor",
        _TIME,
        *(statistics.median(r.processor for r in p) for p in (hexai, promptfoo)),
    )
    _judge(
        "memory", _MEMORY, *(max(r.megabytes for r in p) for p in (hexai, promptfoo))
    )


def _judge(what: str, most: float, ours: float, theirs: float) -> None:
    held = "holds" if ours <= most * theirs else "DOES NOT HOLD"
    print(f"{what}: {ours / theirs:.3f} of promptfoo's, at most {most}: {held}")


if __name__ == "__main__":
    main()
