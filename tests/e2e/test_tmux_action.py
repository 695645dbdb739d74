"""The menu in a real tmux: whatever happens, the selection is not eaten."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command_line import write_config
from tests.support.held import holding
from tests.support.popups import ACTION, WHOLE, Stage, answering, configure
from tests.support.replies import status
from tests.support.started import SCRIPT
from tests.support.tmux import Tmux, wait_until
from tests.support.upstream import Upstream

pytestmark = [pytest.mark.e2e, pytest.mark.debian]  # tmux

CODE = b"def add(a, b):\n    return a+b\n"
ODD = b"\tone\r\n\r\n  two \x00\xff\xfe \x1b[31m\r\n\xe2\x80\xa8three"
CHANGED = "```python\ndef add(a, b):\n    return a + b\n```"
COMPARING = ("--compare", "--action", "simplify")


@pytest.fixture(name="stage")
def fixture_stage(tmp_path: Path) -> Iterator[Stage]:
    """Open a tmux that somebody looks at."""
    with Stage(tmp_path / "stage") as stage:
        yield stage


@pytest.mark.parametrize("selection", [CODE, ODD, b"no end", b"\n\n"])
@pytest.mark.parametrize(
    ("key", "code", "reason"),
    [
        ("s", 3, "nothing was taken"),
        ("Escape", 3, "nothing was taken"),
        ("q", 3, "nothing was taken"),
        ("C-c", 130, "interrupted"),
    ],
)
def test_leaving_gives_the_selection_back(
    stage: Stage, selection: bytes, key: str, code: int, reason: str
) -> None:
    """Every way to say no prints the bytes that came in, and says so by its code."""
    write_config("")
    with stage.acting(selection) as acting:
        stage.wait_for("Skip")
        stage.press(key)
        ended = acting.end()

    assert (ended.out, ended.code) == (selection, code)
    assert reason in ended.err


def test_an_answer_is_taken_as_the_selection_was_written(stage: Stage) -> None:
    """Enter prints the answer with the selection's indentation and final newline."""
    with Upstream(answering(CHANGED)) as upstream:
        configure(upstream)
        selection = b"    def add(a, b):\r\n        return a+b\r\n"
        with stage.acting(selection) as acting:
            stage.wait_for("Simplify")
            stage.press("i")
            stage.wait_for("Enter take")
            stage.press("Enter")
            ended = acting.end()

    assert ended.out == b"    def add(a, b):\r\n        return a + b\r\n"
    assert (ended.code, ended.err) == (0, "")


def test_a_prompt_is_written_in_the_menu(stage: Stage) -> None:
    """The user's own words reach the model as the instruction."""
    with Upstream(answering(CHANGED)) as upstream:
        configure(upstream)
        with stage.acting(CODE) as acting:
            stage.wait_for("Custom prompt")
            stage.press("p")
            stage.wait_for("Enter ask")
            stage.press("-l", "make it pretty")
            stage.press("Enter")
            stage.wait_for("Enter take")
            stage.press("Enter")
            ended = acting.end()

    assert ended.code == 0
    assert "make it pretty" in upstream.requests[0].body.decode()


def test_rewriting_without_an_instruction_asks_for_one(stage: Stage) -> None:
    """Where the selection says nothing, the user is asked."""
    write_config("")
    with stage.acting(CODE) as acting:
        stage.wait_for("Rewrite")
        stage.press("r")
        stage.wait_for("Enter ask")
        stage.press("Escape")
        stage.wait_for("Esc skip")
        stage.press("Escape")
        ended = acting.end()

    assert (ended.out, ended.code) == (CODE, 3)


def test_an_answer_is_edited_before_it_is_taken(stage: Stage, tmp_path: Path) -> None:
    """`e` opens the editor on the answer, and what it leaves goes out."""
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nprintf 'edited\\n' > \"$1\"\n")
    editor.chmod(0o755)
    with Upstream(answering(CHANGED)) as upstream:
        configure(upstream)
        with stage.acting(CODE, environ={"HEXAI_EDITOR": str(editor)}) as acting:
            stage.wait_for("Simplify")
            stage.press("i")
            stage.wait_for("Enter take")
            stage.press("e")
            stage.wait_for("+ edited")
            stage.press("Enter")
            ended = acting.end()

    assert ended.out == b"edited\n"


