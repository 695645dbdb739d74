"""How long a request waits, counted from its own arrival."""

import asyncio
from collections.abc import Callable
from math import inf

import pytest

from hexai.config.schema import Completion
from hexai.engine.settle import Policy
from hexai.surfaces.lsp.completion.arrival import (
    Arrival,
    Route,
    Trigger,
    TriggerKind,
    nothing,
)
from hexai.surfaces.lsp.completion.waiter import Waiter, patience
from hexai.surfaces.lsp.editor.clients import Client
from hexai.surfaces.lsp.editor.document import Document
from hexai.text.lines import Lines
from hexai.text.positions import Position
from tests.support.clock import run_virtually

PLAIN = Client(name="plain")
NEOVIM = Client(name="neovim", automatic_deadline=0.3)
INVOKED = TriggerKind.INVOKED


def arrival(
    kind: TriggerKind | None = INVOKED, route: Route = "list", at: float = 0.0
) -> Arrival:
    """Make a request."""
    document = Document(
        uri="u", language="", version=1, lines=Lines.of("a"), changed_at=0.0
    )
    return Arrival(
        document=document,
        position=Position(0, 1),
        trigger=Trigger(kind),
        route=route,
        at=at,
    )


def test_inline_completion_by_hand_waits_in_full() -> None:
    """The editor never asks again there, so nobody is left out for being second."""
    by_hand = patience(Completion(), PLAIN, arrival(route="inline"))
    assert by_hand == Policy(gather=inf, deadline=4.0)
    by_itself = patience(
        Completion(), PLAIN, arrival(TriggerKind.CHARACTER, route="inline")
    )
    assert by_itself == Policy(gather=0.2, deadline=4.0)


@pytest.mark.parametrize(
    ("completion", "expected"),
    [
        (Completion(), Policy(gather=0.2, deadline=1.5)),
        (Completion(wait="first"), Policy(gather=0.0, deadline=1.5)),
        (Completion(wait="all"), Policy(gather=inf, deadline=4.0)),
        (Completion(blind=True), Policy(gather=inf, deadline=1.5)),
        (Completion(wait="first", blind=True), Policy(gather=inf, deadline=1.5)),
        (Completion(wait="all", blind=True), Policy(gather=inf, deadline=4.0)),
    ],
)
def test_three_ways_of_waiting(completion: Completion, expected: Policy) -> None:
    """Blind, the first answer never makes the others late."""
    assert patience(completion, PLAIN, arrival()) == expected


@pytest.mark.parametrize(
    ("kind", "deadline"),
    [
        (INVOKED, 1.5),
        (None, 1.5),
        (TriggerKind.CHARACTER, 0.3),
        (TriggerKind.INCOMPLETE, 0.3),
    ],
)
def test_an_automatic_request_may_have_less_time(
    kind: TriggerKind | None, deadline: float
) -> None:
    """Where the editor holds back other servers' lists for ours."""
    assert patience(Completion(), NEOVIM, arrival(kind)).deadline == deadline


def test_inline_completion_holds_nobody_back() -> None:
    """It has the time of those who wait for all, and still gathers."""
    automatic = arrival(TriggerKind.CHARACTER, route="inline")
    policy = patience(Completion(), NEOVIM, automatic)

    assert policy == Policy(gather=0.2, deadline=4.0)


def waited(
    happens: Callable[[Waiter], None], *, policy: Policy, arrived: float = 0.0
) -> float | None:
    """Give when a waiter's list goes out; None if it does not within a minute."""
    due: list[float] = []

    async def scene() -> None:
        loop = asyncio.get_running_loop()
        waiter = Waiter(
            arrival(at=arrived), policy, due=lambda _: due.append(loop.time())
        )
        happens(waiter)
        await asyncio.sleep(60)
        waiter.leave()

    run_virtually(scene())
    return due[0] if due else None


def test_gathering_counts_from_the_first_answer() -> None:
    """Also from one that came before the request did."""

    def answered(waiter: Waiter) -> None:
        waiter.consider(first_answer_at=1.0, has_ended=False)

    policy = Policy(gather=0.5, deadline=9.0)
    assert waited(answered, policy=policy) == pytest.approx(1.5)
    assert waited(answered, policy=policy, arrived=1.25) == pytest.approx(1.5)


def test_the_deadline_counts_from_the_arrival() -> None:
    """Not from that of the request that began the race."""

    def nothing_happens(waiter: Waiter) -> None:
        waiter.consider(first_answer_at=None, has_ended=False)

    policy = Policy(deadline=2.0)
    assert waited(nothing_happens, policy=policy, arrived=5.0) == pytest.approx(7.0)
    assert waited(nothing_happens, policy=Policy()) is None


def test_the_last_word_sets_the_clock() -> None:
    """An answer that was contradicted does not count any more."""

    def contradicted(waiter: Waiter) -> None:
        waiter.consider(first_answer_at=0.0, has_ended=False)
        waiter.consider(first_answer_at=None, has_ended=False)

    policy = Policy(gather=0.5, deadline=2.0)
    assert waited(contradicted, policy=policy) == pytest.approx(2.0)


def test_when_all_have_ended_nobody_waits() -> None:
    """The list goes out in the same moment."""

    def ended(waiter: Waiter) -> None:
        waiter.consider(first_answer_at=None, has_ended=True)

    assert waited(ended, policy=Policy(deadline=2.0)) == 0.0


def test_a_request_is_answered_once() -> None:
    """Whoever comes second changes nothing."""

    async def scene() -> bool:
        request = arrival()
        waiter = Waiter(request, Policy(), due=lambda _: None)
        first, second = nothing(request), nothing(request)
        waiter.answer(first)
        waiter.answer(second)
        waiter.consider(first_answer_at=None, has_ended=True)
        return await waiter.wait() is first

    assert run_virtually(scene())
