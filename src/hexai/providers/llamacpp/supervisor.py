"""Finds the worker of a model, or starts one; replaces one that hangs.

Several processes may want the same worker at the same moment, the worker may be about
to end, and any of them may be killed at any point. A daemon that arbitrates would be
one more thing to start and to lose, so locks do (see `files.py`):

- A request first takes its lease, then looks for a worker. A worker that ends holds the
  lease exclusively until it is gone, so whoever has a lease is never handed a worker
  that is about to end, and nobody can end it for want of room meanwhile.
- To start one, a process takes the gate, one lock for all workers of the user, then the
  worker's own lock, and lets the child inherit the latter. So the lock is never free
  between the decision to start and the end of the worker, and of ten that come at once
  one starts and nine wait.
- Everybody who waits looks for itself: is the lock held, and does `/health` answer? Who
  sees the lock become free reads in the log why, or becomes the one who starts.

Left out: a limit on how long loading may take. That is the engine's budget; a load that
exceeds it goes on, and the next request finds it done.
"""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from msgspec import Struct

from hexai.errors import ConnectionFailed, ProviderError, UnknownModel
from hexai.providers.llamacpp.files import (
    Card,
    Lock,
    WorkerFiles,
    all_workers,
    try_lock,
    worker_files,
    workers_folder,
)
from hexai.providers.llamacpp.model_files import GGUF
from hexai.providers.llamacpp.process import (
    HEALTH_TIMEOUT,
    PAUSE,
    Health,
    check_health,
    end,
    failure,
    first_words,
    spawn,
)
from hexai.providers.llamacpp.worker import LoadOptions, Order, identity

_FOREVER = 1e9
"""Seconds that stand for infinity, which JSON does not know."""


class Leased(Struct, frozen=True, kw_only=True):
    """A worker that is ready, and stays as long as the lease is held."""

    files: WorkerFiles
    card: Card


