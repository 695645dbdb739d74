"""A temperature of 0, from the configuration to the wire, whoever asks."""

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from hexai.config.folders import Folders, find_folders
from hexai.config.order import Snapshot, load
from hexai.domain.entry import Entry, Surface
from hexai.domain.messages import Message, Role
from hexai.domain.outcome import Status
from hexai.domain.request import Request
from hexai.service.ask import ask
from hexai.service.question import Question
from hexai.service.services import Services
from tests.support.answers import anthropic_answer, ollama_answer, openai_answer
from tests.support.upstream import Reply, Upstream

ANSWERS: dict[str, Callable[[], Reply]] = {
    "openai": openai_answer,
    "openrouter": openai_answer,
    "anthropic": anthropic_answer,
    "ollama": ollama_answer,
}
PLACES = {
    "entry": "temperature = 0",
    "text": 'temperature = "0"',
    "fallback": "temperature = 1.0\nfallback = { model = 'b', temperature = 0 }",
    "variable": "temperature = 1.0",
    "coding": "",
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", ANSWERS)
@pytest.mark.parametrize("surface", Surface)
def test_it_is_sent_as_0(
    tmp_path: Path, surface: Surface, kind: str, place: str
) -> None:
    """Wherever it is set, for every surface and provider."""
    folders = find_folders({}, tmp_path)
    environ = {f"{kind.upper()}_API_KEY": "key"}
    if place == "variable":
        environ[f"HEXAI_TEMPERATURE_{surface.value.upper()}"] = "0"
    with Upstream(ANSWERS[kind]()) as upstream:
        folders.config.mkdir(parents=True)
        folders.config_file.write_text(
            f"[general]\ncoding_temperature = {0 if place == 'coding' else 0.5}\n"
            f'[{kind}]\nbase_url = "{upstream.url}"\n'
            f'[[models.{surface.value}]]\nprovider = "{kind}"\nmodel = "a"\n'
            f"{PLACES[place]}\n"
        )
        snapshot = load(folders, environ)
        (entry,) = snapshot.entries(surface).entries
        if place == "fallback":
            assert entry.fallback is not None
            entry = replace(entry, spec=entry.fallback, fallback=None)
        asyncio.run(put(entry, snapshot, folders, environ))
        bodies = [r.json for r in upstream.requests if "messages" in r.json]

    assert entry.surface is surface
    assert [temperature_in(body) for body in bodies] == [0]


async def put(
    entry: Entry, snapshot: Snapshot, folders: Folders, environ: dict[str, str]
) -> None:
    """Ask an entry something; it answers."""
    services = Services(
        snapshot.settings,
        folders=folders,
        environ=environ,
        now=lambda: 0.0,
        random=random.Random(1),
    )
    message = Message(Role.USER, "hello")
    question = Question(
        request=Request(surface=entry.surface, messages=(message,)), entries=(entry,)
    )
    async with services, ask(services, question) as run:
        async for _ in run:
            pass
    assert [outcome.status for outcome in run.outcomes] == [Status.ANSWERED]


def temperature_in(body: dict[str, dict[str, object]]) -> object:
    """Find the temperature where a format has it; Ollama's are options."""
    return body.get("options", body).get("temperature")
