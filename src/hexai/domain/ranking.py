"""Who is chosen over whom, and how sure that is: the shapes of a leaderboard; pure."""

from enum import StrEnum

from msgspec import Struct

from hexai.domain.figures import Title
from hexai.domain.fingerprint import UNKNOWN
from hexai.domain.record import Method

Model = str
"""The identity of a contender in one word: whom it asks, and with which options; or of
a model, upstream and configured model, where entries of one are rolled up."""


class Counted(Struct, frozen=True, kw_only=True):
    """Which choices count; empty and None mean all."""

    now: float
    """The wall clock; what is not settled by then does not count."""

    method: Method | None = None
    """How the choice was made known."""
    blind: bool | None = None
    """Whether names were hidden."""


class Verdict(StrEnum):
    """What can be said of two models so far."""

    OVER = "over"
    """Decided, however often one looked."""
    LEANING = "leaning"
    """Probably preferred; not decided."""
    OPEN = "not enough yet"
    ORDER = "the order never changed"
    """Always shown in the same order: position and model cannot be told apart."""
    POOLED = "several entries"
    """A model's entries are rolled up: what differs between them is not one thing."""


class Changed(Struct, frozen=True, kw_only=True):
    """A preference between two models that is not what it was."""

    at: float
    """About when, of the wall clock in seconds since 1970: of what came first since."""
    before: float
    """The time of what came last before."""
    better: Model
    """Whom it has moved to."""


class Standing(Struct, frozen=True, kw_only=True):
    """A model's place in a ranking."""

    model: Model
    strength: float
    """In logits; the strengths of a ranking sum to zero."""
    low: float
    high: float
    """The 95 % interval of the strength, for the data so far."""
    best: float
    """The probability that it is the strongest of its ranking."""
    shown: int
    """Lists and votes that it was in."""
    chosen: int
    """How many of them it won, or shared with who gave the same text."""
    first_effect: float | None = None
    """What standing first does to it, against the other positions, in logits; None
    where that is taken to be the same for all."""


class Comparison(Struct, frozen=True, kw_only=True):
    """What is known of two models that were shown together."""

    better: Model
    """Whom the verdict names first; without one, the stronger."""
    worse: Model
    verdict: Verdict
    choices: int
    """Trials in which one of the two was chosen, and the other was there."""
    won: int
    """Those of them in which it was `better`."""
    drawn: int
    """Those of them whose order was drawn; no others count for a verdict."""
    joined: int
    """Those of them that are lists of several servers, which nobody can draw."""
    since: float
    """When the first of them was, of the wall clock in seconds since 1970."""
    stronger: float
    """The probability that `better` is the stronger one, for the data so far."""
    missing: int | None
    """About how many more choices in a drawn order decide it, if all goes on as it
    went; None where it is decided, or further away than anybody will go."""
    sittings: int | None
    """In about how many sittings or files that would be; None as `missing`."""
    until: float | None = None
    """Until when a verdict's choices spoke for it most, where all of them together no
    longer do; None where they do."""
    changed: Changed | None = None
    """The last change, where one is shown; false alarms are one in 20 years."""


class Grown(Struct, frozen=True, kw_only=True):
    """How far two models were from a verdict at some time."""

    at: float
    """The wall clock in seconds since 1970; what came later is left out."""
    models: tuple[Model, Model]
    reached: float
    """The part of the evidence that a verdict takes; 1 where there was one."""


TOO_FEW = 20
"""Choices before which strengths would be noise that looks like knowledge."""


class Ranking(Struct, frozen=True, kw_only=True):
    """Models that can be compared with each other, the strongest first."""

    standings: tuple[Standing, ...]
    comparisons: tuple[Comparison, ...]
    """Of all two that were shown together, in the order of the standings."""
    trials: int
    none: int
    """Trials in which nothing was taken."""
    position_effects: tuple[float, ...]
    """What standing second, third… does to a strength, in logits."""
    uneven_positions: bool = False
    """Whether standing first is shown to do more to some models than to others."""
    growth: tuple[Grown, ...] = ()
    """How verdicts came about, in order of time, if somebody wants to know."""

    @property
    def is_early(self) -> bool:
        """Whether there are so few choices that only counts are shown."""
        most = max((each.choices for each in self.comparisons), default=0)
        return most < TOO_FEW


class Returned(Struct, frozen=True, kw_only=True):
    """A model id that an upstream returned, and since when."""

    model: str
    since: float
    """The wall clock in seconds since 1970."""


class Rated(Struct, frozen=True, kw_only=True):
    """A contender of a leaderboard, for people, or a model of one by models."""

    provider: str
    model: str
    upstream: str
    fingerprint: str = UNKNOWN
    """With which options it is asked."""
    title: Title = Title()
    """What it is called."""
    returned: tuple[Returned, ...] = ()
    """What the upstream called it, in order of time; more than one is a change."""


class Leaderboard(Struct, frozen=True, kw_only=True):
    """The rankings of one surface; models in different ones never met."""

    surface: str
    models: dict[Model, Rated]
    rankings: tuple[Ranking, ...]
    """The largest first."""
    of_benches: int = 0
    """Votes that were given on answers of benches, of all that count."""
    same: int = 0
    """Lists and votes of several entries that are all of one `Model`."""
    clusters: str = "sittings"
    """What a verdict bets on: one person's sittings, or weeks of a team's people."""
    narrowed: int = 0
    """Lists that are left out, since an older version noted only who stood in the last
    of their re-asks."""

    @property
    def left_out(self) -> int:
        """Lists and votes that are in no ranking."""
        return self.same + self.narrowed


class Stood(Struct, frozen=True, kw_only=True):
    """How those of a run stand after a choice."""

    models: dict[int, Model]
    """By index, the contenders whose answers can be compared: whole ones, not from the
    cache, to prompts that nobody had cut."""
    board: Leaderboard | None
    """That of the run's surface; None where nothing is on it."""
    decided_before: bool = False
    """Whether an earlier vote of its thread is the one that counts."""
