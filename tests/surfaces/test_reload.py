"""Reloading while requests are under way: over HTTP, with real clients."""

import asyncio
import random
import time
from pathlib import Path

import pytest

from hexai.config.folders import Folders, find_folders
from hexai.config.order import Snapshot
from hexai.config.reload import Live, Sources
from hexai.domain.entry import Surface
from hexai.domain.messages import Message, Role
from hexai.domain.outcome import Delta, Status
from hexai.domain.request import Request
from hexai.errors import ConfigError
from hexai.service.ask import ask
from hexai.service.question import Question
from hexai.service.services import Services
from tests.support.answers import openai_answer
from tests.support.upstream import Upstream

RELOADS = 1000
ASKERS = 3


class World:
    """A live configuration of two entries, services, and an upstream."""

    def __init__(self, folders: Folders, upstream: Upstream) -> None:
        self.file = folders.config_file
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.upstream = upstream
        self.write(0)
        self.live = Live(Sources(folders=folders, environ={}), clock=time.monotonic)
        self.services = Services(
            self.live.snapshot().settings,
            folders=folders,
            environ={},
            now=lambda: 0.0,
            random=random.Random(1),
        )
        self.live.subscribe(self.take_over)
        self.wrong: list[str] = []
        self.asked = 0
        self.streaming = asyncio.Event()
        self.most_clients = 0

    def write(self, number: int) -> None:
        """Give one of the profiles another header; the other stays as it is."""
        url = self.upstream.url
        self.file.write_text(
            f'[providers.a]\ntype = "openai"\nbase_url = "{url}"\nmodel = "m{number}"\n'
            f'headers = {{ x-state = "{number}" }}\n'
            f'[providers.b]\ntype = "openai"\nbase_url = "{url}"\nmodel = "m"\n'
            '[[models.cli]]\nprovider = "a"\n[[models.cli]]\nprovider = "b"\n'
        )

    def take_over(self, _old: Snapshot | None, new: Snapshot) -> None:
        """Do what a surface does at a reload."""
        others = [each.settings for each in self.live.snapshots()]
        self.services.replace(new.settings, *others)

    async def ask(self, *, fresh: bool = True) -> None:
        """Put one question as the configuration has it now."""
        snapshot = self.live.snapshot()
        message = Message(Role.USER, str(self.asked))
        question = Question(
            request=Request(surface=Surface.CLI, messages=(message,)),
            entries=snapshot.entries(Surface.CLI).entries,
            settings=snapshot.settings,
            fresh=fresh,
        )
        async with ask(self.services, question) as run:
            async for event in run:
                if isinstance(event, Delta):
                    self.streaming.set()
        self.wrong += [
            str(outcome.error)
            for outcome in run.outcomes
            if outcome.status is not Status.ANSWERED
        ]
        self.asked += len(run.outcomes)
        self.most_clients = max(self.most_clients, len(self.services._clients))


def test_a_thousand_reloads_lose_no_request_and_leak_no_client(tmp_path: Path) -> None:
    """Each request goes out as its own snapshot has it; replaced clients close."""
    with Upstream(openai_answer(["y", "e", "s"], gap=0.001)) as upstream:
        world = asyncio.run(reload_under_load(find_folders({}, tmp_path), upstream))
        upstream.wait(upstream.all_closed)

    assert world.wrong == []
    assert world.asked == len(upstream.requests) >= RELOADS / 10
    assert world.most_clients <= ASKERS + 3
    for request in upstream.requests:
        model, state = request.json["model"], request.headers.get("x-state")
        assert model == ("m" if state is None else f"m{state}")
    assert len({request.headers.get("x-state") for request in upstream.requests}) > 20


async def reload_under_load(folders: Folders, upstream: Upstream) -> World:
    """Reload many times while several askers ask without a pause."""
    world = World(folders, upstream)
    done = asyncio.Event()

    async def keep_asking() -> None:
        while not done.is_set():
            await world.ask()

    async with world.services:
        async with asyncio.TaskGroup() as askers:
            for _ in range(ASKERS):
                askers.create_task(keep_asking())
            for number in range(1, RELOADS + 1):
                await reload(world, number)
            done.set()
        await world.ask()
        assert len(world.services._clients) == 2
        still_open = [c for c in upstream.connections if c.closed_at is None]
        assert len(still_open) <= 2 * (ASKERS + 1)
    return world


async def reload(world: World, number: int) -> None:
    """Reload once, or first in vain; let requests through now and then."""
    if number % 10 == 0:
        world.file.write_text("[")
        with pytest.raises(ConfigError):
            world.live.reload()
    world.write(number)
    world.live.reload()
    world.streaming.clear()
    await world.streaming.wait()


def test_what_is_kept_of_answers_follows_a_reload(tmp_path: Path) -> None:
    """Turned off, nothing is served or kept; turned on again, it is."""
    folders = find_folders({}, tmp_path)
    with Upstream(openai_answer("yes")) as upstream:
        told = asyncio.run(cache_off_and_on(folders, upstream))
        assert told == [
            ("kept at first", 2),
            ("served", 2),
            ("with no time to live", 4),
            ("with no text to store", 6),
            ("served again", 6),
        ]


async def cache_off_and_on(
    folders: Folders, upstream: Upstream
) -> list[tuple[str, int]]:
    """Ask the same again and again; gives how many requests there have been."""
    world = World(folders, upstream)
    text = world.file.read_text()
    told = []

    async def ask_again(step: str, more: str | None = None) -> None:
        if more is not None:
            world.file.write_text(text + more)
            world.live.reload()
        world.asked = 0
        await world.ask(fresh=False)
        told.append((step, len(upstream.requests)))

    async with world.services:
        await ask_again("kept at first")
        await ask_again("served")
        await ask_again("with no time to live", "[cli]\ncache_ttl = 0\n")
        await ask_again("with no text to store", "[ledger]\nstore_text = 'none'\n")
        await ask_again("served again", "")
    return told
