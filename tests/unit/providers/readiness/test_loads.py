"""Whose turn it is at an upstream, in virtual time."""

import asyncio

from hexai.providers.readiness.loads import Turns
from tests.support.clock import run_virtually


class Visitors:
    """Visits to an upstream, and when each began and how often it had to wait."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.began: dict[str, float] = {}
        self.waited: list[str] = []

    async def visit(
        self, name: str, *, at: str = "here", loads: bool, takes: float
    ) -> None:
        """Be at a model for some seconds, after a load or at once."""
        with self.turns.taken(at, name) as turn:
            await asyncio.sleep(0)
            if loads:
                await self.turns.wait(turn, lambda: self.waited.append(name))
            self.began[f"{at} {name}"] = asyncio.get_running_loop().time()
            await asyncio.sleep(takes)


def test_a_load_waits_until_nobody_is_at_another_model() -> None:
    """Whose model is there goes at once, whoever came first; elsewhere is elsewhere."""
    visitors = Visitors()

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            for visit in (
                visitors.visit("cold", loads=True, takes=1),
                visitors.visit("warm", loads=False, takes=3),
                visitors.visit("cold", at="there", loads=True, takes=1),
            ):
                group.create_task(visit)

    run_virtually(main())
    assert visitors.began == {"here warm": 0, "there cold": 0, "here cold": 3}
    assert visitors.waited == ["cold"]


def test_loads_of_several_models_come_in_their_order() -> None:
    """Nobody waits for ever, and two askers of one model do not wait for each other."""
    visitors = Visitors()

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            for name in ("one", "two", "three"):
                group.create_task(visitors.visit(name, loads=True, takes=2))

    run_virtually(main())
    assert visitors.began == {"here one": 0, "here two": 2, "here three": 4}


def test_who_leaves_lets_the_next_one_go() -> None:
    """A question that is cancelled holds nobody up."""
    visitors = Visitors()

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            long = group.create_task(visitors.visit("warm", loads=False, takes=60))
            group.create_task(visitors.visit("cold", loads=True, takes=1))
            await asyncio.sleep(5)
            long.cancel()

    run_virtually(main())
    assert visitors.began["here cold"] == 5
