"""How long a real server takes, by the clock on the wall, with real upstreams.

The same rules are exact in virtual time in `lsp/completion/test_completer.py`; here
pipes, HTTP and the machine are in between, so that each limit is met by the median of
several rounds, in one of several attempts.
"""

import asyncio
import subprocess
import time
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from tests.support.answers import openai_answer
from tests.support.command_line import write_config
from tests.support.lsp_client import LspClient, LspError, connected_to
from tests.support.patience import PATIENCE
from tests.support.replies import hang
from tests.support.started import hexai
from tests.support.timing import kept_within
from tests.support.upstream import Upstream

pytestmark = pytest.mark.e2e

ROUNDS = 3
NUMBERS = count()
TEXT = "def add(a, b):\n    \n\nprint(add(1, 2))\n"
CURSOR = len("def add(a, b):\n    ")
QUICK, SLOW = "return a + b", "return sum((a, b))"

Scene = Callable[[LspClient], Awaitable[None]]


def configure(more: str = "", **upstreams: Upstream) -> Path:
    """Make each upstream an entry, in order; gives the file."""
    entries = [
        f'[[models.completion]]\nprovider = "{name}"\nlabel = "{name}"\n'
        f'[providers.{name}]\ntype = "openai"\nmodel = "m"\n'
        f'base_url = "{upstream.url}"\n'
        for name, upstream in upstreams.items()
    ]
    return write_config(more + "".join(entries))


