"""What the engine asks of its surroundings, as Protocols."""

from typing import Protocol

from msgspec import Struct

from hexai.domain.contender import Target


class Verdict(Struct, frozen=True):
    """What the guard found in the composed messages of a request."""

    local_only: str = ""
    """Why the text must stay on this machine, for people; empty: it may go anywhere."""


class Locality(Protocol):
    """Tells whether what a target is sent stays on this machine."""

    async def is_local(self, target: Target) -> bool:
        """Answer for one target, asking its upstream at most once per model.

        What cannot be found out counts as cloud. Runs inside the attempt's budget.
        """
