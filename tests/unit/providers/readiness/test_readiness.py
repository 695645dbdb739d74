"""When an upstream can be asked, in virtual time, against an Ollama as it is."""

import asyncio
import base64
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any, Literal

import pytest
from msgspec.structs import replace

from hexai.domain.entry import Budgets, Options
from hexai.domain.messages import Message, Role
from hexai.domain.outcome import Loading, Queued, Ready, Status
from hexai.domain.provider import Call, Chunk, Finished, Progress
from hexai.domain.request import Request, Target
from hexai.engine.race import Race
from hexai.engine.race_options import Composed, Conditions, RaceOptions
from hexai.errors import TimedOut, UnknownModel
from hexai.providers.readiness.readiness import UpstreamReadiness
from hexai.providers.readiness.servers import ShownModels
from tests.support.clock import run_virtually
from tests.support.ollama import Model, Ollama, VirtualClient
from tests.support.races import REQUEST, Report, conditions, contender, target

HERE = "http://127.0.0.1:11434"


class Desk:
    """An Ollama, and what a process needs to race its models."""

    def __init__(
        self, group: asyncio.TaskGroup, ollama: Ollama, **budgets: float
    ) -> None:
        self.client: VirtualClient = VirtualClient(ollama)
        self.tasks: set[asyncio.Task[None]] = set()
        self._group = group
        self.readiness = UpstreamReadiness(
            ShownModels(), start=self._start, now=lambda: 0.0
        )
        self.conditions: Conditions = replace(conditions(), readiness=self.readiness)
        self._budgets = Budgets(**budgets)

    def target(
        self, model: str, *, num_ctx: int | None = None, limit: int | None = None
    ) -> Target:
        """Make the target of a model."""
        made = target(self.client, model, origin=HERE, limit=limit)
        options = Options(num_ctx=num_ctx)
        spec = replace(made.spec, options=options, budgets=self._budgets)
        return replace(made, spec=spec, upstream=replace(made.upstream, kind="ollama"))

    async def race(
        self, *targets: Target, request: Request = REQUEST, **terms: Any
    ) -> Report:
        """Run a race to its end."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        field = [contender(each, index) for index, each in enumerate(targets)]
        async with Race(field, request, RaceOptions(**terms), self.conditions) as race:
            events = [event async for event in race]
        took = loop.time() - began
        return Report(events=events, outcomes=race.outcomes, took=took)

    def _start(self, work: Any) -> asyncio.Task[None]:
        task = self._group.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task


def ran(test: Callable[[asyncio.TaskGroup], Awaitable[None]]) -> None:
    """Run the body of a test in virtual time; what it starts is over by its end."""

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            await test(group)

    run_virtually(main())


def long_request(characters: int) -> Request:
    """Make a request whose prompt has so many characters."""
    return replace(REQUEST, messages=(Message(Role.USER, "x" * characters),))


def test_a_model_that_is_not_loaded_is_loaded_apart_from_the_question() -> None:
    """The load is told, is in no other figure, and the first token counts after it."""
    ollama = Ollama({"qwen:latest": Model(loads_in=30, reads_in=2)})

    async def body(group: asyncio.TaskGroup) -> None:
        desk = Desk(group, ollama, first_token=5)
        report = await desk.race(desk.target("qwen"))
        (outcome,) = report.outcomes
        timings = outcome.timings
        assert outcome.status is Status.ANSWERED
        assert (timings.loading, timings.ttft) == pytest.approx((30, 2))
        assert timings.queued == 0
        told = [
            (type(e), e.at) for e in report.events if isinstance(e, Loading | Ready)
        ]
        assert told == [(Loading, 0.0), (Ready, pytest.approx(30))]
        assert ollama.log == ["load qwen:latest", "loaded qwen:latest"]

    ran(body)


class _Silent(VirtualClient):
    """Lists slowly what is loaded, so that it may be loading, then says nothing."""

    async def ask(
        self, path: str, body: Mapping[str, object] | None = None, *, limit: int
    ) -> bytes:
        """Answer a small question."""
        await asyncio.sleep(1.0)
        return await super().ask(path, body, limit=limit)

    async def stream(
        self, call: Call, progress: Progress
    ) -> AsyncGenerator[Chunk, None]:
        """Ask, and hear nothing."""
        del call, progress
        await asyncio.Event().wait()
        yield Finished()


def test_who_is_slow_to_say_what_is_loaded_is_not_waited_for_as_for_a_load() -> None:
    """It was, for five minutes, if it then said nothing before the question was out."""
    ollama = Ollama({"qwen:latest": Model()})

    async def body(group: asyncio.TaskGroup) -> None:
        ollama.loaded["qwen:latest"] = 4096
        desk = Desk(group, ollama, connect=5, load=300)
        desk.client = _Silent(ollama)
        report = await desk.race(desk.target("qwen"))
        (outcome,) = report.outcomes
        assert isinstance(outcome.error, TimedOut)
        assert outcome.error.phase == "connect"
        told = [
            type(e) for e in report.events if isinstance(e, Loading | Queued | Ready)
        ]
        assert told[:3] == [Queued, Queued, Ready]

    ran(body)


class _Slow(VirtualClient):
    """Answers each small question after 2.5 s."""

    async def ask(
        self, path: str, body: Mapping[str, object] | None = None, *, limit: int
    ) -> bytes:
        """Answer one."""
        await asyncio.sleep(2.5)
        return await super().ask(path, body, limit=limit)


class _Embedded(VirtualClient):
    """Runs its models itself, and knows what they hold."""

    async def holds(self, model: str) -> int:
        """Say it, or fail."""
        if model == "gone":
            raise UnknownModel(model)
        return 8192

    async def fills_gaps(self, model: str) -> bool:
        """Fill none."""
        return not model

    async def warm(self, call: Call) -> None:
        """Do nothing."""


@pytest.mark.parametrize(("model", "held"), [("smol", 8192), ("gone", None)])
def test_what_an_embedded_model_holds_is_recorded(model: str, held: int | None) -> None:
    """Of one that cannot be read the attempt itself says why."""
    ollama = Ollama({f"{model}:latest": Model()})

    async def body(group: asyncio.TaskGroup) -> None:
        desk = Desk(group, ollama)
        desk.client = _Embedded(ollama)
        made = desk.target(model)
        made = replace(made, upstream=replace(made.upstream, kind="local"))
        (outcome,) = (await desk.race(made)).outcomes
        assert outcome.given is not None
        assert outcome.given.held == held
        assert desk.client.paths == []

    ran(body)


def test_who_is_slow_to_say_anything_is_not_said_to_load() -> None:
    """Nothing shows a load where the model was there; it is told as a wait."""
    ollama = Ollama({"qwen:latest": Model(reads_in=1)})

    async def body(group: asyncio.TaskGroup) -> None:
        ollama.loaded["qwen:latest"] = 4096
        desk = Desk(group, ollama)
        desk.client = _Slow(ollama)
        report = await desk.race(desk.target("qwen"))
        (outcome,) = report.outcomes
        assert outcome.timings.loading == 0
        assert outcome.timings.queued > 2.5
        assert outcome.timings.ttft is not None
        assert not [e for e in report.events if isinstance(e, Loading)]

    ran(body)


def test_another_clients_context_is_loaded_anew_before_the_question() -> None:
    """Ollama would do it with the question, and abort it with the next key."""
    ollama = Ollama({"qwen:latest": Model(loads_in=5)})

    async def body(group: asyncio.TaskGroup) -> None:
        desk = Desk(group, ollama)
        for times in (1, 2):
            ollama.loaded = {"qwen:latest": 512}
            (outcome,) = (await desk.race(desk.target("qwen"))).outcomes
            assert outcome.timings.loading == pytest.approx(5)
            assert outcome.given is not None
            assert outcome.given.held == 4096
            assert ollama.count("load qwen:latest") == times
        (outcome,) = (await desk.race(desk.target("qwen"))).outcomes
        assert outcome.timings.loading == 0

    ran(body)


def test_a_model_that_is_listed_by_the_name_of_its_copy_is_there() -> None:
    """An Ollama lists a file that is loaded by the first name that was asked for."""
    model = Model(loads_in=5, reads_in=3, file="f")
    ollama = Ollama({"one:latest": model, "two:latest": model}, most_loaded=3)

    async def body(group: asyncio.TaskGroup) -> None:
        ollama.loaded["one:latest"] = 4096
        desk = Desk(group, ollama)
        for loads in (1, 0):
            desk.client.paths.clear()
            (outcome,) = (await desk.race(desk.target("two"))).outcomes
            assert outcome.timings.loading == 0
            assert outcome.given is not None
            assert outcome.given.held == 4096
            assert desk.client.paths.count("/api/chat") == loads
        assert ollama.log == []

    ran(body)


def test_typing_through_a_load_leaves_one_load_that_ends_in_an_answer() -> None:
    """Questions come and go during 30 s; the first that stays is answered."""
    ollama = Ollama({"qwen:latest": Model(loads_in=30, reads_in=0.2)})

    async def body(group: asyncio.TaskGroup) -> None:
        desk = Desk(group, ollama)
        for _ in range(60):
            field = [contender(desk.target("qwen"))]
            async with Race(field, REQUEST, RaceOptions(), desk.conditions):
                await asyncio.sleep(0.5)
        assert ollama.log == ["load qwen:latest", "loaded qwen:latest"]
        (outcome,) = (await desk.race(desk.target("qwen"))).outcomes
        assert outcome.text == "hello"
        assert len(ollama.asked) == 1

    ran(body)


def test_all_askers_share_one_load() -> None:
    """Four questions to a model that is not there load it once."""
    ollama = Ollama({"qwen:latest": Model(loads_in=10)})

    async def body(group: asyncio.TaskGroup) -> None:
        desk = Desk(group, ollama)
        async with asyncio.TaskGroup() as askers:
            races = [
                askers.create_task(desk.race(desk.target("qwen"))) for _ in range(4)
            ]
        reports = [race.result() for race in races]
        assert {r.outcomes[0].status for r in reports} == {Status.ANSWERED}
        assert ollama.count("load qwen:latest") == 1

    ran(body)


def test_quitting_ends_a_load() -> None:
    """A load belongs to the process: what ends its tasks ends it."""
    ollama = Ollama({"qwen:latest": Model(loads_in=30)})

    async def body(group: asyncio.TaskGroup) -> None:
        desk = Desk(group, ollama)
        field = [contender(desk.target("qwen"))]
        async with Race(field, REQUEST, RaceOptions(), desk.conditions):
            await asyncio.sleep(1)
        for task in desk.tasks:
            task.cancel()
        await asyncio.sleep(0)
        assert ollama.log == ["load qwen:latest", "abort qwen:latest"]

    ran(body)


def test_a_load_that_takes_too_long_for_one_goes_on_for_the_next() -> None:
    """The load's own budget ends a contender, not the load."""
    ollama = Ollama({"qwen:latest": Model(loads_in=30)})

    async def body(group: asyncio.TaskGroup) -> None:
        desk = Desk(group, ollama, load=20)
        first = await desk.race(desk.target("qwen"))
        assert str(first.outcomes[0].error).startswith(
            "timeout: the model was not loaded within 20 s"
        )
        second = await desk.race(desk.target("qwen"))
        assert second.outcomes[0].timings.loading == pytest.approx(10)
        assert ollama.count("load qwen:latest") == 1

    ran(body)


