"""An Ollama whose models can think, on every surface: who has them think, and how."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from tests.support.action_desk import Desk, play
from tests.support.command_line import Kind, run_cli, write_config
from tests.support.ollama import Model, Ollama, serve
from tests.surfaces.lsp.test_ends import completions, inline_completions, type_at_end

CODE = "def area(w, h):\n    \n    return r\n"
PIECES = ("return ", "w * h")
ANSWER = "".join(PIECES)
THINKS = Model(says=PIECES, capabilities=("completion", "thinking"))
FILLS = Model(says=PIECES, capabilities=("completion", "thinking", "insert"))
PLAIN = Model(says=PIECES)
ABSENT = "absent"


class Setting(Struct, frozen=True, kw_only=True):
    """What is configured of a model, and how much thinking is to be asked for."""

    model: Model = THINKS
    name: str = "qwen:latest"
    entry: str = ""
    provider: str = ""
    slow: object = ABSENT
    """Where somebody waits for a whole answer."""
    quick: object = False
    """In mid-line."""

    def ollama(self) -> Ollama:
        """Make an Ollama that has the model."""
        return Ollama({self.name: self.model})

    def configure(self, url: str) -> None:
        """Ask the model on every surface."""
        entries = "".join(
            f"[[models.{surface}]]\nprovider = 'ollama'\n"
            f"model = '{self.name}'\n{self.entry}\n"
            for surface in ("cli", "completion", "chat", "code_action")
        )
        write_config(
            f"{entries}[ollama]\nbase_url = '{url}'\n{self.provider}\n"
            "[completion]\nwait = 'all'\n"
        )


def thinking(bodies: list[Mapping[str, Any]]) -> list[object]:
    """Give how much thinking each question has asked for."""
    return [body.get("think", ABSENT) for body in bodies]


SETTINGS = {
    "nothing said": Setting(),
    "off": Setting(entry="think = false", slow=False),
    "on": Setting(entry="think = true", slow=True, quick=True),
    "a level": Setting(provider="think = 'high'", slow="high", quick="high"),
    "off here, on there": Setting(
        entry="think = false", provider="think = 'high'", slow=False
    ),
    "fills gaps": Setting(model=FILLS),
    "takes levels alone": Setting(name="gpt-oss:20b", quick="low"),
    "cannot": Setting(model=PLAIN, quick=ABSENT),
    "cannot, and off": Setting(model=PLAIN, entry="think = false", slow=False),
}
every_setting = pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)


@every_setting
@pytest.mark.parametrize("form", ["pipe", "json", "terminal"])
def test_a_question_lets_the_model_think_as_it_likes(
    setting: Setting, form: str
) -> None:
    """Unless somebody says otherwise; no thought is printed, all are counted."""
    ollama = setting.ollama()
    with serve(ollama) as upstream:
        setting.configure(upstream.url)
        screen: Kind = "terminal" if form == "terminal" else "file"
        options = ["--json"] if form == "json" else []
        result = run_cli("--fresh", *options, "hi", stdout=screen)

    assert result.code == 0
    assert all(piece in result.out for piece in PIECES)  # two frames of a terminal
    assert "hm" not in result.out
    assert thinking(ollama.asked) == [setting.slow]
    if form == "json":
        [told] = json.loads(result.out)["entries"]
        thought = setting.model is not PLAIN and setting.slow is not False
        assert bool(told["usage"]["reasoning"]) is thought


@every_setting
@pytest.mark.parametrize("ask", [completions, inline_completions])
def test_who_waits_in_mid_line_waits_for_no_thoughts(
    setting: Setting,
    ask: Any,
    tmp_path: Path,
) -> None:
    """Where the model can think it is asked not to, unless somebody says otherwise."""
    ollama = setting.ollama()
    with serve(ollama) as upstream:
        setting.configure(upstream.url)

        async def scene(at: Desk) -> None:
            assert await ask(at) == [ANSWER]

        play(scene, CODE, tmp_path)

    assert thinking(ollama.asked) == [setting.quick]


@every_setting
def test_a_chat_and_an_action_hold_no_thought(
    setting: Setting,
    tmp_path: Path,
) -> None:
    """They are asked as a question of the command line is."""
    ollama = setting.ollama()
    with serve(ollama) as upstream:
        setting.configure(upstream.url)

        async def action(at: Desk) -> None:
            await at.choose("simplify and improve", 0, len(at.text))
            await at.becomes(f"{ANSWER}\n")

        async def chat(at: Desk) -> None:
            await type_at_end(at, "why?>")
            await at.becomes(f"a\n\nwhy?\n\n> {ANSWER}\n")

        play(action, CODE, tmp_path)
        play(chat, "a\n\n", tmp_path, name="notes.md", language="markdown")

    assert thinking(ollama.asked) == [setting.slow] * 2


def test_a_model_that_cannot_think_is_asked_once_more(tmp_path: Path) -> None:
    """Without what it refused; on every surface, and it is remembered."""
    setting = Setting(model=PLAIN, entry="think = 'high'")
    ollama = setting.ollama()
    with serve(ollama) as upstream:
        setting.configure(upstream.url)
        result = run_cli("--fresh", "hi", stderr="terminal")

        async def scene(at: Desk) -> None:
            assert await completions(at) == [ANSWER]
            await at.choose("simplify and improve", 0, len(at.text))
            await at.becomes(f"{ANSWER}\n")

        play(scene, CODE, tmp_path)

    assert (result.code, result.out) == (0, ANSWER)
    assert "set think = false" in result.err
    assert thinking(ollama.asked) == ["high", ABSENT, "high", ABSENT, ABSENT]
