"""What a user of Neovim does with suggestions, as the ledger tells it afterwards.

Neovim runs the command of what was taken, and puts rows into the text while they are
only looked at.
"""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from hexai.domain.record import SHOWN_AFTER
from hexai.ledger.accept import COMMAND_WITHIN
from tests.support.answers import openai_answer
from tests.support.command_line import run_cli
from tests.support.neovim import Neovim, neovim
from tests.support.started import SCRIPT
from tests.support.upstream import Upstream

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("neovim")]

SERVER = [str(SCRIPT.with_name("hexai-lsp-server"))]
BEFORE = "def add(a, b):\n    "
FIRST, SECOND = "return a + b", "yield a - b"
_FOLDERS = ("CONFIG", "STATE", "CACHE", "DATA", "RUNTIME")


class Desk:
    """Neovim with the suggestions of two models on its screen."""

    def __init__(self, editor: Neovim, folder: Path) -> None:
        self.editor = editor
        self.environ = {f"XDG_{name}_HOME": str(folder) for name in _FOLDERS}
        self.environ["HOME"] = str(folder)

    def read_them(self, seconds: float = SHOWN_AFTER) -> None:
        """Do nothing, as a user does who looks at the popup."""
        time.sleep(seconds + 0.1)

    def choice(self) -> dict[str, Any]:
        """Close the document, and give what the ledger says that was chosen."""
        self.editor.type("<C-\\><C-n>")
        self.editor.command("bdelete!")
        deadline = time.monotonic() + 10.0
        while True:
            shown = run_cli("show", "--json", environ=self.environ)
            found = json.loads(shown.out)["choice"] if shown.code == 0 else None
            if found is not None and found.pop("settles_at") is None:
                del found["at"]
                return dict(found)
            assert time.monotonic() < deadline, "no choice was recorded"
            time.sleep(0.02)


def chosen(kind: str, method: str, *labels: str, text: str = "") -> dict[str, Any]:
    """Say what a choice looks like in `hexai show --json`."""
    return {
        "choice": kind,
        "method": method,
        "blind": False,
        "labels": [*labels],
        "characters": len(text),
    }


@contextmanager
def _neovim(folder: Path, *texts: str) -> Iterator[Neovim]:
    """Start a Neovim for which two models suggest these texts."""
    with ExitStack() as stack:
        upstreams = {
            name: stack.enter_context(Upstream(openai_answer(text)))
            for name, text in zip(("one", "two"), texts, strict=True)
        }
        _configure(folder, upstreams)
        editor = stack.enter_context(neovim(folder))
        editor.command("set completeopt=menuone,noinsert,popup")
        yield editor


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Give a Neovim in which two models have suggested something."""
    with _neovim(tmp_path, FIRST, SECOND) as editor:
        editor.open(tmp_path / "x.py", f"{BEFORE}\nprint(add(1, 2))\n")
        editor.command("set filetype=python")
        editor.attach("hexai", SERVER)
        editor.place(1, 4)
        editor.type("a")
        assert {row.abbr for row in editor.complete()} == {FIRST, SECOND}
        yield Desk(editor, tmp_path)


def _configure(folder: Path, upstreams: dict[str, Upstream]) -> None:
    entries = [
        f'[[models.completion]]\nprovider = "{name}"\nlabel = "{name}"\n'
        f'[providers.{name}]\ntype = "openai"\nmodel = "m"\n'
        f'base_url = "{upstream.url}"\n'
        for name, upstream in upstreams.items()
    ]
    config = folder / "hexai" / "config.toml"
    config.parent.mkdir()
    config.write_text("[completion]\ncompletion_debounce_ms = 0\n" + "".join(entries))


def test_what_is_taken_is_taken(desk: Desk) -> None:
    """The command says so, also for a row that was browsed to."""
    desk.editor.type("<C-n><C-y>")
    desk.editor.wait_until("getline(2) =~ 'yield a - b'")
    assert desk.choice() == chosen("taken", "command", "two", text=SECOND)


def test_a_row_that_was_looked_at_for_long_is_taken_once(desk: Desk) -> None:
    """By the command that comes in the end."""
    desk.editor.type("<C-n>")
    desk.read_them(COMMAND_WITHIN + SHOWN_AFTER)
    desk.editor.type("<C-y>")
    desk.editor.wait_until("!pumvisible()")
    assert desk.choice() == chosen("taken", "command", "two", text=SECOND)


def test_cutting_the_tail_leaves_a_part(desk: Desk) -> None:
    """If it is the next thing that the user does."""
    desk.editor.type("<C-y>")
    desk.editor.wait_until("getline(2) =~ 'return a + b' && !pumvisible()")
    desk.editor.type("<C-w>")
    assert desk.choice() == chosen("partly", "inferred", "one", text="return a + ")


def test_typing_a_suggestion_oneself_is_typing_along(desk: Desk) -> None:
    """It stands as soon as something else is edited."""
    desk.read_them()
    desk.editor.type("return")
    desk.read_them()
    desk.editor.type("<Esc>ggIasync <Esc>")
    desk.editor.wait_until("getline(1) =~ 'async'")
    assert desk.choice() == chosen("typed", "typed", "one", text="return")


@pytest.mark.parametrize("seconds", [0.0, COMMAND_WITHIN + SHOWN_AFTER])
def test_browsing_and_leaving_is_none(desk: Desk, seconds: float) -> None:
    """However long a row stood in the text for it."""
    desk.read_them()
    desk.editor.type("<C-n>")
    desk.editor.wait_until("getline(2) =~ 'yield'")
    desk.read_them(seconds)
    desk.editor.type("<C-e>")
    desk.editor.wait_until("!pumvisible()")
    assert desk.choice() == chosen("none", "inferred")


def test_what_is_left_alone_is_none(desk: Desk) -> None:
    """The document is closed, and nothing of the list is in it."""
    desk.read_them()
    assert desk.choice() == chosen("none", "inferred")


@pytest.mark.parametrize("letters", ["", "alpha "])
def test_whoever_is_taken_in_eight_files_wins_eight_to_none(
    tmp_path: Path, letters: str
) -> None:
    """At once, or by typing first letters, at each of which the list narrows."""
    texts = "alpha = beta(1)", "other = beta(1)"
    with _neovim(tmp_path, *texts) as editor:
        desk = Desk(editor, tmp_path)
        for number in range(8):
            editor.open(tmp_path / f"x{number}.py", f"def f{number}():\n    \n")
            editor.attach("hexai", SERVER)
            editor.place(1, 4)
            editor.type("a")
            assert {row.abbr for row in editor.complete()} == {*texts}
            desk.read_them()
            for letter in letters:
                editor.type(letter)
                editor.wait_until(f"getline(2) =~ '{letter}$'")
                desk.read_them(0.1)
            if letters:
                editor.wait_until("pumvisible()")
            editor.type("<C-y>")
            editor.wait_until(f"getline(2) == '    {texts[0]}'")
            assert desk.choice()["labels"] == ["one"]
        board = run_cli("leaderboard", "--json", environ=desk.environ)

    [surface] = json.loads(board.out)["surfaces"]
    [group] = surface["groups"]
    found = [(each["chosen"], each["shown"]) for each in group["models"]]
    assert found == [(8, 8), (0, 8)]
