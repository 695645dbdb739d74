"""`hexai action` where no menu is wanted, or none can be: nothing is eaten."""

import fcntl
import os
import signal
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from tests.support.command_line import write_config
from tests.support.patience import PATIENCE
from tests.support.popups import ACTION, answering, configure
from tests.support.tmux import wait_until
from tests.support.upstream import Upstream

pytestmark = pytest.mark.e2e

CODE = b"def add(a, b):\n    return a+b\n"
ODD = b"\tone\r\n\r\n  two \x00\xff\xfe \x1b[31m\r\n\xe2\x80\xa8three"
CHANGED = "```python\ndef add(a, b):\n    return a + b\n```"


def test_a_signal_amid_the_selection_cuts_nothing_off() -> None:
    """What the editor has yet to send still comes out; the menu is not waited for."""
    reader, writer = os.pipe()
    environ = {name: os.environ[name] for name in os.environ if name != "TMUX"}  # noqa: TID251
    with subprocess.Popen(
        [ACTION, "--action", "simplify"],
        stdin=reader,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environ,
    ) as child:
        os.close(reader)
        os.write(writer, b"one\n")
        wait_until(lambda: _has_taken(child.pid), "nothing was read")
        child.send_signal(signal.SIGINT)
        os.write(writer, b"two\n" * 10_000)
        os.close(writer)
        assert child.stdout is not None
        out = child.stdout.read()

    assert (out, child.returncode) == (b"one\n" + b"two\n" * 10_000, 130)


def test_a_second_signal_waits_for_no_more() -> None:
    """What came comes out, though the sender neither goes on nor closes the pipe."""
    reader, writer = os.pipe()
    with subprocess.Popen(
        [ACTION, "--action", "simplify"],
        stdin=reader,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        os.close(reader)
        os.write(writer, b"one\n")
        wait_until(lambda: _unread(writer) == 0, "nothing was read")
        child.send_signal(signal.SIGTERM)
        wait_until(lambda: not _is_pending(child.pid), "it was not noted")
        child.send_signal(signal.SIGTERM)
        try:
            out, _ = child.communicate(timeout=PATIENCE)
        finally:
            child.kill()
            os.close(writer)

    assert (out, child.returncode) == (b"one\n", 143)


def _unread(pipe: int) -> int:
    """Count the bytes that wait in a pipe."""
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)


def _is_pending(pid: int) -> bool:
    """Tell whether a process has yet to hear of a SIGTERM."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("ShdPnd:"):
            return bool(int(line.split()[1], 16) >> (signal.SIGTERM - 1) & 1)
    return False


def _has_taken(pid: int) -> bool:
    """Tell whether a process handles SIGINT as ours does, by noting it."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("SigCgt:"):
            handled = int(line.split()[1], 16)
            return bool(handled >> (signal.SIGHUP - 1) & 1)
    return False


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)]
)
def test_a_question_that_begins_like_an_action_is_ended_by_a_signal(
    number: signal.Signals, code: int
) -> None:
    """Also while it waits for what is piped in: it has no selection to give back."""
    hexai = ACTION.with_name("hexai")
    with subprocess.Popen(
        [hexai, "action", "items"], stdin=subprocess.PIPE, bufsize=0
    ) as asking:
        try:
            pipe = asking.stdin
            assert pipe is not None
            pipe.write(b"x")
            wait_until(lambda: _unread(pipe.fileno()) == 0, "it reads nothing")
            asking.send_signal(number)
            ended = asking.wait(PATIENCE)
        finally:
            asking.kill()

    assert ended == code


def test_a_wrong_option_gives_the_selection_back() -> None:
    """Even a command line that makes no sense eats nothing."""
    ran = subprocess.run(
        [ACTION, "--nonsense"], input=ODD, capture_output=True, check=False
    )

    assert (ran.stdout, ran.returncode) == (ODD, 2)
    assert b"nonsense" in ran.stderr
    assert ran.stderr.endswith(b"See hexai action --help.\n")


