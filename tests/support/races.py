"""Builders for races: contenders of scripted providers, and what becomes of them."""

import asyncio
from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict, replace

from hexai.domain.entry import Budgets, RequestSpec, Surface
from hexai.domain.messages import Message, Role
from hexai.domain.outcome import Event, Outcome, Timings
from hexai.domain.provider import Provider
from hexai.domain.request import Contender, Request, Target, Upstream
from hexai.engine.breaker import Breakers
from hexai.engine.limits import Slots
from hexai.engine.race import Race
from hexai.engine.race_options import Conditions, RaceOptions
from hexai.engine.streams import Streams
from tests.support.clock import run_virtually

REQUEST = Request(
    surface=Surface.CLI, messages=(Message(Role.USER, "why?"),), stop=("END",)
)


class Known:
    """A `Locality` that is told what is local, and counts how often it was asked."""

    def __init__(self, *, local: bool = False, takes: float = 0.0) -> None:
        self.asked: list[str] = []
        self._local = local
        self._takes = takes

    async def is_local(self, target: Target) -> bool:
        """Answer from the target, or what was told, after a while."""
        self.asked.append(target.spec.model)
        await asyncio.sleep(self._takes)
        return self._local if target.local is None else target.local


def target(
    client: Provider,
    name: str = "model",
    *,
    origin: str = "",
    limit: int | None = None,
    local: bool | None = False,
    budgets: Budgets = Budgets(),  # noqa: B008 - frozen
) -> Target:
    """Make a target with an upstream of its own, unless an origin is given."""
    return Target(
        spec=RequestSpec(provider="scripted", model=name, budgets=budgets),
        client=client,
        upstream=Upstream(
            origin=origin or f"http://{name}.test", max_concurrency=limit
        ),
        local=local,
    )


def contender(
    asked: Target,
    index: int = 0,
    *,
    fallback: Target | None = None,
    timeout: float = 600,
) -> Contender:
    """Make a contender that is labelled as its model."""
    return Contender(
        index=index,
        label=asked.spec.model,
        target=asked,
        fallback=fallback,
        timeout=timeout,
    )


def field(*clients: Provider, **options: Any) -> list[Contender]:
    """Make a contender of each client, in order: m0, m1, and so on."""
    return [
        contender(target(client, f"m{index}", **options), index)
        for index, client in enumerate(clients)
    ]


def conditions(locality: Known | None = None) -> Conditions:
    """Make fresh conditions, in which back-off is never random."""
    return Conditions(
        slots=Slots(),
        breakers=Breakers(),
        streams=Streams(),
        locality=locality or Known(),
        jitter=lambda seconds: seconds,
    )


class Report(Struct, kw_only=True):
    """A race that was run to its end."""

    events: list[Event]
    outcomes: tuple[Outcome, ...]
    took: float
    """Seconds of virtual time, from entering the context to having left it."""


async def run_race(
    contenders: Sequence[Contender],
    terms: RaceOptions | None = None,
    given: Conditions | None = None,
) -> Report:
    """Run a race, taking every event as it comes."""
    loop = asyncio.get_running_loop()
    began_at = loop.time()
    async with Race(
        contenders, REQUEST, terms or RaceOptions(), given or conditions()
    ) as race:
        events = [event async for event in race]
    return Report(events=events, outcomes=race.outcomes, took=loop.time() - began_at)


def rounded(timings: Timings) -> Timings:
    """Drop what floating point adds to times, so that they can be compared."""
    figures = asdict(timings)
    changes = {name: round(figures[name], 6) for name in figures if figures[name]}
    return replace(timings, **changes)


def ran(
    contenders: Sequence[Contender],
    terms: RaceOptions | None = None,
    given: Conditions | None = None,
) -> Report:
    """Run a race to its end under a virtual clock of its own."""
    return run_virtually(run_race(contenders, terms, given))
