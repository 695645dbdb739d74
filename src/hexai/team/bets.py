"""Whether a team really prefers one model over another, looked at every week; pure.

Within one person's ledger a verdict is one bet after another, one a sitting, and the
capital counts at any time. People differ, and for good: who prefers a model prefers it
next week too, so nothing of one person's may be news for ever, and nobody may decide
for all by choosing all day long. So a team's bets go by *rounds*. A round is a week,
and in it each person who chose bets once, with the sum of what he chose over the number
that he usually has in a week: so whoever chooses often weighs no more. His first week
says what is usual, and bets nothing. Capitals count at the ends of rounds alone.

That is fair to teams that have no preference on average, however much their people
differ. Let the bets of a round be worth m1, m2, … on average, one for each person, with
a sum of zero. People choose independently, so the capital is multiplied on average by
(1 + s m1) (1 + s m2) …, and that is at most 1, since a product of numbers with a mean
of 1 is largest if all are 1. So capitals at the ends of rounds do not grow on average,
and reach 20 at any of them with a probability of at most 1/20 (Ville 1939).

In the middle of a round that does not hold: whoever has looked at those who prefer one
model knows that the others do not. New pairs are born at the beginnings of rounds, for
the same reason.
"""

from collections import deque
from itertools import groupby

from msgspec import Struct

from hexai.domain.figures_by_week import week_of
from hexai.domain.ranking import Model
from hexai.ledger.ratings.bets import Bet, Bets, Look, Outcomes
from hexai.ledger.ratings.trials import Trials


class Pace(Struct):
    """How many choices somebody usually has in a week in which there are any."""

    weeks: int = 0
    choices: float = 0.0
    now: float = 0.0
    """Those of this week, which do not count yet."""

    @property
    def usual(self) -> float:
        """The mean of the weeks that are over."""
        return max(1.0, self.choices / self.weeks)

    def end_week(self) -> None:
        """Let this week be over."""
        self.weeks += 1
        self.choices += self.now
        self.now = 0.0


class RoundBet(Bet):
    """The bet on two models; its capital counts at the ends of rounds."""

    def __init__(self, one: Model, other: Model) -> None:
        super().__init__(one, other)
        self._paces: dict[str, Pace] = {}
        self._chose: dict[str, Pace] = {}
        """Those of who has chosen in this round."""

    def add(
        self, paid: float, first: float, weight: float, where: tuple[str, str, float]
    ) -> None:
        """Take a choice of somebody, who stands where else a file does."""
        person = where[0]
        pace = self._chose.get(person)
        if pace is None:
            pace = self._chose[person] = self._paces.setdefault(person, Pace())
        pace.now += weight
        if pace.weeks:
            super().add(paid, first, weight, where)
        else:
            self.drawn += 1

    def end_round(self, at: float) -> None:
        """Settle what is under way, and let everybody bet anew."""
        self._end()
        self.units.clear()  # they are many, and nobody asks a team what has changed
        self._used_files.clear()
        for pace in self._chose.values():
            pace.end_week()
        self._chose.clear()
        super()._note_peak(at)

    def _begin(self, first: float, file: str, sitting: str, at: float) -> None:
        super()._begin(first, file, sitting, at)
        self._bound = max(first, 1 - first) * self._paces[file].usual

    def _note_peak(self, at: float) -> None:
        """Pay no heed to what it is meanwhile."""


class RoundBets(Bets):
    """The bets on all pairs, of trials by weeks, and within them by people.

    The files of the trials are the people.
    """

    def _make(self, pair: frozenset[Model]) -> Bet:
        return RoundBet(*sorted(pair))

    def _bet(
        self, trials: Trials, outcomes: Outcomes, due: deque[float], look: Look
    ) -> dict[int, float]:
        del due, look
        began: dict[int, float] = {}
        start = 0
        for _week, theirs in groupby(trials.times, week_of):
            end = start + sum(1 for _ in theirs)
            self._bet_round(trials, outcomes, range(start, end), began)
            start = end
        return began

    def _bet_round(
        self, trials: Trials, outcomes: Outcomes, places: range, began: dict[int, float]
    ) -> None:
        """Bet on the trials of a week, by their places."""
        there = trials.numbers[places.start : places.stop]
        new = {*there} - began.keys()
        first = {n: trials.times[places.start + there.index(n)] for n in new}
        began |= dict(sorted(first.items()))
        self._bear(tuple(step for n in sorted(new) for step in outcomes.drawn[n]))
        for place in places:
            where = trials.clusters[place], "", trials.times[place]
            self._take(outcomes, trials.numbers[place], where)
        for bet in self.born:
            assert isinstance(bet, RoundBet)
            bet.end_round(trials.times[places.stop - 1])
