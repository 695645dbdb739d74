"""A ranking that does not lie: strengths, how sure they are, and what is decided.

Strengths with their intervals describe the data so far. A verdict is something else: it
stays valid while one keeps looking, so it comes later than the intervals part. Both
are given, and so is what is missing. Models that never met are in different groups,
each with a ranking of its own.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from math import erf, exp, inf, log, sqrt
from random import Random

from hexai.domain.ranking import Comparison, Model, Ranking, Standing, Verdict
from hexai.ledger.ratings.choice_model import Fit, fit
from hexai.ledger.ratings.clusters import QUANTILE
from hexai.ledger.ratings.connection import connected
from hexai.ledger.ratings.evidence import LIMIT, Duel, comparisons_missing, duels
from hexai.ledger.ratings.matrices import apply, cholesky
from hexai.ledger.ratings.trials import Instead, Trials
from hexai.ledger.ratings.unknowns import DEFAULT_PRIORS, Priors

_DRAWS = 2000
_LEANING = 0.9
"""The probability of being the stronger from which one may speak of a leaning."""
_ANY_AFTER = 20
"""Choices between two models before anything at all is said about them."""
_USUAL = 0.7
"""How far apart two models that somebody compares are, in logits (two thirds)."""
_MOST = 10_000
"""Choices that are more than anybody will make."""


def rank(trials: Trials, *, priors: Priors = DEFAULT_PRIORS) -> tuple[Ranking, ...]:
    """Rank the models of trials that are in order of time, group by group."""
    groups = connected(trials.outcomes[number] for number in {*trials.numbers})
    return tuple(
        _rank(trials.among(group), priors) if len(group) > 1 else _alone(trials, *group)
        for group in groups
    )


def _rank(trials: Trials, priors: Priors) -> Ranking:
    found = fit(trials, priors)
    models, strengths = found.unknowns.models, found.strengths
    # Equal strengths differ in their last digits, by the order of the trials.
    order = sorted(models, key=lambda model: (-round(strengths[model], 9), model))
    best, totals = _chances(found), Counter(trials.numbers)
    counts = _count(trials, totals)
    effects = found.values[len(models) : len(models) + found.unknowns.positions]
    nones = {i for i, each in enumerate(trials.outcomes) if each[1] == Instead.NONE}
    return Ranking(
        standings=tuple(_standing(m, found, best[m], counts[m]) for m in order),
        comparisons=_compare(order, found, duels(trials)),
        trials=totals.total(),
        none=sum(totals[number] for number in nones),
        position_effects=tuple(effects),
        uneven_positions=found.uneven,
    )


def _alone(trials: Trials, model: Model) -> Ranking:
    """Count what there is of a model that nothing compares with another."""
    totals = Counter(trials.numbers)
    shown, chosen = _count(trials, totals)[model]
    standing = Standing(
        model=model,
        strength=0.0,
        low=0.0,
        high=0.0,
        best=1.0,
        shown=shown,
        chosen=chosen,
    )
    none = sum(
        count
        for number, count in totals.items()
        if trials.outcomes[number][1] == Instead.NONE
        and model in trials.outcomes[number][0].models
    )
    return Ranking(
        standings=(standing,),
        comparisons=(),
        trials=shown,
        none=none,
        position_effects=(),
    )


def _count(trials: Trials, totals: Mapping[int, int]) -> dict[Model, tuple[int, int]]:
    shown: Counter[Model] = Counter()
    chosen: Counter[Model] = Counter()
    for number, count in totals.items():
        pattern, choice = trials.outcomes[number]
        for model in pattern.models:
            shown[model] += count
        for model in set(pattern.items[choice] if choice >= 0 else ()):
            chosen[model] += count
    return {model: (shown[model], chosen[model]) for model in shown}


def _standing(
    model: Model, found: Fit, best: float, counts: tuple[int, int]
) -> Standing:
    models = found.unknowns.models
    contrast = {each: (each == model) - 1 / len(models) for each in models}
    width = QUANTILE * sqrt(max(0.0, found.variance(contrast)))
    strength = found.strengths[model]
    return Standing(
        model=model,
        strength=strength,
        low=strength - width,
        high=strength + width,
        best=best,
        shown=counts[0],
        chosen=counts[1],
        first_effect=found.first_effect(model),
    )


def _chances(found: Fit) -> dict[Model, float]:
    """Estimate who is strongest, by drawing from the strengths' distribution."""
    models = found.unknowns.models
    size = len(models)
    covariance = [list(row[:size]) for row in found.covariance[:size]]
    for i in range(size):
        covariance[i][i] += 1e-12
    lower, random = cholesky(covariance), Random(0)  # noqa: S311 - repeatable on purpose
    wins: Counter[Model] = Counter()
    for _ in range(_DRAWS):
        noise = apply(lower, [random.gauss(0, 1) for _ in models])
        drawn = [v + n for v, n in zip(found.values, noise, strict=False)]
        wins[models[drawn.index(max(drawn))]] += 1
    return {model: wins[model] / _DRAWS for model in models}


