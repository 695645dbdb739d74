"""What became of suggestions, and what they cost; pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from hexai.domain.estimates import Estimate
from hexai.domain.figures import Figures, Subject
from hexai.report.blocks import (
    NOT_YET,
    Block,
    Cell,
    Chart,
    Table,
    Words,
    count,
    day,
    ends,
    name,
    number,
    text,
)
from hexai.report.charts import (
    At,
    Axis,
    Interval,
    bars_over_time,
    by_age,
    intervals,
    share_axis,
)
from hexai.report.views import View, Week, looked_at, spent_for_1000
from hexai.service.statistics import Row

AGES = ("30 s", "2 min", "5 min", "10 min")
_KEYS = ("kept_30s", "kept_2min", "kept_5min", "kept_10min")
_TAKEN = share_axis("taken, of lists and votes")
_THERE = share_axis("of what was taken")
_MONEY = Axis(title="$ a week", low=0.0)

Names = Mapping[Subject, str]


def became(view: View, names: Names, order: Sequence[str], words: Words) -> Block:
    """Say what became of what a view's models suggested."""
    shown = [row for row in view.rows if row.figures.shown]
    if not shown:
        return Block(sentences=("Nothing of this was in a list or a vote yet.",))
    charts = [
        Chart(
            caption="Shown, and taken",
            spec=intervals(
                [
                    _interval(names[row.subject], taken)
                    for row in shown
                    if (taken := row.accepted_share)
                ],
                _TAKEN,
                order=order,
            ),
        )
    ]
    tables = [_taken(shown, names, words)]
    followed = [row for row in shown if any(row.kept)]
    if followed:
        charts.append(
            Chart(caption="Taken, and still there", spec=_kept(followed, names, order))
        )
        tables.append(_kept_table(followed, names, words))
    if len(view.languages) > 1:
        charts.append(
            Chart(caption="Taken, by language", spec=_languages(view, names, order))
        )
        tables.append(_language_table(view, names, words))
    return Block(charts=tuple(charts), tables=tuple(tables))


def _interval(series: str, figure: Estimate, group: str = "") -> Interval:
    return Interval(
        series=series,
        value=figure.value,
        low=figure.low,
        high=figure.high,
        group=group,
    )


def _taken(rows: Sequence[Row], names: Names, words: Words) -> Table:
    columns = (
        "Model",
        "Shown",
        "Taken",
        "Share",
        "95 %",
        "Characters taken",
        "Stood first",
    )

    def row(each: Row) -> tuple[Cell, ...]:
        figures, first = each.figures, each.first_share or 0.0
        return (
            name(names[each.subject]),
            count(figures.shown, "shown"),
            count(figures.accepted, "accepted"),
            *ends(each.accepted_share, "accepted_share", words.percent),
            count(figures.characters, "accepted_characters"),
            number(round(first, 6), words.percent(first), "first_share"),
        )

    return Table(caption="Shown and taken", columns=columns, rows=tuple(map(row, rows)))


def _kept(rows: Sequence[Row], names: Names, order: Sequence[str]) -> dict[str, object]:
    figures = [
        _interval(names[row.subject], left, age)
        for age, lefts in zip(
            AGES,
            zip(*(row.kept or (None,) * 4 for row in rows), strict=True),
            strict=False,
        )
        for row, left in zip(rows, lefts, strict=True)
        if left is not None
    ]
    return by_age(figures, _THERE, order=order)


def _kept_table(rows: Sequence[Row], names: Names, words: Words) -> Table:
    columns = (
        "Model",
        *(part for age in AGES for part in (f"after {age}", "95 %", "texts")),
    )

    def row(each: Row) -> tuple[Cell, ...]:
        texts = looked_at(each.figures)
        return (
            name(names[each.subject]),
            *(
                cell
                for left, key, seen in zip(each.kept, _KEYS, texts, strict=True)
                for cell in (*ends(left, key, words.percent), count(seen))
            ),
        )

    return Table(caption="Still there", columns=columns, rows=tuple(map(row, rows)))


