"""What a bench asks, and what came of it: tasks, cells, scores; pure values.

A *task* is a hole in code that somebody wrote lately, with what was really written
there. A *cell* is one task asked of one contender. A *block* is what one commit gave:
blocks, not cells, are what a verdict bets on, since holes of one commit are alike.
"""

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct


class Kind(StrEnum):
    """What is left open, as people ask for it."""

    TAIL = "tail"
    """The rest of a line that has begun."""
    LINE = "line"
    """A whole next line."""
    BLOCK = "block"
    """The body of an if, for, with, try or match."""
    BODY = "body"
    """The body of a function."""
    PARAMS = "params"
    """The parameters of a function."""


class Task(Struct, frozen=True, kw_only=True):
    """A hole in a file as of the commit that wrote what belongs there."""

    id: str
    """The same for the same hole, whatever the run: a hash in hexadecimal digits."""
    kind: Kind
    language: str
    """The id that editors have for the document's language."""
    path: str
    """Within the repository, with `/`."""
    commit: str
    """Its id in hexadecimal digits."""
    committed_at: int
    """Seconds since 1970."""
    before: str
    after: str
    """The text around the hole; what the commit added below may be taken out of it."""
    truth: str
    """What the commit has there; never empty."""
    told_below: bool = False
    """The text after the hole still holds what only this commit added."""
    test: bool = False
    """The file is one of tests."""


class State(StrEnum):
    """How a cell ended."""

    ANSWERED = "answered"
    EMPTY = "empty"
    """The model said nothing that goes in there."""
    UNFIT = "unfit"
    """The editor's gates would not have offered it."""
    CUT_OFF = "cut off"
    """It reached its limit of tokens; what there is counts."""
    TIMED_OUT = "timed out"
    FAILED = "failed"
    """An upstream's or network's fault, and no doing of the model."""
    REFUSED = "refused"
    """The model would not, or a filter of its vendor."""
    GUARDED = "guarded"
    """The guard kept it here; it leaves the comparison of that contender."""

    @property
    def counts(self) -> bool:
        """Tell whether it is the model's doing, so that it has a score."""
        return self not in (State.FAILED, State.GUARDED)


class Score(Struct, frozen=True, kw_only=True):
    """An answer beside what was really written; shares of 0 to 1 where not said."""

    saved: float
    """Keys saved as a share of the truth's characters, from -1 to 1."""
    similar: float
    kept: float
    exact: bool
    first_line: bool
    sound: bool
    ran_on: bool
    """It went on after the hole was full; what is beyond is not scored."""

    @property
    def costs(self) -> bool:
        """Tell whether taking it costs more keys than it saves."""
        return self.saved < 0


class Times(Struct, frozen=True, kw_only=True):
    """Seconds from the request; None where that never came."""

    first_token: float | None = None
    total: float | None = None
    overlapped: bool = False
    """An editor's request was under way at the same upstream; no timing counts it."""


class Cell(Struct, frozen=True, kw_only=True):
    """One task asked of one contender."""

    task: str
    contender: int
    """Its place among the run's contenders, from 0."""
    state: State
    score: Score | None = None
    """None where it does not count."""
    cold: Times = Times()
    warm: Times = Times()
    tokens_in: int | None = None
    tokens_cached: int | None = None
    tokens_out: int | None = None
    cost_usd: Decimal | None = None
    """The requests beforehand included; None: nobody knows."""
    uncached_usd: Decimal | None = None
    """What it would have cost without any upstream's cache."""
    estimated: bool = False
    """Its tokens are ours, since the upstream told none."""
    passes: bool | None = None
    """What the user's tests say; None: not asked."""
    error: str = ""
