"""The user's editor: for prompts too long for a command line, and the configuration."""

import shlex
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from hexai.config.programs import find_program
from hexai.errors import NoInput, SetupError

VARIABLES = ("HEXAI_EDITOR", "VISUAL", "EDITOR")


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
    command: tuple[str, ...], folder: Path, *, keyboard: int, screen: int
) -> str:
    """Let the user write a prompt in a temporary Markdown file; returns its text.

    The file is made in a private folder below `folder` and removed afterwards.
    The editor reads from and draws on the two descriptors. Raises `NoInput` if it
    reports a failure, which is how an editor says that the user gave up.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="prompt-", dir=folder) as private:
        file = Path(private) / "hexai-prompt.md"
        file.touch(mode=0o600)
        code = _run((*command, str(file)), keyboard, screen)
        if code != 0:
            raise NoInput(f"the editor ended with {code}, nothing was asked")
        return file.read_bytes().decode("utf-8", "replace")


def edit_file(
    command: tuple[str, ...], file: Path, *, keyboard: int, screen: int
) -> int:
    """Let the user edit a file, which need not be there; gives the editor's exit code.

    What the editor creates is private to the user.
    """
    return _run((*command, str(file)), keyboard, screen, umask=0o077)


def _run(
    command: tuple[str, ...], keyboard: int, screen: int, *, umask: int = -1
) -> int:
    """Run the editor; a Ctrl-C typed into it is its own business, not ours."""
    previous = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        return subprocess.run(
            command, stdin=keyboard, stdout=screen, check=False, umask=umask
        ).returncode
    except OSError as error:
        raise SetupError(f"{command[0]} cannot be run: {error.strerror}") from None
    finally:
        signal.signal(signal.SIGINT, previous)
