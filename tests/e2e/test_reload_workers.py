"""The embedded model's workers follow a reload."""

import asyncio
import os
import random
import signal
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from hexai.config.entries import resolve_entries
from hexai.config.folders import Folders, find_folders
from hexai.config.schema import ProviderName, Settings
from hexai.config.schema_providers import Local
from hexai.domain.entry import Surface
from hexai.domain.messages import Message, Role
from hexai.domain.request import Request
from hexai.service.ask import ask
from hexai.service.question import Question
from hexai.service.services import Services
from tests.support.model import small_model
from tests.support.workers import living, run_folder, wait_until_gone

pytestmark = pytest.mark.e2e


def settings(model: Path, *, keep_alive: float) -> Settings:
    """Ask the embedded model, for as few tokens as can be."""
    return Settings(
        provider=ProviderName(name="local"),
        local=Local(model=str(model), keep_alive=keep_alive),
    )


def test_a_worker_started_after_a_reload_lives_as_long_as_that_says(
    tmp_path: Path,
) -> None:
    """Else it would stay for the five minutes of the start."""
    model = small_model()
    with run_folder() as run:
        folders = replace(find_folders({}, tmp_path), runtime=run)
        asyncio.run(ask_before_and_after(folders, model))


async def ask_before_and_after(folders: Folders, model: Path) -> None:
    """Ask, end the worker, reload, and ask another one, which ends by itself."""
    long, short = settings(model, keep_alive=300), settings(model, keep_alive=0.2)
    services = Services(
        long,
        folders=folders,
        environ=dict(os.environ),  # noqa: TID251 - a child's environment
        now=time.time,  # noqa: TID251 - the edge
        random=random.Random(1),
    )
    async with services:
        await put(services)
        (first,) = living(folders.runtime).values()
        os.kill(first, signal.SIGKILL)
        wait_until_gone(folders.runtime, first)
        services.replace(short)
        await put(services)
        for second in living(folders.runtime).values():
            wait_until_gone(folders.runtime, second)


async def put(services: Services) -> None:
    """Ask something."""
    message = Message(Role.USER, "Say yes.")
    (entry,) = resolve_entries(services.settings, Surface.CLI).entries
    entry = replace(entry, spec=replace(entry.spec, max_tokens=2))
    question = Question(
        request=Request(surface=Surface.CLI, messages=(message,)),
        entries=(entry,),
        fresh=True,
    )
    async with ask(services, question) as run:
        async for _ in run:
            pass
    assert [str(outcome.error or "") for outcome in run.outcomes] == [""]
