"""How many tasks are wanted of each language and kind, and which most; pure."""

from collections import Counter
from collections.abc import Iterable, Mapping

from hexai.domain.bench import Kind

MOST_OF_ONE = 3
"""Tasks of one file, and of one commit."""
_KINDS = {
    Kind.TAIL: 30,
    Kind.LINE: 25,
    Kind.BLOCK: 15,
    Kind.BODY: 20,
    Kind.PARAMS: 10,
}
"""Shares of a hundred, in a language with a grammar."""
_WITHOUT_GRAMMAR = (Kind.TAIL, Kind.LINE)
_TESTS = 4
"""One task in so many may be in a file of tests."""
_PLAIN = 4
"""One task in so many may be in a language without a grammar, if there are others."""


class Quotas:
    """What is wanted, and what there is of it."""

    def __init__(
        self,
        tasks: int,
        kinds: Iterable[Kind],
        languages: Mapping[str, tuple[int, bool]],
    ) -> None:
        """Share tasks out among languages: how often each was met, and its grammar."""
        self._tasks = tasks
        self._kinds = frozenset(kinds)
        self._wanted = self._shared_out(languages)
        self._have: Counter[tuple[str, Kind]] = Counter()
        self._tests = 0
        self.is_loose = False
        """Whatever there is counts, since what is wanted most was not found."""

    @property
    def full(self) -> bool:
        """Tell whether there are as many as are wanted."""
        return self._have.total() >= self._tasks

    @property
    def has_its_tests(self) -> bool:
        """Tell whether no more tasks may be in files of tests."""
        return _TESTS * (self._tests + 1) > self._tasks

    def urgency(self, language: str, kind: Kind, *, test: bool) -> float:
        """Say how much a task is wanted, from 0, not at all, to 1."""
        if kind not in self._kinds or self.full:
            return 0
        if test and self.has_its_tests:
            return 0
        wanted = self._wanted.get((language, kind), 0.0)
        missing = wanted - self._have[language, kind]
        if missing > 0:
            return missing / wanted
        return 1e-3 / (1 + self._have[language, kind]) if self.is_loose else 0

    def count(self, language: str, kind: Kind, *, test: bool, by: int = 1) -> None:
        """Take note of a task that was found, or with -1 of one that fell out."""
        self._have[language, kind] += by
        self._tests += test * by

    def _shared_out(
        self, languages: Mapping[str, tuple[int, bool]]
    ) -> dict[tuple[str, Kind], float]:
        weights = _without_too_much_plain(languages)
        total = sum(weights.values())
        wanted: dict[tuple[str, Kind], float] = {}
        for language, weight in sorted(weights.items()):
            mine = kinds_of(has_grammar=languages[language][1]) & self._kinds
            parts = sum(_KINDS[kind] for kind in mine)
            for kind in sorted(mine):
                share = weight / total * _KINDS[kind] / parts
                wanted[language, kind] = max(1.0, self._tasks * share)
        return wanted


def kinds_of(*, has_grammar: bool) -> frozenset[Kind]:
    """Give the kinds that can be found in a language."""
    return frozenset(Kind) if has_grammar else frozenset(_WITHOUT_GRAMMAR)


def _without_too_much_plain(
    languages: Mapping[str, tuple[int, bool]],
) -> dict[str, float]:
    weights = {name: float(times) for name, (times, _) in languages.items()}
    plain = sum(times for times, has_grammar in languages.values() if not has_grammar)
    rest = sum(weights.values()) - plain
    if plain and rest and plain * (_PLAIN - 1) > rest:
        for name, (times, has_grammar) in languages.items():
            if not has_grammar:
                weights[name] = times / plain * rest / (_PLAIN - 1)
    return weights
