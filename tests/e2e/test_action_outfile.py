"""`--outfile`: a file of the user's stays what it is, and nothing is eaten."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.support.popups import ACTION, answering, configure
from tests.support.upstream import Upstream

pytestmark = pytest.mark.e2e

CODE = b"def add(a, b):\n    return a+b\n"
CHANGED = b"def add(a, b):\n    return a + b\n"


def act(
    *arguments: str | Path, stdout: int = subprocess.PIPE
) -> "subprocess.CompletedProcess[bytes]":
    """Let a model change the code that is piped in."""
    with Upstream(answering(CHANGED.decode())) as upstream:
        configure(upstream)
        return subprocess.run(
            [ACTION, "--action", "simplify", *arguments],
            input=CODE,
            stdout=stdout,
            stderr=subprocess.PIPE,
            check=False,
        )


@pytest.mark.parametrize("mode", [0o644, 0o755, 0o600])
def test_a_file_keeps_mode_and_link(tmp_path: Path, mode: int) -> None:
    """A source file that is changed in its place is still read by those who could."""
    source, link = tmp_path / "add.py", tmp_path / "link.py"
    source.write_bytes(CODE)
    source.chmod(mode)
    link.symlink_to(source.name)

    ran = act("--infile", link, "--outfile", link)

    assert (ran.returncode, ran.stdout) == (0, b"")
    assert source.read_bytes() == CHANGED
    assert stat.S_IMODE(source.stat().st_mode) == mode
    assert link.is_symlink()


def test_a_dash_is_what_is_used_without_a_file() -> None:
    """Standard input and output."""
    ran = act("--infile", "-", "--outfile", "-")

    assert (ran.returncode, ran.stdout) == (0, CHANGED)


def test_another_name_of_a_file_sees_it_too(tmp_path: Path) -> None:
    """A file with two names stays one."""
    source, other = tmp_path / "add.py", tmp_path / "other.py"
    source.write_bytes(CODE)
    other.hardlink_to(source)

    act("--outfile", source)

    assert other.read_bytes() == CHANGED


def test_a_link_to_nothing_makes_what_it_names(tmp_path: Path) -> None:
    """As a shell does it."""
    link = tmp_path / "link.py"
    link.symlink_to("new.py")

    act("--outfile", link)

    assert (tmp_path / "new.py").read_bytes() == CHANGED
    assert link.is_symlink()


def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path) -> None:
    """It is not replaced by a file; nor is a device."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    ran = act("--outfile", pipe)

    assert (ran.returncode, os.read(reader, 1000)) == (0, CHANGED)
    os.close(reader)
    assert pipe.is_fifo()


def test_standard_output_by_its_name_is_appended_to(tmp_path: Path) -> None:
    """What a shell's `>>` had there already stays."""
    log = tmp_path / "log"
    log.write_bytes(b"before\n")
    with log.open("ab") as file:
        act("--outfile", "/dev/stdout", stdout=file.fileno())

    assert log.read_bytes() == b"before\n" + CHANGED


@pytest.mark.parametrize("kind", ["no folder", "folder", "pipe without a reader"])
def test_what_cannot_be_written_gives_the_selection_back(
    tmp_path: Path, kind: str
) -> None:
    """On standard output, since it was piped in and is nowhere else."""
    outfile = tmp_path / kind
    if kind == "no folder":
        outfile /= "file"
    elif kind == "folder":
        outfile.mkdir()
    else:
        os.mkfifo(outfile)

    ran = act("--outfile", outfile)

    assert (ran.returncode, ran.stdout) == (1, CODE)
    assert b"cannot be written" in ran.stderr
