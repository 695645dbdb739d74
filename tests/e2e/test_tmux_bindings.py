"""The key bindings of docs/howto/tmux.md, as they stand there, in the real programs."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.popups import ACTION, Stage, answering, configure
from tests.support.tmux import wait_until
from tests.support.upstream import Upstream

pytestmark = [pytest.mark.e2e, pytest.mark.debian]  # tmux and the programs

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "tmux.md"
BEFORE = "# top\ndef add(a, b):\n    return a+b\n# end\n"
AFTER = BEFORE.replace("a+b", "a + b")
ANSWER = "def add(a, b):\n    return a + b\n"


@pytest.fixture(name="stage")
def fixture_stage(tmp_path: Path) -> Iterator[Stage]:
    """Open a tmux that somebody looks at."""
    with Stage(tmp_path / "stage") as stage:
        yield stage


def documented(word: str) -> str:
    """Give the block of the page that holds a word."""
    [block] = [
        block
        for block in re.findall(r"```\w*\n(.*?)```", PAGE.read_text(), re.DOTALL)
        if word in block
    ]
    return str(block)


def start(stage: Stage, home: Path, *command: str) -> None:
    """Run a program in the pane, with our command in its `PATH`."""
    environ = {
        name: os.environ[name]  # noqa: TID251
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
        if name in os.environ  # noqa: TID251
    }
    path = f"{ACTION.parent}:{os.environ['PATH']}"  # noqa: TID251
    given = {**environ, "HOME": str(home), "PATH": path, "ENV": "", "SHELL": "/bin/sh"}
    stage.inner.start(
        ["env", *(f"{name}={value}" for name, value in given.items()), *command]
    )


def _runs(stage: Stage) -> str:
    """Name the program that has the pane."""
    return stage.inner.run("display-message", "-p", "#{pane_current_command}").strip()


EDITORS = {
    "kakoune": (
        "kak/kakrc",
        "kak_buffile",
        ("env", "KAKOUNE_CONFIG_DIR={home}/kak", "kak", "{file}"),
        (("j", "x", "J", "x"), ("Space", "a")),
        ((":", "w", "q", "Enter"),),
    ),
    "vim": (
        ".vimrc",
        "xnoremap",
        ("vim", "{file}"),
        (("j", "V", "j"), ("\\", "a")),
        (("Enter",), (":", "w", "q", "Enter")),
    ),
    "emacs": (
        "init.el",
        "global-set-key",
        ("emacs", "-nw", "-Q", "-l", "{home}/init.el", "{file}"),
        (("C-n", "C-Space", "C-n", "C-n"), ("C-c", "a")),
        (("C-x", "C-s"), ("C-x", "C-c")),
    ),
}
"""By name: its file, its block, how it starts, what selects and asks, what saves."""


@pytest.mark.parametrize("takes", [True, False], ids=["taken", "left"])
@pytest.mark.parametrize("editor", EDITORS)
def test_an_editor_gets_what_was_taken(
    stage: Stage, tmp_path: Path, editor: str, *, takes: bool
) -> None:
    """Two lines go to the menu, and come back changed, or as they were."""
    rc, word, command, keys, saving = EDITORS[editor]
    file = tmp_path / "a b.py"
    file.write_text(BEFORE)
    (tmp_path / rc).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / rc).write_text(documented(word))
    with Upstream(answering(ANSWER)) as upstream:
        configure(upstream)
        filled = [word.format(home=tmp_path, file=file) for word in command]
        start(stage, tmp_path, *filled)
        stage.wait_for("return a+b")
        stage.wait_for(file.name)
        for pressed in keys:
            stage.press(*pressed)
        stage.wait_for("Esc skip")
        if takes:
            stage.press("i")
            stage.wait_for("Enter take")
            stage.press("Enter")
        else:
            stage.press("Escape")
        wait_until(lambda: not stage.acts(), "the action goes on")
        if takes:
            stage.wait_for("return a + b")
        for pressed in saving:
            stage.press(*pressed)
        wait_until(lambda: _runs(stage) == "sh", "the editor is still there")

    assert file.read_text() == (AFTER if takes else BEFORE)
    assert [path.name for path in tmp_path.glob("a b*") if path != file] in (
        [],
        ["a b.py~"],
    )


@pytest.mark.parametrize("takes", [True, False], ids=["taken", "left"])
@pytest.mark.parametrize(
    ("shell", "rc", "word", "command"),
    [
        ("zsh", ".zshrc", "bindkey", ("zsh", "-i")),
        ("bash", "bashrc", "READLINE", ("bash", "--rcfile", "{home}/bashrc", "-i")),
    ],
)
def test_a_shell_gets_what_was_taken(
    stage: Stage,
    tmp_path: Path,
    shell: str,
    rc: str,
    word: str,
    command: tuple[str, ...],
    *,
    takes: bool,
) -> None:
    """The line that is being written goes to the menu, and is not run by it."""
    del shell
    (tmp_path / rc).write_text("PS1='ready> '\n" + documented(word))
    with Upstream(answering("printf '%s' new-$((6 * 7))")) as upstream:
        configure(upstream)
        start(stage, tmp_path, *(each.format(home=tmp_path) for each in command))
        stage.wait_for("ready>")
        stage.press("-l", "printf '%s' old-$((6 * 7))")
        stage.wait_for("old-$((6 * 7))")
        stage.press("C-x", "a")
        stage.wait_for("Esc skip")
        if takes:
            stage.press("i")
            stage.wait_for("Enter take")
            stage.press("Enter")
            stage.wait_for("ready> printf '%s' new-$((6 * 7))")
        else:
            stage.press("Escape")
        wait_until(lambda: not stage.acts(), "the action goes on")
        assert not stage.shows("-42")
        stage.press("Enter")
        stage.wait_for("new-42" if takes else "old-42")