def _compare(
    order: Sequence[Model], found: Fit, met: dict[frozenset[Model], Duel]
) -> tuple[Comparison, ...]:
    pairs = len(order) * (len(order) - 1) // 2
    return tuple(
        _judge(duel, pairs, found, one)
        for one, other in combinations(order, 2)
        if (duel := met.get(frozenset((one, other))))
    )


def _judge(duel: Duel, pairs: int, found: Fit, stronger: Model) -> Comparison:
    """Say what a duel shows; who has won it stands first, else who is the stronger."""
    verdict = Verdict.OPEN
    enough = duel.shown >= _ANY_AFTER
    decided = enough and _shows(duel, pairs)
    if decided and duel.winner is not None:
        verdict, stronger = Verdict.OVER, duel.winner
    weaker = duel.models[stronger == duel.models[0]]
    ahead = found.strengths[stronger] - found.strengths[weaker]
    error = sqrt(max(1e-12, found.variance({stronger: 1.0, weaker: -1.0})))
    sure = (1 + erf(ahead / error / sqrt(2))) / 2
    if enough and not decided:
        if len(duel.orders) < 2:
            verdict = Verdict.ORDER
        elif sure >= _LEANING:
            verdict = Verdict.LEANING
    is_open = verdict in {Verdict.OPEN, Verdict.LEANING}
    return Comparison(
        better=stronger,
        worse=weaker,
        verdict=verdict,
        choices=duel.shown,
        stronger=sure,
        missing=_missing(duel, stronger, ahead, error, pairs) if is_open else None,
    )


def _shows(duel: Duel, pairs: int) -> bool:
    return duel.highest >= log(LIMIT * pairs)


def _missing(
    duel: Duel, stronger: Model, ahead: float, error: float, pairs: int
) -> int | None:
    """Guess how many more choices decide.

    What is known of the difference is drawn towards what differences usually are, and
    its typical size is taken: before the first choice, that of 60 to 40. Of two
    matched trials the stronger wins both exp(2 d) times as often as the weaker.
    """
    if _shows(duel, pairs):
        return _ANY_AFTER - duel.shown
    weight = _USUAL**2 / (_USUAL**2 + error**2)
    typical = sqrt((weight * ahead) ** 2 + weight * (0.6745 * error) ** 2)
    share = 1 / (1 + exp(-2 * typical))
    wins, losses = duel.decisive
    if stronger != duel.models[0]:
        wins, losses = losses, wins
    missing = comparisons_missing(wins, losses, share=share, pairs=pairs)
    rate = (wins + losses + 2) / (duel.shown + 8)  # a quarter, before any is known
    if missing == inf or missing / rate > _MOST:
        return None
    return max(round(missing / rate), _ANY_AFTER - duel.shown, 1)
