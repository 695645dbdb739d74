"""Commands run in rooms of their own, with a few files."""

import asyncio
import io
import sys
import tarfile
import tempfile
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from hexai.bench.confined.command import run_confined
from hexai.bench.confined.job import Ended, Job
from hexai.bench.confined.surroundings import tools

FOLDER = "/tmp/somewhere/copy"
"""Where the copy is; outside nothing is there."""


def packed(files: Mapping[str, str]) -> IO[bytes]:
    """Pack files as the launcher takes them."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller's
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return file


def job(*command: str, **more: Any) -> Job:
    """Ask for a command with little of everything."""
    fields: dict[str, Any] = {
        "folder": FOLDER,
        "texts": {},
        "tools": tools(command, {}, ()),
        "command": command,
        "environ": {"PATH": "/usr/bin:/bin", "HOME": "/tmp/home"},
        "seconds": 20.0,
        "bytes": 512 << 20,
        "processes": 64,
        **more,
    }
    return Job(**fields)


def confined(
    *command: str, files: Mapping[str, str] | None = None, **more: Any
) -> Ended:
    """Run a command in a room of its own."""
    with packed(files or {}) as archive:
        return asyncio.run(run_confined(job(*command, **more), archive))


def python(code: str, **more: Any) -> Ended:
    """Run a program in Python there."""
    return confined(sys.executable, "-S", "-c", textwrap.dedent(code), **more)


def is_running(word: str) -> bool:
    """Tell whether a process has a word among its arguments."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if word.encode() in words:
            return True
    return False