@pytest.mark.parametrize(("ps_of_load", "told"), [("leaves out", 10), ("waits", 10)])
def test_a_model_that_another_client_loads_is_waited_for(
    ps_of_load: Literal["leaves out", "waits"], told: float
) -> None:
    """The load is joined, whether `/api/ps` leaves the model out or is silent."""
    ollama = Ollama({"qwen:latest": Model(loads_in=12)}, ps_of_load=ps_of_load)

    async def body(group: asyncio.TaskGroup) -> None:
        other = group.create_task(
            VirtualClient(ollama).ask("/api/chat", {"model": "qwen"}, limit=1000)
        )
        await asyncio.sleep(2)
        desk = Desk(group, ollama)
        (outcome,) = (await desk.race(desk.target("qwen"))).outcomes
        assert outcome.timings.loading == pytest.approx(told, abs=0.05)
        assert ollama.count("load qwen:latest") == 1
        await other

    ran(body)


@pytest.mark.parametrize("name", ["big:cloud", "big-cloud", "relayed"])
def test_a_model_of_another_host_is_never_loaded(name: str) -> None:
    """Neither what is called so, nor what the Ollama shows to be passed on."""
    model = Model(remote="https://ollama.com")
    ollama = Ollama({name if ":" in name else f"{name}:latest": model})

    async def body(group: asyncio.TaskGroup) -> None:
        desk = Desk(group, ollama)
        (outcome,) = (await desk.race(desk.target(name))).outcomes
        assert outcome.status is Status.ANSWERED
        assert len(ollama.asked) == 1
        assert "/api/chat" not in desk.client.paths

    ran(body)


