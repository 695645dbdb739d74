"""How long one request of the editor waits for the race at its place.

The engine says when a race has settled, counted from the request that began it. But
requests join a race and leave it again, and each counts from its own arrival: so each
asks the same rule (`engine.settle`) for itself.
"""

import asyncio
from collections.abc import Callable
from math import inf

from hexai.config.schema import Completion
from hexai.engine.due import is_due
from hexai.engine.settle import Policy, settlement
from hexai.surfaces.lsp.completion.arrival import Arrival
from hexai.surfaces.lsp.editor.clients import Client
from hexai.surfaces.lsp.offers.offer import Offer


def patience(completion: Completion, client: Client, arrival: Arrival) -> Policy:
    """Say how long a request waits.

    Blind, nobody may be first: who answers is shown with the others or not at all.
    Inline completion holds nobody's popup back, and the editor does not ask again, so
    it has the time of `all`; and asked by hand it is all there will be.
    """
    wait = completion.wait
    inline = arrival.route == "inline"
    patient = wait == "all" or inline
    deadline = completion.hard_deadline if patient else completion.deadline
    if arrival.route == "list" and arrival.trigger.is_automatic:
        deadline = min(deadline, client.automatic_deadline)
    whole = inline and arrival.trigger.by_hand
    if wait == "all" or completion.blind or whole:
        return Policy(gather=inf, deadline=deadline)
    gather = completion.gather if wait == "deadline" else 0.0
    return Policy(gather=gather, deadline=deadline)


class Waiter:
    """One request that waits for its list; it gets one, whatever happens."""

    def __init__(
        self,
        arrival: Arrival,
        policy: Policy,
        *,
        due: Callable[["Waiter"], None],
        asks_again: bool = False,
    ) -> None:
        """Wait from now on; `due` is called when the list is to go out.

        `asks_again` is an editor that does so after a list that is empty, if it says
        that more will come.
        """
        self.arrival = arrival
        self.asks_again = asks_again
        self.waits_in_full = arrival.route == "inline" and arrival.trigger.by_hand
        self._policy = policy
        self._due = due
        self._loop = asyncio.get_running_loop()
        self._answer: asyncio.Future[Offer] = self._loop.create_future()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_answered(self) -> bool:
        """Whether its list has gone out, or nobody waits for it any more."""
        return self._answer.done()

    async def wait(self) -> Offer:
        """Wait for the list."""
        return await self._answer

    def answer(self, offer: Offer) -> None:
        """Let the list go out, unless one has."""
        self.leave()
        if not self._answer.done():
            self._answer.set_result(offer)

    def leave(self) -> None:
        """Stop the clock."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def consider(self, *, first_answer_at: float | None, has_ended: bool) -> None:
        """Think again about when the list is to go out, by the loop's times."""
        if self.is_answered:
            return
        self.leave()
        arrived, now = self.arrival.at, self._loop.time()
        moment = settlement(
            self._policy,
            first_answer_at=None
            if first_answer_at is None
            else first_answer_at - arrived,
            ended_at=now - arrived if has_ended else None,
        )
        if is_due(arrived + moment.at, now):
            self._due(self)
        elif moment.at < inf:
            self._timer = self._loop.call_at(arrived + moment.at, self._ring)

    def _ring(self) -> None:
        self._timer = None
        self._due(self)
