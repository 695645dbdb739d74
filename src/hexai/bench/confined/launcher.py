"""A process between a bench and a command that is not trusted.

It leaves all namespaces but that of time, and makes two processes: the first one of
the room, which furnishes it, looks at what the command takes and takes all of the room
along when it ends; and the command. It dies with the bench, and the room with it, so
that nothing is left of a command whatever becomes of the bench.
"""

import errno
import fcntl
import os
import re
import resource
import signal
import socket
import struct
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path

import msgspec

from hexai.bench.confined import namespaces
from hexai.bench.confined.job import Ended, Job, Stop
from hexai.bench.confined.room import furnish, written

_GLANCE, _LOOK = 0.02, 0.1
"""Seconds between two looks at how many processes there are, and at what they take.
Processes that fork without end are thousands within a tenth of a second."""
_NUMBERED_PIDS = (6, 14)
"""The Linux from which on a room of processes has a highest number of its own; before,
it would be that of the whole machine."""
_RESERVED_PIDS = 300
"""Numbers that Linux gives only once, to the first processes of all."""
_PATIENT = 19
"""How willingly a command lets others go first."""
_NOT_FOUND = 127
"""The code of a command that is not there, as shells have it."""
_LARGEST_FILE = 1 << 30
_PAGE = os.sysconf("SC_PAGE_SIZE")
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 0x1
_ALL = (
    namespaces.NEW_USER
    | namespaces.NEW_MOUNTS
    | namespaces.NEW_PIDS
    | namespaces.NEW_NETWORK
    | namespaces.NEW_IPC
    | namespaces.NEW_NAMES
)


def main() -> None:
    """Run the job that standard input holds."""
    parent, tell, archive = map(int, sys.argv[1:])
    for descriptor in (tell, archive):
        os.set_inheritable(descriptor, False)  # noqa: FBT003 - its only form
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    try:
        _leave(parent)
    except OSError as error:
        _tell(tell, Ended(refused=f"no room of its own ({_reason(error)})"))
        return
    near, far = socket.socketpair()
    first = os.fork()
    if first == 0:
        near.close()
        _first(job, tell, archive, far)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(first, signal.SIGKILL))
    far.close()
    near.recv(1)  # it dies with this process from here on
    near.send(b"\0")
    os.wait()  # until all of the room has ended


def _leave(parent: int) -> None:
    """Leave what is shared with others, and die with the bench from here on."""
    user, group = os.getuid(), os.getgid()
    namespaces.unshare(_ALL)
    namespaces.be_oneself(user, group)
    namespaces.die_with_parent()  # not before: it is forgotten with new ids
    if os.getppid() != parent:
        raise OSError(errno.ESRCH, "the bench has ended")
    _have_loopback()