def test_an_unknown_model_fails_by_its_own_name() -> None:
    """What cannot be loaded is told as what it is, once."""
    ollama = Ollama({})

    async def body(group: asyncio.TaskGroup) -> None:
        desk = Desk(group, ollama)
        (outcome,) = (await desk.race(desk.target("nosuch"))).outcomes
        assert outcome.error is not None
        assert outcome.error.kind == "unknown model"

    ran(body)


def test_a_loaded_model_is_asked_at_once_under_any_of_its_names() -> None:
    """The tag `latest` and the registry's own prefix are the same model."""
    ollama = Ollama({"qwen:latest": Model(loads_in=5)})

    async def body(group: asyncio.TaskGroup) -> None:
        ollama.loaded["qwen:latest"] = 4096
        desk = Desk(group, ollama)
        report = await desk.race(desk.target("Qwen"))
        assert not [e for e in report.events if isinstance(e, Loading)]

    ollama.models["Qwen:latest"] = ollama.models["qwen:latest"]
    ran(body)


def test_a_context_that_an_entry_sets_is_loaded_before_the_question() -> None:
    """A model that is there with another context has to be loaded anew."""
    ollama = Ollama({"qwen:latest": Model(loads_in=5)})

    async def body(group: asyncio.TaskGroup) -> None:
        ollama.loaded["qwen:latest"] = 4096
        desk = Desk(group, ollama)
        report = await desk.race(desk.target("qwen", num_ctx=8192))
        (outcome,) = report.outcomes
        assert outcome.timings.loading == pytest.approx(5)
        assert outcome.given is not None
        assert outcome.given.held == 8192
        assert ollama.loaded == {"qwen:latest": 8192}

    ran(body)


