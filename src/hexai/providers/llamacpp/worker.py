"""The worker: a process that loads one model and serves it on a Unix socket.

`supervisor` starts it, as a program of its own, with the lock file of this
worker open and locked, and with an `Order` on standard input. From then on nobody
watches it: it ends by itself when no request has held its lease for `keep_alive`
seconds. To do so it locks the lease exclusively, so that a request that comes at this
moment waits until the worker is gone, and then starts another.
"""

import os
import resource
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

import msgspec
from msgspec import Struct

from hexai.config.schema_providers import AT_ONCE_EMBEDDED
from hexai.extras import install_command
from hexai.providers.llamacpp.files import Lock, WorkerFiles, try_lock
from hexai.providers.llamacpp.model_files import GGUF, xllamacpp_version
from hexai.version import __version__

FAILED = "failed: "
"""How the last line of the log begins if the model could not be loaded."""

READY = "ready"
"""The line of the log that says that it could be."""

_HTTP_THREADS = 64
"""Connections served at once; a waiting one must not hold up `/health`."""

_PROMPT_CACHE_MIB = 256
"""What llama.cpp may keep of earlier prompts; by itself it takes 8 GiB."""

_ERRORS_ONLY = 1
"""llama.cpp's verbosity: errors tell of files and memory, never of texts."""

_PING = 1
"""Seconds between looks at whether a client is still there, while a prompt is read.

llama.cpp looks where it writes; with its own 30 s an abandoned prompt is read whole.
"""

_GPU_BATCH = 512
"""Tokens that a graphics card reads at once; it is through with them at once, too."""


class LoadOptions(Struct, frozen=True, kw_only=True):
    """How a worker loads a model; other options are another worker."""

    context: int = 16_384
    """Tokens that all requests under way share; 0 for all that the model knows.

    Models of today know 128,000 tokens and more, which would take 16 GB for a model
    of 5 GB.
    """
    parallel: int = AT_ONCE_EMBEDDED
    """Requests answered at once."""
    batch: int = 32
    """Tokens of prompts read at once."""


class Order(Struct, frozen=True, kw_only=True):
    """What a worker is to serve, and where; comes on standard input."""

    folder: str
    name: str
    lock_fd: int
    key: str
    gguf: GGUF
    options: LoadOptions
    keep_alive: float
    """Seconds from the last lease to the end; finite, since it travels as JSON."""

    def __repr__(self) -> str:
        return f"Order(name={self.name!r}, key=***)"


def identity(gguf: GGUF, options: LoadOptions) -> str:
    """Describe all that makes a worker another one."""
    facts = (
        gguf.device,
        gguf.inode,
        gguf.size,
        gguf.mtime_ns,
        options.context,
        options.parallel,
        options.batch,
        __version__,
        xllamacpp_version(),
    )
    return ":".join(map(str, facts))


def main() -> None:
    """Load, serve, wait until nobody needs it any more."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    _close_stdin()
    files = WorkerFiles(Path(order.folder), order.name)
    os.set_inheritable(order.lock_fd, False)  # noqa: FBT003 - positional only
    _server = _load(order, files)
    if not order.gguf.is_still_there():
        _fail("the model's file was changed while it was loaded")
    _say(READY)
    _lease = _wait_unused(files.lease, order.keep_alive)
    _say("ended: nobody asked any more")
    files.socket.unlink(missing_ok=True)
    # llama.cpp would take its time to stop, and requests wait for the lease.
    os._exit(0)


def _load(order: Order, files: WorkerFiles) -> object:
    """Start llama.cpp's server; it listens from here on, and answers 503 meanwhile."""
    try:
        import xllamacpp
    except ImportError as error:
        _fail(f"xllamacpp cannot be imported ({error}); {_remedy(error)}")
    try:
        devices = {device["type"].name for device in xllamacpp.get_device_info()}
        parameters = _parameters(xllamacpp.CommonParams(), order, files)
        _set_pace(parameters, order.options, devices)
        return xllamacpp.Server(parameters)
    except RuntimeError:
        _fail("llama.cpp cannot load this file: it is damaged, too large, or too new")


def _remedy(error: ImportError) -> str:
    if "libgomp" in str(error):
        return "install GCC's OpenMP library (Debian: libgomp1, Fedora: libgomp)"
    return f"run: {install_command('local')}"


def _parameters(
    parameters: Any,
    order: Order,
    files: WorkerFiles,
) -> Any:
    parameters.model.path = order.gguf.path
    parameters.model_alias = {Path(order.gguf.path).stem}
    parameters.hostnames = [str(files.socket)]
    parameters.api_keys = [order.key]
    parameters.n_ctx = order.options.context
    parameters.n_parallel = order.options.parallel
    parameters.kv_unified = True
    parameters.n_threads_http = _HTTP_THREADS
    parameters.cache_ram_mib = _PROMPT_CACHE_MIB
    parameters.verbosity = _ERRORS_ONLY
    parameters.offline = True
    parameters.ui = False
    parameters.endpoint_slots = False
    parameters.endpoint_props = False
    parameters.endpoint_metrics = False
    return parameters


def _set_pace(parameters: Any, options: LoadOptions, devices: set[str]) -> None:
    """Choose how much is read at once, and by how many threads.

    Between two batches llama.cpp takes note of requests that came and clients that
    went, so a batch is what a new question waits at most. Reading by 32 is 8 % more
    work than by 64, and lets go in half the time where much else runs. Generating is
    bound by memory, and threads that wait for each other at every token lose more than
    they bring: on two cores one thread made 45 tokens a second, two made 21 (SmolLM2;
    beside a busy process 33 and 27).
    """
    gpu = any("GPU" in device for device in devices)
    parameters.n_batch = parameters.n_ubatch = _GPU_BATCH if gpu else options.batch
    parameters.sse_ping_interval = _PING
    cores = _cores()
    parameters.cpuparams.n_threads = max(1, cores // 2)
    parameters.cpuparams_batch.n_threads = cores


def _cores() -> int:
    """Count the cores that this process may use; two threads of one core are one."""
    if sys.platform != "linux":
        return os.cpu_count() or 1
    usable = os.sched_getaffinity(0)
    siblings = set()
    for number in usable:
        told = Path(f"/sys/devices/system/cpu/cpu{number}/topology/thread_siblings")
        try:
            siblings.add(told.read_text())
        except OSError:
            siblings.add(str(number))
    return len(siblings)


def _wait_unused(lease: Path, keep_alive: float) -> Lock:
    """Wait until no request has used the lease for `keep_alive` seconds; lock it.

    A request touches the lease when it ends. One that was killed does not, but the
    attempt to lock shows that it is gone, and it counts as having ended just then.
    """
    tick = min(1.0, max(0.05, keep_alive / 10))
    used, seen = time.monotonic(), _touched(lease)
    while True:
        time.sleep(tick)
        now, touched = time.monotonic(), _touched(lease)
        if touched != seen:
            used, seen = now, touched
        if now - used < keep_alive:
            continue
        held = try_lock(lease)
        if held.held and _touched(lease) == seen:
            return held
        held.release()
        used = now


def _touched(lease: Path) -> int:
    try:
        return lease.stat().st_mtime_ns
    except OSError:
        _fail("the folder of the socket is gone")


def _close_stdin() -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)


def _say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def _fail(reason: str) -> NoReturn:
    _say(f"{FAILED}{reason}")
    os._exit(1)


if __name__ == "__main__":
    main()
