"""Opens a file of ours in the user's browser."""

import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from shlex import split

from hexai.config.folders import find_program

_SYSTEM = ("xdg-open", "open")
_FAILS_WITHIN = 1.0
"""Seconds in which a program that cannot open it says so."""


def browser_command(environ: Mapping[str, str]) -> tuple[str, ...] | None:
    """Find what opens a page: the first of `BROWSER` that is there, or the system's.

    Programs are looked for in the absolute folders of PATH alone; None if there is
    none.
    """
    for words in (*environ.get("BROWSER", "").split(":"), *_SYSTEM):
        with suppress(ValueError):
            program, *arguments = split(words) or [""]
            found = find_program(program, environ.get("PATH", "")) if program else None
            if found is not None:
                return (found, *arguments)
    return None


def open_page(command: tuple[str, ...], page: Path, environ: Mapping[str, str]) -> bool:
    """Start the browser and leave it running; False if it failed at once."""
    address = page.as_uri()
    words = [word.replace("%s", address) for word in command]
    arguments = words if "%s" in " ".join(command) else [*words, address]
    try:
        started = subprocess.Popen(
            arguments,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return False
    with suppress(subprocess.TimeoutExpired):
        return started.wait(_FAILS_WITHIN) == 0
    started.returncode = 0  # it goes on without us
    return True
