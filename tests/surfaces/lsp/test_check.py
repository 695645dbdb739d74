"""What `hexai lsp --check` finds: what an editor would show, and why not."""

import os
import random
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import get_args

import pytest

from hexai.config.folders import find_folders
from hexai.errors import UsageError
from hexai.prompts.code.syntax_check import Misfit
from hexai.surfaces.lsp.check import NOT_SHOWN, run
from hexai.surfaces.lsp.configuration import Start
from hexai.surfaces.lsp.probe import find_target
from tests.support.answers import openai_answer
from tests.support.command_line import run_cli, write_config
from tests.support.held import holding
from tests.support.model_head import model_head
from tests.support.ollama import Model, Ollama, serve
from tests.support.replies import status
from tests.support.upstream import Upstream

CANARY = "sk-canary-0123456789abcdef"
KEY = "ghp_" + "x9Kd83hFqPz71LmWc0Ra4TbYv6NsEj2Gu5Qo"


class Shop:
    """Upstreams, each of which is an entry for completion."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self.folder = folder
        self._stack = stack
        self._config = ""

    def sells(
        self,
        name: str,
        text: str,
        *,
        after: float = 0.0,
        code: int = 0,
        says: str = "",
    ) -> None:
        """Add an entry that answers so, or refuses by a code and what it says."""
        reply = status(code, says) if code else openai_answer(text, delay=after)
        upstream = self._stack.enter_context(Upstream(reply))
        self._config += (
            f'[[models.completion]]\nprovider = "{name}"\nlabel = "{name}"\n'
            f'[providers.{name}]\ntype = "openai"\nmodel = "m"\nlocal = false\n'
            f'base_url = "{upstream.url}"\n'
        )

    def embeds(self, model: Path, **options: str) -> None:
        """Add an entry of the embedded model."""
        told = "".join(f'{key} = "{value}"\n' for key, value in options.items())
        self._config += (
            f'[[models.completion]]\nprovider = "local"\nmodel = "{model}"\n{told}'
        )

    def check(self, word: str = "", more: str = "") -> tuple[int, str]:
        """Look at a place."""
        write_config(more + self._config)
        home = os.environ["HOME"]  # noqa: TID251 - the edge
        start = Start(
            folders=find_folders(os.environ, Path(home)),  # noqa: TID251
            environ=os.environ,  # noqa: TID251
            now=lambda: 1_800_000_000.0,
            random=random.Random(7),
        )
        return run(start, word, str(self.folder))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Open a shop."""
    with ExitStack() as stack:
        yield Shop(stack, tmp_path)


def test_what_shows_is_listed_with_its_time(shop: Shop) -> None:
    """With who gave it; if all show, the code is 0."""
    shop.sells("one", "a + b")

    code, text = shop.check()

    assert code == 0
    assert "At a sample, line 3, behind '    return ', an editor shows:" in text
    [row] = [line for line in text.splitlines() if line.endswith("a + b")]
    seconds, unit, name = row.split()[:3]
    assert (float(seconds) < 20, unit, name) == (True, "s", "one")


def test_who_is_slow_shows_with_the_next_key(shop: Shop) -> None:
    """After the list has gone out, as a time says; who fails says why."""
    shop.sells("one", "a + b")
    shop.sells("slow", "sum((a, b))", after=1.0)
    shop.sells("broken", "", code=401)

    code, text = shop.check()

    assert code == 4
    assert "slow  sum((a, b))   (with your next key)" in text
    assert "  slow answered after 1." in text
    assert "A list waits 1.5 s at most, as completion.deadline says." in text
    [failed] = [line for line in text.splitlines() if line.startswith("  broken")]
    assert "failed" in failed
    assert "401" in failed


def test_what_a_model_cannot_be_asked_for_is_told(shop: Shop, tmp_path: Path) -> None:
    """Its file has no tokens for gaps, as the check of the configuration says too."""
    file = tmp_path / "m.gguf"
    file.write_bytes(model_head(2048))
    shop.sells("one", "a + b")
    shop.embeds(file, ask="infill", label="own")

    _, text = shop.check()

    assert '  own: ask = "infill" cannot be: its file has no tokens for gaps' in text
    assert "one: ask" not in text


def test_an_answer_that_is_no_code_says_so(shop: Shop) -> None:
    """An editor shows nothing, and nobody is told there."""
    shop.sells("talks", "Sure, here is the code you asked for, I will return it")

    code, text = shop.check()

    assert code == 1
    assert "an editor shows:\n  nothing\n" in text
    assert any(f"it is not shown: {why}" in text for why in NOT_SHOWN.values())
    assert {*NOT_SHOWN} == {*get_args(Misfit)}


def test_a_model_that_says_by_stopping_that_nothing_belongs_here(shop: Shop) -> None:
    """It has answered, and with no text: that is no failure."""
    shop.sells("done", "")

    code, text = shop.check()

    assert code == 1
    assert "done answered after " in text
    assert f"it is not shown: {NOT_SHOWN['empty']}" in text
    assert "failed" not in text
    assert "log would say" not in text


