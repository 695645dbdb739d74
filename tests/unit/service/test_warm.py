"""Who may be sent a prompt before anybody asks: what is local, wanted, and idle."""

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from hexai.config.entries import resolve_entries
from hexai.config.folders import find_folders
from hexai.config.order import load
from hexai.domain.entry import Entry, Surface
from hexai.domain.messages import Infill, Message, Role
from hexai.domain.request import Request
from hexai.service.services import Services
from hexai.service.warm import warm
from tests.support.replies import json_answer, status
from tests.support.upstream import Exchange, Reply, Upstream

BEFORE = "".join(f"value_{n} = compute({n})\n" for n in range(30))
REQUEST = Request(
    surface=Surface.COMPLETION,
    messages=(Message(Role.USER, f"{BEFORE}what comes?", standing=len(BEFORE) // 2),),
    infill=Infill(prefix=BEFORE, suffix="end\n"),
)
IDLE = [{"id": 0, "n_ctx": 4096, "is_processing": False}]
BUSY = [*IDLE, {"id": 1, "n_ctx": 4096, "is_processing": True}]
CONFIG = """
[providers.here]
type = "openai"
base_url = "{url}/v1"
infill = "{infill}"
{lines}
[[models.completion]]
provider = "here"
model = "m"
"""


def slots(*listed: object) -> Reply:
    """Answer looks at the slots, the last one for ever; and every prompt."""
    looks = [*listed]

    async def reply(exchange: Exchange) -> None:
        if exchange.request.path.endswith("/slots"):
            told = looks.pop(0) if len(looks) > 1 else looks[0]
            await json_answer(told)(exchange)
        else:
            await json_answer({"timings": {"prompt_n": 30}})(exchange)

    return reply


def warmed(
    folder: Path,
    reply: Reply,
    lines: str = "local = true\nwarm = true",
    *,
    infill: str = "infill",
    entries: Callable[[tuple[Entry, ...]], tuple[Entry, ...]] = lambda given: given,
) -> Upstream:
    """Have a prompt read by what is configured, and give what the server saw."""
    with Upstream(reply) as upstream:
        asyncio.run(_warm(folder, upstream.url, lines, infill, entries))
        return upstream


async def _warm(
    folder: Path,
    url: str,
    lines: str,
    infill: str,
    entries: Callable[[tuple[Entry, ...]], tuple[Entry, ...]],
) -> None:
    environ = {f"XDG_{name}_HOME": str(folder / name) for name in ("CONFIG", "STATE")}
    folders = find_folders(environ, folder)
    folders.config.mkdir(parents=True)
    text = CONFIG.format(url=url, lines=lines, infill=infill)
    folders.config_file.write_text(text)
    async with Services(
        load(folders, environ).settings,
        folders=folders,
        environ={"HEXAI_HERE_API_KEY": "none"},
        now=lambda: 0.0,
        random=random.Random(1),
    ) as services:
        settings = services.settings
        chosen = entries(resolve_entries(settings, Surface.COMPLETION).entries)
        await warm(services, settings, chosen, lambda _room, _batch: REQUEST)


def prompts(upstream: Upstream) -> list[str]:
    """Give the texts that a server was to read."""
    bodies = [one.json for one in upstream.requests if not one.path.endswith("slots")]
    return [
        body.get("input_prefix") or body["messages"][-1]["content"] for body in bodies
    ]


@pytest.mark.parametrize("infill", ["infill", "off"])
def test_an_idle_server_reads_in_growing_pieces(tmp_path: Path, infill: str) -> None:
    """Up to the gap, or up to what of a chat stands still."""
    upstream = warmed(tmp_path, slots(IDLE), infill=infill)

    read = prompts(upstream)
    assert len(read) > 2
    assert read[-1] in (BEFORE, BEFORE.rstrip("\n"))
    assert all(BEFORE.startswith(piece) for piece in read)
    assert sorted(read, key=len) == read
    bodies = [one.json for one in upstream.requests if one.method == "POST"]
    assert {body.get("n_predict", body.get("max_tokens")) for body in bodies} == {1}
    assert not any(body["stream"] for body in bodies)


@pytest.mark.parametrize(
    "lines",
    [
        "warm = true",
        "local = false\nwarm = true",
        "local = true",
        "local = true\nwarm = false",
    ],
)
def test_nobody_else_is_sent_anything(tmp_path: Path, lines: str) -> None:
    """Neither who is not said to be local, nor who is not said to be warmed."""
    assert not warmed(tmp_path, slots(IDLE), lines).requests


def test_a_refused_entry_is_not_asked(tmp_path: Path) -> None:
    """What a project forbids is forbidden beforehand too."""
    import msgspec

    def refuse(given: tuple[Entry, ...]) -> tuple[Entry, ...]:
        return tuple(
            msgspec.structs.replace(entry, refused="refused by .hexaiconfig.toml")
            for entry in given
        )

    assert not warmed(tmp_path, slots(IDLE), entries=refuse).requests


def test_a_busy_server_is_left_alone(tmp_path: Path) -> None:
    """From the moment on that a slot of it has something to do."""
    assert prompts(warmed(tmp_path / "a", slots(BUSY))) == []
    assert len(prompts(warmed(tmp_path / "b", slots(IDLE, IDLE, BUSY)))) == 1


@pytest.mark.parametrize(
    "reply",
    [
        status(501),
        status(404),
        json_answer({"slots": []}),
        json_answer([]),
        json_answer([{"id": 0}]),
        json_answer([{"is_processing": "no"}]),
    ],
)
def test_a_server_that_does_not_tell_is_left_alone(
    tmp_path: Path, reply: Reply
) -> None:
    """It may be busy, or no llama.cpp at all."""
    assert prompts(warmed(tmp_path, reply)) == []
