"""What models and files say is text in the popup of a real tmux, and in its place."""

from collections.abc import Iterator
from os import defpath
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from hexai.surfaces.tmux.popup import show_message
from tests.support.command_line import write_config
from tests.support.popups import WHOLE, Stage, answering, configure
from tests.support.replies import status
from tests.support.tmux import wait_until
from tests.support.upstream import Upstream

pytestmark = [pytest.mark.e2e, pytest.mark.debian]  # tmux

SIZES = [(40, 10), (200, 60)]
ANSWERS = {
    "one long line": "x = '" + "a" * 900_000 + "'",
    "one long wide line": "x = '" + "日本語👩‍👩‍👧é́" * 30_000 + "'",
    "emoji": "x = '👩‍👩‍👧‍👦🏳️‍🌈🇩🇪1️⃣'  # é́́́ \uff21\uff22 ﷽ क्षि",
    "right to left": "x = 'שלום עולם'  # مرحبا \u202eevil\u202c",
    "controls": "x = '\x1b]0;p\x07\x1b[2J\x9b31m\x0b\x0c\u2028'",
    "markup": "x = '[/][@click=app.quit]x[/] [bold]'",
}
"""Each keeps its first characters on the first line of its diff."""


@pytest.fixture(name="stage")
def fixture_stage(tmp_path: Path) -> Iterator[Stage]:
    """Open a tmux that somebody looks at."""
    with Stage(tmp_path / "stage") as stage:
        yield stage


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("popup", [(), WHOLE], ids=["popup", "whole"])
def test_hostile_answers_leave_the_frame_and_the_keys(
    tmp_path: Path, size: tuple[int, int], popup: tuple[str, ...]
) -> None:
    """Whatever it holds, the answer is seen, the keys work, and it goes out whole."""
    columns, lines = size
    with Stage(tmp_path / "stage", columns=columns, lines=lines) as stage:
        for answer in ANSWERS.values():
            pieces = [answer[at : at + 50_000] for at in range(0, len(answer), 50_000)]
            with Upstream(answering(pieces)) as upstream:
                configure(upstream)
                with stage.acting(b"x = 0\n", *popup) as acting:
                    stage.wait_for("Rewrite")
                    stage.press("i")
                    stage.wait_for("Enter take")
                    stage.press("g")  # a long one was followed to its end
                    stage.wait_for("- x = 0")
                    stage.wait_for("+ x =")
                    frame = _frame(stage)
                    stage.press("d", "G", "g", "j", "k")
                    stage.press("Enter")
                    ended = acting.end()

            assert (ended.out.decode(), ended.code) == (f"{answer}\n", 0)
            assert frame == ("┌┐", "└┘")


def _frame(stage: Stage) -> tuple[str, str]:
    """Give the corners of the popup, which nothing must have moved."""
    rows = [row.strip() for row in stage.outer.screen() if row.strip(" $")]
    [top] = [row for row in rows if "┌" in row]
    [bottom] = [row for row in rows if "└" in row]
    return top.replace("─", ""), bottom.replace("─", "")


def test_nothing_is_left_of_the_row_that_stood_there_before(stage: Stage) -> None:
    """What tmux draws narrower than it is counted does not let old text look new."""
    flags = "x = '🏳️‍🌈🏳️‍🌈🏳️‍🌈🏳️‍🌈🏳️‍🌈🏳️‍🌈🏳️‍🌈🏳️‍🌈'"
    lines = [each for _ in range(30) for each in ("a" * 40, flags)]
    with Upstream(answering("\n".join(lines))) as upstream:
        configure(upstream)
        with stage.acting(b"x = 0\n") as acting:
            stage.wait_for("Simplify")
            stage.press("i")
            stage.wait_for("Enter take")
            stage.wait_for("- x = 0")
            stage.press("j")
            wait_until(lambda: not stage.shows("- x = 0"), "nothing moved")
            stage.wait_for("+ aaa")
            screen = stage.outer.screen()
            stage.press("Escape")
            acting.end()

    shown = [row for row in screen if "🏳" in row]
    assert shown
    assert not [row for row in shown if "a" in row]


FORMATS = "#(touch {mark}) #{{pid}} #[fg=red] %H [b]x[/b]"


@pytest.fixture(name="mark")
def fixture_mark() -> Iterator[Path]:
    """Name a file that nothing must make, with a path that a row has room for."""
    with TemporaryDirectory(prefix="h") as folder:
        yield Path(folder) / "m"


def test_formats_of_tmux_are_text_everywhere(tmp_path: Path, mark: Path) -> None:
    """In titles, labels, models, prompts, answers, and in what goes to tmux itself."""
    hostile = FORMATS.format(mark=mark)
    with (
        Upstream(answering(f"y = '{hostile}'")) as upstream,
        Stage(tmp_path / "stage", columns=150) as stage,
    ):
        entries = "".join(
            "[[models.code_action]]\nprovider = 'p'\n"
            f"model = '{hostile} {number}'\nlabel = '{number} {hostile}'\n"
            for number in (1, 2)
        )
        write_config(
            f"{entries}"
            f"[providers.p]\ntype = 'openai'\nbase_url = '{upstream.url}'\n"
            "[[prompts.code_action.custom]]\nid = 'own'\n"
            f"title = '{hostile}'\nhotkey = 'x'\ninstruction = 'change it'\n"
            "[[tmux_action.menu]]\nkind = 'custom'\ncustom_id = 'own'\n"
            "[[tmux_action.menu]]\nkind = 'custom_prompt'\n"
        )
        stage.inner.run("set-option", "-g", "status-interval", "1")
        stage.inner.run("set-option", "-g", "status-right-length", "90")
        stage.inner.run("set-option", "-g", "status-right", "#{E:@hexai_status}")
        with stage.acting(b"y = 0\n", *WHOLE, "--compare") as acting:
            stage.wait_for(f"x  {hostile}")
            stage.press("p")
            stage.wait_for("Enter ask")
            stage.press("-l", hostile)
            stage.wait_for(f"│{hostile}")
            stage.press("Enter")
            stage.wait_for(f"+ y = '{hostile}'")
            stage.wait_for("rewrite: #(touch")
            stage.wait_for("1 1 #(touch")
            stage.press("Enter")
            ended = acting.end()
        expanded = stage.inner.run("display-message", "-p", "#{E:@hexai_status}")

    assert ended.out.decode() == f"y = '{hostile}'\n"
    assert hostile in upstream.requests[0].body.decode()
    assert "#(touch" in expanded
    assert not mark.exists()


def test_what_is_said_in_the_line_of_tmux_is_text(stage: Stage, mark: Path) -> None:
    """A reason that an upstream wrote is shown there, and runs nothing."""
    hostile = FORMATS.format(mark=mark)
    refusal = f'{{"error": {{"message": "{hostile}"}}}}'
    with Upstream(status(401, refusal)) as upstream:
        configure(upstream)
        arguments = ("--quiet", "--action", "simplify")
        with stage.acting(b"y = 0\n", *arguments) as acting:
            stage.wait_for("#(touch")
            ended = acting.end()

    assert (ended.out, ended.code, ended.err) == (b"y = 0\n", 1, "")
    assert not mark.exists()


def test_a_last_semicolon_is_shown_in_the_line_of_tmux(stage: Stage) -> None:
    """To tmux it would end the command."""
    server = stage.inner.run("display-message", "-p", "#{socket_path},#{pid},0")
    environ = {"PATH": defpath, "TMUX": server.strip()}
    show_message("no such key;", environ)
    stage.wait_for("no such key;")
