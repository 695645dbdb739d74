"""A ranking that does not lie: strengths, how sure they are, and what is decided.

Strengths with their intervals describe the data so far. A verdict is something else: it
stays valid while one keeps looking, so it comes later than the intervals part. Both
are given, and so is what is missing. Models that never met are in different groups,
each with a ranking of its own.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import combinations
from math import inf, log, sqrt
from random import Random

from msgspec import Struct

from hexai.ledger.choice_model import Fit, Priors, fit
from hexai.ledger.connection import connected
from hexai.ledger.evidence import LIMIT, Duel, comparisons_missing, duels
from hexai.ledger.matrices import apply, cholesky
from hexai.ledger.trials import Model, Trial

_QUANTILE = 1.959964
_DRAWS = 2000
_LEANING = 3.0
"""The betting score at which one may speak of a leaning."""
_LEANING_AFTER = 20
"""Choices between two models before anything at all is said about them."""


class Verdict(StrEnum):
    """What can be said of two models."""

    OVER = "over"
    """Decided, however often one looked."""
    LEANING = "leaning"
    """More often chosen so far; not decided."""
    OPEN = "not enough yet"
    ORDER = "the order never changed"
    """Always shown in the same order: position and model cannot be told apart."""


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


class Comparison(Struct, frozen=True, kw_only=True):
    """What is known of two models that were shown together."""

    better: Model
    """The one that was chosen more, by the strengths."""
    worse: Model
    verdict: Verdict
    choices: int
    """Trials in which one of the two was chosen, and the other was there."""
    missing: int | None
    """About how many more such choices decide it, if all goes on as it went; None
    where it is decided, or further away than anybody will go."""


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


def rank(
    trials: Sequence[Trial],
    *,
    priors: Priors = Priors(),  # noqa: B008
) -> tuple[Ranking, ...]:
    """Rank the models of trials that are in order of time, group by group."""
    return tuple(
        _rank(group, [t for t in trials if _is_of(t, group)], priors)
        for group in connected(trials)
    )


def _is_of(trial: Trial, group: frozenset[Model]) -> bool:
    return any(model in group for item in trial.pattern.items for model in item)


def _rank(group: frozenset[Model], trials: Sequence[Trial], priors: Priors) -> Ranking:
    found = fit(trials, priors)
    models = len(found.unknowns.models)
    strengths = found.strengths
    order = sorted(group, key=lambda model: (-strengths[model], model))
    best, counts = _chances(found), _count(trials)
    standings = tuple(
        _standing(model, found, best[model], counts[model]) for model in order
    )
    effects = found.values[models : models + found.unknowns.positions]
    return Ranking(
        standings=standings,
        comparisons=_compare(order, strengths, duels(trials)),
        trials=len(trials),
        none=sum(trial.choice == -1 for trial in trials),
        position_effects=tuple(effects),
    )


def _count(trials: Iterable[Trial]) -> dict[Model, tuple[int, int]]:
    shown: Counter[Model] = Counter()
    chosen: Counter[Model] = Counter()
    for trial, count in Counter(trials).items():
        for place, item in enumerate(trial.pattern.items):
            for model in item:
                shown[model] += count
                chosen[model] += count * (place == trial.choice)
    return {model: (shown[model], chosen[model]) for model in shown}


def _standing(
    model: Model, found: Fit, best: float, counts: tuple[int, int]
) -> Standing:
    models = found.unknowns.models
    contrast = {each: (each == model) - 1 / len(models) for each in models}
    width = _QUANTILE * sqrt(max(0.0, found.variance(contrast)))
    strength = found.strengths[model]
    return Standing(
        model=model,
        strength=strength,
        low=strength - width,
        high=strength + width,
        best=best,
        shown=counts[0],
        chosen=counts[1],
    )


def _chances(found: Fit) -> dict[Model, float]:
    """Estimate who is strongest, by drawing from the strengths' distribution."""
    models = found.unknowns.models
    size = len(models)
    covariance = [list(row[:size]) for row in found.covariance[:size]]
    for i in range(size):
        covariance[i][i] += 1e-12
    lower, random = cholesky(covariance), Random(0)
    wins: Counter[Model] = Counter()
    for _ in range(_DRAWS):
        noise = apply(lower, [random.gauss(0, 1) for _ in models])
        drawn = [v + n for v, n in zip(found.values, noise, strict=False)]
        wins[models[drawn.index(max(drawn))]] += 1
    return {model: wins[model] / _DRAWS for model in models}


def _compare(
    order: Sequence[Model],
    strengths: dict[Model, float],
    met: dict[tuple[Model, Model], Duel],
) -> tuple[Comparison, ...]:
    pairs = len(order) * (len(order) - 1) // 2
    found = []
    for better, worse in combinations(order, 2):
        duel = met.get((min(better, worse), max(better, worse)))
        if duel is not None:
            found.append(_judge(duel, pairs, better))
    return tuple(found)


def _judge(duel: Duel, pairs: int, stronger: Model) -> Comparison:
    """Say what a duel shows; who won it stands first, else who is the stronger."""
    wins, losses = duel.decisive
    verdict = Verdict.OPEN
    if duel.highest >= log(LIMIT * pairs):
        verdict, stronger = Verdict.OVER, duel.models[wins < losses]
    elif duel.shown >= _LEANING_AFTER and len(duel.orders) < 2:
        verdict = Verdict.ORDER
    elif duel.shown >= _LEANING_AFTER and duel.score >= _LEANING:
        verdict, stronger = Verdict.LEANING, duel.models[wins < losses]
    weaker = duel.models[stronger == duel.models[0]]
    decided = verdict in {Verdict.OVER, Verdict.ORDER}
    missing = inf if decided else comparisons_missing(wins, losses, pairs)
    rate = max(wins + losses, 1.0) / max(duel.shown, 4)
    more = missing / rate
    return Comparison(
        better=stronger,
        worse=weaker,
        verdict=verdict,
        choices=duel.shown,
        missing=None if more > 10_000 else max(1, round(more)),
    )
