"""Completion in real shells, as somebody types and presses Tab."""

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.command_line import run_cli, write_config
from tests.support.started import SCRIPT
from tests.support.tmux import Tmux

pytestmark = [pytest.mark.e2e, pytest.mark.debian]

_CONFIG = """
[[models.cli]]
provider = "simulated"
model = "echo"
label = "at home"
[[models.cli]]
provider = "simulated"
model = "lorem?tokens=3"
label = "lively"
[prompts.templates.review]
about = "look for mistakes"
user = "Mind {{focus}}: {{input}}"
"""
_SHELLS = {
    "bash": ("bash --norc --noprofile", 'eval "$(_HEXAI_COMPLETE=bash_source hexai)"'),
    "zsh": (
        "zsh -f",
        'autoload compinit; compinit -uD; eval "$(_HEXAI_COMPLETE=zsh_source hexai)"',
    ),
    "fish": ("fish --no-config", "_HEXAI_COMPLETE=fish_source hexai | source"),
}


@contextmanager
def _shell(folder: Path, name: str) -> Iterator[Tmux]:
    """Start a shell that has our completion, and nothing of the user's."""
    program, install = _SHELLS[name]
    tmux = Tmux(folder, columns=100, lines=30)
    here = {k: v for k, v in os.environ.items() if k.startswith(("XDG_", "HOME"))}  # noqa: TID251
    here["PATH"] = f"{SCRIPT.parent}:{os.environ['PATH']}"  # noqa: TID251
    variables = shlex.join(f"{key}={value}" for key, value in here.items())
    try:
        tmux.run("send-keys", "-l", f"exec env {variables} {program}")
        tmux.press("Enter")
        tmux.run("send-keys", "-l", f"{install}; echo rea''dy")
        tmux.press("Enter")
        tmux.wait_for("\nready")
        yield tmux
    finally:
        tmux.run("kill-server")


@pytest.mark.parametrize("name", list(_SHELLS))
def test_values_are_completed(tmp_path: Path, name: str) -> None:
    """A label with a blank, a model behind its provider's colon, who can win a vote.

    A file, a template with what it asks for, and an option, up to its value.
    """
    write_config(_CONFIG)
    (tmp_path / "notes.md").touch()
    models = Path(os.environ["XDG_DATA_HOME"]) / "hexai" / "models"  # noqa: TID251
    models.mkdir(parents=True)
    (models / "pulled.gguf").touch()
    assert run_cli("--fresh", "hi").code == 0
    with _shell(tmp_path, name) as tmux:
        for typed, completed in (
            ("hexai --only li", "hexai --only lively"),
            ("hexai --only at", "hexai --only at\\ home"),
            ("hexai -m simulated:ec", "hexai -m simulated:echo"),
            ("hexai -c=li", "hexai -c=lively"),
            ("hexai -c --from li", "hexai -c --from lively"),
            ("hexai chat --on", "hexai chat --only"),
            ("hexai models te", "hexai models test"),
            ("hexai vote ti", "hexai vote tie"),
            ("hexai vote 1 li", "hexai vote 1 lively"),
            ("hexai models test li", "hexai models test lively"),
            (f"hexai -f {tmp_path}/no", f"hexai -f {tmp_path}/notes.md"),
            ("hexai -t re", "hexai -t review"),
            ("hexai -t review -p fo", "hexai -t review -p focus="),
            ("hexai -o min", "hexai -o min_p="),
            ("hexai -m local:", "hexai -m local:pulled"),
            ("hexai-lsp-server --che", "hexai-lsp-server --check"),
            ("hexai-tmux-action --act", "hexai-tmux-action --action"),
        ):
            tmux.run("send-keys", "-l", typed)
            tmux.press("Tab")
            tmux.wait_for(completed)
            if completed.endswith("="):
                tmux.run("send-keys", "-l", "1")
                tmux.wait_for(f"{completed}1")
            tmux.press("C-u")


@pytest.mark.parametrize("name", ["zsh", "fish"])
def test_who_can_win_stands_before_older_runs(tmp_path: Path, name: str) -> None:
    """Both sort what they are offered unless they are told not to."""
    write_config(_CONFIG)
    for _ in range(3):
        assert run_cli("--fresh", "hi").code == 0
    with _shell(tmp_path, name) as tmux:
        tmux.run("send-keys", "-l", "hexai vote ")
        tmux.press("Tab")
        tmux.wait_for("none is good")
        tmux.press("Tab")
        tmux.wait_for("hexai vote at\\ home")
        shown = [line.split() for line in tmux.everything()]

    if name == "zsh":
        numbers = [line[0] for line in shown if line[1:2] == ["--"]]
        assert numbers[-3:] == ["3", "2", "1"]
        assert not any("(2)" in line for line in shown)
