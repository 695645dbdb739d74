"""The editor server in the real Kate, on a screen that nobody sees."""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shutil import which

import pytest

from hexai.domain.record import SHOWN_AFTER
from tests.support.answers import openai_answer
from tests.support.command_line import run_cli
from tests.support.kate import Kate, kate
from tests.support.tmux import wait_until
from tests.support.upstream import Upstream

pytestmark = [pytest.mark.e2e, pytest.mark.debian, pytest.mark.xdist_group("kate")]

_LINES = """def f(x):
    if x:
        return '$1 ${2:x} \\\\ }'
    else:

        return '漢'
"""
_FOLDERS = ("CONFIG", "STATE", "CACHE", "DATA")


@contextmanager
def suggesting(folder: Path, place: str, *texts: str) -> Iterator[tuple[Kate, bytes]]:
    """Open a text at its `|` in Kate, for which models suggest texts."""
    before, after = place.split("|")
    folder.mkdir()
    file = folder / "x.py"
    file.write_bytes((before + after).encode())
    line, column = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
    with ExitStack() as stack:
        lines = ["[completion]", "completion_debounce_ms = 0"]
        for name, text in zip(("one", "two"), texts, strict=False):
            upstream = stack.enter_context(Upstream(openai_answer(text)))
            lines += ["[[models.completion]]", f'provider = "{name}"']
            lines += [f'label = "{name}"', f"[providers.{name}]", 'type = "openai"']
            lines += [f'base_url = "{upstream.url}"', 'model = "m"']
        (folder / "hexai").mkdir()
        (folder / "hexai" / "config.toml").write_text("\n".join(lines) + "\n")
        editor = stack.enter_context(kate(folder, file, line=line, column=column))
        yield editor, file.read_bytes()


@pytest.mark.parametrize(
    ("place", "text", "wanted"),
    [
        (
            "def f(x):\r\n    if x:\r\n        |\r\n",
            "return '$1 ${2:x} \\\\ }'\n    else:\n\n        return '漢'",
            _LINES.replace("\n", "\r\n"),
        ),
        (
            "r = 1\nprint(['漢字', res|])\n",
            "result]",
            "r = 1\nprint(['漢字', result])\n",
        ),
    ],
    ids=["lines", "a word and a bracket"],
)
def test_what_is_taken_is_exact(
    tmp_path: Path, place: str, text: str, wanted: str
) -> None:
    """A dedent, line breaks of the file, what looks like a snippet, a bracket once."""
    with suggesting(tmp_path / "kate", place, text) as (editor, before):
        editor.complete()
        editor.press("Return")
        saved = editor.save(before).decode()
    assert saved == wanted


def test_a_kate_that_does_not_come_up_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its start is not what is tested; one that has ended is not waited for."""
    real, fake = which("kate"), tmp_path / "bin" / "kate"
    fake.parent.mkdir()
    again = tmp_path / "again"
    fake.write_text(
        f"#!/bin/sh\n[ -e '{again}' ] && exec '{real}' \"$@\"\n: > '{again}'\nexit 3\n"
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(fake.parent), prepend=os.pathsep)
    with suggesting(tmp_path / "kate", "r|\n", "esult") as (editor, before):
        editor.type("x")
        assert editor.save(before) == b"rx\n"


def test_whoever_is_taken_after_its_first_letters_wins(tmp_path: Path) -> None:
    """Kate runs no command, so the text tells; the other one lost."""
    folder = tmp_path / "kate"
    environ = {f"XDG_{name}_HOME": str(folder) for name in _FOLDERS}
    environ["HOME"] = str(folder)
    texts = "alpha = beta(1)", "other = beta(1)"

    def choice() -> list[str]:
        shown = run_cli("show", "--json", environ=environ)
        found = json.loads(shown.out)["choice"] if shown.code == 0 else None
        return found["labels"] if found else []

    with suggesting(folder, "def f():\n    |\n", *texts) as (editor, before):
        editor.complete()
        wait_until(
            lambda: run_cli("show", environ=environ).code == 0,
            f"not shown after {SHOWN_AFTER} s",
        )
        editor.type("alp")
        editor.press("Return")
        saved = editor.save(before).decode()
        wait_until(lambda: choice() == ["one"], "the choice is not recorded")

    assert saved == "def f():\n    alpha = beta(1)\n"