class Supervisor:
    """Hands out the workers of one user; every process has its own supervisor."""

    def __init__(
        self,
        folder: Path,
        *,
        environ: Mapping[str, str],
        keep_alive: float,
        max_workers: int,
        options: LoadOptions = LoadOptions(),  # noqa: B008 - frozen
        listen_timeout: float = 30.0,
    ) -> None:
        """Use the workers in `folder`, or in a short one if its path is too long.

        Those that are started here end `keep_alive` seconds after their last lease. One
        that does not listen after `listen_timeout` seconds is replaced; 4 were seen,
        with a slow disk.
        """
        self._runtime = folder
        self._environ = environ
        self.limit_workers(keep_alive=keep_alive, max_workers=max_workers)
        self._options = options
        self._listen_timeout = listen_timeout

    def limit_workers(self, *, keep_alive: float, max_workers: int) -> None:
        """Set the limits of workers that are started from now on."""
        self._keep_alive = min(keep_alive, _FOREVER)
        self._max_workers = max_workers

    @asynccontextmanager
    async def lease(
        self, gguf: GGUF, loading: Callable[[], None]
    ) -> AsyncGenerator[Leased, None]:
        """Give a worker that is ready, and keep it from ending meanwhile.

        `loading` is called as soon as it turns out that one has to be waited for.
        """
        files = self.files(gguf)
        with _troubles_named(files.folder):
            lease = await _take_lease(files)
        with lease:
            try:
                with _troubles_named(files.folder):
                    card = await self._wait_ready(gguf, files, loading)
                yield Leased(files=files, card=card)
            finally:
                with suppress(OSError):
                    os.utime(lease.fd)

    def files(self, gguf: GGUF) -> WorkerFiles:
        """Name the files of the worker that serves a model, whether it lives or not.

        Raises `NotSent` if there is no private folder for them.
        """
        folder = workers_folder(self._runtime)
        return worker_files(folder, identity(gguf, self._options))

    def is_idle(self, gguf: GGUF) -> bool:
        """Tell whether a model is loaded and nobody asks it; starts nothing."""
        try:
            files = self.files(gguf)
            if not files.is_alive() or files.card() is None:
                return False
            with try_lock(files.lease) as lease:
                return lease.held
        except (OSError, ProviderError):
            return False

    async def _wait_ready(
        self, gguf: GGUF, files: WorkerFiles, loading: Callable[[], None]
    ) -> Card:
        """Look until the worker is ready; start it if there is none."""
        starts, seen, patience = 0, False, _Patience(self._listen_timeout)
        while True:
            if files.is_alive():
                seen = True
                card = files.card()
                health = await check_health(files.socket)
                if health is Health.READY and card is not None:
                    return card
                loading()
                if card is not None and patience.is_over(health):
                    await end(files, card)
            else:
                loading()
                if seen:
                    _raise_if_it_failed(gguf, files, starts)
                if await self._start(gguf, files):
                    starts, seen = starts + 1, True
                    patience = _Patience(self._listen_timeout)
            await asyncio.sleep(PAUSE)

    async def _start(self, gguf: GGUF, files: WorkerFiles) -> bool:
        """Start a worker if nobody else does and there is room; tell whether it was."""
        with try_lock(files.folder / "gate") as gate:
            if not gate.held or not await self._make_room(files):
                return False
            with try_lock(files.lock) as lock:
                if not lock.held:
                    return False
                os.ftruncate(lock.fd, 0)
                files.socket.unlink(missing_ok=True)
                order = Order(
                    folder=str(files.folder),
                    name=files.name,
                    lock_fd=os.dup(lock.fd),
                    key=os.urandom(32).hex(),
                    gguf=gguf,
                    options=self._options,
                    keep_alive=self._keep_alive,
                )
                await asyncio.to_thread(spawn, order, files.log, self._environ)
        return True

    async def _make_room(self, files: WorkerFiles) -> bool:
        """See that one more worker may live, ending an idle one if need be."""
        living: list[WorkerFiles] = []
        for other in all_workers(files.folder):
            if other == files:
                continue
            if other.is_alive():
                living.append(other)
            else:
                other.remove()
        if len(living) < self._max_workers:
            return True
        for other in sorted(living, key=_last_used):
            with try_lock(other.lease) as lease:
                card = other.card()
                if lease.held and card is not None:
                    await end(other, card)
                    return True
        return False


@contextmanager
def _troubles_named(folder: Path) -> Iterator[None]:
    """Turn what the system refuses into an expected failure."""
    try:
        yield
    except OSError as error:
        raise ConnectionFailed(
            f"cannot start the embedded model: {error.strerror}",
            advice=f"check {folder}",
        ) from error


class _Patience:
    """How long a worker may take before it listens, and before it answers."""

    def __init__(self, listen_timeout: float) -> None:
        self._absent_until = asyncio.get_running_loop().time() + listen_timeout

    def is_over(self, health: Health) -> bool:
        if health is Health.ABSENT:
            return asyncio.get_running_loop().time() > self._absent_until
        return health is Health.HANGING


async def _take_lease(files: WorkerFiles) -> Lock:
    """Share the lease; a worker that takes too long to end, holding it, is killed."""
    time = asyncio.get_running_loop().time
    patience = time() + HEALTH_TIMEOUT
    while not (lease := try_lock(files.lease, shared=True)).held:
        await asyncio.sleep(PAUSE)
        card = files.card()
        if card is not None and time() > patience:
            await end(files, card)
    return lease


def _raise_if_it_failed(gguf: GGUF, files: WorkerFiles, starts: int) -> None:
    """Tell why a worker that was being started is gone, unless one may start anew."""
    reason = failure(files.log)
    if not reason and starts > 1:
        reason = "the process that loads it was ended, perhaps for want of memory"
    if reason:
        said = first_words(files.log)
        raise UnknownModel(
            f"cannot load {gguf.path}: {reason}",
            advice=f"llama.cpp said: {said}" if said else "",
        )


def _last_used(files: WorkerFiles) -> int:
    try:
        return files.lease.stat().st_mtime_ns
    except OSError:
        return 0