def _have_loopback() -> None:
    """Let programs of the room talk to each other, and to nobody else."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as some:
        asked = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack_from("16xH", fcntl.ioctl(some, _GET_FLAGS, asked))[0]
        fcntl.ioctl(some, _SET_FLAGS, struct.pack("16sH14x", b"lo", flags | _UP))


def _first(job: Job, tell: int, archive: int, parent: socket.socket) -> None:
    """Be the first process of the room, with which all others end."""
    code = 0
    try:
        namespaces.die_with_parent()
        parent.send(b"\0")
        if parent.recv(1):
            _tell(tell, _run(job, archive))
    except OSError as error:
        _tell(tell, Ended(refused=f"no room of its own ({_reason(error)})"))
    except Exception:  # noqa: BLE001 - a bug; there is nobody above to raise it to
        traceback.print_exc()
        code = 70
    finally:
        sys.stderr.flush()
        os._exit(code)


def _run(job: Job, archive: int) -> Ended:
    furnish(job, archive)
    _limit(job)
    namespaces.be_closed()
    if not job.command:
        return Ended(code=0)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    began = time.monotonic()
    command = _start(job)
    if command is None:
        return Ended(code=_NOT_FOUND, is_started=False)
    ended = _watch(job, command, began + job.seconds)
    return msgspec.structs.replace(ended, seconds=time.monotonic() - began)


def _limit(job: Job) -> None:
    """Limit each process; what all take together is looked at."""
    for kind, wanted in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, _LARGEST_FILE),
        (resource.RLIMIT_DATA, job.bytes),
        (resource.RLIMIT_NPROC, job.processes),
    ):
        _, hard = resource.getrlimit(kind)
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (most, most))
    with suppress(OSError):  # if memory runs out, this goes first
        Path("/proc/self/oom_score_adj").write_text("1000", "utf-8")
    if _kernel() >= _NUMBERED_PIDS:  # a limit of each process is none for root
        highest = _RESERVED_PIDS + job.processes + 1
        with suppress(OSError):
            Path("/proc/sys/kernel/pid_max").write_text(str(highest), "utf-8")
    namespaces.make_read_only("/proc")  # root is let at the kernel's settings there


def _kernel() -> tuple[int, ...]:
    found = re.match(r"(\d+)\.(\d+)", os.uname().release)
    return tuple(map(int, found.groups())) if found else ()


def _start(job: Job) -> int | None:
    """Start the command; None if it cannot be, as where a commit lacks a script."""
    reads, writes = os.pipe()
    command = os.fork()
    if command == 0:
        try:
            _become(job)
        except OSError as error:
            os.write(writes, _reason(error).encode("utf-8", "replace"))
        finally:
            os._exit(_NOT_FOUND)
    os.close(writes)
    with os.fdopen(reads, "rb") as pipe:
        failure = pipe.read().decode("utf-8", "replace")
    if failure:
        print(f"{job.command[0]} cannot be started ({failure})", flush=True)  # noqa: T201
        return None
    return command


def _become(job: Job) -> None:
    os.setsid()
    os.nice(_PATIENT)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    for each in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(each, signal.SIG_DFL)
    _give(job.given)
    namespaces.give_up_privileges()
    os.chdir(job.folder)
    os.execve(job.command[0], job.command, job.environ)  # noqa: S606 - no shell is meant


def _give(text: str) -> None:
    """Let standard input hold a text."""
    given = os.memfd_create("given")
    with os.fdopen(given, "wb", closefd=False) as file:
        file.write(text.encode("utf-8", "surrogatepass"))
    os.lseek(given, 0, os.SEEK_SET)
    os.dup2(given, 0)


def _watch(job: Job, command: int, until: float) -> Ended:
    """Wait for the command, or until it takes too much."""
    look_at = 0.0
    while True:
        signal.sigtimedwait({signal.SIGCHLD}, _GLANCE)
        if (code := _code_of(command)) is not None:
            return Ended(code=code)
        now = time.monotonic()
        if now >= until:
            return Ended(stop=Stop.TIME)
        if len(_processes()) > job.processes:
            return Ended(stop=Stop.PROCESSES)
        if now >= look_at:
            look_at = now + _LOOK
            if stop := _look(job):
                return Ended(stop=stop)


def _look(job: Job) -> Stop | None:
    """Say of what all of the room takes too much."""
    taken, threads = _taken()
    if threads > job.processes:
        return Stop.PROCESSES
    return Stop.MEMORY if taken + written(job) > job.bytes else None


def _code_of(command: int) -> int | None:
    """Bury who has ended; gives the command's code once it is among them."""
    while True:
        ended, status = os.waitpid(-1, os.WNOHANG)
        if ended == command:
            return os.waitstatus_to_exitcode(status)
        if ended == 0:
            return None


def _taken() -> tuple[int, int]:
    """Give the bytes in memory, and the processes and threads, of the whole room."""
    pages = threads = 0
    for name in _processes():
        with suppress(OSError, IndexError):
            stat = Path("/proc", name, "stat").read_bytes()
            fields = stat.rpartition(b")")[2].split()
            threads += int(fields[17])
            pages += int(fields[21])
    return pages * _PAGE, threads


def _processes() -> list[str]:
    """Give the numbers of all processes of the room but the first."""
    names = os.listdir("/proc")  # noqa: PTH208 - fifty times a second
    return [name for name in names if name.isdigit() and name != "1"]


def _tell(descriptor: int, ended: Ended) -> None:
    os.write(descriptor, msgspec.json.encode(ended))


def _reason(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror}"


if __name__ == "__main__":
    main()