def _languages(view: View, names: Names, order: Sequence[str]) -> dict[str, object]:
    return intervals(
        [
            _interval(names[row.subject], taken, language.name)
            for language in view.languages[:8]
            for row in language.rows
            if (taken := row.accepted_share)
        ],
        _TAKEN,
        order=order,
    )


def _language_table(view: View, names: Names, words: Words) -> Table:
    columns = (
        "Language",
        "Model",
        "Shown",
        "Taken",
        "95 %",
        "Still there after 10 min",
        "95 %",
    )
    rows = tuple(
        (
            name(language.name),
            name(names[row.subject]),
            count(row.figures.shown),
            *ends(row.accepted_share, "", words.percent),
            *ends(row.kept[-1] if row.figures.kept_in else None, "", words.percent),
        )
        for language in view.languages
        for row in language.rows
        if row.figures.shown
    )
    return Table(caption="By language", columns=columns, rows=rows)


def money(view: View, names: Names, order: Sequence[str], words: Words) -> Block:
    """Say what the models of a view have cost, and what for."""
    if not view.rows:
        return Block(sentences=("Nothing was asked here that fits.",))
    spent = [row for row in view.rows if row.figures.cost]
    tables = [_money_table(view, names, words)]
    notes = []
    if any(row.figures.estimated for row in view.rows):
        notes.append(
            "~ with tokens that were estimated, as the upstream told none that can be"
        )
    if any(row.figures.unpriced for row in view.rows):
        notes.append("? with answers whose price nobody knows; they are not in the sum")
    if not spent:
        sentence = "No money is known to have been spent here."
        return Block(sentences=(sentence,), notes=tuple(notes), tables=tuple(tables))
    paid = {row.subject for row in spent}
    weeks = [week for week in view.weeks if week.subject in paid]
    points = [At(series=names[w.subject], x=w.began, y=w.cost / 10**9) for w in weeks]
    chart = Chart(
        caption="Money a week, in dollars",
        spec=bars_over_time(points, _MONEY, order=order),
    )
    tables.append(_week_table(weeks, names, words))
    return Block(charts=(chart,), notes=tuple(notes), tables=tuple(tables))


def _money_table(view: View, names: Names, words: Words) -> Table:
    columns = (
        "Model",
        "Spent",
        "For lists and votes",
        "For one taken",
        "95 %",
        "For 1,000 characters that stayed",
    )

    def row(each: Row) -> tuple[Cell, ...]:
        figures = each.figures
        one = None if figures.shown_unpriced else each.cost_per_accepted
        thousand = spent_for_1000(figures)
        about = "~" if figures.estimated and figures.cost else ""
        return (
            name(names[each.subject]),
            _paid(figures, figures.cost_usd, figures.unpriced, "cost_usd", words),
            _paid(
                figures,
                each.shown_cost_usd,
                figures.shown_unpriced,
                "shown_cost_usd",
                words,
            ),
            *ends(
                one, "cost_per_accepted", lambda x: f"{about}{words.usd(Decimal(x))}"
            ),
            text(NOT_YET)
            if thousand is None
            else number(
                float(thousand), f"{about}{words.usd(thousand)}", "spent_for_1000"
            ),
        )

    return Table(caption="Money", columns=columns, rows=tuple(map(row, view.rows)))


def _paid(
    figures: Figures, dollars: Decimal, unpriced: int, key: str, words: Words
) -> Cell:
    if unpriced and not dollars:
        return text("?")
    about = "~" if figures.estimated and dollars else ""
    more = " + ?" if unpriced else ""
    return number(float(dollars), f"{about}{words.usd(dollars)}{more}", key)


def _week_table(weeks: Sequence[Week], names: Names, words: Words) -> Table:
    rows = tuple(
        (
            name(day(each.began)),
            name(names[each.subject]),
            number(
                each.cost / 10**9,
                f"{_about(each)}{words.usd(Decimal(each.cost) / 10**9)}",
                "week_cost",
            ),
        )
        for each in weeks
    )
    return Table(
        caption="Money, by week", columns=("Week of", "Model", "Spent"), rows=rows
    )


def _about(week: Week) -> str:
    return "~" if week.is_estimated and week.cost else ""
