"""A ranking that does not lie: strengths, how sure they are, and what is decided.

Strengths with their intervals describe the data so far. A verdict is something else: it
stays valid while one keeps looking, so it comes later than the intervals part. Both
are given, and so is what is missing. Models that never met are in different groups,
each with a ranking of its own.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from math import copysign, erf, sqrt
from random import Random

from msgspec import Struct

from hexai.domain.estimates import QUANTILE
from hexai.domain.ranking import (
    Changed,
    Comparison,
    Grown,
    Model,
    Ranking,
    Standing,
    Verdict,
)
from hexai.ledger.ratings.bets import DECIDED_AT, Bet, Bets
from hexai.ledger.ratings.choice_model import Fit, fit
from hexai.ledger.ratings.likelihood import DEFAULT_PRIORS, Priors, apply, cholesky
from hexai.ledger.ratings.trials import Instead, Trials, connected
from hexai.ledger.ratings.verdicts import decide, find_change, goals, reached

_DRAWS = 2000
_LEANING = 0.9
"""The probability of being the stronger from which one may speak of a leaning."""
_EVEN = 0.5
_ANY_AFTER = 20
"""Choices between two models before anything at all is said about them."""
_USUAL = 0.7
"""How far apart two models that somebody compares are, in logits (two thirds)."""
_MOST = 10_000
"""Choices that are more than anybody will make."""


def rank(
    trials: Trials,
    *,
    priors: Priors = DEFAULT_PRIORS,
    watch: Iterable[float] = (),
    bets: type[Bets] = Bets,
) -> tuple[Ranking, ...]:
    """Rank the models of trials that are in order of time, group by group.

    How verdicts came about is told for each moment of `watch`, which rise. `bets` makes
    those by which pairs are decided.
    """
    groups = connected(trials.outcomes[number] for number in {*trials.numbers})
    shown = _Shown.by(trials, watch, bets)
    return tuple(
        _rank(trials.among(group), priors, shown)
        if len(group) > 1
        else _alone(trials, *group)
        for group in groups
    )


class _Shown(Struct, frozen=True, kw_only=True):
    """What the bets on all pairs show."""

    bets: dict[frozenset[Model], Bet]
    winners: dict[frozenset[Model], Model]
    goals: dict[frozenset[Model], list[float]]
    """What the others have to reach, in each era."""
    first: float
    """The share of first places taken, of the first two."""
    growth: tuple[Grown, ...]

    @classmethod
    def by(cls, trials: Trials, watch: Iterable[float], make: type[Bets]) -> "_Shown":
        """Decide what is decided."""
        growth: list[Grown] = []

        def look(at: float, born: Sequence[Bet]) -> None:
            growth.extend(
                Grown(at=at, models=(min(pair), max(pair)), reached=part)
                for pair, part in reached(born).items()
            )

        bets = make(trials, watch, look)
        winners = decide(bets.born)
        rest = [bet for bet in bets.born if frozenset(bet.models) not in winners]
        return cls(
            bets=bets.pairs,
            winners=winners,
            goals=goals(rest),
            first=bets.first,
            growth=tuple(growth),
        )

    def goal(self, bet: Bet) -> float:
        """Give the capital at which a pair is decided now."""
        known = self.goals.get(frozenset(bet.models))
        return known[-1] if known else DECIDED_AT * (len(self.goals) + 1)


def _rank(trials: Trials, priors: Priors, shown: _Shown) -> Ranking:
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
        comparisons=_compare(order, found, shown),
        trials=totals.total(),
        none=sum(totals[number] for number in nones),
        position_effects=tuple(effects),
        uneven_positions=found.uneven,
        growth=tuple(g for g in shown.growth if {*g.models} <= {*order}),
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
        credited = {m for i in pattern.chosen(choice) for m in pattern.items[i]}
        for model in credited:
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
    # Who never won was not impossible, and a draw more is shared by all.
    return {model: (wins[model] + 1 / size) / (_DRAWS + 1) for model in models}


def _compare(
    order: Sequence[Model], found: Fit, shown: _Shown
) -> tuple[Comparison, ...]:
    return tuple(
        _judge(bet, found, one, shown)
        for one, other in combinations(order, 2)
        if (bet := shown.bets.get(frozenset((one, other))))
    )


def _judge(bet: Bet, found: Fit, stronger: Model, shown: _Shown) -> Comparison:
    """Say what a bet shows; who has won it stands first, else who is the stronger."""
    winner = shown.winners.get(frozenset(bet.models))
    if winner is not None and bet.shown >= _ANY_AFTER:
        stronger = winner
    weaker = bet.models[stronger == bet.models[0]]
    ahead = found.strengths[stronger] - found.strengths[weaker]
    error = sqrt(max(1e-12, found.variance({stronger: 1.0, weaker: -1.0})))
    sure = (1 + erf(ahead / error / sqrt(2))) / 2
    verdict = _verdict(bet, sure, decided=winner is not None)
    missing, sittings = None, None
    if verdict is not Verdict.OVER:
        preference = ahead if stronger == bet.models[0] else -ahead
        missing, sittings = _missing(bet, preference, error, shown)
    return Comparison(
        better=stronger,
        worse=weaker,
        verdict=verdict,
        choices=bet.shown,
        won=bet.won if stronger == bet.models[0] else bet.shown - bet.won,
        drawn=bet.drawn,
        joined=bet.joined,
        since=bet.since,
        stronger=sure,
        missing=missing,
        sittings=sittings,
        until=bet.highest.at if verdict is Verdict.OVER and sure < _EVEN else None,
        changed=_changed(bet, len(shown.bets)),
    )


def _verdict(bet: Bet, sure: float, *, decided: bool) -> Verdict:
    if bet.shown < _ANY_AFTER:
        return Verdict.OPEN
    if decided:
        return Verdict.OVER
    if len(bet.orders) < 2:
        return Verdict.ORDER
    return Verdict.LEANING if sure >= _LEANING else Verdict.OPEN


def _changed(bet: Bet, pairs: int) -> Changed | None:
    change = find_change(bet, pairs)
    if change is None:
        return None
    return Changed(
        at=change.at, before=change.before, better=bet.models[change.shift < 0]
    )


def _missing(
    bet: Bet, ahead: float, error: float, shown: _Shown
) -> tuple[int | None, int | None]:
    """Guess how many more choices decide, and how many units they are.

    What is known of the difference is drawn towards what differences usually are, and
    its typical size is taken: before the first choice, that of 60 to 40.
    """
    if frozenset(bet.models) in shown.winners:
        return _ANY_AFTER - bet.shown, 1
    weight = _USUAL**2 / (_USUAL**2 + error**2)
    typical = sqrt((weight * ahead) ** 2 + weight * (0.6745 * error) ** 2)
    units = bet.units_missing(
        shown.goal(bet), preference=copysign(typical, ahead), first=shown.first
    )
    if units * bet.length > _MOST:
        return None, None
    choices = max(round(units * bet.length), _ANY_AFTER - bet.shown, 1)
    return choices, min(choices, max(1, round(units)))
