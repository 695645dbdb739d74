"""Where the popup opens, what it is told, and what its process holds."""

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command_line import write_config
from tests.support.popups import WHOLE, Stage, answering, configure
from tests.support.replies import hang
from tests.support.tmux import wait_until
from tests.support.upstream import Upstream

pytestmark = [pytest.mark.e2e, pytest.mark.debian]  # tmux

CODE = b"def add(a, b):\n    return a+b\n"
CHANGED = "def add(a, b):\n    return a + b\n"
PLAIN = re.compile(r"(0|1|2|7|22|3[0-7]|39|4[0-7]|49)?(;(1|2|7))*")
"""Attributes, and the colours that a terminal's theme makes legible; bright ones are
greys in some."""


@pytest.fixture(name="stage")
def fixture_stage(tmp_path: Path) -> Iterator[Stage]:
    """Open a tmux that somebody looks at."""
    with Stage(tmp_path / "stage") as stage:
        yield stage


def test_another_configuration_is_named(stage: Stage, tmp_path: Path) -> None:
    """`--config` gives the menu and the models; the user's own file is not read."""
    write_config("[nonsense]\n")
    (tmp_path / "other.toml").write_text(
        '[[tmux_action.menu]]\nkind = "simplify"\ntitle = "Only this"\n'
    )
    with stage.acting(CODE, "--config", str(tmp_path / "other.toml")) as acting:
        stage.wait_for("Only this")
        assert not stage.shows("Skip")
        stage.press("q")
        ended = acting.end()

    assert (ended.out, ended.code) == (CODE, 3)


def test_a_configuration_that_is_not_there_gives_the_selection_back(
    stage: Stage,
) -> None:
    """It is named on standard error."""
    with stage.acting(CODE, "--config", "/nowhere/config.toml") as acting:
        ended = acting.end()

    assert (ended.out, ended.code) == (CODE, 1)
    assert "/nowhere/config.toml" in ended.err


def test_the_popup_opens_over_another_pane(stage: Stage) -> None:
    """`--tmux-target` names a pane, and whoever looks at it sees the menu."""
    write_config("")
    with (
        stage.second_client() as (other, pane),
        stage.acting(CODE, "--tmux-target", pane) as acting,
    ):
        other.wait_for("Skip")
        assert not stage.shows("Skip")
        other.press("Escape")
        ended = acting.end()

    assert (ended.out, ended.code) == (CODE, 3)


def test_a_target_that_is_no_pane_gives_the_selection_back(stage: Stage) -> None:
    """With tmux's own reason."""
    write_config("")
    with stage.acting(CODE, "--tmux-target", "%99") as acting:
        ended = acting.end()

    assert (ended.out, ended.code) == (CODE, 1)
    assert "%99" in ended.err


def test_a_popup_of_no_room_gives_the_selection_back(stage: Stage) -> None:
    """Tmux opens none and gives no reason, so ours is told."""
    write_config("")
    with stage.acting(CODE, "--tmux-popup-width", "2") as acting:
        ended = acting.end()

    assert (ended.out, ended.code) == (CODE, 1)
    assert "too small" in ended.err


def test_a_popup_that_is_open_already_gives_the_selection_back(stage: Stage) -> None:
    """Tmux shows one at a time, and ours says so instead of waiting for ever."""
    write_config("")
    with stage.acting(CODE) as first:
        stage.wait_for("Skip")
        with stage.acting(b"second\n") as second:
            ended = second.end()
        stage.press("Escape")
        before = first.end()

    assert (ended.out, ended.code) == (b"second\n", 1)
    assert "another one is open" in ended.err
    assert (before.out, before.code) == (CODE, 3)


def test_a_prompt_is_written_in_the_editor(stage: Stage, tmp_path: Path) -> None:
    """Ctrl-O opens it on what was typed so far, and its text is the instruction."""
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\ncat "$1" >"$0.saw"; echo "in two lines" >>"$1"\n')
    editor.chmod(0o755)
    with Upstream(answering(CHANGED)) as upstream:
        configure(upstream)
        with stage.acting(CODE, environ={"HEXAI_EDITOR": str(editor)}) as acting:
            stage.wait_for("Custom prompt")
            stage.press("p")
            stage.wait_for("Ctrl-O")
            stage.press("-l", "write it ")
            stage.wait_for("write it")
            stage.press("C-o")
            stage.wait_for("Enter take")
            stage.press("Enter")
            ended = acting.end()

    assert (ended.out.decode(), ended.code) == (CHANGED, 0)
    assert (tmp_path / "editor.saw").read_text() == "write it "
    assert "write it in two lines" in upstream.requests[0].body.decode()


def test_an_editor_finds_a_terminal_as_programs_know_it(
    stage: Stage, tmp_path: Path
) -> None:
    """It reads lines, shows what is typed, and Ctrl-C means what it means."""
    write_config("")
    editor = tmp_path / "editor"
    editor.write_text(
        '#!/bin/sh\nstty -a >>"$0.modes"\nexit $(grep -c speed "$0.modes")\n'
    )
    editor.chmod(0o755)
    with stage.acting(CODE, environ={"HEXAI_EDITOR": str(editor)}) as acting:
        stage.wait_for("Custom prompt")
        stage.press("p")
        stage.wait_for("Ctrl-O")
        stage.press("C-o")
        stage.wait_for("ended with 1")
        stage.press("C-o")  # and so does a second one
        stage.wait_for("ended with 2")
        stage.press("C-c")
        acting.end()

    words = (tmp_path / "editor.modes").read_text().replace(";", " ").split()
    for mode in ("isig", "icanon", "echo", "icrnl"):
        assert words.count(mode) == 2


