"""Who takes part in a race, and when it is answered: with all, the first, or in time.

Settling says when to answer, not when the race ends. All three ways are one rule with
two numbers: answer when every contender has ended, or `gather` seconds after the first
answer, or `deadline` seconds after the request, whichever comes first. Waiting for all
is an endless `gather`; taking the first answer is a `gather` of nothing.
"""

from collections.abc import Callable, Iterable
from math import inf

from msgspec import Struct

from hexai.domain.entry import Entry, RequestSpec
from hexai.domain.outcome import SettledReason
from hexai.domain.request import Contender, Target


class Policy(Struct, frozen=True, kw_only=True):
    """How long to wait for more answers. Times are in seconds."""

    gather: float = inf
    """From the first answer with text that is not blank and no filter cut off."""
    deadline: float = inf
    """From the arrival of the request."""
    queue_grace: float = inf
    """How long a contender is waited for whose slot another surface holds.

    It stays queued, and what it answers is late.
    """

    @classmethod
    def wait_for_all(cls, *, deadline: float = inf) -> "Policy":
        """Answer when every contender has ended."""
        return cls(deadline=deadline)

    @classmethod
    def wait_for_first(cls, *, deadline: float = inf) -> "Policy":
        """Answer with the first contender that says something."""
        return cls(gather=0.0, deadline=deadline)


class Settlement(Struct, frozen=True, kw_only=True):
    """The moment to answer, and what made it so."""

    at: float
    """Seconds since the arrival of the request."""
    reason: SettledReason


def settlement(
    policy: Policy, *, first_answer_at: float | None, ended_at: float | None
) -> Settlement:
    """Say when to answer, by what is known so far; at `inf` if nothing tells yet.

    Times count from the arrival of the request: that of the first answer with text
    that is not blank, and that at which the last contender ended which is waited for.
    """
    moments = [Settlement(at=policy.deadline, reason="deadline")]
    if ended_at is not None:
        moments.insert(0, Settlement(at=ended_at, reason="all"))
    if first_answer_at is not None:
        reason: SettledReason = "gather" if policy.gather else "first"
        gathered_at = first_answer_at + policy.gather
        moments.insert(0, Settlement(at=gathered_at, reason=reason))
    return min(moments, key=lambda moment: moment.at)


Lookup = Callable[[Entry, RequestSpec], Target]
"""Makes a target of a spec of an entry.

It never fails: a client that cannot be made, or may not be asked, is one that fails.
"""


def plan(entries: Iterable[Entry], lookup: Lookup) -> tuple[Contender, ...]:
    """Make a contender of each entry, in entry order."""
    return tuple(
        Contender(
            index=index,
            label=entry.label,
            target=lookup(entry, entry.spec),
            fallback=lookup(entry, entry.fallback) if entry.fallback else None,
            timeout=entry.timeout,
        )
        for index, entry in enumerate(entries)
    )


_TICK = 1e-6
"""Seconds by which the loop may ring early: the resolution of its clock."""


def is_due(at: float, now: float) -> bool:
    """Tell whether a time has come; `inf` never does."""
    return at <= now + _TICK
