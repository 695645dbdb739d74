"""The user's editor: for prompts too long for a command line, and the configuration."""

import os
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from hexai.config.folders import find_program
from hexai.errors import SetupError

VARIABLES = ("HEXAI_EDITOR", "VISUAL", "EDITOR")


class Written(Struct, frozen=True, kw_only=True):
    """What an editor left."""

    text: str
    failure: str
    """How it failed, which is also how an editor says that the user gave up."""


def editor_command(environ: Mapping[str, str], home: str) -> tuple[str, ...] | None:
    """Find the editor and its arguments; None if the user has set none.

    The value is split as a shell does, so that `code --wait` works. Raises
    `SetupError` if it cannot be split or its program cannot be found.
    """
    name = next((name for name in VARIABLES if environ.get(name, "").strip()), None)
    if name is None:
        return None
    try:
        program, *arguments = shlex.split(environ[name])
    except ValueError as error:
        raise SetupError(f"{name} is not a command: {error}") from None
    if program.startswith("~/"):
        program = home + program[1:]
    found = find_program(program, environ.get("PATH", ""))
    if found is None:
        raise SetupError(
            f"{name}: there is no program {program!r} in the absolute folders of PATH"
        )
    return (found, *arguments)


def write_in_editor(
    command: tuple[str, ...],
    folder: Path,
    *,
    name: str = "hexai-prompt.md",
    text: str = "",
    keyboard: int,
    screen: int,
) -> Written:
    """Let the user write a prompt in a temporary file, or change another text.

    The file is made in a private folder below `folder` and removed afterwards.
    The editor reads from and draws on the two descriptors. Raises `KeyboardInterrupt`
    if a Ctrl-C ended it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="prompt-", dir=folder) as private:
        file = Path(private) / name
        file.touch(mode=0o600)
        file.write_bytes(text.encode("utf-8", "replace"))
        code = edit_file(command, file, keyboard=keyboard, screen=screen)
        is_there = os.path.exists(file)
        written = file.read_bytes().decode("utf-8", "replace") if is_there else ""
    failure = _failure(code)
    if text and not is_there:
        failure = failure or "the editor has removed its file"
    return Written(text=written, failure=failure)


def _failure(code: int) -> str:
    if code == -signal.SIGINT:
        raise KeyboardInterrupt
    if code < 0:
        return f"the editor was ended by {signal.Signals(-code).name}"
    return f"the editor ended with {code}" if code else ""


def edit_file(
    command: tuple[str, ...], file: Path, *, keyboard: int, screen: int
) -> int:
    """Let the user edit a file, which need not be there; gives the editor's exit code.

    What the editor creates is private to the user. A Ctrl-C typed into it is its own
    business, not ours.
    """
    previous = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        return subprocess.run(
            (*command, str(file)),
            stdin=keyboard,
            stdout=screen,
            check=False,
            umask=0o077,
        ).returncode
    except OSError as error:
        raise SetupError(f"{command[0]} cannot be run: {error.strerror}") from None
    finally:
        signal.signal(signal.SIGINT, previous)