def test_a_context_that_the_model_does_not_take_is_not_asked_for_again() -> None:
    """What is loaded with less than was wanted takes no more, so it is there."""
    ollama = Ollama({"qwen:latest": Model(loads_in=5, trained=8192)})

    async def body(group: asyncio.TaskGroup) -> None:
        desk = Desk(group, ollama)
        first, second = [
            await desk.race(desk.target("qwen", num_ctx=16384)) for _ in range(2)
        ]
        assert first.outcomes[0].timings.loading == pytest.approx(5)
        assert second.outcomes[0].timings.loading == 0
        assert second.outcomes[0].given is not None
        assert second.outcomes[0].given.held == 8192

    ran(body)


def test_nothing_is_asked_while_a_key_has_yet_to_be_fetched() -> None:
    """The command that prints it may ask for a passphrase, once and in the open."""
    ollama = Ollama({"qwen:latest": Model()})

    class Locked(VirtualClient):
        has_key = False

    async def body(group: asyncio.TaskGroup) -> None:
        desk = Desk(group, ollama)
        desk.client = Locked(ollama)
        (outcome,) = (await desk.race(desk.target("qwen"))).outcomes
        assert outcome.status is Status.ANSWERED
        assert desk.client.paths == []

    ran(body)


def test_an_ollama_busy_with_another_client_is_queued_and_not_slow() -> None:
    """Ten seconds behind somebody else are told by the figures at the end."""
    ollama = Ollama(
        {"qwen:latest": Model(reads_in=0.1, says=["a", "b"], gap=9.9)}, most_loaded=1
    )

    async def body(group: asyncio.TaskGroup) -> None:
        ollama.loaded["qwen:latest"] = 4096
        other = group.create_task(
            VirtualClient(ollama).ask(
                "/api/chat", {"model": "qwen", "messages": [{"content": "hi"}]}, limit=9
            )
        )
        await asyncio.sleep(0)
        desk = Desk(group, ollama)
        (outcome,) = (await desk.race(desk.target("qwen"))).outcomes
        timings = outcome.timings
        assert (timings.queued, timings.ttft) == pytest.approx((10, 0.1))
        assert timings.loading == 0
        await other

    ran(body)