def test_an_action_that_is_not_there_is_told_with_those_that_are() -> None:
    """By their names, so that the next try is right."""
    ran = subprocess.run(
        [ACTION, "--action", "tidy"], input=ODD, capture_output=True, check=False
    )

    assert (ran.stdout, ran.returncode) == (ODD, 2)
    assert b"no action 'tidy'; there are rewrite, " in ran.stderr


@pytest.mark.parametrize(
    ("environ", "reason"),
    [
        ({"TMUX": ""}, b"neither tmux nor a terminal"),
        ({"TMUX": "/nowhere,1,0", "PATH": "/nowhere"}, b"no tmux"),
    ],
    ids=["no terminal", "no program"],
)
@pytest.mark.parametrize("arguments", [(), ("--compare", "--action", "simplify")])
def test_a_menu_that_cannot_be_opened_eats_nothing(
    environ: dict[str, str], reason: bytes, arguments: tuple[str, ...]
) -> None:
    """What was never read could not go out, so it is read all the same."""
    selection = ODD * 10_000
    ran = subprocess.run(
        [ACTION, *arguments],
        input=selection,
        capture_output=True,
        check=False,
        env={**os.environ, **environ},  # noqa: TID251
        start_new_session=True,  # without a terminal
    )

    assert (ran.stdout, ran.returncode) == (selection, 1)
    assert reason in ran.stderr


def test_a_file_is_written_though_no_menu_can_be_opened(tmp_path: Path) -> None:
    """The selection goes where what is taken would have gone."""
    (tmp_path / "in").write_bytes(ODD)
    ran = subprocess.run(
        [ACTION, "--infile", tmp_path / "in", "--outfile", tmp_path / "out"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        env={**os.environ, "TMUX": ""},  # noqa: TID251
        start_new_session=True,
    )

    assert (ran.stdout, ran.returncode) == (b"", 1)
    assert (tmp_path / "out").read_bytes() == ODD


def test_skipping_needs_no_menu() -> None:
    """It is a kind of the menu as the others are."""
    write_config("")
    ran = subprocess.run(
        [ACTION, "--action", "skip"], input=ODD, capture_output=True, check=False
    )

    assert (ran.stdout, ran.returncode) == (ODD, 3)


def test_files_take_the_place_of_pipes(tmp_path: Path) -> None:
    """`--infile` and `--outfile` are read and written, and `--action` needs no tmux."""
    (tmp_path / "in").write_bytes(CODE)
    with Upstream(answering(CHANGED)) as upstream:
        configure(upstream)
        ran = subprocess.run(
            [
                *(ACTION, "-infile", tmp_path / "in", "-outfile", tmp_path / "out"),
                *("--action", "custom_prompt", "--prompt", "pretty"),
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")
    assert (tmp_path / "out").read_bytes() == b"def add(a, b):\n    return a + b\n"


@pytest.mark.parametrize("infile", ["nowhere", "folder"])
def test_a_file_keeps_what_it_has_if_nothing_was_read(
    tmp_path: Path, infile: str
) -> None:
    """A wrong `--infile` does not empty what `--outfile` names."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "out").write_bytes(CODE)
    ran = subprocess.run(
        [
            *(ACTION, "--action", "simplify"),
            *("--infile", tmp_path / infile, "--outfile", tmp_path / "out"),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )

    assert (ran.returncode, ran.stdout) == (2, b"")
    assert b"cannot be read" in ran.stderr
    assert (tmp_path / "out").read_bytes() == CODE


def test_the_parent_loads_no_textual() -> None:
    """Only the view pays for it."""
    start = "from hexai.main import main_action; main_action()"
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", start, "--action", "fix_typos"],
        input=b"x\n",
        capture_output=True,
        check=False,
    )

    assert b"hexai.surfaces.tmux.talk" in ran.stderr
    assert b"textual" not in ran.stderr
