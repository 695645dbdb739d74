"""A code action carried out by a real model, in the real llama.cpp."""

import os
from pathlib import Path

import pytest

from tests.support.action_desk import Desk, play
from tests.support.llama_server import llama_server
from tests.support.model import small_model

pytestmark = pytest.mark.e2e


def test_a_real_model_changes_the_selection_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it says lands between the lines around, without fences, and fits."""
    with llama_server(small_model()) as server:
        config = Path(os.environ["XDG_CONFIG_HOME"]) / "hexai" / "config.toml"  # noqa: TID251
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text(
            f'[providers.real]\ntype = "openai"\nbase_url = "{server.base_url}"\n'
            f'model = "{server.model}"\nlocal = true\napi_key_env = "REAL_KEY"\n'
            '[models]\ncode_action = { provider = "real", temperature = 0.0 }\n'
            '[[prompts.code_action.custom]]\nid = "capital"\ntitle = "capital"\n'
            'system = "Reply with one word."\n'
            'user = "What is the capital of {{selection}}?"\n'
        )
        monkeypatch.setenv("REAL_KEY", server.key)

        async def scene(at: Desk) -> None:
            before = at.text
            start = before.index("    France")
            await at.choose("capital", start, before.index("end"))
            while at.text == before:
                await at.client.ask_for_nothing(at.uri, 0)
            first, changed, last = at.text.split("\n", 2)
            assert first == "begin"
            assert "Paris" in changed
            assert changed.startswith("    ")
            assert last == "end\n"

        play(scene, "begin\n    France\nend\n", tmp_path, name="a.py")