def test_another_answer_is_asked_for(stage: Stage) -> None:
    """`r` asks anew, and the new answer goes out."""
    answers = (answering("first = 1"), answering("second = 2"))
    with Upstream(*answers) as upstream:
        configure(upstream)
        with stage.acting(b"old = 0\n") as acting:
            stage.wait_for("Simplify")
            stage.press("i")
            stage.wait_for("+ first")
            stage.press("r")
            stage.wait_for("+ second")
            stage.press("Enter")
            ended = acting.end()

    assert ended.out == b"second = 2\n"
    wait_until(
        lambda: " 2r" in stage.inner.option("@hexai_status"),
        "one of the two was not counted",
    )


def test_a_failing_model_gives_the_selection_back(stage: Stage) -> None:
    """The reason is on the screen, then on standard error."""
    with Upstream(status(401, '{"error": {"message": "no such key"}}')) as upstream:
        configure(upstream)
        with stage.acting(CODE) as acting:
            stage.wait_for("Simplify")
            stage.press("i")
            stage.wait_for("no such key")
            stage.press("Escape")
            ended = acting.end()

    assert (ended.out, ended.code) == (CODE, 1)
    assert "no such key" in ended.err


def test_an_invalid_configuration_gives_the_selection_back(stage: Stage) -> None:
    """All problems stand on standard error, and nobody has to press a key."""
    write_config("[tmux]\nstatus = 3\n[nonsense]\n")
    with stage.acting(ODD) as acting:
        ended = acting.end()

    assert (ended.out, ended.code) == (ODD, 1)
    assert "tmux.status" in ended.err
    assert "nonsense" in ended.err


@pytest.mark.parametrize("how", ["closed", "detached", "server", "client", "view"])
def test_a_menu_that_goes_away_gives_the_selection_back(stage: Stage, how: str) -> None:
    """A closed popup, a detached client, and dead processes are no answer."""
    write_config("")
    with stage.acting(ODD) as acting:
        stage.wait_for("Skip")
        match how:
            case "closed":
                stage.inner.run("display-popup", "-C")
            case "detached":
                stage.inner.run("detach-client")
            case "server":
                stage.inner.run("kill-server")
            case "client":
                os.kill(stage.popup_pid(), signal.SIGKILL)
            case _:
                os.kill(stage.view_pid(), signal.SIGKILL)
        ended = acting.end()

    assert (ended.out, ended.code) == (ODD, 1)
    assert "went away" in ended.err


