"""The answer: who is chosen over whom, how sure that is, and how it became so; pure."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from hexai.domain.ranking import Grown, Leaderboard, Ranking, Standing
from hexai.report.blocks import (
    Block,
    Cell,
    Chart,
    Table,
    Words,
    count,
    day,
    name,
    number,
    text,
)
from hexai.report.charts import At, Axis, Interval, Look, intervals, over_time
from hexai.report.names import shown_names
from hexai.report.theme import MOST_SERIES
from hexai.report.views import View

MOST_PAIRS = 6
_HALF = 20
"""Letters of a name in the legend of pairs."""
_LEAST = 0.005
"""Of the evidence, below which a chart does not go."""
_STRENGTH = Axis(title="weaker … stronger, in logits")
_REACHED = Axis(
    title="of what a verdict takes", percent=True, log=True, low=_LEAST, high=1
)
_APART = "Nothing compares these with those above, so they have a ranking of their own."

Names = Mapping[str, str]


def answer(view: View, names: Names, order: Sequence[str], words: Words) -> Block:
    """Say what the choices of a view come to; `names` are those of its models."""
    if view.board is None or not view.board.rankings:
        return Block(sentences=(words.nothing_yet,))
    blocks = [
        _ranking(each, view.board, names, order, words) for each in view.board.rankings
    ]
    told = [block for block in blocks if block.tables]
    if not told:
        return Block(sentences=("Nothing was chosen here that fits.",))
    return Block(
        sentences=tuple(
            sentence
            for number_, block in enumerate(told)
            for sentence in (*([_APART] if number_ else []), *block.sentences)
        ),
        notes=tuple(words.changes(view.board)),
        charts=tuple(chart for block in told for chart in block.charts),
        tables=tuple(table for block in told for table in block.tables),
    )


def _ranking(
    ranking: Ranking,
    board: Leaderboard,
    names: Names,
    order: Sequence[str],
    words: Words,
) -> Block:
    standings = words.standings(ranking, board)
    if not standings:
        return Block()
    sentences = tuple(words.verdicts(ranking, board))
    if ranking.is_early:
        return Block(sentences=sentences, tables=(_early(standings, names, words),))
    charts = [strengths(standings, names, order)]
    tables = [_strengths(standings, names, words)]
    if ranking.growth:
        charts.append(_growth(ranking, names, order))
        tables.append(_grown(ranking, names, words))
    return Block(sentences=sentences, charts=tuple(charts), tables=tuple(tables))


def strengths(
    standings: Sequence[Standing], names: Names, order: Sequence[str]
) -> Chart:
    """Draw the strengths of a ranking with their intervals on one axis."""
    figures = [
        Interval(series=names[s.model], value=s.strength, low=s.low, high=s.high)
        for s in standings
    ]
    return Chart(
        caption="Strengths, each with its 95 % interval",
        spec=intervals(figures, _STRENGTH, order=order, zero=True),
    )


def _strengths(standings: Sequence[Standing], names: Names, words: Words) -> Table:
    def row(each: Standing) -> tuple[Cell, ...]:
        share = each.chosen / each.shown
        return (
            name(names[each.model]),
            number(round(each.strength, 4), f"{each.strength:+z.2f}", "board.strength"),
            number(round(each.low, 4), f"{each.low:+z.2f}", "board.low"),
            number(round(each.high, 4), f"{each.high:+z.2f}", "board.high"),
            number(each.best, words.percent(each.best), "board.best"),
            count(each.shown, "board.shown"),
            count(each.chosen, "board.chosen"),
            text(words.percent(share)),
        )

    columns = (
        "Model",
        "Strength",
        "from",
        "to",
        "Strongest",
        "Shown",
        "Chosen",
        "Share",
    )
    rows = tuple(map(row, standings))
    return Table(caption="Strengths", columns=columns, rows=rows)


def _early(standings: Sequence[Standing], names: Names, words: Words) -> Table:
    """Count, in no order that could be mistaken for a ranking."""
    rows = [
        (
            name(names[each.model]),
            count(each.shown, "board.shown"),
            count(each.chosen, "board.chosen"),
            text(words.percent(each.chosen / each.shown)),
        )
        for each in sorted(standings, key=lambda standing: names[standing.model])
    ]
    columns = ("Model", "Shown", "Chosen", "Share")
    return Table(
        caption="Chosen so far, in no order", columns=columns, rows=tuple(rows)
    )


class _Pair(Struct, frozen=True, kw_only=True):
    """Two models that were compared."""

    better: str
    worse: str
    """Their names."""

    @property
    def name(self) -> str:
        """Both of them, the better one first."""
        return f"{self.better} / {self.worse}"

    def called(self, names: Mapping[str, str]) -> str:
        """Give the same by other names of theirs."""
        return f"{names[self.better]} / {names[self.worse]}"


def _pairs(ranking: Ranking, names: Names) -> dict[frozenset[str], _Pair]:
    """Name the pairs as the ranking does, those nearest to a verdict first."""
    reached = {frozenset(each.models): each.reached for each in ranking.growth}
    named = {
        frozenset((each.better, each.worse)): _Pair(
            better=names[each.better], worse=names[each.worse]
        )
        for each in ranking.comparisons
    }
    return dict(sorted(named.items(), key=lambda pair: -reached.get(pair[0], 0.0)))


def _growth(ranking: Ranking, names: Names, order: Sequence[str]) -> Chart:
    """Draw each pair in the colour of its better model, in the shape of the other."""
    known = order[:MOST_SERIES]
    called = shown_names({name: name for name in known}, _HALF)
    pairs = {
        models: pair
        for models, pair in _pairs(ranking, names).items()
        if pair.better in known and pair.worse in known
    }
    shown = [*pairs.values()][:MOST_PAIRS]
    points = [
        At(series=pair.called(called), x=each.at, y=max(_LEAST, each.reached))
        for each in ranking.growth
        if (pair := pairs.get(frozenset(each.models))) in shown
    ]
    looks = {
        pair.called(called): Look(
            colour=known.index(pair.better), shape=known.index(pair.worse)
        )
        for pair in shown
    }
    return Chart(
        caption="How near each pair is to a verdict",
        spec=over_time(points, _REACHED, order=[*looks], level=1.0, looks=looks),
    )


def _grown(ranking: Ranking, names: Names, words: Words) -> Table:
    rows = []
    looks: dict[frozenset[str], list[Grown]] = {}
    for each in ranking.growth:
        looks.setdefault(frozenset(each.models), []).append(each)
    for pair, named in _pairs(ranking, names).items():
        grown = looks.get(pair, [])
        decided = next((each.at for each in grown if each.reached >= 1), None)
        reached = grown[-1].reached if grown else None
        rows.append(
            (
                name(named.name),
                number(reached, words.percent(reached or 0.0), "board.reached"),
                text("" if decided is None else day(decided)),
            )
        )
    columns = ("Pair", "Evidence, of what a verdict takes", "All of it by")
    caption = "How near each pair is to a verdict"
    return Table(caption=caption, columns=columns, rows=tuple(rows))