def play(scene: Scene) -> None:
    """Play a scene with a server that has dealt with its start."""

    async def scenario(process: "subprocess.Popen[bytes]") -> None:
        async with connected_to(process) as client:
            await client.initialize(
                "helix",
                capabilities={"workspace": {"applyEdit": True}},
                encodings=("utf-8",),
            )
            await opened(client, "warm")
            await scene(client)
            await client.leave()

    with hexai("lsp", stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        asyncio.run(scenario(process))
        assert process.wait(PATIENCE) == 0


async def opened(client: LspClient, name: str, *, quiet: float = 0.15) -> str:
    """Open a document and let it be quiet for a while; gives its URI."""
    uri = f"file:///tmp/{name}.py"
    client.open(uri, TEXT, "python")
    await client.ask_for_nothing(uri, 0)
    await asyncio.sleep(quiet)
    return uri


def texts(result: Any) -> list[str]:
    """Give the new texts of a list's items."""
    return [item["textEdit"]["newText"] for item in result["items"]]


async def asked(upstream: Upstream, times: int) -> None:
    """Wait until an upstream has had so many requests."""
    await upstream.until(lambda: len(upstream.requests) == times)


async def timed(reply: Awaitable[Any]) -> tuple[float, Any]:
    """Give how long a reply took, and the reply."""
    began = time.monotonic()
    result = await reply
    return time.monotonic() - began, result


@pytest.mark.parametrize(("edits", "limit"), [(False, 0.35), (True, 0.5)])
def test_the_first_list_has_the_fast_one_in_time(edits: bool, limit: float) -> None:
    """100 ms and 3 s: the quick answer is there within 0.35 s, or 0.5 s after a key."""
    with (
        Upstream(openai_answer(SLOW, delay=3.0)) as slow,
        Upstream(openai_answer(QUICK, delay=0.1)) as fast,
    ):
        configure(cloud=slow, home=fast)

        async def scene(client: LspClient) -> None:
            for attempt in kept_within(limit):
                took = []
                for _ in range(ROUNDS):
                    uri = await opened(client, f"doc{next(NUMBERS)}")
                    if edits:
                        client.edit(uri, (CURSOR, CURSOR, "r"))
                    seconds, result = await timed(client.complete(uri, CURSOR + edits))
                    assert texts(result) == [QUICK]
                    assert result["isIncomplete"]
                    assert result["items"][0]["label"].startswith("home")
                    took.append(seconds)
                attempt.seconds = median(took)

        play(scene)


def test_all_come_together_and_every_prefix_is_remembered() -> None:
    """With `"all"` both at 3 s, in the entries' order; then nobody is asked again."""
    with (
        Upstream(openai_answer(SLOW, delay=3.0)) as slow,
        Upstream(openai_answer(QUICK, delay=0.1)) as fast,
    ):
        configure('[completion]\nwait = "all"\n', cloud=slow, home=fast)

        async def scene(client: LspClient) -> None:
            uri = await opened(client, "doc")
            seconds, result = await timed(client.complete(uri, CURSOR))
            assert texts(result) == [SLOW, QUICK]
            assert not result["isIncomplete"]
            assert 3.0 <= seconds < 3.4
            for typed in range(1, len(SLOW)):
                at = CURSOR + typed - 1
                client.edit(uri, (at, at, SLOW[typed - 1]))
                seconds, result = await timed(client.complete(uri, at + 1, kind=3))
                fit = [a for a in (SLOW, QUICK) if a.startswith(SLOW[:typed])]
                assert len(result["items"]) == len(fit)
                assert not result["isIncomplete"]
                line = client.texts[uri].text.splitlines()[1]
                for item, answer in zip(result["items"], fit, strict=True):
                    span = item["textEdit"]["range"]
                    start = span["start"]["character"]
                    assert line[:start] + item["textEdit"]["newText"] == f"    {answer}"

        play(scene)
        assert len(fast.requests) == len(slow.requests) == 1


def test_a_contradiction_is_answered_and_closes_in_time() -> None:
    """An edit elsewhere: an empty list within 20 ms, closed streams within 100 ms."""
    with Upstream(hang()) as first, Upstream(hang()) as second:
        configure(one=first, two=second)

        async def scene(client: LspClient) -> None:
            for attempt in kept_within(0.02):
                answered, closed = [], []
                for _ in range(ROUNDS):
                    before = len(first.requests)
                    uri = await opened(client, f"doc{next(NUMBERS)}")
                    pending = client.begin_completion(uri, CURSOR)
                    for each in (first, second):
                        await asked(each, before + 1)
                    began = time.monotonic()
                    client.edit(uri, (0, 0, "# "))
                    result = await pending.reply
                    answered.append(time.monotonic() - began)
                    assert result == {"isIncomplete": False, "items": []}
                    for each in (first, second):
                        await each.until(each.all_closed)
                        ended = each.connections[-1].closed_at
                        assert ended is not None
                        closed.append(ended - began)
                if median(closed) < 0.1:
                    attempt.seconds = median(answered)

        play(scene)


def test_joining_closes_no_connection() -> None:
    """Typing along, a cancel followed by a request, and asking again: one call."""
    with Upstream(openai_answer(SLOW, delay=1.0)) as slow:
        configure(cloud=slow)

        async def scene(client: LspClient) -> None:
            uri = await opened(client, "doc")
            first = client.begin_completion(uri, CURSOR)
            await slow.until(lambda: bool(slow.requests))
            client.edit(uri, (CURSOR, CURSOR, "r"))
            assert await client.ask_for_nothing("file:///tmp/warm.py", 0)
            assert not first.reply.done()
            client.cancel(first)
            with pytest.raises(LspError, match="-32800"):
                await first.reply
            await asyncio.sleep(0.2)
            second = client.begin_completion(uri, CURSOR + 1)
            third = client.begin_completion(uri, CURSOR + 1, kind=3)
            assert await second.reply == {"isIncomplete": False, "items": []}
            assert not slow.all_closed()
            assert texts(await third.reply) == [SLOW]

        play(scene)
        assert len(slow.requests) == 1


def test_a_cancelled_request_that_nobody_follows_is_closed_after_its_grace() -> None:
    """Not before 300 ms, and within 100 ms after them."""
    with Upstream(hang()) as upstream:
        configure(cloud=upstream)

        async def scene(client: LspClient) -> None:
            for attempt in kept_within(0.4):
                took = []
                for _ in range(ROUNDS):
                    before = len(upstream.requests)
                    uri = await opened(client, f"doc{next(NUMBERS)}")
                    pending = client.begin_completion(uri, CURSOR)
                    await asked(upstream, before + 1)
                    began = time.monotonic()
                    client.cancel(pending)
                    with pytest.raises(LspError, match="-32800"):
                        await pending.reply
                    await upstream.until(upstream.all_closed)
                    ended = upstream.connections[-1].closed_at
                    assert ended is not None
                    took.append(ended - began)
                assert min(took) >= 0.29
                attempt.seconds = median(took)

        play(scene)


def test_a_keyless_contender_is_told_once_and_the_others_stay() -> None:
    """The missing key is named in one log message, whatever is asked for later."""
    keyless = '[[models.completion]]\nprovider = "anthropic"\nmodel = "m"\n'
    with Upstream(openai_answer(QUICK)) as fast:
        configure(keyless, home=fast)

        async def scene(client: LspClient) -> None:
            for number in range(3):
                uri = await opened(client, f"doc{number}", quiet=0.0)
                result = await client.complete(uri, CURSOR)
                assert texts(result) == [QUICK]
            await client.ask_for_nothing("file:///tmp/warm.py", 0)
            told = [m for m in client.messages if "ANTHROPIC_API_KEY" in str(m)]
            assert [m["method"] for m in told] == ["window/logMessage"]

        play(scene)


def test_a_chat_that_holds_the_only_slot_holds_no_list_back() -> None:
    """The others' answers go out without waiting for who is queued behind a chat."""
    chat = '[[models.chat]]\nprovider = "narrow"\n'
    with Upstream(hang()) as narrow, Upstream(openai_answer(QUICK)) as free:
        path = configure(chat, narrow=narrow, free=free)
        narrowed = "[providers.narrow]\nmax_concurrency = 1\n"
        path.write_text(path.read_text().replace("[providers.narrow]\n", narrowed))

        async def scene(client: LspClient) -> None:
            uri = await opened(client, "chat")
            prompt = "what is this?>"
            end = len(TEXT)
            client.edit(uri, (end, end, prompt))
            client.edit(uri, (end + len(prompt), end + len(prompt), "\n"))
            await narrow.until(lambda: len(narrow.requests) == 1)
            for attempt in kept_within(0.18):
                took = []
                for _ in range(ROUNDS):
                    other = await opened(client, f"doc{next(NUMBERS)}")
                    seconds, result = await timed(client.complete(other, CURSOR))
                    assert texts(result) == [QUICK]
                    took.append(seconds)
                attempt.seconds = median(took)
            assert len(narrow.requests) == 1

        play(scene)
