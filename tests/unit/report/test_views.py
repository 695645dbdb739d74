"""What a page makes of figures: views, curves, shares in time."""

from collections import Counter
from decimal import Decimal

import pytest

from hexai.domain.figures import Figures, Subject, Times
from hexai.domain.figures_by_week import FIRST_WEEK, WEEK, Part
from hexai.report.bench_section import front
from hexai.report.charts import At
from hexai.report.views import MOST_VIEWS, curve, known, spent_for_1000, within

SUBJECT = Subject("completion", "p", "m", "u")


def part(language: str, week: int = 3000) -> tuple[Part, Figures]:
    """Make the figures of a week in a language."""
    figures = Figures(runs=2, total=Times(seen=Counter({1000: 2})))
    return Part(subject=SUBJECT, language=language, week=week), figures


def test_a_share_in_time_counts_who_was_not_waited_for() -> None:
    """Three of four were done within a second, and one was given up after half."""
    times = Times(seen=Counter({200: 1, 900: 2}), cut=Counter({500: 1}))

    assert within(times, 0.1) == 0.0
    assert within(times, 0.3) == pytest.approx(0.25)
    assert within(times, 1.0) == pytest.approx(1.0)
    assert within(Times(), 1.0) is None


def test_a_curve_ends_where_nobody_was_waited_for_longer() -> None:
    """Half are known; of the other half nothing is."""
    times = Times(seen=Counter({200: 5}), cut=Counter({300: 5}))

    assert max(point.share for point in curve(times)) == pytest.approx(0.5)
    assert {point.seconds for point in curve(times)} == {0.2}


def test_what_was_not_looked_at_again_stays_as_the_rest() -> None:
    """Of 2,000 taken characters half were followed, and half of those are there."""
    figures = Figures(characters=2000, followed=1000, retained=500)
    figures.spent_in[1] = 3 * 10**9

    assert spent_for_1000(figures) == Decimal(3)
    assert spent_for_1000(Figures(characters=5)) is None


def test_all_languages_are_the_sum_of_each() -> None:
    """And one that no editor named counts among all of them alone."""
    found = known([part("go"), part("go", 3001), part("rust"), part("")], {}, {})

    runs = {view.language: view.runs for view in found.views}
    assert runs == {"": 8, "go": 4, "rust": 2}
    assert [(w.began - FIRST_WEEK) / WEEK for w in found.views[0].weeks] == [3000, 3001]
    assert found.languages == ("go", "rust")


def test_one_language_is_not_shown_twice() -> None:
    """Where there is no other, its figures are those of all languages."""
    found = known([part("go"), part("go", 3001)], {}, {})

    assert [(view.language, view.runs) for view in found.views] == [("", 4)]


def test_there_are_only_so_many_views() -> None:
    """Of the rest there are counts, so that nobody takes it for nothing."""
    found = known([part(f"language {n:02}") for n in range(30)], {}, {})

    assert len(found.views) == MOST_VIEWS
    assert len(found.others) == 31 - MOST_VIEWS
    assert {each.runs for each in found.others} == {2}


def test_years_are_shown_in_steps_of_weeks() -> None:
    """However long somebody has used it, the chart has room."""
    parts = [part("", week) for week in range(3000, 3000 + 500)]
    [view] = known(parts, {}, {}).views

    assert len(view.weeks) <= 105
    assert sum(week.total.seen.total() for week in view.weeks) == 1000


def test_the_front_holds_whom_nobody_beats() -> None:
    """For less money nobody else saves as much."""
    points = [("a", 0, 0.2), ("b", 1, 0.1), ("c", 2, 0.5), ("d", 2, 0.4)]

    assert front([At(series=s, x=x, y=y) for s, x, y in points]) == ["a", "c"]