def test_the_loaded_one_of_two_goes_first_and_the_other_is_told_to_wait() -> None:
    """Where one model fits, a race of two costs one load, whatever their order."""
    ollama = Ollama(
        {
            "cold:latest": Model(loads_in=20),
            "warm:latest": Model(reads_in=3),
        }
    )

    async def body(group: asyncio.TaskGroup) -> None:
        ollama.loaded["warm:latest"] = 4096
        desk = Desk(group, ollama)
        report = await desk.race(desk.target("cold"), desk.target("warm"))
        cold, warm = report.outcomes
        assert ollama.log == [
            "unload warm:latest",
            "load cold:latest",
            "loaded cold:latest",
        ]
        assert warm.timings.ttft == pytest.approx(3)
        assert (cold.timings.queued, cold.timings.loading) == pytest.approx((3, 20))
        waited = [e.at for e in report.events if isinstance(e, Queued) and e.index == 0]
        assert waited == [0, 0]
        assert desk.readiness.swaps.others(HERE, "cold") == ("warm:latest",)

    ran(body)


def test_two_models_that_are_not_loaded_take_turns() -> None:
    """Each is loaded once, and answered before the next load begins."""
    ollama = Ollama(
        {
            "one:latest": Model(loads_in=5, reads_in=1),
            "two:latest": Model(loads_in=5, reads_in=1),
        }
    )

    async def body(group: asyncio.TaskGroup) -> None:
        desk = Desk(group, ollama)
        report = await desk.race(desk.target("one"), desk.target("two"))
        assert [o.status for o in report.outcomes] == [Status.ANSWERED] * 2
        assert [e for e in ollama.log if e.startswith("load ")] == [
            "load one:latest",
            "load two:latest",
        ]
        assert report.outcomes[1].timings.queued == pytest.approx(6)

    ran(body)


@pytest.mark.parametrize(
    ("version", "obeys", "cut"),
    [
        ("0.33.0-rc2", True, None),
        ("0.12.6", True, None),
        ("0.33.0-rc2", False, True),
        ("0.12.6", False, True),
        ("0.12.5", False, True),
        ("0.5.7-3-gabc", False, True),
        ("custom", False, True),
    ],
)
def test_a_prompt_that_does_not_fit_is_refused_or_marked(
    version: str, obeys: bool, cut: bool | None
) -> None:
    """A version that obeys refuses; the answer of any other is marked as cut.

    So is that of one which should obey, and does not.
    """
    ollama = Ollama({"qwen:latest": Model()}, version=version, obeys=obeys)

    async def body(group: asyncio.TaskGroup) -> None:
        desk = Desk(group, ollama)
        request = long_request(30_000)
        (outcome,) = (await desk.race(desk.target("qwen"), request=request)).outcomes
        if cut is None:
            assert outcome.error is not None
            assert outcome.error.kind == "context too long"
            assert "num_ctx" in str(outcome.error)
            assert not outcome.is_cut
        else:
            assert outcome.status is Status.ANSWERED
            assert outcome.is_cut
            assert outcome.given is not None
            assert (outcome.given.tokens, outcome.given.held) == (7504, 4096)

    ran(body)