def test_an_editor_that_gives_up_asks_nobody(stage: Stage, tmp_path: Path) -> None:
    """The menu says so and stays."""
    write_config("")
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nexit 7\n")
    editor.chmod(0o755)
    with stage.acting(CODE, environ={"HEXAI_EDITOR": str(editor)}) as acting:
        stage.wait_for("Custom prompt")
        stage.press("p")
        stage.wait_for("Ctrl-O")
        stage.press("C-o")
        stage.wait_for("ended with 7")
        stage.press("Escape")
        stage.wait_for("Esc skip")
        stage.press("Escape")
        ended = acting.end()

    assert (ended.out, ended.code) == (CODE, 3)


def test_an_answer_in_the_editor_is_removed_though_the_view_is_killed(
    stage: Stage, tmp_path: Path
) -> None:
    """Nobody but the parent is left to do it."""
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\necho "$1" >"$0.saw"; exec sleep 60\n')
    editor.chmod(0o755)
    saw = tmp_path / "editor.saw"
    with Upstream(answering(CHANGED)) as upstream:
        configure(upstream)
        with stage.acting(CODE, environ={"HEXAI_EDITOR": str(editor)}) as acting:
            stage.wait_for("Simplify")
            stage.press("i")
            stage.wait_for("Enter take")
            stage.press("e")
            wait_until(lambda: saw.exists() and saw.read_text() != "", "not opened")
            file = Path(saw.read_text().strip())
            text = file.read_text()
            os.kill(stage.view_pid(), signal.SIGKILL)
            ended = acting.end()

    assert text.strip() == CHANGED.strip()
    assert (ended.out, ended.code) == (CODE, 1)
    assert not file.parent.parent.exists()


def test_the_view_holds_no_key_and_no_connection(stage: Stage) -> None:
    """Models are asked by the parent; the popup's process reaches nobody else."""
    with Upstream(hang()) as upstream:
        configure(upstream, more='api_key_env = "MY_KEY"\n')
        with stage.acting(CODE, environ={"MY_KEY": "sk-MARK"}) as acting:
            stage.wait_for("Simplify")
            stage.press("i")
            wait_until(lambda: bool(upstream.requests), "nobody was asked")
            view = Path("/proc", str(stage.view_pid()))
            environ = (view / "environ").read_bytes()
            sockets = _sockets(view)
            connections = _inodes("tcp", 9)
            in_unix = _inodes("unix", 6)
            in_parent = _sockets(Path("/proc", str(acting.child.pid))) & connections
            stage.press("Escape")
            acting.end()

    assert "MARK" in upstream.requests[0].headers["authorization"]
    assert b"MARK" not in environ
    assert len(in_parent) == 1
    assert not sockets & connections
    assert sockets <= in_unix


def _sockets(process: Path) -> set[str]:
    """Give the numbers of the sockets that a process holds."""
    links = [str(each.readlink()) for each in (process / "fd").iterdir()]
    return {link[8:-1] for link in links if link.startswith("socket:[")}


def _inodes(kind: str, column: int) -> set[str]:
    lines = Path("/proc/net", kind).read_text().splitlines()[1:]
    return {line.split()[column] for line in lines}


@pytest.mark.parametrize(
    ("terminal", "environ"),
    [
        ("xterm-16color", {}),
        ("xterm-256color", {}),
        ("tmux-256color", {"COLORTERM": "truecolor"}),
        ("xterm-256color", {"NO_COLOR": "1"}),
    ],
)
def test_only_colours_of_the_theme_are_used(
    stage: Stage, terminal: str, environ: dict[str, str]
) -> None:
    """However many a terminal has, so that light and dark backgrounds are legible."""
    stage.inner.run("set-option", "-g", "default-terminal", terminal)
    stage.inner.run("set-option", "-as", "terminal-features", ",*:RGB")
    screens = []
    with Upstream(answering(CHANGED)) as upstream:
        configure(upstream)
        with stage.acting(CODE, *WHOLE, environ=environ) as acting:
            stage.wait_for("Skip")
            stage.press("p")
            stage.wait_for("Enter ask")
            stage.press("-l", "pretty")
            stage.wait_for("pretty")
            screens.append(stage.outer.run("capture-pane", "-e", "-p"))
            stage.press("Enter")
            stage.wait_for("Enter take")
            stage.wait_for("+     return")
            screens.append(stage.outer.run("capture-pane", "-e", "-p"))
            stage.press("Enter")
            acting.end()

    asking, answered = screens
    used = set(re.findall(r"\x1b\[([\d;:]*)m", asking + answered))
    assert all(PLAIN.fullmatch(each) for each in used), used
    assert ("31" in used) == ("NO_COLOR" not in environ)
    assert "-     return a+b" in answered
