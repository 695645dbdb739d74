"""What is known of a bench's contenders: the shapes that are printed; pure."""

from enum import StrEnum

from msgspec import Struct

from hexai.bench.bets import Bounds
from hexai.bench.figures import Figures


class Decision(StrEnum):
    """What can be said of two contenders so far."""

    OVER = "over"
    """Decided, however often one looked."""
    EQUAL = "equal"
    """They differ by less than the margin."""
    SPLIT = "saved and similar disagree"
    """One saves more keys, the other is more similar to what was written; no winner."""
    LEANING = "leaning"
    """Probably better; not decided."""
    OPEN = "not enough yet"


class Pair(Struct, frozen=True, kw_only=True):
    """What is known of two contenders."""

    better: int
    """Whom a verdict names first; without one, who saved more so far."""
    worse: int
    verdict: Decision
    difference: float
    """By how much the better one saves more, as a share, on average over commits."""
    low: float
    high: float
    """The confidence sequence of the difference: it holds whenever one looks."""
    likely: float
    """How likely the better one is to be so, for what was seen so far."""
    similar: float | None
    """By how much the better one is more similar; None where nobody knows."""
    tasks: int
    commits: int
    missing: int | None
    """About how many more tasks decide it, or show them to be equal, if all goes on as
    it went; None where it is known, or further away than anybody will go."""


class Mean(Struct, frozen=True, kw_only=True):
    """What one contender did on average; each commit counts the same."""

    figures: Figures
    saved: Bounds | None
    """The 95 % interval of what was saved; None if there are no two commits."""
    useful: Bounds | None
    tasks: int
    commits: int


class Cheaper(Struct, frozen=True, kw_only=True):
    """A contender that is cheaper, and not known to be worse or not to be."""

    contender: int
    against: int
    """The other one that it may be worse than by most."""
    low: float
    high: float
    """How much more it saves than that one; below 0 it is worse."""
    similar: float | None
    """By how much it is more similar to what was written, which has to fit."""


class Cheapest(Struct, frozen=True, kw_only=True):
    """The answer that somebody came for."""

    contender: int | None
    """The cheapest of those that are known not to be worse than any other one by more
    than the margin; None while that is known of none."""
    open: tuple[Cheaper, ...]
    """Those that are cheaper, the cheapest first, of which nobody knows yet."""


class Standing(Struct, frozen=True, kw_only=True):
    """What is known by now."""

    means: tuple[Mean | None, ...]
    """By contender; None for one without a cell that counts."""
    pairs: tuple[Pair, ...]
    """Of all two that have a task in common, by contenders."""