def test_a_prompt_that_fits_is_never_taken_for_cut() -> None:
    """Few tokens for many characters are no cut where there was room for all."""
    ollama = Ollama({"qwen:latest": Model()}, version="0.5.0", obeys=False)

    async def body(group: asyncio.TaskGroup) -> None:
        desk = Desk(group, ollama)
        request = long_request(4_000)
        (outcome,) = (await desk.race(desk.target("qwen"), request=request)).outcomes
        assert not outcome.is_cut

    ran(body)


def test_what_fits_is_not_cut_though_little_of_it_counts() -> None:
    """One that obeys may count only what it has not read before."""
    ollama = Ollama({"qwen:latest": Model()}, version="0.30.0", counts_again=False)

    async def body(group: asyncio.TaskGroup) -> None:
        desk = Desk(group, ollama)
        for counted in (3_750, 1):
            request = long_request(15_000)
            (outcome,) = (
                await desk.race(desk.target("qwen"), request=request)
            ).outcomes
            assert outcome.usage is not None
            assert (outcome.usage.input, outcome.is_cut) == (counted, False)

    ran(body)


def test_one_that_refused_once_is_not_trusted_with_what_cannot_fit() -> None:
    """Another server may stand at its address by then."""
    ollama = Ollama({"qwen:latest": Model()})

    async def body(group: asyncio.TaskGroup) -> None:
        desk = Desk(group, ollama)
        request = long_request(30_000)
        (refused,) = (await desk.race(desk.target("qwen"), request=request)).outcomes
        assert refused.error is not None
        ollama.obeys = False
        (outcome,) = (await desk.race(desk.target("qwen"), request=request)).outcomes
        assert outcome.is_cut

    ran(body)


def test_a_refusal_is_followed_by_one_question_that_fits() -> None:
    """What a refusal names is remembered, so the next question fits from the start."""
    ollama = Ollama({"qwen:latest": Model()}, context=1024, tells_context=False)

    async def compose(_index: int, room: int | None) -> Composed:
        length = 30_000 if room is None else min(30_000, 4 * room)
        request = long_request(length)
        return Composed(request=request, clearance=RaceOptions().clearance)

    async def body(group: asyncio.TaskGroup) -> None:
        desk = Desk(group, ollama)
        request = long_request(30_000)
        wanted = desk.target("qwen")
        for attempts in (2, 1):
            report = await desk.race(wanted, request=request, compose=compose)
            (outcome,) = report.outcomes
            assert outcome.status is Status.ANSWERED
            assert outcome.attempts == attempts
            assert outcome.given is not None
            assert outcome.given.held == 1024
            assert outcome.given.tokens < 1024

    ran(body)


def test_a_dense_prompt_that_was_halved_is_told_and_the_next_one_fits() -> None:
    """Base64 has three times the tokens that are estimated."""
    model = Model(per_token=1.4)
    ollama = Ollama({"qwen:latest": model}, version="0.5.0", obeys=False)
    dense = base64.b64encode(random.Random(1).randbytes(4_500)).decode()

    async def compose(_index: int, room: int | None) -> Composed:
        text = dense if room is None else dense[: 4 * room]
        request = replace(REQUEST, messages=(Message(Role.USER, text),))
        return Composed(request=request, clearance=RaceOptions().clearance)

    async def body(group: asyncio.TaskGroup) -> None:
        desk = Desk(group, ollama)
        wanted = desk.target("qwen")
        for cut in (True, False):
            report = await desk.race(wanted, compose=compose)
            (outcome,) = report.outcomes
            assert outcome.is_cut is cut
            assert outcome.usage is not None
            assert outcome.usage.input is not None
            assert (outcome.usage.input == 2050) is cut

    ran(body)