def test_a_killed_parent_writes_nothing(stage: Stage) -> None:
    """Its exit tells, and its menu goes too."""
    write_config("")
    with stage.acting(ODD) as acting:
        stage.wait_for("Skip")
        acting.child.kill()
        ended = acting.end()
        wait_until(lambda: not stage.shows("Skip"), "the menu is still there")

    assert (ended.out, ended.code) == (b"", -signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_gives_the_selection_back(stage: Stage, number: int) -> None:
    """Whoever ends the command still gets the selection."""
    write_config("")
    with stage.acting(ODD) as acting:
        stage.wait_for("Skip")
        acting.child.send_signal(number)
        ended = acting.end()

    assert (ended.out, ended.code) == (ODD, 128 + number)


def test_nobody_looks_at_tmux(tmp_path: Path) -> None:
    """Where no popup can open, the selection comes back with tmux's own reason."""
    write_config("")
    with Stage(tmp_path / "stage") as stage:
        stage.inner.run("detach-client")
        with stage.acting(CODE) as acting:
            ended = acting.end()

    assert (ended.out, ended.code) == (CODE, 1)
    assert "could not be shown" in ended.err
    assert "--action NAME" in ended.err


def test_candidates_are_compared_and_the_choice_counts(stage: Stage) -> None:
    """All entries are asked, and the leaderboard counts which one was taken."""
    one, two = answering("one = 1"), answering("two = 2")
    with Upstream(one) as first, Upstream(two) as second:
        configure(first, second)
        with stage.acting(b"old = 0\n", *WHOLE, *COMPARING) as acting:
            stage.wait_for("+ one")
            stage.wait_for("+ two")
            stage.wait_for("label1")
            seen = time.monotonic()
            wait_until(
                lambda: time.monotonic() > seen + 0.6, "half a second counts as shown"
            )
            stage.press("2")
            stage.wait_for("▶ 2")
            stage.press("Enter")
            ended = acting.end()
        told = subprocess.run(
            [SCRIPT, "leaderboard", "--json"], check=True, capture_output=True
        )

    assert (ended.out, ended.code) == (b"two = 2\n", 0)
    surfaces = json.loads(told.stdout)["surfaces"]
    assert [each["surface"] for each in surfaces] == ["code_action"]


def test_a_comparison_without_an_instruction_says_so(stage: Stage) -> None:
    """An action that is named has no menu that could ask for it."""
    with Upstream(answering("one = 1")) as first:
        configure(first, first)
        with stage.acting(CODE, "--compare", "--action", "rewrite") as acting:
            ended = acting.end()

    assert (ended.out, ended.code) == (CODE, 1)
    assert "--prompt" in ended.err


def test_a_view_that_was_killed_has_refused_nobody(stage: Stage) -> None:
    """What was shown until then is no choice."""
    one, two = answering("one = 1"), answering("two = 2")
    with Upstream(one) as first, Upstream(two) as second:
        configure(first, second)
        with stage.acting(b"old = 0\n", *WHOLE, *COMPARING) as acting:
            stage.wait_for("+ one")
            stage.wait_for("+ two")
            seen = time.monotonic()
            wait_until(
                lambda: time.monotonic() > seen + 0.6, "half a second counts as shown"
            )
            os.kill(stage.view_pid(), signal.SIGKILL)
            ended = acting.end()

    assert (ended.out, ended.code) == (b"old = 0\n", 1)
    told = subprocess.run(
        [SCRIPT, "leaderboard", "--json"], check=True, capture_output=True
    )
    assert json.loads(told.stdout)["surfaces"] == []


def test_a_blind_comparison_names_nobody(stage: Stage) -> None:
    """Until something was taken, candidates are letters without figures."""
    with Upstream(answering("one = 1")) as first:
        configure(first, first)
        with stage.acting(b"old = 0\n", *WHOLE, *COMPARING, "--blind") as acting:
            stage.wait_for("1 A  done")
            stage.wait_for("2 B  done")
            names = stage.shows("label")
            stage.press("Escape")
            acting.end()

    assert not names


@pytest.mark.parametrize(("columns", "lines"), [(40, 10), (200, 60)])
def test_small_and_large_screens_show_it(
    tmp_path: Path, columns: int, lines: int
) -> None:
    """The menu, a diff with wide characters, and the keys fit on either."""
    with (
        Upstream(answering("名前 = '日本語のテキスト'")) as upstream,
        Stage(tmp_path / "stage", columns=columns, lines=lines) as stage,
    ):
        configure(upstream)
        with stage.acting("名前 = '日本'\n".encode(), *WHOLE) as acting:
            stage.wait_for("Rewrite")
            stage.press("i")
            stage.wait_for("+ 名前")
            stage.wait_for("Enter take")
            stage.press("Enter")
            ended = acting.end()

    assert ended.out.decode() == "名前 = '日本語のテキスト'\n"


def test_hostile_answers_are_text(stage: Stage, tmp_path: Path) -> None:
    """Escapes, markup and tmux's formats act on nothing, and go out as they came."""
    mark = tmp_path / "mark"
    hostile = f"x = '\x1b]0;p\x07 \x9b31m [/][@click=app.quit]x #(touch {mark}) %H'"
    with Upstream(answering(hostile)) as upstream:
        configure(upstream)
        with stage.acting(b"x = 0\n") as acting:
            stage.wait_for("Simplify")
            stage.press("i")
            stage.wait_for(r"\x1b]0;p\x07")
            stage.wait_for("[/][@click")
            stage.press("Enter")
            ended = acting.end()

    assert ended.out.decode() == f"{hostile}\n"
    assert not mark.exists()


def test_a_key_in_an_answer_goes_out_and_is_kept_nowhere(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the user's own output; tmux, files, logs and folders have it masked."""
    key = "sk-canary-0123456789abcdef"
    monkeypatch.setenv("HEXAI_P0_API_KEY", key)
    answers = (
        answering(f"key = '{key}'"),
        answering((f"key = '{key[:9]}", f"{key[9:]}'")),
    )
    with Upstream(*answers) as upstream:
        configure(upstream, more='[ledger]\nstore_text = "all"\n')
        with stage.acting(b"key = ''\n") as acting:
            stage.wait_for("Simplify")
            stage.press("i")
            stage.wait_for("Enter take")
            stage.wait_for(key)
            stage.press("Enter")
            shown = acting.end()
        with stage.acting(b"key = ''\n", "--action", "simplify") as acting:
            unseen = acting.end()
        assert upstream.requests[1].headers["authorization"] == f"Bearer {key}"

    for ended in (shown, unseen):
        assert (ended.out.decode(), ended.code) == (f"key = '{key}'\n", 0)
        assert key not in ended.err
    xdg = tmp_path / "xdg"
    assert holding(xdg, "********") != []
    assert holding(xdg, key) == []
    options = stage.inner.run("show-options", "-g"), stage.inner.run("show-environment")
    assert key not in "".join(options)


def test_long_answers_leave_the_keys_alone(stage: Stage) -> None:
    """A hundred thousand lines are shown, and Escape still works."""
    answer = "\n".join(f"x{number}" for number in range(100_000))
    with Upstream(answering(answer)) as upstream:
        configure(upstream)
        with stage.acting(b"x = 0\n") as acting:
            stage.wait_for("Simplify")
            stage.press("i")
            stage.wait_for("+ x")
            stage.wait_for("Enter take")
            stage.press("G")
            stage.wait_for("x99999")
            stage.press("Enter")
            ended = acting.end()

    assert ended.out.decode() == f"{answer}\n"


def test_a_large_selection_comes_back(stage: Stage) -> None:
    """Five megabytes are read, shown beside an answer, and given back."""
    selection = b"value = compute(1)\n" * 280_000
    with Upstream(answering("value = 2")) as upstream:
        configure(upstream)
        with stage.acting(selection) as acting:
            stage.wait_for("Simplify")
            stage.press("i")
            stage.wait_for("Enter take")
            stage.press("Escape")
            ended = acting.end()

    assert ended.out == selection
    assert ended.code == 3


def test_too_much_is_passed_through(stage: Stage) -> None:
    """What is over the limit goes out whole, and no model is asked."""
    selection = b"x" * 9_500_000
    write_config("")
    with stage.acting(selection, "--action", "simplify") as acting:
        ended = acting.end()

    assert (ended.out, ended.code) == (selection, 1)
    assert "8 MiB" in ended.err


def test_two_popups_do_not_mix(stage: Stage) -> None:
    """Two panes with a client each have an action each."""
    write_config("")
    with (
        stage.second_client() as (other, pane),
        stage.acting(b"one\n") as one,
        stage.acting(b"two\n", pane=pane) as two,
    ):
        stage.wait_for("Skip")
        other.wait_for("Skip")
        other.press("Escape")
        second = two.end()
        still = one.child.poll() is None
        stage.press("Escape")
        first = one.end()

    assert still
    assert (first.out, second.out) == (b"one\n", b"two\n")


def test_an_answer_goes_out_where_children_end_unseen(
    stage: Stage, tmp_path: Path
) -> None:
    """Whoever starts us may have the system forget children at once."""
    (tmp_path / "in").write_bytes(b"old = 0\n")
    files = f"< {tmp_path}/in > {tmp_path}/out 2> {tmp_path}/err"
    forgetting = "import os, signal; signal.signal(signal.SIGCHLD, signal.SIG_IGN); "
    line = f"{forgetting}os.execv('{ACTION}', ['{ACTION}'])"
    with Upstream(answering("new = 1")) as upstream:
        configure(upstream)
        stage.press("-l", f'{sys.executable} -c "{line}" {files}; echo "code=$?"')
        stage.press("Enter")
        stage.wait_for("Simplify")
        stage.press("i")
        stage.wait_for("Enter take")
        stage.press("Enter")
        stage.wait_for("code=0")

    assert (tmp_path / "out").read_bytes() == b"new = 1\n"


def test_without_tmux_the_whole_terminal_is_used(tmp_path: Path) -> None:
    """On a terminal alone the menu fills it, and leaves it as it was."""
    write_config("")
    (tmp_path / "in").write_bytes(CODE)
    terminal = Tmux(tmp_path, columns=80, lines=24)
    files = f"< {tmp_path}/in > {tmp_path}/out 2> {tmp_path}/err"
    try:
        line = f"env -u TMUX {ACTION} {files}; echo code=$?"
        terminal.run("send-keys", "-l", line)
        terminal.press("Enter")
        terminal.wait_for("Skip")
        terminal.press("s")
        terminal.wait_for("code=3")
    finally:
        terminal.run("kill-server")

    assert (tmp_path / "out").read_bytes() == CODE


@pytest.mark.parametrize("editor", ["hx", "sh"])
def test_helix_is_told_nothing_that_it_would_insert(
    stage: Stage, tmp_path: Path, editor: str
) -> None:
    """Helix puts standard error in the selection's place, so there it stays silent."""
    write_config("")
    shell = tmp_path / editor
    shell.write_bytes(Path("/bin/sh").resolve().read_bytes())
    shell.chmod(0o755)
    environ = {**os.environ, "TMUX": stage.inner.variable, "TMUX_PANE": "%0"}  # noqa: TID251
    ran = subprocess.run(
        [shell, "-c", f"{ACTION} --action rewrite; exit $?"],
        input=CODE,
        capture_output=True,
        env=environ,
        check=False,
    )

    assert (ran.stdout, ran.returncode) == (CODE, 1)
    assert (b"--prompt" in ran.stderr) == (editor == "sh")
