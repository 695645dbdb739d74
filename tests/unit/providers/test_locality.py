"""Local or cloud: known from the configuration, or asked of an Ollama."""

import asyncio
from collections.abc import Mapping

import pytest

from hexai.domain.entry import RequestSpec
from hexai.domain.request import Target
from hexai.domain.request import Upstream as Origin
from hexai.errors import NotSent
from hexai.providers.http_provider import HttpProvider
from hexai.providers.locality import LEARN_WITHIN, OllamaLocality
from hexai.providers.readiness.servers import ShownModels
from hexai.providers.registry import Unavailable
from tests.support.clock import run_virtually
from tests.support.plain import client_for
from tests.support.replies import close, json_answer, raw, status
from tests.support.upstream import Reply, Upstream


def target(
    client: HttpProvider, model: str = "qwen3:30b", *, local: bool | None = None
) -> Target:
    """Make a target of provider `ollama`."""
    spec = RequestSpec(provider="ollama", model=model)
    origin = Origin(origin="http://127.0.0.1:11434")
    return Target(spec=spec, client=client, upstream=origin, local=local)


def judged(upstream: Upstream, *models: str) -> list[bool]:
    """Ask for each of these models in turn."""

    async def run() -> list[bool]:
        client = client_for(upstream.url)
        locality = OllamaLocality(ShownModels())
        results = [await locality.is_local(target(client, one)) for one in models]
        await client.aclose()
        return results

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ({"details": {"family": "qwen3"}, "license": "x" * 200_000}, True),
        ({"remote_host": "", "remote_model": ""}, True),
        ({"remote_host": "https://ollama.com:443"}, False),
        ({"remote_model": "gpt-oss:120b"}, False),
    ],
)
def test_a_model_with_a_remote_host_is_cloud(
    shown: Mapping[str, object], *, expected: bool
) -> None:
    """What Ollama shows of a model decides."""
    with Upstream(json_answer(shown)) as upstream:
        assert judged(upstream, "a") == [expected]

    (request,) = upstream.requests
    assert (request.path, request.json) == ("/api/show", {"model": "a"})


def test_a_name_that_becomes_a_remote_models_is_cloud_at_once() -> None:
    """A tag that is moved to a model elsewhere lets no further text out, nor back.

    What was answered before it stayed good for as long as the process lived.
    """
    remote = json_answer({"remote_host": "https://ollama.com:443"})
    with Upstream(json_answer({}), remote, status(500), json_answer({})) as upstream:
        assert judged(upstream, "a", "a", "a", "a") == [True, False, False, True]


def test_what_was_said_last_is_known_without_asking() -> None:
    """A price asks nobody, and goes by the newest answer."""

    async def run(upstream: Upstream) -> list[bool | None]:
        client = client_for(upstream.url)
        locality, asked = OllamaLocality(ShownModels()), target(client)
        before = locality.known(asked)
        await locality.is_local(asked)
        first = locality.known(asked)
        await locality.is_local(asked)
        await client.aclose()
        return [before, first, locality.known(asked)]

    with Upstream(json_answer({}), json_answer({"remote_model": "x"})) as upstream:
        assert asyncio.run(run(upstream)) == [None, True, False]

    assert len(upstream.requests) == 2


def test_each_model_is_asked_for_itself() -> None:
    """One model's answer says nothing about another's."""
    replies = json_answer({}), json_answer({"remote_host": "x"})
    with Upstream(*replies * 2) as upstream:
        assert judged(upstream, "a", "b", "a", "b") == [True, False, True, False]


@pytest.mark.parametrize(
    "reply",
    [
        status(404, '{"error":"model not found"}'),
        status(500),
        json_answer([1, 2]),
        json_answer({"remote_host": {"deep": 1}}),
        status(200, "{" * 100_000),
        status(200, b"\xff\xfe"),
        status(200, b"x" * (5 * 1024 * 1024)),
        close(),
        raw(b"nonsense"),
    ],
    ids=["404", "500", "list", "object", "deep", "bytes", "huge", "closed", "garbage"],
)
def test_what_cannot_be_found_out_is_cloud_and_asked_again(reply: Reply) -> None:
    """An error never makes text leave, and is not remembered either."""
    with Upstream(reply, json_answer({})) as upstream:
        assert judged(upstream, "a", "a") == [False, True]


