r"""Whether one model is really chosen over another, however often one looks; pure.

A 95 % interval that is looked at after every vote names a false winner in a quarter of
all cases before the fiftieth vote. So a winner is declared by a bet: a capital that
starts at 1, is staked on one model, and under equal models neither grows nor shrinks
on average. It reaches 20 at any time at all with a probability of at most 1/20 (Ville
1939; Waudby-Smith and Ramdas 2024).

**Fair by the draw alone.** What stands first is taken more often, by how much nobody
knows, and habits change. So only trials count whose order we drew. With p the share of
first places taken *so far*, a trial that the first model wins pays

    x = [won] - p    if it stood first,        x = [won] - (1 - p)    if second.

If it does not matter who stands where, the mean of x over the draw is zero, whatever
the habit really is; how well p fits decides only how soon a preference is found. An
item that several models gave stands where the first of them was drawn to, so more
often first: its wins and losses are weighed until the mean is zero again.

**One bet a sitting.** Choices in one sitting are alike, and so are those in one file.
A *unit* is what follows each other and shares a sitting or a file. The sum of its x is
one bet. A sum may go as far as a few standard deviations of as many independent
choices as a unit has had so far; then the unit is full. That bound is known
beforehand, and reached from both sides alike, so the sum remains fair, be choices
independent or all alike. A sitting or a file that was in a unit is in no later one: a
file of which we know whom it favours would be no fair game. The unit under way counts
as it stands: what follows in it goes on, on average, as it began or more so, and the
capital is linear in the sum, so whoever stops there gains nothing.

**Mixed stakes.** The capital is spread over several stakes on each side, so that small
preferences and large ones are both found (the method of mixtures; Robbins 1970). For
single choices the linear payment is the best there is: the stakes on a first place
taken and not taken that have the greatest growth are as (1 - p) to p.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from math import exp, inf, log, log1p, sqrt
from operator import mul

from msgspec import Struct

from hexai.domain.estimates import NORMAL_POINTS
from hexai.domain.ranking import Model
from hexai.ledger.ratings.habit import Habit
from hexai.ledger.ratings.trials import Pattern, Trials

DECIDED_AT = 20.0
"""The capital at which a pair of models is decided that is looked at alone."""
_STAKES = {0.08: 0.16, 0.2: 0.19, 0.4: 0.2, 0.65: 0.17, 0.97: 0.28}
"""Shares of a capital that one bet may lose, and how much of all is for each; half of
it on either side. Large ones have more, since few sittings have to do for a clear
preference, and nearly all of a capital doubles at most in one."""
_SIGNED = (*_STAKES, *(-stake for stake in _STAKES))
_PARTS = (*_STAKES.values(), *_STAKES.values())
_CERTAIN = 1e15
"""A capital that no number of pairs asks for: it need not grow."""
_FAR = 1.5
"""Standard deviations that the sum of a unit may go beyond one choice."""
_NEAR = 0.8
"""What the sum of a unit may be at least: what one choice may pay against a habit."""
_ALIKE = 0.3
"""How much preferences are taken to differ between sittings, in logits, for guesses."""
_NEVER = 1e5


class Unit(Struct, frozen=True):
    """What became of a unit: when it began, and what a preference is read from."""

    at: float
    paid: float
    """The sum of its x."""
    weight: float
    """What the sum is for each logit of preference, about."""


class Peak(Struct):
    """The highest capital of a time, when it was, and who was ahead then."""

    capital: float = 0.0
    at: float = 0.0
    winner: Model | None = None


class Bet:
    """The bet on two models, trial by trial in the order in which they were made."""

    def __init__(self, one: Model, other: Model) -> None:
        self.models = one, other
        self.shown = 0
        """Trials that one of the two won and the other could have."""
        self.won = 0
        """Those of them that the first of `models` won."""
        self.drawn = 0
        """Those of them whose order was drawn."""
        self.joined = 0
        """Those of them that are lists of several servers."""
        self.orders = set[bool]()
        """Whether the first stood before the second: both, if the order changed."""
        self.since = inf
        """When the first trial was."""
        self.born: int | None = None
        """The era of its first trial that counts; see `ratings.verdicts`."""
        self.peaks: dict[int, Peak] = {}
        """The highest capital in each era since."""
        self.kept: dict[int, float] = {}
        """The capital at the beginning of each era since."""
        self._peak = Peak()
        self.units: list[Unit] = []
        """The units that are over."""
        self._capitals = [part / 2 for part in _PARTS]
        self._slope = 0.0
        self._whole = 1.0
        self._begun = 0
        self._bound, self._paid, self._weight, self._at = 1.0, 0.0, 0.0, 0.0
        self._open = False
        self._sittings: set[str] = set()
        self._files: set[str] = set()
        self._used_sittings: set[str] = set()
        self._used_files: set[str] = set()

    def note(self, since: float, count: int, *, won: bool, joined: bool) -> None:
        """Count trials of one kind, drawn or not, of which the first was at a time."""
        self.shown += count
        self.won += count * won
        self.joined += count * joined
        self.since = min(self.since, since)

    @property
    def capital(self) -> float:
        """What the bet has made of 1, the unit under way included."""
        return self._whole + self._slope * self._paid / self._bound

    @property
    def length(self) -> float:
        """How many trials a unit has had on average."""
        return max(1.0, (self.drawn - 1) / self._begun) if self._begun else 1.0

    @property
    def all_units(self) -> list[Unit]:
        """The units with the one under way."""
        return [*self.units, self._unit()] if self._open else self.units

    def begin_era(self, era: int) -> None:
        """Note the capital before pairs are born."""
        self.kept[era] = self.capital
        self._peak = self.peaks[era] = Peak()

    def add(
        self, paid: float, first: float, weight: float, where: tuple[str, str, float]
    ) -> None:
        """Take a trial whose order was drawn.

        `paid` is its x, `first` the p that it is reckoned with, `weight` how much of
        the x counts, and `where` its file, sitting and time.
        """
        self.drawn += 1
        file, sitting, at = where
        if sitting in self._used_sittings or file in self._used_files:
            return
        if not self._joins(file, sitting):
            self._begin(first, file, sitting, at)
        farthest = weight * max(first, 1 - first)
        if abs(self._paid) + farthest > self._bound + 1e-12:
            self._end()
            return
        self._paid += weight * paid
        self._weight += weight * first * (1 - first)
        self._note_peak(at)

    def _joins(self, file: str, sitting: str) -> bool:
        """Tell whether a trial belongs to the unit under way, which then holds both."""
        in_sitting, in_file = sitting in self._sittings, file in self._files
        if in_sitting != in_file:
            self._hold(file, sitting)
        return in_sitting or in_file

    def _hold(self, file: str, sitting: str) -> None:
        """Let the unit under way hold a file and a sitting, where there are any."""
        if file:
            self._files.add(file)
        if sitting:
            self._sittings.add(sitting)

    def _begin(self, first: float, file: str, sitting: str, at: float) -> None:
        """Begin a unit."""
        self._end()
        self._bound = self._farthest(first)
        self._begun += 1
        self._open, self._at = True, at
        self._hold(file, sitting)

    def _farthest(self, first: float) -> float:
        """Give how far the sum of a unit may go."""
        more = _FAR * sqrt(first * (1 - first) * (self.length - 1))
        return max(first, 1 - first, _NEAR) + more

    def _end(self) -> None:
        """Settle the bet on the unit under way."""
        if not self._open:
            return
        self.units.append(self._unit())
        if self._whole < _CERTAIN:
            share = self._paid / self._bound
            self._capitals = [
                capital * (1 + stake * share)
                for capital, stake in zip(self._capitals, _SIGNED, strict=True)
            ]
            self._whole = sum(self._capitals)
            self._slope = sum(map(mul, self._capitals, _SIGNED))
        self._used_sittings |= self._sittings
        self._used_files |= self._files
        self._sittings, self._files = set(), set()
        self._open, self._paid, self._weight = False, 0.0, 0.0

    def _unit(self) -> Unit:
        return Unit(self._at, self._paid, self._weight)

    @property
    def highest(self) -> Peak:
        """The highest capital of all times."""
        return max(self.peaks.values(), key=lambda peak: peak.capital)

    def _note_peak(self, at: float) -> None:
        capital = self.capital
        if capital > self._peak.capital:
            ahead = self._slope / self._whole + self._paid / self._bound
            self._peak.capital, self._peak.at = capital, at
            self._peak.winner = self.models[ahead < 0]

    def units_missing(self, goal: float, *, preference: float, first: float) -> float:
        """Guess how many more units let the capital reach a goal; `inf` for never.

        If the first of the models is preferred by so many logits, and the first place
        is taken so often.
        """
        each = first * (1 - first) * self.length
        mean, spread = preference * each, sqrt(each + (_ALIKE * each) ** 2)
        bound = self._farthest(first)
        growths = [_growth(stake, mean / bound, spread / bound) for stake in _SIGNED]
        capitals = [max(each, 1e-300) for each in self._capitals]
        few, many = 0.0, 1.0
        while _grown(capitals, growths, many) < goal:
            few, many = many, many * 1.5
            if many > _NEVER:
                return inf
        while many - few > 0.5:
            middle = (few + many) / 2
            reached = _grown(capitals, growths, middle) >= goal
            few, many = (few, middle) if reached else (middle, many)
        return many


def _growth(stake: float, mean: float, spread: float) -> float:
    """Give by how much the logarithm of a capital grows with a unit."""
    return sum(
        weight * log1p(stake * max(-1.0, min(1.0, mean + deviation * spread)))
        for deviation, weight in NORMAL_POINTS
    )


def _grown(capitals: list[float], growths: list[float], units: float) -> float:
    logs = [
        log(capital) + growth * units
        for capital, growth in zip(capitals, growths, strict=True)
    ]
    return exp(min(700.0, max(logs))) * sum(exp(each - max(logs)) for each in logs)


_Step = tuple[Bet, Habit, bool, bool, float]
"""One comparison of two models in a trial: the bet on them; how often what stands first
of their places is taken; whether the first of its models stood first of the two;
whether what stood first was chosen; and how much of it counts, so that the draw is fair
for items of several models."""


Look = Callable[[float, Sequence[Bet]], None]
"""Takes a moment, and the bets that were born by then."""


def _look_away(_at: float, _born: Sequence[Bet]) -> None:
    """Nobody wants to know."""


class Outcomes(Struct, frozen=True):
    """By the number of an outcome, whom it compares if its order was drawn."""

    drawn: Sequence[tuple[_Step, ...]]
    noted: Sequence[set[tuple[Habit, bool]]]
    """The habits that learn from it, each once."""


class Bets:
    """The bets on all pairs of models of which one was chosen and the other shown."""

    def __init__(
        self, trials: Trials, watch: Iterable[float] = (), look: Look = _look_away
    ) -> None:
        """Bet on all trials; `look` is called at each moment of `watch`, rising.

        It sees the bets as they stood when no trial after that moment had been taken.
        """
        self.pairs: dict[frozenset[Model], Bet] = {}
        self.born: list[Bet] = []
        """Those with a trial whose order was drawn, in the order of their first."""
        self._habits: defaultdict[tuple[int, int], Habit] = defaultdict(Habit)
        self._eras = 0
        steps = [self._steps(*outcome) for outcome in trials.outcomes]
        drawn = [
            compared if pattern.drawn else ()
            for compared, (pattern, _choice) in zip(steps, trials.outcomes, strict=True)
        ]
        noted = [{(step[1], step[3]) for step in compared} for compared in drawn]
        began = self._bet(trials, Outcomes(drawn, noted), deque(watch), look)
        for number, count in Counter(trials.numbers).items():
            for step in steps[number]:
                bet, _habit, stood_first, won_first, _weight = step
                joined = trials.outcomes[number][0].joined
                won = stood_first == won_first
                bet.note(began[number], count, won=won, joined=joined)
        self.pairs = {pair: bet for pair, bet in self.pairs.items() if bet.shown}

    def _bet(
        self, trials: Trials, outcomes: Outcomes, due: deque[float], look: Look
    ) -> dict[int, float]:
        """Bet on all trials; gives when the first of each outcome was."""
        began: dict[int, float] = {}
        for number, file, sitting, at in trials:
            while due and at > due[0]:
                look(due.popleft(), self.born)
            if number not in began:
                began[number] = at
                self._bear(outcomes.drawn[number])
            self._take(outcomes, number, (file, sitting, at))
        while due:
            look(due.popleft(), self.born)
        return began

    @property
    def first(self) -> float:
        """How often what stands first is taken rather than what stands second."""
        return self._habits[0, 1].first

    def _take(
        self, outcomes: Outcomes, number: int, where: tuple[str, str, float]
    ) -> None:
        for bet, habit, stood_first, won_first, weight in outcomes.drawn[number]:
            first = habit.first
            paid = won_first - first
            bet.add(paid if stood_first else -paid, first, weight, where)
        for habit, won_first in outcomes.noted[number]:
            habit.note(first=won_first)

    def _bear(self, steps: tuple[_Step, ...]) -> None:
        """Let pairs be born that were not yet, and an era begin with them."""
        unborn = [step[0] for step in steps if step[0].born is None]
        if not unborn:
            return
        for bet in dict.fromkeys(unborn):
            bet.born = self._eras
            self.born.append(bet)
        for bet in self.born:
            bet.begin_era(self._eras)
        self._eras += 1

    def _make(self, pair: frozenset[Model]) -> Bet:
        return Bet(*sorted(pair))

    def _steps(self, pattern: Pattern, choice: int) -> tuple[_Step, ...]:
        """List whom an outcome compares, and how."""
        chosen = pattern.chosen(choice)
        return tuple(
            self._step(pattern, (place, better), (other, worse))
            for place in chosen
            for better in pattern.items[place]
            for other, item in enumerate(pattern.items)
            if other not in chosen
            for worse in item
            if worse != better
        )

    def _step(
        self, pattern: Pattern, won: tuple[int, Model], lost: tuple[int, Model]
    ) -> _Step:
        (place, better), (other, worse) = won, lost
        pair = frozenset((better, worse))
        bet = self.pairs.get(pair) or self.pairs.setdefault(pair, self._make(pair))
        won_first = place < other
        givers = len(pattern.items[place]), len(pattern.items[other])
        second = givers[1] if won_first else givers[0]
        places = min(place, other), max(place, other)
        stood_first = won_first == (better == bet.models[0])
        bet.orders.add(stood_first)
        habit = self._habits[places]
        return bet, habit, stood_first, won_first, second / max(givers)
