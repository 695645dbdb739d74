"""The user's editor: which it is, and what comes of it."""

import os
import stat
from pathlib import Path

import pytest

from hexai.errors import SetupError
from hexai.service.external_editor import Written, editor_command, write_in_editor


def program(path: Path, script: str = "exit 0") -> Path:
    """Make a program of a shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)
    return path


def write(command: tuple[str, ...], folder: Path) -> Written:
    """Write a prompt with an editor that needs no terminal."""
    with Path(os.devnull).open("r+b", buffering=0) as nothing:
        return write_in_editor(
            command, folder, keyboard=nothing.fileno(), screen=nothing.fileno()
        )


def edit(editor: Path, folder: Path, *, text: str) -> Written:
    """Change a text with an editor that needs no terminal."""
    with Path(os.devnull).open("r+b", buffering=0) as nothing:
        return write_in_editor(
            (str(editor),),
            folder,
            name="answer.py",
            text=text,
            keyboard=nothing.fileno(),
            screen=nothing.fileno(),
        )


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        ({"HEXAI_EDITOR": "one", "VISUAL": "two", "EDITOR": "three"}, "one"),
        ({"HEXAI_EDITOR": " ", "VISUAL": "two", "EDITOR": "three"}, "two"),
        ({"EDITOR": "three"}, "three"),
    ],
)
def test_the_first_variable_that_is_not_blank_wins(
    environ: dict[str, str], found: str, tmp_path: Path
) -> None:
    """Our own variable comes first, then the general ones."""
    for name in ("one", "two", "three"):
        program(tmp_path / name)
    command = editor_command({**environ, "PATH": str(tmp_path)}, "/home/me")
    assert command == (str(tmp_path / found),)


def test_no_variable_is_no_editor() -> None:
    """Nothing is guessed."""
    assert editor_command({"PATH": "/bin"}, "/home/me") is None


def test_the_value_is_split_as_a_shell_does(tmp_path: Path) -> None:
    """Arguments, quotes and a home folder work."""
    program(tmp_path / "bin" / "code")
    environ = {"EDITOR": "~/bin/code --wait 'a b'"}
    assert editor_command(environ, str(tmp_path)) == (
        str(tmp_path / "bin" / "code"),
        "--wait",
        "a b",
    )


def test_an_open_quote_is_an_error_that_names_the_variable() -> None:
    """The user can find what to mend."""
    with pytest.raises(SetupError, match="VISUAL is not a command"):
        editor_command({"VISUAL": "code 'a"}, "/home/me")


def test_a_missing_program_is_an_error_that_names_the_variable(tmp_path: Path) -> None:
    """Nothing else is started in its place."""
    with pytest.raises(SetupError, match="EDITOR: there is no program 'nope'"):
        editor_command({"EDITOR": "nope", "PATH": str(tmp_path)}, "/home/me")


def test_the_text_comes_from_a_private_markdown_file_that_goes_again(
    tmp_path: Path,
) -> None:
    """The file is 0600 in a folder of its own, which is removed."""
    editor = program(
        tmp_path / "ed", f'stat -c "%a $1" "$1" > {tmp_path}/seen; echo hello > "$1"'
    )
    assert write((str(editor),), tmp_path / "private") == Written(
        text="hello\n", failure=""
    )
    mode, path = (tmp_path / "seen").read_text("utf-8").split()
    assert mode == "600"
    assert path.endswith(".md")
    assert list((tmp_path / "private").iterdir()) == []
    assert stat.S_IMODE((tmp_path / "private").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("end", "failure"),
    [("exit 3", "the editor ended with 3"), ("kill -9 $$", "ended by SIGKILL")],
)
def test_an_editor_that_fails_leaves_its_text(
    end: str, failure: str, tmp_path: Path
) -> None:
    """So that a crash does not cost what was written."""
    editor = program(tmp_path / "ed", f'echo hello > "$1"; {end}')
    written = write((str(editor),), tmp_path / "private")
    assert written.text == "hello\n"
    assert written.failure.endswith(failure)
    assert list((tmp_path / "private").iterdir()) == []


def test_an_editor_may_remove_its_file(tmp_path: Path) -> None:
    """Then nothing was written."""
    editor = program(tmp_path / "ed", 'rm "$1"')
    written = write((str(editor),), tmp_path / "private")
    assert written == Written(text="", failure="")


def test_an_editor_that_a_ctrl_c_ends_interrupts(tmp_path: Path) -> None:
    """As a Ctrl-C does everywhere else."""
    editor = program(tmp_path / "ed", "kill -INT $$")
    with pytest.raises(KeyboardInterrupt):
        write((str(editor),), tmp_path / "private")


def test_a_program_that_cannot_be_run_is_an_error(tmp_path: Path) -> None:
    """A script whose interpreter is missing, for one."""
    editor = tmp_path / "ed"
    editor.write_text("#!/nonexistent/interpreter\n", "utf-8")
    editor.chmod(0o755)
    with pytest.raises(SetupError, match="cannot be run: No such file"):
        write((str(editor),), tmp_path / "private")


def test_a_text_that_is_there_already_is_changed(tmp_path: Path) -> None:
    """The editor finds it in the file, whose name says what it is."""
    editor = program(tmp_path / "ed", 'basename "$1" >> "$1"')
    written = edit(editor, tmp_path / "private", text="a = 1\n")
    assert written == Written(text="a = 1\nanswer.py\n", failure="")


def test_a_text_that_the_editor_removes_is_not_an_empty_one(tmp_path: Path) -> None:
    """Nothing says that the user wanted that."""
    editor = program(tmp_path / "ed", 'rm "$1"')
    written = edit(editor, tmp_path / "private", text="a = 1\n")
    assert written.failure == "the editor has removed its file"