@pytest.mark.parametrize(
    "model",
    [
        *("gpt-oss:120b-cloud", "x:cloud", "X:Cloud", "name-cloud"),
        *("x: cloud", "x:cloud ", "x :cloud", "x:\tcloud\n", "x:big-cloud\u3000"),
        *("x:cl\u043eud", "x:cloud\u200b", " x", ""),
    ],
)
def test_models_tagged_cloud_are_not_asked_for(model: str) -> None:
    """The name alone says that the text would leave, or cannot be judged."""
    with Upstream(json_answer({})) as upstream:
        assert judged(upstream, model) == [False]

    assert upstream.requests == []


def test_what_the_configuration_says_is_not_asked() -> None:
    """A target that is marked either way keeps its mark."""
    client = client_for("http://127.0.0.1:1")
    locality = OllamaLocality(ShownModels())

    for marked in (True, False):
        assert locality.known(target(client, local=marked)) is marked
        assert asyncio.run(locality.is_local(target(client, local=marked))) is marked
    assert locality.known(target(client)) is None


def test_what_is_no_ollama_is_cloud() -> None:
    """Without a client to ask, nothing is known, and unknown is cloud."""
    locality = OllamaLocality(ShownModels())

    nobody = Unavailable(NotSent("nobody is asked"))
    spec = RequestSpec(provider="ollama", model="m")
    upstream = Origin(origin="http://127.0.0.1:11434")
    asked = Target(spec=spec, client=nobody, upstream=upstream, local=None)
    assert not asyncio.run(locality.is_local(asked))


def test_concurrent_askers_share_one_question_and_survive_its_cancel() -> None:
    """A cancelled asker passes the question on; all others get its answer."""

    async def run(upstream: Upstream) -> list[bool]:
        client = client_for(upstream.url)
        locality = OllamaLocality(ShownModels())
        async with asyncio.TaskGroup() as group:
            first = group.create_task(locality.is_local(target(client)))
            await upstream.until(lambda: len(upstream.requests) == 1)
            others = [
                group.create_task(locality.is_local(target(client))) for _ in range(5)
            ]
            first.cancel()
        assert locality.known(target(client)) is True
        await client.aclose()
        return [task.result() for task in others]

    slow = json_answer({}, delay=60)
    with Upstream(slow, json_answer({})) as upstream:
        assert asyncio.run(run(upstream)) == [True] * 5

    assert len(upstream.requests) == 2


class Silent:
    """An Ollama that answers nothing, and counts who waits for it."""

    def __init__(self) -> None:
        self.asked = 0

    async def ask(
        self, path: str, body: Mapping[str, object] | None = None, *, limit: int
    ) -> bytes:
        """Wait for ever."""
        self.asked += 1
        waiting: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        return await waiting


def test_a_silent_ollama_is_asked_by_one_at_a_time_and_not_for_ever() -> None:
    """With every race of an editor another task waited for it, and none ever ended.

    Whoever asked later, though the Ollama was well again, waited behind them.
    """
    silent = Silent()

    async def scenario() -> tuple[float, int, bool]:
        loop = asyncio.get_running_loop()
        locality, began = OllamaLocality(ShownModels()), loop.time()
        async with asyncio.TaskGroup() as group:
            for _ in range(100):
                group.create_task(locality.learn(_asked_of(silent)))
        took, asked = loop.time() - began, silent.asked
        async with asyncio.TaskGroup() as group:
            again = group.create_task(locality.learn(_asked_of(silent)))
            await asyncio.sleep(1)
            again.cancel()
        well = await locality.is_local(_asked_of(Shows()))
        return took, asked, well

    assert run_virtually(scenario()) == (LEARN_WITHIN, 1, True)
    assert silent.asked == 2


class Shows:
    """An Ollama that shows a model of its own."""

    async def ask(
        self, path: str, body: Mapping[str, object] | None = None, *, limit: int
    ) -> bytes:
        """Answer at once."""
        return b"{}"


def _asked_of(client: object) -> Target:
    spec = RequestSpec(provider="ollama", model="m")
    upstream = Origin(origin="http://127.0.0.1:11434")
    return Target(spec=spec, client=client, upstream=upstream, local=None)  # type: ignore[arg-type]
