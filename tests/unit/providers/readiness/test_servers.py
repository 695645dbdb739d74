"""What an Ollama says of itself, read without trust."""

import asyncio
import json

import pytest

from hexai.errors import BadAnswer
from hexai.providers.readiness.servers import (
    Running,
    full_name,
    refuses_long_prompts,
    what_is_loaded,
)
from tests.support.clock import run_virtually


class Says:
    """A server that answers every question with one text, or not at all."""

    def __init__(self, text: str | None, *, takes: float = 0.0) -> None:
        self._text = text
        self._takes = takes

    async def ask(self, path: str, body: object = None, *, limit: int) -> bytes:
        """Answer, after a while."""
        await asyncio.sleep(self._takes)
        if self._text is None:
            raise BadAnswer(f"{path} is not there: {body} {limit}")
        return self._text.encode()


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("qwen", "qwen:latest"),
        ("Qwen3-Coder:30B", "qwen3-coder:30b"),
        ("library/qwen", "qwen:latest"),
        ("registry.ollama.ai/library/qwen:7b", "qwen:7b"),
        ("registry.ollama.ai/me/qwen", "me/qwen:latest"),
        ("hf.co/a/b-GGUF:Q4_K_M", "hf.co/a/b-gguf:q4_k_m"),
        ("localhost:5000/a/b", "localhost:5000/a/b:latest"),
        (" qwen ", "qwen:latest"),
    ],
)
def test_names_are_compared_as_ollama_reads_them(name: str, full: str) -> None:
    """Tag, registry and case left out mean the same model."""
    assert full_name(name) == full


@pytest.mark.parametrize(
    ("text", "loaded"),
    [
        ('{"models": []}', ()),
        ('{"models": null}', ()),
        ("{}", ()),
        ("[]", None),
        ("<html>", None),
        ('{"models": [{"name": 5}]}', None),
        ('{"models": [{"name": "a"}]}', (Running(name="a"),)),
        (None, None),
    ],
)
def test_what_cannot_be_read_is_not_known(text: str | None, loaded: object) -> None:
    """Neither a page of HTML nor another shape stops the question."""
    assert run_virtually(what_is_loaded(Says(text))) == loaded


def test_no_answer_in_time_is_silence() -> None:
    """So it is while it loads a model."""
    says = Says('{"models": []}', takes=5)
    assert run_virtually(what_is_loaded(says)) == "silent"


@pytest.mark.parametrize(
    ("version", "refuses"),
    [
        ("0.33.0-rc2", True),
        ("0.12.6-rc0", True),
        ("v1.0.0", True),
        ("0.12.5", False),
        ("0.9.11", False),
        ("", False),
        ("0.12", False),
        ("newest", False),
        (None, None),
    ],
)
def test_only_a_version_known_to_obey_is_trusted(
    version: str | None, refuses: bool | None
) -> None:
    """What does not say is asked again."""
    text = None if version is None else json.dumps({"version": version})
    assert run_virtually(refuses_long_prompts(Says(text))) is refuses


@pytest.mark.parametrize(
    ("expires", "lasts"),
    [
        ("2026-11-29T06:00:01Z", True),
        ("2026-11-29T06:00:00.999999999+00:00", True),
        ("2026-11-29T08:00:01.5+02:00", True),
        ("2026-11-29T05:59:59Z", False),
        ("", True),
        ("soon", True),
    ],
)
def test_a_model_lasts_until_it_expires(expires: str, lasts: bool) -> None:
    """In nanoseconds and any zone, as Go writes it; what cannot be read lasts."""
    assert Running(expires_at=expires).outlasts(1795932000.0) is lasts
