"""A llama.cpp server, and what it counts of each request that passes by.

Between the editor server and llama.cpp stands a relay that writes down what the server
says of a prompt: tokens read anew, tokens kept, and when its first token came. It reads
each answer to its end, whoever still waits for it, since the figures stand there.

On a machine that does other things as well seconds say little, so what the server has
taken of the processors by then is written down too. It reads with a single thread: on a
quiet machine both are alike.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

CONTEXT = 8192
MODEL = "m"
_HOP = frozenset({"connection", "content-length", "transfer-encoding", "host"})
_PATIENCE = 600


class Count(Struct, kw_only=True):
    """What a server said of one request."""

    path: str
    body: dict[str, Any]
    anew: int = 0
    """Tokens of the prompt that were read anew."""
    kept: int = 0
    first_token: float = 0.0
    """Seconds from the request to the first text, or to the end without any."""
    worked: float = 0.0
    """Seconds that processors worked for the server until then."""

    @property
    def total(self) -> int:
        """Tokens of the prompt."""
        return self.anew + self.kept

    @property
    def share(self) -> float:
        """How much of the prompt was read anew."""
        return self.anew / max(1, self.total)

    def read(self, line: bytes, seconds: float, worked: float) -> None:
        """Take in a line of the answer, and what has been spent since the request."""
        if not line.startswith(b"data: {"):
            return
        event = json.loads(line[6:])
        timings = event.get("timings")  # with the last event, if nothing was text
        if not self.first_token and (_text(event) or timings):
            self.first_token, self.worked = seconds, worked
        if timings:
            self.anew, self.kept = timings["prompt_n"], timings["cache_n"]


def _text(event: dict[str, Any]) -> str:
    choices = event.get("choices") or [{}]
    delta = choices[0].get("delta") or {}
    return event.get("content") or delta.get("content") or ""


class _Server(Struct, frozen=True):
    """A server that runs: where it listens, and its process."""

    address: str
    pid: int

    def worked(self) -> float:
        """Give the seconds that processors have worked for it since it was started.

        The clock of a process is known by its number (Linux, `clock_getcpuclockid`).
        """
        return time.clock_gettime((~self.pid << 3) | 2)


class Relay:
    """Passes requests on, and counts."""

    def __init__(self, server: _Server) -> None:
        """Pass on to a server."""
        self.counts: list[Count] = []
        self._worked = server.worked
        self._quiet = threading.Condition()
        self._under_way = 0
        relay, where = self, urlsplit(server.address).netloc

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                relay.pass_on(self, where, b"")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                relay.pass_on(self, where, body)

            def log_message(self, *_: Any) -> None:
                pass

        self._relaying = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._relaying.daemon_threads = True
        threading.Thread(target=self._relaying.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self._relaying.server_port}"

    def taken(self) -> list[Count]:
        """Wait until nothing is under way, and give what was counted since."""
        with self._quiet:
            self._quiet.wait_for(lambda: self._under_way == 0, _PATIENCE)
            counts, self.counts = self.counts, []
        return counts

    def close(self) -> None:
        """Pass nothing on any more."""
        self._relaying.shutdown()
        self._relaying.server_close()

    def pass_on(self, asked: BaseHTTPRequestHandler, where: str, body: bytes) -> None:
        """Pass one request on."""
        connection = HTTPConnection(where, timeout=_PATIENCE)
        headers = {k: v for k, v in asked.headers.items() if k.lower() not in _HOP}
        began = time.monotonic(), self._worked()
        with self._quiet:
            self._under_way += 1
        try:
            connection.request(asked.command, asked.path, body or None, headers)
            answer = connection.getresponse()
            if body and "event-stream" in (answer.getheader("content-type") or ""):
                count = Count(path=asked.path, body=json.loads(body))
                self._stream(asked, answer, count, began)
                self.counts.append(count)
            else:
                _send(asked, answer)
        finally:
            connection.close()
            with self._quiet:
                self._under_way -= 1
                self._quiet.notify_all()

    def _stream(
        self,
        asked: BaseHTTPRequestHandler,
        answer: HTTPResponse,
        count: Count,
        began: tuple[float, float],
    ) -> None:
        asked.send_response(answer.status)
        asked.send_header("Content-Type", answer.getheader("content-type") or "")
        asked.send_header("Connection", "close")
        asked.end_headers()
        asked.close_connection = True
        for line in answer:
            count.read(line, time.monotonic() - began[0], self._worked() - began[1])
            with suppress(OSError):
                asked.wfile.write(line)
                asked.wfile.flush()


def _send(asked: BaseHTTPRequestHandler, answer: HTTPResponse) -> None:
    data = answer.read()
    asked.send_response(answer.status)
    asked.send_header("Content-Type", answer.getheader("content-type") or "")
    asked.send_header("Content-Length", str(len(data)))
    asked.end_headers()
    with suppress(OSError):
        asked.wfile.write(data)


@contextmanager
def counted(gguf: Path, server: str | None = None, slots: int = 1) -> Iterator[Relay]:
    """Start a server behind a relay; both end with the context.

    `server` is a program `llama-server`; the Python package's is taken without.
    """
    command = [sys.executable, "-m", "benchmarks.counted", str(gguf), str(slots)]
    command += [server] if server else []
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        address, pid = process.stdout.readline().split()
        relay = Relay(_Server(address, int(pid)))
        try:
            yield relay
        finally:
            relay.close()
            process.stdin.close()
            process.wait()


def _serve(gguf: str, slots: int) -> None:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = gguf
    params.model_alias = {MODEL}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_parallel = slots
    params.n_ctx = CONTEXT * slots
    params.verbosity = -1
    params.warmup = False
    params.endpoint_props = True
    params.cpuparams.n_threads = 1  # spinning threads are slow on a busy machine
    params.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(params)
    sys.stdout.write(f"{server.listening_address} {os.getpid()}\n")
    sys.stdout.flush()
    sys.stdin.read()


def _run(server: str, gguf: str, slots: int) -> None:
    """Run a program as long as somebody wants it."""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [server, "--model", gguf, "--alias", MODEL, "--port", port]
    command += ["--ctx-size", str(CONTEXT * slots), "--parallel", str(slots)]
    command += ["--threads", "1"]
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        while process.poll() is None and not _is_up(port):
            time.sleep(0.1)
        sys.stdout.write(f"http://127.0.0.1:{port} {process.pid}\n")
        sys.stdout.flush()
        sys.stdin.read()
        process.terminate()


def _is_up(port: str) -> bool:
    connection = HTTPConnection("127.0.0.1", int(port), timeout=_PATIENCE)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    gguf, slots, *program = sys.argv[1:]
    if program:
        _run(program[0], gguf, int(slots))
    else:
        _serve(gguf, int(slots))
    os._exit(0)  # whatever it still answers