def test_a_prompt_that_was_cut_says_so(shop: Shop) -> None:
    """As the editor's log does: the answer is worth less for it."""
    ollama = Ollama(
        {"qwen:latest": Model(says=["a + b"])},
        version="0.11.0",
        obeys=False,
        context=512,
        tells_context=False,
    )
    numbers = "".join(f"    0x{n:08x}, 0x{n * 7919:08x},\n" for n in range(300))
    (shop.folder / "tables.py").write_text(f"x = [\n{numbers}]\ny = ")
    with serve(ollama) as upstream:
        entry = (
            f"[ollama]\nbase_url = '{upstream.url}'\n[[models.completion]]\n"
            "provider = 'ollama'\nmodel = 'qwen'\nlabel = 'home'\n"
        )
        _, text = shop.check("tables.py", more=entry)

    [line] = [one for one in text.splitlines() if "home answered after" in one]
    assert "cut the rest of the prompt" in line


@pytest.mark.parametrize("written", ["", "\n\n"])
def test_nobody_is_asked_about_a_blank_file(shop: Shop, written: str) -> None:
    """There is nothing that a model could go on with."""
    shop.sells("one", "a + b")
    (shop.folder / "empty.py").write_text(written)

    code, text = shop.check("empty.py")

    assert code == 1
    assert "Nobody was asked: the file is blank" in text


@pytest.mark.parametrize(
    ("config", "why"),
    [
        ("", "Completion is off: [[models.completion]] names nobody to ask."),
        ("x = 1\n", "The configuration cannot be used, so everything is off."),
        ("blind = = 1\n", "The configuration cannot be used, so everything is off."),
    ],
)
def test_what_is_off_says_so(shop: Shop, config: str, why: str) -> None:
    """And what to do about it, in the server's own words."""
    code, text = shop.check(more=config)

    assert code == 1
    assert why in text
    assert "Your editor's log would say:\n  Hexai: " in text


@pytest.mark.parametrize("reason", ["ignored", "secret"])
def test_a_file_that_must_stay_here_says_so(shop: Shop, reason: str) -> None:
    """The entry fails by itself, with the rule."""
    shop.sells("cloud", "a + b")
    (shop.folder / ".git").mkdir()
    (shop.folder / ".gitignore").write_text("x.py\n" if reason == "ignored" else "")
    key = f'key = "{KEY}"\n' if reason == "secret" else ""
    (shop.folder / "x.py").write_text(f"{key}def f(a, b):\n    return \n")

    code, text = shop.check("x.py")

    assert code == 1
    assert "cloud failed; not sent: " in text
    assert KEY not in text


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("what is this?>", "which Hexai answers"),
        ("/reload>", "which Hexai answers"),
        ("x = [1]", "the cursor stands behind no word"),
    ],
)
def test_a_place_where_nobody_is_asked_says_so(shop: Shop, line: str, why: str) -> None:
    """Chats, commands, and where no letter stands."""
    shop.sells("one", "a + b")
    (shop.folder / "x.txt").write_text(f"first\n{line}\nlast\n")

    least = "[completion]\nmanual_invoke_min_prefix = 3\n"
    code, text = shop.check("x.txt:2", more=least)

    assert (code, why in text) == (1, True)
    assert "At x.txt, line 2, behind " in text


def test_a_key_in_an_answer_is_listed_and_kept_nowhere(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the check was asked for holds it as it came; what failed has it masked."""
    for name in ("ONE", "BROKEN"):
        monkeypatch.setenv(f"HEXAI_{name}_API_KEY", CANARY)
    shop.sells("one", f"key('{CANARY}')")
    shop.sells("broken", "", code=401, says=f'{{"error": "wrong key {CANARY}"}}')

    code, text = shop.check(more='[ledger]\nstore_text = "all"\n')

    assert code == 4
    assert f"one  key('{CANARY}')" in text
    [failed] = [line for line in text.splitlines() if "broken failed" in line]
    assert "wrong key ********" in failed
    assert text.count(CANARY) == 1
    assert holding(shop.folder, CANARY) == []


def test_nothing_is_recorded(shop: Shop) -> None:
    """Nobody has seen the list, so nobody has left it alone."""
    shop.sells("one", "a + b")
    assert shop.check()[0] == 0

    assert run_cli("history").out.strip() == ""


def test_a_file_is_named_with_line_and_column(tmp_path: Path) -> None:
    """Behind the last text, unless something else is said; also of odd names."""
    (tmp_path / "a:1").write_text("one\n")
    (tmp_path / "x.go").write_text("one\ntwo three\n\n\n")

    def at(word: str) -> tuple[str, str, int]:
        found = find_target(word, str(tmp_path))
        return found.name, found.language, found.position.character

    assert at("x.go") == ("x.go, line 2", "go", 9)
    assert at("x.go:1") == ("x.go, line 1", "go", 3)
    assert at("x.go:2:4") == ("x.go, line 2", "go", 3)
    assert at("x.go:99:99") == ("x.go, line 5", "go", 0)
    assert at("a:1") == ("a:1, line 1", "", 3)
    with pytest.raises(UsageError, match="No such file"):
        find_target("y.go:1", str(tmp_path))
    with pytest.raises(UsageError, match="Is a directory"):
        find_target(".", str(tmp_path))
